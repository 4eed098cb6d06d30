"""What a site says of an article beside it: meta elements, and the block of 索引号, 发布机构, 发布日期."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

from lxml import etree

from models.document import Table
from tasks.read.html_page import Item, Page, is_heading

_META = {
    "articletitle": "title",
    "pubdate": "published_on",
    "publishdate": "published_on",
    "contentsource": "publisher",
}
_OF_A_BLOCK = re.compile(
    r"(?:索引号|信息索引号|索取号|主题分类|信息分类|体裁分类|组配分类|服务对象分类|发文(?:机构|机关|单位|字号|日期)|"
    r"(?:信息)?发布(?:机构|单位|日期|时间|机关)|公开(?:机构|主体|方式|范围|日期|时限|责任部门)|制发机关|生成日期|成文日期|"
    r"生效日期|失效日期|废止日期|有效性|时效|效力状态|文号|文件编号|(?:信息|文件)?名称|标题|主题词|关键词|内容概述|"
    r"统一编号|登记号|来源|信息来源|浏览次数|点击数|字体|责任编辑)"
)
_KEYS = {
    "标题": "title", "名称": "title", "信息名称": "title", "文件名称": "title",
    "发布机构": "publisher", "信息发布机构": "publisher", "发文机构": "publisher", "发文机关": "publisher",
    "发文单位": "publisher", "发布单位": "publisher", "公开机构": "publisher", "公开主体": "publisher",
    "发布日期": "published_on", "发布时间": "published_on", "信息发布日期": "published_on", "公开日期": "published_on",
}  # fmt: skip
_SAID = re.compile(
    r"(发布日期|发布时间|发布机构|发文机构|发文机关|发布单位|公开日期)[:：]((?:\d[\d\-/.年月日:]*\d日?|[^\s:：\d]{3,40}))"
)
_FEWEST, _MOST_CELLS = 3, 60


def stated(root: etree._Element) -> dict[str, str]:
    """Return what the meta elements and the title of a page say, under the keys of `Document.metadata`."""
    named = {
        (meta.get("name") or "").lower(): (meta.get("content") or "").strip() for meta in root.iter("meta")
    }
    found: dict[str, str] = {}
    for name, key in _META.items():
        if named.get(name):
            found.setdefault(key, named[name])
    title = (root.findtext(".//title") or "").strip()
    if title:
        found.setdefault("title", title)
    return {key: found[key] for key in ("title", "published_on", "publisher") if key in found}


def without_properties(page: Page, stated_already: Mapping[str, str]) -> tuple[Page, dict[str, str]]:
    """Take the tables of properties out of the page; return it with all that is stated.

    Lines such as “发布时间：2024-01-18” above the first heading are taken note of and stay.
    """
    found = dict(stated_already)
    kept: list[Item] = []
    body = False
    for item in page.items:
        body = body or is_heading(item)
        if isinstance(item, Table) and _is_block(item):
            for key, value in _pairs([cell.text for cell in item.cells]):
                found.setdefault(key, value)
            continue
        if not body and not isinstance(item, Table) and (text := getattr(item, "text", "")):
            for name, value in _SAID.findall(re.sub(r"\s*[:：]\s*", "：", text)[:300]):
                found.setdefault(_KEYS[name], value)
        kept.append(item)
    return Page(kept, page.attached), found


def _is_block(table: Table) -> bool:
    if len(table.cells) > _MOST_CELLS:
        return False
    return sum(_name(cell.text) is not None for cell in table.cells) >= _FEWEST


def _name(text: str) -> str | None:
    """Return the property that a cell names, alone or before its value."""
    head = re.sub(r"\s+", "", re.split(r"[:：]", text, maxsplit=1)[0].strip("[]【】 "))
    return head if _OF_A_BLOCK.fullmatch(head) else None


def _pairs(texts: Sequence[str]) -> Iterator[tuple[str, str]]:
    for text, following in pairwise([*texts, ""]):
        name = _name(text)
        if name is None or name not in _KEYS:
            continue
        own = re.split(r"[:：]", text, maxsplit=1)[1:]
        value = own[0].strip() if own and own[0].strip() else following.strip()
        if value and _name(value) is None:
            yield _KEYS[name], value
