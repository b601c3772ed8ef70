"""A few rows at a time out of a recording that may be large, and may be growing."""

from collections import OrderedDict
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from switchy_nb.recording.fields import Kind
from switchy_nb.recording.finding import among
from switchy_nb.recording.runs import Row
from switchy_nb.recording.segment import Segment
from switchy_nb.wire import Event, Format

if TYPE_CHECKING:
    from switchy_nb.recording.recording import Recording

#: Segments that are held open, each some 15 MB: one looks at a few places at once.
_OPEN = 3
#: Segments that are looked through for what came before: some 260,000 rows.
_BEFORE = 64


class Seen(NamedTuple):
    """One row.

    Attributes
    ----------
    n : int
        Its number.
    event : Event
        What came.
    received : int or None
        When, by this machine's clock: µs since the epoch.
    """

    n: int
    event: Event
    received: int | None


class Window:
    """Reads rows of a recording, and remembers what it has just read.

    To be used by one thread at a time; the recording may grow meanwhile.

    Parameters
    ----------
    recording : Recording
        The recording.
    """

    def __init__(self, recording: "Recording") -> None:
        self._store = recording._store
        self._open: OrderedDict[int, list[Row]] = OrderedDict()

    @property
    def first(self) -> int:
        """The number of the first row that is kept."""
        return self._store.first

    @property
    def end(self) -> int:
        """The number that the next row gets."""
        return self._store.received

    def rows(self, first: int, end: int) -> list[Seen]:
        """Return the rows from `first` to before `end`, those that are there."""
        seen: list[Seen] = []
        for n, (raw, received, kind, _) in self.raw_rows(first, end):
            fmt = Format.JSON if kind is Kind.JSON else Format.PLAIN
            seen.append(Seen(n, Event(raw, fmt), received))
        return seen

    def raw_rows(self, first: int, end: int) -> Iterator[tuple[int, Row]]:
        """Give the same with all that is kept of them."""
        first, end = max(first, self.first), min(end, self.end)
        for segment in self.segments(first, end):
            start = max(first, segment.first) - segment.first
            stop = min(end - segment.first, len(segment))
            yield from enumerate(self._rows(segment, start, stop), segment.first + start)

    def row(self, n: int) -> Seen:
        """Return one row.

        Raises
        ------
        IndexError
            If there is no such row, or it is no longer kept.
        """
        found = self.rows(n, n + 1)
        if not found:
            raise IndexError(f"event {n} is not kept: {self.first} is the first that is")
        return found[0]

    def before(self, n: int, leg: str) -> Seen | None:
        """Return the last row ahead of `n` that is of a leg; None if it has none, or far ahead."""
        import numpy as np

        for segment in self.segments(self.first, n)[: -_BEFORE - 1 : -1]:
            count = min(n - segment.first, len(segment))
            legs = segment.columns(["session"])["session"].slice(0, count)
            places = np.flatnonzero(among(legs, lambda uuid: uuid == leg))
            if len(places):
                return self.row(segment.first + int(places[-1]))
        return None

    def segments(self, first: int, end: int) -> list[Segment]:
        """Return the segments that hold some of the rows from `first` to before `end`."""
        return [segment for segment in self._store.since(first) if segment.first < end]

    def _rows(self, segment: Segment, start: int, stop: int) -> list[Row]:
        if not segment.sealed:
            return segment.rows(start, stop)
        rows = self._open.get(segment.first)
        if rows is None:
            rows = self._open[segment.first] = segment.rows(0, len(segment))
            if len(self._open) > _OPEN:
                self._open.popitem(last=False)
        else:
            self._open.move_to_end(segment.first)
        return rows[start:stop]
