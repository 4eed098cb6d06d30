"""Every setting of Hecha in this one place; docs/SETTINGS.md is made from it.

A value is looked for, in this order, in

1. the environment: ``HECHA_DATABASE_URL``; an empty variable counts as not given;
2. for secrets, the file that ``HECHA_DATABASE_URL_FILE`` names;
3. a file ``hecha_database_url`` in the folder that ``HECHA_SECRETS_DIR`` names;
4. the settings file (TOML): the one that ``HECHA_SETTINGS`` names, else ``HECHA_HOME/hecha.toml``;
5. the default below.

A secret may also be ``prefect-block:NAME``; `flows.secrets` puts the block's value in its place.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, NoDecode, PydanticBaseSettingsSource, SettingsConfigDict

from models.errors import ConfigurationError
from models.settings_faults import explained
from models.settings_files import PREFIX, files_in_force

BLOCK = "prefect-block:"
"""A secret that begins so is the name of a Prefect Secret block."""
HIDDEN = "***"
_BARE = ("upload_token", "oidc_client_secret")
"""Secrets that are no addresses: nothing of them is shown."""


def _words(value: object) -> object:
    """Take a text apart at white space and Chinese or Western commas; a list of a TOML file stays as it is."""
    return (
        tuple(re.split(r"[\s,，、]+", value.strip())) if isinstance(value, str) and value.strip() else value
    )


def _lines(value: object) -> object:
    """Take a text apart at white space only: addresses hold commas."""
    return tuple(value.split()) if isinstance(value, str) else value


def _web_address(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("应为以 http:// 或 https:// 开头的网址")
    return value.rstrip("/")


def _runner(value: str) -> str:
    if value in ("threads", "processes") or re.fullmatch(r"(dask|tcp|tls)://[^\s/:]+:\d+/?", value):
        return value
    raise ValueError("应为 threads、processes 或 Dask 调度器的地址（如 dask://主机:8786）")


Addresses = Annotated[tuple[SecretStr, ...], NoDecode, BeforeValidator(_lines)]
Patterns = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_words)]
WebAddress = Annotated[str, AfterValidator(_web_address)]
Runner = Annotated[str, AfterValidator(_runner)]


class Settings(BaseSettings):
    """Where Hecha keeps things and how much it may use. The descriptions are what docs/SETTINGS.md says."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_ignore_empty=True, hide_input_in_errors=True, allow_inf_nan=False
    )

    # ------------------------------------------------------------------------------ where things are kept
    home: Path = Field(
        default=Path(".hecha"), description="数据目录，存放数据库、报告原件、网页、日志和调度服务的数据。"
    )
    """The one folder that holds database, store, Prefect's home and pages."""
    inbox: Path | None = Field(
        default=None, description="收件文件夹，放入其中的报告自动登记并核查；不设则为数据目录下的 inbox。"
    )
    """The folder watched for arriving reports; ``inbox`` under `home` when not given."""
    source: str | None = Field(
        default=None,
        description="定时核查的来源：文件夹、压缩包、对象存储地址或者网址清单；不设置时只核查收件箱。登记部署时生效。",
    )
    """What scheduled sweeps look at: a folder, an archive, an fsspec URL or a list of web addresses."""
    roster: Path | None = Field(default=None, description="应报单位名册（CSV），核查时未另行指定的用这一份。")
    """The roster where none is named."""
    outside: Path | None = Field(
        default=None, description="外部数据表（CSV或XLSX），核查时未另行指定的用这一份。"
    )
    """The table of facts from outside where none is named."""
    store_url: SecretStr | None = Field(
        default=None,
        description="报告原件的存放位置（fsspec地址，如 s3://桶/目录）；不设则为数据目录下的 store。",
    )
    """fsspec URL of the content-addressed store of original files; a folder under `home` when not given."""
    s3_endpoint: WebAddress | None = Field(
        default=None, description="S3兼容对象存储的服务地址；密钥按AWS的惯例设置（AWS_ACCESS_KEY_ID 等）。"
    )
    """Base address of an S3-compatible server, for sources and the store; Amazon's own when not given."""
    min_free_disk_mb: int = Field(
        default=1024, ge=0, description="数据目录所在磁盘应有的剩余空间（MB），不足时告警。"
    )
    """Free disk below which `hecha doctor` and the readiness endpoint complain, in megabytes."""

    # ----------------------------------------------------------------------------------------- database
    database_url: SecretStr | None = Field(
        default=None,
        description="数据库地址（SQLAlchemy格式，支持 postgresql 和 sqlite）；不设则为数据目录下的SQLite文件。",
    )
    """SQLAlchemy URL; SQLite under `home` when not given."""
    database_patience_seconds: float = Field(
        default=120.0, ge=0, description="数据库暂时连不上时，持续重试多久（秒）后放弃。"
    )
    """How long to try again when the database is away before giving up."""
    database_statement_seconds: float = Field(
        default=300.0, ge=0, description="PostgreSQL单条语句的时限（秒），0表示不限。"
    )
    """A statement of PostgreSQL that takes longer is given up; 0: never."""

    # ------------------------------------------------------------------------------- reading and checking
    profile: str = Field(
        default="default", min_length=1, description="核查方案：随附方案的名称，或者TOML文件的路径。"
    )
    """The profile of rules and weights: the name of a shipped one or the path of a TOML file."""
    task_runner: Runner = Field(
        default="threads",
        description="读取任务在哪里执行：threads（本机线程）、processes（本机进程）或Dask调度器的地址。",
    )
    """Where chunks are read: ``threads``, ``processes``, or a Dask scheduler (``dask://host:port``, ``tcp://…``)."""
    workers: int = Field(default=2, ge=1, le=1024, description="同时读取的批数。")
    """Chunks read at the same time."""
    chunk_size: int = Field(default=200, ge=1, description="一批读取的文件数上限。")
    """Files read by one Prefect task."""
    batch_size: int = Field(default=1000, ge=1, description="一批评判的报告份数上限。")
    """Reports validated in one run of the GX suites."""
    max_file_mb: int = Field(
        default=100, ge=1, description="单个文件的大小上限（MB），超过的列入清单，不读取。"
    )
    """Larger files are listed as too large, unread."""
    reader_seconds: float = Field(
        default=600.0, gt=0, description="读取单个文件的时限（秒），超过的放弃并列入清单。"
    )
    """A file that takes longer is given up. A hundred pages of text take 10 s, forty scanned ones 240 s."""
    reader_memory_mb: int = Field(
        default=6144, ge=512, description="每个读取进程的内存（地址空间）上限（MB）。"
    )
    """Address space of a process that reads files."""
    soffice: str | None = Field(
        default=None, description="LibreOffice程序的路径；不设则在系统路径中查找 soffice 或 libreoffice。"
    )
    """The LibreOffice program; what is on the path when not given."""

    # ------------------------------------------------------------------------------------ what arrives
    inbox_quiet_seconds: float = Field(
        default=2.0, ge=0, description="文件的大小和时间多久（秒）不变，才算写完，可以读取。"
    )
    """How long a file in the inbox must stay as it is before it is read."""
    inbox_bucket: str | None = Field(
        default=None,
        description="另外监视的对象存储地址（如 s3://桶/目录），其中新到的报告同样自动登记并核查；不设则不监视。",
    )
    """A folder of an object store (fsspec URL) that is watched besides the inbox folder."""
    inbox_bucket_seconds: float = Field(
        default=30.0, gt=0, description="每隔多久（秒）查看一次上述对象存储。"
    )
    """How often the bucket is listed."""
    upload_token: SecretStr | None = Field(
        default=None, min_length=16, description="上传接口的口令，至少16个字符；不设则不接收上传。"
    )
    """The bearer token of the upload endpoint, at least 16 characters; without one nothing can be uploaded."""

    # ------------------------------------------------------------------------------------ web addresses
    fetch_interval_seconds: float = Field(
        default=1.0, ge=0, description="对同一网站，相邻两次请求的最短间隔（秒）。"
    )
    """The least time between two requests to one host."""
    fetch_seconds: float = Field(default=120.0, gt=0, description="取得一个网址的总时限（秒）。")
    """How long one address may take altogether."""
    fetch_hosts: int = Field(default=8, ge=1, le=64, description="同时访问的网站数上限。")
    """Hosts asked at the same time, each with one request at a time."""
    fetch_attempts: int = Field(
        default=4, ge=1, le=20, description="网站无应答或出错时，一个网址最多请求几次。"
    )
    """Requests for one address while the host answers 429, 5xx or not at all."""
    fetch_user_agent: str = Field(
        default="Hecha",
        pattern=r"^[ -~]+$",
        description="访问网站时自报的名称（User-Agent），只用英文字母、数字和符号。",
    )
    """How web sites are told who asks; its first word is looked up in robots.txt."""
    source_total_gb: int = Field(default=50, ge=1, description="一个来源全部文件的大小上限（GB）。")
    """All files brought from one source together."""
    fetch_max_redirects: int = Field(default=5, ge=0, le=20, description="一个网址最多跟随的跳转次数。")
    """Redirects followed for one address."""
    fetch_allow_private: Patterns = Field(
        default=(),
        description="允许访问的内网主机（可用通配符，如 *.gov.internal），以空格或逗号分隔；不设则不访问内网地址。",
    )
    """Host patterns that may have private addresses; none: no address inside the own network is fetched."""

    # ------------------------------------------------------------------------------------------- pages
    web_host: str = Field(
        default="127.0.0.1", min_length=1, description="网页服务监听的地址；默认只供本机访问。"
    )
    """The address that `hecha serve` binds; the default is reached from this machine only."""
    web_port: int = Field(default=8600, ge=1, le=65535, description="网页服务监听的端口。")
    """The TCP port that `hecha serve` binds."""
    static_pages: int = Field(
        default=2000,
        ge=0,
        description="核查后为多少份以内的报告生成静态网页；超过的请在网页服务中查看，0表示不生成。",
    )
    """A sweep of more reports writes no static pages: the site shows them."""
    public_url: WebAddress | None = Field(
        default=None, description="网页对外的网址，用于通知和调度界面中的链接；不设则不给链接。"
    )
    """Base address under which people reach the pages, without a closing slash; None: no links are given."""
    web_trusted_proxies: Patterns = Field(
        default=("127.0.0.1",),
        description="反向代理的地址，以空格或逗号分隔；只有来自这些地址的请求，其转发标头中的访问者地址才可信。",
    )
    """Addresses of reverse proxies whose ``X-Forwarded-For`` and ``-Proto`` are believed."""
    session_idle_minutes: int = Field(
        default=30, ge=1, le=1440, description="登录后多久（分钟）没有操作，须重新登录。"
    )
    """A session that was not used for so long is over."""
    session_hours: int = Field(default=12, ge=1, le=168, description="登录后最长多久（小时），须重新登录。")
    """A session ends after so long however much it is used."""

    # ------------------------------------------------------------------------------ signing in elsewhere
    oidc_issuer: WebAddress | None = Field(
        default=None,
        description="统一身份认证（OpenID Connect）的签发者网址；不设则只用本系统的账号和密码登录。",
    )
    """Issuer of OpenID Connect; its configuration is read from ``/.well-known/openid-configuration``."""
    oidc_client_id: str | None = Field(
        default=None, min_length=1, description="本系统在统一身份认证中的客户端编号。"
    )
    """The client id under which the provider knows this service."""
    oidc_client_secret: SecretStr | None = Field(
        default=None, min_length=1, description="本系统在统一身份认证中的客户端密钥。"
    )
    """The client's secret."""
    oidc_title: str = Field(
        default="统一身份认证", min_length=1, max_length=40, description="登录页上统一身份认证的名称。"
    )
    """What the button on the sign-in page calls the provider."""

    # -------------------------------------------------------------------------------------- telling people
    notify_operator: Addresses = Field(
        default=(),
        description="运行维护人员的通知地址（Apprise格式，见 docs/TELLING.md），多个以空格或换行分隔；不设则不通知。",
    )
    """Apprise URLs told about what could not be read and about our own errors."""
    notify_supervisor: Addresses = Field(
        default=(), description="主管人员的通知地址，格式同上；不设则不通知。"
    )
    """Apprise URLs told about reports, agencies and what a resubmission mended."""
    notify_when: Literal["always", "changes", "action"] = Field(
        default="changes",
        description="何时通知：always 每次都通知，changes 有变化时通知，action 有需要处理的事项时通知。",
    )
    """When to tell: after every run, when something changed, or only when something needs action."""

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Put the files behind the environment; no ``.env`` is read from wherever a command is run."""
        return (init_settings, env_settings, *files_in_force(settings_cls, secrets_of(settings_cls)))

    @property
    def database(self) -> str:
        """The SQLAlchemy URL in force, with its password: never log it, see `redacted`."""
        return self._plain("database_url") or f"sqlite:///{self.home.resolve() / 'hecha.db'}"

    @property
    def store(self) -> str:
        """The fsspec URL of the store in force, which may hold a password: never log it, see `redacted`."""
        return self._plain("store_url") or (self.home.resolve() / "store").as_uri()

    @property
    def site(self) -> Path:
        """The folder of the static pages."""
        return self.home / "site"

    @property
    def inbox_folder(self) -> Path:
        """The folder watched for arriving reports."""
        return self.inbox or self.home / "inbox"

    @property
    def token(self) -> str | None:
        """The bearer token of the upload endpoint, None where nothing may be uploaded."""
        return self._plain("upload_token")

    @property
    def oidc_secret(self) -> str | None:
        """The secret of this service at the OpenID Connect provider."""
        return self._plain("oidc_client_secret")

    @property
    def operator_addresses(self) -> tuple[SecretStr, ...]:
        """Apprise URLs of the operators. Raises ConfigurationError where one still names a Prefect block."""
        return tuple(SecretStr(_resolved("notify_operator", one)) for one in self.notify_operator)

    @property
    def supervisor_addresses(self) -> tuple[SecretStr, ...]:
        """Apprise URLs of the supervisors, as `operator_addresses`."""
        return tuple(SecretStr(_resolved("notify_supervisor", one)) for one in self.notify_supervisor)

    @property
    def blocks(self) -> dict[str, tuple[str, ...]]:
        """The secrets that name Prefect blocks, each with the blocks' names in order."""
        named = {name: _block_names(getattr(self, name)) for name in sorted(secrets_of(type(self)))}
        return {name: blocks for name, blocks in named.items() if blocks}

    def redacted(self) -> dict[str, Any]:
        """Return every setting by name as it may be logged and shown, JSON's types only."""
        shown: dict[str, Any] = self.model_dump(mode="json", exclude=set(secrets_of(type(self))))
        for name in secrets_of(type(self)):
            value = getattr(self, name)
            if isinstance(value, SecretStr):
                shown[name] = HIDDEN if name in _BARE else redacted(value.get_secret_value())
            else:
                shown[name] = value and [scheme_only(one.get_secret_value()) for one in value]
        return {name: shown[name] for name in type(self).model_fields}

    def _plain(self, name: str) -> str | None:
        value: SecretStr | None = getattr(self, name)
        return None if value is None else _resolved(name, value)


