"""doc, wps, rtf, odt and Word XML, made here and read by way of docx; LibreOffice at its limits."""

from __future__ import annotations

import io
import subprocess
import zipfile
from pathlib import Path

import olefile
import pytest

from models.document import Artifact, Cell, Document, Table
from models.errors import ErrorKind, ReadError
from tasks.read import office, office_process
from tasks.read.office_fields import plain_doc, plain_odt, plain_rtf
from tests.read.test_docx import p, packed, tc, tr
from tests.read.test_text import artifact, shown

ROOT = Path(__file__).resolve().parents[2]
TITLE = "映溪区林业局2023年政府信息公开工作年度报告"

needs_office = pytest.mark.skipif(office_process.program() is None, reason="LibreOffice is not installed")


# ------------------------------------------------------------------------------------------ what is made here


def rtf(body: str) -> bytes:
    escaped = "".join(
        c if ord(c) < 128 else f"\\u{ord(c) - 65536 if ord(c) > 32767 else ord(c)}?" for c in body
    )
    return (
        "{\\rtf1\\ansi\\ansicpg936\\uc1{\\fonttbl{\\f0\\fcharset134 SimSun;}}\\f0 " + escaped + "}"
    ).encode("ascii")


def rtf_field(instruction: str, result: str) -> str:
    return "{\\field{\\*\\fldinst " + instruction + "}{\\fldrslt " + result + "}}"


def rtf_row(*cells: str) -> str:
    edges = "".join(f"\\cellx{2000 * (n + 1)}" for n in range(len(cells)))
    return "\\trowd" + edges + "\\intbl " + "".join(cell + "\\cell " for cell in cells) + "\\row\n"


SUMS = (
    rtf_row("规章", "3", "4") + rtf_row("总计", rtf_field("=SUM(ABOVE)", "99"), rtf_field("=SUM(ABOVE) ", "{\\b 98}"))
)  # fmt: skip
PROSE = (
    "\\pard 收到申请" + rtf_field(" DATE \\\\@ \"yyyy\"", "2024") + "年{\\v 隐藏}，见" + rtf_field("REF gone", "表三") + "\\par "
)  # fmt: skip
REPORT = rtf(TITLE + "\\par " + SUMS + PROSE)
EXPECTED = [TITLE, ("ruled", [["规章", "3", "4"], ["总计", "99", "98"]]), "收到申请2024年，见表三"]

_ODF = {
    "office": "urn:oasis:names:tc:opendocument:xmlns:office:1.0",
    "text": "urn:oasis:names:tc:opendocument:xmlns:text:1.0",
    "table": "urn:oasis:names:tc:opendocument:xmlns:table:1.0",
    "draw": "urn:oasis:names:tc:opendocument:xmlns:drawing:1.0",
    "svg": "urn:oasis:names:tc:opendocument:xmlns:svg-compatible:1.0",
    "script": "urn:oasis:names:tc:opendocument:xmlns:script:1.0",
    "manifest": "urn:oasis:names:tc:opendocument:xmlns:manifest:1.0",
    "xlink": "http://www.w3.org/1999/xlink",
}
_NAMES = " ".join(f'xmlns:{prefix}="{uri}"' for prefix, uri in _ODF.items())
_ODT = "application/vnd.oasis.opendocument.text"


def odt(body: str, manifest: str = "", scripts: str = "", parts: dict[str, str] | None = None) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("mimetype", _ODT)
        archive.writestr(
            "META-INF/manifest.xml",
            f'<manifest:manifest {_NAMES}><manifest:file-entry manifest:full-path="/" manifest:media-type="{_ODT}"/>'
            '<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/>'
            f"{manifest}</manifest:manifest>",
        )
        archive.writestr(
            "content.xml",
            f'<office:document-content {_NAMES} office:version="1.2">{scripts}<office:body><office:text>{body}'
            "</office:text></office:body></office:document-content>",
        )
        for name, part in (parts or {}).items():
            archive.writestr(name, part)
    return content.getvalue()


