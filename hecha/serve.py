"""`hecha serve`: the pages, what watches them asks for, and the upload of reports, over HTTP."""

from __future__ import annotations

import socket
import sys

import uvicorn

from hecha.service import service
from hecha.site.app import site
from hecha.site.handing_in import warm_up_for_agencies
from hecha.upload import router
from models.errors import ConfigurationError
from models.settings import Settings
from tasks.ask.originals import originals

SWITCH_SECONDS = 0.001
"""How long a thread keeps the interpreter while others wait. A page gives it up with each of its twenty answers from the
database: with Python's five milliseconds it then waits ten times as long as it works as soon as another is drawn."""


def server(chosen: Settings, prefect_url: str | None) -> uvicorn.Server:
    """Return the server of the pages, bound nowhere yet. Raises ConfigurationError when its port is taken."""
    with socket.socket(socket.AF_INET6 if ":" in chosen.web_host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((chosen.web_host, chosen.web_port))
        except OSError as error:
            raise ConfigurationError(
                f"网页服务不能使用{chosen.web_host}的{chosen.web_port}端口（{error.strerror}），请改设HECHA_WEB_PORT或HECHA_WEB_HOST。"
            ) from error
    sys.setswitchinterval(SWITCH_SECONDS)
    app = service(chosen, prefect_url, (router(chosen), *site()))
    warm_up_for_agencies(chosen, app.state.database)
    originals(chosen).start()
    config = uvicorn.Config(
        app,
        host=chosen.web_host,
        port=chosen.web_port,
        log_level="warning",
        server_header=False,
        access_log=False,
        forwarded_allow_ips=list(chosen.web_trusted_proxies),
    )
    return uvicorn.Server(config)
