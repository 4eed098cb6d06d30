"""How an OFD file (GB/T 33190) writes numbers, boxes, distances, matrices and colours."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field

from lxml import etree

from tasks.read.pdf_page import PALE, Box

Move = tuple[float, float, float, float, float, float]
UNMOVED: Move = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)
_MOST_STYLES = 6  # that lean on one another


@dataclass(slots=True)
class Resources:
    """What objects refer to by number: styles of drawing, composite graphics, files of pictures."""

    styles: dict[str, etree._Element] = field(default_factory=dict)
    composites: dict[str, etree._Element] = field(default_factory=dict)
    media: dict[str, str] = field(default_factory=dict)


def local(element: etree._Element) -> str:
    """Return the name of an element without its namespace; producers use several."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def children(element: etree._Element, *names: str) -> Iterator[etree._Element]:
    """Yield the children with one of these names."""
    return (child for child in element if local(child) in names)


def numbers(text: str | None) -> list[float]:
    """Return the numbers of an attribute; none at all when one of them is no number."""
    try:
        found = [float(part) for part in (text or "").split()]
    except ValueError:
        return []
    return found if all(math.isfinite(n) and abs(n) < 1e9 for n in found) else []


def box_of(text: str | None) -> Box | None:
    """Return ``x y width height`` as (left, top, right, bottom); None when it is something else."""
    found = numbers(text)
    if len(found) != 4:
        return None
    return found[0], found[1], found[0] + found[2], found[1] + found[3]


def steps(text: str | None, count: int) -> list[float] | None:
    """Return the distances between `count` characters; ``g 3 5.2`` stands for three times 5.2.

    None where nothing is said. A list that is too short goes on with its last distance, as programs show it.
    """
    parts = (text or "").split()
    if not parts:
        return None
    steps: list[float] = []
    at = 0
    try:
        while at < len(parts) and len(steps) < count:
            if parts[at] == "g":
                times, step = int(parts[at + 1]), float(parts[at + 2])
                steps += [step] * max(min(times, count - len(steps)), 0)
                at += 3
            else:
                steps.append(float(parts[at]))
                at += 1
    except (ValueError, IndexError, OverflowError):
        return None
    if not steps or not all(math.isfinite(step) for step in steps):
        return None
    return steps + [steps[-1]] * (count - len(steps))


_BLACK, CLEAR = (0.0,), (-1.0,)


def colour(item: etree._Element, name: str, style: str | None, resources: Resources) -> tuple[float, ...]:
    """Return the components of a colour, black where none is given; `CLEAR` where it cannot be seen."""
    for _ in range(_MOST_STYLES):
        found = next(children(item, name), None)
        if found is not None:
            if found.get("Alpha") == "0":
                return CLEAR
            return tuple(numbers(found.get("Value"))) or _BLACK
        if style is None or style not in resources.styles:
            return _BLACK
        item = resources.styles[style]
        style = item.get("Relative")
    return _BLACK


def is_pale(colour: tuple[float, ...]) -> bool:
    """Say whether a colour is white to the eye: gray, red-green-blue, or four printing inks."""
    if len(colour) == 4:
        return max(colour) <= 255 - PALE
    return min(colour) >= PALE


def matrix(item: etree._Element) -> Move:
    """Return the matrix of an object (CTM); `UNMOVED` where it has none."""
    found = numbers(item.get("CTM"))
    if len(found) != 6:
        return UNMOVED
    return found[0], found[1], found[2], found[3], found[4], found[5]


def times(one: Move, other: Move) -> Move:
    """Return the matrix that moves by `one` first and then by `other`."""
    a, b, c, d, e, f = one
    A, B, C, D, E, F = other
    return a * A + b * C, a * B + b * D, c * A + d * C, c * B + d * D, e * A + f * C + E, e * B + f * D + F


def point(x: float, y: float, move: Move) -> tuple[float, float]:
    """Return where a matrix moves a point."""
    return x * move[0] + y * move[2] + move[4], x * move[1] + y * move[3] + move[5]


def moved(box: Box, move: Move) -> Box:
    """Return the upright box round a box that a matrix has moved."""
    corners = [point(x, y, move) for x in (box[0], box[2]) for y in (box[1], box[3])]
    xs, ys = [x for x, _ in corners], [y for _, y in corners]
    return min(xs), min(ys), max(xs), max(ys)
