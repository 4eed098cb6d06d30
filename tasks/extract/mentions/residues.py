"""What a draft leaves behind: placeholders that nobody filled in, marks of a conversion."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tasks.extract.mentions.passage import Mention, Passage, matches

_BLANK_NUMBER = r"[\u4e00-\u9fff]?[〔\[【]\s*(?:20\s*\d?)?\s*[〕\]】]\s*(?:第\s*)?\d{0,4}\s*号"
# each kind with characters one of which it must hold, so that most texts are not searched at all
_RESIDUES = (
    ("conversion", ("[bookmark",), re.compile(r"\[bookmark:?[^\]]{0,40}\]")),
    (
        "cross",
        ("XX", "xx", "××", "╳╳", "✕✕", "＊＊", "**"),
        re.compile(
            r"(?<![A-Za-z0-9])[Xx]{2,}(?![A-Za-z0-9])|[×╳✕＊]{2,}|(?<![*\dA-Za-z])\*{2,3}(?=[年月日件条次号局个项名万元市县区镇])"
        ),
    ),
    (
        "cross",
        ("X月", "x月", "×月", "X日", "×日", "X年", "×年"),
        re.compile(r"(?<![A-Za-z0-9×Xx])[Xx×](?=[年月日])"),
    ),
    ("somebody", ("某某",), re.compile(r"某某")),
    (
        "note",
        ("(此处", "(这里", "(请", "(待", "(填", "(略", "[此处", "[请", "【此处", "【请", "【待"),
        re.compile(
            r"\((?:此处|这里|请填写|请在此|请补充|待补充|待填写|待定|填写|略去)[^()]{0,30}\)|\[(?:此处|请)[^\]]{0,30}\]|【(?:此处|请|待)[^】]{0,30}】"
        ),
    ),
    (
        "note",
        ("具体",),
        re.compile(r"[“\[【(]具体[\u4e00-\u9fff]{0,10}(?:名称|数量|数字|日期|时间|金额)[”\]】)]"),
    ),
    ("number", ("〕", "]", "】"), re.compile(_BLANK_NUMBER)),
    ("prompt", ("输入",), re.compile(r"(?:点击|单击)(?:或点按|或点击)?(?:此处)?输入|在此输入")),
    ("prompt", ("错误!",), re.compile(r"错误!\s?未(?:找到引用源|定义书签)")),
    ("annex", ("略",), re.compile(r"附件\s?\d?:?\s?略(?!\w)")),
)
_MASKING = re.compile(r"[\d*]\s?$")
_SURNAME_BEFORE = re.compile(
    r"[王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜]$"
)


def residues(passage: Passage) -> Iterator[Mention]:
    """Find left-over placeholders. Value: which kind; role: left, conversion (bookmarks) or masked (no residue)."""
    text = passage.plain
    for kind, needed, pattern in _RESIDUES:
        if any(word in text for word in needed):
            for match in matches(pattern, passage):
                yield passage.found(*match.span(), "residue", kind, _role(kind, passage, match))


def _role(kind: str, passage: Passage, match: re.Match[str]) -> str:
    before = passage.plain[max(0, match.start() - 3) : match.start()]
    if kind == "conversion":
        return "conversion"
    if kind == "somebody" and (_SURNAME_BEFORE.search(before) or passage.in_quotes(match.start())):
        return "masked"  # 张某某: a name left out on purpose
    if kind == "cross" and (
        _MASKING.search(before) or passage.plain[match.end() : match.end() + 1].isdigit()
    ):
        return "masked"  # 138××××1234
    return "left"


def conversion_mark(text: str) -> bool:
    """Say whether a printed line holds a mark that a conversion left; cheap, for every line of the tables."""
    return "[bookmark" in text or "错误！未" in text or "错误!未" in text
