from __future__ import annotations

from pathlib import Path

import pytest

from tasks.publish.site import write_site
from tests.pages.sample_view import RULES, sweep


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with the pages of the sample sweep."""
    return write_site(sweep(), tmp_path_factory.mktemp("site"), RULES).parent
