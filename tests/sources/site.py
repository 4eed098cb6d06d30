"""A real web site on this machine that misbehaves on request, and remembers who asked for what."""

from __future__ import annotations

import contextlib
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Reply:
    """What the site answers; `pieces` come after the body, each after `pause` seconds."""

    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    pieces: Iterator[bytes] | None = None
    pause: float = 0.0
    wait: float = 0.0
    """Seconds before anything is answered."""
    short_by: int = 0
    """Bytes that are announced and never sent."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A request as it arrived."""

    host: str
    path: str
    headers: dict[str, str]
    at: float


Page = Reply | Callable[[int], Reply]
"""What stands under a path; a function is told how many times it was asked before."""


@dataclass(slots=True)
class Site:
    port: int
    pages: dict[str, Page] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)
    at_once: int = 0
    most_at_once: int = 0
    stopping: threading.Event = field(default_factory=threading.Event)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def url(self, path: str, host: str = "localhost", scheme: str = "http") -> str:
        return f"{scheme}://{host}:{self.port}{path}"

    def paths(self) -> list[str]:
        return [asked.path for asked in self.asked]

    def reply(self, handler: BaseHTTPRequestHandler) -> Reply:
        with self.lock:
            before = self.paths().count(handler.path)
            self.asked.append(
                Asked(handler.headers["Host"], handler.path, dict(handler.headers), time.monotonic())
            )
            page = self.pages.get(handler.path, Reply(b"not here", 404))
        return page if isinstance(page, Reply) else page(before)


def _handler(site: Site) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            with site.lock:
                site.at_once += 1
                site.most_at_once = max(site.most_at_once, site.at_once)
            try:
                self.answer(site.reply(self))
            except OSError:
                self.close_connection = True  # the visitor went away
            finally:
                with site.lock:
                    site.at_once -= 1

        def answer(self, reply: Reply) -> None:
            site.stopping.wait(reply.wait)
            self.send_response(reply.status)
            for name, value in reply.headers.items():
                self.send_header(name, value)
            if reply.pieces is None and reply.status != 304:
                self.send_header("Content-Length", str(len(reply.body) + reply.short_by))
            self.end_headers()
            self.wfile.write(reply.body)
            for piece in reply.pieces or ():
                if site.stopping.wait(reply.pause):
                    return
                self.wfile.write(piece)

        def log_message(self, *_: object) -> None:
            """Keep the terminal clean."""

    return Handler


@contextlib.contextmanager
def running(certificate: Path | None = None) -> Iterator[Site]:
    """A site on a free port of 127.0.0.1 until the end of the block."""
    site = Site(0)
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(site))
    server.daemon_threads = True
    if certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    site.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield site
    finally:
        site.stopping.set()
        server.shutdown()
        server.server_close()
        thread.join()
