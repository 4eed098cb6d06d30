"""Whose report it is by its own words: the agency that the introduction, the first sentence and the signature name."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from tasks.extract.mentions.passage import Mention, Passage, matches

_REPORT = r"(?:的)?(?:政府)?(?:信息|政务)公开(?:工作)?(?:年度)?(?:工作)?(?:报告|年报)"
_YEAR = r"(?:\s?20\d{2}\s?年?度?\s?)?"
_NAME = r"(?P<name>(?![年度的了])[\u4e00-\u9fff]{3,28}?)"
_STATED = (
    re.compile(rf"(?:现将|现公[布开]|公布|发布|编制)了?{_YEAR}{_NAME}{_YEAR}{_REPORT}"),
    re.compile(rf"(?:^|。)\s?{_NAME}\s?20\d{{2}}\s?年?度?\s?{_REPORT}"),
)
_DRAWN_UP = (
    re.compile(rf"(?:报告|年报)由{_NAME}(?:根据|按照|依据|依照|编制|负责|汇总|制作|撰写)"),
    re.compile(rf"(?:^|[,。;:])\s?由{_NAME}(?:编制|汇总|制作|撰写)"),
    re.compile(
        rf"(?:^|[,。;:])\s?(?:现由)?{_NAME}(?:编制|制作|撰写|形成|公布|发布)(?:完成)?了?(?:本|此|{_YEAR}[\u4e00-\u9fff]{{0,8}})?(?:年度)?(?:报告|年报|{_REPORT})"
    ),
)
_SUBJECT = re.compile(
    rf"^\s*(?:20\d{{2}}\s?年?度?\s?(?:以来)?[,，]?\s?)?{_NAME}(?=认真|坚持|严格|高度重视|深入|积极|切实|始终|全面贯彻|全面落实|贯彻|围绕|以习近平|紧紧|紧扣|持续|扎实|牢固|不断|按照|根据|政府信息公开工作)"
)
# Narrower than what may end a title: 现向社会 must not be taken for an agency.
_ORGAN = re.compile(
    r"(?:局|委|委员会|管委会|办公室|办|厅|署|政府|镇|乡|街道|处|中心|院|站|队|[省市区县旗盟州]|总社|集团|学校|协会|大学|学院)$"
)
# words that a name cannot hold: then more than a name was caught
_NO_NAME = re.compile(
    r"按照|根据|依据|要求|规定|有关|相关|结合|现将|公布|工作|情况|条例|精神|领导|指导|支持|下发|印发|统一|部署|我|本|全|各|各级|以及|年度|为|在|如下|由|从|对|现|向|社会|群众|公众|本级|所属"
)
_HEADING = 20
"""A paragraph of the overview up to this long is a heading."""
_DATE = re.compile(r"^[\s\d年月日〇○零一二三四五六七八九十.\-/]+$")


def stated(passage: Passage) -> Iterator[Mention]:
    """Find the agency that an introduction says the report is of (role intro) or was drawn up by (role compiled)."""
    if passage.section != "intro":
        return
    for role, patterns in (("intro", _STATED), ("compiled", _DRAWN_UP)):
        for pattern in patterns:
            for match in matches(pattern, passage):
                if _is_name(match["name"]):
                    yield passage.found(*match.span("name"), "agency", match["name"], role)


def opening(passages: Sequence[Passage]) -> Iterator[tuple[Passage, Mention]]:
    """Find the agency of which the first whole sentence of the overview tells (role opening)."""
    for passage in passages:
        if passage.section == "overview" and len(passage.text) > _HEADING:
            subject = _SUBJECT.match(passage.plain)
            if subject and _is_name(subject["name"]):
                yield passage, passage.found(*subject.span("name"), "agency", subject["name"], "opening")
            return


def _is_name(name: str) -> bool:
    return bool(_ORGAN.search(name)) and not _NO_NAME.search(name)


def signed(passages: Sequence[Passage]) -> Iterator[tuple[Passage, Mention]]:
    """Find the agency that signed: a short line at the end that holds a name only, with a date near by."""
    tail = [passage for passage in passages[-4:] if passage.section not in ("title", "intro")]
    dated = [n for n, passage in enumerate(tail) if _DATE.match(passage.plain) and "年" in passage.plain]
    for n, passage in enumerate(tail):
        text = "".join(passage.plain.split())
        near = passage.section == "signature" or any(abs(n - d) == 1 for d in dated)
        if (
            near
            and 3 <= len(text) <= 30
            and re.fullmatch(r"[\u4e00-\u9fff()]+", text)
            and _ORGAN.search(text)
        ):
            yield passage, passage.found(0, len(passage.text), "agency", text, "signature")
