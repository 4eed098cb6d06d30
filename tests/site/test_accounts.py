"""Passwords, signing in, lockout, sessions, tokens, the audit log: on both databases; then the pages of them."""

from __future__ import annotations

import ast
import csv
import io
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, delete, insert, select, update
from sqlalchemy.exc import DBAPIError

from models.database import engine
from tasks.accounts import accounts, sign_ins, tokens
from tasks.accounts.accounts import AccountRefused
from tasks.accounts.audit import note
from tasks.accounts.audit_reading import Asked, as_csv, entries
from tasks.accounts.audit_words import ACTIONS, DETAILS, OBJECTS, said
from tasks.accounts.passwords import HOLDS_NAME, RULE, TOO_COMMON, matches, one_time, weakness
from tasks.accounts.person import Role
from tasks.persist.retrying import committed
from tasks.persist.rows import ACCOUNTS, AGENCIES, AUDIT_LOG, SIGN_INS
from tests.site.conftest import PASSWORD, Browser
from tests.storage.conftest import empty_url, postgres, url

__all__ = ["empty_url", "postgres", "url"]
LONGEST, IDLE = timedelta(hours=12), timedelta(minutes=30)


@pytest.fixture
def stored(url: str) -> Iterator[Engine]:
    """An engine on an empty database with one agency."""
    opened = engine(url)
    with opened.begin() as connection:
        connection.execute(
            insert(AGENCIES).values(
                name="云岚区教育局", aliases=[], on_roster=True, path="/1/", rank="county", organ="x"
            )
        )
    yield opened
    opened.dispose()


def done(database: Engine, *names: str) -> list[tuple[object, ...]]:
    """The audit log, oldest first: actor, action and what else is asked for."""
    chosen = select(*(AUDIT_LOG.c[name] for name in ("actor", "action", *names))).order_by(AUDIT_LOG.c.id)
    with database.connect() as connection:
        return [tuple(row) for row in connection.execute(chosen)]


@pytest.mark.parametrize(
    ("password", "said"),
    [
        ("Yingxi-2024", None),
        ("映溪区2024Abc映溪", None),
        ("Aa1-Aa1-A", RULE),
        ("yingxi20242024", RULE),
        ("YINGXI20242024", RULE),
        ("Aa1-" * 33, RULE),
        ("Password-123", TOO_COMMON),
        ("Qwerty-12", RULE),
        ("Admin@123456", TOO_COMMON),
        ("Aa1Aa1Aa1Aa1", TOO_COMMON),
        ("Zhang.san-2024", HOLDS_NAME),
    ],
)
def test_which_passwords_are_good_enough(password: str, said: str | None) -> None:
    assert weakness(password, "zhang.san") == said


def test_one_time_passwords_are_good_enough_and_differ() -> None:
    made = {one_time() for _ in range(200)}
    assert len(made) == 200
    assert {weakness(one, "zhangsan") for one in made} == {None}


def test_a_password_is_kept_as_argon2id_and_compared(stored: Engine) -> None:
    account, given = accounts.create(stored, None, "甲乙", "甲某", Role.OPERATOR, password=PASSWORD)
    assert given is None
    kept = sign_ins.stored_password(stored, account.id)
    assert kept is not None and kept.startswith("$argon2id$v=19$") and PASSWORD not in kept
    assert [matches(kept, PASSWORD), matches(kept, PASSWORD + " "), matches(None, PASSWORD)] == [
        True,
        False,
        False,
    ]
    assert [matches("not argon2's", PASSWORD), matches(kept, "x" * 10_000)] == [False, False]


def test_what_an_account_cannot_be(stored: Engine) -> None:
    accounts.create(stored, None, "Zhang.San", "张三", Role.OPERATOR, password=PASSWORD)
    refused = []
    for name, role, agency, password in (
        ("ＺＨＡＮＧ.san", Role.OPERATOR, None, PASSWORD),
        ("a b", Role.OPERATOR, None, PASSWORD),
        ("x", Role.OPERATOR, None, PASSWORD),
        ("bc", Role.AGENCY, None, PASSWORD),
        ("bc", Role.SUPERVISOR, 99, PASSWORD),
        ("bc", Role.OPERATOR, None, "short"),
    ):
        with pytest.raises(AccountRefused) as told:
            accounts.create(stored, None, name, "", role, agency, password)
        refused.append(str(told.value))
    assert refused == [
        accounts.NAME_TAKEN.format("zhang.san"), accounts.NAME_RULE, accounts.NAME_RULE, accounts.NEEDS_AGENCY,
        accounts.NO_AGENCY, RULE,
    ]  # fmt: skip
    with pytest.raises(AccountRefused, match=accounts.NOT_FIRST):
        accounts.create(stored, None, "bc", "", Role.OPERATOR, password=PASSWORD, first=True)
    assert [one.name for one in accounts.accounts(stored)] == ["zhang.san"]


