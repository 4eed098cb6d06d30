"""The way a number has to be printed depends on what its cell counts: one pattern for each form of cell."""

from __future__ import annotations

from typing import Any

from great_expectations.execution_engine import PandasExecutionEngine
from great_expectations.expectations.expectation import ColumnPairMapExpectation
from great_expectations.expectations.metrics.map_metric_provider import ColumnPairMapMetricProvider
from great_expectations.expectations.metrics.map_metric_provider.column_pair_condition_partial import (
    column_pair_condition_partial,
)
from great_expectations.render.renderer_configuration import RendererConfiguration, RendererValueType


class ColumnPairNumberFitsForm(ColumnPairMapMetricProvider):  # type: ignore[misc]
    """The number printed in column B matches the pattern of the form named in column A."""

    condition_metric_name = "column_pair_number.fits_form"
    condition_domain_keys = ("batch_id", "table", "column_A", "column_B", "row_condition",
                             "condition_parser", "ignore_row_if")  # fmt: skip
    condition_value_keys = ("patterns",)

    @column_pair_condition_partial(engine=PandasExecutionEngine)  # type: ignore[untyped-decorator]
    def _pandas(cls, column_A: Any, column_B: Any, **kwargs: Any) -> Any:
        fits = column_A == column_A
        printed = column_B.astype(str)
        for form, pattern in kwargs["patterns"].items():
            fits = fits & ((column_A != form) | printed.str.fullmatch(pattern))
        return fits


class ExpectColumnPairNumberToFitForm(ColumnPairMapExpectation):  # type: ignore[misc]
    """Expect that the number printed in column B is written as the form of cell in column A demands.

    Args:
        column_A (str): the column that names the form (count, signed, amount).
        column_B (str): the column with the number as text.
        patterns (dict): a regular expression for each form; other forms are not looked at.
    """

    patterns: dict[str, str]
    ignore_row_if: str = "either_value_is_missing"

    map_metric = "column_pair_number.fits_form"
    domain_keys = ("batch_id", "column_A", "column_B", "row_condition", "condition_parser", "ignore_row_if")
    success_keys = ("mostly", "patterns")
    args_keys = ("column_A", "column_B", "patterns")

    @classmethod
    def _prescriptive_template(cls, renderer_configuration: RendererConfiguration) -> RendererConfiguration:
        for name in ("column_A", "column_B"):
            renderer_configuration.add_param(name=name, param_type=RendererValueType.STRING)
        patterns = renderer_configuration.kwargs["patterns"]
        renderer_configuration.template_str = "$column_B must match " + ", ".join(
            f"{pattern} where $column_A is {form}" for form, pattern in patterns.items()
        )
        return renderer_configuration
