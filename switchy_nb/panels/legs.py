"""The legs that a panel knows: those that are up, and those that ended lately.

Legs are told of on the listener's thread; everything else here happens on the panel's own.
"""

import time
from collections import OrderedDict, deque
from collections.abc import Iterable
from dataclasses import dataclass

from switchy_nb.analysis import describe_cause
from switchy_nb.errors import SwitchyError
from switchy_nb.listener import EventListener
from switchy_nb.panels.text import plain, span
from switchy_nb.plots.style import STATES, State
from switchy_nb.session import Session
from switchy_nb.waiting import Waiter

#: Legs that are over are kept until so many came after them.
KEPT = 50
#: A page gets so many rows at most: more take longer to send than anybody takes to read them.
SHOWN = 200
_DIRECTIONS = {"outbound": "outbound →", "inbound": "inbound ←"}


class Arrivals(Waiter[bool]):
    """Looks, after every event of a listener, whether it is the first of a new leg.

    A poll would miss the legs that come and go between two of its looks. It is registered as a
    wait that never ends, and must cost nothing: one comparison an event.
    """

    def __init__(self, listener: EventListener) -> None:
        super().__init__(lambda: False)
        self._listener = listener
        self._newest: Session | None = None
        self._arrived: deque[Session] = deque()
        #: grows with every event, so that who paints knows whether to look at all
        self.events = 0

    def check(self) -> bool:
        """Take the newest leg, if it was not seen before."""
        self.events += 1
        try:
            newest = next(reversed(self._listener.sessions.values()), None)
        except RuntimeError:
            # Another thread than the listener's own tries the waits, while that one takes an
            # event in: it tries them again when it is done with it.
            return False
        if newest is not None and newest is not self._newest:
            self._newest = newest
            self._arrived.append(newest)
        return False

    def fail(self, error: SwitchyError) -> None:
        """Go on watching: a link that was lost may come back."""
        self.events += 1

    def take(self) -> list[Session]:
        """Return the legs that came since the last time."""
        return [self._arrived.popleft() for _ in range(len(self._arrived))]


def state_of(session: Session) -> State:
    """Return what a leg is doing, as the figures call it."""
    if session.hungup:
        return State.HUNG_UP
    said = STATES.get(session.get("Channel-Call-State", ""), State.TRYING)
    if session.answered:
        # the event of the answer comes before the call state that it causes
        return said if said is State.HELD else State.UP
    return State.RINGING if said is State.TRYING and session.ringing else said


@dataclass(frozen=True, slots=True)
class Row:
    """One leg, as the list of calls shows it: all of it is text."""

    uuid: str
    state: str
    colour: str
    direction: str
    sender: str
    to: str
    app: str
    age: str
    why: str
    #: whether it is the second or a later leg of its call, whose first one is in the row above
    joined: bool


class Leg:
    """A leg and what a panel adds to it: when it was seen, by this machine's clock."""

    def __init__(self, session: Session) -> None:
        self.session = session
        # How old it was when it was first seen counts by the switch's clock, the rest by ours:
        # the two need not agree.
        self._seen = time.monotonic() - max(0.0, session.uptime)
        self._ended: float | None = None
        birth = list(session.events)[-1]
        name = birth.get("Caller-Caller-ID-Name", "")
        number = birth.get("Caller-Caller-ID-Number", "")
        self.sender = plain(f"{name} <{number}>" if name and number else name or number, 48)
        self.to = plain(birth.get("Caller-Destination-Number", ""), 40)
        said = birth.get("Call-Direction", "")
        self.direction = _DIRECTIONS.get(said, plain(said, 12))

    @property
    def uuid(self) -> str:
        """The leg's id."""
        return self.session.uuid

    @property
    def over(self) -> bool:
        """Whether it was hung up."""
        return self.session.hungup

    @property
    def age(self) -> float:
        """Seconds from its creation until now, or until it was hung up."""
        if self.over and self._ended is None:
            self._ended = time.monotonic()
        return (self._ended or time.monotonic()) - self._seen

    @property
    def cause(self) -> str:
        """Why it ended, in plain words; empty while it is up."""
        return plain(describe_cause(self.session.hangup_cause), 120) if self.over else ""

    def row(self, groups: Iterable[str], *, joined: bool) -> Row:
        """Return it as text; `groups` are the loaded app groups."""
        state = state_of(self.session)
        word = state.value
        if self.over:
            word = f"{word}: {plain(self.session.hangup_cause or 'no cause', 40)}"
        app = self.session.cid if self.session.cid in groups else ""
        return Row(
            uuid=self.uuid,
            state=word,
            colour=state.colour,
            direction=self.direction,
            sender=self.sender,
            to=self.to,
            app=plain(app, 24),
            age=span(self.age),
            why=self.cause,
            joined=joined,
        )


class LegBook:
    """Every leg that is up, and the last ones that ended, in the order in which they came."""

    def __init__(self, listener: EventListener) -> None:
        self._listener = listener
        self.arrivals = Arrivals(listener)
        self._legs: OrderedDict[str, Leg] = OrderedDict()

    def open(self) -> None:
        """Begin to watch; take in the legs that are up already."""
        self._listener.callbacks.watch(self.arrivals)
        self._add(list(self._listener.sessions.values()))

    def close(self) -> None:
        """Watch no more."""
        self._listener.callbacks.unwatch(self.arrivals)

    def refresh(self) -> None:
        """Take in the legs that came, let go of those that ended long ago."""
        self._add(self.arrivals.take())
        over = [uuid for uuid, leg in self._legs.items() if leg.over]
        for uuid in over[: max(0, len(over) - KEPT)]:
            del self._legs[uuid]

    def _add(self, sessions: Iterable[Session]) -> None:
        for session in sessions:
            if session.uuid not in self._legs:
                self._legs[session.uuid] = Leg(session)

    def find(self, uuid: str | None) -> Leg | None:
        """Return a leg, if it is known (still)."""
        return self._legs.get(uuid or "")

    def of_call(self, leg: Leg) -> list[Leg]:
        """Return all known legs of the same call, in the order in which they came."""
        call = leg.session.call
        return [other for other in self._legs.values() if other.session.call is call]

    def __len__(self) -> int:
        return len(self._legs)

    def up(self) -> int:
        """How many of them are up."""
        return sum(not leg.over for leg in self._legs.values())

    def rows(self, groups: Iterable[str]) -> list[Row]:
        """Return the newest `SHOWN` legs as text: newest calls first, a call's legs together."""
        groups = frozenset(groups)
        calls: dict[int, list[Leg]] = {}
        for leg in self._legs.values():
            calls.setdefault(id(leg.session.call), []).append(leg)
        newest = [
            (leg, at > 0) for legs in reversed(calls.values()) for at, leg in enumerate(legs)
        ][:SHOWN]
        return [leg.row(groups, joined=joined) for leg, joined in newest]
