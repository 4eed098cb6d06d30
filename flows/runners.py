"""Where the tasks of a sweep run: threads or processes of this machine, or a Dask cluster that is there already."""

from __future__ import annotations

import os
from typing import Any

from prefect.task_runners import ProcessPoolTaskRunner, ThreadPoolTaskRunner

from models.errors import ConfigurationError
from models.settings import Settings

NO_DASK = "设置HECHA_TASK_RUNNER要求使用Dask，但没有安装所需的组件，请用requirements-office.lock安装。"


def task_runner(chosen: Settings) -> Any:
    """Return the task runner that ``HECHA_TASK_RUNNER`` names.

    The workers of a Dask cluster read files and write chunks themselves: they need the same ``HECHA_HOME``, source
    and store under the same names, and ``DASK_DISTRIBUTED__WORKER__DAEMON=False``, for reading starts a process of
    its own. Raises ConfigurationError where prefect-dask is not installed.
    """
    name = chosen.task_runner
    if name == "threads":
        return ThreadPoolTaskRunner(max_workers=chosen.workers)
    if name == "processes":
        return ProcessPoolTaskRunner(max_workers=chosen.workers)
    try:
        from prefect_dask import DaskTaskRunner
    except ImportError as error:
        raise ConfigurationError(NO_DASK) from error
    os.environ.setdefault("DASK_DISTRIBUTED__WORKER__DAEMON", "False")
    return DaskTaskRunner(address=name.replace("dask://", "tcp://", 1))


def tells_steps(chosen: Settings) -> bool:
    """Say whether a task can tell this process of its steps: what runs in another process cannot."""
    return chosen.task_runner == "threads"
