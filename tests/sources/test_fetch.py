"""One address at a time, on a real site that misbehaves."""

from __future__ import annotations

import asyncio
import gzip
import itertools
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest

from models.errors import ErrorKind
from tasks.sources import addresses, fetch, robots
from tasks.sources.addresses import NotFetched, is_private
from tasks.sources.arrived import Limits
from tasks.sources.fetch import Condition, Fetched, Visitor
from tests.sources.site import Reply, Site, running
from tests.sources.tls import certificate

QUICK = Limits(
    max_bytes=200_000,
    interval=0.0,
    seconds=5.0,
    attempts=3,
    first_wait=0.01,
    redirects=3,
    allow_private_addresses=("localhost",),
)


def visit(
    url: str, folder: Path, limits: Limits = QUICK, known: Condition | None = None
) -> tuple[Fetched | None, bytes]:
    """What an address gave, and its bytes."""

    async def one() -> Fetched | None:
        async with Visitor(limits) as visitor:
            return await visitor.fetch(url, folder / "got", known)

    fetched = asyncio.run(one())
    return fetched, (folder / "got").read_bytes() if fetched else b""


def refused(
    url: str, folder: Path, limits: Limits = QUICK, known: Condition | None = None
) -> tuple[str, ErrorKind]:
    with pytest.raises(NotFetched) as raised:
        visit(url, folder, limits, known)
    return raised.value.message, raised.value.kind


def test_bytes_and_charset_are_kept_as_they_arrived(site: Site, tmp_path: Path) -> None:
    body = "<html><body>云栖市映溪区教育局</body></html>".encode("gb18030")
    version = {"Content-Type": "text/html; charset=utf-8", "ETag": '"a1"', "Last-Modified": "yesterday"}
    site.pages["/1"] = Reply(body, headers=version)
    assert visit(site.url("/1#top"), tmp_path) == (
        Fetched(site.url("/1"), "text/html; charset=utf-8", '"a1"', "yesterday", len(body)),
        body,
    )
    assert site.paths() == ["/robots.txt", "/1"]
    assert site.asked[1].host == f"localhost:{site.port}"
    assert site.asked[1].headers["User-Agent"] == "Hecha"
    assert site.asked[1].headers["Accept-Encoding"] == "identity"


def test_a_version_that_is_here_is_not_sent_again(site: Site, tmp_path: Path) -> None:
    site.pages["/1"] = Reply(status=304)
    known = Condition(site.url("/1"), '"a1"', "Wed, 03 Jan 2024 00:00:00 GMT")
    assert visit(site.url("/1"), tmp_path, known=known) == (None, b"")
    sent = site.asked[1].headers
    assert (sent["If-None-Match"], sent["If-Modified-Since"]) == (known.etag, known.last_modified)
    # the version of another address proves nothing, and an answer to what was not asked is none
    elsewhere = replace(known, url=site.url("/2"))
    assert refused(site.url("/1"), tmp_path, known=elsewhere) == (
        fetch.ODD.format(status=304),
        ErrorKind.UNREADABLE,
    )
    assert "If-None-Match" not in site.asked[-1].headers


@pytest.mark.parametrize("status", [500, 503, 429])
def test_a_busy_site_is_asked_again(site: Site, tmp_path: Path, status: int) -> None:
    site.pages["/1"] = lambda before: Reply(b"report") if before == 2 else Reply(status=status)
    assert visit(site.url("/1"), tmp_path)[1] == b"report"
    assert site.paths() == ["/robots.txt", "/1", "/1", "/1"]
    site.pages["/2"] = Reply(status=status)
    assert refused(site.url("/2"), tmp_path)[0] == fetch.BUSY.format(status=status, attempts=3)
    assert site.paths().count("/2") == 3


def test_retry_after_is_kept_in_seconds_and_as_a_moment(site: Site, tmp_path: Path) -> None:
    site.pages["/1"] = lambda before: (
        Reply(b"report") if before else Reply(status=429, headers={"Retry-After": "1"})
    )
    assert visit(site.url("/1"), tmp_path)[1] == b"report"
    first, second = (asked.at for asked in site.asked if asked.path == "/1")
    assert second - first >= 0.95
    moment = format_datetime(datetime.now(UTC) + timedelta(seconds=1801), usegmt=True)
    site.pages["/2"] = Reply(status=503, headers={"Retry-After": moment})
    assert refused(site.url("/2"), tmp_path)[0] == fetch.LATER.format(minutes=30)
    assert site.paths().count("/2") == 1


