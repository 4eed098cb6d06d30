"""What the rules on prose say of the claims that failed: the words quoted, beside what the tables have."""

from __future__ import annotations

from collections.abc import Sequence

from expectations.readings import MOST, MOST_OTHER, Readings, readings
from expectations.rule import Evidence, Row
from expectations.rules.wording import number, section_name
from models.results import Passage

FIRST = tuple(f"reading_{n}" for n in range(1, MOST + 1))
OTHER = tuple(f"other_{n}" for n in range(1, MOST_OTHER + 1))
DISPUTES = ("review", "suit", "suit_direct", "suit_after_review", "disputes")
_RECEIVED = ("received_new", "received")
_TABLE_OF = dict.fromkeys(DISPUTES, "表四") | dict.fromkeys(("documents", "decisions"), "表二")


def _printed(row: Row) -> str:
    """What the tables have for a claim, by the names of its readings; other ones where they tell something."""
    told = readings(str(row["metric"]), row["template"]) or Readings(())
    table = _TABLE_OF.get(str(row["family"]), "表三")
    named = [*zip(told.first, FIRST, strict=False)]
    if row["fits_other"] or (row["family"] in _RECEIVED and row["relation"] == "is"):
        named += zip(told.other, OTHER, strict=False)
    values = [f"{reading.name}{number(row[c])}件" for reading, c in named if row[c] is not None]
    return f"{table}{'、'.join(values)}"


def _cells(row: Row) -> tuple[str, ...]:
    told = readings(str(row["metric"]), row["template"])
    return tuple(dict.fromkeys(code for reading in told.first for code in reading.cells)) if told else ()


def _where(row: Row) -> str:
    names = {"intro": "报告引言", "extra": "规定之外的部分"}
    return names.get(row["section"]) or f"“{section_name(row['template'], row['section'])}”"


def _passages(rows: Sequence[Row]) -> tuple[Passage, ...]:
    return tuple(Passage(own, None, rows[0]["section"]) for own in dict.fromkeys(r["sentence"] for r in rows))


def against_table(rows: Sequence[Row]) -> Evidence:
    """A number that is not what the tables have."""
    first = rows[0]
    only_other = all(row["fits_other"] for row in rows)
    told = "；".join(f"“{row['quote']}”，{_printed(row)}" for row in rows)
    observed, expected = number(first["value"]), number(first["reading_1"])
    verdict = "文字口径与统计表的相应项目不同" if only_other else "文字与统计表不一致"
    first_line_only = any(row["first_line"] == row["value"] for row in rows)
    return Evidence(
        str(first["metric"]),
        f"{_where(first)}写明{told}，{verdict}。",
        tuple(dict.fromkeys(code for row in rows for code in _cells(row))),
        observed,
        expected,
        number(observed - expected),
        hint="文字所写件数与该组第一项相等，可能只计了第一项。" if first_line_only else None,
        passages=_passages(rows),
    )


WHOLES = (
    ("whole_stated", "文中所列总数"),
    ("whole_done", "办理结果总计"),
    ("whole_new", "本年新收"),
    ("whole_all", "本年新收与上年结转之和"),
)


def share(rows: Sequence[Row]) -> Evidence:
    """A percentage that does not follow from the numbers beside it."""
    told: list[str] = []
    for row in rows:
        shares = {
            f"占{name}{number(row[column])}件的{100 * row['part'] / row[column]:.2f}%": None
            for column, name in WHOLES
            if row[column]
        }
        told.append(f"“{row['quote']}”，{number(row['part'])}件{'、'.join(shares)}")
    first = rows[0]
    whole = next((first[column] for column, _ in WHOLES if first[column]), None)
    return Evidence(
        str(first["metric"]),
        f"{_where(first)}的占比换算有误：{'；'.join(told)}。",
        (),
        number(first["value"]),
        round(100 * first["part"] / whole, 2) if whole else None,
        passages=_passages(rows),
    )


