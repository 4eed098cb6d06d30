from __future__ import annotations

import hashlib
import multiprocessing
import os
import threading
import time
from datetime import UTC, datetime
from multiprocessing.process import BaseProcess
from pathlib import Path

import polars as pl
import pytest

from expectations.profile import default
from flows.reading_process import dismiss_readers, read_apart
from models.document import Artifact
from models.facts import Facts
from models.views import ErrorView
from tasks import chunks
from tasks.apart import DIED_MESSAGE, HUNG_MESSAGE
from tasks.batches import gather, owed_years, plan, wide
from tasks.chunks import SourceFile, build, listing, printable, read_chunk, take_in
from tests.flows.made import report, write

PROFILE = default()


def source(folder: Path, reports: dict[str, str]) -> list[SourceFile]:
    for name, text in reports.items():
        write(folder, name, text)
    return list(listing(folder, 1 << 20, folder.parent / "unpacked").files)


def made(number: int, year: int = 2023) -> str:
    return report(agency=f"云栖市映溪区第{number}分局", year=year)


def test_listing_names_hashes_and_folds_copies(tmp_path: Path) -> None:
    write(tmp_path / "2023", "b.txt", "two")
    write(tmp_path, "a.txt", "one")
    write(tmp_path, "copy.txt", "two")
    write(tmp_path, "big.txt", "x" * 2000)
    found = listing(tmp_path, 1000, tmp_path / ".unpacked")
    two = hashlib.sha256(b"two").hexdigest()
    assert [(f.name, f.sha256) for f in found.files] == [
        ("2023/b.txt", two),
        ("a.txt", hashlib.sha256(b"one").hexdigest()),
    ]
    assert [Path(f.path).read_text() for f in found.files] == ["two", "one"]
    assert [(e.file, e.kind) for e in found.errors] == [("big.txt", "too_large")]
    assert found.repeated == 1


def test_one_file_is_a_source_too(tmp_path: Path) -> None:
    path = write(tmp_path, "a.txt", "one")
    (only,) = listing(path, 1000, tmp_path / "unpacked").files
    assert only.path == str(path)


def test_a_name_that_is_no_text_is_printable() -> None:
    assert printable(os.fsdecode(b"\xb1\xa8\xe6\x8a\xa5.txt")) == "\ufffd\ufffd报.txt"
    assert printable(os.fsdecode(b"\xb1\xa8.txt")) == "报.txt"  # as Chinese Windows packs names
    assert printable("报.txt") == "报.txt"


def test_a_chunk_is_read_once(tmp_path: Path) -> None:
    files = source(tmp_path / "in", {"a.txt": made(1), "b.txt": made(2), "bad.txt": "", "c.txt": made(3)})
    folder, store = tmp_path / "runs", str(tmp_path / "store")
    assert plan(gather(files, folder, None, PROFILE), (), 10) == []
    ((*chunk,),) = chunks.plan(files, folder, 200, 2)
    assert chunk == files
    through: list[int] = []
    assert read_chunk(chunk, folder, store, lambda: through.append(1)) == []
    assert len(through) == 4
    assert chunks.plan(files, folder, 200, 2) == []
    more = source(tmp_path / "in", {"d.txt": made(4)})
    assert [[file.name for file in part] for part in chunks.plan(more, folder, 200, 2)] == [["d.txt"]]
    gathered = gather(more, folder, None, PROFILE)
    assert gathered.facts.reports["file"].to_list() == ["a.txt", "b.txt", "c.txt"]
    assert [(error.file, error.kind) for error in gathered.errors] == [("bad.txt", "unreadable")]
    kept = sorted(path.name for path in Path(store).rglob("*") if path.is_file())
    assert kept == sorted(file.sha256 for file in files)


def test_chunks_are_of_even_size(tmp_path: Path) -> None:
    files = [SourceFile(f"{n}", f"{n}", f"{n:064}") for n in range(1000)]
    assert [len(part) for part in chunks.plan(files, tmp_path, 200, 2)] == [125] * 8
    assert [len(part) for part in chunks.plan(files[:30], tmp_path, 200, 2)] == [10] * 3
    assert [len(part) for part in chunks.plan(files, tmp_path, 100, 2)] == [100] * 10


def test_batches_take_whole_chunks_and_the_years_asked_for(tmp_path: Path) -> None:
    folder = tmp_path / "runs"
    files = source(tmp_path / "in", {f"{n}.txt": made(n, 2022 + n % 2) for n in range(6)})
    for pair in (files[:2], files[2:4], files[4:]):
        assert read_chunk(pair, folder, str(tmp_path / "store")) == []
    gathered = gather(files, folder, None, PROFILE)
    sizes = [[len(place.submissions) for place in batch] for batch in plan(gathered, (), 4)]
    assert sorted(map(sum, sizes)) == [2, 4]
    of_2023 = plan(gathered, (2023,), 100)
    assert [sum(len(place.submissions) for place in batch) for batch in of_2023] == [3]
    facts = wide(gathered, of_2023[0])
    assert facts.reports["year"].to_list() == [2023] * 3
    odd = {file.sha256 for file in files if int(file.name[0]) % 2}
    from_others = {
        "previous_cells",
        "subordinates",
        "outside",
        "corrections",
    }  # no year before, nobody below, no table given, nobody read otherwise
    assert {name: set(getattr(facts, name)["submission"]) for name in Facts.names()} == {
        name: set() if name in from_others else odd for name in Facts.names()
    }