def _block_names(value: SecretStr | tuple[SecretStr, ...] | None) -> tuple[str, ...]:
    secrets = value if isinstance(value, tuple) else (value,) if value is not None else ()
    texts = (one.get_secret_value() for one in secrets)
    return tuple(text.removeprefix(BLOCK) for text in texts if text.startswith(BLOCK))


def _resolved(name: str, secret: SecretStr) -> str:
    value = secret.get_secret_value()
    if value.startswith(BLOCK):
        raise ConfigurationError(
            f"{PREFIX}{name.upper()} 取自Prefect密钥块“{value.removeprefix(BLOCK)}”，"
            "当前命令没有连接调度服务，读不到；请设置 PREFECT_API_URL，或者改用文件存放该密钥。"
        )
    return value


@cache
def secrets_of(settings_class: type[BaseSettings]) -> frozenset[str]:
    """Return the names of the settings that are secrets: their values are `SecretStr`, alone or in a list."""
    fields = settings_class.model_fields.items()
    return frozenset(name for name, field in fields if "SecretStr" in str(field.annotation))


def redacted(address: str) -> str:
    """Return a database's or store's address without its password, for logs and people."""
    if address.startswith(BLOCK):
        return address
    # up to the last “@”: in a password that was not percent-encoded there may be others
    hidden = re.sub(r"^([\w+.-]+://[^:/?#@]*):.*@", rf"\1:{HIDDEN}@", address, flags=re.DOTALL)
    return re.sub(
        r"([?&][^=&]*(?:pass|pwd|secret|token|key)[^=&]*=)[^&]*", rf"\1{HIDDEN}", hidden, flags=re.IGNORECASE
    )


def scheme_only(address: str) -> str:
    """Return of a notification address only which service it is: tokens may stand in any of its parts."""
    if address.startswith(BLOCK):
        return address
    scheme, separator, _ = address.partition("://")
    return f"{scheme}://{HIDDEN}" if separator and scheme.isascii() and scheme.isalnum() else HIDDEN


def read_settings() -> Settings:
    """Read the settings as they are now. Raises ConfigurationError: one sentence that names what is wrong."""
    try:
        return Settings()
    except ValidationError as error:
        raise ConfigurationError(explained(error, Settings)) from None


@cache
def settings() -> Settings:
    """Read the settings once. Raises ConfigurationError as `read_settings`."""
    return read_settings()
