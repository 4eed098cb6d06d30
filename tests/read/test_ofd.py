"""OFD: text and ruled tables from its own XML, what is hidden, what is unsure, what is refused."""

from __future__ import annotations

import io
import zipfile

import numpy as np
import pytest
from PIL import Image

from benchmarks.cases import Truth
from benchmarks.judged import judge
from models.document import Artifact, Cell, Document, Paragraph, Table
from models.errors import ErrorKind, ReadError
from models.views import ErrorView
from samples.make import ofd
from samples.make.contents import contents
from samples.make.packing import packed
from tasks.chunks import take_in
from tasks.extract.fields import read_field
from tasks.extract.lines import Field
from tasks.read import ocr
from tasks.read.ofd import read
from tasks.read.ofd_values import numbers

MADE = contents()
ROWS = (("标签", "自然人", "总计"), ("一", "12", "345"), ("二", "0", ""))


def document(content: bytes) -> Document:
    return read(Artifact("x", content, "0" * 64))


def refused(content: bytes) -> tuple[ErrorKind, str]:
    with pytest.raises(ReadError) as error:
        document(content)
    return error.value.kind, error.value.message


def drawn(rows: object = ROWS) -> list[str]:
    return ofd.grid_objects(rows, [40, 30, 30], 20, 40)  # type: ignore[arg-type]


def one(objects: list[str], **more: object) -> Document:
    return document(ofd.package([ofd.page(objects)], **more))  # type: ignore[arg-type]


def tables(made: Document) -> list[Table]:
    return [block for block in made.blocks if isinstance(block, Table)]


def texts(table: Table) -> list[list[str]]:
    lines: list[list[str]] = [[] for _ in range(table.rows)]
    for cell in table.cells:
        lines[cell.row].append(cell.text)
    return lines


def lines(made: Document) -> list[str]:
    return [block.text for block in made.blocks if isinstance(block, Paragraph)]


@pytest.mark.parametrize("name", list(MADE))
def test_a_whole_report(name: str) -> None:
    made = MADE[name]
    answer = take_in(Artifact("x", ofd.document(made.parts), "0" * 64))[0]
    assert not isinstance(answer, ErrorView)
    judged = judge(Truth(made.title, made.agency, made.year, made.template, made.values), answer)
    assert (dict(judged.cells), judged.wrong) == ({"right": len(made.values)}, [])
    assert (judged.title, judged.agency, judged.year, judged.sections) == (True, True, True, 6)


def test_the_same_report_gives_the_same_bytes() -> None:
    assert ofd.document(MADE["faulty"].parts) == ofd.document(MADE["faulty"].parts)


def test_a_table_and_the_lines_round_it() -> None:
    made = one(
        [ofd.text(20, 25, 5, "一、总体情况"), *drawn(), ofd.text(20, 80, 5, "2023年，我局")], title="年报"
    )
    assert [b.text if isinstance(b, Paragraph) else texts(b) for b in made.blocks] == [
        "一、总体情况",
        [list(row) for row in ROWS],
        "2023年，我局",
    ]
    assert made.metadata == (("title", "年报"),)
    assert (made.format, made.notes) == ("ofd", ())
    cell = tables(made)[0].cells[4]
    assert (cell.text, cell.row, cell.column, cell.alternative) == ("12", 1, 1, None)
    assert (cell.locator.page, cell.locator.table, cell.locator.row, cell.locator.column) == (1, 1, 2, 2)
    assert cell.locator.box == (170.1, 136.1, 255.1, 158.7)  # 60 to 90 mm and 48 to 56 mm, in points


def test_distances_in_groups_and_one_by_one() -> None:
    assert ofd.grouped([2.8, 2.8, 2.8, 1.4]) == "g 3 2.80 1.40"
    same = ofd.text(20, 20, 5, "一二三四")
    assert 'DeltaX="g 3 5.00"' in same
    for steps in ("5 5 5", "g 2 5 5", "5", "5 g 99999999 5"):
        assert lines(one([same.replace("g 3 5.00", steps)])) == ["一二三四"]


