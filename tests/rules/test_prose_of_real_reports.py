"""What the real reports claim, listed by hand, and what the rules on prose make of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.extract.test_claims import brief
from tests.pipeline import Swept, sweep

_SHARED = Path(__file__).resolve().parents[2] / ".." / "shared"

# Read by eye. An office's 17 beside 95 of its district, cases put on file, requests of two channels are in doubt.
_CLAIMS = {
    "003_淮安市洪泽区人民政府_2024.pdf": [
        "disclosed 7",
        "accepted 17 unknown ?",
        "fee none unknown ?",
    ],
    "004_宿迁市_2023.txt": [
        "parts 47+28+22+15+5+2 = 119",
        "accepted 3607 whole",
        "parts 349+933+477+301+874+216+348+55+26+12+16 = 3607 all whole",
        "applicant.natural_person 3493 whole",
        "applicant.legal 114 whole",
        "applicants 3493+114 = 3607 all whole",
        "results.full_disclosure 1191 whole",
        "results.partial_disclosure 328 whole",
        "results.denied 142 whole",
        "results.unable 1078 whole",
        "results.not_handled 406 whole",
        "results.other 341 whole",
        "carried_out 121 whole",
        "fee 2950 whole",
    ],
    "005_宿迁市_2024.txt": [
        "parts 48+17+15+9+7+2 = 98",
        "accepted 3646 whole",
        "results.full_disclosure 1431 whole",
        "results.partial_disclosure 471 whole",
        "results.denied 92 whole",
        "results.unable 941 whole",
        "results.not_handled 117 whole",
        "results.other 469 whole",
        "carried_out 125 whole",
        "review.total 134 part ?",
        "suit.total 57 part ?",
        "parts 8140+2079 = 10219",
        "fee 2230 whole",
    ],
    "011_平潭综合实验区_2023.txt": [
        "disclosed 13561 whole",
        "documents.normative_docs.in_force 393 part ?",
        "documents.normative_docs.issued 77",
        "disclosed 1654",
        "received 81 part ?",
        "applicant.natural_person 80 whole",
        "applicant.enterprise 1 whole",
        "applicants 80+1 = 81 whole",
        "answered 81",
        "results.full_disclosure+results.partial_disclosure 42",
        "results.full_disclosure+results.partial_disclosure 51.85% of 81",
        "results.denied 5",
        "results.denied 6.17% of 81",
        "results.unable 31",
        "results.unable 38.27% of 81",
        "results.not_handled 1",
        "results.not_handled 1.23% of 81",
        "results.other 2",
        "results.other 2.47% of 81",
        "review.total 2",
        "suit.total 7",
        "fee none",
    ],
    "012_平潭综合实验区_2022.txt": [
        "disclosed 14571 whole",
        "documents.normative_docs.in_force 698",
        "documents.normative_docs.issued 88",
        "disclosed 77",
        "received 75 whole",
        "applicant.natural_person 72 whole",
        "applicant.enterprise 3 whole",
        "applicants 72+3 = 75 whole",
        "rate.done 100% whole",
        "suit.total 1 whole",
        "review.total 2 whole",
        "fee none",
    ],
    "015_平潭综合实验区_2019.txt": [
        "disclosed 2599 whole",
        "parts 25+68+28+69+90+175+67+983+48+124+856 = 2599 all whole",
        "disclosed 77",
        "disclosed 380",
        "parts 32+165 = 197 all",
        "parts 152+197+27+4 = 380",
        "disclosed 61",
        "disclosed 2536",
        "disclosed 291 whole",
        "disclosed 68",
        "disclosed 37",
        "disclosed 62 unknown ?",
    ],
    "000_840e8e240a8678d1.txt": [
        "received none",
        "fee none",
    ],
    "001_5760a6a96cb60824.txt": [],
    "002_f8752246d65e8b37.txt": [],
    "003_9ddac0bf39f1661b.txt": [
        "disclosed 1315",
        "parts 276+10+9+3 = 1315",
        "received none",
        "review.total none",
        "suit.total none",
        "fee none",
    ],
    "004_823561134eb090dd.txt": [
        "received none",
        "fee none",
    ],
}

# The parts of 015 make 2533 of 2599; those of 003 of the seeds are 23 per cent of the whole. 待核: see above, and
# cells that are printed blank.
_FINDINGS = {
    "015_平潭综合实验区_2019.txt": [("TXT-11", "warning", "agency")],
    "003_9ddac0bf39f1661b.txt": [("TXT-11", "info", "agency")],
}
_OPEN = {
    "003_淮安市洪泽区人民政府_2024.pdf": ["TXT-02"],
    "005_宿迁市_2024.txt": ["TXT-09"],
    "011_平潭综合实验区_2023.txt": ["TXT-02", "TXT-03", "TXT-04", "TXT-10"],
    "012_平潭综合实验区_2022.txt": ["TXT-02", "TXT-10"],
}


@pytest.fixture(scope="module")
def swept() -> Swept:
    files = [file for folder in ("seeds", "samples/real") for file in sorted((_SHARED / folder).glob("0*.*"))]
    if not files:
        pytest.skip("the real reports (../shared/seeds, ../shared/samples/real) are not beside the project")
    return sweep(files)


def test_every_claim_is_read(swept: Swept) -> None:
    rows = swept.facts.claims.to_dicts()
    found = {
        Path(name).name: [brief(row) for row in rows if row["submission"] == submission]
        for name, submission in swept.files.items()
    }
    assert found == {name: _CLAIMS[name] for name in found}


def test_the_rules_accuse_where_the_prose_is_wrong(swept: Swept) -> None:
    found: dict[str, list[tuple[str, str, str]]] = {}
    undecided: dict[str, list[str]] = {}
    for name in swept.files:
        evaluation = swept.of(name)
        told = [
            (f.rule, str(f.severity), str(f.addressee))
            for f in evaluation.findings
            if f.rule.startswith(("TXT", "XT-03", "T2-08")) and f.rule != "TXT-15"
        ]
        open_rules = [n.rule for n in evaluation.not_assessed if n.rule.startswith(("TXT", "XT-03", "T2-08"))]
        found |= {Path(name).name: told} if told else {}
        undecided |= {Path(name).name: open_rules} if open_rules else {}
    here = {Path(name).name for name in swept.files}
    assert found == {name: told for name, told in _FINDINGS.items() if name in here}
    assert undecided == {name: told for name, told in _OPEN.items() if name in here}
