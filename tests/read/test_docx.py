"""Word documents, from XML written by hand: each oddity by itself."""

from __future__ import annotations

import io
import zipfile

import pytest

from models.document import Document, Paragraph, Table
from models.errors import ErrorKind, ReadError
from tasks.read import read
from tests.read.test_html import grid
from tests.read.test_text import artifact, shown

NS = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'

WIDE = (
    NS + ' xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
    ' xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math"'
    ' xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
    ' xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing"'
    ' xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape"'
    ' xmlns:v="urn:schemas-microsoft-com:vml"'
)
BROKEN = "docx 文件已损坏或不完整，请重新保存后提交。"


def packed(
    body: str, numbering: str = "", namespace: str = NS, parts: dict[str, str | bytes] | None = None
) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("word/document.xml", f"<w:document {namespace}><w:body>{body}</w:body></w:document>")
        if numbering:
            archive.writestr("word/numbering.xml", f"<w:numbering {NS}>{numbering}</w:numbering>")
        for name, content_of_part in (parts or {}).items():
            archive.writestr(name, content_of_part)
    return content.getvalue()


def doc(
    body: str, numbering: str = "", namespace: str = NS, parts: dict[str, str | bytes] | None = None
) -> Document:
    return read(artifact(packed(body, numbering, namespace, parts)))


def seen(
    body: str, numbering: str = "", styles: str = "", parts: dict[str, str | bytes] | None = None
) -> list:
    """What the blocks show, of a file with these styles."""
    more = {"word/styles.xml": f"<w:styles {NS}>{styles}</w:styles>"} if styles else {}
    return [shown(block) for block in doc(body, numbering, WIDE, more | (parts or {})).blocks]


def cells(body: str) -> list[tuple[str, str | None]]:
    """Text and other reading of the cells of the one table."""
    (table,) = doc(body, namespace=WIDE).blocks
    assert isinstance(table, Table)
    return [(cell.text, cell.alternative) for cell in table.cells]


def p(text: str, properties: str = "") -> str:
    return f"<w:p><w:pPr>{properties}</w:pPr><w:r><w:t>{text}</w:t></w:r></w:p>"


def tc(text: str, properties: str = "") -> str:
    return f"<w:tc><w:tcPr>{properties}</w:tcPr>{p(text)}</w:tc>"


def test_merged_cells() -> None:
    (table,) = doc(
        "<w:tbl><w:tr>"
        + tc("说明", '<w:gridSpan w:val="2"/><w:vMerge w:val="restart"/>')
        + tc("自然人")
        + "</w:tr>"
        "<w:tr>" + tc("", '<w:gridSpan w:val="2"/><w:vMerge/>') + tc("总计") + "</w:tr>"
        '<w:tr><w:trPr><w:gridBefore w:val="1"/></w:trPr>' + tc("（一）") + tc("1") + "</w:tr></w:tbl>"
    ).blocks
    assert isinstance(table, Table)
    assert (table.layout, table.rows, table.columns) == ("ruled", 3, 3)
    assert grid(table) == [
        (0, 0, 2, 2, "说明"), (0, 2, 1, 1, "自然人"), (1, 2, 1, 1, "总计"), (2, 1, 1, 1, "（一）"), (2, 2, 1, 1, "1"),
    ]  # fmt: skip


def test_tracked_changes_hidden_text_and_content_controls() -> None:
    body = (
        "<w:p><w:r><w:t>收到</w:t></w:r><w:del><w:r><w:delText>7</w:delText></w:r></w:del>"
        "<w:ins><w:r><w:t>8</w:t></w:r></w:ins><w:r><w:rPr><w:vanish/></w:rPr><w:t>隐藏</w:t></w:r><w:r><w:t>件</w:t></w:r></w:p>"
        "<w:tbl><w:tr><w:sdt><w:sdtContent>" + tc("规章") + "</w:sdtContent></w:sdt>" + tc("3") + "</w:tr>"
        "<w:sdt><w:sdtContent><w:tr>" + tc("许可") + tc("4") + "</w:tr></w:sdtContent></w:sdt>"
        "<w:tr><w:trPr><w:del/></w:trPr>" + tc("删") + tc("5") + "</w:tr></w:tbl>"
    )
    assert [shown(b) for b in doc(body).blocks] == ["收到8件", ("ruled", [["规章", "3"], ["许可", "4"]])]


