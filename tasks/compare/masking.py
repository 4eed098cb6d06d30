"""Cuts the prose of reports into sentences and masks what differs between copies: names, years, numbers.

A mask only ever makes two sentences more alike in the same places, so it is the same for every report but for the
names that a report's own agency goes by.
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from models.facts import Schema
from tasks.compare.agencies import own_names

PARTS = ("overview", "problems")

SENTENCES: Schema = {
    "report": pl.UInt32,  # row of the frame of reports
    "section": pl.String,  # overview | problems
    "paragraph": pl.Int32,
    "text": pl.String,  # as printed
    "masked": pl.String,  # never empty
}

_ENDS = r"([。！？；!?;…]+[”’」』）)]*)"
_BREAK = "\x1f"
_CHUNK = 2000
_SHORTEST_PARAGRAPH = 16
"""A paragraph shorter than this that ends without a mark is a heading."""

# In this order, on text in NFKC without white space, in which the agency's own names are “@” already.
_MASKS: Sequence[tuple[str, str]] = (
    (r"《[^》]{1,80}》(?:[(（]?[^，。；,;()（）]{0,12}[〔\[(（]\d{4}[〕\])）]\d+号[)）]?)?", "§"),
    (r"[〔\[（(]\d{4}[〕\]）)]第?\d+号", "§"),
    (r"[“\"][^”\"]{15,}[”\"]", "§"),  # so long a quotation is somebody else's words
    (r"[0-9][0-9.,]*%?|[〇零一二两三四五六七八九十百千万亿]+", "#"),
    (r"#(?:[#.%％]|多|余)*#|#[%％多余]", "#"),
    (r"人民政府", "政府"),
    (r"自治[区州县旗]|街道(?:办事处)?|[省市州盟区县旗镇乡村]", "@"),
    (r"@+", "@"),
    (r"(?:我|本|全)(?:单位|机关|部门|系统|中心|[局委办厅院会署处所站@])", "@"),
    (r"[^\p{L}\p{N}#@§]+", ""),
    (r"@+", "@"),
)

# What every report says because the form asks for it: the lead-in of a part, a heading, what the fee rule demands.
_SET_PIECES = (
    r"^#?(?:是|关于|政府信息公开|政务公开)*(?:组织领导|主动公开|依申请公开|(?:政府|政务)?信息管理|(?:政府|政务)?(?:信息)?(?:公开)?平台(?:建设)?"
    r"|(?:工作)?监督保障|总体|存在(?:的)?(?:主要)?(?:问题|不足)|(?:主要)?问题|改进|下#步)"
    r"(?:政府信息|政务信息)?(?:及|和|与)?(?:改进|整改|办理)?(?:工作)?(?:情况|方面|措施|打算|内容|安排|如下)*$"
    r"|处理费|统计期限|编制(?:了)?(?:本|此|#年|@)*(?:年度)?(?:报告|年报)|(?:现将|现公布|特此).{0,40}(?:公布|报告|如下)"
)


def sentences(
    reports: pl.DataFrame, paragraphs: pl.DataFrame, names: Sequence[str], formulas: Sequence[str]
) -> pl.DataFrame:
    """Return the sentences of the parts compared (schema `SENTENCES`), in reading order.

    `reports` has the columns report (number), submission, agency (folded, may be null) and is sorted by report;
    `paragraphs` as `models.facts.PARAGRAPHS`; `names` are folded names of agencies and places masked in every
    report; `formulas` phrases left out of it (`expectations.profile.Words.formulas`).

    Headings, the statutory lead-in, the sentence on fees and what is empty once masked are left out.
    """
    parts = paragraphs.filter(pl.col("section").is_in(PARTS))
    found = [
        _of(reports.slice(start, _CHUNK), parts, names, formulas)
        for start in range(0, reports.height, _CHUNK)
    ]
    return pl.concat(found) if found else pl.DataFrame(schema=dict(SENTENCES))


def _of(
    reports: pl.DataFrame, paragraphs: pl.DataFrame, names: Sequence[str], formulas: Sequence[str]
) -> pl.DataFrame:
    """Return the sentences of some reports: every mask makes a new copy of all text, so not of all at once."""
    text = pl.col("text").str.strip_chars()
    heading = (text.str.len_chars() < _SHORTEST_PARAGRAPH) & ~text.str.contains(
        r"[。！？；!?;…：:，,][”’」』）)]*$"
    )
    cut = (
        paragraphs.filter(~heading)
        .join(reports.select("report", "submission"), on="submission", how="inner")
        .sort("report", "paragraph")
        .select(
            "report",
            "section",
            "paragraph",
            text.str.replace_all(_ENDS, "${1}" + _BREAK).pipe(_whole_quotations).str.split(_BREAK),
        )
        .explode("text")
        .filter(pl.col("text").str.len_chars() > 0)
    )
    plain = _plain(pl.col("text"))
    masked = _without_own_names(
        cut.select("report", plain.alias("text")), dict(reports.select("report", "agency").iter_rows())
    )
    return (
        cut.with_columns(masked)
        .with_columns(_masked(pl.col("masked"), names))
        .filter(~pl.col("masked").str.contains(_SET_PIECES))
        .with_columns(_without(pl.col("masked"), formulas).alias("masked"))
        .filter(pl.col("masked").str.len_chars() > 0)
        .select(pl.col(name).cast(kind) for name, kind in SENTENCES.items())
    )


def _whole_quotations(cut: pl.Expr) -> pl.Expr:
    """Take back the cuts inside quotation marks, the first four of each: longer quotations are rare."""
    for _ in range(4):
        cut = cut.str.replace_all("(“[^”\x1f]*)\x1f([^”]*”)", "${1}${2}")
    return cut


def mask(texts: Sequence[str], agency: str | None = None, names: Sequence[str] = ()) -> list[str]:
    """Return texts of one report as they are compared, headings and formulas included."""
    frame = pl.DataFrame({"text": texts}, schema={"text": pl.String}).with_columns(report=pl.lit(0))
    plain = frame.with_columns(_plain(pl.col("text")))
    own = _without_own_names(plain, {0: agency})
    return own.to_frame().select(_masked(pl.col("masked"), names)).to_series().to_list()


def _plain(text: pl.Expr) -> pl.Expr:
    return text.str.normalize("NFKC").str.replace_all(r"[\s\p{Cf}]+", "")


def _without_own_names(sentences: pl.DataFrame, agencies: dict[int, str | None]) -> pl.Series:
    """Mask what each report calls its own agency and place; `sentences` (report, text) are in order of report."""
    masked: list[str] = []
    for report, texts in (
        sentences.group_by("report", maintain_order=True).agg(pl.col("text").str.join(_BREAK)).iter_rows()
    ):
        whole: str = texts
        agency = agencies[report]
        for name in own_names(agency) if agency else ():
            whole = whole.replace(name, "@")
        masked += whole.split(_BREAK)
    return pl.Series("masked", masked, dtype=pl.String)


def _masked(text: pl.Expr, names: Sequence[str]) -> pl.Expr:
    if names:
        text = text.str.replace_many(_longest_first(names), ["@"], leftmost=True)
    for pattern, mark in _MASKS:
        text = text.str.replace_all(pattern, mark)
    return text


def _without(masked: pl.Expr, formulas: Sequence[str]) -> pl.Expr:
    """Drop formulas, which are masked first: 党的二十大 is 党的#大 by now."""
    if not formulas:
        return masked
    phrases = pl.DataFrame({"text": list(formulas)}).select(_masked(_plain(pl.col("text")), ()))
    return masked.str.replace_many(_longest_first(phrases["text"].to_list()), [""], leftmost=True)


def _longest_first(words: Sequence[str]) -> list[str]:
    return sorted({word for word in words if word}, key=lambda word: (-len(word), word))
