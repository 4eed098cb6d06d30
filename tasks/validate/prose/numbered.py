"""Counts the problems and the measures that section five lists."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

_NUMBERED = re.compile(
    r"(?P<bracket>\((?P<b>[一二三四五六七八九十]{1,2})\))|(?P<is>(?P<i>[一二三四五六七八九十]{1,2})是)"
    r"|(?P<digit>(?<![\d.])(?P<d>\d{1,2})[、.](?!\d))"
)
_STYLES = ("bracket", "is", "digit")
_DIGITS = "一二三四五六七八九十"
_ANNOUNCES_PROBLEMS = re.compile(r"(?:问题|不足|差距|短板|薄弱环节|主要表现)[^。;!?]{0,12}$")
_ANNOUNCES_MEASURES = re.compile(r"(?:针对|改进|整改|措施|下一?步|今后)[^。;!?]{0,20}$")
_OF_PROBLEMS = re.compile(r"\([一二]\)[^。;:,]{0,6}(?:问题|不足|差距|短板|困难)")
_OF_MEASURES = re.compile(r"\(二\)[^。;:,]{0,8}(?:改进|整改|措施|下一?步|打算|方向|解决)")
_HEADING = re.compile(
    r"改进(?:情况|措施|方向|办法)|整改(?:情况|措施)|下一?步(?:打算|工作)?|解决(?:办法|措施)|针对[^,。;]*(?:问题|不足)"
)
_PHRASE = re.compile(r"[,、。;:!?]|和|并|及")


@dataclass(frozen=True, slots=True)
class _Run:
    """A numbered list: its style and where its entries begin."""

    style: str
    starts: tuple[int, ...]


def counted(text: str, defect: re.Pattern[str], action: re.Pattern[str]) -> dict[str, int] | None:
    """Count the entries of the list of problems and the measures that follow it, or None where it is not sure.

    `text`: section five, in NFKC without white space; `defect` and `action` find words that state a problem or a
    measure. Measures that are not numbered are no more than there are phrases that name an action: only a number
    that is too small even so is an answer.
    """
    runs = _runs(text)
    parts = next((run for run in runs if _is_headings(text, run)), None)
    lists = [run for run in runs if run is not parts]
    problems = next((run for run in lists if len(run.starts) > 1), None)
    if problems is None:
        return None
    boundary = parts.starts[1] if parts is not None and parts.starts[1] > problems.starts[-1] else len(text)
    after = [run for run in lists if run.starts[0] > problems.starts[-1]]
    end = text.find("。", problems.starts[-1])
    end = min(end if end >= 0 else len(text), boundary, *(run.starts[0] for run in after))
    if not _states_problems(text, problems, end, defect):
        return None
    number = len(problems.starts)
    listed = sum(len(run.starts) for run in after)
    if len(after) == 1 or 0 < listed < number:
        return {"problems": number, "measures": listed}
    if not after:
        rest = _HEADING.sub("", text[end:])
        phrases = sum(bool(action.search(piece)) for piece in _PHRASE.split(rest))
        if 0 < phrases < number:
            return {"problems": number, "measures": phrases}
    return None


def _is_headings(text: str, run: _Run) -> bool:
    return (
        run.style == "bracket"
        and len(run.starts) == 2
        and bool(_OF_PROBLEMS.match(text, run.starts[0]))
        and bool(_OF_MEASURES.match(text, run.starts[1]))
    )


def _states_problems(text: str, run: _Run, end: int, defect: re.Pattern[str]) -> bool:
    """Say whether a list is that of the problems: announced as such, or nearly each of its entries states one."""
    before = text[: run.starts[0]]
    if _ANNOUNCES_MEASURES.search(before):
        return False
    if _ANNOUNCES_PROBLEMS.search(before):
        return True
    entries = [text[start:stop] for start, stop in pairwise((*run.starts, end))]
    return sum(bool(defect.search(entry)) for entry in entries) >= len(entries) - 1


def _runs(text: str) -> Sequence[_Run]:
    """Return the numbered lists in the order of their beginnings; a list begins with number one."""
    open_runs: dict[str, list[int]] = {}
    closed: list[_Run] = []
    for match in _NUMBERED.finditer(text):
        style = next(style for style in _STYLES if match[style])
        number = _number(match["b"] or match["i"] or match["d"])
        run = open_runs.get(style)
        if number == 1:
            if run:
                closed.append(_Run(style, tuple(run)))
            open_runs[style] = [match.start()]
        elif run is not None and number == len(run) + 1:
            run.append(match.start())
    closed += [_Run(style, tuple(run)) for style, run in open_runs.items()]
    return sorted(closed, key=lambda run: run.starts)


def _number(printed: str) -> int:
    if printed.isdigit():
        return int(printed)
    tens, _, ones = printed.rpartition("十")
    if "十" in printed:
        return (_DIGITS.index(tens) + 1 if tens else 1) * 10 + (_DIGITS.index(ones) + 1 if ones else 0)
    return _DIGITS.index(printed[0]) + 1
