"""Documents, laws and articles that a report cites, and the principle of disclosure as it is worded."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tasks.extract.mentions.passage import Mention, Passage, matches
from tasks.extract.numbers import chinese_number

_BRACKETED = re.compile(
    r"(?P<open>[〔［\[(【{])\s?(?P<year>(?:19|20)\d{2})\s?(?P<close>[〕］\])】}])\s?第?\s?(?P<number>\d{1,4})\s?号"
)
_ORGAN_BEFORE = re.compile(r"[\u4e00-\u9fff]{1,24}\s?$")
_BARE = re.compile(
    r"(?P<organ>国办(?:公开办)?函|国办发|国发)\s?(?P<year>20\d{2})\s?年?\s?第?(?P<number>\d{1,3})\s?号"
)
_LEAD = re.compile(
    r"^.*(?:根据|按照|依据|依照|遵照|落实|执行|贯彻|以及|文件|印发|转发|通过|参照|严格|按|和|及|与|的|以|据|见|即|号)(?=.)"
)
_ENDS_AS_NUMBER = tuple("函发字办规令文通")
_ORDER = re.compile(
    r"(?:国务院令?|国令|令|(?<=[)》]))\s?\(?第?\s?(\d{3})\s?号\s?令?|第\s?(\d{3})\s?号(?=令|国务院令)"
)
_OUR_REGULATION = re.compile(r"政府信息公开条例[^《]{0,14}$")
_LAW = re.compile(r"《([^《》]{2,80})》")
_ARTICLE = re.compile(
    r"(?:条例|《条例》)[》\"”]?\s?(?:\([^()]{0,30}\))*\s?((?:第[一二三四五六七八九十百\d]{1,4}条(?:第?[一二三四五六七八九十]款)?[、和及,与至\s]{0,2}){1,6})"
)
_NUMBER_OF_ARTICLE = re.compile(r"第([一二三四五六七八九十百\d]{1,4})条")
_REPORTING = re.compile(r"编制|年度报告|年报|现公布|公布如下")
_PRINCIPLE = re.compile(
    r"(?P<no1>不(?:予)?)?公开(?:[是为]|作为|成为)(?:一种)?(?P<what1>常态|原则|例外)[\"”’]?[,、;和与\s\"“‘]{0,4}(?:而|且|以)?"
    r"(?P<no2>不(?:予)?)?公开(?:[是为]|作为|成为)?(?P<what2>常态|例外)"
)


def documents(passage: Passage) -> Iterator[Mention]:
    """Find numbers of documents. Value: the plain form ``国办函〔2020〕109号``; role: the brackets printed, or bare."""
    text = passage.plain
    for match in matches(_BRACKETED, passage):
        before = _ORGAN_BEFORE.search(text, max(0, match.start() - 25), match.start())
        organ = _LEAD.sub("", before.group().strip()) if before else ""
        if before is None or not organ.endswith(_ENDS_AS_NUMBER):
            continue
        opened = passage.text[match.start("open")]
        yield passage.found(
            before.start() + before.group().rindex(organ),
            match.end(),
            "document",
            f"{organ}〔{match['year']}〕{int(match['number'])}号",
            "〔〕"
            if opened == "〔" and passage.text[match.start("close")] == "〕"
            else opened + match["close"],
        )
    if "国办" in text or "国发" in text:
        for match in matches(_BARE, passage):
            value = f"{match['organ']}〔{match['year']}〕{int(match['number'])}号"
            yield passage.found(*match.span(), "document", value, "bare")
    if "号" in text and ("令" in text or "条例" in text):
        for match in matches(_ORDER, passage):
            value = f"国务院令第{match.group(1) or match.group(2)}号"
            start, end = match.span()
            ours = _OUR_REGULATION.search(text[max(0, start - 40) : start])
            role = "regulation" if ours or text[end : end + 25].find("政府信息公开条例") >= 0 else "order"
            yield passage.found(start, end, "order", value, role)


def laws(passage: Passage) -> Iterator[Mention]:
    """Find titles in 《》 (value: without 中华人民共和国) and articles of the Regulation (value ``49,50``).

    The role of an article is ``reporting`` where the sentence speaks of drawing up the report, else ``other``.
    """
    for match in _LAW.finditer(passage.text):
        title = "".join(match.group(1).split()).removeprefix("中华人民共和国")
        yield passage.found(*match.span(), "law", title, None)
    if "条例" not in passage.plain:
        return
    for match in matches(_ARTICLE, passage):
        numbers = [_number(found) for found in _NUMBER_OF_ARTICLE.findall(match.group(1))]
        reporting = _REPORTING.search(passage.sentence(match.start()))
        yield passage.found(
            match.start(1),
            match.end(1),
            "article",
            ",".join(str(n) for n in numbers if n is not None),
            "reporting" if reporting else "other",
        )


def _number(text: str) -> int | None:
    return int(text) if text.isdigit() else chinese_number(text)


def principles(passage: Passage) -> Iterator[Mention]:
    """Find 公开为常态、不公开为例外 as it is worded; role: sound, reversed or one-sided (one 不 too few or many)."""
    if "例外" not in passage.plain:
        return
    for match in matches(_PRINCIPLE, passage):
        said = [(bool(match["no1"]), match["what1"]), (bool(match["no2"]), match["what2"])]
        right = [(no == (what == "例外")) for no, what in said]
        role = "sound" if all(right) else "one-sided" if any(right) else "reversed"
        if said[0][1] == said[1][1]:
            role = "one-sided"
        yield passage.found(*match.span(), "principle", None, role)