def test_a_host_that_asks_for_an_hour_is_left_alone_for_the_rest(site: Site, tmp_path: Path) -> None:
    site.pages["/1"] = Reply(status=429, headers={"Retry-After": "3600"})
    site.pages["/2"] = Reply(b"report")

    async def both() -> list[str]:
        async with Visitor(QUICK) as visitor:
            told = []
            for path in ("/1", "/2"):
                with pytest.raises(NotFetched) as raised:
                    await visitor.fetch(site.url(path), tmp_path / "got")
                told.append(raised.value.message)
            return told

    assert asyncio.run(both()) == [fetch.LATER.format(minutes=60)] * 2
    assert "/2" not in site.paths()


@pytest.mark.parametrize(
    ("status", "sentence"),
    [(404, fetch.GONE), (410, fetch.GONE), (403, fetch.REFUSED), (412, fetch.REFUSED), (202, fetch.ODD)],
)
def test_what_will_not_pass_by_itself_is_asked_once(
    site: Site, tmp_path: Path, status: int, sentence: str
) -> None:
    site.pages["/1"] = Reply(b"no", status)
    assert refused(site.url("/1"), tmp_path)[0] == sentence.format(status=status)
    assert site.paths() == ["/robots.txt", "/1"]


def test_redirects_are_followed_and_counted(site: Site, tmp_path: Path) -> None:
    site.pages["/1"] = Reply(status=301, headers={"Location": "/2"})
    site.pages["/2"] = Reply(status=302, headers={"Location": site.url("/3#part")})
    site.pages["/3"] = Reply(b"report")
    fetched, body = visit(site.url("/1"), tmp_path)
    assert (fetched and fetched.url, body) == (site.url("/3"), b"report")
    site.pages["/loop"] = Reply(status=302, headers={"Location": "/loop"})
    assert refused(site.url("/loop"), tmp_path)[0] == fetch.MANY_REDIRECTS.format(count=3)
    assert site.paths().count("/loop") == 4
    for location in (
        "file:///etc/passwd",
        "ftp://localhost/1",
        "http://me:secret@localhost/1",
        "http://[::1",
    ):
        site.pages["/away"] = Reply(status=302, headers={"Location": location})
        assert refused(site.url("/away"), tmp_path)[0] == fetch.ELSEWHERE


def test_private_addresses_are_refused_also_behind_a_redirect(site: Site, tmp_path: Path) -> None:
    site.pages["/1"] = Reply(status=302, headers={"Location": site.url("/2", "127.0.0.1")})
    site.pages["/2"] = Reply(b"secret")
    assert refused(site.url("/1"), tmp_path)[0] == addresses.PRIVATE.format(host="127.0.0.1")
    assert site.paths() == ["/robots.txt", "/1"]
    nowhere = replace(QUICK, allow_private_addresses=())
    for host in ("localhost", "127.0.0.1", "2130706433", "0.0.0.0"):
        assert refused(site.url("/2", host), tmp_path, nowhere)[0] == addresses.PRIVATE.format(host=host)
    everywhere = replace(QUICK, allow_private_addresses=("127.*",))
    assert visit(site.url("/2", "127.0.0.1"), tmp_path, everywhere)[1] == b"secret"


def test_private_is_everything_but_public() -> None:
    private = [
        "10.1.2.3", "172.16.0.1", "192.168.1.1", "127.0.0.1", "169.254.169.254",
        "100.64.0.1", "0.0.0.0", "224.0.0.1", "255.255.255.255", "::1",
        "::", "fe80::1%eth0", "fd00::1", "::ffff:10.0.0.1", "2002:7f00:1::",
        "64:ff9b::a00:1", "ff02::1",
    ]  # fmt: skip
    public = ["8.8.8.8", "2400:3200::1", "::ffff:8.8.8.8", "64:ff9b::808:808"]
    assert [address for address in private if not is_private(address)] == []
    assert [address for address in public if is_private(address)] == []


