"""A sweep in memory: files in, one evaluation a report out, the way a sweep of the program goes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from functools import cache, cached_property

from benchmarks.accuracy.cases import Case, roster
from benchmarks.accuracy.writing import all_written
from expectations.profile import Profile, default
from models.document import Artifact
from models.facts import Facts
from models.results import Evaluation
from models.views import ErrorView
from tasks.chunks import Rows, take_in
from tasks.compare import Outside, compare_all
from tasks.extract import frames
from tasks.read import prepare
from tasks.roster import Roster, resolve
from tasks.validate import evaluate

WINDOW = 25
"""Files read together, so that LibreOffice is started once for many."""


@dataclass(frozen=True, eq=False)
class Swept:
    """Evaluations by file name, the frames behind them, and what could not be read."""

    evaluations: Mapping[str, Evaluation]
    facts: Facts
    errors: tuple[ErrorView, ...]

    def named(self, file: str) -> str | None:
        """Return the name with its suffix of a file named without."""
        return self._names.get(file)

    @cached_property
    def _names(self) -> dict[str, str]:
        return {name.rpartition(".")[0]: name for name in self.evaluations}


def sweep(
    files: Sequence[Artifact], roster: Roster | None = None, outside: Outside | None = None,
    profile: Profile | None = None, processes: int = 2,
) -> Swept:  # fmt: skip
    """Read the files, compare them with each other, evaluate them all."""
    chosen = profile or default()
    rows, errors = read(files, processes)
    facts = frames(rows)
    if roster is not None:
        facts = replace(facts, reports=resolve(facts.reports, roster))
    facts = compare_all(facts, chosen, roster, outside)
    names = dict(facts.reports.select("submission", "file").iter_rows())
    found = {names[submission]: one for submission, one in evaluate(facts, None, chosen).items()}
    return Swept(found, facts, tuple(errors))


def read(files: Sequence[Artifact], processes: int) -> tuple[list[Rows], list[ErrorView]]:
    """Read and extract the files in their order, in several processes."""
    windows = [files[start : start + WINDOW] for start in range(0, len(files), WINDOW)]
    answers = map(_taken_in, windows) if processes < 2 else _pool(processes).map(_taken_in, windows)
    flat = [answer for found in answers for answer in found]
    return [a for a in flat if not isinstance(a, ErrorView)], [a for a in flat if isinstance(a, ErrorView)]


@cache
def _pool(processes: int) -> ProcessPoolExecutor:
    """Return the readers' processes, which stay from sweep to sweep: they take seconds to start."""
    return ProcessPoolExecutor(processes)


def _taken_in(files: Sequence[Artifact]) -> list[Rows | ErrorView]:
    prepare(files)
    return [answer for file in files for answer in take_in(file)]


def sweep_cases(
    cases: Sequence[Case], outside: Outside | None = None, profile: Profile | None = None
) -> Swept:
    """Write the reports of the cases and sweep them, with the roster of their agencies."""
    files = all_written([report for one in cases for report in one.reports()])
    return sweep(files, roster(list(cases)), outside, profile)
