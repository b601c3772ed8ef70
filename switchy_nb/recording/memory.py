"""The bytes of rows, where they are: received into several slabs, or one behind the other."""

from collections.abc import Iterator, Sequence
from itertools import chain, groupby
from typing import TYPE_CHECKING, Any, Protocol

from switchy_nb.wire import Batch
from switchy_nb.wire.reading import Read, Sought, join, read
from switchy_nb.wire.slab import Slab

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

    Array = np.ndarray[Any, Any]

#: Bytes behind the rows that may be read, and mean nothing: names are compared by whole words.
MARGIN = 8
#: Where events that came together and others alternate more often, all are read at once.
_STRETCHES = 16
#: Bytes that are compressed together, at least: of fewer, too much is there for the first time.
_PART = 2 * 1024 * 1024
#: Bytes of the head that an event has in front of it, at the most.
_HEAD = 64
#: Arrow writes what is no longer than this into a view itself.
_INLINE = 12


class Rows(Protocol):
    """The bytes of rows, wherever in memory they are."""

    def __len__(self) -> int: ...

    def __getitem__(self, at: int) -> bytes: ...

    def places(self) -> "tuple[Array, Array]":
        """Return the addresses where each row's bytes begin and end, while this is held."""

    def read(self, sought: Sought) -> Read | None:
        """Read headers in C; None where that cannot be done."""

    def joined(self) -> "pa.LargeBinaryArray":
        """Return them one behind the other, and `MARGIN` bytes more that may be read over."""


class Joined:
    """Rows that are one behind the other: those of an Arrow array without nulls."""

    def __init__(self, raw: "pa.LargeBinaryArray") -> None:
        self._raw = raw

    def __len__(self) -> int:
        return len(self._raw)

    def __getitem__(self, at: int) -> bytes:
        raw: bytes = self._raw[at].as_py()
        return raw

    def places(self) -> "tuple[Array, Array]":
        """Return the addresses where each row's bytes begin and end, while this is held."""
        import numpy as np

        _, offsets, data = self._raw.buffers()
        places = np.frombuffer(offsets, "int64")[self._raw.offset :][: len(self) + 1]
        places = places + (data.address if data is not None else 0)
        return places[:-1], places[1:]

    def read(self, sought: Sought) -> Read | None:
        """Read headers in C; None where that cannot be done."""
        return read(*self.places(), sought, none=0)

    def joined(self) -> "pa.LargeBinaryArray":
        """Return them as they are."""
        return self._raw


