"""How the site bears many people: Locust plays them, over 200,000 reports on PostgreSQL, on this machine.

``python -m benchmarks.site_load [REPORTS] [USERS] [SECONDS]``. The server, the database and Locust share the cores.
"""

from __future__ import annotations

import contextlib
import csv
import json
import os
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import psutil

from benchmarks.site_load_data import MODELS, with_database
from tests.site.conftest import SAMPLES
from tests.storage.postgres import postgres_server

REPORTS, USERS, SECONDS = 200_000, 200, 300
PORT = 8699
PER_SECOND = 2
"""So many sign in within a second, until all are there."""
COLD, CHECKS = 2, 5
ADDRESS = f"http://127.0.0.1:{PORT}"


@contextlib.contextmanager
def served(home: Path, url: str) -> Iterator[subprocess.Popen[bytes]]:
    """Run `hecha serve` over a home and a database."""
    told = {"HECHA_HOME": str(home), "HECHA_DATABASE_URL": url, "HECHA_WEB_PORT": str(PORT)}
    with (home / "serve.log").open("wb") as log:
        process = subprocess.Popen(
            [str(Path(sys.executable).with_name("hecha")), "serve"],
            env=os.environ | told,
            stdout=log,
            stderr=log,
        )
    try:
        for _ in range(300):
            time.sleep(0.2)
            with contextlib.suppress(OSError), urllib.request.urlopen(f"{ADDRESS}/healthz"):
                break
        yield process
    finally:
        process.terminate()
        process.wait(60)


def load(people: Path, users: int, seconds: int, folder: Path) -> list[dict[str, str]]:
    """Let the people work for so long after all have signed in; return Locust's table."""
    arriving = -(-users // PER_SECOND)
    command = [
        sys.executable, "-m", "locust", "-f", "benchmarks/site_load_users.py", "--headless", "--only-summary",
        "--host", ADDRESS, "-u", str(users), "-r", str(PER_SECOND), "-t", f"{arriving + seconds}s",
        "--csv", str(folder / "load"), "--loglevel", "WARNING",
    ]  # fmt: skip
    told = os.environ | {"HECHA_LOAD_PEOPLE": str(people), "PYTHONPATH": str(Path.cwd())}
    with (folder / "locust.log").open("wb") as log:
        subprocess.run(command, env=told, stdout=log, stderr=log, check=False)
    print(
        (folder / "locust.log").read_text()[-4000:] if not (folder / "load_stats.csv").exists() else "",
        end="",
    )
    with (folder / "load_stats.csv").open() as file:
        return list(csv.DictReader(file))


def tell(rows: list[dict[str, str]]) -> None:
    """Print the table."""
    print("\n| page | asked | errors | p50 ms | p95 ms | max ms |\n|---|---:|---:|---:|---:|---:|")
    for row in rows:
        middle, most = row["50%"], row["95%"]
        longest = float(row["Max Response Time"])
        print(
            f"| {row['Name']} | {row['Request Count']} | {row['Failure Count']} | {middle} | {most} | {longest:.0f} |"
        )
    print(f"\n{float(rows[-1]['Requests/s']):.1f} requests a second", flush=True)


def check(people: Path) -> list[float]:
    """Return the seconds of checks of an HTML report before publishing; the first ones, which start the children, left out."""
    token = next(one["token"] for one in json.loads(people.read_text()) if one["token"])
    content = (SAMPLES / "reports" / "2022" / MODELS[0]).read_bytes()
    times = []
    for _ in range(COLD + CHECKS):
        asked = urllib.request.Request(
            f"{ADDRESS}/api/v1/self-checks?name=report.html",
            content,
            {"Authorization": f"Bearer {token}", "Content-Type": "application/octet-stream"},
        )
        start = time.perf_counter()
        with urllib.request.urlopen(asked) as answer:
            answer.read()
        times.append(time.perf_counter() - start)
    return times[COLD:]


def main(reports: int, users: int, seconds: int) -> None:
    """Fill, serve, load, tell."""
    with tempfile.TemporaryDirectory(prefix="hecha-load-") as folder, postgres_server() as socket:
        home = Path(folder) / "home"
        home.mkdir()
        url = f"postgresql+psycopg://hecha@/postgres?host={socket}"
        people = with_database(url, home, reports, users, print)
        with served(home, url) as process:
            before = psutil.getloadavg()[0]
            rows = load(people, users, seconds, Path(folder))
            print(f"load of the machine before: {before:.1f}, after: {psutil.getloadavg()[0]:.1f}")
            tell(rows)
            times = " ".join(f"{one:.2f}" for one in check(people))
            print(f"an HTML report checked before publishing, warm: {times} s")
            print(f"memory of the server: {_memory(process.pid):.0f} MB")


def _memory(pid: int) -> float:
    parent = psutil.Process(pid)
    return sum(one.memory_info().rss for one in [parent, *parent.children(recursive=True)]) / 2**20


if __name__ == "__main__":
    given = [int(one) for one in sys.argv[1:]]
    main(*(given + [REPORTS, USERS, SECONDS][len(given) :]))
