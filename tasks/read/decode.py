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
_ASCII = re.compile(r"[\t\n\r -~]")
_USUAL = re.compile(r"[\t\n\r -~\u2010-\u203b\u3000-\u303f\u4e00-\u9fff\uff01-\uff5e]")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0e-\x1f]")


def decode(content: bytes) -> tuple[str, tuple[str, ...]]:
    """Return the text of `content` and notes for the operator (Chinese; empty when nothing was doubtful)."""
    for bom, encoding in _BOMS:
        if content.startswith(bom):
            text = content[len(bom) :].decode(encoding, "replace")
            return _clean(text)
    if wide := without_bom(content):
        return _clean(content.decode(wide, "replace"))
    for encoding in ("utf-8", "gb18030"):
        try:
            return _clean(content.decode(encoding))
        except UnicodeDecodeError:
            continue
    by_utf8, by_gb = content.decode("utf-8", "replace"), content.decode("gb18030", "replace")
    text = by_utf8 if by_utf8.count("\ufffd") <= by_gb.count("\ufffd") else by_gb
    return _clean(text)


def without_bom(content: bytes) -> str | None:
    """Return which UTF-16 the bytes are in, if any: the one that makes them Chinese text with line ends."""
    sample = content[: 1 << 14]
    if 0 not in sample:  # no other encoding of a text has zeros
        return None
    for encoding in ("utf-16-le", "utf-16-be"):
        text = sample.decode(encoding, "replace")
        if len(_ASCII.findall(text)) >= 2 and len(_USUAL.findall(text)) > 0.9 * len(text):
            return encoding
    return None


def _clean(text: str) -> tuple[str, tuple[str, ...]]:
    text = _SURROGATE.sub("\ufffd", text)
    cleaned = _CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n").replace("\x0c", "\n"))
    return cleaned, (DOUBTFUL,) if "\ufffd" in cleaned else ()
