"""A recording as one file that grows, in Arrow's stream format, and what is left of it after a crash.

The columns are those of `typed.core_schema` between ``n``, the row's number, and ``raw``, its bytes;
other programs read them as they are. The schema's metadata holds, as ``switchy_nb.stream``, a JSON
object (``version``, ``call_header``, ``app_headers``, ``switch``); a batch's own metadata, as
``switchy_nb.commands``, the commands that were sent or answered since the batch before. When is
written, and on which thread, is not known here (see `sink`).
"""

import json
import os
import weakref
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from switchy_nb.errors import RecordingError
from switchy_nb.recording.commands import Sent
from switchy_nb.recording.progress import progress
from switchy_nb.recording.segment import Segment
from switchy_nb.recording.typed import core_schema, write_options

if TYPE_CHECKING:
    import pyarrow as pa

    from switchy_nb.recording.files import Header
    from switchy_nb.recording.rows import Piece

#: Raised when a file of the new kind could be read wrongly by old code.
VERSION = 1
_META = b"switchy_nb.stream"
_COMMANDS = b"switchy_nb.commands"
#: how Arrow ends a stream that was closed
_END = b"\xff\xff\xff\xff\x00\x00\x00\x00"


@dataclass(frozen=True, slots=True)
class Cut:
    """Where a stream that was not closed ends.

    Attributes
    ----------
    path : Path
        The file.
    rows : int
        How many rows are whole.
    at, size : int
        Up to which byte it could be read, and how many it has.
    """

    path: Path
    rows: int
    at: int
    size: int

    def __str__(self) -> str:
        what = f"{self.path} was not closed: it was cut after {self.rows:,} events"
        if self.at == self.size:
            return (
                f"{what}, at its end; what came within the last second may be missing, or is still "
                "to be written if it is being recorded to"
            )
        return f"{what}, at byte {self.at:,} of {self.size:,}; what lies behind it is torn"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a batch is in a file: its first byte, and how many there are."""

    start: int
    size: int


class StreamWriter:
    """Writes a stream, batch by batch.

    Parameters
    ----------
    path : path
        A file that is not there yet.
    meta : mapping
        What is said of the whole recording: ``call_header``, ``app_headers``, ``switch``.

    Raises
    ------
    OSError
        If it cannot be made or, of its methods, written to.
    """

    def __init__(self, path: str | os.PathLike[str], meta: Mapping[str, Any]) -> None:
        import pyarrow as pa

        self.path = Path(path)
        self._file = self.path.open("xb", buffering=0)
        self._end = 0
        schema = stream_schema().with_metadata({_META: json.dumps({"version": VERSION, **meta})})
        self.schema: pa.Schema = schema
        try:
            self._writer = pa.ipc.new_stream(self._file, schema, options=write_options())
            # Arrow writes the schema with the first batch: there is one at once, without rows.
            self._writer.write_batch(pa.RecordBatch.from_pylist([], schema))
            self._end = self._file.tell()
        except BaseException:
            self._file.close()
            raise

    def write(
        self, core: "pa.Table", raw: "pa.LargeBinaryArray", first: int, commands: Mapping[int, Sent]
    ) -> Place:
        """Write rows, and the commands that are new or answered by their numbers."""
        import numpy as np
        import pyarrow as pa

        names = core_schema().names
        table = core.select(names).combine_chunks()
        columns = [c.chunk(0) if c.num_chunks else pa.array([], c.type) for c in table.columns]
        n = pa.array(np.arange(first, first + len(raw)))
        batch = pa.record_batch([n, *columns, raw], schema=self.schema)
        told = [{"n": n, **asdict(sent)} for n, sent in commands.items()]
        start = self._end
        self._writer.write_batch(
            batch, custom_metadata={_COMMANDS: json.dumps(told)} if told else None
        )
        self._end = self._file.tell()
        return Place(start, self._end - start)

    def sync(self) -> None:
        """Have the disk keep what was written; OSError if the file's name is not there any more."""
        os.fsync(self._file.fileno())
        there, ours = os.stat(self.path), os.fstat(self._file.fileno())
        if (there.st_dev, there.st_ino) != (ours.st_dev, ours.st_ino):
            raise FileNotFoundError(2, "another file has taken its name", str(self.path))

    def close(self) -> None:
        """End the stream."""
        try:
            self._writer.close()
            os.fsync(self._file.fileno())
        finally:
            self._file.close()

    def give_up(self) -> None:
        """Leave the file as it was after the last batch that was whole."""
        try:
            os.ftruncate(self._file.fileno(), self._end)
        finally:
            self._file.close()


def stream_schema() -> "pa.Schema":
    """Return the columns of a stream."""
    import pyarrow as pa

    return pa.schema([("n", pa.int64()), *core_schema(), ("raw", pa.large_binary())])


