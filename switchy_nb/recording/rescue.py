"""A Parquet file opened, also one that lost its end: what is whole before it is given.

A footer at the end of the file says what is where in it; whoever copies only a part of the file loses
it. It is made again here, of the pages that are found, so that Arrow reads them as ever; of the
last page, which may be torn, the events before the tear are read. What the footer alone told is lost.
"""

import contextlib
import io
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from switchy_nb.errors import RecordingError
from switchy_nb.recording.columns import file_schema
from switchy_nb.recording.pages import Chunk, Layout, find_pages
from switchy_nb.recording.parquet import MAGIC, Group, Opened, open_file, open_writer
from switchy_nb.recording.thrift import (
    Kind,
    Struct,
    Value,
    read_struct,
    value_of,
    write_struct,
)

if TYPE_CHECKING:
    import pyarrow as pa

#: How long a number is that says how long something is, of a footer or of an event's bytes.
_LENGTH = 4
#: parquet.thrift: Encoding.RLE, CompressionCodec.ZSTD
_RLE, _ZSTD = 3, 6
#: More is no footer: a row group takes some kilobytes in it.
_MOST_FOOTER = 32 * 1024 * 1024
#: how one begins: with its version, and the list of columns
_FOOTER = re.compile(rb"\x15.\x19", re.DOTALL)
#: so many bytes are decompressed at once; what comes before a tear is lost if it is fewer
_STEP = 4096


def opened(path: Path, problems: list[str]) -> Opened:
    """Open a Parquet file, whole or not.

    Parameters
    ----------
    path : Path
        A file that begins as Parquet does.
    problems : list of str
        If it is not whole, what is lost is added to it, once.

    Raises
    ------
    RecordingError
        If nothing in it can be read.
    """
    import pyarrow as pa

    reason: Exception | None = None
    try:
        with path.open("rb") as file:
            size = file.seek(0, os.SEEK_END)
            file.seek(-min(len(MAGIC), size), os.SEEK_END)
            if file.read() == MAGIC and size > len(MAGIC):
                try:
                    return Opened.of(open_file(path))
                except (pa.ArrowException, OSError, ValueError) as exc:
                    reason = exc
            found = _rescued(path, file, size)
    except (pa.ArrowException, OSError, ValueError) as exc:
        reason, found = exc, None
    if found is None:
        if reason is None:
            raise RecordingError(
                f"{path} was cut off: it begins as a recording and has no end, where it says what "
                "is where, and no event before it can be read. It was copied or downloaded only in "
                "part; fetch it again"
            )
        raise RecordingError(
            f"{path} is a Parquet file, but damaged, and cannot be read ({reason}); load a copy"
        ) from reason
    rescued, problem = found
    if problem not in problems:
        problems.append(problem)
    return rescued


def _rescued(path: Path, file: BinaryIO, size: int) -> tuple[Opened, str] | None:
    """Return what can be read without the footer, and words about it; None if it is nothing."""
    import pyarrow as pa

    layout = find_pages(file, size)
    file.seek(layout.end)
    rest = file.read(_MOST_FOOTER) if layout.groups and not layout.begun else b""
    with contextlib.suppress(ValueError, pa.ArrowException):
        whole = Opened.of(open_file(path, _metadata(_footer_in(rest))))
        return whole, f"{path} was cut off or is damaged in its last bytes; nothing of it is lost"
    schema = _schema(layout)
    torn = None if schema is None else _torn(path, file, layout, schema)
    if schema is None or not (layout.groups or torn):
        return None
    rescued = Opened.of(open_file(path, _made(schema, layout.groups)), footer=False)
    rescued.groups += [torn] if torn else []
    return rescued, _words(path, layout, rescued.rows, _FOOTER.match(rest) is not None)


def _words(path: Path, layout: Layout, rows: int, all_there: bool) -> str:
    if all_there:
        what = f"{path} was cut off at its end, where it says what is where; all {rows:,} events "
        what += "that were in it are there"
    else:
        at = layout.begun[-1].pages[-1].start if layout.begun else layout.end
        known = sum(group[0].rows for group in layout.groups)
        lost = known + (layout.begun[0].rows if len(layout.begun) > 1 else 0) - rows
        more = (
            f"at least {lost:,} more were in it; how many in all" if lost > 0 else "how many more"
        )
        what = f"{path} was cut off or is damaged behind byte {at:,} of {layout.size:,}: "
        what += f"{rows:,} events before it could be read, {more} is not known"
    return (
        f"{what}. Its commands, and by which headers its legs are joined, were told at its end and "
        "are lost: the usual headers were taken"
    )


def _schema(layout: Layout) -> "pa.Schema | None":
    """Return the columns of a recording that has as many: without the switch in a folder's files."""
    schema = file_schema()
    narrow = schema.remove(schema.get_field_index("switch"))
    width = len(layout.groups[0] if layout.groups else layout.begun)
    return next((one for one in (schema, narrow) if len(one) == width), None)


# --- a footer that is made again ----------------------------------------------------------


