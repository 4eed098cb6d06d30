"""Expectations on what the prose claims: a number beside the readings it may have, a share, a whole and its parts.

Great Expectations passes over rows in which a column that it is given is missing; here a missing reading is no
reading, so only the row's own number must be there. Whoever runs the suite counts what could not be decided.
"""

from __future__ import annotations

from abc import abstractmethod
from typing import Any, Literal

from great_expectations.compatibility import pydantic
from great_expectations.execution_engine import PandasExecutionEngine
from great_expectations.expectations.expectation import MulticolumnMapExpectation
from great_expectations.expectations.metrics.map_metric_provider import MulticolumnMapMetricProvider
from great_expectations.expectations.metrics.map_metric_provider.multicolumn_condition_partial import (
    multicolumn_condition_partial,
)
from great_expectations.render.renderer_configuration import RendererConfiguration, RendererValueType

_TOLERANCE = 1e-6
_DOMAIN = ("batch_id", "table", "column_list", "row_condition", "condition_parser", "ignore_row_if")


class ValueEqualsOneOfColumns(MulticolumnMapMetricProvider):  # type: ignore[misc]
    """The value column equals at least one of the candidates; a row without a value is passed over."""

    condition_metric_name = "value.equals_one_of_columns"
    condition_domain_keys = _DOMAIN
    condition_value_keys = ("column", "candidate_columns")

    @multicolumn_condition_partial(engine=PandasExecutionEngine)  # type: ignore[untyped-decorator]
    def _pandas(cls, column_list: Any, **kwargs: Any) -> Any:
        value = column_list[kwargs["column"]]
        gaps = column_list[kwargs["candidate_columns"]].sub(value, axis=0).abs()
        return value.isna() | (gaps <= _TOLERANCE).any(axis=1)


class ShareFitsOneOfBases(MulticolumnMapMetricProvider):  # type: ignore[misc]
    """100 · part / base is the share, rounded or cut at its last printed digit, for at least one of the bases."""

    condition_metric_name = "share.fits_one_of_bases"
    condition_domain_keys = _DOMAIN
    condition_value_keys = ("column", "part_column", "digit_column", "candidate_columns")

    @multicolumn_condition_partial(engine=PandasExecutionEngine)  # type: ignore[untyped-decorator]
    def _pandas(cls, column_list: Any, **kwargs: Any) -> Any:
        share, digit = column_list[kwargs["column"]], column_list[kwargs["digit_column"]]
        bases = column_list[kwargs["candidate_columns"]]
        true = bases.where(bases > 0).rdiv(column_list[kwargs["part_column"]], axis=0) * 100
        gaps = true.sub(share, axis=0)
        # rounded: off by half a digit at most; cut: the true share is larger, by less than a digit
        rounded = gaps.abs().le(digit / 2 + _TOLERANCE, axis=0)
        cut = gaps.ge(0) & gaps.lt(digit, axis=0)
        return share.isna() | (rounded | cut).any(axis=1)


class PartsFitWhole(MulticolumnMapMetricProvider):  # type: ignore[misc]
    """Parts that are said to be all make the whole; others stay under it, and do not just miss it.

    From `least_parts` on, parts have to make up `thin` of the whole, or the list says little of it.
    """

    condition_metric_name = "parts.fit_whole"
    condition_domain_keys = _DOMAIN
    condition_value_keys = (
        "column_A", "column_B", "exhaustive_column", "parts_column", "nearly", "thin", "least_parts",
    )  # fmt: skip

    @multicolumn_condition_partial(engine=PandasExecutionEngine)  # type: ignore[untyped-decorator]
    def _pandas(cls, column_list: Any, **kwargs: Any) -> Any:
        parts, whole = column_list[kwargs["column_A"]], column_list[kwargs["column_B"]]
        every = column_list[kwargs["exhaustive_column"]].eq(True)
        long = column_list[kwargs["parts_column"]].ge(kwargs["least_parts"])
        equal = (parts - whole).abs() <= _TOLERANCE
        apart = (parts < whole * kwargs["nearly"]) & ~(long & (parts < whole * kwargs["thin"]))
        return parts.isna() | whole.isna() | equal | (~every & apart)


