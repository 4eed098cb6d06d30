from __future__ import annotations

import ast
import os
from itertools import pairwise
from pathlib import Path

import pytest
from pydantic import SecretStr

import models.settings
from models.errors import ConfigurationError
from models.settings import Settings, read_settings, redacted, scheme_only, secrets_of
from models.settings_page import GROUPS, PAGE, render

DEFAULTS = {
    "home": ".hecha",
    "inbox": None,
    "source": None,
    "roster": None,
    "outside": None,
    "store_url": None,
    "s3_endpoint": None,
    "min_free_disk_mb": 1024,
    "database_url": None,
    "database_patience_seconds": 120.0,
    "database_statement_seconds": 300.0,
    "profile": "default",
    "task_runner": "threads",
    "workers": 2,
    "chunk_size": 200,
    "batch_size": 1000,
    "max_file_mb": 100,
    "reader_seconds": 600.0,
    "reader_memory_mb": 6144,
    "soffice": None,
    "inbox_quiet_seconds": 2.0,
    "upload_token": None,
    "inbox_bucket": None,
    "inbox_bucket_seconds": 30.0,
    "fetch_hosts": 8,
    "fetch_attempts": 4,
    "fetch_user_agent": "Hecha",
    "source_total_gb": 50,
    "fetch_interval_seconds": 1.0,
    "fetch_seconds": 120.0,
    "fetch_max_redirects": 5,
    "fetch_allow_private": [],
    "web_host": "127.0.0.1",
    "web_port": 8600,
    "public_url": None,
    "static_pages": 2000,
    "web_trusted_proxies": ["127.0.0.1"],
    "session_idle_minutes": 30,
    "session_hours": 12,
    "oidc_issuer": None,
    "oidc_client_id": None,
    "oidc_client_secret": None,
    "oidc_title": "统一身份认证",
    "notify_operator": (),
    "notify_supervisor": (),
    "notify_when": "changes",
}
PASSWORD = "Ab3-geheim"


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """No setting of ours in the environment, and a working folder without a settings file."""
    for name in [name for name in os.environ if name.upper().startswith("HECHA_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def given(monkeypatch: pytest.MonkeyPatch, **variables: str | Path) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(f"HECHA_{name}", str(value))


def refused() -> str:
    with pytest.raises(ConfigurationError) as told:
        read_settings()
    assert PASSWORD not in repr(told.value)
    assert told.value.__cause__ is None or PASSWORD not in str(told.value.__cause__)
    return str(told.value)


def test_the_defaults() -> None:
    assert read_settings().redacted() == DEFAULTS
    assert read_settings().database == f"sqlite:///{Path('.hecha').resolve() / 'hecha.db'}"
    assert read_settings().inbox_folder == Path(".hecha/inbox")


def test_environment_before_secrets_before_file_before_default(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "secret").write_text("sqlite:///from-named-file.db\n", encoding="utf-8")
    folder = tmp_path / "secrets"
    folder.mkdir()
    (folder / "hecha_database_url").write_text("sqlite:///from-folder.db\n", encoding="utf-8")
    (tmp_path / "own.toml").write_text('database_url = "sqlite:///from-toml.db"\n', encoding="utf-8")
    given(
        monkeypatch,
        DATABASE_URL="sqlite:///from-environment.db",
        DATABASE_URL_FILE=tmp_path / "secret",
        SECRETS_DIR=folder,
        SETTINGS=tmp_path / "own.toml",
    )
    seen = [read_settings().database]
    for name in ("DATABASE_URL", "DATABASE_URL_FILE", "SECRETS_DIR", "SETTINGS"):
        monkeypatch.delenv(f"HECHA_{name}")
        seen.append(read_settings().database)
    assert seen == [
        "sqlite:///from-environment.db",
        "sqlite:///from-named-file.db",
        "sqlite:///from-folder.db",
        "sqlite:///from-toml.db",
        f"sqlite:///{tmp_path / '.hecha' / 'hecha.db'}",
    ]


def test_an_empty_variable_is_not_given(monkeypatch: pytest.MonkeyPatch) -> None:
    given(monkeypatch, WORKERS="", DATABASE_URL="", DATABASE_URL_FILE="", SETTINGS="", SECRETS_DIR="")
    assert read_settings().redacted() == DEFAULTS


def test_the_settings_file_in_the_data_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    home = tmp_path / "data"
    home.mkdir()
    (home / "hecha.toml").write_text(
        'workers = 4\nnotify_operator = ["json://127.0.0.1/a,b", "prefect-block:mail"]\n'
        'fetch_allow_private = ["*.gov.internal"]\ninbox = "in"\n',
        encoding="utf-8",
    )
    assert read_settings().workers == 2
    given(monkeypatch, HOME=home)
    changed = {
        "home": str(home),
        "workers": 4,
        "notify_operator": ["json://***", "prefect-block:mail"],
        "fetch_allow_private": ["*.gov.internal"],
        "inbox": "in",
    }
    assert read_settings().redacted() == DEFAULTS | changed
    given(monkeypatch, WORKERS="8")
    assert read_settings().workers == 8


def test_secrets_as_kubernetes_mounts_them(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "..2024_01").mkdir()
    (tmp_path / "..2024_01" / "hecha_upload_token").write_text("0123456789abcdef\n", encoding="utf-8")
    (tmp_path / "..data").symlink_to("..2024_01")
    (tmp_path / "hecha_upload_token").symlink_to("..data/hecha_upload_token")
    given(monkeypatch, SECRETS_DIR=tmp_path)
    assert read_settings().token == "0123456789abcdef"


def test_lists_in_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    given(
        monkeypatch,
        NOTIFY_OPERATOR="mailto://u:p@mail.invalid?to=a,b\n json://127.0.0.1/x",
        FETCH_ALLOW_PRIVATE="10.1.*, *.gov.internal，127.0.0.1",
    )
    addresses = [one.get_secret_value() for one in read_settings().operator_addresses]
    assert addresses == ["mailto://u:p@mail.invalid?to=a,b", "json://127.0.0.1/x"]
    assert read_settings().fetch_allow_private == ("10.1.*", "*.gov.internal", "127.0.0.1")


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("MAX_FILE_MB", "viel", "的值“viel”有误，应为不小于1的整数。"),
        ("CHUNK_SIZE", "0", "的值“0”有误，应为不小于1的整数。"),
        ("READER_SECONDS", "nan", "的值“nan”有误，应为大于0的数字。"),
        ("WEB_PORT", "70000", "的值“70000”有误，应为不小于1、不大于65535的整数。"),
        ("NOTIFY_WHEN", "never", "的值“never”有误，只能是 always、changes、action 之一。"),
        ("PUBLIC_URL", "hecha.invalid", "的值“hecha.invalid”有误，应为以 http:// 或 https:// 开头的网址。"),
        ("TASK_RUNNER", "dask", "的值“dask”有误，应为 threads、processes 或 Dask 调度器的地址（如 dask://主机:8786）。"),
        ("UPLOAD_TOKEN", PASSWORD, "的值有误，应不少于16个字符。"),
    ],
)  # fmt: skip
def test_a_wrong_value_is_one_sentence(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, said: str
) -> None:
    given(monkeypatch, **{name: value})
    assert refused() == f"环境变量 HECHA_{name} {said}"


