"""The legs that panels show, as plain records: those that are up, and those that ended lately.

Where they come from (a listener, a recording) is in `live` and `recorded`. Everything here happens
on the panels' own thread.
"""

import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from switchy_nb.analysis import describe_cause
from switchy_nb.panels.text import plain
from switchy_nb.plots.style import State
from switchy_nb.session import Session

DIRECTIONS = {"outbound": "outbound →", "inbound": "inbound ←"}


@dataclass(slots=True, eq=False)
class Leg:
    """One leg. Texts are fit to be shown: one line, no control characters, still no markup.

    Attributes
    ----------
    uuid : str
        Its id.
    call : int
        The legs of one call have the same number, and later calls have higher ones.
    direction, sender, to, app, codec : str
        Which way, from whom, to whom, whose events it has, and what the media is coded in.
    state : State
        What it is doing.
    cause : str
        FreeSWITCH's word for why it ended; empty while it is up.
    mos : float or None
        The mean opinion score, 1 to 5, where the switch has told it.
    events : int
        How many events it has had.
    answered : bool
        Whether it was ever answered.
    session : Session or None
        What commands it; None if it is gone, or comes out of a recording.
    """

    uuid: str
    call: int
    direction: str = ""
    sender: str = ""
    to: str = ""
    app: str = ""
    codec: str = ""
    state: State = State.TRYING
    cause: str = ""
    mos: float | None = None
    events: int = 0
    answered: bool = False
    session: Session | None = None
    #: when it was created and when it ended, by `time.monotonic`
    began: float = field(default_factory=time.monotonic)
    ended: float | None = None

    @property
    def over(self) -> bool:
        """Whether it was hung up."""
        return self.state is State.HUNG_UP

    @property
    def age(self) -> float:
        """Seconds from its creation until now, or until it was hung up."""
        return (time.monotonic() if self.ended is None else self.ended) - self.began

    @property
    def words(self) -> str:
        """Its state in words, with the cause of its end: ``hung up: USER_BUSY``."""
        if not self.over:
            return self.state.value
        return f"{self.state.value}: {self.cause or 'no cause'}"

    @property
    def why(self) -> str:
        """Why it ended, in plain words; empty while it is up."""
        return plain(describe_cause(self.cause), 120) if self.over else ""

    @property
    def title(self) -> str:
        """What to call it in a sentence: ``outbound → from Ann <12> to doggy``."""
        return f"{self.direction} from {self.sender or 'nobody'} to {self.to or 'nowhere'}".strip()


class Book:
    """Legs by their ids, in the order in which they came, and which of them are one call.

    Attributes
    ----------
    version : int
        Grows whenever a leg came, changed or went.
    moves : int
        Grows whenever a leg came or went.
    """

    def __init__(self) -> None:
        self.version = self.moves = 0
        self._legs: dict[str, Leg] = {}
        self._calls: dict[int, list[Leg]] = {}
        self._up = 0

    def add(self, leg: Leg) -> None:
        """Add a leg."""
        self._legs[leg.uuid] = leg
        self._calls.setdefault(leg.call, []).append(leg)
        self._up += not leg.over
        self.version += 1
        self.moves += 1

    def drop(self, leg: Leg) -> None:
        """Let go of a leg that is over."""
        del self._legs[leg.uuid]
        legs = self._calls[leg.call]
        legs.remove(leg)
        if not legs:
            del self._calls[leg.call]
        self.version += 1
        self.moves += 1

    def changed(self, leg: Leg, *, ended: bool = False) -> None:
        """Take note that a leg is not what it was."""
        self._up -= ended
        self.version += 1

    def find(self, uuid: str | None) -> Leg | None:
        """Return a leg, if it is known (still)."""
        return self._legs.get(uuid or "")

    def of_call(self, leg: Leg) -> list[Leg]:
        """Return all known legs of the same call, in the order in which they came."""
        return self._calls.get(leg.call, [leg])

    def calls(self) -> Iterable[list[Leg]]:
        """Return the legs of each call, the call that came first ahead."""
        return self._calls.values()

    @property
    def up(self) -> int:
        """How many legs are up."""
        return self._up

    def __iter__(self) -> Iterator[Leg]:
        return iter(self._legs.values())

    def __len__(self) -> int:
        return len(self._legs)
