"""The frame of every page: navigation, assets, messages, errors."""

from __future__ import annotations

from tests.site.conftest import Browser


def test_nobody_is_led_to_sign_in(app: Browser) -> None:
    answer = app.get("/account?year=2023")
    assert (answer.status_code, answer.headers["location"]) == (303, "/login?next=%2Faccount%3Fyear%3D2023")
    page = app.get(answer.headers["location"])
    assert page.status_code == 200
    assert '<input type="hidden" name="next" value="/account?year=2023">' in page.text


def test_everyone_begins_at_their_own_place(operator: Browser, supervisor: Browser, agency: Browser) -> None:
    to = [one.get("/").headers["location"] for one in (operator, supervisor, agency)]
    assert to == ["/sweeps", "/sweeps", "/agency"]
