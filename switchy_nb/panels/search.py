"""Looking through a recording in small steps: the newest rows first, and those that come meanwhile."""

from bisect import bisect_left
from collections import deque
from typing import Protocol

from switchy_nb.recording.finding import Wanted
from switchy_nb.recording.window import Window

#: Rows are found until there are so many; then the oldest make way for those that come.
FOUND = 10_000
#: So many rows are looked at, from the newest back: some 20 s of work.
LOOKED = 2_000_000
#: If more rows came since the last look, it is quicker to begin again.
BEHIND = 20_000
#: Without a filter, so many of the newest rows are listed.
LISTED = 100_000


class Listing(Protocol):
    """Rows to be listed, each at a place that it keeps, oldest first."""

    @property
    def first(self) -> int:
        """The first place."""

    @property
    def end(self) -> int:
        """The place behind the last one."""

    def rows(self, first: int, end: int) -> list[int]:
        """Return the numbers of the rows at some places."""

    def place(self, n: int) -> int | None:
        """Return the place of a row; None if it is not listed."""

    def step(self) -> bool:
        """Look for more, for a short while; return whether there is more to be looked at now."""


class Newest:
    """All rows, or the newest of very many. A row's place is its number."""

    def __init__(self, window: Window) -> None:
        self._window = window
        self.first = self.end = 0
        self.step()

    def rows(self, first: int, end: int) -> list[int]:
        """Return the numbers of the rows at some places."""
        return list(range(first, end))

    def place(self, n: int) -> int | None:
        """Return the place of a row; None if it is not listed."""
        return n if self.first <= n < self.end else None

    def step(self) -> bool:
        """Take in the rows that came."""
        self.end = self._window.end
        self.first = max(self._window.first, self.end - LISTED)
        return False


class Search:
    """Rows that fit; those that are found at last, the oldest, have the lowest places.

    Parameters
    ----------
    window : Window
        Where it looks.
    wanted : Wanted
        What for.

    Attributes
    ----------
    looked : int
        How many rows it has looked at.
    over : bool
        Whether it looks only at what comes.
    """

    def __init__(self, window: Window, wanted: Wanted) -> None:
        self._window = window
        self._wanted = wanted
        self._begin()

    def _begin(self) -> None:
        self._found: deque[int] = deque()
        self.first = self.end = 0
        self._ahead = self._back = self._window.end
        self.looked = 0
        self.over = False

    def stop(self) -> None:
        """Look no further back."""
        self.over = True

    @property
    def whole(self) -> bool:
        """Whether it has looked at everything."""
        return self._back <= self._window.first

    def rows(self, first: int, end: int) -> list[int]:
        """Return the numbers of the rows at some places."""
        return [self._found[at - self.first] for at in range(first, end)]

    def place(self, n: int) -> int | None:
        """Return the place of a row; None if it is not listed."""
        at = bisect_left(self._found, n)
        there = at < len(self._found) and self._found[at] == n
        return self.first + at if there else None

    def step(self) -> bool:
        """Look at what came, and at one more segment of what was there before."""
        if self._window.end - self._ahead > BEHIND:
            self._begin()
        self._look_ahead()
        if not self.over:
            self._look_back()
        return not self.over

    def _look_ahead(self) -> None:
        end = self._window.end
        for segment in self._window.segments(self._ahead, end):
            upto = min(end, segment.first + len(segment))
            found = self._wanted.rows(segment, self._ahead, upto)
            self._found.extend(found.tolist())
            self.end += len(found)
            self.looked += upto - self._ahead
            self._ahead = upto
        while len(self._found) > FOUND:
            self._found.popleft()
            self.first += 1
            self.over = True

    def _look_back(self) -> None:
        first = self._window.first
        segments = self._window.segments(first, self._back)
        if segments:
            segment = segments[-1]
            since = max(segment.first, first)
            found = self._wanted.rows(segment, since, self._back)
            self._found.extendleft(found[::-1].tolist())
            self.first -= len(found)
            self.looked += self._back - since
            self._back = since
        if not segments or self.whole or self.looked >= LOOKED or len(self._found) >= FOUND:
            self.over = True
