"""The scoring model as data: dimensions, deductions, gates and grades of ``scoring.toml``."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files


@dataclass(frozen=True, slots=True)
class Dimension:
    """A dimension of the score and its points of 100; 0 for one that is never scored."""

    key: str
    title: str
    points: float


@dataclass(frozen=True, slots=True)
class Grade:
    """A grade and the lowest score that earns it."""

    at_least: float
    title: str


@dataclass(frozen=True, slots=True)
class Gate:
    """A critical finding of one of these rules caps the score."""

    at_most: float
    title: str
    rules: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ScoringModel:
    """The whole model; see the comments in ``scoring.toml`` for the meaning of each number."""

    version: str
    coverage: float
    not_scored: str
    requires: tuple[str, ...]
    deductions: Mapping[str, float]
    further: float
    further_at_most: float
    special: Mapping[str, float]
    grades: tuple[Grade, ...]
    gates: tuple[Gate, ...]
    dimensions: tuple[Dimension, ...]


@cache
def scoring() -> ScoringModel:
    """Read the model. Raises ValueError when the points of the dimensions do not add up to 100."""
    raw = tomllib.loads(files("expectations").joinpath("scoring.toml").read_text(encoding="utf-8"))
    dimensions = tuple(Dimension(d["key"], d["title"], d["points"]) for d in raw["dimensions"])
    if sum(dimension.points for dimension in dimensions) != 100:
        raise ValueError("the points of the dimensions in scoring.toml must add up to 100")
    return ScoringModel(
        version=raw["version"],
        coverage=raw["coverage"],
        not_scored=raw["not_scored"],
        requires=tuple(raw["requires"]),
        deductions={severity: raw["deductions"][severity] for severity in ("critical", "warning", "info")},
        further=raw["deductions"]["further"],
        further_at_most=raw["deductions"]["further_at_most"],
        special=dict(raw["special"]),
        grades=tuple(
            sorted((Grade(g["from"], g["title"]) for g in raw["grades"]), key=lambda g: -g.at_least)
        ),
        gates=tuple(Gate(g["at_most"], g["title"], tuple(g["rules"])) for g in raw["gates"]),
        dimensions=dimensions,
    )