def odt_cell(text: str, attributes: str = "") -> str:
    return f"<table:table-cell {attributes}><text:p>{text}</text:p></table:table-cell>"


_TALL = 'table:number-rows-spanned="2"'
_FORMULA = 'table:formula="ooow:sum &lt;C1&gt;" office:value-type="float" office:value="99"'
ODT_TABLE = (
    '<table:table><table:table-column table:number-columns-repeated="3"/>'
    f"<table:table-row>{odt_cell('规章', _TALL)}{odt_cell('3')}{odt_cell('4')}</table:table-row>"
    f"<table:table-row><table:covered-table-cell/>{odt_cell('5')}{odt_cell('99', _FORMULA)}</table:table-row></table:table>"
)
ODT_PROSE = (
    '<text:p>截至<text:date text:date-value="2024-01-20">2024年1月20日</text:date>，'
    "共<text:page-count>42</text:page-count>页</text:p>"
)


def saved_as_doc(content: bytes, folder: Path) -> bytes:
    """Let LibreOffice save an RTF file as a Word binary."""
    source = folder / "source.rtf"
    source.write_bytes(content)
    command = [
        str(office_process.program()),
        f"-env:UserInstallation={(folder / 'profile').as_uri()}",
        "--headless",
    ]
    subprocess.run(
        [*command, "--convert-to", "doc", "--outdir", str(folder), str(source)], check=True, timeout=120
    )
    return (folder / "source.doc").read_bytes()


@pytest.fixture(autouse=True)
def nothing_waits() -> None:
    office._converted.clear()


