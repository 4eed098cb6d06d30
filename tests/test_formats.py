"""The format set: one report in every format, the same numbers in each."""

from __future__ import annotations

import io
import zipfile
from email import message_from_bytes, policy
from pathlib import Path

import pytest

from benchmarks.cases import Truth
from benchmarks.judged import cell_outcome, judge, matched
from benchmarks.measured import descendants, highest
from expectations.template import load
from models.document import Artifact
from models.views import ErrorView
from samples.make import conversions, docx, formats, packing, pages, pdf, word_xml
from samples.make.contents import FAULTS, contents, distinct
from samples.make.report import Grid
from tasks.chunks import Rows, take_in

MADE = contents()
STEADY = ("tabs", "lines", "columns", "bom", "gb18030", "utf16", "pipes", "plain", "gb", "cms", "pasted", "split",
          "library", "merged", "numbered", "tracked", "strict", "report")  # fmt: skip
"""Forms whose readers need no program beside ours."""


def truth(name: str) -> Truth:
    made = MADE[name]
    return Truth(made.title, made.agency, made.year, made.template, made.values)


def read(content: bytes, name: str = "x") -> Rows:
    answer = take_in(Artifact(name, content, "0" * 64))[0]
    assert not isinstance(answer, ErrorView), answer.message
    return answer


@pytest.mark.parametrize("template", ["v2021", "v2019"])
def test_every_number_of_the_distinct_report_is_another(template: str) -> None:
    values = distinct(load(template), "any")
    assert set(values) == set(load(template).cells)
    assert len({float(text) for text in values.values()}) == len(values)


@pytest.mark.parametrize("form", STEADY)
def test_the_distinct_report_is_read_right_in_every_form(form: str) -> None:
    judged = judge(truth("distinct"), read(formats.DIRECT[form].write(MADE["distinct"].parts)))
    assert (dict(judged.cells), judged.wrong) == ({"right": 200}, [])
    assert (judged.title, judged.agency, judged.year, judged.sections) == (True, True, True, 6)


@pytest.mark.parametrize("form", STEADY)
def test_no_fault_of_the_faulty_report_gets_a_value(form: str) -> None:
    judged = judge(truth("faulty"), read(formats.DIRECT[form].write(MADE["faulty"].parts)))
    assert judged.wrong == []
    assert judged.cells["right"] + judged.cells["uncertain"] == 200


@pytest.mark.parametrize("form", STEADY)
def test_the_earlier_form_is_read_right(form: str) -> None:
    judged = judge(truth("earlier"), read(formats.DIRECT[form].write(MADE["earlier"].parts)))
    assert (dict(judged.cells), judged.wrong) == ({"right": 198}, [])


@pytest.mark.parametrize("form", formats.DIRECT)
def test_the_same_report_gives_the_same_bytes(form: str) -> None:
    if form == "one" or form == "each":
        pytest.skip("openpyxl writes the time; covered by the test of repacked")
    write = formats.DIRECT[form].write
    assert write(MADE["faulty"].parts) == write(MADE["faulty"].parts)


def test_repacked_workbooks_do_not_tell_the_time() -> None:
    write = formats.DIRECT["one"].write
    with zipfile.ZipFile(io.BytesIO(write(MADE["distinct"].parts))) as book:
        assert b"2024-01-01T00:00:00Z" in book.read("docProps/core.xml")
        assert {info.date_time for info in book.infolist()} == {(2024, 1, 1, 0, 0, 0)}


def test_faults_are_printed_as_they_stand() -> None:
    assert {code: MADE["faulty"].values[code] for code in FAULTS} == FAULTS
    lines = conversions.tabs_gb18030(MADE["faulty"].parts).decode("gb18030")
    assert all(text in lines for text in FAULTS.values())


def test_numbered_word_documents_print_no_numerals_themselves() -> None:
    with zipfile.ZipFile(io.BytesIO(word_xml.numbered(MADE["distinct"].parts))) as word:
        body = word.read("word/document.xml").decode()
        assert "word/numbering.xml" in word.namelist()
    assert "一、总体情况" not in body
    assert ">总体情况<" in body


def test_tracked_changes_keep_the_number_and_record_another() -> None:
    with zipfile.ZipFile(io.BytesIO(word_xml.tracked(MADE["distinct"].parts))) as word:
        body = word.read("word/document.xml").decode()
    assert body.count("<w:ins ") == body.count("<w:del ") > 20
    assert "w:vanish" in body
    assert "txbxContent" in body


def test_split_tables_are_cut_and_lose_no_row() -> None:
    page = pages.split_tables(MADE["distinct"].parts).decode()
    rows = sum(len(part.rows) for part in MADE["distinct"].parts if isinstance(part, Grid))
    assert (page.count("<table>"), page.count("<tr>")) == (4 + 2 + 1, rows)


