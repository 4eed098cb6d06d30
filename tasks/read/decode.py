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
MIXED = "文件混用了两种字符编码，已逐行分别读取，请核对原件。"
TRADITIONAL = "文件使用繁体字编码（Big5），已按该编码读取，请核对原件。"
_SURROGATE = re.compile("[\ud800-\udfff]")
_ASCII = re.compile(r"[\t\n\r -~]")
_USUAL = re.compile(r"[\t\n\r -~\u2010-\u203b\u3000-\u303f\u4e00-\u9fff\uff01-\uff5e]")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0e-\x1f]")
_HAN = re.compile(r"[\u3400-\u9fff]")
_COMMON = frozenset(
    "的一是不在有和人中大为上国我以要他时来用们生到作地于出会年政府信息公开工报告本机关主动申请情况行复议诉讼理"
    "數據資訊開個條對應關機報請況複議訴訟務處發規範與進總結類內容項單位縣區鄉鎮為國來時們會動電說當點無這後學業"
    "市县区部门条件数量处发规范与进总结类内容项单位及或其他提供予结果新收上转下度办三二四五六七八九十月日"
)
"""The characters that make up much of any Chinese text, and of reports above all; in both scripts."""

_WHOLE = ("utf-8", "gb18030")
_SAMPLE = 20_000
_CLEARLY, _HARDLY = 0.15, 0.06


def decode(content: bytes) -> tuple[str, tuple[str, ...]]:
    """Return the text of `content` and notes for the operator (Chinese; empty when nothing was doubtful)."""
    for bom, encoding in _BOMS:
        if content.startswith(bom):
            return _clean(content[len(bom) :].decode(encoding, "replace"))
    if wide := without_bom(content):
        return _clean(content.decode(wide, "replace"))
    by_utf8 = _strict(content, "utf-8")
    if by_utf8 is not None and (content.isascii() or _HAN.search(by_utf8)):
        return _clean(by_utf8)
    by_gb = _strict(content, "gb18030")
    if by_gb is not None and (by_utf8 is None or _common(by_gb) > _CLEARLY):
        if _common(by_gb) < _HARDLY and (by_big5 := _big5(content)) is not None:
            return _clean(by_big5, TRADITIONAL)
        return _clean(by_gb)
    if by_utf8 is not None:
        return _clean(by_utf8)
    if (by_big5 := _big5(content)) is not None and _common(
        content[:_SAMPLE].decode("gb18030", "replace")
    ) < _HARDLY:
        return _clean(by_big5, TRADITIONAL)
    return _by_lines(content)


def damaged(text: str) -> str | None:
    """Return the other reading of a cell in which a character was lost: without it. None for all others."""
    return text.replace("\ufffd", "") if "\ufffd" in text else None


def _strict(content: bytes, encoding: str) -> str | None:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError:
        return None


def _common(text: str) -> float:
    """Return the share of common characters among the Chinese ones at the beginning of a text."""
    letters = _HAN.findall(text[:_SAMPLE])
    return sum(letter in _COMMON for letter in letters) / len(letters) if letters else 0.0


def _big5(content: bytes) -> str | None:
    """Return the text read as Big5, if that gives common characters throughout."""
    text = _strict(content, "big5hkscs")
    return text if text is not None and _common(text) > _CLEARLY else None


def _by_lines(content: bytes) -> tuple[str, tuple[str, ...]]:
    """Decode what is in no one encoding: each line by the first that fits, the others by what they mostly are."""
    usual = max(_WHOLE, key=lambda encoding: _common(content[:_SAMPLE].decode(encoding, "replace")))
    used: set[str] = set()
    pieces: list[str] = []
    for line in content.split(b"\n"):
        text = _strict(line, "utf-8")
        if text is None:
            read = {encoding: line.decode(encoding, "replace") for encoding in _WHOLE}
            shares = {encoding: _common(read[encoding]) for encoding in _WHOLE}
            best = max(_WHOLE, key=lambda encoding: (shares[encoding], encoding == usual))
            used.add(best)
            text = read[best]
        elif not line.isascii():
            used.add("utf-8")
        pieces.append(text)
    whole = "\n".join(pieces)
    return _clean(whole, *([MIXED] if len(used) > 1 and "\ufffd" not in whole else []))


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


def _clean(text: str, *notes: str) -> tuple[str, tuple[str, ...]]:
    text = _SURROGATE.sub("\ufffd", text)
    cleaned = _CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n").replace("\x0c", "\n"))
    return cleaned, (*notes, DOUBTFUL) if "\ufffd" in cleaned else notes
