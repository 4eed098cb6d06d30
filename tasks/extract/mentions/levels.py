"""全省, 全市, 全区: of whose whole a sentence speaks."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tasks.extract.mentions.passage import Mention, Passage, matches

_LEVEL = re.compile(r"全(?:国|省|市|区|县)(?!域|人大|政协|性|场|民)")
# Another's meeting, order, ranking or system named by its reach: no claim to have worked on that scale.
_QUOTED = re.compile(
    r"会议|大会|会上|推进会|培训|考核|考评|评估|测评|评比|评议|评选|排名|排行|通报|名列|位居|位列|居全|列全|第[一二三四五六七八九十\d]+[名位]?|首[个批家次]"
    r"|前列|领先|率先|唯一|平均|抽查|检查|巡查|督查|监测|精神|要求|部署|安排|要点|意见|通知|方案|文件|标准(?!化)|规定|目录|清单"
    r"|一体化|一张网|统一|平台|系统|网站|试点|示范|先进|优秀|表彰|表扬|荣获|获得|获评|被评|入选|称号|典型|经验|案例|推广|交流"
    r"|根据|按照|依据|依照|遵照|贯彻|落实|参加|参与|配合|助力|支撑|服务|融入|响应|对标|共享|(?<!全)(?:省政府|省委|市政府|市委)|国务院|省级"
)
# Of these, what tells even of work or figures that they are another's.
_ANOTHERS = re.compile(
    r"排名|名列|位居|位列|第[一二三四五六七八九十\d]+[名位]|平均|抽查|考核|评|通报|会议|大会|培训|精神|要求|部署|要点|根据|按照|依据|贯彻|落实"
    r"|参加|参与|配合|助力|支撑|服务|融入|共享|试点|示范|一体化"
)
_BY_OWN = re.compile(r"^[^,;。]{0,24}由(?:我|本)?[\u4e00-\u9fff]{1,20}?(?:统一|集中|负责)?(?:公开|发布)")
_YEAR_ONLY = re.compile(r"^(?:20\d\d年?度?)?$")
_WORK = r"公开(?:目录|指南|工作|平台|栏目)|(?:政府信息|政务|信息|依申请)公开|年度报告|主动公开"
_MANAGING = re.compile(
    r"(?:组织|推动|推进|指导|统筹|协调|加强|做好|开展|负责|监督|规范|提升|强化|深化|促进|健全|完善|督促|引领|抓好|管理)[^,;。]{0,8}$"
)
_OWN_SUBJECT = re.compile(
    rf"^(?:各级|各地|各部门|各单位|行政机关|政府|共|累计|主动|全年|范围内|上下|的|[^,;。]{{0,6}}系统)?[^,;。]{{0,12}}(?:{_WORK})"
)
_COUNTED = re.compile(r"^[^,;。]{0,20}(?:收到|新收|受理|公开|办结|发布|制发|答复|收办|办理)[^,;。]{0,16}\d")


def levels(passage: Passage) -> Iterator[Mention]:
    """Find words for a whole territory. Role: own (the report's work spans it), quoted, or unclear."""
    text = passage.plain
    for match in matches(_LEVEL, passage):
        start, end = match.span()
        if passage.in_title(start) or passage.in_quotes(start):
            role = "quoted"
        else:
            first, last = passage.clause_span(start)
            before, after, clause = text[first:start], text[end:last], text[first:last]
            begins = _YEAR_ONLY.match(before.strip())
            work = _OWN_SUBJECT.match(after) if begins or _MANAGING.search(before) else None
            work = work or (_BY_OWN.match(after) if begins else None)
            # the matter itself may hold such a word (养老服务信息公开): only what stands around it tells
            own = work is not None and not _ANOTHERS.search(before + "," + after[work.end() :])
            own = own or bool(begins and _COUNTED.match(after) and not _ANOTHERS.search(clause))
            role = "own" if own else "quoted" if _QUOTED.search(clause) else "unclear"
        yield passage.found(start, end, "level", match.group()[1], role)
