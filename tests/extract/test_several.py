from __future__ import annotations

from dataclasses import replace

from models.document import Artifact, Document, Paragraph, Table
from tasks.chunks import part_of, take_in
from tasks.extract import split
from tasks.read import read
from tests.extract.made import document
from tests.flows.made import report

SCHOOLS, WATER = "云栖市映溪区教育局", "云栖市映溪区水务局"


def artifact(text: str) -> Artifact:
    return Artifact("合订本.txt", text.encode(), "f" * 64)


def read_text(text: str) -> Document:
    return read(artifact(text))


def tables(name: str) -> int:
    return sum(isinstance(block, Table) for block in read_text(report(name)).blocks)


def titles(documents: tuple[Document, ...]) -> list[str]:
    return [next(b.text for b in d.blocks if isinstance(b, Paragraph)) for d in documents]


def test_one_report_is_itself() -> None:
    one = document()
    assert split(one) == (one,)


def test_two_agencies_in_one_file() -> None:
    parts = split(read_text(report(SCHOOLS) + "\n" + report(WATER)))
    assert titles(parts) == [f"{name}2023年政府信息公开工作年度报告" for name in (SCHOOLS, WATER)]
    assert [sum(isinstance(block, Table) for block in part.blocks) for part in parts] == [
        tables(SCHOOLS),
        tables(WATER),
    ]


def test_two_years_of_one_agency() -> None:
    parts = split(read_text(report(WATER, 2022) + "\n" + report(WATER, 2023)))
    assert titles(parts) == [f"{WATER}{year}年政府信息公开工作年度报告" for year in (2022, 2023)]


def test_agency_and_title_on_lines_of_their_own() -> None:
    def apart(name: str) -> str:
        return report(name).replace(f"{name}2023年", f"{name}\n2023年", 1)

    parts = split(read_text(apart(SCHOOLS) + "\n" + apart(WATER)))
    assert titles(parts) == [SCHOOLS, WATER]


def test_a_list_of_contents_and_a_running_head_begin_nothing() -> None:
    contents = "".join(f"{name}2023年政府信息公开工作年度报告\n" for name in (SCHOOLS, WATER))
    head = f"{SCHOOLS}2023年政府信息公开工作年度报告"
    again = report(SCHOOLS).replace("四、", f"{head}\n四、", 1)
    parts = split(read_text("目录\n" + contents + again + "\n" + report(WATER)))
    assert titles(parts) == [head, f"{WATER}2023年政府信息公开工作年度报告"]
    assert len(parts[0].blocks) == len(split(read_text(again))[0].blocks)


def test_the_title_of_the_file_is_nobodys() -> None:
    both = replace(
        read_text(report(SCHOOLS) + "\n" + report(WATER)), metadata=(("title", "映溪区合订本"), ("url", "x"))
    )
    assert [part.metadata for part in split(both)] == [(("url", "x"),)] * 2


def test_each_report_of_a_file_is_a_submission_of_its_own() -> None:
    both = artifact(report(SCHOOLS) + "\n" + report(WATER, changes={"t4.review.upheld": "1"}))
    first, second = (answer["reports"][0] for answer in take_in(both) if isinstance(answer, dict))
    assert [(r["file"], r["agency"], r["submission"]) for r in (first, second)] == [
        ("合订本.txt（第1份）", SCHOOLS, part_of("f" * 64, 1).sha256),
        ("合订本.txt（第2份）", WATER, part_of("f" * 64, 2).sha256),
    ]
    assert part_of("f" * 64, 2).content == b'{"original": "' + b"f" * 64 + b'", "report": 2}'
