"""Secrets that stand in Prefect's Secret blocks: ``HECHA_DATABASE_URL=prefect-block:NAME``."""

from __future__ import annotations

import os
from typing import Any

from pydantic import ValidationError

from models.errors import ConfigurationError
from models.settings import BLOCK, Settings, settings
from models.settings_faults import explained

NO_SERVER = "有密钥取自Prefect密钥块，但没有设置 PREFECT_API_URL；请设置，或者改用文件存放密钥。"


def resolve_secrets() -> tuple[str, ...]:
    """Put the values of Prefect's Secret blocks in the place of their names; return the settings concerned.

    Once a process, before a secret is used; without such settings Prefect is not even imported, and a second
    call finds nothing left to do. The values stay in memory: they go into no variable that a child would get.
    PREFECT_API_URL must be set and answer. Raises ConfigurationError for a block that cannot be had.
    """
    chosen = settings()
    concerned = chosen.blocks
    if not concerned:
        return ()
    if not os.environ.get("PREFECT_API_URL"):  # Prefect would start a server of its own to ask
        raise ConfigurationError(NO_SERVER)
    blocks = {block for names in concerned.values() for block in names}
    values = {block: _loaded(block) for block in sorted(blocks)}
    found: dict[str, Any] = {}
    for name in concerned:
        held = getattr(chosen, name)
        if isinstance(held, tuple):
            addresses = [_text(one.get_secret_value(), values) for one in held]
            found[name] = " ".join(addresses)
        else:
            found[name] = _text(held.get_secret_value(), values)
    try:
        checked = Settings(**found)
    except ValidationError as error:
        raise ConfigurationError(explained(error, Settings)) from None
    for name in concerned:
        setattr(chosen, name, getattr(checked, name))  # in the one object that everybody holds
    return tuple(concerned)


def _text(value: str, values: dict[str, str]) -> str:
    return values[value.removeprefix(BLOCK)] if value.startswith(BLOCK) else value


def _loaded(block: str) -> str:
    """Return a block's value; a list (of addresses) with blanks between."""
    import httpx
    from prefect.blocks.system import Secret
    from prefect.exceptions import PrefectException

    try:
        value = Secret.load(block, _sync=True).value.get_secret_value()
    except ValueError:
        raise ConfigurationError(
            f"调度服务中没有名为“{block}”的密钥块（Secret），请先建立，或者改用文件存放该密钥。"
        ) from None
    except (httpx.HTTPError, OSError, PrefectException, RuntimeError) as error:
        raise ConfigurationError(
            f"从调度服务读取密钥块“{block}”失败，请检查 PREFECT_API_URL 和调度服务是否正常。"
        ) from error
    if isinstance(value, list | tuple):
        return " ".join(map(str, value))
    if not isinstance(value, str) or not value.strip():
        raise ConfigurationError(f"密钥块“{block}”的内容不是文字，请改正。")
    return value.strip()
