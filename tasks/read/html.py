"""Web pages: the report inside whatever page it was published or saved in."""

from __future__ import annotations

import re

from models.document import Artifact, Document, Paragraph, Table
from models.errors import ErrorKind, ReadError
from tasks.read import markdown
from tasks.read import text as plain
from tasks.read.decode import decode
from tasks.read.html_embedded import MOST, embedded, in_script, unescaped
from tasks.read.html_page import (
    Line,
    Page,
    Unread,
    has_tables,
    is_heading,
    is_report,
    numbers,
    report_of,
    walk,
)
from tasks.read.html_properties import stated, without_properties
from tasks.read.html_tree import parse, prune

ELSEWHERE = "网页正文在另一个地址（页面用框架或跳转显示），本文件中没有报告正文，请提交正文页面或附件。"
ATTACHED = "网页中没有报告正文，只有附件链接（{names}），请提交附件本身。"
PICTURED = "网页中没有报告的文字，正文是图片，请提交图片文件，或提交报告的 docx、PDF 文件。"
CUT = "网页文件不完整（在表格中间中断），请重新保存网页后提交。"
NOT_SHOWN = "网页中的报告正文默认不显示，已按隐藏的内容读取，请核对网页。"
FROM_SCRIPT = "网页中的报告正文写在脚本或文本框里，已从中取出，请核对网页。"
UNREAD = "网页中有图片或内嵌页面（共{count}个）未读取，表格可能在其中。"
_FENCED = re.compile(r"<\s*(?:html|body|head|article|section|h[1-6]|li|script|style)\b", re.I)
_MARKDOWN = re.compile(r"^ {0,3}(?:#{1,6}\s*\S|={3,}[ \t]*$|-{3,}[ \t]*$|\|?[ \t]*:?-{3,}:?[ \t]*\|)", re.M)
_DOCUMENT = re.compile(r"<\s*(?:html|body|head|script|style)\b", re.I)
_LINES = re.compile(r"<\s*(?:p|div|br|span)\b", re.I)
_UNSHOWN = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|\bhidden\b|<\s*(?:noscript|template|nav|footer)\b", re.I
)
_POINTS_AWAY = re.compile(
    r"<\s*(?:iframe|frame|object|embed)\b[^>]*(?:src|data)\s*=|http-equiv\s*=\s*[\"']?refresh|location\.(?:href|replace)",
    re.I,
)
_PAGE_ENDS = re.compile(r"<\s*/\s*(?:html|body)\b", re.I)
_TABLE_TAG = re.compile(r"<\s*(/?)\s*table\b", re.I)
_FEW_LETTERS = 1500
_JSON = re.compile(r"\s*(?:[\w$.]{1,60}\()?\s*[\[{]\s*[\"{\[]")
_JSON_TITLE = re.compile(r'"(?:title|articleTitle|subject|docTitle)"\s*:\s*"((?:[^"\\]|\\.){4,200})"', re.I)
_ALL_HEADINGS, _MOST_NUMBERS = 6, 150
_TITLE = re.compile(
    r"20\d\d.{0,30}(?:信息|政务)公开.{0,12}(?:报告|年报)|(?:信息|政务)公开.{0,12}(?:报告|年报)"
)


def read(artifact: Artifact) -> Document:
    """Read a web page.

    Raises ReadError when it is nested too deep, cannot be parsed, or holds no report but points to one.
    """
    text, notes = decode(artifact.content)
    return page(text, notes)


def page(text: str, notes: tuple[str, ...] = ()) -> Document:
    """Read the text of a page, or of Markdown or plain text with tables in markup. Raises as `read`."""
    if _JSON.match(text):
        return _from_json(text, notes)
    if _is_text(text):
        return Document(tuple(markdown.blocks(text.split("\n"))), "html", (), notes)
    if _is_cut(text):
        raise ReadError(ErrorKind.UNREADABLE, CUT)
    root = parse(text)
    metadata = stated(root)
    shown = walk(prune(root))
    if not is_report(shown.items):
        found, note = _hidden(text, shown)
        if found is None:
            _say_where_it_is(text, shown)
        else:
            shown, notes = found, (*notes, note)
    elif not has_tables(shown.items) and _table_in_script(text):
        shown.items.append(Unread())
    shown, metadata = without_properties(shown, metadata)
    article = report_of(shown, metadata.get("title"))
    if (pictures := article.unread()) and not _is_whole(article):
        metadata["pictures"] = str(pictures)
        notes = (*notes, UNREAD.format(count=pictures))
    return Document(tuple(article.blocks()), "html", tuple(metadata.items()), notes)