def test_several_wrong_values_are_told_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    given(monkeypatch, WORKERS="x", WEB_PORT="y")
    assert refused() == (
        "环境变量 HECHA_WORKERS 的值“x”有误，应为不小于1、不大于1024的整数；"
        "环境变量 HECHA_WEB_PORT 的值“y”有误，应为不小于1、不大于65535的整数。"
    )


def test_a_wrong_secret_names_its_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = tmp_path / "hecha_upload_token"
    file.write_text(PASSWORD, encoding="utf-8")
    given(monkeypatch, UPLOAD_TOKEN_FILE=file)
    assert refused() == f"环境变量 HECHA_UPLOAD_TOKEN_FILE 指定的文件“{file}”中的值有误，应不少于16个字符。"
    monkeypatch.delenv("HECHA_UPLOAD_TOKEN_FILE")
    given(monkeypatch, SECRETS_DIR=tmp_path)
    assert refused() == "HECHA_SECRETS_DIR 中的文件 hecha_upload_token 的值有误，应不少于16个字符。"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "读不到（No such file or directory），请检查路径和权限。"),
        (b" \n", "是空的，请写入密钥。"),
        ("口令".encode("gb18030"), "不是UTF-8文本，请重新生成。"),
    ],
)
def test_a_secret_file_that_cannot_be_used(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, content: bytes | None, said: str
) -> None:
    file = tmp_path / "secret"
    if content is not None:
        file.write_bytes(content)
    given(monkeypatch, DATABASE_URL_FILE=file)
    assert refused() == f"密钥文件“{file}”{said}"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("worker = 4", "中的 worker 不是本系统的设置，是否为 workers。"),
        ("farbe = 4", "中的 farbe 不是本系统的设置，全部设置见 docs/SETTINGS.md。"),
        ("workers = 4\nprofile = default\n", "第2行不是正确的TOML，请检查引号和等号。"),
        ("workers = 0\n", "中 workers 的值“0”有误，应为不小于1、不大于1024的整数。"),
        (f'upload_token = "{PASSWORD}"', "中 upload_token 的值有误，应不少于16个字符。"),
        ('profile = "映溪区方案"'.encode("gb18030"), "不是UTF-8文本，请另存为UTF-8。"),
    ],
)
def test_a_settings_file_that_cannot_be_used(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, content: str | bytes, said: str
) -> None:
    file = tmp_path / "own.toml"
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    given(monkeypatch, SETTINGS=file)
    assert refused() == f"设置文件“{file}”{said}"


