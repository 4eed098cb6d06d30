"""The words that claims are made of: one compiled expression that cuts a sentence into tokens.

What is no token is a word we do not know; too many of those between a verb and its number make a claim doubtful.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from tasks.extract.claims.first_characters import alternatives_by_first
from tasks.extract.numbers import chinese_number


@dataclass(frozen=True, slots=True)
class Token:
    """One token: its kind, a detail of it, and where it stands in the sentence."""

    kind: str
    detail: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Number:
    """A printed number: `value` is None where it is only approximate (近, 余) or cannot be told."""

    value: float | None
    raw: str
    unit: str
    start: int
    end: int


_YEAR_OF = r"(?:上一?年度?|上一个年度|去年度?|前一年度?|往年)"
_NEXT = r"(?:下一?年度?|下一个年度|次年度?|明年度?|来年|翌年)"
_CARRY = r"(?:结转|转结|转入|转至|转到|顺延|延续|接转|遗留|留待|留存|跨转|移至|结余)"
_UNITS = "人次|件次|场次|万元|亿元|元|件|份|宗|例|起|条|项|个|单|篇|次|期|部|人|名|家|场|封|张|册|处|轮|批|类|届|种|户"

# Kind → expression, in the order of trial. A detail stands after a colon.
_LEXICON: tuple[tuple[str, str], ...] = (
    (
        "growth",
        r"(?:与|较|比|同)?(?:上一?年度?|去年|20\d\d年度?)(?:同期)?(?:相比|持平|多|少|增|减|上升|下降|增长|增加|减少)"
        r"|(?:较|比)(?:上一?年度?|去年|往年|20\d\d年度?|同期)|同比|环比|增长率?|增加了?|增幅|减少了?|下降了?|上升了?|降低了?|提高了?|提升",
    ),
    ("carry:both", rf"结转(?:上一?年度?|{_YEAR_OF})?的?(?:和|及|与)结转{_NEXT}"),
    (
        "carry:in",
        rf"{_YEAR_OF}(?:度)?(?:度末)?(?:未办结)?{_CARRY}(?:到|至|入)?(?:本|今|当)?年?度?(?:的|办理)?"
        rf"|(?:结转|接转|转结)(?:自)?{_YEAR_OF}(?:度)?的?|{_YEAR_OF}(?:未办结|未办理完毕|尚未办结)的?",
    ),
    (
        "carry:out",
        rf"(?:{_CARRY}|转|留)(?:至|到|入|为|于)?{_NEXT}(?:度)?(?:继续)?(?:办理|处理|办结|答复)?"
        rf"|{_NEXT}{_CARRY}|(?:尚|仍|正|还)(?:正)?在(?:法定(?:办理|答复)?期限内)?(?:继续)?(?:正常)?(?:办理|处理|流转)(?:之中|过程中|中)?|尚在法定(?:办理|答复)?期限"
        r"|在办(?:中|理中)?|(?:尚)?未(?:到期|办结|办理完毕|答复|到答复期限?)|待(?:办|办理|答复)",
    ),
    (
        "carry:year",
        rf"20\d\d年(?:度)?(?:结转|转结|转入|遗留)|{_CARRY}(?:至|到|入|为)?20\d\d年(?:度)?(?:继续)?(?:办理|处理)?",
    ),
    ("carry:bare", r"结转"),
    (
        "part_year",
        r"上半年|下半年|第?[一二三四1-4]、?[一二三四1-4]?季度|前[两三23]季度|(?:每|各|四个)季度?|(?:\d{1,2}|[一二三四五六七八九十]{1,2})月份"
        r"|(?:每|本|当|按)月|月均|平均|年均|日均|[1-9]\d?[-—–~至](?:[2-9]|10|11)月(?!\d)|截[至止](?:到|于)?(?:20\d\d年)?(?:[1-9]|10|11)月",
    ),
    ("date", r"(?:截[至止]到?|自)?(?:20\d\d年)?\d{1,2}月\d{1,2}日(?:起|止|至)?|[1-9]\d?[-—–~至]12月份?"),
    (
        "since",
        r"自?20\d\d年.{0,12}?以来|自[^，。；\d]{2,16}(?:以来|施行后|实施后)|历年|建站以来|开通以来|多年来|含以前年度|以前年度",
    ),
    ("year", r"(?:19|20)\d\d(?=年)年(?:度|全年)?"),
    (
        "this",
        r"本年度?|今年以?来?|当年度?|全年度?|年内|一年来|本报告期|报告期内?|统计期内|年度内|至年底|年底|年末|截至目前",
    ),
    ("previous", r"上一?年度?(?:同期)?|去年(?:同期)?|前一年"),
    ("plan", r"(?<!规划)计划(?=在|于|将|到|新|全年|通过|组织|开展)|力争|预计|争取|下一步|今后|拟定于"),
    ("cumulative", r"累计|历史"),
    ("approximate", r"约|近|大约|超过?|逾|不足|将近|左右"),
    ("percent", r"百分之[零一二三四五六七八九十百]+(?:点[零一二三四五六七八九]+)?|(?<![\d.])\d+(?:\.\d+)?%"),
    (
        "number",
        rf"(?<![\d.,])(?<!\d\s)(?:\d{{1,3}}(?:,\d{{3}})+|\d+)(?:\.\d+)?[万亿]?[余多]?(?:{_UNITS})(?!期限)"
        rf"|(?<![每第同任何这那某唯逐统零〇一二两三四五六七八九十百千万几无有])(?:(?<![^请有为共了计案讼议开供到])一|[零二两三四五六七八九十百千万]|一(?=[十百千万]))[零一二两三四五六七八九十百千万]{{0,8}}(?<!万)[余多]?(?:{_UNITS})(?![方面体步种])",
    ),
    ("bare_number", r"(?<![\d.,])(?<!\d\s)(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?[万亿]?[余多]?"),
    # results of requests, as the form words them and as people do
    ("item:results.denied.state_secret", r"(?:属于|涉及|因)?国家秘密"),
    ("item:results.denied.other_law", r"(?:其他)?法律、?(?:行政)?法规(?:明确)?禁止公开"),
    ("item:results.denied.security_stability", r"(?:危及)?“?三安全一稳定”?"),
    ("item:results.denied.third_party", r"(?:保护|涉及|损害)?第三方(?:的)?合法权益|涉及第三方"),
    ("item:results.denied.internal_affairs", r"(?:属于)?三?类?内部(?:事务|管理)(?:性)?信息"),
    ("item:results.denied.process_info", r"(?:属于)?(?:四类)?过程性+信息"),
    ("item:results.denied.enforcement_file", r"(?:属于)?(?:行政)?执法案卷(?:信息)?"),
    ("item:results.denied.admin_inquiry", r"(?:属于)?行政查询(?:事项|信息)?"),
    (
        "item:results.unable.not_held",
        r"(?:本机关|本办|本局|本单位|我局|我办)?不掌握(?:相关)?(?:政府)?信息?|(?:政府)?信息不存在",
    ),
    ("item:results.unable.needs_creation", r"(?:没有现成信息)?需要?另行制作|没有现成信息"),
    ("item:results.unable.still_unclear", r"(?:经)?补正后(?:申请内容)?(?:仍|仍然|依然)?不明确"),
    ("item:results.not_handled.petition", r"信访、?举报、?投诉类?(?:申请|事项)?|信访类申请"),
    ("item:results.not_handled.repeat", r"重复申请"),
    ("item:results.not_handled.publication", r"(?:要求)?提供公开出版物|公开出版物"),
    ("item:results.not_handled.excessive", r"(?:无正当理由)?大量、?反复申请"),
    ("item:results.not_handled.reconfirm", r"(?:要求)?(?:行政机关)?确认或重新出具(?:已获取信息)?"),
    ("item:results.other.overdue_correction", r"(?:申请人)?(?:无正当理由)?逾期(?:未|不)补正"),
    ("item:results.other.overdue_fee", r"(?:申请人)?逾期未?(?:按收费通知要求)?(?:缴纳|缴)费用?"),
    ("result:denied", r"不(?:予|同意|能)(?:以)?公开"),
    ("result:partial", r"(?:予以|同意)?部分(?:予以|同意)?公开"),
    ("result:full", r"(?:全部)?(?:予以|同意|给予)(?:全部)?公开|全部公开(?!透明)"),
    ("result:unable", r"无法(?:予以)?提供|不能提供"),
    ("result:not_handled", r"不予(?:以)?处理"),
    ("result:other", r"作?其[他它]处理(?:方式|情形|情况)?|其[他它]方式处理"),
    # quarrels
    ("outcome:upheld", r"(?:结果)?维持(?:原行政行为|原决定|我局决定|原判)?"),
    ("outcome:corrected", r"(?:结果|被|予以)?纠正|(?:被)?纠错"),
    ("outcome:pending", r"(?:尚)?未(?:审结|结案|判决|裁决)|(?:正|尚|仍)?在审理(?:之|过程)?中?|审理中|待审结"),
    ("outcome:other", r"其[他它]结果"),
    (
        "outcome:vague",
        r"被?撤销|确认违法|责令(?:重新|限期)?(?:答复|履行|作出)|驳回(?:复议申请|起诉|诉讼请求)?|终止(?:审理)?|撤诉|撤回(?:复议申请|起诉)|调解|和解|变更|不予受理",
    ),
    ("outcome:won", r"胜诉"),
    ("outcome:lost", r"败诉"),
    ("suit:after", r"(?:经)?复议后(?:再)?(?:提起|起诉)(?:行政)?(?:诉讼)?"),
    ("suit:direct", r"未经复议(?:直接)?(?:提起|起诉)(?:行政)?(?:诉讼)?|直接(?:提起|起诉)(?:行政)?(?:诉讼)?"),
    ("review", r"行政复议(?:案件|案|申请)?|复议(?:案件|案|申请)?(?!机关|机构|人员|委员|决定|工作)"),
    ("suit", r"行政诉讼(?:案件|案)?|诉讼(?:案件|案)?|行政应诉(?:案件)?|应诉案件"),
    ("judge", r"备案|审理|代理|立案|审查|指导|参加|复议机关|复议机构|行政复议局|法院"),
    # what is asked, who asks, how
    (
        "other_request",
        r"(?:行政许可|行政审批|行政确认|许可|审批|救助|补贴|补助|仲裁|登记|赔偿|资助|低保|住房|听证|执行|认定|退费|收费)(?:的)?申请",
    ),
    (
        "request:open",
        r"(?:要求)?(?:申请|依申请)公开(?:的)?(?:政府)?(?:信息)?(?:事项|申请|案件|办件|件)?"
        r"|(?:政府)?信息(?:的)?(?:依申请)?公开(?:的)?申请(?:事项|案件|办件|表|公开件|公开)?|政府信息申请(?:公开)?件?"
        r"|(?:政府)?信息依?申请公开(?:事项|案件|申请|件)?|公开申请(?:事项|案件|件)?|申请信息公开",
    ),
    (
        "request:bare",
        r"依申请(?:办件|件|事项)?|申请(?:事项|案件|办件|件|表)?(?!人|量|渠道|方式|类|内容|途径|主体|者|受理)",
    ),
    (
        "applicant:legal",
        r"(?:企业)?法人(?:和|或|及|、|与)?(?:者)?(?:其[他它]|非法人)?组织|法人|(?:企业|单位)法人",
    ),
    (
        "people",
        r"(?:任何)?(?:公民(?:、|和|或|及)?法人(?:、|和|或者?|及|以及)其[他它]组织|申请人|群众|市民|社会公众|有关单位|单位和个人|单位、个人|社会各界)",
    ),
    ("applicant:natural_person", r"自然人|公民(?:个人)?|个人"),
    ("applicant:enterprise", r"商业企业|企业"),
    ("applicant:research", r"科研(?:机构|院所)"),
    ("applicant:public_welfare", r"社会公益(?:性)?组织|公益组织"),
    ("applicant:legal_service", r"法律服务机构|律师事务所"),
    ("applicant:other_org", r"其[他它]组织"),
    (
        "channel",
        r"(?:互联)?网络|网上|网站|线上|在线|信函|邮寄|信件|邮件|电子邮件|邮箱|当面|现场|窗口|传真|线下|书面|微信|平台|电话|政务服务网|来信|来访|EMS|快递",
    ),
    # whether something else is meant
    (
        "block",
        r"12345|热线|咨询|建议|提案|议案|信访|投诉|举报|留言|来电|网民|诉求|工单|评议|问卷|意见|征集|案件线索|培训|会议|点击|访问|浏览|阅读|宣传"
        r"|补正告知|补正通知|征求|协查|转办|移送|研究|讨论|督办|回应|舆情|访谈|检查|抽查|整改|考核|自查|核查|演练|批示|调研",
    ),
    # who
    (
        "self",
        r"[我本](?:局|委员会|委|办公室|办公厅|办|厅|院|中心|单位|机关|处|站|所|室|行|部门|部|支队|大队|分局|校|镇|乡|街道|办事处|管委会)|局机关",
    ),
    ("area", r"[我本](?:区|县|市|州|省|旗|盟|自治[区州县])|(?:全)(?:区|县|市|州|省|旗|盟)"),
    (
        "whole",
        r"全(?:国|系统|镇|乡|街道|域)|各(?:级各部门|级行政机关|级政府|有关部门|部门|单位|地|镇|乡|街道|县|区|市|科室)|所属(?:各)?(?:单位|部门)?|下属|辖区|本行政区域",
    ),
    (
        "organ",
        r"[省市县区州旗镇乡]?(?:人民)?政府(?:办公厅|办公室|办(?![理结复事]))|[省市县区州旗镇乡](?:人民)?政府(?!信息|网|门户|公报|服务|采购|规章|各|系统|及|令|文件|购|公开|工作|职能|投资|办)"
        r"|(?:街道)?办事处|管委会|(?<![政务])办公[室厅](?!通知)|本级",
    ),
    # verbs
    ("verb:new", r"(?:共|累计)?新(?:收|增|接收|受理|申请)(?:到|的)?"),
    (
        "verb:answer",
        r"办理答复|答复办理|办理完(?:毕|成|结)|办结(?:回复|答复)?|(?:作出|予以|给予|出具|完成|全部|依法|按期|按时)?答复|办复|回复|处理完(?:毕|成)|办理完|办毕|完成",
    ),
    ("verb:accept", r"受理|收办|登记|接办|承办|接收办理"),
    ("verb:handle", r"办理|处理|办件"),
    (
        "verb:receive",
        r"(?:收|接)(?:到|悉|获|件)|接收(?:到)?|收过|接过|提出|提交|收取?(?=政府信息公开申请|申请)",
    ),
    # documents, decisions, disclosure, fees
    ("documents:rules", r"(?:政府|部门|地方政府)?规章(?!制度|性)"),
    ("documents:normative_docs", r"(?:行政)?规范性文件"),
    ("stock:in_force", r"现行有效|继续有效|现有有效|有效(?=的?(?:行政)?规范性文件)"),
    ("stock:repealed", r"废止|失效"),
    ("stock:issued", r"制发|制定(?:出台|印发|发布|并?公开)?|出台|印发"),
    ("drafting", r"起草|代拟|配合|名义|解读|修订|修改|清理|合法性|报送|送审|拟制|转发|学习"),
    ("decision:licensing", r"行政许可"),
    ("decision:penalty", r"行政处罚"),
    ("decision:coercion", r"行政强制"),
    ("fee:processing", r"(?:政府)?(?:信息)?(?:公开)?(?:信息)?处理费用?(?!管理办法)"),
    ("fee:other", r"行政事业性收费|涉企收费|收费(?:项目|目录|清单|标准|公示)"),
    ("disclosure", r"主动公开|公开发布|公开|发布|公布|更新|推送|刊发|公示"),
    ("information", r"(?:政府|政务|各类)*信息(?!公开|化|管理|网)"),
    # how it is said
    ("among", r"其中"),
    ("comprising", r"包括|包含|涵盖|分为|(?<!不)含|涉及|由"),
    ("with", r"加(?=上一?年)|连同|加上|合并|叠加"),
    ("each", r"分别(?:为|是|有)?"),
    ("share", r"占比?"),
    ("not", r"未|没有|没|不存在|并无|均?无(?!法|需|偿)|不(?!予|同意|掌握|明确|属于|断|仅|含)"),
    ("all", r"均|全部|都|皆|悉数"),
    ("total", r"合计|总计|总共|总数|总量|数量|件数|共计|共有|共|计|达到?|为|有|是|了"),
    ("held", r"＋+"),
    ("mark", r"[，；：、（）(),;:…。！？]"),
)

_EXPRESSIONS = tuple(expression for _, expression in _LEXICON)
_KINDS = tuple((kind.partition(":")[0], kind.partition(":")[2]) for kind, _ in _LEXICON)
_BY_FIRST = alternatives_by_first(_EXPRESSIONS)


@lru_cache(maxsize=1024)
def _alternatives(numbers: tuple[int, ...]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?P<k{n}>{_EXPRESSIONS[n]})" for n in numbers))


_PRINTED = re.compile(
    rf"(?P<digits>[\d,]+(?:\.\d+)?|[零一二两三四五六七八九十百千]+)(?P<power>[万亿]?)(?P<about>[余多]?)(?P<unit>(?:{_UNITS})?)"
)
_POWERS = {"": 1.0, "万": 1e4, "亿": 1e8}
_SPOKEN_SHARE = re.compile(r"百分之([零一二三四五六七八九十百]+)(?:点([零一二三四五六七八九]+))?")


def tokens(sentence: str) -> list[Token]:
    """Cut a sentence into tokens, in order; what stands between them is no word of the lexicon."""
    found = []
    place, end = 0, len(sentence)
    while place < end:
        numbers = _BY_FIRST.get(sentence[place])
        match = _alternatives(numbers).match(sentence, place) if numbers else None
        if match is None:
            place += 1
            continue
        kind, detail = _KINDS[int((match.lastgroup or "")[1:])]
        found.append(Token(kind, detail, place, match.end()))
        place = match.end()
    return found


def read_number(sentence: str, token: Token) -> Number:
    """Read a token of kind ``number`` or ``bare_number``: 1,315条; 18万余条; 十二件."""
    raw = sentence[token.start : token.end]
    match = _PRINTED.fullmatch(raw)
    if match is None:  # 一万二千
        return Number(None, raw, "", token.start, token.end)
    digits = match.group("digits").replace(",", "")
    value = float(digits) if digits[0].isdigit() else chinese_number(digits)
    if value is not None:
        # 1.2万 is exactly 12000 in decimals, not in floats
        value = round(value * _POWERS[match.group("power")], 6)
    if match.group("about"):
        value = None
    return Number(value, raw, match.group("unit"), token.start, token.end)


def read_share(text: str) -> float | None:
    """Read 33.9% or 百分之三十三 as 33.9 or 33."""
    if text.endswith("%"):
        return float(text[:-1])
    match = _SPOKEN_SHARE.fullmatch(text)
    whole = chinese_number(match.group(1)) if match else None
    if match is None or whole is None:
        return None
    behind = "".join(str(chinese_number(c)) for c in match.group(2) or "")
    return float(f"{whole}.{behind or 0}")
