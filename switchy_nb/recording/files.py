"""A recording as one Parquet file.

Each row is an event: the columns of `Recording.events`, ``kind`` (0 a plain event, 1 JSON, 2 a row
about the link) and ``raw``, its bytes. Other programs read it as it is. What is not a row is in the
file's key-value metadata: ``switchy_nb`` holds a JSON object (``version``, ``call_header``,
``app_headers``, ``switch``, ``torn``), ``switchy_nb.commands`` the commands as an Arrow IPC stream
in base64. Of the columns, ``call`` is written for others only: it follows from ``call_header``.
"""

import base64
import contextlib
import json
import os
import secrets
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from switchy_nb.errors import RecordingError
from switchy_nb.recording.commands import Sent
from switchy_nb.recording.core import Core
from switchy_nb.recording.fields import Kind
from switchy_nb.recording.segment import Segment, core_schema, pack, unpack

if TYPE_CHECKING:
    import pyarrow as pa

#: Raised when a file of the new kind could be read wrongly by old code.
VERSION = 1
_META = b"switchy_nb"
_COMMANDS = b"switchy_nb.commands"
_MAGIC = b"PAR1"
#: One page for many events: the compressor sees no further than a page.
_PAGE_BYTES = 16 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Header:
    """What a file says of the whole recording."""

    call_header: str
    app_headers: tuple[str, ...]
    switch: str
    torn: int


def write(
    path: str | os.PathLike[str],
    core: Core,
    calls: "pa.ChunkedArray",
    commands: list[Sent],
    header: Header,
) -> None:
    """Write a recording; the file is there whole or, if that fails, as it was before.

    Parameters
    ----------
    path : path
        Where to. What is there already is replaced.
    core : Core
        The rows.
    calls : pyarrow.ChunkedArray
        The call of each row.
    commands : list of Sent
        The commands.
    header : Header
        The rest.

    Raises
    ------
    RecordingError
        If the file cannot be written.
    """
    path = Path(path)
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}.tmp")
    try:
        with temporary.open("xb") as file:
            _write(file, core, calls, commands, header)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except OSError as exc:
        raise RecordingError(
            f"the recording could not be saved as {path}: {exc.strerror or exc}; it is still whole "
            "in memory, so save it elsewhere"
        ) from exc
    finally:
        with contextlib.suppress(OSError):  # after a success it is not there any more
            temporary.unlink()


def read(path: str | os.PathLike[str]) -> tuple[Header, list[Segment], list[Sent]]:
    """Read a recording.

    Raises
    ------
    RecordingError
        If there is no such file, if it is no recording or not a whole one, or if a later version of
        the toolkit wrote it.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    path = Path(path)
    _check_file(path)
    try:
        with pq.ParquetFile(path) as file:
            metadata = file.schema_arrow.metadata or {}
            header = _read_header(path, metadata)
            segments = _read_segments(file)
            commands = _read_commands(metadata)
    except (pa.ArrowException, OSError, ValueError, KeyError, TypeError) as exc:
        raise RecordingError(
            f"{path} is a recording, but damaged, and cannot be read ({exc}); load a copy"
        ) from exc
    return header, segments, commands


def _write(
    file: Any, core: Core, calls: "pa.ChunkedArray", commands: list[Sent], header: Header
) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    order = core_schema().names
    order.insert(order.index("direction"), "call")
    types = {field.name: field.type for field in core_schema()} | {"call": pa.string()}
    meta = {"version": VERSION, **{f.name: getattr(header, f.name) for f in fields(header)}}
    schema = pa.schema(
        [*((name, types[name]) for name in order), ("raw", pa.large_binary())],
        metadata={_META: json.dumps(meta).encode(), _COMMANDS: _pack_commands(commands)},
    )
    whole = core.table.append_column("call", calls).select(order)
    with pq.ParquetWriter(
        file,
        schema,
        compression="zstd",
        use_dictionary=order,
        data_page_size=_PAGE_BYTES,
        write_statistics=order,
    ) as writer:
        for segment in core.segments:
            rows = whole.slice(segment.first, min(len(segment), len(core) - segment.first))
            if len(rows):
                raw = segment.raws()[0].slice(0, len(rows))
                writer.write_table(rows.append_column(schema.field("raw"), raw).cast(schema))


def _check_file(path: Path) -> None:
    try:
        with path.open("rb") as file:
            head = file.read(len(_MAGIC))
            file.seek(-min(len(_MAGIC), file.seek(0, os.SEEK_END)), os.SEEK_END)
            tail = file.read()
    except FileNotFoundError as exc:
        raise RecordingError(f"there is no file {path}; look at the name and the folder") from exc
    except OSError as exc:
        raise RecordingError(f"{path} cannot be read: {exc.strerror or exc}") from exc
    if head != _MAGIC:
        raise RecordingError(
            f"{path} is no recording: it is not a Parquet file (it begins {head!r}). "
            "Recording.save writes them; bytes of a connection go to Recording.from_bytes"
        )
    if tail != _MAGIC:
        raise RecordingError(
            f"{path} was cut off: it begins as a recording and has no end. It was copied or "
            "downloaded only in part; fetch it again"
        )


def _read_header(path: Path, metadata: dict[bytes, bytes]) -> Header:
    if _META not in metadata:
        raise RecordingError(
            f"{path} is a Parquet file, but no recording: Recording.save did not write it"
        )
    meta = json.loads(metadata[_META])
    version = int(meta["version"])
    if version > VERSION:
        raise RecordingError(
            f"{path} is a recording of version {version}; this switchy_nb reads up to version "
            f"{VERSION}. Update switchy_nb"
        )
    return Header(
        call_header=str(meta["call_header"]),
        app_headers=tuple(map(str, meta["app_headers"])),
        switch=str(meta["switch"]),
        torn=int(meta["torn"]),
    )


def _read_segments(file: Any) -> list[Segment]:
    schema = core_schema()
    kinds = {int(kind) for kind in Kind}
    segments: list[Segment] = []
    first = 0
    for group in range(file.num_row_groups):
        table = file.read_row_group(group)
        core = table.select(schema.names).cast(schema).combine_chunks()
        raw = table["raw"].combine_chunks()
        if raw.null_count or not set(core["kind"].unique().to_pylist()) <= kinds:
            raise ValueError(f"rows without bytes, or of an unknown kind, in row group {group}")
        segments.append(Segment.of(first, core, raw))
        first += len(core)
    return segments


def _pack_commands(commands: list[Sent]) -> bytes:
    import pyarrow as pa

    columns = {
        field.name: pa.array([getattr(sent, field.name) for sent in commands], kind)
        for field, kind in zip(fields(Sent), _command_types(), strict=True)
    }
    return base64.b64encode(pack(pa.table(columns)))


def _read_commands(metadata: dict[bytes, bytes]) -> list[Sent]:
    import pyarrow as pa

    packed = base64.b64decode(metadata.get(_COMMANDS, b""), validate=True)
    if not packed:
        return []
    rows = unpack(pa.py_buffer(packed)).to_pylist()
    return [Sent(**{field.name: row[field.name] for field in fields(Sent)}) for row in rows]


def _command_types() -> list["pa.DataType"]:
    import pyarrow as pa

    text, moment = pa.string(), pa.int64()
    return [moment, moment, text, text, text, text, pa.bool_(), text]
