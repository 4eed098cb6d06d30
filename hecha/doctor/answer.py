"""What one check of `hecha doctor` found."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

LIMIT_SECONDS = 5.0
"""How long one check may take; what asks over the network gives up earlier by itself."""
NETWORK_SECONDS = 4.0
PROGRAM_SECONDS = 4.0
"""What another program may take to print its version: LibreOffice 0.3 s, and over 3 s from a cold disk."""


class State(StrEnum):
    """Whether what was checked is as it should be; `UNKNOWN`: it could not be checked, or there is nothing yet."""

    OK = "ok"
    FAILED = "failed"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Answer:
    """What was found, in Chinese, and for a failure one sentence that says what to do."""

    state: State
    said: str
    advice: str = ""


def fine(said: str) -> Answer:
    """Return the answer that all is well."""
    return Answer(State.OK, said)


def bad(said: str, advice: str) -> Answer:
    """Return the answer that something must be done."""
    return Answer(State.FAILED, said, advice)


def unknown(said: str) -> Answer:
    """Return the answer that nothing could be said, which is no pass."""
    return Answer(State.UNKNOWN, said)
