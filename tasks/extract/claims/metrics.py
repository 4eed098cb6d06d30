"""What a number in a sentence counts: read from the words before it in its own segment, else from those behind it.

The vocabulary of `Count.metric`:

- requests: ``received_new`` (新收), ``received`` (收到), ``accepted`` (受理, 收办), ``handled`` (办理, or no verb),
  ``received_all`` (new ones together with those carried in), ``received_answered``, ``answered`` (办结, 答复),
  ``carried_in``, ``carried_out``
- results: ``results.full_disclosure`` and the other groups and single lines of table 3; several joined by ``+``
- applicants and ways: ``applicant.natural_person``, ``applicant.legal``, …; ``channel.网络``, …
- quarrels: ``review.total``, ``suit.upheld``, …; ``disputes.total`` for both together
- table 2: ``documents.normative_docs.issued``, …; ``decisions.penalty``, …
- ``fee`` (信息处理费, 元), ``disclosed`` (items of information published)
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from tasks.extract.claims.sentences import DISPUTES, PROACTIVE, REQUESTS
from tasks.extract.claims.words import Number, Token

_REQUEST_UNITS = frozenset("件份宗例起条项个单")
_CASE_UNITS = frozenset("件宗例起项个")
_FILLER = re.compile(
    r"[的了到以由对向于在和及与或并且等各类有效书面其余另还又已曾且、“”…，（）()的之依法依规按照规范妥善及时累历经＿政府信息公开申请件案方面通过年度数]"
)
_HARMLESS = re.compile(
    r"依法|依规|规范|及时|按照?规定|按要求|认真|妥善|高效|严格|全面|扎实|稳妥|顺利|积极|先后|均|已|法定期限内?|规定时限内?"
    r"|进一步|有序|开展|工作|期限内?|共同|一律|做好|圆满|畅通|渠道|强化|服务|综合|总|实际|本着|原则|机关|代表|\d+"
    r"|^[\u4e00-\u9fff]{1,14}(?:局|系统|委员会|委|厅|政府|镇|乡|街道|办事处|中心|管理处|区|县|市)"
)
"""Words before a verb that limit nothing; whose number it is, is looked at elsewhere (`scope`)."""
_LIMITS = re.compile(
    r"延期|延长|协助|配合|指导|补正|撤回|代为|转来|方面|领域|涉及|有关|关于|类|针对|对于|超期|逾期|疑难|复杂|重点|不服"
)
_RESULTS = {
    "full": "results.full_disclosure",
    "partial": "results.partial_disclosure",
    "denied": "results.denied",
    "unable": "results.unable",
    "not_handled": "results.not_handled",
    "other": "results.other",
}
_REQUEST_VERBS = frozenset(("new", "accept", "receive", "handle", "answer"))
_LIMITED = "该数前有其他限定词语，不一定是全部件数。"
_ONE_WAY = "该数只涉及部分申请渠道，不一定是全部件数。"
_JUDGING = "该处可能是办理、备案他人的复议诉讼案件，不一定是本机关作为当事人的案件。"
_DRAFTED = "该处可能含代拟、修订、审查或者清理的文件，不一定是制发、废止件数。"


@dataclass(slots=True)
class Context:
    """What earlier words said: lives for a paragraph, `start_sentence` forgets what does not reach further."""

    domain: str | None = None
    disputes: tuple[str, ...] = ()
    judging: bool = False  # the disputes of the sentence may be those of others
    documents: str | None = None
    explicit: bool = False  # requests under the Regulation were named
    about_disclosure: bool = False  # 信息公开 was named in the sentence
    asked: bool = False  # a number of requests was stated before
    near: bool = False  # this paragraph or the one before states a number of requests
    last: str | None = None  # the metric of the number before, in the sentence
    lead: list[Token] = field(default_factory=list)

    def start_sentence(self, among: bool) -> None:
        """Begin a sentence; one that goes on with 其中 keeps what the one before spoke of."""
        self.lead, self.judging, self.last = [], False, None
        if not among:
            self.disputes, self.documents, self.asked = (), None, False


@dataclass(frozen=True, slots=True)
class Count:
    """One number and what it counts; its words go from `begins` to `ends`.

    `doubt`: why it may not be all of them; `part`: it certainly is not (其中).
    """

    metric: str
    number: Number
    begins: int
    doubt: str | None = None
    ends: int = 0
    part: bool = False


def count(
    sentence: str, number: Number, before: Sequence[Token], behind: Sequence[Token], context: Context
) -> Count | None:
    """Say what `number` counts; None where that is not known, or nothing that a table could hold.

    `before` and `behind` are the tokens of its segment up to the number before and after it.
    """
    if number.value is None or any(t.kind in ("growth", "plan") for t in before):
        return None
    if (before and before[-1].kind == "approximate") or (behind and behind[0].kind == "approximate"):
        return None
    if number.unit in ("元", "万元"):
        return _fee(number, [*context.lead, *before])
    lead = [t for t in context.lead if t.kind in _LEADING]
    own = [t for t in before if t.kind not in _IDLE]
    words = list(before) if own else [*lead, *before]
    for reading in (
        _dispute,
        _carried,
        _result,
        _applicant,
        _channel,
        _document,
        _decision,
        _request,
        _disclosed,
    ):
        found = reading(sentence, number, words, behind, context)
        if found is not None:
            context.last = found.metric
            told_behind = bool(behind) and all(t.kind in _IDLE for t in words)
            start = max(sentence.rfind(mark, 0, found.begins) for mark in "，；：。（(、＿") + 1
            return replace(
                found,
                begins=start if found.begins - start <= _NEAR else found.begins,
                ends=behind[-1].end if told_behind else number.end,
            )
    return None


def metric_of(token: Token, context: Context) -> str | None:
    """Return what a name in a list counts that 分别 sets against a list of numbers; None for other words."""
    if not (context.domain in (REQUESTS, DISPUTES) or context.explicit or context.asked):
        return None
    if token.kind == "result":
        return _RESULTS[token.detail]
    if token.kind == "item":
        return token.detail
    if token.kind == "applicant":
        return f"applicant.{token.detail}"
    return f"{_group(token)}.total" if token.kind in ("review", "suit") else None


_NEAR = 12
"""Unknown words before a claim, up to so many characters, are quoted with it."""
_LEADING = ("verb", "request", "review", "suit", "documents", "stock", "channel", "fee", "held")
"""What a number without words of its own may take from the segment before it: “收到申请，共计32件”."""
_IDLE = frozenset(
    (
        "total",
        "among",
        "all",
        "this",
        "year",
        "each",
        "comprising",
        "date",
        "mark",
        "self",
        "area",
        "cumulative",
        "people",
    )
)


def _details(words: Sequence[Token], kind: str) -> list[str]:
    return list(dict.fromkeys(t.detail for t in words if t.kind == kind))


def _has(words: Sequence[Token], *kinds: str) -> bool:
    return any(t.kind in kinds for t in words)


def _begins(words: Sequence[Token], number: Number) -> int:
    return min((t.start for t in words if t.kind != "mark"), default=number.start)


def _unknown(
    sentence: str, words: Sequence[Token], number: Number, since: int, until: int | None = None
) -> str:
    """Return the words between `since` and the number (or `until`) that are neither tokens nor fillers."""
    left, place = [], since
    for token in words:
        if token.end <= since:
            continue
        left.append(sentence[place : token.start])
        place = max(place, token.end)
    left.append(sentence[place : number.start if until is None else until])
    return _FILLER.sub("", "".join(left))


def _limited(sentence: str, words: Sequence[Token], number: Number, kinds: tuple[str, ...]) -> str | None:
    """Say that words we do not know stand before the number, in its part of the sentence: they may limit it.

    经批准延期答复5件, 协助上级办理申请6件 are as far from all that were answered as 涉及征地的申请12件.
    """
    first = min((t.start for t in words if t.kind in kinds), default=number.start)
    start = max(sentence.rfind(mark, 0, first) for mark in "，；：。（") + 1
    ahead = _HARMLESS.sub("", _unknown(sentence, [t for t in words if t.start < first], number, start, first))
    if len(_unknown(sentence, words, number, first)) >= 2 or len(ahead) >= 2:
        return _LIMITED
    return _LIMITED if _LIMITS.search(sentence[start:first].replace("各类", "")) else None


def _fee(number: Number, before: Sequence[Token]) -> Count | None:
    if not any(t.kind == "fee" and t.detail == "processing" for t in before) or number.value is None:
        return None
    value = number.value * (10_000 if number.unit == "万元" else 1)
    yuan = Number(round(value, 6), number.raw, number.unit, number.start, number.end)
    return Count("fee", yuan, _begins(before, number))


def _dispute(
    sentence: str, number: Number, words: Sequence[Token], behind: Sequence[Token], context: Context
) -> Count | None:
    if number.unit not in _CASE_UNITS:
        return None
    groups = [t for t in words if t.kind in ("review", "suit")]
    outcomes = _details(words, "outcome") or _details(behind, "outcome")
    if not groups and not _has(words, "verb", "result", "carry", "request", "applicant"):
        groups = [t for t in behind if t.kind in ("review", "suit")]
    if groups:
        context.disputes = tuple(dict.fromkeys(_group(t) for t in groups))
    elif not (context.disputes and outcomes) or _has(words, "result", "carry", "request"):
        return None
    if not (context.about_disclosure or context.near or context.domain in (REQUESTS, DISPUTES)):
        return None
    group = context.disputes[0] if len(context.disputes) == 1 else "disputes"
    if len(outcomes) > 1 or (outcomes and outcomes[0] not in ("upheld", "corrected", "other", "pending")):
        return None
    if outcomes and group == "disputes":
        return None
    first = min((t.start for t in groups), default=number.start)
    doing = any(t.kind == "verb" and t.start < first for t in words)
    context.judging = context.judging or doing or _has(words, "judge")
    doubt = _JUDGING if context.judging else None
    if doubt is None and groups and groups[0] in words:
        unknown = _unknown(sentence, words, number, groups[-1].end)
        doubt = _LIMITED if len(unknown) >= 3 else None
    return Count(f"{group}.{outcomes[0] if outcomes else 'total'}", number, _begins(words, number), doubt)


def _group(token: Token) -> str:
    if token.kind == "review":
        return "review"
    return {"direct": "suit_direct", "after": "suit_after_review"}.get(token.detail, "suit")


_CARRIED_OTHERS = re.compile(r"项目|资金|经费|预算|债[务券]|问题|任务")
"""What else is carried over from year to year: 公开上年结转项目2个."""


def _carried(
    sentence: str, number: Number, words: Sequence[Token], behind: Sequence[Token], context: Context
) -> Count | None:
    if number.unit not in _REQUEST_UNITS or _has(words, "block", "other_request", "documents"):
        return None
    clause = sentence[max(sentence.rfind(mark, 0, number.start) for mark in "，；。：") + 1 : number.start]
    if _CARRIED_OTHERS.search(clause):
        return None
    carries = [t for t in words if t.kind == "carry"]
    tail = [t for t in behind if t.kind == "carry"]
    if tail and ((carries and carries[-1].detail == "bare") or not carries):
        if not carries and _has(words, "verb", "result", "applicant", "review", "suit"):
            return None
        carries = tail
    if not carries or not (context.domain == REQUESTS or context.explicit or context.asked):
        return None
    last = carries[-1]
    way = _way(sentence, last, context)
    if way is None:
        return None
    verbs = _details([t for t in words if t.start < last.start], "verb")
    if way == "in" and verbs and last in words:
        if (
            sentence[last.start - 1 : last.start] in ("和", "及", "与", "加", "含", "同")
            and verbs[-1] != "answer"
        ):
            return Count("received_all", number, _begins(words, number))
        if "answer" in verbs:
            return Count("carried_in", number, _begins(words, number), _LIMITED)
    doubt = None
    if last in words and len(_unknown(sentence, words, number, last.end)) >= 3:
        doubt = _LIMITED
    return Count(f"carried_{way}", number, _begins(words, number), doubt)


def _way(sentence: str, token: Token, context: Context) -> str | None:
    if token.detail in ("in", "out"):
        return token.detail
    if token.detail == "bare":
        return "out" if context.last == "answered" else None  # 办结60件，结转8件
    if token.detail != "year" or (context.domain is None and not context.explicit):
        return None
    text = sentence[token.start : token.end]
    return "in" if text[:2] == "20" else "out"


def _result(
    sentence: str, number: Number, words: Sequence[Token], behind: Sequence[Token], context: Context
) -> Count | None:
    if number.unit not in _REQUEST_UNITS or _has(words, "documents", "decision", "block", "review", "suit"):
        return None
    if not (context.domain == REQUESTS or context.explicit or context.asked) or context.domain == PROACTIVE:
        return None
    found = [t for t in words if t.kind in ("result", "item")]
    if not found and not _has(words, "verb", "carry", "applicant", "channel"):
        found = [t for t in behind if t.kind in ("result", "item")]
    if not found:
        return None
    items = _details(found, "item")
    metrics = items or [_RESULTS[detail] for detail in _details(found, "result")]
    doubt = None
    if found[-1] in words and len(_unknown(sentence, words, number, found[-1].end)) >= 3:
        doubt = _LIMITED
    if _has(words, "not") or any(
        t.kind == "verb" and t.detail != "answer" and t.start > found[-1].start for t in words
    ):
        doubt = _LIMITED
    return Count("+".join(sorted(set(metrics))), number, _begins(words, number), doubt)


def _applicant(
    sentence: str, number: Number, words: Sequence[Token], behind: Sequence[Token], context: Context
) -> Count | None:
    if number.unit not in _REQUEST_UNITS or _has(words, "block", "documents", "other_request"):
        return None
    if not (context.domain == REQUESTS or context.explicit or context.asked):
        return None
    found = [t for t in words if t.kind == "applicant"]
    if not found and not _has(words, "verb", "result", "request", "channel"):
        found = [t for t in behind if t.kind == "applicant"]
    kinds = list(dict.fromkeys(t.detail for t in found))
    if "legal" in kinds and len(kinds) > 1:
        kinds = [k for k in kinds if k != "other_org"]
    if len(kinds) != 1 or "answer" in _details(words, "verb"):
        return None
    doubt = (
        _LIMITED
        if found[-1] in words and len(_unknown(sentence, words, number, found[-1].end)) >= 3
        else None
    )
    return Count(f"applicant.{kinds[0]}", number, _begins(words, number), doubt)


def _channel(
    sentence: str, number: Number, words: Sequence[Token], behind: Sequence[Token], context: Context
) -> Count | None:
    if number.unit not in _REQUEST_UNITS or _has(
        words, "block", "documents", "disclosure", "answer", "information"
    ):
        return None
    if not (context.domain == REQUESTS or context.explicit or context.asked):
        return None
    if _has(words, "applicant") and "answer" not in _details(words, "verb"):
        return None
    found = [t for t in words if t.kind == "channel"]
    if not found or any("、" in sentence[a.end : b.start] for a, b in pairwise(found)):
        return None
    if not (found[-1].end - found[0].start <= 12 or len(found) == 1) or _details(words, "verb") in (
        ["answer"],
        ["handle"],
    ):
        return None
    return Count(f"channel.{sentence[found[0].start : found[-1].end]}", number, _begins(words, number))


def _document(
    sentence: str, number: Number, words: Sequence[Token], behind: Sequence[Token], context: Context
) -> Count | None:
    if number.unit not in ("件", "部", "份", "项", "个"):
        return None
    kinds = _details(words, "documents")
    if not kinds and _has(words, "stock"):
        kinds = _details(behind, "documents")
    if kinds:
        context.documents = kinds[0] if len(kinds) == 1 else None
    elif not (context.documents and _has(words, "stock")) or _has(words, "request", "result", "carry"):
        return None
    if context.documents is None:
        return None
    stocks = _details(words, "stock") or _details(behind, "stock")
    if "in_force" in stocks:
        stocks = ["in_force"]
    if len(stocks) != 1 or _has(words, "block"):
        return None
    doubt = _DRAFTED if _has(words, "drafting", "organ") or "修订" in sentence or "修改" in sentence else None
    first = min(t.start for t in (*words, *behind) if t.kind in ("stock", "documents"))
    if doubt is None and len(_unknown(sentence, words, number, min(first, number.start))) >= 2:
        doubt = _LIMITED
    return Count(f"documents.{context.documents}.{stocks[0]}", number, _begins(words, number), doubt)


def _decision(
    sentence: str, number: Number, words: Sequence[Token], behind: Sequence[Token], context: Context
) -> Count | None:
    kinds = _details(words, "decision")
    if number.unit not in ("件", "条", "项", "宗", "份", "起") or len(kinds) != 1:
        return None
    if not _has(words, "disclosure") or _has(words, "block", "other_request", "documents", "review", "suit"):
        return None
    first = min(t.start for t in words if t.kind == "decision")
    unknown = _unknown(sentence, words, number, first).replace("决定", "").replace("结果", "")
    return Count(f"decisions.{kinds[0]}", number, _begins(words, number), _LIMITED if unknown else None)


def _request(
    sentence: str, number: Number, words: Sequence[Token], behind: Sequence[Token], context: Context
) -> Count | None:
    if number.unit not in _REQUEST_UNITS or _has(words, "fee") or _has(behind, "fee"):
        return None
    if _has(words, "block", "other_request", "documents", "decision", "review", "suit", "outcome", "percent"):
        return None
    verbs = [t for t in words if t.kind == "verb" and t.detail in _REQUEST_VERBS]
    asked = [t for t in (*words, *behind) if t.kind == "request"]
    if not verbs and not any(t in words for t in asked):  # 63件新收申请中，……
        verbs = [t for t in behind if t.kind == "verb" and t.detail in ("new", "receive", "accept")]
    named = any(t.detail == "open" for t in asked)
    if not (named or context.explicit or context.domain == REQUESTS):
        return None
    if not asked and not verbs:
        return None
    metric = _request_metric([t.detail for t in verbs])
    if not verbs and (number.unit == "条" or not any(t in words for t in asked)):
        return None
    doubt = _limited(sentence, words, number, ("verb", "request"))
    if not asked:
        gap = _unknown(sentence, words, number, verbs[-1].end)
        if gap or _has(words, "information", "disclosure", "fee"):
            return None  # received something else
        if metric in ("answered", "handled") and not context.asked and context.domain != REQUESTS:
            return None
    if _has(words, "held") and metric in ("received", "accepted", "handled"):
        metric = "received_all"
    if _has(words, "channel"):
        doubt = _ONE_WAY
    part = _has(words, "among") and metric != "received_new"
    context.asked = context.near = True
    return Count(metric, number, _begins(words, number), doubt, part=part)


def _request_metric(verbs: Sequence[str]) -> str:
    told = set(verbs)
    if "answer" in told:
        return "received_answered" if told & {"new", "accept", "receive"} else "answered"
    if "new" in told:
        return "received_new"
    if "accept" in told:
        return "accepted"
    if "handle" in told or not told:
        return "handled"
    return "received"


def _disclosed(
    sentence: str, number: Number, words: Sequence[Token], behind: Sequence[Token], context: Context
) -> Count | None:
    if number.unit not in ("条", "篇", "件", "项") or not _has(words, "disclosure"):
        return None
    if not _has(words, "information") and not _has(behind, "information"):
        return None
    if _has(words, "block", "decision", "documents", "among", "request", "result", "review", "suit"):
        return None
    return Count("disclosed", number, _begins(words, number))
