"""Some headers out of thousands of raw events at once, as Arrow columns.

Does what `fields.Needles` does, event by event, for a whole Arrow array of them; tests hold the two
to each other. Where the values are is found by `lines`.
"""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from switchy_nb.recording.fields import Kind, Needles, readable, whole_number
from switchy_nb.recording.lines import MARGIN, Found, Lines
from switchy_nb.wire.event import UNDEFINED, decode_value

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

    Array = np.ndarray[Any, Any]

#: Fewer events than this are read one by one, as are the last ones of an array.
_FEW = 64
_ZERO, _NINE, _PERCENT = 48, 57, 37
_DIGITS = 18

Keep = Callable[[str], "str | None"]


def read_headers(
    raw: "pa.LargeBinaryArray", kinds: bytes, names: Sequence[str], keep: Keep
) -> list["pa.Array"]:
    """Return one header of each event, for each of some names, whatever the events are written in.

    As `scan`; `kinds` has the `Kind` of each event as a byte.
    """
    headers = Headers(raw, kinds, names)
    return [_plain(headers.texts(at, keep)) for at in range(len(names))]


def scan(raw: "pa.LargeBinaryArray", names: Sequence[str], keep: Keep) -> list["pa.Array"]:
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
    return read_headers(raw, bytes(len(raw)), names, keep)


class Headers:
    """Some headers of many events, all found at once.

    Parameters
    ----------
    raw : pyarrow.LargeBinaryArray
        The events, without nulls.
    kinds : bytes
        The `Kind` of each as a byte.
    names : sequence of str
        The headers; below, each goes by its place among them.
    """

    def __init__(self, raw: "pa.LargeBinaryArray", kinds: bytes, names: Sequence[str]) -> None:
        import numpy as np

        self._count = len(raw)
        self._fast = 0
        self._found: list[Found] = []
        if len(raw) >= _FEW and Kind.JSON not in kinds:
            offsets = np.frombuffer(raw.buffers()[1], "int64")
            offsets = offsets[raw.offset : raw.offset + len(raw) + 1]
            first = int(offsets[0])
            self._bytes = raw.buffers()[2].slice(first)
            # Eight bytes are read at a time, and none after the end: the last events are read alone.
            fits = self._bytes.size - MARGIN
            self._fast = int(np.searchsorted(offsets[1:] - first, fits, "right"))
            if self._fast:
                data = np.frombuffer(self._bytes, "uint8")
                self._found = Lines(data, offsets[: self._fast + 1] - first).find(names)
        needles = Needles(names)
        self._alone = list(
            map(needles.find, raw.slice(self._fast).to_pylist(), map(Kind, kinds[self._fast :]))
        )

    def texts(self, at: int, keep: Keep) -> "pa.DictionaryArray":
        """Return a column of texts, null where there is none; in its dictionary each is once."""
        import pyarrow as pa

        encoded = self._encoded(self._found[at], keep) if self._fast else None
        if encoded is not None and not self._alone:
            return encoded
        rest = (row[at] for row in self._alone)
        tail = pa.array([None if t is None else keep(t) for t in rest], pa.string())
        more = tail.dictionary_encode()
        if encoded is None:
            return more
        return pa.chunked_array([encoded, more]).unify_dictionaries().combine_chunks()

    def numbers(self, at: int) -> "pa.Int64Array":
        """Return a column of what is written in digits, null where it is not."""
        import numpy as np
        import pyarrow as pa

        values = np.zeros(self._count, "int64")
        there = np.zeros(self._count, bool)
        if self._fast:
            self._read_digits(self._found[at], values, there)
        for event, row in enumerate(self._alone, self._fast):
            number = whole_number(row[at])
            if number is not None:
                values[event], there[event] = number, True
        return pa.array(values, mask=~there)

    def _cut(self, found: Found) -> "pa.LargeBinaryArray":
        """Return the values as they stand in the bytes, without copying one."""
        import numpy as np
        import pyarrow as pa

        bounds = np.empty(2 * len(found.starts), "int64")
        bounds[0::2], bounds[1::2] = found.starts, found.ends
        buffers = [None, pa.py_buffer(bounds), self._bytes]
        count = max(len(bounds) - 1, 0)
        both = pa.Array.from_buffers(pa.large_binary(), count, buffers)
        # Every other one is what lies between two values.
        return both.take(pa.array(np.arange(0, count, 2)))

    def _encoded(self, found: Found, keep: Keep) -> "pa.DictionaryArray":
        import numpy as np
        import pyarrow as pa

        values = self._cut(found).dictionary_encode()
        codes = np.full(self._fast, -1, "int32")
        codes[found.events] = values.indices.to_numpy()
        texts, renumbered = _kept(values.dictionary, keep)
        if renumbered is not None:
            codes = np.append(renumbered, np.int32(-1))[codes]
        return pa.DictionaryArray.from_arrays(pa.array(codes, mask=codes < 0), texts)

    def _read_digits(self, found: Found, values: "Array", there: "Array") -> None:
        import numpy as np
        import pyarrow as pa

        lengths = found.ends - found.starts
        fits = (lengths > 0) & (lengths <= _DIGITS)
        cut = self._cut(found)
        bytes_of = np.frombuffer(cut.buffers()[2] or b"", "uint8")
        if len(cut) and fits.all() and _all_digits(bytes_of[: int(lengths.sum())]):
            values[found.events] = cut.cast(pa.string()).cast(pa.int64()).to_numpy()
            there[found.events] = True
            return
        for event, value in zip(found.events.tolist(), cut.to_pylist(), strict=True):
            number = whole_number(decode_value(value))
            if number is not None:
                values[event], there[event] = number, True


def _all_digits(data: "Array") -> bool:
    return bool(((data >= _ZERO) & (data <= _NINE)).all())


def _kept(values: "pa.LargeBinaryArray", keep: Keep) -> tuple["pa.Array", "Array | None"]:
    """Decode different values; return the different texts, and which each value became if not its own."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    data = np.frombuffer(values.buffers()[2] or b"", "uint8")
    plain = bool((data < 128).all()) and not bool((data == _PERCENT).any())
    if keep is readable and plain and pc.index(values, UNDEFINED).as_py() < 0:
        return values.cast(pa.string()), None
    known = values.to_pylist()
    places: dict[str, int] = {}
    numbers = np.full(len(known), -1, "int32")
    for at, value in enumerate(known):
        text = keep(decode_value(value))
        if text is not None:
            numbers[at] = places.setdefault(text, len(places))
    return pa.array(list(places), pa.string()), numbers


def _plain(column: "pa.DictionaryArray") -> "pa.Array":
    return column.dictionary.take(column.indices)
