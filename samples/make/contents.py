"""What the files of the format set say: four reports, each written in every format.

``distinct``    199 different whole numbers and one amount: a cell in the wrong place cannot hide
``consistent``  every identity true, many zeros: whoever is accused here is accused wrongly
``faulty``      blanks, placeholders, 1.2万, separators, full-width digits among right numbers
``earlier``     the 2019 form, for the report year 2020
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from expectations.template import Template, load
from samples import generate
from samples.make.report import Part, Text
from samples.make.tables import Values, numbers

SEED = 2026


@dataclass(frozen=True)
class Content:
    """One report: its parts in order, and what is printed in it."""

    name: str
    title: str
    agency: str
    year: int
    template: str
    parts: list[Part]
    values: Values


FAULTS = {
    "t2.licensing.decisions": "1.2万",
    "t2.normative_docs.in_force": "—",
    "t2.penalty.decisions": "1,346",
    "t3.received_new.enterprise": "",
    "t3.carried_in.research": "/",
    "t3.results.full_disclosure.natural_person": "1,234",
    "t3.results.partial_disclosure.natural_person": "１２",
    "t3.results.denied.state_secret.legal_service": "",
    "t3.results.denied.process_info.total": "12件",
    "t3.results.unable.not_held.other_org": "—",
    "t3.results.not_handled.petition.total": "",
    "t4.review.other": "/",
    "t4.suit_direct.total": "",
}
"""What the faulty report prints instead of a number."""


def contents() -> dict[str, Content]:
    """Return the four reports by name."""
    banks, agencies = generate.data("prose"), generate.data("district")["agencies"]
    named = {agency["name"]: agency for agency in agencies}
    new, old = load("v2021"), load("v2019")
    faulty = {**distinct(new, "faulty"), **FAULTS}
    consistent = numbers("映溪区农业农村局", 2023, 2, new, None)
    return {
        made.name: made
        for made in (
            _content("distinct", named["映溪区教育局"], 2023, new, distinct(new, "distinct"), banks),
            _content("consistent", named["映溪区农业农村局"], 2023, new, consistent, banks),
            _content("faulty", named["映溪区财政局"], 2023, new, faulty, banks),
            _content("earlier", named["映溪区水务局"], 2020, old, distinct(old, "earlier"), banks),
        )
    }


def distinct(template: Template, name: str) -> Values:
    """Return a different number for every cell of the template, one to four digits long, 0 among them."""
    rng = random.Random(f"{SEED}/{name}")
    codes = list(template.cells)
    counts = [0, *rng.sample(range(1, 10), 9), *rng.sample(range(10, 100), 60)]
    counts += rng.sample(range(100, 1000), 90)
    counts += rng.sample(range(1000, 10_000), len(codes) - len(counts))
    rng.shuffle(counts)
    values = {code: str(count) for code, count in zip(codes, counts, strict=True)}
    for code, cell in template.cells.items():
        if cell.form == "amount":
            values[code] = f"{rng.randint(1_000_000, 9_999_999) / 10_000:.4f}"
    return values


def _content(
    name: str, agency: Mapping[str, Any], year: int, template: Template, values: Values,
    banks: Mapping[str, list[str]],
) -> Content:  # fmt: skip
    parts = generate.parts(agency, year, template, values, banks, frozenset(), 1)
    title = next(part.text for part in parts if isinstance(part, Text))
    return Content(name, title, agency["name"], year, template.id, parts, values)
