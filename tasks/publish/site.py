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
from collections.abc import Callable, Iterable, Iterator, Mapping, Set
from functools import cache, partial
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
DRAWN = ".drawn.json"
"""The file beside the pages that says what each was drawn from."""
_Page = tuple[list[str], str | None, Callable[[], list[bytes]]]
_SAFE_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,40}")
# NUL and its like cannot stand in HTML; a lone surrogate cannot stand in UTF-8.
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")


def write_site(view: SweepView, folder: Path, rules: Mapping[str, RuleText]) -> Path:
    """Write the pages of a sweep into `folder` and return the path of index.html.

    Writes ``index.html``, ``reports/<slug>.html`` and ``.json``, ``rules/index.html`` and ``rules/<id>.html``.
    A slug is made of agency and year, so that the address of a report stays when a new version arrives. The
    same view gives byte-identical files; a report of which all is as it was is not drawn again; pages of earlier
    sweeps that are no longer due are removed, other files in the folder are left alone. `rules` holds the texts by
    rule id, in the order they are listed.
    """
    drawn = folder / DRAWN
    before = _drawn(drawn)
    now: dict[str, str] = {}
    due = set()
    for names, of_what, draw in _pages(view, rules):
        due.update(names)
        if of_what is not None:
            now[names[0]] = of_what
            if before.get(names[0]) == of_what and all((folder / name).is_file() for name in names):
                continue
        for name, content in zip(names, draw(), strict=True):
            _write(folder / name, content)
    _remove_stale(folder, due)
    _write(drawn, json.dumps(now, separators=(",", ":")).encode())
    return folder / "index.html"


def _drawn(listed: Path) -> dict[str, str]:
    """What each page of a report was drawn from the last time; nothing where that is not known."""
    try:
        known = json.loads(listed.read_bytes())
    except (OSError, ValueError):
        return {}
    return known if isinstance(known, dict) else {}


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


def _pages(view: SweepView, rules: Mapping[str, RuleText]) -> Iterator[_Page]:
    """Yield the pages: the names of files that belong together, a hash of what they show, and how they are drawn."""
    reports = slugs(view.reports)
    texts = all_rules(view.reports, rules)
    tally = tallies(reports, list(texts))
    listed = lines(reports)
    frame: dict[str, Any] = {"view": view, "rules": texts, "rule_file": _rule_file}
    ruleset = {
        "version": view.ruleset_version,
        "hash": view.ruleset_hash,
        "profile": view.profile,
        "profile_hash": view.profile_hash,
    }
    dimensions = {dimension.key: dimension.title for dimension in default().scoring.dimensions}

    def index() -> list[bytes]:
        page = render(
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
        )
        return [page]

    def of_report(slug: str, report: ReportView) -> list[bytes]:
        shown = report_page(report, slug, texts)
        page = render("report.html.j2", frame, root="../", page=shown, report=report)
        return [page, report_json(ruleset, report)]

    def of_rules() -> list[bytes]:
        return [render("rules.html.j2", frame, root="../", tallies=tally, dimensions=dimensions)]

    def of_rule(rule_id: str, text: RuleText) -> list[bytes]:
        page = render(
            "rule.html.j2", frame, root="../", rule=text, tally=tally[rule_id], dimensions=dimensions
        )
        return [page]

    yield ["index.html"], None, index
    named = (view.ruleset_version, view.ruleset_hash, view.profile, view.profile_hash)
    around = _hash([_drawing(), *named, *(repr(text) for text in texts.values())])
    for slug, report in reports.items():
        names = [f"reports/{slug}.html", f"reports/{slug}.json"]
        yield names, _hash([around, slug, repr(report)]), partial(of_report, slug, report)
    yield ["rules/index.html"], None, of_rules
    for rule_id, text in texts.items():
        yield [f"rules/{_rule_file(rule_id)}"], None, partial(of_rule, rule_id, text)


@cache
def _drawing() -> str:
    """Hash the code, templates and styles that decide what a page looks like."""
    here = Path(__file__).parent
    parts = sorted(part for part in here.rglob("*") if part.is_file() and part.suffix != ".pyc")
    return _hash([*(part.read_bytes().hex() for part in parts), __name__])


def _hash(parts: Iterable[str]) -> str:
    return hashlib.sha256("\x1f".join(parts).encode("utf-8", "surrogatepass")).hexdigest()


def all_rules(reports: Iterable[ReportView], rules: Mapping[str, RuleText]) -> dict[str, RuleText]:
    """Return the rules given, and any other that a report's result names (it may be older than the rules)."""
    named = {
        rule
        for report in reports
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


def report_json(ruleset: Mapping[str, str], report: ReportView) -> bytes:
    """Return all that a report's page shows as JSON. `ruleset`: ``version``, ``hash``, ``profile``, ``profile_hash``."""
    document = {"schema": "hecha.report/1", "ruleset": dict(ruleset), "report": as_json(report)}
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
