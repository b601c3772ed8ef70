"""Some headers out of thousands of raw events at once, as Arrow columns.

Does what `fields.Needles` does, event by event, for a whole Arrow array of them; tests hold the two
to each other. Where the values are is found by `lines`.
"""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from switchy_nb.recording.fields import Kind, Needles, readable, whole_number
from switchy_nb.recording.lines import MARGIN, find
from switchy_nb.wire.event import UNDEFINED, decode_value

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

    Array = np.ndarray[Any, Any]

#: Fewer events than this are read one by one, as are the last ones of an array.
_FEW = 64
_ZERO, _NINE, _PERCENT, _NO_ASCII = 48, 57, 37, 128
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
        if len(raw) >= _FEW and Kind.JSON not in kinds:
            offsets = np.frombuffer(raw.buffers()[1], "int64")
            offsets = offsets[raw.offset : raw.offset + len(raw) + 1]
            first = int(offsets[0])
            held = raw.buffers()[2].slice(first)
            # Some bytes are read over, and none after the end: the last events are read alone.
            fits = held.size - MARGIN
            self._fast = int(np.searchsorted(offsets[1:] - first, fits, "right"))
            if self._fast:
                data = np.frombuffer(held, "uint8")
                self._found = find(data, offsets[: self._fast + 1] - first, tuple(names))
                self._cut(held, data)
        needles = Needles(names)
        self._alone = list(
            map(needles.find, raw.slice(self._fast).to_pylist(), map(Kind, kinds[self._fast :]))
        )

    def _cut(self, held: "pa.Buffer", data: "Array") -> None:
        """Take all values out of the bytes, and see whether they are what most are."""
        import numpy as np
        import pyarrow as pa

        starts, ends = self._found.starts, self._found.ends
        bounds = np.empty(2 * len(starts) + 1, "int64")
        bounds[0:-1:2], bounds[1::2], bounds[-1] = starts, ends, len(data)
        count = len(bounds) - 1
        both = pa.Array.from_buffers(pa.large_binary(), count, [None, pa.py_buffer(bounds), held])
        # Every other one is what lies between two values, or nothing at all, and is not taken.
        self._values = both.take(pa.array(np.arange(0, count, 2)))
        self._lengths = ends - starts
        #: the bytes of all values, one behind the other
        self._text = np.frombuffer(self._values.buffers()[2] or b"", "uint8")
        self._text = self._text[: int(self._lengths.sum())]
        undefined = (self._lengths == len(UNDEFINED)) & (data[starts] == UNDEFINED[0])
        self._plain = not (
            bool(undefined.any())
            or bool((self._text >= _NO_ASCII).any())
            or bool((self._text == _PERCENT).any())
        )
        if self._plain:
            self._values = self._values.cast(pa.string())

    def _part(self, at: int) -> tuple["Array", "pa.Array"]:
        """The values of one header, and the events that they are in."""
        start, end = self._found.bounds[at : at + 2]
        return self._found.events[start:end], self._values[start:end]

    def texts(self, at: int, keep: Keep) -> "pa.DictionaryArray":
        """Return a column of texts, null where there is none; in its dictionary each is once."""
        import pyarrow as pa

        encoded = self._encoded(at, keep) if self._fast else None
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
            self._read_digits(at, values, there)
        for event, row in enumerate(self._alone, self._fast):
            number = whole_number(row[at])
            if number is not None:
                values[event], there[event] = number, True
        return pa.array(values, mask=None if there.all() else ~there)

    def _encoded(self, at: int, keep: Keep) -> "pa.DictionaryArray":
        import numpy as np
        import pyarrow as pa

        events, found = self._part(at)
        values = found.dictionary_encode()
        texts, renumbered = values.dictionary, None
        if not (self._plain and keep is readable):
            texts, renumbered = _kept(values.dictionary, keep)
        if renumbered is None and len(events) == self._fast:
            return pa.DictionaryArray.from_arrays(values.indices, texts)
        codes = np.full(self._fast, -1, "int32")
        codes[events] = values.indices.to_numpy()
        if renumbered is not None:
            codes = np.append(renumbered, np.int32(-1))[codes]
        return dictionary_of(codes, texts)

    def _read_digits(self, at: int, values: "Array", there: "Array") -> None:
        import pyarrow as pa

        events, found = self._part(at)
        start, end = self._found.bounds[at : at + 2]
        lengths = self._lengths[start:end]
        if self._plain and ((lengths > 0) & (lengths <= _DIGITS)).all():
            begin = int(self._lengths[:start].sum())
            if _all_digits(self._text[begin : begin + int(lengths.sum())]):
                values[events] = found.cast(pa.int64()).to_numpy()
                there[events] = True
                return
        for event, value in zip(events.tolist(), found.to_pylist(), strict=True):
            raw = value if isinstance(value, bytes) else value.encode()
            number = whole_number(decode_value(raw))
            if number is not None:
                values[event], there[event] = number, True


def dictionary_of(codes: "Array", texts: "pa.Array") -> "pa.DictionaryArray":
    """Make a column of texts and, for each row, the number of its text; −1 for null.

    Under a null there is a 0: Arrow follows what is there when it puts dictionaries together, and
    a −1 leads it out of its memory.
    """
    import numpy as np
    import pyarrow as pa

    return pa.DictionaryArray.from_arrays(pa.array(np.maximum(codes, 0), mask=codes < 0), texts)


def _all_digits(data: "Array") -> bool:
    return bool(((data >= _ZERO) & (data <= _NINE)).all())


def _kept(values: "pa.Array", keep: Keep) -> tuple["pa.Array", "Array"]:
    """Decode different values; return the different texts, and which each value became."""
    import numpy as np
    import pyarrow as pa

    known = values.to_pylist()
    places: dict[str, int] = {}
    numbers = np.full(len(known), -1, "int32")
    for at, value in enumerate(known):
        text = keep(decode_value(value) if isinstance(value, bytes) else value)
        if text is not None:
            numbers[at] = places.setdefault(text, len(places))
    return pa.array(list(places), pa.string()), numbers


def _plain(column: "pa.DictionaryArray") -> "pa.Array":
    return column.dictionary.take(column.indices)
