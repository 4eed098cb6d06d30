"""One report as asked for: whose it is, which version, what was said and decided; its original and its equation."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from models.document import Artifact
from models.errors import ReadError
from models.views import CellView
from tasks.ask.gx_result import gx_result
from tasks.ask.originals import Originals
from tasks.ask.report import Asked, ask_report
from tasks.chunks import part_of
from tasks.decide.reviews import decide
from tasks.persist.store import DamagedOriginal, keep_original
from tasks.publish.equation import Equation, Term, equation_of
from tasks.read import read
from tests.decide.conftest import (
    CLEAN,
    EDU,
    FAR,
    FIN,
    Region,
    database,
    empty_url,
    postgres,
    region,
    url,
)
from tests.storage.made import FRACTION, HEADING, evaluation, finding, sha

__all__ = ["database", "empty_url", "postgres", "region", "url"]

SAMPLES = Path(__file__).resolve().parents[2] / "samples" / "reports" / "2023"


def said(found: Asked | None) -> list[str] | None:
    return None if found is None else [one.rule for one in found.view.evaluation.findings]


def test_who_sees_what(region: Region) -> None:
    everything = ["T4-01", "STR-03", "TXT-11", "EXT-01"]
    mine = [
        said(ask_report(region.database, person, region.reports[EDU]))
        for person in (region.operator, region.supervisor, region.far, region.agency)
    ]
    # an agency is not shown what our own people have to look at first
    assert mine == [everything, everything, None, everything[:3]]
    others = [
        said(ask_report(region.database, person, region.reports[name]))
        for person in (region.supervisor, region.far, region.agency)
        for name in (FIN, FAR, CLEAN)
    ]
    assert others == [["STR-03"], None, [], None, ["T4-01"], None, None, None, None]
    assert ask_report(region.database, region.operator, 99_999) is None


def test_what_was_decided_stands_beside_the_finding(region: Region) -> None:
    report = region.reports[EDU]
    found = ask_report(region.database, region.supervisor, report)
    assert found is not None
    unsure = found.fingerprints[3]
    decide(region.database, region.supervisor, [(report, unsure)], "mend", "", False, "b1")
    found = ask_report(region.database, region.agency, report)
    assert found is not None
    # now it is the agency's
    assert said(found) == ["T4-01", "STR-03", "TXT-11", "EXT-01"]
    assert {f: review.decision for f, review in found.reviews.items()} == {unsure: "mend"}
    assert found.fingerprint(found.view.evaluation.findings[3]) == unsure


def test_versions_and_what_became_of_the_findings(region: Region) -> None:
    newer = evaluation("更正后", [HEADING, FRACTION])
    region.swept(("更正后", "映溪区教育局", 2023, newer))
    found = ask_report(region.database, region.agency, region.reports[EDU])
    assert found is not None
    assert (found.number, found.newest, found.view.sha256) == (2, 2, sha("更正后"))
    changes = [found.changes.get(fingerprint) for fingerprint in found.fingerprints]
    assert changes == ["still_open", "new"]
    became = [
        [[ref.rule for ref in refs] for refs in (v.mended, v.still_open, v.new)] for v in found.view.versions
    ]
    # a rule that was not decided in the new version mends nothing
    assert became == [[[], [], []], [["T4-01"], ["STR-03", "TXT-11"], ["CELL-03"]]]
    old = ask_report(region.database, region.agency, region.reports[EDU], 1)
    assert old is not None
    assert (old.number, old.newest, said(old)) == (1, 2, ["T4-01", "STR-03", "TXT-11"])
    assert ask_report(region.database, region.agency, region.reports[EDU], 3) is None


def test_the_equation_of_a_finding() -> None:
    lines = ("received_new", "carried_in", "results.total", "carried_out")
    broken = finding(
        "T3-03",
        "total",
        cells=tuple(f"t3.{line}.total" for line in lines),
        observed=14,
        expected=13,
        difference=1,
    )
    printed = {
        f"t3.{line}.total": CellView(f"t3.{line}.total", str(value), float(value), "number")
        for line, value in zip(lines, (12, 2, 10, 3), strict=True)
    }
    found = equation_of(broken, "v2021", printed)
    assert found == Equation(
        (
            Term("t3.received_new.total", "一、本年新收政府信息公开申请数量", 12.0),
            Term("t3.carried_in.total", "二、上年结转政府信息公开申请数量", 2.0),
        ),
        (
            Term("t3.results.total.total", "（七）总计", 10.0),
            Term("t3.carried_out.total", "四、结转下年度继续办理", 3.0),
        ),
        "=",
    )
    assert (found.left_sum, found.right_sum, found.holds) == (14.0, 13.0, False)
    assert found.sides() == {
        "t3.received_new.total": "left",
        "t3.carried_in.total": "left",
        "t3.results.total.total": "right",
        "t3.carried_out.total": "right",
    }
    # numbers that do not come to the finding's own difference are no evidence for it
    corrected = printed | {"t3.carried_out.total": CellView("t3.carried_out.total", "6", 6.0, "number")}
    assert equation_of(broken, "v2021", corrected) is None
    unsure = printed | {"t3.carried_out.total": CellView("t3.carried_out.total", "3 1", None, "uncertain")}
    assert equation_of(broken, "v2021", unsure) is None


def test_an_equation_with_a_number_of_the_year_before() -> None:
    codes = tuple(f"t2.normative_docs.{column}" for column in ("in_force", "issued", "repealed"))
    printed = {
        code: CellView(code, str(value), float(value), "number")
        for code, value in zip(codes, (17, 3, 1), strict=True)
    }
    broken = finding("T2-03", "normative_docs", cells=codes, observed=17, expected=12, difference=5)
    found = equation_of(broken, "v2021", printed)
    assert found is not None
    assert [(t.code, t.value) for t in found.left] == [(codes[0], 17.0), (codes[2], 1.0)]
    assert [(t.code, t.name, t.value) for t in found.right] == [
        ("", "上一年度报告现行有效件数", 10.0),
        (codes[1], "本年制发件数", 3.0),
    ]
    assert equation_of(finding("CELL-03", "x", cells=codes), "v2021", printed) is None
    assert equation_of(finding("没有", "x", cells=codes), "v2021", printed) is None


@pytest.fixture
def look(tmp_path: Path) -> Originals:
    return Originals(tmp_path, (tmp_path / "store").as_uri(), 60.0, 4096)


def kept(path: Path, home: Path) -> Artifact:
    content = path.read_bytes()
    file = Artifact(path.name, content, hashlib.sha256(content).hexdigest())
    keep_original(file, (home / "store").as_uri())
    return file


def test_originals_are_read_apart_and_remembered(look: Originals, tmp_path: Path) -> None:
    pdf, docx = kept(SAMPLES / "映溪区水务局.pdf", tmp_path), kept(SAMPLES / "映溪区教育局.docx", tmp_path)
    source = look.source(pdf.sha256, pdf.name)
    assert [tuple(round(side) for side in size) for size in look.sizes(source, "pdf")] == [(595, 842)] * 3
    drawn = look.picture(source, "pdf", 1)
    assert drawn.startswith(b"\x89PNG\r\n\x1a\n")
    with pytest.raises(ReadError):
        look.picture(source, "pdf", 4)
    other = look.source(docx.sha256, docx.name)
    assert look.document(other) == read(docx)
    look.close()
    # from the cache, without a child
    assert look.picture(source, "pdf", 1) == drawn
    assert look.document(other) == read(docx)
    assert look._child is None
    with pytest.raises(DamagedOriginal):
        look.source("0" * 64, "没有")


def test_one_of_several_reports_in_a_file(look: Originals, tmp_path: Path) -> None:
    whole = kept(SAMPLES / "映溪区教育局.docx", tmp_path)
    note = part_of(whole.sha256, 1)
    keep_original(note, (tmp_path / "store").as_uri())
    source = look.source(note.sha256, "合订本（第1份）")
    assert (source.artifact.content, source.report) == (whole.content, 1)


def test_a_file_that_kills_its_reader_costs_only_itself(look: Originals, tmp_path: Path) -> None:
    broken = tmp_path / "坏的.pdf"
    broken.write_bytes(b"%PDF-1.7\n" + b"\x00" * 400)
    file = kept(broken, tmp_path)
    with pytest.raises(ReadError):
        look.sizes(look.source(file.sha256, file.name), "pdf")
    whole = kept(SAMPLES / "映溪区水务局.pdf", tmp_path)
    assert len(look.sizes(look.source(whole.sha256, whole.name), "pdf")) == 3
    look.close()


def test_what_great_expectations_said_of_one_report(region: Region, tmp_path: Path) -> None:
    found = ask_report(region.database, region.supervisor, region.reports[EDU])
    assert found is not None
    other = {"submission": sha(FAR), "group": "review", "nr": 8}
    own = {"submission": sha(EDU), "group": "review", "nr": 7, "total": 0}

    def result(run: str, rows: list[dict[str, object]]) -> None:
        folder = tmp_path / "gx" / "uncommitted" / "validations" / "disputes" / "__none__" / run
        folder.mkdir(parents=True)
        config = {"type": "x", "meta": {"rule_id": "T4-01"}}
        one = {"expectation_config": config, "exception_info": {}, "result": {"unexpected_index_list": rows}}
        (folder / "hecha-disputes.json").write_text(json.dumps({"meta": {"run": run}, "results": [one]}))

    result("20240301T010000Z", [own, other])
    result("20240302T010000Z", [other])
    told = json.loads(gx_result(found, tmp_path))
    assert (told["schema"], told["verdicts"]["T4-01"]) == ("hecha.gx/1", "FAIL")
    assert told["suites"]["disputes"]["meta"] == {"run": "20240301T010000Z"}
    assert [one["result"] for one in told["suites"]["disputes"]["results"]] == [
        {"unexpected_count": 1, "unexpected_index_list": [own]}
    ]
    assert told["not_found"] == ["STR-03", "TXT-11", "EXT-01"]
