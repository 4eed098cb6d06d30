"""Measures how accurate the checking is: ``python -m benchmarks.accuracy [FAMILY | RULE | clean | real ...]``.

Writes docs/ACCURACY.md and docs/accuracy.json; with arguments it prints these parts alone and writes nothing.
Exits with 1 when a goal is missed: see `goals_missed`.
"""

from __future__ import annotations

import sys
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from benchmarks.accuracy import clean, page, published, real, same
from benchmarks.accuracy.catalogue import FAMILIES, NOT_PLANTED, family, goal
from benchmarks.accuracy.fault import faults
from benchmarks.accuracy.planting import Planted, files_of, others, plan, run
from expectations.catalogue import rule as rule_of
from expectations.catalogue import rules, ruleset
from expectations.profile import Profile, Switches, default

CLEAN = 1000
SAME = 60


def main(only: Sequence[str]) -> int:
    """Measure, write the page, print what was missed; return the exit status."""
    if only:
        return partly(only)
    begin = time.perf_counter()
    planted, unexplained, sweeps = everything_planted()
    entries = {name: entry(name, planted.get(name, [])) for names in FAMILIES.values() for name in names}
    cleaned, _ = clean.run(CLEAN)
    judged = real.run()
    in_published = [
        {"file": p.file, "rule": p.rule, "name": p.name, "found": p.seen.found, "right": p.seen.right}
        for p in published.run()
    ]
    reports, ways = same.ways(SAME)
    version = ruleset()
    found: dict[str, Any] = {
        "ruleset": f"{version.version} ({version.hash})",
        "profile": f"{version.profile} ({version.profile_hash})",
        "reports": sum(sweeps.values()) + cleaned.reports,
        "sweeps": sweeps,
        "seconds": round(time.perf_counter() - begin, 1),
        "rules": entries,
        "others": unexplained,
        "clean": asdict(cleaned),
        "real": asdict(judged),
        "published": in_published,
        "same": {"reports": reports, "ways": ways},
    }
    page.save(found)
    missed = goals_missed(found)
    print(*missed or ["every goal is reached"], sep="\n")
    return 1 if missed else 0


def partly(only: Sequence[str]) -> int:
    """Print some families or rules, or the ``clean`` and the ``real`` reports; return 1 when something is wrong."""
    wrong: list[str] = []
    if "clean" in only:
        wrong += clean.run(CLEAN)[0].alarms
    if "real" in only:
        found = real.run()
        wrong += [
            f"{f.file} {f.rule} {f.subject}: {f.message}"
            for f in found.findings
            if f.judgement in (None, "wrong")
        ]
        wrong += found.lost
    planted, unexplained, _ = everything_planted([name for name in only if name not in ("clean", "real")])
    for name, of in planted.items():
        if name in only or family(name) in only:
            one = entry(name, of)
            print(
                f"{name}: {one['found']} of {one['planted']}, cells {one['right']}",
                *one["misses"],
                sep="\n  ",
            )
            wrong += one["misses"] if one["found"] < one["goal"] * one["planted"] else []
    for rule, said in unexplained.items():
        print(f"unexplained: {rule}", *said[:5], sep="\n  ")
    print(*wrong, sep="\n")
    return 1 if wrong or unexplained else 0


def everything_planted(
    only: Sequence[str] | None = None,
) -> tuple[dict[str, list[Planted]], dict[str, list[str]], dict[str, int]]:
    """Plant and sweep family by family; return what was planted by rule, what nobody explains, reports by sweep."""
    on = {one.id for one in rules(everything_on())}
    known = {name: group for name, group in faults().items() if name in on}
    planted: dict[str, list[Planted]] = {}
    unexplained: dict[str, list[str]] = {}
    sweeps: dict[str, int] = {}
    for name, members in FAMILIES.items():
        wanted = [r for r in members if r in known and (only is None or name in only or r in only)]
        if not wanted:
            continue
        for sweep_name, chosen, profile in _sweeps(name, wanted):
            asked = {one.id for one in rules(profile)}
            done = plan({r: f for r, f in known.items() if r in asked}, chosen, f"accuracy/{sweep_name}")
            swept = run(done, profile)
            print(f"{sweep_name}: {files_of(done)} reports", file=sys.stderr, flush=True)
            sweeps[sweep_name] = files_of(done)
            for one in done:
                planted.setdefault(one.fault.rule, []).append(one)
            for rule, said in others(done, swept).items():
                unexplained.setdefault(rule, []).extend(said)
    return planted, dict(sorted(unexplained.items())), sweeps


