"""Every header as a column.

Events repeat each other's lines, so each line is read once and then only looked up, and a column
keeps each value once.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from switchy_nb.errors import ProtocolError
from switchy_nb.recording.core import Core
from switchy_nb.recording.fields import Kind, readable
from switchy_nb.recording.memory import Joined
from switchy_nb.recording.progress import progress
from switchy_nb.wire import Event, Format, native
from switchy_nb.wire.event import UNDEFINED, decode_value, text

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    import pyarrow as pa

    Array = np.ndarray[Any, Any]

#: Lines that are remembered; beyond it they are forgotten and learnt again.
_REMEMBERED = 200_000


class _Column:
    """One header, and the values that it has."""

    __slots__ = ("codes", "name", "number")

    def __init__(self, name: str, number: int) -> None:
        self.name = name
        self.number = number
        #: each value, and its number
        self.codes: dict[str, int] = {}


class _Book(dict[bytes, int]):
    """Numbers for lines, in the order in which they were first seen; a new one is read.

    Attributes
    ----------
    column_of, code_of : list of int
        For each line by its number: its column's, −1 if it is no header; and its value's.
    columns : dict of bytes to _Column
        The columns by the names of headers in lower case.
    """

    def __init__(self) -> None:
        super().__init__()
        self.columns: dict[bytes, _Column] = {}
        self.column_of: list[int] = []
        self.code_of: list[int] = []
        self._spelled: dict[bytes, _Column] = {}

    def __missing__(self, line: bytes) -> int:
        name, colon, value = line.partition(b":")
        column, code = -1, 0
        if colon:
            found = self._spelled.get(name) or self._column(name)
            column = found.number
            value = value[1:] if value.startswith(b" ") else value
            plain = value.isascii() and b"%" not in value and value != UNDEFINED
            shown = value.decode() if plain else decode_value(value)
            if not shown.isascii():
                shown = readable(shown)
            code = found.codes.setdefault(shown, len(found.codes))
        number = self[line] = len(self.column_of)
        self.column_of.append(column)
        self.code_of.append(code)
        return number

    def _column(self, name: bytes) -> _Column:
        key = name.lower()
        if key not in self.columns:
            self.columns[key] = _Column(readable(text(name)), len(self.columns))
        column = self._spelled[name] = self.columns[key]
        return column

    def forget(self) -> None:
        """Forget the lines, and their numbers, if there are many."""
        if len(self) > _REMEMBERED:
            self.clear()
            self.column_of.clear()
            self.code_of.clear()


def wide_frame(core: Core, show: bool | None = None) -> "pd.DataFrame":
    """Make a frame of all headers of all events; `show` as of `progress`.

    Returns
    -------
    DataFrame
        Indexed by ``n``; a column for each header, named as it was first written, in order of first
        appearance. Columns whose values repeat are categorical, the others ``str``.
    """
    import numpy as np
    import pandas as pd

    book = _Book()
    nothing = np.empty(0, "int64")
    parts = [_placed(book, nothing, nothing, 0)]
    first = 0
    rows = progress(
        core.raw_parts(),
        total=len(core),
        what="reading headers",
        show=show,
        size=lambda part: len(part[1]),
    )
    for raw, kinds in rows:
        parts.append(_placed(book, *_numbered(book, raw, kinds), first))
        first += len(kinds)
        book.forget()
    columns, places, codes = (np.concatenate(arrays) for arrays in zip(*parts, strict=True))
    order = np.argsort(columns, kind="stable")
    places, codes = places[order], codes[order]
    ends = np.cumsum(np.bincount(columns, minlength=len(book.columns)))
    arrays: dict[str, Any] = {}
    for column in book.columns.values():
        end = ends[column.number]
        start = ends[column.number - 1] if column.number else 0
        arrays[column.name] = _array(column, places[start:end], codes[start:end], len(core))
    return pd.DataFrame(
        arrays, index=pd.RangeIndex(core.first, core.first + len(core), name="n"), copy=False
    )


def _numbered(book: _Book, raw: "pa.LargeBinaryArray", kinds: bytes) -> tuple["Array", "Array"]:
    """Return the number of each line of some events, and how many lines each of them has."""
    import numpy as np

    found = native.lines(*Joined(raw).places()) if Kind.JSON not in kinds else None
    if found is not None:
        codes, of_each, different = found
        return np.array([book[line] for line in different], "int64")[codes], of_each
    lines: list[int] = []
    counts: list[int] = []
    for event, kind in zip(raw.to_pylist(), kinds, strict=True):
        before = len(lines)
        lines.extend(map(book.__getitem__, _lines(event, Kind(kind))))
        counts.append(len(lines) - before)
    return np.array(lines, "int64"), np.array(counts, "int64")


def _placed(
    book: _Book, numbers: "Array", counts: "Array", first: int
) -> tuple["Array", "Array", "Array"]:
    """Say of lines that are headers in which column they are, in which row, and with which value."""
    import numpy as np

    rows = np.repeat(np.arange(first, first + len(counts), dtype="int32"), counts)
    columns = (
        np.array(book.column_of, "int32")[numbers] if len(numbers) else numbers.astype("int32")
    )
    codes = np.array(book.code_of, "int32")[numbers] if len(numbers) else columns
    there = columns >= 0
    if not there.all():
        columns, rows, codes = columns[there], rows[there], codes[there]
    return columns.astype("uint16" if len(book.columns) < 1 << 16 else "uint32"), rows, codes


def _lines(raw: bytes, kind: Kind) -> Iterable[bytes]:
    if kind is not Kind.JSON:
        return _head_lines(raw)
    try:
        event = Event.make(Event(raw, Format.JSON).items())
    except (ProtocolError, ValueError, RecursionError):
        return ()  # it cannot be read: it has no headers, but its bytes are still there
    return _head_lines(event.raw)


def _head_lines(raw: bytes) -> list[bytes]:
    end = raw.find(b"\n\n")
    return (raw if end < 0 else raw[:end]).split(b"\n")


def _array(column: _Column, rows: "Array", codes: "Array", length: int) -> Any:
    import numpy as np
    import pandas as pd

    if len(rows) > 1 and (rows[1:] == rows[:-1]).any():  # of duplicates the first
        first = np.append(True, rows[1:] != rows[:-1])
        rows, codes = rows[first], codes[first]
    of_row = np.full(length, -1, "int32")
    of_row[rows] = codes
    values = pd.array(list(column.codes), dtype="str")
    if 2 * len(values) <= len(rows):
        return pd.Categorical.from_codes(of_row, categories=pd.Index(values))
    return values.take(of_row, allow_fill=True)
