"""Profiles: the deadlines, thresholds, word lists, weights and switches that a supervisor may set.

A profile is a TOML file. ``default.toml`` in ``expectations/profiles`` holds every setting with its reason; another
file names in ``extends`` the profile it starts from and gives only what differs: single values and tables are
replaced, a list of words is replaced whole unless its key ends in ``_more``, which adds to it.
"""

from __future__ import annotations

import hashlib
import json
import re
import tomllib
from collections.abc import Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from models.errors import ConfigurationError

FOLDER = Path(__file__).parent / "profiles"
DEFAULT = "default"

Share = Annotated[float, Field(ge=0, le=1)]
Points = Annotated[float, Field(ge=0)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Deadline(_Part):
    """A day of the year after the report year."""

    month: Annotated[int, Field(ge=1, le=12)]
    day: Annotated[int, Field(ge=1, le=31)]

    @model_validator(mode="after")
    def _exists(self) -> Deadline:
        # a day that every year has
        try:
            date(2023, self.month, self.day)
        except ValueError as error:
            raise ValueError("没有这一天") from error
        return self


class Deadlines(_Part):
    """When a report must be published, by the kind of organ. `local`: an earlier date set here, only a hint."""

    department: Deadline
    government: Deadline
    township: Deadline
    local_department: Deadline | None = None
    local_government: Deadline | None = None
    local_township: Deadline | None = None


class Thresholds(_Part):
    """Limits that are a matter of judgement; the reason for each stands in ``default.toml``."""

    # copies; a likeness is the share of five-character pieces, 0..1
    like_previous: Share
    copied_previous: Share
    like_peer: Annotated[float, Field(ge=0.5, le=1)]
    copied_peer: Share
    repeated_problems: Share
    parent_paragraph: Share
    parent_characters: Annotated[int, Field(ge=1)]
    common_share: Share
    common_reports: Annotated[int, Field(ge=2)]
    least_compared: Annotated[int, Field(ge=1)]
    peers_shown: Annotated[int, Field(ge=1, le=20)]
    generic_overview: Annotated[int, Field(ge=1)]
    # the same agency's other years
    same_cells: Annotated[int, Field(ge=1)]
    same_cells_grave: Annotated[int, Field(ge=1)]
    same_cells_compared: Share
    jump: Annotated[int, Field(ge=1)]
    jump_ratio: Annotated[float, Field(gt=1)]
    series_share: Share
    series_agencies: Annotated[int, Field(ge=1)]
    # reading
    short_text: Annotated[int, Field(ge=0)]
    # what the sections say
    overview_shortest: Annotated[int, Field(ge=0)]
    overview_longest: Annotated[int, Field(ge=1)]
    problems_shortest: Annotated[int, Field(ge=1)]
    generic_problems: Share
    off_topic: Share
    parts_nearly: Share
    parts_thin: Share
    # credibility of the numbers
    magnitude: Annotated[float, Field(gt=1)]
    magnitude_from: Annotated[int, Field(ge=1)]
    alike_below: Annotated[int, Field(ge=1, le=6)]
    carried_out_share: Share
    carried_out_from: Annotated[int, Field(ge=1)]
    pending_share: Share
    pending_from: Annotated[int, Field(ge=1)]


def _compiles(text: str) -> str:
    try:
        re.compile(text)
    except re.error as error:
        raise ValueError(f"“{text}”不是正则表达式") from error
    return text


Pattern = Annotated[str, AfterValidator(_compiles)]
"""A regular expression."""


class Misnomer(_Part):
    """A wrong wording, as a regular expression, and the right one."""

    wrong: Pattern
    right: str


class Citation(_Part):
    """A central document: a pattern of its title, and its number."""

    title: Pattern
    number: str


class Meeting(_Part):
    """A congress of the party (key ``20``) or one of its plenums (``20.3``), and the day it closed."""

    key: str
    title: str
    closed: date


class Words(_Part):
    """Word lists; what each is for stands in ``default.toml``."""

    aspects: Mapping[str, tuple[str, ...]]
    aspects_near: Mapping[str, tuple[str, ...]]
    results: Mapping[str, tuple[str, ...]]
    results_near: Mapping[str, tuple[str, ...]]
    generic_problems: tuple[str, ...]
    specific_topics: tuple[str, ...]
    off_topic: tuple[str, ...]

    formulas: tuple[str, ...]
    blacklist: tuple[str, ...]
    relative_times: tuple[Pattern, ...]
    internal_bodies: tuple[Pattern, ...]
    renamed: tuple[tuple[str, ...], ...]
    repealed: tuple[Pattern, ...]
    misnomers: tuple[Misnomer, ...]
    citations: tuple[Citation, ...]
    typos: tuple[Misnomer, ...]
    doubled: tuple[Pattern, ...]
    meetings: tuple[Meeting, ...]


class Grade(_Part):
    """A grade and the lowest score that earns it."""

    at_least: Points
    title: str


class Gate(_Part):
    """A finding of one of these rules, of this severity or a graver one, caps the score.

    With `similarity` the finding counts from that likeness on (`Finding.observed`, 0..1).
    """

    at_most: Points
    title: str
    rules: tuple[str, ...]
    severity: Literal["critical", "warning"] = "critical"
    similarity: Share | None = None


class Dimension(_Part):
    """A dimension of the score and its points of 100; 0 for one that is never scored."""

    key: str
    title: str
    points: Points


class Scoring(_Part):
    """The scoring model; see the comments in ``default.toml`` for the meaning of each number."""

    version: str
    coverage: Share
    not_scored: str
    requires: tuple[str, ...]
    deductions: Mapping[str, Points]
    further: Points
    further_at_most: Points
    special: Mapping[str, Points]
    grades: tuple[Grade, ...]
    gates: tuple[Gate, ...]
    alerts: Mapping[str, str]
    dimensions: tuple[Dimension, ...]

    @model_validator(mode="after")
    def _adds_up(self) -> Scoring:
        if sum(dimension.points for dimension in self.dimensions) != 100:
            raise ValueError("各维度的分值之和应为100")
        if set(self.deductions) != {"critical", "warning", "info"}:
            raise ValueError("扣分应当写明critical、warning、info三级")
        if min((grade.at_least for grade in self.grades), default=None) != 0:
            raise ValueError("最低一级的分数线应为0")
        return self


class Switches(_Part):
    """Which rules are on. Every rule of the catalogue is, but for those in `off`."""

    off: tuple[str, ...] = ()


class Profile(_Part):
    """Everything a supervisor may set. `name` and `hash` stand on every result."""

    name: str
    title: str
    rules: Switches
    deadlines: Deadlines
    thresholds: Thresholds
    words: Words
    scoring: Scoring

    @property
    def hash(self) -> str:
        """The hash of the content: two profiles that set the same have the same hash, whatever their name."""
        content = self.model_dump(mode="json", exclude={"name", "title"})
        return hashlib.sha256(json.dumps(content, sort_keys=True, ensure_ascii=False).encode()).hexdigest()[
            :16
        ]

    def __hash__(self) -> int:
        return hash(self.hash)

    def value(self, path: str) -> Any:
        """Return one setting by its dotted path, e.g. ``thresholds.copied``. Raises AttributeError."""
        found: Any = self
        for name in path.split("."):
            found = getattr(found, name)
        return found


@cache
def default() -> Profile:
    """Return the profile that is in force where none is named."""
    return load(DEFAULT)


def load(which: str | Path) -> Profile:
    """Return a profile by the name of a shipped one or by the path of a TOML file.

    Raises ConfigurationError, in Chinese, naming the file and the setting.
    """
    path = _path(which)
    try:
        return Profile.model_validate(_merged(path, ()), strict=False)
    except ValidationError as error:
        fault = error.errors()[0]
        place = ".".join(str(part) for part in fault["loc"]) or "整体"
        raise ConfigurationError(
            f"核查方案“{path.name}”的“{place}”{_why(fault)}，请对照 default.toml 改正。"
        ) from error


_WHY = {
    "missing": "没有设置",
    "extra_forbidden": "不是可用的设置",
    "value_error": "不可用：{error}",
    "greater_than_equal": "不应小于{ge}",
    "greater_than": "应当大于{gt}",
    "less_than_equal": "不应大于{le}",
    "literal_error": "应为{expected}之一",
}
_KINDS = {"int": "应为整数", "float": "应为数字", "string": "应为文字", "date": "应为日期", "tuple": "应为列表",
          "dict": "应为一组设置", "mapping": "应为一组设置", "model": "应为一组设置"}  # fmt: skip


def _why(fault: Mapping[str, Any]) -> str:
    """Say in Chinese what pydantic found wrong with a value."""
    kind = str(fault["type"])
    if kind in _WHY:
        return _WHY[kind].format(**fault.get("ctx", {}))
    return _KINDS.get(kind.split("_")[0], "的值不可用")


def _path(which: str | Path) -> Path:
    path = Path(which)
    shipped = FOLDER / f"{which}.toml"
    if path.suffix != ".toml" and shipped.exists():
        return shipped
    if not path.is_file():
        names = "、".join(sorted(entry.stem for entry in FOLDER.glob("*.toml")))
        raise ConfigurationError(
            f"找不到核查方案“{which}”，请给出TOML文件的路径或随附方案的名称（{names}）。"
        )
    return path


def _merged(path: Path, above: tuple[Path, ...]) -> dict[str, Any]:
    if path.resolve() in above:
        raise ConfigurationError(f"核查方案“{path.name}”的“extends”又回到了它自己，请改正。")
    try:
        own = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigurationError(
            f"核查方案“{path.name}”不是有效的TOML文件（UTF-8），请检查：{error}。"
        ) from error
    start = own.pop("extends", None)
    if start is None:
        return own
    beside = path.parent / str(start)
    base = _merged(_path(beside if beside.is_file() else str(start)), (*above, path.resolve()))
    return _laid_over(base, own)


def _laid_over(base: Mapping[str, Any], own: Mapping[str, Any]) -> dict[str, Any]:
    result = dict(base)
    for name, value in own.items():
        if name.endswith("_more") and isinstance(value, list):
            key = name.removesuffix("_more")
            result[key] = [*result.get(key, []), *value]
        elif isinstance(value, dict) and isinstance(result.get(name), dict):
            result[name] = _laid_over(result[name], value)
        else:
            result[name] = value
    return result
