"""The page of a report: read it, decide, correct a misread cell, take it away; nobody else may."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from sqlalchemy import Engine, select

from models.settings import Settings
from tasks.accounts.person import Person
from tasks.ask.report import ask_report
from tasks.decide.reviews import decide
from tasks.decide.seen import today
from tasks.persist.rows import AGENCIES, AUDIT_LOG, FINDINGS, REVIEWS, STANDINGS
from tasks.publish.report_page import as_json
from tests.site.conftest import AGENCY, NEIGHBOUR, Browser

CELL = "t2.normative_docs.in_force"


@pytest.fixture
def report(database: Engine) -> int:
    """The report of `AGENCY` for 2023, a PDF in which one sum is broken."""
    return id_of(database, AGENCY)


def id_of(database: Engine, agency: str, year: int = 2023) -> int:
    chosen = select(STANDINGS.c.report_id).join_from(STANDINGS, AGENCIES)
    with database.connect() as connection:
        found = connection.execute(chosen.where(AGENCIES.c.name == agency, STANDINGS.c.year == year))
        return int(found.scalar_one())


def text_of(page: str) -> str:
    """What is read of a page, without tags and blanks."""
    return re.sub(r"\s+", "", html.unescape(re.sub(r"<[^>]+>", " ", page)))


def said(page: str) -> str:
    found = re.search(r'class="said">\s*<p>(.*?)</p>', page, re.S)
    return html.unescape(found[1]) if found else ""


def state(page: str) -> str:
    found = re.search(r'class="state[^"]*">(.*?)<', page)
    assert found is not None
    return found[1]


def sent(browser: Browser, path: str, data: dict[str, Any]) -> str:
    """Post a form and return the page that it leads to."""
    answer = browser.submit(path, data)
    assert answer.status_code == 303, answer.text
    return str(browser.get(answer.headers["location"].split("#")[0]).text)


def hidden(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]+)"', page)
    assert found is not None
    return found[1]


def classes(page: str) -> dict[str, str]:
    """How each cell of the form that stands on a side of the equation is marked."""
    found = re.findall(r'<td id="c-([^"]+)" class="([^"]+)"', page)
    return {code: side[1] for code, names in found if (side := re.search(r"at-(\w+)", names))}


# -------------------------------------------------------------------------------------------- reading


def test_what_a_supervisor_reads(supervisor: Browser, report: int) -> None:
    page = supervisor.get(f"/reports/{report}")
    assert page.status_code == 200
    read = text_of(page.text)
    for part in (
        "第1版，共1版",
        "下一步请逐条核对问题并作出处理：需整改的发出整改通知，没有问题的复核通过。",
        "表二“行政规范性文件”：2022年度报告现行有效10件，加本年制发3件、减本年废止1件应为12件，本年现行有效填报17件，相差5件。",
        "左现行有效件数17+加本年废止件数1=18≠不等于右上一年度报告现行有效件数10+加本年制发件数3=13相差5",
        "依据国办公开办函〔2021〕30号附件表二“现行有效件数”",
        "如何更正请核对文件清单，更正件数；因清理、失效、机构调整等产生差异的，请在第六部分说明原因。",
        "10+20+10+27+10+10+7+3=97",
        "原件（PDF文档，3页）",
    ):
        assert part in read
    tabs = re.findall(
        r'data-tab="(\w+)"( aria-current="true")?>\s*(\S+) <b class="[^"]*">(\d+)</b>', page.text
    )
    assert tabs == [
        ("critical", "", "严重", "0"),
        ("warning", ' aria-current="true"', "一般", "1"),
        ("info", "", "提示", "0"),
        ("review", "", "待核", "0"),
        ("skipped", "", "未评", "2"),
    ]
    assert classes(page.text) == {
        "t2.normative_docs.issued": "right",
        "t2.normative_docs.repealed": "left",
        "t2.normative_docs.in_force": "left",
    }
    # the same cells in the original, marked the same way
    boxes = re.findall(r'class="box is-certain at-(\w+)" href="#c-([^"]+)"', page.text)
    assert sorted(boxes) == sorted((side, code) for code, side in classes(page.text).items())


def test_a_finding_chosen_by_its_link_without_a_script(supervisor: Browser, database: Engine) -> None:
    report = id_of(database, "映溪区市场监督管理局", 2022)
    first, second = (supervisor.get(f"/reports/{report}?finding=f{n}").text for n in (1, 2))
    assert classes(first) == {"t2.licensing.decisions": "beside"}
    assert classes(second) == {"t2.penalty.decisions": "beside"}
    skipped = supervisor.get(f"/reports/{report}?tab=skipped").text
    assert 'class="panel" id="panel-skipped"' in skipped
    assert 'class="panel off" id="panel-critical"' in skipped


def test_words_that_a_finding_quotes_are_marked_in_the_original(
    supervisor: Browser, database: Engine
) -> None:
    page = supervisor.get(f"/reports/{id_of(database, '映溪区文化和旅游局', 2022)}").text
    marked = re.findall(r'<p class="prose about[^"]*at-beside"[^>]*>(.*?)</p>', page)
    assert len(marked) == 1
    assert "2021年1月1日至2021年12月31日" in marked[0]


def test_what_an_agency_reads_of_itself(agency: Browser, report: int) -> None:
    page = agency.get(f"/reports/{report}")
    assert page.status_code == 200
    assert "报告正在核查，收到整改通知前无需处理" in page.text
    assert re.findall(r'data-tab="(\w+)"', page.text) == ["critical", "warning", "info", "skipped"]
    forms = set(re.findall(r'<form method="post" action="([^"]+)"', page.text))
    assert forms == {"/logout"}
    assert f"/reports/{report}/cells/" not in page.text


GETS = ("", ".json", "/gx.json", "/file", "/original?page=1", f"/cells/{CELL}", "/answers/1")
POSTS = (
    "/decide",
    "/undo",
    "/move",
    "/move/undo",
    "/notify",
    f"/cells/{CELL}/correct",
    f"/cells/{CELL}/undo",
)


@pytest.mark.parametrize("name", ["neighbour", "elsewhere", "stranger"])
def test_for_all_others_there_is_no_such_report(
    browser: Callable[[str], Browser], report: int, name: str
) -> None:
    other = browser(name)
    answers = [other.get(f"/reports/{report}{path}") for path in GETS]
    answers += [
        other.submit(f"/reports/{report}{path}", {"event": "pass", "decision": "mend", "fingerprint": "x"})
        for path in POSTS
    ]
    assert [answer.status_code for answer in answers] == [404] * len(answers)
    missing = other.get("/reports/999999").text
    assert text_of(answers[0].text) == text_of(missing)


def test_nobody_reads_nothing(app: Browser, report: int) -> None:
    answers = [app.get(f"/reports/{report}{path}") for path in GETS]
    answers += [app.post(f"/reports/{report}{path}", data={}) for path in POSTS]
    assert [answer.status_code for answer in answers] == [303] * len(answers)
    assert {answer.headers["location"].split("?")[0] for answer in answers} == {"/login"}


def test_an_agency_decides_nothing(agency: Browser, report: int) -> None:
    answers = [agency.submit(f"/reports/{report}{path}") for path in POSTS]
    answers += [agency.get(f"/reports/{report}{path}") for path in (f"/cells/{CELL}", "/gx.json")]
    assert [answer.status_code for answer in answers] == [404] * len(answers)


def test_a_form_of_somewhere_else_does_nothing(supervisor: Browser, report: int) -> None:
    answer = supervisor.post(f"/reports/{report}/move", data={"event": "pass", "reason": "x", "csrf": "x"})
    assert answer.status_code == 403
    assert state(supervisor.get(f"/reports/{report}").text) == "待核"


# ------------------------------------------------------------------------------------------- deciding


def test_a_decision_and_its_undoing(supervisor: Browser, report: int) -> None:
    page = supervisor.get(f"/reports/{report}").text
    named = {"fingerprint": hidden(page, "fingerprint"), "tab": "warning", "finding": "f1"}
    refused = sent(supervisor, f"/reports/{report}/decide", named | {"decision": "explained"})
    assert said(refused) == "“接受说明”须写明理由。"
    bad = supervisor.submit(f"/reports/{report}/decide", named | {"fingerprint": "x", "decision": "mend"})
    assert bad.status_code == 404
    wrong = sent(supervisor, f"/reports/{report}/decide", named | {"decision": "<b>", "reason": "x"})
    assert said(wrong) == "没有这种处理决定。"
    kept = sent(
        supervisor,
        f"/reports/{report}/decide",
        named | {"decision": "explained", "reason": "机构<合并>", "lasting": "1"},
    )
    assert said(kept) == "已记录处理意见：接受说明。"
    shown = re.search(r'<div class="decided d-explained">(.*?)</div>', kept, re.S)
    assert shown is not None
    assert "接受说明 机构<合并>" in " ".join(html.unescape(re.sub(r"<[^>]+>", "", shown[1])).split())
    assert "机构<合并>" not in kept
    assert "以后年度继续适用" in shown[1]
    undone = {"batch": hidden(kept, "batch"), "fingerprint": named["fingerprint"]}
    back = sent(supervisor, f"/reports/{report}/undo", undone)
    assert said(back) == "已撤销处理意见。"
    assert 'class="decided' not in back


def test_who_decides_over_another_is_told(supervisor: Browser, operator: Browser, report: int) -> None:
    named = {"fingerprint": hidden(supervisor.get(f"/reports/{report}").text, "fingerprint")}
    path = f"/reports/{report}/decide"
    first = sent(supervisor, path, named | {"decision": "explained", "reason": "已电话核实。"})
    assert said(first) == "已记录处理意见：接受说明。"
    second = sent(operator, path, named | {"decision": "mend"})
    assert said(second) == "已记录处理意见：要求整改。supervisor甲此前的处理意见“接受说明”由此取代。"
    assert said(sent(operator, path, named | {"decision": "mend"})) == "已记录处理意见：要求整改。"


def test_undoing_one_of_many_decided_together_leaves_the_others(
    supervisor: Browser, person_supervisor: Person, database: Engine
) -> None:
    broken = select(STANDINGS.c.report_id, FINDINGS.c.fingerprint).join_from(
        STANDINGS, FINDINGS, FINDINGS.c.evaluation_id == STANDINGS.c.evaluation_id
    )
    with database.connect() as connection:
        found = [tuple(row) for row in connection.execute(broken.where(FINDINGS.c.rule == "S6-01"))]
    decide(database, person_supervisor, found, "explained", "本年度未收费。", False, "together")
    (report, fingerprint), *others = found
    undone = {"batch": "together", "fingerprint": fingerprint}
    assert said(sent(supervisor, f"/reports/{report}/undo", undone)) == "已撤销处理意见。"
    again = sent(supervisor, f"/reports/{report}/undo", undone)
    assert said(again) == "没有可以撤销的处理决定，可能已被撤销。"
    standing = select(REVIEWS.c.report_id, REVIEWS.c.fingerprint).where(REVIEWS.c.undone_at.is_(None))
    with database.connect() as connection:
        assert sorted(tuple(row) for row in connection.execute(standing)) == sorted(others) != []


def test_a_notice_and_a_review_from_the_page(supervisor: Browser, report: int, database: Engine) -> None:
    past = sent(supervisor, f"/reports/{report}/notify", {"due_on": "2020-01-01"})
    assert state(past) == "待核"
    none = sent(supervisor, f"/reports/{report}/notify", {"due_on": "明天"})
    assert said(none) == "请填写整改时限，格式如2024-03-15。"
    due = (today() + timedelta(days=10)).isoformat()
    notified = sent(supervisor, f"/reports/{report}/notify", {"due_on": due, "number": "映政公开〔2024〕3号"})
    assert (said(notified), state(notified)) == ("已发出整改通知。", "已通知")
    undone = sent(supervisor, f"/reports/{report}/move/undo", {"batch": hidden(notified, "batch")})
    assert (said(undone), state(undone)) == ("已撤销，报告恢复到原来的状态。", "待核")
    draft = supervisor.submit(f"/reports/{report}/notify", {"due_on": due, "draft": "1"})
    assert re.fullmatch(r"/notices/[0-9]+", draft.headers["location"])
    assert state(supervisor.get(f"/reports/{report}").text) == "待核"
    unreasoned = sent(supervisor, f"/reports/{report}/move", {"event": "pass"})
    assert said(unreasoned) == f"{AGENCY}的报告还有1个问题未处理，“复核通过”须写明理由。"
    passed = sent(supervisor, f"/reports/{report}/move", {"event": "pass", "reason": "已电话核实"})
    assert (said(passed), state(passed)) == ("已办理：复核通过。", "复核通过")
    assert "待核→复核通过已电话核实" in text_of(passed)
    other = id_of(database, NEIGHBOUR)
    unnoticed = sent(supervisor, f"/reports/{other}/move", {"event": "pass", "reason": "已电话核实"})
    assert ("/documents/notice" in passed, "/documents/notice" in unnoticed) == (True, False)
    assert said(sent(supervisor, f"/reports/{report}/move", {"event": "没有"})) == "没有这种操作。"


def test_a_misread_cell_is_read_anew(supervisor: Browser, report: int, database: Engine) -> None:
    form = supervisor.get(f"/reports/{report}/cells/{CELL}").text
    assert re.findall(r'class="box is-certain at-beside" href="#c-([^"]+)"', form) == [CELL]
    where = f"/reports/{report}/cells/{CELL}"
    unsure = supervisor.submit(f"{where}/correct", {"printed": "1 2 3", "reason": "看原件"})
    assert unsure.status_code == 422
    assert "“1 2 3”不能确定是什么数" in unsure.text
    assert 'value="1 2 3"' in unsure.text
    unreasoned = supervisor.submit(f"{where}/correct", {"printed": "12"})
    assert unreasoned.status_code == 422
    page = sent(supervisor, f"{where}/correct", {"printed": "12", "reason": "原件为12"})
    assert (
        said(page)
        == "已更正读数。已按更正后的读数重新核查：得分由97.0变为100.0，问题和待核内容由1项变为0项。"
    )
    cell = re.search(rf'<td id="c-{CELL}".*?</td>', page)
    assert cell is not None
    assert text_of(cell[0]) == "12原读17"
    assert "原件为12" in cell[0]  # who, when and why
    back = sent(supervisor, f"{where}/undo", {"correction": hidden(page, "correction")})
    assert (
        said(back)
        == "已撤销更正。已按更正后的读数重新核查：得分由100.0变为97.0，问题和待核内容由0项变为1项。"
    )
    assert supervisor.submit(f"{where}/undo", {"correction": "99"}).status_code == 404
    assert supervisor.get(f"/reports/{report}/cells/t9.x.y").status_code == 404
    with database.connect() as connection:
        done = connection.execute(select(AUDIT_LOG.c.action).where(AUDIT_LOG.c.object_type == "correction"))
        assert list(done.scalars()) == ["correct", "correct_undo"]


# ----------------------------------------------------------------------------------------- taking away


def test_what_is_taken_away(
    supervisor: Browser, report: int, database: Engine, person_supervisor: Person, home: Path
) -> None:
    asked = ask_report(database, person_supervisor, report)
    assert asked is not None
    data = supervisor.get(f"/reports/{report}.json")
    told = json.loads(data.content)
    assert (told["schema"], told["report"]) == ("hecha.report/1", json.loads(json.dumps(as_json(asked.view))))
    gx = json.loads(supervisor.get(f"/reports/{report}/gx.json").content)
    found = {
        suite: [one["expectation_config"]["meta"]["rule_id"] for one in result["results"]]
        for suite, result in gx["suites"].items()
    }
    assert found == {"documents": ["T2-03"]}
    assert gx["not_found"] == []
    original = supervisor.get(f"/reports/{report}/file")
    stored = home / "store" / asked.view.sha256[:2] / asked.view.sha256
    assert original.content == stored.read_bytes()
    for answer in (data, original):
        assert answer.headers["content-disposition"].startswith("attachment; ")
        assert answer.headers["x-content-type-options"] == "nosniff"
    assert original.headers["content-type"] == "application/octet-stream"
    with database.connect() as connection:
        seen = connection.execute(
            select(AUDIT_LOG.c.action, AUDIT_LOG.c.detail).where(AUDIT_LOG.c.object_id == report)
        )
        assert [(row.action, row.detail.get("what")) for row in seen] == [
            ("download", "json"),
            ("download", "gx"),
            ("download", "original"),
        ]


def test_pages_of_the_original(supervisor: Browser, report: int, chosen: Settings) -> None:
    pages = [supervisor.get(f"/reports/{report}/original?page={number}") for number in (1, 3, 4, 0)]
    assert [page.status_code for page in pages] == [200, 200, 404, 422]
    assert pages[0].headers["content-type"] == "image/png"
    assert pages[0].content.startswith(b"\x89PNG")
    assert len(list(chosen.home.glob("cache/originals/*/*/*.png"))) == 2


def test_an_original_that_is_gone(
    supervisor: Browser, database: Engine, person_supervisor: Person, home: Path
) -> None:
    report = id_of(database, NEIGHBOUR)
    asked = ask_report(database, person_supervisor, report)
    assert asked is not None
    (home / "store" / asked.view.sha256[:2] / asked.view.sha256).unlink()
    page = supervisor.get(f"/reports/{report}")
    assert page.status_code == 200
    assert "原件暂时不能显示：原始文件" in page.text
    assert supervisor.get(f"/reports/{report}/file").status_code == 404


def test_numbers_that_no_database_holds(supervisor: Browser, site_app: FastAPI) -> None:
    paths = (
        "/reports/99999999999999999999",
        "/reports/0",
        "/reports/-1",
        "/reports/x",
        "/reports/1?version=99",
    )
    assert [supervisor.get(path).status_code for path in paths] == [404] * 5
    assert supervisor.get("/reports/1?version=x").status_code == 422


def test_what_is_refused_does_not_look_done(supervisor: Browser, database: Engine) -> None:
    report = id_of(database, AGENCY)
    supervisor.submit(f"/reports/{report}/move", {"event": "return", "reason": "请补充。"})
    shown = supervisor.get(f"/reports/{report}").text
    assert re.findall(r'<div class="([^"]*)" id="said"', shown) == ["wide is-told is-refused"]
    assert re.findall(r'<div class="([^"]*)" id="said"', supervisor.get("/notices").text) == ["wide"]
