"""The page of a report in a real browser: marks, tabs, print, phone, axe, and a report full of scripts."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pypdfium2 as pdfium
import pytest
import uvicorn
from axe_playwright_python.sync_playwright import Axe
from fastapi import FastAPI
from playwright.sync_api import Browser, Page
from sqlalchemy import Engine

from hecha.service import service
from hecha.site.app import site
from models.settings import Settings
from tests.site.conftest import AGENCY, PASSWORD, SAMPLES, peopled, swept
from tests.site.test_report_page import id_of

pytestmark = pytest.mark.browser

SCRIPT = "<script>document.title='改了'</script>"
PICTURE = "<img src=x onerror=\"document.title='改了'\">"
FORMULA = '=HYPERLINK("http://x","y")'
HOSTILE = "映溪区市场监督管理局"


@pytest.fixture
def served() -> Iterator[Callable[[FastAPI], str]]:
    """Gives the address at which an application is served."""
    started: list[tuple[uvicorn.Server, threading.Thread]] = []

    def serve(app: FastAPI) -> str:
        server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="error", lifespan="off"))
        thread = threading.Thread(target=server.run, daemon=True)
        thread.start()
        started.append((server, thread))
        while not server.started:
            time.sleep(0.02)
        return f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"

    yield serve
    for server, thread in started:
        server.should_exit = True
        thread.join(10)


Opens = Callable[[str, str, int, int], Page]


@pytest.fixture
def opened(chromium: Browser) -> Iterator[Opens]:
    """Gives a page of a screen of a size on which a person is signed in; fails at the end if anything went wrong in it."""
    complaints: list[str] = []
    pages: list[Page] = []

    def show(address: str, name: str, width: int, height: int) -> Page:
        page = chromium.new_page(viewport={"width": width, "height": height})
        page.goto(f"{address}/login")
        page.fill("input[name=name]", name)
        page.fill("input[name=password]", PASSWORD)
        page.click("main button")
        page.wait_for_load_state()
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("dialog", lambda dialog: (complaints.append(dialog.message), dialog.dismiss()))
        page.on("request", lambda r: r.url.startswith((address, "data:")) or complaints.append(r.url))
        pages.append(page)
        return page

    yield show
    for page in pages:
        page.close()
    assert complaints == []


def marked(page: Page, pane: str) -> dict[str, str]:
    """Which cells are marked in a pane, and how."""
    found = page.eval_on_selector_all(
        f"{pane} .at-left, {pane} .at-right, {pane} .at-beside",
        "all => all.map(one => [one.id, one.dataset.cells || '', one.getAttribute('class')])",
    )
    return {
        (cells or name).removeprefix("c-"): next(c for c in classes.split() if c.startswith("at-"))
        for name, cells, classes in found
    }


def shows(page: Page, selector: str) -> bool:
    """Whether the first place that fits is within what its pane shows."""
    told: bool = page.eval_on_selector(
        selector,
        """place => {
          const inner = place.getBoundingClientRect();
          const outer = place.closest(".pane").getBoundingClientRect();
          return inner.top >= outer.top - 1 && inner.bottom <= outer.bottom + 1 && outer.bottom <= innerHeight + 1;
        }""",
    )
    return told


def test_one_look_settles_it(
    opened: Opens, served: Callable[[FastAPI], str], site_app: FastAPI, database: Engine
) -> None:
    address = served(site_app)
    page = opened(address, "supervisor", 1366, 768)
    page.goto(f"{address}/reports/{id_of(database, AGENCY)}")
    page.wait_for_selector(".at-left")
    wanted = {
        "t2.normative_docs.issued": "at-right",
        "t2.normative_docs.repealed": "at-left",
        "t2.normative_docs.in_force": "at-left",
    }
    assert (marked(page, "#pane-form"), marked(page, "#pane-original")) == (wanted, wanted)
    # the cells of the form and their place in the original stand on the office screen together
    assert [shows(page, f"{pane} .at-left") for pane in ("#pane-form", "#pane-original")] == [True, True]


def test_the_finding_at_the_pointer_or_the_focus(
    opened: Opens, served: Callable[[FastAPI], str], site_app: FastAPI, database: Engine
) -> None:
    address = served(site_app)
    page = opened(address, "supervisor", 1366, 768)
    page.goto(f"{address}/reports/{id_of(database, '映溪区市场监督管理局', 2022)}")
    first, second = {"t2.licensing.decisions": "at-beside"}, {"t2.penalty.decisions": "at-beside"}
    page.wait_for_selector(".at-beside")
    assert (marked(page, "#pane-form"), marked(page, "#pane-original")) == (first, first)
    page.hover("#f2 .message")
    page.wait_for_selector("#f2.focused")
    assert (marked(page, "#pane-form"), marked(page, "#pane-original")) == (second, second)
    page.focus("#f1 a.mark")
    assert (marked(page, "#pane-form"), marked(page, "#pane-original")) == (first, first)
    page.click("a[data-tab=skipped]")
    assert page.locator(".panel:visible").get_attribute("id") == "panel-skipped"
    assert page.url.endswith("?tab=skipped")


def test_a_decision_with_the_keyboard_alone(
    opened: Opens, served: Callable[[FastAPI], str], site_app: FastAPI, database: Engine
) -> None:
    address = served(site_app)
    page = opened(address, "supervisor", 1366, 768)
    page.goto(f"{address}/reports/{id_of(database, AGENCY)}")
    page.focus("#f1 .decide summary")
    page.keyboard.press("Enter")
    page.focus("#f1 input[value=explained]")
    page.keyboard.press("Space")
    page.focus("#f1 textarea")
    page.keyboard.type("清理时漏报，已核实")
    page.focus("#f1 .main-button")
    page.keyboard.press("Enter")
    page.wait_for_selector("#f1 .decided")
    assert page.inner_text("#said p") == "已记录处理意见：接受说明。"
    page.click("#said button")
    page.wait_for_selector("#f1 .decided", state="detached")
    assert page.inner_text("#said p") == "已撤销处理意见。"


@pytest.mark.parametrize("width, height", [(1366, 768), (390, 844)])
@pytest.mark.parametrize("name", ["supervisor", "agency"])
def test_usable_for_everybody(
    opened: Opens, served: Callable[[FastAPI], str], site_app: FastAPI, database: Engine,
    tmp_path: Path, name: str, width: int, height: int,
) -> None:  # fmt: skip
    address = served(site_app)
    page = opened(address, name, width, height)
    report = id_of(database, AGENCY)
    paths = [f"/reports/{report}", f"/reports/{report}?tab=skipped"]
    paths += [f"/reports/{report}/cells/t2.normative_docs.in_force"] if name == "supervisor" else []
    for path in paths:
        page.goto(address + path)
        page.evaluate("document.querySelectorAll('details').forEach(part => { part.open = true; })")
        found = Axe().run(page).response["violations"]
        assert [(one["id"], [node["target"] for node in one["nodes"]]) for one in found] == []
        assert page.evaluate("document.documentElement.scrollWidth") == width


def test_printed_it_holds_everything(
    opened: Opens, served: Callable[[FastAPI], str], site_app: FastAPI, database: Engine, tmp_path: Path
) -> None:
    address = served(site_app)
    page = opened(address, "supervisor", 1366, 768)
    # two findings on one tab, two on another that is not the one shown
    page.goto(f"{address}/reports/{id_of(database, '映溪区竹浦街道办事处', 2022)}?tab=skipped")
    page.pdf(path=tmp_path / "page.pdf", prefer_css_page_size=True)
    with pdfium.PdfDocument(tmp_path / "page.pdf") as pdf:
        assert [round(side) for side in pdf[0].get_size()] == [595, 842]
        text = "".join("".join(leaf.get_textpage().get_text_range().split()) for leaf in pdf)
    parts = ("表二“行政处罚”行“本年处理决定数量”列填写“12件”", "表四（", "得分计算", "办理记录", "报告信息")
    assert [part for part in parts if part not in text] == []
    assert [
        part for part in ("保存处理意见", "标出单元格", "退出", "整改时限", "没有这一类问题") if part in text
    ] == []


@pytest.fixture(scope="module")
def hostile_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with one report that is full of scripts and formulas, under a file name that is one."""
    folder = tmp_path_factory.mktemp("hostile")
    text = (SAMPLES / "reports" / "2023" / f"{HOSTILE}.txt").read_text(encoding="utf-8")
    text = text.replace("\t541\n", f"\t{FORMULA}\n").replace("\t138\n", f"\t{SCRIPT}\n")
    assert FORMULA in text
    assert SCRIPT in text
    text = text.replace(
        "二、主动公开政府信息情况", f"（六）其他。{SCRIPT}{PICTURE}\n二、主动公开政府信息情况", 1
    )
    text = text.replace(
        "六、其他需要报告的事项", f"七、{PICTURE}打算\n下一年做好{SCRIPT}工作。\n六、其他需要报告的事项", 1
    )
    reports = folder / "reports"
    reports.mkdir()
    (reports / f"{HOSTILE}2023 {PICTURE}.txt").write_text(text, encoding="utf-8")
    home = folder / "home"
    home.mkdir()
    swept(home, reports)
    peopled(home)
    return home


