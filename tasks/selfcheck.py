"""A report checked before it is published: the full result in seconds, and nothing kept of it.

The file is read and judged in a child process with limits that stands ready with Great Expectations loaded. Its
suites cost three seconds for one report as for thousands, so a second child works through half of them meanwhile.
"""

from __future__ import annotations

import gc
import hashlib
import logging
import multiprocessing
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from multiprocessing.connection import Connection
from pathlib import Path

import polars as pl

from expectations.catalogue import RuleSet, ruleset
from expectations.profile import Profile, load
from models.document import Artifact
from models.errors import ErrorKind, HechaError, ReadError
from models.facts import Facts
from models.results import Evaluation
from models.settings import Settings, settings
from models.views import ErrorView, ReportView, SectionView
from tasks.apart import Child, ChildLost
from tasks.chunks import INTERNAL_MESSAGE, Rows, build, take_in
from tasks.compare import compare_all
from tasks.decide.corrected import NONE, corrected
from tasks.persist.submissions import received
from tasks.persist.sweep import StoredCells
from tasks.read import prepare
from tasks.roster import Roster, read_roster, resolve
from tasks.unpack import is_container

SECONDS = 120.0
"""A check that takes longer is given up: who waits for it is better served by handing the report in."""
WAITING = 8
"""So many may wait for their turn."""
OTHER_HALF = ("claims", "totals", "reports")
"""The frames whose suites take half of the time together."""

PACKED = "请上传年度报告文件本身，不要上传压缩包或邮件。"
SEVERAL = "文件中有{number}份报告，发布前自查一次只核查一份，请拆分后分别上传。"
BUSY = "当前自查的单位较多，请过一两分钟再试。"
TOO_SLOW = (
    "核查该文件用时过长，已放弃；扫描件请改用文字版（docx、可复制文字的PDF）自查，或者直接报送，由后台核查。"
)

TRIAL = """某区某局2023年政府信息公开工作年度报告
一、总体情况
二、主动公开政府信息情况
三、收到和处理政府信息公开申请情况
四、政府信息公开行政复议、行政诉讼情况
五、存在的主要问题及改进情况
六、其他需要报告的事项
"""
"""What is checked before anybody comes: the first time takes three times as long as any later one."""

log = logging.getLogger("hecha")


class Busy(HechaError):
    """Too many wait for their turn already; the message is Chinese."""


@dataclass(frozen=True, slots=True)
class Identity:
    """What a file says it is: whose report (the roster's name for it where there is one), of which year."""

    agency: str | None
    year: int | None
    title: str | None


@dataclass(frozen=True, slots=True)
class Earlier:
    """The report of the year before: its file, and the submission (sha256) that is meant of those in the file."""

    file: Artifact
    submission: str


@dataclass(frozen=True, slots=True)
class Known:
    """What is known besides the file: the report of the year before, and cells that a person read otherwise than we did.

    `corrections`: schema `tasks.decide.corrected.STANDING`; only those of the two reports are looked at.
    """

    earlier: Earlier | None = None
    corrections: pl.DataFrame = field(default_factory=lambda: NONE)


@dataclass(frozen=True, slots=True)
class Checked:
    """What a check gave. `compared` tells whether the report of the year before was there to compare with."""

    report: ReportView
    rules: RuleSet
    compared: bool


@dataclass(frozen=True, slots=True)
class Ask:
    """What a check is done with: the names of agencies and the rules."""

    roster: Path | None
    profile: str


