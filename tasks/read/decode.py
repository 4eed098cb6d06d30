"""Bytes to text, by the bytes first; what a file says of itself comes last."""

from __future__ import annotations

import codecs
import re

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
DOUBTFUL = "文件的字符编码有误，个别文字已用“�”代替，请核对原件。"
_SURROGATE = re.compile("[\ud800-\udfff]")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0e-\x1f]")


def decode(content: bytes) -> tuple[str, tuple[str, ...]]:
    """Return the text of `content` and notes for the operator (Chinese; empty when nothing was doubtful)."""
    for bom, encoding in _BOMS:
        if content.startswith(bom):
            text = content[len(bom) :].decode(encoding, "replace")
            return _clean(text)
    sample = content[:4096]
    if sample.count(0) > len(sample) // 8:  # no BOM, but every other byte of the ASCII in it is zero
        encoding = "utf-16-le" if sample[1::2].count(0) >= sample[::2].count(0) else "utf-16-be"
        return _clean(content.decode(encoding, "replace"))
    for encoding in ("utf-8", "gb18030"):
        try:
            return _clean(content.decode(encoding))
        except UnicodeDecodeError:
            continue
    by_utf8, by_gb = content.decode("utf-8", "replace"), content.decode("gb18030", "replace")
    text = by_utf8 if by_utf8.count("\ufffd") <= by_gb.count("\ufffd") else by_gb
    return _clean(text)


def _clean(text: str) -> tuple[str, tuple[str, ...]]:
    text = _SURROGATE.sub("\ufffd", text)
    cleaned = _CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n").replace("\x0c", "\n"))
    return cleaned, (DOUBTFUL,) if "\ufffd" in cleaned else ()
