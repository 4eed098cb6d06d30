"""One report as it is put together: numbers, prose, headings, title, dates; changed by a fault, then written.

The prose is worded from the numbers when it is first looked at. A fault of the tables changes the numbers before
that, so that prose and tables still agree; a fault of the prose changes the sentences afterwards.
"""

from __future__ import annotations

import random
import re
import tomllib
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from benchmarks.accuracy.agencies import Agency
from benchmarks.accuracy.numbers import APPLICANTS, Values
from expectations.template import Template
from samples.make.report import Grid, Heading, Part, Text
from samples.make.tables import SPANS4, spans2, spans3, table2, table3, table4

HERE = Path(__file__).parent
SECTIONS = ("overview", "proactive", "requests", "disputes", "problems", "other")
TABLE_OF = {"proactive": "t2", "requests": "t3", "disputes": "t4"}
_SUBHEADS = {
    "proactive_part": ("主动公开", "主动公开情况", "主动公开方面"),
    "requests_part": ("依申请公开", "依申请公开情况", "依申请公开方面"),
    "management_part": ("政府信息管理", "政府信息管理情况", "政府信息管理方面"),
    "platform_part": ("政府信息公开平台建设", "平台建设情况", "平台建设"),
    "supervision_part": ("监督保障", "监督保障情况", "监督保障方面"),
}
_WIDE = str.maketrans("0123456789", "０１２３４５６７８９")
_CHOICE = re.compile(r"\[([^\[\]]*)\]")
Edit = Callable[[list[Part]], list[Part]]


@cache
def bank(name: str) -> dict[str, Any]:
    """Return a file of sentences."""
    return tomllib.loads((HERE / f"{name}.toml").read_text(encoding="utf-8"))


def worded(rng: random.Random, pattern: str, facts: Mapping[str, object]) -> str:
    """Choose among the alternatives in a pattern and fill in the facts."""
    while _CHOICE.search(pattern):
        pattern = _CHOICE.sub(lambda found: rng.choice(found[1].split("|")), pattern, count=1)
    return pattern.format(**facts)


