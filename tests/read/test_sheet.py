"""Spreadsheets: what a sheet shows, where it stands, and what is left unsure."""

from __future__ import annotations

import io
import json
import struct
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import openpyxl
import pytest
from openpyxl.styles import Border, Side

from benchmarks.cases import Truth
from benchmarks.judged import judge
from expectations.template import load
from models.document import Artifact, Cell, Document, Paragraph, Table
from models.errors import ErrorKind, ReadError
from models.views import ErrorView
from samples.make.contents import contents
from samples.make.packing import packed
from samples.make.report import Grid
from tasks.chunks import take_in
from tasks.read import read as read_any
from tasks.read.sheet import read
from tasks.read.sheet_format import doubt, shown

SAMPLES = Path(__file__).resolve().parents[2] / "../shared/samples/made"
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_ODF = "urn:oasis:names:tc:opendocument:xmlns"


# ---------------------------------------------------------------------------------------- making files


def xlsx(
    sheets: Mapping[str, str], *, styles: str = "", calc: str = "", hidden: Sequence[str] = (),
    more: Mapping[str, bytes] | None = None,
) -> bytes:  # fmt: skip
    """A workbook of sheets given as the XML inside <worksheet>."""
    names = list(sheets)
    listed = "".join(
        f'<sheet name="{name}" sheetId="{n}" {"state=" + chr(34) + "hidden" + chr(34) if name in hidden else ""}'
        f' r:id="rId{n}"/>'
        for n, name in enumerate(names, 1)
    )
    relations = (
        "".join(
            f'<Relationship Id="rId{n}" Type="{_RELATIONS}/worksheet" Target="worksheets/sheet{n}.xml"/>'
            for n, _ in enumerate(names, 1)
        )
        + f'<Relationship Id="rId99" Type="{_RELATIONS}/styles" Target="styles.xml"/>'
    )
    members = {
        "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types"/>'.encode(),
        "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="rId1"'
        f' Type="{_RELATIONS}/officeDocument" Target="xl/workbook.xml"/></Relationships>'.encode(),
        "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_RELATIONS}"><sheets>{listed}</sheets>{calc}'
        "</workbook>".encode(),
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">{relations}'
        "</Relationships>".encode(),
        "xl/styles.xml": f'<styleSheet xmlns="{_MAIN}">{styles}</styleSheet>'.encode(),
    }
    for n, name in enumerate(names, 1):
        members[f"xl/worksheets/sheet{n}.xml"] = (
            f'<worksheet xmlns="{_MAIN}" xmlns:r="{_RELATIONS}">{sheets[name]}</worksheet>'.encode()
        )
    return packed({**members, **(more or {})})


def rows(*lines: Sequence[str | None]) -> str:
    """sheetData of inline strings and numbers; None leaves a cell out."""
    made = []
    for r, line in enumerate(lines, 1):
        cells = "".join(
            cell(chr(64 + c) + str(r), text) for c, text in enumerate(line, 1) if text is not None
        )
        made.append(f'<row r="{r}">{cells}</row>')
    return f"<sheetData>{''.join(made)}</sheetData>"


def cell(address: str, text: str, more: str = "") -> str:
    if text.replace(".", "", 1).lstrip("-").isdigit() and text.isascii():
        return f'<c r="{address}" {more}><v>{text}</v></c>'
    return f'<c r="{address}" t="inlineStr" {more}><is><t xml:space="preserve">{text}</t></is></c>'


def document(content: bytes) -> Document:
    return read(Artifact("x", content, "0" * 64))


def refused(content: bytes) -> tuple[ErrorKind, str]:
    with pytest.raises(ReadError) as error:
        document(content)
    return error.value.kind, error.value.message


def tables(made: Document) -> list[Table]:
    return [block for block in made.blocks if isinstance(block, Table)]


def texts(table: Table) -> list[list[str]]:
    lines: list[list[str]] = [[] for _ in range(table.rows)]
    for one in table.cells:
        lines[one.row].append(one.text)
    return lines


def at(made: Document, address: str) -> Cell:
    (found,) = [c for table in tables(made) for c in table.cells if c.locator.address == address]
    return found


