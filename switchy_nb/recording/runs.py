"""The rows of a segment that still grows, as they came: runs of events in the memory of the link.

Nothing is copied while they come; what is made of them is in `segment`.
"""

import sys
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from switchy_nb.recording.fields import Kind, readable
from switchy_nb.recording.memory import Scattered
from switchy_nb.wire import Batch

if TYPE_CHECKING:
    import pyarrow as pa

    from switchy_nb.recording.segment import Segment

#: an event's bytes, when it came (µs since the epoch, our clock; None if unknown), what it is,
#: and the switch that it came from
Row = tuple[bytes, "int | None", Kind, "str | None"]


class Run:
    """Events that came together.

    Whoever holds a run can read its events for ever: at first where they were received, and in
    their segment once that is compressed.

    Parameters
    ----------
    batch : Batch
        The events.
    received : int or None
        When they came (µs since the epoch, our clock); None if unknown.
    kind : Kind
        What they are.
    switch : str or None
        Where they came from.
    """

    __slots__ = ("_count", "_segment", "at", "batch", "kind", "received", "switch")

    def __init__(self, batch: Batch, received: int | None, kind: Kind, switch: str | None) -> None:
        #: the events where they were received; None once they are elsewhere
        self.batch: Batch | None = batch
        self.received = received
        self.kind = kind
        self.switch = switch
        #: the first one's place in the segment that they are in
        self.at = 0
        self._count = len(batch)
        self._segment: Segment | None = None

    @classmethod
    def of(cls, raw: bytes, received: int | None, kind: Kind, switch: str | None) -> "Run":
        """Make a run of a single row."""
        return cls(Batch.of(raw), received, kind, switch)

    def __len__(self) -> int:
        return self._count

    def raw(self, at: int) -> bytes:
        """Return the bytes of one event."""
        batch = self.batch  # held, so that its memory stays as it is meanwhile
        if batch is not None:
            return batch.raw(at)
        assert self._segment is not None
        return self._segment.row(self.at + at)[0]

    @property
    def settled(self) -> "Segment | None":
        """The segment that has the events; None while they are where they were received."""
        return self._segment if self.batch is None else None

    def settle(self, segment: "Segment") -> None:
        """Have the events in their segment from now on."""
        self._segment = segment
        self.batch = None

    def cut(self, first: int, end: int) -> "Run":
        """Return some of it, without copying a byte."""
        return Run(_batch(self).cut(first, end), self.received, self.kind, self.switch)


def row_of(runs: Sequence[Run], at: int) -> tuple[bytes, Kind]:
    """Return the bytes and the kind of one row."""
    for run in runs:
        if at < len(run):
            return run.raw(at), run.kind
        at -= len(run)
    raise IndexError(at)


def rows_of(runs: Sequence[Run], start: int, stop: int) -> list[Row]:
    """Return some rows of a segment's runs; those at the end are found soonest."""
    found: list[Row] = []
    for run in reversed(runs):
        # Each knows its own place: meanwhile there may be more of them than rows were counted.
        for at in range(min(stop - run.at, len(run)) - 1, max(start - run.at, 0) - 1, -1):
            found.append((run.raw(at), run.received, run.kind, run.switch))
        if run.at <= start:
            break
    return found[::-1]


def scattered(runs: Sequence[Run]) -> Scattered:
    """Return the bytes of all rows, where they were received."""
    return Scattered([_batch(run) for run in runs])


def kinds_of(runs: Sequence[Run]) -> bytes:
    """Return the kind of each row, as a byte."""
    return b"".join(bytes([run.kind]) * len(run) for run in runs)


def moments_of(runs: Sequence[Run]) -> "pa.Int64Array":
    """Return when each row came: µs since the epoch, null where that is unknown."""
    import pyarrow as pa

    if any(run.received is None for run in runs):
        return pa.array([run.received for run in runs for _ in range(len(run))], pa.int64())
    moments = _repeated(runs, [run.received or 0 for run in runs], 8)
    return pa.Array.from_buffers(pa.int64(), sum(map(len, runs)), [None, moments])


def switches_of(runs: Sequence[Run]) -> "pa.DictionaryArray":
    """Return where each row came from; null where that is unknown."""
    import pyarrow as pa

    names = sorted({readable(run.switch) for run in runs if run.switch})
    if not all(run.switch for run in runs):
        of_row = [readable(r.switch) if r.switch else None for r in runs for _ in range(len(r))]
        return pa.array(of_row, pa.dictionary(pa.int32(), pa.string()))
    codes = _repeated(runs, [names.index(readable(run.switch or "")) for run in runs], 4)
    numbers = pa.Array.from_buffers(pa.int32(), sum(map(len, runs)), [None, codes])
    return pa.DictionaryArray.from_arrays(numbers, pa.array(names, pa.string()), safe=False)


def _repeated(runs: Sequence[Run], values: Iterable[int], width: int) -> "pa.Buffer":
    """Return one number of some bytes for each row, given one for each run.

    numpy would let go of the interpreter's lock for it, and wait to have it back.
    """
    import pyarrow as pa

    parts = zip(runs, values, strict=True)
    return pa.py_buffer(
        b"".join(
            value.to_bytes(width, sys.byteorder, signed=True) * len(run) for run, value in parts
        )
    )


def _batch(run: Run) -> Batch:
    assert run.batch is not None, "the rows of a segment that grows are where they were received"
    return run.batch
