"""The bytes of rows, where they are: received into several slabs, or one behind the other."""

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import chain, groupby
from typing import TYPE_CHECKING, Any, ClassVar, Protocol

from switchy_nb.wire import Batch, native

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

    Array = np.ndarray[Any, Any]

#: Bytes behind the rows that may be read, and mean nothing: names are compared by whole words.
MARGIN = 8
#: Where rows that somebody has looked at and others alternate more often, all are looked at anew.
_STRETCHES = 8
#: Where there is no C, so many bytes are joined together.
_PART = 2 * 1024 * 1024
#: Arrow writes what is no longer than this into a view itself.
_INLINE = 12


class Rows(Protocol):
    """The bytes of rows, wherever in memory they are."""

    def __len__(self) -> int: ...

    def __getitem__(self, at: int) -> bytes: ...

    def places(self) -> "tuple[Array, Array]":
        """Return the addresses where each row's bytes begin and end, while this is held."""

    def found(self, names: tuple[str, ...]) -> "tuple[Array, Array] | None":
        """Return from where to where the values of headers are, if that is known already.

        As `starts` and `stops` of `native.Read`.
        """

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

    def found(self, names: tuple[str, ...]) -> None:
        """Nothing is known of them."""

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

        found = [batch.found for batch in self._batches if batch.found is not None]
        if found and len(found) == len(self._batches):
            _, begun, ended, _, _ = zip(*found, strict=True)
            return np.concatenate(begun), np.concatenate(ended)
        # Sums of plain numbers: numpy would let go of the interpreter's lock, and wait to have it back.
        of_slab = {slab: native.address(slab.data).__add__ for slab in self._slabs()}
        begins = chain.from_iterable(map(of_slab[b.slab], b.starts) for b in self._batches)
        ends = chain.from_iterable(map(of_slab[b.slab], b.ends) for b in self._batches)
        count = len(self)
        return np.fromiter(begins, "int64", count), np.fromiter(ends, "int64", count)

    def found(self, names: tuple[str, ...]) -> "tuple[Array, Array] | None":
        """Return from where to where the values of headers are, if that is known of some already.

        Whoever tracks events has looked for them when they came (see `Glimpses`); of those that it
        has not come to they are looked for now.
        """
        import numpy as np

        def known(batch: Batch) -> bool:
            return batch.found is not None and batch.found.names[: len(names)] == names

        stretches = [(there, list(batches)) for there, batches in groupby(self._batches, known)]
        if len(stretches) > _STRETCHES or not any(there for there, _ in stretches):
            return None
        parts: list[tuple[Array, Array]] = []
        for there, batches in stretches:
            if there:
                parts += [(b.found.starts, b.found.stops) for b in batches if b.found is not None]
            elif (read := native.read(*Scattered(batches).places(), (), names)) is not None:
                parts.append((read.starts, read.stops))
        starts, stops = zip(*parts, strict=True)
        count = len(names)
        return (
            np.concatenate([each[:count] for each in starts], axis=1),
            np.concatenate([each[:count] for each in stops], axis=1),
        )

    def _slabs(self) -> list[Any]:
        return list(dict.fromkeys(batch.slab for batch in self._batches))

    @contextmanager
    def at_once(self) -> "Iterator[Iterable[pa.LargeBinaryArray]]":
        """Copy them one behind the other, all or in parts; what is given is there for a moment only.

        Yields
        ------
        iterable of pyarrow.LargeBinaryArray
            Their bytes, in order.
        """
        if native.library() is None:
            yield self._parts(_PART)
            return
        begins, ends = self.places()
        room = _Room.take(sum(batch.size for batch in self._batches))
        yield [_copied(begins, ends, room)]
        _Room.give_back(room)

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

        batches, slabs, total = self._batches, self._slabs(), len(self)
        if total <= 2 * len(slabs):
            # Single events: their bytes are there already, and are joined as they are.
            raws = list(chain.from_iterable(batch.raws() for batch in batches))
            offsets = np.zeros(total + 1, "int64")
            np.cumsum([len(raw) for raw in raws], out=offsets[1:])
            buffers = [None, pa.py_buffer(offsets), pa.py_buffer(b"".join([*raws, bytes(MARGIN)]))]
            return pa.Array.from_buffers(pa.large_binary(), total, buffers)
        # A view is a length, the first bytes, which buffer, and where in it. The last one is only
        # there to be read over.
        views = np.zeros((total + 1, 4), "<i4")
        views[total, 0] = MARGIN
        number_of = {slab: number for number, slab in enumerate(slabs)}
        starts = np.fromiter(chain.from_iterable(batch.starts for batch in batches), "int64", total)
        views[:total, 0] = np.fromiter(
            chain.from_iterable(batch.ends for batch in batches), "int64", total
        )
        views[:total, 0] -= starts.astype("<i4")
        views[:total, 2] = np.repeat(
            [number_of[batch.slab] for batch in batches], [len(batch) for batch in batches]
        )
        views[:total, 3] = starts
        _write_short(views, slabs)
        data = [pa.py_buffer(slab.data) for slab in slabs]
        buffers = [None, pa.py_buffer(views), *data]
        both = pa.Array.from_buffers(pa.binary_view(), total + 1, buffers)
        return both.cast(pa.large_binary()).slice(0, total)


class _Room:
    """Memory that is copied into again and again: new memory costs more than the copy."""

    _spare: ClassVar["deque[Array]"] = deque(maxlen=2)

    @classmethod
    def take(cls, size: int) -> "Array":
        """Return room for so many bytes."""
        import numpy as np

        try:
            room = cls._spare.pop()
        except IndexError:
            room = None
        return room if room is not None and len(room) >= size else np.empty(size, "uint8")

    @classmethod
    def give_back(cls, room: "Array") -> None:
        """Keep room for the next who asks."""
        cls._spare.append(room)


def let_go_of_room() -> None:
    """Keep no memory for rows that are to come."""
    _Room._spare.clear()


def _copied(begins: "Array", ends: "Array", room: "Array") -> "pa.LargeBinaryArray":
    import numpy as np
    import pyarrow as pa

    offsets = np.zeros(len(begins) + 1, "int64")
    np.cumsum(ends - begins, out=offsets[1:])
    native.copy(begins, ends, room)
    buffers = [None, pa.py_buffer(offsets), pa.py_buffer(room)]
    return pa.Array.from_buffers(pa.large_binary(), len(begins), buffers)


def _write_short(views: "np.ndarray[Any, Any]", slabs: Sequence[Any]) -> None:
    """Write what is short into its view; of what is longer, only where it is will be read."""
    for row in (views[:-1, 0] <= _INLINE).nonzero()[0].tolist():
        size, _, number, start = views[row].tolist()
        views[row, 1:] = 0
        views.view("u1")[row, 4 : 4 + size] = bytearray(slabs[number].data[start : start + size])
