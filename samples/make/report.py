"""A report as a list of parts in order, before it is written in some format."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from samples.make.tables import Span


@dataclass(frozen=True)
class Heading:
    """A section heading, with its numeral."""

    text: str


@dataclass(frozen=True)
class Text:
    """A paragraph; `role` tells title and signature from prose."""

    text: str
    role: Literal["title", "prose", "signature"] = "prose"


@dataclass(frozen=True)
class Grid:
    """A table: rows of cells, merged cells, and how many rows at its top are heads."""

    name: str
    rows: list[list[str]]
    spans: list[Span]
    heads: int


Part = Heading | Text | Grid