def test_headings_strict_namespace_and_text_boxes() -> None:
    strict = 'xmlns:w="http://purl.oclc.org/ooxml/wordprocessingml/main"'
    (heading,) = doc(p("一、总体情况", '<w:outlineLvl w:val="0"/>'), namespace=strict).blocks
    assert heading == Paragraph("一、总体情况", 1)
    box = "<w:p><w:r><w:pict><w:txbxContent>" + p("某局2023年报告") + "</w:txbxContent></w:pict></w:r></w:p>"
    assert [shown(b) for b in doc(box).blocks] == ["某局2023年报告"]


def test_a_table_that_holds_tables_is_layout() -> None:
    inner = "<w:tbl><w:tr>" + tc("规章") + tc("3") + "</w:tr></w:tbl>"
    body = f"<w:tbl><w:tr><w:tc>{p('二、主动公开')}{inner}{p('完')}</w:tc></w:tr></w:tbl>"
    assert [shown(b) for b in doc(body).blocks] == ["二、主动公开", ("ruled", [["规章", "3"]]), "完"]


def test_a_span_without_measure_is_clamped() -> None:
    (table,) = doc(
        "<w:tbl><w:tr>" + tc("a", '<w:gridSpan w:val="30000000"/>') + tc("b") + "</w:tr></w:tbl>"
    ).blocks
    assert isinstance(table, Table)
    assert grid(table) == [(0, 0, 1, 200, "a"), (0, 200, 1, 1, "b")]


def test_the_main_part_may_carry_a_number() -> None:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr(
            "word/document2.xml", f"<w:document {NS}><w:body>{p('一、总体情况')}</w:body></w:document>"
        )
    assert [shown(b) for b in read(artifact(content.getvalue())).blocks] == ["一、总体情况"]


# ------------------------------------------------------------------------------------------ runs and fields


def r(content: str, properties: str = "") -> str:
    return f"<w:r><w:rPr>{properties}</w:rPr>{content}</w:r>"


def par(*content: str) -> str:
    return f"<w:p>{''.join(content)}</w:p>"


def t(text: str) -> str:
    return f'<w:t xml:space="preserve">{text}</w:t>'


def field(instruction: str, result: str) -> str:
    return (
        r('<w:fldChar w:fldCharType="begin"/>') + r(f"<w:instrText>{instruction}</w:instrText>")
        + r('<w:fldChar w:fldCharType="separate"/>') + result + r('<w:fldChar w:fldCharType="end"/>')
    )  # fmt: skip


def test_a_formula_shows_the_result_it_was_saved_with() -> None:
    row = tc("3") + tc("4") + f"<w:tc><w:p>{field('=SUM(LEFT)', r(t('9')))}</w:p></w:tc>"
    assert cells(f"<w:tbl><w:tr>{row}</w:tr></w:tbl>") == [("3", None), ("4", None), ("9", None)]


def test_of_a_field_within_an_instruction_nothing_is_printed() -> None:
    inner = field("MERGEFIELD x", r(t("12")))
    outer = (
        r('<w:fldChar w:fldCharType="begin"/>') + r("<w:instrText>IF </w:instrText>") + inner
        + r('<w:fldChar w:fldCharType="separate"/>') + r(t("有")) + r('<w:fldChar w:fldCharType="end"/>')
    )  # fmt: skip
    simple = '<w:fldSimple w:instr="NUMPAGES"><w:r><w:t>5</w:t></w:r></w:fldSimple>'
    assert seen(f"<w:p>{outer}{r(t('；共'))}{simple}{r(t('页'))}</w:p>") == ["有；共5页"]


