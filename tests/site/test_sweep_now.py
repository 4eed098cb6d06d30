"""Sweeping now: what stands against it, that it is started once, followed and stopped; with a real Prefect server.

No worker runs here, so that a sweep that was started waits; `tests.flows.test_office` has one.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from fastapi import FastAPI
from sqlalchemy import Engine, insert, select, update

from flows import on_demand
from flows.deployments import register
from flows.server import Server, prefect_server, wait_until_ready
from hecha.site.starting import AT_WORK, INBOX, NOTHING_TO_SWEEP, OVER
from models.settings import Settings
from tasks.accounts.person import Person
from tasks.accounts.tokens import create
from tasks.persist.arrivals import record_arrival
from tasks.persist.rows import AUDIT_LOG, RUNS
from tests.site.conftest import SAMPLES, Browser

ADDRESS = re.compile(r"/sweeps/at-work/([0-9a-f-]{36})")
SOURCE = str((SAMPLES / "reports").resolve())


@pytest.fixture(scope="module")
def prefect(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A Prefect server with our deployments over the samples, and no worker."""
    home = tmp_path_factory.mktemp("prefect")
    before = dict(os.environ)
    for name in [name for name in os.environ if name.startswith("PREFECT_")]:
        del os.environ[name]
    try:
        with prefect_server(home) as server:
            wait_until_ready(server)
            os.environ["HECHA_SOURCE"] = SOURCE
            register(home)
            del os.environ["HECHA_SOURCE"]
            yield server
    finally:
        os.environ.clear()
        os.environ.update(before)


@pytest.fixture
def server(prefect: Server, site_app: FastAPI) -> Iterator[str]:
    """The address of the server, which the site knows; what is left at work is ended."""
    site_app.state.prefect_url = prefect.url
    yield prefect.url
    for one in on_demand.under_way(prefect.url):
        on_demand.stop(prefect.url, one.id)


@pytest.fixture
def token(database: Engine, person_operator: Person) -> dict[str, str]:
    return {"Authorization": f"Bearer {create(database, person_operator, '核查', timedelta(days=1))}"}


def noted(database: Engine) -> list[tuple[Any, ...]]:
    columns = (AUDIT_LOG.c.actor, AUDIT_LOG.c.action, AUDIT_LOG.c.object_type, AUDIT_LOG.c.detail)
    chosen = select(*columns).where(AUDIT_LOG.c.object_type == "run").order_by(AUDIT_LOG.c.id)
    with database.connect() as connection:
        return [tuple(row) for row in connection.execute(chosen)]


def killed(database: Engine) -> int:
    """A run that was killed: nobody has written how it ended."""
    with database.begin() as connection:
        last = dict(connection.execute(select(RUNS)).mappings().one())
        del last["id"]
        values = last | {"state": "running", "finished_at": None, "started_at": datetime.now(UTC)}
        return int(connection.execute(insert(RUNS).values(values).returning(RUNS.c.id)).scalar_one())


def test_without_a_server_a_sentence_says_what_to_do(
    operator: Browser, database: Engine, token: dict[str, str]
) -> None:
    assert 'href="/sweeps/now">立即核查</a>' in operator.get("/sweeps").text
    shown = operator.get("/sweeps/now")
    assert (shown.status_code, on_demand.NO_SERVER in shown.text, "<fieldset" in shown.text) == (
        200, True, False,
    )  # fmt: skip
    refused = operator.submit("/sweeps/now", {"year": "2023"})
    assert (refused.status_code, on_demand.NO_SERVER in refused.text) == (409, True)
    problem = operator.post("/api/v1/sweeps", headers=token)
    assert (problem.status_code, problem.json()["detail"]) == (409, on_demand.NO_SERVER)
    assert noted(database) == []


def test_a_server_that_is_away(operator: Browser, site_app: FastAPI, token: dict[str, str]) -> None:
    site_app.state.prefect_url = "http://127.0.0.1:9/api"
    assert on_demand.AWAY in operator.get("/sweeps/now").text
    refused = operator.submit("/sweeps/now")
    assert (refused.status_code, on_demand.AWAY in refused.text) == (503, True)
    problem = operator.post("/api/v1/sweeps", headers=token)
    said = (problem.status_code, problem.json()["detail"], problem.headers["Retry-After"])
    assert said == (503, on_demand.AWAY, "30")


