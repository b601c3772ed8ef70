"""The typed columns of rows, read out of their bytes, and Arrow tables packed and unpacked.

What the columns mean together (legs, calls) is not known here.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, Any

from switchy_nb.recording.fields import (
    LATEST,
    SEQUENCE_HEADER,
    TEXT_COLUMNS,
    Kind,
    known,
    readable,
)
from switchy_nb.recording.memory import Rows
from switchy_nb.recording.scan import Headers
from switchy_nb.wire import Event, Format
from switchy_nb.wire.batch import GLANCED
from switchy_nb.wire.event import QUEUED, TIME_HEADER
from switchy_nb.wire.reading import Digits, Sought

if TYPE_CHECKING:
    import pyarrow as pa

#: As fast as the fastest on events, which repeat themselves a lot, and within a tenth of the size of 3.
_ZSTD_LEVEL = 2
#: What the names of the columns of watched headers begin with.
WATCHED = "header:"


#: The headers that become columns of text, those first that are seen at a glance.
_TEXTS = tuple(dict.fromkeys((*GLANCED, *TEXT_COLUMNS.values())))
#: And of numbers. A time of 0 is how FreeSWITCH writes "not yet".
_NUMBERS = Digits(TIME_HEADER, 1, LATEST), Digits(SEQUENCE_HEADER)


def sought_of(watched: Sequence[str]) -> Sought:
    """Return the headers that the core columns are made of, and those that are watched."""
    return Sought((*_TEXTS, *watched), _NUMBERS)


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


def read_core(
    rows: Rows,
    kinds: bytes,
    received: "pa.Array",
    switch: "pa.DictionaryArray",
    watched: Sequence[str] = (),
) -> "pa.Table":
    """Make the core columns of some rows, and those of the watched headers.

    Parameters
    ----------
    rows : Rows
        The rows' bytes.
    kinds : bytes
        The `Kind` of each.
    received : pyarrow.Array
        When each came: int64, µs since the epoch.
    switch : pyarrow.DictionaryArray
        Where each came from: strings.
    watched : sequence of str
        Headers that are wanted as columns too.

    Returns
    -------
    pyarrow.Table
        As `core_schema`, but with texts dictionary-encoded, and a column ``header:NAME`` for each
        watched header.
    """
    import pyarrow as pa

    schema = core_schema()
    sought = sought_of(watched)
    headers = Headers(rows, kinds, sought.texts, sought.numbers)
    columns: dict[str, Any] = {"received": received.view(schema.field("received").type)}
    columns["time"] = headers.numbers(0).view(schema.field("time").type)
    columns["sequence"] = headers.numbers(1)
    for name, header in TEXT_COLUMNS.items():
        column = headers.texts(_TEXTS.index(header), known)
        columns[name] = _fired(column, rows, kinds) if name == "name" else column
    columns["switch"] = switch
    columns["kind"] = pa.Array.from_buffers(pa.int8(), len(kinds), [None, pa.py_buffer(kinds)])
    for at, name in enumerate(watched, len(_TEXTS)):
        columns[WATCHED + name] = headers.texts(at, readable)
    return pa.table(columns)


def _fired(names: "pa.DictionaryArray", rows: Rows, kinds: bytes) -> "pa.DictionaryArray":
    """Name commands that had waited on a leg as they were fired, as `Event.name` does."""
    import pyarrow as pa
    import pyarrow.compute as pc

    different = names.dictionary.to_pylist()
    if QUEUED not in different:
        return names
    queued = different.index(QUEUED)
    texts = names.to_pylist()
    for at in pc.indices_nonzero(pc.equal(names.indices, queued)).to_pylist():
        fmt = Format.JSON if kinds[at] == Kind.JSON else Format.PLAIN
        texts[at] = known(Event(rows[at], fmt).name)
    return pa.array(texts, pa.string()).dictionary_encode()


def encoded(table: "pa.Table") -> "pa.Table":
    """Write each text once: names, states and ids repeat, and so do switches."""
    import pyarrow as pa
    import pyarrow.compute as pc

    for at, field in enumerate(table.schema):
        if field.type == pa.string():
            table = table.set_column(at, field.name, pc.dictionary_encode(table[field.name]))
    return table


def decoded(table: "pa.Table") -> "pa.Table":
    """Return a table with texts as plain strings."""
    import pyarrow as pa

    for at, field in enumerate(table.schema):
        if pa.types.is_dictionary(field.type):
            chunks = [c.dictionary.take(c.indices) for c in table[field.name].chunks]
            table = table.set_column(at, field.name, pa.chunked_array(chunks, pa.string()))
    return table


def pack(table: "pa.Table") -> "pa.Buffer":
    """Write a table as an Arrow IPC stream, compressed with zstd."""
    return _packed(table.schema, table.to_batches())


def pack_raw(parts: "Iterable[pa.Array]") -> "pa.Buffer":
    """Write the bytes of rows, given in parts of one type, as an Arrow IPC stream, compressed with zstd."""
    import pyarrow as pa

    parts = iter(parts)
    first = next(parts)
    schema = pa.schema([("raw", first.type)])
    return _packed(schema, (pa.record_batch([part], schema) for part in chain([first], parts)))


def _packed(schema: "pa.Schema", batches: "Iterable[pa.RecordBatch]") -> "pa.Buffer":
    import pyarrow as pa

    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, schema, options=write_options()) as writer:
        for batch in batches:
            writer.write_batch(batch)
    # A copy, since what grows keeps room to grow on.
    return pa.py_buffer(sink.getvalue().to_pybytes())


def unpack(buffer: "pa.Buffer", columns: list[str] | None = None) -> "pa.Table":
    """Read what `pack` wrote, or some columns of it, with texts as plain strings."""
    import pyarrow as pa

    options = pa.ipc.IpcReadOptions(use_threads=False)
    if columns is not None:
        names = pa.ipc.read_schema(buffer).names
        options.included_fields = [names.index(name) for name in columns]
    return decoded(pa.ipc.open_stream(buffer, options=options).read_all())


@dataclass(frozen=True, slots=True)
class Shrunk:
    """A small table in memory: an Arrow IPC stream, compressed as a whole.

    Arrow compresses each buffer of each column alone, which for short ones takes several times as
    long, and half as much room again.
    """

    size: int
    buffer: "pa.Buffer"

    @classmethod
    def of(cls, table: "pa.Table") -> "Shrunk":
        """Compress a table."""
        import pyarrow as pa

        sink = pa.BufferOutputStream()
        with pa.ipc.new_stream(sink, table.schema) as writer:
            writer.write_table(table)
        stream = sink.getvalue()
        # As bytes: a buffer of Arrow's would keep the room that the worst case takes.
        packed = pa.Codec("zstd", _ZSTD_LEVEL).compress(stream, asbytes=True)
        return cls(stream.size, pa.py_buffer(packed))

    def table(self, columns: list[str] | None = None) -> "pa.Table":
        """Return the table, or some columns of it."""
        import pyarrow as pa

        stream = pa.Codec("zstd").decompress(self.buffer, self.size)
        table = pa.ipc.open_stream(stream).read_all()
        return table if columns is None else table.select(columns)


def write_options() -> "pa.ipc.IpcWriteOptions":
    """Return how Arrow streams are written here: compressed, without threads of Arrow's own."""
    import pyarrow as pa

    codec = pa.Codec("zstd", _ZSTD_LEVEL)
    return pa.ipc.IpcWriteOptions(compression=codec, use_threads=False)
