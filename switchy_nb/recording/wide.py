"""Every header as a column.

Events repeat each other's lines, so each line is read once and then only looked up, and a column
keeps each value once.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from switchy_nb.errors import ProtocolError
from switchy_nb.recording.core import Core
from switchy_nb.recording.fields import Kind, readable
from switchy_nb.wire import Event, Format
from switchy_nb.wire.event import decode_value, text

if TYPE_CHECKING:
    import pandas as pd

#: Lines that are remembered; beyond it they are forgotten and learnt again.
_REMEMBERED = 200_000


class _Column:
    """One header: the rows that have it, and for each which of its values."""

    __slots__ = ("_codes", "codes", "name", "rows", "values")

    def __init__(self, name: str) -> None:
        self.name = name
        self.rows: list[int] = []
        self.codes: list[int] = []
        self.values: list[str] = []
        self._codes: dict[str, int] = {}

    def code(self, value: str) -> int:
        code = self._codes.setdefault(value, len(self.values))
        if code == len(self.values):
            self.values.append(value)
        return code

    def add(self, row: int, code: int) -> None:
        if not self.rows or self.rows[-1] != row:  # of duplicates the first
            self.rows.append(row)
            self.codes.append(code)


def wide_frame(core: Core) -> "pd.DataFrame":
    """Make a frame of all headers of all events.

    Returns
    -------
    DataFrame
        Indexed by ``n``; a column for each header, named as it was first written, in order of first
        appearance. Columns whose values repeat are categorical, the others ``str``.
    """
    import pandas as pd

    columns: dict[bytes, _Column] = {}
    known: dict[bytes, tuple[_Column, int] | None] = {}
    for n, raw, kind in core.raw_rows(range(len(core))):
        for line in _lines(raw, kind):
            try:
                entry = known[line]
            except KeyError:
                if len(known) >= _REMEMBERED:
                    known.clear()
                entry = known[line] = _learn(line, columns)
            if entry is not None:
                entry[0].add(n, entry[1])
    arrays: dict[str, Any] = {}
    for column in columns.values():
        arrays[column.name] = _array(column, len(core))
    return pd.DataFrame(arrays, index=pd.RangeIndex(len(core), name="n"), copy=False)


def _lines(raw: bytes, kind: Kind) -> Iterator[bytes]:
    if kind is not Kind.JSON:
        return iter(raw.partition(b"\n\n")[0].split(b"\n"))
    try:
        event = Event.make(Event(raw, Format.JSON).items())
    except (ProtocolError, ValueError, RecursionError):
        return iter(())  # it cannot be read: it has no headers, but its bytes are still there
    return iter(event.raw.partition(b"\n\n")[0].split(b"\n"))


def _learn(line: bytes, columns: dict[bytes, _Column]) -> tuple[_Column, int] | None:
    name, colon, value = line.partition(b":")
    if not colon:
        return None
    key = name.lower()
    if key not in columns:
        columns[key] = _Column(readable(text(name)))
    column = columns[key]
    return column, column.code(readable(decode_value(value[1:] if value[:1] == b" " else value)))


def _array(column: _Column, length: int) -> Any:
    import numpy as np
    import pandas as pd

    codes = np.full(length, -1, "int32")
    codes[column.rows] = column.codes
    values = pd.array(column.values, dtype="str")
    if 2 * len(values) <= len(column.rows):
        return pd.Categorical.from_codes(codes, categories=pd.Index(values))
    return values.take(codes, allow_fill=True)
