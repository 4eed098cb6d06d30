"""All rules in the order of the catalogue, and the version under which they are published.

A profile (`expectations.profile`) switches rules off and sets their thresholds; without one the default holds.
Importing this module does not import Great Expectations.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from functools import cache, lru_cache
from importlib.resources import files
from importlib.resources.abc import Traversable

from expectations.profile import Profile, Scoring, default
from expectations.rule import Rule
from expectations.rules import (
    aggregates,
    arithmetic,
    cells,
    copying,
    currency,
    deadlines,
    extraction,
    fees,
    identity,
    language,
    overview,
    plausibility,
    privacy,
    problems,
    prose,
    publication,
    structure,
    years,
)
from models.errors import ConfigurationError

RULESET_VERSION = "2026.2"

_FAMILIES = (
    *("META", "STR", "CELL", "T2", "T3", "T4", "XT", "XY", "TXT", "S5", "S6", "DUP", "STALE", "LEX", "PII"),
    *("TIME", "PUB", "AGG", "EXT"),
)


def _place(rule: Rule) -> tuple[int, int]:
    """Where a rule stands in the catalogue: its family, its number."""
    family, number = rule.id.split("-")
    return _FAMILIES.index(family), int(number)


_WRITTEN = (
    *identity.RULES,
    *structure.RULES,
    *cells.RULES,
    *plausibility.CELL_RULES,
    *arithmetic.TABLE_2_RULES,
    *plausibility.TABLE_2,
    *prose.DECISION_RULES,
    *arithmetic.TABLE_3_RULES,
    *plausibility.TABLE_3,
    *arithmetic.TABLE_4_RULES,
    *plausibility.TABLE_4,
    *plausibility.BETWEEN_TABLES,
    *prose.OUTCOME_RULES,
    *years.RULES,
    *prose.RULES,
    *overview.FIGURE_RULES,
    *problems.RULES,
    *copying.PROBLEM_RULES,
    *fees.RULES,
    *copying.RULES,
    *language.DRAFT_RULES,
    *currency.RULES,
    *language.RULES,
    *privacy.RULES,
    *deadlines.RULES,
    *publication.RULES,
    *aggregates.RULES,
    *cells.EXTRACTION_RULES,
    *extraction.RULES,
)
_RULES = tuple(sorted(_WRITTEN, key=_place))


@dataclass(frozen=True, slots=True)
class RuleSet:
    """The version of the rules and the hash of their content, that stand on every result.

    `hash` covers rules, templates and the profile's content; `profile` and `profile_hash` name the profile alone.
    `scoring` is the profile's.
    """

    version: str
    hash: str
    profile: str
    profile_hash: str
    scoring: Scoring = field(repr=False, compare=False)


def rules(profile: Profile | None = None) -> tuple[Rule, ...]:
    """Return the rules in force under a profile (None: the default), in catalogue order, with its values in them.

    Raises ConfigurationError, in Chinese, for a profile that switches off a rule that there is not.
    """
    return _under(profile or default())


@lru_cache(maxsize=16)
def _under(profile: Profile) -> tuple[Rule, ...]:
    off = set(profile.rules.off)
    if unknown := sorted(off - _by_id().keys()):
        raise ConfigurationError(
            f"核查方案“{profile.name}”停用的规则“{'、'.join(unknown)}”不存在，请对照 docs/RULES.md 改正。"
        )
    return tuple(rule.under(profile) for rule in _RULES if not rule.retired and rule.id not in off)


def written() -> tuple[Rule, ...]:
    """Return all rules as written, also those that are off or retired, in catalogue order."""
    return _RULES


@cache
def _by_id() -> dict[str, Rule]:
    return {rule.id: rule for rule in _RULES}


def rule(rule_id: str) -> Rule:
    """Return one rule as written, also a retired one or one that is off. Raises KeyError for an unknown id."""
    return _by_id()[rule_id]


def _content(folder: Traversable) -> list[tuple[str, bytes]]:
    """Return path and text of every rule, template and expectation file, line ends made alike."""
    found: list[tuple[str, bytes]] = []
    for entry in sorted(folder.iterdir(), key=lambda e: e.name):
        if entry.is_dir() and entry.name not in ("__pycache__", "profiles"):
            found += [(f"{entry.name}/{name}", content) for name, content in _content(entry)]
        elif entry.name.endswith((".py", ".toml")):
            found.append((entry.name, entry.read_bytes().replace(b"\r\n", b"\n")))
    return found


@cache
def _package() -> bytes:
    digest = hashlib.sha256()
    for name, content in _content(files("expectations")):
        digest.update(name.encode() + b"\0" + content + b"\0")
    return digest.digest()


def ruleset(profile: Profile | None = None) -> RuleSet:
    """Return version and content hash: rules, their messages, the templates, the profile.

    The hash covers the whole package and the profile's content, so that two results with the same hash were
    judged alike.
    """
    chosen = profile or default()
    digest = hashlib.sha256(_package() + chosen.hash.encode()).hexdigest()[:16]
    return RuleSet(RULESET_VERSION, digest, chosen.name, chosen.hash, chosen.scoring)
