"""Zip packages with one fixed time, so that the bytes do not tell when they were made."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Mapping

_THEN = (2024, 1, 1, 0, 0, 0)


def packed(members: Mapping[str, bytes], packing: int = zipfile.ZIP_DEFLATED) -> bytes:
    """Return a zip of the members, in their order."""
    raw = io.BytesIO()
    with zipfile.ZipFile(raw, "w", packing) as archive:
        for name, content in members.items():
            info = zipfile.ZipInfo(name, _THEN)
            info.compress_type = packing
            info.external_attr = 0o644 << 16
            archive.writestr(info, content)
    return raw.getvalue()


def packed_gbk(members: Mapping[str, bytes]) -> bytes:
    """Return a zip whose names are GBK bytes without the UTF-8 flag: Chinese Windows before 2020."""
    stand_ins = {
        f"name{n:02}-".ljust(len(name.encode("gbk")), "x")[: len(name.encode("gbk"))]: name
        for n, name in enumerate(members)
    }
    content = packed(dict(zip(stand_ins, members.values(), strict=True)))
    for stand_in, name in stand_ins.items():
        content = content.replace(stand_in.encode(), name.encode("gbk"))
    return content


def repacked(content: bytes) -> bytes:
    """Return an office package again with fixed times, inside its properties too."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    if "docProps/core.xml" in members:
        members["docProps/core.xml"] = re.sub(
            rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", b"2024-01-01T00:00:00Z", members["docProps/core.xml"]
        )
    return packed(members)
