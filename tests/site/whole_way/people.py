"""Who takes part in the whole way, each with a browser, and what they read and press on the pages."""

from __future__ import annotations

from playwright.sync_api import Browser, Page

from tests.site.whole_way.camera import OFFICE


class People:
    """The browsers of those who take part, each with a session of its own."""

    def __init__(self, chromium: Browser, address: str) -> None:
        self.chromium, self.address = chromium, address
        self.pages: dict[str, Page] = {}
        self.complaints: list[str] = []

    def page(self, name: str) -> Page:
        """The page of someone, who need not be signed in."""
        if name not in self.pages:
            page = self.chromium.new_context(
                base_url=self.address, viewport={"width": OFFICE[0], "height": OFFICE[1]}, locale="zh-CN"
            ).new_page()
            page.set_default_timeout(30_000)
            page.on("console", lambda message: self.complaints.append(f"{name}: {message.text}"))
            page.on("pageerror", lambda error: self.complaints.append(f"{name}: {error}"))
            page.on(
                "request",
                lambda r: r.url.startswith((self.address, "data:")) or self.complaints.append(r.url),
            )
            self.pages[name] = page
        return self.pages[name]

    def sign_in(self, name: str, password: str) -> Page:
        page = self.page(name)
        page.goto("/")
        page.fill("input[name=name]", name)
        page.fill("input[name=password]", password)
        page.click("main .main-button")
        return page


def said(page: Page) -> str:
    """What the page says about what was just done."""
    return page.inner_text("#said p")


def card(page: Page, rule: str) -> str:
    """Open the tab on which a finding of a rule stands, and return the selector of its card."""
    anchor = page.locator(f'.finding:has(h3 code:text-is("{rule}"))').first.get_attribute("id")
    tab = page.locator(f".panel:has(#{anchor})").get_attribute("id") or ""
    page.click(f"a[data-tab={tab.removeprefix('panel-')}]")
    return f"#{anchor}"


def decide(page: Page, rule: str, decision: str, reason: str = "") -> None:
    """Decide on a finding as a supervisor does."""
    finding = card(page, rule)
    page.click(f"{finding} .decide summary")
    page.check(f"{finding} input[value={decision}]")
    page.fill(f"{finding} textarea", reason)
    page.click(f"{finding} .decide .main-button")
    page.wait_for_selector(f'.finding:has(h3 code:text-is("{rule}")) .d-{decision}')


def found(page: Page, rule: str) -> str:
    """What is decided on a finding, empty when nothing is."""
    decided = page.locator(f'.finding:has(h3 code:text-is("{rule}")) .decided b')
    return decided.inner_text() if decided.count() else ""


def state(page: Page) -> str:
    """The state of the report on its page."""
    return page.inner_text("h1 .state")


def step(page: Page, event: str, reason: str = "") -> None:
    """Take a report on, as a supervisor does: pass it, return it."""
    page.click(f".events summary:text-is('{event}')")
    form = page.locator(f".event:has(summary:text-is('{event}')) form")
    if reason:
        form.locator("textarea").fill(reason)
    form.locator(".main-button").click()


def glance(page: Page) -> list[str]:
    """Mended, still open, new."""
    return page.locator(".glance").first.locator("b").all_inner_texts()


def figures(page: Page) -> dict[str, str]:
    """The figures at the top of the page of a year."""
    listed = page.locator("ul[aria-label=总体数字] a").all()
    return {one.locator("span").inner_text(): one.locator("b").inner_text() for one in listed}
