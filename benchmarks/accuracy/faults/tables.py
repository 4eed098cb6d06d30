"""T2, T3, T4, XT: sums and plausibility of the tables."""

from __future__ import annotations

import random

from benchmarks.accuracy.cases import Case
from benchmarks.accuracy.fault import DEPARTMENTS, Told, fault
from benchmarks.accuracy.numbers import APPLICANTS, Values
from benchmarks.accuracy.report import applicant_sum

_MOVES = "XY-05 CELL-10 XY-01 XY-02 T2-07"
_SUMS = "T3-01 T3-02 T3-03 T3-04 T3-05 T3-11 T3-07 T3-12 CELL-08"
_TOLD = "TXT-02 TXT-03 TXT-04 TXT-05 TXT-06 TXT-07 TXT-08 TXT-09"
V2021 = (2022, 2023, 2024)


def add(values: Values, code: str, more: int) -> None:
    """Add to a cell."""
    values[code] = str(int(values[code]) + more)


def _rows(case: Case) -> list[str]:
    return [row.key for row in case.report.template.table3_rows]


# ------------------------------------------------------------------------------------------------ table 2


@fault(
    "T2-01",
    "t2",
    kinds=("county/department", "township/government", "city/department", "county/government"),
    previous=False,
    also="T2-02 T2-03",
    stage=0,
)
def rules_of_an_organ_without_power(case: Case, rng: random.Random, n: int) -> Told:
    """An organ that may make no rules reports some."""
    values, count = case.report.values, 1 + n % 4
    column = ("issued", "in_force", "repealed")[n % 3]
    values["t2.rules.in_force"] = str(count)
    values[f"t2.rules.{column}"] = str(count)
    return Told(cells=(f"t2.rules.{column}",))


@fault("T2-02", "t2", also="T2-03 T2-04 T2-01", stage=0)
def fewer_in_force_than_issued(case: Case, rng: random.Random, n: int) -> Told:
    """Fewer documents are in force than were issued and not repealed this year."""
    values = case.report.values
    values["t2.normative_docs.issued"], values["t2.normative_docs.repealed"] = str(5 + n), str(n % 3)
    values["t2.normative_docs.in_force"] = str(5 + n - n % 3 - 1 - n % 2)
    return Told(cells=("t2.normative_docs.in_force",))


@fault("T2-03", "t2", previous=True, also="T2-02 T2-04", stage=0)
def stock_and_flow_do_not_meet(case: Case, rng: random.Random, n: int) -> Told:
    """The stock of documents does not follow from last year's."""
    add(case.report.values, "t2.normative_docs.in_force", (1, 3, 5, 8, 2)[n % 5])
    return Told(cells=("t2.normative_docs.in_force",))


@fault("T2-04", "t2", previous=True, also="T2-03 T2-02", stage=0)
def more_repealed_than_there_were(case: Case, rng: random.Random, n: int) -> Told:
    """More documents were repealed than there were."""
    assert case.before is not None
    had = int(case.before.values["t2.normative_docs.in_force"])
    case.report.values["t2.normative_docs.repealed"] = str(
        had + case.report.count("t2.normative_docs.issued") + 1 + n % 7
    )
    case.report.values["t2.normative_docs.in_force"] = "0"
    return Told(cells=("t2.normative_docs.repealed",))


@fault("T2-05", "t2", kinds=DEPARTMENTS, power="fees", previous=True, also="CELL-10 XY-05", stage=0)
def yuan_for_ten_thousand_yuan(case: Case, rng: random.Random, n: int) -> Told:
    """The amount of fees is in yuan."""
    assert case.before is not None
    code = "t2.fees.amount_wan_yuan"
    case.before.values[code] = f"{30 + n}.2500"
    amount = round((30 + n) * rng.uniform(0.8, 1.2), 2)
    case.report.values[code] = f"{amount * 10_000:.0f}" if n % 3 else f"{amount / 10_000:.4f}"
    return Told(cells=(code,))


