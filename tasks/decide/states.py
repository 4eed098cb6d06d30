"""How far people are with a report: a small state machine, written as data in ``states.toml``."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

from models.errors import ConfigurationError
from tasks.accounts.person import Role

SYSTEM = "system"
"""The role of Hecha itself."""
FIRST = "pending"
"""The state of a report that nobody has looked at."""
UNDONE = "undo"
"""The event that a `Transition` bears which puts a report back to where it was."""

Reason = Literal["never", "always", "open"]


@dataclass(frozen=True, slots=True)
class State:
    """A state: its Chinese name, and the sentence of what to do now, by role."""

    key: str
    name: str
    now: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Event:
    """What takes a report from one of `before` to `after`; who may do it; whether it needs a reason.

    `reason` open: only while findings that have to be mended are open.
    """

    key: str
    name: str
    before: tuple[str, ...]
    after: str
    roles: tuple[str, ...]
    reason: Reason


@dataclass(frozen=True, slots=True)
class Machine:
    """All states and events by their key, in the order of the file."""

    states: Mapping[str, State]
    events: Mapping[str, Event]

    def possible(self, state: str, role: str) -> tuple[Event, ...]:
        """Return what someone of this role may do with a report in this state."""
        return tuple(e for e in self.events.values() if state in e.before and role in e.roles)


@cache
def machine() -> Machine:
    """Return the machine that is shipped. Raises ConfigurationError as `loaded`."""
    return loaded(tomllib.loads(Path(__file__).with_name("states.toml").read_text(encoding="utf-8")))


def loaded(data: Mapping[str, Any]) -> Machine:
    """Build a machine from the file's content.

    Raises ConfigurationError, naming the place, for an unknown key, state or role, a state without a sentence for each
    role, or one that cannot be reached.
    """
    _exactly(data, "states.toml", {"states", "events"})
    states = {key: _state(key, told) for key, told in data["states"].items()}
    events = {key: _event(key, told, states) for key, told in data["events"].items()}
    if FIRST not in states:
        raise ConfigurationError(f"states.toml 缺少状态 {FIRST}。")
    reached = {FIRST, *(event.after for event in events.values())}
    for key in states:
        if key not in reached:
            raise ConfigurationError(f"states.toml 的状态 {key} 无法到达。")
    return Machine(states, events)


def _state(key: str, told: Mapping[str, Any]) -> State:
    place = f"states.toml 的状态 {key}"
    _exactly(told, place, {"name", "now"})
    _exactly(told["now"], f"{place} 的 now", {role.value for role in Role})
    return State(key, told["name"], dict(told["now"]))


def _event(key: str, told: Mapping[str, Any], states: Mapping[str, State]) -> Event:
    place = f"states.toml 的事件 {key}"
    _exactly(told, place, {"name", "before", "after", "roles", "reason"})
    for state in (*told["before"], told["after"]):
        if state not in states:
            raise ConfigurationError(f"{place} 用了没有的状态 {state}。")
    for role in told["roles"]:
        if role not in {SYSTEM, *(role.value for role in Role)}:
            raise ConfigurationError(f"{place} 用了没有的角色 {role}。")
    if told["reason"] not in ("never", "always", "open"):
        raise ConfigurationError(f"{place} 的 reason 应为 never、always 或 open。")
    if key == UNDONE or len(key) > 16 or told["after"] in told["before"]:
        raise ConfigurationError(f"{place} 的名称或状态不可用。")
    return Event(
        key, told["name"], tuple(told["before"]), told["after"], tuple(told["roles"]), told["reason"]
    )


def _exactly(told: Mapping[str, Any], place: str, keys: set[str]) -> None:
    if told.keys() != keys:
        raise ConfigurationError(f"{place} 应当恰好有这些项：{'、'.join(sorted(keys))}。")
