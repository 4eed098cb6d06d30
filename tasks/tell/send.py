"""Sending messages with Apprise: mail, 钉钉, 企业微信, 飞书, any webhook. Forms of address: docs/TELLING.md.

An address holds passwords and tokens, often where a host would stand. Nothing of it is ever logged or stored
but its kind (``mailtos``) and its place in the list; Apprise's own log lines, which may quote it, end here.
"""

from __future__ import annotations

import contextlib
import json
import logging
import re
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from pydantic import SecretStr

from models.errors import ErrorKind
from models.views import ErrorView
from tasks.tell.summary import ADDRESS
from tasks.tell.texts import Audience, Message

LONGEST_SECONDS = 60.0
"""All addresses are written to at the same time; who has not taken the message by then has failed."""

NAMES: Mapping[Audience, str] = {Audience.OPERATOR: "运维", Audience.SUPERVISOR: "主管"}
_UNKNOWN = "格式不明"
_UNUSABLE = "该地址的格式无法识别，未发送；请对照 docs/TELLING.md 检查设置 {setting} 中的第{number}个地址。"
_FAILED = "通知未能送达（{why}）；请检查该地址和网络，核查结果不受影响。"

log = logging.getLogger("hecha")


def _utf8(text: str) -> int:
    return len(text.encode("utf-8", "replace"))


def _as_json(text: str) -> int:
    return len(json.dumps(text))


Size = Callable[[str], int]
# 企业微信 counts the content in UTF-8; the others limit the request, in which Apprise writes \uXXXX.
_ROOM: Final[Mapping[str, tuple[int, Size]]] = {
    "wecombot": (2048, _utf8),
    "dingtalk": (19_000, _as_json),
    "feishu": (19_000, _as_json),
    "lark": (19_000, _as_json),
}
_MAIL = ("mailto", "mailtos")


@dataclass(frozen=True, slots=True)
class Address:
    """One address of an audience: its place in the list (from 1), its kind, and what Apprise made of it."""

    audience: Audience
    number: int
    kind: str
    service: Any = None

    @property
    def name(self) -> str:
        """How the address is called among a run's errors: without anything that is secret."""
        return f"{ADDRESS}（{NAMES[self.audience]}第{self.number}个，{self.kind}）"


def address(audience: Audience, number: int, url: SecretStr) -> Address:
    """Return what Apprise understands of an address; `service` is None where it understands nothing."""
    from apprise import Apprise, AppriseAsset  # loads its hundred services: half a second, only when needed
    from apprise.manager_plugins import NotificationManager

    text = url.get_secret_value().strip()
    kind = text.partition("://")[0].lower()
    asset = AppriseAsset(
        app_id="Hecha",
        app_desc="Hecha",
        app_url="",
        image_url_mask="",
        image_url_logo="",
        storage_mode="memory",
    )
    with _ear.listening():
        try:
            service = Apprise.instantiate(text, asset=asset)
        except Exception:  # some services check what they are given with exceptions of their own
            service = None
    kinds: Any = NotificationManager
    known = "://" in text and kind in kinds()
    return Address(audience, number, kind if known else _UNKNOWN, service)


def send(
    messages: Mapping[Audience, Message],
    addresses: Mapping[Audience, Sequence[SecretStr]],
    longest: float = LONGEST_SECONDS,
) -> list[ErrorView]:
    """Send each audience its message at all its addresses; return what failed, as errors of ours.

    No failure keeps another address from its message, and none is raised. Returns after `longest` seconds at
    the latest.
    """
    failed: list[ErrorView] = []
    waiting: list[tuple[Address, threading.Thread, list[str | None]]] = []
    for audience, said in messages.items():
        for number, url in enumerate(addresses.get(audience, ()), start=1):
            to = address(audience, number, url)
            if to.service is None:
                setting = f"HECHA_NOTIFY_{audience.value.upper()}"
                why = _UNUSABLE.format(setting=setting, number=number)
                failed.append(ErrorView(to.name, ErrorKind.INTERNAL.value, why))
                continue
            outcome: list[str | None] = []
            # a daemon: a service that never ends its answer must not keep the process from ending
            thread = threading.Thread(target=_send_one, args=(to, said, outcome), daemon=True)
            thread.start()
            waiting.append((to, thread, outcome))
    end = time.monotonic() + longest
    for to, thread, outcome in waiting:
        thread.join(max(0.0, end - time.monotonic()))
        why_not = outcome[0] if outcome else f"{longest:.0f}秒内没有完成"
        if why_not is not None:
            failed.append(ErrorView(to.name, ErrorKind.INTERNAL.value, _FAILED.format(why=why_not)))
    for error in failed:
        log.error("%s: %s", error.file, error.message)
    return failed


