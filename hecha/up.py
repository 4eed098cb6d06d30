"""`hecha up`: everything an office needs on one machine, until Ctrl-C: server, worker, inbox, pages.

The Prefect server and the worker are processes of their own, kept alive; the inbox and the pages are threads of
this one. What ends unasked is started again, more slowly each time.
"""

from __future__ import annotations

import contextlib
import logging
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import psutil

from flows.server import configure, prefect_server, wait_until_ready
from hecha.site.set_up import invitation
from models.database import engine, upgrade
from models.settings import Settings
from tasks.persist.arrivals import take_back

WORKER_LOOKS_SECONDS = 2
"""How often the worker asks for runs: a person waits for the score of what was just handed in."""
_FIRST_WAIT, _LONGEST_WAIT = 1.0, 60.0
_STEADY_SECONDS = 300.0
_STOP_SECONDS = 20.0

log = logging.getLogger("hecha")


@dataclass
class Kept:
    """A child process that is started again when it ends."""

    name: str
    command: list[str]
    log: Path
    process: subprocess.Popen[bytes] | None = None
    wait: float = _FIRST_WAIT
    started: float = 0.0
    due: float = field(default=0.0)

    def look(self, now: float) -> None:
        """Start it where it does not run; wait longer each time it ends soon after its start."""
        if self.process is not None:
            if self.process.poll() is None:
                return
            log.error("%s ended with %d", self.name, self.process.returncode)
            self.wait = (
                _FIRST_WAIT if now - self.started > _STEADY_SECONDS else min(self.wait * 2, _LONGEST_WAIT)
            )
            self.due, self.process = now + self.wait, None
        if now < self.due:
            return
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as output:
            self.process = subprocess.Popen(
                self.command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True
            )
        self.started = now

    def end(self) -> None:
        """Ask it to end, then end it and all that it started: its flow runs are sessions of their own."""
        if self.process is None:
            return
        started = []
        with contextlib.suppress(psutil.NoSuchProcess):
            started = psutil.Process(self.process.pid).children(recursive=True)
        with contextlib.suppress(ProcessLookupError):
            self.process.terminate()
        try:
            self.process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        for end in (psutil.Process.terminate, psutil.Process.kill):
            _, started = psutil.wait_procs(started, timeout=0.1)
            for process in started:
                with contextlib.suppress(psutil.NoSuchProcess):
                    end(process)
            _, started = psutil.wait_procs(started, timeout=_STOP_SECONDS)


def worker(chosen: Settings, pool: str) -> Kept:
    """Return the worker that runs the deployments on this machine."""
    os.environ["PREFECT_WORKER_QUERY_SECONDS"] = str(WORKER_LOOKS_SECONDS)
    command = [sys.executable, "-m", "prefect", "worker", "start", "--pool", pool, "--type", "process"]
    return Kept("worker", command, chosen.home.resolve() / "log" / "worker.log")


def run(chosen: Settings, source: str | None, roster: Path | None, say: Callable[[str], None]) -> None:
    """Start everything, say where it is, and keep it alive until Ctrl-C or SIGTERM.

    `source` is what the schedules sweep (the inbox alone when not given), `roster` who must report.
    """
    home = chosen.home.resolve()
    chosen.inbox_folder.mkdir(parents=True, exist_ok=True)
    os.environ["HECHA_HOME"] = str(home)
    os.environ["HECHA_SOURCE"] = source or str(chosen.inbox_folder.resolve())
    if roster is not None:
        os.environ["HECHA_ROSTER"] = str(roster.resolve())
    os.environ["PYTHONWARNINGS"] = "ignore"
    configure(home)
    _begin(chosen)
    with prefect_server(home) as server:
        say("正在启动调度服务……")
        wait_until_ready(server)
        from flows.deployments import POOL, register

        say("正在登记定时任务……")
        register(home, again=False)
        kept = worker(chosen, POOL)
        with _pages(chosen, server.url) as address, _inbox(chosen, say):
            try:
                say(f"已启动。网页：{address}　收件箱：{chosen.inbox_folder}　调度服务：{server.url}")
                if told := invitation(chosen, address):
                    say(told)
                say("按Ctrl-C停止。")
                while True:
                    kept.look(time.monotonic())
                    time.sleep(0.5)
            except (KeyboardInterrupt, SystemExit):
                signal.signal(signal.SIGINT, signal.SIG_IGN)  # once is enough: what is running ends in order
            finally:
                say("正在停止……")
                kept.end()
    say("已停止。")


def _begin(chosen: Settings) -> None:
    """Bring the database up to date; what an earlier `up` was working on when it ended waits again."""
    upgrade(chosen.database)
    database = engine(chosen.database)
    try:
        take_back(database, datetime.now(UTC))
    finally:
        database.dispose()


@contextlib.contextmanager
def _inbox(chosen: Settings, say: Callable[[str], None]) -> Iterator[None]:
    from flows.events import submission_received
    from hecha.watch import watch

    stop = threading.Event()
    thread = threading.Thread(
        target=watch,
        args=(chosen, submission_received, stop, lambda a: say(f"收到文件：{a.file}")),
        name="inbox",
    )
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


@contextlib.contextmanager
def _pages(chosen: Settings, prefect_url: str) -> Iterator[str]:
    from hecha.serve import server

    pages = server(chosen, prefect_url)
    thread = threading.Thread(target=pages.run, name="pages", daemon=True)
    thread.start()
    try:
        yield f"http://{chosen.web_host}:{chosen.web_port}/"
    finally:
        pages.should_exit = True
        thread.join(_STOP_SECONDS)
