"""The files that settings may stand in: one for a secret, a folder of secrets, and the settings file."""

from __future__ import annotations

import os
import tomllib
import warnings
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from pydantic.fields import FieldInfo
from pydantic_settings import (
    BaseSettings,
    InitSettingsSource,
    PydanticBaseSettingsSource,
    SecretsSettingsSource,
    SettingsError,
)

from models.errors import ConfigurationError

PREFIX = "HECHA_"
SETTINGS_FILE, SECRETS_FOLDER, HOME = "HECHA_SETTINGS", "HECHA_SECRETS_DIR", "HECHA_HOME"
FILE_NAME = "hecha.toml"


def files_in_force(
    settings_class: type[BaseSettings], secrets: Iterable[str]
) -> Iterator[PydanticBaseSettingsSource]:
    """Yield the sources that read files, the one that counts most first.

    Raises ConfigurationError for a file or folder that was named and cannot be used.
    """
    named = {name: _secret(file) for name in secrets if (file := secret_file(name)) is not None}
    yield InitSettingsSource(settings_class, named)
    folder = secrets_folder()
    if folder is not None:
        yield _SecretsFolder(settings_class, folder)
    file = settings_file()
    if file is not None:
        yield InitSettingsSource(settings_class, _written(file))


def given(variable: str) -> str | None:
    """Return a variable of the environment, upper or lower case; None when it is empty or not there."""
    if value := os.environ.get(variable):
        return value
    return next((value for name, value in os.environ.items() if name.upper() == variable and value), None)


def secret_file(name: str) -> Path | None:
    """Return the file that ``HECHA_…_FILE`` names for a secret, None where it does not."""
    file = given(f"{PREFIX}{name.upper()}_FILE")
    return Path(file) if file else None


def secrets_folder() -> Path | None:
    """Return the folder that HECHA_SECRETS_DIR names. Raises ConfigurationError when it is none."""
    named = given(SECRETS_FOLDER)
    if named is None:
        return None
    if not Path(named).is_dir():
        raise ConfigurationError(f"{SECRETS_FOLDER} 指定的文件夹“{named}”不存在，请检查路径。")
    return Path(named)


def settings_file() -> Path | None:
    """Return the settings file in force, None without one. Raises ConfigurationError for a named one that is not there."""
    named = given(SETTINGS_FILE)
    if named is not None:
        if not Path(named).is_file():
            raise ConfigurationError(f"{SETTINGS_FILE} 指定的设置文件“{named}”不存在，请检查路径。")
        return Path(named)
    usual = Path(given(HOME) or ".hecha") / FILE_NAME
    return usual if usual.is_file() else None


def _secret(file: Path) -> str:
    try:
        content = file.read_text(encoding="utf-8-sig").strip()
    except OSError as error:
        raise ConfigurationError(f"密钥文件“{file}”读不到（{error.strerror}），请检查路径和权限。") from error
    except UnicodeDecodeError:
        raise ConfigurationError(f"密钥文件“{file}”不是UTF-8文本，请重新生成。") from None
    if not content:
        raise ConfigurationError(f"密钥文件“{file}”是空的，请写入密钥。")
    return content


class _SecretsFolder(SecretsSettingsSource):
    """pydantic's folder of secrets; what it would only warn of ends with a sentence."""

    def __init__(self, settings_class: type[BaseSettings], folder: Path) -> None:
        super().__init__(settings_class, secrets_dir=folder)

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        value, key, is_complex = super().get_field_value(field, field_name)
        return value or None, key, is_complex

    def __call__(self) -> dict[str, Any]:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("error")
                return super().__call__()
        except (SettingsError, OSError, UnicodeDecodeError, UserWarning) as error:
            raise ConfigurationError(
                f"{SECRETS_FOLDER} 指定的文件夹“{self.secrets_dir}”中有读不到的密钥文件，"
                "请检查权限、编码（UTF-8）和符号链接。"
            ) from error


def _written(file: Path) -> dict[str, Any]:
    try:
        written = tomllib.loads(file.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise ConfigurationError(f"设置文件“{file}”读不到（{error.strerror}），请检查路径和权限。") from error
    except UnicodeDecodeError:
        raise ConfigurationError(f"设置文件“{file}”不是UTF-8文本，请另存为UTF-8。") from None
    except tomllib.TOMLDecodeError as error:
        line = getattr(error, "lineno", None) or _line(str(error))
        where = f"第{line}行" if line else ""
        raise ConfigurationError(f"设置文件“{file}”{where}不是正确的TOML，请检查引号和等号。") from None
    if "home" in written and given(SETTINGS_FILE) is None:
        raise ConfigurationError(
            f"设置文件“{file}”在数据目录中，不能再写 home；请用环境变量 {HOME} 指定数据目录。"
        )
    return written


def _line(message: str) -> str | None:
    """Return the line number of a message of `tomllib`: ``… (at line 3, column 7)``."""
    _, found, rest = message.partition("at line ")
    return rest.partition(",")[0] if found else None
