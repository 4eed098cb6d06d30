"""How a sentence uses the name of a place."""

from __future__ import annotations

import re

from tasks.extract.mentions.passage import Passage

_RELATION = re.compile(
    r"对口|配合|会同|协助|共同|移送|转交|转送|转办|函告|征求|协作|帮扶|考察|借鉴|学习交流|交流学习|经验|合作|结对|支援|援[疆藏青]|共建|联合|联动|赴|前往|跨[省市区]|通办|飞地|来访|来我|调研|外[地省]|来自"
    r"|招商|引进|企业|公司|集团|户籍|一体化|都市圈|城市群|经济带|论坛|博览会|展会|展览|赛事|运动会|标杆|兄弟|先进地区|大学|学院|研究院"
    r"|法院|检察院|仲裁|电视台|报社|出版社|毗邻|周边|交界|流域|沿线|高速|铁路|机场|办事处驻|驻"
)
_NEAR = 30
_ACTING = re.compile(
    r"^(?:各级|各|全|人民政府|政府|委|市委|县委|区委|[\u4e00-\u9fff]{1,12}?(?:局|委员会|委|办公室|厅|镇|乡|街道)|政务|信息公开|政府信息)"
)


def place_role(passage: Passage, start: int, end: int) -> str:
    """Return titled (in 《》 or “”), relation (visits, pairing, companies, courts …), acting (named as an organ), named."""
    if passage.in_title(start) or passage.in_quotes(start):
        return "titled"
    first, last = passage.sentence_span(start)
    around = passage.plain[max(first, start - _NEAR) : min(last, end + _NEAR)]
    if passage.section not in ("title", "signature") and _RELATION.search(around):
        return "relation"
    return "acting" if _ACTING.match(passage.plain[end : end + 16]) else "named"
