"""Whose number it is and of which time: only where both are certain can a claim accuse."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from tasks.extract.claims.words import Token

_NAMED = re.compile(
    r"(?P<name>[\u4e00-\u9fff]{2,14}?(?:局|委|厅|委员会|分局|支队|大队|中心|税务所|法院|开发区|管理处))"
    r"(?=(?:全年|共|代表|新?收到|受理|新收|办结|办理|接收|接到|本年|依法|20\d\d|\d))"
)
_LEADING = re.compile(r"^(?:.{0,6}年度?|全年|本年度?|其中|[，、：])+|^[市区县省州旗]")
_DATE = re.compile(
    r"(?P<until>截[至止]到?)?自?(?:(?P<year>20\d\d)年)?(?P<day>\d{1,2}月\d{1,2}日)(?P<end>止)?"
)
_NOT_ACTING_AHEAD = re.compile(r"按照?|根据|落实|依据|贯彻|向|接受|上级|国务院|与|联合|在|对|报|经|请示|由")
_NOT_ACTING_BEHIND = re.compile(
    r"相?关于?|要求|部署|安排|印发|下发|文件|统一|组织|指导|转办|交办|主管|通知|门户|的|工作|主任|会议|网|、|和|领导"
)
_OWN_WORDS = ("我局", "本局", "我委", "本委", "我厅", "本厅", "我中心", "本中心", "局机关")


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of the report beforehand; every field may be unknown."""

    year: int | None
    rank: str
    organ: str
    agency: str | None


@dataclass(frozen=True, slots=True)
class Standing:
    """Scope and period of a claim as in `models.facts.CLAIMS`, and the Chinese sentence why they are not certain."""

    scope: str
    period: str
    doubt: str | None


def standing(
    sentence: str, tokens: Sequence[Token], begins: int, place: int, known: Known, subject: str | None
) -> Standing:
    """Return scope and period of the claim at `place` whose words begin at `begins`.

    `subject`: a narrower body (政府办公室) that an earlier sentence of the paragraph named as the one that acts.
    """
    scope, doubt = _scope(sentence, tokens, begins, place, known, subject)
    period, time_doubt = _period(sentence, tokens, place, known.year)
    return Standing(scope, period, doubt or time_doubt)


def narrower_subject(sentence: str, tokens: Sequence[Token], known: Known) -> str | None:
    """Return the single office that a sentence of a government's report begins with; None otherwise."""
    if known.organ != "government" or known.rank == "township":
        return None
    first = next((t for t in tokens if t.kind in ("organ", "area", "whole")), None)
    if first is None or first.kind != "organ" or first.start > 14 or not _acts(sentence, first):
        return None
    return sentence[first.start : first.end]


def _scope(
    sentence: str, tokens: Sequence[Token], begins: int, place: int, known: Known, subject: str | None
) -> tuple[str, str | None]:
    segment = max((t.end for t in tokens if t.kind == "mark" and t.end <= begins), default=0)
    ahead = [
        t
        for t in tokens
        if t.end <= place
        and (t.kind in ("self", "area", "whole") or (t.kind == "organ" and _acts(sentence, t)))
    ]
    last = ahead[-1] if ahead else None
    department = known.organ == "department"
    if last is not None and last.kind == "organ" and department and last.start < segment:
        last = next((t for t in reversed(ahead) if t.kind != "organ"), None)  # 按照区政府要求，……
    name = _other_body(sentence[:place], known.agency) if known.rank != "township" or department else None
    if name is not None:
        return "part", f"该数的主体是“{name}”，与本报告表格的统计范围不一定相同。"
    if last is None:
        if subject is not None:
            return "unknown", _subject(subject)
        return "own", None
    words = sentence[last.start : last.end]
    if last.kind == "organ" and department and _bare(words) in _bare(known.agency or ""):
        return "own", None
    if last.kind == "self":
        return "own", None
    if last.kind in ("area", "whole"):
        if department:
            return "whole", f"该数所指范围是“{words}”，不一定是本机关。"
        return "whole", None
    if known.rank == "township" and words[0] not in "区县市省":
        return "own", None
    return "unknown", _subject(words)


def _bare(name: str) -> str:
    return name.replace("人民政府", "政府")


def _acts(sentence: str, token: Token) -> bool:
    """Whether a body named is the one that does what the sentence tells, as far as its neighbours show."""
    start = max(sentence.rfind(mark, 0, token.start) for mark in "，；。：") + 1
    if _NOT_ACTING_AHEAD.search(sentence, start, token.start):
        return False
    return _NOT_ACTING_BEHIND.match(sentence, token.end) is None


def _subject(words: str) -> str:
    return f"该数的主体是“{words}”，与本报告表格的统计范围不一定相同。"


def _other_body(text: str, agency: str | None) -> str | None:
    """Return a body named right before the verb that is not the agency itself."""
    found = None
    for match in _NAMED.finditer(text):
        found = match
    if found is None or ("，" in text[found.end() :] and len(text) - found.end() > 40):
        return None
    name = _LEADING.sub("", found.group("name"))
    name = _LEADING.sub("", name)
    if found.group("name").endswith(_OWN_WORDS) or len(name) < 2:
        return None
    if agency is None:
        return name
    return None if name in agency or agency.endswith(name[-4:]) else name


def _period(sentence: str, tokens: Sequence[Token], place: int, year: int | None) -> tuple[str, str | None]:
    """Return this | previous | other | unknown, and why it is unknown."""
    segment = max(
        (t.end for t in tokens if t.kind == "mark" and t.end <= place and sentence[t.start] in "；;。（("),
        default=0,
    )
    said: str | None = None
    cumulative = False
    for token in tokens:
        if token.end > place:
            break
        if token.kind == "year":
            told = int(sentence[token.start : token.start + 4])
            said = (
                "unsure"
                if year is None
                else "this"
                if told == year
                else "previous"
                if told == year - 1
                else "other"
            )
        elif token.kind == "date":
            match = _DATE.match(sentence, token.start, token.end)
            if match is None:
                continue
            ends = match.group("until") or sentence[token.start - 1 : token.start] in ("至", "到", "—", "-")
            if match.group("year") and year is not None and int(match.group("year")) != year:
                said = "other"
            elif ends or match.group("end"):
                said = "this" if match.group("day") == "12月31日" else "part"
        elif token.kind == "this":
            said = "this"
        elif token.kind == "previous" and token.start >= segment:
            said = "previous"
        elif token.kind == "part_year" and token.start >= segment:
            said = "part"
        elif token.kind == "since" and token.start >= segment:
            said = "since"
        elif token.kind == "cumulative":
            cumulative = True
    if said == "part":
        return "other", None
    if said == "unsure":
        return "unknown", "报告年度无法确定，不知道该数是不是报告年度的数。"
    if said == "since":
        return "unknown", "该数是多年累计数，或者含以前年度的数。"
    if said is None and cumulative:
        return "unknown", "该数是累计数，没有写明是否只是报告年度的数。"
    return said or "this", None
