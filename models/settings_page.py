"""The page ``docs/SETTINGS.md``, made from `models.settings.Settings`.

``python -m models.settings_page`` writes it; a test fails when the page is stale.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from pydantic.fields import FieldInfo

from models.settings import BLOCK, Settings, secrets_of
from models.settings_faults import wanted
from models.settings_files import FILE_NAME, HOME, PREFIX, SECRETS_FOLDER, SETTINGS_FILE

PAGE = Path(__file__).resolve().parent.parent / "docs" / "SETTINGS.md"

GROUPS: Mapping[str, str] = {
    "home": "存放位置",
    "database_url": "数据库",
    "profile": "读取和核查",
    "inbox_quiet_seconds": "接收报告",
    "fetch_interval_seconds": "从网址取得报告",
    "web_host": "网页服务",
    "oidc_issuer": "统一身份认证",
    "notify_operator": "通知",
}
"""The heading that stands before a setting; it holds until the next one."""

_BEFORE = f"""\
# 设置

<!-- 本页由 models/settings.py 生成（make docs），请勿手工修改。 -->

所有设置都可以不写，不写就用默认值。写法有以下几种，同一设置写了几处的，排在前面的有效：

1. 环境变量，如 `{PREFIX}WORKERS=4`；变量为空的，视为没有设置。
2. 密钥（下表中标“密钥”的）可以放在文件里，用 `{PREFIX}DATABASE_URL_FILE=/run/secrets/database_url` 指明是哪个文件。
3. 环境变量 `{SECRETS_FOLDER}` 指定一个文件夹，其中的文件以设置命名，如 `hecha_database_url`。
4. 设置文件（TOML，UTF-8）：环境变量 `{SETTINGS_FILE}` 指定的文件，没有指定的用数据目录（`{HOME}`）下的 `{FILE_NAME}`。
   设置名用小写，不带 `{PREFIX}`，如 `workers = 4`。数据目录下的 `{FILE_NAME}` 中不能写 `home`。

密钥还可以写成 `{BLOCK}名称`，表示取自Prefect调度服务中这个名称的密钥块（Secret）。密钥不写入日志，不显示。

相对路径从运行命令时所在的文件夹算起。设置有误时，命令用一句话说明是哪一处、应当怎样写，然后停止，不会带着错误的设置运行。
`hecha doctor` 检查设置和运行环境是否正常，并对每个问题说明怎样处理。
"""


def render() -> str:
    """Return the page: what holds for all settings, then a table for each group of them."""
    lines = [_BEFORE]
    for name, field in Settings.model_fields.items():
        if name in GROUPS:
            lines += [f"## {GROUPS[name]}", "", "| 设置 | 默认 | 说明 |", "|---|---|---|"]
        lines.append(f"| `{PREFIX}{name.upper()}` | {_default(field)} | {_said(name, field)} |")
        if _ends_group(name):
            lines.append("")
    return "\n".join(lines).rstrip("\n") + "\n"


def _ends_group(name: str) -> bool:
    names = list(Settings.model_fields)
    following = names.index(name) + 1
    return following == len(names) or names[following] in GROUPS


def _default(field: FieldInfo) -> str:
    value = field.get_default()
    if value is None or value == ():
        return "不设"
    if isinstance(value, tuple):
        value = " ".join(value)
    return f"`{value:g}`" if isinstance(value, float) else f"`{value}`"


def _said(name: str, field: FieldInfo) -> str:
    limits = wanted(field)
    parts = ["密钥。" if name in secrets_of(Settings) else "", field.description or ""]
    if limits.startswith("应为"):
        parts.append(f"{limits}。")
    return "".join(parts).replace("|", "\\|")


if __name__ == "__main__":
    PAGE.write_text(render(), encoding="utf-8")
