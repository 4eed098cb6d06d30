"""From one report of the work list to the next: in order, after a decision has moved one, at both ends, for whom."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from urllib.parse import parse_qs, parse_qsl, urlsplit

import pytest
from sqlalchemy import Engine

from hecha.site.filters import list_address, packed, report_address, stand
from tasks.accounts.person import Person
from tasks.ask.beside import Stand, beside
from tasks.ask.worklist import Filter, matching_ids
from tasks.decide.transitions import move
from tests.site.conftest import Browser

ALL = Filter(year=2023, sort="agency")


def order(database: Engine, person: Person, chosen: Filter = ALL) -> list[int]:
    with database.connect() as connection:
        return matching_ids(connection, person, chosen, None)


def opened(browser: Browser, address: str) -> tuple[int, Stand]:
    """The report that an address leads to, and where it stands in the list."""
    answer = browser.get(address)
    assert answer.status_code == 303, answer.text
    parts = urlsplit(answer.headers["location"])
    found = stand(parse_qs(parts.query)["list"][0])
    assert found is not None
    return int(parts.path.removeprefix("/reports/")), found


def links(page: str) -> dict[str, str]:
    nav = re.findall(r'<nav class="walk.*?</nav>', page, re.S)[0]
    return {name: html.unescape(to) for to, name in re.findall(r'href="([^"]+)">([^<]+)<', nav)}


def test_the_whole_list_forth_and_back(
    supervisor: Browser, database: Engine, person_supervisor: Person
) -> None:
    ids = order(database, person_supervisor)
    first = re.findall(
        r'<th scope="row"><a href="([^"]+)"', supervisor.get("/worklist?year=2023&sort=agency").text
    )
    address, walked = html.unescape(first[0]), []
    for _ in ids:
        walked.append(int(urlsplit(address).path.removeprefix("/reports/")))
        found = links(supervisor.get(address).text)
        assert found["返回清单"] == "/worklist?year=2023&sort=agency"
        address = supervisor.get(found["下一份"]).headers["location"]
    assert (walked, address) == (ids, "/worklist?year=2023&sort=agency")
    assert "已是清单中的最后一份报告。" in supervisor.get(address).text
    address, back = report_address(ids[-1], Stand(ALL, len(ids) - 1, ids[-2])), []
    for _ in ids:
        back.append(int(urlsplit(address).path.removeprefix("/reports/")))
        address = supervisor.get(links(supervisor.get(address).text)["上一份"]).headers["location"]
    assert (back, address) == (ids[::-1], "/worklist?year=2023&sort=agency")
    assert "已是清单中的第一份报告。" in supervisor.get(address).text


def test_one_that_left_the_list_is_followed_by_the_one_in_its_place(
    supervisor: Browser, database: Engine, person_supervisor: Person
) -> None:
    chosen = Filter(year=2023, state="pending", sort="agency")
    ids = order(database, person_supervisor, chosen)
    here = report_address(ids[2], Stand(chosen, 2, ids[1]))
    form = {
        "event": "pass",
        "reason": "已核",
        "tab": "critical",
        "list": dict(parse_qsl(urlsplit(here).query))["list"],
    }
    answer = supervisor.submit(f"/reports/{ids[2]}/move", form)
    location = answer.headers["location"]
    assert parse_qs(urlsplit(location).query)["list"] == [packed(Stand(chosen, 2, ids[1]))]
    page = supervisor.get(location).text
    undo = re.findall(r'<form[^>]*action="/reports/\d+/move/undo".*?</form>', page, re.S)[0]
    assert html.unescape(re.findall(r'name="list" value="([^"]+)"', undo)[0]) == packed(
        Stand(chosen, 2, ids[1])
    )
    assert opened(supervisor, links(page)["下一份"]) == (ids[3], Stand(chosen, 2, ids[1]))
    assert opened(supervisor, links(page)["上一份"]) == (ids[1], Stand(chosen, 1, ids[0]))
    move(
        database, person_supervisor, [ids[0]], "pass", "已核", "other"
    )  # someone else takes one away before it
    assert opened(supervisor, links(page)["下一份"]) == (ids[3], Stand(chosen, 1, ids[1]))


def test_one_that_moved_in_the_order_passes_none_over(database: Engine, person_supervisor: Person) -> None:
    ids = order(database, person_supervisor)
    with database.connect() as connection:

        def after(report: int, at: int, before: int | None, step: int = 1) -> tuple[int, Stand] | None:
            return beside(connection, person_supervisor, None, report, Stand(ALL, at, before), step)

        # it stood between 2 and 3 and stands at the end, or at the beginning now
        assert after(ids[-1], 3, ids[2]) == (ids[3], Stand(ALL, 3, ids[2]))
        assert after(ids[0], 3, ids[2]) == (ids[3], Stand(ALL, 3, ids[2]))
        assert after(ids[-1], 3, ids[2], -1) == (ids[2], Stand(ALL, 2, ids[1]))
        assert after(ids[5], 0, None) == (ids[0], Stand(ALL, 0, None))
        # nothing is known of what stood before: after the one itself, else at its place
        assert after(ids[4], 9, None) == (ids[5], Stand(ALL, 5, ids[4]))
        assert after(10**6, 4, None) == (ids[4], Stand(ALL, 4, ids[3]))
        assert [after(ids[-1], len(ids) - 1, ids[-2]), after(ids[0], 0, None, -1)] == [None, None]
        assert after(ids[0], 10**6, None) is None


def test_it_is_there_for_those_who_may_see_the_report(
    browser: Callable[[str], Browser], database: Engine, person_supervisor: Person
) -> None:
    ids = order(database, person_supervisor)
    near, far, own = browser("supervisor"), browser("elsewhere"), browser("agency")
    for path in ("/worklist/next", "/worklist/previous"):
        address = f"{path}?year=2023&after={ids[3]}&at=3"
        assert [one.get(address).status_code for one in (near, far, own)] == [303, 404, 404]
        assert near.get(f"{path}?after={ids[3]}&region=99999").status_code == 404
        assert near.get(f"{path}?year=2023").status_code == 422
    assert 'class="walk' not in own.get(report_address(ids[3], Stand(ALL, 3))).text


@pytest.mark.parametrize(
    "given", ["", "x", "year=2023", "at=-1", "at=1e3", "at=99999999", "//evil.example", "%00"]
)
def test_what_names_no_place_is_left_out(
    given: str, supervisor: Browser, database: Engine, person_supervisor: Person
) -> None:
    ids = order(database, person_supervisor)
    shown = supervisor.get(f"/reports/{ids[0]}", params={"list": given})
    assert (shown.status_code, 'class="walk' in shown.text, "evil" in shown.text) == (200, False, False)


def test_a_place_is_read_as_it_was_written() -> None:
    for stood in (
        Stand(ALL, 0),
        Stand(Filter(q="附件 & 名", least=60.5, late=True), 120, 7),
        Stand(Filter(), 3),
    ):
        assert stand(packed(stood)) == stood
    assert stand("at=5&year=abc&sort=evil&region=-1&before=x&path=//evil") == Stand(Filter(), 5)
    assert [list_address(Stand(Filter(), at)) for at in (0, 49, 50)] == [
        "/worklist?sort=score", "/worklist?sort=score", "/worklist?page=2",
    ]  # fmt: skip
