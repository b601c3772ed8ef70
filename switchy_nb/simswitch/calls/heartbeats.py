"""SESSION_HEARTBEAT: a call that tells now and then that it lives, if it was asked to.

A leg with media counts the frames that it reads, so that a beat takes a frame longer than was
asked for; one without has the scheduler do it, in whole seconds (``switch_core_session.c``). The
heartbeat of the switch itself is in `heartbeat`.
"""

import asyncio
import weakref
from typing import TYPE_CHECKING

from switchy_nb.simswitch import events
from switchy_nb.simswitch.words import atoi, is_true

if TYPE_CHECKING:
    from switchy_nb.simswitch.calls.channel import Channel

_DEFAULT = 60
#: the frame that a beat is late by, in seconds
_FRAME = 0.02
_READ = events.Kind(
    "SESSION_HEARTBEAT", "switch_core_io.c", "switch_core_session_read_frame", 157, variables=True
)
_SCHEDULED = events.Kind(
    "SESSION_HEARTBEAT", "switch_core_session.c", "sch_heartbeat_callback", 1636, variables=True
)
_TASK = "switch_core_session_sched_heartbeat"
#: variables that have the scheduler do it on a leg with media, too
_BY_SCHEDULE = ("heartbeat_use_scheduler", "bypass_media", "bypass_media_after_bridge")


class Heartbeat:
    """The beats of one leg.

    Parameters
    ----------
    channel : Channel
        The leg; it is not kept by its beats.
    """

    def __init__(self, channel: "Channel") -> None:
        self._kept = weakref.ref(channel)
        self._seconds = 0
        self._task = 0
        self._timer: asyncio.TimerHandle | None = None

    def enable(self, seconds: int) -> None:
        """Beat every so many seconds (0: every 60), by frames or by the scheduler."""
        channel = self._kept()
        if channel is None or not channel.up:
            return
        self._seconds = seconds or _DEFAULT
        no_media = not (channel.answered or channel.early) or channel.codec is None
        if no_media or any(is_true(channel.get(name)) for name in _BY_SCHEDULE):
            self.schedule()
            return
        self._stop()
        at_once = is_true(channel.get("heartbeat_fire_on_set"))
        self._wait(_FRAME if at_once else float(self._seconds))

    def schedule(self) -> None:
        """Have the scheduler do it, as often as was last enabled; without that, once and now."""
        channel = self._kept()
        if channel is None or not channel.up:
            return
        self._stop()
        now = channel.core.clock.now() // 1_000_000
        wait = 0 if is_true(channel.get("heartbeat_fire_on_set")) else self._seconds
        self._task = channel.core.scheduler.add(
            now + wait, _TASK, channel.uuid, self._scheduled, repeat=self._seconds
        )

    def disable(self) -> None:
        """Beat no more."""
        self._stop()
        self._seconds = 0

    def _stop(self) -> None:
        channel = self._kept()
        if self._task and channel is not None:
            channel.core.scheduler.delete(number=self._task)
        self._task = 0
        if self._timer is not None:
            self._timer.cancel()
        self._timer = None

    def end(self) -> None:
        """Let the call's end take its beats with it; the scheduler forgets them by their group."""
        if self._timer is not None:
            self._timer.cancel()
        self._timer = None

    def _wait(self, seconds: float) -> None:
        channel = self._kept()
        if channel is not None:
            self._timer = channel.core.loop.call_later(seconds, self._read)

    def _read(self) -> None:
        channel = self._kept()
        if channel is not None and channel.up:
            channel.fire(_READ)
            self._wait(self._seconds + _FRAME)

    def _scheduled(self) -> None:
        channel = self._kept()
        if channel is not None and channel.up:
            channel.fire(_SCHEDULED)


def asked(channel: "Channel") -> None:
    """Begin what ``enable_heartbeat_events`` asks of a leg that is answered."""
    wanted = channel.get("enable_heartbeat_events")
    if wanted:
        seconds = read(wanted)
        if seconds:
            channel.heartbeat.enable(seconds)


def read(text: str) -> int:
    """Read how often: a number of seconds, yes (every 60), or no (0)."""
    if text.lstrip("+-").replace(".", "").isdigit():
        return max(0, atoi(text)) or _DEFAULT
    return _DEFAULT if is_true(text) else 0


async def enable_application(channel: "Channel", data: str) -> None:
    """Have the leg beat every so many seconds: ``enable_heartbeat``, and ``enable_keepalive``."""
    if data and atoi(data) >= 0:
        channel.heartbeat.enable(atoi(data))


async def schedule_application(channel: "Channel", data: str) -> None:
    """Have the scheduler do it, as often as was enabled before."""
    if data and atoi(data) >= 0:
        channel.heartbeat.schedule()
