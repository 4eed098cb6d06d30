"""The people of the load test, played by Locust: each signs in, looks at one page after another, and reads between.

Assets are asked for once a person, as browsers keep them; pictures of pages with each report, as browsers do.
"""

from __future__ import annotations

import itertools
import json
import os
import random
import re
from pathlib import Path
from typing import Any

from locust import FastHttpUser, between, task

PEOPLE: list[dict[str, Any]] = json.loads(Path(os.environ["HECHA_LOAD_PEOPLE"]).read_text())
_NEXT = itertools.count()
_CSRF = re.compile(r'name="csrf" value="([^"]+)"')
_ASSET = re.compile(r'(?:href|src)="(/assets/[^"]+)"')
_PICTURE = re.compile(r'src="(/reports/[0-9]+/original[^"]+)"')
YEAR = 2023
FILTERS = (
    "",
    "&sort=critical",
    "&sort=agency",
    "&sort=received",
    "&state=pending",
    "&state=notified",
    "&severity=critical",
    "&rule=T3-30",
    "&format=pdf",
    "&least=60&below=70",
    "&result=to_mend",
    "&review=1",
    "&late=1",
    "&q=%E7%AC%AC777%E5%B1%80",
    "&q=%E6%94%BF%E5%BA%9C",
)


class Person(FastHttpUser):
    """One of the people, by their number."""

    wait_time = between(5, 15)

    def on_start(self) -> None:
        """Sign in, from an address of one's own."""
        number = next(_NEXT)
        self.me = PEOPLE[number % len(PEOPLE)]
        self.seen: set[str] = set()
        self.from_ = {"X-Forwarded-For": f"10.0.{number // 250}.{number % 250 + 1}"}
        page = self.look("/login", "sign-in page")
        csrf = _CSRF.findall(page)
        if not csrf:
            return
        form = {"csrf": csrf[0], "name": self.me["name"], "password": self.me["password"], "next": "/account"}
        self.client.post("/login", data=form, headers=self.from_, name="signing in", allow_redirects=False)

    @task
    def work(self) -> None:
        """Do one thing of what one's role does."""
        if self.me["token"] and random.random() < 0.3:
            self.api()
        elif self.me["role"] == "agency":
            self.agency()
        else:
            self.supervise()

    def supervise(self) -> None:
        """Look at the figures, the list, a report, the notices."""
        report = random.choice(self.me["reports"])
        chosen = random.choices(
            ("sweep", "list", "list page", "report", "notices", "documents", "owed", "log"),
            (10, 30, 8, 35, 8, 2, 4, 3 if self.me["role"] == "operator" else 0),
        )[0]
        match chosen:
            case "sweep":
                self.look(f"/sweeps?year={random.choice((2022, YEAR))}", "sweep page")
            case "list":
                self.look(f"/worklist?year={YEAR}{random.choice(FILTERS)}", "work list, filtered")
            case "list page":
                self.look(f"/worklist?year={YEAR}&page={random.randint(2, 8)}", "work list, a later page")
            case "report":
                self.report(f"/reports/{report}", "report")
            case "notices":
                self.look("/notices?state=sent", "notices")
            case "documents":
                self.look("/documents", "documents")
            case "owed":
                self.look(f"/worklist/owed?year={YEAR}&missing=1", "who has not submitted")
            case _:
                self.look("/audit", "audit log")

    def agency(self) -> None:
        """Look at one's own reports and letters."""
        report = random.choice(self.me["reports"])
        chosen = random.choices(("home", "report", "original", "letters", "submit"), (35, 30, 20, 10, 5))[0]
        match chosen:
            case "home":
                self.look("/agency", "agency: own reports")
            case "report":
                self.look(f"/agency/reports/{report}", "agency: a report")
            case "original":
                self.report(f"/reports/{report}", "report")
            case "letters":
                self.look("/agency/notices", "agency: letters")
            case _:
                self.look("/agency/submit", "agency: handing in")

    def api(self) -> None:
        """Ask the API."""
        report = random.choice(self.me["reports"])
        path, name = random.choice(
            (
                (f"/api/v1/reports?year={YEAR}", "API: reports"),
                (f"/api/v1/reports/{report}", "API: a report"),
                (f"/api/v1/reports/{report}/findings", "API: its findings"),
                ("/api/v1/findings?rule=T3-30", "API: findings of a rule"),
            )
        )
        headers = {"Authorization": f"Bearer {self.me['token']}", **self.from_}
        self.client.get(path, headers=headers, name=name)

    def report(self, path: str, name: str) -> None:
        """Open a report; the browser asks for the first pictures of its pages."""
        for address in _PICTURE.findall(self.look(path, name))[:2]:
            self.client.get(address.replace("&amp;", "&"), headers=self.from_, name="picture of a page")

    def look(self, path: str, name: str) -> str:
        """Ask for a page and for the assets that this browser does not have yet. A page that leads away is a fault."""
        with self.client.get(
            path, headers=self.from_, name=name, allow_redirects=False, catch_response=True
        ) as answer:
            if answer.status_code != 200:
                answer.failure(f"{answer.status_code} {answer.headers.get('location', '')}")
                return ""
            text = str(answer.text)
        for address in _ASSET.findall(text):
            if address not in self.seen:
                self.seen.add(address)
                self.client.get(address, headers=self.from_, name="assets")
        return text