@fault("T2-06", "t2 other", years=V2021, also="TXT-14 S6-02 S6-03 S6-01", stage=1)
def a_fee_that_is_not_in_the_table(case: Case, rng: random.Random, n: int) -> Told:
    """A processing fee is told, the table of fees says 0."""
    report = case.report
    fee = (380, 1200, 4600, 900, 15_000)[n % 5]
    report.values["t2.fees.amount_wan_yuan"] = ("0", "0.0000", "0.01")[n % 3]
    report.prose["other"] = [
        (f"本年度按量计收信息处理费{fee}元，已全部上缴国库。", f"{report.year}年，共收取政府信息公开信息处理费{fee}元（按量计收）。",
         f"依规收取信息处理费，金额为{fee}元，计费方式为按量。")[n % 3]
    ]  # fmt: skip
    return Told(cells=("t2.fees.amount_wan_yuan",))


@fault("T2-07", "t2", kinds=DEPARTMENTS, power="enforcement", previous=True, also=_MOVES, stage=0)
def no_decision_of_an_organ_with_powers(case: Case, rng: random.Random, n: int) -> Told:
    """An organ that enforces the law reports no decision in two years."""
    assert case.before is not None
    for report in (case.report, case.before):
        for power in ("licensing", "penalty", "coercion"):
            report.values[f"t2.{power}.decisions"] = "0"
    return Told()


@fault("T2-08", "t2 overview", kinds=DEPARTMENTS, power="penalty", years=V2021, also="TXT-13")
def more_published_than_decided(case: Case, rng: random.Random, n: int) -> Told:
    """The prose tells more published decisions of the year than the table has."""
    report = case.report
    kind, code = (("行政处罚", "penalty"), ("行政许可", "licensing"))[n % 2]
    if code not in report.agency.powers:
        kind, code = "行政处罚", "penalty"
    many = report.count(f"t2.{code}.decisions") + (3, 40, 200)[n % 3]
    report.prose["proactive_part"] = [
        report.say(
            ("本年作出并公开{kind}决定{many}件。", "{year}年公开当年{kind}决定信息{many}条。",
             "全年公开本年度作出的{kind}{many}条，便于社会监督。")[n % 3].replace("{kind}", kind).replace("{many}", str(many))
        )
    ]  # fmt: skip
    return Told(cells=(f"t2.{code}.decisions",))


@fault("T2-09", "t2", years=(2019, 2020), stage=0)
def more_new_than_in_all(case: Case, rng: random.Random, n: int) -> Told:
    """2019 form: more newly published than in all, or fewer items than none."""
    values = case.report.values
    if n % 2:
        row = ("licensing", "penalty", "coercion", "other_services")[n % 4]
        values[f"t2v19.{row}.items_prev"], values[f"t2v19.{row}.items_delta"] = (
            str(n % 9),
            str(-(n % 9) - 1 - n % 5),
        )
        return Told(cells=(f"t2v19.{row}.items_delta",))
    values["t2v19.normative_docs.made_new"] = values["t2v19.normative_docs.disclosed_new"] = str(12 + n)
    values["t2v19.normative_docs.disclosed_total"] = str(5 + n)
    return Told(cells=("t2v19.normative_docs.disclosed_total",))


@fault("T2-10", "outside t2", kinds=DEPARTMENTS, power="penalty", years=V2021)
def other_figures_of_enforcement(case: Case, rng: random.Random, n: int) -> Told:
    """The published statistics of enforcement have another number (table of outside facts)."""
    column = ("penalty", "normative_docs")[n % 2]
    code = "t2.penalty.decisions" if column == "penalty" else "t2.normative_docs.in_force"
    case.outside[column] = str(case.report.count(code) + 3 + 5 * (n % 4))
    return Told(cells=(code,))


# ------------------------------------------------------------------------------------------------ table 3


