"""`hecha doctor`: whether everything Hecha needs is there and works, and what to do about what does not.

`machine` looks at this computer, `stored` at database, store and files, `orchestration` at Prefect and the clocks.
Each check runs in a thread that nobody waits for longer than 5 s (or as told); those that wait for others run at once.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.cells import cell_len
from rich.console import Console

from flows.secrets import resolve_secrets
from flows.server import configure
from hecha.doctor import machine, orchestration, stored
from hecha.doctor.answer import LIMIT_SECONDS, Answer, State, bad, unknown
from hecha.terminal import quiet, visible
from models.errors import ConfigurationError, HechaError
from models.settings import Settings, settings
from models.settings_files import HOME, given

SCHEMA = "hecha.doctor/1"
MARKS = {State.OK: "✓", State.FAILED: "✗", State.UNKNOWN: "–"}
_TOO_LONG = "请检查相应的服务、网络和磁盘是否正常；机器很忙的，可加 --seconds 放宽时限。"
_BROKEN = "检查本身出错，未查明；详情见数据目录下的 log/hecha.log"

_WAITING = {
    "database",
    "store",
    "libreoffice",
    "fonts",
    "prefect",
    "deployments",
    "worker",
    "runner",
    "clock",
}
"""What mostly waits for others. The rest computes, and at the same time would only keep each other waiting."""

log = logging.getLogger("hecha")


@dataclass(frozen=True, slots=True)
class Checked:
    """A check by its key, its name in Chinese, and what it found."""

    key: str
    title: str
    answer: Answer


Ask = Callable[[], Answer]


def run(roster: Path | None = None, seconds: float = LIMIT_SECONDS) -> list[Checked]:
    """Make every check and return them in their order; one that takes longer than `seconds` has failed."""
    try:
        chosen = settings()
    except ConfigurationError as error:
        wrong = bad("设置有误", str(error))
        rest = unknown("设置有误，未查")
        asked = [(key, title, ask) for key, title, ask in _checks(None, roster) if key != "settings"]
        with quiet(Path(given(HOME) or ".hecha")):
            return [Checked("settings", "设置", wrong), *_asked(asked, rest, seconds)]
    with quiet(chosen.home):
        if chosen.blocks and orchestration.api_url() is not None:
            configure(chosen.home)
            import prefect.blocks.system  # noqa: F401  # takes longer than the check itself

        first = _asked([("secrets", "密钥块", _secrets)], unknown(""), seconds) if chosen.blocks else []
        return [*first, *_asked(_checks(chosen, roster), unknown(""), seconds)]


def _checks(chosen: Settings | None, roster: Path | None) -> list[tuple[str, str, Ask | None]]:
    """Return every check by key and title; None in its place where it needs settings and there are none."""

    def under(ask: Callable[[Settings], Answer]) -> Ask | None:
        return None if chosen is None else lambda: ask(chosen)

    return [
        ("settings", "设置", under(machine.configured)),
        ("python", "Python", machine.python),
        ("packages", "程序包", machine.packages),
        ("limits", "打开文件数", machine.limits),
        ("home", "数据目录", under(machine.home)),
        ("disk", "磁盘空间", under(machine.disk)),
        ("inbox", "收件文件夹", under(machine.inbox)),
        ("database", "数据库", under(stored.database)),
        ("store", "原件存储", under(stored.store)),
        ("profile", "核查方案", under(stored.profile)),
        ("roster", "名册", lambda: stored.roster(roster)),
        ("libreoffice", "LibreOffice", under(machine.libreoffice)),
        ("fonts", "中文字体", machine.fonts),
        ("ocr", "扫描件识别", machine.scans),
        ("prefect", "调度服务", orchestration.server),
        ("deployments", "部署", orchestration.deployments),
        ("worker", "执行进程", orchestration.worker),
        ("runner", "读取任务", under(orchestration.runner)),
        ("clock", "时钟", under(orchestration.clock)),
        ("notifications", "通知地址", under(stored.notifications)),
    ]


def _secrets() -> Answer:
    """Fetch the secrets that stand in Prefect blocks, so that the other checks can use them."""
    found = resolve_secrets()
    return Answer(State.OK, f"{len(found)}项密钥取自Prefect密钥块")


def _asked(checks: Sequence[tuple[str, str, Ask | None]], without: Answer, seconds: float) -> list[Checked]:
    """Make the quick checks one by one, then those that wait at once; `without` stands for those not to be made."""
    answers: dict[str, Answer] = {}

    def answering(key: str, ask: Ask) -> None:
        try:
            answers[key] = ask()
        except HechaError as error:
            answers[key] = bad("不能使用", str(error))
        except Exception:
            log.exception("the check %s", key)
            answers[key] = unknown(_BROKEN)

    def started(key: str, ask: Ask) -> threading.Thread:
        thread = threading.Thread(target=answering, args=(key, ask), daemon=True)
        thread.start()
        return thread

    late = bad(f"{seconds:g}秒内没有结果", _TOO_LONG)
    to_make = [(key, ask) for key, _, ask in checks if ask is not None]
    for key, ask in to_make:
        if key not in _WAITING:
            started(key, ask).join(seconds)
    ends = time.monotonic() + seconds
    for thread in [started(key, ask) for key, ask in to_make if key in _WAITING]:
        thread.join(max(0.0, ends - time.monotonic()))
    return [
        Checked(key, title, without if ask is None else answers.get(key, late)) for key, title, ask in checks
    ]


def failed(checks: Sequence[Checked]) -> bool:
    """Whether any check failed; one that could not be made is no failure."""
    return any(one.answer.state is State.FAILED for one in checks)


def show(console: Console, checks: Sequence[Checked]) -> None:
    """Print a line for each check, below a failed one what to do, and at the end how many there are of each."""
    width = max(cell_len(one.title) for one in checks)
    for one in checks:
        blank = " " * (width - cell_len(one.title))
        _print(console, f"{MARKS[one.answer.state]} {one.title}{blank}  {one.answer.said}")
        if one.answer.advice:
            _print(console, f"  {' ' * width}  {one.answer.advice}")
    counts = {state: sum(one.answer.state is state for one in checks) for state in State}
    _print(
        console,
        f"共{len(checks)}项：正常{counts[State.OK]}项，有问题{counts[State.FAILED]}项，未查或尚无{counts[State.UNKNOWN]}项。",
    )


def _print(console: Console, line: str) -> None:
    console.print(visible(line), markup=False, soft_wrap=True)


def as_json(checks: Sequence[Checked]) -> dict[str, Any]:
    """Return the checks as ``hecha doctor --json`` gives them."""
    return {
        "schema": SCHEMA,
        "ok": not failed(checks),
        "checks": [
            {
                "key": one.key,
                "title": one.title,
                "state": one.answer.state.value,
                "said": one.answer.said,
                "advice": one.answer.advice,
            }
            for one in checks
        ],
    }