def test_a_field_that_is_never_closed_does_not_swallow_what_follows() -> None:
    torn = r('<w:fldChar w:fldCharType="begin"/>') + r(t("x"))
    assert seen(f"<w:p>{torn}</w:p>" + p("一、总体情况")) == ["一、总体情况"]


def test_a_drop_down_list_shows_its_choice() -> None:
    choices = (
        '<w:fldChar w:fldCharType="begin"><w:ffData><w:ddList><w:result w:val="1"/><w:listEntry w:val="是"/>'
        '<w:listEntry w:val="否"/></w:ddList></w:ffData></w:fldChar>'
    )
    assert seen(par(r(choices), r('<w:fldChar w:fldCharType="end"/>'))) == ["否"]


def test_signs_and_notes() -> None:
    signs = (
        t("2023")
        + "<w:noBreakHyphen/>"
        + t("2024")
        + "<w:softHyphen/>"
        + t("年")
        + '<w:sym w:font="宋体" w:char="4EF6"/>'
    )
    notes = '<w:footnoteReference w:id="2"/>'
    own_mark = '<w:footnoteReference w:id="3" w:customMarkFollows="1"/><w:t>1</w:t>'
    ruby = "<w:ruby><w:rt><w:r><w:t>xi</w:t></w:r></w:rt><w:rubyBase><w:r><w:t>溪</w:t></w:r></w:rubyBase></w:ruby>"
    assert seen(f"<w:p>{r(signs)}{r(notes)}{r(t('5'))}{r(own_mark)}{r(ruby)}</w:p>") == ["2023-2024年件5溪"]


def test_a_raised_or_struck_digit_makes_the_number_doubtful() -> None:
    raised = r(t("5")) + r(t("1"), '<w:vertAlign w:val="superscript"/>')
    struck = r(t("7"), "<w:strike/>") + r(t("8"))
    not_struck = r(t("6"), '<w:strike w:val="0"/>')
    row = "".join(f"<w:tc><w:p>{content}</w:p></w:tc>" for content in (raised, struck, not_struck))
    assert cells(f"<w:tbl><w:tr>{row}</w:tr></w:tbl>") == [("51", "5"), ("78", "8"), ("6", None)]


def test_numbers_set_as_mathematics_are_read() -> None:
    maths = "<m:oMath><m:r><m:t>12</m:t></m:r></m:oMath>"
    part = "<m:oMath><m:f><m:num><m:r><m:t>1</m:t></m:r></m:num><m:den><m:r><m:t>2</m:t></m:r></m:den></m:f></m:oMath>"
    row = f"<w:tc><w:p>{maths}</w:p></w:tc><w:tc><w:p>{part}</w:p></w:tc>"
    assert cells(f"<w:tbl><w:tr>{row}</w:tr></w:tbl>") == [("12", None), ("1/2", None)]


def test_text_is_hidden_by_styles_too() -> None:
    styles = (
        '<w:style w:type="character" w:styleId="A"><w:rPr><w:vanish/></w:rPr></w:style>'
        '<w:style w:type="character" w:styleId="B"><w:basedOn w:val="A"/></w:style>'
        '<w:style w:type="paragraph" w:styleId="C"><w:rPr><w:vanish/></w:rPr></w:style>'
        '<w:style w:type="paragraph" w:styleId="D"><w:basedOn w:val="D"/></w:style>'
    )
    body = (
        par(
            r(t("甲")), r(t("乙"), '<w:rStyle w:val="B"/>'), r(t("丙"), '<w:rStyle w:val="B"/><w:vanish w:val="0"/>')
        )
        + p("丁", '<w:pStyle w:val="C"/>') + p("戊", '<w:pStyle w:val="D"/>')
    )  # fmt: skip
    assert seen(body, styles=styles) == ["甲丙", "戊"]


