"""The legs of a switch, as its listener tracks them, taken into a `Book` a few times a second.

Legs are told of on the listener's thread; everything else happens on the panels' own.
"""

import itertools
import time
import weakref
from collections import deque
from collections.abc import Collection, Iterable
from typing import NamedTuple

from switchy_nb.errors import SwitchyError
from switchy_nb.events import Events, event_time
from switchy_nb.listener import EventListener
from switchy_nb.models import Call
from switchy_nb.panels.book import DIRECTIONS, Book, Leg
from switchy_nb.panels.text import plain
from switchy_nb.plots.style import STATES, State
from switchy_nb.recording.fields import Kind, Needles
from switchy_nb.recording.segment import Segment
from switchy_nb.session import Session
from switchy_nb.waiting import Waiter
from switchy_nb.wire import Event, Format

#: Legs that are over are kept until so many came after them.
KEPT = 2000
#: The end of a leg is told by its last few events, one of which has its score.
_LAST = 4
_MOS = "variable_rtp_audio_in_mos"
#: What is shown of a leg from its first event: sought at once, since hundreds may come in a second.
_BIRTH = Needles(
    [
        "Caller-Caller-ID-Name",
        "Caller-Caller-ID-Number",
        "Call-Direction",
        "Caller-Destination-Number",
    ]
)


class Arrival(NamedTuple):
    """A new leg, its call (which may be over before anybody looks), and its first event."""

    session: Session
    call: Call
    birth: Event


class Arrivals(Waiter[bool]):
    """Looks, after every event of a listener, whether it is the first of a new leg.

    A poll would miss the legs that come and go between two of its looks. It is registered as a
    wait that never ends, and must cost nothing: one comparison an event. The first event itself is
    at hand then, and would have to be unpacked later.
    """

    def __init__(self, listener: EventListener) -> None:
        super().__init__(lambda: False)
        self._listener = listener
        self._newest: Session | None = None
        self._arrived: deque[Arrival] = deque()

    def check(self) -> bool:
        """Take the newest leg, if it was not seen before."""
        try:
            newest = next(reversed(self._listener.sessions.values()), None)
        except RuntimeError:
            # Another thread than the listener's own tries the waits, while that one takes an
            # event in: it tries them again when it is done with it.
            return False
        if newest is not None and newest is not self._newest:
            self._newest = newest
            birth = read_events([(newest.events, 0)])[0]
            self._arrived.append(Arrival(newest, newest.call, birth))
        return False

    def fail(self, error: SwitchyError) -> None:
        """Go on watching: a link that was lost may come back."""

    def take(self) -> list[Arrival]:
        """Return the legs that came since the last time."""
        return [self._arrived.popleft() for _ in range(len(self._arrived))]


