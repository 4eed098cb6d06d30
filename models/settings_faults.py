"""What is wrong with a setting and where it stands, in one Chinese sentence; what a setting may be, in words."""

from __future__ import annotations

import difflib
from typing import Any, Literal, get_args, get_origin

from annotated_types import Ge, Gt, Le, MinLen
from pydantic import ValidationError
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings

from models.settings_files import PREFIX, SECRETS_FOLDER, given, secret_file, secrets_folder, settings_file

_SHOWN = 60
"""Characters of a wrong value that are repeated in the sentence."""


def explained(error: ValidationError, settings_class: type[BaseSettings]) -> str:
    """Return one sentence that names every setting that is wrong, where it stands, and what it may be.

    Values are never repeated where they may be secrets.
    """
    by_name: dict[str, Any] = {}
    for fault in error.errors(include_url=False):
        by_name.setdefault(str(fault["loc"][0]), fault)
    return "；".join(_said(name, fault, settings_class) for name, fault in by_name.items()) + "。"


def _said(name: str, fault: Any, settings_class: type[BaseSettings]) -> str:
    if fault["type"] == "extra_forbidden":
        near = difflib.get_close_matches(name, settings_class.model_fields, 1)
        hint = f"是否为 {near[0]}" if near else "全部设置见 docs/SETTINGS.md"
        return f"设置文件“{settings_file()}”中的 {name} 不是本系统的设置，{hint}"
    field = settings_class.model_fields[name]
    reason = str(fault["ctx"]["error"]) if fault["type"] == "value_error" else wanted(field)
    value = fault.get("input")
    secret = "SecretStr" in str(field.annotation) or not isinstance(value, str | int | float)
    shown = "" if secret else f"“{str(value)[:_SHOWN]}”"
    return f"{origin(name)}的值{shown}有误，{reason}"


def origin(name: str) -> str:
    """Say where the value in force of a setting stands: variable, file, or default."""
    variable = f"{PREFIX}{name.upper()}"
    if given(variable) is not None:
        return f"环境变量 {variable} "
    if (file := secret_file(name)) is not None:
        return f"环境变量 {variable}_FILE 指定的文件“{file}”中"
    if (folder := secrets_folder()) is not None:
        wanted_name = variable.lower()
        for entry in folder.iterdir():
            if entry.name.lower() == wanted_name:
                return f"{SECRETS_FOLDER} 中的文件 {entry.name} "
    return f"设置文件“{settings_file()}”中 {name} "


def wanted(field: FieldInfo) -> str:
    """Say in words what the value of a setting may be: its type, limits or choices."""
    choices = _choices(field.annotation)
    if choices:
        return f"只能是 {'、'.join(choices)} 之一"
    kinds = str(field.annotation)
    kind = "整数" if "int" in kinds else "数字" if "float" in kinds else ""
    limits = []
    for limit in field.metadata:
        match limit:
            case Ge(ge=least):
                limits.append(f"不小于{least}")
            case Gt(gt=least):
                limits.append(f"大于{least}")
            case Le(le=most):
                limits.append(f"不大于{most}")
            case MinLen(min_length=shortest) if shortest > 1:
                limits.append(f"不少于{shortest}个字符")
    if kind:
        return f"应为{'、'.join(limits)}的{kind}" if limits else f"应为{kind}"
    return f"应{'、'.join(limits)}" if limits else "请检查"


def _choices(annotation: Any) -> tuple[str, ...]:
    return tuple(map(str, get_args(annotation))) if get_origin(annotation) is Literal else ()
