"""What a web page says of its report: whether it holds the tables itself, and the files it links as the report."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import unquote, urljoin, urlsplit

from models.document import Artifact, Table
from models.errors import ReadError
from tasks.read import read
from tasks.read.decode import decode
from tasks.read.html_tree import parse

MOST = 5
"""Files taken from one page; an annual report has one or two forms."""
TELLING = "年度报告"
_FILE = re.compile(r"\.(?:docx?|pdf|ofd|wps|rtf|odt|xlsx?|zip)(?![a-z0-9.])", re.I)
_YEAR = re.compile(r"(?<!\d)20[0-9]{2}(?!\d)")


@dataclass(frozen=True, slots=True)
class Page:
    """A page as far as its report is concerned."""

    has_tables: bool
    files: tuple[str, ...]
    """Absolute addresses, on the host of the page, in the order of the page."""


def look(page: Artifact, url: str, year: int | None) -> Page:
    """Return what a page holds and links; links that speak of other years than `year` are left out."""
    files = tuple(dict.fromkeys(_files(page.content, url, year)))[:MOST]
    return Page(_has_tables(page), files)


def _has_tables(page: Artifact) -> bool:
    """Say whether a page holds a table of some size; those that only lay out a page have a cell or two."""
    try:
        blocks = read(page).blocks
    except ReadError:
        return False
    return any(isinstance(block, Table) and block.rows >= 3 and block.columns >= 3 for block in blocks)


def _files(content: bytes, url: str, year: int | None) -> Iterator[str]:
    try:
        tree = parse(decode(content)[0])
    except ReadError:
        return  # whoever reads the page says so
    base = next(iter(tree.xpath("//base/@href")), "")
    for link in tree.iter("a"):
        href = (link.get("href") or "").strip()
        words = " ".join(["".join(link.itertext()), link.get("title") or "", link.get("download") or ""])
        if not href or TELLING not in "".join(words.split()):
            continue
        years = {int(found) for found in _YEAR.findall(words)}
        if year is not None and years and year not in years:
            continue
        try:
            address = urljoin(urljoin(url, base), href)
            parts = urlsplit(address)
            same = parts.scheme in ("http", "https") and parts.hostname == urlsplit(url).hostname
        except ValueError:
            continue  # nothing that a browser could open
        if same and any(_FILE.search(unquote(part)) for part in (parts.path, *parts.query.split("&"), words)):
            yield address.split("#")[0]
