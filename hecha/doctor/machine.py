"""What `hecha doctor` checks on this machine: Python and packages, folders, disk, the tools that read files."""

from __future__ import annotations

import os
import re
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from packaging.requirements import Requirement

from hecha.doctor.answer import PROGRAM_SECONDS, Answer, bad, fine, unknown
from models.settings import Settings, secrets_of
from models.settings_files import PREFIX, SECRETS_FOLDER, SETTINGS_FILE, settings_file
from tasks.read import ocr
from tasks.read.office_process import program

LOCK = Path(__file__).resolve().parents[2] / "requirements.lock"
OLDEST_PYTHON = (3, 11)
FEWEST_FILES = 1024
"""Open files that a sweep needs: frames of many chunks are read at once."""
_NAMED = 3
"""Things named in one sentence before “等N个”."""


def python() -> Answer:
    """Check the version of Python."""
    running = ".".join(map(str, sys.version_info[:3]))
    if sys.version_info[:2] < OLDEST_PYTHON:
        return bad(running, "请安装Python 3.11或更新的版本，再重新安装本系统。")
    return fine(running)


def packages(lock: Path = LOCK) -> Answer:
    """Compare what is installed with the lock file that stands beside the program."""
    if not lock.is_file():
        return unknown(f"没有 {lock.name}，未比对")
    pinned = [
        Requirement(line.split(" #")[0])
        for line in lock.read_text(encoding="utf-8").splitlines()
        if line and not line[0].isspace() and not line.startswith(("#", "-"))
    ]
    wanted = [one for one in pinned if one.marker is None or one.marker.evaluate()]
    wrong = [said for one in wanted if (said := _differs(one))]
    if wrong:
        return bad(
            f"{len(wrong)}个程序包与 {lock.name} 不一致：{named(wrong)}",
            f"请运行 pip install --no-deps -r {lock.name} 重新安装。",
        )
    return fine(f"{len(wanted)}个程序包与 {lock.name} 一致")


def _differs(pinned: Requirement) -> str:
    try:
        installed = version(pinned.name)
    except PackageNotFoundError:
        return f"{pinned.name} 未安装"
    if pinned.specifier.contains(installed, prereleases=True):
        return ""
    return f"{pinned.name} 为{installed}，应为{str(pinned.specifier).removeprefix('==')}"


def configured(chosen: Settings) -> Answer:
    """Look for variables that begin as ours do and are no setting: a slip of the pen would go unseen."""
    names = {f"{PREFIX}{name.upper()}" for name in Settings.model_fields}
    names |= {f"{PREFIX}{name.upper()}_FILE" for name in secrets_of(Settings)}
    names |= {SETTINGS_FILE, SECRETS_FOLDER}
    unused = sorted(
        name for name in os.environ if name.upper().startswith(PREFIX) and name.upper() not in names
    )
    if unused:
        return bad(
            f"没有这样的设置：{named(unused)}",
            "请对照 docs/SETTINGS.md 改正环境变量的名称，或者将其删去。",
        )
    file = settings_file()
    changed = sum(name in chosen.model_fields_set for name in Settings.model_fields)
    return fine(f"{changed}项已设置，其余为默认值；设置文件：{file if file else '无'}")


def home(chosen: Settings) -> Answer:
    """Check that the data folder can be written."""
    return _writable(chosen.home, "HECHA_HOME", "首次使用时建立")


def inbox(chosen: Settings) -> Answer:
    """Check that the inbox can be written: what was taken in is moved away."""
    return _writable(chosen.inbox_folder, "HECHA_INBOX", "开始收件时建立")


def _writable(folder: Path, setting: str, when: str) -> Answer:
    place = folder.resolve()
    advice = f"请改正文件夹的权限，或者用 {setting} 指定另一个文件夹。"
    if place.exists():
        if not place.is_dir():
            return bad(f"{place} 不是文件夹", f"请用 {setting} 指定一个文件夹。")
        try:
            with tempfile.TemporaryFile(dir=place) as probe:
                probe.write(b"hecha")
        except OSError as error:
            return bad(f"{place} 不能写入（{error.strerror}）", advice)
        return fine(f"{place} 可以写入")
    if not os.access(existing(place), os.W_OK | os.X_OK):
        return bad(f"{place} 不存在，也不能建立", advice)
    return unknown(f"{place} 尚不存在，{when}")


