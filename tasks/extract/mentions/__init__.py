"""What the prose of a report names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any


def mention_rows(
    paragraphs: Sequence[Mapping[str, Any]], *, year: int | None, agency: str | None, rank: str, organ: str
) -> list[dict[str, Any]]:
    """Return rows of `models.facts.MENTIONS` without ``submission``."""
    return []