def test_only_operators_are_offered_it(supervisor: Browser) -> None:
    assert "立即核查" not in supervisor.get("/sweeps").text
    assert supervisor.get("/sweeps/now").status_code == 404


def test_before_the_first_sweep_the_first_page_leads_to_it(
    operator: Browser, supervisor: Browser, database: Engine
) -> None:
    with database.begin() as connection:
        connection.execute(update(RUNS).values(title="政府信息公开工作年度报告收件核查"))
    assert 'main-button" href="/sweeps/now">立即核查</a>' in operator.get("/sweeps").text
    assert "请联系运行维护人员开始首次核查。" in supervisor.get("/sweeps").text


def test_a_run_that_goes_on_asks_again_by_itself(
    operator: Browser, supervisor: Browser, database: Engine
) -> None:
    run = killed(database)
    assert f'<a href="/sweeps/{run}">第{run}次核查</a>' in supervisor.get("/sweeps").text
    page = supervisor.get(f"/sweeps/{run}").text
    assert f'hx-get="/sweeps/{run}" hx-trigger="every 5s"' in page
    assert f'<a class="button" href="/sweeps/{run}">刷新</a>' in page
    assert on_demand.NO_SERVER not in page
    assert on_demand.NO_SERVER in operator.get(f"/sweeps/{run}").text
    assert "hx-get" not in operator.get(f"/sweeps/{run - 1}").text


@pytest.mark.prefect
def test_it_is_started_once_followed_and_stopped(
    operator: Browser, server: str, database: Engine, token: dict[str, str]
) -> None:
    offered = operator.get("/sweeps/now").text
    assert f'<dd class="file">{SOURCE}</dd>' in offered
    assert {"2022", "2023"} <= set(re.findall(r'name="year" value="(\d+)"', offered))
    started = operator.submit("/sweeps/now", {"year": ["2023", "2022", "x"]})
    assert started.status_code == 303
    (flow,) = ADDRESS.findall(started.headers["location"])
    (found,) = on_demand.under_way(server)
    assert (str(found.id), found.state, found.run, found.stage) == (flow, "waiting", None, None)

    again = operator.submit("/sweeps/now")
    assert (again.status_code, AT_WORK in again.text) == (409, True)
    refused = operator.post("/api/v1/sweeps", headers=token)
    assert (refused.status_code, refused.json()["detail"]) == (409, AT_WORK)
    assert len(on_demand.under_way(server)) == 1

    page = operator.get(f"/sweeps/at-work/{flow}").text
    assert "等待开始" in page and f'hx-get="/sweeps/at-work/{flow}"' in page
    assert operator.submit(f"/sweeps/at-work/{flow}/stop").status_code == 303
    page = operator.get(f"/sweeps/at-work/{flow}").text
    assert "核查已停止" in page and "hx-get" not in page and "确定停止核查" not in page
    late = operator.submit(f"/sweeps/at-work/{flow}/stop")
    assert OVER in operator.get(late.headers["location"]).text
    assert noted(database) == [
        ("operator", "sweep", "run", {"year": [2022, 2023], "flow": flow}),
        ("operator", "sweep_stop", "run", {"flow": flow}),
    ]
    log = operator.get("/audit").text
    assert "立即核查" in log and "停止核查" in log and f"年度：2022、2023；调度任务：{flow}" in log


@pytest.mark.prefect
def test_by_the_api(operator: Browser, server: str, token: dict[str, str]) -> None:
    started = operator.post("/api/v1/sweeps?year=2023", headers=token)
    found = started.json()
    where = f"/api/v1/sweeps/{found['id']}"
    assert (started.status_code, started.headers["location"], found["state"], found["run"]) == (
        202, where, "waiting", None,
    )  # fmt: skip
    assert operator.get(where, headers=token).json() == found
    stopped = operator.post(f"{where}/stop", headers=token)
    assert (stopped.status_code, stopped.json()["state"]) == (202, "cancelled")
    late = operator.post(f"{where}/stop", headers=token)
    assert (late.status_code, late.json()["detail"]) == (409, OVER)
    unknown = "/api/v1/sweeps/0198a000-0000-7000-8000-000000000000"
    assert operator.get(unknown, headers=token).status_code == 404
    assert operator.post("/api/v1/sweeps?year=abc", headers=token).status_code == 422