def test_text_without_distances_stands_side_by_side() -> None:
    assert lines(one([ofd.text(20, 20, 5, "映溪区12").replace(' DeltaX="g 4 5.00 2.50"', "")])) == [
        "映溪区12"
    ]


def test_numbers_drawn_digit_by_digit_are_one() -> None:
    digits = [ofd.text(62 + 1.75 * n, 50, 3.5, digit) for n, digit in enumerate("345")]
    made = one([*drawn((ROWS[0], ("一", "", "345"), ROWS[2])), *digits])
    assert texts(tables(made)[0])[1] == ["一", "345", "345"]


def test_matrix_group_and_composite_move_what_they_hold() -> None:
    shifted = ofd.text(0, 0, 5, "甲").replace("Size=", 'CTM="1 0 0 1 20 30" Size=')
    group = f'<ofd:PageBlock ID="0">{ofd.text(20, 50, 5, "乙")}</ofd:PageBlock>'
    unit = '<ofd:CompositeObject ID="0" Boundary="20 70 20 20" ResourceID="7"/>'
    resource = (
        f'<ofd:Res xmlns:ofd="{ofd.NAMESPACE}"><ofd:CompositeGraphicUnits><ofd:CompositeGraphicUnit ID="7" Width="20"'
        f' Height="20"><ofd:Content>{ofd.text(0, 0, 5, "丙")}</ofd:Content></ofd:CompositeGraphicUnit>'
        "</ofd:CompositeGraphicUnits></ofd:Res>"
    )
    made = one(
        [unit, group, shifted], common="<ofd:PublicRes>PublicRes.xml</ofd:PublicRes>",
        more={"Doc_0/PublicRes.xml": resource.encode()},
    )  # fmt: skip
    assert lines(made) == ["甲", "乙", "丙"]
    tops = [block.locator.box[1] for block in made.blocks if block.locator.box]
    assert tops == [85.0, 141.7, 198.4]


def test_a_table_on_its_side_is_read_upright() -> None:
    """The whole page turned by a quarter: x becomes y."""
    turned = []
    for item in drawn():
        box = item.split('Boundary="')[1].split('"')[0]
        x, y, wide, high = (float(part) for part in box.split())
        if "PathObject" in item:
            turned.append(ofd.rule(150 - y - high, x, 150 - y, x + wide))
        else:
            move = (
                f'Boundary="{150 - y - high:.2f} {x:.2f} {high:.2f} {wide:.2f}" CTM="0 1 -1 0 {high:.2f} 0"'
            )
            turned.append(item.replace(f'Boundary="{box}"', move))
    (table,) = tables(one(turned))
    assert texts(table) == [list(row) for row in ROWS]


def test_rules_drawn_as_thin_boxes() -> None:
    boxes = []
    for item in drawn():
        if "PathObject" in item:
            item = item.replace('LineWidth="0.25"', 'Stroke="false" Fill="true"')
            data = item.split("<ofd:AbbreviatedData>")[1].split("<")[0]
            right, low = (float(n) for n in data.split()[4:])
            wide, high = max(right, 0.2), max(low, 0.2)
            item = item.replace(data, f"M 0 0 L {wide} 0 L {wide} {high} L 0 {high} C")
        boxes.append(item)
    assert [texts(table) for table in tables(one(boxes))] == [[list(row) for row in ROWS]]


def test_white_rules_are_no_borders() -> None:
    white = [item.replace("<ofd:Abb", '<ofd:StrokeColor Value="255 255 255"/><ofd:Abb') for item in drawn()]
    assert [table.layout for table in tables(one(white))].count("ruled") == 0


