"""Web pages as they are met: pasted from Word, held in a script, split tables, saved as one file; mail."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import format_datetime
from html import escape

from samples.make.html import body, cms, plain
from samples.make.report import Grid, Part, Text

_THEN = datetime(2024, 1, 20, 9, 30, tzinfo=UTC)


def bordered(parts: Sequence[Part]) -> bytes:
    """A page whose style sheet draws the borders: what is printed from a browser."""
    style = (
        "<style>body{font-family:serif;font-size:14px}table{border-collapse:collapse;width:100%}"
        "td{border:1px solid #000;padding:3px;text-align:center}h1{font-size:20px;text-align:center}</style>"
    )
    return plain(parts).replace(b"</head>", style.encode() + b"</head>", 1)


def bordered_cms(parts: Sequence[Part]) -> bytes:
    """The page inside a site, all tables bordered, the one that makes its layout too."""
    page = cms(parts).decode()
    return page.replace(
        "<style>td{border:1px solid #999}</style>",
        "<style>table{border-collapse:collapse}td{border:1px solid #999;padding:2px;font-size:13px}</style>",
    ).encode()


def pasted(parts: Sequence[Part]) -> bytes:
    """Markup that Word leaves when pasted: mso styles, conditional comments, spans within words, &nbsp;."""
    page = re.sub(
        r"(<td[^>]*)>([^<]*)</td>",
        lambda cell: (
            f"{cell[1]} style='mso-border-alt:solid windowtext .5pt;width:45.0pt'><p class=MsoNormal align=center>"
            f"<span lang=EN-US style='font-size:9.0pt'>{_broken(cell[2])}<o:p></o:p></span></p></td>"
        ),
        body(parts),
    )
    return (
        '<html xmlns:o="urn:schemas-microsoft-com:office:office" xmlns:w="urn:schemas-microsoft-com:office:word">'
        '<head><meta http-equiv=Content-Type content="text/html; charset=utf-8"><meta name=Generator '
        'content="Microsoft Word 15"><!--[if gte mso 9]><xml><w:WordDocument><w:View>Print</w:View>'
        "</w:WordDocument></xml><![endif]--><style>p.MsoNormal{margin:0}</style></head><body lang=ZH-CN>"
        f"<div class=WordSection1>{page}</div></body></html>"
    ).encode()


def _broken(text: str) -> str:
    if not text:
        return "&nbsp;"
    middle = len(text) // 2
    return text if middle == 0 else f"{text[:middle]}<span style='mso-spacerun:yes'></span>{text[middle:]}"


def scripted(parts: Sequence[Part]) -> bytes:
    """A page whose article stands in a script string and is put in place by the browser."""
    article = json.dumps(body(parts), ensure_ascii=True).replace("</", "<\\/")
    title = next(escape(part.text) for part in parts if isinstance(part, Text))
    return (
        f'<!DOCTYPE html><html><head><meta charset="utf-8"><title>{title}</title></head><body><div id="app">'
        f'</div><script>var article = {{"content": {article}}};\n'
        'document.getElementById("app").innerHTML = article.content;</script></body></html>'
    ).encode()


def split_tables(parts: Sequence[Part]) -> bytes:
    """Table 2 cut into its blocks, table 3 cut inside the stub （三）: editors do that at page ends."""
    cut: list[Part] = []
    for part in parts:
        if isinstance(part, Grid) and part.name == "t2":
            starts = [r for r, row in enumerate(part.rows) if len(row) == 1]
            cut += [_rows(part, a, b) for a, b in zip(starts, [*starts[1:], len(part.rows)], strict=True)]
        elif isinstance(part, Grid) and part.name == "t3":
            cut += [_rows(part, 0, 12), _rows(part, 12, len(part.rows))]
        else:
            cut.append(part)
    return plain(cut)


def _rows(grid: Grid, start: int, end: int) -> Grid:
    """Return rows `start` to `end`; a merged cell over the cut is merged on both sides, its text above."""
    spans = []
    for r, c, rows, columns in grid.spans:
        first, last = max(r, start), min(r + rows, end)
        if first < last:
            spans.append((first - start, c, last - first, columns))
    return Grid(grid.name, grid.rows[start:end], spans, grid.heads if start == 0 else 0)


def saved(parts: Sequence[Part]) -> bytes:
    """A page saved as one file (mht) the way Chromium writes it: quoted-printable markup and a picture."""
    mail = EmailMessage()
    mail["From"] = "<Saved by Blink>"
    mail["Snapshot-Content-Location"] = "http://xxgk.yingxi.example/art/2024/1/20/1.html"
    mail["Subject"] = next(part.text for part in parts if isinstance(part, Text))
    mail["Date"] = format_datetime(_THEN)
    mail["MIME-Version"] = "1.0"
    mail.set_content(cms(parts).decode(), subtype="html", cte="quoted-printable", charset="utf-8")
    mail.make_related(boundary="----MultipartBoundary--hecha----")
    mail.add_related(_DOT, "image", "gif", cid="<dot@yingxi.example>")
    mail.set_param("type", "text/html")
    return mail.as_bytes()


_DOT = base64.b64decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7")


def letter(attachments: Mapping[str, bytes]) -> bytes:
    """A mail with the given files attached, as a mail program saves it (eml)."""
    mail = EmailMessage()
    mail["From"] = "bangongshi@jiaoyu.yingxi.example"
    mail["To"] = "zwgk@yingxi.example"
    mail["Subject"] = "报送政府信息公开工作年度报告"
    mail["Date"] = format_datetime(_THEN)
    mail["Message-ID"] = "<20240120.1@jiaoyu.yingxi.example>"
    mail.set_content("现将年度报告报上，请查收。\n")
    for name, content in attachments.items():
        mail.add_attachment(content, maintype="application", subtype="octet-stream", filename=name)
    mail.set_boundary("----=_NextPart_hecha")
    return mail.as_bytes()
