"""Sweeps that a person starts: asks the Prefect server to run the deployment, to tell how far it is, and to end it.

Prefect is imported with the first question, for a web service that nobody asks to start anything needs none of it.
"""

from __future__ import annotations

import contextlib
import json
import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import wraps
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeVar
from uuid import UUID

from models.errors import HechaError

if TYPE_CHECKING:
    from prefect.client.orchestration import SyncPrefectClient

FLOW, DEPLOYMENT = "compliance-sweep", "compliance-sweep/on-demand"
PROGRESS, RUN = "hecha-progress", "hecha-run"
"""The keys of the artifacts that tell how far a flow run is, and which run of ours it is."""
RUN_NUMBER = "核查编号"
"""The column of the artifact `RUN`."""

NO_SERVER = "本网页服务没有连接调度服务，不能立即核查：请用 hecha up 启动全部服务，或者设置 PREFECT_API_URL 后重新启动网页服务。"
AWAY = "调度服务没有应答：请确认 hecha up 或者Prefect服务正在运行、PREFECT_API_URL 设置正确，然后重试。"
NOT_REGISTERED = "调度服务中没有登记核查任务：请执行 hecha deploy 登记，或者用 hecha up 启动全部服务。"
STOPPED_HERE = "由网页停止。"
GIVEN_UP = "由网页标为已经中断。"

ANSWER_SECONDS = 5.0
"""A server that takes longer to answer counts as away."""
QUIET = timedelta(minutes=30)
"""A flow run that told nothing for so long may be dead: its process was killed, or its machine is off."""

CLOCKS_DIFFER = timedelta(minutes=1)
"""By how much the server's clock may be ahead of ours."""

P = ParamSpec("P")
T = TypeVar("T")

log = logging.getLogger("hecha")


class Unavailable(HechaError):
    """The Prefect server, or our deployment there, cannot be had; the message says what to do."""


class Away(Unavailable):
    """The server does not answer; it may later."""


@dataclass(frozen=True, slots=True)
class Underway:
    """A sweep as Prefect knows it.

    `state`: waiting, running, stopping, completed, failed or cancelled. `run`: its id in our database, None before
    it has one. `stage` and `percent`: the last step that it told, None before the first. `since`: when it began, or
    was asked for.
    """

    id: UUID
    state: str
    since: datetime
    told_at: datetime
    run: int | None
    stage: str | None
    percent: float | None

    @property
    def is_over(self) -> bool:
        """Whether nothing of it is left to be done."""
        return self.state in ("completed", "failed", "cancelled")

    @property
    def is_quiet(self) -> bool:
        """Whether it says to be at work but has told nothing for so long that it may be dead."""
        return self.state in ("running", "stopping") and datetime.now(UTC) - self.told_at > QUIET


STATES = {
    "waiting": "等待开始",
    "running": "正在核查",
    "stopping": "正在停止",
    "completed": "已完成",
    "failed": "失败",
    "cancelled": "已停止",
}
"""The states of a sweep by name."""
_STATES = {
    "SCHEDULED": "waiting",
    "PENDING": "waiting",
    "PAUSED": "waiting",
    "RUNNING": "running",
    "CANCELLING": "stopping",
    "COMPLETED": "completed",
    "CANCELLED": "cancelled",
    "FAILED": "failed",
    "CRASHED": "failed",
}


def _asking(
    ask: Callable[Concatenate[SyncPrefectClient, P], T],
) -> Callable[Concatenate[str | None, P], T]:
    """Give a function that asks the server its client, and turn what goes wrong on the way into `Unavailable`."""

    @wraps(ask)
    def asked(url: str | None, /, *args: P.args, **kwargs: P.kwargs) -> T:
        if not url:
            raise Unavailable(NO_SERVER)
        import httpx
        from prefect.exceptions import PrefectException

        try:
            with _client(url) as client:
                return ask(client, *args, **kwargs)
        except (httpx.HTTPError, PrefectException, OSError, RuntimeError) as error:
            log.error("the Prefect server could not be asked: %r", error)
            raise Away(AWAY) from error

    return asked


@contextlib.contextmanager
def _client(url: str) -> Iterator[SyncPrefectClient]:
    import httpx
    from prefect.client.orchestration import SyncPrefectClient
    from prefect.settings import (
        PREFECT_API_AUTH_STRING,
        PREFECT_API_KEY,
        PREFECT_CLIENT_MAX_RETRIES,
        temporary_settings,
    )

    ours = httpx.URL(url).host in ("127.0.0.1", "localhost", "::1")  # no proxy stands before our own machine
    with (
        temporary_settings(updates={PREFECT_CLIENT_MAX_RETRIES: 1}),
        SyncPrefectClient(
            url,
            auth_string=PREFECT_API_AUTH_STRING.value(),
            api_key=PREFECT_API_KEY.value(),
            httpx_settings={"timeout": httpx.Timeout(ANSWER_SECONDS), "trust_env": not ours},
        ) as client,
    ):
        yield client


