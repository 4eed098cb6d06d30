"""Files in, evaluations out: the steps of the pipeline in a row, for tests that look at the whole."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from models.document import Artifact
from models.errors import ReadError
from models.facts import Facts
from models.results import Evaluation
from models.views import ErrorView
from tasks.collect import collect
from tasks.extract import extract_rows, frames, link_years
from tasks.read import read
from tasks.validate import evaluate


@dataclass(frozen=True)
class Swept:
    """What the pipeline made of a set of files; `files` maps the name of each report to its submission."""

    files: dict[str, str]
    facts: Facts
    evaluations: dict[str, Evaluation]
    errors: dict[str, str]

    def of(self, name: str) -> Evaluation:
        return self.evaluations[self.files[name]]

    def values(self, name: str) -> dict[str, float | None]:
        cells = self.facts.cells
        mine = cells.filter(cells["submission"] == self.files[name])
        return dict(mine.select("code", "value").rows())

    def kinds(self, name: str) -> dict[str, str]:
        cells = self.facts.cells
        mine = cells.filter(cells["submission"] == self.files[name])
        return dict(mine.select("code", "kind").rows())


def sweep(paths: Iterable[Path]) -> Swept:
    files: dict[str, str] = {}
    errors: dict[str, str] = {}
    rows = []
    for found in collect(list(paths), 100 << 20):
        if isinstance(found, ErrorView):
            errors[found.file] = found.kind
            continue
        assert isinstance(found, Artifact)
        try:
            rows.append(extract_rows(read(found), found.sha256, found.name))
            files[found.name] = found.sha256
        except ReadError as error:
            errors[found.name] = error.kind.value
    facts = link_years(frames(rows))
    return Swept(files, facts, evaluate(facts), errors)