def _is_text(text: str) -> bool:
    """Say whether the markup is only that of tables, or some tags in Markdown: then line ends are breaks."""
    if _FENCED.search(text):
        return len(_MARKDOWN.findall(text)) >= 2 and not _DOCUMENT.search(text)
    tags = [tag.span() for tag in _TABLE_TAG.finditer(text)]
    outside = text[: tags[0][0]] + text[tags[-1][1] :] if tags else text
    return not _LINES.search(outside) or len(_MARKDOWN.findall(text)) >= 2


def _from_json(text: str, notes: tuple[str, ...]) -> Document:
    """Read what a site's interface gives: the article as a string in JSON."""
    said = _JSON_TITLE.search(text)
    metadata = (("title", unescaped(said.group(1))),) if said else ()
    for markup in sorted(in_script(text), key=len, reverse=True)[:MOST]:
        inner = _inner(markup)
        if is_report(inner.items):
            return Document(tuple(inner.blocks()), "html", metadata, (*notes, FROM_SCRIPT))
    return Document(tuple(plain.blocks(text.split("\n"))), "html", metadata, notes)


def _is_whole(article: Page) -> bool:
    """Say whether all headings and about all numbers of the form are there: no picture holds a table then."""
    headings = {
        item.text[0] for item in article.items if is_heading(item) and not isinstance(item, (Table, Unread))
    }
    return len(headings) >= _ALL_HEADINGS and numbers(article.items) >= _MOST_NUMBERS


def _is_cut(text: str) -> bool:
    """Say whether a page ends in the middle of a table: what is missing from it was not left out by the agency."""
    if not _DOCUMENT.search(text[:4000]) or _PAGE_ENDS.search(text):
        return False
    last = max((tag for tag in _TABLE_TAG.finditer(text)), key=lambda tag: tag.start(), default=None)
    return last is not None and not last.group(1)


def _hidden(text: str, shown: Page) -> tuple[Page | None, str]:
    """Look for the report in what the page does not show at first, then in its scripts and text fields."""
    if _UNSHOWN.search(text):
        everything = walk(prune(parse(text), hidden=True))
        if is_report(everything.items):
            return everything, NOT_SHOWN
    for markup in embedded(parse(text)):
        inner = _inner(markup)
        if is_report(inner.items):
            titles = [item for item in shown.items if isinstance(item, Line) and _TITLE.search(item.text)]
            return Page([*titles, *inner.items], [*shown.attached, *inner.attached]), FROM_SCRIPT
    return None, ""


def _say_where_it_is(text: str, shown: Page) -> None:
    """Raise ReadError where the page has no report and tells where it is; else what it has is returned as is."""
    if has_tables(shown.items) or any(is_heading(item) for item in shown.items):
        return
    if shown.attached:
        names = "、".join(dict.fromkeys(name or "未命名" for name in shown.attached[:3]))
        raise ReadError(ErrorKind.UNREADABLE, ATTACHED.format(names=names))
    if _POINTS_AWAY.search(text):
        raise ReadError(ErrorKind.UNREADABLE, ELSEWHERE)
    letters = sum(len(item.text) for item in shown.items if isinstance(item, (Line, Paragraph)))
    if shown.unread() and letters < _FEW_LETTERS:
        raise ReadError(ErrorKind.UNREADABLE, PICTURED)


def _table_in_script(text: str) -> bool:
    return any(has_tables(_inner(markup).items) for markup in embedded(parse(text)))


def _inner(markup: str) -> Page:
    """Read a piece of a page; one that cannot be read is no report, and no reason to refuse the page."""
    try:
        return walk(prune(parse(markup)))
    except ReadError:
        return Page([])
