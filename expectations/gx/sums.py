"""Sums of columns beside sums of columns, row by row: the arithmetic that is printed on the form.

Rows with a missing operand are passed over by Great Expectations; whoever runs the suite has to count them
(`tasks.validate` makes them NOT_ASSESSABLE). A missing operand is never taken for zero.
"""

from __future__ import annotations

from typing import Any, ClassVar, Literal

from great_expectations.compatibility import pydantic
from great_expectations.execution_engine import PandasExecutionEngine
from great_expectations.expectations.expectation import MulticolumnMapExpectation
from great_expectations.expectations.metrics.map_metric_provider import MulticolumnMapMetricProvider
from great_expectations.expectations.metrics.map_metric_provider.multicolumn_condition_partial import (
    multicolumn_condition_partial,
)
from great_expectations.render.renderer_configuration import RendererConfiguration, RendererValueType

# Counts are exact in floats; sums of money with four decimals are exact to far below this.
TOLERANCE = 1e-6


def _difference(columns: Any, left: list[str], right: list[str]) -> Any:
    """Return Σ left − Σ right per row; missing where any operand is missing."""
    return columns[left].sum(axis=1, skipna=False) - columns[right].sum(axis=1, skipna=False)


class MulticolumnSumsEqual(MulticolumnMapMetricProvider):  # type: ignore[misc]
    """Σ left_columns = Σ right_columns."""

    condition_metric_name = "multicolumn_sums.equal"
    condition_domain_keys = ("batch_id", "table", "column_list", "row_condition", "condition_parser",
                             "ignore_row_if")  # fmt: skip
    condition_value_keys = ("left_columns", "right_columns")

    @multicolumn_condition_partial(engine=PandasExecutionEngine)  # type: ignore[untyped-decorator]
    def _pandas(cls, column_list: Any, **kwargs: Any) -> Any:
        return _difference(column_list, kwargs["left_columns"], kwargs["right_columns"]).abs() <= TOLERANCE


class MulticolumnSumsAtLeast(MulticolumnMapMetricProvider):  # type: ignore[misc]
    """Σ left_columns ≥ Σ right_columns."""

    condition_metric_name = "multicolumn_sums.at_least"
    condition_domain_keys = MulticolumnSumsEqual.condition_domain_keys
    condition_value_keys = ("left_columns", "right_columns")

    @multicolumn_condition_partial(engine=PandasExecutionEngine)  # type: ignore[untyped-decorator]
    def _pandas(cls, column_list: Any, **kwargs: Any) -> Any:
        return _difference(column_list, kwargs["left_columns"], kwargs["right_columns"]) >= -TOLERANCE


class MulticolumnEquationsHold(MulticolumnMapMetricProvider):  # type: ignore[misc]
    """Every equation Σ left = Σ right of a list holds."""

    condition_metric_name = "multicolumn_equations.hold"
    condition_domain_keys = MulticolumnSumsEqual.condition_domain_keys
    condition_value_keys = ("equations",)

    @multicolumn_condition_partial(engine=PandasExecutionEngine)  # type: ignore[untyped-decorator]
    def _pandas(cls, column_list: Any, **kwargs: Any) -> Any:
        holds = [
            _difference(column_list, equation["left"], equation["right"]).abs() <= TOLERANCE
            for equation in kwargs["equations"]
        ]
        together = holds[0]
        for one in holds[1:]:
            together = together & one
        return together


class MulticolumnInequalitiesHold(MulticolumnMapMetricProvider):  # type: ignore[misc]
    """Every inequality Σ left ≥ Σ right of a list holds, where all its numbers are known."""

    condition_metric_name = "multicolumn_inequalities.hold"
    condition_domain_keys = MulticolumnSumsEqual.condition_domain_keys
    condition_value_keys = ("equations",)

    @multicolumn_condition_partial(engine=PandasExecutionEngine)  # type: ignore[untyped-decorator]
    def _pandas(cls, column_list: Any, **kwargs: Any) -> Any:
        short = [
            _difference(column_list, one["left"], one["right"]) < -TOLERANCE  # a missing side gives no gap
            for one in kwargs["equations"]
        ]
        anywhere = short[0]
        for one in short[1:]:
            anywhere = anywhere | one
        return ~anywhere


class MulticolumnPairsEqualWhereKnown(MulticolumnMapMetricProvider):  # type: ignore[misc]
    """Every pair of columns is equal where both are known."""

    condition_metric_name = "multicolumn_pairs.equal_where_known"
    condition_domain_keys = MulticolumnSumsEqual.condition_domain_keys
    condition_value_keys = ("pairs",)

    @multicolumn_condition_partial(engine=PandasExecutionEngine)  # type: ignore[untyped-decorator]
    def _pandas(cls, column_list: Any, **kwargs: Any) -> Any:
        differs = False
        for one, other in kwargs["pairs"]:
            gap = (column_list[one] - column_list[other]).abs()
            differs = differs | (gap > TOLERANCE)  # a missing side gives no gap
        return ~differs


