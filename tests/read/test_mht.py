"""Pages saved as one file: the page that holds the report, whatever it is packed in."""

from __future__ import annotations

import base64
import quopri

import pytest

from models.errors import ErrorKind, ReadError
from tasks.read import read
from tests.read.test_html import ARTICLE, report_blocks
from tests.read.test_text import artifact, shown

PAGE = f"<html><head><meta charset=gb2312></head><body>{ARTICLE}</body></html>"
PICTURE = "Content-Type: image/png\r\nContent-Transfer-Encoding: base64\r\n\r\niVBORw0KGgo=\r\n"


def part(page: str, charset: str = "utf-8", coding: str = "quoted-printable", more: str = "") -> str:
    content = page.encode(charset)
    packed = quopri.encodestring(content) if coding == "quoted-printable" else base64.encodebytes(content)
    return f'{more}Content-Type: text/html; charset="{charset}"\r\nContent-Transfer-Encoding: {coding}\r\n\r\n{packed.decode()}\r\n'


def saved(*parts: str, end: str = "--b--\r\n", more: str = "") -> bytes:
    head = (
        f'MIME-Version: 1.0\r\nContent-Type: multipart/related; type="text/html"; boundary="b"{more}\r\n\r\n'
    )
    return (head + "".join(f"--b\r\n{p}" for p in parts) + end).encode()


@pytest.mark.parametrize("charset", ["utf-8", "gb2312", "gb18030", "utf-16"])
@pytest.mark.parametrize("coding", ["quoted-printable", "base64"])
def test_the_page_is_taken_out(charset: str, coding: str) -> None:
    doc = read(artifact(saved(part(PAGE, charset, coding), PICTURE)))
    assert doc.format == "mht"
    assert [shown(b) for b in doc.blocks] == report_blocks()


def test_the_first_page_that_holds_a_report_is_read() -> None:
    frame = "<html><body><iframe src='cid:2'></iframe></body></html>"
    menu = "<html><body><p>公开指南</p></body></html>"
    for pages in ([frame, PAGE], [menu, PAGE], [PAGE, menu], [PICTURE, PAGE]):
        parts = [page if page is PICTURE else part(page) for page in pages]
        assert [shown(b) for b in read(artifact(saved(*parts))).blocks] == report_blocks()


def test_the_page_that_the_head_names_goes_first() -> None:
    other = PAGE.replace("2023", "2022")
    content = saved(part(other), part(PAGE, more="Content-ID: <main>\r\n"), more='; start="<main>"')
    assert [shown(b) for b in read(artifact(content)).blocks] == report_blocks()


def test_pages_without_a_report() -> None:
    doc = read(artifact(saved(part("<html><body><p>公开指南</p></body></html>"))))
    assert [shown(b) for b in doc.blocks] == ["公开指南"]


@pytest.mark.parametrize(
    ("content", "kind", "message"),
    [
        (
            saved(PICTURE), ErrorKind.UNREADABLE,
            "单个文件网页（mht）中没有网页正文，请重新保存网页，或改为提交 docx、PDF 文件。",
        ),
        (
            saved(part(PAGE)[:-600], end=""), ErrorKind.UNREADABLE,
            "单个文件网页（mht）已损坏或不完整，请重新保存网页，或改为提交 docx、PDF 文件。",
        ),
        (
            saved(*[PICTURE] * 2001), ErrorKind.TOO_LARGE,
            "单个文件网页（mht）过大，不像是年度报告，未予读取；请只提交年度报告本身。",
        ),
        (
            saved(part("<html><body><iframe src='1.html'></iframe></body></html>")), ErrorKind.UNREADABLE,
            "网页正文在另一个地址（页面用框架或跳转显示），本文件中没有报告正文，请提交正文页面或附件。",
        ),
    ],
)  # fmt: skip
def test_what_cannot_be_read_says_what_to_do(content: bytes, kind: ErrorKind, message: str) -> None:
    with pytest.raises(ReadError) as refused:
        read(artifact(content))
    assert (refused.value.kind, refused.value.message) == (kind, message)


def test_nested_packings_have_an_end() -> None:
    head = "".join(f'Content-Type: multipart/related; boundary="b{n}"\r\n\r\n--b{n}\r\n' for n in range(1500))
    with pytest.raises(ReadError) as refused:
        read(artifact(f"MIME-Version: 1.0\r\n{head}{part(PAGE)}".encode()))
    assert refused.value.kind == ErrorKind.UNREADABLE
