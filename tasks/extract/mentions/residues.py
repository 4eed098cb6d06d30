"""What a draft leaves behind: placeholders that nobody filled in, marks of a conversion."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tasks.extract.mentions.passage import Mention, Passage, matches

_RESIDUE = re.compile(
    r"(?P<conversion>\[bookmark:?[^\]]{0,40}\])"
    r"|(?P<cross>(?<![A-Za-z0-9])[Xx]{2,}(?![A-Za-z0-9])|[×╳✕＊]{2,}|(?<![*\w])\*{2,3}(?=年|月|日|件|条|次|号|局|个|项|名|万|元|市|县|区|镇))"
    r"|(?P<somebody>某某)"
    r"|(?P<note>\((?:此处|这里|请填写|请在此|待补充|待填写|待定|填写|略去)[^()]{0,30}\)|\[(?:此处|请)[^\]]{0,30}\]|【(?:此处|请|待)[^】]{0,30}】)"
    r"|(?P<number>[\u4e00-\u9fff][〔\[【]\s*(?:20\s*\d{0,1})?\s*[〕\]】]\s*(?:第\s*)?\d{0,4}\s*号)"
    r"|(?P<prompt>点击(?:或点按)?(?:此处)?输入|单击(?:或点击)?(?:此处)?输入|在此输入|错误!未找到引用源|错误!未定义书签)"
    r"|(?P<annex>附件\s?\d?[:]?\s?略(?!\w))"
)
_MASKING = re.compile(r"[\d*]\s?$")
_SURNAME_BEFORE = re.compile(r"[王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜]$")


def residues(passage: Passage) -> Iterator[Mention]:
    """Find left-over placeholders. Value: which kind; role: left, conversion (bookmarks) or masked (no residue)."""
    for match in matches(_RESIDUE, passage):
        kind = str(match.lastgroup)
        before = passage.plain[max(0, match.start() - 3) : match.start()]
        role = "left"
        if kind == "conversion":
            role = "conversion"
        elif kind == "somebody" and (_SURNAME_BEFORE.search(before) or passage.in_quotes(match.start())):
            role = "masked"  # 张某某: a name left out on purpose
        elif kind == "cross" and (_MASKING.search(before) or passage.plain[match.end() : match.end() + 1].isdigit()):
            role = "masked"  # 138××××1234
        yield passage.found(*match.span(), "residue", kind, role)
