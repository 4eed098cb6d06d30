"""Published reports: every finding beside a person's judgement of it (judged.toml)."""

from __future__ import annotations

import hashlib
import tomllib
from dataclasses import dataclass
from pathlib import Path

from benchmarks.accuracy.report import HERE
from benchmarks.accuracy.sweeps import Swept, sweep
from models.document import Artifact
from models.results import Addressee

FOLDERS = (Path("../shared/samples/real"), Path("../shared/seeds"))
JUDGEMENTS = ("right", "wrong", "opinion", "operator")
"""right: it is so; wrong: a supervisor would have to withdraw it; opinion: true, but one may see it otherwise;
operator: asks our operator to look, accuses nobody."""


@dataclass(frozen=True)
class Judged:
    """One finding in a published report; `judgement` is None where nobody has judged it yet."""

    file: str
    rule: str
    subject: str
    severity: str
    addressee: str
    message: str
    judgement: str | None
    why: str


@dataclass(frozen=True)
class Undecided:
    """What looks like a defect and is rightly not told, because it cannot be proved; `verdict` is the rule's."""

    file: str
    rule: str
    why: str
    verdict: str


@dataclass(frozen=True)
class Real:
    """What came of the published reports.

    `lost` are known defects that were not found, `unread` the files that could not be read.
    """

    findings: list[Judged]
    undecided: list[Undecided]
    lost: list[str]
    unread: list[str]


def run() -> Real:
    """Return the findings with their judgements, and what else is known of the reports.

    The reports are one sweep, as `hecha check` takes them: years and copies among them are compared.
    """
    files = [
        Artifact(path.name, content, hashlib.sha256(content).hexdigest())
        for folder in FOLDERS
        if folder.exists()
        for path in sorted(folder.iterdir())
        if path.suffix in (".txt", ".pdf")
        for content in [path.read_bytes()]
    ]
    known = judgements()
    swept = sweep(files, processes=1)
    found = []
    met: set[tuple[str, str, str]] = set()
    for name, evaluation in swept.evaluations.items():
        for finding in evaluation.findings:
            key = (name, finding.rule, finding.subject)
            said = known.get(key, {})
            if said.get("judgement") == "operator" and finding.addressee is Addressee.AGENCY:
                said = {}  # judged while it accused nobody
            met |= {key, *((name, rule, "") for rule in finding.consequences)}
            found.append(
                Judged(name, *key[1:], str(finding.severity), str(finding.addressee), finding.message,
                       said.get("judgement"), said.get("why", ""))
            )  # fmt: skip
    there = {file.name for file in files}
    lost = [
        f"{file} {rule} {subject}".strip()
        for (file, rule, subject), said in known.items()
        if file in there and (file, rule, subject) not in met and said["judgement"] in ("right", "opinion")
    ]
    unread = [f"{error.file}: {error.message}" for error in swept.errors]
    return Real(found, _undecided(swept), lost, unread)


def _undecided(swept: Swept) -> list[Undecided]:
    listed = tomllib.loads((HERE / "judged.toml").read_text(encoding="utf-8")).get("undecided", [])
    return [
        Undecided(said["file"], said["rule"], said["why"],
                  str(swept.evaluations[said["file"]].verdicts.get(said["rule"], "")))
        for said in listed
        if said["file"] in swept.evaluations
    ]  # fmt: skip


def judgements() -> dict[tuple[str, str, str], dict[str, str]]:
    """Return what people judged, by file, rule and subject. Raises ValueError for a judgement that is none."""
    text = (HERE / "judged.toml").read_text(encoding="utf-8")
    found = {}
    for said in tomllib.loads(text).get("judged", []):
        if said["judgement"] not in JUDGEMENTS:
            raise ValueError(f"judged.toml: {said['judgement']} is none of {', '.join(JUDGEMENTS)}")
        found[said["file"], said["rule"], said.get("subject", "")] = said
    return found