def test_signing_in_and_out(stored: Engine) -> None:
    account, _ = accounts.create(stored, None, "jia", "甲某", Role.AGENCY, 1, PASSWORD)
    assert sign_ins.sign_in(stored, "jia", "wrong", "10.0.0.1", LONGEST) is None
    assert sign_ins.sign_in(stored, "nobody", PASSWORD, "10.0.0.1", LONGEST) is None
    secret = sign_ins.sign_in(stored, " JIA ", PASSWORD, "10.0.0.1", LONGEST)
    assert secret is not None
    session = sign_ins.session(stored, secret, "10.0.0.2", IDLE)
    assert session is not None and session.person == account.person("10.0.0.2")
    assert (session.person.path, session.must_change) == ("/1/", False)
    with stored.connect() as connection:
        row = connection.execute(select(SIGN_INS)).one()
    assert row.hash == sign_ins.digest_of(secret) and secret not in str(row)
    sign_ins.sign_out(stored, session)
    assert sign_ins.session(stored, secret, "10.0.0.2", IDLE) is None
    assert done(stored, "address", "object_id") == [
        ("系统", "create", "", account.id),
        ("jia", "failed", "10.0.0.1", account.id),
        ("jia", "sign_in", "10.0.0.1", account.id),
        ("jia", "sign_out", "10.0.0.2", account.id),
    ]


def test_a_session_ends_when_idle_and_at_its_age(stored: Engine) -> None:
    accounts.create(stored, None, "jia", "", Role.OPERATOR, password=PASSWORD)
    alive = {}
    now = datetime.now(UTC)
    for name, seen, expires in (
        ("used", now - timedelta(minutes=29), now + timedelta(minutes=1)),
        ("idle", now - timedelta(minutes=31), now + timedelta(hours=1)),
        ("old", now, now - timedelta(seconds=1)),
    ):
        secret = sign_ins.sign_in(stored, "jia", PASSWORD, "", LONGEST)
        assert secret is not None
        with stored.begin() as connection:
            mine = SIGN_INS.c.hash == sign_ins.digest_of(secret)
            connection.execute(update(SIGN_INS).where(mine).values(seen_at=seen, expires_at=expires))
        alive[name] = sign_ins.session(stored, secret, "", IDLE) is not None
        if name == "used":  # and it was seen now
            with stored.connect() as connection:
                assert connection.execute(select(SIGN_INS.c.seen_at).where(mine)).scalar_one() >= now
    assert alive == {"used": True, "idle": False, "old": False}


def test_five_wrong_passwords_lock_an_account_for_a_quarter_of_an_hour(stored: Engine) -> None:
    account, _ = accounts.create(stored, None, "jia", "", Role.OPERATOR, password=PASSWORD)
    wrong = [sign_ins.sign_in(stored, "jia", f"wrong {n}", "", LONGEST) for n in range(5)]
    assert wrong == [None] * 5
    assert sign_ins.sign_in(stored, "jia", PASSWORD, "", LONGEST) is None
    locked = accounts.find(stored, account.id)
    assert locked is not None and locked.locked_until is not None
    assert timedelta(minutes=14) < locked.locked_until - datetime.now(UTC) <= sign_ins.LOCKED
    with stored.begin() as connection:
        connection.execute(update(ACCOUNTS).values(locked_until=datetime.now(UTC) - timedelta(seconds=1)))
    assert sign_ins.sign_in(stored, "jia", PASSWORD, "", LONGEST) is not None
    assert [action for _, action in done(stored)] == ["create", *["failed"] * 5, "refused", "sign_in"]


def test_a_right_password_forgives_the_wrong_ones(stored: Engine) -> None:
    accounts.create(stored, None, "jia", "", Role.OPERATOR, password=PASSWORD)
    for _ in range(3):
        for n in range(4):
            assert sign_ins.sign_in(stored, "jia", f"wrong {n}", "", LONGEST) is None
        assert sign_ins.sign_in(stored, "jia", PASSWORD, "", LONGEST) is not None


