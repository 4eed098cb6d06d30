"""Rows of a table that a supervisor keeps beside the reports (roster, facts from outside): CSV or XLSX."""

from __future__ import annotations

import csv
import io
from datetime import date, datetime
from pathlib import Path

from models.errors import ConfigurationError

Line = tuple[int, list[str]]
"""The number of a line as people count them, and its cells without white space at their ends."""


def written_lines(path: Path, what: str) -> list[Line]:
    """Return the lines of a table that hold anything, the header first.

    CSV is UTF-8 (with or without BOM) or GB18030; of a workbook the first sheet counts. `what` names the table in
    Chinese (名册). Raises ConfigurationError, in Chinese, for a file that is not such a table.
    """
    content = _bytes(path, what)
    lines = (
        _of_workbook(path, content, what)
        if content.startswith(b"PK\x03\x04")
        else _of_csv(path, content, what)
    )
    return [(number, cells) for number, cells in lines if any(cells)]


def _bytes(path: Path, what: str) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError as error:
        raise ConfigurationError(f"找不到{what}文件“{path}”，请检查路径。") from error
    except OSError as error:
        raise ConfigurationError(
            f"{what}文件“{path}”无法读取，请检查它是不是文件、有没有读取权限。"
        ) from error


def _of_csv(path: Path, content: bytes, what: str) -> list[Line]:
    rows = csv.reader(io.StringIO(_decoded(path, content, what), newline=""), strict=True)
    try:
        return [(rows.line_num, [cell.strip() for cell in row]) for row in rows]
    except csv.Error as error:
        raise ConfigurationError(
            f"{what}“{path.name}”第{rows.line_num}行不是完整的CSV（引号不成对），请用表格软件重新另存为CSV。"
        ) from error


def _decoded(path: Path, content: bytes, what: str) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise ConfigurationError(
        f"{what}“{path.name}”不是UTF-8或GB18030编码的文本，请用表格软件另存为“CSV UTF-8（逗号分隔）”。"
    )


def _of_workbook(path: Path, content: bytes, what: str) -> list[Line]:
    import python_calamine as calamine  # only where a workbook was given

    broken = ConfigurationError(f"{what}“{path.name}”不是可以打开的XLSX工作簿，请用表格软件另存为XLSX或CSV。")
    try:
        workbook = calamine.CalamineWorkbook.from_filelike(io.BytesIO(content))
        rows = workbook.get_sheet_by_index(0).to_python(skip_empty_area=False)
    except (calamine.CalamineError, IndexError, OSError, ValueError) as error:
        raise broken from error
    except BaseException as error:
        if type(error).__name__ != "PanicException":  # how a fault in Rust arrives, outside of Exception
            raise
        raise broken from error
    lines = [[_text(cell) for cell in row] for row in rows]
    width = max((place for line in lines for place, cell in enumerate(line, start=1) if cell), default=0)
    return [(number, line[:width] + [""] * (width - len(line))) for number, line in enumerate(lines, start=1)]


def _text(cell: object) -> str:
    """Return a cell as a person would type it: 2023, not 2023.0; a moment as its day."""
    if isinstance(cell, bool):
        return "是" if cell else "否"
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    if isinstance(cell, date):
        return cell.isoformat()
    return str(cell).strip()