def disk(chosen: Settings) -> Answer:
    """Check the free space of the disk that holds the data folder."""
    place = existing(chosen.home.resolve())
    mount = next(folder for folder in (place, *place.parents) if folder.is_mount())
    free = shutil.disk_usage(place).free >> 20
    said = f"数据目录所在磁盘（{mount}）剩余{free}MB"
    if free < chosen.min_free_disk_mb:
        return bad(
            f"{said}，少于{chosen.min_free_disk_mb}MB",
            "请清理磁盘，或者用 HECHA_HOME 把数据目录移到更大的磁盘。",
        )
    return fine(said)


def existing(folder: Path) -> Path:
    """Return the folder itself or the nearest one above it that is there."""
    return next(place for place in (folder, *folder.parents) if place.exists())


def libreoffice(chosen: Settings) -> Answer:
    """Find LibreOffice and ask for its version."""
    found = program()
    if found is None:
        where = f"（HECHA_SOFFICE={chosen.soffice}）" if chosen.soffice else ""
        return bad(
            f"没有找到{where}，doc、wps等格式的报告将列为无法读取",
            "请安装LibreOffice（Debian：apt-get install libreoffice-writer-nogui libreoffice-calc-nogui），"
            "或者用 HECHA_SOFFICE 指明程序的路径。",
        )
    with tempfile.TemporaryDirectory(prefix="hecha-doctor-") as profile:
        profile_url = f"-env:UserInstallation={Path(profile).as_uri()}"
        output = _output([found, profile_url, "--version"], profile)
    if output is None:
        return unknown(f"{found} {PROGRAM_SECONDS:.0f}秒内没有给出版本号，请稍后再运行一次 hecha doctor")
    if not re.search(r"\d+\.\d+", output):
        return bad(f"{found} 没有给出版本号", "请在终端运行一次该程序，确认安装完整，必要时重新安装。")
    return fine(" ".join(output.split()[:2]) + f"（{found}）")


def fonts() -> Answer:
    """Check that pages with Chinese can be drawn."""
    lister = shutil.which("fc-list")
    if lister is None:
        return unknown("没有 fc-list 程序，未查")
    output = _output([lister, ":lang=zh", "family"], "/")
    if output is None:
        return unknown(f"fc-list {PROGRAM_SECONDS:.0f}秒内没有结果，请稍后再运行一次 hecha doctor")
    families = {line.split(",")[0] for line in output.splitlines() if line}
    if not families:
        return bad(
            "没有中文字体，转换文档的版面可能有误",
            "请安装中文字体（Debian：apt-get install fonts-noto-cjk）。",
        )
    return fine(f"{len(families)}种中文字体：{named(sorted(families))}")


def scans() -> Answer:
    """Check that scans and pictures can be read."""
    if not ocr.available():
        return bad(
            "没有安装识别扫描件的程序包，扫描件和图片将列为无法读取",
            "请运行 make ocr，或者 pip install --no-deps -r requirements-ocr.lock。",
        )
    return fine("已安装，可以识别扫描件和图片")


def limits() -> Answer:
    """Check how many files may be open at once."""
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != resource.RLIM_INFINITY and soft < FEWEST_FILES:
        return bad(
            f"最多同时打开{soft}个文件，应不少于{FEWEST_FILES}个",
            f"请运行 ulimit -n {FEWEST_FILES} 后再启动；用systemd启动的，设置 LimitNOFILE={FEWEST_FILES}。",
        )
    return fine("打开文件数不限" if soft == resource.RLIM_INFINITY else f"最多同时打开{soft}个文件")


def named(things: Sequence[str]) -> str:
    """Name the first few, and how many there are if more."""
    said = "、".join(things[:_NAMED])
    return said if len(things) <= _NAMED else f"{said}等{len(things)}个"


def _output(command: list[str], folder: str) -> str | None:
    """Return what a program prints; None when it takes too long: its whole process group is ended then."""
    process = subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd=folder,
        env={"PATH": os.environ.get("PATH", os.defpath), "HOME": folder, "LANG": "C.UTF-8"},
        start_new_session=True,
    )
    try:
        return process.communicate(timeout=PROGRAM_SECONDS)[0].decode("utf-8", "replace")
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        return None
