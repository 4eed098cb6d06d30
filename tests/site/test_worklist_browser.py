"""The page of a year and the work list in a real browser: axe, the width of a phone, unfolding, ticking, undoing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from fastapi import FastAPI
from playwright.sync_api import Page

from tests.site.test_report_browser import Opens, opened, served

__all__ = ["opened", "served"]

pytestmark = pytest.mark.browser

SIZES = {"office": (1366, 768), "phone": (390, 844)}
PAGES = {
    "sweep": "/sweeps?year=2023",
    "run": "/sweeps/1",
    "list": "/worklist?year=2023",
    "filtered": "/worklist?year=2023&rule=T3-02&late=1",
    "searched": "/worklist?q=2023%20合计",
    "missing": "/worklist/owed?year=2023&missing=1",
    "unreadable": "/worklist/unreadable?year=2023",
}


def violations(page: Page) -> list[str]:
    """What axe finds wrong with a page."""
    return [f"{one['id']}: {one['nodes'][0]['html']}" for one in Axe().run(page).response["violations"]]


@pytest.mark.parametrize("size", SIZES)
def test_pages_are_usable_and_fit(
    opened: Opens, served: Callable[[FastAPI], str], site_app: FastAPI, size: str, tmp_path: Path
) -> None:
    address = served(site_app)
    page = opened(address, "operator", *SIZES[size])
    for name, path in PAGES.items():
        answer = page.goto(address + path)
        assert answer is not None and answer.status == 200, path
        page.screenshot(path=tmp_path / f"{name}-{size}.png", full_page=True)
        assert (name, violations(page)) == (name, [])
        width = page.evaluate("document.documentElement.scrollWidth")
        assert (name, width) == (name, SIZES[size][0])


def test_a_place_unfolds_in_the_page(
    opened: Opens, served: Callable[[FastAPI], str], site_app: FastAPI
) -> None:
    address = served(site_app)
    page = opened(address, "operator", 1366, 768)
    page.goto(f"{address}/sweeps?year=2023")
    rows = page.locator(".places tbody tr")
    before = rows.count()
    page.locator(".unfold").first.click()
    page.wait_for_selector(".places .level-1")
    assert rows.count() == before + 1
    assert page.url.endswith("/sweeps?year=2023")


def test_ticking_asking_doing_and_undoing(
    opened: Opens, served: Callable[[FastAPI], str], site_app: FastAPI
) -> None:
    address = served(site_app)
    page = opened(address, "supervisor", 1366, 768)
    page.goto(f"{address}/worklist?year=2023&severity=critical")
    page.check("thead input[type=checkbox]")
    assert page.locator("input[name=report]:checked").count() == 7
    page.click("button[value=notify]")
    assert violations(page) == []
    assert "将对 7 份报告办理“发出整改通知”。" in page.inner_text("main")
    page.click("main .main-button")
    assert "已发出7份整改通知。" in page.inner_text("#said")
    assert page.locator(".state.s-notified").count() == 7
    page.click("#said button")
    assert "已撤销，7份报告恢复原状态。" in page.inner_text("#said")
    assert page.locator(".state.s-pending").count() == 7


def test_a_rule_that_the_list_is_filtered_by_is_chosen_already(
    opened: Opens, served: Callable[[FastAPI], str], site_app: FastAPI
) -> None:
    address = served(site_app)
    page = opened(address, "supervisor", 1366, 768)
    page.goto(f"{address}/worklist?year=2023&rule=S6-01")
    page.check("input[name=all]")
    page.click("button[value=decide]")
    assert page.input_value("select[name=rule]") == "S6-01"
    assert violations(page) == []
