"""A run of consecutive rows: first a list that grows, then Arrow buffers compressed with zstd.

One thread appends; any thread reads. What the columns mean together (legs, calls) is not known
here, nor who compresses when (see `store`).
"""

import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from switchy_nb.recording.fields import (
    SEQUENCE_HEADER,
    TEXT_COLUMNS,
    TIME_HEADER,
    Kind,
    known,
    microseconds,
    readable,
    whole_number,
)
from switchy_nb.recording.scan import read_headers
from switchy_nb.wire import Event, Format
from switchy_nb.wire.event import QUEUED

if TYPE_CHECKING:
    import pyarrow as pa

#: an event's bytes, when it came (µs since the epoch, our clock; None if unknown), what it is,
#: and the switch that it came from
Row = tuple[bytes, "int | None", Kind, "str | None"]

#: Fast, and within a tenth of the best level's size on events, which repeat themselves a lot.
_ZSTD_LEVEL = 3
_WATCHED = "header:"
#: A segment that is read while it grows is read in pieces; more of them than this become one.
_PIECES = 16


def core_schema() -> "pa.Schema":
    """Return the typed columns that every row has, without the raw bytes and the watched headers."""
    import pyarrow as pa

    moment = pa.timestamp("us", "UTC")
    return pa.schema(
        [
            ("received", moment),
            ("time", moment),
            ("sequence", pa.int64()),
            *((name, pa.string()) for name in TEXT_COLUMNS),
            ("switch", pa.string()),
            ("kind", pa.int8()),
        ]
    )


@dataclass(frozen=True, slots=True)
class _Sealed:
    """Rows that no longer change, as compressed Arrow IPC streams."""

    count: int
    kinds: bytes
    core: "pa.Buffer"
    raw: "pa.Buffer"


class Segment:
    """Consecutive rows of a recording.

    Parameters
    ----------
    first : int
        The number of its first row.
    watched : tuple of str
        Headers that are wanted so often that they are kept as columns (lower case).
    """

    def __init__(self, first: int, watched: tuple[str, ...]) -> None:
        self.first = first
        self.watched = watched
        self.rows: list[Row] = []
        self._lock = threading.Lock()
        self._sealed: _Sealed | None = None
        self._pieces: list[pa.Table] = []
        self._asked: dict[str, pa.Array] = {}

    @classmethod
    def of(cls, first: int, core: "pa.Table", raw: "pa.LargeBinaryArray") -> "Segment":
        """Make a sealed segment of columns that are known already, as a file has them."""
        segment = cls(first, ())
        segment._close(core, raw)
        return segment

    def __len__(self) -> int:
        # In this order: a segment that is sealed between the two still has its old list.
        rows, sealed = self.rows, self._sealed
        return len(rows) if sealed is None else sealed.count

    @property
    def sealed(self) -> bool:
        """Whether it is compressed, and does not change any more."""
        return self._sealed is not None

    @property
    def nbytes(self) -> int:
        """How many bytes it holds: of raw events while it grows, of buffers when sealed."""
        sealed = self._sealed
        if sealed is None:
            return sum(len(row[0]) for row in self.rows)
        return int(sealed.core.size + sealed.raw.size)

    def core(self) -> "pa.Table":
        """Return the core columns of the rows that are here now, and the watched headers."""
        with self._lock:
            return self._core()

    def column(self, name: str) -> "pa.Array":
        """One header of each row as Arrow strings, null where a row has none."""
        key = name.lower()
        with self._lock:
            if key in self.watched:
                return self._core(columns=[_WATCHED + key])[0].combine_chunks()
            asked = self._asked.get(key)
            if asked is None or len(asked) != len(self):
                raw, kinds = self._raws()
                asked = self._asked[key] = read_headers(raw, kinds, [key], readable)[0]
            return asked

    def raws(self) -> tuple["pa.LargeBinaryArray", bytes]:
        """Every row's bytes, and kind: one byte for each."""
        with self._lock:
            return self._raws()

    def row(self, at: int) -> tuple[bytes, Kind]:
        """One row's bytes and kind, by its place in the segment."""
        with self._lock:
            if self._sealed is None:
                raw, _, kind, _ = self.rows[at]
                return raw, kind
            raws, kinds = self._raws()
            return raws[at].as_py(), Kind(kinds[at])

    def seal(self) -> None:
        """Compress the rows. Nothing may be appended any more."""
        with self._lock:
            if self._sealed is None:
                raw, _ = self._raws()
                self._close(self._core(raw=raw), raw)

    def _close(self, core: "pa.Table", raw: "pa.LargeBinaryArray") -> None:
        import pyarrow as pa

        kinds = bytes(core["kind"].to_pylist())
        self._sealed = _Sealed(
            len(core), kinds, pack(_in_dictionaries(core)), pack(pa.table({"raw": raw}))
        )
        self.rows = []
        self._pieces = []

    def _core(
        self, *, raw: "pa.LargeBinaryArray | None" = None, columns: list[str] | None = None
    ) -> "pa.Table":
        import pyarrow as pa

        if self._sealed is not None:
            return unpack(self._sealed.core, columns)
        done = sum(map(len, self._pieces))
        rows = self.rows[done:]
        if rows or not self._pieces:
            raw = _array_of(rows) if raw is None else raw.slice(done)
            self._pieces.append(_read(rows, raw, self.watched))
        if len(self._pieces) > _PIECES:
            self._pieces = [pa.concat_tables(self._pieces).combine_chunks()]
        whole = pa.concat_tables(self._pieces)
        return whole if columns is None else whole.select(columns)

    def _raws(self) -> tuple["pa.LargeBinaryArray", bytes]:
        if self._sealed is None:
            rows = self.rows[:]
            return _array_of(rows), bytes(row[2] for row in rows)
        return unpack(self._sealed.raw)["raw"].combine_chunks(), self._sealed.kinds


