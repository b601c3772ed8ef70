"""The HEARTBEAT event, by which a switch says now and then that it lives and how busy it is."""

from typing import TYPE_CHECKING

from switchy_nb.simswitch import events
from switchy_nb.simswitch.commands.system import VERSION, uptime_words

if TYPE_CHECKING:
    from switchy_nb.simswitch.core import Core


def begin(core: "Core") -> None:
    """Fire the first heartbeat in due time, and go on."""
    core.loop.call_later(core.timing.heartbeat, _beat, core)


def _beat(core: "Core") -> None:
    core.fire(make(core))
    begin(core)


def make(core: "Core") -> events.SwitchEvent:
    """Make one heartbeat."""
    now = len(core.channels)
    rate = core.rate.count(core.loop.time())
    own = [
        ("Event-Info", "System Ready"),
        ("Up-Time", uptime_words(core)),
        ("FreeSWITCH-Version", VERSION),
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
