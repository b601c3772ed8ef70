"""Plain events that came together, in the memory that they were received into.

A busy switch sends a thousand events in a piece of 4 MiB. Whoever needs only a few bytes of each can
look at them in place; an `Event` is made only of those that somebody asks for.
"""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import overload

from switchy_nb.wire import native
from switchy_nb.wire.event import UNDEFINED, Event, decode_value
from switchy_nb.wire.event import text as text_of
from switchy_nb.wire.slab import Slab

#: How FreeSWITCH writes an event's name and its leg's id; other spellings are read the long way.
_NAME = b"Event-Name: "
_LEG = b"\nUnique-ID: "
#: Of fewer events than this each is looked at alone.
_MANY = 16
_AFTER_NAME, _AFTER_LEG = len(_NAME), len(_LEG)
#: Names that say that there is more to read: a subclass, or a second name.
_LONG = frozenset({"CUSTOM", "COMMAND", "", UNDEFINED.decode()})


class Batch(Sequence[Event]):
    """Consecutive plain events, in order.

    Parameters
    ----------
    slab : Slab
        What holds them: it stays as it is while somebody holds it.
    starts, ends : list of int
        Where in it each event's own bytes begin and end.
    """

    __slots__ = ("ends", "slab", "starts")

    def __init__(self, slab: Slab, starts: list[int], ends: list[int]) -> None:
        self.slab = slab
        self.starts = starts
        self.ends = ends

    @classmethod
    def of(cls, raw: bytes) -> "Batch":
        """Make a batch of a single event's bytes."""
        return cls(Slab(raw), [0], [len(raw)])

    def raw(self, at: int) -> bytes:
        """Return one event's bytes."""
        return self.slab.data[self.starts[at] : self.ends[at]]

    def raws(self) -> Iterator[bytes]:
        """Give every event's bytes."""
        data = self.slab.data
        for start, end in zip(self.starts, self.ends, strict=True):
            yield data[start:end]

    @property
    def size(self) -> int:
        """The bytes of its events."""
        return sum(self.ends) - sum(self.starts)

    def cut(self, first: int, end: int) -> "Batch":
        """Return some of it, without copying a byte."""
        return Batch(self.slab, self.starts[first:end], self.ends[first:end])

    def __len__(self) -> int:
        return len(self.starts)

    @overload
    def __getitem__(self, at: int) -> Event: ...

    @overload
    def __getitem__(self, at: slice) -> list[Event]: ...

    def __getitem__(self, at: int | slice) -> Event | list[Event]:
        if isinstance(at, slice):
            return [self[n] for n in range(*at.indices(len(self)))]
        return Event(self.raw(at))

    def __iter__(self) -> Iterator[Event]:
        return map(Event, self.raws())

    def __repr__(self) -> str:
        return f"<Batch of {len(self)} events, {self.size} bytes>"


class Glimpses:
    """What is seen of a batch's events at a glance.

    Parameters
    ----------
    batch : Batch
        The events.
    headers : tuple of str
        Headers that will be asked for; where there are many events, they are looked up on the way.
    """

    def __init__(self, batch: Batch, headers: tuple[str, ...] = ()) -> None:
        self._batch = batch
        self._keys: list[bytes] = []
        self._values: list[tuple[list[int], list[int]]] = []
        if len(batch) >= _MANY:
            self._find(("Event-Name", "Unique-ID", *headers))

    def __iter__(self) -> Iterator[tuple[str | None, str | None]]:
        """Give the events' names and legs, in order.

        Yields
        ------
        name : str or None
            An event's name; None where a glance does not tell, and the event has to be read.
        leg : str or None
            Its ``Unique-ID``; None where it has none.
        """
        return self._found() if self._keys else map(_glance, self._batch.raws())

    def event(self, at: int, name: str | None, leg: str | None) -> Event:
        """Return one event, whose name and leg a glance told."""
        raw = self._batch.raw(at)
        if name is None:
            return Event(raw)
        known: dict[bytes, str | None] = {}
        for key, (starts, ends) in zip(self._keys, self._values, strict=True):
            start = starts[at]
            known[key] = (
                None if start < 0 else decode_value(self._batch.slab.data[start : ends[at]])
            )
        known[b"unique-id"] = leg
        return Event.glanced(raw, name, known)

    def _find(self, headers: tuple[str, ...]) -> None:
        import numpy as np

        batch = self._batch
        data = np.frombuffer(batch.slab.data, "uint8")
        found = native.find(data, np.array(batch.starts), np.array(batch.ends), headers)
        if found is not None:
            starts, ends = found
            self._keys = [h.encode("utf-8", "surrogateescape").lower() for h in headers]
            self._values = list(zip(starts.tolist(), ends.tolist(), strict=True))

    def _found(self) -> Iterator[tuple[str | None, str | None]]:
        data, names, legs = self._batch.slab.data, dict[bytes, str | None](), dict[bytes, str]()
        for name_at, name_end, leg_at, leg_end in zip(
            *self._values[0], *self._values[1], strict=True
        ):
            if name_at < 0:
                yield None, None
                continue
            raw = data[name_at:name_end]
            if raw not in names:
                text = decode_value(raw)
                names[raw] = None if text in _LONG else text
            if leg_at < 0:
                yield names[raw], None
                continue
            leg = data[leg_at:leg_end]
            if leg not in legs:
                legs[leg] = decode_value(leg)
            yield names[raw], legs[leg]


def _glance(raw: bytes) -> tuple[str | None, str | None]:
    """Look at one event for no more than its name and its leg, in FreeSWITCH's own spelling."""
    find = raw.find
    first = find(b"\n")
    name, bodiless = _glanced(raw[:first]) if first >= 0 else (None, False)
    at = find(_LEG)
    if at < 0:
        # it may be spelled otherwise, and then the event has to be read
        other = name is not None and b"unique-id:" in raw.lower()
        return None if other else name, None
    stop = find(b"\n", at + _AFTER_LEG)
    leg = raw[at + _AFTER_LEG : stop if stop >= 0 else None]
    if b"%" in leg or leg == UNDEFINED or not (bodiless or find(b"\n\n", 0, at + 1) < 0):
        name = None
    return name, text_of(leg)


@lru_cache(1024)
def _glanced(line: bytes) -> tuple[str | None, bool]:
    """Read the first line as an event's name: None if it is no plain one; and if it has no body.

    FreeSWITCH gives no body to the events of a channel, so that none can hold a stranger's headers.
    """
    if not line.startswith(_NAME) or b"%" in line:
        return None, False
    name = line[_AFTER_NAME:].decode("utf-8", "surrogateescape")
    return None if name in _LONG else name, name.startswith("CHANNEL_")