def _sweeps(name: str, wanted: list[str]) -> list[tuple[str, list[str], Profile]]:
    """Return the sweeps of a family: rules that the default profile has off get one with every rule on."""
    off = [r for r in wanted if r in default().rules.off]
    usual = [r for r in wanted if r not in off]
    found = [(name, usual, default())] if usual else []
    return [*found, (f"{name}, every rule on", off, everything_on())] if off else found


def everything_on() -> Profile:
    """Return the default profile with no rule switched off."""
    return default().model_copy(update={"rules": Switches(off=())})


def entry(name: str, planted: Sequence[Planted]) -> dict[str, Any]:
    """Return what the JSON says of one rule."""
    known = {one.id for one in rules(everything_on())}
    alone = [p for p in planted if not p.beside]
    paired = [p for p in planted if p.beside]

    def count(of: Sequence[Planted], what: str) -> int:
        return sum(1 for p in of if p.seen is not None and getattr(p.seen, what))

    return {
        "title": rule_of(name).title if name in known else "",
        "status": NOT_PLANTED.get(name, "no fault planted" if name in known else "no such rule"),
        "goal": goal(name),
        "planted": len(planted),
        "found": count(planted, "found"),
        "right": count(planted, "right"),
        "unsure": sum(1 for p in planted if p.seen is not None and p.seen.found and p.seen.verdict != "FAIL"),
        "agency": count(planted, "to_agency"),
        "alone": len(alone),
        "alone_found": count(alone, "found"),
        "paired": len(paired),
        "paired_found": count(paired, "found"),
        "others": dict(
            Counter(other for p in alone if p.seen is not None for other in p.seen.others).most_common()
        ),
        "formats": len({p.case.report.writer for p in planted}),
        "misses": [
            f"{p.name}: {p.seen.verdict} {p.seen.told}".strip()
            for p in planted
            if p.seen and not p.seen.found
        ],
        "other_cells": [p.name for p in planted if p.seen and p.seen.found and not p.seen.right],
    }


def goals_missed(found: dict[str, Any]) -> list[str]:
    """Return a line for every goal that was missed."""
    missed = []
    for name, one in found["rules"].items():
        if one["planted"] and one["found"] < one["goal"] * one["planted"]:
            missed.append(f"{name}: {one['found']} of {one['planted']} planted faults found")
    missed += [f"clean report accused: {alarm}" for alarm in found["clean"]["alarms"]]
    missed += [f"unexplained: {rule} in {len(said)} reports" for rule, said in found["others"].items()]
    missed += [f"clean report not read: {one}" for one in found["clean"]["unread"]]
    for f in found["real"]["findings"]:
        if f["judgement"] in (None, "wrong"):
            missed.append(
                f"published report, {f['judgement'] or 'not judged'}: {f['file']} {f['rule']} {f['subject']}"
            )
    missed += [f"published report, known defect not found: {one}" for one in found["real"]["lost"]]
    missed += [f"published report, not read: {one}" for one in found["real"]["unread"]]
    missed += [
        f"published report, told though it cannot be proved: {one['file']} {one['rule']}"
        for one in found["real"]["undecided"]
        if one["verdict"] == "FAIL"
    ]
    missed += [
        f"published report, planted: {p['file']} {p['rule']} {p['name']}"
        for p in found["published"]
        if not p["found"]
    ]
    missed += [f"differs: {way}" for way, count in found["same"]["ways"].items() if count]
    return missed


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