@_asking
def source_of(client: SyncPrefectClient) -> str:
    """Return what the deployment sweeps, empty where it leaves that to the settings of the worker.

    Raises Unavailable with what to do: no server at all, none that answers (Away), or no deployment there.
    """
    return str(_deployment(client).parameters.get("source") or "")


@_asking
def under_way(client: SyncPrefectClient) -> list[Underway]:
    """Return the sweeps that wait for a worker, run or are being stopped, whoever started them, the oldest first."""
    from prefect.client.schemas.filters import FlowFilter, FlowFilterName, FlowRunFilter, FlowRunFilterState
    from prefect.client.schemas.filters import FlowRunFilterStateType as OfType

    flow = FlowFilter(name=FlowFilterName(any_=[FLOW]))
    at_work = [key for key, state in _STATES.items() if state in ("waiting", "running", "stopping")]
    runs = client.read_flow_runs(
        flow_filter=flow,
        flow_run_filter=FlowRunFilter(state=FlowRunFilterState(type=OfType(any_=at_work))),
    )
    soon = datetime.now(UTC) + CLOCKS_DIFFER
    # what a schedule will start some day is no sweep yet
    begun = [run for run in runs if (run.expected_start_time or soon) <= soon]
    return sorted((_told(client, run) for run in begun), key=lambda one: one.since)


@_asking
def find(client: SyncPrefectClient, id_: UUID) -> Underway | None:
    """Return a sweep by its id at the server, None when it knows no sweep of this id."""
    from prefect.exceptions import ObjectNotFound

    try:
        run = client.read_flow_run(id_)
    except ObjectNotFound:
        return None
    return _told(client, run) if client.read_flow(run.flow_id).name == FLOW else None


@_asking
def last_started(client: SyncPrefectClient) -> str:
    """Return the id of the newest sweep that was started by hand, empty before the first."""
    from prefect.client.schemas.filters import FlowRunFilter, FlowRunFilterDeploymentId
    from prefect.client.schemas.sorting import FlowRunSort

    ours = FlowRunFilterDeploymentId(any_=[_deployment(client).id])
    found = client.read_flow_runs(
        flow_run_filter=FlowRunFilter(deployment_id=ours), sort=FlowRunSort.START_TIME_DESC, limit=1
    )
    return str(found[0].id) if found else ""


@_asking
def start(client: SyncPrefectClient, years: Sequence[int], after: str) -> Underway:
    """Have the deployment run for these report years (none: all) and return it, waiting for a worker.

    `after`: what `last_started` said before it was looked whether a sweep is at work. Whoever asks with the same gets the
    same sweep, so that of two who ask at the same instant, in whatever process, none starts another. Raises as `source_of`.
    """
    deployment = _deployment(client)
    run = client.create_flow_run_from_deployment(
        deployment.id,
        parameters={**deployment.parameters, "years": sorted(set(years))},
        idempotency_key=f"site-after-{after or deployment.id}",
    )
    return _told(client, run)


@_asking
def stop(client: SyncPrefectClient, id_: UUID) -> None:
    """Ask a sweep to end: the worker ends its process, which closes its run as cancelled. One that waits just goes."""
    from prefect.states import Cancelling

    client.set_flow_run_state(id_, Cancelling(message=STOPPED_HERE))


@_asking
def give_up(client: SyncPrefectClient, id_: UUID) -> None:
    """Note that a sweep is dead: nobody will end it any more, and it stands in nobody's way."""
    from prefect.states import Crashed

    client.set_flow_run_state(id_, Crashed(message=GIVEN_UP), force=True)


def _deployment(client: SyncPrefectClient) -> Any:
    from prefect.exceptions import ObjectNotFound

    try:
        return client.read_deployment_by_name(DEPLOYMENT)
    except ObjectNotFound:
        raise Unavailable(NOT_REGISTERED) from None


def _told(client: SyncPrefectClient, run: Any) -> Underway:
    """What a flow run told of itself by its artifacts."""
    from prefect.client.schemas.filters import ArtifactFilter, ArtifactFilterFlowRunId, ArtifactFilterKey
    from prefect.client.schemas.sorting import ArtifactSort

    told = client.read_artifacts(
        artifact_filter=ArtifactFilter(
            flow_run_id=ArtifactFilterFlowRunId(any_=[run.id]), key=ArtifactFilterKey(any_=[PROGRESS, RUN])
        ),
        sort=ArtifactSort.UPDATED_DESC,
    )
    step = next((one for one in told if one.key == PROGRESS), None)
    named = next((one for one in told if one.key == RUN), None)
    since = run.start_time or run.expected_start_time or run.created
    heard = [since, run.state.timestamp, *(one.updated for one in told)]
    return Underway(
        id=run.id,
        state=_STATES[run.state_type.value],
        since=since,
        told_at=max(heard),
        run=None if named is None else int(json.loads(named.data)[0][RUN_NUMBER]),
        stage=None if step is None else str(step.description),
        percent=None if step is None else float(step.data),
    )
