"""Plain events that came together, in the one buffer that they came in.

A busy switch sends a dozen events in a piece of 64 KiB. Whoever needs only a few bytes of each can
look at them in place; an `Event` is made only of those that somebody asks for.
"""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import overload

from switchy_nb.wire.event import Event

#: How FreeSWITCH writes an event's name and its leg's id; other spellings are read the long way.
_NAME = b"Event-Name: "
_LEG = b"\nUnique-ID: "
_AFTER_NAME, _AFTER_LEG = len(_NAME), len(_LEG)
#: Names that say that there is more to read: a subclass, or a second name.
_LONG = frozenset({"CUSTOM", "COMMAND", ""})


class Batch(Sequence[Event]):
    """Consecutive plain events, in order.

    Parameters
    ----------
    buffer : bytes
        What holds them.
    starts, ends : list of int
        Where in it each event's own bytes begin and end.
    """

    __slots__ = ("buffer", "ends", "starts")

    def __init__(self, buffer: bytes, starts: list[int], ends: list[int]) -> None:
        self.buffer = buffer
        self.starts = starts
        self.ends = ends

    @classmethod
    def of(cls, event: Event) -> "Batch":
        """Make a batch of a single plain event."""
        return cls(event.raw, [0], [len(event.raw)])

    def __len__(self) -> int:
        return len(self.starts)

    @overload
    def __getitem__(self, at: int) -> Event: ...

    @overload
    def __getitem__(self, at: slice) -> list[Event]: ...

    def __getitem__(self, at: int | slice) -> Event | list[Event]:
        if isinstance(at, slice):
            return [self[n] for n in range(*at.indices(len(self)))]
        return Event(self.buffer[self.starts[at] : self.ends[at]])

    def __iter__(self) -> Iterator[Event]:
        buffer = self.buffer
        for start, end in zip(self.starts, self.ends, strict=True):
            yield Event(buffer[start:end])

    def __repr__(self) -> str:
        return f"<Batch of {len(self)} events, {len(self.buffer)} bytes>"


def glances(batch: Batch) -> Iterator[tuple[int, int, str | None, str | None]]:
    """Look at each event of a batch for no more than its name and its leg.

    Yields
    ------
    start, end : int
        Where the event's bytes are in the batch's buffer.
    name : str or None
        Its name; None where a glance does not tell, and the event has to be read.
    leg : str or None
        Its ``Unique-ID``, in FreeSWITCH's own spelling; None where it has none.
    """
    buffer = batch.buffer
    find = buffer.find
    for start, end in zip(batch.starts, batch.ends, strict=True):
        name, bodiless = _glanced(buffer[start : find(b"\n", start, end)])
        at = find(_LEG, start, end)
        if at < 0:
            # it may be spelled otherwise, and then the event has to be read
            other = name is not None and b"unique-id:" in buffer[start:end].lower()
            yield start, end, None if other else name, None
            continue
        leg = buffer[at + _AFTER_LEG : find(b"\n", at + _AFTER_LEG, end)]
        if b"%" in leg or not (bodiless or find(b"\n\n", start, at + 1) < 0):
            name = None
        yield start, end, name, leg.decode("utf-8", "surrogateescape")


@lru_cache(1024)
def _glanced(line: bytes) -> tuple[str | None, bool]:
    """Read the first line as an event's name: None if it is no plain one; and if it has no body.

    FreeSWITCH gives no body to the events of a channel, so that none can hold a stranger's headers.
    """
    if not line.startswith(_NAME) or b"%" in line:
        return None, False
    name = line[_AFTER_NAME:].decode("utf-8", "surrogateescape")
    return None if name in _LONG else name, name.startswith("CHANNEL_")
