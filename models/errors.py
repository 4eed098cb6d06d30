"""Our faults and what cannot be read. A filer's mistake is a finding, never an exception."""

from __future__ import annotations

from enum import StrEnum


class ErrorKind(StrEnum):
    """The kinds under ``errors`` in the output of ``hecha check --json``."""

    UNREADABLE = "unreadable"
    TOO_LARGE = "too_large"
    ENCRYPTED = "encrypted"
    UNSUPPORTED = "unsupported"
    NOT_INSTALLED = "not_installed"
    NOT_A_REPORT = "not_a_report"
    INTERNAL = "internal"


class HechaError(Exception):
    """Base of what we raise; the message is one clear sentence that says what to do."""


class ReadError(HechaError):
    """A file that cannot be taken in. The message is Chinese, for the person who sent or collected it."""

    def __init__(self, kind: ErrorKind, message: str) -> None:
        super().__init__(message)
        self.kind = kind
        self.message = message

    def __reduce__(self) -> tuple[type[ReadError], tuple[ErrorKind, str]]:
        return (ReadError, (self.kind, self.message))


class ConfigurationError(HechaError):
    """A setting, roster or path that was given wrongly."""


class StorageError(HechaError):
    """The database cannot take or give anything: it is away, full or damaged. Nothing half done stays in it."""
