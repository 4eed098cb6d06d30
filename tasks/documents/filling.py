"""Filling a Word template: ``{{标题}}`` becomes what stands under that name.

An office may put its own template in place of ours, so whatever is wrong with one is said in a sentence that names it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from copy import deepcopy
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

from docx import Document
from docx.document import Document as DocumentObject
from docx.opc.exceptions import PackageNotFoundError
from docx.oxml.ns import qn

from models.errors import HechaError
from tasks.documents.text import clean

Block = Callable[[DocumentObject], Sequence[Any]]
"""Adds paragraphs and tables at the end of a document and returns their elements; they are put where the name stands."""

_NAME = re.compile(r"\{\{\s*([^{}]*?)\s*\}\}")


class TemplateError(HechaError):
    """A template that cannot be used; the message is Chinese and says what to mend."""


def opened(path: Path) -> DocumentObject:
    """Open a template. Raises TemplateError for what is no Word document."""
    try:
        return Document(str(path))
    except (PackageNotFoundError, BadZipFile, KeyError, ValueError, OSError) as error:
        raise TemplateError(
            f"文书模板“{path.name}”不是有效的Word文档（docx），请另存为docx格式后替换。"
        ) from error


def fill(
    document: DocumentObject,
    name: str,
    values: Mapping[str, str],
    blocks: Mapping[str, Block | None],
    needed: Sequence[str],
) -> None:
    """Put `values` and `blocks` into a template called `name`.

    A value of several lines makes a paragraph of each. A paragraph whose names all stand for nothing goes. Raises
    TemplateError for a name that we do not know, for one of `needed` that is missing, and for braces without a name.
    """
    known = [*values, *blocks]
    met: set[str] = set()
    for paragraph in list(_paragraphs(document)):
        texts = _texts(paragraph)
        whole = "".join(text.text or "" for text in texts)
        names = _NAME.findall(whole)
        if "{{" in _NAME.sub("", whole) or "}}" in _NAME.sub("", whole):
            raise TemplateError(
                f"文书模板“{name}”中有不完整的占位符“{whole.strip()[:30]}”，应为“{{{{名称}}}}”的形式。"
            )
        if unknown := [one for one in names if one not in known]:
            raise TemplateError(
                f"文书模板“{name}”中的占位符“{{{{{unknown[0]}}}}}”无法识别，可用的有：{'、'.join(known)}。"
            )
        if not names:
            continue
        met.update(names)
        alone = _NAME.fullmatch(whole.strip()) is not None
        if names[0] in blocks:
            if not alone:
                raise TemplateError(f"文书模板“{name}”中的“{{{{{names[0]}}}}}”应当单独成为一段。")
            _put_block(document, paragraph, blocks[names[0]], name)
        elif not any(values[one] for one in names) and not _NAME.sub("", whole).strip():
            _removed(paragraph)
        else:
            lines = values[names[0]].split("\n") if alone else [""]
            for line in lines[:-1]:
                copied = deepcopy(paragraph)
                paragraph.addprevious(copied)
                _replace(_texts(copied), {names[0]: line})
            _replace(texts, {**values, names[0]: lines[-1]} if alone else values)
    if lost := [one for one in needed if one not in met]:
        raise TemplateError(f"文书模板“{name}”缺少占位符“{{{{{lost[0]}}}}}”，请补上后再导出。")


def _paragraphs(document: DocumentObject) -> Iterator[Any]:
    """The paragraphs of the text, of its tables and text boxes, and of headers and footers."""
    yield from document.element.body.iter(qn("w:p"))
    for section in document.sections:
        for part in (
            *(section.header, section.even_page_header, section.first_page_header),
            *(section.footer, section.even_page_footer, section.first_page_footer),
        ):
            if not part.is_linked_to_previous:
                yield from part._element.iter(qn("w:p"))


def _texts(paragraph: Any) -> list[Any]:
    """The texts of a paragraph itself, not those of a box that stands in it."""
    own = (text for text in paragraph.iter(qn("w:t")))
    return [text for text in own if next(text.iterancestors(qn("w:p"))) is paragraph]


def _replace(texts: Sequence[Any], values: Mapping[str, str]) -> None:
    """Replace the names in texts that Word may have cut anywhere: what is put in looks like the name's beginning."""
    whole = "".join(text.text or "" for text in texts)
    for match in reversed(list(_NAME.finditer(whole))):
        put = clean(values[match[1]]).replace("\n", "")
        start = 0
        for text in texts:
            length = len(text.text or "")
            first, last = max(match.start() - start, 0), min(match.end() - start, length)
            if first < last:
                text.text = text.text[:first] + put + text.text[last:]
                text.set(qn("xml:space"), "preserve")
                put = ""
            start += length


def _put_block(document: DocumentObject, paragraph: Any, block: Block | None, name: str) -> None:
    if paragraph.getparent() is not document.element.body:
        raise TemplateError(f"文书模板“{name}”中要放表格的占位符不能放在表格、文本框或者页眉页脚里。")
    if block is not None:
        for element in block(document):
            paragraph.addprevious(element)
    _removed(paragraph)


def _removed(paragraph: Any) -> None:
    parent = paragraph.getparent()
    if parent.tag == qn("w:tc") and len(parent.findall(qn("w:p"))) == 1:  # a cell must keep one
        for text in _texts(paragraph):
            text.text = ""
        return
    parent.remove(paragraph)
