"""The events of rows, for who follows a recording while it grows: who comes late finds them too."""

from switchy_nb.recording.segment import Segment
from switchy_nb.recording.store import Placed
from switchy_nb.wire import Batch
from switchy_nb.wire.slab import Slab


class AtHand:
    """Gives rows as batches, in the order in which they came."""

    def __init__(self) -> None:
        #: the last segment that was compressed before its rows were asked for, opened
        self._late: tuple[Segment, Batch] | None = None

    def batch(self, placed: Placed) -> Batch:
        """Return some rows' events, from where they were received or, later, from their segment."""
        segment, run, batch = placed
        if batch is None:
            batch = run.batch
        if batch is not None:
            return batch
        if self._late is None or self._late[0] is not segment:
            self._late = segment, _opened(segment)
        return self._late[1].cut(run.at, run.at + len(run))


def _opened(segment: Segment) -> Batch:
    import numpy as np

    raws, _ = segment.raws()
    offsets = np.frombuffer(raws.buffers()[1], "int64")[raws.offset :][: len(raws) + 1].tolist()
    return Batch(Slab(raws.buffers()[2].to_pybytes()), offsets[:-1], offsets[1:])
