"""Plain events that came together, in the memory that they were received into.

A busy switch sends a thousand events in a piece of 4 MiB. Whoever needs only a few bytes of each can
look at them in place; an `Event` is made only of those that somebody asks for.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, Any, TypeAlias, overload

from switchy_nb.wire import native
from switchy_nb.wire.event import TIME_HEADER, UNDEFINED, Event, Format, decode_value, key_of
from switchy_nb.wire.event import text as text_of
from switchy_nb.wire.reading import Read, Sought, read
from switchy_nb.wire.slab import Slab

#: what a glance tells
GLANCED = ("Event-Name", "Unique-ID")
_AT_A_GLANCE = Sought(GLANCED)
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

#: places in a slab: few of them as a list, many as an array
Places: TypeAlias = "list[int] | Array"


class Batch(Sequence[Event]):
    """Consecutive plain events, in order.

    Parameters
    ----------
    slab : Slab
        What holds them: it stays as it is while somebody holds it.
    starts, ends : list or array of int
        Where in it each event's own bytes begin and end.
    """

    __slots__ = ("_size", "ends", "read", "slab", "starts")

    def __init__(self, slab: Slab, starts: Places, ends: Places) -> None:
        self.slab = slab
        self.starts = starts
        self.ends = ends
        self._size = -1
        #: what somebody has read of them; see `seen`
        self.read: Read | None = None

    @classmethod
    def of(cls, raw: bytes) -> "Batch":
        """Make a batch of a single event's bytes."""
        return cls(Slab(raw), [0], [len(raw)])

    def add(self, slab: Slab, start: int, end: int) -> bool:
        """Add an event that is in the same slab; return whether that could be done."""
        starts, ends = self.starts, self.ends
        if not (slab is self.slab and isinstance(starts, list) and isinstance(ends, list)):
            return False
        starts.append(start)
        ends.append(end)
        self._size = -1
        return True

    def raw(self, at: int) -> bytes:
        """Return one event's bytes."""
        return self.slab.data[self.starts[at] : self.ends[at]]

    def raws(self) -> Iterator[bytes]:
        """Give every event's bytes."""
        data = self.slab.data
        for start, end in zip(_listed(self.starts), _listed(self.ends), strict=True):
            yield data[start:end]

    @property
    def many(self) -> bool:
        """Whether there are so many events that they are read all at once."""
        return len(self) >= _MANY

    def seen(self, sought: Sought) -> Read | None:
        """Return what was read of the events, and read it first, if that has to be done.

        Whoever comes first, the one who tracks them or the one who compresses them, does it for both.

        Returns
        -------
        Read or None
            None where there are few events, or no C to read them.
        """
        known = self.read
        if known is None or not known.sought.does_for(sought):
            # Another thread may put another reading there at any moment: it has its own.
            known = self.read = read(*self.places(), sought) if self.many else None
        return known

    def places(self) -> "tuple[Array, Array]":
        """Return the addresses where each event's bytes begin and end, while this is held."""
        import numpy as np

        place = native.address(self.slab.data)
        return np.asarray(self.starts) + place, np.asarray(self.ends) + place

    @property
    def size(self) -> int:
        """The bytes of its events."""
        if self._size < 0:
            self._size = sum(_listed(self.ends)) - sum(_listed(self.starts))
        return self._size

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


