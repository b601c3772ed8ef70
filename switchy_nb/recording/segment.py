"""A run of consecutive rows: first as they came, then Arrow buffers compressed with zstd.

One thread appends; any thread reads. How columns are read out of the bytes is in `typed`, who
compresses when in `store`.
"""

import threading
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from switchy_nb.recording.fields import Kind, readable
from switchy_nb.recording.memory import Joined
from switchy_nb.recording.runs import (
    Row,
    Run,
    kinds_of,
    moments_of,
    row_of,
    rows_of,
    scattered,
    switches_of,
)
from switchy_nb.recording.scan import Headers
from switchy_nb.recording.sealed import Packed, Sealed
from switchy_nb.recording.typed import (
    WATCHED,
    core_schema,
    decoded,
    encoded,
    read_core,
)

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

__all__ = ["Row", "Segment", "core_schema"]

#: A segment that is read while it grows is read in pieces; more of them than this become one.
_PIECES = 16


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
        #: when its last row came (µs since the epoch); None if that is not known
        self.latest: int | None = None
        self._runs: list[Run] = []
        self._count = 0
        self._lock = threading.Lock()
        self._sealing = threading.Lock()
        self._sealed: Sealed | None = None
        #: Rows that were compressed just now are the ones most asked for: once somebody has, their
        #: bytes stay here while this is warm.
        self._warm = False
        self._opened: pa.LargeBinaryArray | None = None
        #: the core columns of the first rows, and how many runs those are
        self._pieces: list[pa.Table] = []
        self._read = 0
        self._asked: dict[str, pa.DictionaryArray] = {}

    @classmethod
    def of(cls, first: int, core: "pa.Table", raw: "pa.LargeBinaryArray") -> "Segment":
        """Make a sealed segment of columns that are known already, as a file has them."""
        import pyarrow.compute as pc

        segment = cls(first, ())
        segment.latest = pc.max(core["received"].cast("int64")).as_py()
        kinds = bytes(core["kind"].to_pylist())
        segment.keep_as(Packed.of(encoded(core), [raw], kinds))
        return segment

    def extend(self, run: Run) -> None:
        """Add rows; only one thread at a time may."""
        run.at = self._count
        self._runs.append(run)
        self._count += len(run)
        if run.received is not None:
            self.latest = run.received

    def __len__(self) -> int:
        return self._count

    @property
    def sealed(self) -> bool:
        """Whether it is compressed, and does not change any more."""
        return self._sealed is not None

    @property
    def nbytes(self) -> int:
        """How many bytes it holds: of raw events while it grows, of buffers when sealed."""
        with self._lock:
            if self._sealed is None:
                return sum(run.batch.size for run in self._runs if run.batch is not None)
            return self._sealed.nbytes

    def core(self) -> "pa.Table":
        """Return the core columns of the rows that are here now (see `core_schema`)."""
        return decoded(self.encoded())

    def encoded(self) -> "pa.Table":
        """Return the core columns with texts dictionary-encoded."""
        with self._lock:
            table = self._core()
            if self._sealed is not None:
                for name in table.column_names:
                    if name.startswith(WATCHED):  # whoever wants the ones wants the others next
                        self._asked.setdefault(name.removeprefix(WATCHED), _one(table[name]))
        return encoded(table.select(core_schema().names))

    def columns(self, names: list[str]) -> "pa.Table":
        """Return some core columns of the rows that are here now, with texts dictionary-encoded."""
        with self._lock:
            return encoded(self._core(names))

    def column(self, name: str) -> "pa.Array":
        """One header of each row as Arrow strings, null where a row has none."""
        with self._lock:
            found = self._header(name.lower())
            return found.dictionary.take(found.indices)

    def _header(self, key: str) -> "pa.DictionaryArray":
        asked = self._asked.get(key)
        if asked is None or len(asked) != self._count:
            asked = self._column(key)
            if self._sealed is not None:
                # Each text once: a header of a million events takes a few bytes each.
                self._asked[key] = asked
        return asked

    def _column(self, key: str) -> "pa.DictionaryArray":
        if key in self.watched and (self._sealed is None or self._sealed.watched):
            return _one(self._core([WATCHED + key]).unify_dictionaries()[0])
        raw, kinds = self._raws()
        return Headers(Joined(raw), kinds, [key]).texts(0, readable)

    def raws(self) -> tuple["pa.LargeBinaryArray", bytes]:
        """Every row's bytes, and kind: one byte for each."""
        with self._lock:
            return self._raws()

    def kinds(self) -> bytes:
        """The kind of each row, as a byte."""
        with self._lock:
            return kinds_of(self._runs[:]) if self._sealed is None else self._sealed.kinds

    def received(self) -> "np.ndarray[Any, Any]":
        """When each row came: integers of µs, the least there is where it is unknown."""
        import numpy as np

        from switchy_nb.recording.schema import NAT

        with self._lock:
            if self._sealed is None:
                runs = self._runs[:]
                return np.repeat(
                    np.array([NAT if r.received is None else r.received for r in runs], "int64"),
                    [len(run) for run in runs],
                )
            column = self._sealed.core(["received"])["received"]
        moments: np.ndarray[Any, Any] = column.cast("int64").fill_null(NAT).to_numpy()
        return moments

    def without(self, skip: int) -> "Segment":
        """Return it without its first rows, sharing the others."""
        return _Rest(self, skip) if skip else self

    def row(self, at: int) -> tuple[bytes, Kind]:
        """One row's bytes and kind, by its place in the segment."""
        (found,) = self.pick([at])
        return found

    def pick(self, places: Iterable[int]) -> list[tuple[bytes, Kind]]:
        """Some rows' bytes and kinds, as `row`; opened once for all of them."""
        with self._lock:
            if self._sealed is None:
                return [row_of(self._runs, at) for at in places]
            raws, kinds = self._raws()
            return [(raws[at].as_py(), Kind(kinds[at])) for at in places]

    def has(self, at: int, name: str) -> bool:
        """Whether a row has a header, by its place in the segment."""
        key = name.lower()
        with self._lock:
            if self._sealed is None:
                return True  # to be looked up; it costs little
            return bool(self._header(key).indices[at].is_valid)

    def rows(self, start: int, stop: int) -> list[Row]:
        """Some rows as they came, by their places in the segment."""
        with self._lock:
            if self._sealed is None:
                return rows_of(self._runs, start, stop)
            core = self._sealed.core(["received", "switch"]).slice(start, stop - start)
            moments, switches = core["received"].cast("int64"), decoded(core)["switch"]
            raws, kinds = self._raws()
        parts = raws.slice(start, stop - start), moments, map(Kind, kinds[start:stop]), switches
        return [
            (raw.as_py(), received.as_py(), kind, switch.as_py())
            for raw, received, kind, switch in zip(*parts, strict=True)
        ]

    def seal(self) -> None:
        """Compress the rows. Nothing may be appended any more."""
        with self._sealing:
            with self._lock:
                if self._sealed is not None:
                    return
                raw, kinds = scattered(self._runs), kinds_of(self._runs)
                self._encode_new()
                core = _joined(self._pieces)
            packed = Packed.of(core, raw.parts(), kinds)  # others may read meanwhile
            with self._lock:
                if self._sealed is None:
                    self._keep_as(packed)
                    self._warm = True

    def cool(self) -> None:
        """Hold no more than the compressed rows."""
        with self._lock:
            self._warm, self._opened = False, None

    def keep_as(self, sealed: Sealed) -> None:
        """Have the rows, all of them, elsewhere."""
        with self._lock:
            self._keep_as(sealed)

    def _keep_as(self, sealed: Sealed) -> None:
        self._sealed = sealed
        self._warm, self._opened = False, None
        self._count = sealed.count
        runs, self._runs, self._pieces = self._runs, [], []
        for run in runs:
            run.settle(self)

    def _core(self, columns: list[str] | None = None) -> "pa.Table":
        import pyarrow as pa

        if self._sealed is not None:
            return self._sealed.core(columns)
        self._encode_new()
        whole = pa.concat_tables(self._pieces)
        return whole if columns is None else whole.select(columns)

    def _encode_new(self) -> None:
        """Make the core columns of rows that have none yet."""
        new = self._runs[self._read :]
        if not new and self._pieces:
            return
        received, switch = moments_of(new), switches_of(new)
        self._pieces.append(
            read_core(scattered(new), kinds_of(new), received, switch, self.watched)
        )
        self._read += len(new)
        if len(self._pieces) > _PIECES:
            self._pieces = [_joined(self._pieces)]

    def _raws(self) -> tuple["pa.LargeBinaryArray", bytes]:
        if self._sealed is None:
            runs = self._runs[:]
            return scattered(runs).joined(), kinds_of(runs)
        raw = self._sealed.raw() if self._opened is None else self._opened
        if self._warm:
            self._opened = raw
        return raw, self._sealed.kinds