@dataclass
class Report:
    """A report before it is written. `seed` decides every choice that is left open."""

    agency: Agency
    year: int
    template: Template
    values: Values
    seed: str
    last_year: Mapping[str, str] | None = None
    title: str = ""
    headings: dict[str, str] = field(default_factory=dict)
    signed: list[str] = field(default_factory=list)
    edits: list[Edit] = field(default_factory=list)
    """What is done to the parts at the very end: tables taken out, rows lost, sections moved."""
    writer: str = "plain"
    file: str = ""
    published: str | None = None
    """The date of publication that the page itself gives."""
    page: Callable[[bytes], bytes] | None = None
    """What is done to a finished web page."""
    fees: str = "fees"
    _prose: dict[str, list[str]] | None = None

    def __post_init__(self) -> None:
        rng = self.rng("title")
        self.title = self.title or f"{self.agency.name}{self.year}年政府信息公开工作年度报告"
        self.headings = self.headings or {s.key: f"{s.numeral}、{s.heading}" for s in self.template.sections}
        self.signed = self.signed or [self.agency.name, f"{self.year + 1}年1月{rng.randint(8, 26)}日"]

    def rng(self, what: str) -> random.Random:
        """Return random numbers for one purpose, the same every time."""
        return random.Random(f"{self.seed}/{self.agency.name}/{self.year}/{what}")

    def _first(self, bank_name: str, size: int) -> int:
        """Return where an agency begins in a bank of sentences; the choice moves on with the year.

        So no report says what it said the year before, and no department says what its government says.
        """
        start = random.Random(f"{self.seed.split('/')[0]}/{self.agency.home}/{bank_name}").randrange(size)
        below = self.agency.organ == "department" and size > 1
        return start + (
            1 + zlib.crc32(f"{self.agency.name}/{bank_name}".encode()) % (size - 1) if below else 0
        )

    def count(self, code: str) -> int:
        """Return a number of the tables; what is no number counts 0."""
        printed = self.values.get(code, "0")
        return int(printed) if printed.isascii() and printed.isdigit() else 0

    @property
    def prose(self) -> dict[str, list[str]]:
        """The paragraphs by place: ``intro``, the parts of section one, the other sections."""
        if self._prose is None:
            self._prose = self._worded()
        return self._prose

    def facts(self) -> dict[str, object]:
        """Return what the sentences are filled with."""
        rng, c = self.rng("facts"), self.count
        disclosed = rng.randint(80, 900)
        received, natural = c("t3.received_new.total"), c("t3.received_new.natural_person")
        online = rng.randint(0, received)
        group = {
            name: sum(c(code) for code in self.values if code.startswith(f"t3.results.{name}") and code.endswith(".total"))
            for name in ("denied", "unable", "not_handled", "other")
        }  # fmt: skip
        congress = "二十大" if self.year >= 2022 else "十九大"
        before = (self.last_year or {}).get("t3.received_new.total", "0")
        done, full = c("t3.results.total.total"), c("t3.results.full_disclosure.total")
        return {
            "agency": self.agency.name, "self": self.agency.self_name, "home": self.agency.home, "year": self.year,
            "last_year": self.year - 1, "next_year": self.year + 1, "upper": self.agency.parent or "国务院办公厅",
            **{f"topic{n}": topic for n, topic in enumerate(self.agency.topics)},
            "disclosed": disclosed, "part": rng.randint(10, disclosed // 2), "explained": rng.randint(2, 20),
            "few": rng.randint(2, 6), "few2": rng.randint(2, 6), "phone": rng.randint(2_100_000, 8_999_999),
            "postcode": rng.randint(710_000, 719_999), "four": f"{rng.randint(0, 9999):04d}", "congress": congress,
            "received": received, "carried_in": c("t3.carried_in.total"), "done": done,
            "carried_out": c("t3.carried_out.total"), "natural": natural, "legal": received - natural,
            "natural_share": f"{100 * natural / received:.1f}" if received else "0",
            "online": online, "offline": received - online, "last_received": before,
            "third": max(1, received // 3), "both": received + c("t3.carried_in.total"),
            "altogether": 2 * received + int(before) + 3, "received_chinese": spoken(received),
            "received_wide": str(received).translate(_WIDE), "growth": growth(int(before), received),
            "full_share": f"{100 * full / done:.2f}" if done else "0",
            "full": full, "partial": c("t3.results.partial_disclosure.total"), **group,
            "review": c("t4.review.total"), **{f"review_{o}": c(f"t4.review.{o}") for o in ("upheld", "corrected", "other", "pending")},
            "suits": c("t4.suit_direct.total") + c("t4.suit_after_review.total"),
            **{key: c(f"t2.normative_docs.{key}") for key in ("issued", "repealed", "in_force")},
        }  # fmt: skip

    def say(self, pattern: str, what: str = "") -> str:
        """Word a sentence of a fault or a trap with the report's facts."""
        return worded(self.rng(f"say/{what}/{pattern}"), pattern, self.facts())

    def _worded(self) -> dict[str, list[str]]:
        rng, facts, banks = self.rng("prose"), self.facts(), bank("prose")

        def one(name: str) -> list[str]:
            choices = banks[name]
            said = worded(rng, choices[(self._first(name, len(choices)) + self.year) % len(choices)], facts)
            return [said] if said else []

        requests = one("requests_some" if facts["received"] or facts["carried_in"] else "requests_zero")
        requests += one("disputes_some" if facts["review"] or facts["suits"] else "disputes_none")
        documents = one("documents_some") if facts["issued"] and self.template.id == "v2021" else []
        return {
            "intro": one("intro"),
            "opening_part": one("opening"),
            "proactive_part": one("proactive") + documents,
            "requests_part": requests,
            "management_part": one("management"),
            "platform_part": one("platform"),
            "supervision_part": one("supervision"),
            "government_part": one("government") if self.agency.organ == "government" else [],
            **{section: [] for section in TABLE_OF},
            "problems": one("problems") + one("measures"),
            "plan_part": one("plan"),
            "other": one(self.fees if self.year >= 2020 else "other_before_fees"),
        }

    def overview(self) -> list[str]:
        """Return section one as paragraphs: sub-headings run in, apart, or none."""
        rng = self.rng("layout")
        style = rng.choice(("run in", "apart", "apart", "none"))
        found = list(self.prose["opening_part"])
        for number, (part, names) in enumerate(_SUBHEADS.items()):
            head, said = f"（{'一二三四五'[number]}）{rng.choice(names)}", "".join(self.prose[part])
            if not said:
                continue
            if style == "run in":
                found.append(f"{head}。{said}")
            elif style == "apart":
                found += [head, said]
            else:
                plain = f"{names[0]}方面，"
                found.append(plain + said)
        return found + self.prose["government_part"]

    def parts(self) -> list[Part]:
        """Return the finished report, from title to signature."""
        prose = self.prose
        rows2, rows3 = table2(self.template, self.values), table3(self.template, self.values)
        grids = {
            "proactive": Grid("t2", rows2, spans2(rows2, 4), 0),
            "requests": Grid("t3", rows3, spans3(self.template, rows3), 3),
            "disputes": Grid("t4", table4(self.template, self.values), SPANS4, 3),
        }
        found: list[Part] = [Text(self.title, "title"), *(Text(text) for text in prose["intro"])]
        for section in self.template.sections:
            found.append(Heading(self.headings[section.key]))
            texts = self.overview() if section.key == "overview" else list(prose[section.key])
            if section.key == "problems":
                texts += prose["plan_part"]
            if section.key in grids:
                found.append(grids[section.key])
            found += [Text(text) for text in texts]
        found += [Text(text, "signature") for text in self.signed]
        for edit in self.edits:
            found = edit(found)
        return found


def applicant_sum(values: Mapping[str, str], row: str) -> int:
    """Return the sum over the six kinds of applicant of a row of table 3."""
    return sum(int(values[f"t3.{row}.{applicant}"]) for applicant in APPLICANTS)


def spoken(count: int) -> str:
    """Return a number under ten thousand in Chinese numerals."""
    if count == 0:
        return "零"
    said, skipped = "", False
    for unit, name in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit = count // unit % 10
        if digit:
            said += ("零" if skipped and said else "") + "零一二三四五六七八九"[digit] + name
        skipped = digit == 0
    return said.removeprefix("一") if 10 <= count < 20 else said


def growth(before: int, now: int) -> str:
    """Return by how much a number has grown or fallen, in words."""
    if before == now or not before:
        return f"{'持平' if before == now else '增加'}"
    way = "增长" if now > before else "下降"
    return f"{way}{100 * abs(now - before) / before:.1f}%"