def _send_one(to: Address, said: Message, outcome: list[str | None]) -> None:
    """Write to one address; put None into `outcome`, or why it failed."""
    from apprise import Apprise, NotifyFormat

    with _ear.listening() as why:
        try:
            as_html = to.kind in _MAIL and to.service.notify_format == NotifyFormat.HTML
            sender = Apprise(servers=to.service, asset=to.service.asset)
            taken = sender.notify(
                title=said.title,
                body=said.html if as_html else _fitting(to, said),
                body_format=NotifyFormat.HTML if as_html else NotifyFormat.TEXT,
            )
            outcome.append(None if taken else why())
        except Exception as error:  # its message may quote the address
            outcome.append(f"发送程序出错：{type(error).__name__}")


def _fitting(to: Address, said: Message) -> str:
    if to.kind in _MAIL:
        return said.text
    room, size = _ROOM.get(to.kind, (to.service.body_maxlen, len))
    # services without a title of their own get it as the first line of the body
    return cut(said.text, room - size(said.title + "\r\n"), size)


def cut(text: str, room: int, size: Size = len) -> str:
    """Return as much of a text as has room, and how many characters are left out.

    `size` measures what `room` limits. The cut is made at the end of a line where one ends in the last fifth.
    """
    if size(text) <= room:
        return text

    def shortened(kept: int) -> str:
        return f"{text[:kept].rstrip()}\n……（限于篇幅，略去{len(text) - kept}字）\n"

    low, high = 0, len(text)
    while low < high:  # the longest beginning that fits
        middle = (low + high + 1) // 2
        low, high = (middle, high) if size(shortened(middle)) <= room else (low, middle - 1)
    line = text.rfind("\n", 0, low) + 1
    return shortened(line if line > low * 4 // 5 else low)


class _Ear(logging.Filter):
    """Hears what Apprise and its HTTP library say of an address, keeps a status number, and lets none of it through.

    A filter of the loggers themselves: whatever handlers the process has, they never see the records.
    """

    _STATUS = re.compile(r"error=(\d{3})\b|Socket Exception: .{0,200}?\((\d{3}), ", re.DOTALL)

    def __init__(self) -> None:
        super().__init__()
        self.heard: dict[int, str] = {}
        """By thread: why it failed, as far as is known. Threads that are not here do not write to addresses."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Let pass what other threads log with the HTTP library."""
        thread = record.thread or 0
        if thread not in self.heard:
            return record.name != "apprise"
        if found := self._STATUS.search(record.getMessage()):
            wrong = found[2] == "535"
            code = found[1] or found[2]
            self.heard[thread] = "用户名或密码不正确" if wrong else f"对方返回状态码{code}"
        return False

    @contextlib.contextmanager
    def listening(self) -> Iterator[Callable[[], str]]:
        """Listen to this thread inside the block; what is given tells why it failed."""
        thread = threading.get_ident()
        for name in ("apprise", "urllib3.connectionpool"):
            logging.getLogger(name).addFilter(self)  # a second time it changes nothing
        logging.getLogger("apprise").setLevel(logging.DEBUG)
        self.heard[thread] = "无法连接或对方拒收"
        try:
            yield lambda: self.heard[thread]
        finally:
            del self.heard[thread]


_ear = _Ear()
