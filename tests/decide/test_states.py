"""The state machine: every state with every event and every role, and what is refused when it is loaded."""

from __future__ import annotations

import copy
import tomllib
from collections.abc import Callable
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from models.errors import ConfigurationError
from tasks.accounts.person import Role
from tasks.decide.states import SYSTEM, loaded, machine

STATES = ("pending", "notified", "explained", "mended", "passed", "returned")
EVENTS = ("notify", "withdraw", "explain", "mend", "pass", "return", "reopen")
ROLES = ("operator", "supervisor", "agency", SYSTEM)
SUPERVISING = ("operator", "supervisor")

ALLOWED = {
    **{(state, "notify", role): "notified" for state in ("pending", "explained", "mended", "returned") for role in SUPERVISING},
    **{("notified", "withdraw", role): "pending" for role in SUPERVISING},
    **{(state, "explain", role): "explained" for state in ("notified", "returned") for role in ("agency", SYSTEM)},
    **{(state, "mend", SYSTEM): "mended" for state in ("notified", "explained", "returned")},
    **{(state, "pass", role): "passed" for state in STATES if state != "passed" for role in SUPERVISING},
    **{(state, "return", role): "returned" for state in ("explained", "mended") for role in SUPERVISING},
    **{("passed", "reopen", role): "pending" for role in (*SUPERVISING, SYSTEM)},
}  # fmt: skip
"""Who may do what in which state, and where it leads; everything else is refused."""


def test_every_state_event_and_role() -> None:
    found = {
        (state, event, role): next(e.after for e in machine().possible(state, role) if e.key == event)
        for state, event, role in product(STATES, EVENTS, ROLES)
        if event in {e.key for e in machine().possible(state, role)}
    }
    assert found == ALLOWED
    assert (tuple(machine().states), tuple(machine().events)) == (STATES, EVENTS)


def test_names_and_reasons() -> None:
    assert {state.key: state.name for state in machine().states.values()} == {
        "pending": "待核",
        "notified": "已通知",
        "explained": "单位说明",
        "mended": "已整改",
        "passed": "复核通过",
        "returned": "退回",
    }
    assert {event.key: event.reason for event in machine().events.values()} == {
        "notify": "never",
        "withdraw": "always",
        "explain": "never",
        "mend": "never",
        "pass": "open",
        "return": "always",
        "reopen": "always",
    }


def test_every_state_says_to_each_role_what_to_do_now() -> None:
    for state in machine().states.values():
        assert set(state.now) == {role.value for role in Role}
        assert all(sentence.endswith("。") for sentence in state.now.values())


def shipped() -> dict[str, Any]:
    path = Path(machine.__wrapped__.__code__.co_filename).with_name("states.toml")
    return tomllib.loads(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda d: d["events"]["pass"].update(after="gone"), "states.toml 的事件 pass 用了没有的状态 gone。"),
        (
            lambda d: d["events"]["pass"]["before"].append("gone"),
            "states.toml 的事件 pass 用了没有的状态 gone。",
        ),
        (
            lambda d: d["events"]["pass"]["roles"].append("guest"),
            "states.toml 的事件 pass 用了没有的角色 guest。",
        ),
        (
            lambda d: d["events"]["pass"].update(reason="perhaps"),
            "states.toml 的事件 pass 的 reason 应为 never、always 或 open。",
        ),
        (
            lambda d: d["events"].update(undo=d["events"]["pass"]),
            "states.toml 的事件 undo 的名称或状态不可用。",
        ),
        (
            lambda d: d["states"]["pending"]["now"].pop("agency"),
            "states.toml 的状态 pending 的 now 应当恰好有这些项：agency、operator、supervisor。",
        ),
        (lambda d: d["states"].pop("pending"), "states.toml 的事件 notify 用了没有的状态 pending。"),
        (lambda d: d["events"].pop("return"), "states.toml 的状态 returned 无法到达。"),
        (lambda d: d.update(more={}), "states.toml 应当恰好有这些项：events、states。"),
    ],
)
def test_a_machine_that_does_not_hold_together_is_refused(
    spoil: Callable[[dict[str, Any]], object], message: str
) -> None:
    data = copy.deepcopy(shipped())
    assert loaded(data) == machine()
    spoil(data)
    with pytest.raises(ConfigurationError) as refused:
        loaded(data)
    assert str(refused.value) == message
