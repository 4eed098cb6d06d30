"""Markup to a tree that holds what a browser prints, and nothing else."""

from __future__ import annotations

import re

from lxml import etree
from lxml import html as parser

from models.errors import ErrorKind, ReadError

UNPARSABLE = "网页内容无法解析，请重新保存网页或改为提交 docx、PDF 文件。"
TOO_DEEP = "网页标签嵌套过深，无法读取，请用浏览器另存为 PDF 或将内容复制到 docx 后提交。"

_NEVER_PRINTED = ("script", "style", "head", "button", "svg", "math", "xml", "form-control", "datalist", "audio",
                  "video", "del", "s", "strike", "rt", "rp")  # fmt: skip
_AROUND = ("nav", "footer")
_NOT_SHOWN = ("noscript", "template")
_INLINE = ("span", "font", "b", "strong", "i", "em", "u", "ins", "mark", "small", "big", "label", "abbr", "nobr", "tt",
           "code", "ruby", "rb", "bdo", "kbd", "samp", "var", "time", "o:p", "st1:chsdate", "st1:personname",
           "st1:place", "st1:city", "st1:chmetcnv", "st1:country-region", "st1:state")  # fmt: skip
_CONDITIONAL = re.compile(r"<!\[(?:if|endif)\b[^\]>]*\]>", re.I)
_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")
_BLANKED = re.compile(r"visibility\s*:\s*hidden|mso-hide\s*:\s*all", re.I)
_UNSEEN = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|mso-hide\s*:\s*all|text-decoration[a-z-]*\s*:[^;]*line-through",
    re.I,
)
_STYLED = "//*[@hidden or @style[{}]]".format(
    " or ".join(
        f"contains(., '{word}')"
        for word in ("none", "NONE", "hid", "HID", "Hid", "None", "through", "THROUGH")
    )
)
"""The elements that may be hidden; what their style says is looked at closer."""

_TYPED = frozenset({"", "text", "number", "tel", "search"})
_LEFT_OUT = "left-out"
_NEAR = 12
"""A cell is looked for so many elements above a field of a form."""


def parse(text: str) -> etree._Element:
    """Return the root element. Raises ReadError when nothing can be parsed or tags are nested past 2,000."""
    text = _DECLARATION.sub("", text)
    if "<![" in text:
        text = _CONDITIONAL.sub("", text)
    reader = parser.HTMLParser(huge_tree=True, no_network=True, remove_comments=True, remove_pis=True)
    try:
        root = parser.document_fromstring(text, parser=reader)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError) as error:
        raise ReadError(ErrorKind.UNREADABLE, UNPARSABLE) from error
    if any("depth" in entry.message for entry in reader.error_log):
        raise ReadError(ErrorKind.UNREADABLE, TOO_DEEP)  # the parser leaves out what is deeper, in silence
    return root


def prune(root: etree._Element, *, hidden: bool = False) -> etree._Element:
    """Take out of the tree what a browser does not print, and the tags within lines; return its body.

    With `hidden` what the page does not show at first (tabs, templates) stays.
    """
    _write_out_fields(root)
    etree.strip_elements(root, _LEFT_OUT, *_NEVER_PRINTED, *_AROUND, with_tail=False)
    if not hidden:
        etree.strip_elements(root, *_NOT_SHOWN, with_tail=False)
        _take_out_hidden(root)
    etree.strip_tags(root, *_INLINE)
    body = root.find("body")
    return body if body is not None else root


def _take_out_hidden(root: etree._Element) -> None:
    for element in root.xpath(_STYLED):
        style = element.get("style") or ""
        if element.get("hidden") is None and not _UNSEEN.search(style):
            continue
        if element.tag in ("html", "body"):
            continue  # a page that shows itself when its scripts have run
        if element.tag in ("td", "th") and _BLANKED.search(style):
            del element[:]
            element.text = None  # it is blank, and keeps its place
        else:
            element.tag = _LEFT_OUT
    etree.strip_elements(root, _LEFT_OUT, with_tail=False)


def _write_out_fields(root: etree._Element) -> None:
    """Write what stands in the fields of a form inside table cells as text; other fields are the page's own."""
    for field in list(root.iter("input", "textarea", "select")):
        text = _typed(field) if _in_cell(field) else None
        del field[:]
        field.text = text
        field.tag = "span" if text else _LEFT_OUT


def _in_cell(element: etree._Element) -> bool:
    parent = element.getparent()
    for _ in range(_NEAR):
        if parent is None:
            return False
        if parent.tag in ("td", "th"):
            return True
        parent = parent.getparent()
    return False


def _typed(field: etree._Element) -> str | None:
    if field.tag == "input":
        return field.get("value") if (field.get("type") or "").lower().strip() in _TYPED else None
    if field.tag == "textarea":
        return "".join(field.itertext())
    options = list(field.iter("option"))
    chosen = next((option for option in options if option.get("selected") is not None), None)
    chosen = chosen if chosen is not None else next(iter(options), None)
    return "".join(chosen.itertext()) if chosen is not None else None
