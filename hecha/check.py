"""Check files here and now: no server, no database; everything given is one sweep."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from expectations.catalogue import RuleSet, ruleset
from expectations.profile import Profile, load
from models.document import Artifact
from models.facts import Facts
from models.results import Evaluation
from models.settings import settings
from models.views import ErrorView
from tasks.apart import Reader
from tasks.chunks import PART, WINDOW, WINDOW_BYTES, Rows, build, printable
from tasks.collect import collect
from tasks.compare import compare_all
from tasks.compare.outside import read_outside
from tasks.roster import read_roster, resolve
from tasks.unpack import unpack
from tasks.validate import evaluate


@dataclass(frozen=True, slots=True)
class Checked:
    """What a check gave. `files` are (name, sha256) in the order given; the same bytes may occur twice.

    Facts and evaluations also hold the reports that were only given to be compared with.
    """

    files: tuple[tuple[str, str], ...]
    errors: tuple[ErrorView, ...]
    facts: Facts
    evaluations: dict[str, Evaluation]
    rules: RuleSet
    profile: Profile


def check(
    paths: Sequence[Path],
    max_bytes: int,
    roster: Path | None = None,
    each: Callable[[str], None] = lambda name: None,
    profile: str | None = None,
    outside: Path | None = None,
    beside: Sequence[Path] = (),
) -> Checked:
    """Read, extract, compare and evaluate the files and folders of `paths`; `each` hears every file's name.

    Reports of `beside` are compared with these, but not listed in `Checked.files`. `profile` names a profile
    (`expectations.profile.load`), `outside` a table of facts from outside. Raises ConfigurationError when roster,
    profile or table cannot be used.
    """
    agencies = read_roster(roster) if roster else None
    chosen = load(profile or settings().profile)
    seen = read_outside(outside) if outside else None
    reports: list[Rows] = []
    files: list[tuple[str, str]] = []
    errors: list[ErrorView] = []
    taken: dict[str, list[Rows | ErrorView]] = {}
    with Reader(log_file=settings().home.resolve() / "log" / "hecha.log") as reader:
        reader.start()
        for window in _windows(_collected(paths, max_bytes), _collected(beside, max_bytes)):
            fresh = {
                found.sha256: found
                for found, _ in window
                if isinstance(found, Artifact) and found.sha256 not in taken
            }
            for file, answers in zip(fresh.values(), reader.take_in(list(fresh.values())), strict=True):
                each(printable(file.name))
                taken[file.sha256] = answers
                reports += [answer for answer in answers if not isinstance(answer, ErrorView)]
            for found, asked in window:
                if isinstance(found, ErrorView):
                    errors.append(dataclasses.replace(found, file=printable(found.file)))
                    continue
                for answer in taken[found.sha256]:
                    if isinstance(answer, ErrorView):
                        errors.append(dataclasses.replace(answer, file=_name(answer.file, found)))
                    elif asked:
                        report = answer["reports"][0]
                        files.append((_name(report["file"], found), report["submission"]))
    facts, unfit = build(reports)
    if agencies is not None:
        facts = dataclasses.replace(facts, reports=resolve(facts.reports, agencies))
    facts = compare_all(facts, chosen, agencies, seen)
    read = set(facts.reports["submission"])
    return Checked(
        files=tuple((name, sha256) for name, sha256 in files if sha256 in read),
        errors=(*errors, *unfit),
        facts=facts,
        evaluations=evaluate(facts, profile=chosen),
        rules=ruleset(chosen),
        profile=chosen,
    )


def _collected(paths: Sequence[Path], max_bytes: int) -> Iterator[Artifact | ErrorView]:
    """Yield the files of `paths`, those in archives and e-mails taken out."""
    for found in collect(paths, max_bytes):
        if isinstance(found, Artifact):
            yield from unpack(found, max_bytes)
        else:
            yield found


def _windows(
    asked: Iterator[Artifact | ErrorView], beside: Iterator[Artifact | ErrorView]
) -> Iterator[list[tuple[Artifact | ErrorView, bool]]]:
    """Gather files that are read in one go, without holding more than a few megabytes of them.

    Beside each file stands whether it was asked about.
    """
    window: list[tuple[Artifact | ErrorView, bool]] = []
    held = 0
    for file, listed in chain(((file, True) for file in asked), ((file, False) for file in beside)):
        window.append((file, listed))
        held += len(file.content) if isinstance(file, Artifact) else 0
        if len(window) == WINDOW or held > WINDOW_BYTES:
            yield window
            window, held = [], 0
    if window:
        yield window


def _name(read_as: str, file: Artifact) -> str:
    """Return the name of a report in this file: the same bytes may have come under several names."""
    part = PART.search(read_as)
    return printable(file.name) + (part.group() if part else "")
