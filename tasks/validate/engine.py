"""Runs the Great Expectations suites. The one module in which polars becomes pandas.

Great Expectations passes rows with a missing operand and empty frames in silence, and caps its list of
unexpected *values* at 200; its list of unexpected *indexes* is whole. So only the indexes are used here,
and what could not be checked is worked out elsewhere (`tasks.validate.undecided`).
"""

from __future__ import annotations

import logging
import shutil
import warnings
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from threading import Lock
from typing import Any

import great_expectations as gx
import pandas as pd  # noqa: TID251 - Great Expectations has no polars engine; this is the one adapter
import polars as pl

from expectations.catalogue import rules
from expectations.profile import Profile, default
from expectations.rule import Rule
from expectations.suites import suite

logger = logging.getLogger(__name__)

# What names a row to people who open the stored validation results.
KEYS: Mapping[str, tuple[str, ...]] = {
    "reports": (),
    "sections": ("key",),
    "tables": ("table",),
    "lines": ("key",),
    "cells": ("code",),
    "requests_by_outcome": ("line",),
    "requests_by_applicant": ("applicant",),
    "disputes": ("group",),
    "documents": ("kind",),
    "years": ("applicant",),
    "totals": (),
    "prose": (),
    "claims": ("claim",),
    "mentions": ("mention",),
    "pairs": ("code",),
    "twins": ("relation", "part", "other_submission"),
    "subordinates": ("code",),
}
_SOURCE = "hecha"
_LOCK = Lock()  # contexts and their data sources are not made for two threads


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the suites said: rows that failed, by rule (``nr`` numbers of the prepared frame), and our faults.

    `faults`: rule → message of the exception that Great Expectations caught while evaluating it.
    """

    failures: dict[str, list[int]]
    faults: dict[str, str]


def run_some(frames: Mapping[str, pl.DataFrame], names: Collection[str], profile: Profile) -> Outcome:
    """Run the suites of some frames, keeping nothing: one report's suites take seconds, and two processes half of them."""
    return _run(frames, None, profile, names)


def run(
    frames: Mapping[str, pl.DataFrame], project: Path | None = None, profile: Profile | None = None
) -> Outcome:
    """Run every suite once over its prepared frame (`tasks.validate.prepare`).

    With `project` the suites and the validation results are kept in a Great Expectations file project
    there; otherwise nothing is written. A project that a killed process left half written is set aside and begun
    anew. Errors of a rule are returned, not raised.
    """
    profile = profile or default()
    if project is None:
        return _run(frames, None, profile)
    try:
        return _run(frames, project, profile)
    except Exception:
        logger.exception("the Great Expectations project under %s is set aside and begun anew", project)
    _set_aside(project)
    try:
        return _run(frames, project, profile)
    except Exception:
        logger.exception("the results are not kept in a Great Expectations project")
        return _run(frames, None, profile)


def _set_aside(project: Path) -> None:
    """Rename the project, so that whoever looks into it later can; the one set aside before it goes."""
    aside = project / "gx-damaged"
    shutil.rmtree(aside, ignore_errors=True)
    with suppress(OSError):
        (project / "gx").rename(aside)


def _run(
    frames: Mapping[str, pl.DataFrame], project: Path | None, profile: Profile, names: Collection[str] = KEYS
) -> Outcome:
    failures: dict[str, list[int]] = {}
    faults: dict[str, str] = {}
    with _LOCK, _quiet():
        context = _context(project)
        for name in KEYS:
            chosen = [rule for rule in rules(profile) if rule.frame == name and name in names]
            if not chosen:
                continue
            frame = frames[name]
            if frame.is_empty():
                failures |= {rule.id: [] for rule in chosen}
                continue
            result = _validate(context, name, _to_pandas(frame, chosen), profile, keep=project is not None)
            for one in result.results:
                rule_id = one.expectation_config.meta["rule_id"]
                message = _exception(one.exception_info)
                if message is None:
                    found = one.result.get("unexpected_index_list") or []
                    failures[rule_id] = sorted(entry["nr"] for entry in found)
                else:
                    logger.error("rule %s could not be evaluated: %s", rule_id, message)
                    faults[rule_id] = message
            for rule in chosen:
                if rule.id not in failures and rule.id not in faults:
                    logger.error("rule %s gave no result", rule.id)
                    faults[rule.id] = "no result"
    return Outcome(failures, faults)


