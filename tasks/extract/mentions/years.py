"""Years, words for relative time, and congresses: of what time a sentence speaks."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tasks.extract.mentions.passage import Mention, Passage, matches

_YEAR = re.compile(
    r"(?<!\d)((?:19|20)\d{2})(?:\s?年|\s?(?=全年|年度))|二[〇○零O0][〇○零一二三四五六七八九]{2}年"
)
_CHINESE_DIGITS = {"二": "2", "〇": "0", "○": "0", "零": "0", "O": "0", "0": "0"} | {
    digit: str(value) for value, digit in enumerate("一二三四五六七八九", start=1)
}
_SPAN_BEFORE = re.compile(r"\d{4}\s?年?\s?(?:-{1,2}|[—–~～－]{1,2}|至|到)\s?$")
_SPAN_AFTER = re.compile(r"\s?度?\s?(?:-{1,2}|[—–~～－]{1,2}|至|到)\s?(?:20\d{2}|今|目前)")
_DAY_AFTER = re.compile(r"\s?(\d{1,2})\s?月")
_BLANK_DATE = re.compile(r"[\s\d年月日_/.-]{5,20}")
"""A line of its own under the report, the day perhaps left blank: 2025年  月  日."""
_AS_OF = re.compile(r"截[至止]到?\s?$")
_LATEST = 6
"""The last month of the year after in which a report is still likely to be published."""
_PERIOD = re.compile(
    r"统计期限|统计时限|统计数据|数据统计|统计范围|起止|期限(?:为|自|从)|时间(?:为|自|从)|1\s?月\s?1\s?日.{0,12}12\s?月\s?31\s?日"
)
_COMPARED_BEFORE = re.compile(r"(?:较|比|同比|相比|相较于?|对比|高于|低于|超过|多于|少于)于?\s?$")
_COMPARED_AFTER = re.compile(r"\s?度?(?:同期|相比|的?基础上|增长|增加|下降|减少|持平)")
_THIS_YEAR = re.compile(r"本年(?!度?报告)|今年")
_SINCE_BEFORE = re.compile(r"(?:自|从|早在|始于|起于)\s?$")
_SINCE_AFTER = re.compile(r"\s?度?(?:以来|起|开始|之后|以后|后[,，]|至今|之前|以前|前[,，])")
_NAMED_PLAN = re.compile(r"\s?(?:远景目标|远景规划|远景)")
# 2023年度政务公开工作要点, 2022年部门决算: a year that belongs to the name of something
_NAMED_AFTER = re.compile(
    r"\s?度?(?!.{0,6}(?:完成|开展|组织|印发|制定|举办|召开|发布|主动|办理|收到|新收|受理))[^,;。、:()\d我全共了已在对按被把将]{0,16}?"
    r"(?:报告|年报|要点|决算|预算|计划|规划|方案|建议|提案|议案|目录|通知|意见|大会|会议|培训班"
    r"|审计|巡视|巡察|督察|任务|清单|白皮书|公报|年鉴|考核|评估|测评|测试|第[一二三四1-4]季度|学年|上半年|下半年|届)"
)
_NAMED_HARD = re.compile(
    r"\s?度?(?:[^,;。、:()\d我]{0,10}?)(?:工作要点|决算|预算|年度报告|建议提案|代表建议|政协提案|学年)"
)
_REVIEW = re.compile(r"(?:针对|对照|围绕|根据|对)\s?$")
_PLAN = re.compile(
    r"将(?:继续|进一步|采取|从|着力|认真|切实|在|围绕|以|按照|紧|不断|持续|加强|重点|加大|深化|严格|积极|抓好|针对|通过|坚持"
    r"|把|做好|努力|全面|扎实|立足|聚焦|更加|逐步|深入|对照|结合|根据|大力|推进|强化|完善|优化|重点|进行|开展)"
    r"|下一?步|下阶段|今后|拟|计划|打算|力争|争取|预计|有望"
)
_UNTIL_BEFORE = re.compile(r"(?:到|至|截至|截止到?|于|在|力争|预计|争取)\s?$")
_UNTIL_AFTER = re.compile(r"\s?(?:底|末|年底|年末|底前|前|初|内|之前)")
_REPORTING = re.compile(r"截至|截止|发布|公布|公开|提交|报送|印发")
_SOON = 24
"""So near after a year its plan is told, where it is that year's."""
# what may stand before the subject of a sentence: a numeral, 一是, a heading of its own, 在 or 于
_OPENING = re.compile(
    r"^[\s“\"'(（#*\-•●]*(?:第?[一二三四五六七八九十\d]{1,3}[、.．)）:]\s*|\([一二三四五六七八九十\d]{1,3}\)\s*|[一二三四五六七八九十]是)?"
    r"(?:[^,;。:]{0,24}?(?:方面|情况|工作|公开|建设|保障|管理|不足|问题|措施|打算)[,:。、\s]{0,2})?(?:在|于|即|我[局委办厅市区县镇乡院校站旗州省]|我街道|我单位|我们|本机关|本单位|全[市区县局])?\s*$"
)
_HISTORY = re.compile(r"^[^,;。]{0,14}?(?:施行|颁布|修订|组建|挂牌|撤销|划转|机构改革|更名)")