def test_what_cannot_be_seen_is_left_out() -> None:
    unseen = [
        ofd.text(20, 90, 5, "不可见", Visible="false"),
        ofd.text(20, 100, 5, "透明", Alpha="0"),
        ofd.text(20, 110, 5, "不填", Fill="false"),
        ofd.text(20, 120, 5, "白字").replace(
            "<ofd:TextCode", '<ofd:FillColor Value="255 255 255"/><ofd:TextCode'
        ),
        ofd.text(20, 130, 5, "水印").replace("Size=", 'CTM="0.7 0.7 -0.7 0.7 0 0" Size='),
    ]
    assert lines(one([ofd.text(20, 20, 5, "可见"), *unseen])) == ["可见"]


def test_a_number_painted_over_is_unsure() -> None:
    cover = (
        '<ofd:PathObject ID="0" Boundary="61 49 28 6" Stroke="false" Fill="true"><ofd:FillColor Value="255 255 255"/>'
        "<ofd:AbbreviatedData>M 0 0 L 28 0 L 28 6 L 0 6 C</ofd:AbbreviatedData></ofd:PathObject>"
    )
    cell = tables(one([*drawn(), cover]))[0].cells[4]
    assert (cell.text, cell.alternative) == ("", "12")


def _field(cell: Cell) -> Field:
    return Field(cell.text, cell.column, cell.column + 1, cell.locator, alternative=cell.alternative)


def test_glyphs_without_characters_and_drawn_numbers_are_unsure() -> None:
    curve = (
        '<ofd:PathObject ID="0" Boundary="92 58 3 4" Fill="true"><ofd:AbbreviatedData>M 0 0 B 1 1 2 2 3 4 L 0 0 C'
        "</ofd:AbbreviatedData></ofd:PathObject>"
    )
    made = one([*drawn((ROWS[0], ("一", "1¤", "345"), ROWS[2])), curve])
    found = {(c.row, c.column): c for c in tables(made)[0].cells if c.alternative is not None}
    assert {place: cell.text for place, cell in found.items()} == {(1, 1): "1\ufffd", (2, 2): ""}
    assert read_field(_field(found[1, 1])).kind == read_field(_field(found[2, 2])).kind == "uncertain"


def test_text_that_names_no_characters_is_refused() -> None:
    assert refused(ofd.package([ofd.page([ofd.text(20, 20, 5, "¤" * 30)])])) == (
        ErrorKind.UNREADABLE,
        "OFD 文件中的文字没有字符编码或已转为图形，无法读取，请提交由文字处理软件导出的 docx 或 PDF 文件。",
    )


def test_a_page_of_shapes_is_not_taken_for_an_empty_one() -> None:
    curve = (
        '<ofd:PathObject ID="0" Boundary="92 58 3 4" Fill="true"><ofd:AbbreviatedData>M 0 0 B 1 1 2 2 3 4 L 0 0 C'
        "</ofd:AbbreviatedData></ofd:PathObject>"
    )
    pages = [ofd.page(drawn()), ofd.page([curve] * 60)]
    assert refused(ofd.package(pages))[0] is ErrorKind.UNSUPPORTED


def test_templates_stand_below_and_above_the_page() -> None:
    layer = ofd.page([ofd.text(20, 40, 5, "模板上的文字")])
    common = '<ofd:TemplatePage ID="5" BaseLoc="Tpls/Tpl_0/Content.xml"/>'
    use = '<ofd:Template TemplateID="5" ZOrder="Background"/>'
    content = ofd.package(
        [ofd.page([ofd.text(20, 60, 5, "正文")], before=use), ofd.page([ofd.text(20, 20, 5, "次页")])],
        common=common, more={"Doc_0/Tpls/Tpl_0/Content.xml": layer.encode()},
    )  # fmt: skip
    assert lines(document(content)) == ["模板上的文字", "正文", "次页"]


