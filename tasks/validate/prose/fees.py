"""What the report says of 信息处理费 (国办函〔2020〕109号), and of applications that ended for want of payment."""

from __future__ import annotations

import polars as pl

_SENTENCE = "[^。;!?]*"
# The words that speak of the fee: more are understood in section six than elsewhere, where other fees are told too.
_IN_OTHER = r"信息(?:公开)?处理费|处理费用?|收费|收取[^,。;]{0,12}费|费用|缴费"
_IN_OVERVIEW = r"信息(?:公开)?处理费|(?:依申请|信息公开)[^,。;]{0,12}(?:收费|费用|收取)"
_ANYWHERE = r"信息(?:公开)?处理费"
_OTHER_FEES = r"行政事业性收费|(?:垃圾|污水|废物|废弃物)[^,。;]{0,4}处理费"
_OF_DISCLOSURE = "信息|申请|公开|处理费"
"""A sentence on money has to have one of these to be on the fee: section six may tell of other charges, too."""
_TOLD = r"(?:收取|收费|收缴|征收|计收|产生|发生|处理费|费用)"
_NOT = (
    rf"(?:未|没有|没|无|不存在|不涉及|从未|尚未|并未|免予?|免收|不)[^,。;]{{0,24}}{_TOLD}"
    rf"|{_TOLD}[^。;]{{0,24}}(?:[^\d.]|^)(?:0(?:\.0+)?|零|〇)(?:万?元|件|笔|次|人|$|[,。;]|\()"
    rf"|{_TOLD}[^,。;\d]{{0,8}}(?:无|为零|为0)(?:[,。;]|$)|免费"
)
_AMOUNT = r"([1-9]\d*(?:\.\d+)?|0\.\d*[1-9]\d*)(万?)元"
_CHARGED = rf"{_TOLD}[^。;]{{0,40}}?{_AMOUNT}|{_AMOUNT}[^,。;]{{0,10}}{_TOLD}|{_TOLD}[^。;]{{0,20}}[一二三四五六七八九十百千两]+万?元"
_CITES = r"〔?\[?2020[〕\]]?109号|109号|信息处理费管理办法"
_BY_PIECE = r"按件"
_BY_VOLUME = r"按量|按页|每页|\d+页"
_NOTICE = r"(?:收费|缴费|缴纳|交费)通知|(?:逾期|未按)[^,。;]{0,12}(?:缴|交)|不缴费|未缴|通知[^,。;]{0,16}(?:缴纳|缴费|收费)"
_NO_NOTICE = r"(?:未|没有|无)[^,。;]{0,10}通知|通知[^,。;]{0,6}(?:0|零|〇)[件份次]"
_OTHER_PROCESSING = (
    r"撤回|撤销申请|撤申请|主动撤|合并(?:办理|处理|答复)|转办|转送|移送|并案|终止(?:办理|处理|程序)?|视为放弃|放弃申请|沟通后|不属于政府信息"
    r"|非政府信息|其[他它]处理[^。;]{0,20}(?:为|是|系|因|由于|主要|包括|指)"
    r"|申请[^。;]*(?:信访|咨询|协商)|(?:信访|咨询|协商)[^。;]*申请"
)
"""Why requests were ended otherwise: a letter or an enquiry is a reason only where requests are spoken of."""


