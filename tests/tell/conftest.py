"""What is told is counted on the databases of the storage tests: SQLite and, where it is, PostgreSQL."""

from __future__ import annotations

from tests.storage.conftest import database, empty_url, postgres, url

__all__ = ["database", "empty_url", "postgres", "url"]