class LiveBook(Book):
    """Every leg of a switch that is up, and the last ones that ended.

    Parameters
    ----------
    listener : EventListener
        Who tracks them.
    """

    def __init__(self, listener: EventListener) -> None:
        super().__init__()
        self.arrivals = Arrivals(listener)
        self._listener = listener
        self._numbers = itertools.count()
        self._call_numbers: weakref.WeakKeyDictionary[Call, int] = weakref.WeakKeyDictionary()
        #: those that may still change
        self._open: dict[str, Leg] = {}
        self._over: deque[Leg] = deque()

    def open(self) -> None:
        """Begin to watch; take in the legs that are up already."""
        self._listener.callbacks.watch(self.arrivals)
        sessions = list(self._listener.sessions.values())
        calls = [session.call for session in sessions]
        births = read_events((session.events, 0) for session in sessions)
        arrived = zip(sessions, calls, births, strict=True)
        self._take(list(itertools.starmap(Arrival, arrived)), ())

    def close(self) -> None:
        """Watch no more."""
        self._listener.callbacks.unwatch(self.arrivals)

    def refresh(self, groups: Collection[str] = ()) -> None:
        """Take in what happened since the last time; `groups` are the loaded app groups."""
        self._take(self.arrivals.take(), groups)
        self._read_all(
            (leg, leg.session)
            for leg in list(self._open.values())
            if leg.session is not None
            and (len(leg.session.events) != leg.events or leg.session.ended)
        )
        while len(self._over) > KEPT:
            self.drop(self._over.popleft())

    def _take(self, arrived: list[Arrival], groups: Collection[str]) -> None:
        taken: list[tuple[Leg, Session]] = []
        for new in arrived:
            if self.find(new.session.uuid) is None:
                leg = self._leg_of(new, groups)
                self.add(leg)
                self._open[leg.uuid] = leg
                taken.append((leg, new.session))
        self._read_all(taken)

    def _leg_of(self, new: Arrival, groups: Collection[str]) -> Leg:
        session, _, birth = new
        kind = Kind.JSON if birth.fmt is Format.JSON else Kind.PLAIN
        name, number, said, to = (value or "" for value in _BIRTH.find(birth.raw, kind))
        call = self._call_numbers.get(new.call)
        if call is None:
            call = self._call_numbers[new.call] = next(self._numbers)
        return Leg(
            session.uuid,
            call,
            direction=DIRECTIONS.get(said, plain(said, 12)),
            sender=plain(f"{name} <{number}>" if name and number else name or number, 80),
            to=plain(to, 80),
            app=plain(session.cid, 40) if session.cid in groups else "",
            session=session,
        )

    def _read_all(self, legs: Iterable[tuple[Leg, Session]]) -> None:
        known = [(leg, session, len(session.events)) for leg, session in legs]
        newest = read_events((session.events, count - 1) for _, session, count in known)
        for (leg, session, count), event in zip(known, newest, strict=True):
            self._read(leg, session, count, event)

    def _read(self, leg: Leg, session: Session, count: int, newest: Event) -> None:
        if not leg.events:
            # How old it was when it was first seen counts by the switch's clock, the rest by
            # ours: the two need not agree.
            age = event_time(newest) - (session.times["create"] or 0.0)
            leg.began = time.monotonic() - max(0.0, age)
        leg.events = count
        before = leg.state
        leg.state = state_of(session, newest, before)
        leg.answered = session.answered
        leg.codec = plain(newest.get("Channel-Read-Codec-Name") or "", 16) or leg.codec
        ended = leg.over and before is not State.HUNG_UP
        if ended:
            leg.ended = time.monotonic()
        if leg.over and not leg.cause:
            leg.cause = plain(newest.get("Hangup-Cause") or session.hangup_cause or "", 40)
        if session.ended:
            leg.mos = _score(session)
            # only its record is kept: its events would take a hundred kilobytes
            leg.session = None
            del self._open[leg.uuid]
            self._over.append(leg)
        self.changed(leg, ended=ended)


def read_events(wanted: Iterable[tuple[Events, int]]) -> list[Event]:
    """Read events of many legs, each by its leg's events and its number there, counted from 0.

    What is compressed is opened once for all of them, and nothing is kept.
    """
    places = list(wanted)
    found: list[Event | None] = []
    compressed: dict[Segment, list[tuple[int, int]]] = {}
    for events, at in places:
        event, row = events.where(at)
        if isinstance(event, Event):
            found.append(event)
            continue
        segment = event.settled
        if segment is None:
            found.append(Event(event.raw(row)))
        else:
            compressed.setdefault(segment, []).append((len(found), event.at + row))
            found.append(None)
    for segment, mine in compressed.items():
        rows = segment.pick(place for _, place in mine)
        for (n, _), (raw, _) in zip(mine, rows, strict=True):
            found[n] = Event(raw)
    return [event for event in found if event is not None]


def state_of(session: Session, newest: Event, before: State = State.TRYING) -> State:
    """Return what a leg is doing, as the figures call it.

    Parameters
    ----------
    session : Session
        The leg.
    newest : Event
        Its newest event.
    before : State
        What it was doing, if that event does not tell.
    """
    if session.hungup:
        return State.HUNG_UP
    said = STATES.get(newest.get("Channel-Call-State") or "", before)
    if session.answered:
        # the event of the answer comes before the call state that it causes
        return said if said is State.HELD else State.UP
    return State.RINGING if said is State.TRYING and session.ringing else said


def _score(session: Session) -> float | None:
    for at in range(min(_LAST, len(session.events))):
        event = session.events[at]
        # most have none, and to be sure of that takes far longer than to look for the bytes
        if _MOS.encode() in event.raw and (text := event.get(_MOS)):
            try:
                score = float(text)
            except ValueError:
                return None
            return score if 0 < score <= 5 else None  # ITU-T P.800; 0 is FreeSWITCH's "none"
    return None
