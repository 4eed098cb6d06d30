"""Copies among many reports: recall, precision, time and memory on corpora whose copies are known.

``python -m benchmarks.copies [REPORTS]`` runs every corpus in a process of its own, so that its peak memory is its own:

- *plain*: each agency writes its own sentences; 2 % of the reports copy another's of the same year, with 0 to 40 % of
  the characters' places changed, so that likenesses lie around both thresholds;
- *mould*: every county has one text of twelve sentences with a hole or two in each, and the agencies add their own;
  among them are copies of an agency's own part as well;
- *zero*: three quarters are short and of one of three makes, spread over all counties so that no mould of a county
  explains them: 5,000 the very same text, 5,000 with a few words changed, 5,000 with more.

What is right is worked out on the reports planted by a plain comparison of the sets of all pairs that share an origin,
written here without the code under test.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

import polars as pl

from benchmarks.measured import highest
from expectations.profile import default
from models.facts import PARAGRAPHS, REPORTS
from tasks.compare.copies import twins
from tasks.compare.masking import mask

COUNT = 20_000
YEAR = 2023
_SURNAMES = "青云石桥竹松柳河泉溪岭平沙塘白金玉龙凤长新古"
_STEMS = "砚浦屏源湾坪岗坝川峰林田冲畈圩洲港台"


@dataclass
class Report:
    """A report as made: whose it is and its paragraphs (section, text). `origin`: the planted family it belongs to."""

    agency: str
    paragraphs: list[tuple[str, str]]
    origin: int | None = None


def words(rng: random.Random, count: int) -> list[str]:
    """Return made-up words of two to four characters that are in use throughout a corpus."""
    characters = [chr(c) for c in rng.sample(range(0x4E00, 0x9000), 2500)]
    characters = [
        c for c in characters if c not in "一二三四五六七八九十百千万亿两零〇省市州盟区县旗镇乡村我本全多余"
    ]
    return ["".join(rng.choices(characters, k=rng.choice((2, 2, 2, 3, 4)))) for _ in range(count)]


class Writer:
    """Writes sentences of words with the frequencies of real language (the n-th word 1/n as often as the first)."""

    def __init__(self, seed: int) -> None:
        self.rng = random.Random(seed)
        self.words = words(self.rng, 6000)
        self.weights = [1 / (n + 10) for n in range(len(self.words))]

    def sentence(self, length: int = 9) -> str:
        """Return a sentence of about 22 characters with a number in it now and then."""
        chosen = self.rng.choices(self.words, self.weights, k=length)
        if self.rng.random() < 0.4:
            chosen.insert(self.rng.randrange(length), f"{self.rng.randint(1, 900)}件")
        return "".join(chosen) + "。"

    def text(self, sentences: int) -> list[tuple[str, str]]:
        """Return paragraphs for both sections, three sentences each."""
        rows = ["".join(self.sentence() for _ in range(3)) for _ in range(sentences // 3)]
        return [("overview" if n < len(rows) * 3 // 4 else "problems", row) for n, row in enumerate(rows)]

    def changed(self, paragraphs: list[tuple[str, str]], share: float) -> list[tuple[str, str]]:
        """Return a copy in which about `share` of the words' places are written anew."""
        found = []
        for section, text in paragraphs:
            characters = list(text)
            for place in range(0, len(characters), 4):
                if characters[place] not in "。" and self.rng.random() < share:
                    characters[place] = self.rng.choice(self.words)[0]
            found.append((section, "".join(characters)))
        return found