class Reader:
    """Reads a file at any place, from any thread; it is closed with whoever held this last."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("rb", buffering=0)
        weakref.finalize(self, self._file.close)

    def read(self, place: Place) -> bytes:
        """Return the bytes there."""
        return os.pread(self._file.fileno(), place.size, place.start)


def read_places(reader: Reader, places: Sequence[Place], columns: list[str] | None) -> "pa.Table":
    """Read some batches of a file that a `StreamWriter` wrote, or some columns of them."""
    import pyarrow as pa

    batches = []
    for place in places:
        message = pa.ipc.read_message(reader.read(place))
        batch = pa.ipc.read_record_batch(message, stream_schema())
        batches.append(batch if columns is None else batch.select(columns))
    return pa.Table.from_batches(batches)


def read_stream(
    path: str | os.PathLike[str], show: bool | None = None
) -> tuple["Header", list[Segment], list[Sent], Cut | None]:
    """Read a stream, as far as it is whole; what is read is compressed as it comes.

    Parameters
    ----------
    path : path
        The file.
    show : bool, optional
        Whether to show how far it is (see `progress`).

    Returns
    -------
    header : Header
        What is said of the whole recording.
    segments : list of Segment
        The rows.
    commands : list of Sent
        The commands.
    torn_at : Cut or None
        Where it was cut; None if it was closed.

    Raises
    ------
    RecordingError
        If it is no stream of a recording, or one of a later version. A torn end is no error.
    """
    from switchy_nb.recording.rows import segments_of

    place = Path(path)
    try:
        with place.open("rb") as file:
            stream = _Stream(place, file)
            batches = progress(
                stream.batches(), total=stream.size, what="loading", show=show, size=_bytes_of
            )
            segments = list(segments_of(piece for piece, _ in batches))
            cut = stream.cut()
    except OSError as exc:
        raise RecordingError(f"{place} cannot be read: {exc.strerror or exc}") from exc
    commands = [stream.commands[n] for n in sorted(stream.commands)]
    return replace(stream.header, first=stream.first), segments, commands, cut


class _Stream:
    """A stream that is being read, batch by batch."""

    def __init__(self, path: Path, file: Any) -> None:
        import pyarrow as pa

        self._path, self._file = path, file
        self.size = os.fstat(file.fileno()).st_size
        self.commands: dict[int, Sent] = {}
        #: the number of its first row, as it was in the recording
        self.first = 0
        self._rows = 0
        try:
            self._reader = pa.ipc.open_stream(file)
            self.header = _header(path, self._reader.schema.metadata or {})
        except _torn() as exc:
            raise RecordingError(
                f"{path} is no recording that record_to wrote, or was cut before its first event "
                f"({exc})"
            ) from exc
        self._at = file.tell()

    def batches(self) -> "Iterator[tuple[Piece, int]]":
        """Give the rows of each batch, and how many bytes it is, until the end or what is torn."""
        import pyarrow as pa

        ends: tuple[type[Exception], ...] = (StopIteration, *_torn())
        while True:
            try:
                batch, told = self._reader.read_next_batch_with_custom_metadata()
                batch.validate(full=True)
                core = pa.Table.from_batches([batch]).select(core_schema().names)
                raw, commands = batch["raw"], _commands(told)
                if not self._rows and len(batch):
                    self.first = max(0, batch["n"][0].as_py() or 0)
            except ends:
                return
            self.commands.update(commands)
            self._rows += len(batch)
            before, self._at = self._at, self._file.tell()
            yield (core, raw), self._at - before

    def cut(self) -> Cut | None:
        """Say where it was cut; None if it was closed."""
        self._file.seek(max(0, self.size - len(_END)))
        closed = self._at >= self.size - len(_END) and self._file.read() == _END
        return None if closed else Cut(self._path, self._rows, self._at, self.size)


def _torn() -> tuple[type[Exception], ...]:
    """What is raised where a stream is torn or damaged."""
    import pyarrow as pa

    return pa.ArrowException, OSError, ValueError, KeyError, TypeError, OverflowError


def _bytes_of(batch: "tuple[Piece, int]") -> int:
    return batch[1]


def _header(path: Path, metadata: Mapping[bytes, bytes]) -> "Header":
    from switchy_nb.recording.files import Header

    if _META not in metadata:
        raise RecordingError(
            f"{path} is an Arrow stream, but no recording: Recording.record_to did not write it"
        )
    meta = json.loads(metadata[_META])
    if int(meta["version"]) > VERSION:
        raise RecordingError(
            f"{path} is a recording of version {meta['version']}; this switchy_nb reads up to "
            f"version {VERSION}. Update switchy_nb"
        )
    return Header(
        call_header=str(meta["call_header"]),
        app_headers=tuple(map(str, meta["app_headers"])),
        switch=str(meta["switch"]),
    )


def _commands(metadata: Mapping[bytes, bytes] | None) -> dict[int, Sent]:
    told = json.loads((metadata or {}).get(_COMMANDS, b"[]"))
    known = [field.name for field in fields(Sent)]
    return {
        int(one["n"]): Sent(**{name: one[name] for name in known if name in one}) for one in told
    }