def _footer_in(rest: bytes) -> bytes:
    """Return the footer that some bytes begin with.

    Raises
    ------
    ThriftError
        If there is none, or not all of one.
    """
    footer, end = read_struct(rest)
    for number, kind in ((1, Kind.I32), (2, Kind.LIST), (3, Kind.I64), (4, Kind.LIST)):
        value_of(footer, number, kind)
    return rest[:end]


def _metadata(footer: bytes) -> Any:
    import pyarrow as pa
    import pyarrow.parquet as pq

    length = len(footer).to_bytes(_LENGTH, "little")
    return pq.read_metadata(pa.BufferReader(MAGIC + footer + length + MAGIC))


def _made(schema: "pa.Schema", groups: list[list[Chunk]]) -> Any:
    """Make the footer of a file of these columns and row groups (parquet.thrift: FileMetaData)."""
    empty = io.BytesIO()
    open_writer(empty, schema).close()
    written = empty.getvalue()[: -_LENGTH - len(MAGIC)]
    length = int.from_bytes(empty.getvalue()[-_LENGTH - len(MAGIC) : -len(MAGIC)], "little")
    footer, _ = read_struct(written[-length:])
    columns: list[Struct] = footer[2][1][1][1:]  # the first is the root
    footer[3] = Kind.I64, sum(group[0].rows for group in groups)
    footer[4] = Kind.LIST, (Kind.STRUCT, [_row_group(columns, group) for group in groups])
    return _metadata(write_struct(footer))


def _row_group(columns: list[Struct], group: list[Chunk]) -> Struct:
    """parquet.thrift: RowGroup."""
    chunks = [_column(column, chunk) for column, chunk in zip(columns, group, strict=True)]
    return {
        1: (Kind.LIST, (Kind.STRUCT, chunks)),
        2: (Kind.I64, sum(chunk.room for chunk in group)),
        3: (Kind.I64, group[0].rows),
    }


def _column(column: Struct, chunk: Chunk) -> Struct:
    """parquet.thrift: ColumnChunk, ColumnMetaData."""
    pages = chunk.pages
    dictionary = pages[0].dictionary
    encodings = {page.encoding for page in pages} | {_RLE}
    headers = sum(page.data - page.start for page in pages)
    meta: dict[int, Value] = {
        1: (Kind.I32, column[1][1]),
        2: (Kind.LIST, (Kind.I32, sorted(encodings))),
        3: (Kind.LIST, (Kind.BINARY, [column[4][1]])),
        4: (Kind.I32, _ZSTD),
        5: (Kind.I64, chunk.rows),
        6: (Kind.I64, chunk.room + headers),
        7: (Kind.I64, pages[-1].end - pages[0].start),
        9: (Kind.I64, pages[1 if dictionary else 0].start),
    }
    if dictionary:
        meta[11] = Kind.I64, pages[0].start
    return {2: (Kind.I64, 0), 3: (Kind.STRUCT, meta)}


# --- a row group that is torn -------------------------------------------------------------


def _torn(path: Path, file: BinaryIO, layout: Layout, schema: "pa.Schema") -> Group | None:
    """Return the rows before the tear, if it is in the last column: the bytes of the events."""
    import pyarrow as pa

    begun = layout.begun
    if len(begun) != len(schema) or not begun[-1].plain:
        return None
    events: list[bytes] = []
    for page in begun[-1].pages:
        file.seek(page.data)
        events += _values(file.read(page.end - page.data), page.room)
    events = events[: begun[0].rows]
    if not events:
        return None
    raw = pa.array(events, schema.field("raw").type)
    metadata = _made(schema.remove(len(schema) - 1), [begun[:-1]])

    def read(names: list[str]) -> "pa.Table":
        with open_file(path, metadata) as whole:
            others = whole.read_row_group(0, columns=[name for name in names if name != "raw"])
        columns = {name: others[name].slice(0, len(raw)) for name in others.column_names}
        return pa.table(columns | ({"raw": raw} if "raw" in names else {}))

    return Group(len(raw), read)


def _values(page: bytes, room: int) -> Iterator[bytes]:
    """Give the values of a page of bytes, up to a tear.

    Parquet writes which of them are null, in so many bytes as a number before it says (none of ours
    are), and then each value's length and bytes (``Encodings.md``: PLAIN).
    """
    text = _decompressed(page, room)
    at = _LENGTH + int.from_bytes(text[:_LENGTH], "little")
    while at + _LENGTH <= len(text):
        begin = at + _LENGTH
        at = begin + int.from_bytes(text[at:begin], "little")
        if at <= len(text):
            yield text[begin:at]


def _decompressed(page: bytes, room: int) -> bytes:
    """Decompress what is there, up to where it is torn or damaged, or more than was announced."""
    import pyarrow as pa

    parts: list[bytes] = []
    stream = pa.CompressedInputStream(pa.BufferReader(page), "zstd")
    with contextlib.suppress(pa.ArrowException, OSError):
        while room > 0 and (part := stream.read(min(room, _STEP))):
            parts.append(part)
            room -= len(part)
    return b"".join(parts)