def test_a_reset_ends_sessions_and_asks_for_a_new_password(stored: Engine) -> None:
    account, _ = accounts.create(stored, None, "jia", "", Role.OPERATOR, password=PASSWORD)
    before = sign_ins.sign_in(stored, "jia", PASSWORD, "", LONGEST)
    given = accounts.reset(stored, None, account.id)
    assert before is not None and sign_ins.session(stored, before, "", IDLE) is None
    assert sign_ins.sign_in(stored, "jia", PASSWORD, "", LONGEST) is None
    secret = sign_ins.sign_in(stored, "jia", given, "", LONGEST)
    assert secret is not None
    session = sign_ins.session(stored, secret, "", IDLE)
    assert session is not None and session.must_change
    accounts.change_password(stored, session.person, PASSWORD + "!")
    assert sign_ins.session(stored, secret, "", IDLE) is None
    again = sign_ins.sign_in(stored, "jia", PASSWORD + "!", "", LONGEST)
    assert again is not None
    fresh = sign_ins.session(stored, again, "", IDLE)
    assert fresh is not None and not fresh.must_change


def test_a_closed_account_opens_nothing(stored: Engine) -> None:
    chief, _ = accounts.create(stored, None, "chief", "", Role.OPERATOR, password=PASSWORD)
    account, _ = accounts.create(stored, None, "jia", "", Role.AGENCY, 1, PASSWORD)
    secret = sign_ins.sign_in(stored, "jia", PASSWORD, "", LONGEST)
    token = tokens.create(stored, account.person(), "目录系统", timedelta(days=1))
    assert secret is not None and tokens.bearer(stored, token, "") == account.person()
    accounts.disable(stored, chief.person(), account.id)
    assert sign_ins.session(stored, secret, "", IDLE) is None
    assert tokens.bearer(stored, token, "") is None
    assert sign_ins.sign_in(stored, "jia", PASSWORD, "", LONGEST) is None
    with pytest.raises(AccountRefused, match=accounts.LAST_OPERATOR):
        accounts.disable(stored, chief.person(), chief.id)
    accounts.enable(stored, chief.person(), account.id)
    assert sign_ins.sign_in(stored, "jia", PASSWORD, "", LONGEST) is not None
    assert tokens.bearer(stored, token, "") is None


def test_tokens(stored: Engine) -> None:
    account, _ = accounts.create(stored, None, "jia", "", Role.AGENCY, 1, PASSWORD)
    other, _ = accounts.create(stored, None, "yi", "", Role.OPERATOR, password=PASSWORD)
    person = account.person()
    lasting = tokens.create(stored, person, "目录系统", timedelta(days=30))
    over = tokens.create(stored, person, "", timedelta(seconds=-1))
    assert tokens.bearer(stored, lasting, "10.0.0.9") == account.person("10.0.0.9")
    opened = [
        tokens.bearer(stored, one, "")
        for one in (over, lasting[:-1], "hecha_", "", lasting.removeprefix("hecha_"))
    ]
    assert opened == [None] * 5
    listed = tokens.tokens(stored, person)
    now = datetime.now(UTC)
    assert [(one.label, one.alive(now), one.used_at is not None) for one in listed] == [
        ("未命名", False, False),
        ("目录系统", True, True),
    ]
    assert tokens.revoke(stored, other.person(), listed[1].id) is False
    assert [tokens.revoke(stored, person, listed[1].id) for _ in range(2)] == [True, False]
    assert tokens.bearer(stored, lasting, "") is None


def test_the_audit_log_is_only_added_to(stored: Engine) -> None:
    account, _ = accounts.create(stored, None, "jia", "", Role.OPERATOR, password=PASSWORD)
    committed(stored, lambda c: note(c, None, "answered", "notice", 7, year=2023))
    for change in (update(AUDIT_LOG).values(actor="x"), delete(AUDIT_LOG)):
        with pytest.raises(DBAPIError), stored.begin() as connection:
            connection.execute(change)
    assert done(stored, "object_type", "object_id", "detail") == [
        ("系统", "create", "account", account.id, {"name": "jia", "role": "operator"}),
        ("系统", "answered", "notice", 7, {"year": 2023}),
    ]


