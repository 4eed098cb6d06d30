"""One web address at a time, politely: turns by host, robots.txt, redirects, repetitions, limits, conditions."""

from __future__ import annotations

import asyncio
import contextlib
import io
import random
import re
import ssl
from collections import defaultdict
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import BinaryIO

import httpx

from models.errors import ErrorKind
from tasks.sources.addresses import NotFetched, Transport
from tasks.sources.arrived import Limits
from tasks.sources.robots import FORBIDDEN, LARGEST, NOT_NOW, Rules, rules

SILENT = 30.0
"""Seconds without a byte after which a host is taken not to answer."""

TOO_SLOW = "网站在{seconds:.0f}秒内没有传完，已停止，请稍后重试。"
TOO_LARGE = "文件超过{limit:.0f} MB上限，未予下载；请核对网址是不是年度报告本身。"
MANY_REDIRECTS = "网址转向超过{count}次，疑似循环，请核对网址。"
ELSEWHERE = "网站转向了不能访问的地址，请核对网址。"
GONE = "网页不存在（状态码{status}），请核对网址，或者向该机关核实报告是否已经撤下。"
REFUSED = "网站拒绝访问（状态码{status}），请用浏览器下载后放入文件夹核查。"
BUSY = "网站暂时不能提供服务（状态码{status}），已试{attempts}次，请稍后重试。"
LATER = "网站要求{minutes}分钟后再访问，本次不再访问，请到时重试。"
ODD = "网站没有给出文件（状态码{status}），请用浏览器打开网址核对。"
NOTHING = "网站给出的内容是空的，请用浏览器打开网址核对。"
NO_ANSWER = "网站没有应答或者连接中断，已试{attempts}次，请检查网络和网址后重试。"
CERTIFICATE = "网站的安全证书不可信，未予访问；请核对网址，单位自建证书的请先在本机安装其根证书。"
GARBLED = "网站传来的内容不符合HTTP规范，无法读取，请用浏览器下载后放入文件夹核查。"
UNUSABLE = "网址的写法有误，请核对。"


@dataclass(frozen=True, slots=True)
class Condition:
    """What is here already: the address it came from in the end, and what the site called that version."""

    url: str
    etag: str | None
    last_modified: str | None


@dataclass(frozen=True, slots=True)
class Fetched:
    """What a site said of the bytes it sent: the address in the end, the type with its charset, the version."""

    url: str
    content_type: str | None
    etag: str | None
    last_modified: str | None
    size: int


@dataclass(slots=True)
class _Host:
    """The turns of one host."""

    interval: float
    free_at: float = 0.0
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)


class _OnceMore(Exception):
    """A failure that may pass by itself, with the sentence to tell when it does not."""