def test_moved_text_stands_where_it_was_moved_to() -> None:
    body = (
        "<w:p><w:moveFrom><w:r><w:t>3件</w:t></w:r></w:moveFrom><w:r><w:t>收到</w:t></w:r></w:p>"
        "<w:p><w:moveTo><w:r><w:t>3件</w:t></w:r></w:moveTo></w:p>"
    )
    assert seen(body) == ["收到", "3件"]


def test_a_deleted_paragraph_mark_joins_two_paragraphs() -> None:
    joined = "<w:p><w:pPr><w:rPr><w:del/></w:rPr></w:pPr><w:r><w:t>收到申请</w:t></w:r></w:p>" + p("8件")
    assert seen(joined + p("完")) == ["收到申请8件", "完"]
    cell = f"<w:tc>{joined}</w:tc>"
    assert seen(f"<w:tbl><w:tr>{cell}{tc('3')}</w:tr></w:tbl>") == [("ruled", [["收到申请8件", "3"]])]


# ------------------------------------------------------------------------------------------ text boxes


def box(content: str) -> str:
    """The same box twice, as Word writes it: for new readers, and drawn in VML for old ones."""
    return (
        f"<mc:AlternateContent><mc:Choice><wps:txbx><w:txbxContent>{content}</w:txbxContent></wps:txbx></mc:Choice>"
        f"<mc:Fallback><w:pict><v:textbox><w:txbxContent>{content}</w:txbxContent></v:textbox></w:pict></mc:Fallback>"
        "</mc:AlternateContent>"
    )


def test_a_text_box_is_read_once() -> None:
    assert seen(f"<w:p>{r(box(p('映溪区某局') + p('2023年度报告')))}{r(t('正文'))}</w:p>") == [
        "映溪区某局", "2023年度报告", "正文",
    ]  # fmt: skip
    assert seen(par(r(box(par(r(box(p("内"))), r(t("外"))))))) == ["内", "外"]


def test_a_text_box_with_nothing_in_its_first_drawing_is_read_from_the_second() -> None:
    empty = (
        "<mc:AlternateContent><mc:Choice><wp:inline/></mc:Choice><mc:Fallback><w:pict><v:textbox><w:txbxContent>"
        + p("标题") + "</w:txbxContent></v:textbox></w:pict></mc:Fallback></mc:AlternateContent>"
    )  # fmt: skip
    assert seen(f"<w:p>{r(empty)}</w:p>") == ["标题"]


def test_a_table_in_a_text_box_is_a_table() -> None:
    inner = "<w:tbl><w:tr>" + tc("规章") + tc("3") + "</w:tr></w:tbl>"
    assert seen(f"<w:p>{r(t('前'))}{r(box(p('盒') + inner))}</w:p>" + p("后")) == [
        "前", "盒", ("ruled", [["规章", "3"]]), "后",
    ]  # fmt: skip


def test_only_pictures_that_nobody_reads_are_counted() -> None:
    size = '<wp:extent cx="5000000" cy="2000000"/>'
    odd = '<wp:extent cx="²" cy="2000000"/>'
    read_box = f"<wp:anchor>{size}<w:txbxContent>{p('文字')}</w:txbxContent></wp:anchor>"
    old = '<w:pict><v:shape style="width:400pt;height:200pt"><v:imagedata/></v:shape></w:pict>'
    body = par(r(f"<wp:inline>{size}</wp:inline>"), r(f"<wp:inline>{odd}</wp:inline>"), r(read_box), r(old))
    assert doc(body, namespace=WIDE).metadata == (("pictures", "2"),)


# ------------------------------------------------------------------------------------------ tables


def tr(*row: str, properties: str = "") -> str:
    return f"<w:tr><w:trPr>{properties}</w:trPr>{''.join(row)}</w:tr>"


