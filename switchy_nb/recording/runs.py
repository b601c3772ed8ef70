"""The rows of a segment that still grows, as they came: runs of events in the buffers of the socket.

Nothing is copied while they come; what is made of them is in `segment`.
"""

from collections.abc import Sequence
from itertools import accumulate, chain
from typing import TYPE_CHECKING, NamedTuple

from switchy_nb.recording.fields import Kind
from switchy_nb.recording.lines import MARGIN

if TYPE_CHECKING:
    import pyarrow as pa

#: an event's bytes, when it came (µs since the epoch, our clock; None if unknown), what it is,
#: and the switch that it came from
Row = tuple[bytes, "int | None", Kind, "str | None"]


class Run(NamedTuple):
    """Events that came together.

    Attributes
    ----------
    buffer : bytes
        What holds them.
    starts, ends : sequence of int
        Where in it each event's bytes begin and end.
    received : int or None
        When they came (µs since the epoch, our clock); None if unknown.
    kind : Kind
        What they are.
    switch : str or None
        Where they came from.
    """

    buffer: bytes
    starts: Sequence[int]
    ends: Sequence[int]
    received: int | None
    kind: Kind
    switch: str | None

    @classmethod
    def of(cls, raw: bytes, received: int | None, kind: Kind, switch: str | None) -> "Run":
        """Make a run of a single row."""
        return cls(raw, (0,), (len(raw),), received, kind, switch)

    def __bool__(self) -> bool:
        return bool(self.starts)

    @property
    def size(self) -> int:
        """The bytes of its events."""
        return sum(self.ends) - sum(self.starts)

    def event(self, at: int) -> bytes:
        """The bytes of one event."""
        return self.buffer[self.starts[at] : self.ends[at]]

    def compact(self) -> "Run":
        """Return it in a buffer of its own if it would hold much else in memory, such as replies."""
        if 2 * self.size >= len(self.buffer):
            return self
        raws = [self.event(at) for at in range(len(self.starts))]
        ends = list(accumulate(map(len, raws)))
        return self._replace(buffer=b"".join(raws), starts=[0, *ends[:-1]], ends=ends)

    def cut(self, first: int, end: int) -> "Run":
        """Return some of it, without copying a byte."""
        return self._replace(starts=self.starts[first:end], ends=self.ends[first:end])


def row_of(runs: Sequence[Run], at: int) -> tuple[bytes, Kind]:
    """Return the bytes and the kind of one row."""
    for run in runs:
        if at < len(run.starts):
            return run.event(at), run.kind
        at -= len(run.starts)
    raise IndexError(at)


def rows_of(runs: Sequence[Run], count: int, start: int, stop: int) -> list[Row]:
    """Return some rows of runs that hold `count` rows; those at the end are found soonest."""
    found: list[Row] = []
    for run in reversed(runs):
        count -= len(run.starts)
        if count < stop:
            last = min(stop - count, len(run.starts))
            for at in range(last - 1, max(start - count, 0) - 1, -1):
                found.append((run.event(at), run.received, run.kind, run.switch))
        if count <= start:
            break
    return found[::-1]


def gather(runs: Sequence[Run]) -> "pa.LargeBinaryArray":
    """Put the bytes of all rows one behind the other, and some more that may be read over."""
    import numpy as np
    import pyarrow as pa

    counts = [len(run.starts) for run in runs]
    if sum(counts) <= 2 * len(runs):
        # Single events: their bytes are there already, and are joined as they are.
        raws = [run.event(at) for run in runs for at in range(len(run.starts))]
        offsets = np.zeros(len(raws) + 1, "int64")
        np.cumsum([len(raw) for raw in raws], out=offsets[1:])
        buffers = [None, pa.py_buffer(offsets), pa.py_buffer(b"".join([*raws, bytes(MARGIN)]))]
        return pa.Array.from_buffers(pa.large_binary(), len(raws), buffers)
    bases = np.zeros(len(runs), "int64")
    np.cumsum([len(run.buffer) for run in runs[:-1]], out=bases[1:])
    base = np.repeat(bases, counts)
    bounds = np.empty(2 * len(base), "int64")
    bounds[0::2] = _numbers(run.starts for run in runs)
    bounds[1::2] = _numbers(run.ends for run in runs)
    bounds[0::2] += base
    bounds[1::2] += base
    # Every other part is what lies between two events; one more is only there to be read over.
    whole = b"".join([*(run.buffer for run in runs), bytes(MARGIN)])
    bounds = np.append(bounds, [len(whole) - MARGIN, len(whole)])
    buffers = [None, pa.py_buffer(bounds), pa.py_buffer(whole)]
    both = pa.Array.from_buffers(pa.large_binary(), len(bounds) - 1, buffers)
    return both.take(pa.array(np.arange(0, len(bounds), 2))).slice(0, len(base))


def kinds_of(runs: Sequence[Run]) -> bytes:
    """Return the kind of each row, as a byte."""
    return b"".join(bytes([run.kind]) * len(run.starts) for run in runs)


def repeated(runs: Sequence[Run], values: Sequence[object], kind: "pa.DataType") -> "pa.Array":
    """Return one value for each row, given one for each run."""
    import numpy as np
    import pyarrow as pa

    counts = [len(run.starts) for run in runs]
    of_run = np.repeat(np.arange(len(runs), dtype="int32"), counts)
    return pa.array(values, kind).take(pa.array(of_run))


def _numbers(parts: "chain[int] | object") -> "object":
    import numpy as np

    return np.fromiter(chain.from_iterable(parts), "int64")  # type: ignore[arg-type]
