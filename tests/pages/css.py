"""The few CSS selectors the tests use, as XPath: tags, ids, classes, [attribute], [attribute=value], ^=, `>`, commas."""

from __future__ import annotations

import re

from lxml import html

_STEP = re.compile(
    r'^(?P<tag>\w*)(?:#(?P<id>[\w-]+))?(?P<classes>(?:\.[\w-]+)*)(?:\[(?P<name>[\w-]+)(?:(?P<op>\^?=)"?(?P<value>[^"]*)"?)?\])?$'
)


def select(root: html.HtmlElement, selector: str) -> list[html.HtmlElement]:
    """Return the elements below `root` that match, in document order."""
    paths = []
    for alternative in selector.split(", "):
        path, axis = ".", "//"
        for part in alternative.split(" "):
            if part == ">":
                axis = "/"
                continue
            path, axis = path + axis + _step(part), "//"
        paths.append(path)
    return list(root.xpath(" | ".join(paths)))


def _step(part: str) -> str:
    found = _STEP.match(part)
    assert found is not None, part
    conditions = [
        f"contains(concat(' ', normalize-space(@class), ' '), ' {name} ')"
        for name in found["classes"].split(".")
        if name
    ]
    if found["op"] == "^=":
        conditions.append(f"starts-with(@{found['name']}, '{found['value']}')")
    elif found["name"]:
        conditions.append(f"@{found['name']}" + (f"='{found['value']}'" if found["op"] else ""))
    if found["id"]:
        conditions.append(f"@id='{found['id']}'")
    return (found["tag"] or "*") + "".join(f"[{condition}]" for condition in conditions)
