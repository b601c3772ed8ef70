"""The append-only table of rows, and the thread that compresses what is full.

`append` is called on the hub thread, where every microsecond counts: it only appends to a list.
Columns are read out of the bytes later, by whoever wants them or by the compressing thread.
"""

import logging
import queue
import threading
import weakref
from collections.abc import Callable

from switchy_nb.recording.fields import Kind
from switchy_nb.recording.segment import Segment

#: Rows in a segment: enough for events to repeat each other (which is what compresses them), few
#: enough that one can be opened again in some 20 ms.
SEGMENT_ROWS = 4096
#: Bytes in a segment, for events far longer than usual.
SEGMENT_BYTES = 32 * 1024 * 1024
#: How long the compressing thread waits for more before it ends.
_IDLE = 2.0

_log = logging.getLogger(__name__)


class Store:
    """Rows in order of arrival, in segments.

    Parameters
    ----------
    watched : tuple of str
        Headers that are kept as columns (lower case).
    """

    def __init__(self, watched: tuple[str, ...]) -> None:
        self._lock = threading.Lock()
        self._watched = watched
        self._segments = [Segment(0, watched)]
        self._open = self._segments[0]
        self._bytes = 0
        self._compressor = _Compressor()
        # Runs when the recording is dropped, and before the interpreter goes: a daemon thread that
        # is still inside Arrow then could take the process down with it.
        weakref.finalize(self, self._compressor.stop)

    def append(self, raw: bytes, received: int | None, kind: Kind, switch: str | None) -> int:
        """Keep a row; return its number."""
        with self._lock:
            segment = self._open
            rows = segment.rows
            n = segment.first + len(rows)
            rows.append((raw, received, kind, switch))
            self._bytes += len(raw)
            if len(rows) >= SEGMENT_ROWS or self._bytes >= SEGMENT_BYTES:
                self._roll(n + 1)
        return n

    def adopt(self, segment: Segment) -> None:
        """Take a sealed segment that begins where this table ends."""
        with self._lock:
            self._segments[-1] = segment
            self._segments.append(Segment(segment.first + len(segment), self._watched))
            self._open = self._segments[-1]

    def watch(self, names: tuple[str, ...]) -> None:
        """Keep other headers as columns, for the rows to come."""
        with self._lock:
            if names != self._watched:
                self._watched = names
                if self._open.rows:
                    self._roll(self._open.first + len(self._open.rows))
                else:
                    self._segments[-1] = self._open = Segment(self._open.first, names)

    def segments(self) -> list[Segment]:
        """All segments that hold something, in order."""
        with self._lock:
            return [segment for segment in self._segments if len(segment)]

    def segment_of(self, n: int) -> Segment:
        """Return the segment that holds row `n`, which must exist."""
        with self._lock:
            return next(s for s in reversed(self._segments) if s.first <= n)

    def __len__(self) -> int:
        segment = self._open
        return segment.first + len(segment)

    def _roll(self, first: int) -> None:
        full = self._open
        self._open = Segment(first, self._watched)
        self._segments.append(self._open)
        self._bytes = 0
        self._compressor.put(full.seal)


class _Compressor:
    """A small daemon thread that seals segments, and ends when there are none for a while."""

    def __init__(self) -> None:
        self._work: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._stopped = False

    def put(self, seal: Callable[[], None]) -> None:
        with self._lock:
            self._work.put(seal)
            if self._thread is None and not self._stopped:
                self._thread = threading.Thread(
                    target=self._run, name="switchy_nb recording", daemon=True
                )
                self._thread.start()

    def stop(self) -> None:
        with self._lock:
            self._stopped = True
            thread = self._thread
            self._work.put(None)
        if thread is not None and thread is not threading.current_thread():
            thread.join(1.0)

    def _run(self) -> None:
        while True:
            try:
                seal = self._work.get(timeout=_IDLE)
            except queue.Empty:
                with self._lock:
                    if self._work.empty():
                        self._thread = None
                        return
                continue
            if seal is None or self._stopped:
                return
            try:
                seal()
            except Exception:
                if not threading.main_thread().is_alive():
                    return  # the interpreter is going, and lets nobody import any more
                # The rows stay as they are: whole and readable, only larger.
                _log.exception("a part of the recording could not be compressed and stays as it is")
            seal = None
