"""Checking and handing in reports, for the pages of agencies and for the API alike."""

from __future__ import annotations

import hashlib
import logging
import re
import threading
import uuid
from collections.abc import Callable
from typing import TypeVar

import anyio.to_thread
from anyio import CapacityLimiter
from fastapi import Request
from sqlalchemy import Engine, select
from starlette.datastructures import UploadFile

from hecha.site.limits import TOO_LARGE
from models.document import Artifact
from models.errors import ErrorKind, ReadError
from models.settings import Settings
from tasks.accounts.audit import note
from tasks.accounts.person import Person, Role
from tasks.ask.agency import placed, version_of
from tasks.ask.originals import originals
from tasks.chunks import printable
from tasks.decide.corrections import standing
from tasks.persist.arrivals import Arrival
from tasks.persist.retrying import asked, committed
from tasks.persist.rows import ACCOUNTS
from tasks.persist.store import DamagedOriginal
from tasks.received import receive
from tasks.selfcheck import WAITING, Checked, Earlier, Identity, Known, ask_of, desk

NOTHING = "没有收到文件，请选择年度报告文件后再提交。"
EMPTY = "文件是空的（0 字节），请核对后重新选择。"
_LONGEST_NAME = 120
_WAITERS = CapacityLimiter(WAITING + 2)
"""Whoever waits for a check does not take the threads that answer everybody else."""

T = TypeVar("T")

_log = logging.getLogger("hecha")


async def waiting(work: Callable[[], T]) -> T:
    """Run work that takes seconds in a thread of its own kind."""
    return await anyio.to_thread.run_sync(work, limiter=_WAITERS)


async def uploaded(file: object, chosen: Settings) -> Artifact:
    """Return what came in a field of a form. Raises ReadError when there is none or it is too large."""
    if not isinstance(file, UploadFile) or not file.filename:
        raise ReadError(ErrorKind.UNREADABLE, NOTHING)
    return artifact(file.filename, await file.read(), chosen)


def artifact(name: str, content: bytes, chosen: Settings) -> Artifact:
    """Return bytes that were sent under a bare, printable name. Raises ReadError when they are none or too many."""
    if not content:
        raise ReadError(ErrorKind.UNREADABLE, EMPTY)
    if len(content) > chosen.max_file_mb << 20:
        raise ReadError(ErrorKind.TOO_LARGE, TOO_LARGE.format(limit=chosen.max_file_mb))
    writable = name.encode(
        "utf-8", "replace"
    ).decode()  # a form may say that it is written in any of Python's codecs
    bare = re.split(r"[/\\]", printable(writable))[-1].strip().lstrip(".~")
    plain = "".join(c for c in bare if c.isprintable())[-_LONGEST_NAME:] or "年度报告"
    return Artifact(plain, content, hashlib.sha256(content).hexdigest())


def check(database: Engine, chosen: Settings, person: Person, file: Artifact) -> Checked:
    """Check a report without keeping anything of it. Raises ReadError and Busy."""

    def known(identity: Identity) -> Known:
        return _known(database, chosen, person, identity)

    return desk().check(file, ask_of(chosen), known)


def _known(database: Engine, chosen: Settings, person: Person, identity: Identity) -> Known:
    """The report of the year before, where this person may see it and it was read from text: scans take minutes."""
    corrections = standing(database)
    if identity.agency is None or identity.year is None:
        return Known(corrections=corrections)
    version = version_of(database, person, identity.agency, identity.year - 1)
    if version is None or version.scanned:
        return Known(corrections=corrections)
    try:
        source = originals(chosen).source(version.sha256, version.file)
    except DamagedOriginal:
        return Known(corrections=corrections)
    return Known(Earlier(source.artifact, version.sha256), corrections)


def identify(chosen: Settings, file: Artifact) -> Identity:
    """Return whose report a file is. Raises ReadError and Busy."""
    return desk().identify(file, ask_of(chosen))


def hand_in(
    request: Request, database: Engine, chosen: Settings, person: Person, file: Artifact, confirmed: bool
) -> Arrival:
    """Take a report into the inbox and start its rerun.

    Raises ReadError for a file that cannot be read, Busy, and Refused for another's report.
    """
    identity = identify(chosen, file)
    agency = placed(database, person, identity, confirmed)
    home = chosen.home.resolve()
    folder = home / "received"
    folder.mkdir(parents=True, exist_ok=True)
    parcel = uuid.uuid4().hex
    beside = folder / f"{parcel}.part"
    beside.write_bytes(file.content)
    try:
        arrival = receive(
            beside, file.name, database, home, chosen.store, chosen.max_file_mb << 20, "upload", parcel,
            agency=agency, year=identity.year,
        )  # fmt: skip
    finally:
        beside.unlink(missing_ok=True)
    committed(
        database,
        lambda c: note(c, person, "submit", "arrival", arrival.id, file=arrival.file, state=arrival.state),
        alone=False,
    )
    if arrival.state == "recorded" and getattr(request.app.state, "prefect_url", None):
        threading.Thread(target=_tell, args=(arrival,), daemon=True).start()
    return arrival


def _tell(arrival: Arrival) -> None:
    """Start the rerun; where nobody can be told now, the watcher of the inbox does so later."""
    from flows.events import submission_received  # Prefect takes seconds to import

    submission_received(arrival)


def warm_up(chosen: Settings) -> None:
    """Have a self-check stand ready, in the background."""
    threading.Thread(target=_warm, args=(chosen,), name="warm-up", daemon=True).start()


def warm_up_for_agencies(chosen: Settings, database: Callable[[], Engine]) -> None:
    """Do so where agencies have accounts: the two children that stand ready take 400 MB each."""
    threading.Thread(target=_warm_for, args=(chosen, database), name="warm-up", daemon=True).start()


def _warm_for(chosen: Settings, database: Callable[[], Engine]) -> None:
    agencies = select(ACCOUNTS.c.id).where(ACCOUNTS.c.role == Role.AGENCY.value).limit(1)
    try:
        there = asked(database(), lambda c: c.execute(agencies).first())
    except Exception:  # a database that is away or has no tables yet is told of by /readyz
        return
    if there is not None:
        _warm(chosen)


def _warm(chosen: Settings) -> None:
    try:
        if not desk().is_warm:
            desk().warm(ask_of(chosen))
    except Exception:
        _log.exception("the self-check could not be made ready")