@pytest.fixture(scope="module")
def word_binary(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return saved_as_doc(plain_rtf(REPORT), tmp_path_factory.mktemp("doc"))


def blocks(document: Document) -> list:
    return [shown(block) for block in document.blocks]


def refusal(content: bytes) -> tuple[ErrorKind, str]:
    with pytest.raises(ReadError) as refused:
        office.read(artifact(content))
    return refused.value.kind, refused.value.message


# ------------------------------------------------------------------------------------------ formats


@needs_office
def test_rtf_shows_what_its_author_saved() -> None:
    document = office.read(artifact(REPORT))
    assert (document.format, blocks(document), document.notes) == ("rtf", EXPECTED, ())


@needs_office
def test_a_word_binary_reads_like_the_docx_it_is(word_binary: bytes) -> None:
    document = office.read(artifact(word_binary))
    assert (document.format, blocks(document)) == ("doc", EXPECTED)
    (table,) = [block for block in document.blocks if isinstance(block, Table)]
    assert [(c.locator.table, c.locator.row, c.locator.column) for c in table.cells[:4]] == [
        (1, 1, 1), (1, 1, 2), (1, 1, 3), (1, 2, 1),
    ]  # fmt: skip


@needs_office
def test_odt_with_merged_cells_a_formula_and_fields() -> None:
    hidden = '<text:section text:name="a" text:display="none"><text:p>藏</text:p></text:section>'
    document = office.read(artifact(odt(f"<text:p>{TITLE}</text:p>" + ODT_TABLE + hidden + ODT_PROSE)))
    assert blocks(document) == [
        TITLE, ("ruled", [["规章", "3", "4"], ["5", "99"]]), "截至2024年1月20日，共42页",
    ]  # fmt: skip
    assert document.format == "odt"
    (table,) = [block for block in document.blocks if isinstance(block, Table)]
    assert table.cells[0] == Cell("规章", 0, 0, 2, 1, table.cells[0].locator)


WORD_2003 = (
    '<?xml version="1.0"?><?mso-application progid="Word.Document"?>'
    '<w:wordDocument xmlns:w="http://schemas.microsoft.com/office/word/2003/wordml"'
    ' xmlns:wx="http://schemas.microsoft.com/office/word/2003/auxHint"'
    ' xmlns:aml="http://schemas.microsoft.com/aml/2001/core" xmlns:own="urn:own">'
    '<w:styles><w:style w:type="paragraph" w:styleId="1"><w:pPr><w:outlineLvl w:val="0"/></w:pPr></w:style></w:styles>'
    "<w:body><wx:sect>{}</wx:sect></w:body></w:wordDocument>"
)


def change(kind: str, inner: str) -> str:
    return f'<aml:annotation w:type="Word.{kind}"><aml:content>{inner}</aml:content></aml:annotation>'


def test_word_2003_xml_is_read_without_libreoffice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HECHA_SOFFICE", "/nowhere/soffice")
    numbered = '<w:pStyle w:val="1"/><w:listPr><w:ilvl w:val="0"/><w:ilfo w:val="1"/><wx:t wx:val="一、"/></w:listPr>'
    bullet = '<w:listPr><w:ilfo w:val="2"/><wx:t wx:val="&#xF06C;"/></w:listPr>'
    body = (
        f"<own:part>{p(TITLE)}</own:part>" + p("总体情况", numbered) + p("甲", bullet)
        + "<w:p><w:r><w:t>收到</w:t></w:r>" + change("Deletion", "<w:r><w:delText>7</w:delText></w:r>")
        + change("Insertion", "<w:r><w:t>8</w:t></w:r>") + change("Comment", "<w:r><w:t>批注</w:t></w:r>")
        + "<w:r><w:t>件</w:t></w:r><w:r><w:footnote>" + p("脚注") + "</w:footnote></w:r></w:p>"
        + "<w:tbl>" + tr(tc("规章", '<w:vmerge w:val="restart"/>'), tc("3")) + tr(tc("", "<w:vmerge/>"), tc("4")) + "</w:tbl>"
    )  # fmt: skip
    document = office.read(artifact(WORD_2003.format(body).encode()))
    assert (document.format, blocks(document)) == (
        "wordxml", [TITLE, "一、总体情况", "甲", "收到8件", ("ruled", [["规章", "3"], ["4"]])],
    )  # fmt: skip


def test_a_docx_laid_out_flat_is_read_without_libreoffice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HECHA_SOFFICE", "/nowhere/soffice")
    space = 'xmlns:pkg="http://schemas.microsoft.com/office/2006/xmlPackage"'
    with zipfile.ZipFile(
        io.BytesIO(packed(p(TITLE) + f"<w:tbl>{tr(tc('许可'), tc('4'))}</w:tbl>"))
    ) as archive:
        main = archive.read("word/document.xml").decode()
    flat = (
        f'<?xml version="1.0"?><?mso-application progid="Word.Document"?><pkg:package {space}>'
        f'<pkg:part pkg:name="/word/document.xml"><pkg:xmlData>{main}</pkg:xmlData></pkg:part>'
        '<pkg:part pkg:name="/word/media/a.png"><pkg:binaryData>AAAA</pkg:binaryData></pkg:part></pkg:package>'
    )
    assert blocks(office.read(artifact(flat.encode()))) == [TITLE, ("ruled", [["许可", "4"]])]
    assert refusal(flat.replace("</pkg:package>", "").encode()) == (ErrorKind.UNREADABLE, office.BROKEN)


# ------------------------------------------------------------------------------------------ made plain


def test_instructions_of_rtf_fields_are_skipped() -> None:
    assert plain_rtf(b"{\\field{\\*\\fldinst =SUM(ABOVE)}{\\fldrslt 9}}") == (
        b"{\\field{\\*\\hechafld =SUM(ABOVE)}{\\fldrslt 9}}".replace(b"fld =", b"fld  =")
    )
    kept = b"{\\*\\fldinst {\\rtlch\\af0 FORMDROPDOWN}}{\\*\\fldinst SYMBOL 80}\\fldinstx"
    assert plain_rtf(kept) == kept
    assert plain_rtf(b"\\object\\objautlink\\objupdate\\objw9") == b"\\object\\objw9"


LIST = (
    "{\\*\\listtable{\\list\\listtemplateid1{\\listlevel\\levelnfc39\\levelnfcn39\\levelfollow2\\levelstartat1"
    "{\\leveltext LEVEL;}{\\levelnumbers\\'01;}\\f0}\\listid1}}"
    "{\\*\\listoverridetable{\\listoverride\\listid1\\listoverridecount0\\ls1}}"
    "{\\listtext\\pard\\plain 一、\\tab}\\ls1 " + TITLE + "\\par "
)


@needs_office
@pytest.mark.parametrize("text", ["\\'02\\'00\\u12289 ?", "\\'02\\'00\\'a1\\'a2", "\\'02\\'00\\'3f"])
def test_the_number_of_a_list_is_not_a_question_mark(text: str) -> None:
    assert blocks(office.read(artifact(rtf(LIST.replace("LEVEL", text))))) == ["一、" + TITLE]


def field_types(content: bytes) -> list[int]:
    with olefile.OleFileIO(io.BytesIO(content)) as compound:
        head = compound.openstream("WordDocument").read(0x200)
        table = compound.openstream("1Table" if head[0x0B] & 2 else "0Table").read()
    start, length = (int.from_bytes(head[at : at + 4], "little") for at in (0x11A, 0x11E))
    count = (length - 4) // 6
    marks = table[start + 4 * (count + 1) : start + length]
    return [marks[2 * n + 1] for n in range(count) if marks[2 * n] & 0x1F == 0x13]


@needs_office
@pytest.mark.parametrize("paragraphs", [1, 600])
def test_fields_of_a_word_binary_become_unknown_ones(paragraphs: int, tmp_path: Path) -> None:
    more = "".join(
        f"\\pard\\li{n} 映溪区\\par " for n in range(paragraphs)
    )  # the table of few fits a short stream
    content = saved_as_doc(rtf(more + PROSE), tmp_path)
    assert (field_types(content), field_types(plain_doc(content))) == ([31, 3], [2, 2])
    assert sum(a != b for a, b in zip(content, plain_doc(content), strict=True)) == 2


def test_a_word_binary_that_cannot_be_followed_is_left_as_it_is() -> None:
    assert plain_doc(
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2000)
    ) == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2000)


