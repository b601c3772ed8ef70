"""Rows of several sources, each in order, as one stream in order.

Each source is read once, block by block, and only those are open whose rows are due: a week of
daily files takes the memory of one. What the order goes by is not known here.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np

    from switchy_nb.recording.rows import Piece

    Array = np.ndarray[Any, Any]
    #: some rows, and for each the number that the order goes by, which never decreases
    Block = tuple[Array, Piece]

#: About as many rows are put in order at once.
_ROWS = 4096


@dataclass(frozen=True, slots=True)
class Source:
    """Rows in order.

    Attributes
    ----------
    start : int
        No row's number is smaller.
    blocks : iterator of (array of int, Piece)
        The rows; not touched before they are due.
    """

    start: int
    blocks: "Iterator[Block]"


class _Cursor:
    """How far a source has been taken."""

    def __init__(self, place: int, blocks: "Iterator[Block]") -> None:
        self.place = place
        self._blocks = blocks
        self.keys: Array
        self._piece: Piece

    def load(self) -> bool:
        """Go on to the next block that holds something; tell whether there is one."""
        for keys, piece in self._blocks:
            if len(keys):
                self.keys, self._piece = keys, piece
                return True
        return False

    def take(self, count: int) -> "Block":
        core, raw = self._piece
        taken = self.keys[:count], (core.slice(0, count), raw.slice(0, count))
        self.keys, self._piece = self.keys[count:], (core.slice(count), raw.slice(count))
        return taken


def merged(sources: Sequence[Source]) -> "Iterator[Piece]":
    """Give the rows of all sources in the order of their numbers; of equal ones the first source's.

    Within a source the order stays as it is.
    """
    waiting = sorted(enumerate(sources), key=lambda entry: entry[1].start, reverse=True)
    active: list[_Cursor] = []
    while waiting or active:
        while waiting and (not active or waiting[-1][1].start <= _due(active)):
            place, source = waiting.pop()
            cursor = _Cursor(place, source.blocks)
            if cursor.load():
                active.append(cursor)
        if not active:
            return
        active.sort(key=lambda cursor: cursor.place)
        yield _taken(active, _bounded(active, _due(active)))
        active = [cursor for cursor in active if len(cursor.keys) or cursor.load()]


def _due(active: Sequence[_Cursor]) -> int:
    """Up to which number all rows are at hand."""
    return min(int(cursor.keys[-1]) for cursor in active)


def _bounded(active: Sequence[_Cursor], due: int) -> int:
    """Up to which number to take rows: all that are due, or of very many only the first."""
    import numpy as np

    keys = np.concatenate([c.keys[: np.searchsorted(c.keys, due, "right")] for c in active])
    if len(active) == 1 or len(keys) <= _ROWS:
        return due
    return int(np.partition(keys, _ROWS)[_ROWS])


def _taken(active: Sequence[_Cursor], due: int) -> "Piece":
    import numpy as np
    import pyarrow as pa

    counts = [int(np.searchsorted(cursor.keys, due, "right")) for cursor in active]
    blocks = [cursor.take(n) for cursor, n in zip(active, counts, strict=True) if n]
    if len(blocks) == 1:
        return blocks[0][1]
    order = pa.array(np.argsort(np.concatenate([keys for keys, _ in blocks]), kind="stable"))
    core = pa.concat_tables([piece[0] for _, piece in blocks]).combine_chunks()
    raw = pa.concat_arrays([piece[1] for _, piece in blocks])
    return core.take(order), raw.take(order)
