"""Check files here and now: no server, no database; everything given is one sweep."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from expectations.catalogue import RuleSet, ruleset
from models.facts import Facts
from models.results import Evaluation
from models.views import ErrorView
from tasks.chunks import Rows, build, printable, take_in
from tasks.collect import collect
from tasks.extract import link_years
from tasks.roster import read_roster, resolve
from tasks.validate import evaluate


@dataclass(frozen=True, slots=True)
class Checked:
    """What a check gave. `files` are (name, sha256) in the order given; the same bytes may occur twice."""

    files: tuple[tuple[str, str], ...]
    errors: tuple[ErrorView, ...]
    facts: Facts
    evaluations: dict[str, Evaluation]
    rules: RuleSet


def check(
    paths: Sequence[Path],
    max_bytes: int,
    roster: Path | None = None,
    each: Callable[[str], None] = lambda name: None,
) -> Checked:
    """Read, extract, link and evaluate the files and folders of `paths`; `each` hears every file's name.

    Raises ConfigurationError when the roster cannot be used.
    """
    agencies = read_roster(roster) if roster else None
    files: list[tuple[str, str]] = []
    errors: list[ErrorView] = []
    taken: dict[str, Rows | ErrorView] = {}
    for found in collect(paths, max_bytes):
        if isinstance(found, ErrorView):
            errors.append(dataclasses.replace(found, file=printable(found.file)))
            continue
        name = printable(found.name)
        each(name)
        if found.sha256 not in taken:
            taken[found.sha256] = take_in(found)
        outcome = taken[found.sha256]
        if isinstance(outcome, ErrorView):
            errors.append(dataclasses.replace(outcome, file=name))
        else:
            files.append((name, found.sha256))
    facts, unfit = build([rows for rows in taken.values() if not isinstance(rows, ErrorView)])
    if agencies is not None:
        facts = dataclasses.replace(facts, reports=resolve(facts.reports, agencies))
    facts = link_years(facts)
    read = set(facts.reports["submission"])
    return Checked(
        files=tuple((name, sha256) for name, sha256 in files if sha256 in read),
        errors=(*errors, *unfit),
        facts=facts,
        evaluations=evaluate(facts),
        rules=ruleset(),
    )
