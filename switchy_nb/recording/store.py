"""The append-only table of rows, and the thread that compresses what is full.

`extend` is called on the hub thread, where every microsecond counts: it only appends to a list.
Columns are read out of the bytes later, by whoever wants them or by the compressing thread.
"""

import logging
import os
import platform
import queue
import threading
import weakref
from collections.abc import Callable
from functools import cache, partial
from typing import NamedTuple

from switchy_nb.recording.fields import Kind
from switchy_nb.recording.holders import Holder, Holders
from switchy_nb.recording.keep import Keep
from switchy_nb.recording.runs import Run
from switchy_nb.recording.segment import Segment
from switchy_nb.wire import Batch
from switchy_nb.wire.slab import Slab, let_go_of_spare

#: Rows in a segment: enough for events to repeat each other (which is what compresses them), few
#: enough that one can be opened again in some 30 ms.
SEGMENT_ROWS = 4096
#: Bytes in a segment: what is made of them while they are compressed fits into a processor's cache.
SEGMENT_BYTES = 16 * 1024 * 1024
#: Bytes that a segment may hold on to with them until it is compressed, such as replies and log lines.
SEGMENT_HOLDS = 2 * SEGMENT_BYTES
#: How long the compressing thread waits for more before it ends, and gives back what memory waits
#: to be used again.
_IDLE = 10.0

_log = logging.getLogger(__name__)


class Placed(NamedTuple):
    """Rows that came together, and the segment that they were put into.

    Who has the batch as well has their bytes at hand, and keeps the memory from being used again.
    """

    segment: Segment
    run: Run
    batch: Batch | None

    @property
    def first(self) -> int:
        """The number of the first row."""
        return self.segment.first + self.run.at


class Store:
    """Rows in order of arrival, in segments.

    Parameters
    ----------
    watched : tuple of str
        Headers that are kept as columns (lower case).
    keep : Keep, optional
        What is kept; everything where it is not given.
    """

    def __init__(self, watched: tuple[str, ...], keep: Keep | None = None) -> None:
        self._lock = threading.Lock()
        self._keep = keep
        #: tells from which row on somebody else still needs them
        self._needed: list[Callable[[], int]] = []
        self._first = 0
        self._watched = watched
        self._segments = [Segment(0, watched)]
        self._open = self._segments[0]
        self._bytes = self._holds = 0
        #: the memory that the open segment's rows are in
        self._slabs: set[Slab] = set()
        self._compressor = _Compressor()
        self._holders = Holders()
        # Runs when the recording is dropped, and before the interpreter goes: a daemon thread that
        # is still inside Arrow then could take the process down with it.
        weakref.finalize(self, self._compressor.stop)

    def append(self, raw: bytes, received: int | None, kind: Kind, switch: str | None) -> int:
        """Keep a row; return its number."""
        (placed,) = self.extend(Batch.of(raw), received, kind, switch)
        return placed.first

    def extend(
        self,
        batch: Batch,
        received: int | None,
        kind: Kind,
        switch: str | None,
    ) -> list[Placed]:
        """Keep rows that came together; return where they are, mostly all in one place."""
        placed, at = [], 0
        with self._lock:
            while at < len(batch):
                end = min(len(batch), at + SEGMENT_ROWS - len(self._open))
                part = batch if end - at == len(batch) else batch.cut(at, end)
                placed.append(self._add(Run(part, received, kind, switch)))
                at = end
        return placed

    def _add(self, run: Run) -> Placed:
        segment, batch = self._open, run.batch
        placed = Placed(segment, run, batch)
        segment.extend(run)
        if batch is not None:
            self._bytes += batch.size
            if batch.slab not in self._slabs:
                self._slabs.add(batch.slab)
                self._holds += len(batch.slab)
        full = self._bytes >= SEGMENT_BYTES or self._holds >= SEGMENT_HOLDS
        if full or len(segment) >= SEGMENT_ROWS:
            self._roll(segment.first + len(segment))
        return placed

    def begin(self, first: int) -> None:
        """Number the rows to come from `first` on, as if those before had been dropped.

        Only while there is none.
        """
        with self._lock:
            self._first = first
            self._segments = [Segment(first, self._watched)]
            self._open = self._segments[0]

    def adopt(self, segment: Segment) -> None:
        """Take the rows of a sealed segment as those that come next."""
        with self._lock:
            segment.first = self._open.first
            self._segments[-1] = segment
            self._segments.append(Segment(segment.first + len(segment), self._watched))
            self._open = self._segments[-1]

    @property
    def received(self) -> int:
        """How many rows were ever kept."""
        segment = self._open
        return segment.first + len(segment)

    def flush(self) -> None:
        """Seal all rows that are here now, and wait until that is done."""
        with self._lock:
            if len(self._open):
                self._roll(self._open.first + len(self._open))
            segments = self._segments[:-1]
        # The compressing thread goes forward: what is left is done by both, and they meet.
        for segment in reversed(segments):
            segment.seal()
            segment.cool()

    def watch(self, names: tuple[str, ...]) -> None:
        """Keep other headers as columns, for the rows to come."""
        with self._lock:
            if names != self._watched:
                self._watched = names
                if len(self._open):
                    self._roll(self._open.first + len(self._open))
                else:
                    self._segments[-1] = self._open = Segment(self._open.first, names)

    def segments(self) -> list[Segment]:
        """All rows that are kept, in order, in segments that hold something."""
        first = self.first
        segments = [segment for segment in self.since(first) if len(segment)]
        if segments and segments[0].first < first:
            segments[0] = segments[0].without(first - segments[0].first)
        return segments

    def since(self, n: int) -> list[Segment]:
        """Return the segments that hold row `n` and those behind it, also of what is not kept."""
        with self._lock:
            return [s for s in self._segments if len(s) and s.first + len(s) > n]

    def grows(self, segment: Segment) -> bool:
        """Whether rows may be added to a segment."""
        return segment is self._open

    def needed(self, first: Callable[[], int]) -> None:
        """Let go of no row from ``first()`` on."""
        self._needed.append(first)

    def not_needed(self, first: Callable[[], int]) -> None:
        """Take back what `needed` was told."""
        self._needed.remove(first)

    def held_by(self, holder: Holder) -> None:
        """Take note of who holds on to rows: when they are let go of, it gets its own rows' bytes."""
        keep = self._keep
        if keep is not None and keep.spill is None:  # else nothing is ever let go of
            self._holders.add(holder)

    def segment_of(self, n: int) -> Segment:
        """Return the segment that holds row `n`, which must be kept."""
        with self._lock:
            return next(s for s in reversed(self._segments) if s.first <= n)

    @property
    def first(self) -> int:
        """The number of the first row that is kept, and so how many are not."""
        keep = self._keep
        if keep is None or keep.spill is not None:
            return self._first
        with self._lock:
            self._let_go()
            segments = self._segments[:]
        if keep.seconds is None:
            return self._first
        # Within a segment only its columns tell, and whoever adds rows must not wait for those.
        first = max(self._first, _first_since(segments, self._limit(keep.seconds)))
        with self._lock:
            self._first = max(self._first, first)
            return self._first

    def __len__(self) -> int:
        return self.received - self.first

    def _let_go(self) -> None:
        """Let go of whole segments that are not to be kept."""
        keep = self._keep
        if keep is None:
            return
        if keep.events is not None:
            self._first = max(self._first, self.received - keep.events)
        unneeded = min([self.received, *(needed() for needed in self._needed)])
        limit = None if keep.seconds is None else self._limit(keep.seconds)
        gone = 0
        for oldest in self._segments[:-1]:
            end = oldest.first + len(oldest)
            if limit is not None and oldest.latest is not None and oldest.latest < limit:
                self._first = max(self._first, end)
            if end > min(self._first, unneeded):
                break
            gone += 1
        if gone:
            del self._segments[:gone]
            self._compressor.put(partial(self._holders.let_go, self._segments[0].first))

    def _limit(self, seconds: float) -> int:
        """The moment (µs) before which rows are not to be kept."""
        newest = next((s.latest for s in reversed(self._segments) if s.latest is not None), 0)
        return newest - int(seconds * 1e6)

    def _roll(self, first: int) -> None:
        full = self._open
        self._open = Segment(first, self._watched)
        self._segments.append(self._open)
        self._bytes = self._holds = 0
        self._slabs.clear()
        self._compressor.seal(full)
        self._let_go()


