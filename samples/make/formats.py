"""The format set: the same four reports in every format: ``python -m samples.make.formats FOLDER``.

A file is called ``<content>.<form>.<suffix>``; ``truth.json`` tells what is printed in each content. What the
machine has no program for is left out and named in ``truth.json`` under ``left_out``.
"""

from __future__ import annotations

import importlib
import json
import logging
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from samples.make import conversions, docx, html, office, packing, pages, pdf, scans, sheets, text, word_xml
from samples.make.contents import Content, contents
from samples.make.report import Part

log = logging.getLogger("samples")

ALL = ("distinct", "consistent", "faulty", "earlier")
MAIN = ("distinct", "consistent", "faulty")


@dataclass(frozen=True)
class Form:
    """A way of writing a report: `group` is the format it counts under, `contents` what is written so."""

    group: str
    suffix: str
    write: Callable[[Sequence[Part]], bytes]
    contents: tuple[str, ...] = ALL


DIRECT: dict[str, Form] = {
    "tabs": Form("text", "txt", text.tabs),
    "lines": Form("text", "txt", text.lines),
    "columns": Form("text", "txt", conversions.columns),
    "bom": Form("text", "txt", conversions.tabs_bom),
    "gb18030": Form("text", "txt", conversions.tabs_gb18030),
    "utf16": Form("text", "txt", conversions.tabs_utf16),
    "utf16_bare": Form("text", "txt", conversions.tabs_utf16_bare, ("distinct",)),
    "pipes": Form("markdown", "md", text.markdown),
    "comma": Form("csv", "csv", conversions.comma),
    "comma_gb": Form("csv", "csv", conversions.comma_gb18030),
    "plain": Form("html", "html", html.plain),
    "gb": Form("html", "html", html.gb18030),
    "cms": Form("html", "html", html.cms),
    "pasted": Form("html", "html", pages.pasted),
    "script": Form("html", "html", pages.scripted),
    "split": Form("html", "html", pages.split_tables),
    "saved": Form("mht", "mht", pages.saved),
    "library": Form("docx", "docx", docx.document),
    "merged": Form("docx", "docx", word_xml.merged),
    "numbered": Form("docx", "docx", word_xml.numbered),
    "tracked": Form("docx", "docx", word_xml.tracked),
    "strict": Form("docx", "docx", word_xml.strict),
    "one": Form("xlsx", "xlsx", sheets.one_sheet),
    "each": Form("xlsx", "xlsx", sheets.sheet_a_table),
    "report": Form("pdf", "pdf", pdf.document),
}
"""Written by our own code: the same bytes every time."""

CONVERTED: tuple[tuple[str, str, str, tuple[str, ...]], ...] = (
    ("library", "doc", "doc", ALL),
    ("merged", "doc", "doc", ALL),
    ("numbered", "doc", "doc", ("distinct", "consistent")),
    ("merged", "rtf", "rtf", ALL),
    ("numbered", "rtf", "rtf", ("distinct",)),
    ("merged", "odt", "odt", ALL),
    ("numbered", "odt", "odt", ("distinct",)),
    ("merged", "html", "html", MAIN),
    ("merged", "pdf", "pdf", ALL),
    ("numbered", "pdf", "pdf", ("distinct", "consistent")),
    ("one", "xls", "xls", ALL),
    ("each", "xls", "xls", MAIN),
    ("one", "ods", "ods", ALL),
    ("each", "ods", "ods", MAIN),
)
"""(form it is saved from, suffix, format it counts under, contents) of what LibreOffice saves."""

SCANS: dict[str, tuple[str, str, scans.Degrade, int, tuple[str, ...]]] = {
    "mild": ("scan 200 dpi", "pdf", scans.mild, 200, MAIN),
    "mid": ("scan 200 dpi", "pdf", scans.mid, 200, ("distinct", "consistent")),
    "seal": ("scan 200 dpi", "pdf", scans.sealed, 200, ("distinct", "consistent")),
    "low": ("scan 120 dpi", "pdf", scans.mild, 120, ("distinct",)),
    "fax": ("fax", "pdf", scans.fax, 200, ("distinct",)),
    "photo": ("phone photo", "pdf", scans.photo, 200, ("distinct", "consistent")),
    "scanner": ("scan 200 dpi", "tiff", scans.mild, 200, ("distinct",)),
    "faxed": ("fax", "tiff", scans.fax, 200, ("distinct",)),
    "screen": ("long picture", "png", lambda page, rng: page, 130, ("distinct",)),
    "phone": ("long picture", "jpg", scans.mild, 150, ("distinct",)),
}
"""Form: (format it counts under, suffix, how the pages are degraded, dpi, contents)."""