def test_styles_give_the_colour() -> None:
    styles = (
        f'<ofd:Res xmlns:ofd="{ofd.NAMESPACE}"><ofd:DrawParams><ofd:DrawParam ID="3"><ofd:FillColor Value="255"/>'
        '</ofd:DrawParam><ofd:DrawParam ID="4" Relative="3"/></ofd:DrawParams></ofd:Res>'
    )
    made = one(
        [ofd.text(20, 20, 5, "黑字"), ofd.text(20, 40, 5, "白字", DrawParam="4")],
        common="<ofd:DocumentRes>/Doc_0/Res.xml</ofd:DocumentRes>", more={"Doc_0/Res.xml": styles.encode()},
    )  # fmt: skip
    assert lines(made) == ["黑字"]


def test_names_in_other_capitals_and_slashes() -> None:
    with zipfile.ZipFile(io.BytesIO(ofd.package([ofd.page(drawn())]))) as package:
        parts = {name: package.read(name) for name in package.namelist()}
    other = {name.replace("Pages/Page_0", "pages/page_0"): part for name, part in parts.items()}
    other["Doc_0/Document.xml"] = parts["Doc_0/Document.xml"].replace(b"Pages/Page_0/", b"Pages\\Page_0\\")
    assert [texts(table) for table in tables(document(packed(other)))] == [[list(row) for row in ROWS]]


def test_the_current_version_is_read() -> None:
    with zipfile.ZipFile(io.BytesIO(ofd.package([ofd.page([ofd.text(20, 20, 5, "旧稿")])]))) as package:
        parts = {name: package.read(name) for name in package.namelist()}
    versions = (
        b'<ofd:Versions><ofd:Version ID="v2" Current="true" BaseLoc="Doc_0/Versions/V2.xml"/></ofd:Versions>'
    )
    parts["OFD.xml"] = parts["OFD.xml"].replace(b"</ofd:DocBody>", versions + b"</ofd:DocBody>")
    parts["Doc_0/Versions/V2.xml"] = (
        f'<ofd:DocVersion xmlns:ofd="{ofd.NAMESPACE}"><ofd:DocRoot>/Doc_1/Document.xml</ofd:DocRoot></ofd:DocVersion>'
    ).encode()
    parts["Doc_1/Document.xml"] = parts["Doc_0/Document.xml"]
    parts["Doc_1/Pages/Page_0/Content.xml"] = ofd.page([ofd.text(20, 20, 5, "新稿")]).encode()
    assert lines(document(packed(parts))) == ["新稿"]


def _with_picture(picture: bytes, objects: list[str], below: list[str] | None = None) -> bytes:
    media = (
        f'<ofd:Res xmlns:ofd="{ofd.NAMESPACE}" BaseLoc="Res"><ofd:MultiMedias><ofd:MultiMedia ID="8" Type="Image">'
        "<ofd:MediaFile>scan.png</ofd:MediaFile></ofd:MultiMedia></ofd:MultiMedias></ofd:Res>"
    )
    scan = '<ofd:ImageObject ID="0" Boundary="0 0 210 297" CTM="210 0 0 297 0 0" ResourceID="8"/>'
    return ofd.package(
        [ofd.page([*(below or ()), scan, *objects])], common="<ofd:DocumentRes>DocumentRes.xml</ofd:DocumentRes>",
        more={"Doc_0/DocumentRes.xml": media.encode(), "Doc_0/Res/scan.png": picture},
    )  # fmt: skip


def _png(mode: str = "L") -> bytes:
    raw = io.BytesIO()
    Image.fromarray(np.full((1169, 827), 255, dtype=np.uint8)).convert(mode).save(raw, "PNG")
    return raw.getvalue()


def test_a_picture_under_text_is_counted_and_told() -> None:
    made = document(
        _with_picture(_png(), [ofd.text(20, 20, 5, "映溪区教育局政府信息公开工作年度报告全文如下所示")])
    )
    assert made.metadata == (("pictures", "1"),)
    assert made.notes == ("OFD 第1页有图片，其中的文字未读取。",)


