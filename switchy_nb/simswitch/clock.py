"""Time and chance: the switch's clock, the loop that keeps to it, and where ids and ports come from.

All of it belongs to one switch, so that a seed makes a run repeat, a switch can run faster than the
wall's clock, and no two switches share a state.
"""

import asyncio
import random
import selectors
import string
import time
import uuid

#: FreeSWITCH moves its clock in steps of 20 ms by default (its soft timer's tick)
STEP_US = 20_000

_TAG = string.ascii_letters + string.digits


class Clock:
    """Microseconds since the epoch, exact or in FreeSWITCH's steps.

    Parameters
    ----------
    stepped : bool
        True moves the clock every 20 ms only, as a real switch's does.
    speed : float
        How many of its seconds pass in one second of the wall's clock.
    """

    def __init__(self, *, stepped: bool = False, speed: float = 1.0) -> None:
        self.speed = speed
        self._stepped = stepped
        self._epoch = time.time_ns()
        self._origin = time.monotonic_ns()
        self.started = self.now()

    def _elapsed(self) -> float:
        """Count what has passed for the switch since the clock was made, in ns."""
        return (time.monotonic_ns() - self._origin) * self.speed

    def now(self) -> int:
        """Read the clock, in µs since the epoch. It never goes back."""
        now = int(self._epoch + self._elapsed()) // 1000
        if self._stepped:
            now -= now % STEP_US
        return now

    def restart(self) -> None:
        """Count the switch's uptime from now on."""
        self.started = self.now()

    def seconds(self) -> float:
        """Count what has passed for the switch since the clock was made, in seconds."""
        return self._elapsed() / 1e9


class _Selector(selectors.DefaultSelector):
    """A selector whose timeouts are given in a faster clock's seconds."""

    def __init__(self, speed: float) -> None:
        super().__init__()
        self._speed = speed

    def select(self, timeout: float | None = None) -> "list[tuple[selectors.SelectorKey, int]]":
        """Wait for a socket, or for so many of the clock's seconds."""
        return super().select(None if timeout is None else timeout / self._speed)


class ClockLoop(asyncio.SelectorEventLoop):
    """An event loop that keeps to a switch's clock: its timers run as fast as the clock does.

    The operating system wakes it to the millisecond, so that at a speed of ten a timer may be ten
    of the clock's milliseconds late.

    Parameters
    ----------
    clock : Clock
        What it keeps to.
    """

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        super().__init__(_Selector(clock.speed))

    def time(self) -> float:
        """Read the loop's clock, in seconds since it was made."""
        return self.clock.seconds()


class Ids:
    """Uuids, SIP tags, media ports and the like.

    Parameters
    ----------
    seed : int or None
        None draws from the system; a number makes every run the same.
    """

    def __init__(self, seed: int | None = None) -> None:
        self.chance = random.Random(seed)
        self._session = 0
        self._cseq = self.chance.randrange(100_000_000, 130_000_000)

    def uuid(self) -> str:
        """Draw a random uuid (version 4)."""
        return str(uuid.UUID(int=self.chance.getrandbits(128), version=4))

    def tag(self, length: int = 13) -> str:
        """Draw a SIP tag or a branch."""
        return "".join(self.chance.choices(_TAG, k=length))

    def port(self) -> int:
        """Draw an even port of FreeSWITCH's default media range."""
        return self.chance.randrange(16384, 32768, 2)

    def ssrc(self) -> int:
        """Draw an RTP synchronisation source."""
        return self.chance.randrange(1 << 31, 1 << 32)

    def session(self) -> int:
        """Count a session: the next ``session_id``, from 1."""
        self._session += 1
        return self._session

    def cseq(self) -> int:
        """Count a SIP request: the next CSeq."""
        self._cseq += 1
        return self._cseq

    @property
    def sessions(self) -> int:
        """How many sessions there have been."""
        return self._session
