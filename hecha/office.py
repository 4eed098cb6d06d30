"""The commands of an office that leaves Hecha running: up, serve, watch, deploy, migrate."""

from __future__ import annotations

import os
import signal
from pathlib import Path
from typing import Annotated

import typer

from hecha.ending import ending, terminated

_Home = Annotated[Path | None, typer.Option("--home", metavar="DIR", help="数据文件夹（HECHA_HOME）。")]
_Source = Annotated[
    str | None,
    typer.Argument(
        metavar="[SOURCE]", help="定时核查的文件夹、对象存储地址或者网址清单；不给出时只核查收件箱。"
    ),
]
_Roster = Annotated[Path | None, typer.Option("--roster", metavar="FILE", help="应报单位名册（CSV）。")]


def add(app: typer.Typer) -> None:
    """Put the commands into the application."""
    app.command(help="在本机启动全部服务：调度、定时核查、收件箱、网页；按Ctrl-C停止。")(up)
    app.command(help="只启动网页服务（结果网页、上传、健康检查和指标）。")(serve)
    app.command(help="只启动收件箱监视：文件到达即登记并触发核查。")(watch)
    app.command(help="把deploy/prefect.yaml中的全部部署登记到调度服务。")(deploy)
    app.command(help="把数据库升级到当前版本。")(migrate)


def up(source: _Source = None, roster: _Roster = None, home: _Home = None) -> None:
    """Start everything on this machine; see `hecha.up`."""
    with ending():
        _take(home)
        from hecha import up as everything
        from models.settings import settings
        from tasks import sources

        if roster is not None:
            from tasks.roster import read_roster

            read_roster(roster)
        if source is not None and not sources.is_elsewhere(source):
            _must_exist(Path(source))
        everything.run(settings(), source, roster, lambda said: print(said, flush=True))


def serve(
    host: Annotated[str | None, typer.Option("--host", help="监听的地址（HECHA_WEB_HOST）。")] = None,
    port: Annotated[int | None, typer.Option("--port", help="监听的端口（HECHA_WEB_PORT）。")] = None,
    home: _Home = None,
) -> None:
    """Serve the pages until the process is told to end."""
    with ending():
        if host is not None:
            os.environ["HECHA_WEB_HOST"] = host
        if port is not None:
            os.environ["HECHA_WEB_PORT"] = str(port)
        _take(home)
        from flows.secrets import resolve_secrets
        from flows.server import configure
        from hecha.serve import server
        from hecha.site.set_up import invitation
        from models.settings import settings

        chosen = settings()
        configure(chosen.home)  # a sweep may be started from the pages
        resolve_secrets()
        pages = server(chosen, os.environ.get("PREFECT_API_URL"))
        if told := invitation(chosen, f"http://{chosen.web_host}:{chosen.web_port}/"):
            print(told, flush=True)
        pages.run()


def watch(home: _Home = None) -> None:
    """Watch the inbox until the process is told to end."""
    with ending():
        _take(home)
        import threading

        from flows.server import configure
        from models.settings import settings

        configure(settings().home)
        from flows.events import submission_received
        from flows.secrets import resolve_secrets
        from hecha.watch import watch as watching

        resolve_secrets()
        stop = threading.Event()
        try:
            watching(
                settings(),
                submission_received,
                stop,
                lambda a: print(f"收到文件：{a.file}", flush=True),
            )
        finally:
            stop.set()


def deploy(
    pool_type: Annotated[
        str,
        typer.Option("--pool-type", metavar="TYPE", help="没有工作池时以何种类型建立：process或kubernetes。"),
    ] = "process",
    home: _Home = None,
) -> None:
    """Register every deployment with the Prefect server of PREFECT_API_URL."""
    with ending():
        _take(home)
        from flows.server import configure
        from models.errors import ConfigurationError
        from models.settings import settings

        if not os.environ.get("PREFECT_API_URL"):
            raise ConfigurationError(
                "请先设置PREFECT_API_URL，指明调度服务的地址；单机使用请直接运行hecha up。"
            )
        configure(settings().home)
        from flows.deployments import FILE, register

        register(settings().home, pool_type)
        print(f"已登记{FILE.name}中的全部部署。")


def migrate(home: _Home = None) -> None:
    """Bring the database to the tables of this version."""
    with ending():
        _take(home)
        from flows.secrets import resolve_secrets
        from models.database import upgrade
        from models.settings import redacted, settings

        resolve_secrets()
        upgrade(settings().database)
        print(f"数据库已是当前版本：{redacted(settings().database)}")


def _take(home: Path | None) -> None:
    signal.signal(signal.SIGTERM, terminated)
    if home is not None:
        os.environ["HECHA_HOME"] = str(home)


def _must_exist(path: Path) -> None:
    from models.errors import ConfigurationError

    if not path.exists():
        raise ConfigurationError(f"找不到要核查的文件夹“{path}”，请检查路径。")
