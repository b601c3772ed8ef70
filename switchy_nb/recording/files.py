"""A recording as one Parquet file, which other programs read as it is.

Each row is an event: the columns are in `columns`, and on the page ``docs/recordings.md``. What is
no row is in the file's key-value metadata: ``switchy_nb`` holds a JSON object (``version``,
``saved``, ``call_header``, ``app_headers``, ``switch``, ``torn``, ``first``),
``switchy_nb.commands`` the commands as an Arrow IPC stream in base64. Folders of such files are in `parts`; what is read of a
file that lost something is in `mending`.
"""

import base64
import json
import os
import secrets
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from switchy_nb.errors import RecordingError
from switchy_nb.recording.columns import file_schema
from switchy_nb.recording.commands import Sent
from switchy_nb.recording.core import Core
from switchy_nb.recording.intake import DEFAULT_APP_HEADERS, DEFAULT_CALL_HEADER
from switchy_nb.recording.mending import as_piece, check_columns
from switchy_nb.recording.parquet import Opened, open_writer
from switchy_nb.recording.progress import progress
from switchy_nb.recording.rescue import opened
from switchy_nb.recording.rows import pieces, segments_of
from switchy_nb.recording.segment import Segment
from switchy_nb.recording.typed import pack, unpack
from switchy_nb.recording.whole import whole_file

if TYPE_CHECKING:
    import pyarrow as pa

    from switchy_nb.recording.rows import Piece

#: Raised when a file of the new kind could be read wrongly by old code.
VERSION = 1
_META = b"switchy_nb"
_COMMANDS = b"switchy_nb.commands"


@dataclass(frozen=True, slots=True)
class Header:
    """What a file says of the whole recording; `first` is the number of its first row."""

    call_header: str = DEFAULT_CALL_HEADER
    app_headers: tuple[str, ...] = DEFAULT_APP_HEADERS
    switch: str = ""
    torn: int = 0
    first: int = 0


@dataclass(slots=True)
class Loaded:
    """What was read: the rows, the rest, and what was not as it should be, in words."""

    header: Header
    segments: list[Segment]
    commands: list[Sent]
    problems: list[str] = field(default_factory=list)


