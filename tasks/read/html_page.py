"""The lines and tables of a page, and which of them are the report: the rest of the page is left out."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from lxml import etree

from models.document import Block, Locator, Paragraph, Table
from models.errors import ErrorKind, ReadError
from tasks.read import text as plain
from tasks.read.html_table import BLOCKS, data_tables, grid, is_spacer, squeeze

LONG = "网页过长，不像是年度报告，未予读取；请只提交年度报告本身。"
HEADING = re.compile(
    r"(?:[一二三四五六]|[1-6])\s*[、.．,，].{0,12}(?:总体情况|主动公开|依?申请|行政复议|行政诉讼|主要问题|改进|其他.{0,6}事项)"
)
_FEWEST_HEADINGS, _FEWEST_NUMBERS = 2, 15
_FILE = re.compile(r"\.(?:docx?|wps|pdf|xlsx?|ofd|rtf|zip|rar|jpe?g|png)(?:$|[?#])", re.I)
_WHERE_WE_ARE = re.compile(r"(?:您|你)?(?:现在|当前|所在)的?(?:所在)?(?:的)?位置|首页\s*[>＞»›→/\-—]")
_BESIDE_LINKS = re.compile(
    r"(?:上一[篇条页]|下一[篇条页]|相关(?:链接|阅读|文章|信息|新闻)|返回|首页|更多|尾页|没有了|无|"
    r"\[?20\d\d[-/.年]\d\d?[-/.月]\d\d?日?\]?|[\s>＞»›|｜/·•:：\-—\[\]()（）【】“”])*"
)
_AFTER = re.compile(
    r"(?:上一[篇条]|下一[篇条]|相关(?:链接|阅读|文章|信息|新闻)|友情链接|网站地图|版权所有|主办(?:单位)?[:：]|承办(?:单位)?[:：]|"
    r"网站标识码|.{0,4}ICP备|.{0,4}公网安备|[【\[（(]?(?:打印本?页|关闭(?:窗口|本页)|打印|字体)|分享到|扫一扫|责任编辑|"
    r"信息来源|浏览次数|点击(?:数|次数)|阅读次数)"
)
_LONGEST_AFTER = 80
_SHORTEST_AGENCY = 2
_SITE = re.compile(r"[_|｜]|\s[-–—]+\s|-{2,}")
"""What parts the title of an article from the name of its site."""

_WHOLE_TITLE = re.compile(
    r".{2,40}20\d\d.{0,12}(?:信息|政务)公开.{0,10}(?:报告|年报)|20\d\d年.{3,40}(?:信息|政务)公开.{0,10}(?:报告|年报)"
)
_BARE_TITLE = re.compile(r"(?:政府)?(?:信息|政务)公开(?:工作)?(?:年度)?(?:工作)?(?:报告|年报)|年度报告|年报")
_OWN_WORDS = re.compile(
    r"(?:政府)?(?:信息|政务)公开|(?:年度|工作|情况)|报告|年报|20\d\d年?|[^\u4e00-\u9fff]|[关于的年]"
)
_SMALL_PICTURE = re.compile(r"logo|icon|ico\b|qr|ewm|erweima|weixin|wechat|weibo|share|print|arrow|banner|top|search|gongan|"
                            r"jubao|dzjg|close|\.gif|\.svg|spacer|blank|button|btn|line", re.I)  # fmt: skip
_WIDE, _HIGH, _HEAVY = 300, 80, 20_000
_INNER_PAGES = frozenset({"iframe", "object", "embed", "canvas", "frame"})


@dataclass(slots=True)
class Line:
    """One printed line, how it is marked, and how much of it is links."""

    text: str
    level: int | None
    unlinked: str
    listed: bool
    to_file: bool

    def paragraph(self) -> Paragraph:
        """The line as a Document holds it."""
        return Paragraph(self.text, self.level, Locator())


@dataclass(slots=True)
class Unread:
    """A picture large enough to hold a table, or another page shown inside this one."""


Item = Line | Table | Paragraph | Unread


@dataclass(slots=True)
class Page:
    """What a page prints, in order, and the words of the links to files on it."""

    items: list[Item]
    attached: list[str] = field(default_factory=list)

    def blocks(self) -> list[Block]:
        """The lines and tables as a Document holds them."""
        return [
            item.paragraph() if isinstance(item, Line) else item
            for item in self.items
            if not isinstance(item, Unread)
        ]

    def unread(self) -> int:
        """How many pictures or inner pages that may hold a table stand below the first heading, if it has one."""
        first = next((n for n, item in enumerate(self.items) if is_heading(item)), 0)
        return sum(isinstance(item, Unread) for item in self.items[first:])


def walk(body: etree._Element, before: int = 0) -> Page:
    """Gather the lines and tables below `body` in reading order; inline text collects until a block ends.

    `before` tables of the file stand above. Raises ReadError past 50,000 lines.
    """
    tables = data_tables(body)
    page = Page([])
    inline: list[tuple[str, bool]] = []
    linked: list[etree._Element] = []
    listed, number = 0, before
    to_file = False

    def flush(level: int | None = None) -> None:
        nonlocal to_file
        if inline:
            page.items.extend(_lines(inline, level, listed > 0, to_file))
            inline.clear()
        to_file = False

    def take(text: str | None) -> None:
        if text:
            inline.append((text.replace("\n", " ").replace("\r", " "), bool(linked)))

    events = etree.iterwalk(body, events=("start", "end"))
    for event, element in events:
        tag = element.tag
        if event == "start":
            if tag == "br":
                inline.append(("\n", bool(linked)))
            elif tag == "a" and _is_link(element):
                linked.append(element)
                if _FILE.search(element.get("href") or ""):
                    to_file = True
                    page.attached.append(squeeze("".join(element.itertext()))[:60])
            elif tag in ("img", "v:imagedata"):
                if _may_hold_a_table(element):
                    page.items.append(Unread())
            elif tag in _INNER_PAGES:
                page.items.append(Unread())
                del element[:]
                element.text = None
            elif tag in BLOCKS:
                flush()
                listed += tag in ("li", "dt")
                if element in tables:
                    number += 1
                    caption = element.find("caption")
                    if caption is not None:
                        page.items.extend(_lines([("".join(caption.itertext()), False)], None, False, False))
                    page.items.append(grid(tables[element], number))
                    events.skip_subtree()
                    continue
                if tag == "pre":
                    page.items.extend(plain.blocks("".join(element.itertext()).split("\n")))
                    events.skip_subtree()
                    continue
            take(element.text)
        else:
            if linked and linked[-1] is element:
                linked.pop()
            elif tag in BLOCKS:
                flush(int(tag[1]) if len(tag) == 2 and tag[0] == "h" and tag[1].isdigit() else None)
                listed -= tag in ("li", "dt")
            if element is not body:
                take(element.tail)
            if len(page.items) > plain.MOST_BLOCKS:
                raise ReadError(ErrorKind.TOO_LARGE, LONG)
    flush()
    return page


def _is_link(element: etree._Element) -> bool:
    target = element.get("href")
    if target is None:
        return element.get("name") is None and element.get("id") is None
    return not target.startswith("#")


def _lines(inline: Sequence[tuple[str, bool]], level: int | None, listed: bool, to_file: bool) -> list[Line]:
    text = "".join(piece for piece, _ in inline)
    if not any(linked for _, linked in inline):
        found = (squeeze(line) for line in text.split("\n"))
        return [Line(line, level, line, listed, to_file) for line in found if line]
    rest = "".join("\n" * piece.count("\n") if linked else piece for piece, linked in inline)
    both = zip(text.split("\n"), rest.split("\n"), strict=True)
    return [Line(squeeze(a), level, squeeze(b), listed, to_file) for a, b in both if squeeze(a)]


def _may_hold_a_table(picture: etree._Element) -> bool:
    """Say whether a picture is large enough, as far as the page tells, and not one of the site's own."""
    if is_spacer(picture):
        return False
    source = picture.get("src") or ""
    if source.startswith("data:"):
        return len(source) > _HEAVY
    sizes = [re.match(r"\s*(\d{1,6})(?:px)?\s*$", picture.get(side) or "") for side in ("width", "height")]
    wide, high = (int(size.group(1)) if size else None for size in sizes)
    if (wide is not None and wide < _WIDE) or (high is not None and high < _HIGH):
        return False
    return (wide is not None and high is not None) or not _SMALL_PICTURE.search(source)


