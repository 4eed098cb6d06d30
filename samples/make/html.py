"""Web pages: plain UTF-8, GB18030 that calls itself gb2312, and a page of a content management system."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from samples.make.report import Grid, Heading, Part, Text


def plain(parts: Sequence[Part], charset: str = "utf-8") -> bytes:
    """A bare page."""
    title = next(escape(part.text) for part in parts if isinstance(part, Text))
    page = (
        f'<!DOCTYPE html>\n<html lang="zh-CN"><head><meta charset="{charset}"><title>{title}</title></head>\n'
        f"<body>\n{body(parts)}\n</body></html>\n"
    )
    return page.encode("gb18030" if charset == "gb2312" else charset)


def gb18030(parts: Sequence[Part]) -> bytes:
    """The same in GB18030, declared as gb2312 as such pages are."""
    return plain(parts, "gb2312")


def cms(parts: Sequence[Part]) -> bytes:
    """The report inside a site: navigation, a layout table, related links, a footer."""
    title = next(escape(part.text) for part in parts if isinstance(part, Text))
    signed = [part.text for part in parts if isinstance(part, Text)][-1]  # 2024年1月20日
    page = (
        f'<!DOCTYPE html>\n<html><head><meta charset="utf-8"><title>{title}_映溪区政府信息公开</title>\n'
        f'<meta name="ArticleTitle" content="{title}"><meta name="PubDate" content="{signed[:4]}-01-25 09:30">\n'
        '<style>td{border:1px solid #999}</style><script>var page = "年报";</script></head><body>\n'
        "<nav><a href='#'>首页</a> <a href='#'>政府信息公开</a> <a href='#'>年报</a></nav>\n"
        "<div class='location'>您现在的位置：首页 &gt; 政府信息公开年报</div>\n"
        f"<table width='100%'><tr><td width='20%'><ul><li>公开指南</li><li>公开制度</li></ul></td>"
        f"<td><div id='zoom'>\n{body(parts)}\n</div></td></tr></table>\n"
        "<div>相关链接：<a href='#'>往年年报</a></div><footer>映溪区主办</footer>\n</body></html>\n"
    )
    return page.encode()


def body(parts: Sequence[Part]) -> str:
    """Return the parts as markup."""
    blocks: list[str] = []
    for part in parts:
        if isinstance(part, Grid):
            blocks.append(_table(part))
        elif isinstance(part, Heading):
            blocks.append(f"<p><strong>{escape(part.text)}</strong></p>")
        else:
            tag = "h1" if part.role == "title" else "p"
            blocks.append(f"<{tag}>{escape(part.text)}</{tag}>")
    return "\n".join(blocks)


def _table(grid: Grid) -> str:
    merged = {(r, c): (rows, columns) for r, c, rows, columns in grid.spans}
    covered = {
        (r + i, c + j) for r, c, rows, columns in grid.spans for i in range(rows) for j in range(columns)
    } - set(merged)
    lines = []
    for r, row in enumerate(grid.rows):
        cells = []
        for c, text in enumerate(row):
            if (r, c) in covered:
                continue
            rows, columns = merged.get((r, c), (1, 1))
            size = (f' rowspan="{rows}"' if rows > 1 else "") + (
                f' colspan="{columns}"' if columns > 1 else ""
            )
            cells.append(f"<td{size}>{escape(text)}</td>")
        lines.append("<tr>" + "".join(cells) + "</tr>")
    return "<table>\n" + "\n".join(lines) + "\n</table>"