def agency(number: int) -> str:
    """Return the made-up name of an agency; forty share a county."""
    county, place = divmod(number, 40)
    county, first = divmod(county, len(_SURNAMES))
    second, third = divmod(county, len(_STEMS))
    town = _SURNAMES[place % len(_SURNAMES)] + _STEMS[place // len(_SURNAMES)] + _STEMS[place % 7]
    return f"{_SURNAMES[first]}{_STEMS[third]}{chr(0x6D00 + second)}县{town}镇人民政府"


def plain(count: int, writer: Writer) -> list[Report]:
    """Own texts, and 2 % copies."""
    reports = [Report(agency(n), writer.text(48)) for n in range(count)]
    plant(reports, writer, count // 50)
    return reports


def plant(reports: list[Report], writer: Writer, copies: int) -> None:
    """Make `copies` reports copies of others, each with its own share of changes."""
    chosen = writer.rng.sample(range(len(reports)), 2 * copies)
    for number, (source, target) in enumerate(zip(chosen[:copies], chosen[copies:], strict=True)):
        share = writer.rng.uniform(0, 0.16)
        reports[target].paragraphs = writer.changed(reports[source].paragraphs, share)
        reports[source].origin = reports[target].origin = number


def mould(count: int, writer: Writer) -> list[Report]:
    """A text for each county with holes in its sentences, own sentences beside it, and copies of these."""
    reports = []
    for start in range(0, count, 40):
        frame = [(writer.sentence(5)[:-1], writer.sentence(5)) for _ in range(18)]
        for number in range(start, min(start + 40, count)):
            filled = ["".join((a, writer.rng.choice(writer.words), b)) for a, b in frame]
            rows = [("overview", "".join(filled[n : n + 3])) for n in range(0, len(filled), 3)]
            reports.append(Report(agency(number), rows + writer.text(24)))
    plant(reports, writer, count // 50)
    return reports


def zero(count: int, writer: Writer) -> list[Report]:
    """Short reports, hardly two of a county: a quarter the very same text, a quarter of another text with few
    changes, a quarter of a third with more (no sentence is in 30 % of all), the rest plain with copies."""
    bases = [writer.text(12) for _ in range(3)]
    quarter = count // 4
    reports = [Report(agency(40 * n), bases[0], -1) for n in range(quarter)]
    reports += [
        Report(agency(40 * n), writer.changed(bases[1 + n // quarter], (0.01, 0.05)[n // quarter]))
        for n in range(2 * quarter)
    ]
    tail = [Report(agency(40 * n + 1), writer.text(48)) for n in range(count - 3 * quarter)]
    plant(tail, writer, len(tail) // 50)
    for n, report in enumerate(reports):
        report.agency = agency(40 * n)
    return reports + tail


CORPORA: dict[str, Callable[[int, Writer], list[Report]]] = {"plain": plain, "mould": mould, "zero": zero}


def frames(reports: Sequence[Report]) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the frames reports and paragraphs."""
    keys = [f"{n:064x}" for n in range(len(reports))]
    heads = [
        dict.fromkeys(REPORTS)
        | {
            "submission": key,
            "file": f"{key}.txt",
            "agency": report.agency,
            "year": YEAR,
            "rank": "township",
            "organ": "government",
            "signed_on": date(YEAR + 1, 1, 20),
            "read_by": "text",
        }
        for key, report in zip(keys, reports, strict=True)
    ]
    rows = [
        {"submission": key, "paragraph": n, "section": section, "text": text, "where": "{}"}
        for key, report in zip(keys, reports, strict=True)
        for n, (section, text) in enumerate(report.paragraphs, start=1)
    ]
    return (
        pl.DataFrame(heads, schema=dict(REPORTS), orient="row"),
        pl.DataFrame(rows, schema=dict(PARAGRAPHS), orient="row"),
    )


def sets(report: Report) -> frozenset[str]:
    """Return the pieces of a report the plain way: five characters, sentence by sentence."""
    sentences = [one for _, text in report.paragraphs for one in text.split("。")]
    return frozenset(m[n : n + 5] for m in mask(sentences, report.agency) for n in range(len(m) - 4))


def likeness(one: frozenset[str], other: frozenset[str]) -> float:
    """Return shared pieces by all pieces."""
    return len(one & other) / len(one | other)


def unnoticed(
    reports: Sequence[Report], noticed: set[int], quarter: int, threshold: float
) -> tuple[int, int]:
    """Compare 60 reports of the moulds of *zero* with all of their mould: how many have a partner, how many of these
    were found to have one."""
    rng = random.Random(7)
    having = found = 0
    for first in (quarter, 2 * quarter):
        pieces = [sets(report) for report in reports[first : first + quarter]]
        for number in rng.sample(range(quarter), 30):
            own = pieces[number]
            if any(likeness(own, other) >= threshold for n, other in enumerate(pieces) if n != number):
                having += 1
                found += first + number in noticed
    return having, found


def run(name: str, count: int) -> dict[str, float | int | str]:
    """Make one corpus, compare it, and return the figures."""
    reports = CORPORA[name](count, Writer(2026))
    heads, rows = frames(reports)
    characters = int(rows["text"].str.len_chars().sum())
    threshold = default().thresholds.like_peer
    families: dict[int, list[int]] = {}
    for number, report in enumerate(reports):
        if report.origin is not None and report.origin >= 0:
            families.setdefault(report.origin, []).append(number)

    def like(pair: tuple[int, ...]) -> bool:
        return likeness(sets(reports[pair[0]]), sets(reports[pair[1]])) >= threshold

    expected = {tuple(pair) for pair in families.values() if like(tuple(pair))}
    own = highest_now()
    begin, work = time.perf_counter(), time.process_time()
    found = twins(heads, rows, {}, None, default())
    seconds, work = time.perf_counter() - begin, time.process_time() - work
    peak = highest_now()
    pairs = (
        found.filter((pl.col("relation") == "peer") & pl.col("other_submission").is_not_null())
        .select(
            pl.col("submission").str.slice(48).str.to_integer(base=16),
            pl.col("other_submission").str.slice(48).str.to_integer(base=16),
            "similarity",
        )
        .rows()
    )
    told = {tuple(sorted((a, b))): similarity for a, b, similarity in pairs}
    planted = {tuple(pair) for pair in families.values()}
    outside = [pair for pair in told if pair not in planted]
    wrong = [pair for pair in outside[:: max(1, len(outside) // 1000)] if not like(pair)]
    wrong += [pair for pair in told if pair in planted and pair not in expected]
    noticed = {a for a, _, _ in pairs}
    figures: dict[str, float | int | str] = {
        "corpus": name,
        "reports": count,
        "characters": characters,
        "planted at or over the threshold": len(expected),
        "of these found": len(expected & told.keys()),
        "planted under the threshold": len(planted) - len(expected),
        "pairs told": len(told),
        "pairs told that are under the threshold": len(wrong),
        "reports that have a partner": len(noticed),
        "seconds": round(seconds, 1),
        "seconds of processor": round(work, 1),
        "MB before": round(own),
        "MB at most": round(peak),
    }
    if name == "zero":
        having, seen = unnoticed(reports, noticed, count // 4, threshold)
        figures |= {"of 60 in moulds have a partner": having, "of these told": seen}
    return figures


def highest_now() -> float:
    """Return the most memory (MB) that this process has had."""
    return highest(os.getpid())


def main(count: int) -> None:
    """Run every corpus and print its figures."""
    for name in CORPORA:
        done = subprocess.run(
            [sys.executable, "-m", "benchmarks.copies", name, str(count)], capture_output=True, text=True
        )
        print(done.stdout.strip() or done.stderr.strip(), flush=True)


if __name__ == "__main__":
    if len(sys.argv) > 2:
        print(json.dumps(run(sys.argv[1], int(sys.argv[2])), ensure_ascii=False, indent=1))
    else:
        main(int(sys.argv[1]) if len(sys.argv) > 1 else COUNT)