def group_of(file: str) -> str:
    """Return the format under which a file of the set counts."""
    _, form, suffix = file.split(".")
    if form in SCANS:
        return SCANS[form][0]
    if form in DIRECT and DIRECT[form].suffix == suffix:
        return DIRECT[form].group
    if form.startswith("print"):
        return "pdf from Chromium"
    return suffix


def write(folder: Path, only: Iterable[str] = ()) -> list[str]:
    """Write the set into `folder`; return what had to be left out, with the reason.

    `only` names steps (``direct``, ``office``, ``prints``, ``ofd``, ``scans``, ``bundles``); all without it.
    """
    made = contents()
    folder.mkdir(parents=True, exist_ok=True)
    steps = {
        "direct": _direct,
        "office": _office,
        "prints": _prints,
        "ofd": _ofd,
        "scans": _scans,
        "bundles": _bundles,
    }
    wanted = set(only) or set(steps)
    left_out = []
    for name, step in steps.items():
        if name in wanted:
            try:
                step(folder, made)
            except (RuntimeError, ImportError) as error:
                left_out.append(f"{name}: {error}")
    (folder / "truth.json").write_text(_truth(made, left_out), encoding="utf-8")
    return left_out


def _truth(made: dict[str, Content], left_out: list[str]) -> str:
    files = {
        name: {
            "title": c.title,
            "agency": c.agency,
            "year": c.year,
            "template": c.template,
            "cells": c.values,
        }
        for name, c in made.items()
    }
    return json.dumps({"files": files, "left_out": left_out}, ensure_ascii=False, indent=1) + "\n"


def _direct(folder: Path, made: dict[str, Content]) -> None:
    for form, how in DIRECT.items():
        for name in how.contents:
            (folder / f"{name}.{form}.{how.suffix}").write_bytes(how.write(made[name].parts))


def _office(folder: Path, made: dict[str, Content]) -> None:
    jobs: dict[str, dict[str, bytes]] = {}
    for form, suffix, _, names in CONVERTED:
        source = DIRECT[form]
        for name in names:
            jobs.setdefault(suffix, {})[f"{name}-{form}.{source.suffix}"] = source.write(made[name].parts)
    for suffix, files in jobs.items():
        for name, content in office.converted(files, suffix).items():
            report, form = name.split(".")[0].split("-")
            (folder / f"{report}.{form}.{suffix}").write_bytes(content)
            if suffix == "doc":  # WPS writes this format under its own suffix
                (folder / f"{report}.{form}.wps").write_bytes(content)


def _prints(folder: Path, made: dict[str, Content]) -> None:
    for name in MAIN:
        parts = made[name].parts
        (folder / f"{name}.print.pdf").write_bytes(office.printed(pages.bordered(parts)))
        page = office.printed(pages.bordered_cms(parts), head_and_foot=True)
        (folder / f"{name}.print_cms.pdf").write_bytes(page)


def _ofd(folder: Path, made: dict[str, Content]) -> None:
    document = importlib.import_module("samples.make.ofd").document
    for name in ALL:
        (folder / f"{name}.direct.ofd").write_bytes(document(made[name].parts))


def _scans(folder: Path, made: dict[str, Content]) -> None:
    for form, (_, suffix, how, dpi, names) in SCANS.items():
        for name in names:
            source = folder / f"{name}.merged.pdf"
            if not source.exists():
                raise RuntimeError(f"{source.name} is not there to be scanned")
            degraded = scans.degraded(source.read_bytes(), how, dpi)
            (folder / f"{name}.{form}.{suffix}").write_bytes(_packed_scan(degraded, form, suffix, dpi))


def _packed_scan(made: list[scans.Page], form: str, suffix: str, dpi: int) -> bytes:
    if suffix == "pdf":
        return scans.as_pdf(made, dpi)
    if suffix == "tiff":
        return scans.as_fax(made, dpi) if form == "faxed" else scans.as_tiff(made, dpi)
    return scans.as_long_picture(made, "PNG" if suffix == "png" else "JPEG", dpi)


def _bundles(folder: Path, made: dict[str, Content]) -> None:
    tabs = {f"{c.title}.txt": text.tabs(c.parts) for c in made.values()}
    words = {f"{c.title}.docx": word_xml.merged(c.parts) for c in made.values()}
    (folder / "bundle.utf8.zip").write_bytes(packing.packed(words))
    (folder / "bundle.gbk.zip").write_bytes(packing.packed_gbk({f"年报/{n}": b for n, b in words.items()}))
    nested = {f"{name}.zip": packing.packed({name: content}) for name, content in tabs.items()}
    (folder / "bundle.nested.zip").write_bytes(packing.packed(nested))
    (folder / "bundle.mail.eml").write_bytes(pages.letter(words))
    (folder / "bundle.two.txt").write_bytes(b"\n\n".join(list(tabs.values())[:2]))


if __name__ == "__main__":
    for reason in write(Path(sys.argv[1]), sys.argv[2:]):
        print("left out:", reason)