def _array_of(rows: list[Row]) -> "pa.LargeBinaryArray":
    import numpy as np
    import pyarrow as pa

    # Joined at once: Arrow's own builder would copy megabytes again and again as it grows.
    raws = [row[0] for row in rows]
    offsets = np.zeros(len(raws) + 1, "int64")
    np.cumsum([len(raw) for raw in raws], out=offsets[1:])
    buffers = [None, pa.py_buffer(offsets), pa.py_buffer(b"".join(raws))]
    return pa.Array.from_buffers(pa.large_binary(), len(raws), buffers)


def _read(rows: list[Row], raw: "pa.LargeBinaryArray", watched: tuple[str, ...]) -> "pa.Table":
    """Make the core columns of some rows, and the watched headers."""
    import pyarrow as pa
    import pyarrow.compute as pc

    kinds = bytes(row[2] for row in rows)
    names = [*TEXT_COLUMNS.values(), TIME_HEADER, SEQUENCE_HEADER, *watched]
    found = read_headers(raw, kinds, names, readable)
    found[0] = _fired_names(found[0], rows)
    texts = len(TEXT_COLUMNS)
    time, sequence = (found[at].to_pylist() for at in (texts, texts + 1))
    columns: list[Any] = [
        [row[1] for row in rows],
        [microseconds(value) for value in time],
        [whole_number(value) for value in sequence],
        *(pc.if_else(pc.equal(text, ""), None, text) for text in found[:texts]),
        [known(row[3]) for row in rows],
        list(kinds),
        *found[texts + 2 :],
    ]
    schema = core_schema()
    for name in watched:
        schema = schema.append(pa.field(_WATCHED + name, pa.string()))
    arrays = [pa.array(c, f.type) for c, f in zip(columns, schema, strict=True)]
    return pa.table(arrays, schema)


def _fired_names(names: "pa.Array", rows: list[Row]) -> "pa.Array":
    """Name commands that had waited on a leg as they were fired, as `Event.name` does."""
    import pyarrow as pa
    import pyarrow.compute as pc

    waited = pc.indices_nonzero(pc.equal(names, QUEUED)).to_pylist()
    if not waited:
        return names
    texts = names.to_pylist()
    for at in waited:
        fmt = Format.JSON if rows[at][2] is Kind.JSON else Format.PLAIN
        texts[at] = readable(Event(rows[at][0], fmt).name)
    return pa.array(texts, pa.string())


def _in_dictionaries(core: "pa.Table") -> "pa.Table":
    """Write each text once: names, states and ids repeat, and so do switches."""
    import pyarrow as pa
    import pyarrow.compute as pc

    for at, field in enumerate(core.schema):
        if field.type == pa.string():
            core = core.set_column(at, field.name, pc.dictionary_encode(core[field.name]))
    return core


def pack(table: "pa.Table") -> "pa.Buffer":
    """Write a table as an Arrow IPC stream, compressed with zstd."""
    import pyarrow as pa

    sink = pa.BufferOutputStream()
    options = pa.ipc.IpcWriteOptions(compression=pa.Codec("zstd", _ZSTD_LEVEL))
    with pa.ipc.new_stream(sink, table.schema, options=options) as writer:
        writer.write_table(table)
    return sink.getvalue()


def unpack(buffer: "pa.Buffer", columns: list[str] | None = None) -> "pa.Table":
    """Read what `pack` wrote, or some columns of it, with texts as plain strings."""
    import pyarrow as pa

    options = None
    if columns is not None:
        names = pa.ipc.open_stream(buffer).schema.names
        options = pa.ipc.IpcReadOptions(included_fields=[names.index(name) for name in columns])
    table = pa.ipc.open_stream(buffer, options=options).read_all()
    for at, field in enumerate(table.schema):
        if pa.types.is_dictionary(field.type):
            table = table.set_column(at, field.name, table[field.name].cast(pa.string()))
    return table
