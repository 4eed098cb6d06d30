"""The agencies' own side: reports and letters, a check before publishing, handing in, explaining."""

from __future__ import annotations

import hashlib
import io
import re
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from sqlalchemy import Engine, func, select

from expectations.catalogue import ruleset
from expectations.profile import load
from flows import rerun as reruns
from hecha.site import handing_in
from models.document import Artifact
from models.settings import Settings
from models.tables import Stored
from tasks.accounts.accounts import create
from tasks.accounts.person import Person, Role
from tasks.ask.agency import followed, in_time, own_reports
from tasks.decide import follow, notices
from tasks.decide.seen import today
from tasks.decide.transitions import new_batch
from tasks.held import held, hold, release
from tasks.persist import finish_run, start_run
from tasks.persist.arrivals import next_arrivals
from tasks.persist.evaluations import read_evaluations
from tasks.persist.rows import AGENCIES, AUDIT_LOG, STANDINGS
from tests.site.conftest import AGENCY, NEIGHBOUR, PASSWORD, SAMPLES, Browser

FINANCE, STREET = "映溪区财政局", "映溪区竹浦街道办事处"
FAULTY = SAMPLES / "reports" / "2023" / f"{FINANCE}.html"
MISSING = "报告缺少“六、其他需要报告的事项”部分。"
SIXTH = "<p><strong>六、其他需要报告的事项</strong></p><p>2023年未收取信息处理费，无其他需要报告的事项。</p>"


@pytest.fixture
def finance(site_app: FastAPI, database: Engine) -> Browser:
    """A browser of the agency whose report for 2023 lacks its sixth part."""
    with database.connect() as connection:
        chosen = select(AGENCIES.c.id).where(AGENCIES.c.name == FINANCE)
        agency = connection.execute(chosen).scalar_one()
    create(database, None, "finance", "财政局经办", Role.AGENCY, agency, PASSWORD)
    return Browser(site_app).sign_in("finance")


def report_of(database: Engine, agency: str, year: int) -> int:
    chosen = (
        select(STANDINGS.c.report_id)
        .join_from(STANDINGS, AGENCIES)
        .where(AGENCIES.c.name == agency, STANDINGS.c.year == year)
    )
    with database.connect() as connection:
        return int(connection.execute(chosen).scalar_one())


def rows(database: Engine) -> dict[str, int]:
    """How many rows there are, but for the sessions and the log of who did what."""
    with database.connect() as connection:
        return {
            name: connection.execute(select(func.count()).select_from(table)).scalar_one()
            for name, table in Stored.metadata.tables.items()
            if name not in ("audit_log", "sign_ins")
        }


def worked_through(database: Engine, chosen: Settings) -> int:
    """Do what a rerun does, without Prefect."""
    profile = load(chosen.profile)
    rules = ruleset(profile)
    taken = next_arrivals(database, 50)
    run = start_run(database, "test", (), rules, "收件核查")
    reruns._judge(taken, database, run, chosen, profile, None, rules)
    finish_run(database, run, "completed")
    follow.after_run(database, run)
    return run


def mended() -> bytes:
    """The faulty report with the part that it lacks."""
    return (
        FAULTY.read_text(encoding="utf-8").replace(f"<p>{FINANCE}</p>", f"{SIXTH}<p>{FINANCE}</p>").encode()
    )


def text_of(page: str) -> str:
    """What stands in the main part of a page, without markup."""
    main = re.findall(r"<main.*?</main>", page, re.S)[0]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", main))


def send_file(browser: Browser, path: str, name: str, content: bytes, **fields: str) -> Any:
    return browser.submit(path, fields, files={"file": (name, content, "application/octet-stream")})


# ------------------------------------------------------------------------------ reports and letters


def test_an_agency_sees_its_own_reports_and_nobody_elses(
    agency: Browser, database: Engine, person_agency: Person
) -> None:
    listed = own_reports(database, person_agency)
    assert [(one.year, one.state, one.version, one.total, one.to_mend) for one in listed] == [
        (2023, "pending", 1, 97.0, 1),
        (2022, "pending", 1, 100.0, 0),
        (2020, "pending", 1, 92.0, 1),
    ]
    page = agency.get("/agency").text
    assert {f"/agency/reports/{one.id}" for one in listed} == set(re.findall(r"/agency/reports/\d+", page))
    assert NEIGHBOUR not in page
    other = report_of(database, NEIGHBOUR, 2023)
    assert agency.get(f"/agency/reports/{other}").status_code == 404
    said = {"fingerprint": "", "body": "说明"}
    assert agency.submit(f"/agency/reports/{other}/answer", said).status_code == 404