def test_years_are_linked_across_chunks(tmp_path: Path) -> None:
    folder = tmp_path / "runs"
    files = source(tmp_path / "in", {"2022.txt": made(1, 2022), "2023.txt": made(1, 2023)})
    for file in files:
        assert read_chunk([file], folder, str(tmp_path / "store")) == []
    years = gather(files, folder, None, PROFILE).facts.years
    before, after = (file.sha256 for file in files)
    linked = years.filter(pl.col("submission") == after)["previous_submission"].unique().to_list()
    assert linked == [before]


def test_a_file_that_changed_meanwhile_is_told_and_tried_again(tmp_path: Path) -> None:
    folder = tmp_path / "runs"
    files = source(tmp_path / "in", {"a.txt": made(1)})
    write(tmp_path / "in", "a.txt", made(2))
    assert read_chunk(files, folder, str(tmp_path / "store")) == [
        ErrorView("a.txt", "unreadable", chunks.CHANGED_MESSAGE)
    ]
    assert len(chunks.plan(files, folder, 200, 2)) == 1


def test_our_own_fault_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*arguments: object) -> None:
        raise ZeroDivisionError

    content = made(1).encode()
    artifact = Artifact("a.txt", content, hashlib.sha256(content).hexdigest())
    monkeypatch.setattr(chunks, "extract_rows", fails)
    assert take_in(artifact) == [ErrorView("a.txt", "internal", chunks.INTERNAL_MESSAGE)]


def test_rows_that_do_not_fit_cost_one_report() -> None:
    def rows(number: int) -> chunks.Rows:
        content = made(number).encode()
        (taken,) = take_in(Artifact(f"{number}.txt", content, hashlib.sha256(content).hexdigest()))
        assert isinstance(taken, dict)
        return taken

    good, bad = rows(1), rows(2)
    bad["reports"][0]["year"] = "二〇二三"
    facts, errors = build([good, bad])
    assert facts.reports["file"].to_list() == ["1.txt"]
    assert errors == [ErrorView("2.txt", "internal", chunks.INTERNAL_MESSAGE)]


def test_the_years_asked_after() -> None:
    today = datetime(2025, 3, 1, tzinfo=UTC)
    reports = pl.DataFrame({"year": [2022, 2023, None, 2032]}, schema={"year": pl.Int32})
    assert owed_years(reports, (), today) == (2023,)
    assert owed_years(reports, (2022, 2021), today) == (2021, 2022)
    assert owed_years(reports.clear(), (), today) == ()


def test_a_file_that_hangs_costs_only_itself(tmp_path: Path) -> None:
    files = source(tmp_path / "in", {"a.txt": made(1), "b.txt": made(2), "c.txt": made(3)})
    (tmp_path / "in" / "b.txt").unlink()
    os.mkfifo(tmp_path / "in" / "b.txt")  # reading it waits for ever
    through: list[int] = []
    faults = read_apart(
        files,
        tmp_path / "runs",
        str(tmp_path / "store"),
        tmp_path / "log" / "hecha.log",
        through.append,
        longest=2,
    )
    assert faults == [ErrorView("b.txt", "internal", HUNG_MESSAGE.format(seconds=2))]
    assert through[-1] == 3
    assert gather(files, tmp_path / "runs", None, PROFILE).facts.reports["file"].to_list() == [
        "a.txt",
        "c.txt",
    ]


def test_a_reader_reads_one_chunk_after_the_other(tmp_path: Path) -> None:
    dismiss_readers()
    others = children()
    files = source(tmp_path / "in", {"a.txt": made(1), "b.txt": made(2)})
    log, store = tmp_path / "log" / "hecha.log", str(tmp_path / "store")
    assert read_apart(files[:1], tmp_path / "runs", store, log) == []
    (first,) = children() - others
    assert read_apart(files[1:], tmp_path / "runs", store, log) == []
    assert children() - others == {first}
    assert sorted(gather(files, tmp_path / "runs", None, PROFILE).facts.reports["file"]) == ["a.txt", "b.txt"]
    dismiss_readers()
    assert children() - others == set()


def children() -> set[BaseProcess]:
    """The child processes of this process: tests that ran before may have left some of another kind."""
    return set(multiprocessing.active_children())


def test_a_reader_that_dies_is_told_by_the_file_it_read(tmp_path: Path) -> None:
    dismiss_readers()
    others = children()
    files = source(tmp_path / "in", {"a.txt": made(1), "b.txt": made(2), "c.txt": made(3)})
    (tmp_path / "in" / "b.txt").unlink()
    os.mkfifo(tmp_path / "in" / "b.txt")

    def kill_when_it_reads() -> None:
        while True:
            try:
                writer = os.open(tmp_path / "in" / "b.txt", os.O_WRONLY | os.O_NONBLOCK)
            except OSError:
                time.sleep(0.05)
                continue
            (child,) = children() - others
            child.kill()
            os.close(writer)
            return

    threading.Thread(target=kill_when_it_reads, daemon=True).start()
    faults = read_apart(
        files, tmp_path / "runs", str(tmp_path / "store"), tmp_path / "log" / "hecha.log", longest=60
    )
    assert faults == [ErrorView("b.txt", "internal", DIED_MESSAGE)]
    assert gather(files, tmp_path / "runs", None, PROFILE).facts.reports["file"].to_list() == [
        "a.txt",
        "c.txt",
    ]
