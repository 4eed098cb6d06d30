"""The work list: filters, order, pages, files to take away, and what is done with many reports at once."""

from __future__ import annotations

import csv
import io
import re
from html import unescape
from typing import Any
from urllib.parse import parse_qs, urlsplit

import openpyxl
import pytest
from sqlalchemy import Engine, text

from hecha.site.filters import address, read_filter
from tasks.accounts.person import Person
from tasks.ask.worklist import Filter
from tests.site.conftest import Browser
from tests.site.test_sweep_page import listed, number

ROW = re.compile(r'name="report" value="(\d+)"')
HIDDEN = re.compile(r'<input type="hidden" name="(\w+)" value="([^"]*)">')
TITLES = [
    "单位名称", "上级单位", "层级", "类别", "年度", "得分", "等次", "严重问题", "一般问题", "提示", "待核内容",
    "办理状态", "版本", "格式", "文件", "收到时间",
]  # fmt: skip


def ids(browser: Browser, query: str) -> list[int]:
    answer = browser.get(f"/worklist?{query}")
    assert answer.status_code == 200, answer.text
    return [int(id_) for id_ in ROW.findall(answer.text)]


def column(database: Engine, sql: str) -> list[Any]:
    with database.connect() as connection:
        return list(connection.execute(text(sql)).scalars())


def hidden(answer: Any) -> dict[str, str]:
    """What the form of a page that asks sends along."""
    return {name: unescape(value) for name, value in HIDDEN.findall(answer.text)}


def said(answer: Any, browser: Browser) -> tuple[str, dict[str, str]]:
    """The message after an action, and the fields of its undo form."""
    assert answer.status_code == 303, answer.text
    page = browser.get(answer.headers["location"]).text
    (box,) = re.findall(r'<div class="said">(.*?)</div>', page, re.S)
    (message,) = re.findall(r"<p>(.*?)</p>", box, re.S)
    return unescape(message), {name: unescape(value) for name, value in HIDDEN.findall(box) if name != "csrf"}


SQL = "SELECT s.report_id FROM standings s JOIN agencies a ON a.id = s.agency_id JOIN submissions b ON b.id = s.submission_id"
HELD = """(a.name LIKE '%{0}%' ESCAPE '!' OR b.file LIKE '%{0}%' ESCAPE '!' OR EXISTS (SELECT 1 FROM findings f
    WHERE f.evaluation_id = s.evaluation_id AND f.message LIKE '%{0}%' ESCAPE '!'))"""
CASES = {
    "year=2023": "s.year = 2023",
    "sort=score": "true",
    "year=2023&severity=critical": "s.year = 2023 AND s.critical > 0",
    "year=2023&severity=warning": "s.year = 2023 AND s.warning > 0",
    "year=2023&rank=township": "s.year = 2023 AND a.rank = 'township'",
    "year=2023&organ=government": "s.year = 2023 AND a.organ = 'government'",
    "format=pdf": "s.format = 'pdf'",
    "state=pending&year=2022": "s.state = 'pending' AND s.year = 2022",
    "state=passed": "s.state = 'passed'",
    "least=90&below=98": "s.total >= 90 AND s.total < 98",
    "result=to_mend": "s.critical > 0 AND s.state <> 'passed'",
    "result=failing": "s.grade = '不合格'",
    "review=1": "s.operator > 0",
    "repeated=1": "(SELECT count(*) FROM submissions v WHERE v.report_id = s.report_id) > 1",
    "q=教育局": HELD.format("教育局"),
    "q=教育局 2023": f"{HELD.format('教育局')} AND {HELD.format('2023')}",
    "q=合计关系": HELD.format("合计关系"),
    "q=%25": HELD.format("!%"),
    "q=没有这样的": "false",
    "rule=T3-02": "EXISTS (SELECT 1 FROM findings f WHERE f.evaluation_id = s.evaluation_id AND f.rule = 'T3-02'"
    " AND f.addressee = 'agency')",
    "rule=T3-02&severity=warning": "EXISTS (SELECT 1 FROM findings f WHERE f.evaluation_id = s.evaluation_id"
    " AND f.rule = 'T3-02' AND f.addressee = 'agency' AND f.severity = 'warning')",
}


@pytest.mark.parametrize("query", CASES)
def test_a_filter_finds_what_it_says_by_score(operator: Browser, database: Engine, query: str) -> None:
    wanted = column(
        database, f"{SQL} WHERE {CASES[query]} ORDER BY s.total IS NULL, s.total, s.report_id LIMIT 50"
    )
    assert ids(operator, query) == wanted
    assert listed(operator, f"/worklist?{query}") == len(column(database, f"{SQL} WHERE {CASES[query]}"))


