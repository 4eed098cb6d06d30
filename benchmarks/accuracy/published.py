"""Faults planted in published reports that are clean themselves: their wording is not ours."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from benchmarks.accuracy.fault import Told
from benchmarks.accuracy.judging import Seen, seen
from models.document import Artifact
from models.facts import concat
from models.views import ErrorView
from tasks.chunks import take_in
from tasks.compare import compare_all
from tasks.extract import frames
from tasks.validate import evaluate

FOLDER = Path("../shared/seeds")
FILES = ("003_9ddac0bf39f1661b.txt", "004_823561134eb090dd.txt")

Change = Callable[[str], str]


@dataclass(frozen=True)
class Planted:
    """A fault in a published report and what came of it."""

    file: str
    rule: str
    name: str
    seen: Seen


def cell(label: str, *changes: tuple[int, str]) -> Change:
    """Return a change of the nth numbers (from 1) in the row that has a label."""

    def change(text: str) -> str:
        lines = text.split("\n")
        at = next(i for i, line in enumerate(lines) if label in line and "\t0" in line)
        head, *numbers = re.split(r"\t(?=0)", lines[at])
        for nth, printed in changes:
            numbers[nth - 1] = printed + numbers[nth - 1][1:]
        lines[at] = "\t".join([head, *numbers])
        return "\n".join(lines)

    return change


def both(*changes: Change) -> Change:
    """Return several changes one after the other."""

    def change(text: str) -> str:
        for one in changes:
            text = one(text)
        return text

    return change


def words(old: str, new: str) -> Change:
    """Return a change of a pattern in the text. It has to be there."""

    def change(text: str) -> str:
        changed, count = re.subn(old, new, text, count=1)
        if not count:
            raise ValueError(f"{old} does not stand in the report")
        return changed

    return change


FAULTS: tuple[tuple[str, str, Change, Told], ...] = (
    ("T3-01", "the total of the new requests is 3", cell("一、本年新收", (7, "3")), Told(("t3.received_new.total",))),
    ("T3-01", "one request of an enterprise under 重复申请", cell("重复申请", (2, "1")),
     Told(("t3.results.not_handled.repeat.enterprise",))),
    ("T3-02", "（七）总计 of natural persons is 2", cell("总计", (1, "2"), (7, "2")),
     Told(("t3.results.total.natural_person",))),
    ("T3-03", "two requests carried over that nobody made", cell("结转下年度", (1, "2"), (7, "2")),
     Told(("t3.carried_out.natural_person",))),
    ("T3-12", "one request answered that nobody made", cell("予以公开", (1, "1"), (7, "1")), Told()),
    ("CELL-03", "a negative number of licences", cell("行政许可", (1, "-1")), Told(("t2.licensing.decisions",))),
    ("CELL-05", "12件 in the row of penalties", cell("行政处罚", (1, "12件")), Told(("t2.penalty.decisions",))),
    ("CELL-02", "a stroke in the row of rules", cell("规章", (1, "/")), Told(("t2.rules.issued",))),
    ("T2-01", "a bureau that has made a regulation", cell("规章", (1, "1"), (3, "1")), Told(("t2.rules.issued",))),
    ("STR-03", "a heading in other words", words("存在的主要问题及改进情况", "存在的不足及努力方向"), Told()),
    ("TXT-01", "nothing received, says the prose; the table has four requests",
     both(cell("一、本年新收", (1, "4"), (7, "4")), cell("予以公开", (1, "4"), (7, "4")), cell("总计", (1, "4"), (7, "4"))),
     Told(("t3.received_new.total",))),
    ("S5-02", "nothing in section five", words(r"(?s)(五、存在的主要问题及改进情况)\n.*?(?=\n[^\n]*六、)", r"\1\n无。"), Told()),
    ("LEX-01", "a grave misprint", words("(?<=我局)政府信息|(?<=局)政府信息", "攻府信息"), Told(words=("攻府",))),
)  # fmt: skip


def run() -> list[Planted]:
    """Plant each fault in each report, evaluate all as sweeps of one report; nothing where the reports are not there."""
    planted: list[tuple[str, str, str, Told, str]] = []
    parts = []
    for file in FILES:
        path = FOLDER / file
        if not path.exists():
            continue
        text = path.read_text(encoding="utf-8")
        for rule, name, change, told in FAULTS:
            content = change(text).encode()
            digest = hashlib.sha256(content).hexdigest()
            for rows in take_in(Artifact(file, content, digest)):
                if isinstance(rows, ErrorView):
                    raise ValueError(f"{file}: {rows.message}")
                parts.append(compare_all(frames([rows])))
            planted.append((file, rule, name, told, digest))
    if not planted:
        return []
    evaluations = evaluate(concat(parts))
    return [
        Planted(file, rule, name, seen(rule, told, evaluations.get(digest)))
        for file, rule, name, told, digest in planted
    ]
