"""Claims without a number: nothing was received, nothing happened, all were upheld, all were done."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from tasks.extract.claims.sentences import DISPUTES, REQUESTS
from tasks.extract.claims.words import read_share

_CHANNELS = r"网上|网络|网站|线上|线下|传真|信函|邮件|邮箱|邮寄|当面|窗口|现场|微信|平台|电话|书面|口头|在线|电子邮件|信件|渠道"
_NOT = r"(?:未曾?|没有?|无|尚未|从未|均未|未有|并未)"
_REQUEST = r"(?:(?:政府)?信息(?:的)?(?:依申请)?公开(?:的)?申请|依申请公开|申请公开|公开申请|信息依?申请公开|(?:政府)?信息公开依申请|申请)"
_GAP = r"(?P<gap>[^，。；：（）]{0,26}?)"
_NONE_RECEIVED = re.compile(
    rf"{_NOT}(?:再|有人|新)?(?:收到过?|接到过?|接收到?|收过|接过|受理|收取到|接获|接待)(?:了|过|到)?(?:任何)?{_GAP}{_REQUEST}(?P<tail>[^，。；]{{0,14}})"
    rf"|(?:无|没有|不存在|未发生|未产生|未出现|暂无)(?:任何|新增|新收)?(?P<gap2>(?:公民、法人(?:和|或|或者)其他组织(?:的|提出的?)?|收到(?:的)?|群众|人员|人)?){_REQUEST}(?P<tail2>[^，。；]{{0,14}})"
    rf"|{_REQUEST}(?:的?(?:数量|件数|数|事项|件))?(?:均?为|是|共)(?:零|0)(?:件|份|宗|例)?(?!\d)(?P<tail3>)"
)
_OTHER_MATTER = re.compile(
    r"收费|费用|处理费|许可|复议|诉讼|投诉|举报|超期|逾期|延期|不予|予以|重复|违规|违法|纠纷|异议|不服|撤销|答复不|不当|救助|补贴|缴"
    r"|而不|拖延|推诿|信访|审批|结转|泄密|责任|处理不|未答复|未办"
)
_NO_CARRY = re.compile(
    r"(?:无|没有|不存在|也没有|未有)(?P<gap>[^，。；：]{0,6}?)"
    r"(?P<way>上一?年度?结转|结转上一?年度?|去年结转|结转(?:至|到)?下一?年度?|下一?年度?结转|结转(?=的?(?:情况|申请|件|事项|。|，|；)))"
)
_DISPUTE = re.compile(
    r"(?P<not>未(?:发生|出现|产生|收到|接到|引发|涉及|有|被)|没有(?:发生|出现|收到|产生|被|因)?|无(?!效|论|正当|理|法|需|锡)|不存在|零)"
    r"(?P<gap>[^，。；：]{0,42}?)(?P<what>行政复议|行政诉讼|复议|诉讼)(?P<tail>[^，。；：]{0,24})"
)
_DISPUTE_ENDS = re.compile(
    r"^(?:(?:案件?|申请|事项|应诉|、|和|及|与|或者?|以及|或行政|行政复议|行政诉讼|复议|诉讼|被?提起|被?申请|引起|引发|发生|等|的|情况|情形|问题|事件|现象|记录)|\d?件)*$"
)
_BAD_OUTCOME = re.compile(r"败诉|纠错|纠正|撤销|确认违法|责令|改判|变更")
_OUTCOME = re.compile(
    r"(?P<closed>(?:已|经)?(?:审结|办结|结案)的?[^，。；]{0,10})?"
    r"(?:(?P<upheld>(?:结果)?(?:均|全部|都|皆)(?:获|被|予以?|依法|得到|为|判决|裁定)?维持|(?:维持率|胜诉率)(?:为|达到?)?100%|(?:均|全部)胜诉)"
    r"|(?P<unlost>零败诉|无(?:一)?(?:败诉|纠错|被纠错|被撤销|纠正)|没有(?:一件)?(?:败诉|纠错|被纠错|纠正|被纠正)|未(?:发生|出现)?(?:败诉|被纠错|纠错|被纠正)"
    r"|零纠错|纠错率(?:为)?0%?(?!\d)|败诉率(?:为)?0%?(?!\d)))"
)
_REVIEW, _SUIT = re.compile(r"复议"), re.compile(r"诉讼|应诉|败诉|胜诉")
_RATE = re.compile(
    r"(?P<words>[^，。；：、]{0,14}?)(?P<kind>(?:办结|答复|办复|办理|回复|结案)率)(?:均|都|已)?(?:为|达到?|是|实现|保持在?|，)?(?P<value>\d+(?:\.\d+)?%|百分之[零一二三四五六七八九十百]+)"
)
_ON_TIME = re.compile(r"按期|按时|及时|到期|限期|法定|时限|期限|规定|准时|如期")
_FEE = re.compile(
    r"(?:政府)?(?:信息)?(?:公开)?(?:信息)?处理费|(?:信息公开|依申请公开|申请公开)[^，。；]{0,10}(?:费用|收费)|收取?[^，。；]{0,10}费用?|收费"
)
_NO_FEE = re.compile(
    r"(?:未|没有|无|不存在|没|从未|均未|并未)[^，。；]{0,14}?(?:收取?|产生|发生|涉及|征收|计收|收缴|向[^，。；]{0,12}收)[^，。；]{0,24}"
    r"|(?:不存在|无|没有)[^，。；]{0,12}(?:收费|处理费|费用)[^，。；]{0,10}|处理费用?(?:为|是|共|计)?(?:0|零)(?:元|万元)?(?![\d.])"
)
_NOT_PAID = re.compile(r"(?:未|不|没有?|拒绝?)(?:按[^，。；]{0,6})?[缴交]")
"""没有发生因申请人未缴纳信息处理费而不再处理的情形 says nothing of whether a fee was asked for."""
_OTHER_FEES = re.compile(r"行政事业性|涉企|目录|项目|违规收费|乱收费|新增收费|收费依据|收费文件|收费公示")


@dataclass(frozen=True, slots=True)
class Statement:
    """A claim without a number of its own: `relation` is none, outcome or share (a rate, with its value)."""

    metric: str
    relation: str
    begins: int
    end: int
    value: float | None = None
    doubt: str | None = None
    part: bool = False


_PART = "该处只说其中一种渠道（或者一类事项），不是全部。"
_LAWYERS = "该处没有写明是政府信息公开方面的复议诉讼。"


def statements(
    sentence: str, domain: str | None, section: str, disputes: tuple[str, ...], near: bool
) -> Iterator[Statement]:
    """Yield what a sentence (quotations blanked out) says without numbers.

    `near`: requests were spoken of just before. `disputes`: the groups (review, suit) that the sentence before spoke
    of, for one that goes on with 其中.
    """
    if "申请" in sentence or "结转" in sentence:
        yield from _none_received(sentence, domain)
        yield from _no_carry(sentence, domain)
    if "复议" in sentence or "诉" in sentence or "纠错" in sentence or "维持" in sentence:
        about = near or "信息公开" in sentence or "依申请" in sentence or domain in (REQUESTS, DISPUTES)
        yield from _no_disputes(sentence, about)
        yield from _outcomes(sentence, about, disputes)
    if "率" in sentence:
        yield from _rates(sentence, domain)
    if "费" in sentence:
        yield from _no_fee(sentence, section)


def _none_received(sentence: str, domain: str | None) -> Iterator[Statement]:
    for match in _NONE_RECEIVED.finditer(sentence):
        words = match.group()
        gap = match.group("gap") or match.group("gap2") or ""
        tail = match.group("tail") or match.group("tail2") or ""
        if (
            _OTHER_MATTER.search(gap)
            or _OTHER_MATTER.match(tail.lstrip("的"))
            or _OTHER_MATTER.search(tail[:6])
        ):
            continue
        named = "公开" in words or "依申请" in words
        if not named and domain != REQUESTS and "公开申请" not in sentence and "依申请公开" not in sentence:
            continue
        if re.search(r"[\d]", words.replace("0件", "").replace("为0", "")):
            continue
        if re.search(r"(?:人|渠道|量|类|表|书)", tail[:1]):
            continue
        ahead = sentence[
            max(sentence.rfind("，", 0, match.start()), sentence.rfind("；", 0, match.start()))
            + 1 : match.start()
        ]
        part = bool(re.search(_CHANNELS, gap + ahead)) or bool(
            re.search(r"涉及|关于|有关|对[^，]{2,}的", gap)
        )
        yield Statement("received", "none", match.start(), match.end(), 0.0, _PART if part else None, part)


def _no_carry(sentence: str, domain: str | None) -> Iterator[Statement]:
    if domain != REQUESTS and "申请" not in sentence:
        return
    for match in _NO_CARRY.finditer(sentence):
        way = match.group("way")
        if "下" in way:
            metric = "carried_out"
        elif "上" in way or "去年" in way:
            metric = "carried_in"
        else:
            continue
        yield Statement(metric, "none", match.start(), match.end(), 0.0)


def _groups(text: str) -> tuple[str, ...]:
    return (("review",) if _REVIEW.search(text) else ()) + (("suit",) if _SUIT.search(text) else ())


def _no_disputes(sentence: str, about: bool) -> Iterator[Statement]:
    for match in _DISPUTE.finditer(sentence):
        gap, tail = match.group("gap"), match.group("tail")
        if _BAD_OUTCOME.search(match.group()) or re.search(r"\d", gap) or not _DISPUTE_ENDS.match(tail):
            continue
        if re.search(r"超期|逾期|不予受理|违法|投诉", gap) and "申请行政" not in gap + match.group("what"):
            continue
        for group in _groups(match.group()):
            yield Statement(
                f"{group}.total", "none", match.start(), match.end(), 0.0, None if about else _LAWYERS
            )


def _outcomes(sentence: str, about: bool, before: tuple[str, ...]) -> Iterator[Statement]:
    for match in _OUTCOME.finditer(sentence):
        start = max(sentence.rfind("；", 0, match.start()), sentence.rfind("。", 0, match.start())) + 1
        near = _groups(match.group())
        ahead = sentence[start : match.start()]
        groups = near if near and "复议" not in ahead else _groups(ahead) or near or before
        if "败诉" in match.group() or "胜诉" in match.group():
            groups = tuple(g for g in groups if g == "suit") or groups
        closed = match.group("closed") is not None or bool(
            re.search(r"(?:审结|结案|办结)的?[^，。；]{0,12}$", ahead)
        )
        kind = "upheld" if match.group("upheld") else "unlost"
        for group in groups:
            name = "suit" if group.startswith("suit") else group
            if name not in ("review", "suit"):
                continue
            yield Statement(
                f"{name}.{'closed_' if closed else ''}{kind}", "outcome", match.start(), match.end(), None,
                None if about else _LAWYERS,
            )  # fmt: skip


def _rates(sentence: str, domain: str | None) -> Iterator[Statement]:
    if not (domain == REQUESTS or "申请" in sentence):
        return
    for match in _RATE.finditer(sentence):
        words = match.group("words") + match.group("kind")
        if re.search(
            r"建议|提案|热线|12345|留言|信访|投诉|咨询|诉求|工单|事项办",
            sentence[max(0, match.start() - 20) : match.end()],
        ):
            continue
        metric = "rate.on_time" if _ON_TIME.search(words) else "rate.done"
        yield Statement(metric, "share", match.start(), match.end(), read_share(match.group("value")))


def _no_fee(sentence: str, section: str) -> Iterator[Statement]:
    if section not in ("other", "overview", "requests"):
        return
    if not _FEE.search(_OTHER_FEES.sub("", sentence)):
        return
    for match in _NO_FEE.finditer(sentence):
        words = match.group()
        if _OTHER_FEES.search(words) or _NOT_PAID.search(words) or "费" not in words:
            continue
        named = "处理费" in words or "信息公开" in words or "依申请" in words or section == "other"
        if not named and "信息公开" not in sentence and "依申请" not in sentence:
            continue
        yield Statement("fee", "none", match.start(), match.end(), 0.0)
        return