@fault("T3-01", "t3", also=_SUMS + " " + _MOVES + " " + _TOLD, stage=0)
def a_row_total_off(case: Case, rng: random.Random, n: int) -> Told:
    """The total of a row is not the sum of its applicants."""
    row = _rows(case)[n % len(_rows(case))]
    code = f"t3.{row}.total"
    add(case.report.values, code, (1, 2, 10, 5)[n % 4])
    return Told(cells=(code,))


@fault("T3-01", "t3", also=_SUMS + " " + _MOVES + " " + _TOLD, stage=0)
def an_applicant_off(case: Case, rng: random.Random, n: int) -> Told:
    """One applicant's number in a row was changed and the total was not."""
    row, applicant = _rows(case)[n * 7 % len(_rows(case))], APPLICANTS[n % 6]
    code = f"t3.{row}.{applicant}"
    add(case.report.values, code, (1, 3, 9)[n % 3])
    return Told(cells=(code,))


@fault("T3-02", "t3", also=_SUMS + " " + _MOVES + " " + _TOLD, stage=0)
def a_total_of_results_off(case: Case, rng: random.Random, n: int) -> Told:
    """（七）总计 of an applicant is not the sum of the lines; the rest of the column follows it."""
    values, applicant, more = case.report.values, APPLICANTS[n % 6], (1, 2, 4)[n % 3]
    for column in (applicant, "total"):
        add(values, f"t3.results.total.{column}", more)
        add(values, f"t3.received_new.{column}", more)
    return Told(cells=(f"t3.results.total.{applicant}",))


@fault("T3-02", "t3", also=_SUMS + " " + _MOVES + " " + _TOLD, stage=0)
def a_line_of_results_off(case: Case, rng: random.Random, n: int) -> Told:
    """One line of the results is too high, with its row total; （七）总计 does not follow."""
    values, applicant = case.report.values, APPLICANTS[n % 6]
    rows = [r for r in _rows(case) if r.startswith("results.") and r != "results.total" and "other" not in r]
    row = rows[n % len(rows)]
    for column in (applicant, "total"):
        add(values, f"t3.{row}.{column}", 1 + n % 3)
    return Told(cells=(f"t3.{row}.{applicant}",))


@fault("T3-03", "t3", also=_SUMS + " " + _MOVES + " " + _TOLD, stage=0)
def taken_in_is_not_given_out(case: Case, rng: random.Random, n: int) -> Told:
    """One and two do not make three and four in a column; the totals are consistent with it."""
    values, applicant = case.report.values, APPLICANTS[n % 6]
    row = ("carried_out", "received_new", "carried_in")[n % 3]
    for column in (applicant, "total"):
        add(values, f"t3.{row}.{column}", 1 + n % 4)
    return Told(cells=(f"t3.{row}.{applicant}",))


@fault("T3-03", "t3", also=_SUMS + " " + _MOVES + " " + _TOLD, sizes=("middle", "busy"), stage=0)
def carried_in_left_out(case: Case, rng: random.Random, n: int) -> Told:
    """What was carried in does not appear among the results."""
    values, row = case.report.values, "results.full_disclosure"
    more = 1 + n % 3
    for column in ("natural_person", "total"):
        add(values, f"t3.carried_in.{column}", more)
    return Told(cells=("t3.carried_in.natural_person", f"t3.{row}.natural_person")[:1])


@fault("T3-04", "t3", also=_SUMS + " " + _MOVES + " " + _TOLD, stage=0)
def the_total_column_on_its_own(case: Case, rng: random.Random, n: int) -> Told:
    """The columns of applicants are right, the total column contradicts itself."""
    row = ("results.total", "received_new", "carried_out", "carried_in", "results.partial_disclosure")[n % 5]
    add(case.report.values, f"t3.{row}.total", 1 + n % 5)
    return Told(cells=(f"t3.{row}.total",))