def test_endless_and_oversized_bodies_are_cut_off(site: Site, tmp_path: Path) -> None:
    too_large = (fetch.TOO_LARGE.format(limit=200_000 / (1 << 20)), ErrorKind.TOO_LARGE)
    site.pages["/endless"] = Reply(pieces=itertools.repeat(b"x" * 10_000))
    assert refused(site.url("/endless"), tmp_path) == too_large
    assert (tmp_path / "got").stat().st_size == 200_000
    site.pages["/large"] = Reply(b"x" * 200_001)
    assert refused(site.url("/large"), tmp_path) == too_large
    site.pages["/just"] = Reply(b"x" * 200_000)
    assert visit(site.url("/just"), tmp_path)[1] == b"x" * 200_000
    bomb = gzip.compress(bytes(50 << 20))
    site.pages["/bomb"] = Reply(bomb, headers={"Content-Encoding": "gzip"})
    assert refused(site.url("/bomb"), tmp_path) == too_large


def test_slow_sites_have_a_time_limit(site: Site, tmp_path: Path) -> None:
    brief = replace(QUICK, seconds=0.4)
    site.pages["/slow"] = Reply(b"late", wait=3)
    site.pages["/drip"] = Reply(pieces=itertools.repeat(b"x"), pause=0.05)
    for path in ("/slow", "/drip"):
        assert refused(site.url(path), tmp_path, brief)[0] == fetch.TOO_SLOW.format(seconds=0.4)


def test_a_body_that_breaks_off_is_fetched_again(site: Site, tmp_path: Path) -> None:
    site.pages["/1"] = lambda before: Reply(b"report", short_by=0 if before else 5)
    assert visit(site.url("/1"), tmp_path)[1] == b"report"
    site.pages["/2"] = Reply(b"report", short_by=5)
    assert refused(site.url("/2"), tmp_path)[0] == fetch.NO_ANSWER.format(attempts=3)


def test_nobody_there_and_no_such_name(tmp_path: Path) -> None:
    with running() as gone:
        url = gone.url("/1")
    assert refused(url, tmp_path)[0] == fetch.NO_ANSWER.format(attempts=3)
    name = "no-such-host.invalid"
    assert refused(f"http://{name}/1", tmp_path)[0] == addresses.UNKNOWN_HOST.format(host=name)


def test_an_empty_answer_and_a_broken_encoding(site: Site, tmp_path: Path) -> None:
    site.pages["/empty"] = Reply(b"")
    assert refused(site.url("/empty"), tmp_path)[0] == fetch.NOTHING
    site.pages["/broken"] = Reply(b"no gzip at all", headers={"Content-Encoding": "gzip"})
    assert refused(site.url("/broken"), tmp_path)[0] == fetch.GARBLED


def test_robots_are_obeyed_for_our_name_and_for_all(site: Site, tmp_path: Path) -> None:
    site.pages["/robots.txt"] = Reply(
        b"\xef\xbb\xbfUser-agent: hecha\nDisallow: /a\n\nUser-agent: *\nDisallow: /\n# \xb2\xbb\n"
    )
    site.pages["/a/1"] = site.pages["/b/1"] = Reply(b"report")
    assert refused(site.url("/a/1"), tmp_path)[0] == robots.FORBIDDEN
    assert visit(site.url("/b/1"), tmp_path)[1] == b"report"
    another = replace(QUICK, user_agent="Office/2.0 (office@example.invalid)")
    assert refused(site.url("/b/1"), tmp_path, another)[0] == robots.FORBIDDEN
    site.pages["/c"] = Reply(status=302, headers={"Location": "/a/1"})
    assert refused(site.url("/c"), tmp_path)[0] == robots.FORBIDDEN
    assert "/a/1" not in site.paths()


@pytest.mark.parametrize("status", [500, 429])
def test_a_site_whose_robots_cannot_be_had_is_left_alone_today(
    site: Site, tmp_path: Path, status: int
) -> None:
    site.pages["/robots.txt"] = Reply(status=status)
    site.pages["/1"] = Reply(b"report")
    why = fetch.BUSY.format(status=status, attempts=3)
    assert refused(site.url("/1"), tmp_path)[0] == robots.NOT_NOW.format(why=why)
    assert site.paths() == ["/robots.txt"] * 3


