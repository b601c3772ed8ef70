"""The values of some headers in many plain events at once, and which events have which of them.

They are found and numbered in C (`Numbered`) or, where there is none, by numpy and Arrow (`Cut`);
tests hold the two to each other. How values are decoded is not known here (see `scan`).
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Protocol, Self

from switchy_nb.recording.fields import whole_number
from switchy_nb.recording.lines import Lines
from switchy_nb.recording.memory import MARGIN, Rows
from switchy_nb.wire import native
from switchy_nb.wire.event import UNDEFINED, decode_value
from switchy_nb.wire.reading import Digits, Read, Sought

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

    Array = np.ndarray[Any, Any]

_ZERO, _NINE, _PERCENT, _NO_ASCII = 48, 57, 37, 128
_DIGITS = 18


class Values(Protocol):
    """The values of some headers, each header by its place among them."""

    @property
    def count(self) -> int:
        """How many events were looked at: the first ones."""

    def texts(self, at: int) -> "tuple[pa.DictionaryArray, bool]":
        """Return the values of one header, null where an event has none.

        Returns
        -------
        values : pyarrow.DictionaryArray
            The different values as they were written: strings where `plain` is true, else bytes.
        plain : bool
            Whether they mean what is written, and say something: none is empty, escaped or
            undefined, and all is ASCII.
        """

    def numbers(self, at: int) -> "pa.Int64Array":
        """Return what one number says; null where it does not, or does not count."""


class Numbered:
    """Found where they are, and numbered, in C."""

    def __init__(self, rows: Rows, read: Read, numbers: Sequence[Digits]) -> None:
        self._rows = rows  # holds the memory
        self._read = read
        self._numbers = numbers

    @classmethod
    def of(cls, rows: Rows, texts: tuple[str, ...], numbers: tuple[Digits, ...]) -> Self | None:
        """Read some headers; None where there is no C for it."""
        read = rows.read(Sought(texts, numbers))
        return None if read is None else cls(rows, read, numbers)

    @property
    def count(self) -> int:
        """How many events were looked at: all."""
        return self._read.count

    def texts(self, at: int) -> "tuple[pa.DictionaryArray, bool]":
        """Return the values of one text, null where an event has none."""
        import pyarrow as pa

        read = self._read
        first, end = read.bounds[at : at + 2]
        offsets = read.offsets[first : end + 1]
        # Copies, which keep no more in memory than they need.
        text = pa.py_buffer(read.text[offsets[0] : offsets[-1]].tobytes())
        offsets = pa.py_buffer((offsets - offsets[0]).astype("int32"))
        kind = pa.string() if read.plain[at] else pa.binary()
        values = pa.Array.from_buffers(kind, end - first, [None, offsets, text])
        missing = self.count - read.there[at]
        valid = pa.py_buffer(read.valid[at].tobytes()) if missing else None
        # Under a null there is a 0, see `dictionary_of`.
        codes = pa.Array.from_buffers(
            pa.int32(), self.count, [valid, pa.py_buffer(read.codes[at].tobytes())], missing
        )
        return pa.DictionaryArray.from_arrays(codes, values, safe=False), read.plain[at]

    def numbers(self, at: int) -> "pa.Int64Array":
        """Return what one number says; null where it does not, or does not count."""
        import pyarrow as pa

        read, (_, least, most) = self._read, self._numbers[at]
        values, valid = read.numbers[at].copy(), read.counted[at].copy()
        there, others = read.tallies[at]
        header = at - len(self._numbers)  # they are the last ones
        for event in read.others[at, :others].tolist():
            place = int(read.starts[header, event]), int(read.stops[header, event])
            number = whole_number(decode_value(native.bytes_at(*place)))
            if number is not None and least <= number <= most:
                values[event] = number
                valid[event >> 3] |= 1 << (event & 7)
                there += 1
        missing = self.count - there
        buffers = [pa.py_buffer(valid) if missing else None, pa.py_buffer(values)]
        return pa.Array.from_buffers(pa.int64(), self.count, buffers, missing)


class Cut:
    """Found by numpy in joined rows, cut out of them by Arrow, which numbers them."""

    def __init__(
        self, raw: "pa.LargeBinaryArray", texts: tuple[str, ...], numbers: tuple[Digits, ...]
    ) -> None:
        import numpy as np

        self._texts = len(texts)
        self._numbers = numbers
        names = (*texts, *(number.name for number in numbers))

        offsets = np.frombuffer(raw.buffers()[1], "int64")
        offsets = offsets[raw.offset : raw.offset + len(raw) + 1]
        first = int(offsets[0])
        held = raw.buffers()[2].slice(first)
        # Some bytes are read over, and none after the end: the last events are not looked at.
        fits = held.size - MARGIN
        self._count = int(np.searchsorted(offsets[1:] - first, fits, "right"))
        if self._count:
            data = np.frombuffer(held, "uint8")
            self._found = Lines(data, offsets[: self._count + 1] - first).find(names)
            self._cut(held, data)

    @classmethod
    def of(cls, rows: Rows, texts: tuple[str, ...], numbers: tuple[Digits, ...]) -> Self | None:
        """Read some headers; None where all of the events are the last ones."""
        values = cls(rows.joined(), texts, numbers)
        return values if values.count else None

    @property
    def count(self) -> int:
        """How many events were looked at: all but the last ones."""
        return self._count

    def _cut(self, held: "pa.Buffer", data: "Array") -> None:
        """Take all values out of the bytes."""
        import numpy as np
        import pyarrow as pa

        starts, ends = self._found.starts, self._found.ends
        bounds = np.empty(2 * len(starts) + 1, "int64")
        bounds[0:-1:2], bounds[1::2], bounds[-1] = starts, ends, len(data)
        count = len(bounds) - 1
        both = pa.Array.from_buffers(pa.large_binary(), count, [None, pa.py_buffer(bounds), held])
        # Every other one is what lies between two values, or nothing at all, and is not taken.
        self._values = both.take(pa.array(np.arange(0, count, 2))).cast(pa.binary())

    def _part(self, at: int) -> tuple["Array", "pa.BinaryArray"]:
        """The values of one header, and the events that they are in."""
        start, end = self._found.bounds[at : at + 2]
        return self._found.events[start:end], self._values[start:end]

    def texts(self, at: int) -> "tuple[pa.DictionaryArray, bool]":
        """Return the values of one header, null where an event has none."""
        import numpy as np
        import pyarrow as pa

        events, found = self._part(at)
        encoded = found.dictionary_encode()
        codes = np.full(self._count, -1, "int32")
        codes[events] = encoded.indices.to_numpy()
        values = encoded.dictionary
        plain = _plain(*_text_of(values))
        return dictionary_of(codes, values.cast(pa.string()) if plain else values), plain

    def numbers(self, at: int) -> "pa.Int64Array":
        """Return what one number says; null where it does not, or does not count."""
        import numpy as np
        import pyarrow as pa

        _, least, most = self._numbers[at]
        values, there = np.zeros(self._count, "int64"), np.zeros(self._count, bool)
        events, found = self._part(self._texts + at)
        text, offsets = _text_of(found)
        lengths = np.diff(offsets)
        if ((lengths > 0) & (lengths <= _DIGITS)).all() and _all_digits(text):
            values[events] = found.cast(pa.string()).cast(pa.int64()).to_numpy()
            there[events] = True
        else:
            for event, value in zip(events.tolist(), found.to_pylist(), strict=True):
                number = whole_number(decode_value(value))
                if number is not None:
                    values[event], there[event] = number, True
        return pa.array(values, mask=~there | (values < least) | (values > most))


def dictionary_of(codes: "Array", values: "pa.Array") -> "pa.DictionaryArray":
    """Make a column of values and, for each row, the number of its value; −1 for null.

    Under a null there is a 0: Arrow follows what is there when it puts dictionaries together, and
    a −1 leads it out of its memory.
    """
    import numpy as np
    import pyarrow as pa

    missing = codes < 0
    if not missing.any():
        return pa.DictionaryArray.from_arrays(pa.array(codes), values)
    return pa.DictionaryArray.from_arrays(pa.array(np.maximum(codes, 0), mask=missing), values)


def _text_of(values: "pa.BinaryArray") -> tuple["Array", "Array"]:
    """Return values one behind the other, and where each begins and ends."""
    import numpy as np

    _, offsets, text = values.buffers()
    places = np.frombuffer(offsets or bytes(4), "int32")[values.offset :][: len(values) + 1]
    return np.frombuffer(text or b"", "uint8")[places[0] : places[-1]], places - places[0]


def _plain(text: "Array", offsets: "Array") -> bool:
    """Whether values mean what is written, and say something."""
    import numpy as np

    lengths = np.diff(offsets)
    if not lengths.all() or (text >= _NO_ASCII).any() or (text == _PERCENT).any():
        return False
    of_that_length = offsets[:-1][lengths == len(UNDEFINED)]
    return not (text[of_that_length] == UNDEFINED[0]).any()


def _all_digits(data: "Array") -> bool:
    return bool(((data >= _ZERO) & (data <= _NINE)).all())
