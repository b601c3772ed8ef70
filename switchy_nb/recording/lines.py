"""Where headers are in thousands of plain events at once, where there is no C to find them.

The lines of all events are found in one pass by numpy, and headers' names are compared eight bytes at
a time, all names at once. What the values mean, and how they are decoded, is not known here (see
`values`).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np

    Array = np.ndarray[Any, Any]

_WORD = 8
_LOWER = 0x2020202020202020
_ONES = (1 << 64) - 1
#: Newlines are looked for in pieces that fit into a processor's cache.
_PIECE = 1 << 20
#: A table of this many bits tells what a line can begin with; the factors spread words.
_TABLE_BITS = 12
_SPREAD, _SPREAD_MORE = 0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F
_NEWLINE, _SPACE = 10, 32


@dataclass(frozen=True, slots=True)
class Found:
    """The first values of some headers in the events that have them: header by header.

    Attributes
    ----------
    events : array of int
        In which event each value is.
    starts, ends : array of int
        From where to where in the bytes.
    bounds : list of int
        The values of the header at place `n` are those from ``bounds[n]`` to ``bounds[n + 1]``.
    """

    events: "Array"
    starts: "Array"
    ends: "Array"
    bounds: list[int]


class _Names:
    """The headers that are looked for: their names in lower case with a colon, as words."""

    @staticmethod
    @lru_cache(64)
    def of(names: tuple[str, ...]) -> "_Names":
        """Return them made ready: the same ones are looked for again and again."""
        return _Names(names)

    def __init__(self, names: Sequence[str]) -> None:
        import numpy as np

        self.texts = [name.encode("utf-8", "surrogateescape").lower() + b":" for name in names]
        self.lengths = np.array([len(text) for text in self.texts], "int64")
        #: the type of a name's number, counted from 1
        self.number = "uint8" if len(names) < 255 else "int32"
        depth = -(-max(map(len, self.texts), default=0) // _WORD)
        self.words = np.zeros((depth, len(self.texts)), "<u8")
        #: which bits of a word count: not those behind the name, nor the case of letters
        self.masks = np.zeros((depth, len(self.texts)), "<u8")
        for at, text in enumerate(self.texts):
            for place, start in enumerate(range(0, len(text), _WORD)):
                block = text[start : start + _WORD]
                mask = bytes(0xDF if 97 <= byte <= 122 else 0xFF for byte in block)
                value = bytes(a & b for a, b in zip(block, mask, strict=True))
                self.words[place, at] = int.from_bytes(value, "little")
                self.masks[place, at] = int.from_bytes(mask, "little")

        #: names of at least one word, and of at least two
        self.medium = self._tables(_WORD, 2 * _WORD)
        self.long = self._tables(2 * _WORD, None)

    def _tables(self, at_least: int, below: int | None) -> "list[Array]":
        """Make tables of the names of some lengths, by what their first words are spread to.

        In each a place has one name's number, counted from 1, or 0.
        """
        import numpy as np

        tables: list[Array] = []
        taken: list[set[int]] = []
        for at, text in enumerate(self.texts):
            if len(text) < at_least or (below is not None and len(text) >= below):
                continue
            slot = _slot(text, two=at_least > _WORD)
            number = next((n for n, slots in enumerate(taken) if slot not in slots), len(tables))
            if number == len(tables):
                tables.append(np.zeros(1 << _TABLE_BITS, self.number))
                taken.append(set())
            tables[number][slot] = at + 1
            taken[number].add(slot)
        return tables


def _slot(text: bytes, *, two: bool) -> int:
    """Where a name's first word, or its first two, are in a table: as `Lines` does for all lines."""
    first = (int.from_bytes(text[:_WORD], "little") | _LOWER) * _SPREAD
    if two:
        first += (int.from_bytes(text[_WORD : 2 * _WORD], "little") | _LOWER) * _SPREAD_MORE
    return (first & _ONES) >> (64 - _TABLE_BITS)


