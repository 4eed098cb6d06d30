"""What section five says: problems, measures, how many of each, how general and whether on the subject."""

from __future__ import annotations

import re

import polars as pl

from expectations.profile import Profile
from tasks.validate.prose.numbered import counted
from tasks.validate.prose.texts import any_of

_NOTHING = (
    r"^(?:\d{4}年度?|本年度?|今年|目前|暂时|我[局镇乡委办厅院所中心]+|本单位|本机关|本部门|[,。:;、.])*(?:暂?无|没有|不存在|未发现|未发生)"
    r"(?:此项|此类|相关|有关|存在的?|主要|突出|明显|其他|需要|报告的?|说明的?|事项|内容|情况|问题|不足|及|和|与|改进|措施|政府|信息|公开|工作"
    r"|方面|的|在|[,。:;、.])*$"
)
# What names problems without being one: a heading, or the words with which measures answer them.
_HEADING = r"(?:存在的?)?(?:主要)?问题(?:及|和|与|、)改进(?:情况|措施|方向)?"
_REFERENCE = (
    r"(?:针对|对于|围绕|对照|结合|根据|解决|整改|克服|补齐|弥补|以上|上述|这些)(?:以上|上述|存在|这些|现有|发现|当前|目前|自身|工作|中|的)*"
    r"(?:主要)?(?:问题|不足|差距|短板|弱项|薄弱环节)(?:(?:和|与|及|、)(?:问题|不足|差距|短板|弱项|薄弱环节))*"
)
_ANNOUNCED = (
    r"(?:存在|有)(?:着|的)?(?:一些|一定|以下|如下|许多|诸多|不少|几个|[两三四五]个|主要|方面|的|着)*"
    r"(?:问题|不足|差距|短板|弱项|薄弱环节|困难)(?:(?:和|与|及|、)(?:问题|不足|差距|短板|弱项|薄弱环节))*|(?:主要)?(?:问题|不足)(?:有|是|为|表现|:)"
    r"|主要表现|不足之处|不足:"
)
_DEFECT = (
    r"不够|不足|不高|不强|不多|不深|不全|不细|不及时|不到位|不完善|不规范|不平衡|不充分|不丰富|不便|不明|不熟|不清|不严|不实|不准|不广|不新|不顺|不畅"
    r"|不活|不大|不紧|不一致|不统一|不健全|不均衡|不精准|不主动|不理想|不适应|不具体|不明显|不完整|不稳定|单一|单调|薄弱|欠缺|欠佳|缺乏|缺少|缺失"
    r"|滞后|差距|有待|(?:尚|仍|还|亟|急|仍然|依然)(?:需|待|须)|需要?(?:进一步|继续|持续|不断|更加|加强|提高|提升|完善|改进|强化|加大|优化)"
    r"|还要(?:更加|进一步)|短板|弱项|偏[低少弱慢]|[较很还更][为]?[低少弱慢差窄浅]|[较偏]长|[较偏]晚|较[粗散乱旧多]|偏[高大]|困难|难以|难度|未能|没能|还没|时有|未形成|尚未|还未|未及时|没有形成|没有做到|淡薄|笼统|片面"
    r"|参差不齐|噪音|不过关|落后|脱节|被动|过[于少长]|(?:不能|没有|未能|未)(?:及时|充分|完全|严格)"
)
_ENUMERATOR = r"(?:[一二三四五六七八九十]{1,2}是|\([一二三四五六七八九十\d]{1,2}\)|其[一二三四五六]|第[一二三四五六][,、]|\d{1,2}[、.])"
_CLAUSE_END = ",。;:!?"
_SENTENCE_END = "。;!?"
_PROMISE = (
    r"解决(?:办法|措施|方法)|下一?步|下一年|下一阶段|下阶段|今后|改进(?:情况|措施|方向|办法|工作|如下|:)|(?:针对|围绕|对照|结合|根据)(?:以上|上述|存在|这些|现有|发现|自身)"
    r"|将(?:从|在|以|按|采取|进一步|继续|持续|着力|重点|通过|切实|认真|不断|加|围绕|严格|积极|强化|深化|做好|对|把|充实|组织|会|全面|坚持|结合|抓|努力|扎实|聚焦)"
    r"|拟(?:从|在|于|通过|采取|进一步|对)|计划(?:从|在|于|通过|对|组织|开展)|已(?:修订|完善|建立|制定|组织|重新|将|把|对|开展|完成|增)|予以改进|加以改进"
)
# These say so only outside a clause that states a problem: 整改情况 may be what the information was about.
_HINTED = r"整改[^情]|整治|打算|及时改"
_ACTION = (
    r"加强|强化|完善|提高|提升|加大|规范|健全|改进|优化|推进|推动|组织|建立|建成|制定|开展|落实|拓展|拓宽|丰富|深化|细化|增强|创新|培训|修订|统一|增加|新增|充实|明确"
    r"|严格|梳理|整合|督促|配备|压实|重新|纳入|坚持|做好|严把|督查|督导|调整|实行|建好|引入|邀请|安排|配[发齐备]|责成|聘请|设立|设置|正在"
)
# Words of the trade that sound like complaints.
_NEUTRAL = (
    r"低保|低收入|低碳|低空|低温|少数民族|少年|少儿|特困|贫困|困难(?:群众|家庭|职工|学生|群体|企业|人员|老人|儿童|残疾人|救助|补助)|不动产"
    r"|不良反应|未成年|未来|慢性病|弱势群体|没收|差旅|薄弱(?:村|学校)|缺陷"
)
# Traces that leave it open whether the part is there: nobody is told that it is missing.
_NO_COMPLAINT = (
    r"不(?:断|仅|但|同|少|懈|论|管|漏|留|得|拖|折不扣)|毫不|不?缺项|不?漏项|不公开为例外|未经|难点|减少|降低|缩短"
    rf"|(?:避免|防止|杜绝|确保|做到|解决|严禁|消除|切实|力争)[^{_CLAUSE_END}]*"
)
_COMPLAINT = "没|未|不|慢|低|弱|差|难|缺|困|少|滞|浅|窄|乱|薄|问题"
_MAYBE_MEASURE = "[将要拟正已]|办法|做[好到法]|建|设|改|增|促|抓|帮|学习"