# --------------------------------------------------------------------------------- the report in the page


def is_heading(item: Item) -> bool:
    """Say whether a line is one of the report's six headings."""
    return isinstance(item, (Line, Paragraph)) and bool(HEADING.match(item.text))


def is_report(items: Sequence[Item]) -> bool:
    """Say whether these lines and tables hold a report, or a good part of one."""
    headings = {
        item.text[:2] for item in items if isinstance(item, (Line, Paragraph)) and HEADING.match(item.text)
    }
    return len(headings) >= _FEWEST_HEADINGS or has_tables(items)


def has_tables(items: Sequence[Item]) -> bool:
    """Say whether tables with as many numbers as the form's are among them."""
    return numbers(items) >= _FEWEST_NUMBERS


def numbers(items: Sequence[Item]) -> int:
    """Count the cells that hold a number."""
    tables = [item for item in items if isinstance(item, Table)]
    return sum(cell.text[:1].isdigit() and len(cell.text) < 20 for table in tables for cell in table.cells)


def report_of(page: Page, title: str | None) -> Page:
    """Leave out what the site puts round the report: paths, lists of links, footers.

    Nothing goes that stands between the first and the last heading of the report but lines that are only links.
    `title` is what the page gives as title of the article.
    """
    items = [item for item in page.items if not (isinstance(item, Line) and _is_the_sites(item))]
    headings = [n for n, item in enumerate(items) if is_heading(item)]
    if not headings:
        return Page(items, page.attached)
    wanted = _bare(_SITE.split(title or "", maxsplit=1)[0])
    end = _footer_at(items, headings[-1])
    start = _title_at(items, headings[0], wanted)
    if start is not None:
        return Page(items[start:end], page.attached)
    if _is_whole_title(wanted):
        # the article's title stands in the head of the page only; what is printed above is the column's name
        above = [item for item in items[: headings[0]] if not _is_column_name(item)]
        return Page([*above, *items[headings[0] : end]], page.attached)
    return Page(items[:end], page.attached)


