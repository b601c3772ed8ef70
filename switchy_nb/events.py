"""The events of one leg or job, and which of them no wait has taken yet.

They are added on a listener's dispatcher thread; any other thread reads them.
"""

from collections import deque
from collections.abc import Iterator, Mapping
from itertools import accumulate
from typing import TYPE_CHECKING, Any

from switchy_nb.recording.runs import Run
from switchy_nb.wire import Event
from switchy_nb.wire.names import EVENT_NAMES

if TYPE_CHECKING:
    from switchy_nb.recording.segment import Segment

#: the name of the events that go by their subclass
CUSTOM = "CUSTOM"


def event_time(event: Event) -> float:
    """When the switch made an event, in seconds since the epoch by its own clock; 0 if unknown."""
    return event.moment / 1e6


def kind_of(event: Event) -> str:
    """What kind of event it is: its name, or of a CUSTOM event its subclass.

    A subclass that is the name of one of FreeSWITCH's own events makes none of it.
    """
    subclass = event.subclass if event.name == CUSTOM else None
    return event.name if not subclass or subclass in EVENT_NAMES else subclass


class Own:
    """Some events of one leg, compressed, that are nowhere else any more.

    Parameters
    ----------
    raws : mapping
        Their bytes, by their numbers among the leg's events.
    """

    __slots__ = ("_ends", "_packed", "_size")

    def __init__(self, raws: Mapping[int, bytes]) -> None:
        import pyarrow as pa

        self._ends = dict(zip(raws, accumulate(map(len, raws.values())), strict=True))
        whole = b"".join(raws.values())
        self._size = len(whole)
        self._packed: bytes = pa.compress(whole, "zstd", asbytes=True)

    def raws(self) -> dict[int, bytes]:
        """Return all their bytes."""
        import pyarrow as pa

        whole: bytes = pa.decompress(self._packed, self._size, "zstd", asbytes=True)
        found, start = dict[int, bytes](), 0
        for at, end in self._ends.items():
            found[at], start = whole[start:end], end
        return found


