"""Commands about the switch: status, version, uptime, global variables, and tests of its clock.

What ``fsctl`` sets is in `control`, what modules there are in `modules`.
"""

import asyncio
import os
import sys
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from switchy_nb.simswitch.words import atoi, separate

if TYPE_CHECKING:
    from switchy_nb.simswitch.core import Core

#: what the modelled FreeSWITCH says it is
VERSION = "1.11.1-release"
FULL_VERSION = f"{VERSION}+git~20260526T204126Z~c2c59645f6~64bit"
_HUMAN = "git c2c5964 2026-05-26 20:41:26Z 64bit"

_UNITS = {
    **dict.fromkeys(("", "s", "seconds"), 1_000_000),
    **dict.fromkeys(("us", "microseconds"), 1),
    **dict.fromkeys(("ms", "milliseconds"), 1000),
    **dict.fromkeys(("m", "minutes"), 60_000_000),
    **dict.fromkeys(("h", "hours"), 3_600_000_000),
    **dict.fromkeys(("d", "days"), 86_400_000_000),
}
_TIMER_SYNTAX = "<10|20|40|60|120> [<1..200>] [<timer_name>]"
_TIMER_STEPS = (10, 20, 30, 32, 40, 60, 120)
_MOST_TESTS = 100
_MOST_TIMER_TESTS = 400
#: the longest that a client may have the switch wait, in seconds
_LONGEST_SLEEP = 3600.0


def version(core: "Core", args: str) -> str:
    """Say the version; what holds ``short`` asks for the number only."""
    words = separate(args, " ", 2)
    if not words:
        return f"FreeSWITCH Version {FULL_VERSION} ({_HUMAN})\n"
    if "short" in words[0].lower():
        return f"{VERSION}\n"
    return f"FreeSWITCH Version {FULL_VERSION} ({VERSION} {_HUMAN})\n"


def uptime_parts(core: "Core") -> dict[str, int]:
    """Count how long the switch is up, in years, days and so on down to microseconds."""
    seconds, micros = divmod(core.clock.now() - core.clock.started, 1_000_000)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    years, days = divmod(days, 365)
    return {
        "year": years,
        "day": days,
        "hour": hours,
        "minute": minutes,
        "second": seconds,
        "millisecond": micros // 1000,
        "microsecond": micros % 1000,
    }


def uptime_words(core: "Core") -> str:
    """Say how long the switch is up, in FreeSWITCH's words."""
    parts = uptime_parts(core).items()
    return ", ".join(f"{n} {unit}" + ("" if n == 1 else "s") for unit, n in parts)


def ready(core: "Core") -> bool:
    """Whether the switch takes any calls."""
    return not (core.limits.inbound_paused and core.limits.outbound_paused)


def status(core: "Core", args: str) -> str:
    """Say how long the switch is up, and how busy it is."""
    rate = core.rate.count(core.loop.time())
    now = len(core.channels)
    return (
        f"UP {uptime_words(core)}\n"
        f"FreeSWITCH (Version {VERSION} {_HUMAN}) is {'' if ready(core) else 'not '}ready\n"
        f"{core.ids.sessions} session(s) since startup\n"
        f"{now} session(s) - peak {core.peak_sessions}, last 5min {core.peak_sessions} \n"
        f"{rate} session(s) per Sec out of max {core.limits.sessions_per_second}, "
        f"peak {core.rate.peak}, last 5min {core.rate.peak} \n"
        f"{core.limits.max_sessions} session(s) max\n"
        f"min idle cpu {core.controls.min_idle_cpu:.2f}/99.00\n"
        "Current Stack Size/Max 240K/8192K\n"
    )


def json_status(core: "Core") -> dict[str, object]:
    """Say the same as `status`, as the JSON API does."""
    names = ("years", "days", "hours", "minutes", "seconds", "milliseconds", "microseconds")
    rate = core.rate.count(core.loop.time())
    return {
        "systemStatus": "ready" if ready(core) else "not ready",
        "uptime": dict(zip(names, uptime_parts(core).values(), strict=True)),
        "version": f"{VERSION} {_HUMAN}",
        "sessions": {
            "count": {
                "total": core.ids.sessions,
                "active": len(core.channels),
                "peak": core.peak_sessions,
                "peak5Min": core.peak_sessions,
                "limit": core.limits.max_sessions,
            },
            "rate": {
                "current": rate,
                "max": core.limits.sessions_per_second,
                "peak": core.rate.peak,
                "peak5Min": core.rate.peak,
            },
        },
        "idleCPU": {"used": core.controls.min_idle_cpu, "allowed": 99},
        "stackSizeKB": {"current": 240, "max": 8192},
    }