def test_looking_into_the_audit_log(stored: Engine) -> None:
    jia, yi = (
        accounts.create(stored, None, name, "", Role.OPERATOR, password=PASSWORD)[0].person()
        for name in ("jia", "-yi")
    )
    for number in range(3):
        committed(stored, lambda c, number=number: note(c, jia, "see", "report", number))
    committed(stored, lambda c: note(c, yi, "export", "worklist", None, filter="=1+1"))
    today = datetime.now(UTC).astimezone().date()

    def found(**wanted: object) -> list[tuple[str, str, int | None]]:
        return [(e.actor, e.action, e.object_id) for e in entries(stored, Asked(**wanted))]  # type: ignore[arg-type]

    assert found(actor="jia", action="see") == [("jia", "see", 2), ("jia", "see", 1), ("jia", "see", 0)]
    assert found(object_type="report", object_id=1) == [("jia", "see", 1)]
    assert found(object_type="worklist") == [("-yi", "export", None)]
    assert found(last=today - timedelta(days=2)) == []
    assert len(found(first=today - timedelta(days=1))) == 6
    assert [e.object_id for e in entries(stored, Asked(action="see"), limit=2)] == [2, 1]
    rows = list(
        csv.reader(io.StringIO("".join(as_csv(stored, Asked(object_type="worklist"))).removeprefix("\ufeff")))
    )
    assert rows[0] == ["编号", "时间（北京时间）", "账号", "操作", "对象", "对象编号", "来源地址", "详情"]
    assert [row[2:] for row in rows[1:]] == [["'-yi", "导出", "工作清单", "", "", "筛选条件：=1+1"]]


def test_the_log_has_a_word_for_all_that_is_noted() -> None:
    """Every call of `note` and `seen` names an action, an object and details that people have words for."""
    root = Path(__file__).resolve().parents[2]
    used: dict[str, set[str]] = {"action": set(), "object": set(), "detail": set()}
    for file in (f for folder in ("tasks", "hecha", "flows") for f in (root / folder).rglob("*.py")):
        for call in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if not isinstance(call, ast.Call) or getattr(call.func, "id", "") not in ("note", "seen"):
                continue
            named = [arg.value if isinstance(arg, ast.Constant) else None for arg in call.args[2:4]]
            if len(named) == 2 and all(isinstance(name, str) for name in named):
                used["action"].add(str(named[0]))
                used["object"].add(str(named[1]))
                used["detail"] |= {keyword.arg for keyword in call.keywords if keyword.arg}
    assert used["action"] == set(ACTIONS)
    assert used["object"] == set(OBJECTS)
    assert used["detail"] <= set(DETAILS)


def test_details_in_words() -> None:
    detail = {
        "decision": "misread", "event": "pass", "lasting": False, "reports": [3, 5], "filter": {"year": 2023},
        "by": "api", "unknown": None, "role": "agency",
    }  # fmt: skip
    assert said(detail) == (
        "处理意见：误读；事项：复核通过；以后年度沿用：否；报告编号：3、5；筛选条件：年度＝2023；途径：接口；unknown：无；角色：报送单位"
    )


# ------------------------------------------------------------------------------------------- the pages


def one_time_password(page: str) -> str:
    return re.findall(r'<code class="secret">([^<]+)</code>', page)[0]


def test_an_operator_opens_an_account_and_its_owner_begins(operator: Browser, app: Browser) -> None:
    opened = operator.submit(
        "/accounts", {"name": "shuiwu2", "shown": "水务局办公室", "role": "agency", "agency": "映溪区水务局"}
    )
    assert opened.status_code == 200
    given = one_time_password(opened.text)
    assert given not in operator.get("/accounts").text
    app.sign_in("shuiwu2", given)
    assert app.get("/agency").headers["location"] == "/account/password"
    assert app.get("/account/password").status_code == 200
    refused = [
        app.submit("/account/password", {"old": old, "new": new, "again": again}).status_code
        for old, new, again in (
            ("wrong", PASSWORD, PASSWORD),
            (given, PASSWORD, PASSWORD + "!"),
            (given, given, given),
            (given, "weak", "weak"),
        )
    ]
    assert refused == [422] * 4
    before = app.cookies["hecha"]
    changed = app.submit("/account/password", {"old": given, "new": PASSWORD, "again": PASSWORD})
    assert (changed.status_code, changed.headers["location"]) == (303, "/account")
    assert app.cookies["hecha"] != before
    assert "密码已修改，其他位置的登录均已退出。" in app.get("/account").text


def test_what_is_filled_in_wrong_comes_back_with_a_sentence(operator: Browser) -> None:
    said = []
    for filled in (
        {"name": "x", "role": "operator"},
        {"name": "xiaoming", "role": "king"},
        {"name": "xiaoming", "role": "agency"},
        {"name": "xiaoming", "role": "agency", "agency": "无此局"},
        {"name": "agency", "role": "operator"},
    ):
        answer = operator.submit("/accounts", filled)
        said.append((answer.status_code, re.findall(r'role="alert">([^<]+)<', answer.text)))
    assert said == [
        (422, [accounts.NAME_RULE]),
        (422, ["请选择角色。"]),
        (422, [accounts.NEEDS_AGENCY]),
        (422, ["名册中没有“无此局”，请从列表中选择单位全称。"]),
        (422, [accounts.NAME_TAKEN.format("agency")]),
    ]


