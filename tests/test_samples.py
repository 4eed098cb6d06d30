"""The shipped samples are what the data make, say what they are meant to say, and are judged as planted."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from expectations.template import load
from models.results import Addressee, Severity
from samples.generate import HERE, UNREADABLE, all_reports, main
from tasks.roster import read_roster
from tests.pipeline import Swept, sweep

REPORTS = HERE / "reports"
APPLICANTS = ("natural_person", "enterprise", "research", "public_welfare", "legal_service", "other_org")


@pytest.fixture(scope="module")
def swept() -> Swept:
    return sweep([REPORTS])


def test_the_shipped_files_are_what_the_data_make(tmp_path: Path) -> None:
    main(tmp_path)
    made = {p.relative_to(tmp_path): p.read_bytes() for p in tmp_path.rglob("*") if p.is_file()}
    shipped = {
        p.relative_to(HERE): p.read_bytes()
        for p in [*REPORTS.rglob("*"), HERE / "roster.csv", HERE / "planted.json"]
        if p.is_file()
    }
    assert sorted(made) == sorted(shipped)
    assert [name for name in made if made[name] != shipped[name]] == []


def test_the_district_is_as_large_as_promised() -> None:
    names = list(all_reports())
    assert len(names) == 34
    assert {name.split("/")[0] for name in names} == {"2020", "2022", "2023"}
    assert len({entry.agency for entry in read_roster(HERE / "roster.csv").entries}) == 14


def test_clean_reports_add_up_by_plain_arithmetic() -> None:
    for name, (_, values, faults) in all_reports().items():
        if faults:
            continue
        template = load("v2019" if name.startswith("2020") else "v2021")
        numbers = {code: float(text) for code, text in values.items()}
        for applicant in (*APPLICANTS, "total"):
            results = sum(
                numbers[f"t3.{row.key}.{applicant}"]
                for row in template.table3_rows
                if row.groups and not row.total
            )
            assert results == numbers[f"t3.results.total.{applicant}"], (name, applicant)
            came = numbers[f"t3.received_new.{applicant}"] + numbers[f"t3.carried_in.{applicant}"]
            assert came == results + numbers[f"t3.carried_out.{applicant}"], (name, applicant)
        for group in template.table4_groups:
            outcomes = sum(
                numbers[f"t4.{group.key}.{o.key}"] for o in template.table4_outcomes if not o.total
            )
            assert outcomes == numbers[f"t4.{group.key}.total"], (name, group.key)
        for row in template.table3_rows:
            across = sum(numbers[f"t3.{row.key}.{applicant}"] for applicant in APPLICANTS)
            assert across == numbers[f"t3.{row.key}.total"], (name, row.key)


def test_clean_reports_follow_from_the_year_before() -> None:
    reports = all_reports()
    followed = 0
    for name, (_, values, faults) in reports.items():
        year, rest = name.split("/")
        earlier = [n for n in reports if n.startswith(f"{int(year) - 1}/{rest.split('.')[0]}.")]
        if faults or not earlier or reports[earlier[0]][2]:
            continue
        before = reports[earlier[0]][1]
        for applicant in (*APPLICANTS, "total"):
            assert values[f"t3.carried_in.{applicant}"] == before[f"t3.carried_out.{applicant}"], name
        for kind in ("rules", "normative_docs"):
            change = int(values[f"t2.{kind}.issued"]) - int(values[f"t2.{kind}.repealed"])
            assert int(values[f"t2.{kind}.in_force"]) == int(before[f"t2.{kind}.in_force"]) + change, name
        followed += 1
    assert followed == 2


def test_every_cell_of_every_sample_is_read_as_it_was_written(swept: Swept) -> None:
    wrong = {}
    for name, (_, written, _) in all_reports().items():
        read = swept.values(name)
        expected = {code: _number(text) for code, text in written.items()}
        if "民政局" in name and name.startswith("2022"):  # the row that is left out
            expected |= {code: None for code in expected if ".admin_inquiry." in code}
        wrong[name] = {
            code: (read.get(code), value) for code, value in expected.items() if read.get(code) != value
        }
    assert {name: cells for name, cells in wrong.items() if cells} == {}


def _number(text: str) -> float | None:
    try:
        return float(text.removesuffix("件"))
    except ValueError:
        return None


def test_each_planted_fault_is_found_and_nothing_else_is(swept: Swept) -> None:
    planted: dict[str, list[dict]] = {}
    for fault in json.loads((HERE / "planted.json").read_text(encoding="utf-8")):
        planted.setdefault(fault["file"], []).append(fault)
    for name in all_reports():
        findings = [f for f in swept.of(name).findings if f.rule != "XY-04"]
        faults = planted.get(name, [])
        named = {(finding.rule, finding.subject) for finding in findings}
        for fault in faults:
            hits = [s for r, s in named if r == fault["rule"]]
            consequence = any(fault["rule"] in finding.consequences for finding in findings)
            assert fault["subject"] in hits or (hits and not fault["subject"]) or consequence, (
                name,
                fault,
                named,
            )
            if consequence:
                (cause,) = [f for f in findings if fault["rule"] in f.consequences]
                assert set(fault["cells"]) <= set(cause.cells) and cause.hint, (name, fault)
            elif fault["expected"] is not None:
                told = {
                    (f.observed, f.expected)
                    for f in findings
                    if (f.rule, f.subject) == (fault["rule"], fault["subject"])
                }
                assert told == {(fault["observed"], fault["expected"])}, (name, fault)
        failed = {finding.rule for finding in findings} | {c for f in findings for c in f.consequences}
        assert failed == {rule for fault in faults for rule in (fault["rule"], *fault["also"])}, name
        assert {finding.addressee for finding in findings} <= {Addressee.AGENCY}, name


def test_the_year_that_is_not_shipped_is_asked_for(swept: Swept) -> None:
    told = {n: [f for f in swept.of(n).findings if f.rule == "XY-04"] for n in all_reports()}
    before = {n.split("/")[1].split(".")[0] for n in all_reports() if n.startswith("2020/")}
    assert {n.split("/")[1].split(".")[0] for n, found in told.items() if found} == before
    assert {(n[:4], f.addressee) for n, found in told.items() for f in found} == {
        ("2022", Addressee.OPERATOR)
    }


def test_what_is_no_report_is_listed(swept: Swept) -> None:
    assert swept.errors == {
        "2023/映溪区卫生健康局（照片）.docx": "unreadable",
        "2023/映溪区卫生健康局（空文件）.txt": "unreadable",
        "2023/映溪区财政局关于报送年报的通知.txt": "not_a_report",
    }
    assert set(swept.errors) == set(UNREADABLE)


def test_the_resubmission_mends_one_fault_keeps_one_and_brings_a_new_one(swept: Swept) -> None:
    def found(name: str) -> set[tuple[str, str]]:
        return {(f.rule, f.subject) for f in swept.of(name).findings}

    first, second = found("2023/映溪区竹浦街道办事处.docx"), found("2023/映溪区竹浦街道办事处（更正）.docx")
    assert first - second == {("T4-01", "suit_direct")}
    assert {rule for rule, _ in first & second} == {"S6-01"}
    assert {rule for rule, _ in second - first} == {"CELL-02"}


def test_gravity_is_as_the_catalogue_says(swept: Swept) -> None:
    grave = {f.rule: f.severity for n in all_reports() for f in swept.of(n).findings}
    assert {rule for rule, severity in grave.items() if severity is Severity.CRITICAL} == {
        "T3-02", "T3-03", "T4-01", "STR-01", "STR-08", "STR-10", "CELL-03", "XY-01", "META-03", "META-07",
    }  # fmt: skip


def test_the_readme_lists_every_planted_fault() -> None:
    text = (HERE / "README.md").read_text(encoding="utf-8")
    for fault in json.loads((HERE / "planted.json").read_text(encoding="utf-8")):
        assert f"| `{fault['file']}` | {fault['what']} | {fault['rule']}" in text
