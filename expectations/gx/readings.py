"""A number in words that may mean one of several columns: it has to equal one of them."""

from __future__ import annotations

from typing import Any, Literal

from great_expectations.compatibility import pydantic
from great_expectations.execution_engine import PandasExecutionEngine
from great_expectations.expectations.expectation import MulticolumnMapExpectation
from great_expectations.expectations.metrics.map_metric_provider import MulticolumnMapMetricProvider
from great_expectations.expectations.metrics.map_metric_provider.multicolumn_condition_partial import (
    multicolumn_condition_partial,
)
from great_expectations.render.renderer_configuration import RendererConfiguration, RendererValueType


class MulticolumnValueAmongColumns(MulticolumnMapMetricProvider):  # type: ignore[misc]
    """The value of one column is, within a tolerance, that of at least one other column."""

    condition_metric_name = "multicolumn_value.among_columns"
    condition_domain_keys = ("batch_id", "table", "column_list", "row_condition", "condition_parser",
                             "ignore_row_if")  # fmt: skip
    condition_value_keys = ("column", "candidate_columns", "tolerance_column")

    @multicolumn_condition_partial(engine=PandasExecutionEngine)  # type: ignore[untyped-decorator]
    def _pandas(cls, column_list: Any, **kwargs: Any) -> Any:
        value = column_list[kwargs["column"]]
        tolerance = 1e-6
        if kwargs["tolerance_column"] is not None:
            tolerance = column_list[kwargs["tolerance_column"]].fillna(0.0) + 1e-6
        fits = value.isna()  # what could not be told is counted elsewhere
        for candidate in kwargs["candidate_columns"]:
            fits = fits | ((value - column_list[candidate]).abs() <= tolerance)
        return fits


class ExpectColumnValueToEqualOneOfColumns(MulticolumnMapExpectation):  # type: ignore[misc]
    """Expect that in every row the value of a column equals one of the candidate columns.

    Args:
        column (str): the column with the value; rows without one are passed over.
        candidate_columns (list of str): the columns it may equal; those without a value are passed over.
        tolerance_column (str or None): a column with the difference that rounding allows.
    """

    column: str
    candidate_columns: list[str]
    tolerance_column: str | None = None
    column_list: list[str] = []  # noqa: RUF012 - a pydantic field, copied for every instance
    ignore_row_if: Literal["all_values_are_missing", "any_value_is_missing", "never"] = "never"

    map_metric = "multicolumn_value.among_columns"
    success_keys = ("mostly", "column", "candidate_columns", "tolerance_column")
    args_keys = ("column", "candidate_columns")

    @pydantic.root_validator(pre=True)  # type: ignore[untyped-decorator]
    def _name_all_columns(cls, values: dict[str, Any]) -> dict[str, Any]:
        named = [values["column"], *values["candidate_columns"]]
        if values.get("tolerance_column"):
            named.append(values["tolerance_column"])
        return values | {"column_list": named}

    @classmethod
    def _prescriptive_template(cls, renderer_configuration: RendererConfiguration) -> RendererConfiguration:
        renderer_configuration.add_param(name="column", param_type=RendererValueType.STRING)
        renderer_configuration.add_param(name="candidate_columns", param_type=RendererValueType.ARRAY)
        among = " or ".join(renderer_configuration.kwargs["candidate_columns"])
        renderer_configuration.template_str = f"In every row $column equals {among}."
        return renderer_configuration


__all__ = ["ExpectColumnValueToEqualOneOfColumns"]
