"""The static pages of a sweep: self-contained files that open from a folder, without network or server.

What is shown comes from `models.views` alone. Text of reports is always escaped; the one stylesheet and
the few lines of script are written into every page, and its content policy allows nothing else.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Set
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from expectations.profile import default
from models.views import ReportView, SweepView
from tasks.publish import words
from tasks.publish.marks import template_title
from tasks.publish.overview import counts, distribution, is_our_fault, lines, most_frequent, tallies
from tasks.publish.report_page import as_json, report_page
from tasks.publish.rule_texts import RuleText

_OURS = re.compile(r"(reports/[0-9a-f]{12}-(\d{4}|x)\.(html|json)|rules/[\w.-]+\.html)")
_SAFE_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,40}")
# NUL and its like cannot stand in HTML; a lone surrogate cannot stand in UTF-8.
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")


def write_site(view: SweepView, folder: Path, rules: Mapping[str, RuleText]) -> Path:
    """Write the pages of a sweep into `folder` and return the path of index.html.

    Writes ``index.html``, ``reports/<slug>.html`` and ``.json``, ``rules/index.html`` and ``rules/<id>.html``.
    A slug is made of agency and year, so that the address of a report stays when a new version arrives. The
    same view gives byte-identical files; pages of earlier sweeps that are no longer due are removed, other
    files in the folder are left alone. `rules` holds the texts by rule id, in the order they are listed.
    """
    due = set()
    for name, content in _pages(view, rules):
        _write(folder / name, content)
        due.add(name)
    _remove_stale(folder, due)
    return folder / "index.html"


def slugs(reports: Iterable[ReportView]) -> dict[str, ReportView]:
    """Return the reports by the name of their page: a hash of agency and year, and the year.

    Reports that share both (agencies that could not be told) are told apart by the hash of their file.
    """
    listed = list(reports)
    shared = Counter((report.agency, report.year) for report in listed)
    named: dict[str, ReportView] = {}
    for report in listed:
        parts = [report.agency, str(report.year)]
        if shared[report.agency, report.year] > 1:
            parts.append(report.sha256)
        digest = hashlib.sha256("\x1f".join(parts).encode("utf-8", "surrogatepass")).hexdigest()
        year = f"{report.year:04d}" if report.year is not None else "x"
        named[f"{digest[:12]}-{year}"] = report
    return named


def _pages(view: SweepView, rules: Mapping[str, RuleText]) -> Iterable[tuple[str, bytes]]:
    reports = slugs(view.reports)
    texts = _all_rules(view, rules)
    tally = tallies(reports, list(texts))
    listed = lines(reports)
    frame: dict[str, Any] = {"view": view, "rules": texts, "rule_file": _rule_file}
    yield (
        "index.html",
        render(
            "index.html.j2",
            frame,
            root="",
            lines=listed,
            counts=counts(view, listed),
            frequent=most_frequent(listed),
            bars=distribution(listed),
            alarmed=[line for line in listed if line.report.evaluation.score.alerts],
            unreadable=[error for error in view.errors if not is_our_fault(error)],
            broken=[error for error in view.errors if is_our_fault(error)],
            years=sorted({line.report.year for line in listed if line.report.year is not None}, reverse=True),
            grades=list(dict.fromkeys(line.report.evaluation.score.grade for line in listed)),
        ),
    )
    for slug, report in reports.items():
        yield (
            f"reports/{slug}.html",
            render("report.html.j2", frame, root="../", page=report_page(report, slug, texts), report=report),
        )
        yield f"reports/{slug}.json", _json(view, report)
    dimensions = {dimension.key: dimension.title for dimension in default().scoring.dimensions}
    yield (
        "rules/index.html",
        render("rules.html.j2", frame, root="../", tallies=tally, dimensions=dimensions),
    )
    for rule_id, text in texts.items():
        yield (
            f"rules/{_rule_file(rule_id)}",
            render("rule.html.j2", frame, root="../", rule=text, tally=tally[rule_id], dimensions=dimensions),
        )


def _all_rules(view: SweepView, rules: Mapping[str, RuleText]) -> dict[str, RuleText]:
    """The rules given, and any other that a result of the sweep names (it may be older than the rules)."""
    named = {
        rule
        for report in view.reports
        for rule in (
            *report.evaluation.verdicts,
            *(finding.rule for finding in report.evaluation.findings),
            *(rule for finding in report.evaluation.findings for rule in finding.consequences),
            *(taken.rule for d in report.evaluation.score.dimensions for taken in d.deductions),
            *(
                ref.rule
                for version in report.versions
                for ref in (*version.mended, *version.still_open, *version.new)
            ),
        )
    }
    unknown = (
        RuleText(rule, "现行规则库中没有的规则", "", "", "", "", "", "")
        for rule in sorted(named - set(rules))
    )
    return {**rules, **{text.id: text for text in unknown}}


def _rule_file(rule_id: str) -> str:
    """The file of a rule's page; an id that is no fit file name is replaced by its hash."""
    if _SAFE_ID.fullmatch(rule_id) and rule_id != "index":
        return f"{rule_id}.html"
    return f"{hashlib.sha256(rule_id.encode('utf-8', 'surrogatepass')).hexdigest()[:12]}.html"


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("tasks.publish"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    style, script = asset("style.css"), asset("page.js")
    environment.globals |= {
        "style": Markup(style),
        "script": Markup(script),
        "policy": (
            f"default-src 'none'; style-src 'sha256-{digest(style)}'; script-src 'sha256-{digest(script)}'; "
            "img-src data:; base-uri 'none'; form-action 'none'"
        ),
        "words": words,
        "template_title": template_title,
    }
    environment.filters |= {
        "number": words.number,
        "signed": words.signed,
        "points": words.points,
        "day": words.day,
        "instant": words.instant,
        "year": words.year,
        "place": words.place,
    }
    return environment


def asset(name: str) -> str:
    """Return the text of a style sheet or script as pages hold it."""
    # A style or script element holds exactly this text, so that its hash in the policy fits.
    return files("tasks.publish").joinpath("assets", name).read_text(encoding="utf-8").replace("\r\n", "\n")


def digest(text: str) -> str:
    """Return the hash of a style or script for the content security policy."""
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def render(name: str, frame: Mapping[str, Any], **values: Any) -> bytes:
    """Return a page in UTF-8, without characters that no page may hold."""
    text = _environment().get_template(name).render(**frame, **values)
    return (_UNPRINTABLE.sub("\ufffd", text).rstrip() + "\n").encode()


def _json(view: SweepView, report: ReportView) -> bytes:
    document = {
        "schema": "hecha.report/1",
        "ruleset": {
            "version": view.ruleset_version,
            "hash": view.ruleset_hash,
            "profile": view.profile,
            "profile_hash": view.profile_hash,
        },
        "report": as_json(report),
    }
    text = json.dumps(document, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    # Only an escape can write a lone surrogate down.
    return re.sub("[\ud800-\udfff]", lambda m: f"\\u{ord(m[0]):04x}", text + "\n").encode()


def _write(path: Path, content: bytes) -> None:
    """Write a page unless it stands there already, so that a repeated sweep leaves the folder untouched."""
    if path.is_file() and path.read_bytes() == content:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def _remove_stale(folder: Path, due: Set[str]) -> None:
    for path in sorted([*folder.glob("reports/*"), *folder.glob("rules/*")]):
        name = path.relative_to(folder).as_posix()
        if name not in due and _OURS.fullmatch(name):
            path.unlink()
