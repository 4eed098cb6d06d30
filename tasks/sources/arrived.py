"""What a source is turned into: a local folder, what could not be brought, and what a list said of each file."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from models.views import ErrorView

Each = Callable[[int, int], None]
"""Told how many of how many files or addresses are through."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How much a source may bring, and how politely web addresses are asked."""

    max_bytes: int = 100 << 20
    """A larger file is listed as too large and not downloaded, or no further than this."""
    total_bytes: int = 50 << 30
    """All files of one source together."""
    interval: float = 1.0
    """Seconds between the beginnings of two requests to one host; a longer Crawl-delay is kept."""
    hosts: int = 8
    """Hosts asked at the same time, each with one request at a time."""
    seconds: float = 120.0
    """For one address with its redirects and repetitions, without the time it waits for its turn."""
    attempts: int = 4
    """Requests for one address while the host answers 429, 5xx or not at all."""
    first_wait: float = 1.0
    """Seconds before the second of them; doubled each time."""
    redirects: int = 5
    allow_private_addresses: tuple[str, ...] = ()
    """Hosts that may have private addresses, ``*`` standing for anything (``*.intranet.example``, ``10.1.*``)."""
    user_agent: str = "Hecha"
    """How we name ourselves to web sites, in ASCII; its first word is looked up in robots.txt."""


@dataclass(frozen=True, slots=True)
class Origin:
    """What a list of web addresses says of a file."""

    agency: str
    year: int | None
    url: str


@dataclass(frozen=True, slots=True)
class Local:
    """A source on this machine: what `tasks.chunks.listing` takes, and what it cannot know."""

    folder: Path
    """A folder, or a single file."""
    errors: tuple[ErrorView, ...] = ()
    """What could not be brought, and what stays in use from an earlier time."""
    origins: Mapping[str, Origin] = field(default_factory=dict)
    """By the name that the file has in the listing."""

    def origin(self, name: str) -> Origin | None:
        """Return what the list says of a file of the listing, or of the archive that a member came in."""
        holder = name
        while holder:
            if holder in self.origins:
                return self.origins[holder]
            holder = holder.rpartition("/")[0]
        return None
