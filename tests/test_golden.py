"""Whole results of a few samples, as `hecha check --json` prints them, compared to the letter.

When a change is meant: ``HECHA_GOLDEN=write make test ARGS=tests/test_golden.py`` writes them anew; read the diff.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from hecha.check import check
from hecha.output import as_json
from samples.generate import HERE

GOLDEN = Path(__file__).parent / "golden"
NAMES = (
    "2023/映溪区教育局.docx",
    "2023/映溪区民政局.txt",
    "2022/映溪区青砚镇人民政府.html",
    "2023/映溪区水务局.pdf",
)


@pytest.mark.parametrize("name", NAMES)
def test_the_whole_result(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(HERE / "reports")
    document = as_json(check([Path(name)], 1 << 20))
    document.pop("ruleset")  # the hash changes with every word of the rules
    told = json.dumps(document, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
    file = GOLDEN / (name.replace("/", "_") + ".json")
    if os.environ.get("HECHA_GOLDEN") == "write":
        file.write_text(told, encoding="utf-8")
    assert told == file.read_text(encoding="utf-8")