class Desk:
    """Checks one report after the other in two children that are kept warm."""

    def __init__(self, log_file: Path | None, seconds: float, memory_mb: int) -> None:
        self._log_file, self._seconds, self._memory_mb = log_file, seconds, memory_mb
        self._children: tuple[Child, Child] | None = None
        self._turn = threading.Lock()
        self._queue = threading.BoundedSemaphore(WAITING)

    def warm(self, ask: Ask) -> None:
        """Start the children and have them check something, so that they are quick when somebody comes."""
        content = TRIAL.encode()
        trial = Artifact("trial.txt", content, hashlib.sha256(content).hexdigest())
        self.check(trial, ask, lambda _: Known())

    @property
    def is_warm(self) -> bool:
        """Whether the children run already."""
        return self._children is not None

    def close(self) -> None:
        """End the children."""
        with self._turn:
            self._end()

    def identify(self, file: Artifact, ask: Ask) -> Identity:
        """Return whose report a file is. Raises ReadError with what is wrong with the file, Busy."""
        with self._queued():
            return self._read(file, ask)

    def check(self, file: Artifact, ask: Ask, known: Callable[[Identity], Known]) -> Checked:
        """Read a file and judge it; `known` is asked for what it is compared with. Raises ReadError and Busy."""
        with self._queued():
            identity = self._read(file, ask)
            found = self._asked(("judge", known(identity), ask))
        if not isinstance(found, Checked):
            raise TypeError(f"a check gave {type(found).__name__}")
        return found

    def _queued(self) -> _Turn:
        return _Turn(self._queue, self._turn)

    def _read(self, file: Artifact, ask: Ask) -> Identity:
        if is_container(file.content):
            raise ReadError(ErrorKind.UNSUPPORTED, PACKED)
        found = self._asked(("read", file, ask))
        if not isinstance(found, Identity):
            raise TypeError(f"a reading gave {type(found).__name__}")
        return found

    def _asked(self, message: object) -> object:
        try:
            reader = self._start()
            reader.say(message)
            answer = reader.hear(self._seconds)
        except ChildLost as lost:
            log.error("a self-check was given up: %s", lost)
            self._end()
            raise ReadError(ErrorKind.INTERNAL, TOO_SLOW) from lost
        if isinstance(answer, ReadError):
            raise answer
        return answer

    def _start(self) -> Child:
        if self._children is None:
            ours, theirs = multiprocessing.get_context("spawn").Pipe()
            self._children = (self._child(_judge, ours), self._child(_help, theirs))
            ours.close()
            theirs.close()
        return self._children[0]

    def _child(self, work: Callable[..., None], line: object) -> Child:
        return Child(work, line, log_file=self._log_file, memory_mb=self._memory_mb)

    def _end(self) -> None:
        for child in self._children or ():
            child.end()
        self._children = None


class _Turn:
    """Waits for its turn; refuses to where too many wait already."""

    def __init__(self, queue: threading.BoundedSemaphore, turn: threading.Lock) -> None:
        self._queue, self._turn = queue, turn

    def __enter__(self) -> None:
        if not self._queue.acquire(blocking=False):
            raise Busy(BUSY)
        self._turn.acquire()

    def __exit__(self, *_: object) -> None:
        self._turn.release()
        self._queue.release()


@cache
def desk() -> Desk:
    """Return the desk of this process, shared by all who ask."""
    chosen = settings()
    return Desk(chosen.home.resolve() / "log" / "hecha.log", SECONDS, chosen.reader_memory_mb)


def ask_of(chosen: Settings) -> Ask:
    """Return what checks of this installation are done with."""
    return Ask(chosen.roster, chosen.profile)


# ------------------------------------------------------------------------------- in the children


@dataclass(slots=True)
class _Half:
    """The way to the child that works through the other half of the suites; None once it is gone."""

    line: Connection | None


def _judge(connection: Connection, other: Connection) -> None:
    """Read and judge what is asked for; the work of the first child."""
    from tasks.validate import evaluate  # seconds, spent before anybody waits

    _settle()
    half = _Half(other)
    report: Rows | None = None
    while True:
        try:
            kind, given, ask = connection.recv()
        except EOFError:
            return
        try:
            if kind == "read":
                report = None
                report = _one(given)
                answer: object = _identity(report, ask)
            else:
                assert report is not None, "nothing was read"
                answer = _checked(report, given, ask, half, evaluate)
        except ReadError as error:
            answer = error
        except Exception:
            log.exception("a self-check failed")
            answer = ReadError(ErrorKind.INTERNAL, INTERNAL_MESSAGE)
        connection.send(answer)


def _help(connection: Connection, other: Connection) -> None:
    """Run the suites of the frames that are sent; the work of the second child."""
    from tasks.validate.engine import run_some

    _settle()
    del connection  # our parent only ends us
    while True:
        try:
            frames, profile = other.recv()
        except EOFError:
            return
        try:
            other.send(run_some(frames, OTHER_HALF, profile))
        except Exception as error:
            log.exception("half of a self-check failed")
            other.send(error)


def _settle() -> None:
    """Leave what was imported out of every later collection of garbage."""
    gc.collect()
    gc.freeze()


