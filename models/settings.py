"""Every setting of Hecha, read from the environment (``HECHA_…``) in this one place."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Where Hecha keeps things and how much it may use. Documented in README.md."""

    model_config = SettingsConfigDict(env_prefix="HECHA_")

    home: Path = Path(".hecha")
    """The one folder that holds database, store, Prefect's home and pages."""
    database_url: str | None = None
    """SQLAlchemy URL; SQLite under `home` when not given."""
    store_url: str | None = None
    """fsspec URL of the content-addressed store of original files; a folder under `home` when not given."""
    chunk_size: int = 200
    """Files read by one Prefect task."""
    batch_size: int = 2000
    """Reports validated in one run of the GX suites."""
    workers: int = 2
    """Chunks read at the same time."""
    max_file_mb: int = 100
    """Larger files are listed as too large, unread."""
    reader_seconds: float = 600.0
    """A file that takes longer is given up. A hundred pages of text take 10 s, forty scanned ones 240 s."""
    reader_memory_mb: int = 6144
    """Address space of a process that reads files."""
    profile: str = "default"
    """The profile of rules and weights: the name of a shipped one or the path of a TOML file."""
    soffice: str | None = None
    """The LibreOffice program; what is on the path when not given."""

    @property
    def database(self) -> str:
        """The SQLAlchemy URL in force."""
        return self.database_url or f"sqlite:///{self.home.resolve() / 'hecha.db'}"

    @property
    def store(self) -> str:
        """The fsspec URL of the store in force."""
        return self.store_url or (self.home.resolve() / "store").as_uri()

    @property
    def site(self) -> Path:
        """The folder of the static pages."""
        return self.home / "site"


@cache
def settings() -> Settings:
    """Read the settings once."""
    return Settings()