class Visitor:
    """Fetches web addresses. One for a whole list, so that hosts are asked in turn; an async context manager."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.hosts: dict[str, _Host] = defaultdict(lambda: _Host(limits.interval))
        self._sites: dict[str, Rules | NotFetched] = {}
        self._asking: dict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self.client = httpx.AsyncClient(
            transport=Transport(limits.allow_private_addresses),
            trust_env=False,  # a proxy would connect to addresses that nobody checked
            timeout=SILENT,
            # the bytes are to be saved as they stand on the site
            headers={"User-Agent": limits.user_agent, "Accept": "*/*", "Accept-Encoding": "identity"},
        )

    async def __aenter__(self) -> Visitor:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.client.aclose()

    async def fetch(self, url: str, into: Path, known: Condition | None = None) -> Fetched | None:
        """Write what an address gives into a file; None when it is what is `known`. Raises NotFetched, OSError."""
        return await self._within_time(url, lambda: into.open("wb"), known, self.limits.max_bytes, False)

    async def _within_time(
        self, url: str, sink: Callable[[], BinaryIO], known: Condition | None, limit: int, robots: bool
    ) -> Fetched | None:
        try:
            async with asyncio.timeout(self.limits.seconds) as clock:
                for attempt in range(1, self.limits.attempts + 1):
                    try:
                        return await _Visit(self, clock, sink, known, limit, robots).go(url)
                    except _OnceMore as failure:
                        if attempt == self.limits.attempts:
                            raise failure.args[0] from failure
                    await asyncio.sleep(self.limits.first_wait * 2 ** (attempt - 1) * random.uniform(1, 1.25))
        except TimeoutError as error:
            raise NotFetched(TOO_SLOW.format(seconds=self.limits.seconds)) from error
        raise AssertionError("unreachable: the last attempt returns or raises")

    async def rules_of(self, url: httpx.URL) -> Rules:
        """Return the rules of the site that an address is on, asked for once. Raises NotFetched."""
        site = f"{url.scheme}://{url.netloc.decode('ascii')}"
        async with self._asking[site]:
            if site not in self._sites:
                self._sites[site] = await self._ask(site)
        found = self._sites[site]
        if isinstance(found, NotFetched):
            raise found
        host = self.hosts[url.host]
        host.interval = max(host.interval, found.delay)
        return found

    async def _ask(self, site: str) -> Rules | NotFetched:
        content = _Unclosed()
        try:
            await self._within_time(f"{site}/robots.txt", lambda: content, None, LARGEST, True)
        except NotFetched as error:
            if error.status is not None and 300 <= error.status < 500 and error.status != 429:
                return Rules(None, "")  # there is none, or redirects go round (RFC 9309, 2.3.1.2 and 2.3.1.3)
            if error.status is None and error.kind != ErrorKind.TOO_LARGE:
                return error  # the page itself is as far away
            if error.kind != ErrorKind.TOO_LARGE:
                return NotFetched(NOT_NOW.format(why=error.message), status=error.status)
        return rules(content.getvalue(), self.limits.user_agent)


class _Unclosed(io.BytesIO):
    """Bytes that can be looked at after they were written."""

    def close(self) -> None:
        """Stay open."""


@dataclass(frozen=True, slots=True)
class _Visit:
    """One attempt at one address."""

    visitor: Visitor
    clock: asyncio.Timeout
    sink: Callable[[], BinaryIO]
    known: Condition | None
    limit: int
    robots: bool

    async def go(self, url: str) -> Fetched | None:
        limits = self.visitor.limits
        try:
            current = httpx.URL(url).copy_with(fragment=None)
        except (httpx.InvalidURL, ValueError) as error:
            raise NotFetched(UNUSABLE) from error
        for _ in range(limits.redirects + 1):
            if not self.robots:
                async with self._outside_of_time():
                    site = await self.visitor.rules_of(current)
                if not site.allow(str(current)):
                    raise NotFetched(FORBIDDEN)
            async with self._turn(current.host) as host:
                answer = await self._request(current, host)
            if not isinstance(answer, httpx.URL):
                return answer
            current = answer
        raise NotFetched(MANY_REDIRECTS.format(count=limits.redirects), status=302)

    @contextlib.asynccontextmanager
    async def _outside_of_time(self) -> AsyncIterator[None]:
        """Stop the clock of this address: others may be before it."""
        ends = self.clock.when()
        left = None if ends is None else ends - _now()
        self.clock.reschedule(None)
        yield
        self.clock.reschedule(None if left is None else _now() + left)

    @contextlib.asynccontextmanager
    async def _turn(self, name: str) -> AsyncIterator[_Host]:
        """Wait until nobody else asks this host and its interval has passed."""
        host = self.visitor.hosts[name]
        async with contextlib.AsyncExitStack() as held:
            async with self._outside_of_time():
                await held.enter_async_context(host.lock)
                wait = host.free_at - _now()
                if wait > max(self.visitor.limits.seconds, host.interval):
                    raise NotFetched(LATER.format(minutes=max(1, round(wait / 60))))
                await asyncio.sleep(max(0.0, wait))
            host.free_at = _now() + host.interval
            yield host

    async def _request(self, url: httpx.URL, host: _Host) -> Fetched | httpx.URL | None:
        attempts = self.visitor.limits.attempts
        headers = {}
        if self.known and self.known.url == str(url):
            asked = {"If-None-Match": self.known.etag, "If-Modified-Since": self.known.last_modified}
            headers = {name: value for name, value in asked.items() if value}
        client = self.visitor.client
        try:
            request = client.build_request("GET", url, headers=headers)
            response = await client.send(request, stream=True)
            try:
                return await self._take(response, host, bool(headers))
            finally:
                await response.aclose()
        except httpx.TransportError as error:
            if _is_of_certificate(error):
                raise NotFetched(CERTIFICATE) from error
            unusable = isinstance(error, httpx.RemoteProtocolError) and "location header" in str(error)
            if unusable or isinstance(error, httpx.UnsupportedProtocol | httpx.LocalProtocolError):
                raise NotFetched(ELSEWHERE) from error
            raise _OnceMore(NotFetched(NO_ANSWER.format(attempts=attempts))) from error
        except httpx.DecodingError as error:
            raise NotFetched(GARBLED) from error
        except (httpx.InvalidURL, httpx.HTTPError, ValueError) as error:
            raise NotFetched(ELSEWHERE) from error

    async def _take(self, response: httpx.Response, host: _Host, asked: bool) -> Fetched | httpx.URL | None:
        status = response.status_code
        if status == 304 and asked:
            return None
        if response.has_redirect_location:
            return _next(response)
        if status in (200, 203):
            return await self._save(response)
        if status == 429 or status >= 500:
            if after := _retry_after(response.headers.get("retry-after", "")):
                host.free_at = max(host.free_at, _now() + after)
            message = BUSY.format(status=status, attempts=self.visitor.limits.attempts)
            raise _OnceMore(NotFetched(message, status=status))
        sentence = {404: GONE, 410: GONE, 401: REFUSED, 403: REFUSED, 412: REFUSED}.get(status, ODD)
        raise NotFetched(sentence.format(status=status), status=status)

    async def _save(self, response: httpx.Response) -> Fetched:
        """Write the body as it comes, counting: what a header says of its length is not believed."""
        too_large = NotFetched(TOO_LARGE.format(limit=self.limit / (1 << 20)), ErrorKind.TOO_LARGE)
        declared = response.headers.get("content-length", "")
        if declared.isdigit() and int(declared) > self.limit:
            raise too_large
        size = 0
        with self.sink() as stream:
            stream.seek(0)
            stream.truncate()
            async for piece in response.aiter_bytes():
                size += len(piece)
                stream.write(piece[: max(0, self.limit - size + len(piece))])
                if size > self.limit:
                    raise too_large
        if not size and not self.robots:
            raise NotFetched(NOTHING)
        said = response.headers
        return Fetched(
            str(response.url), said.get("content-type"), said.get("etag"), said.get("last-modified"), size
        )


def _now() -> float:
    return asyncio.get_running_loop().time()


def _next(response: httpx.Response) -> httpx.URL:
    """Return where a redirect leads. Raises NotFetched when that is no web address."""
    following = response.next_request
    if following is None or following.url.scheme not in ("http", "https") or following.url.userinfo:
        raise NotFetched(ELSEWHERE)
    return following.url.copy_with(fragment=None)


def _retry_after(written: str) -> float | None:
    """Return the seconds that a Retry-After asks for, written as such or as a moment."""
    if re.fullmatch(r"\d{1,9}", written.strip()):
        return float(written)
    try:
        moment = parsedate_to_datetime(written)
    except ValueError:
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(0.0, moment.timestamp() - datetime.now(UTC).timestamp())


def _is_of_certificate(error: BaseException | None) -> bool:
    while error is not None:
        if isinstance(error, ssl.SSLCertVerificationError):
            return True
        error = error.__cause__ or error.__context__
    return False