@pytest.mark.parametrize(
    "reply",
    [
        Reply(b"no", 404),
        Reply(b"no", 403),
        Reply(b""),
        Reply(b"<html>welcome</html>"),
        Reply(status=302, headers={"Location": "/robots.txt"}),
    ],
)
def test_a_site_without_robots_may_be_visited(site: Site, tmp_path: Path, reply: Reply) -> None:
    site.pages["/robots.txt"] = reply
    site.pages["/1"] = Reply(b"report")
    assert visit(site.url("/1"), tmp_path)[1] == b"report"


def test_of_endless_robots_the_beginning_counts(site: Site, tmp_path: Path) -> None:
    site.pages["/robots.txt"] = Reply(
        b"User-agent: *\nDisallow: /1\n", pieces=itertools.repeat(b"# more\n" * 1000)
    )
    site.pages["/2"] = Reply(b"report")
    assert refused(site.url("/1"), tmp_path)[0] == robots.FORBIDDEN
    assert visit(site.url("/2"), tmp_path)[1] == b"report"


def test_requests_to_one_host_come_one_by_one_with_an_interval(site: Site, tmp_path: Path) -> None:
    polite = replace(QUICK, interval=0.2)
    for path in ("/1", "/2", "/3"):
        site.pages[path] = Reply(b"report", wait=0.05)

    async def all_at_once() -> None:
        async with Visitor(polite) as visitor:
            fetches = [visitor.fetch(site.url(p), tmp_path / p[1:]) for p in ("/1", "/2", "/3")]
            await asyncio.gather(*fetches)

    asyncio.run(all_at_once())
    times = [asked.at for asked in site.asked]
    assert site.paths()[0] == "/robots.txt"
    assert sorted(site.paths()[1:]) == ["/1", "/2", "/3"]
    assert [later - sooner >= 0.15 for sooner, later in itertools.pairwise(times)] == [True] * 3
    assert site.most_at_once == 1


def test_a_crawl_delay_that_is_longer_is_kept(site: Site, tmp_path: Path) -> None:
    site.pages["/robots.txt"] = Reply(b"User-agent: *\nCrawl-delay: 1\n")
    site.pages["/1"] = site.pages["/2"] = Reply(b"report")

    async def two() -> None:
        async with Visitor(QUICK) as visitor:
            await visitor.fetch(site.url("/1"), tmp_path / "1")
            await visitor.fetch(site.url("/2"), tmp_path / "2")

    asyncio.run(two())
    first, second = (asked.at for asked in site.asked if asked.path != "/robots.txt")
    assert second - first >= 0.95


def test_waiting_for_a_turn_is_not_counted(site: Site, tmp_path: Path) -> None:
    patient = replace(QUICK, interval=0.3, seconds=0.5)
    paths = ["/1", "/2", "/3", "/4"]
    for path in paths:
        site.pages[path] = Reply(b"report")

    async def all_at_once() -> list[Fetched | None]:
        async with Visitor(patient) as visitor:
            return await asyncio.gather(*(visitor.fetch(site.url(p), tmp_path / p[1:]) for p in paths))

    assert [fetched and fetched.url for fetched in asyncio.run(all_at_once())] == [*map(site.url, paths)]


def test_certificates_are_checked_by_the_name_and_not_by_the_address(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pem = certificate(tmp_path, "localhost")
    both = replace(QUICK, allow_private_addresses=("localhost", "127.0.0.1"))
    with running(pem) as site:
        site.pages["/1"] = Reply(b"report")
        assert refused(site.url("/1", scheme="https"), tmp_path, both)[0] == fetch.CERTIFICATE
        monkeypatch.setenv("SSL_CERT_FILE", str(pem))  # how a machine is told of an authority of its own
        assert visit(site.url("/1", scheme="https"), tmp_path, both)[1] == b"report"
        assert refused(site.url("/1", "127.0.0.1", "https"), tmp_path, both)[0] == fetch.CERTIFICATE
