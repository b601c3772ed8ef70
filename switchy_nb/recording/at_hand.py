"""The events of rows, for who follows a recording while it grows: who comes late finds them too."""

import weakref

from switchy_nb.recording.segment import Segment
from switchy_nb.recording.store import Placed
from switchy_nb.wire import Batch
from switchy_nb.wire.slab import LARGEST, Slab

#: So many bytes of what was received are kept for who follows; of what is behind them the recording
#: has the bytes, so that a slow callback costs no memory.
MOST = 8 * LARGEST


class AtHand:
    """Hands rows from who records them to who follows, each on a thread of its own, in their order."""

    def __init__(self) -> None:
        self._offered, self._taken = _Held(), _Held()
        #: the last segment that was compressed before its rows were asked for, opened
        self._late: tuple[Segment, Batch] | None = None

    def offer(self, placed: Placed) -> Placed:
        """Return rows for `batch` to be asked for; without their bytes, if many wait."""
        if placed.batch is None or self._offered.bytes - self._taken.bytes >= MOST:
            return placed._replace(batch=None)
        self._offered.add(placed.batch.slab)
        return placed

    def batch(self, placed: Placed) -> Batch:
        """Return some rows' events, from where they were received or, later, from their segment."""
        segment, run, batch = placed
        if batch is not None:
            self._taken.add(batch.slab)
            return batch
        batch = run.batch
        if batch is not None:
            return batch
        if self._late is None or self._late[0] is not segment:
            self._late = segment, _opened(segment)
        return self._late[1].cut(run.at, run.at + len(run))


class _Held:
    """Counts the bytes of memory that batches hold, which came one after the other."""

    def __init__(self) -> None:
        self.bytes = 0
        self._last: weakref.ref[Slab] | None = None

    def add(self, slab: Slab) -> None:
        """Count a batch's memory, unless it is that of the one before it as well."""
        if self._last is None or self._last() is not slab:
            self.bytes += len(slab)
            self._last = weakref.ref(slab)


def _opened(segment: Segment) -> Batch:
    import numpy as np

    raws, _ = segment.raws()
    offsets = np.frombuffer(raws.buffers()[1], "int64")[raws.offset :][: len(raws) + 1].tolist()
    return Batch(Slab(raws.buffers()[2].to_pybytes()), offsets[:-1], offsets[1:])
