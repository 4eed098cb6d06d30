"""What the pages say of each rule, under the profile of the sweep."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from expectations.catalogue import written
from expectations.profile import Profile
from expectations.rulebook import applies_to, examples, settings_of


@dataclass(frozen=True, slots=True)
class RuleText:
    """What people read of a rule.

    `dimension` is the key of the score's dimension; `example` may be empty. `settings` pair what the profile sets
    with its value; `on` is false where the profile has the rule off. `frame` names what the rule looks at
    (`Rule.frame`).
    """

    id: str
    title: str
    severity: str
    source: str
    summary: str
    hint: str
    dimension: str
    example: str
    applies: str = ""
    notes: tuple[str, ...] = ()
    settings: tuple[tuple[str, str], ...] = ()
    frame: str = ""
    on: bool = True


@lru_cache(maxsize=4)
def rule_texts(profile: Profile) -> Mapping[str, RuleText]:
    """Return the texts of all rules that are not retired, by id, in catalogue order. Every page of a report asks."""
    return {
        rule.id: RuleText(
            id=rule.id,
            title=rule.title,
            severity=rule.severity.value,
            source=rule.source,
            summary=rule.summary,
            hint=rule.hint,
            dimension=rule.dimension,
            example=examples().get(rule.id, ""),
            applies=applies_to(rule),
            notes=rule.notes,
            settings=tuple((one.title, one.value) for one in settings_of(rule, profile)),
            frame=rule.frame,
            on=rule.id not in profile.rules.off,
        )
        for rule in written()
        if not rule.retired
    }
