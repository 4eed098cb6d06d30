"""Files that go out: never shown in the browser, named in Chinese, and gone from our disk when they are sent."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO
from urllib.parse import quote

from fastapi import Response
from fastapi.responses import StreamingResponse

TYPES = {
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".pdf": "application/pdf",
    ".zip": "application/zip",
}
_PIECE = 1 << 16


def named(name: str) -> dict[str, str]:
    """Return the header that has a file kept under its name (RFC 6266, RFC 5987), not opened in the browser."""
    suffix = Path(name).suffix
    plain = f"document{suffix}"  # for what knows no other than ASCII names
    return {
        "Content-Disposition": f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
    }


def download(content: bytes, name: str) -> Response:
    """Return a file that is in memory."""
    return Response(content, media_type=TYPES[Path(name).suffix], headers=named(name))


def written_download(write: Callable[[Path], object], name: str) -> Response:
    """Return a file that `write` writes to the path it is given; it has no name on our disk while it is sent."""
    with tempfile.TemporaryDirectory(prefix="hecha-export-") as folder:
        path = Path(folder) / f"export{Path(name).suffix}"
        write(path)
        size = path.stat().st_size
        file = path.open("rb")
    headers = {**named(name), "Content-Length": str(size)}
    return StreamingResponse(_pieces(file), media_type=TYPES[Path(name).suffix], headers=headers)


def _pieces(file: BinaryIO) -> Iterator[bytes]:
    with file:
        while piece := file.read(_PIECE):
            yield piece