def _one(file: Artifact) -> Rows:
    prepare([file])
    answers = take_in(file)
    if len(answers) > 1:
        raise ReadError(ErrorKind.UNSUPPORTED, SEVERAL.format(number=len(answers)))
    if isinstance(answers[0], ErrorView):
        raise ReadError(ErrorKind(answers[0].kind), answers[0].message)
    return answers[0]


def _identity(report: Rows, ask: Ask) -> Identity:
    row = _facts([report], _roster(ask)).reports.row(0, named=True)
    return Identity(row["agency"], row["year"], row["title"])


def _roster(ask: Ask) -> Roster | None:
    return read_roster(ask.roster) if ask.roster else None


def _facts(reports: list[Rows], roster: Roster | None) -> Facts:
    facts, unfit = build(reports)
    if unfit:
        raise ReadError(ErrorKind(unfit[0].kind), unfit[0].message)
    return facts if roster is None else replace(facts, reports=resolve(facts.reports, roster))


def _checked(
    report: Rows,
    known: Known,
    ask: Ask,
    half: _Half,
    evaluate: Callable[..., dict[str, Evaluation]],
) -> Checked:
    roster, profile = _roster(ask), load(ask.profile)
    own = str(report["reports"][0]["submission"])
    before = [] if known.earlier is None else _before(known.earlier, own)
    read = _corrected(_facts([report, *before], roster), known.corrections)
    compared = compare_all(read, profile, roster)
    facts = Facts(
        **{name: getattr(compared, name).filter(pl.col("submission") == own) for name in Facts.names()}
    )

    def suites(frames: Mapping[str, pl.DataFrame], _: Path | None, under: Profile) -> object:
        return _run_in_halves(frames, under, half)

    evaluation = evaluate(facts, None, profile, suites)[own]
    return Checked(_view(facts, evaluation), ruleset(profile), bool(before))


def _corrected(facts: Facts, corrections: pl.DataFrame) -> Facts:
    """Put in what people read in the cells of these reports, as a sweep does (`tasks.batches`)."""
    here = corrections.join(facts.reports, on="submission", how="semi")
    if here.is_empty():
        return facts
    cells = facts.cells.join(here, on="submission", how="semi")
    reports = facts.reports.join(here, on="submission", how="semi")
    frames = {name: corrected(name, getattr(facts, name), cells, reports, here) for name in Facts.names()}
    return Facts(**frames)


def _before(earlier: Earlier, own: str) -> list[Rows]:
    """The report of the year before as it reads today; none where the file cannot be read any more."""
    rows = (answer for answer in take_in(earlier.file) if not isinstance(answer, ErrorView))
    found = [row for row in rows if str(row["reports"][0]["submission"]) == earlier.submission != own]
    if not found:
        log.warning("the report of the year before (%s) gave nothing to compare with", earlier.submission)
    return found


def _run_in_halves(frames: Mapping[str, pl.DataFrame], profile: Profile, half: _Half) -> object:
    from tasks.validate.engine import KEYS, Outcome, run_some

    theirs = {name: frames[name] for name in OTHER_HALF}
    if half.line is not None:
        try:
            half.line.send((theirs, profile))
        except OSError:
            half.line = None
    mine = run_some(frames, [name for name in KEYS if name not in OTHER_HALF], profile)
    other: object = None
    if half.line is not None:
        try:
            other = half.line.recv()
        except (EOFError, OSError):
            half.line = None
    if not isinstance(other, Outcome):
        other = run_some(theirs, OTHER_HALF, profile)
    return Outcome(mine.failures | other.failures, mine.faults | other.faults)


def _view(facts: Facts, evaluation: Evaluation) -> ReportView:
    """Return what a page shows of a report that was never stored."""
    one = received(facts)[0]
    said = one.extracted
    return ReportView(
        agency=said["agency"] or one.file,
        year=said["year"],
        rank=said["rank"],
        organ=said["organ"],
        file=one.file,
        sha256=one.sha256,
        format=one.format,
        title=said["title"],
        template=said["template"],
        signed_on=said["signed_on"],
        period_text=said["period_text"],
        evaluation=evaluation,
        cells=StoredCells(said["cells"]),
        sections=tuple(SectionView(*section) for section in said["sections"]),
        versions=(),
        notes=tuple(said["notes"]),
    )
