"""Object stores, on a real S3-compatible server."""

from __future__ import annotations

import io
import threading
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import s3fs

from models.errors import ConfigurationError
from models.views import ErrorView
from tasks import chunks
from tasks.sources import Limits, Local, bucket, is_elsewhere, local
from tasks.sources.kept import safe_part
from tests.sources.site import running


@dataclass(frozen=True, slots=True)
class Bucket:
    """A bucket of its own for a test, and the home of the one who reads it."""

    name: str
    options: dict[str, Any]
    home: Path
    store: s3fs.S3FileSystem

    def put(self, key: str, content: bytes, **how: str) -> None:
        self.store.call_s3("put_object", Bucket=self.name, Key=key, Body=content, **how)

    def delete(self, key: str) -> None:
        self.store.call_s3("delete_object", Bucket=self.name, Key=key)

    def bring(self, below: str = "", limits: Limits = Limits()) -> Local:  # noqa: B008 - frozen
        return local(f"s3://{self.name}{below}", self.home, limits, options=self.options)


@pytest.fixture
def pail(store: str, tmp_path: Path) -> Iterator[Bucket]:
    options = {"key": "reader", "secret": "made-up", "endpoint_url": store}
    filesystem = s3fs.S3FileSystem(**options, skip_instance_cache=True)
    name = f"reports-{uuid4().hex[:8]}"
    filesystem.mkdir(name)
    yield Bucket(name, options, tmp_path / "home", filesystem)
    filesystem.rm(name, recursive=True)


def files(found: Local) -> dict[str, bytes]:
    """What a sweep would read: the names of the listing and the bytes."""
    listed = chunks.listing(found.folder, 1 << 20, found.folder.parent / "unpacked")
    assert listed.errors == ()
    return {file.name: Path(file.path).read_bytes() for file in listed.files}


def zipped(name: bytes, content: bytes) -> bytes:
    """A zip as Windows writes it: the name in GBK, without the flag for UTF-8."""
    packed = io.BytesIO()
    stand_in = "n" * len(name)
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr(stand_in, content)
    return packed.getvalue().replace(stand_in.encode(), name)


def test_a_folder_of_a_bucket_with_an_archive_in_an_archive(pail: Bucket) -> None:
    inner = zipped("水务局.txt".encode("gbk"), b"one")
    pail.put("2023/报送.zip", zipped("局.zip".encode("gbk"), inner))
    pail.put("2023/映溪区/教育局.txt", b"two")
    pail.put("2023/映溪区/", b"")
    pail.put("2023/README.md", b"not a report")
    pail.put("2023/.keep", b"")
    pail.put("2023/roster.csv", b"agency")
    pail.put("2022/教育局.txt", b"three")
    pail.put("2023b/教育局.txt", b"four")
    found = pail.bring("/2023/")
    assert found.errors == ()
    assert files(found) == {"报送.zip/局.zip/水务局.txt": b"one", "映溪区/教育局.txt": b"two"}
    assert sorted(p.name for p in found.folder.rglob("*") if p.is_file()) == ["报送.zip", "教育局.txt"]
    assert pail.bring("/2023").folder == found.folder


def test_one_object_is_a_source(pail: Bucket) -> None:
    pail.put("2023/教育局.txt", b"one")
    assert files(pail.bring("/2023/教育局.txt")) == {"教育局.txt": b"one"}


def test_only_what_changed_is_brought_and_what_was_deleted_disappears(pail: Bucket) -> None:
    for name in ("same", "changed", "deleted"):
        pail.put(f"{name}.txt", name.encode())
    found = pail.bring()
    before = {path.name: path.stat().st_ino for path in found.folder.iterdir()}
    pail.put("changed.txt", b"CHANGED")
    pail.put("new.txt", b"new")
    pail.delete("deleted.txt")
    seen: list[tuple[int, int]] = []
    url = f"s3://{pail.name}"
    found = local(url, pail.home, each=lambda done, count: seen.append((done, count)), options=pail.options)
    assert files(found) == {"same.txt": b"same", "changed.txt": b"CHANGED", "new.txt": b"new"}
    assert seen == [(1, 3), (2, 3), (3, 3)]
    after = {path.name: path.stat().st_ino for path in found.folder.iterdir()}
    assert [name for name, inode in after.items() if before.get(name) == inode] == ["same.txt"]
    # what was damaged here is brought again
    (found.folder / "same.txt").write_bytes(b"cut off")
    assert files(pail.bring())["same.txt"] == b"same"


def test_sizes_are_looked_at_before_anything_is_downloaded(pail: Bucket) -> None:
    pail.put("1.txt", b"x" * 600)
    pail.put("2.txt", b"x" * 2000)
    pail.put("3.txt", b"y" * 600)
    pail.put("4.txt", b"z" * 300)
    found = pail.bring(limits=Limits(max_bytes=1000, total_bytes=1000))
    assert files(found) == {"1.txt": b"x" * 600, "4.txt": b"z" * 300}
    assert found.errors == (
        ErrorView("2.txt", "too_large", bucket.LARGE.format(size=2000 / (1 << 20), limit=0)),
        ErrorView("3.txt", "too_large", bucket.OVERFULL.format(limit=1000 / (1 << 30))),
    )


