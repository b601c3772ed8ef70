"""Plain events that came together, in the memory that they were received into.

A busy switch sends a thousand events in a piece of 4 MiB. Whoever needs only a few bytes of each can
look at them in place; an `Event` is made only of those that somebody asks for.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, Any, overload

from switchy_nb.wire import native
from switchy_nb.wire.event import UNDEFINED, Event, Format, decode_value, key_of
from switchy_nb.wire.event import text as text_of
from switchy_nb.wire.reading import Read, Sought, read
from switchy_nb.wire.slab import Slab

#: what a glance tells
GLANCED = ("Event-Name", "Unique-ID")
_LEG_KEY = b"unique-id"
#: How FreeSWITCH writes an event's name and its leg's id; other spellings are read the long way.
_NAME = b"Event-Name: "
_LEG = b"\nUnique-ID: "
#: Of fewer events than this each is looked at alone.
_MANY = 16
_AFTER_NAME, _AFTER_LEG = len(_NAME), len(_LEG)
#: Names that say that there is more to read: a subclass, or a second name.
_LONG = frozenset({"CUSTOM", "COMMAND", "", UNDEFINED.decode()})


if TYPE_CHECKING:
    import numpy as np

    Array = np.ndarray[Any, Any]


class Batch(Sequence[Event]):
    """Consecutive plain events, in order.

    Parameters
    ----------
    slab : Slab
        What holds them: it stays as it is while somebody holds it.
    starts, ends : list of int
        Where in it each event's own bytes begin and end.
    """

    __slots__ = ("ends", "read", "slab", "starts")

    def __init__(self, slab: Slab, starts: list[int], ends: list[int]) -> None:
        self.slab = slab
        self.starts = starts
        self.ends = ends
        #: what somebody has read of them
        self.read: Read | None = None

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

    def places(self) -> "tuple[Array, Array]":
        """Return the addresses where each event's bytes begin and end, while this is held."""
        import numpy as np

        place = native.address(self.slab.data)
        return np.array(self.starts) + place, np.array(self.ends) + place

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
    sought : Sought
        Headers that will be asked for, of which the first are those that a glance tells; where there
        are many events, they are read on the way.

    Attributes
    ----------
    names, legs : list of str or None
        Names of events, where None is one that a glance does not tell: such an event has to be
        read. And legs (``Unique-ID``), where None is that of an event without.
    name_of, leg_of : sequence of int
        Where among those each event's are.
    """

    names: list[str | None]
    legs: list[str | None]
    name_of: Sequence[int]
    leg_of: Sequence[int]

    def __init__(self, batch: Batch, sought: Sought = Sought(GLANCED)) -> None:
        self._batch = batch
        self._place = native.address(batch.slab.data)
        #: what was read of the events, all at once
        self._seen = read(*batch.places(), sought) if len(batch) >= _MANY else None
        #: the headers that were read, in lower case, each with its place among them
        self.keys: Mapping[bytes, int] = {} if self._seen is None else _keys(sought)
        if self._seen is None:
            glances = [_glance(raw) for raw in batch.raws()]
            self.names, self.legs = [name for name, _ in glances], [leg for _, leg in glances]
            self.name_of = self.leg_of = range(len(batch))
        else:
            batch.read = self._seen
            # Behind the values stands what one has that has none: its number is −1.
            self.names = [*map(_short, _texts(self._seen, 0)), None]
            self.legs = [*_texts(self._seen, 1), None]
            self.name_of, self.leg_of = self._seen.codes[: len(GLANCED)].tolist()

    def __iter__(self) -> Iterator[tuple[str | None, str | None]]:
        """Give the events' names and legs, in order."""
        names, legs = self.names, self.legs
        for name, leg in zip(self.name_of, self.leg_of, strict=True):
            yield names[name], legs[leg]

    def event(self, at: int) -> Event:
        """Return one event, of which what was seen is known."""
        name, leg = self.names[self.name_of[at]], self.legs[self.leg_of[at]]
        return Event(self._batch.raw(at)) if name is None else Glanced(self, at, name, leg)

    def raw(self, at: int) -> bytes:
        """Return one event's bytes."""
        return self._batch.raw(at)

    def value(self, at: int, key: bytes) -> str | None:
        """Return the value of a header that was read on the way; None where there is none."""
        seen, header = self._seen, self.keys[key]
        assert seen is not None, "without it there are no keys"
        start, stop = seen.starts.item(header, at), seen.stops.item(header, at)
        place = self._place
        return (
            None if start < 0 else decode_value(self._batch.slab.data[start - place : stop - place])
        )


@lru_cache(64)
def _keys(sought: Sought) -> Mapping[bytes, int]:
    return {key_of(name): at for at, name in enumerate(sought.names)}


def _texts(seen: Read, at: int) -> list[str]:
    """The different values of a text."""
    if not seen.plain[at]:
        return list(map(decode_value, seen.values(at)))
    offsets = seen.offsets[slice(*seen.span(at))].tolist()
    text = seen.text[offsets[0] : offsets[-1]].tobytes().decode("ascii")
    return [text[a - offsets[0] : b - offsets[0]] for a, b in pairwise(offsets)]


def _short(name: str | None) -> str | None:
    """A name that says all that there is to know of which event it is, or None."""
    return None if name in _LONG else name


class Glanced(Event):
    """An event that stays where it was received until somebody asks for more than was seen of it.

    Until `settle` is called it holds on to the memory of all that came with it.
    """

    __slots__ = ("_at", "_bytes", "_seen")

    def __init__(self, seen: Glimpses, at: int, name: str, leg: str | None) -> None:
        self._seen: Glimpses | None = seen
        self._at = at
        # all that the events in general have: there are many, and most live for a moment
        self.fmt = Format.PLAIN
        self._bytes: bytes | None = None
        self._index = self._body = None
        self._name = name
        self._sought = {_LEG_KEY: leg}

    @property
    def raw(self) -> bytes:  # type: ignore[override]
        """The event's own bytes."""
        if self._bytes is None:
            assert self._seen is not None
            self._bytes = self._seen.raw(self._at)
        return self._bytes

    def settle(self) -> None:
        """Have bytes of its own, and hold on to nothing else."""
        _ = self.raw
        self._seen = None

    def _first(self, name: str) -> str | None:
        key, seen, sought = key_of(name), self._seen, self._sought
        if seen is None or sought is None or key not in seen.keys:
            return super()._first(name)
        if key not in sought:
            sought[key] = seen.value(self._at, key)
        return sought[key]


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