def _listed(places: Places) -> list[int]:
    return places if isinstance(places, list) else places.tolist()


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
        The different names of events, where None is one that a glance does not tell: such an event
        has to be read. And the different legs (``Unique-ID``), where None is that of an event without.
    name_of, leg_of : sequence of int
        Where among those each event's are.
    """

    names: list[str | None]
    legs: list[str | None]
    name_of: Sequence[int]
    leg_of: Sequence[int]

    def __init__(self, batch: Batch, sought: Sought = _AT_A_GLANCE) -> None:
        self._batch = batch
        self._place = native.address(batch.slab.data)
        #: what was read of the events, all at once
        self._seen = batch.seen(sought)
        self._moments: Array | None = None
        #: the headers that were read, in lower case, each with its place among them
        self.keys: Mapping[bytes, int] = {} if self._seen is None else _keys(self._seen.sought)
        #: the different values of texts that somebody has asked for
        self._texts: dict[int, list[str | None]] = {}
        if self._seen is None:
            glances = [_glance(raw) for raw in batch.raws()]
            self.names, self.name_of = _numbered(name for name, _ in glances)
            self.legs, self.leg_of = _numbered(leg for _, leg in glances)
        else:
            self.names = [None if name in _LONG else name for name in self._read_text(0)]
            self.legs = self._read_text(1)
            self.name_of, self.leg_of = self._seen.codes[: len(GLANCED)].tolist()
            if len(set(self.legs)) < len(self.legs):  # one that is spelled in several ways is one
                self.legs, self.leg_of = _numbered([self.legs[leg] for leg in self.leg_of])
            for number, values in zip(sought.numbers, self._seen.numbers, strict=True):
                if number.name == TIME_HEADER:
                    self._moments = values

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

    def get(self, at: int, name: str) -> str | None:
        """Return the value of one event's header; None where it has none."""
        key = key_of(name)
        return self.value(at, key) if key in self.keys else Event(self.raw(at)).get(name)

    def value(self, at: int, key: bytes) -> str | None:
        """Return the value of a header that was read on the way; None where there is none."""
        seen, header = self._seen, self.keys[key]
        assert seen is not None, "without it there are no keys"
        if header < len(seen.codes):
            texts = self._texts.get(header) or self._read_text(header)
            code: int = seen.codes.item(header, at)
            return texts[code]
        start = seen.starts.item(header, at) - self._place
        if start < 0:
            return None
        return decode_value(
            self._batch.slab.data[start : seen.stops.item(header, at) - self._place]
        )

    def moment(self, at: int) -> int:
        """Return when an event was made, as of `Event.moment`."""
        moment = 0 if self._moments is None else self._moments.item(at)
        return moment or Event(self.raw(at)).moment

    def _read_text(self, header: int) -> list[str | None]:
        """The different values of a text; behind them stands what one has that has none: its code is −1."""
        assert self._seen is not None
        texts = self._texts[header] = [*_different(self._seen, header), None]
        return texts


def _numbered(values: Iterable[str | None]) -> tuple[list[str | None], list[int]]:
    """Return different values, and which of them each is."""
    places: dict[str | None, int] = {}
    numbers = [places.setdefault(value, len(places)) for value in values]
    return list(places), numbers


@lru_cache(64)
def _keys(sought: Sought) -> Mapping[bytes, int]:
    return {key_of(name): at for at, name in enumerate(sought.names)}


def _different(seen: Read, at: int) -> list[str]:
    """The different values of a text."""
    if not seen.plain[at]:
        return list(map(decode_value, seen.values(at)))
    offsets = seen.offsets[slice(*seen.span(at))].tolist()
    text = seen.text[offsets[0] : offsets[-1]].tobytes().decode("ascii")
    return [text[a - offsets[0] : b - offsets[0]] for a, b in pairwise(offsets)]


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
        seen = self._seen  # another thread may settle it at any moment
        if self._bytes is None and seen is not None:
            self._bytes = seen.raw(self._at)
        assert self._bytes is not None, "else it has not been settled"
        return self._bytes

    def settle(self) -> None:
        """Have bytes of its own, and hold on to nothing else."""
        _ = self.raw
        self._seen = None

    @property
    def moment(self) -> int:
        """When the switch made it, by its own clock: µs since the epoch; 0 if that is unknown."""
        seen = self._seen
        return super().moment if seen is None else seen.moment(self._at)

    def _first(self, name: str) -> str | None:
        key, seen, sought = key_of(name), self._seen, self._sought
        if sought is not None and key in sought:
            return sought[key]
        if seen is None or sought is None or key not in seen.keys:
            return super()._first(name)
        value = sought[key] = seen.value(self._at, key)
        return value


def _glance(raw: bytes) -> tuple[str | None, str | None]:
    """Look at one event for no more than its name and its leg, in FreeSWITCH's own spelling."""
    find = raw.find
    first = find(b"\n")
    name, bodiless = _glanced(raw[:first]) if first >= 0 else (None, False)
    at = find(_LEG)
    if at < 0:
        # it may be spelled otherwise, and then the event has to be read
        other = name is not None and b"unique-id:" in raw.lower()
        return (None, Event(raw).get("Unique-ID")) if other else (name, None)
    stop = find(b"\n", at + _AFTER_LEG)
    leg = raw[at + _AFTER_LEG : stop if stop >= 0 else None]
    if b"%" in leg or leg == UNDEFINED or not (bodiless or find(b"\n\n", 0, at + 1) < 0):
        return None, Event(raw).get("Unique-ID")
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
