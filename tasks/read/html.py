"""Web pages: the report inside whatever page it was published or saved in."""

from __future__ import annotations

import re
from collections.abc import Sequence

from lxml import etree

from models.document import Artifact, Block, Document, Paragraph
from models.errors import ErrorKind, ReadError
from tasks.read import markdown
from tasks.read.decode import decode
from tasks.read.html_embedded import embedded, in_script
from tasks.read.html_page import Page, has_tables, is_report, report_of, walk
from tasks.read.html_properties import stated, without_properties
from tasks.read.html_tree import parse, prune

ELSEWHERE = "网页正文在另一个地址（页面用框架或跳转显示），本文件中没有报告正文，请提交正文页面或附件。"
ATTACHED = "网页中没有报告正文，只有附件链接（{names}），请提交附件本身。"
PICTURED = "网页中没有报告的文字，正文是图片，请提交图片文件，或提交报告的 docx、PDF 文件。"
NOT_SHOWN = "网页中的报告正文默认不显示，已按隐藏的内容读取，请核对网页。"
FROM_SCRIPT = "网页中的报告正文写在脚本或文本框里，已从中取出，请核对网页。"
UNREAD = "网页中有图片或内嵌页面（共{count}个）未读取，表格可能在其中。"
_FENCED = re.compile(r"<\s*(?:html|body|head|article|section|h[1-6]|li|script)\b", re.I)
_TABLE_BEGINS = re.compile(r"<\s*table\b", re.I)
_MARKDOWN = re.compile(r"^\s{0,3}#{1,6}\s*\S", re.M)
_TITLE = re.compile(r"20\d\d.{0,30}(?:信息|政务)公开.{0,12}(?:报告|年报)|(?:信息|政务)公开.{0,12}(?:报告|年报)")


def read(artifact: Artifact) -> Document:
    """Read a web page.

    Raises ReadError when it is nested too deep, cannot be parsed, or holds no report but points to one.
    """
    text, notes = decode(artifact.content)
    return page(text, notes)


def page(text: str, notes: tuple[str, ...] = ()) -> Document:
    """Read the text of a page, or of Markdown or plain text with tables in markup. Raises as `read`."""
    if _is_text(text):
        return Document(tuple(markdown.blocks(text.split("\n"))), "html", (), notes)
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
        shown.items.append(walk_unread())
    shown, metadata = without_properties(shown, metadata)
    article = report_of(shown, metadata.get("title"))
    if pictures := article.unread():
        metadata["pictures"] = str(pictures)
        notes = (*notes, UNREAD.format(count=pictures))
    return Document(tuple(article.blocks()), "html", tuple(metadata.items()), notes)
