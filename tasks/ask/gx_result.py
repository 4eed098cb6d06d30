"""What Great Expectations itself said of one report, cut out of the results of the batches it was validated in.

The project (`tasks.validate.engine`) keeps one result for each suite and batch, of some thousand reports each; it names
only the rows that failed. Where a rule failed, the newest result that names the report is looked for; where it passed
or could not be decided, our own record of the verdict is all there is, and all that is said.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from expectations.catalogue import written
from models.results import Verdict
from tasks.ask.report import Asked

SECONDS = 10.0
"""So long is looked for results; what is older than was found until then counts as not kept."""


def gx_result(asked: Asked, home: Path, seconds: float = SECONDS) -> bytes:
    """Return a report's part of the validation results as JSON (``hecha.gx/1``).

    ``suites``: suite → ``meta`` of the batch's result and ``results``: the expectations this report failed, as Great
    Expectations wrote them, with the report's rows alone. ``verdicts``: our own record, all rules. ``not_found``: rules
    that failed of which the project keeps no result (any more).
    """
    view = asked.view
    failed = [rule for rule, verdict in view.evaluation.verdicts.items() if verdict is Verdict.FAIL]
    frames = {rule.id: rule.frame for rule in written()}
    kept = home / "gx" / "uncommitted" / "validations"
    ends = time.monotonic() + seconds
    suites: dict[str, Any] = {}
    found: set[str] = set()
    for suite in sorted({frames[rule] for rule in failed if rule in frames}):
        wanted = {rule for rule in failed if frames.get(rule) == suite}
        result = _newest(kept / suite, view.sha256, wanted, ends)
        if result is not None:
            suites[suite] = result
            found |= {one["expectation_config"]["meta"]["rule_id"] for one in result["results"]}
    told = {
        "schema": "hecha.gx/1",
        "report": {
            "agency": view.agency,
            "year": view.year,
            "version": asked.number,
            "submission": view.sha256,
            "ruleset_version": asked.judged.ruleset_version if asked.judged else None,
            "ruleset_hash": asked.judged.ruleset_hash if asked.judged else None,
        },
        "verdicts": dict(view.evaluation.verdicts),
        "suites": suites,
        "not_found": [rule for rule in failed if rule not in found],
    }
    return (json.dumps(told, ensure_ascii=False, indent=1) + "\n").encode("utf-8", "replace")


def _newest(folder: Path, submission: str, wanted: set[str], ends: float) -> dict[str, Any] | None:
    """The report's part of the newest result of a suite that names it."""
    named = submission.encode()
    for path in sorted(folder.glob("*/*/*.json"), key=lambda p: p.parent.name, reverse=True):
        if time.monotonic() > ends:
            return None
        try:
            content = path.read_bytes()
        except OSError:
            continue  # another run has just set the project aside
        if named not in content:
            continue
        result = json.loads(content)
        parts = list(_parts(result["results"], submission, wanted))
        if parts:
            return {"meta": result["meta"], "results": parts}
    return None


def _parts(
    results: Iterable[Mapping[str, Any]], submission: str, wanted: set[str]
) -> Iterable[dict[str, Any]]:
    for one in results:
        if one["expectation_config"]["meta"].get("rule_id") not in wanted:
            continue
        rows = [
            row
            for row in one["result"].get("unexpected_index_list") or ()
            if row.get("submission") == submission
        ]
        if rows:
            yield {
                "success": False,
                "expectation_config": one["expectation_config"],
                "exception_info": one["exception_info"],
                "result": {"unexpected_count": len(rows), "unexpected_index_list": rows},
            }
