"""Where headers are in thousands of plain events at once.

The lines of all events are found in one pass, and a header's name is compared eight bytes at a
time. What the values mean, and how they are decoded, is not known here (see `scan`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np

    Array = np.ndarray[Any, Any]

#: Bytes behind the events that may be read, and mean nothing: names are compared by whole words.
MARGIN = 8
_WORD = 8
_LOWER = 0x2020202020202020
_ONES = (1 << 64) - 1
#: Newlines are looked for in pieces that fit into a processor's cache.
_PIECE = 1 << 20
#: A table of this many bits tells what a line's first word can begin; the factor spreads words.
_TABLE_BITS = 12
_SPREAD = 0x9E3779B97F4A7C15
_NEWLINE, _SPACE = 10, 32


@dataclass(frozen=True, slots=True)
class Found:
    """The first values of one header: in which events, and from where to where in the bytes."""

    events: "Array"
    starts: "Array"
    ends: "Array"


@dataclass(frozen=True, slots=True)
class _Pattern:
    """A header's name in lower case with its colon; `at` is its place among those asked for."""

    at: int
    text: bytes

    def word(self, start: int) -> tuple["np.uint64", "np.uint64"]:
        """Its eight bytes from `start` on, and a mask that lets the case of letters pass."""
        import numpy as np

        block = self.text[start : start + _WORD]
        mask = bytes(0xDF if 97 <= byte <= 122 else 0xFF for byte in block)
        value = bytes(a & b for a, b in zip(block, mask, strict=True))
        return np.uint64(int.from_bytes(value, "little")), np.uint64(int.from_bytes(mask, "little"))


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

    def find(self, names: Sequence[str]) -> list[Found]:
        """Find the first value of each of some headers in every event that has it."""
        import numpy as np

        patterns = [
            _Pattern(at, name.encode("utf-8", "surrogateescape").lower() + b":")
            for at, name in enumerate(names)
        ]
        found: dict[int, Array] = {}
        every = np.arange(len(self._starts))
        long = [pattern for pattern in patterns if len(pattern.text) >= _WORD]
        if len(long) > 1:
            self._find_long(long, found)
        elif long:
            self._find_one(long[0], found)
        for pattern in patterns:
            if pattern.at not in found:
                self._narrow(every, [pattern], 0, found)
        return [self._values(found[p.at], len(p.text)) for p in patterns]

    def _find_long(self, patterns: list[_Pattern], found: dict[int, "Array"]) -> None:
        """Sort lines by their first words, all at once: few lines are of any interest."""
        import numpy as np

        groups: dict[int, list[_Pattern]] = {}
        for pattern in patterns:
            groups.setdefault(_slot(int(pattern.word(0)[0]) | _LOWER), []).append(pattern)
        table = np.zeros(1 << _TABLE_BITS, "uint8" if len(groups) < 256 else "uint16")
        for number, slot in enumerate(groups, 1):
            table[slot] = number
        first = self._words[self._starts]
        hashed = first | np.uint64(_LOWER)
        hashed *= np.uint64(_SPREAD)
        hashed >>= np.uint64(64 - _TABLE_BITS)
        numbers = table[hashed.view("int64")]
        for number, group in enumerate(groups.values(), 1):
            # What lies behind the first word tells more lines apart than it does, which is known
            # but for other words in the same slot.
            self._narrow(np.flatnonzero(numbers == number), group, _WORD, found)
            for pattern in group:
                lines = found[pattern.at]
                word, mask = pattern.word(0)
                exact = (first[lines] & mask) == word
                if not exact.all():
                    found[pattern.at] = lines[exact]

    def _find_one(self, pattern: _Pattern, found: dict[int, "Array"]) -> None:
        """Look at the end of the name first: many begin alike."""
        import numpy as np

        depth = len(pattern.text) - _WORD
        word, mask = pattern.word(depth)
        fits = int(np.searchsorted(self._starts, len(self._words) - depth))
        words = self._words[depth:][self._starts[:fits]]
        self._narrow(np.flatnonzero((words & mask) == word), [pattern], 0, found)

    def _narrow(
        self, lines: "Array", patterns: list[_Pattern], depth: int, found: dict[int, "Array"]
    ) -> None:
        """Tell lines apart by the word at `depth` of the patterns, and by those behind it.

        Parameters
        ----------
        lines : array of int
            The lines' numbers, in order.
        patterns : list of _Pattern
            What is looked for in all of them.
        depth : int
            Where the word begins.
        found : dict
            Where the lines are put that have all of a pattern from `depth` on.
        """
        import numpy as np

        longer = [pattern for pattern in patterns if len(pattern.text) > depth]
        for pattern in patterns:
            if pattern not in longer:
                found[pattern.at] = lines
        if not longer:
            return
        starts = self._starts[lines]
        # Lines too near the end of the bytes cannot hold the word.
        fits = int(np.searchsorted(starts, len(self._words) - depth))
        words = self._words[depth:][starts[:fits]]
        deeper: dict[tuple[np.uint64, np.uint64], list[_Pattern]] = {}
        for pattern in longer:
            deeper.setdefault(pattern.word(depth), []).append(pattern)
        for (word, mask), group in deeper.items():
            fitting = lines[np.flatnonzero((words & mask) == word)]
            self._narrow(fitting, group, depth + _WORD, found)

    def _values(self, lines: "Array", width: int) -> Found:
        """Keep of lines that begin with a name of `width` bytes the first in each event's head."""
        import numpy as np

        events = self._event_of[lines]
        there = (lines < self._heads[events]) & (self._starts[lines] + width <= self._ends[lines])
        if not there.all():
            lines, events = lines[there], events[there]
        first = np.ones(len(lines), bool)
        first[1:] = events[1:] != events[:-1]
        if not first.all():
            lines, events = lines[first], events[first]
        starts, ends = self._starts[lines] + width, self._ends[lines]
        starts = starts + ((starts < ends) & (self._data[starts] == _SPACE))
        return Found(events, starts, ends)


def _slot(word: int) -> int:
    return ((word * _SPREAD) & _ONES) >> (64 - _TABLE_BITS)