def test_links_and_scripts_of_odt_are_taken_out() -> None:
    body = (
        '<text:section text:name="s"><text:section-source xlink:href="file:///etc/hostname"/><text:p>甲</text:p></text:section>'
        '<text:p><draw:image xlink:href="http://192.0.2.1/a.png"/><draw:image xlink:href="Pictures/a.png"/></text:p>'
    )
    scripts = "<office:scripts><script:event-listener/></office:scripts>"
    parts = {"Basic/Standard/M.xml": "<a/>", "Pictures/a.png": "x"}
    with zipfile.ZipFile(io.BytesIO(plain_odt(odt(body, scripts=scripts, parts=parts), "坏"))) as archive:
        assert archive.namelist() == ["mimetype", "META-INF/manifest.xml", "content.xml", "Pictures/a.png"]
        content = archive.read("content.xml").decode()
    assert [word in content for word in ("section-source", "192.0.2.1", "office:scripts", "Pictures/a.png", "甲")] == [
        False, False, False, True, True,
    ]  # fmt: skip


# ------------------------------------------------------------------------------------------ refusals


def test_without_libreoffice_the_error_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HECHA_SOFFICE", "/nowhere/soffice")
    office.prepare([artifact(REPORT)])
    assert refusal(REPORT) == (
        ErrorKind.NOT_INSTALLED,
        "本机未安装 LibreOffice，不能读取 doc、wps、rtf、odt 文件，请系统维护人员运行 "
        "apt-get install libreoffice-writer-nogui，或将文件另存为 docx 后重新提交。",
    )


@needs_office
def test_an_encrypted_odt_says_so() -> None:
    secret = '<manifest:file-entry manifest:full-path="x"><manifest:encryption-data/></manifest:file-entry>'
    assert refusal(odt("<text:p>甲</text:p>", manifest=secret)) == (
        ErrorKind.ENCRYPTED, "文件已加密，无法读取，请取消密码后重新提交。",
    )  # fmt: skip


