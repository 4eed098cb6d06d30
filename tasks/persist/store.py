"""The original bytes of every file received, addressed by their content, behind fsspec."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from urllib.request import url2pathname
from uuid import uuid4

import fsspec
from fsspec.implementations.local import LocalFileSystem

from models.document import Artifact
from models.errors import HechaError
from models.settings import redacted, settings


class DamagedOriginal(HechaError):
    """A stored original is gone or no longer what was received. The message is Chinese."""


def keep_original(artifact: Artifact, store_url: str) -> str:
    """Store the bytes once and return their key, ``ab/abcdef…`` (the sha256 behind its first two digits).

    `store_url` is any fsspec URL (``file:///…``, ``s3://bucket/folder``) or a plain path. What stands there
    with the right size is left alone; a file cut short by a crash is written again.
    """
    filesystem, root = _opened(store_url)
    key = f"{artifact.sha256[:2]}/{artifact.sha256}"
    path = f"{root}/{key}"
    if filesystem.exists(path) and filesystem.size(path) == len(artifact.content):
        return key
    filesystem.makedirs(f"{root}/{artifact.sha256[:2]}", exist_ok=True)
    if isinstance(filesystem, LocalFileSystem):
        # Under its name the file appears only when it is whole; object stores do so by themselves.
        part = f"{path}.{uuid4().hex}.part"
        filesystem.pipe_file(part, artifact.content)
        Path(part).replace(path)
    else:
        filesystem.pipe_file(path, artifact.content)
    return key


def read_original(sha256: str, store_url: str) -> bytes:
    """Return the bytes kept under `sha256`. Raises DamagedOriginal when they are gone or have changed."""
    filesystem, root = _opened(store_url)
    try:
        content: bytes = filesystem.cat_file(f"{root}/{sha256[:2]}/{sha256}")
    except FileNotFoundError as error:
        raise DamagedOriginal(f"原始文件 {sha256} 不在存储中，请从备份恢复。") from error
    if hashlib.sha256(content).hexdigest() != sha256:
        raise DamagedOriginal(f"原始文件 {sha256} 的内容与收到时不一致，请从备份恢复。")
    return content


def probe_store(store_url: str) -> None:
    """Write, read and delete a small object. Raises whatever the file system raises, and DamagedOriginal."""
    filesystem, root = _opened(store_url)
    path, content = f"{root}/probe-{uuid4().hex}", b"hecha"
    if not store_url.startswith("s3:"):  # there it would make a bucket that is missing
        filesystem.makedirs(root, exist_ok=True)
    filesystem.pipe_file(path, content)
    try:
        if filesystem.cat_file(path) != content:
            raise DamagedOriginal(f"存储 {redacted(store_url)} 读出的内容与写入的不一致，请检查存储服务。")
    finally:
        filesystem.rm_file(path)


def _opened(store_url: str) -> tuple[Any, str]:
    # fsspec takes the path of a file URL as it is written; ours are percent-encoded (Path.as_uri).
    local = url2pathname(urlsplit(store_url).path) if store_url.startswith("file:") else store_url
    endpoint = settings().s3_endpoint if store_url.startswith("s3:") else None
    filesystem, root = fsspec.url_to_fs(local, **({"endpoint_url": endpoint} if endpoint else {}))
    return filesystem, root.rstrip("/")
