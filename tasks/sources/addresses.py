"""Which network addresses may be visited, and a transport that connects to nothing else.

A name is resolved here, every address of it is checked, and the connection goes to the address that was checked:
a name that answers otherwise a moment later (DNS rebinding) gains nothing by it. Redirects come through here too.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
import ssl
from collections.abc import Sequence
from fnmatch import fnmatchcase

import certifi
import httpx

from models.errors import ErrorKind, HechaError

PRIVATE = "“{host}”是内部网络地址，未予访问；确需访问内网网站的，请在设置HECHA_FETCH_ALLOW_PRIVATE中列出。"
UNKNOWN_HOST = "找不到网站“{host}”，请核对网址中的域名和本机的域名解析设置。"
_NAT64 = ipaddress.ip_network("64:ff9b::/96")


class NotFetched(HechaError):
    """A web address that gave no file today. The message is one Chinese sentence; `status` is of HTTP, if any."""

    def __init__(
        self, message: str, kind: ErrorKind = ErrorKind.UNREADABLE, status: int | None = None
    ) -> None:
        super().__init__(message)
        self.message = message
        self.kind = kind
        self.status = status


class Transport(httpx.AsyncBaseTransport):
    """httpx's own transport behind a check of the address. Raises NotFetched where it may not or cannot go."""

    def __init__(self, allowed: Sequence[str]) -> None:
        self._allowed = allowed
        # No connection is used twice: two hosts at one address must not share one made for the other's name.
        self._inner = httpx.AsyncHTTPTransport(
            verify=_trusted(), trust_env=False, limits=httpx.Limits(max_keepalive_connections=0)
        )

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send the request to a checked address of its host, the next one where the first takes no connection."""
        name = request.url.raw_host.decode("ascii")
        port = request.url.port or (443 if request.url.scheme == "https" else 80)
        failed: httpx.TransportError | None = None
        for address in await checked_addresses(name, port, self._allowed):
            there = httpx.Request(
                request.method,
                request.url.copy_with(host=address),
                headers=request.headers,  # with the name as Host
                stream=request.stream,
                extensions={
                    **request.extensions,
                    "sni_hostname": name,
                },  # what a certificate must be made out to
            )
            try:
                return await self._inner.handle_async_request(there)
            except (httpx.ConnectError, httpx.ConnectTimeout) as error:
                failed = error
        assert failed is not None
        raise failed

    async def aclose(self) -> None:
        """Close what is open."""
        await self._inner.aclose()


def _trusted() -> ssl.SSLContext:
    """Trust what the machine trusts (an office may have an authority of its own) and what the world trusts."""
    context = ssl.create_default_context()
    context.load_verify_locations(certifi.where())
    return context


async def checked_addresses(host: str, port: int, allowed: Sequence[str]) -> list[str]:
    """Return the addresses of a host, none of them private unless the host is allowed to. Raises NotFetched."""
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise NotFetched(UNKNOWN_HOST.format(host=host)) from error
    addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
    if not addresses:
        raise NotFetched(UNKNOWN_HOST.format(host=host))
    excepted = any(fnmatchcase(host.lower(), pattern.strip().lower()) for pattern in allowed)
    if not excepted and any(map(is_private, addresses)):
        raise NotFetched(PRIVATE.format(host=host))
    return addresses


def is_private(address: str) -> bool:
    """Say whether an address is anything but a public one: loopback, private, link-local, reserved, multicast.

    An IPv6 address that stands for an IPv4 one (mapped, 6to4, Teredo, NAT64) is what that one is.
    """
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None)
        if ip in _NAT64:
            inner = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        if inner is not None:
            return is_private(str(inner))
    return not ip.is_global or ip.is_multicast
