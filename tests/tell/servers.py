"""Real servers that take what is sent: SMTP and HTTP on 127.0.0.1, free ports, stopped at the end."""

from __future__ import annotations

import contextlib
import json
import logging
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, cast

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, Envelope, LoginPassword


@dataclass
class Mailbox:
    """An SMTP server that asks for one user's password, and the mails it took."""

    port: int
    received: list[tuple[Envelope, EmailMessage]] = field(default_factory=list)


class _Taker:
    def __init__(self, box: Mailbox) -> None:
        self.box = box

    async def handle_DATA(self, server: object, session: object, envelope: Envelope) -> str:
        content = cast(bytes, envelope.content)
        parsed = BytesParser(policy=policy.default).parsebytes(content)
        self.box.received.append((envelope, cast(EmailMessage, parsed)))
        return "250 OK"


@contextlib.contextmanager
def smtp_server(user: str, password: str) -> Iterator[Mailbox]:
    """Run an SMTP server in a thread."""
    box = Mailbox(free_port())

    def check(server: object, session: object, envelope: object, mechanism: str, given: object) -> AuthResult:
        right = isinstance(given, LoginPassword) and given == LoginPassword(user.encode(), password.encode())
        return AuthResult(success=right, handled=False)

    controller = Controller(
        _Taker(box),
        hostname="127.0.0.1",
        port=box.port,
        authenticator=check,
        auth_required=True,
        auth_require_tls=False,
    )
    logging.getLogger("mail.log").setLevel(logging.WARNING)  # it writes down the passwords it is given
    controller.start()
    try:
        yield box
    finally:
        controller.stop()


@dataclass(frozen=True)
class Post:
    """A request that a webhook took."""

    path: str
    headers: dict[str, str]
    body: Any


@dataclass
class Hooks:
    """A server for webhooks: ``/ok…`` takes, ``/500…`` fails, ``/slow…`` answers only when it ends."""

    port: int
    received: list[Post] = field(default_factory=list)


@contextlib.contextmanager
def hook_server() -> Iterator[Hooks]:
    """Run an HTTP server in threads."""
    ending = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            hooks.received.append(Post(self.path, dict(self.headers), json.loads(body)))
            if self.path.startswith("/slow"):
                # a byte now and then, so that no limit on a single read ever strikes
                self.wfile.write(b"HTTP/1.1 200 OK\r\n")
                while not ending.wait(0.5):
                    with contextlib.suppress(OSError):
                        self.wfile.write(b"X-Waiting: yes\r\n")
                return
            self.send_response(500 if self.path.startswith("/500") else 200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    hooks = Hooks(server.server_port)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield hooks
    finally:
        ending.set()
        server.shutdown()
        server.server_close()
        thread.join()


def free_port() -> int:
    """A port that nothing listens on at the moment."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return int(listening.getsockname()[1])


def wait_for(found: list[Any], number: int, seconds: float = 10.0) -> None:
    """Wait until a list has so many entries; assert that it does."""
    end = time.monotonic() + seconds
    while len(found) < number and time.monotonic() < end:
        time.sleep(0.02)
    assert len(found) == number
