"""Settings that stand in Secret blocks of a real Prefect server."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from flows.server import prefect_server, wait_until_ready
from tests.cli.command import environment

pytestmark = pytest.mark.prefect
REPOSITORY = Path(__file__).resolve().parents[2]
SAVE = """
from prefect.blocks.system import Secret
for name, value in {
    "db": "sqlite:////data/p4ssw0rd.db",
    "mail": ["json://127.0.0.1/p4ssw0rd", "mailto://u:p4ssw0rd@mail.invalid"],
    "token": "0123456789abcdef",
    "short": "p4ssw0rd",
    "number": 7,
}.items():
    Secret(value=value).save(name, overwrite=True, _sync=True)
"""
RESOLVE = """
import json, os, sys
from flows.secrets import resolve_secrets
from models.errors import ConfigurationError
from models.settings import settings
try:
    concerned = [list(resolve_secrets()), list(resolve_secrets())]
except ConfigurationError as error:
    print(json.dumps(str(error)))
    sys.exit()
held = settings()
print(json.dumps({
    "concerned": concerned,
    "database": held.database,
    "token": held.token,
    "operator": [one.get_secret_value() for one in held.operator_addresses],
    "shown": held.redacted()["database_url"],
    "prefect": "prefect" in sys.modules,
    "leaked": [name for name, value in os.environ.items() if "p4ssw0rd" in value],
}))
"""


def run(folder: Path, program: str, **variables: str) -> str:
    return subprocess.run(
        [sys.executable, "-c", program],
        cwd=REPOSITORY,
        env=environment(folder) | {"PREFECT_HOME": str(folder / "prefect")} | variables,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
        timeout=120,
    ).stdout


def test_values_take_the_place_of_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("PREFECT_")]:
        monkeypatch.delenv(name)
    for name in ("PREFECT_HOME", "PREFECT_PROFILES_PATH", "PREFECT_LOGGING_SETTINGS_PATH", "DO_NOT_TRACK",
                 "PREFECT_SERVER_ANALYTICS_ENABLED", "NO_PROXY", "no_proxy"):  # fmt: skip
        monkeypatch.setenv(name, "")  # whatever the block sets is taken back after the test
    with prefect_server(tmp_path / ".hecha") as server:
        wait_until_ready(server)
        url = server.url
        run(tmp_path, SAVE, PREFECT_API_URL=url)
        found = json.loads(
            run(
                tmp_path,
                RESOLVE,
                PREFECT_API_URL=url,
                HECHA_DATABASE_URL="prefect-block:db",
                HECHA_NOTIFY_OPERATOR="json://127.0.0.1/own prefect-block:mail",
                HECHA_UPLOAD_TOKEN="prefect-block:token",
            )
        )
        refused = {
            block: json.loads(
                run(tmp_path, RESOLVE, PREFECT_API_URL=url, HECHA_UPLOAD_TOKEN=f"prefect-block:{block}")
            )
            for block in ("short", "number", "absent")
        }
    assert found == {
        "concerned": [["database_url", "notify_operator", "upload_token"], []],
        "database": "sqlite:////data/p4ssw0rd.db",
        "token": "0123456789abcdef",
        "operator": [
            "json://127.0.0.1/own",
            "json://127.0.0.1/p4ssw0rd",
            "mailto://u:p4ssw0rd@mail.invalid",
        ],
        "shown": "sqlite:////data/p4ssw0rd.db",
        "prefect": True,
        "leaked": [],
    }
    assert refused == {
        "short": "环境变量 HECHA_UPLOAD_TOKEN 的值有误，应不少于16个字符。",
        "number": "密钥块“number”的内容不是文字，请改正。",
        "absent": "调度服务中没有名为“absent”的密钥块（Secret），请先建立，或者改用文件存放该密钥。",
    }


def test_without_blocks_prefect_is_not_needed(tmp_path: Path) -> None:
    found = json.loads(run(tmp_path, RESOLVE, HECHA_UPLOAD_TOKEN="0123456789abcdef"))
    assert (found["concerned"], found["prefect"]) == ([[], []], False)


def test_without_a_server_none_is_started(tmp_path: Path) -> None:
    told = json.loads(run(tmp_path, RESOLVE, HECHA_UPLOAD_TOKEN="prefect-block:token"))
    assert told == "有密钥取自Prefect密钥块，但没有设置 PREFECT_API_URL；请设置，或者改用文件存放密钥。"
    assert not (tmp_path / "prefect").exists()


def test_a_server_that_does_not_answer_is_told(tmp_path: Path) -> None:
    told = json.loads(
        run(
            tmp_path,
            RESOLVE,
            PREFECT_API_URL="http://127.0.0.1:9/api",
            HECHA_UPLOAD_TOKEN="prefect-block:token",
            PREFECT_CLIENT_MAX_RETRIES="0",
        )
    )
    assert told == "从调度服务读取密钥块“token”失败，请检查 PREFECT_API_URL 和调度服务是否正常。"