def ods(content: str, styles: str = "", more: Mapping[str, bytes] | None = None) -> bytes:
    spaces = " ".join(
        f'xmlns:{short}="{_ODF}:{name}:1.0"'
        for short, name in (
            ("office", "office"), ("table", "table"), ("text", "text"), ("style", "style"),
            ("fo", "xsl-fo-compatible"),
        )
    )  # fmt: skip
    body = f"<office:body><office:spreadsheet>{content}</office:spreadsheet></office:body>"
    return packed(
        {
            "mimetype": b"application/vnd.oasis.opendocument.spreadsheet",
            "content.xml": f"<office:document-content {spaces}><office:automatic-styles>{styles}"
            f"</office:automatic-styles>{body}</office:document-content>".encode(),
            "META-INF/manifest.xml": f'<manifest:manifest xmlns:manifest="{_ODF}:manifest:1.0"/>'.encode(),
            **(more or {}),
        }
    )


def ods_cell(text: str, value: str | None = None, more: str = "") -> str:
    typed = f'office:value-type="float" office:value="{value}"' if value else 'office:value-type="string"'
    return f"<table:table-cell {typed} {more}><text:p>{text}</text:p></table:table-cell>"


def ods_sheet(*lines: Sequence[str], name: str = "年报", more: str = "") -> str:
    made = "".join(f"<table:table-row>{''.join(line)}</table:table-row>" for line in lines)
    return f'<table:table table:name="{name}" {more}>{made}</table:table>'