ORDERS = {
    "best": "s.total IS NULL, s.total DESC, s.report_id",
    "critical": "s.critical DESC, s.warning DESC, s.total IS NULL, s.total, s.report_id",
    "agency": "a.path, s.year DESC",
    "received": "b.received_at DESC, s.report_id",
}


@pytest.mark.parametrize("sort", ORDERS)
def test_the_order(operator: Browser, database: Engine, sort: str) -> None:
    assert ids(operator, f"sort={sort}") == column(database, f"{SQL} ORDER BY {ORDERS[sort]} LIMIT 50")


def test_without_a_filter_the_newest_year_is_shown(operator: Browser) -> None:
    answer = operator.get("/worklist")
    assert (answer.status_code, answer.headers["location"]) == (303, "/worklist?year=2023")


def test_a_filter_stands_in_the_address_and_comes_back_from_it() -> None:
    chosen = Filter(2023, 7, True, "county", "department", "T3-03", "critical", "notified", "passing", 60.0, 89.5,
                    "pdf", True, True, True, "教育 局", "best")  # fmt: skip
    given = {name: values[0] for name, values in parse_qs(urlsplit(address(chosen, 3)).query).items()}
    assert given.pop("page") == "3"
    assert read_filter(given) == (chosen, [])


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("year=20x3", "年度"),
        ("region=-1", "地区"),
        ("rule=T9-99", "规则"),
        ("severity=grave", "严重程度"),
        ("state=lost", "办理状态"),
        ("least=nan", "得分不低于"),
        ("below=1e9", "得分低于"),
        ("sort=random()", "排序"),
        ("late=yes", "逾期"),
    ],
)
def test_a_value_that_is_none_is_named_and_left_out(operator: Browser, query: str, name: str) -> None:
    page = operator.get(f"/worklist?{query}").text
    assert f"筛选条件“{name}”的值无法识别，已忽略。" in page


def test_what_is_searched_for_is_escaped(operator: Browser) -> None:
    page = operator.get("/worklist?q=<script>alert(1)</script>").text
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page


def test_a_page_beyond_the_last_is_the_last(operator: Browser) -> None:
    assert ids(operator, "year=2023&page=900") == ids(operator, "year=2023")


def test_the_list_as_csv_and_workbook(operator: Browser, database: Engine) -> None:
    with database.begin() as connection:
        connection.execute(text("UPDATE agencies SET name = '=1+1教育局' WHERE name = '映溪区教育局'"))
        connection.execute(text("UPDATE submissions SET file = '@SUM(A1).txt' WHERE format = 'markdown'"))
    answer = operator.get("/worklist.csv?year=2023&sort=agency")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"].startswith("attachment; ")
    assert answer.content.startswith(b"\xef\xbb\xbf")
    table = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert table[0] == TITLES
    shown = ids(operator, "year=2023&sort=agency")
    assert len(table) - 1 == len(shown) == 13
    assert [row[0] for row in table if row[0].endswith("1教育局")] == ["'=1+1教育局"]
    assert {row[14] for row in table if row[13] == "Markdown"} == {"'@SUM(A1).txt"}

    answer = operator.get("/worklist.xlsx?year=2023&sort=agency")
    sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).active
    assert sheet is not None
    rows = list(sheet.iter_rows(values_only=True))
    assert list(rows[0]) == TITLES
    assert [row[0] for row in rows[1:]] == [row[0].removeprefix("'") for row in table[1:]]
    cells = [cell for row in sheet.iter_rows() for cell in row]
    assert [cell.coordinate for cell in cells if cell.data_type == "f"] == []
    assert (sheet.freeze_panes, sheet.auto_filter.ref) == ("B2", "A1:P14")
    logged = column(
        database, "SELECT action || ' ' || object_type FROM audit_log WHERE object_type = 'worklist'"
    )
    assert logged == ["export worklist", "export worklist"]


def test_a_supervisor_exports_the_own_region_alone(browser: Any) -> None:
    table = browser("elsewhere").get("/worklist.csv").content.decode("utf-8-sig")
    assert table.strip().split(",") == TITLES


