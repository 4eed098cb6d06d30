"""A list of web addresses: every address fetched or found unchanged, the reports they link, one name a file."""

from __future__ import annotations

import asyncio
import hashlib
import logging
import re
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from anyio.from_thread import start_blocking_portal

from models.document import Artifact
from models.errors import ErrorKind, ReadError
from models.views import ErrorView
from tasks.read.sniff import sniff
from tasks.sources.addresses import NotFetched
from tasks.sources.arrived import Each, Limits, Local, Origin
from tasks.sources.fetch import Condition, Visitor
from tasks.sources.kept import DISK, Kept, Record, held, safe_part, today
from tasks.sources.links import Page, look
from tasks.sources.web_list import WHAT, Entry, read_list

STILL_USED = "本次沿用{day}取得的文件。"
DISK_FULL = "本机磁盘空间不足或不能写入，无法保存取得的文件，请清理磁盘后重试。"
OVERFULL = "本次取得的文件合计超过{limit:.0f} GB上限，未予访问；请把清单分成几份，或者调高上限。"
INTERNAL = "系统在访问该网址时发生内部错误，与报送单位无关；详情已写入日志，请联系系统维护人员。"
NOT_A_FILE = "网页上的年度报告链接打开后不是文件，请用浏览器打开网页核对。"
_SUFFIX = {"markdown": "md", "wordxml": "xml", "picture": "img"}
"""Where the format is not called as its files are; the name is for people, the bytes are what is asked."""

log = logging.getLogger("hecha")


def bring(path: Path, home: Path, limits: Limits, each: Each) -> Local:
    """Visit the addresses of a list and return the folder of what they gave, now or an earlier time.

    Raises ConfigurationError, in Chinese, for a file that is no such list. An address that gives nothing is told
    as an ErrorView, and what it gave before stays in use.
    """
    entries, errors = read_list(path)
    with held(home, str(path.resolve())) as kept:
        tour = _Tour(kept, limits, _stems(entries, kept), frozenset(e.origin.url for e in entries))
        # in a thread of its own, because the caller may be within an event loop
        with start_blocking_portal() as portal:
            found = portal.call(tour.all, entries, each)
        kept.close({url for visited in found for url in visited.origins})
        origins = {
            kept.records[url]["file"].removeprefix("files/"): origin
            for visited in found
            for url, origin in visited.origins.items()
            if kept.records[url]["file"].startswith("files/")
        }
        return Local(kept.files, (*errors, *(e for visited in found for e in visited.errors)), origins)


def _stems(entries: list[Entry], kept: Kept) -> dict[str, str]:
    """Give every address the name of its file without the suffix: agency and year, numbered where they meet.

    An address keeps the name that it had, so that what was read under it is not read again.
    """
    wished = {e.origin.url: safe_part(f"{e.origin.agency}{e.origin.year or ''}") for e in entries}
    stems: dict[str, str] = {}
    for url, wish in wished.items():
        had = kept.records.get(url, {}).get("stem", "")
        if had == wish or re.fullmatch(re.escape(wish) + r"（\d+）", had):
            stems[url] = had
    taken = set(stems.values())
    for url, wish in wished.items():
        number, stem = 1, wish
        while url not in stems:
            if stem not in taken:
                stems[url] = stem
                taken.add(stem)
            number += 1
            stem = f"{wish}（{number}）"
    return stems


@dataclass(frozen=True, slots=True)
class _Visited:
    """What came of one line: the addresses whose files are in use, and what is to be told."""

    origins: Mapping[str, Origin]
    errors: tuple[ErrorView, ...]