def _first_since(segments: list[Segment], limit: int) -> int:
    """Find the first row that came at `limit` (µs) or later."""
    for segment in segments:
        if segment.latest is not None and segment.latest >= limit:
            return segment.first + int((segment.received() >= limit).argmax())
    return 0


@cache
def _keep_freed_memory() -> None:
    """Have the C library keep what is freed for the next who asks, and not give it back at once.

    Whoever reads columns allocates and frees some MB a hundred times a second, and a page that comes
    anew from the kernel costs more than what is done with it. glibc raises its thresholds
    (``M_MMAP_THRESHOLD``, ``M_TRIM_THRESHOLD``, see mallopt(3)) when a large block is freed; 32 MiB
    is the largest that counts. Nothing is touched here, and elsewhere nothing happens.
    """
    import numpy as np

    block = np.empty(31 * 1024 * 1024, "uint8")
    del block
    _let_arrow_do_so()


def _let_arrow_do_so() -> None:
    """Have Arrow take its memory from the C library, unless the environment says where from.

    Arrow's own allocator gives back what was not used for a moment: after each pause all of it comes
    anew, which costs a tenth of a busy recording's time.
    """
    import pyarrow as pa

    chosen = "ARROW_DEFAULT_MEMORY_POOL" in os.environ
    own = pa.default_memory_pool().backend_name == "mimalloc"
    if own and not chosen and platform.libc_ver()[0] == "glibc":
        pa.set_memory_pool(pa.system_memory_pool())


class _Compressor:
    """A small daemon thread that seals segments, and ends when there is nothing to do for a while.

    The segment that was sealed last can still be read as fast as if it were not.
    """

    def __init__(self) -> None:
        self._work: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._warm: Segment | None = None
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._stopped = False

    def seal(self, segment: Segment) -> None:
        """Have a segment sealed."""
        self.put(partial(self._seal, segment))

    def put(self, work: Callable[[], None]) -> None:
        """Have something done when the segments before it are sealed."""
        with self._lock:
            self._work.put(work)
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
        _keep_freed_memory()
        while True:
            try:
                work = self._work.get(timeout=_IDLE)
            except queue.Empty:
                self._keep_warm(None)
                let_go_of_spare()
                with self._lock:
                    if self._work.empty():
                        self._thread = None
                        return
                continue
            if work is None or self._stopped:
                return
            try:
                work()
            except Exception:
                if not threading.main_thread().is_alive():
                    return  # the interpreter is going, and lets nobody import any more
                # The rows stay as they are: whole and readable, only larger.
                _log.exception("a part of the recording could not be compressed and stays as it is")
            del work

    def _seal(self, segment: Segment) -> None:
        segment.seal()
        self._keep_warm(segment)

    def _keep_warm(self, segment: Segment | None) -> None:
        warm, self._warm = self._warm, segment
        if warm is not None:
            warm.cool()
