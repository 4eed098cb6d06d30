"""The API: the same permissions as the pages, problems as problem+json, what is handed in is followed."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import Engine, select

from hecha.site.api.description import description, written
from hecha.site.limits import Window
from models.settings import Settings
from tasks.accounts.person import Person
from tasks.accounts.tokens import create
from tasks.persist.rows import AGENCIES, FINDINGS, STANDINGS
from tests.site.conftest import AGENCY, SAMPLES
from tests.site.test_agency import report_of, worked_through

DOCS = Path(__file__).resolve().parents[2] / "docs"
REPORT = SAMPLES / "reports" / "2023" / f"{AGENCY}.pdf"
NOT_THERE = "没有这个页面，或者您无权查看。"
Ask = Callable[..., Any]


@pytest.fixture
def ask(site_app: FastAPI, database: Engine, person: Callable[[str], Person]) -> Callable[[str], Ask]:
    """Gives a way to ask the API with the token of someone of `PEOPLE`: ``ask(name)(method, path, …)``."""

    def of(name: str) -> Ask:
        token = create(database, person(name), "test", timedelta(days=1))
        client = TestClient(site_app, headers={"Authorization": f"Bearer {token}"})
        return lambda method, path, **more: client.request(method, f"/api/v1{path}", **more)

    return of


def told(answer: Any) -> tuple[int, str, str]:
    """Status, type and detail of a problem."""
    kind = answer.headers["content-type"]
    body = answer.json()
    assert set(body) - {"errors"} == {"type", "title", "status", "detail"}
    assert body["status"] == answer.status_code
    return answer.status_code, kind, body["detail"]


def every(ask: Ask, path: str, limit: int) -> list[dict[str, Any]]:
    """All items of a list, page after page."""
    found: list[dict[str, Any]] = []
    following: str | None = f"/api/v1{path}?limit={limit}"
    while following:
        body = ask("GET", following.removeprefix("/api/v1")).json()
        found += body["items"]
        following = body["next"]
    return found


def test_lists_hold_what_the_account_may_see_and_no_more(ask: Callable[[str], Ask], database: Engine) -> None:
    with database.connect() as connection:
        everything = list(
            connection.execute(select(STANDINGS.c.report_id).order_by(STANDINGS.c.report_id)).scalars()
        )
        of_agency = (
            select(STANDINGS.c.report_id).join_from(STANDINGS, AGENCIES).where(AGENCIES.c.name == AGENCY)
        )
        own = sorted(connection.execute(of_agency).scalars())
        shown = select(FINDINGS.c.id).join(STANDINGS, STANDINGS.c.evaluation_id == FINDINGS.c.evaluation_id)
        findings = sorted(connection.execute(shown).scalars())
        theirs = shown.where(STANDINGS.c.report_id.in_(own), FINDINGS.c.addressee == "agency")
        own_findings = sorted(connection.execute(theirs).scalars())
    expected = {
        "operator": (everything, findings),
        "supervisor": (everything, findings),
        "agency": (own, own_findings),
        "elsewhere": ([], []),
        "stranger": ([], []),
    }
    seen = {
        name: (
            [one["id"] for one in every(ask(name), "/reports", 7)],
            [one["id"] for one in every(ask(name), "/findings", 5)],
        )
        for name in expected
    }
    assert seen == expected


def test_what_may_not_be_seen_is_not_there(ask: Callable[[str], Ask], database: Engine) -> None:
    report = report_of(database, AGENCY, 2023)
    paths = (
        f"/reports/{report}",
        f"/reports/{report}/findings",
        "/runs/1",
        "/reports/999999",
        "/reports/x",
        "/x",
    )
    stranger = ask("stranger")
    answers = [told(stranger("GET", path)) for path in paths]
    assert answers == [(404, "application/problem+json", NOT_THERE)] * len(paths)


def test_a_report_with_its_findings(ask: Callable[[str], Ask], database: Engine) -> None:
    report = report_of(database, AGENCY, 2023)
    body = ask("agency")("GET", f"/reports/{report}").json()
    assert (body["id"], body["state"], body["version"], len(body["versions"])) == (report, "pending", 1, 1)
    result = body["result"]
    assert (result["agency"], result["year"], result["score"]["total"]) == (AGENCY, 2023, 97.0)
    (finding,) = result["findings"]
    assert (finding["rule"], finding["observed"], finding["expected"], finding["difference"]) == (
        "T2-03",
        17,
        12,
        5,
    )
    (line,) = ask("agency")("GET", f"/reports/{report}/findings").json()["items"]
    assert {name: line[name] for name in finding if name != "id"} == {
        name: value for name, value in finding.items() if name != "id"
    }


def test_problems(ask: Callable[[str], Ask], app: Any, site_app: FastAPI) -> None:
    nobody = app.get("/api/v1/reports")
    assert told(nobody)[:2] == (401, "application/problem+json")
    assert nobody.headers["www-authenticate"] == "Bearer"
    agency = ask("agency")
    wrong = agency("GET", "/reports?year=abc&colour=red")
    assert told(wrong) == (422, "application/problem+json", "请求的参数有误，详见errors。")
    assert wrong.json()["errors"] == [
        {"parameter": "year", "detail": "应为整数"},
        {"parameter": "colour", "detail": "不支持这个参数"},
    ]
    unsupported = agency("DELETE", "/reports")
    assert (told(unsupported)[0], unsupported.headers["allow"]) == (405, "GET")
    assert told(agency("POST", "/submissions", content=b""))[0] == 422
    archive = {"file": ("x.zip", b"PK\x05\x06" + b"\0" * 18)}
    assert told(agency("POST", "/self-checks", files=archive))[0] == 415
    site_app.state.limits.uploads = Window(1, 300)
    assert told(agency("POST", "/self-checks", content=b"x"))[0] == 422
    often = agency("POST", "/self-checks", content=b"x")
    assert (told(often)[0], often.headers["retry-after"].isdigit()) == (429, True)


def test_a_body_over_the_limit_is_refused_before_it_comes(
    ask: Callable[[str], Ask], chosen: Settings
) -> None:
    long = {"Content-Length": str((chosen.max_file_mb + 2) << 20)}
    refused = ask("agency")("POST", "/self-checks", content=b"x", headers=long)
    assert told(refused)[:2] == (413, "application/problem+json")


def test_handing_in_and_following(ask: Callable[[str], Ask], database: Engine, chosen: Settings) -> None:
    agency, stranger = ask("agency"), ask("stranger")
    content = REPORT.read_bytes()
    refused = stranger("POST", "/submissions", content=content)
    assert told(refused)[0] == 409
    sent = agency("POST", "/submissions?name=年报.pdf", content=content)
    assert (sent.status_code, sent.headers["location"]) == (202, "/api/v1/submissions/1")
    assert (sent.json()["file"], sent.json()["state"], sent.json()["report"]) == (
        "年报.pdf",
        "recorded",
        None,
    )
    again = agency("POST", "/submissions", files={"file": ("又一份.pdf", content)})
    assert (again.json()["id"], again.json()["repeats"]) == (2, 1)
    run = worked_through(database, chosen)
    done = agency("GET", "/submissions/1").json()
    report = report_of(database, AGENCY, 2023)
    assert (done["state"], done["run"], done["report"], done["version"]) == (
        "done", f"/api/v1/runs/{run}", f"/api/v1/reports/{report}", 1,
    )  # fmt: skip
    assert agency("GET", f"/runs/{run}").json()["state"] == "completed"
    assert [told(stranger("GET", path))[0] for path in ("/submissions/1", f"/runs/{run}")] == [404, 404]


def test_a_self_check_gives_the_full_result_and_keeps_nothing(
    ask: Callable[[str], Ask], database: Engine
) -> None:
    body = ask("agency")("POST", "/self-checks", files={"file": ("x.pdf", REPORT.read_bytes())}).json()
    assert (body["stored"], body["compared"], body["result"]["score"]["total"]) == (False, True, 97.0)
    assert [finding["rule"] for finding in body["result"]["findings"]] == ["T2-03"]


def test_the_description_is_the_one_in_the_docs(app: Any) -> None:
    served = app.get("/api/v1/openapi.json")
    assert served.json() == description()
    assert served.json()["openapi"] == "3.1.0"
    assert (DOCS / "openapi.json").read_text(encoding="utf-8") == written(), "run: make docs"


def test_every_operation_says_who_may_and_what_may_go_wrong() -> None:
    for path, operations in description()["paths"].items():
        for operation in operations.values():
            assert operation["security"] == [{"token": []}], path
            assert {"401", "422", "500", "503"} <= set(operation["responses"]), path
            assert json.dumps(operation, ensure_ascii=False).count("HTTPValidationError") == 0, path