class _Rest(Segment):
    """The later rows of a segment, as a segment of their own that grows with it."""

    def __init__(self, whole: Segment, skip: int) -> None:
        super().__init__(whole.first + skip, whole.watched)
        self._whole = whole
        self._skip = skip

    def __len__(self) -> int:
        return len(self._whole) - self._skip

    @property
    def sealed(self) -> bool:
        return self._whole.sealed

    @property
    def nbytes(self) -> int:
        return self._whole.nbytes

    def encoded(self) -> "pa.Table":
        return self._whole.encoded().slice(self._skip)

    def columns(self, names: list[str]) -> "pa.Table":
        return self._whole.columns(names).slice(self._skip)

    def column(self, name: str) -> "pa.Array":
        return self._whole.column(name).slice(self._skip)

    def raws(self) -> tuple["pa.LargeBinaryArray", bytes]:
        raw, kinds = self._whole.raws()
        return raw.slice(self._skip), kinds[self._skip :]

    def kinds(self) -> bytes:
        return self._whole.kinds()[self._skip :]

    def received(self) -> "np.ndarray[Any, Any]":
        return self._whole.received()[self._skip :]

    def pick(self, places: Iterable[int]) -> list[tuple[bytes, Kind]]:
        return self._whole.pick([at + self._skip for at in places])

    def has(self, at: int, name: str) -> bool:
        return self._whole.has(at + self._skip, name)

    def rows(self, start: int, stop: int) -> list[Row]:
        return self._whole.rows(start + self._skip, stop + self._skip)

    def seal(self) -> None:
        self._whole.seal()


def _joined(pieces: "list[pa.Table]") -> "pa.Table":
    """Make one of several tables, with one dictionary for each column."""
    import pyarrow as pa

    if len(pieces) == 1:
        return pieces[0]
    return pa.concat_tables(pieces).unify_dictionaries().combine_chunks()


def _one(column: "pa.ChunkedArray") -> "pa.Array":
    import pyarrow as pa

    joined = column.combine_chunks()
    return joined.combine_chunks() if isinstance(joined, pa.ChunkedArray) else joined