@dataclass(frozen=True, slots=True)
class _Tour:
    """One visit to all addresses of a list."""

    kept: Kept
    limits: Limits
    stems: Mapping[str, str]
    listed: frozenset[str]
    spent: Counter[str] = field(default_factory=Counter)

    async def all(self, entries: list[Entry], each: Each) -> list[_Visited]:
        """Visit host by host, some at a time; the answers are in the order of the list."""
        by_host: dict[str, list[Entry]] = defaultdict(list)
        for entry in entries:
            by_host[urlsplit(entry.origin.url).hostname or ""].append(entry)
        answers: dict[int, _Visited] = {}
        some = asyncio.Semaphore(self.limits.hosts)
        each(0, len(entries))

        async def one_host(visitor: Visitor, of_host: list[Entry]) -> None:
            async with some:
                for entry in of_host:
                    try:
                        answers[entry.line] = await self.entry(visitor, entry)
                    except Exception:  # one line of the list never stops the others
                        log.exception("line %d of the list", entry.line)
                        answers[entry.line] = self.left(entry)
                    each(len(answers), len(entries))

        async with Visitor(self.limits) as visitor, asyncio.TaskGroup() as group:
            for of_host in by_host.values():
                group.create_task(one_host(visitor, of_host))
        return [answers[entry.line] for entry in entries]

    async def entry(self, visitor: Visitor, entry: Entry) -> _Visited:
        """Visit the address of one line and the files that its page links as the report."""
        url, stem = entry.origin.url, self.stems[entry.origin.url]
        failed = await self.bring(visitor, url, stem)
        record = self.kept.present(url)
        errors = [self.told(entry, url, failed, record)] if failed else []
        if record is None or record["format"] != "html":
            return _Visited({url: entry.origin} if record else {}, tuple(errors))
        origins = {url: entry.origin}
        page = await asyncio.to_thread(self.page, record, entry.origin.year)
        for number, link in enumerate((link for link in page.files if link not in self.listed), start=1):
            # a site that did not give its page today is not asked for what the page links
            missed = None if failed else await self.bring(visitor, link, f"{stem}（附件{number}）")
            linked = self.kept.present(link)
            if linked and linked["format"] == "html":
                # a page that says that the file is gone, or that one is to log in
                missed, linked = NotFetched(NOT_A_FILE), None
            if linked:
                origins[link] = Origin(entry.origin.agency, entry.origin.year, link)
            if missed:
                errors.append(self.told(entry, link, missed, linked))
        apart = len(origins) > 1 and not page.has_tables
        self.place(url, f"{'pages' if apart else 'files'}/{stem}.html")
        return _Visited(origins, tuple(errors))

    def left(self, entry: Entry) -> _Visited:
        """What stays of a line when something in us failed."""
        record = self.kept.present(entry.origin.url)
        told = self.told(entry, entry.origin.url, NotFetched(INTERNAL, ErrorKind.INTERNAL), record)
        return _Visited({entry.origin.url: entry.origin} if record else {}, (told,))

    async def bring(self, visitor: Visitor, url: str, stem: str) -> NotFetched | None:
        """Bring one address up to date, or return why it could not be."""
        arriving = self.kept.arriving()
        try:
            if self.spent["bytes"] >= self.limits.total_bytes:
                raise NotFetched(
                    OVERFULL.format(limit=self.limits.total_bytes / (1 << 30)), ErrorKind.TOO_LARGE
                )
            await self.fetch(visitor, url, stem, arriving)
        except NotFetched as error:
            return error
        except OSError as error:
            log.exception("keeping what came from %s", url)
            return NotFetched(DISK_FULL if error.errno in DISK else INTERNAL, ErrorKind.INTERNAL)
        finally:
            arriving.unlink(missing_ok=True)
        return None

    async def fetch(self, visitor: Visitor, url: str, stem: str, arriving: Path) -> None:
        """Fetch one address and keep what it gave. Raises NotFetched, OSError."""
        had = self.kept.present(url)
        known = Condition(had["final"], had["etag"], had["last_modified"]) if had else None
        fetched = await visitor.fetch(url, arriving, known)
        if fetched is None:
            assert had is not None  # a site is asked for changes only where something is known
            file = Path(had["file"])
            self.place(url, f"{file.parent}/{stem}{file.suffix}")
            return
        self.spent["bytes"] += fetched.size
        content = await asyncio.to_thread(arriving.read_bytes)
        kind, suffix = _kind(content)
        folder = "pages" if had and had["file"].startswith("pages/") and kind == "html" else "files"
        record: Record = {
            "file": f"{folder}/{stem}.{suffix}",
            "stem": stem,
            "size": fetched.size,
            "sha256": hashlib.sha256(content).hexdigest(),
            "format": kind,
            "final": fetched.url,
            "content_type": fetched.content_type,
            "etag": fetched.etag,
            "last_modified": fetched.last_modified,
            "day": today(),
        }
        self.kept.settle(arriving, record["file"])
        self.kept.note(url, record)

    def page(self, record: Record, year: int | None) -> Page:
        """Look at a page that is here."""
        content = (self.kept.folder / record["file"]).read_bytes()
        return look(Artifact(record["file"], content, record["sha256"]), record["final"], year)

    def place(self, url: str, file: str) -> None:
        """Move a file that is here to another place or name."""
        record = self.kept.records[url]
        if record["file"] != file:
            self.kept.settle(self.kept.folder / record["file"], file)
            self.kept.note(url, {**record, "file": file, "stem": Path(file).stem})

    def told(self, entry: Entry, url: str, why: NotFetched, record: Record | None) -> ErrorView:
        """Say of an address what went wrong, with the line of the list, and what stays in use."""
        year = f"{entry.origin.year}年度" if entry.origin.year else ""
        still = STILL_USED.format(day=record["day"]) if record else ""
        message = f"{WHAT}第{entry.line}行（{entry.origin.agency}{year}）：{why.message}{still}"
        return ErrorView(url, why.kind.value, message)


def _kind(content: bytes) -> tuple[str, str]:
    """Return the format of the bytes (`tasks.read.sniff`) and the suffix of its files."""
    try:
        kind = sniff(content)
    except ReadError:
        return "unknown", "bin"  # its reader says what it is
    return kind, _SUFFIX.get(kind, kind)
