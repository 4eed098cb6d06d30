"""The tree of agencies as paths."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Engine, select

from tasks.persist import record_roster
from tasks.persist.regions import within
from tasks.persist.rows import AGENCIES
from tasks.roster import read_roster

ROSTER = """agency,rank,organ,parent,aliases,first_year
云岚市人民政府,city,government,,,
映溪区人民政府,county,government,云岚市人民政府,,
映溪区教育局,county,department,映溪区人民政府,,
霞浦县人民政府,county,government,云岚市人民政府,,
"""


def below(database: Engine, name: str) -> set[str]:
    with database.connect() as connection:
        path = connection.execute(select(AGENCIES.c.path).where(AGENCIES.c.name == name)).scalar_one()
        return set(connection.execute(select(AGENCIES.c.name).where(within(path))).scalars())


def test_a_region_is_itself_and_all_below_it(database: Engine, tmp_path: Path) -> None:
    listed = tmp_path / "roster.csv"
    listed.write_text(ROSTER, encoding="utf-8")
    record_roster(database, read_roster(listed))
    everybody = {"云岚市人民政府", "映溪区人民政府", "映溪区教育局", "霞浦县人民政府"}
    assert below(database, "云岚市人民政府") == everybody
    assert below(database, "映溪区人民政府") == {"映溪区人民政府", "映溪区教育局"}
    assert below(database, "映溪区教育局") == {"映溪区教育局"}
    listed.write_text(
        ROSTER.replace(
            "映溪区教育局,county,department,映溪区人民政府", "映溪区教育局,county,department,霞浦县人民政府"
        ),
        encoding="utf-8",
    )
    record_roster(database, read_roster(listed))
    assert below(database, "映溪区人民政府") == {"映溪区人民政府"}
    assert below(database, "霞浦县人民政府") == {"霞浦县人民政府", "映溪区教育局"}


def test_nowhere_is_nobody(database: Engine) -> None:
    with database.connect() as connection:
        assert list(connection.execute(select(AGENCIES.c.id).where(within("")))) == []