def test_files_and_folders_that_are_not_there(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    given(monkeypatch, SETTINGS=tmp_path / "none.toml")
    assert refused() == f"HECHA_SETTINGS 指定的设置文件“{tmp_path / 'none.toml'}”不存在，请检查路径。"
    monkeypatch.delenv("HECHA_SETTINGS")
    given(monkeypatch, SECRETS_DIR=tmp_path / "none")
    assert refused() == f"HECHA_SECRETS_DIR 指定的文件夹“{tmp_path / 'none'}”不存在，请检查路径。"
    (tmp_path / "outside").write_text(PASSWORD * 2, encoding="utf-8")
    folder = tmp_path / "secrets"
    folder.mkdir()
    (folder / "hecha_upload_token").symlink_to(tmp_path / "outside")
    given(monkeypatch, SECRETS_DIR=folder)
    assert refused() == (
        f"HECHA_SECRETS_DIR 指定的文件夹“{folder}”中有读不到的密钥文件，请检查权限、编码（UTF-8）和符号链接。"
    )


def test_the_data_folder_cannot_name_another(tmp_path: Path) -> None:
    (tmp_path / ".hecha").mkdir()
    (tmp_path / ".hecha" / "hecha.toml").write_text('home = "elsewhere"\n', encoding="utf-8")
    assert refused() == (
        "设置文件“.hecha/hecha.toml”在数据目录中，不能再写 home；请用环境变量 HECHA_HOME 指定数据目录。"
    )


def test_secrets_are_never_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    assert secrets_of(Settings) == {
        "database_url", "store_url", "upload_token", "oidc_client_secret", "notify_operator", "notify_supervisor",
    }  # fmt: skip
    given(
        monkeypatch,
        DATABASE_URL=f"postgresql://hecha:{PASSWORD}@db.invalid/hecha",
        STORE_URL=f"s3://key:{PASSWORD}@bucket/originals",
        UPLOAD_TOKEN=PASSWORD * 2,
        OIDC_CLIENT_SECRET=PASSWORD,
        NOTIFY_OPERATOR=f"dingtalk://{PASSWORD}",
        NOTIFY_SUPERVISOR=f"mailtos://u:{PASSWORD}@mail.invalid",
    )
    held = read_settings()
    assert held.database == f"postgresql://hecha:{PASSWORD}@db.invalid/hecha"
    for shown in (repr(held), str(held), held.model_dump_json(), repr(held.redacted())):
        assert PASSWORD not in shown
    assert {name: held.redacted()[name] for name in secrets_of(Settings)} == {
        "database_url": "postgresql://hecha:***@db.invalid/hecha",
        "store_url": "s3://key:***@bucket/originals",
        "upload_token": "***",
        "oidc_client_secret": "***",
        "notify_operator": ["dingtalk://***"],
        "notify_supervisor": ["mailtos://***"],
    }


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("sqlite:////data/hecha.db", "sqlite:////data/hecha.db"),
        ("file:///data/store", "file:///data/store"),
        ("postgresql+psycopg://hecha@/hecha?host=/run/pg", "postgresql+psycopg://hecha@/hecha?host=/run/pg"),
        ("postgresql://hecha:p@ss/w:d@h:5432/hecha", "postgresql://hecha:***@h:5432/hecha"),
        ("postgresql://h/hecha?user=u&Password=x&sslmode=require", "postgresql://h/hecha?user=u&Password=***&sslmode=require"),
        ("sftp://:geheim@h/store", "sftp://:***@h/store"),
        ("prefect-block:db", "prefect-block:db"),
    ],
)  # fmt: skip
def test_an_address_without_its_password(address: str, shown: str) -> None:
    assert redacted(address) == shown


