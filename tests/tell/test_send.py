"""Sent for real: mail that is read back, webhooks, and addresses that fail without giving anything away."""

from __future__ import annotations

import json
import logging
import re
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import SecretStr
from sqlalchemy import Engine

from models import logs
from models.database import engine, upgrade
from models.views import ErrorView
from tasks.persist import sweep_view
from tasks.tell import Audience, Told, When, address, message, summarise, tell
from tasks.tell.send import _fitting
from tests.tell.made import EDUCATION, UNREADABLE, run
from tests.tell.servers import Hooks, Mailbox, free_port, hook_server, smtp_server

USER, PASSWORD = "watch", "pa55-Wort_streng9geheim"
TOKEN = "t0ken-a8b7c6d5e4f3-geheim"
OPERATOR, SUPERVISOR = Audience.OPERATOR, Audience.SUPERVISOR


@pytest.fixture(scope="module")
def mailbox() -> Iterator[Mailbox]:
    with smtp_server(USER, PASSWORD) as box:
        yield box


@pytest.fixture(scope="module")
def hooks() -> Iterator[Hooks]:
    with hook_server() as server:
        yield server


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path


@pytest.fixture
def database(home: Path) -> Iterator[Engine]:
    """SQLite: its file is searched for secrets."""
    url = f"sqlite:///{home / 'hecha.db'}"
    upgrade(url)
    opened = engine(url)
    yield opened
    opened.dispose()


@pytest.fixture(autouse=True)
def emptied(mailbox: Mailbox, hooks: Hooks) -> None:
    mailbox.received.clear()
    hooks.received.clear()


def mail(box: Mailbox, password: str = PASSWORD, **options: str) -> SecretStr:
    asked = {"from": "hecha@映溪.example".replace("映溪", "yingxi"), "to": "boss@example.org", **options}
    query = "&".join(f"{name}={value}" for name, value in asked.items())
    return SecretStr(f"mailto://{USER}:{password}@127.0.0.1:{box.port}/?smtp=127.0.0.1&mode=insecure&{query}")


def hook(server: Hooks, path: str) -> SecretStr:
    return SecretStr(f"json://{USER}:{PASSWORD}@127.0.0.1:{server.port}/{path}")


def everything_written(home: Path) -> bytes:
    """All bytes under the home, with the database's journal written back first."""
    with sqlite3.connect(home / "hecha.db") as opened:
        opened.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return b"".join(path.read_bytes() for path in home.rglob("*") if path.is_file())


def test_mail_is_read_as_it_was_written(database: Engine, mailbox: Mailbox) -> None:
    number = run(database)
    told = tell(database, number, {OPERATOR: [mail(mailbox)]}, When.ALWAYS, "https://pages.example.org/")
    assert told == Told(1, (), ())
    said = message(summarise(database, number), OPERATOR, "https://pages.example.org/")
    ((envelope, received),) = mailbox.received
    assert envelope.rcpt_tos == ["boss@example.org"]
    assert (
        received["Subject"]
        == said.title
        == "2023年度报告核查已完成：1个文件无法读取，1处系统故障，2份报告待核"
    )
    html = received.get_body(("html",))
    assert html is not None
    assert html.get_content().replace("\r\n", "\n").strip() == said.html.strip()
    assert "坏&lt;b&gt;.pdf" in html.get_content()
    plain = received.get_body(("plain",))
    assert plain is not None
    assert "坏<b>.pdf：文件已损坏，请重新报送。" in plain.get_content()
    assert "apprise" not in str(received).lower()


def test_mail_as_plain_text(database: Engine, mailbox: Mailbox) -> None:
    number = run(database)
    assert tell(database, number, {SUPERVISOR: [mail(mailbox, format="text")]}).failed == ()
    ((_, received),) = mailbox.received
    assert not received.is_multipart()
    said = message(summarise(database, number), SUPERVISOR)
    assert received.get_content().replace("\r\n", "\n").strip() == said.text.strip()


