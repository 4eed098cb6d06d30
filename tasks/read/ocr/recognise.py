"""Text of small pictures of one printed line each, with PP-OCR's models as they come in rapidocr's wheel.

The models are named by their paths, so that nothing is ever looked for elsewhere. A line is given to the
network by itself at its own width: a batch padded to its widest line costs more on a CPU, and the padding
changes what is read.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from models.errors import ErrorKind, ReadError

NOT_INSTALLED = "文件是扫描件或图片，需要文字识别组件，请运行 make ocr 安装后重试，或请报送单位提交文字版（docx 或文字 PDF）。"
DETECTION = "PP-OCRv6_det_small.onnx"
RECOGNITION = "PP-OCRv6_rec_small.onnx"
PARTS = ("rapidocr", "onnxruntime", "cv2")
HEIGHT = 48  # pixels; the height of line the network was trained on
NARROWEST, WIDEST = 32, 3200  # pixels at that height
Gray = np.ndarray[Any, np.dtype[Any]]
"""One channel of a picture, uint8 of shape (height, width); 255 is white."""


Signal = np.ndarray[Any, np.dtype[np.float32]]
"""The network's answer for one line, shape (steps, characters): how likely each character is at each step."""

LOOKALIKES = {"0": "OoＯｏ０〇○◯Οο", "1": "lIＩ１", ".": "．。·", ",": "，", "-": "－−—–―─一ー"}
"""Characters of one shape in a cell of numbers; which of them was meant the picture cannot say."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What a line was read as. `confidence` is the mean over its characters, `weakest` the least of them."""

    text: str
    confidence: float
    weakest: float


def available() -> bool:
    """Say whether scans can be read here: the extra is installed and its models came with it."""
    if any(find_spec(part) is None for part in PARTS):
        return False
    return all(_models().joinpath(name).is_file() for name in (DETECTION, RECOGNITION))


def require() -> None:
    """Raise ReadError where the extra is not installed."""
    if not available():
        raise ReadError(ErrorKind.NOT_INSTALLED, NOT_INSTALLED)


def _models() -> Path:
    spec = find_spec("rapidocr")
    places = spec.submodule_search_locations if spec else None
    return Path(next(iter(places), "")) / "models" if places else Path()


@cache
def _engine() -> Any:
    """Return the one engine of this process, on one thread: a sweep runs as many processes as there are cores."""
    require()
    from rapidocr import RapidOCR

    return RapidOCR(
        params={
            "Global.log_level": "critical",
            "Global.use_cls": False,
            "EngineConfig.onnxruntime.intra_op_num_threads": 1,
            "EngineConfig.onnxruntime.inter_op_num_threads": 1,
            "Det.model_path": str(_models() / DETECTION),
            "Rec.model_path": str(_models() / RECOGNITION),
        }
    )


@cache
def _recogniser() -> Any:
    return _engine()._load_rec_model()


@cache
def _detector() -> Any:
    return _engine()._load_det_model()


def lines_of(gray: Gray, side: int) -> list[np.ndarray[Any, np.dtype[np.float32]]]:
    """Find the lines of text in a picture, looked at with its longer side scaled to `side` pixels at most.

    Returns one array (4, 2) of corners in pixels of `gray` a line, clockwise from the top left.
    """
    import cv2

    scale = min(1.0, side / max(gray.shape))
    small = cv2.resize(gray, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA) if scale < 1 else gray
    found = _detector()(cv2.cvtColor(small, cv2.COLOR_GRAY2BGR)).boxes
    return [] if found is None else [np.asarray(box, dtype=np.float32) / scale for box in found]


def signals(lines: Sequence[Gray], stretch: float = 1.0) -> list[Signal]:
    """Give pictures of one line of text each to the network; `stretch` widens them for it."""
    return [_signal(line, stretch) for line in lines]


def _signal(line: Gray, stretch: float) -> Signal:
    import cv2

    height, width = line.shape
    wide = min(max(math.ceil(width * HEIGHT / max(height, 1) * stretch), NARROWEST), WIDEST)
    shape = cv2.INTER_AREA if height > HEIGHT else cv2.INTER_LINEAR
    scaled = cv2.resize(line, (wide, HEIGHT), interpolation=shape).astype(np.float32) / 127.5 - 1
    chances: Signal = _recogniser().session(np.repeat(scaled[None, None], 3, axis=1))[0]
    return chances


def as_text(signal: Signal) -> Reading:
    """Read a line as what it most likely is."""
    best = signal.argmax(axis=1)
    kept = best != 0  # 0 is the gap between characters
    kept[1:] &= best[1:] != best[:-1]
    names = _recogniser().postprocess_op.character
    text = "".join(names[index] for index in best[kept])
    sure = signal[np.arange(len(best)), best][kept]
    if not len(sure):
        return Reading("", 0.0, 0.0)
    return Reading(text.strip(), float(sure.mean()), float(sure.min()))


def as_number(signal: Signal) -> Reading:
    """Read a line whose characters are known to be numerals: what looks like a 0 counts for the 0."""
    merged = signal.copy()
    for into, others in _lookalikes():
        merged[:, into] += merged[:, others].sum(axis=1)
        merged[:, others] = 0
    return as_text(merged)


@cache
def _lookalikes() -> tuple[tuple[int, list[int]], ...]:
    at = {name: index for index, name in enumerate(_recogniser().postprocess_op.character)}
    return tuple((at[into], [at[o] for o in others if o in at]) for into, others in LOOKALIKES.items())


def recognise(lines: Sequence[Gray]) -> list[Reading]:
    """Read pictures of one line of text each."""
    return [as_text(signal) for signal in signals(lines)]
