"""A folder of an object store, by its fsspec URL: listed, and only what changed since the last time downloaded."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import fsspec

from models.errors import ConfigurationError, ErrorKind
from models.views import ErrorView
from tasks.sources.arrived import Each, Limits, Local
from tasks.sources.kept import DISK, Kept, held, safe_path, today

AT_ONCE = 8
"""Objects downloaded together."""
_VERSION = ("etag", "ETag", "md5Hash", "content_md5", "checksum")
_MOMENT = ("mtime", "LastModified", "last_modified", "updated", "modified", "modify")

NO_DRIVER = "读取“{url}”需要的组件没有安装（s3地址请安装hecha[s3]），请安装后重试。"
NOT_A_SOURCE = "不能从“{url}”取文件，可以用文件夹、s3://等存储地址，或者网址清单（CSV）。"
SECRET = "来源地址中写有用户名或密码，未予访问；请从地址中删去，写入本机的fsspec配置文件后重试。"
NOT_THERE = "找不到“{url}”，请检查存储桶名称和路径。"
CLOSED = "没有权限读取“{url}”，请检查访问凭据和存储桶的授权。"
UNREACHABLE = "现在访问不了“{url}”，请检查网络、地址和访问凭据后重试。"
STILL_USED = "本次沿用上一次取得的{count}个文件。"
EMPTY = "存储中没有任何文件，请检查路径是否正确。"
LARGE = "文件有{size:.0f} MB，超过{limit} MB上限，未予下载；请只提交年度报告本身。"
OVERFULL = "来源的全部文件超过{limit:.0f} GB上限，该文件未予下载；请分成几个来源，或者调高上限。"
FAILED = "从存储下载失败，请检查网络后重试。"
FAILED_BEFORE = "从存储下载新内容失败，请检查网络后重试；本次沿用{day}取得的文件。"
DISK_FULL = "本机磁盘空间不足或不能写入，无法保存下载的文件，请清理磁盘后重试。"

log = logging.getLogger("hecha")


@dataclass(frozen=True, slots=True)
class _Object:
    key: str
    """The path that the store knows."""
    name: str
    """Below the source, as people named it."""
    size: int
    version: list[str]
    """What changes when the content does; empty where the store does not say."""


def bring(url: str, home: Path, limits: Limits, each: Each, options: Mapping[str, Any]) -> Local:
    """Bring the files below an fsspec URL up to date under `home`; `options` go to the driver (endpoint, secrets).

    Raises ConfigurationError, in Chinese, for a URL that cannot be read and from which nothing came before. A store
    that cannot be reached today, or an object of it, leaves in use what came before and is told as an ErrorView.
    """
    filesystem, root = _opened(url, options)
    with held(home, url.rstrip("/")) as kept:
        try:
            filesystem.invalidate_cache()
            objects = _objects(filesystem.find(root, detail=True), root)
        except Exception as error:  # whatever the driver of a store raises
            return _without_listing(url, kept, error)
        errors = [] if objects else [ErrorView(url, ErrorKind.UNREADABLE.value, EMPTY)]
        wanted, refused = _within(objects, limits)
        names: dict[str, str] = {}
        folders = {
            "/".join(parts[:depth])
            for o in wanted
            for parts in [o.name.split("/")]
            for depth in range(1, len(parts))
        }
        for one in wanted:
            names[safe_path(one.name, names, folders)] = one.key
        places = {key: f"files/{name}" for name, key in names.items()}
        stale = [one for one in wanted if not _is_here(kept, one, places[one.key])]
        each(len(wanted) - len(stale), len(wanted))
        errors += refused + _download(filesystem, stale, places, kept, len(wanted), each)
        kept.close([one.key for one in wanted if kept.present(one.key)])
        return Local(kept.files, tuple(errors))


def _opened(url: str, options: Mapping[str, Any]) -> tuple[Any, str]:
    protocol, _, place = url.partition("://")
    if "@" in urlsplit(url).netloc:
        raise ConfigurationError(SECRET)
    if (
        not place.strip("/")
        or "::" in url
        or protocol in ("memory", "http", "https", "data", "reference", "cached", "simplecache")
    ):
        raise ConfigurationError(NOT_A_SOURCE.format(url=url))
    try:
        filesystem, root = fsspec.url_to_fs(url, **options)
    except ImportError as error:
        raise ConfigurationError(NO_DRIVER.format(url=url)) from error
    except Exception as error:  # an unknown protocol, or whatever a driver raises over its URL
        log.exception("opening %s", url)
        raise ConfigurationError(NOT_A_SOURCE.format(url=url)) from error
    return filesystem, str(root).rstrip("/")


def _without_listing(url: str, kept: Kept, error: Exception) -> Local:
    if isinstance(error, FileNotFoundError):
        sentence = NOT_THERE
    else:
        log.error("listing %s", url, exc_info=error)
        sentence = CLOSED if isinstance(error, PermissionError) else UNREACHABLE
    here = [key for key in kept.records if kept.present(key)]
    if not here:
        raise ConfigurationError(sentence.format(url=url)) from error
    message = sentence.format(url=url) + STILL_USED.format(count=len(here))
    return Local(kept.files, (ErrorView(url, ErrorKind.UNREADABLE.value, message),))


def _objects(found: Mapping[str, Mapping[str, Any]], root: str) -> list[_Object]:
    objects = []
    for key, told in sorted(found.items()):
        name = key.removeprefix(root).lstrip("/") or key.rpartition("/")[2]
        # the same that `tasks.collect` passes over; a store's own marks for folders have no name
        hidden = any(part.startswith(".") and part.strip(".") for part in name.split("/"))
        last = name.rpartition("/")[2]
        if told.get("type") != "file" or key.endswith("/") or hidden:
            continue
        if last.upper().startswith("README") or last == "roster.csv":
            continue
        size = int(told.get("size") or 0)
        marks = [str(told[field]) for field in (*_VERSION, *_MOMENT) if told.get(field) is not None]
        objects.append(_Object(key, name, size, [*marks, str(size)] if marks else []))
    return objects


def _within(objects: list[_Object], limits: Limits) -> tuple[list[_Object], list[ErrorView]]:
    """Refuse by their size, before anything is downloaded, files that are too large and those that are too many."""
    wanted, refused, total = [], [], 0
    for one in objects:
        if one.size > limits.max_bytes:
            message = LARGE.format(size=one.size / (1 << 20), limit=limits.max_bytes >> 20)
        elif total + one.size > limits.total_bytes:
            message = OVERFULL.format(limit=limits.total_bytes / (1 << 30))
        else:
            total += one.size
            wanted.append(one)
            continue
        refused.append(ErrorView(one.name, ErrorKind.TOO_LARGE.value, message))
    return wanted, refused


def _is_here(kept: Kept, one: _Object, place: str) -> bool:
    record = kept.present(one.key)
    return bool(record and one.version and record["version"] == one.version and record["file"] == place)


def _download(
    filesystem: Any, stale: list[_Object], places: Mapping[str, str], kept: Kept, count: int, each: Each
) -> list[ErrorView]:
    errors: list[ErrorView] = []

    def get(one: _Object) -> Path:
        arriving = kept.arriving()
        try:
            filesystem.get_file(one.key, str(arriving))
        except Exception:
            arriving.unlink(missing_ok=True)  # on a full disk it takes the place of one that would fit
            raise
        return arriving

    with ThreadPoolExecutor(AT_ONCE) as pool:
        waiting = {pool.submit(get, one): one for one in stale}
        try:
            for done, future in enumerate(as_completed(waiting), start=count - len(stale) + 1):
                one = waiting[future]
                try:
                    arriving, place = future.result(), places[one.key]
                    size = arriving.stat().st_size
                    kept.settle(arriving, place)
                    kept.note(one.key, {"file": place, "size": size, "version": one.version, "day": today()})
                except Exception as error:  # whatever the driver of a store raises
                    log.exception("downloading %s", one.key)
                    errors.append(ErrorView(one.name, ErrorKind.UNREADABLE.value, _why(kept, one, error)))
                each(done, count)
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise
    return sorted(errors, key=lambda error: error.file)


def _why(kept: Kept, one: _Object, error: Exception) -> str:
    if isinstance(error, OSError) and error.errno in DISK:
        return DISK_FULL
    record = kept.present(one.key)
    return FAILED_BEFORE.format(day=record["day"]) if record else FAILED
