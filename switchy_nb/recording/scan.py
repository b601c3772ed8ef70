"""Some headers out of thousands of raw events at once, as Arrow columns.

Does what `fields.Needles` does, event by event, for all of them at once; tests hold the two to each
other. How the values are found is in `values`.
"""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from switchy_nb.recording.fields import Kind, Needles, known, readable, whole_number
from switchy_nb.recording.memory import Joined, Rows
from switchy_nb.recording.values import Cut, Numbered, Values, dictionary_of
from switchy_nb.wire.event import decode_value
from switchy_nb.wire.reading import Digits

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

    Array = np.ndarray[Any, Any]

#: Fewer events than this are read one by one.
_FEW = 64

Keep = Callable[[str], "str | None"]
#: what keeps values as they are, where they mean what is written and say something
_AS_WRITTEN = (readable, known)


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
    texts : sequence of str
        Headers that are read as texts.
    numbers : sequence of Digits
        Headers that are read as numbers; below, each goes by its place among these or those.
    """

    def __init__(
        self, rows: Rows, kinds: bytes, texts: Sequence[str], numbers: Sequence[Digits] = ()
    ) -> None:
        self._texts = len(texts)
        self._numbers = numbers
        self._values: Values | None = None
        names = (*texts, *(number.name for number in numbers))
        if len(rows) >= _FEW and Kind.JSON not in kinds:
            wanted = tuple(texts), tuple(numbers)
            self._values = Numbered.of(rows, *wanted) or Cut.of(rows, *wanted)
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
        import pyarrow as pa

        numbers = None if self._values is None else self._values.numbers(at)
        if numbers is not None and not self._alone:
            return numbers
        _, least, most = self._numbers[at]
        rest = (whole_number(row[self._texts + at]) for row in self._alone)
        more = pa.array(
            [n if n is not None and least <= n <= most else None for n in rest], "int64"
        )
        return more if numbers is None else pa.concat_arrays([numbers, more])

    @staticmethod
    def _encoded(values: Values, at: int, keep: Keep) -> "pa.DictionaryArray":
        column, plain = values.texts(at)
        if plain and keep in _AS_WRITTEN:
            return column
        texts, renumbered = _kept(column.dictionary, keep)
        codes = renumbered[column.indices.fill_null(len(renumbered) - 1).to_numpy()]
        return dictionary_of(codes, texts)


def _kept(values: "pa.Array", keep: Keep) -> tuple["pa.Array", "Array"]:
    """Decode different values; return the different texts, and which each value became.

    Behind them stands a −1, for what has no value.
    """
    import numpy as np
    import pyarrow as pa

    written = values.to_pylist()
    places: dict[str, int] = {}
    numbers = np.full(len(written) + 1, -1, "int32")
    for at, value in enumerate(written):
        text = keep(decode_value(value) if isinstance(value, bytes) else value)
        if text is not None:
            numbers[at] = places.setdefault(text, len(places))
    return pa.array(list(places), pa.string()), numbers


def _plain(column: "pa.DictionaryArray") -> "pa.Array":
    return column.dictionary.take(column.indices)
