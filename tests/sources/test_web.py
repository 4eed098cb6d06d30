"""Lists of web addresses: from the table to the folder that a sweep reads."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest

from models.errors import ConfigurationError, ErrorKind
from models.views import ErrorView
from tasks import chunks
from tasks.sources import Limits, Local, Origin, fetch, local, robots, web
from tasks.sources.kept import today
from tests.flows.made import report
from tests.sources.site import Page, Reply, Site, running

QUICK = Limits(
    max_bytes=200_000,
    interval=0.0,
    seconds=3.0,
    attempts=2,
    first_wait=0.01,
    allow_private_addresses=("localhost", "127.0.0.1"),
)
SCHOOLS, WATER = "云栖市映溪区教育局", "云栖市映溪区水务局"
REPORT = report(WATER).encode()
TABLE = "<table>" + "<tr><td>1</td><td>2</td><td>3</td></tr>" * 3 + "</table>"
TITLE = f"{SCHOOLS}2023年政府信息公开工作年度报告"


def page(body: str, encoding: str = "utf-8") -> bytes:
    return f"<html><head><title>{TITLE}</title></head><body><h1>{TITLE}</h1>{body}</body></html>".encode(
        encoding
    )


def written(folder: Path, *lines: str, header: str = "机关,年度,网址", encoding: str = "utf-8") -> Path:
    path = folder / "清单.csv"
    path.write_bytes("\n".join([header, *lines, ""]).encode(encoding))
    return path


def brought(path: Path, limits: Limits = QUICK) -> Local:
    return local(str(path), path.parent / "home", limits)


def files(found: Local) -> dict[str, bytes]:
    """What a sweep would read: the names of the listing and the bytes."""
    listed = chunks.listing(found.folder, 1 << 20, found.folder.parent / "unpacked")
    assert listed.errors == ()
    return {file.name: Path(file.path).read_bytes() for file in listed.files}


def told(url: str, line: int, who: str, why: str, kind: ErrorKind = ErrorKind.UNREADABLE) -> ErrorView:
    return ErrorView(url, kind.value, f"网址清单第{line}行（{who}）：{why}")


@pytest.mark.parametrize(
    ("header", "encoding"),
    [
        ("机关,年度,网址", "utf-8"),
        ("机关名称,报告年度,报告链接", "gb18030"),
        ("agency,year,url", "utf-8-sig"),
        ('"Agency","YEAR","URL"', "utf-8"),
    ],
)
def test_a_list_becomes_a_folder(site: Site, tmp_path: Path, header: str, encoding: str) -> None:
    site.pages["/a.html"] = Reply(page(TABLE, "gb18030"), headers={"Content-Type": "text/html; charset=gbk"})
    site.pages["/get?id=7"] = Reply(REPORT)
    path = written(
        tmp_path,
        f"{SCHOOLS},2023年度,{site.url('/a.html')}",
        f"{WATER},2023,{site.url('/get?id=7')}",
        header=header,
        encoding=encoding,
    )
    found = brought(path)
    assert found.errors == ()
    assert files(found) == {f"{SCHOOLS}2023.html": page(TABLE, "gb18030"), f"{WATER}2023.txt": REPORT}
    assert found.origins == {
        f"{SCHOOLS}2023.html": Origin(SCHOOLS, 2023, site.url("/a.html")),
        f"{WATER}2023.txt": Origin(WATER, 2023, site.url("/get?id=7")),
    }
    records = [json.loads(line) for line in (found.folder.parent / "index.jsonl").read_text().splitlines()]
    assert [record["content_type"] for record in records] == ["text/html; charset=gbk", None]


def test_a_workbook_is_a_list_too(site: Site, tmp_path: Path) -> None:
    site.pages["/1"] = Reply(REPORT)
    book = openpyxl.Workbook()
    assert book.active is not None
    book.active.append(["备注", "网址", "机关", "年度"])
    book.active.append(["", site.url("/1"), WATER, 2023])
    book.save(tmp_path / "清单.xlsx")
    found = brought(tmp_path / "清单.xlsx")
    assert (files(found), found.errors) == ({f"{WATER}2023.txt": REPORT}, ())


def test_lines_that_cannot_be_used_are_told_and_the_rest_goes_on(site: Site, tmp_path: Path) -> None:
    site.pages["/1"] = Reply(REPORT)
    good = site.url("/1")
    path = written(
        tmp_path,
        f",2023,{good}",
        f"{WATER},23,{good}",
        f"{WATER},2023,",
        f"{WATER},2023,www.example.invalid/1",
        f"{WATER},2023,http://me:secret@localhost/1",
        f"{WATER},2023,http://[::1/",
        f"{WATER},,{good}",
        f"{SCHOOLS},2023,{good}",
    )
    found = brought(path)
    assert files(found) == {f"{WATER}.txt": REPORT}
    assert found.origins == {f"{WATER}.txt": Origin(WATER, None, good)}
    kind = ErrorKind.UNREADABLE.value
    assert found.errors == (
        ErrorView(good, kind, "网址清单第2行没有填写机关，请补上后重新核查。"),
        ErrorView(good, kind, "网址清单第3行的年度“23”不是四位年份，请改为如2023，不知道的留空。"),
        ErrorView(WATER, kind, "网址清单第4行没有填写网址，请补上后重新核查。"),
        ErrorView("www.example.invalid/1", kind, "网址清单第5行的网址应以http://或https://开头，请核对。"),
        ErrorView(
            "http://localhost/1",
            kind,
            "网址清单第6行的网址中写有用户名或密码，未予访问，请删去后重新核查。",
        ),
        ErrorView("http://[::1/", kind, "网址清单第7行的网址写法有误，请核对。"),
        ErrorView(good, kind, "网址清单第9行的网址与第8行相同，只取一次，请核对是否填错。"),
    )


def test_a_list_without_its_columns_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError) as raised:
        brought(written(tmp_path, "http://localhost/1", header="网址"))
    assert str(raised.value) == "网址清单“清单.csv”第1行缺少“机关”列，第一行应为：机关,年度,网址。"
    with pytest.raises(ConfigurationError) as raised:
        brought(written(tmp_path, header="机关,单位,年度,网址"))
    assert str(raised.value) == "网址清单“清单.csv”第1行的“单位”列与前面的列重复，请删去一列。"
    with pytest.raises(ConfigurationError) as raised:
        local("https://www.example.invalid/1.html", tmp_path)
    assert str(raised.value) == (
        "“https://www.example.invalid/1.html”是一个网址，请写进CSV清单（第一行为：机关,年度,网址），再用清单文件核查。"
    )


def test_a_report_in_csv_is_no_list(tmp_path: Path) -> None:
    path = tmp_path / "报告.csv"
    path.write_text(
        "一、主动公开政府信息情况,,,\n信息内容,本年制发件数,本年废止件数,现行有效件数\n", encoding="utf-8"
    )
    assert brought(path) == Local(path)
    assert brought(tmp_path) == Local(tmp_path)
    assert local(path.as_uri(), tmp_path) == Local(path)
    with pytest.raises(ConfigurationError) as raised:
        brought(tmp_path / "nowhere")
    assert str(raised.value) == f"找不到要核查的文件夹“{tmp_path / 'nowhere'}”，请检查路径。"


def test_names_come_from_the_list_and_stay_in_the_folder(site: Site, tmp_path: Path) -> None:
    agencies = ["../../etc/passwd", ".hidden", "README", WATER, WATER, "局" * 300]
    for number in range(len(agencies)):
        site.pages[f"/../{number}.exe"] = Reply(f"{number}\n".encode() + REPORT)
    path = written(tmp_path, *(f"{a},2023,{site.url(f'/../{n}.exe')}" for n, a in enumerate(agencies)))
    # a browser and httpx take the dots out of a path
    site.pages |= {name.replace("/..", ""): reply for name, reply in site.pages.items()}
    found = brought(path)
    names = [*found.origins]
    assert names[:5] == [
        "_.._etc_passwd2023.txt",
        "hidden2023.txt",
        "_README2023.txt",
        f"{WATER}2023.txt",
        f"{WATER}2023（2）.txt",
    ]
    assert names[5].startswith("局" * 60 + "~")
    assert sorted(files(found)) == sorted(names)
    assert [found.origins[name].agency for name in names] == agencies
    # the order of the list does not change a name
    lines = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join([lines[0], *reversed(lines[1:])]), encoding="utf-8")
    assert brought(path).origins == found.origins


def test_a_second_time_only_what_changed_is_sent(site: Site, tmp_path: Path) -> None:
    def versioned(body: bytes) -> Reply:
        return Reply(body, headers={"ETag": f'"{len(body)}"'})

    site.pages["/1"] = lambda before: Reply(status=304) if before else versioned(REPORT)
    site.pages["/2"] = lambda before: versioned(REPORT + b"\n" * before)
    path = written(tmp_path, f"{WATER},2022,{site.url('/1')}", f"{WATER},2023,{site.url('/2')}")
    brought(path)
    site.asked.clear()
    site.pages["/1"], site.pages["/2"] = Reply(status=304), versioned(REPORT + b"more\n")
    found = brought(path)
    assert (files(found), found.errors) == (
        {f"{WATER}2022.txt": REPORT, f"{WATER}2023.txt": REPORT + b"more\n"},
        (),
    )
    asked = {one.path: one.headers.get("If-None-Match") for one in site.asked}
    assert asked == {"/robots.txt": None, "/1": f'"{len(REPORT)}"', "/2": f'"{len(REPORT)}"'}
    # what was damaged here is fetched whole
    (found.folder / f"{WATER}2022.txt").write_bytes(b"cut")
    site.pages["/1"] = versioned(REPORT)
    assert files(brought(path))[f"{WATER}2022.txt"] == REPORT
    assert "If-None-Match" not in next(a.headers for a in reversed(site.asked) if a.path == "/1")


def test_what_arrived_before_stays_in_use_and_is_noted(site: Site, tmp_path: Path) -> None:
    pages: dict[str, Page] = {"/1": Reply(REPORT), "/2": Reply(REPORT + b"\n")}
    site.pages |= pages
    path = written(tmp_path, f"{WATER},2022,{site.url('/1')}", f"{WATER},2023,{site.url('/2')}")
    first = brought(path)
    site.pages["/1"] = Reply(status=500)
    del site.pages["/2"]
    found = brought(path)
    assert (files(found), found.origins) == (files(first), first.origins)
    still = f"本次沿用{today()}取得的文件。"
    assert found.errors == (
        told(site.url("/1"), 2, f"{WATER}2022年度", fetch.BUSY.format(status=500, attempts=2) + still),
        told(site.url("/2"), 3, f"{WATER}2023年度", fetch.GONE.format(status=404) + still),
    )
    site.pages["/robots.txt"] = Reply(b"User-agent: *\nDisallow: /\n")
    assert [error.message for error in brought(path).errors] == [
        told("", 2, f"{WATER}2022年度", robots.FORBIDDEN + still).message,
        told("", 3, f"{WATER}2023年度", robots.FORBIDDEN + still).message,
    ]


def test_what_is_no_longer_listed_disappears(site: Site, tmp_path: Path) -> None:
    site.pages |= {"/1": Reply(REPORT), "/2": Reply(REPORT + b"\n")}
    lines = [f"{WATER},2022,{site.url('/1')}", f"{WATER},2023,{site.url('/2')}"]
    assert len(files(brought(written(tmp_path, *lines)))) == 2
    assert files(brought(written(tmp_path, lines[1]))) == {f"{WATER}2023.txt": REPORT + b"\n"}


def test_failures_are_told_one_by_one_in_the_order_of_the_list(site: Site, tmp_path: Path) -> None:
    site.pages |= {
        "/endless": Reply(pieces=iter(lambda: b"x" * 10_000, b"")),
        "/loop": Reply(status=302, headers={"Location": "/loop"}),
        "/private": Reply(status=302, headers={"Location": "http://169.254.169.254/latest"}),
        "/good": Reply(REPORT),
    }
    paths = ["/endless", "/loop", "/private", "/gone", "/good"]
    found = brought(written(tmp_path, *(f"{WATER},2023,{site.url(p)}" for p in paths)))
    assert [(error.file, error.kind) for error in found.errors] == [
        (site.url("/endless"), "too_large"),
        (site.url("/loop"), "unreadable"),
        (site.url("/private"), "unreadable"),
        (site.url("/gone"), "unreadable"),
    ]
    assert files(found) == {f"{WATER}2023（5）.txt": REPORT}
    assert not list((found.folder.parent / "arriving").iterdir())


def test_all_files_together_have_a_limit(site: Site, tmp_path: Path) -> None:
    site.pages |= {"/1": Reply(REPORT), "/2": Reply(REPORT + b"\n")}
    path = written(tmp_path, f"{WATER},2022,{site.url('/1')}", f"{WATER},2023,{site.url('/2')}")
    found = brought(path, replace(QUICK, total_bytes=len(REPORT)))
    why = web.OVERFULL.format(limit=len(REPORT) / (1 << 30))
    assert found.errors == (told(site.url("/2"), 3, f"{WATER}2023年度", why, ErrorKind.TOO_LARGE),)
    assert files(found) == {f"{WATER}2022.txt": REPORT}


@pytest.fixture
def another() -> Iterator[Site]:
    with running() as one:
        yield one


def test_hosts_are_visited_side_by_side(site: Site, another: Site, tmp_path: Path) -> None:
    lines = []
    for number in range(3):
        site.pages[f"/{number}"] = another.pages[f"/{number}"] = Reply(REPORT + b"\n" * number, wait=0.1)
        lines += [
            f"{WATER},202{number},{site.url(f'/{number}')}",
            f"{SCHOOLS},202{number},{another.url(f'/{number}', '127.0.0.1')}",
        ]
    seen: list[tuple[int, int]] = []
    path = written(tmp_path, *lines)
    found = local(str(path), tmp_path / "home", QUICK, lambda done, count: seen.append((done, count)))
    assert (len(found.origins), found.errors) == (6, ())
    assert seen == [(done, 6) for done in range(7)]
    assert (site.most_at_once, another.most_at_once) == (1, 1)
    # neither was through before the other began
    assert site.asked[0].at < another.asked[-1].at
    assert another.asked[0].at < site.asked[-1].at


# ---------------------------------------------------------------------------------- linked files


def test_a_page_that_only_links_its_report_is_one_with_it(site: Site, tmp_path: Path) -> None:
    links = (
        f'<a href="files/1.pdf">{TITLE}.pdf</a><a href="/2.txt?f=a.docx" title="2023年年度报告">附件</a>'
        '<a href="/3.docx">2022年政府信息公开年度报告</a><a href="/4.docx">预算公开</a><a href="/list/">年度报告</a>'
        f'<a href="http://127.0.0.1:{site.port}/5.docx">2023年年度报告</a><a href="javascript:void(0)">年度报告.docx</a>'
    )
    site.pages |= {
        "/a/1.html": Reply(page(links)),
        "/a/files/1.pdf": Reply(b"%PDF-1.4\n%%EOF\n"),
        "/2.txt?f=a.docx": Reply(REPORT),
    }
    url = site.url("/a/1.html")
    found = brought(written(tmp_path, f"{SCHOOLS},2023,{url}"))
    assert found.errors == ()
    assert files(found) == {
        f"{SCHOOLS}2023（附件1）.pdf": b"%PDF-1.4\n%%EOF\n",
        f"{SCHOOLS}2023（附件2）.txt": REPORT,
    }
    assert found.origins == {
        f"{SCHOOLS}2023（附件1）.pdf": Origin(SCHOOLS, 2023, site.url("/a/files/1.pdf")),
        f"{SCHOOLS}2023（附件2）.txt": Origin(SCHOOLS, 2023, site.url("/2.txt?f=a.docx")),
    }
    assert (found.folder.parent / "pages" / f"{SCHOOLS}2023.html").read_bytes() == page(links)
    assert site.paths() == ["/robots.txt", "/a/1.html", "/a/files/1.pdf", "/2.txt?f=a.docx"]


def test_a_page_with_tables_is_read_itself_beside_its_file(site: Site, tmp_path: Path) -> None:
    body = page(f'{TABLE}<a href="1.txt" download="年度报告.docx">下载</a>')
    site.pages |= {"/1.html": Reply(body), "/1.txt": Reply(REPORT)}
    found = brought(written(tmp_path, f"{SCHOOLS},2023,{site.url('/1.html')}"))
    assert files(found) == {f"{SCHOOLS}2023.html": body, f"{SCHOOLS}2023（附件1）.txt": REPORT}


def test_linked_files_that_fail_are_told_and_stay_in_use(site: Site, tmp_path: Path) -> None:
    body = page('<a href="1.docx">2023年年度报告</a><a href="2.docx">2023年年度报告附表</a>')
    site.pages |= {"/1.html": Reply(body), "/1.docx": Reply(REPORT), "/2.docx": Reply(page("请登录"))}
    path = written(tmp_path, f"{SCHOOLS},2023,{site.url('/1.html')}")
    who = f"{SCHOOLS}2023年度"
    found = brought(path)
    assert found.errors == (told(site.url("/2.docx"), 2, who, web.NOT_A_FILE),)
    assert files(found) == {f"{SCHOOLS}2023（附件1）.txt": REPORT}
    site.pages["/1.docx"] = Reply(status=403)
    del site.pages["/2.docx"]
    found = brought(path)
    assert files(found) == {f"{SCHOOLS}2023（附件1）.txt": REPORT}
    assert found.errors == (
        told(
            site.url("/1.docx"),
            2,
            who,
            fetch.REFUSED.format(status=403) + f"本次沿用{today()}取得的文件。",
        ),
        told(site.url("/2.docx"), 2, who, fetch.GONE.format(status=404)),
    )
    # the page itself out of reach: nothing that it links is asked for, and all stays
    site.pages["/1.html"] = Reply(status=500)
    site.asked.clear()
    found = brought(path)
    assert (len(found.errors), files(found)) == (1, {f"{SCHOOLS}2023（附件1）.txt": REPORT})
    assert site.paths() == ["/robots.txt", "/1.html", "/1.html"]


def test_linked_files_that_change_places_keep_their_bytes(site: Site, tmp_path: Path) -> None:
    links = ['<a href="1.docx">年度报告</a>', '<a href="2.docx">年度报告</a>']
    first, second = REPORT + b"1", REPORT + b"2"

    def versioned(body: bytes) -> Page:
        return lambda before: Reply(body, 304 if before == 1 else 200, {"ETag": '"a"'})

    site.pages |= {
        "/1.html": lambda before: Reply(page("".join(links if not before else reversed(links)))),
        "/1.docx": versioned(first),
        "/2.docx": versioned(second),
    }
    path = written(tmp_path, f"{SCHOOLS},2023,{site.url('/1.html')}")
    one, two = f"{SCHOOLS}2023（附件1）.txt", f"{SCHOOLS}2023（附件2）.txt"
    assert files(brought(path)) == {one: first, two: second}
    # of the two the one whose place was taken over may only be had whole
    site.pages["/1.docx"] = lambda before: Reply(first)
    assert files(brought(path)) == {one: second, two: first}


def test_an_archive_on_the_web_tells_whose_its_members_are(site: Site, tmp_path: Path) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("报告.txt", REPORT)
    site.pages["/1"] = Reply(packed.getvalue())
    found = brought(written(tmp_path, f"{WATER},2023,{site.url('/1')}"))
    assert files(found) == {f"{WATER}2023.zip/报告.txt": REPORT}
    assert found.origin(f"{WATER}2023.zip/报告.txt") == Origin(WATER, 2023, site.url("/1"))
    assert found.origin("别的.txt") is None


def test_an_index_cut_short_by_a_crash_loses_one_file_at_most(site: Site, tmp_path: Path) -> None:
    site.pages |= {"/1": Reply(REPORT), "/2": Reply(REPORT + b"\n")}
    path = written(tmp_path, f"{WATER},2022,{site.url('/1')}", f"{WATER},2023,{site.url('/2')}")
    found = brought(path)
    index = found.folder.parent / "index.jsonl"
    index.write_bytes(index.read_bytes()[:-40])
    assert files(brought(path)) == {f"{WATER}2022.txt": REPORT, f"{WATER}2023.txt": REPORT + b"\n"}
