"""Files in, evaluations out: the steps of the pipeline in a row, for tests that look at the whole."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from models.document import Artifact
from models.facts import Facts
from models.results import Evaluation
from models.views import ErrorView
from tasks.chunks import Rows, take_in
from tasks.collect import collect
from tasks.compare import compare_all
from tasks.extract import frames
from tasks.unpack import unpack
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
    reports: list[Rows] = []
    for found in collect(list(paths), 100 << 20):
        for file in unpack(found, 100 << 20) if isinstance(found, Artifact) else [found]:
            for answer in take_in(file) if isinstance(file, Artifact) else [file]:
                if isinstance(answer, ErrorView):
                    errors[answer.file] = answer.kind
                else:
                    reports.append(answer)
                    files[answer["reports"][0]["file"]] = answer["reports"][0]["submission"]
    facts = compare_all(frames(reports))
    return Swept(files, facts, evaluate(facts), errors)
