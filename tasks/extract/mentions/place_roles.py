"""How a sentence uses the name of a place."""

from __future__ import annotations

import re

from tasks.extract.mentions.passage import Passage

_RELATION = re.compile(
    r"对口|协作|帮扶|学习|考察|借鉴|经验|交流|合作|结对|支援|援[疆藏青建]|共建|联合|联动|赴|前往|跨省|跨市|跨区域|通办|飞地|来访|来我|调研|外地|外省|来自"
    r"|招商|引进|企业|公司|集团|户籍|籍|协同|一体化|都市圈|城市群|经济带|示范区|论坛|大会|博览会|展|赛事|运动会|亚运|奥运|进博|标杆|兄弟|先进地区"
    r"|大学|学院|研究院|法院|检察院|仲裁|复议|案|报社|电视台|出版社|邻|周边|交界|流域|沿线|高速|铁路|机场|港"
)
_ACTING = re.compile(
    r"^(?:各级|各|全|人民政府|政府|委|市委|县委|区委|[\u4e00-\u9fff]{1,12}?(?:局|委员会|委|办公室|厅|镇|乡|街道)|政务|信息公开|政府信息)"
)


def place_role(passage: Passage, start: int, end: int) -> str:
    """Return titled (in 《》 or “”), relation (visits, pairing, companies, courts …), acting (named as an organ), named."""
    if passage.in_title(start) or passage.in_quotes(start):
        return "titled"
    first, last = passage.sentence_span(start)
    if passage.section not in ("title", "signature") and _RELATION.search(passage.plain[first:last]):
        return "relation"
    return "acting" if _ACTING.match(passage.plain[end : end + 16]) else "named"
