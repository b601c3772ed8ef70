"""The thread that writes a recording to a file while it grows.

What fails there fails there: the recording goes on in memory, and the sink says so once. What is
written is in `stream`, which rows there are in `store`.
"""

import contextlib
import logging
import sys
import threading
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from switchy_nb.recording.commands import CommandLog
from switchy_nb.recording.segment import Segment
from switchy_nb.recording.stream import Place, Reader, StreamWriter, read_places
from switchy_nb.recording.typed import core_schema

if TYPE_CHECKING:
    import os

    import pyarrow as pa

    from switchy_nb.recording.store import Store

#: Seconds between two writes: with what a write takes, no more than a second is ever at stake.
PAUSE = 0.5
#: seconds that the last write may take when recording to the file ends
_PATIENCE = 30.0

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Spilled:
    """Rows that are in a file, and no longer in memory."""

    reader: Reader
    places: tuple[Place, ...]
    kinds: bytes

    @property
    def count(self) -> int:
        """How many rows there are."""
        return len(self.kinds)

    @property
    def watched(self) -> bool:
        """Whether the columns of the watched headers are there too: the file has none."""
        return False

    @property
    def nbytes(self) -> int:
        """The bytes of memory that they take."""
        return len(self.kinds)

    def core(self, columns: list[str] | None = None) -> "pa.Table":
        """Return the core columns, or some of them."""
        names = core_schema().names if columns is None else columns
        return read_places(self.reader, self.places, names).combine_chunks()

    def raw(self) -> "pa.LargeBinaryArray":
        """Return the rows' bytes."""
        import pyarrow as pa

        column = read_places(self.reader, self.places, ["raw"])["raw"].combine_chunks()
        return column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column


class Sink:
    """Writes the rows of a store to a file, and keeps up with it until it is stopped.

    Parameters
    ----------
    store : Store
        The rows.
    commands : CommandLog
        The commands.
    path : path
        A file that is not there yet.
    meta : mapping
        As of `StreamWriter`.
    tell : callable
        Is told in words, once, if it cannot go on.
    spill : bool
        Take rows out of memory once they are written.

    Raises
    ------
    OSError
        If the file cannot be made.
    """

    def __init__(
        self,
        store: "Store",
        commands: CommandLog,
        path: "str | os.PathLike[str]",
        meta: Mapping[str, Any],
        tell: Callable[[str], None],
        *,
        spill: bool = False,
    ) -> None:
        self._store = store
        self._commands = commands
        self._tell = tell
        self._writer = StreamWriter(path, meta)
        self.path = self._writer.path
        # Rows are read back by it, even if the file's name is taken away. Who wants no rows back
        # does not hold on to a file: its name may be taken away to make room on the disk.
        self._reader = Reader(self.path) if spill else None
        #: the number of the next row to be written; those before it may be let go
        self.next = store.first
        self._told_changes, self._told = 0, list[Any]()
        #: the batches of each segment that is not written whole yet, by its first row's number
        self._places: dict[int, list[Place]] = {}
        self._stop = threading.Event()
        self.running = True
        self._thread = threading.Thread(target=self._run, name="switchy_nb record_to", daemon=True)
        self._thread.start()

    def wants(self) -> int:
        """The number of the first row that is not written yet."""
        return self.next if self.running else sys.maxsize

    def stop(self) -> None:
        """Write what is left and end the file; twice is fine."""
        self._stop.set()
        if self._thread is not threading.current_thread():
            self._thread.join(_PATIENCE)

    def _run(self) -> None:
        try:
            while not self._stop.wait(PAUSE):
                self._write()
            self._write()
            self._writer.close()
        except Exception as exc:
            self._fail(exc)
        finally:
            self.running = False

    def _write(self) -> None:
        news = self._new_commands()
        wrote = False
        for segment in self._store.since(self.next):
            skip = self.next - segment.first
            core, (raw, _) = segment.core(), segment.raws()
            # The segment may have grown between the two.
            count = min(len(core), len(raw)) - skip
            if count <= 0:
                continue
            place = self._writer.write(
                core.slice(skip, count), raw.slice(skip, count), self.next, news
            )
            news, wrote = {}, True
            self.next += count
            if self._reader is not None:
                self._let_go(segment, place, self._reader)
        if news:
            empty = core_schema().empty_table()
            self._writer.write(empty, _no_bytes(), self.next, news)
        if wrote or news:
            self._writer.sync()

    def _let_go(self, segment: Segment, place: Place, reader: Reader) -> None:
        places = self._places.setdefault(segment.first, [])
        places.append(place)
        if not self._store.grows(segment) and self.next >= segment.first + len(segment):
            del self._places[segment.first]
            segment.keep_as(Spilled(reader, tuple(places), segment.kinds()))

    def _new_commands(self) -> dict[int, Any]:
        changes, commands = self._commands.changes, self._told
        if changes == self._told_changes:
            return {}
        self._told_changes, now = self._commands.snapshot()
        news = {
            n: sent for n, sent in enumerate(now) if n >= len(commands) or sent is not commands[n]
        }
        self._told = now
        return news

    def _fail(self, exc: Exception) -> None:
        with contextlib.suppress(OSError):
            self._writer.give_up()
        why = exc.strerror or exc if isinstance(exc, OSError) else exc
        if not isinstance(exc, OSError):
            _log.exception("writing a recording to %s failed", self.path)
        text = (
            f"recording to {self.path} ended after {self.next:,} events: {why}. The recording goes "
            "on in memory; save it, or call record_to with a path on another disk"
        )
        self._tell(text)
        warnings.warn(text, RuntimeWarning, stacklevel=2)


def _no_bytes() -> "pa.LargeBinaryArray":
    import pyarrow as pa

    return pa.array([], pa.large_binary())
