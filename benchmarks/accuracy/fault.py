"""A planted fault as data: which rule it breaks, in which reports it can stand, what must be found.

The faults are written from the catalogue's words and examples, in wordings of their own, never from the rules' code.
"""

from __future__ import annotations

import importlib
import pkgutil
import random
from collections.abc import Callable
from dataclasses import dataclass

from benchmarks.accuracy import faults as families
from benchmarks.accuracy.cases import Case

DEPARTMENTS = ("county/department", "city/department")
GOVERNMENTS = ("county/government", "township/government", "city/government")
ANYONE = ("county/department", "township/government", "city/department", "county/government")
SOME = ("middle", "small", "busy")
RECENT = (2023, 2024, 2022)


@dataclass(frozen=True)
class Told:
    """What must be found: cells that the finding names, words that it quotes, the report it stands at.

    `file` is the file name without its suffix where the finding belongs to another report than the one planted in.
    `unsure`: the catalogue has no verdict for it; NOT_ASSESSABLE is the right answer as well, a pass never.
    `either`: other rules of the catalogue that may tell the same thing instead.
    """

    cells: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    file: str | None = None
    unsure: bool = False
    either: tuple[str, ...] = ()


Plant = Callable[[Case, random.Random, int], Told]


@dataclass(frozen=True)
class Fault:
    """One way of breaking a rule.

    Attributes:
        rule: the rule that must fire.
        name: what is wrong.
        plant: puts the nth variant into a case and says what must be found.
        also: rules that fire rightly because of the same change, alone or as consequences.
        areas: what is touched; two faults that touch the same are never planted together.
        kinds, years, sizes, power: reports it fits (see `agencies.World`, `numbers.SIZES`).
        previous: the agency's report of the year before is in the sweep.
        formats: writers that can carry it; None: all.
        apart: no other agency of the same place is in the sweep (the fault brings its own neighbours).
        stage: faults of the tables go before those of the prose, those of the finished parts come last.
    """

    rule: str
    name: str
    plant: Plant
    also: frozenset[str] = frozenset()
    areas: frozenset[str] = frozenset()
    kinds: tuple[str, ...] = ANYONE
    years: tuple[int, ...] = RECENT
    sizes: tuple[str, ...] = SOME
    power: str | None = None
    previous: bool = False
    formats: tuple[str, ...] | None = None
    stage: int = 1
    apart: bool = False


_ALL: list[Fault] = []


def fault(
    rule: str, areas: str, *, also: str = "", kinds: tuple[str, ...] = ANYONE, years: tuple[int, ...] = RECENT,
    sizes: tuple[str, ...] = SOME, power: str | None = None, previous: bool = False,
    formats: tuple[str, ...] | None = None, stage: int = 1, apart: bool = False,
) -> Callable[[Plant], Plant]:  # fmt: skip
    """Enter a function that plants a fault; its docstring is the fault's name. Lists are words with spaces between."""

    def enter(plant: Plant) -> Plant:
        name = (plant.__doc__ or plant.__name__).strip().rstrip(".")
        _ALL.append(
            Fault(rule, name, plant, frozenset(also.split()), frozenset(areas.split()), kinds, years, sizes, power,
                  previous, formats, stage, apart)
        )  # fmt: skip
        return plant

    return enter


def faults() -> dict[str, list[Fault]]:
    """Return all faults by rule."""
    for module in sorted(m.name for m in pkgutil.iter_modules(families.__path__)):
        importlib.import_module(f"{families.__name__}.{module}")
    found: dict[str, list[Fault]] = {}
    for one in _ALL:
        found.setdefault(one.rule, []).append(one)
    return found
