"""docs/ACCURACY.md from docs/accuracy.json."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.accuracy.catalogue import CERTAIN, FAMILIES, GOAL, NARROWER, family

JSON = Path("docs/accuracy.json")
PAGE = Path("docs/ACCURACY.md")
_LISTED = 60

Found = Mapping[str, Any]


def save(found: Found) -> None:
    """Write the JSON and the page made from it."""
    JSON.write_text(json.dumps(found, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    PAGE.write_text(page(found), encoding="utf-8")


def page(found: Found) -> str:
    """Return the page."""
    return "\n\n".join(
        [
            "# How accurate the checking is",
            "<!-- made by make accuracy; do not edit -->",
            _intro(found),
            "## Summary",
            _summary(found),
            "## Planted faults",
            _faults(found),
            "### In published reports",
            _published(found["published"]),
            "### Misses",
            _misses(found),
            "### Other accusations in reports with planted faults",
            _others(found),
            "## False alarms on clean reports",
            _clean(found["clean"]),
            "## Published reports",
            _real(found["real"]),
            "## Same input, same bytes",
            _same(found["same"]),
            "## What this does not show",
            _LIMITS,
        ]
    ) + "\n"  # fmt: skip


_LIMITS = """
- Reports, faults and rules come from one house. The faults were worded from the catalogue and not from the rules, but
  a way of writing that nobody here thought of is in neither.
- The published reports are few; what is judged of them is one person's judgement.
- Scans are measured in READING.md only: what was read from pictures never accuses an agency.
- A fault that is planted in words can also be read as harmless. Where the catalogue itself leaves it open, the right
  answer is “cannot be decided”, and that counts as found; the table shows how many there are.