def test_a_notification_address_shows_its_kind_only() -> None:
    shown = [scheme_only(one) for one in ("wecombot://key", "geheim", "prefect-block:mail")]
    assert shown == ["wecombot://***", "***", "prefect-block:mail"]


def test_a_block_that_nobody_fetched_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    given(monkeypatch, DATABASE_URL="prefect-block:db", NOTIFY_OPERATOR="json://h prefect-block:mail")
    held = read_settings()
    assert held.blocks == {"database_url": ("db",), "notify_operator": ("mail",)}
    with pytest.raises(ConfigurationError) as told:
        _ = held.database
    assert str(told.value) == (
        "HECHA_DATABASE_URL 取自Prefect密钥块“db”，当前命令没有连接调度服务，读不到；"
        "请设置 PREFECT_API_URL，或者改用文件存放该密钥。"
    )
    with pytest.raises(ConfigurationError, match="HECHA_NOTIFY_OPERATOR 取自Prefect密钥块“mail”"):
        _ = held.operator_addresses
    assert held.notify_operator[0] == SecretStr("json://h")


def test_every_setting_is_described_twice() -> None:
    """In Chinese for the page, in English below the field."""
    tree = ast.parse(Path(models.settings.__file__).read_text(encoding="utf-8"))
    (body,) = [node.body for node in tree.body if isinstance(node, ast.ClassDef) and node.name == "Settings"]
    described = {
        before.target.id
        for before, after in pairwise(body)
        if isinstance(before, ast.AnnAssign) and isinstance(before.target, ast.Name)
        if isinstance(after, ast.Expr) and isinstance(after.value, ast.Constant)
    }
    assert described == set(Settings.model_fields)
    unfinished = [n for n, f in Settings.model_fields.items() if not (f.description or "").endswith("。")]
    assert unfinished == []


def test_the_page_is_current() -> None:
    assert PAGE.read_text(encoding="utf-8") == render()
    assert set(GROUPS) - set(Settings.model_fields) == set()
