"""The whole way in a real browser, with everything running: from the first account to the finding that is closed.

The pictures of every page stay in the folder of the test; with HECHA_PICTURES=docs/pictures those of the guide are
made anew.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.flows.test_office import Office, until
from tests.site.conftest import PASSWORD, REGION, SAMPLES
from tests.site.whole_way.camera import OFFICE, Camera
from tests.site.whole_way.people import People, card, decide, figures, found, glance, said, state, step
from tests.site.whole_way.story import AGENCY, YEAR, write_story

pytestmark = [pytest.mark.browser, pytest.mark.prefect, pytest.mark.slow, pytest.mark.timeout(1500)]

OPERATOR, SUPERVISOR, OFFICER = "yunwei", "gongkaiban", "shuiwuju"
NAMES = {OPERATOR: "运维值班", SUPERVISOR: "区政务公开办", OFFICER: "水务局办公室"}
EXPLAINED = "2023年规范性文件清理时，5件原来漏登的文件补入目录，现行有效17件属实，清理公告见附件。"
RETURNED = "表三（一）予以公开总计一格仍未更正，表二规章行请据实填报数字。"
ZIP = b"PK\x03\x04"
WHOLE = (OFFICE[0], 900)
"""A picture of the guide that is a little longer than the screen."""


# ------------------------------------------------------------------------------------ the steps


def first_account(people: People, camera: Camera, office: Office) -> None:
    page = people.page(OPERATOR)
    page.goto("/")
    assert page.url.endswith("/setup")
    camera.take(page, "setup", OFFICE)
    code = (office.home / "setup-code").read_text(encoding="ascii").strip()
    assert code in office.said()
    page.fill("input[name=code]", code)
    page.fill("input[name=name]", OPERATOR)
    page.fill("input[name=shown]", NAMES[OPERATOR])
    for name in ("password", "again"):
        page.fill(f"input[name={name}]", PASSWORD)
    page.click("main .main-button")
    assert said(page) == "首个运行维护账号已建立，请登录。"
    assert not (office.home / "setup-code").exists()
    camera.take(page, "login")
    page = people.sign_in(OPERATOR, PASSWORD)
    assert page.url.endswith("/sweeps")
    camera.take(page, "sweep-empty")


def sweep(people: People, camera: Camera, office: Office) -> None:
    """As the operator: start the first sweep, see that no second one starts, and wait until it is through."""
    page = people.page(OPERATOR)
    page.click("main .main-button:text-is('立即核查')")
    assert page.inner_text("dl.facts dd") == str(office.folder.resolve() / "in")
    camera.take(page, "sweep-now")
    page.click("main .main-button:text-is('立即核查')")
    assert said(page) == "核查任务已提交。"
    camera.take(page, "sweep-waiting")
    follow = page.url
    page.goto("/sweeps/now")
    assert page.inner_text("main .note") == "已有一次核查正在进行，没有重复启动；请等待其完成，或者先停止。"
    assert page.locator("main form").count() == 0
    page.goto(follow)
    expect(page.locator("#follow dd b")).to_have_text("正在核查", timeout=200_000)
    camera.take(page, "sweep-running", OFFICE)
    # the page asks again by itself
    expect(page.locator("#follow dd b")).to_have_text("已完成", timeout=600_000)
    expect(page.locator("#stop")).to_be_empty()
    camera.take(page, "sweep-done")
    page.click("#follow a:text-is('查看核查总览')")


def open_account(people: People, camera: Camera, name: str, role: str, agency: str) -> str:
    """Open an account and return its one-time password."""
    page = people.page(OPERATOR)
    page.goto("/accounts")
    page.click("summary:text-is('开通账号')")
    page.fill("#f-name", name)
    page.fill("#f-shown", NAMES[name])
    page.select_option("#f-role", role)
    page.fill("#f-agency", agency)
    camera.take(page, f"accounts-{role}", OFFICE if role == "supervisor" else None)
    page.click("main form.stacked .main-button")
    camera.take(page, f"password-{role}")
    return page.inner_text(".secret")


def first_sign_in(people: People, camera: Camera, name: str, given: str) -> Page:
    """Sign in with a one-time password, which must be changed first."""
    page = people.sign_in(name, given)
    assert page.url.endswith("/account/password")
    camera.take(page, f"change-password-{name}")
    page.fill("input[name=old]", given)
    for field in ("new", "again"):
        page.fill(f"input[name={field}]", PASSWORD)
    page.click("main form.stacked .main-button")
    assert said(page) == "密码已修改，其他位置的登录均已退出。"
    camera.take(page, f"account-{name}")
    return page


def look_and_filter(page: Page, camera: Camera) -> None:
    page.goto(f"/sweeps?year={YEAR}")
    assert figures(page) == {
        "应报": "14", "已报": "13", "未报": "1", "逾期": "0", "无法读取": "3", "待核": "13", "需整改": "8", "合格": "13",
    }  # fmt: skip
    camera.take(page, "sweep", WHOLE)
    page.click("ul[aria-label=总体数字] a:has(span:text-is('需整改'))")
    camera.take(page, "worklist")
    page.select_option("#w-state", "pending")
    page.fill("#w-q", "水务")
    page.click("main .filters .main-button")
    assert page.locator(".work tbody th a").all_inner_texts() == [AGENCY]
    camera.take(page, "worklist-filtered")


def keyboard(page: Page) -> None:
    """The first key leads past the navigation; from there on the focus goes down the page."""
    page.reload()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "跳到正文"
    page.keyboard.press("Enter")
    tops = []
    for _ in range(12):
        page.keyboard.press("Tab")
        tops.append(
            page.evaluate(
                "[document.activeElement.closest('main') !== null,"
                " document.activeElement.getBoundingClientRect().height > 0]"
            )
        )
    assert tops == [[True, True]] * 12


def decide_and_notify(page: Page, camera: Camera) -> str:
    """Decide on every finding of the report and send the notice; return the path of the report."""
    page.click(f".work tbody th a:text-is('{AGENCY}')")
    page.wait_for_selector(".report-head")
    path = re.findall(r"/reports/\d+", page.url)[0]
    camera.take(page, "report", WHOLE)
    keyboard(page)
    finding = card(page, "T4-01")
    page.click(f"{finding} .decide summary")
    camera.take(page, "decide")
    page.click(f"{finding} .decide summary")
    for rule in ("T4-01", "T3-02", "T2-03"):
        decide(page, rule, "mend")
    decide(page, "S6-01", "misread", "第六部分已写明全年未收取费用，系统没有认出这种写法。")
    camera.take(page, "decided", WHOLE)
    decided = {rule: found(page, rule) for rule in ("T4-01", "T3-02", "T2-03", "S6-01")}
    assert decided == {"T4-01": "要求整改", "T3-02": "要求整改", "T2-03": "要求整改", "S6-01": "误读"}
    page.click(".events summary:text-is('发出整改通知')")
    camera.take(page, "notify", OFFICE)
    page.click(".event[open] .main-button:text-is('确定发出整改通知')")
    assert said(page) == "已发出整改通知。"
    assert state(page) == "已通知"
    page.goto("/notices")
    camera.take(page, "notices")
    page.click(f".list a:text-is('{AGENCY}')")
    assert page.locator("main .list tbody td:nth-child(5)").all_inner_texts() == ["严重", "严重", "一般"]
    camera.take(page, "notice", WHOLE)
    return path


def answer(page: Page, camera: Camera, attachment: Path) -> None:
    """As the agency: read the notice and explain one finding of three: the notice still waits."""
    page.goto("/agency")
    assert page.locator(".step.due b").first.inner_text() == "整改通知"
    camera.take(page, "agency", OFFICE)
    page.goto("/agency/notices")
    camera.take(page, "agency-notices")
    page.click(".letter .main-button:text-is('去办理')")
    camera.take(page, "agency-report", WHOLE)
    finding = page.locator('.finding:has(h3 code:text-is("T2-03"))')
    finding.locator("summary:text-is('对这个问题作出说明')").click()
    finding.locator("textarea").fill(EXPLAINED)
    finding.locator("input[type=file]").set_input_files(attachment)
    camera.take(page, "explain")
    finding.locator(".explain .main-button").click()
    assert said(page) == "说明已提交。已说明1项，还有2项未整改或说明。"
    assert state(page) == "已通知"


def check_and_submit(page: Page, camera: Camera, file: Path) -> None:
    """As the agency: check the report before it is published, and hand it in."""
    page.goto("/agency/self-check")
    camera.take(page, "self-check")
    page.set_input_files("#f-file", file)
    page.click("main .main-button:text-is('开始自查')", timeout=120_000)  # the first one warms up
    page.wait_for_selector(".unsaved")
    assert page.locator(".finding h3 .rule code").all_inner_texts() == ["T3-02", "T2-03", "S6-01", "CELL-02"]
    camera.take(page, "self-check-result", WHOLE)
    page.click("button:text-is('正式报送这份文件')")


def submit(page: Page, camera: Camera, file: Path) -> None:
    """As the agency: hand a report in without another check."""
    page.goto("/agency/submit")
    page.set_input_files("#f-file", file)
    camera.take(page, "submit")
    page.click("main .main-button:text-is('报送')")


def through(page: Page, camera: Camera, name: str) -> list[str]:
    """Wait until what was handed in is judged, without touching the page; return mended, still open, new."""
    expect(page.locator("#follow")).to_be_visible()
    camera.take(page, f"{name}-waiting")
    expect(page.locator("#follow .state").first).to_have_text("核查完成", timeout=400_000)
    camera.take(page, name, OFFICE if name == "arrival" else None)
    return glance(page)


def send_back(page: Page, camera: Camera, path: str) -> None:
    """As the supervisor: accept the explanation, send back what is not mended."""
    page.goto(path)
    assert state(page) == "已整改"
    decided = {rule: found(page, rule) for rule in ("T3-02", "T2-03", "S6-01", "CELL-02")}
    assert decided == {"T3-02": "要求整改", "T2-03": "要求整改", "S6-01": "误读", "CELL-02": ""}
    assert page.inner_text(".changes").split() == [
        "与上一版相比：已更正",
        "1",
        "仍存在",
        "3",
        "新出现",
        "1",
        "逐项查看",
    ]
    camera.take(page, "resubmitted", OFFICE)
    decide(page, "T2-03", "explained", "清理公告已附，现行有效件数属实。")
    decide(page, "CELL-02", "mend")
    page.click(".events summary:text-is('退回')")
    page.fill(".event[open] textarea", RETURNED)
    camera.take(page, "return")
    page.click(".event[open] .main-button")
    assert (said(page), state(page)) == ("已办理：退回。", "退回")


def read_what_was_returned(page: Page, camera: Camera, path: str) -> None:
    """As the agency: read why the report came back."""
    page.goto(f"/agency{path}")
    assert page.inner_text("main .wrong") == f"退回意见：{RETURNED}"
    assert glance(page) == ["1", "3", "1"]
    camera.take(page, "agency-returned", WHOLE)


def close(page: Page, camera: Camera, path: str) -> None:
    """As the supervisor: nothing is left open, the report passes without a reason."""
    page.goto(path)
    assert state(page) == "已整改"
    assert {rule: found(page, rule) for rule in ("T2-03", "S6-01")} == {"T2-03": "接受说明", "S6-01": "误读"}
    step(page, "复核通过")
    assert (said(page), state(page)) == ("已办理：复核通过。", "复核通过")
    camera.take(page, "passed", OFFICE)
    page.goto(f"/worklist?year={YEAR}&state=passed")
    assert page.locator(".work tbody th a").all_inner_texts() == [AGENCY]
    page.goto("/notices?state=answered")
    assert page.locator(".list tbody th a").all_inner_texts() == [AGENCY]


def closed(page: Page, camera: Camera, path: str) -> None:
    """As the agency: nothing is left to do."""
    page.goto("/agency")
    assert page.locator(".step.due").count() == 0
    camera.take(page, "agency-closed")
    page.goto(f"/agency{path}")
    assert state(page) == "复核通过"
    assert page.inner_text("h2:has-text('问题')") == "问题（2项，其中 0 项待整改或说明）"
    assert page.locator("summary:has-text('作出说明')").count() == 0
    camera.take(page, "agency-report-closed")


def every_other_page(people: People, camera: Camera, path: str) -> None:
    """Look at the pages that the way does not lead over."""
    supervisor, operator, agency = people.page(SUPERVISOR), people.page(OPERATOR), people.page(OFFICER)
    looked = (
        (supervisor, "owed", f"/worklist/owed?year={YEAR}&missing=1", None),
        (supervisor, "unreadable", f"/worklist/unreadable?year={YEAR}", None),
        (supervisor, "filters", f"/worklist?year={YEAR}&severity=critical&organ=department", OFFICE),
        (supervisor, "cell", f"{path}/cells/t2.normative_docs.in_force", OFFICE),
        (supervisor, "first-version", f"{path}?version=1", None),
        (supervisor, "skipped", f"{path}?tab=skipped", None),
        (supervisor, "documents", "/documents", OFFICE),
        (supervisor, "nothing-there", "/reports/999999", None),
        (operator, "run", "/sweeps/1", None),
        (operator, "accounts", "/accounts", None),
        (operator, "audit", "/audit", OFFICE),
        (agency, "own-report", path, None),
        (agency, "letters", "/agency/notices", None),
        (agency, "submitted", "/agency/submit", None),
    )
    for page, name, address, guide in looked:
        page.goto(address)
        camera.take(page, name, guide)
    supervisor.goto(f"/worklist?year={YEAR}&severity=critical&state=pending")
    supervisor.check("thead input[type=checkbox]")
    supervisor.click("button[value=notify]")
    camera.take(supervisor, "bulk", OFFICE)


def taken_away(page: Page, path: str) -> dict[str, bytes]:
    """The beginnings of the documents that belong to a report."""
    page.goto(path)
    kinds = {"result.pdf": b"", "result.docx": b"", "problem-list": b"", "notice": b""}
    for kind in kinds:
        with page.expect_download() as waiting:
            page.click(f".downloads a[href*='/documents/{kind}']")
        kinds[kind] = Path(waiting.value.path()).read_bytes()[:4]
    return kinds


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Office, tuple[Path, Path, Path]]]:
    """The made-up district with one report that has more faults, and everything running over it."""
    folder = tmp_path_factory.mktemp("whole-way")
    shutil.copytree(SAMPLES / "reports", folder / "in")
    shutil.copy(SAMPLES / "roster.csv", folder / "roster.csv")
    story = write_story(folder)
    shutil.copy(story[0], folder / "in" / str(YEAR) / story[0].name)
    running = Office(folder)
    try:
        until(lambda: "按Ctrl-C停止" in running.said(), 400)
        yield running, story
    finally:
        running.process.send_signal(signal.SIGINT)
        try:
            running.process.wait(90)
        finally:
            running.process.kill()


def test_from_the_first_account_to_the_finding_that_is_closed(
    chromium: Browser, office: tuple[Office, tuple[Path, Path, Path]], tmp_path: Path
) -> None:
    running, (first, second, third) = office
    wanted = os.environ.get("HECHA_PICTURES")
    camera = Camera(tmp_path, Path(wanted).resolve() if wanted else None)
    people = People(chromium, f"http://127.0.0.1:{running.port}")

    first_account(people, camera, running)
    sweep(people, camera, running)
    given = open_account(people, camera, SUPERVISOR, "supervisor", REGION)
    supervisor = first_sign_in(people, camera, SUPERVISOR, given)
    given = open_account(people, camera, OFFICER, "agency", AGENCY)
    agency = first_sign_in(people, camera, OFFICER, given)

    look_and_filter(supervisor, camera)
    path = decide_and_notify(supervisor, camera)
    answer(agency, camera, first)
    check_and_submit(agency, camera, second)
    assert through(agency, camera, "arrival") == ["1", "3", "1"]
    send_back(supervisor, camera, path)
    read_what_was_returned(agency, camera, path)
    submit(agency, camera, third)
    assert through(agency, camera, "arrival-again") == ["2", "2", "0"]
    close(supervisor, camera, path)
    closed(agency, camera, path)

    every_other_page(people, camera, path)
    begins = {"result.pdf": b"%PDF", "result.docx": ZIP, "problem-list": ZIP, "notice": ZIP}
    assert taken_away(supervisor, path) == begins
    assert camera.wrong == {}
    assert [one for one in people.complaints if "404" not in one] == []