def test_text_under_a_scan_is_not_read() -> None:
    """Some scanners' programs put what they recognised under the picture: nobody has checked it."""
    hidden = [ofd.text(20, 20, 5, "映溪区教育局政府信息公开工作年度报告全文如下所示")]
    kind = ErrorKind.UNREADABLE if ocr.available() else ErrorKind.NOT_INSTALLED
    assert refused(_with_picture(_png(), [], hidden))[0] is kind
    assert lines(document(_with_picture(_png("RGBA"), [], hidden))) == [
        "映溪区教育局政府信息公开工作年度报告全文如下所示"
    ]


def test_a_small_picture_in_a_boundary_of_page_size() -> None:
    content = _with_picture(_png(), [ofd.text(20, 20, 5, "一、总体情况")])
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        parts = {name: package.read(name) for name in package.namelist()}
    page = "Doc_0/Pages/Page_0/Content.xml"
    parts[page] = parts[page].replace(b"210 0 0 297 0 0", b"18 0 0 18 5 3")
    made = document(packed(parts))
    assert (lines(made), made.metadata, made.notes) == (["一、总体情况"], (), ())


def test_a_page_that_is_a_picture_goes_to_ocr() -> None:
    if ocr.available():
        assert refused(_with_picture(_png(), []))[0] is ErrorKind.UNREADABLE  # nothing is printed on it
    else:
        assert refused(_with_picture(_png(), []))[0] is ErrorKind.NOT_INSTALLED


def test_a_picture_that_cannot_be_decoded_is_named() -> None:
    if not ocr.available():
        pytest.skip("the ocr extra is not installed")
    assert refused(_with_picture(b"\x97JB2\r\n\x1a\n", [])) == (
        ErrorKind.UNSUPPORTED, "OFD 第1页是图片，其格式不能读取，请提交由文字处理软件导出的 docx 或 PDF 文件。",
    )  # fmt: skip


def test_encrypted_empty_broken_and_endless() -> None:
    page = ofd.page([ofd.text(20, 20, 5, "甲")])
    assert refused(ofd.package([page], more={"Encryptions.xml": b"<a/>"}))[0] is ErrorKind.ENCRYPTED
    assert refused(ofd.package([ofd.page([])]))[0] is ErrorKind.UNREADABLE
    assert refused(ofd.package([page[:-20]]))[0] is ErrorKind.UNREADABLE
    assert refused(ofd.package([page] * 101)) == (
        ErrorKind.TOO_LARGE, "OFD 有101页，超过100页上限，请只提交年度报告本身。",
    )  # fmt: skip
    with zipfile.ZipFile(io.BytesIO(ofd.package([page]))) as package:
        parts = {name: package.read(name) for name in package.namelist()}
    del parts["Doc_0/Pages/Page_0/Content.xml"]
    assert refused(packed(parts))[0] is ErrorKind.UNREADABLE


def test_composites_that_hold_themselves_and_hostile_numbers_end() -> None:
    unit = '<ofd:CompositeObject ID="0" Boundary="0 0 20 20" ResourceID="7"/>'
    resource = (
        f'<ofd:Res xmlns:ofd="{ofd.NAMESPACE}"><ofd:CompositeGraphicUnits><ofd:CompositeGraphicUnit ID="7">'
        f"<ofd:Content>{unit * 20}</ofd:Content></ofd:CompositeGraphicUnit></ofd:CompositeGraphicUnits></ofd:Res>"
    )
    content = ofd.package(
        [ofd.page([unit])],
        common="<ofd:PublicRes>R.xml</ofd:PublicRes>",
        more={"Doc_0/R.xml": resource.encode()},
    )
    assert refused(content)[0] is ErrorKind.TOO_LARGE
    assert numbers("1 nan") == numbers("1e999") == numbers("x") == []
    far = ofd.text(20, 20, 5, "甲").replace('DeltaX=""', "").replace('X="0"', 'X="1e8"')
    assert lines(one([ofd.text(20, 40, 5, "乙"), far])) == ["乙"]
