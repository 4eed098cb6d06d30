"""Damaged files: seeded changes to good ones, by format. The same seed gives the same files."""

from __future__ import annotations

import io
import random
import re
import struct
import warnings
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence

SPANS = (b"0", b"-1", b"", b"abc", b"201", b"30000000", b"99999999999999999999", b"1e9", "３".encode())
NASTY = (
    "\x00", "\ufeff", "\u202e", "\u200b", "\ud7ff", "�", "\t" * 50, " " * 500, "9" * 400, "<table>", "&#0;", "]]>",
    "三、", "（七）总计", "\x0c", "|" * 60, "," * 300, "０" * 30, "-0", "1e400", "NaN",
)  # fmt: skip
_LARGEST_MEMBER = 4 << 20
_SPAN = re.compile(rb"""((?:gridSpan\s+w:val|(?:col|row)span|number-columns-(?:repeated|spanned)|number-rows-repeated|"""
                   rb"""w:ilvl w:val|w:numId w:val|r|s|count|ref|Boundary|ID)=["'])[^"']*""", re.I)  # fmt: skip
_ATTRIBUTE = re.compile(rb"""="([^"<>]{1,60})\"""")
_ELEMENT = re.compile(rb"<(/?)([A-Za-z][\w:]*)([^<>]*)>")
_NUMBER = re.compile(rb"\d+")
_BOMB = (
    b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">'
    + b"".join(b'<!ENTITY %c "%s">' % (98 + n, b"&%c;" % (97 + n) * 10) for n in range(8))
    + b'<!ENTITY e SYSTEM "file:///etc/passwd">]>'
)

_BROKEN_ZIP = (
    zipfile.BadZipFile, zlib.error, OSError, ValueError, RuntimeError, EOFError, struct.error,
)  # fmt: skip
"""What Python's zipfile raises over damaged archives."""

Bytes = Callable[[bytes, random.Random], bytes]

# ---------------------------------------------------------------------------------------- any bytes


def flipped(content: bytes, rng: random.Random) -> bytes:
    """Flip a few bits, or many."""
    changed = bytearray(content)
    for _ in range(rng.choice((1, 1, 3, 10, 100))):
        changed[rng.randrange(len(changed))] ^= 1 << rng.randrange(8)
    return bytes(changed)


def cut_off(content: bytes, rng: random.Random) -> bytes:
    """Keep the beginning only."""
    return content[: rng.randrange(1, len(content))]