def uptime(core: "Core", args: str) -> str:
    """Say for how long the switch is up: in seconds, or in the unit asked for."""
    unit = _UNITS.get(args.lower())
    if unit is None:
        return "-USAGE: [us|ms|s|m|h|d|microseconds|milliseconds|seconds|minutes|hours|days]\n"
    return f"{((core.clock.now() - core.clock.started) // unit) & 0xFFFFFFFF}\n"


def hostname(core: "Core", args: str) -> str:
    """Say the machine's name."""
    return core.hostname


def create_uuid(core: "Core", args: str) -> str:
    """Make a uuid."""
    return core.ids.uuid()


def global_getvar(core: "Core", args: str) -> str:
    """Read a global variable, or list all."""
    if args:
        return core.globals.get(args, "")
    return "".join(f"{key}={value}\n" for key, value in core.globals.items())


def global_setvar(core: "Core", args: str) -> str:
    """Set a global variable, or remove it; with a second value, only if it has that one."""
    name, value, old = ([*separate(args, "=", 3), "", "", ""])[:3]
    if not name:
        return "-USAGE: <var>=<value> [=<value2>]\n"
    if old and core.globals.get(name) != old:
        return "+OK"
    core.globals.pop(name, None)
    if value:
        core.globals[name] = value
    return "+OK"


def getenv(core: "Core", args: str) -> str:
    """Read a variable of the process's environment: a simulated switch keeps its own to itself."""
    return "_undef_"


def getcputime(core: "Core", args: str) -> str:
    """Say how much the process has computed, in ms: for itself, and in the system."""
    used = os.times()
    return f"{int(used.user * 1000)}, {int(used.system * 1000)}"


def memory(core: "Core", args: str) -> str:
    """Say how much memory the process has held at most, in bytes; Windows does not tell."""
    try:
        import resource
    except ImportError:
        return "-ERR"
    unit = 1 if sys.platform == "darwin" else 1024
    held = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
    return f"Total non-mmapped bytes (arena):       {held}\n+OK\n"


def pool_stats(core: "Core", args: str) -> str:
    """Say what memory pools there are, which FreeSWITCH itself only does when built for it."""
    return "Unable to get core pool statictics. Please rebuild FreeSWITCH with --enable-pool-debug"


async def msleep(core: "Core", args: str) -> str:
    """Wait so many milliseconds, and answer then."""
    await asyncio.sleep(min(max(0, atoi(args)) / 1000, _LONGEST_SLEEP))
    return "+OK"


async def time_test(core: "Core", args: str) -> str:
    """Sleep some times for so many microseconds, and say by how much each was late."""
    if not args:
        return "parameter missing\n"
    length = min(atoi(args), 1_000_000)
    asked = atoi(args.partition(" ")[2])
    count = min(asked, _MOST_TESTS) if asked > 0 else 10
    lines, total = "", 0
    for number in range(1, count + 1):
        begun = core.loop.time()
        await asyncio.sleep(max(0, length) / 1e6)
        late = max(0, round((core.loop.time() - begun) * 1e6) - max(0, length))
        total += late
        lines += f"test {number} sleep {length} {late}\n"
    return f"{lines}avg {total // count}\n"


async def timer_test(core: "Core", args: str) -> str:
    """Step a timer some times, and say how long it took."""
    words = args.split(" ") if args else []
    step = atoi(words[0]) if words else 20
    asked = atoi(words[1]) if len(words) > 1 else 0
    count = asked if 0 < asked <= _MOST_TIMER_TESTS else 50
    if step not in _TIMER_STEPS:
        return f"parameter missing: {_TIMER_SYNTAX}\n"
    if len(words) > 2 and words[2] != "soft":
        return "Timer Error!\n"
    begun = core.loop.time()
    for number in range(1, count + 1):
        await asyncio.sleep(max(0.0, begun + number * step / 1000 - core.loop.time()))
    took = (core.loop.time() - begun) * 1000
    await asyncio.sleep(0.25)
    return f"Avg: {took / count:.3f}ms Total Time: {took:.3f}ms\n"


def table() -> dict[str, Callable[["Core", str], "str | Awaitable[str]"]]:
    """Name the commands of this module."""
    return {
        "version": version,
        "status": status,
        "uptime": uptime,
        "hostname": hostname,
        "switchname": hostname,
        "create_uuid": create_uuid,
        "global_getvar": global_getvar,
        "global_setvar": global_setvar,
        "getenv": getenv,
        "getcputime": getcputime,
        "memory": memory,
        "pool_stats": pool_stats,
        "msleep": msleep,
        "time_test": time_test,
        "timer_test": timer_test,
    }
