"""The pages in a real browser, opened from the folder as a supervisor would."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tasks.publish.site import slugs
from tests.pages.sample_view import sweep

pytestmark = pytest.mark.browser

SLUGS = {report.agency: slug for slug, report in slugs(sweep().reports).items()}


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    """A page on a 1366×768 screen; fails at the end if anything went wrong in it or left the folder."""
    opened = chromium.new_page(viewport={"width": 1366, "height": 768})
    complaints: list[str] = []
    opened.on("console", lambda message: complaints.append(message.text))
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    opened.on("dialog", lambda dialog: (complaints.append(dialog.message), dialog.dismiss()))
    opened.on("request", lambda r: r.url.startswith(("file:", "data:")) or complaints.append(r.url))
    yield opened
    opened.close()
    assert complaints == []


def shown(page: Page) -> list[str]:
    return page.locator("#list tbody tr:visible th").all_inner_texts()


def test_from_the_first_page_to_a_marked_cell_and_back(page: Page, site: Path) -> None:
    page.goto((site / "index.html").as_uri())
    page.get_by_role("link", name="青禾区人民政府", exact=True).click()
    assert page.locator("h1").inner_text() == "青禾区人民政府2023年度"
    page.locator("#f1 .cells a").first.click()
    total = page.locator('[id="c-t3.carried_in.total"]')
    assert page.evaluate("decodeURIComponent(location.hash)") == "#c-t3.carried_in.total"
    assert total.is_visible()
    box = total.bounding_box()
    assert box is not None and 0 <= box["y"] < 768
    marked = page.locator("td.cell.is-critical")
    assert marked.count() == 15
    styles = marked.first.evaluate(
        "e => [getComputedStyle(e).outlineStyle, getComputedStyle(e).outlineWidth]"
    )
    assert styles == ["solid", "3px"]
    total.locator(".marks a").first.click()
    assert page.evaluate("location.hash") == "#f1"
    page.locator("#f1 .rule").first.click()
    assert page.locator("h1").inner_text() == "T3-01 行合计"


def test_marks_differ_without_colour(page: Page, site: Path) -> None:
    def look(agency: str, code: str) -> tuple[str, str]:
        page.goto((site / "reports" / f"{SLUGS[agency]}.html").as_uri())
        cell = page.locator(f'[id="c-{code}"]')
        return cell.evaluate("e => getComputedStyle(e).outlineStyle"), cell.inner_text().replace("\n", "")

    assert look("青禾区人民政府", "t4.review.total") == ("solid", "11◆3")
    assert look("青禾区人民政府", "t2.coercion.decisions") == ("dashed", "空▲4")
    assert look("青禾区教育局", "t3.received_new.total") == ("dotted", "？注1核1")
    assert look("青禾区柳溪镇人民政府", "t4.suit_direct.total") == ("none", "缺")


def test_the_list_is_filtered_and_sorted(page: Page, site: Path) -> None:
    page.goto((site / "index.html").as_uri())
    page.fill("#find", "局")
    page.select_option("#year", "2023")
    assert shown(page) == ["青禾区教育局", "青禾区商务局"]
    assert page.locator("#shown").inner_text() == "显示 2 份，共 6 份"
    page.get_by_role("button", name="得分").click()
    assert shown(page) == ["青禾区商务局", "青禾区教育局"]
    assert page.locator("th[aria-sort]").get_attribute("aria-sort") == "descending"
    page.fill("#find", "")
    page.select_option("#year", "")
    page.select_option("#state", "resubmitted")
    assert shown(page) == ["青禾区人民政府"]


def test_everything_can_be_read_without_javascript(chromium: Browser, site: Path) -> None:
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto((site / "index.html").as_uri())
    assert len(shown(page)) == 6
    assert not page.locator("#tools").is_visible()
    context.close()


def test_the_keyboard_reaches_the_text_first(page: Page, site: Path) -> None:
    page.goto((site / "index.html").as_uri())
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "跳到正文"
    page.keyboard.press("Enter")
    assert page.evaluate("location.hash") == "#main"


@pytest.mark.parametrize("width", [1366, 375])
def test_no_page_scrolls_sideways(page: Page, site: Path, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 768})
    wide = []
    for file in sorted(site.rglob("*.html")):
        page.goto(file.as_uri())
        if page.evaluate("document.documentElement.scrollWidth") > width:
            wide.append(file.name)
    assert wide == []
