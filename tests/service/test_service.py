"""Health, readiness and pages of the web service, asked over HTTP."""

from __future__ import annotations

import contextlib
import shutil
import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from fastapi import APIRouter

from hecha.service import service
from hecha.site.access import NOT_FOUND
from hecha.site.headers import HEADERS
from models.database import downgrade, upgrade
from tests.service.conftest import served, settings_of
from tests.tell.servers import free_port

WELL = {"ok": True, "message": None}
UNASKED = {"ok": None, "message": "未设置，不检查。"}


@contextlib.contextmanager
def prefect(status: int) -> Iterator[str]:
    """Something that answers at ``/api/health`` as a Prefect server does."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status if self.path == "/api/health" else 404)
            self.send_header("Content-Length", "4")
            self.end_headers()
            self.wfile.write(b"true")

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/api"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def test_everything_is_well(url: str, tmp_path: Path) -> None:
    with prefect(200) as api, served(service(settings_of(tmp_path, url), api)) as client:
        assert client.get("/healthz").json() == {"alive": True}
        answer = client.get("/readyz")
        checks = dict.fromkeys(("database", "store", "disk", "prefect"), WELL)
        assert (answer.status_code, answer.json()) == (200, {"ready": True, "checks": checks})
    assert list((tmp_path / "store").iterdir()) == []


def test_each_failure_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "store").write_text("a file where a folder should be")
    secret = "geheim-im-Passwort"
    nowhere = f"postgresql://hecha:{secret}@127.0.0.1:{free_port()}/sweep"
    chosen = settings_of(tmp_path, nowhere, min_free_disk_mb=1 << 40)
    free = shutil.disk_usage(tmp_path).free >> 20
    with served(service(chosen, f"http://127.0.0.1:{free_port()}/api")) as client:
        answer = client.get("/readyz")
        assert client.get("/healthz").status_code == 200
        assert client.get("/metrics").text.splitlines()[2] == "hecha_up 0.0"
    assert answer.status_code == 503
    said = answer.json()
    disk = said["checks"].pop("disk")["message"]
    assert disk.startswith("数据目录所在磁盘只剩") and disk.endswith(f"MB，少于{1 << 40}MB，请清理或扩容。")
    assert abs(int(disk.removeprefix("数据目录所在磁盘只剩").split("MB")[0]) - free) < 2000
    assert said == {
        "ready": False,
        "checks": {
            "database": {
                "ok": False,
                "message": "数据库无法连接，请检查数据库服务是否运行、HECHA_DATABASE_URL 是否正确。",
            },
            "store": {
                "ok": False,
                "message": "原件存储无法写入，请检查 HECHA_STORE_URL 及其权限和剩余空间。",
            },
            "prefect": {
                "ok": False,
                "message": "调度服务没有应答，请检查Prefect服务是否运行、PREFECT_API_URL 是否正确。",
            },
        },
    }
    assert secret not in answer.text


def test_a_prefect_server_that_is_ill(url: str, tmp_path: Path) -> None:
    with prefect(500) as api, served(service(settings_of(tmp_path, url), api)) as client:
        answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["checks"]["prefect"] == {
        "ok": False,
        "message": "调度服务应答异常（状态码500），请查看其日志。",
    }


def test_what_is_not_set_up_is_not_asked(url: str, tmp_path: Path) -> None:
    with served(service(settings_of(tmp_path, url))) as client:
        answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["checks"]["prefect"]) == (200, UNASKED)


def test_tables_of_another_version(url: str, tmp_path: Path) -> None:
    other = "数据库的表结构与本程序版本不一致，请运行 hecha migrate 升级数据库，或者升级本程序。"
    with served(service(settings_of(tmp_path, url), kept_seconds=0)) as client:
        downgrade(url, "-1")
        assert client.get("/readyz").json()["checks"]["database"] == {"ok": False, "message": other}
        downgrade(url, "base")
        assert client.get("/readyz").json()["checks"]["database"] == {"ok": False, "message": other}
        upgrade(url)
        assert client.get("/readyz").json()["ready"] is True


def test_a_server_that_never_answers_is_given_up(url: str, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        api = f"http://127.0.0.1:{silent.getsockname()[1]}/api"
        with served(service(settings_of(tmp_path, url), api)) as client:
            answer = client.get("/readyz")
    assert answer.status_code == 503
    failing = [name for name, said in answer.json()["checks"].items() if said["ok"] is False]
    assert failing == ["prefect"]


def test_static_pages_are_an_export_and_not_served(url: str, tmp_path: Path) -> None:
    chosen = settings_of(tmp_path, url)
    (chosen.site / "reports").mkdir(parents=True)
    (chosen.site / "index.html").write_text("<p>核查</p>", encoding="utf-8")
    (chosen.site / "reports" / "a.json").write_text("{}", encoding="utf-8")
    with served(service(chosen)) as client:
        for path in ("/", "/index.html", "/reports/a.json", "/../hecha.db", "/%2e%2e/hecha.db", "/reports"):
            missed = client.get(path)
            assert (path, missed.status_code, NOT_FOUND in missed.text) == (path, 404, True)
            assert missed.headers["content-type"] == "text/html; charset=utf-8"


@pytest.mark.parametrize("path", ["/", "/healthz", "/readyz", "/metrics", "/nowhere"])
def test_headers_and_nothing_else_is_open(url: str, tmp_path: Path, path: str) -> None:
    with served(service(settings_of(tmp_path, url))) as client:
        answer = client.get(path)
        assert {name: answer.headers.get(name) for name in HEADERS} == dict(HEADERS)
        assert "server" not in answer.headers
        for closed in ("/docs", "/redoc", "/openapi.json"):
            assert client.get(closed).status_code == 404


def test_further_routes(url: str, tmp_path: Path) -> None:
    router = APIRouter()

    @router.get("/upload")
    def upload() -> dict[str, bool]:
        return {"open": True}

    with served(service(settings_of(tmp_path, url), routers=[router])) as client:
        assert client.get("/upload").json() == {"open": True}
