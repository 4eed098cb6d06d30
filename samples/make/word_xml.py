"""Word documents written as XML, with what a word processor leaves and a document library does not write."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from html import escape

from samples.make.packing import packed
from samples.make.report import Grid, Heading, Part, Text

_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_STRICT = "http://purl.oclc.org/ooxml/wordprocessingml/main"
_R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_MC = "http://schemas.openxmlformats.org/markup-compatibility/2006"
_WPS = "http://schemas.microsoft.com/office/word/2010/wordprocessingShape"
_DAY = 'w:id="1" w:author="王" w:date="2024-01-10T00:00:00Z"'

_WIDTHS = {"t3": [700, 900, 2700, *[800] * 7]}
_KINDS = (("cn", re.compile(r"^[一二三四五六七]、")), ("bracket", re.compile(r"^（[一二三四五六七]）")),
          ("digit", re.compile(r"^\d\.")))  # fmt: skip
_LEVELS = {"cn": ("chineseCountingThousand", "%1、"), "bracket": ("chineseCountingThousand", "（%1）"),
           "digit": ("decimal", "%1.")}  # fmt: skip


@dataclass
class _Lists:
    """The automatic lists of a document: which number each one has, and of what kind it is."""

    kinds: list[str] = field(default_factory=list)
    open: dict[tuple[str, str], int] = field(default_factory=dict)

    def paragraph(self, text: str, where: str) -> tuple[str, str]:
        """Return (list properties, text without its number) for a numbered text, ("", text) for another."""
        for kind, pattern in _KINDS:
            printed = pattern.match(text)
            if not printed:
                continue
            first = printed[0][0] == "1" or printed[0].strip("（）、") == "一"
            if first or (kind, where) not in self.open:
                self.kinds.append(kind)
                self.open[kind, where] = len(self.kinds)
            number = self.open[kind, where]
            return (
                f'<w:numPr><w:ilvl w:val="0"/><w:numId w:val="{number}"/></w:numPr>',
                text[printed.end() :],
            )
        return "", text

    def part(self) -> bytes:
        """Return word/numbering.xml."""
        abstract = "".join(
            f'<w:abstractNum w:abstractNumId="{n}"><w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="{_LEVELS[kind][0]}"/>'
            f'<w:suff w:val="nothing"/><w:lvlText w:val="{_LEVELS[kind][1]}"/></w:lvl></w:abstractNum>'
            for n, kind in enumerate(self.kinds, 1)
        )
        lists = "".join(
            f'<w:num w:numId="{n}"><w:abstractNumId w:val="{n}"/></w:num>'
            for n in range(1, len(self.kinds) + 1)
        )
        return f'<?xml version="1.0"?><w:numbering xmlns:w="{_W}">{abstract}{lists}</w:numbering>'.encode()


def merged(parts: Sequence[Part]) -> bytes:
    """Merged cells by gridSpan and vMerge, the vertical stub in turned text, numbers cut into runs."""
    return _document("".join(_part(part, _cut_runs) for part in parts))


def strict(parts: Sequence[Part]) -> bytes:
    """The same in strict OOXML, whose namespaces are others."""
    return _document("".join(_part(part, _run) for part in parts), namespace=_STRICT)


def numbered(parts: Sequence[Part]) -> bytes:
    """No 一、（一）1. is typed: every number of headings and stubs is an automatic one."""
    lists = _Lists()

    def stub(text: str, where: str) -> str:
        properties, rest = lists.paragraph(text, where)
        return _paragraph(_run(rest), properties)

    body = ""
    for part in parts:
        if isinstance(part, Heading):
            body += stub(part.text, "heading")
        elif isinstance(part, Grid) and part.name == "t3":
            body += _table(part, lambda text: stub(text, "t3"))
        else:
            body += _part(part, _run)
    return _document(body, {"word/numbering.xml": lists.part()})


def tracked(parts: Sequence[Part]) -> bytes:
    """Changes on record, content controls round cells and rows, a nested table, a title in a text box, hidden text."""
    count = 0

    def number(text: str) -> str:
        nonlocal count
        count += 1
        if not text or not text[0].isdigit():
            return _paragraph(_run(text))
        if count % 5 == 0:
            old = f"<w:del {_DAY}><w:r><w:delText>{9}</w:delText></w:r></w:del>"
            return _paragraph(old + f"<w:ins {_DAY}>{_run(text)}</w:ins>")
        if count % 7 == 0:
            return _paragraph(_run(text) + "<w:r><w:rPr><w:vanish/></w:rPr><w:t>8</w:t></w:r>")
        if count % 11 == 0:
            field_ = (
                '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText> =SUM(LEFT) </w:instrText></w:r>'
                '<w:r><w:fldChar w:fldCharType="separate"/></w:r>'
            )
            return _paragraph(field_ + _run(text) + '<w:r><w:fldChar w:fldCharType="end"/></w:r>')
        return _paragraph(_run(text))

    body = ""
    for part in parts:
        if isinstance(part, Grid):
            table = _table(part, number, wrapped=True)
            body += _frame(table) if part.name == "t2" else table
        elif isinstance(part, Text) and part.role == "title":
            body += _text_box(part.text)
        else:
            body += _part(part, _run)
    return _document(body)


def _part(part: Part, run: Callable[[str], str]) -> str:
    if isinstance(part, Grid):
        return _table(part, lambda text: _paragraph(run(text)))
    return _paragraph(_run(part.text))


def _table(grid: Grid, content: Callable[[str], str], wrapped: bool = False) -> str:
    width = max(len(row) for row in grid.rows)
    columns = "".join(
        f'<w:gridCol w:w="{size}"/>' for size in _WIDTHS.get(grid.name, [9900 // width] * width)
    )
    edges = "".join(
        f'<w:{side} w:val="single" w:sz="4"/>'
        for side in ("top", "left", "bottom", "right", "insideH", "insideV")
    )
    rows = []
    for r, cells in enumerate(_cells(grid, width)):
        row = "<w:tr>" + "".join(_cell(*cell, content=content, wrapped=wrapped) for cell in cells) + "</w:tr>"
        rows.append(f"<w:sdt><w:sdtContent>{row}</w:sdtContent></w:sdt>" if wrapped and r % 4 == 3 else row)
    return (
        f"<w:tbl><w:tblPr><w:tblBorders>{edges}</w:tblBorders></w:tblPr><w:tblGrid>{columns}</w:tblGrid>"
        + "".join(rows)
        + "</w:tbl><w:p/>"
    )


def _cells(grid: Grid, width: int) -> Iterator[list[tuple[str, int, str]]]:
    """Yield for each row its cells as (text, columns spanned, "restart" | "continue" | "" down)."""
    spans = {(r, c): (rows, columns) for r, c, rows, columns in grid.spans}
    above = {(r + i, c): columns for r, c, rows, columns in grid.spans for i in range(1, rows)}
    for r, row in enumerate(grid.rows):
        cells: list[tuple[str, int, str]] = []
        c = 0
        while c < width:
            text = row[c] if c < len(row) else ""
            if (r, c) in above:
                cells.append(("", above[r, c], "continue"))
                c += above[r, c]
                continue
            rows, columns = spans.get((r, c), (1, 1))
            cells.append((text, columns, "restart" if rows > 1 else ""))
            c += columns
        yield cells


def _cell(text: str, columns: int, down: str, content: Callable[[str], str], wrapped: bool) -> str:
    properties = f'<w:gridSpan w:val="{columns}"/>' if columns > 1 else ""
    if down:
        properties += f'<w:vMerge w:val="{down}"/>' if down == "restart" else "<w:vMerge/>"
    if text.startswith("三、"):
        properties += '<w:textDirection w:val="tbRlV"/>'
    cell = f"<w:tc><w:tcPr>{properties}</w:tcPr>{content(text)}</w:tc>"
    if wrapped and text.isdigit() and int(text) % 3 == 0:
        return f"<w:sdt><w:sdtContent>{cell}</w:sdtContent></w:sdt>"
    return cell


def _frame(table: str) -> str:
    return (
        '<w:tbl><w:tblPr/><w:tblGrid><w:gridCol w:w="9000"/></w:tblGrid><w:tr><w:tc>'
        f"<w:tcPr/>{table}</w:tc></w:tr></w:tbl><w:p/>"
    )


def _text_box(text: str) -> str:
    inner = _paragraph(_run(text))
    return (
        f'<w:p><w:r><mc:AlternateContent xmlns:mc="{_MC}"><mc:Choice Requires="wps"><w:drawing>'
        f'<wps:txbx xmlns:wps="{_WPS}"><w:txbxContent>{inner}</w:txbxContent></wps:txbx></w:drawing></mc:Choice>'
        f'<mc:Fallback><w:pict><v:shape xmlns:v="urn:schemas-microsoft-com:vml" style="width:400pt;height:40pt">'
        f"<v:textbox><w:txbxContent>{inner}</w:txbxContent></v:textbox></v:shape></w:pict></mc:Fallback>"
        "</mc:AlternateContent></w:r></w:p>"
    )


def _paragraph(runs: str, properties: str = "") -> str:
    return f"<w:p>{f'<w:pPr>{properties}</w:pPr>' if properties else ''}{runs}</w:p>"


def _run(text: str) -> str:
    return f'<w:r><w:t xml:space="preserve">{escape(text)}</w:t></w:r>' if text else ""


def _cut_runs(text: str) -> str:
    small = '<w:r><w:rPr><w:sz w:val="17"/></w:rPr><w:t'
    return "".join(_run(piece).replace("<w:r><w:t", small) for piece in (text[:1], text[1:3], text[3:]))


def _document(body: str, more: dict[str, bytes] | None = None, namespace: str = _W) -> bytes:
    office = "http://purl.oclc.org/ooxml/officeDocument" if namespace == _STRICT else _R.rsplit("/", 1)[0]
    kinds = "application/vnd.openxmlformats-officedocument.wordprocessingml"
    overrides = f'<Override PartName="/word/document.xml" ContentType="{kinds}.document.main+xml"/>'
    links = ""
    for n, name in enumerate(more or {}, 1):
        kind = name.split("/")[1].split(".")[0]
        overrides += f'<Override PartName="/{name}" ContentType="{kinds}.{kind}+xml"/>'
        links += f'<Relationship Id="rId{n}" Type="{_R}/{kind}" Target="{kind}.xml"/>'
    page = '<w:sectPr><w:pgSz w:w="11906" w:h="16838"/><w:pgMar w:top="1200" w:right="1000" w:bottom="1200" w:left="1000"/></w:sectPr>'
    kind = f"{office}/relationships/officeDocument"
    return packed(
        {
            "[Content_Types].xml": (
                f'<?xml version="1.0"?><Types xmlns="{_PACKAGE}/content-types"><Default Extension="rels" '
                'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
                f'<Default Extension="xml" ContentType="application/xml"/>{overrides}</Types>'
            ).encode(),
            "_rels/.rels": (
                f'<?xml version="1.0"?><Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="rId1" '
                f'Type="{kind}" Target="word/document.xml"/></Relationships>'
            ).encode(),
            "word/document.xml": (
                f'<?xml version="1.0" encoding="UTF-8"?><w:document xmlns:w="{namespace}"><w:body>{body}{page}'
                "</w:body></w:document>"
            ).encode(),
            "word/_rels/document.xml.rels": (
                f'<?xml version="1.0"?><Relationships xmlns="{_PACKAGE}/relationships">{links}</Relationships>'
            ).encode(),
            **(more or {}),
        }
    )