def identity(rows: Sequence[Row]) -> Evidence:
    """Four numbers of the prose that do not balance."""
    row = rows[0]
    new, old, done, out = (number(row[c]) for c in ("said_new", "said_in", "said_done", "said_out"))
    return Evidence(
        "identity",
        f"{_where(row)}写明新收{new}件、上年结转{old}件、办结{done}件、结转下年度{out}件，"
        f"新收与结转之和{number(new + old)}不等于办结与结转下年度之和{number(done + out)}。",
        (),
        number(new + old),
        number(done + out),
        number(new + old - done - out),
        passages=_passages(rows),
    )


def parts(rows: Sequence[Row]) -> Evidence:
    """Parts that do not make their whole."""
    row = rows[0]
    total, summed = number(row["base"]), number(row["value"])
    listed = "+".join(str(number(part)) for part in row["parts"])
    how = "少于" if summed < total else "大于"
    message = (
        f"{_where(row)}“{row['quote']}”：所列分项{listed}之和为{summed}，{how}合计{total}。"
        if not row["misses_little"] or summed > total
        else f"{_where(row)}“{row['quote']}”：所列分项之和为{summed}，只占合计{total}的{100 * row['coverage']:.0f}%，分项不完整。"
    )
    return Evidence(
        f"{row['metric']}:{row['base']:g}",
        message,
        (),
        summed,
        total,
        number(summed - total),
        passages=_passages(rows),
    )


def done_and_out(rows: Sequence[Row]) -> Evidence:
    """办结率100% beside a carry-over."""
    row = rows[0]
    out = number(row["table_carried_out"])
    return Evidence(
        "rate",
        f"{_where(row)}写明“{row['quote']}”，表三结转下年度继续办理为{out}件，请核实表述（按期办结率与办结率含义不同）。",
        ("t3.carried_out.total",),
        100,
        None,
        passages=_passages(rows),
    )


def contradiction(rows: Sequence[Row]) -> Evidence:
    """One thing told twice with different numbers."""
    row = rows[0]
    value, other = number(row["value"]), number(row["told_first"])
    return Evidence(
        str(row["metric"]),
        f"{_where(row)}写明“{row['quote']}”，报告另一处同一事项写为{other}，前后不一致。",
        (),
        value,
        other,
        number(value - other),
        passages=_passages(rows),
    )


def fee(rows: Sequence[Row]) -> Evidence:
    """No fee in one place, an amount in another."""
    row = rows[0]
    amount = number(row["fee_charged"])
    return Evidence(
        "fee",
        f"{_where(row)}写明“{row['quote']}”，报告另一处写明收取信息处理费{amount}元，前后矛盾。",
        (),
        0,
        amount,
        passages=_passages(rows),
    )


def outcome(rows: Sequence[Row]) -> Evidence:
    """A conclusion on reviews or suits that table 4 does not bear out."""
    row = rows[0]
    groups = ("review",) if row["family"] == "review" else ("suit_direct", "suit_after_review")
    corrected, pending = number(row["corrected"]), number(row["pending"])
    against = {"corrected": ("结果纠正", corrected), "pending": ("尚未审结", pending)}
    told = [f"{name}{count}件" for name, count in against.values() if count]
    name = "行政复议" if row["family"] == "review" else "行政诉讼"
    verdict = "结论与数据矛盾" if row["claims_upheld"] or corrected else "案件尚未全部审结，结论不完整"
    return Evidence(
        str(row["metric"]),
        f"{_where(row)}写明“{row['quote']}”，表四{name}填报{'、'.join(told)}，{verdict}。",
        tuple(f"t4.{group}.{key}" for key, (_, count) in against.items() if count for group in groups),
        number(corrected + pending),
        0,
        number(corrected + pending),
        passages=_passages(rows),
    )


def published(rows: Sequence[Row]) -> Evidence:
    """More decisions published than made."""
    row = rows[0]
    said, printed = number(row["value"]), number(row["reading_1"])
    return Evidence(
        str(row["metric"]),
        f"{_where(row)}写明“{row['quote']}”，多于{_printed(row)}，请核实口径。",
        _cells(row),
        said,
        printed,
        number(said - printed),
        passages=_passages(rows),
    )