def holed(content: bytes, rng: random.Random) -> bytes:
    """Take a stretch out, or set it to zero."""
    start, size = rng.randrange(len(content)), rng.choice((1, 16, 512, len(content) // 4 + 1))
    filling = b"\x00" * min(size, len(content) - start) if rng.random() < 0.5 else b""
    return content[:start] + filling + content[start + size :]


def repeated(content: bytes, rng: random.Random) -> bytes:
    """Put a stretch in many times."""
    start, size = rng.randrange(len(content)), rng.choice((4, 64, 1024))
    return content[:start] + content[start : start + size] * rng.choice((2, 20, 200)) + content[start:]


def sprinkled(content: bytes, rng: random.Random) -> bytes:
    """Put random bytes in."""
    at = rng.randrange(len(content))
    return content[:at] + rng.randbytes(rng.choice((1, 8, 400))) + content[at:]


def renumbered(content: bytes, rng: random.Random) -> bytes:
    """Change some of the numbers written in the file: lengths, offsets, counts, sizes."""
    places = list(_NUMBER.finditer(content))
    if not places:
        return flipped(content, rng)
    changed = content
    for place in sorted(
        rng.sample(places, min(len(places), rng.choice((1, 2, 8)))), key=lambda p: -p.start()
    ):
        number = rng.choice(
            (b"0", b"-1", b"65536", b"2147483648", b"99999999999", b"%d" % rng.randrange(10_000))
        )
        changed = changed[: place.start()] + number + changed[place.end() :]
    return changed


ANY: tuple[Bytes, ...] = (flipped, cut_off, holed, repeated, sprinkled, renumbered)

# --------------------------------------------------------------------------------------------- text


def reworded(content: bytes, rng: random.Random) -> bytes:
    """Put nasty characters, doubled, lost and exchanged lines into text of any encoding."""
    encoding = "utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8"
    lines = content.decode(encoding, "replace").split("\n")
    for _ in range(rng.choice((1, 3, 12))):
        at = rng.randrange(len(lines))
        what = rng.randrange(5)
        if what == 0:
            cut = rng.randrange(len(lines[at]) + 1)
            lines[at] = lines[at][:cut] + rng.choice(NASTY) + lines[at][cut:]
        elif what == 1:
            lines.insert(at, lines[rng.randrange(len(lines))])
        elif what == 2 and len(lines) > 2:
            del lines[at]
        elif what == 3:
            lines[at : at + 1] = [lines[at]] * rng.choice((2, 50, 500))
        else:
            other = rng.randrange(len(lines))
            lines[at], lines[other] = lines[other], lines[at]
    return "\n".join(lines).encode(
        rng.choice((encoding, encoding, "gb18030", "utf-16", "utf-8-sig")), "replace"
    )


# ------------------------------------------------------------------------------------------- markup


def spanned(content: bytes, rng: random.Random) -> bytes:
    """Give cells spans, styles and addresses that no program writes."""
    places = list(_SPAN.finditer(content))
    if not places:
        return content.replace(b"<td", b'<td colspan="%s"' % rng.choice(SPANS), rng.choice((1, 50)))
    place = rng.choice(places)
    return content[: place.start()] + place[1] + rng.choice(SPANS) + content[place.end() :]


def exchanged(content: bytes, rng: random.Random) -> bytes:
    """Exchange the values of two attributes."""
    places = list(_ATTRIBUTE.finditer(content))
    if len(places) < 2:
        return flipped(content, rng)
    one, two = sorted(rng.sample(places, 2), key=lambda p: p.start())
    return (
        content[: one.start(1)] + two[1] + content[one.end(1) : two.start(1)] + one[1] + content[two.end(1) :]
    )


def untagged(content: bytes, rng: random.Random) -> bytes:
    """Lose, double or rename a few tags."""
    changed = content
    for _ in range(rng.choice((1, 4, 20))):
        places = list(_ELEMENT.finditer(changed))
        if not places:
            break
        place = rng.choice(places)
        tag = rng.choice((b"", place[0] * 2, b"<%s%s>" % (place[1], rng.choice(places)[2])))
        changed = changed[: place.start()] + tag + changed[place.end() :]
    return changed


def nested(content: bytes, rng: random.Random) -> bytes:
    """Wrap an element in very many of its own kind."""
    places = [p for p in _ELEMENT.finditer(content) if not p[1] and not p[3].endswith(b"/")]
    if not places:
        return repeated(content, rng)
    place, depth = rng.choice(places), rng.choice((30, 300, 5000))
    return content[: place.start()] + (b"<%s>" % place[2]) * depth + content[place.start() :]


def exploding(content: bytes, rng: random.Random) -> bytes:
    """Declare entities that grow, and one that points to a file, and use them."""
    head = re.match(rb"\s*<\?xml[^>]*\?>", content)
    at = head.end() if head else 0
    body = content[at:]
    places = list(re.finditer(rb">", body))
    use = rng.choice(places).end() if places else 0
    return content[:at] + _BOMB + body[:use] + rng.choice((b"&i;", b"&e;", b"&c;", b"&none;")) + body[use:]


MARKUP: tuple[Bytes, ...] = (spanned, exchanged, untagged, nested, exploding, renumbered)

# ------------------------------------------------------------------------------------------ package


def repackaged(content: bytes, rng: random.Random) -> bytes:
    """Change the members of a zip: their markup, their bytes, their names, how often they are there."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = [(info.filename, archive.read(info)) for info in archive.infolist()]
    except _BROKEN_ZIP:
        return flipped(content, rng)
    written = [n for n, (_, body) in enumerate(members) if body]
    if not written:
        return flipped(content, rng)
    largest = max(written, key=lambda n: len(members[n][1]))
    at = largest if rng.random() < 0.6 else rng.choice(written)
    name, body = members[at]
    what = rng.random()
    if what < 0.65 and body.lstrip()[:1] == b"<":
        members[at] = (name, rng.choice(MARKUP)(body, rng)[:_LARGEST_MEMBER])
    elif what < 0.75:
        members[at] = (name, rng.choice(ANY)(body, rng)[:_LARGEST_MEMBER])
    elif what < 0.82:
        del members[at]
    elif what < 0.88:
        members.insert(rng.randrange(len(members) + 1), (name, rng.choice(members)[1]))
    elif what < 0.93:
        members[at] = (rng.choice(("../../x.xml", "/etc/x", "a" * 300, "", name.upper(), "C:\\x")), body)
    else:
        members += [(f"word/more{n}.xml", b"<x/>") for n in range(rng.choice((10, 2500)))]
    raw = io.BytesIO()
    with (
        warnings.catch_warnings(),
        zipfile.ZipFile(
            raw, "w", rng.choice((zipfile.ZIP_DEFLATED, zipfile.ZIP_STORED, zipfile.ZIP_BZIP2))
        ) as new,
    ):
        warnings.simplefilter("ignore")  # a name that is there twice is what we want
        for name, body in members:
            info = zipfile.ZipInfo(name or "x", (2024, 1, 1, 0, 0, 0))
            info.compress_type = new.compression
            new.writestr(info, body)
    return raw.getvalue()


# ---------------------------------------------------------------------------------------- by format

_TEXT: tuple[Bytes, ...] = (reworded, reworded, *ANY)
_PACKAGE: tuple[Bytes, ...] = (*[repackaged] * 6, flipped, cut_off, holed, sprinkled)
BY_FORMAT: dict[str, tuple[Bytes, ...]] = {
    **dict.fromkeys(("txt", "markdown", "csv"), _TEXT),
    **dict.fromkeys(("html", "mht"), (*MARKUP, *MARKUP, reworded, *ANY)),
    "wordxml": (*MARKUP, *ANY),
    **dict.fromkeys(("docx", "xlsx", "ods", "odt", "ofd", "zip"), _PACKAGE),
    "eml": (reworded, *ANY),
}
"""How files of a format are damaged; formats not named (binary ones) by `ANY`."""


def mutants(name: str, seeds: Sequence[bytes], count: int, seed: int) -> Iterator[bytes]:
    """Yield `count` damaged files of a format. A file in fifty is of two formats, one behind the other."""
    for number in range(count):
        rng = random.Random(f"{seed}/{name}/{number}")
        content = rng.choice(seeds)
        for _ in range(rng.choice((1, 1, 1, 2, 3))):
            content = rng.choice(BY_FORMAT.get(name, ANY))(content, rng) or b"\x00"
        if rng.random() < 0.02:
            content += rng.choice(seeds)
        yield content
