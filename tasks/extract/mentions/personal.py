"""What identifies a private person: telephone, identity and card numbers, home addresses, names of applicants.

Whatever is found is passed on masked, in the form that supervisors ask for (138****1234, 35*************123, an
address down to the township): nothing that leaves this module holds a number, name or address in full.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from stdnum import luhn
from stdnum.cn import ric
from stdnum.exceptions import ValidationError

from tasks.extract.mentions.passage import Passage

_DIGITS = re.compile(
    r"(?<![\dA-Za-z.*])(?<!\d-)(?:"
    r"(?:\+?86[ -]?)?1[3-9]\d[ -]\d{4}[ -]\d{4}|\+?86[ -]?1[3-9]\d{9}"
    r"|\d{6} \d{8} \d{3}[\dXx]|\d{4}(?:[ -]\d{4}){3}(?:[ -]\d{1,3})?"
    r"|\d{10,18}[\dXx]|\d{2,6}[*×Xx]{2,14}\d{0,4}[Xx]?"
    r")(?![\dA-Za-z*])(?!-\d)"
)
_MOBILE = re.compile(r"1[3-9]\d{9}")
_AMOUNT = re.compile(r"\s?(?:元|万|件|条|次|人|个|户|亩|吨|平)")
_STARS = re.compile(r"[*×]{2,}|[Xx]{2,}")
_PROVINCES = re.compile(r"1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[1-3]")
_ON_DUTY = re.compile(
    r"值班|值守|热线|24小时|二十四小时|总机|传真|服务电话|投诉电话|举报电话|监督电话|咨询电话"
)
_PRIVATE = re.compile(
    r"申请人|当事人|举报人|投诉人|信访人|原告|村民|居民|患者|业主|家长|学生|先生|女士|受害人|被处罚人"
)
_CARD = re.compile(r"卡号|账号|帐号|账户|帐户|开户|银行|农商行|信用社|农行|工行|建行|中行")
_OFFICIAL_ACCOUNT = re.compile(
    r"财政|非税|国库|对公|单位账户|专户|收款单位|执收|户名:?[\u4e00-\u9fff]{2,20}(?:局|委|政府|中心|办公室|厅)"
)

_HOME = re.compile(
    r"(?:家住|现住(?!房)|住址|家庭住址|家庭地址|户籍地址?|户籍所在地|居住地址|居住于|居住在|住所地?|住在|(?<=[(,;、])住(?![房宅户院宿建所]))(?:为|是|在|于|:)?\s?"
    r"(?P<address>[\u4e00-\u9fffA-Za-z0-9\-]{2,30}?\d{1,5}\s?(?:号楼|号院|号|栋|幢|单元|室|弄|组))"
)
_OFFICE = re.compile(r"办公|通讯|通信|联系地址|邮编|邮政编码|机关|局|委员会|政府|公司|法定代表人")
_DOWN_TO = re.compile(r"^.{0,24}?(?:街道|镇|乡|苏木)|^.{0,20}?(?:自治县|区|县|市|旗)")

# Surnames that are hardly ever the first character of a word that may follow 申请人.
_SURNAME = (
    "王李张刘陈杨赵黄吴徐孙胡朱郭罗梁宋郑谢韩唐冯董萧曹袁邓傅沈彭吕苏卢蒋蔡贾丁魏薛阎潘杜戴夏钟汪姜范谭廖邹熊陆郝孔崔康毛邱秦"
    "史侯邵孟尹黎武乔贺赖龚周钱高何林马田曾许万石金程江白常龙段温章鲁葛韦闫严"
)
_NAME = rf"(?P<name>(?:[{_SURNAME}]|欧阳|司马|上官|诸葛)[\u4e00-\u9fff]{{1,2}}?)"
_NO_NAMES = re.compile(
    r"陈述|张贴|张榜|谢绝|谢意|范围|范本|罗列|郑重|毛病|康复|史料|武装|夏季|黎明|江苏|唐山|郑州|苏州|徐州|沈阳|武汉|韩国|吴江|邱县|董事"
)
_NO_GIVEN_NAME = "某先女同氏家的之和与及等在向对为以按将应可已未申提要请诉不关×Xx*"
_NO_GIVEN_NAME += (
    "人多校局省市县区镇乡村民众群司院办委厅部处所员户们方面式法律师生者上边案依格效需便凡态化时度"
)
_ACTS = (
    r"(?:向[我本]|向[\u4e00-\u9fff]{2,12}(?:局|委|政府|厅|办|中心)|申请(?:公开|获取|政府|信息)|提出|提交"
    r"|要求(?:公开|获取)|不服|诉(?!求|讼)|起诉|反映|因|就|关于|通过|于20)"
)
_APPLICANT = re.compile(
    rf"(?:申请人|原告|当事人|村民|居民|市民|业主|投诉人|举报人)(?:姓名)?:?\s?{_NAME}(?:(?=先生|女士|等\d*人|、|\(|{_ACTS}))"
)
_ASKING = re.compile(
    rf"(?:^|[,。;:\"“]|收到|如对|答复|告知|办理了?|针对|受理了?){_NAME}(?:先生|女士|同志)?(?=(?:向[我本][^,。;]{{0,8}})?(?:申请公开|申请获取|提出(?:的)?(?:政府)?信息公开申请|提出[^,。;]{{0,30}}申请|要求公开))"
)
_COURT = re.compile(
    r"[(（]20\d{2}[)）].{1,10}[行民初终]\w{0,4}\d+号|人民法院(?:公开|公布|裁判)|裁判文书网|典型案例"
)


@dataclass(frozen=True, slots=True)
class Person:
    """A find. `text` is masked; `start` and `end` tell where the full one stands, so that it can be masked elsewhere."""

    start: int
    end: int
    kind: str
    text: str
    role: str


def persons(passage: Passage) -> Iterator[Person]:
    """Find personal data. Roles: bare (unmasked), masked, duty (published on purpose), named (beside a private
    person), office, account (beside words for an account), case (from a published court case), likely (a name, perhaps).
    """
    yield from _numbers(passage)
    text = passage.plain
    if "住" in text or "户籍" in text:
        yield from _addresses(passage)
    if "申请" in text or "原告" in text or "要求公开" in text:
        yield from _names(passage)


def _numbers(passage: Passage) -> Iterator[Person]:
    text = passage.plain
    for match in _DIGITS.finditer(text):
        printed = match.group()
        compact = re.sub(r"[ +-]", "", printed)
        if len(compact) == 13 and compact.startswith("86"):
            compact = compact[2:]
        first, last = passage.sentence_span(match.start())
        around = text[max(first, match.start() - 40) : min(last, match.end() + 20)]
        start, end = match.span()
        if _STARS.search(compact):
            if len(compact) == 11 or len(compact) == 18:
                kind = "phone" if len(compact) == 11 else "resident_id"
                yield Person(start, end, kind, printed, "masked")
        elif _MOBILE.fullmatch(compact) and not _AMOUNT.match(text[end : end + 2]):
            yield Person(start, end, "phone", _mask(compact, 3, 4), _phone_role(around))
        elif _is_resident_id(compact):
            yield Person(start, end, "resident_id", _mask(compact, 2, 3), "bare")
        elif 16 <= len(compact) <= 19 and compact.isdigit() and luhn.is_valid(compact):
            official, account = _OFFICIAL_ACCOUNT.search(around), _CARD.search(around)
            role = "office" if official else "account" if account else "bare"
            if role != "bare" or compact.startswith("62"):
                yield Person(start, end, "bank_card", _mask(compact, 4, 4), role)


def _phone_role(around: str) -> str:
    if _PRIVATE.search(around):
        return "named"
    return "duty" if _ON_DUTY.search(around) else "bare"


def _is_resident_id(text: str) -> bool:
    """The check digit, a birthday that can be, a province: districts newer than our table count too."""
    if len(text) != 18 or not text[:17].isdigit() or not _PROVINCES.match(text):
        return False
    try:
        return ric.calc_check_digit(text.upper()) == text[-1].upper() and (
            date(1900, 1, 1) <= ric.get_birth_date(text) <= date(2100, 1, 1)
        )
    except ValidationError:
        return False


def _mask(text: str, front: int, back: int) -> str:
    return text[:front] + "*" * (len(text) - front - back) + text[-back:]


def _addresses(passage: Passage) -> Iterator[Person]:
    text = passage.plain
    for match in _HOME.finditer(text):
        first, last = passage.sentence_span(match.start())
        start, end = match.span("address")
        address = match["address"]
        office = _OFFICE.search(text[max(first, start - 20) : min(last, end + 10)])
        down_to = _DOWN_TO.match(address)
        yield Person(
            start,
            end,
            "address",
            (down_to.group() if down_to else "") + "****",
            "office" if office else "bare",
        )


def _names(passage: Passage) -> Iterator[Person]:
    for pattern in (_APPLICANT, _ASKING):
        for match in pattern.finditer(passage.plain):
            name = match["name"]
            if _NO_NAMES.match(name) or any(character in _NO_GIVEN_NAME for character in name[1:]):
                continue
            titled = passage.plain[match.end("name") :].startswith(("先生", "女士", "同志"))
            # only the word 申请人 before it, or 先生 after it, makes a name of what may be a phrase
            role = "bare" if titled or (pattern is _APPLICANT and len(name) > 2) else "likely"
            if _COURT.search(passage.sentence(match.start())):
                role = "case"
            yield Person(*match.span("name"), "applicant", name[0] + "*" * (len(name) - 1), role)


def masked(text: str, found: list[Person], offset: int = 0) -> str:
    """Return `text`, which begins at `offset` of the paragraph, with every find in it masked."""
    for person in sorted(found, key=lambda p: -p.start):
        start, end = person.start - offset, person.end - offset
        if start >= 0 and end <= len(text):
            text = text[:start] + person.text + text[end:]
    return text


def without_personal_data(text: str) -> str:
    """Return a text as it may be quoted: a finding must not spread what a report should not have shown."""
    return masked(text, list(persons(Passage(0, "", text, "{}"))))
