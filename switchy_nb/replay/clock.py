"""How far a replay is: seconds of the recording, that pass faster, slower or not at all."""

import asyncio
import time
from collections.abc import Callable
from typing import Protocol


class Handle(Protocol):
    """Something that is due later."""

    def cancel(self) -> None:
        """Have it not done."""


class Timer(Protocol):
    """What time it is outside, and who calls when it is later. Tests bring their own."""

    def now(self) -> float:
        """Return seconds that never fall."""

    def call_later(
        self, loop: asyncio.AbstractEventLoop, seconds: float, what: Callable[[], None]
    ) -> Handle:
        """Have something called on a loop's thread after some seconds."""


class WallTimer:
    """The time that passes for everybody."""

    def now(self) -> float:
        """Return seconds that never fall."""
        return time.monotonic()

    def call_later(
        self, loop: asyncio.AbstractEventLoop, seconds: float, what: Callable[[], None]
    ) -> Handle:
        """Have something called on a loop's thread after some seconds."""
        return loop.call_later(seconds, what)


class Clock:
    """A position in the recording, that moves on while the clock runs.

    Changed on one thread; read on any.

    Parameters
    ----------
    timer : Timer
        The time outside.
    speed : float
        Seconds of the recording for one outside.
    """

    def __init__(self, timer: Timer, speed: float) -> None:
        self._timer = timer
        #: position, when that was (None while it stands), speed: one object, so that a reader on
        #: another thread never sees half of a change
        self._state: tuple[float, float | None, float] = (0.0, None, speed)

    @property
    def position(self) -> float:
        """Seconds since the recording's start."""
        position, since, speed = self._state
        return position if since is None else position + (self._timer.now() - since) * speed

    @property
    def running(self) -> bool:
        """Whether it moves on."""
        return self._state[1] is not None

    @property
    def speed(self) -> float:
        """Seconds of the recording for one outside."""
        return self._state[2]

    @speed.setter
    def speed(self, speed: float) -> None:
        now = self._timer.now() if self.running else None
        self._state = (self.position, now, speed)

    def run(self) -> None:
        """Move on from here."""
        if not self.running:
            self._state = (self._state[0], self._timer.now(), self.speed)

    def hold(self) -> None:
        """Stand still."""
        self._state = (self.position, None, self.speed)

    def move(self, position: float) -> None:
        """Be elsewhere; it runs on if it ran."""
        now = self._timer.now() if self.running else None
        self._state = (position, now, self.speed)

    def call_at(
        self, loop: asyncio.AbstractEventLoop, position: float, what: Callable[[], None]
    ) -> Handle:
        """Have something called when a position will be reached, if nothing changes until then."""
        seconds = max(position - self.position, 0.0) / self.speed
        return self._timer.call_later(loop, seconds, what)
