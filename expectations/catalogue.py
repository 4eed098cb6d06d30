"""All rules in the order of the catalogue, and the version under which they are published.

Importing this module does not import Great Expectations.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable

from expectations.rule import Rule
from expectations.rules import arithmetic, cells, identity, structure, years

RULESET_VERSION = "2026.1"

_RULES = (
    *identity.RULES,
    *structure.RULES,
    *cells.RULES,
    *arithmetic.TABLE_2_RULES,
    *arithmetic.TABLE_3_RULES,
    *arithmetic.TABLE_4_RULES,
    *years.RULES,
    *identity.FEE_RULES,
    *cells.EXTRACTION_RULES,
)


@dataclass(frozen=True, slots=True)
class RuleSet:
    """The version of the rules, and the hash of their content, that stand on every result."""

    version: str
    hash: str


def rules() -> tuple[Rule, ...]:
    """Return the rules in force, in catalogue order."""
    return tuple(rule for rule in _RULES if not rule.retired)


@cache
def _by_id() -> dict[str, Rule]:
    return {rule.id: rule for rule in _RULES}


def rule(rule_id: str) -> Rule:
    """Return one rule, also a retired one. Raises KeyError for an unknown id."""
    return _by_id()[rule_id]


def _content(folder: Traversable) -> list[tuple[str, bytes]]:
    """Return path and text of every rule, template, expectation and scoring file, line ends made alike."""
    found: list[tuple[str, bytes]] = []
    for entry in sorted(folder.iterdir(), key=lambda e: e.name):
        if entry.is_dir() and entry.name != "__pycache__":
            found += [(f"{entry.name}/{name}", content) for name, content in _content(entry)]
        elif entry.name.endswith((".py", ".toml")):
            found.append((entry.name, entry.read_bytes().replace(b"\r\n", b"\n")))
    return found


@cache
def ruleset() -> RuleSet:
    """Return version and content hash: rules, their messages, the templates and the scoring data.

    The hash covers the whole package, so that two results with the same hash were judged alike.
    """
    digest = hashlib.sha256()
    for name, content in _content(files("expectations")):
        digest.update(name.encode() + b"\0" + content + b"\0")
    return RuleSet(RULESET_VERSION, digest.hexdigest()[:16])