def placed(*rows: str) -> tuple[int, int, list]:
    (table,) = doc(f"<w:tbl>{''.join(rows)}</w:tbl>", namespace=WIDE).blocks
    assert isinstance(table, Table)
    return table.rows, table.columns, grid(table)


def test_deleted_and_hidden_rows_and_deleted_cells() -> None:
    assert placed(
        tr(tc("甲"), tc("1", '<w:cellDel w:id="1"/>'), tc("2", '<w:cellIns w:id="2"/>')),
        tr(tc("藏"), tc("9"), properties="<w:hidden/>"),
        tr(tc("删"), tc("9"), properties="<w:del/>"),
        tr(tc("乙"), tc("3"), properties='<w:hidden w:val="0"/><w:ins/>'),
    ) == (2, 2, [(0, 0, 1, 1, "甲"), (0, 1, 1, 1, "2"), (1, 0, 1, 1, "乙"), (1, 1, 1, 1, "3")])


def test_a_row_deleted_within_a_merged_cell_does_not_count() -> None:
    restart, goes_on = '<w:vMerge w:val="restart"/>', "<w:vMerge/>"
    assert placed(
        tr(tc("三", restart), tc("1")),
        tr(tc("", goes_on), tc("2"), properties="<w:del/>"),
        tr(tc("盖住", goes_on), tc("3")),
        tr(tc("四", '<w:gridSpan w:val="2"/>')),
        tr(tc("五", goes_on), tc("4")),
    ) == (
        4, 2,
        [(0, 0, 2, 1, "三"), (0, 1, 1, 1, "1"), (1, 1, 1, 1, "3"), (2, 0, 1, 2, "四"), (3, 0, 1, 1, "五"), (3, 1, 1, 1, "4")],
    )  # fmt: skip


def test_rows_that_start_late_and_end_early_and_old_horizontal_merges() -> None:
    assert placed(
        tr(tc("甲", '<w:hMerge w:val="restart"/>'), tc("", "<w:hMerge/>"), tc("1")),
        tr(tc("乙"), properties='<w:gridBefore w:val="1"/><w:gridAfter w:val="2"/>'),
    ) == (2, 4, [(0, 0, 1, 2, "甲"), (0, 2, 1, 1, "1"), (1, 1, 1, 1, "乙")])


def test_a_frame_of_one_cell_is_part_of_its_cell() -> None:
    framed = f"<w:tc>{p('其中')}<w:tbl>{tr(tc('5'))}</w:tbl>{p('')}</w:tc>"
    assert cells(f"<w:tbl>{tr(tc('收费'), framed, tc('6'))}</w:tbl>") == [
        ("收费", None), ("其中\n5", None), ("6", None),
    ]  # fmt: skip


def test_cells_in_content_controls_and_alternatives() -> None:
    control = "<w:sdt><w:sdtPr/><w:sdtContent>{}</w:sdtContent></w:sdt>"
    inline = f"<w:tc><w:p>{control.format(r(t('4')))}</w:p></w:tc>"
    inner = f"<w:tc>{control.format(p('5'))}</w:tc>"
    either = (
        f"<mc:AlternateContent><mc:Choice>{tr(tc('乙'), tc('6'), tc('7'))}</mc:Choice>"
        f"<mc:Fallback>{tr(tc('x'))}</mc:Fallback></mc:AlternateContent>"
    )
    table = f"<w:tbl>{control.format(tr(control.format(tc('甲')), inline, inner))}{either}</w:tbl>"
    assert seen(control.format(table)) == [("ruled", [["甲", "4", "5"], ["乙", "6", "7"]])]


# ------------------------------------------------------------------------------------------ parts and limits


def level(at: int, form: str, pattern: str, more: str = "") -> str:
    return f'<w:lvl w:ilvl="{at}"><w:start w:val="1"/><w:numFmt w:val="{form}"/>{more}<w:lvlText w:val="{pattern}"/></w:lvl>'


