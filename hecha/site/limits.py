"""How much and how often: counters in memory, one process's own, and the size of what is sent."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable

from fastapi import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

TOO_OFTEN = "操作过于频繁，请稍后再试。"
TOO_LARGE = "提交的内容超过{limit} MB上限，未予接收。"
FORM_BYTES = 1 << 20
"""A form without files is never longer."""
_TAKES_FILES = ("/agency", "/reports/", "/inbox", "/api/")
"""Where reports and attachments are sent to; all other paths take forms only."""
_MOST_KEYS = 50_000


class Window:
    """Counts what each key did within the last `seconds`; no more than `most` of it is let through."""

    def __init__(self, most: int, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self.most = most
        self.seconds = seconds
        self._clock = clock
        self._lock = threading.Lock()
        self._times: OrderedDict[str, deque[float]] = OrderedDict()

    def take(self, key: str) -> None:
        """Count one more of `key`. Raises HTTPException 429 when it is one too many; that one is not counted."""
        now = self._clock()
        with self._lock:
            times = self._times.setdefault(key, deque())
            self._times.move_to_end(key)
            while len(self._times) > _MOST_KEYS:
                self._times.popitem(last=False)
            while times and times[0] <= now - self.seconds:
                times.popleft()
            if len(times) >= self.most:
                wait = int(times[0] + self.seconds - now) + 1
                raise HTTPException(429, TOO_OFTEN, {"Retry-After": str(wait)})
            times.append(now)

    def forget(self, key: str) -> None:
        """Let `key` begin anew."""
        with self._lock:
            self._times.pop(key, None)


class Limits:
    """The counters of one application."""

    def __init__(self) -> None:
        self.sign_ins_by_address = Window(30, 300)
        self.sign_ins_by_name = Window(10, 300)
        self.passwords = Window(10, 300)
        """Own passwords typed to change one, and set-up codes, by account or address."""
        self.uploads = Window(30, 300)
        """Reports and attachments sent, self-checks too, by account."""
        self.exports = Window(30, 300)
        """Documents and lists made, by account."""


class BodyLimit:
    """Refuses a request body that is too long: by what it says of itself, and by what really comes."""

    def __init__(self, app: ASGIApp, file_bytes: int, refuse: Callable[[int], ASGIApp]) -> None:
        self._app = app
        self._file_bytes = file_bytes + FORM_BYTES
        self._refuse = refuse

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, as long as its body is no longer than it may be."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        limit = self._file_bytes if scope["path"].startswith(_TAKES_FILES) else FORM_BYTES
        said = dict(scope["headers"]).get(b"content-length", b"0")
        if not said.isdigit() or int(said) > limit:
            await self._refuse(limit)(scope, receive, send)
            return
        came = 0

        async def counted() -> Message:
            nonlocal came
            message = await receive()
            came += len(message.get("body", b""))
            if came > limit:
                raise HTTPException(413, TOO_LARGE.format(limit=limit >> 20))
            return message

        await self._app(scope, counted, send)


class Addresses:
    """Refuses an address that holds NUL: PostgreSQL has no text with it, and nobody types one."""

    def __init__(self, app: ASGIApp, refuse: Callable[[int], ASGIApp]) -> None:
        self._app = app
        self._refuse = refuse

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, as long as its address can be read as text."""
        if scope["type"] == "http" and "\x00" in scope["path"]:
            await self._refuse(404)(scope, receive, send)
        elif scope["type"] == "http" and b"%00" in scope["query_string"]:
            await self._refuse(422)(scope, receive, send)
        else:
            await self._app(scope, receive, send)