def _to_pandas(frame: pl.DataFrame, chosen: list[Rule]) -> pd.DataFrame:
    """Return, as pandas through Arrow, the columns that the rules look at and those that name a row."""
    names: dict[str, None] = dict.fromkeys(("nr", "submission", *KEYS[chosen[0].frame]))
    for rule in chosen:
        names |= dict.fromkeys(rule.check.columns)
        names |= dict.fromkeys(where.column for where in rule.rows)
    columns = frame.select([name for name in names if name in frame.columns])
    # few distinct words a column: categories make filtering on them cheap
    words = [c for c in ("kind", "kind_read", "form", "spelling") if c in columns.columns]
    return columns.with_columns(pl.col(words).cast(pl.Categorical)).to_pandas()


def _validate(context: Any, name: str, frame: pd.DataFrame, profile: Profile, *, keep: bool) -> Any:
    source = context.data_sources.all().get(_SOURCE) or context.data_sources.add_pandas(_SOURCE)
    assets = {asset.name: asset for asset in source.assets}
    asset = assets.get(name) or source.add_dataframe_asset(name)
    definitions = {definition.name: definition for definition in asset.batch_definitions}
    batches = definitions.get(name) or asset.add_batch_definition_whole_dataframe(name)
    wanted = {
        "result_format": "COMPLETE",
        "unexpected_index_column_names": ["nr", "submission", *KEYS[name]],
        "return_unexpected_index_query": False,
    }
    if not keep:
        batch = batches.get_batch(batch_parameters={"dataframe": frame})
        return batch.validate(_suites(profile)[name], result_format=wanted)
    stored = context.suites.add_or_update(suite(name, profile))
    # a definition that comes back from the disk has lost its context (great-expectations 1.24)
    if name in {definition.name for definition in context.validation_definitions.all()}:
        context.validation_definitions.delete(name)
    definition = context.validation_definitions.add(
        gx.ValidationDefinition(name=name, data=batches, suite=stored)
    )
    return definition.run(batch_parameters={"dataframe": frame}, result_format=wanted)


@lru_cache(maxsize=4)
def _suites(profile: Profile) -> dict[str, Any]:
    return {name: suite(name, profile) for name in KEYS if any(rule.frame == name for rule in rules(profile))}


def _context(project: Path | None) -> Any:
    if project is None:
        return _ephemeral()
    project.mkdir(parents=True, exist_ok=True)
    context = gx.get_context(mode="file", project_root_dir=project.resolve())
    _silence(context)
    return context


@cache
def _ephemeral() -> Any:
    context = gx.get_context(mode="ephemeral")
    _silence(context)
    return context


def _silence(context: Any) -> None:
    context.enable_analytics(False)
    context.variables.progress_bars = {"globally": False, "metric_calculations": False}
    context.variables.save()


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep the library's own remarks off the terminal; its errors reach us through the results."""
    library = logging.getLogger("great_expectations")
    before = library.level
    library.setLevel(logging.CRITICAL)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        library.setLevel(before)


def _exception(info: Mapping[str, Any] | None) -> str | None:
    """Return the message of an exception that was caught, in either of the two shapes it is told in."""
    if not info:
        return None
    if "raised_exception" in info:
        return str(info.get("exception_message")) if info["raised_exception"] else None
    for entry in info.values():
        if isinstance(entry, Mapping) and entry.get("raised_exception"):
            return str(entry.get("exception_message"))
    return None