class Scattered:
    """Rows where they were received."""

    def __init__(self, batches: Sequence[Batch]) -> None:
        self._batches = batches

    def __len__(self) -> int:
        return sum(map(len, self._batches))

    def __getitem__(self, at: int) -> bytes:
        for batch in self._batches:
            if at < len(batch):
                return batch.raw(at)
            at -= len(batch)
        raise IndexError(at)

    def places(self) -> "tuple[Array, Array]":
        """Return the addresses where each row's bytes begin and end, while this is held."""
        import numpy as np

        places = [batch.places() for batch in self._batches]
        begins, ends = zip(*places, strict=True)
        return np.concatenate(begins), np.concatenate(ends)

    def read(self, sought: Sought) -> Read | None:
        """Read headers in C; None where that cannot be done.

        Of batches of many events, what is read is kept for whoever tracks them, if that one has not
        been there before and has read it itself.
        """
        stretches = [(m, list(some)) for m, some in groupby(self._batches, lambda b: b.many)]
        if len(stretches) > _STRETCHES or not any(many for many, _ in stretches):
            return read(*self.places(), sought, none=0)
        reads = list[Read | None]()
        for many, batches in stretches:
            if many:
                reads += [batch.seen(sought) for batch in batches]
            else:
                reads.append(read(*Scattered(batches).places(), sought))
        there = [one for one in reads if one is not None]
        return join(there) if len(there) == len(reads) else None

    def parts(self) -> "Iterator[pa.Array]":
        """Give them as Arrow arrays to compress: where they are, or joined in parts if that is better.

        Yields
        ------
        pyarrow.BinaryViewArray or pyarrow.LargeBinaryArray
            Their bytes, in order.
        """
        # Each piece of memory is compressed by itself, and only a large one repeats itself enough.
        # What else came between the events would be compressed, too: it should be their heads alone.
        size, spans = sum(batch.size for batch in self._batches), self._spans().values()
        room = sum(end - start for start, end in spans)
        if size >= _PART * len(spans) and room - size <= _HEAD * len(self):
            yield self.where_they_are()
        else:
            yield from self._parts(_PART)

    def _parts(self, size: int) -> "Iterator[pa.LargeBinaryArray]":
        """Join them in parts of some bytes each: what is small is at hand in a processor's cache."""
        part: list[Batch] = []
        left = size
        for batch in self._batches:
            at = 0
            while at < len(batch):
                # as many as fit, by what they take on the average, and at least one
                fit = max(1, left * len(batch) // max(batch.size, 1))
                piece = batch.cut(at, at + fit) if at or fit < len(batch) else batch
                part.append(piece)
                left -= piece.size
                at += len(piece)
                if left <= 0 or at < len(batch):
                    yield Scattered(part).joined()
                    part, left = [], size
        if part:
            yield Scattered(part).joined()

    def joined(self) -> "pa.LargeBinaryArray":
        """Copy them one behind the other."""
        import numpy as np
        import pyarrow as pa

        if len(self) <= 2 * len(self._spans()):
            # Single events: their bytes are there already, and are joined as they are.
            raws = list(chain.from_iterable(batch.raws() for batch in self._batches))
            offsets = np.zeros(len(raws) + 1, "int64")
            np.cumsum([len(raw) for raw in raws], out=offsets[1:])
            buffers = [None, pa.py_buffer(offsets), pa.py_buffer(b"".join([*raws, bytes(MARGIN)]))]
            return pa.Array.from_buffers(pa.large_binary(), len(raws), buffers)
        whole = self.where_they_are(MARGIN)
        return whole.cast(pa.large_binary()).slice(0, len(self))

    def where_they_are(self, margin: int = 0) -> "pa.BinaryViewArray":
        """Return them as they are in memory; if there is to be a margin, with one more row that is it.

        Whoever has them has to hold this.
        """
        import numpy as np
        import pyarrow as pa

        spans = self._spans()
        number_of = {slab: number for number, slab in enumerate(spans)}
        data = [memoryview(slab.data)[start:end] for slab, (start, end) in spans.items()]

        # A view is a length, the first bytes, which buffer, and where in it.
        total = len(self)
        views = np.zeros((total + (margin > 0), 4), "<i4")
        views[total:, 0] = margin
        at = 0
        for batch in self._batches:
            rows = views[at : (at := at + len(batch))]
            rows[:, 0] = batch.ends
            rows[:, 2] = number_of[batch.slab]
            rows[:, 3] = batch.starts
            rows[:, 0] -= rows[:, 3]
            rows[:, 3] -= spans[batch.slab][0]
        _write_beginnings(views[:total], data)
        buffers = [None, pa.py_buffer(views), *map(pa.py_buffer, data)]
        return pa.Array.from_buffers(pa.binary_view(), len(views), buffers)

    def _spans(self) -> dict[Slab, tuple[int, int]]:
        """The memory that they are in, and from where to where in it."""
        spans: dict[Slab, tuple[int, int]] = {}
        for batch in self._batches:
            first, last = int(batch.starts[0]), int(batch.ends[-1])
            start, end = spans.get(batch.slab, (first, last))
            spans[batch.slab] = min(start, first), max(end, last)
        return spans


def _write_beginnings(views: "Array", data: Sequence[memoryview]) -> None:
    """Write each row's first bytes into its view, as Arrow has them; of a short row, all of it."""
    import numpy as np

    short = views[:, 0] <= _INLINE
    for number, part in enumerate(data):
        rows = np.flatnonzero((views[:, 2] == number) & ~short)
        if len(rows):
            fours = np.ndarray(len(part) - 3, "<i4", part, strides=(1,))  # from each byte on
            views[rows, 1] = fours[views[rows, 3]]
    for row in np.flatnonzero(short).tolist():
        size, _, number, start = views[row].tolist()
        views[row, 1:] = 0
        views.view("u1")[row, 4 : 4 + size] = bytearray(data[number][start : start + size])