def test_a_report_full_of_scripts_is_text(
    opened: Opens, served: Callable[[FastAPI], str], hostile_home: Path
) -> None:
    chosen = Settings(home=hostile_home)
    app = service(chosen, None, tuple(site()))
    address = served(app)
    database: Engine = app.state.database()
    report = id_of(database, HOSTILE)
    page = opened(address, "supervisor", 1366, 768)
    for path in (
        f"/reports/{report}",
        f"/reports/{report}?tab=warning",
        f"/reports/{report}/cells/t2.licensing.decisions",
    ):
        answer = page.goto(address + path)
        assert answer is not None
        assert answer.status == 200
        sent = answer.text()
        assert [part for part in (SCRIPT, PICTURE, "<img src=x") if part in sent] == []
        page.wait_for_timeout(200)
        assert page.title().endswith("政府信息公开工作年度报告核查")
        assert page.locator("main script, img[src=x]").count() == 0
    page.goto(f"{address}/reports/{report}")
    shown = page.inner_text("main")
    assert [part for part in (SCRIPT, FORMULA, PICTURE) if part not in shown] == []
    page.click("#panel-critical .decide summary, #panel-warning .decide summary")
    page.fill(".panel:not(.off) textarea", SCRIPT + PICTURE)
    page.check(".panel:not(.off) input[value=not_applicable]")
    page.click(".panel:not(.off) .decide .main-button")
    page.wait_for_selector(".decided")
    assert SCRIPT + PICTURE in page.inner_text(".decided")
    assert page.title().endswith("政府信息公开工作年度报告核查")
    with page.expect_download() as waiting:
        page.click(".downloads a")
    assert waiting.value.suggested_filename.endswith(".txt")
    database.dispose()