def test_others_have_no_such_side(supervisor: Browser, app: Browser) -> None:
    paths = ("/agency", "/agency/self-check", "/agency/submit", "/agency/notices", "/agency/reports/1")
    assert [supervisor.get(path).status_code for path in paths] == [404] * 5
    assert [app.get(path).status_code for path in paths] == [303] * 5


def test_a_letter_is_seen_once_it_is_sent_and_answered_with_a_file(
    agency: Browser, database: Engine, person_supervisor: Person, person_agency: Person
) -> None:
    report = report_of(database, AGENCY, 2023)
    drafted = notices.draft(database, person_supervisor, [report], number="映政公开〔2024〕7号")
    assert "映政公开" not in agency.get("/agency/notices").text
    notices.issue(database, person_supervisor, drafted, new_batch())
    assert "映政公开〔2024〕7号" in agency.get("/agency/notices").text
    (line,) = [one for one in own_reports(database, person_agency) if one.id == report]
    assert (line.state, line.letter and line.letter.id) == ("notified", drafted[0])
    page = agency.get(f"/agency/reports/{report}").text
    (fingerprint,) = set(re.findall(r'name="fingerprint" value="([0-9a-f]{64})"', page))
    image = b"\x89PNG\r\n\x1a\n" + b"0" * 64
    answer = send_file(
        agency, f"/agency/reports/{report}/answer", "台账.png", image,
        fingerprint=fingerprint, body="<script>alert(1)</script>上年件数有误。",
    )  # fmt: skip
    assert (answer.status_code, answer.headers["location"]) == (303, f"/agency/reports/{report}")
    page = agency.get(f"/agency/reports/{report}").text
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;上年件数有误。" in page
    assert own_reports(database, person_agency)[0].state == "explained"
    empty = agency.submit(f"/agency/reports/{report}/answer", {"fingerprint": fingerprint, "body": " "})
    assert (empty.status_code, "说明不能为空。" in empty.text) == (422, True)


# ------------------------------------------------------------------------------- before publishing


@pytest.mark.parametrize("name", ["映溪区财政局.html", "映溪区教育局.docx", "映溪区司法局.html"])
def test_a_self_check_says_what_the_sweep_said(
    name: str, database: Engine, chosen: Settings, person_operator: Person
) -> None:
    content = (SAMPLES / "reports" / "2023" / name).read_bytes()
    sha256 = hashlib.sha256(content).hexdigest()
    checked = handing_in.check(database, chosen, person_operator, Artifact(name, content, sha256))
    with database.connect() as connection:
        report = report_of(database, name.partition(".")[0], 2023)
        standing = select(STANDINGS.c.evaluation_id).where(STANDINGS.c.report_id == report)
        id_ = connection.execute(standing).scalar_one()
        stored = read_evaluations(connection, [id_])[id_]
    said = checked.report.evaluation
    assert checked.compared
    assert said.findings == stored.findings
    assert said.score.total == stored.score.total


def test_a_self_check_keeps_nothing(finance: Browser, database: Engine, home: Path) -> None:
    before, store = rows(database), sorted((home / "store").rglob("*"))
    answer = send_file(finance, "/agency/self-check", "年报.html", mended())
    assert answer.status_code == 200
    shown = text_of(answer.text)
    assert "未保存，仅供本单位发布前自查" in shown
    assert MISSING not in shown
    assert "已核查的规则没有发现问题。" in shown
    assert (rows(database), sorted((home / "store").rglob("*"))) == (before, store)
    with database.connect() as connection:
        last = select(AUDIT_LOG.c.action, AUDIT_LOG.c.detail).order_by(AUDIT_LOG.c.id.desc()).limit(1)
        assert tuple(connection.execute(last).one()) == ("check", {"file": "年报.html"})


def test_a_report_of_another_is_shown_but_not_taken(finance: Browser, database: Engine) -> None:
    content = (SAMPLES / "reports" / "2023" / "映溪区司法局.html").read_bytes()
    shown = send_file(finance, "/agency/self-check", "年报.html", content)
    said = "文件中的单位名称是“映溪区司法局”，与本单位“映溪区财政局”不一致，不能报送"
    assert (said in shown.text, "/agency/self-check/submit" in shown.text) == (True, False)
    refused = send_file(finance, "/agency/submit", "年报.html", content, confirmed="1")
    assert refused.status_code == 422
    assert "文件是“映溪区司法局”的报告，与本单位“映溪区财政局”不一致，不能报送" in refused.text
    assert rows(database)["arrivals"] == 0