def listed(levels: str, overrides: str = "", second: str = "") -> str:
    return (
        f'<w:abstractNum w:abstractNumId="0">{levels}</w:abstractNum>'
        '<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num>'
        f'<w:num w:numId="2"><w:abstractNumId w:val="0"/>{overrides}</w:num>{second}'
    )


def at(number: int, depth: int = 0) -> str:
    return f'<w:numPr><w:ilvl w:val="{depth}"/><w:numId w:val="{number}"/></w:numPr>'


TYPES = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"


def relations(*targets: tuple[str, str, str]) -> str:
    inner = "".join(
        f'<Relationship Id="{i}" Type="{TYPES}{kind}" Target="{target}"/>' for i, kind, target in targets
    )
    return f'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{inner}</Relationships>'


def test_the_main_part_is_the_one_that_the_package_names() -> None:
    parts: dict[str, str | bytes] = {
        "_rels/.rels": relations(("a", "officeDocument", "word/document9.xml")),
        "word/document9.xml": f"<w:document {NS}><w:body>{p('甲', at(1))}</w:body></w:document>",
        "word/_rels/document9.xml.rels": relations(("n", "numbering", "lists/own.xml")),
        "word/lists/own.xml": f"<w:numbering {NS}>{listed(level(0, 'chineseCounting', '%1、'))}</w:numbering>",
    }
    assert seen(p("旧稿"), parts=parts) == ["一、甲"]


def test_documents_put_in_whole_are_read_in_their_place() -> None:
    page = "<html><body><p>二、主动公开</p><table border=1><tr><td>规章</td><td>3</td></tr></table></body></html>"
    parts: dict[str, str | bytes] = {
        "word/_rels/document.xml.rels": relations(
            ("h", "aFChunk", "chunk.htm"), ("d", "aFChunk", "/word/chunk.docx"), ("x", "aFChunk", "chunk.bin")
        ),
        "word/chunk.htm": page,
        "word/chunk.docx": packed(p("三、申请") + f"<w:tbl>{tr(tc('许可'), tc('4'))}</w:tbl>"),
        "word/chunk.bin": bytes(range(1, 255)) * 9,
    }
    body = (
        p("一、总体情况") + f"<w:tbl>{tr(tc('甲'), tc('1'))}</w:tbl>"
        + '<w:altChunk r:id="h"/><w:altChunk r:id="d"/><w:altChunk r:id="x"/><w:altChunk r:id="缺"/>' + p("完")
    )  # fmt: skip
    document = doc(body, namespace=WIDE, parts=parts)
    assert [shown(b) for b in document.blocks] == [
        "一、总体情况", ("ruled", [["甲", "1"]]), "二、主动公开", ("ruled", [["规章", "3"]]),
        "三、申请", ("ruled", [["许可", "4"]]), "完",
    ]  # fmt: skip
    tables = [block for block in document.blocks if isinstance(block, Table)]
    assert [table.cells[0].locator.table for table in tables] == [1, 2, 3]
    assert document.notes == (
        "文件中嵌入了另一份文件（chunk.bin），其内容未读取，请核对原件。",
        "文件中嵌入了另一份文件（已缺失），其内容未读取，请核对原件。",
    )


def test_headers_footers_and_notes_are_not_the_text() -> None:
    parts: dict[str, str | bytes] = {
        "word/header1.xml": f"<w:hdr {NS}>{p('页眉')}</w:hdr>",
        "word/footnotes.xml": f"<w:footnotes {NS}>{p('脚注')}</w:footnotes>",
    }
    assert seen(p("正文"), parts=parts) == ["正文"]


def test_nesting_without_end_is_refused() -> None:
    deep = "<w:sdt><w:sdtContent>" * 3000 + p("一") + "</w:sdtContent></w:sdt>" * 3000
    with pytest.raises(ReadError) as refused:
        doc(deep)
    assert (refused.value.kind, refused.value.message) == (ErrorKind.UNREADABLE, BROKEN)