def with_fees(prose: pl.DataFrame) -> pl.DataFrame:
    """Add what is said of the fee, in section six, section one or anywhere.

    Columns: fee_kind (``charged`` | ``not charged`` | ``refers``: spoken of, but not whether it was charged | ``none``;
    null where the heading of section six is only suspected and nothing was found), fee_sentence, fee_amount (元, the
    first that is named; null unless charged, and where the text also says that nothing was), fee_remainder (what is
    left of it over the tariff's step: 100 元 by piece, else 10 元), fee_requests_needed (the least number of
    applications by which a fee by piece arises; 0 for one by volume; null where the report does not say by which),
    fee_cites (names the rules on the fee), fee_basis (``piece`` | ``volume``), fee_notice_told (a notice, a payment or
    its want is spoken of), misc_told (a reason for which an application counts as otherwise processed is spoken of),
    other_empty (section six says no more than 无).
    """
    sentences = pl.concat_list(
        _sentences("other", _IN_OTHER),
        _sentences("overview", _IN_OVERVIEW),
        _sentences("whole", _ANYWHERE),
        pl.col("fee_statement").str.normalize("NFKC").str.replace_all(r"\s+", "").fill_null(""),
    ).list.eval(pl.element().filter(pl.element() != ""))
    said = (
        prose.with_columns(_any=sentences.list.unique(maintain_order=True))
        .with_columns(
            _said=pl.col("_any").list.eval(pl.element().filter(pl.element().str.contains(_OF_DISCLOSURE)))
        )
        .with_columns(_text=pl.col("_said").list.join("。").str.replace_all(r"(\d),(\d{3})", "${1}${2}"))
    )
    text = pl.col("_text")
    amounts = text.str.extract_groups(rf"{_TOLD}[^。;]{{0,40}}?{_AMOUNT}").struct
    before = text.str.extract_groups(rf"{_AMOUNT}[^,。;]{{0,10}}{_TOLD}").struct
    number = pl.coalesce(amounts.field("1"), before.field("1")).cast(pl.Float64, strict=False)
    unit = pl.coalesce(amounts.field("2"), before.field("2"))
    charged = text.str.contains(_CHARGED)
    denied = pl.col("_any").list.join("。").str.contains(_NOT)
    # a text that says both tells of two years or of two kinds of case: nothing is made of its numbers
    clearly = charged & ~denied
    kind = (
        pl.when(charged)
        .then(pl.lit("charged"))
        .when(denied)
        .then(pl.lit("not charged"))
        .when(text != "")
        .then(pl.lit("refers"))
        .when(~pl.col("other_suspected"))
        .then(pl.lit("none"))
    )
    by_piece, by_volume = text.str.contains(_BY_PIECE), text.str.contains(_BY_VOLUME)
    return (
        said.with_columns(
            fee_kind=kind,
            fee_sentence=pl.col("_said").list.first(),
            fee_amount=pl.when(clearly).then(
                (number * pl.when(unit == "万").then(10_000).otherwise(1)).round(2)
            ),
            fee_cites=pl.when(clearly | ~charged).then(text.str.contains(_CITES)),
            fee_basis=pl.when(clearly & by_piece & ~by_volume)
            .then(pl.lit("piece"))
            .when(clearly & by_volume & ~by_piece)
            .then(pl.lit("volume")),
            fee_notice_told=charged | pl.col("whole").str.replace_all(_NO_NOTICE, "").str.contains(_NOTICE),
            misc_told=pl.col("whole").str.contains(_OTHER_PROCESSING),
            other_empty=pl.col("other").str.contains(
                r"^[,。;:]*(?:\d{4}年度?|本年度?|我[局镇乡委办厅院]|本单位|本机关|[,。;:])*"
                r"(?:暂?无|没有)(?:其他|其它|需要?|要|报告|说明|的|事项|内容|情况|此项|相关)*[,。;:]*$"
            ),
        )
        .with_columns(
            fee_remainder=(
                pl.col("fee_amount")
                % pl.when(pl.col("fee_basis").eq_missing("piece")).then(100).otherwise(10)
            ).round(2),
            fee_requests_needed=pl.col("fee_basis").replace_strict(
                {"piece": 11, "volume": 0}, default=None, return_dtype=pl.Int64
            ),
        )
        .drop("_any", "_said", "_text")
    )


def _sentences(column: str, words: str) -> pl.Expr:
    text = pl.col(column).fill_null("").str.replace_all(_OTHER_FEES, "")
    found: pl.Expr = text.str.extract_all(f"{_SENTENCE}(?:{words}){_SENTENCE}")
    return found