def packed() -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("年报.html", FAULTY.read_bytes())
    return made.getvalue()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "文件是空的（0 字节），请核对后重新选择。"),
        (packed(), "请上传年度报告文件本身，不要上传压缩包或邮件。"),
        (b"MZ\x90\x00\x03" + bytes(range(256)) * 9, "无法识别文件格式"),
        ("关于开会的通知".encode(), "文件中没有找到政府信息公开工作年度报告的六个部分和三张表"),
    ],
    ids=["empty", "archive", "program", "letter"],
)
def test_what_is_no_report_is_refused_with_a_sentence(finance: Browser, content: bytes, said: str) -> None:
    for path in ("/agency/self-check", "/agency/submit"):
        answer = send_file(finance, path, "x.html", content)
        assert (answer.status_code, said in answer.text) == (422, True), text_of(answer.text)


def test_text_of_a_report_is_never_markup(finance: Browser) -> None:
    evil = '<p>&lt;script&gt;alert("x")&lt;/script&gt;&lt;img src=x onerror=alert(1)&gt;</p>'
    content = mended().decode().replace(f"<p>{FINANCE}</p>", f"{evil}<p>{FINANCE}</p>")
    content = content.replace("<td>595</td>", "<td>=cmd|'/c calc'!A1</td>").encode()
    answer = send_file(finance, "/agency/self-check", '<script>alert("n")</script>.html', content)
    assert answer.status_code == 200
    assert "<script>alert" not in answer.text
    assert "<img" not in answer.text


# ---------------------------------------------------------------------------------------- handing in


def test_from_the_check_to_the_new_version(
    finance: Browser, database: Engine, chosen: Settings, person_supervisor: Person, home: Path
) -> None:
    report = report_of(database, FINANCE, 2023)
    notices.issue(
        database, person_supervisor, notices.draft(database, person_supervisor, [report]), new_batch()
    )
    page = send_file(finance, "/agency/self-check", "更正后.html", mended()).text
    token = re.findall(r'name="token" value="([^"]+)"', page)[0]
    sent = finance.submit("/agency/self-check/submit", {"token": token})
    assert (sent.status_code, sent.headers["location"]) == (303, "/agency/arrivals/1")
    assert list((home / "received" / "held").iterdir()) == []
    waits = finance.get("/agency/arrivals/1").text
    assert "等待核查" in waits
    assert 'hx-trigger="every 3s"' in waits
    worked_through(database, chosen)
    through = finance.get("/agency/arrivals/1").text
    assert 'hx-trigger="every 3s"' not in through
    shown = text_of(through)
    assert "2023年度报告第 2 版" in shown
    assert "按时报送" in shown
    assert re.findall(r"(已更正|仍存在|新出现) (\d+) 项", shown) == [
        ("已更正", "1"),
        ("仍存在", "0"),
        ("新出现", "0"),
    ]
    own = text_of(finance.get(f"/agency/reports/{report}").text)
    assert MISSING in own  # among what was mended
    assert "更正后的报告已提交，等待主管部门复核。" in own
    again = finance.submit("/agency/self-check/submit", {"token": token})
    assert (again.status_code, "请重新上传" in again.text) == (422, True)


def test_a_report_of_a_year_to_come_is_refused(finance: Browser) -> None:
    ahead = mended().decode().replace("2023", "2098").encode()
    answer = send_file(finance, "/agency/submit", "年报.html", ahead, confirmed="1")
    told = ["文件中的报告年度是2098年，晚于今年，不能报送；请核对标题中的年度后重新上传。"]
    assert (answer.status_code, re.findall(r'class="wrong"[^>]*>(.*?)</p>', answer.text)) == (422, told)


