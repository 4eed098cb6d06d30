"""整改通知.docx and the other letters to an agency (catalogue §4.2), from a template that an office may replace."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any

from docx.document import Document as DocumentObject

from tasks.decide.letters import title
from tasks.documents.filling import Block, fill, opened
from tasks.documents.official import (
    ANNEX,
    BODY,
    FLUSH,
    NOTE,
    NUMBER,
    SIGNATURE,
    TITLE,
    add_styles,
    centre_signature,
    grid,
    official_document,
    on_new_page,
)
from tasks.documents.problems import Problem
from tasks.documents.text import clean
from tasks.publish.words import day

SHIPPED = Path(__file__).parent / "templates" / "notice.docx"
OWN = Path("templates") / "notice.docx"
"""Where under HECHA_HOME an office puts its own."""
NEEDED = ("标题", "主送机关", "正文", "发文机关", "成文日期", "问题清单")

HEADS = ("序号", "所在位置", "问题描述", "依据", "严重程度", "整改要求")
WIDTHS = (10, 27, 44, 33, 12, 30)
"""Millimetres, together the width of the text."""


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter as it is printed. `body` may have several paragraphs; `problems` make its annex, if there are any."""

    kind: str
    year: int
    agency: str
    body: str
    issuer: str
    dated: date
    number: str = ""
    problems: tuple[Problem, ...] = ()

    @property
    def title(self) -> str:
        """The letter's title."""
        return title(self.kind, self.year)

    @property
    def annex(self) -> str:
        """The title of the annex."""
        return f"{self.agency}{self.year}年政府信息公开工作年度报告问题清单"


def template_of(home: Path) -> Path:
    """Return the office's own template where there is one, else ours."""
    own = home / OWN
    return own if own.is_file() else SHIPPED


def write_letter(letter: Letter, template: Path) -> bytes:
    """Return the letter as a docx. Raises TemplateError for a template that cannot be used."""
    document = opened(template)
    values = {
        "标题": letter.title,
        "文号": letter.number,
        "主送机关": letter.agency,
        "年度": str(letter.year),
        "正文": letter.body,
        "附件说明": f"附件：{letter.annex}" if letter.problems else "",
        "发文机关": letter.issuer,
        "成文日期": day(letter.dated),
        "问题数": str(len(letter.problems)),
        "严重问题数": str(sum(problem.severity == "严重" for problem in letter.problems)),
    }
    annex: Block | None = _annex(letter) if letter.problems else None
    fill(document, template.name, values, {"问题清单": annex}, NEEDED)
    signed = [p for p in document.paragraphs if p.style is not None and p.style.name == SIGNATURE]
    if len(signed) == 2:
        centre_signature(*signed)
    document.core_properties.title = clean(letter.title)
    return saved(document)


def _annex(letter: Letter) -> Callable[[DocumentObject], list[Any]]:
    def added(document: DocumentObject) -> list[Any]:
        add_styles(document)
        label = on_new_page(document.add_paragraph("附件", ANNEX))
        head = document.add_paragraph(clean(letter.annex), TITLE)
        table = grid(
            document, HEADS, [problem_row(n, p) for n, p in enumerate(letter.problems, start=1)], WIDTHS
        )
        return [
            label._p,
            document.add_paragraph("", FLUSH)._p,
            head._p,
            document.add_paragraph("", FLUSH)._p,
            table._tbl,
        ]

    return added


def problem_row(number: int, problem: Problem) -> tuple[str, ...]:
    """Return a problem as a row under `HEADS`."""
    texts = (str(problem.place), problem.message, problem.source, problem.severity, problem.hint)
    return (str(number), *(clean(text) for text in texts))


def saved(document: DocumentObject) -> bytes:
    """Return the bytes of a document."""
    written = BytesIO()
    document.save(written)
    return written.getvalue()


def shipped_template() -> DocumentObject:
    """Return the template as we ship it (``python -m tasks.documents.notice`` writes it)."""
    document = official_document("整改通知")
    for style, text in (
        (NUMBER, "{{文号}}"),
        (FLUSH, ""),
        (TITLE, "{{标题}}"),
        (FLUSH, ""),
        (FLUSH, "{{主送机关}}："),
        (BODY, "{{正文}}"),
        (FLUSH, ""),
        (NOTE, "{{附件说明}}"),
        (FLUSH, ""),
        (FLUSH, ""),
        (SIGNATURE, "{{发文机关}}"),
        (SIGNATURE, "{{成文日期}}"),
        (FLUSH, "{{问题清单}}"),
    ):
        document.add_paragraph(text, style)
    return document


if __name__ == "__main__":
    shipped_template().save(str(SHIPPED))
