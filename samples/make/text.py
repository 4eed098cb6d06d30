"""Text formats: tabs, one cell a line, Markdown."""

from __future__ import annotations

from collections.abc import Sequence

from samples.make.report import Grid, Heading, Part, Text


def tabs(parts: Sequence[Part]) -> bytes:
    """Tab-separated tables, a blank line between paragraphs."""
    blocks = [
        "\n".join("\t".join(row) for row in part.rows) if isinstance(part, Grid) else part.text
        for part in parts
    ]
    return ("\n\n".join(blocks) + "\n").encode()


def lines(parts: Sequence[Part]) -> bytes:
    """One cell a line with a leading tab, a blank line after each row: what copying out of Word gives."""
    blocks: list[str] = []
    for part in parts:
        if not isinstance(part, Grid):
            blocks.append(part.text)
            continue
        covered = {
            (r + i, c + j) for r, c, rows, columns in part.spans for i in range(rows) for j in range(columns)
        } - {(r, c) for r, c, _, _ in part.spans}
        rows = [
            "\n".join("\t" + text for c, text in enumerate(row) if (r, c) not in covered)
            for r, row in enumerate(part.rows)
        ]
        blocks.append("\n\n".join(row for row in rows if row) + "\n")
    return ("\n".join(blocks) + "\n").encode()


def markdown(parts: Sequence[Part]) -> bytes:
    """Headings and pipe tables."""
    blocks: list[str] = []
    for part in parts:
        if isinstance(part, Heading):
            blocks.append(f"## {part.text}")
        elif isinstance(part, Text):
            blocks.append(f"# {part.text}" if part.role == "title" else part.text)
        else:
            width = max(len(row) for row in part.rows)
            rows = ["|" + "|".join([*row, *[""] * (width - len(row))]) + "|" for row in part.rows]
            blocks.append("\n".join([rows[0], "|" + "---|" * width, *rows[1:]]))
    return ("\n\n".join(blocks) + "\n").encode()
