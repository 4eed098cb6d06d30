"""Telling people of a run: summary (counted) → texts (words) → send (mail, chat, webhooks)."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pydantic import SecretStr
from sqlalchemy import Engine

from models.views import ErrorView
from tasks.persist import record_errors
from tasks.tell.send import LONGEST_SECONDS, address, send
from tasks.tell.summary import ReportLine, Resubmitted, Summary, summarise
from tasks.tell.texts import Audience, Message, When, message, wanted

__all__ = [
    "Audience",
    "Message",
    "ReportLine",
    "Resubmitted",
    "Summary",
    "Told",
    "When",
    "address",
    "message",
    "summarise",
    "tell",
    "wanted",
]

log = logging.getLogger("hecha")


@dataclass(frozen=True, slots=True)
class Told:
    """How many addresses took the message, who was not to hear of this run, and what failed."""

    reached: int
    spared: tuple[Audience, ...]
    failed: tuple[ErrorView, ...]


def tell(
    database: Engine,
    run_id: int,
    addresses: Mapping[Audience, Sequence[SecretStr]],
    when: When = When.ALWAYS,
    public_url: str | None = None,
    longest: float = LONGEST_SECONDS,
) -> Told:
    """Tell those who have addresses of a finished run; without any nothing happens.

    An address that fails becomes an error of the run (ours), without anything secret of it. Raises
    ConfigurationError for an unknown run, and what the database raises.
    """
    concerned = [audience for audience in Audience if addresses.get(audience)]
    if not concerned:
        return Told(0, (), ())
    summary = summarise(database, run_id)
    messages = {
        audience: message(summary, audience, public_url)
        for audience in concerned
        if wanted(summary, audience, when)
    }
    failed = send(messages, addresses, longest)
    if failed:
        record_errors(database, run_id, failed)
    reached = sum(len(addresses[audience]) for audience in messages) - len(failed)
    log.info("told %d addresses of run %d, %d failed", reached, run_id, len(failed))
    return Told(reached, tuple(a for a in concerned if a not in messages), tuple(failed))
