"""What a number in the prose can mean: the cells, or sums of cells, that it may be held against.

A number that fits one of its first readings is right. One that fits only another reading (收到 for what was received
together with what was carried in) is told as a hint; one that fits none contradicts the tables.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from expectations.template import TEMPLATE_IDS, load
from models.facts import APPLICANTS, OUTCOMES


@dataclass(frozen=True, slots=True)
class Reading:
    """A sum of cells less other cells, with its name in Chinese."""

    name: str
    plus: tuple[str, ...]
    minus: tuple[str, ...] = ()

    @property
    def cells(self) -> tuple[str, ...]:
        """All cells it is made of, in the order of the sum."""
        return (*self.plus, *self.minus)


@dataclass(frozen=True, slots=True)
class Readings:
    """`first`: what the words can well mean; `other`: what else they may have been meant for.

    `shown`: what is only told beside them in a finding.
    """

    first: tuple[Reading, ...]
    other: tuple[Reading, ...] = ()
    shown: tuple[Reading, ...] = ()


MOST = 4
"""No words have more first readings than this."""
MOST_OTHER = 3
"""No words have more other readings than this."""
OTHER_LINES = tuple(f"results.other.{part}" for part in ("overdue_correction", "overdue_fee", "misc"))
_GROUP_NAMES = {
    "results.full_disclosure": "予以公开",
    "results.partial_disclosure": "部分公开",
    "results.denied": "不予公开",
    "results.unable": "无法提供",
    "results.not_handled": "不予处理",
    "results.other": "其他处理",
}
_APPLICANT_NAMES = {
    "natural_person": "自然人",
    "legal": "法人或其他组织",
    "enterprise": "商业企业",
    "research": "科研机构",
    "public_welfare": "社会公益组织",
    "legal_service": "法律服务机构",
    "other_org": "其他法人或组织",
}
_OUTCOME_NAMES = dict(zip(OUTCOMES, ("结果维持", "结果纠正", "其他结果", "尚未审结", "总计"), strict=True))
_DISPUTE_NAMES = {
    "review": "行政复议",
    "suit_direct": "未经复议直接起诉",
    "suit_after_review": "复议后起诉",
}
_DOCUMENT_NAMES = {"issued": "本年制发件数", "repealed": "本年废止件数", "in_force": "现行有效件数"}


def _line(line: str, *columns: str) -> tuple[str, ...]:
    return tuple(f"t3.{line}.{column}" for column in columns or ("total",))


NEW = Reading("本年新收", _line("received_new"))
CARRIED_IN = Reading("上年结转", _line("carried_in"))
CARRIED_OUT = Reading("结转下年度继续办理", _line("carried_out"))
DONE = Reading("办理结果总计", _line("results.total"))
IN_ALL = Reading("本年新收与上年结转之和", (*NEW.plus, *CARRIED_IN.plus))
OUT_ALL = Reading("办理结果总计与结转下年度之和", (*DONE.plus, *CARRIED_OUT.plus))
DONE_OF_NEW = Reading("本年新收减结转下年度", NEW.plus, CARRIED_OUT.plus)
DONE_OF_OLD = Reading("办理结果总计减上年结转", DONE.plus, CARRIED_IN.plus)
_REQUESTS = {
    "received_new": Readings((NEW,), (IN_ALL, OUT_ALL)),
    "received": Readings((NEW,), (IN_ALL, OUT_ALL)),
    "accepted": Readings((NEW, IN_ALL, OUT_ALL)),
    "handled": Readings((NEW, IN_ALL, OUT_ALL, DONE)),
    "received_all": Readings((IN_ALL, OUT_ALL)),
    "received_answered": Readings((NEW, IN_ALL, DONE)),
    "carried_in": Readings((CARRIED_IN,)),
    "carried_out": Readings((CARRIED_OUT,)),
}


@lru_cache(maxsize=1024)
def readings(metric: str, template: str | None) -> Readings | None:
    """Return the readings of a metric (`tasks.extract.claims.metrics`) on a form; None where no table holds it."""
    head, _, rest = metric.partition(".")
    if template not in TEMPLATE_IDS:
        return None
    if metric in _REQUESTS:
        return _REQUESTS[metric]
    if metric == "answered":
        without_other = Reading("办理结果总计减其他处理", DONE.plus, _group("results.other", template))
        return Readings((DONE,), (DONE_OF_NEW, DONE_OF_OLD, without_other))
    if head == "results":
        return _results(metric, template)
    if head == "applicant":
        return _applicant(rest, template)
    if head in ("review", "suit", "suit_direct", "suit_after_review", "disputes") and rest in OUTCOMES:
        return _dispute(head, rest)
    if head == "decisions":
        name = {"licensing": "行政许可", "penalty": "行政处罚", "coercion": "行政强制"}[rest]
        return Readings((Reading(f"{name}处理决定数量", (f"t2.{rest}.decisions",)),))
    if head == "documents" and template == "v2021":
        kind, _, column = rest.partition(".")
        name = "规章" if kind == "rules" else "行政规范性文件"
        return Readings((Reading(f"{name}{_DOCUMENT_NAMES[column]}", (f"t2.{rest}",)),))
    return None


def _group(line: str, template: str, column: str = "total") -> tuple[str, ...]:
    """Return the cells of a group of results, or of one line, in one column."""
    if line == "results.other" and template == "v2021":
        return tuple(f"t3.{part}.{column}" for part in OTHER_LINES)
    keys = [
        row.key for row in load(template).table3_rows if row.key == line or row.key.startswith(f"{line}.")
    ]
    return tuple(f"t3.{key}.{column}" for key in keys)


def _results(metric: str, template: str) -> Readings | None:
    lines = metric.split("+")
    cells = tuple(dict.fromkeys(code for line in lines for code in _group(line, template)))
    if not cells:
        return None
    name = "与".join(_GROUP_NAMES.get(line) or _row_label(line, template) for line in lines)
    found = Reading(name, cells)
    other: tuple[Reading, ...] = ()
    shown: tuple[Reading, ...] = ()
    if len(lines) == 1 and len(cells) > 1:
        shown = (
            Reading(_row_label(cells[0][3:-6], template), cells[:1]),
        )  # the first line of the group alone
    if metric == "results.full_disclosure":
        other = (
            Reading("予以公开与部分公开之和", (*cells, *_group("results.partial_disclosure", template))),
        )
    return Readings((found,), other, shown)


def _row_label(line: str, template: str) -> str:
    return next((row.label for row in load(template).table3_rows if row.key == line), line)


def _applicant(kind: str, template: str) -> Readings | None:
    if kind not in _APPLICANT_NAMES:
        return None
    columns = APPLICANTS[1:-1] if kind == "legal" else (kind,)
    name = _APPLICANT_NAMES[kind]
    new, old, done = (_line(line, *columns) for line in ("received_new", "carried_in", "results.total"))
    return Readings(
        (
            Reading(f"{name}本年新收", new),
            Reading(f"{name}本年新收与上年结转之和", (*new, *old)),
            Reading(f"{name}办理结果总计", done),
        )
    )


def _dispute(group: str, outcome: str) -> Readings:
    name = _OUTCOME_NAMES[outcome]
    if group in _DISPUTE_NAMES:
        return Readings((Reading(f"{_DISPUTE_NAMES[group]}{name}", (f"t4.{group}.{outcome}",)),))
    suits = (f"t4.suit_direct.{outcome}", f"t4.suit_after_review.{outcome}")
    both = Reading(f"行政诉讼{name}（两类起诉之和）", suits)
    if group == "disputes":
        return Readings((Reading(f"行政复议、行政诉讼{name}", (f"t4.review.{outcome}", *suits)),))
    parts = tuple(
        Reading(f"{_DISPUTE_NAMES[g]}{name}", (f"t4.{g}.{outcome}",))
        for g in ("suit_direct", "suit_after_review")
    )
    return Readings((both,), parts)
