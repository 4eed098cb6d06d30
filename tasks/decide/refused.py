"""What a person asked for and does not get. The messages are Chinese, for that person."""

from __future__ import annotations

from models.errors import HechaError


class NotThere(HechaError):
    """What was asked for does not exist, or this person may not see it: nobody is told which."""

    def __init__(self, message: str = "没有找到所要的内容，请核对后重试。") -> None:
        super().__init__(message)


class Refused(HechaError):
    """It exists, but this cannot be done with it now; the message says why and what to do."""