def test_each_audience_gets_its_own(database: Engine, mailbox: Mailbox, hooks: Hooks) -> None:
    number = run(database)
    told = tell(database, number, {OPERATOR: [hook(hooks, "ok/1")], SUPERVISOR: [mail(mailbox)]})
    assert told == Told(2, (), ())
    summary = summarise(database, number)
    (post,) = hooks.received
    said = message(summary, OPERATOR)
    assert (post.path, post.body["title"]) == ("/ok/1", said.title)
    assert post.body["message"].strip() == said.text.strip()
    assert [received["Subject"] for _, received in mailbox.received] == [message(summary, SUPERVISOR).title]


def test_quiet_when_nothing_is_new_or_to_be_done(database: Engine, hooks: Hooks) -> None:
    run(database)
    again = run(database)
    addresses = {OPERATOR: [hook(hooks, "ok/1")], SUPERVISOR: [hook(hooks, "ok/2")]}
    assert tell(database, again, addresses, When.CHANGES) == Told(0, (OPERATOR, SUPERVISOR), ())
    assert hooks.received == []
    assert tell(database, again, addresses, When.ACTION) == Told(2, (), ())
    calm = run(database, errors=(), missing=(), facts=(), said=())
    assert tell(database, calm, addresses, When.ACTION) == Told(0, (OPERATOR, SUPERVISOR), ())
    assert tell(database, calm, addresses, When.CHANGES) == Told(2, (), ())
    assert tell(database, calm, {}) == Told(0, (), ())
    assert len(hooks.received) == 4


