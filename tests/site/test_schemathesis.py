"""The API against its own description: schemathesis sends what it may and may not, and finds nothing."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import schemathesis
from fastapi import FastAPI
from hypothesis import HealthCheck, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis.config import SchemathesisConfig
from schemathesis.generation import GenerationMode
from sqlalchemy import Engine

from hecha.site.limits import Window
from tasks.accounts.person import Person
from tasks.accounts.tokens import create

EXAMPLES = 15
NO_REPORT = ["2xx", "400", "404", "409", "413", "415", "422"]
"""What may be answered to a request that is well formed: random bytes are no report, a random id is no one's."""


@pytest.fixture(params=["operator", "agency"])
def described(
    request: pytest.FixtureRequest, site_app: FastAPI, database: Engine, person: Callable[[str], Person]
) -> Any:
    """The API as its description tells, asked with the token of an operator and of an agency."""
    site_app.state.limits.uploads = Window(100_000, 300)
    token = create(database, person(request.param), "schemathesis", timedelta(days=1))
    config = SchemathesisConfig.from_dict(
        {
            "headers": {"Authorization": f"Bearer {token}"},
            "checks": {"positive_data_acceptance": {"expected-statuses": NO_REPORT}},
        }
    )
    return schemathesis.openapi.from_asgi("/api/v1/openapi.json", site_app, config=config)


@pytest.mark.parametrize("mode", list(GenerationMode))
def test_nothing_is_found(described: Any, mode: GenerationMode) -> None:
    operations = [found.ok() for found in described.get_all_operations()]
    assert len(operations) == 12
    for operation in operations:
        _ask(operation, mode)


def _ask(operation: Any, mode: GenerationMode) -> None:
    @given(case=operation.as_strategy(generation_mode=mode))
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    def ask(case: Any) -> None:
        case.call_and_validate()

    with contextlib.suppress(Unsatisfiable):  # there is nothing wrong to send where nothing is asked for
        ask()