@pytest.mark.prefect
def test_two_at_the_same_instant_get_the_same_one(server: str) -> None:
    after = on_demand.last_started(server)
    with ThreadPoolExecutor(4) as together:
        found = list(together.map(lambda _: on_demand.start(server, (2023,), after).id, range(4)))
    assert len(set(found)) == 1
    on_demand.stop(server, found[0])
    assert on_demand.last_started(server) == str(found[0])
    assert on_demand.start(server, (2023,), str(found[0])).id != found[0]


@pytest.mark.prefect
def test_what_may_be_dead_is_left_to_a_person(
    operator: Browser, server: str, database: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = killed(database)
    doubt = f"第{run}次核查没有正常结束的记录，可能仍在进行；确认已经中断的，请勾选后重新开始。"
    refused = operator.submit("/sweeps/now")
    assert (refused.status_code, doubt in refused.text, "确认上一次核查已经中断" in refused.text) == (
        409,
        True,
        True,
    )
    assert on_demand.under_way(server) == []
    assert "调度服务没有这次核查的记录" in operator.get(f"/sweeps/{run}").text
    assert operator.submit("/sweeps/now", {"confirmed": "1"}).status_code == 303
    (first,) = on_demand.under_way(server)

    # one that says to be at work and has told nothing for long
    _run(server, first.id)
    assert AT_WORK in operator.submit("/sweeps/now", {"confirmed": "1"}).text
    monkeypatch.setattr(on_demand, "QUIET", timedelta(0))
    refused = operator.submit("/sweeps/now")
    assert (refused.status_code, "确认上一次核查已经中断" in refused.text) == (409, True)
    assert operator.submit("/sweeps/now", {"confirmed": "1"}).status_code == 303
    (second,) = on_demand.under_way(server)
    assert (second.id != first.id, second.state) == (True, "waiting")
    gone = on_demand.find(server, first.id)
    assert gone is not None and gone.state == "failed"


def _run(server: str, id_: UUID) -> None:
    """Call a flow run running, as a worker does."""
    from prefect.client.orchestration import SyncPrefectClient
    from prefect.states import Running

    with SyncPrefectClient(server) as client:
        client.set_flow_run_state(id_, Running(), force=True)


@pytest.mark.prefect
def test_nothing_to_sweep(
    operator: Browser, site_app: FastAPI, server: str, chosen: Settings, database: Engine,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    named = on_demand.source_of
    assert named(server) == SOURCE
    monkeypatch.setattr(on_demand, "source_of", lambda url: named(url) and "")
    refused = operator.submit("/sweeps/now")
    assert (refused.status_code, NOTHING_TO_SWEEP in refused.text) == (409, True)
    record_arrival(database, "folder", "年报.pdf", "0" * 64, 1)
    assert INBOX in operator.get("/sweeps/now").text
    monkeypatch.setattr(on_demand, "source_of", lambda url: str(chosen.inbox_folder.resolve()))
    assert INBOX in operator.get("/sweeps/now").text
    monkeypatch.setattr(on_demand, "source_of", lambda url: "s3://key:secret@bucket/reports")
    assert "s3://key:***@bucket/reports" in operator.get("/sweeps/now").text


@pytest.mark.prefect
def test_a_server_without_our_deployment(
    operator: Browser, site_app: FastAPI, tmp_path: Path, server: str
) -> None:
    _, name = on_demand.DEPLOYMENT.split("/")
    asked: Callable[[str | None], str] = on_demand.source_of
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(on_demand, "DEPLOYMENT", f"{name}/not-there")
        with pytest.raises(on_demand.Unavailable) as refused:
            asked(server)
        assert str(refused.value) == on_demand.NOT_REGISTERED
        answer = operator.submit("/sweeps/now")
        assert (answer.status_code, on_demand.NOT_REGISTERED in answer.text) == (409, True)
