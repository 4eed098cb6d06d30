"""The list of web addresses: a table with agency, year and url, told from a report by its header."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from models.errors import ConfigurationError, ErrorKind
from models.views import ErrorView
from tasks.sources.arrived import Origin
from tasks.tabular import Line, written_lines

WHAT = "网址清单"
COLUMNS = {
    "agency": ("机关", "机关名称", "单位", "单位名称"),
    "year": ("年度", "报告年度", "年份"),
    "url": ("网址", "报告链接", "链接", "地址"),
}
"""Columns and the Chinese headers that mean the same (docs/SOURCES.md); further columns are passed over."""

_NAMES = {name: column for column, chinese in COLUMNS.items() for name in (column, *chinese)}
_ADDRESS = ("url", "网址", "报告链接")
"""What no report has in its first line."""
_SECRET = re.compile(r"//[^/?#]*@")
"""A name and password, which no list of errors repeats."""
_LONGEST = 4096
"""A list's header is within its first bytes; a report of 30 MB is not parsed to learn that it is none."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the list."""

    line: int
    origin: Origin


def is_list(path: Path) -> bool:
    """Say whether a file is a list of web addresses: a CSV or XLSX with a column url or 网址 in its first line."""
    if path.suffix.lower() not in (".csv", ".xlsx") or not path.is_file():
        return False
    try:
        if path.suffix.lower() == ".csv":
            with path.open("rb") as stream:
                head = stream.read(_LONGEST).lstrip(b"\xef\xbb\xbf\r\n").split(b"\n")[0]
            cells = [_plain(cell) for text in _readings(head) for cell in text.split(",")]
        else:
            cells = [_plain(cell) for _, line in written_lines(path, WHAT)[:1] for cell in line]
    except (OSError, ConfigurationError):
        return False  # the reader of reports says what is wrong with it
    return any(cell in _ADDRESS for cell in cells)


def _readings(head: bytes) -> list[str]:
    return [head.decode(encoding, "replace") for encoding in ("utf-8", "gb18030")]


def _plain(cell: str) -> str:
    return cell.strip().strip('"').strip().lower()


def read_list(path: Path) -> tuple[list[Entry], list[ErrorView]]:
    """Return the lines of a list that can be used, and one ErrorView for each that cannot.

    Raises ConfigurationError, in Chinese, when the file is no table or a column is missing.
    """
    lines = written_lines(path, WHAT)
    header = _header(path, lines)
    entries: list[Entry] = []
    errors: list[ErrorView] = []
    seen: dict[str, int] = {}
    for number, cells in lines[1:]:
        row = {column: cells[place] if place < len(cells) else "" for column, place in header.items()}
        why = _wrong(row, seen)
        if why:
            shown = _SECRET.sub("//", row["url"]) or row["agency"] or f"{path.name}第{number}行"
            errors.append(ErrorView(shown, ErrorKind.UNREADABLE.value, f"{WHAT}第{number}行{why}"))
            continue
        seen[row["url"]] = number
        year = re.match(r"\d{4}", row["year"])
        entries.append(Entry(number, Origin(row["agency"], int(year[0]) if year else None, row["url"])))
    return entries, errors


def _header(path: Path, lines: Sequence[Line]) -> dict[str, int]:
    written = lines[0][1] if lines else []
    header: dict[str, int] = {}
    for place, name in enumerate(written):
        column = _NAMES.get(name.lower())
        if column in header:
            raise ConfigurationError(f"{WHAT}“{path.name}”第1行的“{name}”列与前面的列重复，请删去一列。")
        if column:
            header[column] = place
    for column, chinese in COLUMNS.items():
        if column not in header:
            raise ConfigurationError(
                f"{WHAT}“{path.name}”第1行缺少“{chinese[0]}”列，第一行应为：机关,年度,网址。"
            )
    return header


def _wrong(row: dict[str, str], seen: dict[str, int]) -> str:
    """Return what is wrong with a line, in Chinese, or nothing."""
    if not row["agency"]:
        return "没有填写机关，请补上后重新核查。"
    if not re.fullmatch(r"(?:20\d{2}(?:年度?)?)?", row["year"]):
        return f"的年度“{row['year']}”不是四位年份，请改为如2023，不知道的留空。"
    if not row["url"]:
        return "没有填写网址，请补上后重新核查。"
    try:
        address = urlsplit(row["url"])
        host, port = address.hostname, address.port
    except ValueError:
        return "的网址写法有误，请核对。"
    if not row["url"].lower().startswith(("http://", "https://")):
        return "的网址应以http://或https://开头，请核对。"
    if not host or port == 0:
        return "的网址写法有误，请核对。"
    if "@" in address.netloc:
        return "的网址中写有用户名或密码，未予访问，请删去后重新核查。"
    if row["url"] in seen:
        return f"的网址与第{seen[row['url']]}行相同，只取一次，请核对是否填错。"
    return ""
