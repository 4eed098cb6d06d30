from __future__ import annotations

import hashlib
import io
import zipfile
from email.message import EmailMessage
from pathlib import Path

import pytest

from models.document import Artifact
from models.errors import ErrorKind
from models.views import ErrorView
from tasks import unpack as unpacking
from tasks.unpack import is_container, unpack
from tests.flows.made import report

MADE = Path(__file__).resolve().parents[2] / "shared" / "samples" / "made"


def artifact(content: bytes, name: str = "报送.zip") -> Artifact:
    return Artifact(name, content, hashlib.sha256(content).hexdigest())


def zipped(members: dict[str, bytes], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", compression) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return packed.getvalue()


def found(content: bytes, max_bytes: int = 1 << 20, name: str = "报送.zip") -> list[tuple[str, bytes | str]]:
    """(name, bytes) of every file that came out, (name, kind) of every one that could not."""
    return [
        (one.file, one.kind) if isinstance(one, ErrorView) else (one.name, one.content)
        for one in unpack(artifact(content, name), max_bytes)
    ]


def test_a_file_that_holds_no_files_is_itself() -> None:
    one = artifact(b"text", "a.txt")
    assert list(unpack(one, 1 << 20)) == [one]
    assert not is_container(one.content)


def test_members_come_in_order_with_their_hash() -> None:
    packed = zipped(
        {"乙/教育局.txt": b"two", "甲.txt": b"one", "__MACOSX/._甲.txt": b"x", "乙/.DS_Store": b"x"}
    )
    assert is_container(packed)
    assert list(unpack(artifact(packed), 1 << 20)) == [
        artifact(b"two", "报送.zip/乙/教育局.txt"),
        artifact(b"one", "报送.zip/甲.txt"),
    ]


def raw_name(name: bytes) -> bytes:
    """A zip whose member's name stands in these bytes, without the flag for UTF-8."""
    stand_in = "n" * len(name)
    return zipped({stand_in: b"one"}).replace(stand_in.encode(), name)


@pytest.mark.parametrize("encoding", ["gb18030", "utf-8"])
def test_names_of_chinese_windows_and_of_careless_tools(encoding: str) -> None:
    assert found(raw_name("水务局.txt".encode(encoding))) == [("报送.zip/水务局.txt", b"one")]


def test_a_name_never_leaves_its_archive() -> None:
    assert found(raw_name(b"../../etc/passwd")) == [("报送.zip/etc/passwd", b"one")]
    assert found(raw_name(b"/etc/passwd")) == [("报送.zip/etc/passwd", b"one")]
    assert found(raw_name(b"..\\..\\boot.ini")) == [("报送.zip/boot.ini", b"one")]
    assert found(raw_name(b"../..")) == [("报送.zip/未命名", b"one")]


def test_an_archive_in_an_archive_is_opened_and_no_deeper() -> None:
    inner = zipped({"a.txt": b"one"})
    assert found(zipped({"in.zip": inner, "b.txt": b"two"})) == [
        ("报送.zip/in.zip/a.txt", b"one"),
        ("报送.zip/b.txt", b"two"),
    ]
    assert found(zipped({"mid.zip": zipped({"in.zip": inner})})) == [
        ("报送.zip/mid.zip/in.zip", ErrorKind.UNSUPPORTED)
    ]


def test_a_bomb_costs_only_itself() -> None:
    packed = zipped({"bomb.txt": bytes(8 << 20), "a.txt": b"one"})
    assert found(packed, 100 << 20) == [
        ("报送.zip/bomb.txt", ErrorKind.TOO_LARGE),
        ("报送.zip/a.txt", b"one"),
    ]


def test_a_header_that_lies_about_the_size() -> None:
    packed = zipped({"a.txt": b"x" * 5000}, zipfile.ZIP_STORED)
    lying = packed.replace((5000).to_bytes(4, "little"), (1).to_bytes(4, "little"))
    assert found(lying) == [("报送.zip/a.txt", ErrorKind.UNREADABLE)]


def test_a_member_over_the_limit_is_told_with_its_size() -> None:
    packed = zipped({"a.txt": b"0123456789" * 300_000}, zipfile.ZIP_STORED)
    (told,) = unpack(artifact(packed), 1 << 20)
    assert told == ErrorView(
        "报送.zip/a.txt",
        "too_large",
        "解压后有3 MB，超过1 MB上限，未予读取；请只提交年度报告本身。",
    )


def test_what_is_broken_locked_empty_or_crowded_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = zipped({"a.txt": b"one" * 100})
    damaged = bytearray(whole)
    damaged[36:40] = bytes(4)
    assert found(bytes(damaged)) == [("报送.zip/a.txt", ErrorKind.UNREADABLE)]
    locked = bytearray(whole)
    locked[6] |= 1
    locked[whole.index(b"PK\x01\x02") + 8] |= 1
    assert found(bytes(locked)) == [("报送.zip/a.txt", ErrorKind.ENCRYPTED)]
    assert found(zipped({})) == [("报送.zip", ErrorKind.UNREADABLE)]
    monkeypatch.setattr(unpacking, "MOST_MEMBERS", 2)
    assert found(zipped({f"{n}.txt": b"x" for n in range(3)})) == [("报送.zip", ErrorKind.TOO_LARGE)]


def mail(**attached: bytes) -> EmailMessage:
    message = EmailMessage()
    message["From"] = "jyj@example.com"
    message["To"] = "gkb@example.com"
    message["Subject"] = "报送2023年度报告"
    message.set_content("请查收。")
    for name, content in attached.items():
        message.add_attachment(
            content, maintype="application", subtype="octet-stream", filename=f"{name}.docx"
        )
    return message


def test_the_attachments_of_a_mail() -> None:
    message = mail(教育局=b"one", 民政局=zipped({"a.txt": b"two"}))
    assert found(message.as_bytes(), name="来信.eml") == [
        ("来信.eml/教育局.docx", b"one"),
        ("来信.eml/民政局.docx/a.txt", b"two"),
    ]


def test_a_mail_in_a_mail() -> None:
    outer = mail()
    outer.add_attachment(mail(水务局=b"one"))
    names = [name for name, _ in found(outer.as_bytes(), name="转发.eml")]
    assert len(names) == 1
    assert names[0].endswith("/水务局.docx")


def test_a_mail_without_attachment_is_its_text() -> None:
    message = mail()
    message.set_content(report())
    ((name, content),) = found(message.as_bytes(), name="来信.eml")
    assert name == "来信.eml/报送2023年度报告"
    assert isinstance(content, bytes)
    assert content.decode().splitlines()[0] == "云栖市映溪区水务局2023年政府信息公开工作年度报告"


def test_a_mail_with_nothing_in_it() -> None:
    empty = b"From: a@example.com\nTo: b@example.com\nSubject: x\n\n"
    assert found(empty, name="空.eml") == [("空.eml", ErrorKind.UNREADABLE)]


@pytest.mark.skipif(not MADE.exists(), reason="the samples (../shared/samples) are not beside the project")
def test_the_archives_of_the_samples() -> None:
    packed = {path.name: found(path.read_bytes(), 100 << 20) for path in MADE.glob("*.zip")}
    assert {name: [member for member, _ in members] for name, members in packed.items()} == {
        "bundle_gbknames.zip": ["报送.zip/商务局2023年报.docx", "报送.zip/商务局2023年报.pdf"],
        "bomb_small.zip": ["报送.zip/a.txt"],
        "slip.zip": ["报送.zip/etc/evil.txt"],
    }
    assert packed["bomb_small.zip"][0][1] == ErrorKind.TOO_LARGE