def xls(records: Sequence[tuple[int, bytes]], sheet: Sequence[tuple[int, bytes]]) -> bytes:
    """A BIFF8 workbook of one sheet in a compound file; `records` go into its globals."""

    def stream(listed: Sequence[tuple[int, bytes]]) -> bytes:
        return b"".join(struct.pack("<HH", kind, len(data)) + data for kind, data in listed)

    begin = (0x0809, struct.pack("<HHHHII", 0x0600, 5, 0, 0, 0, 6))
    begin_sheet = (0x0809, struct.pack("<HHHHII", 0x0600, 0x10, 0, 0, 0, 6))
    end = (0x000A, b"")

    def bound(offset: int) -> tuple[int, bytes]:
        name = "年报".encode("utf-16-le")
        return 0x0085, struct.pack("<IBBBB", offset, 0, 0, 2, 1) + name

    head = len(stream([begin, *records, bound(0), end]))
    book = stream([begin, *records, bound(head), end, begin_sheet, *sheet, end])
    return compound(book.ljust(max(4096, -(-len(book) // 512) * 512), b"\0"), len(book))


def compound(stream: bytes, length: int) -> bytes:
    """A compound file that holds one stream called Workbook."""
    free, last = 0xFFFFFFFF, 0xFFFFFFFE
    sectors = len(stream) // 512
    table = [0xFFFFFFFD, last, *range(3, sectors + 2), last]
    fat = b"".join(struct.pack("<I", n) for n in table).ljust(512, b"\xff")

    def entry(name: str, kind: int, child: int, start: int, size: int) -> bytes:
        wide = (name + "\0").encode("utf-16-le") if name else b""
        return (
            wide.ljust(64, b"\0") + struct.pack("<HBBIII", len(wide), kind, 1, free, free, child)
            + bytes(16 + 4 + 16) + struct.pack("<IQ", start, size)
        )  # fmt: skip

    folder = entry("Root Entry", 5, 1, last, 0) + entry("Workbook", 2, free, 2, max(length, 4096))
    folder += entry("", 0, free, 0, 0) * 2
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6)
    header += bytes(6) + struct.pack("<IIIIIIIII", 0, 1, 1, 0, 4096, last, 0, last, 0)
    header += struct.pack("<I", 0) + b"\xff" * (108 * 4)
    return header + fat + folder + stream


def xls_number(row: int, column: int, value: float, style: int = 0) -> tuple[int, bytes]:
    return 0x0203, struct.pack("<HHHd", row, column, style, value)


def xls_text(row: int, column: int, text: str) -> tuple[int, bytes]:
    return 0x0204, struct.pack("<HHHHB", row, column, 0, len(text), 1) + text.encode("utf-16-le")


# ---------------------------------------------------------------------------------------- whole reports

MADE = contents()
_SIDE = Side(style="thin")
_BORDER = Border(left=_SIDE, right=_SIDE, top=_SIDE, bottom=_SIDE)


def report(gap: int, border: bool, merged: bool, blank: int | None) -> bytes:
    """The distinct report in one sheet: rows between parts, borders, headings merged, a row left blank."""
    book = openpyxl.Workbook()
    sheet = book.active
    row = 1
    for part in MADE["distinct"].parts:
        if not isinstance(part, Grid):
            sheet.cell(row, 1, part.text)
            if merged:
                sheet.merge_cells(start_row=row, start_column=1, end_row=row, end_column=10)
            row += 1
            continue
        for r, line in enumerate(part.rows):
            for c, text in enumerate(line):
                if text and not (part.name == "t3" and r == blank and c > 2):
                    sheet.cell(row + r, c + 1, float(text) if text.replace(".", "").isdigit() else text)
                if border:
                    sheet.cell(row + r, c + 1).border = _BORDER
        for r, c, high, wide in part.spans:
            sheet.merge_cells(
                start_row=row + r, start_column=c + 1, end_row=row + r + high - 1, end_column=c + wide
            )
        row += len(part.rows) + gap
    raw = io.BytesIO()
    book.save(raw)
    return raw.getvalue()


def truth(blank: int | None) -> Truth:
    made = MADE["distinct"]
    key = load("v2021").table3_rows[blank - 3].key if blank else ""
    cells = {
        code: "" if key and code.startswith(f"t3.{key}.") else text for code, text in made.values.items()
    }
    return Truth(made.title, made.agency, made.year, made.template, cells)


@pytest.mark.parametrize("blank", [None, 3, 9, 27])
@pytest.mark.parametrize("merged", [False, True])
@pytest.mark.parametrize("border", [False, True])
@pytest.mark.parametrize("gap", [0, 1])
def test_a_report_in_one_sheet(gap: int, border: bool, merged: bool, blank: int | None) -> None:
    answer = take_in(Artifact("x", report(gap, border, merged, blank), "0" * 64))[0]
    assert not isinstance(answer, ErrorView)
    judged = judge(truth(blank), answer)
    assert (dict(judged.cells), judged.wrong) == ({"right": 200}, [])
    assert (judged.title, judged.agency, judged.year, judged.sections) == (True, True, True, 6)


def test_made_samples_cell_by_cell() -> None:
    if not SAMPLES.exists():
        pytest.skip("the made samples are not beside the project")
    printed = json.loads((SAMPLES / "truth.json").read_text(encoding="utf-8"))["files"]
    found = {}
    for path in sorted(p for p in SAMPLES.iterdir() if p.suffix in (".xls", ".xlsx", ".ods")):
        cells = {code: str(text) for code, text in printed[path.name.split(".")[0]]["cells"].items()}
        answer = take_in(Artifact(path.name, path.read_bytes(), "0" * 64))[0]
        assert not isinstance(answer, ErrorView)
        found[path.name] = dict(judge(Truth(None, None, None, "", cells), answer).cells)
    formula = {"right": 199, "uncertain": 1}  # the total of one row is a formula without its result
    assert found == {
        "d1_cons.multi.xlsx": formula, "d1_cons.one.xlsx": formula, "d1_incons.multi.xlsx": {"right": 200},
        "d1_incons.one.xlsx": {"right": 200}, "d1_uniq.multi.xls": {"right": 200},
        "d1_uniq.multi.xlsx": {"right": 200}, "d1_uniq.one.ods": {"right": 200},
        "d1_uniq.one.xlsx": {"right": 200}, "d1_uniq.one2.xls": {"right": 200},
    }  # fmt: skip


# --------------------------------------------------------------------------------------- what is shown


@pytest.mark.parametrize(
    ("value", "code", "text"),
    [
        (12.0, "", "12"),
        (1234567, "General", "1234567"),
        (0.1 + 0.2, "General", "0.3"),
        (12.3456, "G/通用格式", "12.3456"),
        (1234.0, "#,##0", "1,234"),
        (12.5, "0.00", "12.50"),
        (0.0, "0.00", "0.00"),
        (12.345678, "#,##0.00", "12.35"),
        (12.5, "0.0###", "12.5"),
        (0.5, "0%", "50%"),
        (-5, "0;(0)", "(5)"),
        (0.0, '_-* #,##0_-;-* #,##0_-;_-* "-"??_-;_-@_-', "-"),
        (1234.0, '_-* #,##0_-;-* #,##0_-;_-* "-"??_-;_-@_-', "1,234"),
        (0.0, "0;-0;;@", ""),
        (7.0, '0"件"', "7件"),
        (7.0, "0;[Red]-0", "7"),
        (12.5, "[$¥-804]#,##0.00", "¥12.50"),
        (3.0, "[DBNum1][$-804]General", None),
        (3.0, "[>100]0;0.0", None),
        (12345.0, '0.0,"千"', None),
        (12345.0, '0!.0,"万"', None),
        (7.0, "000", None),
        (0.5, "# ?/?", None),
        (5.0, "yyyy/m/d", None),
        (12000.0, "0.00E+00", None),
    ],
)
def test_number_formats(value: float, code: str, text: str | None) -> None:
    assert shown(value, code) == text


@pytest.mark.parametrize(
    ("value", "text", "other"),
    [
        (12.0, "12", None),
        (1234.0, "1,234", None),
        (12.345678, "12.35", None),  # rounded as it is printed
        (12.6, "13", "12.6"),
        (0.0, "-", "0"),
        (0.0, "", "0"),
        (0.5, "50%", "0.5"),
        (12.5, "¥12.50", "12.5"),
        (7.0, "7件", None),
        (-5, "(5)", "-5"),
    ],
)
def test_what_is_shown_against_what_is_stored(value: float, text: str, other: str | None) -> None:
    assert doubt(value, text) == other


def test_text_stays_as_typed() -> None:
    made = document(
        xlsx({"年报": rows(["标签", "１２", " 3 "], ["甲", "12件", "/"], ["乙", "a_x000D_b", "-5"])})
    )
    assert [texts(table) for table in tables(made)] == [
        [["标签", "１２", " 3 "], ["甲", "12件", "/"], ["乙", "a\rb", "-5"]]
    ]


def test_zero_shown_as_a_stroke_or_not_at_all_is_unsure() -> None:
    styles = (
        '<numFmts><numFmt numFmtId="170" formatCode="0;-0;&quot;-&quot;"/></numFmts>'
        '<cellXfs><xf numFmtId="0"/><xf numFmtId="170"/></cellXfs>'
    )
    data = f'<sheetData><row r="1">{cell("A1", "甲")}{cell("B1", "0", "s=" + chr(34) + "1" + chr(34))}</row></sheetData>'
    made = document(xlsx({"年报": data}, styles=styles))
    assert (at(made, "B1").text, at(made, "B1").alternative) == ("-", "0")
    view = '<sheetViews><sheetView workbookViewId="0" showZeros="0"/></sheetViews>'
    made = document(xlsx({"年报": view + rows(["甲", "0"], ["乙", "1"])}))
    assert [(c.text, c.alternative) for c in tables(made)[0].cells] == [
        ("甲", None), ("", "0"), ("乙", None), ("1", None),
    ]  # fmt: skip


def test_formats_named_by_a_number_of_some_country_are_unsure() -> None:
    styles = '<cellXfs><xf numFmtId="0"/><xf numFmtId="7"/><xf numFmtId="4"/></cellXfs>'
    data = (
        f'<sheetData><row r="1">{cell("A1", "甲")}<c r="B1" s="1"><v>12.5</v></c><c r="C1" s="2"><v>12.5</v></c>'
        "</row></sheetData>"
    )
    made = document(xlsx({"年报": data}, styles=styles))
    assert [(c.text, c.alternative) for c in tables(made)[0].cells] == [
        ("甲", None), ("12.5", "格式“内置格式7”"), ("12.50", None),
    ]  # fmt: skip


def test_formula_without_result_is_unsure_even_at_the_edge() -> None:
    data = (
        f'<sheetData><row r="1">{cell("A1", "甲")}{cell("B1", "2")}<c r="C1"><f>SUM(B1:B1)</f><v></v></c></row>'
        f'<row r="2">{cell("A2", "乙")}<c r="C2"><f>B1</f></c></row></sheetData>'
    )
    made = document(xlsx({"年报": data}))
    assert [(c.locator.address, c.text, c.alternative) for c in tables(made)[0].cells] == [
        ("A1", "甲", None), ("B1", "2", None), ("C1", "=SUM(B1:B1)", "?"),
        ("A2", "乙", None), ("B2", "", None), ("C2", "=B1", "?"),
    ]  # fmt: skip


def test_formula_with_result_and_one_to_be_worked_out_anew() -> None:
    data = f'<sheetData><row r="1">{cell("A1", "甲")}<c r="B1"><f>1+1</f><v>2</v></c></row></sheetData>'
    known = at(document(xlsx({"年报": data})), "B1")
    assert (known.text, known.alternative) == ("2", None)
    stale = at(document(xlsx({"年报": data}, calc='<calcPr fullCalcOnLoad="1"/>')), "B1")
    assert (stale.text, stale.alternative) == ("=1+1", "?")


def test_formula_that_shows_nothing_is_blank() -> None:
    data = (
        f'<sheetData><row r="1">{cell("A1", "甲")}<c r="B1" t="str"><f>IF(A9="","",A9)</f><v></v></c>'
        f"{cell('C1', '1')}</row></sheetData>"
    )
    found = at(document(xlsx({"年报": data})), "B1")
    assert (found.text, found.alternative) == ("", None)


def test_error_values_are_printed_not_blank() -> None:
    data = (
        f'<sheetData><row r="1">{cell("A1", "甲")}<c r="B1" t="e"><f>X1/0</f><v>#DIV/0!</v></c></row>'
        f'<row r="2">{cell("A2", "乙")}<c r="B2" t="e"><v>#REF!</v></c></row></sheetData>'
    )
    assert texts(tables(document(xlsx({"年报": data})))[0]) == [["甲", "#DIV/0!"], ["乙", "#REF!"]]


def test_date_in_a_table_is_unsure() -> None:
    styles = '<cellXfs><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs>'
    data = f'<sheetData><row r="1">{cell("A1", "甲")}<c r="B1" s="1"><v>5</v></c></row></sheetData>'
    found = at(document(xlsx({"年报": data}, styles=styles)), "B1")
    assert found.alternative is not None


# ------------------------------------------------------------------------------- hidden, merged, placed


def test_hidden_sheets_are_left_out_and_named() -> None:
    made = document(xlsx({"年报": rows(["甲", "1"]), "旧表": rows(["甲", "7"])}, hidden=["旧表"]))
    assert [texts(table) for table in tables(made)] == [[["甲", "1"]]]
    assert made.notes == ("电子表格中有隐藏的工作表（旧表），未读取。",)


def test_hidden_rows_and_columns_are_left_out_with_a_note() -> None:
    data = '<cols><col min="2" max="2" hidden="1"/></cols>' + rows(
        ["标签", "旧", "数"], ["甲", "8", "1"], ["乙", "9", "2"]
    ).replace('<row r="2">', '<row r="2" hidden="1">')
    made = document(xlsx({"年报": data}))
    assert [(c.text, c.locator.address) for c in tables(made)[0].cells] == [
        ("标签", "A1"), ("数", "C1"), ("乙", "A3"), ("2", "C3"),
    ]  # fmt: skip
    assert made.notes == ("工作表“年报”中有隐藏的行或列，未读取。",)


def test_merged_cell_is_seen_while_a_part_of_it_is() -> None:
    data = (
        '<cols><col min="1" max="1" hidden="1"/></cols>'
        + rows(["合并", None, "数"], ["", "甲", "1"])
        + '<mergeCells><mergeCell ref="A1:B1"/></mergeCells>'
    )
    made = document(xlsx({"年报": data}))
    assert texts(tables(made)[0]) == [["合并", "数"], ["甲", "1"]]
    assert made.notes == ()


def test_merged_cells_have_spans_and_addresses() -> None:
    data = (
        rows([None, "表头", None], [None, "甲", "乙"], ["行", "1", "2"])
        + '<mergeCells count="2"><mergeCell ref="A1:A2"/><mergeCell ref="B1:C1"/></mergeCells>'
    )
    (table,) = tables(document(xlsx({"年报": data})))
    assert [(c.text, c.row, c.column, c.row_span, c.column_span, c.locator.address) for c in table.cells] == [
        ("", 0, 0, 2, 1, "A1"), ("表头", 0, 1, 1, 2, "B1"), ("甲", 1, 1, 1, 1, "B2"), ("乙", 1, 2, 1, 1, "C2"),
        ("行", 2, 0, 1, 1, "A3"), ("1", 2, 1, 1, 1, "B3"), ("2", 2, 2, 1, 1, "C3"),
    ]  # fmt: skip
    assert {(c.locator.sheet, c.locator.table) for c in table.cells} == {("年报", 1)}


def test_prose_headings_and_tables_in_order() -> None:
    data = rows(
        ["映溪区教育局2023年年度报告"], ["2023年，我局公开信息12条。"], [None], ["标签", "数"], ["甲", "1"], [None],
        ["五、存在的主要问题"],
    )  # fmt: skip
    made = document(xlsx({"年报": data}))
    assert [block.text if isinstance(block, Paragraph) else texts(block) for block in made.blocks] == [
        "映溪区教育局2023年年度报告",
        "2023年，我局公开信息12条。",
        [["标签", "数"], ["甲", "1"]],
        "五、存在的主要问题",
    ]


def test_a_date_alone_in_its_row_is_a_line() -> None:
    styles = '<cellXfs><xf numFmtId="0"/><xf numFmtId="31"/></cellXfs>'
    data = rows(["甲", "1"], ["乙", "2"]).replace(
        "</sheetData>", '<row r="4"><c r="A4" s="1"><v>45311</v></c></row></sheetData>'
    )
    made = document(xlsx({"年报": data}, styles=styles))
    assert [b.text for b in made.blocks if isinstance(b, Paragraph)] == ["2024年1月20日"]


def test_tables_side_by_side_are_two() -> None:
    made = document(xlsx({"年报": rows(["甲表", "数", None, "乙表", "数"], ["甲", "1", None, "乙", "2"])}))
    assert [texts(table) for table in tables(made)] == [
        [["甲表", "数"], ["甲", "1"]],
        [["乙表", "数"], ["乙", "2"]],
    ]


def test_a_blank_column_of_a_table_parts_nothing() -> None:
    made = document(xlsx({"年报": rows(["标签", "数", None, "3", "4"], ["甲", "1", None, "5", "6"])}))
    assert [texts(table) for table in tables(made)] == [
        [["标签", "数", "", "3", "4"], ["甲", "1", "", "5", "6"]]
    ]


def test_numbered_sheet_names_are_headings() -> None:
    made = document(xlsx({"三、收到和处理情况": rows(["甲", "1"]), "Sheet2": rows(["乙", "2"])}))
    assert [b.text for b in made.blocks if isinstance(b, Paragraph)] == ["三、收到和处理情况"]


def test_text_boxes_are_read_and_pictures_counted() -> None:
    drawing = (
        '<d:wsDr xmlns:d="x" xmlns:a="y"><d:twoCellAnchor><d:from><d:col>0</d:col><d:row>0</d:row></d:from>'
        "<d:to><d:col>5</d:col><d:row>3</d:row></d:to><d:sp><d:txBody><a:p><a:r><a:t>一、总体</a:t></a:r><a:r>"
        "<a:t>情况</a:t></a:r></a:p></d:txBody></d:sp></d:twoCellAnchor><d:twoCellAnchor><d:from><d:col>0</d:col>"
        "<d:row>9</d:row></d:from><d:to><d:col>9</d:col><d:row>30</d:row></d:to><d:pic/></d:twoCellAnchor></d:wsDr>"
    )
    relations = (
        f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="rId1" Type="{_RELATIONS}/drawing"'
        ' Target="../drawings/drawing1.xml"/></Relationships>'
    )
    data = '<sheetData><row r="5">' + cell("A5", "甲") + cell("B5", "1") + "</row></sheetData>"
    made = document(
        xlsx(
            {"年报": data},
            more={
                "xl/worksheets/_rels/sheet1.xml.rels": relations.encode(),
                "xl/drawings/drawing1.xml": drawing.encode(),
            },
        )
    )
    assert isinstance(made.blocks[0], Paragraph)
    assert made.blocks[0].text == "一、总体情况"
    assert made.metadata == (("pictures", "1"),)


# ------------------------------------------------------------------------------------------ refusals


def test_a_cell_in_the_last_corner_is_refused() -> None:
    data = f'<sheetData><row r="1">{cell("A1", "甲")}</row><row r="1048576">{cell("XFD1048576", "1")}</row></sheetData>'
    assert refused(xlsx({"年报": data}))[0] is ErrorKind.TOO_LARGE


def test_an_empty_cell_with_a_style_in_the_last_corner_is_nothing() -> None:
    data = (
        f'<sheetData><row r="1">{cell("A1", "甲")}{cell("B1", "1")}</row>'
        '<row r="1048576"><c r="XFD1048576" s="0"/></row></sheetData>'
    )
    assert [texts(table) for table in tables(document(xlsx({"年报": data})))] == [[["甲", "1"]]]


def test_too_many_sheets_of_the_largest_size() -> None:
    data = (
        f'<sheetData><row r="1">{cell("A1", "甲")}</row><row r="4999">{cell("KN4999", "1")}</row></sheetData>'
    )
    assert refused(xlsx({f"表{n}": data for n in range(3)}))[0] is ErrorKind.TOO_LARGE


def test_more_filled_cells_than_any_report() -> None:
    line = "".join("<c><v>1</v></c>" for _ in range(200))
    data = f"<sheetData>{''.join(f'<row>{line}</row>' for _ in range(501))}</sheetData>"
    assert refused(xlsx({"年报": data}))[0] is ErrorKind.TOO_LARGE


def test_merged_cells_without_end_cost_nothing() -> None:
    merged = '<mergeCells><mergeCell ref="A1:XFD1048576"/></mergeCells>'
    made = document(xlsx({"年报": rows(["甲", "1"], ["乙", "2"]) + merged}))
    assert [block.text for block in made.blocks if isinstance(block, Paragraph)] == []
    assert texts(tables(made)[0])[0] == ["甲"]


def test_workbooks_that_say_nothing() -> None:
    assert refused(xlsx({"年报": "<sheetData/>"})) == (
        ErrorKind.UNREADABLE, "电子表格中没有内容，请确认提交的文件是否正确。",
    )  # fmt: skip
    assert refused(xlsx({"年报": "<sheetData/>", "旧": rows(["甲", "1"])}, hidden=["旧"]))[1].startswith(
        "电子表格中有内容的工作表、行或列全部被隐藏"
    )


def test_damaged_and_binary_workbooks() -> None:
    whole = xlsx({"年报": rows(["甲", "1"])})
    with zipfile.ZipFile(io.BytesIO(whole)) as book:
        parts = {name: book.read(name) for name in book.namelist()}
    sheet = "xl/worksheets/sheet1.xml"
    assert refused(packed({**parts, sheet: parts[sheet][:-40]}))[0] is ErrorKind.UNREADABLE
    assert refused(packed({k: v for k, v in parts.items() if k != sheet}))[0] is ErrorKind.UNREADABLE
    start = parts["_rels/.rels"].replace(b"workbook.xml", b"workbook.bin")
    binary = {"xl/workbook.bin": b"", "_rels/.rels": start}
    assert refused(packed(binary)) == (
        ErrorKind.UNSUPPORTED, "文件是 xlsb 格式的电子表格，不能读取，请另存为 xlsx 后重新提交。",
    )  # fmt: skip


def test_entities_are_not_expanded() -> None:
    bomb = '<!DOCTYPE w [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>'
    whole = xlsx({"年报": rows(["甲", "1"])})
    with zipfile.ZipFile(io.BytesIO(whole)) as book:
        parts = {name: book.read(name) for name in book.namelist()}
    parts["xl/styles.xml"] = (bomb + '<styleSheet xmlns="x">&b;</styleSheet>').encode()
    assert [texts(table) for table in tables(document(packed(parts)))] == [[["甲", "1"]]]


# ------------------------------------------------------------------------------------------------ ods


def test_ods_shows_what_its_paragraphs_say() -> None:
    sheet = ods_sheet(
        [ods_cell("标签"), ods_cell("数"), ods_cell("又"), ods_cell("再")],
        [ods_cell("甲"), ods_cell("1,234", "1234"), ods_cell("-", "0"), ods_cell("13", "12.6")],
        [ods_cell("乙"), '<table:table-cell table:formula="of:=SUM([.B2])"/>', ods_cell("50%", "0.5"),
         ods_cell("a<text:s text:c='2'/>b<text:line-break/>c")],
    )  # fmt: skip
    made = document(ods(sheet))
    assert [(c.text, c.alternative) for c in tables(made)[0].cells[4:]] == [
        ("甲", None), ("1,234", None), ("-", "0"), ("13", "12.6"),
        ("乙", None), ("=", "?"), ("50%", "0.5"), ("a  b\nc", None),
    ]  # fmt: skip


def test_ods_trailing_repeats_are_nothing_and_filled_ones_count() -> None:
    tail = (
        '<table:table-row table:number-rows-repeated="1048574"><table:table-cell'
        ' table:number-columns-repeated="16384"/></table:table-row>'
    )
    sheet = ods_sheet([ods_cell("甲"), ods_cell("1", "1", 'table:number-columns-repeated="2"')])
    made = document(ods(sheet.replace("</table:table>", tail + "</table:table>")))
    assert [texts(table) for table in tables(made)] == [[["甲", "1", "1"]]]
    wide = ods_sheet([ods_cell("1", "1", 'table:number-columns-repeated="16384"')])
    assert refused(ods(wide))[0] is ErrorKind.TOO_LARGE


def test_ods_hidden_sheets_rows_and_spans() -> None:
    styles = (
        '<style:style style:name="ta2" style:family="table"><style:table-properties table:display="false"/>'
        "</style:style>"
    )
    sheet = ods_sheet(
        [ods_cell("合并", None, 'table:number-columns-spanned="2"'), "<table:covered-table-cell/>", ods_cell("数")],
        [ods_cell("甲"), ods_cell("乙"), ods_cell("1", "1")],
        [ods_cell("丙"), ods_cell("丁"), ods_cell("9", "9")],
    )  # fmt: skip
    parts = sheet.rsplit("<table:table-row>", 1)
    sheet = '<table:table-row table:visibility="collapse">'.join(parts)
    old = ods_sheet([ods_cell("甲"), ods_cell("7", "7")], name="旧表", more='table:style-name="ta2"')
    made = document(ods(sheet + old, styles))
    assert [(c.text, c.column_span) for c in tables(made)[0].cells] == [
        ("合并", 2), ("数", 1), ("甲", 1), ("乙", 1), ("1", 1),
    ]  # fmt: skip
    assert made.notes == (
        "工作表“年报”中有隐藏的行或列，未读取。", "电子表格中有隐藏的工作表（旧表），未读取。",
    )  # fmt: skip


def test_ods_with_a_password() -> None:
    locked = f'<manifest:manifest xmlns:manifest="{_ODF}:manifest:1.0"><manifest:encryption-data/></manifest:manifest>'
    content = ods(ods_sheet([ods_cell("甲")]), more={"META-INF/manifest.xml": locked.encode()})
    assert refused(content)[0] is ErrorKind.ENCRYPTED


# ------------------------------------------------------------------------------------------------ xls


def test_xls_numbers_formats_errors_and_formulas() -> None:
    styles = [
        (0x041E, struct.pack("<HHB", 170, 7, 0) + b'0;-0;""'),
        (0x00E0, struct.pack("<HH16x", 0, 0)),
        (0x00E0, struct.pack("<HH16x", 0, 170)),
        (0x00E0, struct.pack("<HH16x", 0, 4)),
    ]
    formula = struct.pack("<HHH", 1, 2, 0) + bytes(8) + struct.pack("<HIH", 3, 0, 3) + b"\x1e\x01\x00"
    made = document(
        xls(
            styles,
            [
                (0x0200, struct.pack("<IIHHH", 0, 2, 0, 4, 0)),
                xls_text(0, 0, "标签"), xls_number(0, 1, 12.0), xls_number(0, 2, 0.0, 1), xls_number(0, 3, 1234.5, 2),
                xls_text(1, 0, "甲"), (0x0205, struct.pack("<HHHBB", 1, 1, 0, 0x17, 1)), (0x0006, formula),
                xls_number(1, 3, 3.0),
            ],
        )
    )  # fmt: skip
    assert [(c.text, c.alternative, c.locator.address) for c in tables(made)[0].cells] == [
        ("标签", None, "A1"), ("12", None, "B1"), ("", "0", "C1"), ("1,234.50", None, "D1"),
        ("甲", None, "A2"), ("#REF!", None, "B2"), ("=", "?", "C2"), ("3", None, "D2"),
    ]  # fmt: skip


def test_xls_with_a_password() -> None:
    assert refused(xls([(0x002F, b"\0\0")], [xls_number(0, 0, 1.0)]))[0] is ErrorKind.ENCRYPTED


def test_xls_that_claims_a_giant_sheet() -> None:
    giant = (0x0200, struct.pack("<IIHHH", 0, 0xFFFFFFFF, 0, 0xFFFF, 0))
    assert refused(xls([], [giant, xls_number(0, 0, 1.0)]))[0] is ErrorKind.TOO_LARGE
    assert refused(xls([], [xls_number(65535, 255, 1.0)]))[0] is ErrorKind.TOO_LARGE
    backwards = (0x0200, struct.pack("<IIHHH", 0x500000, 1, 0, 2, 0))
    assert refused(xls([], [backwards, xls_number(0, 0, 1.0)]))[0] is ErrorKind.UNREADABLE


def test_xls_cut_short() -> None:
    whole = xls([], [xls_text(0, 0, "甲"), xls_number(0, 1, 1.0)])
    for length in (600, 1500, 2000):
        with pytest.raises(ReadError):
            read_any(Artifact("x", whole[:length], "0" * 64))