@fault("T3-05", "t3", also=_SUMS + " " + _MOVES + " " + _TOLD + " T3-06 T3-09 T3-10", stage=0)
def a_part_above_the_whole(case: Case, rng: random.Random, n: int) -> Told:
    """One line has more requests than the total of the column."""
    values, applicant = case.report.values, APPLICANTS[n % 2]
    rows = [r for r in _rows(case) if r.startswith("results.") and r != "results.total"]
    code = f"t3.{rows[n % len(rows)]}.{applicant}"
    values[code] = str(int(values[f"t3.results.total.{applicant}"]) + 3 + n)
    return Told(cells=(code,))


@fault("T3-06", "t3", sizes=("busy", "middle"), also=_MOVES + " XT-02", stage=0)
def most_carried_over(case: Case, rng: random.Random, n: int) -> Told:
    """More than half of the year's many requests are carried over."""
    values = case.report.values
    values["t3.received_new.natural_person"] = str(120 + n)
    old = int(values["t3.carried_in.natural_person"])
    keep = 20 + n % 10 + old
    rows = [r for r in _rows(case) if r.startswith("results.") and r != "results.total"]
    for row in rows:
        values[f"t3.{row}.natural_person"] = "0"
    values[f"t3.{rows[0]}.natural_person"] = values["t3.results.total.natural_person"] = str(keep)
    values["t3.carried_out.natural_person"] = str(120 + n + old - keep)
    for applicant in APPLICANTS[1:]:
        for row in _rows(case):
            values[f"t3.{row}.{applicant}"] = "0"
    for row in _rows(case):
        values[f"t3.{row}.total"] = str(applicant_sum(values, row))
    return Told(cells=("t3.carried_out.total",))


@fault("T3-07", "t3", also=_MOVES + " T3-06 XT-02 T4-03", stage=0)
def not_even_last_years_were_done(case: Case, rng: random.Random, n: int) -> Told:
    """Fewer requests were answered than had been carried in."""
    values, rows = case.report.values, _rows(case)
    for row in rows:
        for applicant in APPLICANTS:
            values[f"t3.{row}.{applicant}"] = "0"
    values["t3.carried_in.natural_person"], values["t3.received_new.natural_person"] = str(9 + n), "4"
    done = 3 + n % 5
    values["t3.results.full_disclosure.natural_person"] = values["t3.results.total.natural_person"] = str(
        done
    )
    values["t3.carried_out.natural_person"] = str(13 + n - done)
    for row in rows:
        values[f"t3.{row}.total"] = str(applicant_sum(values, row))
    return Told(cells=("t3.carried_in.total",))


@fault("T3-08", "t3 other", years=V2021, also=_MOVES + " T3-09 S6-01 S6-05", stage=0)
def fee_overdue_without_a_notice(case: Case, rng: random.Random, n: int) -> Told:
    """Requests ended because a fee was not paid, but no fee notice is told of."""
    _as_other(case, "overdue_fee", 1 + n % 3)
    case.report.prose["other"] = [("没有其他需要报告的事项。", "无。", "本年度无其他需要报告的事项。")[n % 3]]
    return Told(cells=("t3.results.other.overdue_fee.total",))


