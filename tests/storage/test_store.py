"""The original bytes: kept once, whole, and known by their content."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from models.document import Artifact
from tasks.persist import DamagedOriginal, keep_original, read_original


def artifact(name: str, content: bytes) -> Artifact:
    return Artifact(name, content, hashlib.sha256(content).hexdigest())


def files(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


@pytest.mark.parametrize("as_uri", [True, False])
def test_the_same_bytes_are_one_file(tmp_path: Path, as_uri: bool) -> None:
    folder = tmp_path / "原件 100%"
    url = folder.as_uri() if as_uri else str(folder)
    first, again, other = artifact("甲.txt", b"one"), artifact("乙.txt", b"one"), artifact("丙.txt", b"two")
    keys = [keep_original(each, url) for each in (first, again, other)]
    places = [f"{a.sha256[:2]}/{a.sha256}" for a in (first, again, other)]
    assert keys == places
    assert files(tmp_path) == {f"原件 100%/{places[0]}": b"one", f"原件 100%/{places[2]}": b"two"}
    assert read_original(first.sha256, url) == b"one"


def test_a_changed_byte_is_detected(tmp_path: Path) -> None:
    kept = artifact("甲.txt", b"one")
    path = tmp_path / keep_original(kept, tmp_path.as_uri())
    path.write_bytes(b"onf")
    with pytest.raises(DamagedOriginal) as damaged:
        read_original(kept.sha256, tmp_path.as_uri())
    assert str(damaged.value) == f"原始文件 {kept.sha256} 的内容与收到时不一致，请从备份恢复。"


def test_a_file_cut_short_is_written_again(tmp_path: Path) -> None:
    kept = artifact("甲.txt", b"one")
    path = tmp_path / keep_original(kept, tmp_path.as_uri())
    path.write_bytes(b"o")
    keep_original(kept, tmp_path.as_uri())
    assert read_original(kept.sha256, tmp_path.as_uri()) == b"one"


def test_an_original_that_is_gone(tmp_path: Path) -> None:
    with pytest.raises(DamagedOriginal) as gone:
        read_original("0" * 64, tmp_path.as_uri())
    assert str(gone.value) == f"原始文件 {'0' * 64} 不在存储中，请从备份恢复。"


def test_any_fsspec_url() -> None:
    kept = artifact("甲.txt", b"in memory")
    assert keep_original(kept, "memory://bucket/originals") == f"{kept.sha256[:2]}/{kept.sha256}"
    assert read_original(kept.sha256, "memory://bucket/originals") == b"in memory"