def test_an_operator_resets_closes_and_opens_accounts(
    operator: Browser, agency: Browser, app: Browser
) -> None:
    with operator.app.state.database().connect() as connection:  # type: ignore[attr-defined]
        ids = {row.name: row.id for row in connection.execute(select(ACCOUNTS.c.name, ACCOUNTS.c.id))}
    given = one_time_password(operator.submit(f"/accounts/{ids['agency']}/reset").text)
    assert agency.get("/account").headers["location"].startswith("/login")
    app.sign_in("agency", given)
    closed = operator.submit(f"/accounts/{ids['agency']}/disable")
    assert closed.headers["location"] == "/accounts"
    assert "账号“agency”已停用" in operator.get("/accounts").text
    assert "账号“agency”已停用" not in operator.get("/accounts").text
    assert app.get("/account").headers["location"].startswith("/login")
    assert operator.submit(f"/accounts/{ids['operator']}/disable").status_code == 409
    assert operator.submit(f"/accounts/{ids['agency']}/enable").status_code == 303
    assert operator.submit("/accounts/9999/disable").status_code == 404
    assert operator.submit(f"/accounts/{ids['agency']}/delete").status_code == 404


def test_tokens_are_shown_once_and_ended(agency: Browser, operator: Browser) -> None:
    made = agency.submit("/account/tokens", {"label": "<b>目录系统", "days": "90"})
    secret = one_time_password(made.text)
    assert secret.startswith("hecha_")
    page = agency.get("/account").text
    assert secret not in page and "&lt;b&gt;目录系统" in page
    assert agency.submit("/account/tokens", {"label": "x", "days": "9999"}).status_code == 422
    number = re.findall(r'action="/account/tokens/(\d+)/revoke"', page)[0]
    assert operator.submit(f"/account/tokens/{number}/revoke").status_code == 404
    assert agency.submit(f"/account/tokens/{number}/revoke").status_code == 303
    assert "已停用" in agency.get("/account").text


def test_the_audit_page(operator: Browser, supervisor: Browser) -> None:
    page = operator.get("/audit?actor=supervisor&action=sign_in")
    assert page.status_code == 200
    assert len(re.findall(r'<td class="keep">supervisor</td>', page.text)) == 1
    table = operator.get("/audit.csv?actor=supervisor")
    assert table.headers["content-disposition"].startswith("attachment;")
    assert [row.split(",")[2:5] for row in table.text.splitlines()[1:]] == [
        ["supervisor", "登录", "账号"],
    ]
    assert operator.get("/audit?first=2024-13-01").status_code == 422


def test_the_first_account(tmp_path: Path) -> None:
    from hecha.service import service
    from hecha.site.app import site
    from hecha.site.set_up import invitation
    from models.settings import Settings

    chosen = Settings(home=tmp_path)
    told = invitation(chosen, "http://127.0.0.1:8600/")
    kept = tmp_path / "setup-code"
    code = kept.read_text().strip()
    assert kept.stat().st_mode & 0o777 == 0o600
    assert (
        told == f"还没有账号。请打开http://127.0.0.1:8600/setup，用初始化代码 {code} 建立第一个运行维护账号。"
    )
    app = Browser(service(chosen, None, site()))
    to = {path: app.get(path).headers["location"] for path in ("/", "/account", "/login", "/audit")}
    assert to == dict.fromkeys(to, "/setup")
    filled = {"name": "weihu", "shown": "维护", "password": PASSWORD, "again": PASSWORD}
    tried = [
        app.submit("/setup", {**filled, **change}).status_code
        for change in (
            {"code": "0" * 16},
            {"code": ""},
            {"code": code, "again": "x"},
            {"code": code, "name": "?"},
        )
    ]
    assert tried == [403, 403, 422, 422]
    begun = app.submit("/setup", {**filled, "code": code})
    assert (begun.status_code, begun.headers["location"]) == (303, "/login")
    assert "首个运行维护账号已建立，请登录。" in app.get("/login").text
    assert not kept.exists()
    assert app.get("/setup").status_code == 404
    assert app.submit("/setup", {**filled, "code": code, "name": "zweiter"}).status_code == 404
    assert app.sign_in("weihu").get("/accounts").status_code == 200
    assert invitation(chosen, "") is None
    app.app.state.database().dispose()  # type: ignore[attr-defined]
