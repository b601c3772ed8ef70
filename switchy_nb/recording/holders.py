"""Those who hold on to rows that a recording lets go of, such as legs that failed and are listed.

They hold rows where they are recorded, which is in segments of thousands. So that a few rows do not
keep whole segments in memory, each gets its own rows' bytes when their segment is let go of.
"""

import threading
import weakref
from collections.abc import Mapping
from typing import Protocol

from switchy_nb.recording.segment import Segment


class Holder(Protocol):
    """Somebody who holds on to rows, each of which has a number there."""

    def held(self, first: int) -> dict[Segment, dict[int, int]]:
        """Return which segments it holds on to that end before row `first` of the recording.

        Each with the numbers of its rows, and their places in the segment. It is asked for each of
        them only once.
        """

    def keep(self, raws: Mapping[int, bytes]) -> None:
        """Hold the bytes of these rows, by their numbers, instead of their segment."""


class Holders:
    """All who hold on to rows of one recording, as long as anybody holds on to them."""

    def __init__(self) -> None:
        self._holders: weakref.WeakSet[Holder] = weakref.WeakSet()
        self._lock = threading.Lock()

    def add(self, holder: Holder) -> None:
        """Take note of one more."""
        with self._lock:
            self._holders.add(holder)

    def let_go(self, first: int) -> None:
        """Give them what they hold of segments before row `first`; each segment is opened once."""
        with self._lock:
            holders = list(self._holders)
        held: dict[Segment, list[tuple[Holder, dict[int, int]]]] = {}
        for holder in holders:
            for segment, rows in holder.held(first).items():
                held.setdefault(segment, []).append((holder, rows))
        for segment, wanted in held.items():
            found = iter(segment.pick(place for _, rows in wanted for place in rows.values()))
            for holder, rows in wanted:
                holder.keep({n: next(found)[0] for n in rows})