def write(
    path: str | os.PathLike[str],
    core: Core,
    calls: "pa.ChunkedArray",
    commands: list[Sent],
    header: Header,
    show: bool | None = None,
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
    show : bool, optional
        Whether to show how far it is (see `progress`).

    Raises
    ------
    RecordingError
        If the file cannot be written.
    """
    place = Path(path)
    if place.is_dir():
        raise RecordingError(
            f"the recording cannot be saved as {place}: a folder is there. Name a file in it, or "
            "save with partitioned=True"
        )
    schema = described(file_schema(), header, list(enumerate(commands)))
    with whole_file(place) as file, open_writer(file, schema) as writer:
        rows = full_rows(core, calls)
        for table in progress(rows, total=len(core.segments), what="saving", show=show):
            writer.write_table(table)


def read(path: Path, show: bool | None = None) -> Loaded:
    """Read a recording.

    Row groups that are damaged are left out, and told of in `Loaded.problems`.

    Raises
    ------
    RecordingError
        If there is no such file, if it is no recording or not a whole one, if nothing in it can be
        read, or if a later version of the toolkit wrote it.
    """
    problems: list[str] = []
    with opened(path, problems) as file:
        header, _, commands = read_metadata(path, file, problems)
        groups = read_groups(path, file, header.switch or None, problems)
        shown = progress(groups, total=len(file.groups), what="loading", show=show)
        segments = list(segments_of(piece for _, piece in shown))
    return Loaded(header, segments, [sent for _, sent in commands], problems)


def full_rows(core: Core, calls: "pa.ChunkedArray") -> "Iterator[pa.Table]":
    """Give the rows as they are in a file, one segment at a time."""
    import pyarrow as pa

    schema = file_schema()
    at = 0
    for table, raw in pieces(core):
        count, n = len(table), core.first + at
        columns: dict[str, Any] = {name: table[name] for name in table.column_names}
        columns |= {
            "n": pa.array(range(n, n + count), pa.int64()),
            "call": calls.slice(at, count),
            "raw": raw,
        }
        yield pa.table({name: columns[name] for name in schema.names}).cast(schema)
        at += count


def described(
    schema: "pa.Schema",
    header: Header,
    commands: Iterable[tuple[int, Sent]],
    saved: str | None = None,
) -> "pa.Schema":
    """Add what is no row to a file's schema.

    Parameters
    ----------
    schema : pyarrow.Schema
        Of the file.
    header : Header
        What to say of the recording.
    commands : iterable of (int, Sent)
        Commands, each with its number in the whole recording.
    saved : str, optional
        What the files that are saved together have in common.
    """
    meta = {
        "version": VERSION,
        "saved": saved or secrets.token_hex(8),
        **{f.name: getattr(header, f.name) for f in fields(header)},
    }
    return schema.with_metadata(
        {_META: json.dumps(meta).encode(), _COMMANDS: _pack_commands(commands)}
    )


def read_metadata(
    path: Path, file: Opened, problems: list[str]
) -> tuple[Header, str, list[tuple[int, Sent]]]:
    """Return what a file says of the recording, what it was saved with, and the commands.

    Raises
    ------
    RecordingError
        If it is no recording, if no bytes of events are in it, or if it is of a later version.
    """
    import pyarrow as pa

    if not file.footer:
        return Header(first=_first(file)), "", []
    schema = file.schema
    metadata = schema.metadata or {}
    if _META not in metadata and "raw" not in schema.names:
        raise RecordingError(
            f"{path} is a Parquet file, but no recording: Recording.save did not write it"
        )
    check_columns(path, schema.names)
    if _META not in metadata:
        problems.append(
            f"{path}: what Recording.save says of a recording is not in it (another program wrote "
            "it): legs are joined by the usual headers, and there are no commands"
        )
        return Header(), str(path), []
    try:
        meta = json.loads(metadata[_META])
        version = int(meta["version"])
        if version > VERSION:
            raise RecordingError(
                f"{path} is a recording of version {version}; this switchy_nb reads up to version "
                f"{VERSION}. Update switchy_nb"
            )
        header = Header(
            call_header=str(meta["call_header"]),
            app_headers=tuple(map(str, meta["app_headers"])),
            switch=str(meta["switch"]),
            torn=int(meta["torn"]),
            first=max(0, int(meta.get("first", 0))),
        )
    except (ValueError, KeyError, TypeError) as exc:
        raise RecordingError(
            f"{path} is a recording, but damaged: what it says of itself cannot be read "
            f"({exc!r}); load a copy"
        ) from exc
    try:
        commands = _read_commands(metadata)
    except (pa.ArrowException, ValueError, KeyError, TypeError) as exc:
        problems.append(f"{path}: its commands are damaged and left out ({exc})")
        commands = []
    return header, str(meta.get("saved", path)), commands


def read_groups(
    path: Path, file: Opened, switch: str | None, problems: list[str]
) -> "Iterator[tuple[pa.Table, Piece]]":
    """Give each row group: as it is, and as core columns with bytes.

    Raises
    ------
    RecordingError
        If there are some, and none can be read.
    """
    import pyarrow as pa

    lost: list[tuple[int, Exception]] = []
    for group in file.groups:
        try:
            table = file.read(group)
            damaged = len(table.column_names) < len(file.schema)
            piece = as_piece(path, table, switch, problems, damaged=damaged)
        except (pa.ArrowException, OSError, ValueError, KeyError, TypeError) as exc:
            lost.append((group.rows, exc))
            continue
        yield table, piece
    if not lost:
        return
    reason = lost[0][1]
    if len(lost) == len(file.groups):
        raise RecordingError(
            f"{path} is a recording, but damaged, and cannot be read ({reason}); load a copy"
        ) from reason
    problems.append(
        f"{path} is damaged: {sum(rows for rows, _ in lost):,} of its {file.rows:,} rows cannot be "
        f"read and are left out ({reason})"
    )


def _first(file: Opened) -> int:
    """Return the number of the first row, as its column has it."""
    import pyarrow as pa

    try:
        return max(0, int(file.groups[0].read(["n"])["n"][0].as_py()))
    except (pa.ArrowException, OSError, ValueError, TypeError):
        return 0


def _pack_commands(commands: Iterable[tuple[int, Sent]]) -> bytes:
    import pyarrow as pa

    numbered = list(commands)
    columns = {"n": pa.array([n for n, _ in numbered], pa.int64())}
    for name, kind in zip(_SENT, _command_types(), strict=True):
        columns[name] = pa.array([getattr(sent, name) for _, sent in numbered], kind)
    return base64.b64encode(pack(pa.table(columns)))


def _read_commands(metadata: dict[bytes, bytes]) -> list[tuple[int, Sent]]:
    import pyarrow as pa

    packed = base64.b64decode(metadata.get(_COMMANDS, b""), validate=True)
    if not packed:
        return []
    rows = unpack(pa.py_buffer(packed)).to_pylist()
    return [
        (row.get("n", at), Sent(**{name: row[name] for name in _SENT if name in row}))
        for at, row in enumerate(rows)
    ]


_SENT = tuple(f.name for f in fields(Sent))


def _command_types() -> list["pa.DataType"]:
    import pyarrow as pa

    text, moment = pa.string(), pa.int64()
    return [moment, moment, text, text, text, text, pa.bool_(), text, text]
