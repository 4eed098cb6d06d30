"""What the prose of a report claims in numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any


def claim_rows(
    paragraphs: Sequence[Mapping[str, Any]], *, year: int | None, rank: str, organ: str
) -> list[dict[str, Any]]:
    """Return rows of `models.facts.CLAIMS` without ``submission``."""
    return []
