"""A report laid out for its page: the findings by tab, each with its equation, and where they stand in the original."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from expectations.template import TEMPLATE_IDS
from models.document import Document, Locator, Paragraph
from models.results import Finding
from models.views import CellView
from tasks.ask.originals import PICTURED, Originals
from tasks.ask.report import Answered, Asked
from tasks.decide.reviews import Standing
from tasks.persist.changes import Kind
from tasks.publish.equation import Equation, equation_of
from tasks.publish.original import Original, Taken, draw_original
from tasks.publish.page_pictures import Picture
from tasks.publish.reading_page import taken_of
from tasks.publish.report_page import ReportPage, Shown, report_page
from tasks.publish.rule_texts import RuleText

LONG_ENOUGH = 6
"""Characters of a quotation that hardly stands twice in a report by chance."""
TABS: Mapping[str, str] = {
    "critical": "严重",
    "warning": "一般",
    "info": "提示",
    "review": "待核",
    "skipped": "未评",
}


@dataclass(frozen=True, slots=True)
class Card:
    """A finding on the page. `sides` says of its cells where they stand in the equation: left, right or beside it; `review` is the decision
    that counts."""

    shown: Shown
    fingerprint: str
    change: Kind | None
    equation: Equation | None
    sides: Mapping[str, str]
    review: Standing | None
    answers: tuple[Answered, ...]

    @property
    def anchor(self) -> str:
        """Its id on the page."""
        return self.shown.numbered.anchor

    def codes(self, side: str) -> list[str]:
        """Return the cells that stand on a side: ``left``, ``right`` or ``beside``."""
        return [code for code, stands in self.sides.items() if stands == side]


@dataclass(frozen=True, slots=True)
class LaidOut:
    """A report's page: `page` as the static pages have it, and the cards of each tab."""

    asked: Asked
    page: ReportPage
    cards: Mapping[str, tuple[Card, ...]]

    def count(self, tab: str) -> int:
        """Return how many there are on a tab."""
        return self.page.standing_counts["skipped"] if tab == "skipped" else len(self.cards[tab])

    def first_tab(self) -> str:
        """Return the first tab on which there is something."""
        return next((tab for tab in TABS if self.count(tab)), "critical")

    def tab_of(self, anchor: str) -> str | None:
        """Return the tab on which a finding stands."""
        return next(
            (tab for tab, cards in self.cards.items() if any(c.anchor == anchor for c in cards)), None
        )

    @property
    def all_cards(self) -> tuple[Card, ...]:
        """Every finding, in the order of the tabs."""
        return tuple(card for cards in self.cards.values() for card in cards)


def laid_out(asked: Asked, rules: Mapping[str, RuleText]) -> LaidOut:
    """Lay a report out. `rules` are the texts of all rules that it may name."""
    page = report_page(asked.view, str(asked.id), rules)
    shown = {group.severity: group.findings for group in page.groups}
    shown["review"] = tuple(one for several in page.review.values() for one in several)
    cards = {tab: tuple(_card(asked, one) for one in shown.get(tab, ())) for tab in TABS if tab != "skipped"}
    return LaidOut(asked, page, cards)


def after_decisions(asked: Asked, rules: Mapping[str, RuleText]) -> ReportPage:
    """Lay out what remains of a report after the decisions, for the arithmetic of the score by which it stands."""
    rest = asked.stands.evaluation if asked.stands is not None else asked.view.evaluation
    return report_page(replace(asked.view, evaluation=rest), str(asked.id), rules)


def _card(asked: Asked, shown: Shown) -> Card:
    finding = shown.numbered.finding
    fingerprint = asked.fingerprint(finding)
    equation = equation_of(finding, asked.view.template, asked.view.cells)
    sides: dict[str, str] = dict.fromkeys(finding.cells, "beside")
    if equation is not None:
        sides |= equation.sides()
    answers = tuple(answer for answer in asked.answers if answer.fingerprint == fingerprint)
    return Card(
        shown,
        fingerprint,
        asked.changes.get(fingerprint),
        equation,
        sides,
        asked.reviews.get(fingerprint),
        answers,
    )


# ----------------------------------------------------------------------------------------- the original


def cell_id(code: str) -> str:
    """Return the id of a cell of the form on the page."""
    return f"c-{code}"


def original_of(asked: Asked, cards: Sequence[Card], look: Originals, address: str) -> Original:
    """Draw the original of the version shown, every cell and every finding in its place.

    `address` is that of a page's picture without its number. Raises ReadError and DamagedOriginal.
    """
    view = asked.view
    source = look.source(view.sha256, view.file)
    taken = _cells(view.template, view.cells)
    if view.format in PICTURED:
        pictures = [
            Picture(number, width, height, f"{address}{number}")
            for number, (width, height) in enumerate(look.sizes(source, view.format), start=1)
        ]
        return draw_original(
            source.artifact, Document((), view.format), pictures, [*taken, *_words(cards, ())]
        )
    document = _with_places(look.document(source))
    places = [block for block in document.blocks if isinstance(block, Paragraph)]
    return draw_original(source.artifact, document, (), [*taken, *_words(cards, places)])


def _with_places(document: Document) -> Document:
    """Give each paragraph without a place a number, so that it can be named."""
    blocks = (
        replace(block, locator=Locator(line=number))
        if isinstance(block, Paragraph) and block.locator == Locator()
        else block
        for number, block in enumerate(document.blocks, start=1)
    )
    return replace(document, blocks=tuple(blocks))


def _cells(template: str | None, cells: Mapping[str, CellView]) -> list[Taken]:
    known = template if template in TEMPLATE_IDS else None
    return list(taken_of(known, cells, {code: cell_id(code) for code in cells}))


def _words(cards: Sequence[Card], places: Sequence[Paragraph]) -> list[Taken]:
    """The places of findings that speak of no cell: a line or paragraph each, else where the words they quote stand."""
    found = []
    for card in cards:
        finding = card.shown.numbered.finding
        if not finding.cells and (where := finding.where or _quoted(finding, places)):
            found.append(Taken(card.anchor, where, "", "uncertain", finding.message))
    return found


def _quoted(finding: Finding, places: Sequence[Paragraph]) -> dict[str, Any]:
    """Where the longest words that a finding quotes stand, if they stand in one paragraph alone."""
    quotes = [passage.own for passage in finding.passages] + re.findall(r"“([^“”]+)”", finding.message)
    for quote in sorted((one for one in quotes if len(one) >= LONG_ENOUGH), key=len, reverse=True):
        holding = [place for place in places if quote in place.text]
        if len(holding) == 1:
            return holding[0].locator.as_json()
    return {}
