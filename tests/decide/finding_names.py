"""The fingerprints of the made-up findings."""

from __future__ import annotations

from models.results import Finding
from tasks.persist.changes import Key


def fingerprint(agency: str, year: int, finding: Finding) -> str:
    return Key(finding.rule, finding.subject, 0).fingerprint(agency, year)