def test_passing_many_asks_once_and_is_undone(supervisor: Browser, database: Engine) -> None:
    clean = column(database, "SELECT report_id FROM standings WHERE year = 2023 AND critical + warning = 0")
    back = "year=2023&result=passing"
    asked = supervisor.submit(
        "/worklist/act", {"action": "pass", "report": [str(i) for i in clean], "back": back}
    )
    assert asked.status_code == 200
    assert f"将对 <b>{len(clean)}</b> 份报告办理“复核通过”。" in asked.text
    given = hidden(asked)
    assert given["ids"] == ",".join(map(str, clean))
    assert column(database, "SELECT DISTINCT state FROM standings") == ["pending"]  # asked only

    done = supervisor.submit("/worklist/do", given)
    message, undo = said(done, supervisor)
    assert message == f"“复核通过”已办理{len(clean)}份。"
    assert undo["back"] == back
    assert (
        column(database, "SELECT report_id FROM standings WHERE state = 'passed' ORDER BY report_id") == clean
    )
    assert ids(supervisor, "state=passed") != []

    message, _ = said(supervisor.submit("/worklist/undo", undo), supervisor)
    assert message == f"已撤销，{len(clean)}份报告恢复原状态。"
    assert column(database, "SELECT DISTINCT state FROM standings") == ["pending"]


def test_all_that_match_are_notified(supervisor: Browser, database: Engine) -> None:
    wrong = column(database, "SELECT report_id FROM standings WHERE year = 2023 AND critical + warning > 0")
    asked = supervisor.submit("/worklist/act", {"action": "notify", "all": "1", "back": "year=2023"})
    given = hidden(asked)
    assert sorted(map(int, given["ids"].split(","))) == wrong
    assert f"另有{13 - len(wrong)}份没有需要整改的问题，或者已经通知、已经复核通过，不作改动。" in asked.text
    message, undo = said(
        supervisor.submit("/worklist/do", given | {"number": "映政公开〔2024〕1号"}), supervisor
    )
    assert message == f"已发出{len(wrong)}份整改通知。"
    assert (
        column(database, "SELECT report_id FROM standings WHERE state = 'notified' ORDER BY report_id")
        == wrong
    )
    assert set(column(database, "SELECT number FROM notices")) == {"映政公开〔2024〕1号"}
    # sent again from a page that stayed open, nothing goes out twice
    again = supervisor.submit("/worklist/do", given)
    assert (again.status_code, "正在等待答复" in again.text) == (422, True)
    anew = supervisor.submit("/worklist/act", {"action": "notify", "all": "1", "back": "year=2023"})
    assert "所选报告都不能办理" in anew.text
    assert number(database, "SELECT count(*) FROM notices WHERE state = 'sent'") == len(wrong)
    said(supervisor.submit("/worklist/undo", undo), supervisor)
    assert column(database, "SELECT DISTINCT state FROM standings") == ["pending"]
    assert column(database, "SELECT DISTINCT state FROM notices") == ["withdrawn"]


def test_a_bulk_decision_needs_its_reason_and_is_undone(supervisor: Browser, database: Engine) -> None:
    query = "year=2023&rule=S6-01"
    broken = ids(supervisor, query)
    asked = supervisor.submit("/worklist/act", {"action": "decide", "all": "1", "back": query})
    given = hidden(asked) | {"rule": "S6-01", "decision": "explained"}
    refused = supervisor.submit("/worklist/do", given)
    assert (refused.status_code, "“接受说明”须写明理由。" in refused.text) == (422, True)
    message, undo = said(supervisor.submit("/worklist/do", given | {"reason": "本年度未收费。"}), supervisor)
    assert message == f"已对{len(broken)}份报告的{len(broken)}个问题（S6-01）记录处理意见：接受说明。"
    assert column(database, "SELECT decision FROM reviews") == ["explained"] * len(broken)
    message, _ = said(supervisor.submit("/worklist/undo", undo), supervisor)
    assert message == f"已撤销{len(broken)}条处理意见。"
    assert number(database, "SELECT count(*) FROM reviews WHERE undone_at IS NULL") == 0


def test_what_was_not_read_for_certain_is_never_to_be_mended_in_bulk(
    supervisor: Browser, database: Engine
) -> None:
    standing = "FROM findings f JOIN standings s ON f.evaluation_id = s.evaluation_id WHERE"
    unsure = column(database, f"SELECT DISTINCT f.rule {standing} f.addressee = 'operator' ORDER BY f.rule")
    named = ", ".join(f"'{rule}'" for rule in unsure)
    (of_agencies,) = column(
        database, f"SELECT count(*) {standing} f.addressee = 'agency' AND f.rule IN ({named})"
    )
    reports = ",".join(str(id_) for id_ in column(database, "SELECT report_id FROM standings"))
    assert unsure != []
    for rule in unsure:
        given = {"action": "decide", "ids": reports, "rule": rule, "decision": "mend"}
        answer = supervisor.submit("/worklist/do", given)
        assert answer.status_code == 303 or "在这条规则下只有待核内容" in answer.text
    assert number(database, "SELECT count(*) FROM reviews") == of_agencies


