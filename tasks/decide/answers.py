"""What an agency says to a finding or to the report, with or without a file."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import PurePosixPath

from sqlalchemy import Connection, Engine, insert, select

from models.document import Artifact
from models.errors import ReadError
from tasks.accounts.audit import note
from tasks.accounts.person import Person, Role
from tasks.decide.explained import settle
from tasks.decide.refused import NotThere, Refused
from tasks.decide.seen import reports_seen
from tasks.persist import keep_original, read_original
from tasks.persist.retrying import asked, committed
from tasks.persist.rows import ANSWERS, FINDINGS, AnyRow
from tasks.read.sniff import sniff

LARGEST_MB = 20
LONGEST = 10_000
KINDS = {
    "pdf": "pdf", "docx": "docx", "doc": "doc", "xlsx": "xlsx", "xls": "xls", "ofd": "ofd",
    "picture": "图片",
}  # fmt: skip
"""What an attachment may be, as `tasks.read.sniff` names it."""

EMPTY = "说明不能为空。"
TOO_LONG = f"说明过长，请控制在{LONGEST}字以内，详细材料请作附件。"
ONLY_AGENCIES = "说明由报送单位提交。"
NO_FINDING = "报告中没有这个问题，可能已经改正，请刷新页面后重试。"
CLOSED = "报告已复核通过，无需再作说明。"
TOO_LARGE = f"附件超过{LARGEST_MB}MB上限，请压缩图片或分次提交。"
NOT_ALLOWED = "附件只能是PDF、OFD、Word、Excel或图片文件，请转换格式后重新上传。"


@dataclass(frozen=True, slots=True)
class Said:
    """An answer as pages show it; the fields are those of `models.decisions.Answer`."""

    id: int
    report_id: int
    fingerprint: str | None
    body: str
    file: str | None
    sha256: str | None
    size: int | None
    author: str
    at: datetime


_COLUMNS = [ANSWERS.c[name] for name in Said.__dataclass_fields__]


def answer(
    database: Engine, person: Person, report_id: int, fingerprint: str | None, body: str,
    file_name: str | None = None, content: bytes | None = None, *, store: str,
) -> Said:  # fmt: skip
    """Record what the agency says to a finding (None: to the report), and keep the file in the store.

    A report that is 已通知 or 退回 moves to 单位说明, and its notice counts as answered, once nothing is left that is
    neither mended nor explained (`tasks.decide.explained`). Raises NotThere for a report that is
    not this agency's; Refused for other accounts, an empty text, a finding that is not in the newest evaluation,
    a report that is passed, or a file that is too large or of another kind (told by its bytes).
    """
    if person.role is not Role.AGENCY:
        raise Refused(ONLY_AGENCIES)
    body = body.strip()
    if not body:
        raise Refused(EMPTY)
    if len(body) > LONGEST:
        raise Refused(TOO_LONG)
    attached = _attached(file_name, content)
    asked(database, lambda connection: _answerable(connection, person, report_id, fingerprint))
    if attached is not None:
        keep_original(attached, store)

    def work(connection: Connection) -> Said:
        _answerable(connection, person, report_id, fingerprint, lock=True)
        row = {
            "report_id": report_id,
            "fingerprint": fingerprint,
            "body": body,
            "file": attached.name if attached else None,
            "sha256": attached.sha256 if attached else None,
            "size": len(attached.content) if attached else None,
            "author": person.shown,
            "account_id": person.id,
            "at": datetime.now(UTC),
        }
        added = connection.execute(insert(ANSWERS).values(row).returning(*_COLUMNS)).one()
        note(connection, person, "answer", "report", report_id, answer=added.id, file=attached is not None)
        settle(connection, [report_id], person)
        return Said(*added)

    return committed(database, work, alone=False)


def _attached(file_name: str | None, content: bytes | None) -> Artifact | None:
    if not content:
        return None
    if len(content) > LARGEST_MB << 20:
        raise Refused(TOO_LARGE)
    try:
        kind = sniff(content)
    except ReadError as error:
        raise Refused(NOT_ALLOWED) from error
    if kind not in KINDS:
        raise Refused(NOT_ALLOWED)
    name = PurePosixPath((file_name or "").replace("\\", "/")).name.strip()[-200:] or "附件"
    return Artifact(name, content, hashlib.sha256(content).hexdigest())


def _answerable(
    connection: Connection, person: Person, report_id: int, fingerprint: str | None, *, lock: bool = False
) -> AnyRow:
    (report,) = reports_seen(connection, person, [report_id], lock=lock)
    if report.state == "passed":
        raise Refused(CLOSED)
    if fingerprint is not None:
        there = select(FINDINGS.c.id).where(
            FINDINGS.c.evaluation_id == report.evaluation_id,
            FINDINGS.c.fingerprint == fingerprint,
        )
        if connection.execute(there).first() is None:
            raise Refused(NO_FINDING)
    return report


def answers_of(database: Engine, person: Person, report_id: int) -> list[Said]:
    """Return what was said about a report, first to last. Raises NotThere."""

    def read(connection: Connection) -> list[Said]:
        reports_seen(connection, person, [report_id])
        chosen = select(*_COLUMNS).where(ANSWERS.c.report_id == report_id).order_by(ANSWERS.c.id)
        return [Said(*row) for row in connection.execute(chosen)]

    return asked(database, read)


def attachment(database: Engine, person: Person, answer_id: int, store: str) -> tuple[str, bytes]:
    """Return the name and the bytes of an answer's file, and note who fetched it.

    Raises NotThere where there is none for this person, DamagedOriginal where the store has lost it.
    """

    def read(connection: Connection) -> AnyRow:
        chosen = select(ANSWERS.c.report_id, ANSWERS.c.file, ANSWERS.c.sha256).where(
            ANSWERS.c.id == answer_id
        )
        found = connection.execute(chosen).one_or_none()
        if found is None or found.sha256 is None:
            raise NotThere
        reports_seen(connection, person, [found.report_id])
        return found

    found = asked(database, read)
    content = read_original(found.sha256, store)
    committed(
        database,
        lambda connection: note(connection, person, "fetch", "answer", answer_id, report=found.report_id),
        alone=False,
    )
    return found.file or "附件", content