def _is_the_sites(line: Line) -> bool:
    if _WHERE_WE_ARE.match(line.text):
        return True
    if line.listed and _BARE_TITLE.fullmatch(line.text):
        return True  # the name of a column in a menu
    if line.unlinked == line.text or line.level == 1 or line.to_file or HEADING.match(line.text):
        return False
    return bool(_BESIDE_LINKS.fullmatch(line.unlinked))


def _is_whole_title(bare: str) -> bool:
    return bool(_WHOLE_TITLE.match(bare)) and len(_OWN_WORDS.sub("", bare)) >= _SHORTEST_AGENCY


def _is_column_name(item: Item) -> bool:
    return isinstance(item, Line) and bool(_BARE_TITLE.fullmatch(_bare(item.text)))


def _title_at(items: Sequence[Item], first: int, wanted: str) -> int | None:
    """Return where the report begins: at its whole title (agency and year), the last before its first heading."""
    for at in range(first - 1, -1, -1):
        item, before = items[at], items[at - 1] if at else None
        if not isinstance(item, Line):
            continue
        bare = _bare(item.text)
        if (bare == wanted or item.level == 1) and _is_whole_title(bare):
            return at
        if isinstance(before, Line) and _bare(before.text) + bare == wanted and _is_whole_title(wanted):
            return at - 1  # set in two lines
    return None


def _footer_at(items: Sequence[Item], last: int) -> int:
    """Return where the page's footer begins, below everything that has numbers."""
    tables = [n for n, item in enumerate(items) if isinstance(item, Table)]
    for at in range(max([last, *tables]) + 1, len(items)):
        item = items[at]
        if isinstance(item, Line) and len(item.text) <= _LONGEST_AFTER and _AFTER.match(item.text):
            return at
    return len(items)


def _bare(text: str) -> str:
    return re.sub(r"\s+", "", text)
