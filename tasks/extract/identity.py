"""Whose report it is and for which year: title, agency, level, dates, statistics period."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from pathlib import PurePath

from tasks.extract.levels import level
from tasks.extract.lines import Line
from tasks.extract.numbers import chinese_number
from tasks.extract.wording import fold, squeeze

ORGAN_SUFFIX = re.compile(
    r"(?:局|委员会|委|办公室|办|厅|政府|署|镇|乡|街道|处|心|院|部|站|队|公署|管委会|区|县|市|省|旗|盟|州|会|行|社|所|馆|校|学)$"
)
_TITLE = re.compile(r"(?:信息公开|政务公开).*(?:报告|年报)(?:\([^)]*\))?(?:的(?:公告|公示|通告))?$")
_FIXED = re.compile(
    r"20\d{2}-?(?:年度|年)?(?:年度)?|年度|(?:政府)?(?:信息|政务)公开(?:工作)?(?:情况)?的?(?:年度)?(?:工作)?(?:报告|年报)(?:\([^)]*\))?"
    r"|年度报告|年报|^关于|关于$|的$|^的|[\[\]()《》\"]"
)
_YEAR = re.compile(r"(20[012]\d)-?年|\((20[012]\d)\)")
_YEAR_ONLY = re.compile(r"\(?20[012]\d(?:年度?)?\)?")
_CHINESE_YEAR = re.compile(r"二[〇零]([〇零一二三四五六七八九])([〇零一二三四五六七八九])年")
_DAY = r"(20\d{2})年(\d{1,2})月(\d{1,2})日"
_PERIOD = re.compile(_DAY + r"0?时?起?,?(?:至|到|—+|-+|~|－|―)止?(?:(20\d{2})年)?(\d{1,2})月(\d{1,2})日")
_PERIOD_CONTEXT = re.compile(r"统计|期限|时限|截止|起止|核定|数据|本报告|时间")
_SIGNED = re.compile(_DAY + r"$")
_CHINESE_DATE = re.compile(
    r"(二[〇零○O0][一二三四五六七八九〇零]{2})年([一二三四五六七八九十]{1,2})月([一二三四五六七八九十]{1,3})日$"
)
_INTRO_AGENCY = re.compile(
    r"(?:公布|现将|编制)(?:20\d{2}年?度?)?([\u4e00-\u9fff]{3,20}?)(?:20\d{2}年?度?)?(?:政府)?信息公开(?:工作)?(?:年度)?报告"
)

_LONGEST_TITLE = 60
_NO_TITLE = re.compile(r"[,;:>《》]|通知|公布|如下")


@dataclass(frozen=True, slots=True)
class Identity:
    """What a report says of itself; fields as in `models.facts.REPORTS`."""

    title: str | None
    agency: str | None
    agency_source: str | None
    rank: str
    organ: str
    year: int | None
    year_source: str | None
    title_year: int | None
    period_text: str | None
    period_start: date | None
    period_end: date | None
    signed_on: date | None
    published_on: date | None


def titles(lines: Sequence[Line]) -> list[tuple[int, str]]:
    """Return (line index, text) of the lines that are titles of an annual report."""
    found: list[tuple[int, str]] = []
    for index, line in enumerate(lines):
        if line.table is not None:
            continue
        text = line.text.strip()
        if "\n" in text or len(text) > _LONGEST_TITLE:
            text = _leading_title(text)
        if text and _TITLE.search(fold(text)) and not _NO_TITLE.search(fold(text)):
            found.append((index, squeeze(text)))
    return found


def _leading_title(text: str) -> str:
    """Return the title that a conversion has run together with the paragraph after it, or ''."""
    head = re.match(r"\s*(\S{2,40}?\s?20\d{2}\s?年(?:度)?\s?政府信息公开(?:工作)?年度报告)\s", text)
    return head.group(1) if head else ""


def identify(
    lines: Sequence[Line],
    before: Sequence[int],
    body: Sequence[int],
    metadata: Mapping[str, str],
    file_name: str,
) -> Identity:
    """Say whose report it is.

    `before` are the indexes of the lines before section one, `body` those of the prose of the sections.
    """
    title = _title(lines, before, metadata)
    title_year = _year_in(title) if title else None
    period_text, start, end = _period([lines[i].text for i in (*before, *body)], title_year)
    agency, agency_source = _agency(title, lines, before, body, metadata, file_name)
    year, year_source = _year(title_year, end, lines, body, file_name)
    signed = _signed_on([lines[i].text for i in body])
    rank, organ = level(agency)
    return Identity(
        title, agency, agency_source, rank, organ, year, year_source, title_year,
        period_text, start, end, signed, _metadata_date(metadata.get("published_on")),
    )  # fmt: skip


def _title(lines: Sequence[Line], before: Sequence[int], metadata: Mapping[str, str]) -> str | None:
    whole: list[str] = []
    for size in (1, 2, 3):  # a title may be set in several lines
        for at in range(len(before) - size + 1):
            pieces = [squeeze(_of_title(lines[n])) for n in before[at : at + size]]
            text = _leading_title(pieces[0]) or pieces[0] if size == 1 else squeeze("".join(pieces))
            folded = fold(text)
            closed = size > 1 and _YEAR_ONLY.fullmatch(fold(pieces[-1])) and _TITLE.search(fold(pieces[-2]))
            if (
                len(text) <= _LONGEST_TITLE
                and (_TITLE.search(folded) or closed)
                and not _NO_TITLE.search(folded)
            ):
                whole.append(text)
    complete = [text for text in whole if agency_of_title(text) and _year_in(text)]
    if complete:
        return complete[0]
    if whole:
        return max(whole, key=lambda text: (bool(_year_in(text)), bool(agency_of_title(text)), -len(text)))
    printed = metadata.get("title")
    if printed:
        text = squeeze(re.split(r"[_|]|\s-\s", printed)[0])
        if _TITLE.search(fold(text)):
            return text
    return None


_TELLING = re.compile(r"20\d\d年|年度报告|信息公开")


def _of_title(line: Line) -> str:
    """Return what a line can give to a title: beside it on a printed web page the menu may stand."""
    telling = [f.text for f in line.fields if _TELLING.search(fold(f.text))]
    return telling[0] if line.layout == "aligned" and len(telling) == 1 else line.text


def agency_of_title(title: str) -> str | None:
    """Return the agency that a title names, or None."""
    rest = re.sub(r"的(?:公告|公示|通告)$", "", fold(title))
    for _ in range(3):
        rest = _FIXED.sub("", rest)
    return rest if len(rest) >= 3 and ORGAN_SUFFIX.search(rest) else None


def _year_in(text: str) -> int | None:
    folded = fold(text)
    match = _YEAR.search(folded)
    if match:
        return int(match.group(1) or match.group(2))
    spoken = _CHINESE_YEAR.search(folded)
    if spoken:
        return 2000 + int("".join(str(chinese_number(c) or 0) for c in spoken.groups()))
    return None


def _agency(
    title: str | None,
    lines: Sequence[Line],
    before: Sequence[int],
    body: Sequence[int],
    metadata: Mapping[str, str],
    file_name: str,
) -> tuple[str | None, str | None]:
    if title and (agency := agency_of_title(title)):
        return agency, "title"
    intro = fold("".join(lines[i].text for i in before))  # PDFs break the sentence over lines
    for match in _INTRO_AGENCY.finditer(intro):
        if ORGAN_SUFFIX.search(match.group(1)):
            return match.group(1), "intro"
    tail = [fold(lines[i].text) for i in body[-8:]]
    for text, following in pairwise([*tail, ""]):
        dated = _SIGNED.fullmatch(following) or _CHINESE_DATE.fullmatch(following)
        if dated and 3 <= len(text) <= 30 and ORGAN_SUFFIX.search(text) and not re.search(r"[,.;:]", text):
            return text, "signature"
    publisher = fold(metadata.get("publisher", ""))
    if len(publisher) >= 3 and ORGAN_SUFFIX.search(publisher):
        return publisher, "publisher"
    stem = fold(PurePath(file_name).stem)
    named = max(re.findall(r"[\u4e00-\u9fff]{3,}", _FIXED.sub("", stem)), key=len, default="")
    named = re.sub(r"(?:更正|修订|重报|终稿|定稿|盖章)+$", "", named)
    if named and ORGAN_SUFFIX.search(named):
        return named, "file_name"
    return None, None


def _year(
    title_year: int | None,
    period_end: date | None,
    lines: Sequence[Line],
    body: Sequence[int],
    file_name: str,
) -> tuple[int | None, str | None]:
    if title_year:
        return title_year, "title"
    if period_end:
        return period_end.year, "period"
    stem = PurePath(file_name).stem
    in_name = re.findall(r"(?<!\d)(20[12]\d)(?!\d)", stem)
    mentioned = Counter(int(y) for i in body[:40] for y, _ in _YEAR.findall(fold(lines[i].text)) if y)
    common = mentioned.most_common(2)
    if in_name and (not common or int(in_name[-1]) in mentioned):
        return int(in_name[-1]), "file_name"
    if common and (len(common) == 1 or common[0][1] > common[1][1]):
        return common[0][0], "body"
    return None, None


def _period(texts: Sequence[str], title_year: int | None) -> tuple[str | None, date | None, date | None]:
    """Return the statistics period; of several stated, the one of the year in the title, else the first."""
    folded = fold("".join(texts))  # conversions and PDFs break the sentence over lines
    stated: list[tuple[str, date, date]] = []
    for match in _PERIOD.finditer(folded):
        around = folded[max(0, match.start() - 40) : match.end() + 10]
        if not _PERIOD_CONTEXT.search(around):
            continue
        year, month, day, end_year, end_month, end_day = match.groups()
        start = _date(year, month, day)
        end = _date(end_year or year, end_month, end_day)
        if start and end:
            stated.append((match.group(), start, end))
    if not stated:
        return None, None, None
    return next((period for period in stated if period[1].year == title_year == period[2].year), stated[0])


def _signed_on(texts: Sequence[str]) -> date | None:
    for text in reversed(texts[-8:]):
        folded = fold(text)
        match = _SIGNED.search(folded)
        if match and len(folded) <= 40:
            return _date(*match.groups())
        spoken = _CHINESE_DATE.search(folded)
        if spoken and len(folded) <= 40:
            digits = [
                chinese_number(c) or 0
                for c in spoken.group(1).replace("○", "〇").replace("O", "〇").replace("0", "〇")
            ]
            month, day = (chinese_number(part) for part in spoken.groups()[1:])
            return _date("".join(map(str, digits)), str(month), str(day))
    return None


def _date(year: str, month: str, day: str) -> date | None:
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None


def _metadata_date(text: str | None) -> date | None:
    match = re.search(r"(20\d{2})[-年/.](\d{1,2})[-月/.](\d{1,2})", text or "")
    return _date(*match.groups()) if match else None
