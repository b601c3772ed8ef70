"""What a switch does by itself now and then: the HEARTBEAT, and its modules' housekeeping.

FreeSWITCH's scheduler does it, as its first three tasks, and tells of each repetition. Two of them
began before there was a table to list them in, which is why ``show tasks`` knows the third alone.
"""

import weakref
from collections.abc import Callable
from typing import TYPE_CHECKING

from switchy_nb.simswitch import events
from switchy_nb.simswitch.commands.system import FULL_VERSION, uptime_words
from switchy_nb.simswitch.scheduler import Task

if TYPE_CHECKING:
    from switchy_nb.simswitch.core import Core


#: the tasks that no list shows: what they are called, and every how many seconds they come
_HEARTBEAT = Task(1, "heartbeat", "core", 0, 20)
_CHECK_IP = Task(2, "check_ip", "core", 0, 60)
#: every how many seconds what nobody holds any more is taken out of the limits
_CLEANUP = 900


def begin(core: "Core") -> None:
    """Begin all that comes by itself."""
    _wait(core, core.timing.heartbeat, _beat)
    _wait(core, _CHECK_IP.repeat, _check_ip)

    def clean() -> None:
        core.stores.forget_stale(core.clock.now() // 1_000_000)

    due = core.clock.now() // 1_000_000 + _CLEANUP
    core.scheduler.add(due, "limit_hash_cleanup", "mod_hash", clean, repeat=_CLEANUP)


def _wait(core: "Core", seconds: float, then: "Callable[[Core], None]") -> None:
    """Have something done later, unless the switch is another one by then."""

    def run() -> None:
        switch = kept()
        if switch is not None and not switch.over:
            then(switch)

    kept = weakref.ref(core)  # a switch that was restarted is not kept by its own timers
    core.loop.call_later(seconds, run)


def _beat(core: "Core") -> None:
    core.fire(make(core))
    core.scheduler.again(_HEARTBEAT)
    _wait(core, core.timing.heartbeat, _beat)


def _check_ip(core: "Core") -> None:
    core.scheduler.again(_CHECK_IP)
    _wait(core, _CHECK_IP.repeat, _check_ip)


def make(core: "Core") -> events.SwitchEvent:
    """Make one heartbeat."""
    now = len(core.channels)
    rate = core.rate.count(core.loop.time())
    own = [
        ("Event-Info", "System Ready"),
        ("Up-Time", uptime_words(core)),
        ("FreeSWITCH-Version", FULL_VERSION),
        ("Uptime-msec", str((core.clock.now() - core.clock.started) // 1000)),
        ("Session-Count", str(now)),
        ("Max-Sessions", str(core.limits.max_sessions)),
        ("Session-Per-Sec", str(core.limits.sessions_per_second)),
        ("Session-Per-Sec-Last", str(rate)),
        ("Session-Per-Sec-Max", str(core.rate.peak)),
        ("Session-Per-Sec-FiveMin", str(core.rate.peak)),
        ("Session-Since-Startup", str(core.ids.sessions)),
        ("Session-Peak-Max", str(core.peak_sessions)),
        ("Session-Peak-FiveMin", str(core.peak_sessions)),
        ("Idle-CPU", "99.000000"),
    ]
    return core.events.make(events.HEARTBEAT, own)


def shutting_down(core: "Core") -> events.SwitchEvent:
    """Make the event by which a switch says that it leaves."""
    return core.events.make(events.SHUTDOWN, [("Event-Info", "System Shutting Down")])