@fault("T3-09", "t3", years=V2021, also=_MOVES, stage=0)
def other_without_a_word(case: Case, rng: random.Random, n: int) -> Told:
    """A large part of the requests was ended as 其他 and nobody says why."""
    _as_other(case, "misc", max(2, case.report.count("t3.results.total.natural_person") // 2))
    return Told(cells=("t3.results.other.misc.total",))


def _as_other(case: Case, line: str, more: int) -> None:
    values = case.report.values
    for column in ("natural_person", "total"):
        for code in (
            f"t3.results.other.{line}.{column}",
            f"t3.results.total.{column}",
            f"t3.received_new.{column}",
        ):
            add(values, code, more)


@fault("T3-10", "t3", kinds=("county/department", "township/government"), also=_MOVES, stage=0)
def grave_reasons_in_a_small_place(case: Case, rng: random.Random, n: int) -> Told:
    """A township or county department refuses for state secrets or the three securities."""
    line = ("state_secret", "security_stability")[n % 2]
    values = case.report.values
    for column in ("natural_person", "total"):
        for code in (
            f"t3.results.denied.{line}.{column}",
            f"t3.results.total.{column}",
            f"t3.received_new.{column}",
        ):
            add(values, code, 1 + n % 5)
    return Told(cells=(f"t3.results.denied.{line}.total",))


@fault("T3-11", "t3", sizes=("busy", "middle"), also=_SUMS + " " + _MOVES + " " + _TOLD, stage=0)
def partial_counted_twice(case: Case, rng: random.Random, n: int) -> Told:
    """Requests answered in part are counted among the refusals too."""
    values = case.report.values
    twice = min(1 + n % 3, int(values["t3.results.partial_disclosure.natural_person"]) or 1)
    if values["t3.results.partial_disclosure.natural_person"] == "0":
        for code in ("t3.results.partial_disclosure", "t3.results.total", "t3.received_new"):
            for column in ("natural_person", "total"):
                add(values, f"{code}.{column}", 1)
    for row in ("results.denied.process_info", "results.total"):
        for column in ("natural_person", "total"):
            add(values, f"t3.{row}.{column}", twice)
    return Told(cells=("t3.results.total.natural_person",))


@fault("T3-12", "t3", sizes=("zero",), also=_SUMS + " " + _MOVES + " " + _TOLD + " XT-01", stage=0)
def results_without_requests(case: Case, rng: random.Random, n: int) -> Told:
    """No request came in, yet some were answered or carried over."""
    values = case.report.values
    rows = [
        "results.full_disclosure",
        "results.unable.not_held",
        "carried_out",
        "results.not_handled.petition",
    ]
    row = rows[n % 4]
    for column in (APPLICANTS[n % 2], "total"):
        add(values, f"t3.{row}.{column}", 1 + n % 3)
        if row != "carried_out":
            add(values, f"t3.results.total.{column}", 1 + n % 3)
    cell = "carried_out" if row == "carried_out" else "results.total"
    return Told(cells=(f"t3.{cell}.{APPLICANTS[n % 2]}",))


# ------------------------------------------------------------------------------------------------ table 4


@fault("T4-01", "t4", also="TXT-11 T4-06 XT-02 XT-01 TXT-09 XT-03 T4-03 T4-04 T4-02 " + _MOVES, stage=0)
def disputes_do_not_add_up(case: Case, rng: random.Random, n: int) -> Told:
    """The total of a group of table 4 is not the sum of its outcomes."""
    group = ("review", "suit_direct", "suit_after_review")[n % 3]
    code = f"t4.{group}.{('total', 'upheld', 'corrected', 'other', 'pending')[n // 3 % 5]}"
    add(case.report.values, code, (1, 2, 11)[n % 3])
    return Told(cells=(code,))


def _dispute(case: Case, group: str, **counts: int) -> None:
    for outcome in ("upheld", "corrected", "other", "pending"):
        case.report.values[f"t4.{group}.{outcome}"] = str(counts.get(outcome, 0))
    case.report.values[f"t4.{group}.total"] = str(sum(counts.values()))


@fault("T4-02", "t4", years=(2024,), also="XT-01 XT-02", sizes=("middle", "busy"), stage=0)
def suits_without_review_since_2024(case: Case, rng: random.Random, n: int) -> Told:
    """Since 2024 refusals go to review first; the report has direct suits."""
    _dispute(case, "suit_direct", upheld=1 + n % 6, corrected=n % 2)
    return Told(cells=("t4.suit_direct.total",))


@fault(
    "T4-03", "t4", previous=True, also="XT-02 XT-01 T4-04 T4-06 " + _MOVES, sizes=("middle", "busy"), stage=0
)
def more_suits_than_reviews(case: Case, rng: random.Random, n: int) -> Told:
    """More suits after review than there were reviews in two years."""
    assert case.before is not None
    _dispute(case, "review", upheld=n % 3)
    _dispute(Case(case.before), "review", upheld=n % 2)
    _dispute(case, "suit_after_review", upheld=6 + n % 7)
    return Told(cells=("t4.suit_after_review.total",))


@fault("T4-04", "t4", previous=True, also="XT-02 T4-03 T4-06 " + _MOVES, sizes=("middle", "busy"), stage=0)
def open_cases_that_vanished(case: Case, rng: random.Random, n: int) -> Told:
    """Fewer cases this year than were open at the end of the last."""
    assert case.before is not None
    group = ("review", "suit_direct", "suit_after_review")[n % 3]
    _dispute(Case(case.before), group, upheld=3, pending=4 + n % 3)
    _dispute(case, group, upheld=1 + n % 2)
    return Told(cells=(f"t4.{group}.total",))


@fault(
    "T4-05",
    "t4",
    kinds=("county/government", "city/government"),
    also="XT-02 T4-03 XT-01 T4-02 " + _MOVES,
    sizes=("middle", "busy"),
    stage=0,
)
def suits_of_a_reviewing_government(case: Case, rng: random.Random, n: int) -> Told:
    """A government counts suits after review in which it may only be co-defendant."""
    _dispute(case, "suit_after_review", upheld=6 + n)
    _dispute(case, "review", upheld=8 + n)
    return Told(cells=("t4.suit_after_review.total",))


@fault("T4-06", "t4", sizes=("busy", "middle"), also="XT-02 " + _MOVES, stage=0)
def most_reviews_open(case: Case, rng: random.Random, n: int) -> Told:
    """Most of many reviews are still open at the end of the year."""
    _dispute(case, "review", upheld=4, pending=9 + n % 12)
    return Told(cells=("t4.review.pending",))


@fault("XT-01", "t4", sizes=("zero",), previous=True, also="T4-02 T4-03 XT-02", stage=0)
def disputes_without_requests(case: Case, rng: random.Random, n: int) -> Told:
    """No request in two years, yet disputes."""
    group = ("review", "suit_direct", "suit_after_review")[n % 3]
    _dispute(case, group, upheld=1 + n % 3)
    return Told(cells=(f"t4.{group}.total",))


@fault("XT-02", "t4", sizes=("small",), previous=True, also="T4-06 T4-02 T4-03", stage=0)
def far_more_disputes_than_requests(case: Case, rng: random.Random, n: int) -> Told:
    """Several times as many disputes as requests."""
    _dispute(case, "review", upheld=40 + n, corrected=3)
    return Told(cells=("t4.review.total",))


@fault("XT-03", "t4 overview", sizes=("busy", "middle"), also="TXT-09 T4-06 XT-02")
def all_upheld_says_the_prose(case: Case, rng: random.Random, n: int) -> Told:
    """The prose says that every case was upheld; the table has corrected or open ones."""
    report, corrected = case.report, n % 3 > 0 or n % 4 == 3  # an open case contradicts 均获维持, not 无纠错
    _dispute(
        case,
        "review",
        upheld=5 + n % 4,
        corrected=n % 2 + 1 if corrected else 0,
        pending=0 if corrected else 2,
    )
    for group in ("suit_direct", "suit_after_review"):
        _dispute(case, group, upheld=1)
    report.prose["requests_part"] = [
        report.say("收到申请{received}件，办结{done}件。"),
        report.say(
            ("全年被申请行政复议{review}件，均获维持。", "因政府信息公开引发的行政复议案件{review}件，结果全部维持。",
             "本年度行政复议{review}件，复议机关均予维持，无一纠错。", "行政复议{review}件，无纠错案件。")[n % 4]
        ),
    ]  # fmt: skip
    return Told(cells=("t4.review.corrected" if corrected else "t4.review.pending",))
