"""Where reports come from: folders, archives, object stores and lists of web addresses become a local folder."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from urllib.request import url2pathname

from models.errors import ConfigurationError
from models.settings import Settings
from tasks.sources.arrived import Each, Limits, Local, Origin
from tasks.sources.web_list import is_list

__all__ = ["Limits", "Local", "Origin", "brought", "is_elsewhere", "local"]

ONE_PAGE = "“{source}”是一个网址，请写进CSV清单（第一行为：机关,年度,网址），再用清单文件核查。"
NOT_FOUND = "找不到要核查的文件夹“{source}”，请检查路径。"


def is_elsewhere(source: str) -> bool:
    """Say whether a source is a URL and no path on this machine."""
    return "://" in source and not source.startswith("file://")


def brought(source: str, chosen: Settings, each: Each = lambda done, count: None) -> Local:
    """Turn a source into a folder or file on this machine as `local` does, within the limits of the settings."""
    limits = Limits(
        max_bytes=chosen.max_file_mb << 20,
        interval=chosen.fetch_interval_seconds,
        seconds=chosen.fetch_seconds,
        redirects=chosen.fetch_max_redirects,
        allow_private_addresses=chosen.fetch_allow_private,
        hosts=chosen.fetch_hosts,
        attempts=chosen.fetch_attempts,
        user_agent=chosen.fetch_user_agent,
        total_bytes=chosen.source_total_gb << 30,
    )
    bucket = {"endpoint_url": chosen.s3_endpoint} if chosen.s3_endpoint and source.startswith("s3://") else {}
    return local(source, chosen.home, limits, each, bucket)


def local(
    source: str,
    home: Path,
    limits: Limits = Limits(),  # noqa: B008 - frozen
    each: Each = lambda done, count: None,
    options: Mapping[str, Any] | None = None,
) -> Local:
    """Turn a source into a folder or file on this machine; what was brought stays under ``home/sources``.

    `source` is a folder or file, an fsspec URL (``s3://bucket/folder``; `options` are given to its driver), or the
    path of a list of web addresses. Raises ConfigurationError, in Chinese, for one that cannot be used at all; a
    file or address that fails is an ErrorView of the answer.
    """
    from tasks.sources import bucket, web  # fsspec's drivers and HTTP only for those who use them

    if source.startswith(("http://", "https://")):
        raise ConfigurationError(ONE_PAGE.format(source=source))
    if is_elsewhere(source):
        return bucket.bring(source, home, limits, each, options or {})
    path = Path(url2pathname(urlsplit(source).path)) if source.startswith("file://") else Path(source)
    if not path.exists():
        raise ConfigurationError(NOT_FOUND.format(source=source.encode("utf-8", "replace").decode()))
    if is_list(path):
        return web.bring(path, home, limits, each)
    return Local(path)
