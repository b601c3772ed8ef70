"""Rows of a recording in pieces that fit into memory, and segments made of such pieces.

Saving, selecting and joining all go through a recording once, piece by piece; where the rows come
from and where they go is not known here.
"""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from switchy_nb.recording.core import Core
from switchy_nb.recording.runs import Run
from switchy_nb.recording.segment import Row, Segment
from switchy_nb.recording.store import SEGMENT_BYTES, SEGMENT_ROWS

if TYPE_CHECKING:
    import pyarrow as pa

    #: the core columns of some rows, and their bytes
    Piece = tuple[pa.Table, pa.LargeBinaryArray]


def pieces(core: Core) -> "Iterator[Piece]":
    """Give all rows in order, one segment at a time."""
    at = 0
    for segment in core.segments:
        # A segment may have grown since the core columns were taken.
        count = min(len(segment), len(core) - at)
        if count > 0:
            yield core.table.slice(at, count), segment.raws()[0].slice(0, count)
            at += count


def segments_of(parts: "Iterable[Piece]") -> Iterator[Segment]:
    """Make segments of the usual size of pieces of any size.

    Parameters
    ----------
    parts : iterable of (pyarrow.Table, pyarrow.LargeBinaryArray)
        Core columns (see `segment.core_schema`) and bytes; none of the latter null.
    """
    held: list[Piece] = []
    rows = size = first = 0
    for core, raw in _small(parts):
        held.append((core, raw))
        rows += len(core)
        size += raw.nbytes
        if rows >= SEGMENT_ROWS or size >= SEGMENT_BYTES:
            yield _segment(first, held)
            first += rows
            held, rows, size = [], 0, 0
    if rows:
        yield _segment(first, held)


def segment_of(first: int, rows: Iterable[Row]) -> Segment:
    """Make a sealed segment of events whose columns are not known yet."""
    segment = Segment(first, ())
    for row in rows:
        segment.extend(Run.of(*row))
    segment.seal()
    return segment


def _small(parts: "Iterable[Piece]") -> "Iterator[Piece]":
    for core, raw in parts:
        for at in range(0, len(core), SEGMENT_ROWS):
            yield core.slice(at, SEGMENT_ROWS), raw.slice(at, SEGMENT_ROWS)


def _segment(first: int, held: "list[Piece]") -> Segment:
    import pyarrow as pa

    core = pa.concat_tables([core for core, _ in held]).combine_chunks()
    raw = pa.concat_arrays([raw for _, raw in held])
    return Segment.of(first, core, raw)