@needs_office
def test_what_gives_no_chinese_text_is_refused() -> None:
    assert refusal(rtf("no Chinese here at all, only words")) == (ErrorKind.UNREADABLE, office.NO_TEXT)
    mojibake = "".join(chr(0x4E00 + 97 * n % 20000) for n in range(400))
    assert refusal(rtf(mojibake)) == (ErrorKind.UNREADABLE, office.NO_TEXT)
    assert refusal(odt("<text:p>甲")) == (ErrorKind.UNREADABLE, office.BROKEN)


@needs_office
def test_a_torn_word_binary_is_refused(word_binary: bytes) -> None:
    at = word_binary.find(b"\xec\xa5")  # where the stream of the text begins
    torn = word_binary[: at + 2] + b"\xff" * 600 + word_binary[at + 602 :]
    assert refusal(torn)[0] in (ErrorKind.UNREADABLE, ErrorKind.ENCRYPTED)


# ------------------------------------------------------------------------------------------ batches


@needs_office
def test_what_was_prepared_is_read_without_another_run(
    word_binary: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    torn = b"{\\rtf1"
    office.prepare(
        [artifact(REPORT), artifact(torn), artifact(word_binary), artifact(REPORT), artifact(b"x" * 99)]
    )
    monkeypatch.setenv("HECHA_SOFFICE", "/nowhere/soffice")
    assert blocks(office.read(artifact(REPORT))) == EXPECTED
    assert blocks(office.read(artifact(word_binary))) == EXPECTED
    assert refusal(REPORT)[0] == ErrorKind.NOT_INSTALLED  # handed out once, not kept


def one_by_one(folder: Path, trouble: str) -> str:
    """A program that converts with LibreOffice one file after the other, and has `trouble` at the file that says so."""
    script = folder / "soffice"
    script.write_text(
        "#!/bin/sh\n"
        'set -- "$@"; files=""; options=""\n'
        'for word in "$@"; do case "$word" in *.rtf) files="$files $word";; *) options="$options $word";; esac; done\n'
        f'for file in $files; do if grep -q TROUBLE "$file"; then {trouble}; fi\n'
        f'{office_process.program()} $options "$file"; done\n',
        encoding="utf-8",
    )
    script.chmod(0o755)
    return str(script)


@needs_office
@pytest.mark.parametrize("trouble", ["exit 139", "sleep 600"])
def test_a_file_that_stops_the_batch_costs_only_itself(
    trouble: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = [artifact(rtf(f"第{n}份{TITLE}")) for n in range(2)]
    bad = artifact(rtf(f"TROUBLE{TITLE}"))
    monkeypatch.setenv("HECHA_SOFFICE", one_by_one(tmp_path, trouble))
    monkeypatch.setattr(office, "SECONDS", 6.0)
    monkeypatch.setattr(office, "SECONDS_EACH", 1.0)
    office.prepare([files[0], bad, files[1]])
    monkeypatch.setenv("HECHA_SOFFICE", "/nowhere/soffice")
    assert [blocks(office.read(file)) for file in files] == [[f"第{n}份{TITLE}"] for n in range(2)]
    assert refusal(bad.content)[0] == ErrorKind.NOT_INSTALLED


def test_what_waits_to_be_read_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(office, "MOST_HELD", 10)
    office._hold({"a": b"1234", "b": b"1234"})
    office._hold({"c": b"1234"})
    assert list(office._converted) == ["b", "c"]


@needs_office
def test_the_sentence_for_a_file_that_takes_too_long(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(office, "SECONDS", 1.0)
    monkeypatch.setenv("HECHA_SOFFICE", one_by_one(tmp_path, "sleep 600"))
    assert refusal(rtf("TROUBLE")) == (
        ErrorKind.UNREADABLE,
        "文件转换超过60秒仍未完成，已放弃，请用文字处理软件另存为 docx 或导出为 PDF 后重新提交。",
    )


def test_an_artifact_is_named_by_its_sender_and_written_under_our_name() -> None:
    odd = Artifact("../../$(touch x);.doc", b"{\\rtf1}", "0" * 64)
    assert office._plain("rtf", odd.content) == ("rtf", b"{\\rtf1}")
