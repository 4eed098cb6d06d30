"""Files and folders to artifacts: order, names, what is passed over, what cannot be taken in."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

from models.document import Artifact
from models.views import ErrorView
from tasks.collect import artifact, collect

LIMIT = 100 << 20


def test_one_file(tmp_path: Path) -> None:
    path = tmp_path / "某局 2023\n年报.txt"
    path.write_bytes(b"x\xff")
    digest = hashlib.sha256(b"x\xff").hexdigest()
    assert artifact(path) == Artifact(str(path), b"x\xff", digest)
    assert list(collect([path], LIMIT)) == [Artifact(str(path), b"x\xff", digest)]


def test_folders_are_walked_in_one_order_and_the_rest_is_passed_over(tmp_path: Path) -> None:
    for name in (
        "b/2.txt",
        "a.txt",
        "b/1.md",
        "b/roster.csv",
        "README.zh.md",
        ".git/x.txt",
        "b/.y.txt",
        "b10.txt",
    ):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(name.encode())
    found = list(collect([tmp_path, tmp_path / "a.txt"], LIMIT))
    assert [f.name for f in found if isinstance(f, Artifact)] == [
        "a.txt",
        "b/1.md",
        "b/2.txt",
        "b10.txt",
        str(tmp_path / "a.txt"),
    ]
    assert len(found) == 5


def test_a_roster_given_by_name_is_taken(tmp_path: Path) -> None:
    (tmp_path / "roster.csv").write_bytes(b"x")
    (taken,) = collect([tmp_path / "roster.csv"], LIMIT)
    assert isinstance(taken, Artifact)


def test_a_file_at_the_limit_is_taken_and_one_above_is_not(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(bytes(3 << 20))
    assert isinstance(next(collect([path], 3 << 20)), Artifact)
    assert list(collect([path], (3 << 20) - 1)) == [
        ErrorView(str(path), "too_large", "文件有3 MB，超过2 MB上限，未予读取；请只提交年度报告本身。")
    ]


def test_names_in_other_bytes_than_utf8_are_kept(tmp_path: Path) -> None:
    name = os.fsdecode("映溪区年报.txt".encode("gb18030"))
    try:
        (tmp_path / name).write_bytes(b"x")
    except (OSError, UnicodeEncodeError):
        pytest.skip("this file system takes UTF-8 names only")
    (taken,) = collect([tmp_path], LIMIT)
    assert isinstance(taken, Artifact)
    assert taken.name == name


@pytest.mark.skipif(os.geteuid() == 0, reason="root may open every folder")
def test_a_closed_folder_is_an_error_and_the_rest_goes_on(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir()
    (tmp_path / "a.txt").write_bytes(b"x")
    closed.chmod(0)
    try:
        found = list(collect([tmp_path], LIMIT))
    finally:
        closed.chmod(0o700)
    assert found[0] == ErrorView(str(closed), "unreadable", "文件夹无法打开，请修改权限后重试。")
    assert [f.name for f in found[1:] if isinstance(f, Artifact)] == ["a.txt"]