class Lines:
    """The lines in events that lie one behind the other.

    Parameters
    ----------
    data : array of uint8
        The events, and `MARGIN` bytes more.
    offsets : array of int
        Where each event begins, and where the last one ends.
    """

    def __init__(self, data: "Array", offsets: "Array") -> None:
        import numpy as np

        self._data = data
        self._offsets = offsets
        self._words = np.ndarray((len(data) - _WORD + 1,), "<u8", data, strides=(1,))
        self._starts, self._ends = self._find_lines()
        # Which lines each event has: those from the first number up to the next event's.
        self._of_event = np.searchsorted(self._starts, offsets)

    def _find_lines(self) -> tuple["Array", "Array"]:
        import numpy as np

        data, offsets = self._data, self._offsets
        size = int(offsets[-1])
        pieces = [
            np.flatnonzero(data[at : min(at + _PIECE, size)] == _NEWLINE) + at
            for at in range(0, size, _PIECE)
        ]
        newlines = np.concatenate(pieces) if pieces else np.empty(0, "int64")
        # An event that does not end with a newline ends its last line all the same.
        filled = offsets[1:][offsets[1:] > offsets[:-1]]
        open_ends = filled[data[filled - 1] != _NEWLINE]
        if not len(open_ends):
            starts = np.empty_like(newlines)
            starts[:1] = offsets[0]
            starts[1:] = newlines[:-1] + 1
            return starts, newlines
        ends = np.insert(newlines, np.searchsorted(newlines, open_ends), open_ends)
        skipped = np.ones(len(ends), "int64")
        skipped[np.searchsorted(ends, open_ends)] = 0
        starts = np.append(offsets[:1], (ends + skipped)[:-1])
        return starts, ends

    @cached_property
    def _heads(self) -> "Array":
        """For each event the number of the line that ends its head, or of the next event's first.

        A head ends with the first empty line, which is none if it is the event's first: two line
        feeds in a row make it.
        """
        import numpy as np

        begins, behind = self._of_event[:-1], self._of_event[1:]
        empty = np.flatnonzero(self._starts == self._ends)
        if not len(empty):
            return behind
        at = np.searchsorted(empty, begins + 1)
        first = empty[np.minimum(at, len(empty) - 1)]
        return np.where((at < len(empty)) & (first < behind), first, behind)

    @cached_property
    def _event_of(self) -> "Array":
        """The event that each line belongs to."""
        import numpy as np

        counts = np.diff(self._of_event)
        return np.repeat(np.arange(len(counts), dtype="int32"), counts)

    def find(self, names: Sequence[str]) -> Found:
        """Find the first value of each of some headers in every event that has it."""
        import numpy as np

        wanted = _Names.of(tuple(names))
        parts = [self._compare(*part, wanted) for part in self._candidates(wanted)]
        none = np.empty(0, "int64")
        lines = np.concatenate([none, *(lines for lines, _ in parts)])
        which = np.concatenate([none, *(which for _, which in parts)])
        order = np.argsort(which.astype(wanted.number), kind="stable")
        lines, which = lines[order], which[order]
        events, starts, ends = self._event_of[lines], self._starts[lines], self._ends[lines]
        starts += wanted.lengths[which]
        keep = (lines < self._heads[events]) & (starts <= ends)
        if not keep.all():
            events, starts, ends, which = events[keep], starts[keep], ends[keep], which[keep]
        again = (events[1:] == events[:-1]) & (which[1:] == which[:-1])
        if again.any():
            keep = np.append(np.ones(min(len(which), 1), bool), ~again)
            events, starts, ends, which = events[keep], starts[keep], ends[keep], which[keep]
        starts += (starts < ends) & (self._data[starts] == _SPACE)
        bounds = np.searchsorted(which, np.arange(len(names) + 1)).tolist()
        return Found(events, starts, ends, bounds)

    def _candidates(self, wanted: _Names) -> "Iterator[tuple[Array, Array]]":
        """Sort lines by their first words: few lines are of any interest.

        Yields
        ------
        lines, which : array of int
            The lines' numbers, and which name each may begin with.
        """
        import numpy as np

        first = self._words[self._starts]
        for at in np.flatnonzero(wanted.lengths < _WORD).tolist():
            lines = np.flatnonzero((first & wanted.masks[0, at]) == wanted.words[0, at])
            yield lines, np.full(len(lines), at)
        first |= np.uint64(_LOWER)
        first *= np.uint64(_SPREAD)
        for numbers in _looked_up(first, wanted.medium):
            lines = np.flatnonzero(numbers != 0)
            yield lines, numbers[lines].astype("int64") - 1
        if wanted.long:
            second = self._words[_WORD:][np.minimum(self._starts, len(self._words) - _WORD - 1)]
            second |= np.uint64(_LOWER)
            second *= np.uint64(_SPREAD_MORE)
            first += second
            for numbers in _looked_up(first, wanted.long):
                lines = np.flatnonzero(numbers != 0)
                yield lines, numbers[lines].astype("int64") - 1

    def _compare(self, lines: "Array", which: "Array", wanted: _Names) -> tuple["Array", "Array"]:
        """Keep of lines those that begin with their name."""
        import numpy as np

        longest = int(wanted.lengths[which].max(initial=0))
        # Many names begin alike, so the first word is compared last.
        for depth in range((longest - 1) // _WORD, -1, -1):
            starts = self._starts[lines]
            starts += depth * _WORD
            # Lines too near the end of the bytes cannot hold the word, where there is one.
            words = self._words[np.minimum(starts, len(self._words) - 1)]
            words &= wanted.masks[depth][which]
            same = words == wanted.words[depth][which]
            same &= (starts < len(self._words)) | (wanted.lengths[which] <= depth * _WORD)
            lines, which = lines[same], which[same]
        return lines, which


def _looked_up(hashed: "Array", tables: "list[Array]") -> "Iterator[Array]":
    """Give for each table the number of the name that each line may begin with; 0 for none."""
    import numpy as np

    if tables:
        slots = (hashed >> np.uint64(64 - _TABLE_BITS)).view("int64")
        for table in tables:
            yield table[slots]
