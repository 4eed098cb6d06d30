"""What became of the findings of one version of a report in the next."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from models.results import Addressee, Evaluation, Finding, Verdict

Kind = Literal["mended", "still_open", "new"]

UNDECIDED = "（新版本中该项无法核对，是否已改正待核）"
"""Put behind the old sentence where the new version could not be checked: a skipped check is no pass."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One finding of either version: mended (only before), still open (in both) or new (only after)."""

    kind: Kind
    key: Key
    message: str


@dataclass(frozen=True, slots=True, order=True)
class Key:
    """Names a finding within a report: its rule and subject, and which of several alike."""

    rule: str
    subject: str
    ordinal: int

    def fingerprint(self, agency: str, year: int | None) -> str:
        """Return the finding's stable name across runs, rule sets and versions."""
        parts = [agency, str(year), self.rule, self.subject, *([str(self.ordinal)] if self.ordinal else [])]
        return hashlib.sha256("\x1f".join(parts).encode("utf-8", "surrogatepass")).hexdigest()


def keyed(findings: Sequence[Finding]) -> Iterator[tuple[Key, Finding]]:
    """Yield each finding with its key, in order."""
    seen: Counter[tuple[str, str]] = Counter()
    for finding in findings:
        name = (finding.rule, finding.subject)
        yield Key(*name, seen[name]), finding
        seen[name] += 1


def differences(before: Evaluation, after: Evaluation) -> list[Difference]:
    """Compare what was found for the agency in two versions under one rule set.

    Findings for the operator are left out: they speak of our reading, not of the report. A finding is mended
    only when its rule was decided in the new version; where it was not, it stays open and says so. What now
    fails as the consequence of another finding on the same subject (or did before) is neither mended nor new;
    where that finding has another subject (a missing table instead of a blank row of it) we cannot tell.
    """
    old = dict(keyed(_for_agency(before)))
    new = dict(keyed(_for_agency(after)))
    caused_now, caused_then = _caused(new), _caused(old)
    swallowed = {rule for rule, _ in caused_now}
    undecided = {reason.rule for reason in after.not_assessed}
    mended, still_open, found = [], [], []
    for key, finding in new.items():
        if key in old or (key.rule, key.subject) in caused_then:
            still_open.append(Difference("still_open", key, finding.message))
        else:
            found.append(Difference("new", key, finding.message))
    for key, finding in old.items():
        if key in new:
            continue
        verdict = after.verdicts.get(key.rule)
        if (key.rule, key.subject) in caused_now:
            still_open.append(Difference("still_open", key, finding.message))
        elif verdict not in (Verdict.PASS, Verdict.FAIL) or key.rule in undecided | swallowed:
            still_open.append(Difference("still_open", key, finding.message + UNDECIDED))
        else:
            mended.append(Difference("mended", key, finding.message))
    return [*mended, *still_open, *found]


def _caused(findings: dict[Key, Finding]) -> set[tuple[str, str]]:
    return {(rule, finding.subject) for finding in findings.values() for rule in finding.consequences}


def _for_agency(evaluation: Evaluation) -> list[Finding]:
    return [finding for finding in evaluation.findings if finding.addressee == Addressee.AGENCY]
