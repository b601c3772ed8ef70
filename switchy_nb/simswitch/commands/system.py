"""Commands about the switch: status, version, limits, modules, global variables."""

import re
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from switchy_nb.simswitch.words import separate

if TYPE_CHECKING:
    from switchy_nb.simswitch.core import Core

#: what the simulated switch says it is
VERSION = "1.11.1-release"
_FULL = f"FreeSWITCH Version {VERSION}+simulated~64bit (simulated 64bit)\n"

_FSCTL = (
    "[api_expansion [on|off]|recover|send_sighup|hupall|pause [inbound|outbound]|"
    "resume [inbound|outbound]|shutdown [cancel|elegant|asap|now|restart]|uuid_version [4|7]|sps|"
    "sps_peak_reset|sync_clock|sync_clock_when_idle|reclaim_mem|max_sessions|"
    "min_dtmf_duration [num]|max_dtmf_duration [num]|default_dtmf_duration [num]|min_idle_cpu|"
    "loglevel [level]|debug_level [level]|mdns_resolve [enable|disable]]\n"
)


def version(core: "Core", args: str) -> str:
    """Say the version; ``short`` says only the number."""
    return f"{VERSION}\n" if args.strip() == "short" else _FULL


def uptime_words(core: "Core") -> str:
    """Say how long the switch is up, in FreeSWITCH's words."""
    seconds, micros = divmod(core.clock.now() - core.clock.started, 1_000_000)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    years, days = divmod(days, 365)
    parts = (
        (years, "year"),
        (days, "day"),
        (hours, "hour"),
        (minutes, "minute"),
        (seconds, "second"),
        (micros // 1000, "millisecond"),
        (micros % 1000, "microsecond"),
    )
    return ", ".join(f"{n} {unit}" + ("" if n == 1 else "s") for n, unit in parts)


def status(core: "Core", args: str) -> str:
    """Say how long the switch is up, and how busy it is."""
    rate = core.rate.count(core.loop.time())
    now = len(core.channels)
    return (
        f"UP {uptime_words(core)}\n"
        f"FreeSWITCH (Version {VERSION} simulated 64bit) is ready\n"
        f"{core.ids.sessions} session(s) since startup\n"
        f"{now} session(s) - peak {core.peak_sessions}, last 5min {core.peak_sessions} \n"
        f"{rate} session(s) per Sec out of max {core.limits.sessions_per_second}, "
        f"peak {core.rate.peak}, last 5min {core.rate.peak} \n"
        f"{core.limits.max_sessions} session(s) max\n"
        "min idle cpu 0.00/99.00\n"
        "Current Stack Size/Max 240K/8192K\n"
    )


def uptime(core: "Core", args: str) -> str:
    """Say for how long the switch is up: ``s`` (the default), ``ms`` or ``us``."""
    up = core.clock.now() - core.clock.started
    unit = {"ms": 1000, "us": 1}.get(args.strip(), 1_000_000)
    return f"{up // unit}\n"


def hostname(core: "Core", args: str) -> str:
    """Say the machine's name."""
    return core.hostname


def create_uuid(core: "Core", args: str) -> str:
    """Make a uuid."""
    return core.ids.uuid()


def global_getvar(core: "Core", args: str) -> str:
    """Read a global variable, or list all."""
    name = args.strip()
    if name:
        return core.globals.get(name, "")
    return "".join(f"{key}={value}\n" for key, value in core.globals.items())


def global_setvar(core: "Core", args: str) -> str:
    """Set a global variable, or remove it."""
    name, equals, value = args.partition("=")
    if not name.strip() or not equals:
        return "-USAGE: <var>=<value> [=<value2>]\n"
    if value:
        core.globals[name.strip()] = value
    else:
        core.globals.pop(name.strip(), None)
    return "+OK"


def fsctl(core: "Core", args: str) -> str:
    """Show or set the switch's limits and levels."""
    words = separate(args, " ")
    if not words:
        return "-USAGE: " + _FSCTL
    verb, value = words[0].lower(), words[1] if len(words) > 1 else ""
    limits = core.limits
    number = int(value) if value.isdigit() else None
    if verb == "sps":
        if number:
            limits.sessions_per_second = number
        return f"+OK sessions per second: {limits.sessions_per_second}\n"
    if verb == "max_sessions":
        if number:
            limits.max_sessions = number
        return f"+OK max sessions: {limits.max_sessions}\n"
    if verb == "last_sps":
        return f"+OK last sessions per second: {core.rate.count(core.loop.time())}\n"
    if verb == "sps_peak_reset":
        core.rate.peak = 0
        return "+OK max sessions per second counter reset\n"
    if verb == "default_dtmf_duration":
        if number:
            limits.default_dtmf = number
        return f"+OK default dtmf duration: {limits.default_dtmf}\n"
    if verb == "min_idle_cpu":
        return "+OK min idle cpu: DISABLED\n"
    if verb == "debug_level":
        return "+OK DEBUG level: 0\n"
    if verb == "loglevel":
        return _log_level(core, value)
    if verb == "ready_check":
        return "true"
    if verb == "hupall":
        return str(core.commands["hupall"](core, value))
    return "-ERR Invalid command\nUSAGE: fsctl " + _FSCTL


def _log_level(core: "Core", value: str) -> str:
    names = list(core.log_levels)
    level = core.log_levels.get(value.upper())
    if level is None and re.fullmatch(r"-?\d+", value):
        level = min(max(int(value), 0), 7)
    if value and level is None:
        return "-ERR syntax error, log level not set!\n"
    if level is not None:
        core.limits.log_level = level
    return f"+OK log level: {names[core.limits.log_level]} [{core.limits.log_level}]\n"


def reload_xml(core: "Core", args: str) -> str:
    """Read the configuration again: there is none on disk."""
    return "+OK [Success]\n"


def reload_acl(core: "Core", args: str) -> str:
    """Read the access lists again: there are none on disk."""
    return "+OK acl reloaded\n"


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
        "fsctl": fsctl,
        "reloadxml": reload_xml,
        "reloadacl": reload_acl,
    }