def test_what_was_handed_in_is_followed_by_those_who_may(
    finance: Browser, agency: Browser, database: Engine, person: Callable[[str], Person]
) -> None:
    sent = send_file(finance, "/agency/submit", "../../年报.html", mended())
    assert sent.headers["location"] == "/agency/arrivals/1"
    assert agency.get("/agency/arrivals/1").status_code == 404
    names = ("operator", "supervisor", "elsewhere", "agency", "stranger")
    seen = [followed(database, person(name), 1) is not None for name in names]
    assert seen == [True, True, False, False, False]
    found = followed(database, person("operator"), 1)
    assert found is not None
    arrival = found.arrival
    assert (arrival.file, arrival.agency, arrival.year, arrival.source, arrival.state) == (
        "年报.html", FINANCE, 2023, "upload", "recorded",
    )  # fmt: skip
    send_file(finance, "/agency/submit", "同一份.html", mended())
    assert "内容与以前报送的相同，没有重复登记。" in text_of(finance.get("/agency/arrivals/2").text)


def test_what_is_held_is_its_owners_for_half_an_hour(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = Artifact("年报.html", b"x", hashlib.sha256(b"x").hexdigest())
    token = hold(tmp_path, 7, file)
    waits = held(tmp_path, 7, token)
    assert waits is not None
    assert waits.file == file
    assert held(tmp_path, 8, token) is None
    assert held(tmp_path, 7, "../" + token) is None
    later = datetime.now(UTC).timestamp() + 31 * 60
    with monkeypatch.context() as patch:
        patch.setattr("tasks.held.time.time", lambda: later)
        assert held(tmp_path, 7, token) is None
    assert list((tmp_path / "received" / "held").iterdir()) == []
    release(tmp_path, token)


def test_a_deadline_is_a_day_in_beijing() -> None:
    due = datetime(2024, 3, 5, tzinfo=UTC).date()
    last = datetime(2024, 3, 5, 15, 59, 59, tzinfo=UTC)
    assert [in_time(last, due), in_time(last + timedelta(seconds=1), due), in_time(last, None)] == [
        True, False, None,
    ]  # fmt: skip


def test_a_placeholder_is_told_with_what_was_read(site_app: FastAPI, database: Engine) -> None:
    with database.connect() as connection:
        chosen = select(AGENCIES.c.id).where(AGENCIES.c.name == STREET)
        agency = connection.execute(chosen).scalar_one()
    create(database, None, "street", "街道经办", Role.AGENCY, agency, PASSWORD)
    street = Browser(site_app).sign_in("street")
    told = "<div><dt>实际</dt><dd>/</dd></div>"
    own = street.get(f"/agency/reports/{report_of(database, STREET, 2023)}")
    assert (own.status_code, told in own.text) == (200, True)
    corrected = SAMPLES / "reports" / "2023" / f"{STREET}（更正）.docx"
    checked = street.submit("/agency/self-check", files={"file": (corrected.name, corrected.read_bytes())})
    assert (checked.status_code, told in checked.text) == (200, True)


def test_a_report_that_was_returned_says_why(supervisor: Browser, agency: Browser, database: Engine) -> None:
    report = report_of(database, AGENCY, 2023)
    due = {"due_on": (today() + timedelta(days=5)).isoformat()}
    assert supervisor.submit(f"/reports/{report}/notify", due).status_code == 303
    own, waits = f"/agency/reports/{report}", "已说明0项，还有1项未整改或说明"
    pages = {own: agency, "/agency": agency, f"/reports/{report}": supervisor, "/notices": supervisor}
    assert [waits in browser.get(path).text for path, browser in pages.items()] == [True] * 4
    assert re.findall(r"其中 (\d+) 项待整改或说明", agency.get(own).text) == ["1"]
    whole = agency.submit(f"{own}/answer", {"body": "情况属实。"})
    assert whole.headers["location"] == own
    shown = agency.get(own).text
    assert f"说明已提交。{waits}；另有对整份报告的说明。" in shown
    assert "对整份报告的说明不代替逐项说明，各项问题仍须逐项整改或者说明。" in shown
    (fingerprint,) = set(re.findall(r'name="fingerprint" value="([0-9a-f]{64})"', agency.get(own).text))
    answered = agency.submit(f"{own}/answer", {"body": "情况属实。", "fingerprint": fingerprint})
    assert answered.status_code == 303
    assert [waits in browser.get(path).text for path, browser in pages.items()] == [False] * 4
    reason = "请附上文件清理的公告。"
    returned = supervisor.submit(f"/reports/{report}/move", {"event": "return", "reason": reason})
    assert returned.status_code == 303
    shown = agency.get(f"/agency/reports/{report}")
    assert (shown.status_code, f"<b>退回意见：</b>{reason}" in shown.text) == (200, True)
