"""Prose from the sentence banks: the same agency and year always get the same sentences."""

from __future__ import annotations

import random
from collections.abc import Mapping
from typing import Any

Banks = Mapping[str, list[str]]


def sections(
    agency: Mapping[str, Any], year: int, values: Mapping[str, str], banks: Banks, changes: frozenset[str]
) -> tuple[str, dict[str, list[str]]]:
    """Return the introduction and, by section key, the paragraphs of a report."""
    rng = random.Random(f"{agency['name']}/{year}/sentences")
    received = int(values["t3.received_new.total"]) + (3 if "prose_off" in changes else 0)
    disclosed = rng.randint(80, 900)
    stated = year - 1 if "stale_period" in changes else year
    facts = {
        "agency": agency["name"],
        "self": agency["self"],
        "year": year,
        "period": f"{stated}年1月1日至{stated}年12月31日",
        "period_from": f"{stated}年1月1日",
        "period_to": f"{stated}年12月31日",
        **{f"topic{n}": topic for n, topic in enumerate(agency["topics"])},
        "disclosed": disclosed,
        "part": rng.randint(10, disclosed // 2),
        "explained": rng.randint(2, 20),
        "received": received,
        "carried_in": values["t3.carried_in.total"],
        "done": values["t3.results.total.total"],
        "carried_out": values["t3.carried_out.total"],
        "columns": rng.randint(2, 9),
        "trained": rng.randint(1, 4),
    }

    def say(bank: str) -> str:
        return rng.choice(banks[bank]).format(**facts)

    overview = [say(b) for b in ("opening", "proactive", "requests", "management", "platform", "supervision")]
    if agency["organ"] == "government":
        overview.append(say("government"))
    # never last year's sentence
    problems = banks["problems"][(sum(map(ord, agency["name"])) + year) % len(banks["problems"])]
    return say("intro"), {
        "overview": overview,
        "problems": [] if "empty_section" in changes else [problems.format(**facts), say("plan")],
        "other": [say("no_fees" if "no_fees" in changes else "fees")],
    }