class Events:
    """The events of one leg or job, the newest first; a header's value is the newest's.

    Attributes
    ----------
    names : list of str
        The events' names, in the order of their arrival; an event is there before its name.
    """

    __slots__ = ("__weakref__", "_events", "_own", "_rows", "names")

    def __init__(self, event: Event | None = None) -> None:
        #: the oldest first; of one that nobody has read, with what it was recorded, and as which
        #: of them (two lists: a list of pairs keeps the garbage collector busy)
        self._events: list[Event | Run | Own] = []
        self._rows: list[int] = []
        self.names: list[str] = []
        #: so many of the oldest are in no segment of a recording any more
        self._own = 0
        if event is not None:
            self.update(event)

    def update(self, event: Event) -> None:
        """Add an event."""
        self.add(event, 0, event.name)

    def add(self, event: Event | Run, row: int, name: str) -> None:
        """Add an event of a name, or say with what it was recorded, and as which of them."""
        self._rows.append(row)
        self._events.append(event)
        self.names.append(name)

    def shelve(self, event: Event, run: Run, row: int) -> None:
        """Hold no more than where it is recorded of an event that was just added and is done with."""
        if self._events and self._events[-1] is event:
            self._rows[-1] = row
            self._events[-1] = run

    def __len__(self) -> int:
        return len(self._events)

    def arrived(self, at: int) -> Event:
        """The event that came as number `at`, counted from 0."""
        run = self._events[at]
        if not isinstance(run, Run | Own):
            return run
        if isinstance(run, Own):
            for n, raw in run.raws().items():
                self._events[n] = Event(raw)
            return self.arrived(at)
        segment = run.settled
        if segment is None:
            event = self._events[at] = Event(run.raw(self._rows[at]))
            return event
        # What is compressed is opened once for all of this leg that is in there.
        mine = {
            n: other.at + self._rows[n]
            for n, other in enumerate(self._events)
            if isinstance(other, Run) and other.settled is segment
        }
        for n, (raw, _) in zip(mine, segment.pick(mine.values()), strict=True):
            self._events[n] = Event(raw)
        return self.arrived(at)

    def where(self, at: int) -> tuple[Event | Run, int]:
        """Where the event is that came as number `at`: itself, or with what it was recorded, as which."""
        run = self._events[at]
        return Event(run.raws()[at]) if isinstance(run, Own) else run, self._rows[at]

    def peek(self) -> Event:
        """The newest event, read out of what it came in; unlike `arrived`, nothing of it is kept."""
        run, row = self.where(len(self._events) - 1)
        return run if isinstance(run, Event) else Event(run.raw(row))

    def held(self, first: int) -> "dict[Segment, dict[int, int]]":
        """Return which segments it holds on to that end before row `first` of the recording.

        Returns
        -------
        dict
            For each segment, the numbers of its events here (as of `arrived`) and their places there.
        """
        found: dict[Segment, dict[int, int]] = {}
        newest = len(self._events) - 1
        for at in range(self._own, newest + 1):
            run = self._events[at]
            if isinstance(run, Run):
                segment = run.settled
                if segment is None or segment.first + len(segment) > first:
                    break
                found.setdefault(segment, {})[at] = run.at + self._rows[at]
            elif at == newest:
                break  # it may be shelved yet
            self._own = at + 1
        return found

    def keep(self, raws: Mapping[int, bytes]) -> None:
        """Hold some events' bytes, by their numbers here, instead of the segment that they were in."""
        own = Own(raws)
        for at in raws:
            if isinstance(self._events[at], Run):  # else it was read meanwhile
                self._events[at] = own

    def __iter__(self) -> Iterator[Event]:
        # by number, since the dispatcher's thread may add to it meanwhile
        return map(self.arrived, range(len(self._events) - 1, -1, -1))

    def get(self, name: str, default: Any = None) -> Any:
        """The header's value in the newest event that has it (and isn't empty)."""
        for at in range(len(self._events) - 1, -1, -1):
            run = self._events[at]
            if isinstance(run, Run):
                segment = run.settled
                if segment is not None and not segment.has(run.at + self._rows[at], name):
                    continue
            if value := self.arrived(at).get(name):
                return value
        return default

    def __getitem__(self, key: str | int | slice) -> Any:
        if isinstance(key, int):
            return self.arrived(range(len(self._events) - 1, -1, -1)[key])
        if isinstance(key, slice):
            return list(self)[key]
        value = self.get(key)
        if value is None:
            raise KeyError(key)
        return value

    def pprint(self, index: int = 0) -> None:
        """Print the events' headers in the order in which they came."""
        for event in reversed(self[index:]):
            print("\n".join(f"{name}: {value}" for name, value in event.items()), end="\n\n")

    def __repr__(self) -> str:
        return f"{type(self).__name__}({[e.name for e in reversed(list(self))]})"


class Untaken:
    """The events of one leg that no wait has taken yet, by name and by subclass.

    Most are never waited for, so they are looked for only when somebody does; who takes them holds
    the leg's lock.

    Parameters
    ----------
    events : Events
        All events of the leg.
    """

    def __init__(self, events: Events) -> None:
        self._events = events
        #: how many events were looked at for a name, and those that were given back
        self._seen: dict[str, int] = {}
        self._returned: dict[str, deque[Event]] = {}

    def take(self, name: str) -> Event | None:
        """Take the next event of a name, or of a CUSTOM subclass; None if there is none."""
        returned = self._returned.get(name)
        if returned:
            return returned.popleft()
        for at in range(self._seen.get(name, 0), len(self._events.names)):
            self._seen[name] = at + 1
            if self._fits(at, name):
                return self._events.arrived(at)
        return None

    def put_back(self, name: str, event: Event) -> None:
        """Give back what was taken last: the next wait has it."""
        self._returned.setdefault(name, deque()).appendleft(event)

    def __getitem__(self, name: str) -> list[Event]:
        """All events that a wait for this name could take now."""
        later = range(self._seen.get(name, 0), len(self._events.names))
        fitting = [self._events.arrived(at) for at in later if self._fits(at, name)]
        return [*self._returned.get(name, ()), *fitting]

    def _fits(self, at: int, name: str) -> bool:
        named = self._events.names[at]
        if named == name:
            return True
        return named == CUSTOM and kind_of(self._events.arrived(at)) == name
