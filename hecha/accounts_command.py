"""`hecha account`: open, reset and list accounts at the machine itself, also when no operator can sign in."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hecha.ending import ending

if TYPE_CHECKING:
    from sqlalchemy import Engine

_Home = Annotated[Path | None, typer.Option("--home", metavar="DIR", help="数据目录（HECHA_HOME）。")]
_Name = Annotated[str, typer.Argument(metavar="NAME", help="账号名。")]

UNKNOWN_ROLE = "角色只能是 operator（运行维护）、supervisor（主管单位）、agency（报送单位）之一。"
UNKNOWN_AGENCY = "名册中没有“{}”，请写单位全称；名册在核查时用 --roster 给出。"
UNKNOWN_NAME = "没有账号“{}”。"
ROLES = {"operator": "运行维护", "supervisor": "主管单位", "agency": "报送单位"}

app = typer.Typer(help="管理网页账号：开通、重置密码、列出。", no_args_is_help=True, add_completion=False)


@app.command(help="开通账号，显示一次性密码。")
def add(
    name: _Name,
    role: Annotated[str, typer.Option("--role", metavar="ROLE", help="operator、supervisor或agency。")],
    agency: Annotated[str | None, typer.Option("--agency", metavar="NAME", help="单位全称。")] = None,
    shown: Annotated[str, typer.Option("--shown", metavar="TEXT", help="姓名或者科室。")] = "",
    home: _Home = None,
) -> None:
    """Open an account and print its one-time password."""
    with ending():
        database = _database(home)
        from models.errors import ConfigurationError
        from tasks.accounts.accounts import AccountRefused, create
        from tasks.accounts.agencies import agency_named
        from tasks.accounts.person import Role

        if role not in ROLES:
            raise ConfigurationError(UNKNOWN_ROLE)
        agency_id = agency_named(database, agency) if agency else None
        if agency and agency_id is None:
            raise ConfigurationError(UNKNOWN_AGENCY.format(agency))
        try:
            account, given = create(database, None, name, shown, Role(role), agency_id)
        except AccountRefused as refused:
            raise ConfigurationError(str(refused)) from None
        print(f"账号：{account.name}\n一次性密码：{given}\n首次登录时须修改密码。")


@app.command(help="重置密码，显示一次性密码；已停用或者锁定的账号不会因此启用。")
def reset(name: _Name, home: _Home = None) -> None:
    """Give an account a one-time password and print it."""
    with ending():
        database = _database(home)
        from models.errors import ConfigurationError
        from tasks.accounts import accounts

        account = accounts.find_named(database, name)
        if account is None:
            raise ConfigurationError(UNKNOWN_NAME.format(name))
        print(f"账号：{account.name}\n一次性密码：{accounts.reset(database, None, account.id)}")


@app.command("list", help="列出账号。")
def listed(home: _Home = None) -> None:
    """Print the accounts, one a line."""
    with ending():
        database = _database(home)
        from tasks.accounts.accounts import accounts

        for one in accounts(database):
            state = "已停用" if one.disabled_at else "待改密码" if one.must_change else "可用"
            print("\t".join((one.name, ROLES[one.role], one.agency or "—", one.shown, state)))


def _database(home: Path | None) -> Engine:
    if home is not None:
        os.environ["HECHA_HOME"] = str(home)
    from flows.secrets import resolve_secrets
    from models.database import engine, upgrade
    from models.settings import settings

    resolve_secrets()
    upgrade(settings().database)
    return engine(settings().database)