def test_one_that_fails_stops_no_other_and_gives_nothing_away(
    database: Engine,
    home: Path,
    mailbox: Mailbox,
    hooks: Hooks,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    caplog.set_level(logging.DEBUG)  # everything that any library says, to whatever handler
    number = run(database, errors=(UNREADABLE,))
    wrong = "falsch-" + PASSWORD
    addresses = [
        hook(hooks, f"500/{TOKEN}"),
        mail(mailbox, wrong),
        SecretStr(f"json://{USER}:{PASSWORD}@127.0.0.1:{free_port()}/{TOKEN}"),
        SecretStr(f"nosuch://{USER}:{PASSWORD}@127.0.0.1/{TOKEN}"),
        SecretStr(f"dingtalk://{TOKEN}%%/"),
        SecretStr(f"{TOKEN} {PASSWORD}"),
        hook(hooks, f"ok/{TOKEN}"),
        mail(mailbox),
    ]
    with logs.json_lines(home):
        plain = logging.FileHandler(home / "plain.log")
        plain.setLevel(logging.DEBUG)
        logging.getLogger().addHandler(plain)
        try:
            told = tell(database, number, {OPERATOR: addresses})
        finally:
            logging.getLogger().removeHandler(plain)
            plain.close()
    unusable = (
        "该地址的格式无法识别，未发送；请对照 docs/TELLING.md 检查设置 HECHA_NOTIFY_OPERATOR 中的第{}个地址。"
    )
    failed = "通知未能送达（{}）；请检查该地址和网络，核查结果不受影响。"
    expected = [
        ErrorView("通知地址（运维第1个，json）", "internal", failed.format("对方返回状态码500")),
        ErrorView("通知地址（运维第2个，mailto）", "internal", failed.format("用户名或密码不正确")),
        ErrorView("通知地址（运维第3个，json）", "internal", failed.format("无法连接或对方拒收")),
        ErrorView("通知地址（运维第4个，格式不明）", "internal", unusable.format(4)),
        ErrorView("通知地址（运维第5个，dingtalk）", "internal", unusable.format(5)),
        ErrorView("通知地址（运维第6个，格式不明）", "internal", unusable.format(6)),
    ]
    assert sorted(told.failed, key=lambda e: e.file) == expected
    assert told.reached == 2
    assert sorted(post.path for post in hooks.received) == [f"/500/{TOKEN}", f"/ok/{TOKEN}"]
    assert len(mailbox.received) == 1
    assert [error for error in sweep_view(database, number).errors if error != UNREADABLE] == expected
    written = everything_written(home) + caplog.text.encode() + "".join(capfd.readouterr()).encode()
    assert "通知地址（运维第1个，json）".encode() in written
    for secret in (PASSWORD, TOKEN, wrong):
        assert secret.encode() not in written
    assert PASSWORD not in repr(addresses)


def test_the_same_failure_is_one_row_and_no_news(database: Engine, hooks: Hooks) -> None:
    first = run(database, errors=())
    tell(database, first, {OPERATOR: [hook(hooks, "500")]})
    second = run(database, errors=())
    assert summarise(database, second).changed is False
    tell(database, second, {OPERATOR: [hook(hooks, "500")]})
    assert sweep_view(database, first).errors == sweep_view(database, second).errors
    assert len(sweep_view(database, second).errors) == 1


def test_an_answer_without_end_is_given_up(database: Engine, hooks: Hooks) -> None:
    number = run(database, errors=())
    started = time.monotonic()
    told = tell(database, number, {OPERATOR: [hook(hooks, "slow"), hook(hooks, "ok")]}, longest=2.0)
    assert time.monotonic() - started < 10
    assert [error.message for error in told.failed] == [
        "通知未能送达（2秒内没有完成）；请检查该地址和网络，核查结果不受影响。"
    ]
    assert told.reached == 1


DOCUMENTED = re.findall(
    r"`([a-z]+://[^`]+)`", (Path(__file__).parents[2] / "docs" / "TELLING.md").read_text(encoding="utf-8")
)


def test_all_services_are_documented() -> None:
    kinds = {url.partition("://")[0] for url in DOCUMENTED}
    assert kinds == {"mailto", "mailtos", "dingtalk", "wecombot", "feishu", "lark", "json", "jsons"}
    assert len(DOCUMENTED) == 10


@pytest.mark.parametrize("url", DOCUMENTED)
def test_the_documented_forms_are_understood(url: str) -> None:
    found = address(SUPERVISOR, 2, SecretStr(url))
    assert found.service is not None
    assert found.name == f"通知地址（主管第2个，{url.partition('://')[0]}）"


def test_mail_goes_the_way_that_is_documented() -> None:
    ways = [
        (service.smtp_host, service.port, service.secure_mode, [to for _, to in service.targets])
        for url in DOCUMENTED
        if url.startswith("mailto") and (service := address(OPERATOR, 1, SecretStr(url)).service)
    ]
    assert ways == [
        ("smtp.example.org", 465, "ssl", ["a@example.org", "b@example.org"]),
        ("smtp.example.org", 587, "starttls", ["a@example.org"]),
        ("mail.example.org", 25, "insecure", ["a@example.org"]),
    ]


@pytest.mark.parametrize("url", ["", "://", "dingtalk://", "wecombot:///", "mailto://", "a b c"])
def test_what_is_no_address(url: str) -> None:
    assert address(OPERATOR, 1, SecretStr(url)).service is None


@pytest.mark.parametrize(
    ("url", "room", "escaped"),
    [
        ("wecombot://01234567-89ab-cdef-0123-456789abcdef", 2048, False),
        ("dingtalk://0123456789abcdef0123456789abcdef", 20_000, True),
        ("feishu://01234567-89ab-cdef-0123-456789abcdef", 20_000, True),
        ("lark://01234567-89ab-cdef-0123-456789abcdef", 20_000, True),
        ("json://127.0.0.1:8080/hook", 32_768, False),
    ],
)
def test_what_a_service_takes(database: Engine, url: str, room: int, escaped: bool) -> None:
    errors = [ErrorView(f"{EDUCATION}{n:03}.pdf", "unreadable", "文件已损坏。" * 300) for n in range(20)]
    said = message(summarise(database, run(database, errors=errors)), OPERATOR)
    body = said.title + "\r\n" + _fitting(address(OPERATOR, 1, SecretStr(url)), said)
    size = len(json.dumps(body)) if escaped else len(body) if "json" in url else len(body.encode())
    assert room * 0.8 < size <= room
    assert "……（限于篇幅，略去" in body