def test_gbk_names_carry_no_utf8_flag() -> None:
    content = packing.packed_gbk({"年报/映溪区教育局.txt": b"1", "映溪区财政局.txt": b"2"})
    with zipfile.ZipFile(io.BytesIO(content), metadata_encoding="gbk") as archive:
        assert archive.namelist() == ["年报/映溪区教育局.txt", "映溪区财政局.txt"]
        assert [info.flag_bits & 0x800 for info in archive.infolist()] == [0, 0]
        assert archive.read("映溪区财政局.txt") == b"2"


def test_a_letter_holds_its_attachments() -> None:
    mail = message_from_bytes(pages.letter({"年报.docx": b"1"}), policy=policy.default)
    assert [(a.get_filename(), a.get_content()) for a in mail.iter_attachments()] == [("年报.docx", b"1")]


def test_writing_the_direct_step_writes_every_form(tmp_path: Path) -> None:
    assert formats.write(tmp_path, ["direct"]) == []
    written = {path.name for path in tmp_path.iterdir()}
    expected = {f"{c}.{form}.{how.suffix}" for form, how in formats.DIRECT.items() for c in how.contents}
    assert written == expected | {"truth.json"}
    assert {formats.group_of(name) for name in expected} == {how.group for how in formats.DIRECT.values()}


def test_converted_and_scanned_files_count_under_their_format() -> None:
    names = ("a.merged.wps", "a.merged.pdf", "a.print_cms.pdf", "a.photo.pdf", "a.one.xls", "a.direct.ofd")
    assert [formats.group_of(name) for name in names] == [
        "wps", "pdf", "pdf from Chromium", "phone photo", "xls", "ofd",
    ]  # fmt: skip


def test_scans_are_the_same_every_time_and_hold_no_text() -> None:
    scans = pytest.importorskip(
        "samples.make.scans", reason="the parts for scans and pictures are not installed"
    )
    pdfium = pytest.importorskip("pypdfium2")
    source = pdf.document(MADE["consistent"].parts)
    made = [scans.as_pdf(scans.degraded(source, scans.mild, 60), 60) for _ in range(2)]
    assert made[0] == made[1]
    with pdfium.PdfDocument(made[0]) as scan, pdfium.PdfDocument(source) as text:
        assert len(scan) == len(text)
        assert [page.get_textpage().count_chars() for page in scan] == [0] * len(scan)


# ------------------------------------------------------------------------------------- judging


@pytest.mark.parametrize(
    ("printed", "kind", "value", "outcome"),
    [
        ("5", "number", 5.0, "right"),
        ("5", "number", 6.0, "wrong"),
        ("5", "blank", None, "wrong"),
        ("5", "missing", None, "wrong"),
        ("5", "uncertain", None, "uncertain"),
        ("0", "zero", 0.0, "right"),
        ("1,234", "number", 1234.0, "right"),
        ("12件", "number", 12.0, "right"),
        ("", "blank", None, "right"),
        ("", "zero", 0.0, "wrong"),
        ("", "uncertain", None, "uncertain"),
        ("—", "placeholder", None, "right"),
        ("—", "blank", None, "wrong"),
        ("1.2万", "text", None, "right"),
        ("1.2万", "number", 1.2, "wrong"),
    ],
)
def test_outcome_of_a_cell(printed: str, kind: str, value: float | None, outcome: str) -> None:
    assert cell_outcome(printed, {"kind": kind, "value": value, "raw": ""}) == outcome


def test_a_moved_cell_is_found_and_listed() -> None:
    rows = read(docx.document(MADE["distinct"].parts))
    swapped = {"t3.received_new.natural_person": 1.0, "t3.received_new.enterprise": 2.0}
    for row in rows["cells"]:
        row["value"] = swapped.get(row["code"], row["value"])
    judged = judge(truth("distinct"), rows)
    assert judged.cells == {"right": 198, "wrong": 2}
    assert [cell["code"] for cell in judged.wrong] == list(swapped)


def test_reports_of_a_bundle_are_told_apart_by_their_numbers() -> None:
    answers = [read(docx.document(MADE[name].parts)) for name in ("faulty", "distinct")]
    found = matched({name: truth(name) for name in ("distinct", "faulty")}, answers)
    assert found == {"distinct": answers[1], "faulty": answers[0]}


def test_memory_of_a_process_is_known_while_it_lives() -> None:
    import os

    assert highest(os.getpid()) > 10
    assert highest(2**22 + 1) == 0
    assert os.getpid() not in descendants(os.getpid())