def test_what_cannot_be_done_is_told(supervisor: Browser, database: Engine) -> None:
    back = "year=2023"
    message, _ = said(supervisor.submit("/worklist/act", {"action": "pass", "back": back}), supervisor)
    assert message == "请先勾选报告，或者勾选“全部符合条件的报告”。"
    first = ids(supervisor, back)[0]
    none = supervisor.submit("/worklist/act", {"action": "return", "report": str(first), "back": back})
    assert "所选报告都不能办理“退回”：当前状态不允许。" in none.text
    refused = supervisor.submit(
        "/worklist/do", {"action": "return", "ids": str(first), "reason": "", "back": back}
    )
    assert (refused.status_code, "“退回”须写明理由。" in refused.text) == (422, True)
    for action in ("", "withdraw", "explain", "mend", "nonsense"):
        assert supervisor.submit("/worklist/act", {"action": action, "all": "1"}).status_code == 404


def test_documents_of_the_chosen_reports(supervisor: Browser) -> None:
    shown = supervisor.submit(
        "/worklist/act", {"action": "documents", "all": "1", "back": "year=2023&severity=critical"}
    )
    assert "已选 <b>7</b> 份报告。" in shown.text
    answer = supervisor.submit("/documents/selected", hidden(shown) | {"kind": "problem-list"})
    sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).active
    assert sheet is not None
    assert len({row[1] for row in sheet.iter_rows(min_row=2, values_only=True) if row[1]}) == 7


def test_nobody_acts_on_others_reports(browser: Any, database: Engine, agency: Browser) -> None:
    theirs = str(column(database, "SELECT min(report_id) FROM standings")[0])
    stranger = browser("elsewhere")
    given = {"action": "pass", "ids": theirs, "reason": "x", "back": ""}
    assert stranger.submit("/worklist/do", given).status_code == 404
    assert agency.submit("/worklist/do", given).status_code == 404
    assert stranger.post("/worklist/do", data=given).status_code == 403  # without the token of its form
    shown = stranger.submit("/worklist/act", {"action": "pass", "report": theirs, "back": ""})
    assert "所选报告都不能办理" in shown.text
    assert "映溪区" not in shown.text
    assert column(database, "SELECT DISTINCT state FROM standings") == ["pending"]


def test_reminders_to_those_who_have_not_submitted(
    supervisor: Browser, database: Engine, person_supervisor: Person
) -> None:
    page = supervisor.get("/worklist/owed?year=2023&missing=1").text
    agencies = re.findall(r'name="agency" value="(\d+)"', page)
    assert len(agencies) == 1
    # a file of theirs came that could not be read: that they sent nothing is not certain
    assert '有文件未能读取，<a href="/worklist/unreadable?year=2023">请先核对</a>' in page
    asked = supervisor.submit("/worklist/remind", {"year": "2023", "all": "1"})
    warned = re.findall(r'<li>(.*?)：<span class="file">(.*?)</span></li>', asked.text)
    assert warned == [("映溪区卫生健康局", "2023/映溪区卫生健康局（照片）.docx")]
    assert "将向 <b>1</b> 个尚未报送2023年度报告的单位发出催报通知。" in asked.text
    given = {**hidden(asked), "agency": agencies}
    message, _ = said(supervisor.submit("/worklist/remind", given), supervisor)
    assert message == "已向1个单位发出催报通知；可在“通知”中撤回。"
    sent = "SELECT agency_id FROM notices WHERE kind = 'submit' AND state = 'sent' AND year = 2023"
    assert column(database, sent) == [int(agencies[0])]
    book = openpyxl.load_workbook(
        io.BytesIO(supervisor.get("/worklist/owed.xlsx?year=2023&missing=1").content)
    )
    told = [row[6] for row in book.active.iter_rows(values_only=True)]  # type: ignore[union-attr]
    assert told == ["是否已报", "有文件未能读取，待核实"]


def test_files_that_could_not_be_read(operator: Browser, supervisor: Browser, database: Engine) -> None:
    unread = column(database, "SELECT file FROM system_errors WHERE kind <> 'internal' ORDER BY file")
    page = operator.get("/worklist/unreadable?year=2023").text
    assert [name for name in unread if name not in page] == []
    own = supervisor.get("/worklist/unreadable?year=2023").text
    assert [name for name in unread if name in own and "映溪区" not in name] == []
