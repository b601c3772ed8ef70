"""Some headers out of thousands of raw events at once, as Arrow columns.

Does what `fields.Needles` does, event by event, for all of them at once; tests hold the two to each
other. How the values are found is in `values`.
"""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from switchy_nb.recording.fields import Kind, Needles, readable, whole_number
from switchy_nb.recording.memory import Joined, Rows
from switchy_nb.recording.values import Cut, Numbered, Values
from switchy_nb.wire.event import decode_value

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

    Array = np.ndarray[Any, Any]

#: Fewer events than this are read one by one.
_FEW = 64

Keep = Callable[[str], "str | None"]


def read_headers(
    raw: "pa.LargeBinaryArray", kinds: bytes, names: Sequence[str], keep: Keep
) -> list["pa.Array"]:
    """Return one header of each event, for each of some names, whatever the events are written in.

    As `scan`; `kinds` has the `Kind` of each event as a byte.
    """
    headers = Headers(Joined(raw), kinds, names)
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
    rows : Rows
        The events.
    kinds : bytes
        The `Kind` of each as a byte.
    texts, numbers : sequence of str
        Headers that are read as texts, and those that are read as numbers; below, each goes by its
        place among them.
    """

    def __init__(
        self, rows: Rows, kinds: bytes, texts: Sequence[str], numbers: Sequence[str] = ()
    ) -> None:
        self._texts = len(texts)
        self._values: Values | None = None
        names = (*texts, *numbers)
        if len(rows) >= _FEW and Kind.JSON not in kinds:
            self._values = Numbered.of(rows, names, len(texts)) or Cut.of(rows, names)
        self._fast = 0 if self._values is None else self._values.count
        needles = Needles(names)
        self._alone = [
            needles.find(rows[at], Kind(kinds[at])) for at in range(self._fast, len(rows))
        ]

    def texts(self, at: int, keep: Keep) -> "pa.DictionaryArray":
        """Return a column of texts, null where there is none; in its dictionary each is once."""
        import pyarrow as pa

        encoded = None if self._values is None else self._encoded(self._values, at, keep)
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

        at += self._texts
        values = np.zeros(self._fast + len(self._alone), "int64")
        there = np.zeros(len(values), bool)
        if self._values is not None:
            values[: self._fast], there[: self._fast] = self._values.numbers(at)
        for event, row in enumerate(self._alone, self._fast):
            number = whole_number(row[at])
            if number is not None:
                values[event], there[event] = number, True
        return pa.array(values, mask=None if there.all() else ~there)

    @staticmethod
    def _encoded(values: Values, at: int, keep: Keep) -> "pa.DictionaryArray":
        import numpy as np

        codes, texts, plain = values.texts(at)
        if not (plain and keep is readable):
            texts, renumbered = _kept(texts, keep)
            codes = np.append(renumbered, np.int32(-1))[codes]
        return dictionary_of(codes, texts)


def dictionary_of(codes: "Array", texts: "pa.Array") -> "pa.DictionaryArray":
    """Make a column of texts and, for each row, the number of its text; −1 for null.

    Under a null there is a 0: Arrow follows what is there when it puts dictionaries together, and
    a −1 leads it out of its memory.
    """
    import numpy as np
    import pyarrow as pa

    missing = codes < 0
    if not missing.any():
        return pa.DictionaryArray.from_arrays(pa.array(codes), texts)
    return pa.DictionaryArray.from_arrays(pa.array(np.maximum(codes, 0), mask=missing), texts)


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