def test_names_stay_in_the_folder_and_never_meet(pail: Bucket) -> None:
    long = "局" * 150 + ".docx"
    contents = {
        key: str(number).encode()
        for number, key in enumerate(["a", "a/b", "c/../../d", "c/d", "e:f", "e?f", long])
    }
    for key, content in contents.items():
        pail.put(key, content)
    found = pail.bring()
    assert found.errors == ()
    got = files(found)
    assert sorted(got.values()) == sorted(contents.values())
    assert {"a/b", "c/d", "e_f", safe_part(long)} <= set(got)
    assert all(path.resolve().is_relative_to(found.folder) for path in found.folder.rglob("*"))
    assert safe_part(long).endswith(".docx") and len(safe_part(long).encode()) <= 255


def test_a_file_that_becomes_a_folder_and_a_folder_that_becomes_a_file(pail: Bucket) -> None:
    pail.put("a", b"file")
    assert files(pail.bring()) == {"a": b"file"}
    pail.delete("a")
    pail.put("a/b", b"below")
    assert files(pail.bring()) == {"a/b": b"below"}
    pail.delete("a/b")
    pail.put("a", b"again")
    assert files(pail.bring()) == {"a": b"again"}


def test_an_object_that_cannot_be_had_is_told_and_its_old_bytes_stay(pail: Bucket) -> None:
    pail.put("1.txt", b"one")
    pail.put("2.txt", b"two")
    assert len(files(pail.bring())) == 2
    pail.put("2.txt", b"archived", StorageClass="GLACIER")  # stores list such objects and do not give them
    pail.put("3.txt", b"archived", StorageClass="GLACIER")
    found = pail.bring()
    assert files(found) == {"1.txt": b"one", "2.txt": b"two"}
    assert [(error.file, error.kind) for error in found.errors] == [
        ("2.txt", "unreadable"),
        ("3.txt", "unreadable"),
    ]
    assert [error.message.partition("本次沿用")[1] for error in found.errors] == ["本次沿用", ""]
    assert found.errors[1].message == bucket.FAILED


def test_an_empty_folder_is_told(pail: Bucket) -> None:
    found = pail.bring("/2031")
    assert (files(found), found.errors) == (
        {},
        (ErrorView(f"s3://{pail.name}/2031", "unreadable", bucket.EMPTY),),
    )


def test_a_store_out_of_reach_leaves_in_use_what_came_before(pail: Bucket) -> None:
    pail.put("1.txt", b"one")
    assert files(pail.bring()) == {"1.txt": b"one"}
    with running() as gone:
        nowhere = f"http://127.0.0.1:{gone.port}"
    quick = {"retries": {"max_attempts": 0}, "connect_timeout": 1}
    options = pail.options | {"endpoint_url": nowhere, "config_kwargs": quick}
    url = f"s3://{pail.name}"
    found = local(url, pail.home, options=options)
    message = bucket.UNREACHABLE.format(url=url) + bucket.STILL_USED.format(count=1)
    assert (files(found), found.errors) == ({"1.txt": b"one"}, (ErrorView(url, "unreadable", message),))
    with pytest.raises(ConfigurationError) as raised:
        local(url, pail.home / "new", options=options)
    assert str(raised.value) == bucket.UNREACHABLE.format(url=url)
    with pytest.raises(ConfigurationError) as raised:
        local("s3://no-such-bucket", pail.home, options=pail.options)
    assert str(raised.value) == bucket.NOT_THERE.format(url="s3://no-such-bucket")


@pytest.mark.parametrize(
    "url", ["memory://reports", "nonsense://reports", "s3://", "zip://a::s3://b/c", "data://x"]
)
def test_what_is_no_source_is_refused(tmp_path: Path, url: str) -> None:
    assert is_elsewhere(url)
    with pytest.raises(ConfigurationError) as raised:
        local(url, tmp_path)
    assert str(raised.value) == bucket.NOT_A_SOURCE.format(url=url)


def test_a_password_in_the_address_is_refused_and_not_repeated(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError) as raised:
        local("sftp://office:secret@files.example.invalid/reports", tmp_path)
    assert str(raised.value) == bucket.SECRET


def test_two_sweeps_of_one_bucket_at_once(pail: Bucket) -> None:
    contents = {f"{number:03}.txt": str(number).encode() for number in range(40)}
    for key, content in contents.items():
        pail.put(key, content)
    found: list[Local] = []
    both = [threading.Thread(target=lambda: found.append(pail.bring())) for _ in range(2)]
    for one in both:
        one.start()
    for one in both:
        one.join()
    assert [(files(one), one.errors) for one in found] == [(contents, ())] * 2
