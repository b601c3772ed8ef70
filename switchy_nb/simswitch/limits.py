"""How many sessions a switch takes, and how many began: what ``fsctl`` sets and ``status`` shows.

The rules are those of ``switch_core_session_request_uuid`` and of mod_sofia's INVITE handler, and
were seen on a FreeSWITCH 1.11.1: a second that may begin N sessions begins N - 1; an outgoing call
is refused when the sessions would be more than the limit, an incoming one already when they are as
many.
"""

from collections import deque
from dataclasses import dataclass, field

from switchy_nb.simswitch.calls.states import Direction


@dataclass
class Limits:
    """What ``fsctl`` shows and sets."""

    max_sessions: int = 10_000
    sessions_per_second: int = 1000
    log_level: int = 4
    default_dtmf: int = 2000
    #: ``fsctl pause``: no new calls in this direction
    inbound_paused: bool = False
    outbound_paused: bool = False


@dataclass
class Rate:
    """Counts what began within the last second."""

    stamps: deque[float] = field(default_factory=deque)
    peak: int = 0

    def count(self, now: float) -> int:
        """Count what began within the second before `now`."""
        while self.stamps and self.stamps[0] <= now - 1.0:
            self.stamps.popleft()
        return len(self.stamps)

    def add(self, now: float) -> None:
        """Note that something began."""
        self.stamps.append(now)
        self.peak = max(self.peak, self.count(now))


class Admission:
    """Lets sessions begin, as long as the limits allow.

    Parameters
    ----------
    limits : Limits
        The limits, which may change meanwhile.
    """

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._second = -1
        self._left = 0

    def refill(self) -> None:
        """Begin a new second now, so that a limit that has changed holds at once."""
        self._second = -1

    def admits(self, direction: Direction, sessions: int, now: float) -> bool:
        """Say whether one more session may begin; asking counts, as it does in FreeSWITCH.

        Parameters
        ----------
        direction : Direction
            Which way its call goes.
        sessions : int
            How many there are.
        now : float
            The switch's time, in seconds.
        """
        limits = self._limits
        inbound = direction is Direction.INBOUND
        if limits.inbound_paused if inbound else limits.outbound_paused:
            return False
        if inbound and sessions >= limits.max_sessions:  # mod_sofia looks before it asks
            return False
        if int(now) != self._second:
            self._second, self._left = int(now), limits.sessions_per_second
        self._left -= 1
        return self._left > 0 and sessions < limits.max_sessions
