"""Answers that cost the database something are kept a while, and given again as long as nothing was stored since."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

T = TypeVar("T")


class Kept(Generic[T]):
    """The last answers, by what was asked and by how the database stood then (`stand`).

    An answer younger than `fresh` seconds is given again even though something was stored since; none is given that is
    older than `longest` seconds. Who asks the same at the same time waits for the one who is asking.
    """

    def __init__(self, fresh: float = 0.0, longest: float = 60.0, size: int = 256) -> None:
        self._fresh = fresh
        self._longest = longest
        self._size = size
        self._lock = threading.Lock()
        self._asking: dict[Hashable, threading.Lock] = {}
        self._answers: OrderedDict[Hashable, tuple[float, Hashable, T]] = OrderedDict()

    def get(self, key: Hashable, stand: Hashable, ask: Callable[[], T]) -> T:
        """Return the kept answer, or ask."""
        with self._lock:
            asking = self._asking.setdefault(key, threading.Lock())
        with asking:
            found = self._answers.get(key)
            now = time.monotonic()
            if found is not None:
                age = now - found[0]
                if age <= self._fresh or (found[1] == stand and age <= self._longest):
                    return found[2]
            answer = ask()
            with self._lock:
                self._answers[key] = (time.monotonic(), stand, answer)
                self._answers.move_to_end(key)
                while len(self._answers) > self._size:
                    gone, _ = self._answers.popitem(last=False)
                    self._asking.pop(gone, None)
            return answer

    def forget(self) -> None:
        """Keep nothing of what was answered so far."""
        with self._lock:
            self._answers.clear()