""".strip()


def _intro(found: Found) -> str:
    return (
        f"Rule set {found['ruleset']}, profile {found['profile']}. {found['reports']} generated reports, evaluated in "
        f"{len(found['sweeps'])} sweeps; the run took {found['seconds']:.0f} s."
    )


def _summary(found: Found) -> str:
    lines = ["| what | measured | goal |", "|---|---|---|"]
    rules = found["rules"]
    for certain in (True, False):
        of = [r for name, r in rules.items() if (family(name) in CERTAIN) is certain and r["planted"]]
        planted, seen = sum(r["planted"] for r in of), sum(r["found"] for r in of)
        names = ", ".join(
            f for f in FAMILIES if (f in CERTAIN) is certain and any(family(n) == f for n in rules)
        )
        share = f"{_percent(seen, planted)} ({seen} of {planted})" if planted else "–"
        lines.append(
            f"| planted faults found: {names} | {share} | {'100 %' if certain else f'{GOAL:.0%} each'} |"
        )
    under = [n for n, r in rules.items() if r["planted"] and r["found"] < r["goal"] * r["planted"]]
    lines.append(f"| rules under their goal | {len(under)}{': ' + ', '.join(under) if under else ''} | 0 |")
    clean, real = found["clean"], found["real"]
    lines.append(f"| accusations in {clean['reports']} clean reports | {len(clean['alarms'])} | 0 |")
    judged = [f for f in real["findings"] if f["judgement"]]
    wrong = [f for f in judged if f["judgement"] == "wrong"]
    lines.append(
        f"| findings in published reports that are wrong | {len(wrong)} of {len(judged)} judged | 0 |"
    )
    lines.append(
        f"| findings in published reports not judged yet | {len(real['findings']) - len(judged)} | 0 |"
    )
    lines.append(f"| known defects of published reports not found | {len(real['lost'])} | 0 |")
    same = found["same"]
    lines.append(f"| evaluations that differ between {len(same['ways']) + 1} ways of taking in {same['reports']} reports | "
                 f"{sum(same['ways'].values())} | 0 |")  # fmt: skip
    return "\n".join(lines)


def _percent(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f} %" if part < whole else "100 %"


def _faults(found: Found) -> str:
    lines = [
        "Each fault was planted in at least 30 reports of different agencies, years, places and file formats, alone, and "
        "then together with another one. *Found*: the rule fails and a finding tells it (alone or as the consequence of "
        "another finding). *Cells*: the finding names the cells that were changed and quotes the words that were planted. "
        "*Unsure*: the right answer was that it cannot be decided. *Agency*: addressed to the agency. *Others*: rules with a "
        "critical or warning finding beside it, or as its consequence, where the fault was planted alone.",
        "",
        "| rule | title | planted | alone | in pairs | found | cells | unsure | agency | formats | others | goal |",
        "|---|---|---:|---:|---:|---:|---:|---:|---:|---:|---|---:|",
    ]
    for name in (n for names in FAMILIES.values() for n in names):
        rule = found["rules"][name]
        if not rule["planted"]:
            lines.append(f"| {name} | {rule['title']} | – | | | | | | | | | {rule['status']} |")
            continue
        mark = "" if rule["found"] >= rule["goal"] * rule["planted"] else " ✗"
        lines.append(
            f"| {name} | {rule['title']} | {rule['planted']} | {rule['alone_found']}/{rule['alone']} | "
            f"{rule['paired_found']}/{rule['paired']} | {_percent(rule['found'], rule['planted'])}{mark} | "
            f"{_percent(rule['right'], rule['planted'])} | {rule['unsure']} | {rule['agency']} | {rule['formats']} | "
            f"{', '.join(f'{other} {count}' for other, count in list(rule['others'].items())[:6])} | {rule['goal']:.0%} |"
        )
    lines += ["", "Narrower than the catalogue's words:", ""]
    lines += [f"- {name}: {why}." for name, why in NARROWER.items()]
    return "\n".join(lines)


def _published(planted: Sequence[Found]) -> str:
    if not planted:
        return "The published reports are not at hand on this machine."
    lines = [
        "The same kinds of fault put into published reports that are clean, whose wording is not ours.",
        "",
        "| rule | fault | reports | found | cells |",
        "|---|---|---:|---:|---:|",
    ]
    for rule, name in dict.fromkeys((p["rule"], p["name"]) for p in planted):
        of = [p for p in planted if (p["rule"], p["name"]) == (rule, name)]
        found, right = sum(p["found"] for p in of), sum(p["right"] for p in of)
        lines.append(f"| {rule} | {name} | {len(of)} | {found} | {right} |")
    return "\n".join(lines)


def _misses(found: Found) -> str:
    lines = []
    for name, rule in found["rules"].items():
        for miss in rule["misses"]:
            lines.append(f"- {name}: {miss}")
        for miss in rule["other_cells"]:
            lines.append(f"- {name}, found but not with these cells or words: {miss}")
    return "\n".join(lines) or "None."


def _others(found: Found) -> str:
    others: Mapping[str, list[str]] = found["others"]
    if not others:
        return "None: every critical or warning finding addressed to an agency follows from what was planted."
    lines = ["Critical and warning findings addressed to the agency that no planted fault explains.", ""]
    for rule, said in others.items():
        lines += [f"- {rule}: {len(said)}", *(f"  - {one}" for one in said[:5])]
    return "\n".join(lines)


def _clean(clean: Found) -> str:
    formats = ", ".join(f"{name} {count}" for name, count in clean["formats"].items())
    lines = [
        f"{clean['reports']} reports ({formats}) of departments and governments from townships to the province, for 2018 "
        f"to 2024, on both forms, without a request and with hundreds, with the year before; among them sentences that are "
        f"right though a careless check would take offence. {100 * clean['decided']:.1f} % of the verdicts were decided.",
        "",
        f"Critical and warning findings addressed to the agency: **{len(clean['alarms'])}**.",
        *(f"- {alarm}" for alarm in clean["alarms"][:_LISTED]),
        "",
        "Everything else that was said of them:",
        "",
        "| rule, severity, addressee | reports |",
        "|---|---:|",
        *(f"| {name} | {count} |" for name, count in clean["hints"].items()),
    ]
    if clean["unread"]:
        lines += ["", "Not read: " + "; ".join(clean["unread"])]
    return "\n".join(lines)


def _real(real: Found) -> str:
    if not real["findings"]:
        return "The published reports are not at hand on this machine; nothing was judged."
    lines = [
        "*right*: it is so. *wrong*: a supervisor would have to withdraw it. *opinion*: true, but one may see it "
        "otherwise. *operator*: asks the operator to look at the file and accuses nobody.",
        "",
        "| file | rule | subject | severity | to | finding | judgement | why |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for f in real["findings"]:
        message = f["message"].replace("|", "／")
        message = message if len(message) <= 90 else message[:89] + "…"
        lines.append(
            f"| {f['file'][:20]} | {f['rule']} | {f['subject']} | {f['severity']} | {f['addressee']} | {message} | "
            f"{f['judgement'] or '**not judged**'} | {f['why']} |"
        )
    lines += ["", "What looks like a defect and is rightly not told, because it cannot be proved:", ""]
    lines += ["| file | rule | verdict | why |", "|---|---|---|---|"]
    lines += [f"| {u['file'][:20]} | {u['rule']} | {u['verdict']} | {u['why']} |" for u in real["undecided"]]
    if real["lost"]:
        lines += ["", "Known defects that were not found: " + "; ".join(real["lost"])]
    return "\n".join(lines)


def _same(same: Found) -> str:
    lines = [
        f"The same {same['reports']} files, a third of them with faults, taken in once, and then:",
        "",
        "| way | evaluations that differ |",
        "|---|---:|",
        *(f"| {way} | {count} |" for way, count in same["ways"].items()),
    ]
    return "\n".join(lines)