class _Sums(MulticolumnMapExpectation):  # type: ignore[misc]
    """Two lists of columns; `column_list`, which Great Expectations wants, follows from them."""

    left_columns: list[str]
    right_columns: list[str]
    column_list: list[str] = []  # noqa: RUF012 - a pydantic field, copied for every instance
    ignore_row_if: Literal["all_values_are_missing", "any_value_is_missing", "never"] = "any_value_is_missing"

    success_keys = ("mostly", "left_columns", "right_columns")
    args_keys = ("left_columns", "right_columns")
    relation: ClassVar[str] = "="

    @pydantic.root_validator(pre=True)  # type: ignore[untyped-decorator]
    def _name_all_columns(cls, values: dict[str, Any]) -> dict[str, Any]:
        return values | {"column_list": [*values["left_columns"], *values["right_columns"]]}

    @classmethod
    def _prescriptive_template(cls, renderer_configuration: RendererConfiguration) -> RendererConfiguration:
        for name in ("left_columns", "right_columns"):
            renderer_configuration.add_param(name=name, param_type=RendererValueType.ARRAY)
        left = " + ".join(renderer_configuration.kwargs["left_columns"])
        right = " + ".join(renderer_configuration.kwargs["right_columns"])
        renderer_configuration.template_str = f"In every row {left} {cls.relation} {right}."
        return renderer_configuration


class ExpectColumnSumsToBeEqual(_Sums):
    """Expect that in every row the sum of the left columns equals the sum of the right columns.

    Args:
        left_columns (list of str): the columns of the left sum.
        right_columns (list of str): the columns of the right sum.
    """

    map_metric = "multicolumn_sums.equal"


class ExpectColumnSumsToBeAtLeast(_Sums):
    """Expect that in every row the sum of the left columns is not under the sum of the right columns.

    Args:
        left_columns (list of str): the columns of the left sum.
        right_columns (list of str): the columns of the right sum.
    """

    map_metric = "multicolumn_sums.at_least"
    relation: ClassVar[str] = "≥"


class ExpectColumnEquationsToHold(MulticolumnMapExpectation):  # type: ignore[misc]
    """Expect that in every row all equations between sums of columns hold.

    Args:
        equations (list of dict): each with the column names under ``left`` and ``right``.
    """

    equations: list[dict[str, list[str]]]
    column_list: list[str] = []  # noqa: RUF012 - a pydantic field, copied for every instance
    ignore_row_if: Literal["all_values_are_missing", "any_value_is_missing", "never"] = "any_value_is_missing"

    map_metric = "multicolumn_equations.hold"
    success_keys = ("mostly", "equations")
    args_keys = ("equations",)

    @pydantic.root_validator(pre=True)  # type: ignore[untyped-decorator]
    def _name_all_columns(cls, values: dict[str, Any]) -> dict[str, Any]:
        names = [name for e in values["equations"] for name in (*e["left"], *e["right"])]
        return values | {"column_list": list(dict.fromkeys(names))}

    @classmethod
    def _prescriptive_template(cls, renderer_configuration: RendererConfiguration) -> RendererConfiguration:
        renderer_configuration.add_param(name="equations", param_type=RendererValueType.ARRAY)
        renderer_configuration.template_str = "In every row " + " and ".join(
            f"{' + '.join(e['left'])} = {' + '.join(e['right'])}"
            for e in renderer_configuration.kwargs["equations"]
        )
        return renderer_configuration


class ExpectColumnInequalitiesToHold(ExpectColumnEquationsToHold):
    """Expect that in every row no left sum of a list is under its right sum, where both are known.

    Args:
        equations (list of dict): each with the column names under ``left`` and ``right``.
    """

    ignore_row_if: Literal["all_values_are_missing", "any_value_is_missing", "never"] = "never"
    map_metric = "multicolumn_inequalities.hold"

    @classmethod
    def _prescriptive_template(cls, renderer_configuration: RendererConfiguration) -> RendererConfiguration:
        renderer_configuration.add_param(name="equations", param_type=RendererValueType.ARRAY)
        renderer_configuration.template_str = "In every row " + " and ".join(
            f"{' + '.join(e['left'])} ≥ {' + '.join(e['right']) or '0'}"
            for e in renderer_configuration.kwargs["equations"]
        )
        return renderer_configuration


class ExpectColumnPairsToBeEqualWhereKnown(MulticolumnMapExpectation):  # type: ignore[misc]
    """Expect that in every row the two columns of each pair are equal, where both have a value.

    Args:
        pairs (list of lists): two column names each.
    """

    pairs: list[list[str]]
    column_list: list[str] = []  # noqa: RUF012 - a pydantic field, copied for every instance
    ignore_row_if: Literal["all_values_are_missing", "any_value_is_missing", "never"] = "never"

    map_metric = "multicolumn_pairs.equal_where_known"
    success_keys = ("mostly", "pairs")
    args_keys = ("pairs",)

    @pydantic.root_validator(pre=True)  # type: ignore[untyped-decorator]
    def _name_all_columns(cls, values: dict[str, Any]) -> dict[str, Any]:
        return values | {
            "column_list": list(dict.fromkeys(name for pair in values["pairs"] for name in pair))
        }

    @classmethod
    def _prescriptive_template(cls, renderer_configuration: RendererConfiguration) -> RendererConfiguration:
        renderer_configuration.add_param(name="pairs", param_type=RendererValueType.ARRAY)
        renderer_configuration.template_str = "In every row, where both are known: " + " and ".join(
            " = ".join(pair) for pair in renderer_configuration.kwargs["pairs"]
        )
        return renderer_configuration


__all__ = [
    "ExpectColumnEquationsToHold",
    "ExpectColumnInequalitiesToHold",
    "ExpectColumnPairsToBeEqualWhereKnown",
    "ExpectColumnSumsToBeAtLeast",
    "ExpectColumnSumsToBeEqual",
]