def with_problems(prose: pl.DataFrame, profile: Profile) -> pl.DataFrame:
    """Add what section five holds; all columns are null where its heading was not found.

    Columns: problems_nothing (it says no more than 无 or is empty), problems_text (for such a text), problems_length
    (characters; 0 where it says nothing), problems_shortest (the limit in force), problems_parts (``both`` | ``problems`` |
    ``measures`` | ``none``; null also where other words may mean the part that is not named, or where the text may
    be cut off after it), problem_clauses, generic_share (of the
    clauses that state a problem; null where none does), specifics (it names a number, a document, a column),
    problem_sentences, off_topic_share (of the sentences that state a problem), problems_counted,
    measures_counted (null where they cannot both be counted).
    """
    words = profile.words
    text = pl.col("problems")
    kept = _without_references(text.str.replace_all(_NEUTRAL, ""))
    clause = f"[^{_CLAUSE_END}]*(?:{_DEFECT})[^{_CLAUSE_END}]*"
    separated = kept.str.replace_all(_ENUMERATOR, "。")
    sentence = f"[^{_SENTENCE_END}]*(?:{_DEFECT})[^{_SENTENCE_END}]*"
    listed = prose.get_column("problems").map_elements(
        lambda said: counted(said, _DEFECTIVE, _ACTING),
        return_dtype=pl.Struct({"problems": pl.Int64, "measures": pl.Int64}),
        skip_nulls=True,
    )
    found = (
        prose.with_columns(
            _nothing=text.str.contains(_NOTHING) | (text == ""),
            _clauses=separated.str.replace_all(_ANNOUNCED, "").str.extract_all(clause),
            _announced=kept.str.contains(_ANNOUNCED),
            # what comes after the first problem, and is none
            _answer=separated.str.replace(f"^(?s:.*?)(?:{_ANNOUNCED}|{_DEFECT})", "").str.replace_all(
                clause, ""
            ),
            _counted=listed,
            _sentences=separated.str.replace_all(_ANNOUNCED, "").str.extract_all(sentence),
            _elsewhere=pl.concat_str("extra", pl.col("other").fill_null(""), separator="。"),
        )
        .with_columns(_said=pl.col("_clauses").list.len())
        .with_columns(
            _problem=_told(
                pl.col("_announced") | (pl.col("_said") > 0),
                kept.str.replace_all(_NO_COMPLAINT, "").str.contains(_COMPLAINT)
                | _without_references(pl.col("_elsewhere")).str.contains(_ANNOUNCED),
            ),
            _measure=_told(
                text.str.contains(_PROMISE)
                | pl.col("_answer").str.contains(f"{_ACTION}|{_HINTED}")
                | (pl.col("_clauses").list.len() == 0) & text.str.contains(_HINTED),
                pl.col("_answer").str.contains(_MAYBE_MEASURE)
                | text.str.contains(_HINTED)
                | pl.col("_elsewhere").str.contains(_PROMISE),
            ),
            _generic=_share(
                pl.col("_clauses"),
                pl.element().str.contains(any_of(words.generic_problems))
                & ~pl.element().str.contains(any_of(words.specific_topics)),
            ),
            _off=_share(
                pl.col("_sentences"),
                pl.element().str.contains(any_of(words.off_topic))
                & ~pl.element().str.contains("公开|解读|答复"),
            ),
        )
    )
    parts = (
        pl.when("_nothing")
        .then(pl.lit("none"))
        .when(pl.col("_problem") & pl.col("_measure"))
        .then(pl.lit("both"))
        .when(~pl.col("_problem") & ~pl.col("_measure"))
        .then(pl.lit("none"))
        .when(~pl.col("_measure"))
        .then(pl.lit("problems"))
        .when(~pl.col("_problem"))
        .then(pl.lit("measures"))
    )
    some = pl.col("_said") > 0
    return found.with_columns(
        problems_nothing="_nothing",
        problems_text=text.str.strip_chars("。.,;"),
        problems_length=pl.when("_nothing").then(0).otherwise("problems_characters"),
        problems_shortest=profile.thresholds.problems_shortest,
        problems_parts=pl.when(text.is_not_null() & ((parts == "both") | pl.col("ended"))).then(parts),
        problem_clauses=pl.col("_clauses"),
        # entries of the list of problems that were not recognised as such may well be particular
        generic_share=pl.when(some)
        .then(
            pl.col("_generic")
            * pl.col("_said")
            / pl.max_horizontal("_said", pl.col("_counted").struct.field("problems"))
        )
        .round(4),
        specifics=_names_something(text, pl.col("year")),
        problem_sentences=pl.col("_sentences"),
        off_topic_share=pl.when(pl.col("_sentences").list.len() > 0).then("_off"),
        problems_counted=pl.col("_counted").struct.field("problems"),
        measures_counted=pl.col("_counted").struct.field("measures"),
    ).drop(name for name in found.columns if name.startswith("_"))


def _without_references(text: pl.Expr) -> pl.Expr:
    return text.str.replace_all(_HEADING, "").str.replace_all(_REFERENCE, "")


def _told(certain: pl.Expr, perhaps: pl.Expr) -> pl.Expr:
    """True where it is told, null where other words or another place may tell it, else False."""
    return pl.when(certain).then(pl.lit(True)).when(~perhaps).then(pl.lit(False))


def _share(clauses: pl.Expr, condition: pl.Expr) -> pl.Expr:
    hits: pl.Expr = clauses.list.eval(condition.cast(pl.Float64)).list.mean().round(4)
    return hits


def _names_something(text: pl.Expr, year: pl.Expr) -> pl.Expr:
    """Say whether the text holds a number or a date, other than numbering and plain years, or a name in 《》."""
    bare = text.str.replace_all(r"20\d{2}年度?", "").str.replace_all(_ENUMERATOR, "")
    return bare.str.contains(r"\d|《|百分之|“[^”]{2,20}”(?:专栏|栏目|专区)")


_DEFECTIVE = re.compile(_DEFECT)
_ACTING = re.compile(_ACTION)
