"""Some headers out of thousands of raw plain events at once.

Does what `fields.Needles` does, event by event, for a whole Arrow array of them: the lines are found
in one pass, and a header's name is compared eight bytes at a time. Tests hold the two to each other.
"""

from collections.abc import Callable, Iterable, Sequence
from itertools import repeat
from typing import TYPE_CHECKING, Any

from switchy_nb.recording.fields import Kind, Needles
from switchy_nb.wire.event import decode_value

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

    Array = np.ndarray[Any, Any]

#: Fewer events than this are read one by one, and so are the last ones of an array: eight bytes
#: are read at a time, and none after the end.
_FEW, _TAIL = 64, 64
_BLOCK = 8
_LOWER = 0x2020202020202020


def read_headers(
    raw: "pa.LargeBinaryArray",
    kinds: bytes,
    names: Sequence[str],
    keep: Callable[[str], str | None],
) -> list["pa.Array"]:
    """Return one header of each event, for each of some names, whatever the events are written in.

    As `scan`; `kinds` has the `Kind` of each event as a byte.
    """
    if Kind.JSON in kinds:
        return _one_by_one(raw, names, keep, kinds)
    return scan(raw, names, keep)


def scan(
    raw: "pa.LargeBinaryArray", names: Sequence[str], keep: Callable[[str], str | None]
) -> list["pa.Array"]:
    """Return one header of each event, for each of some names.

    Parameters
    ----------
    raw : pyarrow.LargeBinaryArray
        Plain events, without nulls.
    names : sequence of str
        The headers.
    keep : callable
        What to keep of a value that was found: called once for each that is different.

    Returns
    -------
    list of pyarrow.StringArray
        Null where an event has no such header.
    """
    import numpy as np
    import pyarrow as pa

    if len(raw) < _FEW:
        return _one_by_one(raw, names, keep)
    offsets = np.frombuffer(raw.buffers()[1], "int64")[raw.offset : raw.offset + len(raw) + 1]
    data = np.frombuffer(raw.buffers()[2], "uint8")[offsets[0] : offsets[-1]]
    offsets = offsets - offsets[0]
    fast = int(np.searchsorted(offsets[1:], len(data) - _TAIL, "right"))
    if fast == 0:
        return _one_by_one(raw, names, keep)
    lines = _Lines(data, offsets[: fast + 1])
    rest = _one_by_one(raw.slice(fast), names, keep)
    return [
        pa.concat_arrays([_kept(*lines.values_of(name), data, fast, keep), tail])
        for name, tail in zip(names, rest, strict=True)
    ]


def _one_by_one(
    raw: "pa.LargeBinaryArray",
    names: Sequence[str],
    keep: Callable[[str], str | None],
    kinds: Iterable[int] = repeat(Kind.PLAIN),
) -> list["pa.Array"]:
    import pyarrow as pa

    needles = Needles(names)
    rows = list(map(needles.find, raw.to_pylist(), map(Kind, kinds)))
    return [
        pa.array([None if row[at] is None else keep(row[at] or "") for row in rows], pa.string())
        for at in range(len(names))
    ]


class _Lines:
    """Where lines begin, in the heads of events that lie one behind the other.

    Parameters
    ----------
    data : array of uint8
        The events, and at least `_TAIL` bytes more.
    offsets : array of int
        Where each event begins, and where the last one ends.
    """

    def __init__(self, data: "Array", offsets: "Array") -> None:
        import numpy as np

        self._data = data
        self._offsets = offsets
        self._newlines = np.flatnonzero(data[: offsets[-1]] == ord("\n"))
        begins = np.unique(offsets[:-1])
        begins = begins[(begins == 0) | (data[begins - 1] != ord("\n"))]
        starts = self._newlines + 1
        starts = np.insert(starts, np.searchsorted(starts, begins), begins)
        self._starts = starts[starts < offsets[-1]]
        self._blocks = np.ndarray((len(data) - _BLOCK + 1,), "<u8", data, strides=(1,))
        self._folded = self._blocks[self._starts] | np.uint64(_LOWER)
        self._head_ends = self._find_head_ends()

    def _find_head_ends(self) -> "Array":
        """Where the first empty line of each event is, or the event's end."""
        import numpy as np

        begins, ends = self._offsets[:-1], self._offsets[1:]
        gaps = self._newlines[:-1][np.diff(self._newlines) == 1]
        if not len(gaps):
            return ends
        at = np.searchsorted(gaps, begins)
        gap = gaps[np.minimum(at, len(gaps) - 1)]
        return np.where((at < len(gaps)) & (gap + 1 < ends), gap, ends)

    def values_of(self, name: str) -> tuple["Array", "Array", "Array"]:
        """For a header the events that have it, and where its first value begins and ends."""
        import numpy as np

        pattern = name.encode("utf-8", "surrogateescape").lower() + b":"
        first = pattern[:_BLOCK]
        word, mask = _word(first)
        if len(first) == _BLOCK:
            found = self._starts[self._folded == np.uint64(word | _LOWER)]
        else:
            found = self._starts
        for at in [*range(0, max(len(pattern) - _BLOCK, 1), _BLOCK), max(len(pattern) - _BLOCK, 0)]:
            word, mask = _word(pattern[at : at + _BLOCK])
            found = found[found + at + _BLOCK <= len(self._data)]
            found = found[self._blocks[found + at] & np.uint64(mask) == np.uint64(word)]
        events = np.searchsorted(self._offsets, found, "right") - 1
        within = found < self._head_ends[events]
        events, at_first = np.unique(events[within], return_index=True)
        starts = found[within][at_first] + len(pattern)
        line = np.searchsorted(self._newlines, starts)
        after = np.append(self._newlines, self._offsets[-1])[line]
        ends = np.minimum(after, self._offsets[events + 1])
        starts = starts + ((starts < ends) & (self._data[starts] == ord(" ")))
        return events, starts, ends


def _word(block: bytes) -> tuple[int, int]:
    """Up to eight lower-case bytes as a number, and a mask that lets the case of letters pass."""
    mask = bytes(0xDF if 97 <= byte <= 122 else 0xFF for byte in block)
    value = bytes(a & b for a, b in zip(block, mask, strict=True))
    return int.from_bytes(value, "little"), int.from_bytes(mask, "little")


def _kept(
    events: "Array",
    starts: "Array",
    ends: "Array",
    data: "Array",
    count: int,
    keep: Callable[[str], str | None],
) -> "pa.Array":
    import numpy as np
    import pyarrow as pa

    lengths = np.zeros(count + 1, "int64")
    lengths[events + 1] = ends - starts
    places = np.cumsum(lengths)
    shift = np.repeat(starts - places[events], ends - starts)
    values = data[np.arange(places[-1]) + shift]
    there = np.zeros(count, bool)
    there[events] = True
    valid = pa.py_buffer(np.packbits(there, bitorder="little"))
    buffers = [valid, pa.py_buffer(places), pa.py_buffer(values)]
    found = pa.Array.from_buffers(pa.large_binary(), count, buffers).dictionary_encode()
    texts = pa.array([keep(decode_value(v)) for v in found.dictionary.to_pylist()], pa.string())
    return texts.take(found.indices)