_RELATIVE = re.compile(
    r"今年(?!代|龄)|去年|(?<!以)(?<!之)前年(?!度)|(?<![说证表声])明年(?!度)|截[至止]到?目前|到目前为止|截[至止]日前"
)
_CONGRESS = re.compile(
    r"(十[七八九]|二十)届(?:[一二三四五六七]中[、和])*([一二三四五六七])中全会|(十[七八九]|二十)届历次全会|(?:党的|中国共产党第)?(十[七八九]|二十)(?:大|次全国代表大会)"
)
_CONGRESS_NUMBERS = {"十七": 17, "十八": 18, "十九": 19, "二十": 20}
_AFTER_BARE = re.compile(
    r"精神|报告|以来|代表|召开|胜利|会议|和|、|,|。|及|”|学习|提出|作出|部署|明确|战略|确立|强调|关于|闭幕|开幕"
)
_PAST_CONGRESS = re.compile(r"(?:胜利)?(?:召开)?以来|以后|之后|后[,，]|首次|曾|时[,，]")


def years(passage: Passage, year: int | None) -> Iterator[Mention]:
    """Find years and say how each is used.

    Roles: acting (the time of what the sentence reports), dated (the same, with a month), period, title, law
    (in 《》 or quotes), named (part of the name of a plan, budget, meeting), range, comparison, since, history,
    review (problems of an earlier year), plan, named plan, until, publish, other.
    """
    for match in matches(_YEAR, passage):
        value = match.group(1) or "".join(_CHINESE_DIGITS[c] for c in match.group()[:4])
        yield passage.found(
            match.start(), match.end(), "year", value, _year_role(passage, match, int(value), year)
        )


def _year_role(passage: Passage, match: re.Match[str], value: int, year: int | None) -> str:
    text = passage.plain
    start, end = match.span()
    before, after = text[max(0, start - 12) : start], text[end : end + 24]
    if passage.section == "title":
        return "title"
    if passage.in_title(start) or passage.in_quotes(start):
        return "law"
    first, last = passage.sentence_span(start)
    sentence = text[first:last]
    if passage.section == "signature":
        return "publish"
    if _PERIOD.search(sentence) and _DAY_AFTER.match(after):
        return "period"
    if _NAMED_PLAN.match(after):
        return "named plan"
    if _SPAN_BEFORE.search(before) or _SPAN_AFTER.match(after):
        return "range"
    if year is not None and value > year:
        return _future_role(passage, match, sentence, value - year)
    if _COMPARED_BEFORE.search(before) or _COMPARED_AFTER.match(after):
        return "comparison"
    if _SINCE_BEFORE.search(before):
        return "since"
    if _NAMED_HARD.match(after):
        return "named"
    if _REVIEW.search(before) and "问题" in sentence:
        return "review"
    if year is not None and value < year:
        if _SINCE_AFTER.match(after):
            return "since"
        if _NAMED_AFTER.match(after):
            return "named"
        if _THIS_YEAR.search(text[end:last]):
            return "comparison"  # 2022年收到50件，本年为51件
        if _HISTORY.match(after):
            return "history"
    elif passage.section == "problems" and _PLAN.search(text[end : min(last, end + _SOON)]):
        return "plan"
    if not _OPENING.match(text[first:start]) and text[max(0, start - 1) : start] not in (",", ";"):
        return "other"
    return "dated" if _DAY_AFTER.match(after) else "acting"


def _future_role(passage: Passage, match: re.Match[str], sentence: str, distance: int) -> str:
    """A year after the report year: what is planned for it is no mistake, what was done in it is."""
    text = passage.plain
    start, end = match.span()
    before, after = text[max(0, start - 12) : start], text[end : end + 24]
    if passage.section in ("intro", "title") or _BLANK_DATE.fullmatch(text):
        return "publish"
    if _PLAN.search(sentence) or (passage.section == "problems" and distance == 1):
        return "plan"
    day = _DAY_AFTER.match(after)
    if _AS_OF.search(before) and (distance > 1 or (day and int(day.group(1)) > _LATEST)):
        return "dated"  # 截至 tells of what has been done, and no report is published so late
    if _UNTIL_AFTER.match(after) or (_UNTIL_BEFORE.search(before) and not _DAY_AFTER.match(after)):
        return "until"
    if distance == 1 and _REPORTING.search(sentence) and _DAY_AFTER.match(after):
        return "publish"
    if _NAMED_AFTER.match(after):
        return "named"
    first, _ = passage.clause_span(start)
    if text[first:start].strip() and not _OPENING.match(text[first:start]):
        return "other"
    return "dated" if _DAY_AFTER.match(after) else "acting"


def relative_times(passage: Passage) -> Iterator[Mention]:
    """Find words whose meaning changes with the day on which they are read: 今年, 截至目前."""
    for match in matches(_RELATIVE, passage):
        quoted = passage.in_title(match.start()) or passage.in_quotes(match.start())
        yield passage.found(*match.span(), "relative_time", match.group(), "quoted" if quoted else "acting")


def congresses(passage: Passage) -> Iterator[Mention]:
    """Find congresses of the party (value ``20``) and plenums (``20.3``, ``19.all`` for all of a congress)."""
    for match in matches(_CONGRESS, passage):
        term, plenum, every, congress = match.groups()
        start, end = match.span()
        after = passage.plain[end : end + 8]
        if congress:
            named = match.group().startswith(("党", "中国"))
            if not named and not _AFTER_BARE.match(after):
                continue  # 二十大类 and the like
            value = str(_CONGRESS_NUMBERS[congress])
        elif every:
            value = f"{_CONGRESS_NUMBERS[every]}.all"
        else:
            value = f"{_CONGRESS_NUMBERS[term]}.{'一二三四五六七'.index(plenum) + 1}"
        past = passage.in_title(start) or _PAST_CONGRESS.match(after)
        yield passage.found(start, end, "congress", value, "history" if past else "cited")
