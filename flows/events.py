"""What Hecha tells Prefect as events, so that automations can act on it."""

from __future__ import annotations

import logging

from prefect.events import emit_event

from tasks.persist.arrivals import Arrival

RECEIVED = "hecha.submission.received"

log = logging.getLogger("hecha")


def submission_received(arrival: Arrival) -> None:
    """Emit the event of an arrival. A server that is not there loses nothing: the arrival stands in the database."""
    try:
        emit_event(
            event=RECEIVED,
            resource={
                "prefect.resource.id": f"hecha.arrival.{arrival.id}",
                "prefect.resource.name": arrival.file,
                "hecha.sha256": arrival.sha256,
            },
            payload={"arrival": arrival.id, "file": arrival.file, "source": arrival.source},
        )
    except Exception:
        log.exception("the arrival %d could not be told to the Prefect server", arrival.id)
