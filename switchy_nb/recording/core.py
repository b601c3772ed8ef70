"""The core columns of all rows at one moment, as arrays that legs, calls and jobs are made of."""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from switchy_nb.recording.fields import Kind, readable
from switchy_nb.recording.scan import read_headers
from switchy_nb.recording.segment import Segment
from switchy_nb.recording.typed import core_schema, decoded, encoded

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

    Array = np.ndarray[Any, Any]


@dataclass(frozen=True)
class Core:
    """A prefix of a recording.

    Attributes
    ----------
    encoded : pyarrow.Table
        The core columns of its rows (see `typed.core_schema`), with texts dictionary-encoded.
    segments : tuple of Segment
        Where they came from.
    first : int
        The number of its first row; rows are counted from there in all that it gives and takes.
    """

    encoded: "pa.Table"
    segments: tuple[Segment, ...]
    first: int = 0

    @classmethod
    def of(cls, segments: Sequence[Segment], length: int, before: "Core | None" = None) -> "Core":
        """Take the first `length` rows of what is in `segments`, which may be growing.

        Parameters
        ----------
        segments : sequence of Segment
            Each beginning where the one before it ends.
        length : int
            How many rows are wanted.
        before : Core, optional
            What was taken of them earlier: it is not read again.
        """
        import pyarrow as pa

        first = segments[0].first if segments else 0
        tables = []
        for segment in segments:
            known = None if before is None else before.part(segment)
            tables.append(segment.encoded() if known is None else known)
        whole = pa.concat_tables(tables) if tables else encoded(core_schema().empty_table())
        return cls(whole.slice(0, length), tuple(segments), first)

    def part(self, segment: Segment) -> "pa.Table | None":
        """The rows of a segment, if all of them are here."""
        start = segment.first - self.first
        end = start + len(segment)
        return self.encoded.slice(start, end - start) if start >= 0 and end <= len(self) else None

    @cached_property
    def table(self) -> "pa.Table":
        """The core columns, with plain texts."""
        return decoded(self.encoded)

    def texts(self, column: str) -> "pa.ChunkedArray":
        """Return a column of text as pandas holds it: with long offsets."""
        import pyarrow as pa

        chunks = [
            chunk.dictionary.cast(pa.large_string()).take(chunk.indices)
            for chunk in self.encoded[column].chunks
        ]
        return pa.chunked_array(chunks, pa.large_string())

    def codes(self, column: str) -> tuple["Array", list[str]]:
        """Numbers for the texts of a column, in order of first appearance; −1 for null."""
        import numpy as np

        chunks = self.encoded[column].unify_dictionaries().chunks
        if not len(self):
            return np.empty(0, "int64"), []
        codes = np.concatenate([c.indices.fill_null(-1).to_numpy() for c in chunks])
        codes = codes.astype("int64")
        texts = chunks[0].dictionary
        rows = np.flatnonzero(codes >= 0)[::-1]
        first = np.full(len(texts), -1)
        first[codes[rows]] = rows  # of several rows the one written last, the first one, stays
        there = np.flatnonzero(first >= 0)
        order = there[np.argsort(first[there])]
        numbers = np.full(len(texts) + 1, -1)
        numbers[order] = np.arange(len(order))
        return numbers[codes], texts.take(order).to_pylist()

    def __len__(self) -> int:
        return int(self.encoded.num_rows)

    def header(self, name: str) -> "pa.ChunkedArray":
        """One header of each row, null where a row has none."""
        import pyarrow as pa

        chunks = [segment.column(name) for segment in self.segments]
        # A segment may have grown since the core columns were taken.
        return pa.chunked_array(chunks, pa.string()).slice(0, len(self))

    def moments(self, column: str) -> "Array":
        """Return a column of times as ``datetime64[us]``."""
        from switchy_nb.recording.schema import NAT, moments

        return moments(self.encoded[column].cast("int64").fill_null(NAT).to_numpy())

    @cached_property
    def received(self) -> "Array":
        """When each row came, by this machine's clock."""
        return self.moments("received")

    @cached_property
    def time(self) -> "Array":
        """When each event was made, by the switch's clock."""
        return self.moments("time")

    def named(self, *names: str) -> "Array":
        """Which rows are events of these names, as booleans."""
        import numpy as np
        import pyarrow as pa
        import pyarrow.compute as pc

        wanted, found = pa.array(names, pa.string()), [np.empty(0, bool)]
        for chunk in self.encoded["name"].chunks:
            fits = np.append(pc.is_in(chunk.dictionary, value_set=wanted).to_numpy(False), False)
            found.append(fits[chunk.indices.fill_null(-1).to_numpy()])
        return np.concatenate(found)

    def link_losses(self) -> int:
        """How often the link went down: by our own rows, whatever a peer may call its events."""
        import pyarrow.compute as pc

        ours = pc.equal(self.encoded["kind"], int(Kind.LINK)).to_numpy()
        return int((ours & self.named("LINK_DOWN")).sum())

    def text(self, column: str) -> "Array":
        """Return a column of text as Python strings, None where missing."""
        values: Array = self.table[column].to_numpy(zero_copy_only=False)
        return values

    def pick(self, rows: Iterable[int], names: Sequence[str]) -> dict[int, tuple[str | None, ...]]:
        """Read some headers of some rows out of their bytes; stray bytes are written out."""
        import pyarrow as pa

        found: dict[int, tuple[str | None, ...]] = {}
        for segment, wanted in self._by_segment(rows):
            raw, kinds = segment.raws()
            places = [n + self.first - segment.first for n in wanted]
            taken = raw.take(pa.array(places, pa.int64()))
            columns = read_headers(taken, bytes(kinds[at] for at in places), names, readable)
            found.update(
                zip(wanted, zip(*(c.to_pylist() for c in columns), strict=True), strict=True)
            )
        return found

    def raw_rows(self, rows: Iterable[int]) -> Iterator[tuple[int, bytes, Kind]]:
        """Give the number, the bytes and the kind of some rows."""
        import pyarrow as pa

        kind_of = {int(kind): kind for kind in Kind}
        for segment, wanted in self._by_segment(rows):
            raw, kinds = segment.raws()
            places = [n + self.first - segment.first for n in wanted]
            if len(places) < len(raw):
                raw = raw.take(pa.array(places, pa.int64()))
            for n, at, event in zip(wanted, places, raw.to_pylist(), strict=True):
                yield n, event, kind_of[kinds[at]]

    def raw_parts(self) -> "Iterator[tuple[pa.LargeBinaryArray, bytes]]":
        """Give the bytes and the kinds of all rows, segment by segment."""
        left = len(self)
        for segment in self.segments:
            raw, kinds = segment.raws()
            count = min(left, len(raw))
            yield raw.slice(0, count), kinds[:count]
            left -= count

    def _by_segment(self, rows: Iterable[int]) -> Iterator[tuple[Segment, list[int]]]:
        """Give each segment that holds some of the rows, with their numbers in order."""
        wanted = sorted(set(rows))
        for segment in self.segments:
            end = bisect_left(wanted, segment.first + len(segment) - self.first)
            if end:
                yield segment, wanted[:end]
                del wanted[:end]