class _Named(MulticolumnMapExpectation):  # type: ignore[misc]
    """Columns under names that say what they are for; `column_list`, which Great Expectations wants, follows."""

    column_list: list[str] = []  # noqa: RUF012 - a pydantic field, copied for every instance
    ignore_row_if: Literal["all_values_are_missing", "any_value_is_missing", "never"] = "never"

    @classmethod
    def _prescriptive_template(cls, renderer_configuration: RendererConfiguration) -> RendererConfiguration:
        renderer_configuration.add_param(name="column_list", param_type=RendererValueType.ARRAY)
        renderer_configuration.template_str = cls._sentence(renderer_configuration.kwargs)
        return renderer_configuration

    @classmethod
    @abstractmethod
    def _sentence(cls, arguments: dict[str, Any]) -> str:
        """Return what is expected, with the names of the columns in it."""


class ExpectColumnValueToEqualOneOfColumns(_Named):
    """Expect that in every row the value of a column equals that of at least one of the candidate columns.

    Args:
        column (str): the number that is claimed; rows without one are passed over.
        candidate_columns (list of str): what it can mean; a missing candidate is none.
    """

    column: str
    candidate_columns: list[str]

    map_metric = "value.equals_one_of_columns"
    success_keys = ("mostly", "column", "candidate_columns")
    args_keys = ("column", "candidate_columns")

    @pydantic.root_validator(pre=True)  # type: ignore[untyped-decorator]
    def _name_all_columns(cls, values: dict[str, Any]) -> dict[str, Any]:
        return values | {"column_list": [values["column"], *values["candidate_columns"]]}

    @classmethod
    def _sentence(cls, arguments: dict[str, Any]) -> str:
        return (
            f"In every row {arguments['column']} equals one of {', '.join(arguments['candidate_columns'])}."
        )


class ExpectColumnShareToFitOneOfBases(_Named):
    """Expect that a share in per cent is that of a part in at least one of the bases.

    Args:
        column (str): the share as printed; rows without one are passed over.
        part_column (str): the number whose share is stated.
        digit_column (str): the weight of the last printed digit (0.1 for 33.9).
        candidate_columns (list of str): the wholes it may be a share of; a missing one is none.
    """

    column: str
    part_column: str
    digit_column: str
    candidate_columns: list[str]

    map_metric = "share.fits_one_of_bases"
    success_keys = ("mostly", "column", "part_column", "digit_column", "candidate_columns")
    args_keys = ("column", "part_column", "digit_column", "candidate_columns")

    @pydantic.root_validator(pre=True)  # type: ignore[untyped-decorator]
    def _name_all_columns(cls, values: dict[str, Any]) -> dict[str, Any]:
        named = [values["column"], values["part_column"], values["digit_column"]]
        return values | {"column_list": [*named, *values["candidate_columns"]]}

    @classmethod
    def _sentence(cls, arguments: dict[str, Any]) -> str:
        bases = ", ".join(arguments["candidate_columns"])
        return f"In every row {arguments['column']} = 100 * {arguments['part_column']} / one of {bases}."


class ExpectPartsToFitWhole(_Named):
    """Expect that the parts of a whole make it where they are said to be all, and else stay under it.

    Args:
        column_A (str): the sum of the parts.
        column_B (str): the whole.
        exhaustive_column (str): whether the parts are said to be all.
        parts_column (str): how many parts there are.
        nearly (float): parts of at least this share of the whole, but not all of it, are a slip.
        thin (float): from `least_parts` parts on they should make up this share of the whole; 0 asks nothing.
        least_parts (int): see `thin`.
    """

    column_A: str
    column_B: str
    exhaustive_column: str
    parts_column: str
    nearly: float
    thin: float
    least_parts: int

    map_metric = "parts.fit_whole"
    success_keys = (
        "mostly", "column_A", "column_B", "exhaustive_column", "parts_column", "nearly", "thin", "least_parts",
    )  # fmt: skip
    args_keys = ("column_A", "column_B", "exhaustive_column", "parts_column", "nearly", "thin", "least_parts")

    @pydantic.root_validator(pre=True)  # type: ignore[untyped-decorator]
    def _name_all_columns(cls, values: dict[str, Any]) -> dict[str, Any]:
        names = ("column_A", "column_B", "exhaustive_column", "parts_column")
        return values | {"column_list": [values[name] for name in names]}

    @classmethod
    def _sentence(cls, arguments: dict[str, Any]) -> str:
        return (
            f"In every row {arguments['column_A']} <= {arguments['column_B']}, and equal to it where "
            f"{arguments['exhaustive_column']} or where it is {arguments['nearly']:.0%} of it or more."
        )


__all__ = [
    "ExpectColumnShareToFitOneOfBases",
    "ExpectColumnValueToEqualOneOfColumns",
    "ExpectPartsToFitWhole",
]
