"""``fsctl``: pauses, limits, levels; and what is heard of the log.

What it sets is kept in `limits` and `controls`. The ways to end a switch are in `ending`.
"""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from switchy_nb.simswitch.calls.causes import Cause
from switchy_nb.simswitch.clients import levels, logs
from switchy_nb.simswitch.commands import ending
from switchy_nb.simswitch.commands.controls import LONGEST_DTMF, SHORTEST_DTMF
from switchy_nb.simswitch.commands.system import ready
from switchy_nb.simswitch.words import atoi, is_true, separate

if TYPE_CHECKING:
    from switchy_nb.simswitch.core import Core

_FSCTL = (
    "[api_expansion [on|off]|recover|send_sighup|hupall|pause [inbound|outbound]|"
    "resume [inbound|outbound]|shutdown [cancel|elegant|asap|now|restart]|uuid_version [4|7]|sps|"
    "sps_peak_reset|sync_clock|sync_clock_when_idle|reclaim_mem|max_sessions|"
    "min_dtmf_duration [num]|max_dtmf_duration [num]|default_dtmf_duration [num]|min_idle_cpu|"
    "loglevel [level]|debug_level [level]|mdns_resolve [enable|disable]]\n"
)
_OK = "+OK\n"
_INVALID = f"-ERR Invalid command\nUSAGE: fsctl {_FSCTL}"
_MOST_DEBUG = 10

#: what there is nothing to do for here: no database handles, memory pools, history or clock drift
_NOTHING = frozenset(
    {"flush_db_handles", "send_sighup", "calibrate_clock", "save_history", "reclaim_mem"}
)

Verb = Callable[["Core", str], str]


def _pause(core: "Core", value: str, *, on: bool) -> str:
    if value.lower() != "outbound":
        core.limits.inbound_paused = on
    if value.lower() != "inbound":
        core.limits.outbound_paused = on
    return _OK


def _pause_check(core: "Core", value: str) -> str:
    limits = core.limits
    both = limits.inbound_paused and limits.outbound_paused
    ways = {"inbound": limits.inbound_paused, "outbound": limits.outbound_paused}
    return _said(ways.get(value.lower(), both))


def _shutdown_check(core: "Core", value: str) -> str:
    return _said(core.controls.shutdown_requested)


def _said(value: bool) -> str:
    return "true" if value else "false"


def _toggle(core: "Core", value: str, *, name: str, yes: str = "on", no: str = "off") -> str:
    if value:
        setattr(core.controls, name, is_true(value))
    return f"+OK {name} is {yes if getattr(core.controls, name) else no} \n"


def _hupall(core: "Core", value: str) -> str:
    for channel in list(core.channels.values()):
        channel.hangup(Cause.MANAGER_REQUEST)
    return _OK


def _recover(core: "Core", value: str) -> str:
    if value.partition(":")[0].lower() == "flush":
        return "+OK flushed\n"
    return "+OK 0 session(s) recovered in total\n"


def _max_sessions(core: "Core", value: str) -> str:
    number = atoi(value)
    if number:
        core.limits.max_sessions = number if number > 0 else 0xFFFFFFFF + 1 + number
    shown = core.limits.max_sessions
    return f"+OK max sessions: {shown if shown <= 0x7FFFFFFF else shown - 0xFFFFFFFF - 1}\n"


def _sps(core: "Core", value: str) -> str:
    if atoi(value) > 0:
        core.limits.sessions_per_second = atoi(value)
    return f"+OK sessions per second: {core.limits.sessions_per_second}\n"


def _last_sps(core: "Core", value: str) -> str:
    return f"+OK last sessions per second: {core.rate.count(core.loop.time())}\n"


def _sps_peak_reset(core: "Core", value: str) -> str:
    core.rate.peak = 0
    return "+OK max sessions per second counter reset\n"


def _min_idle_cpu(core: "Core", value: str) -> str:
    try:
        asked = float(value) if value else -1.0
    except ValueError:
        asked = 0.0
    if asked >= 0:
        core.controls.min_idle_cpu = asked
    shown = core.controls.min_idle_cpu
    return f"+OK min idle cpu: {shown:.2f}" if shown else "+OK min idle cpu: DISABLED\n"


def _length(value: str) -> int:
    """Read a digit's length, within what FreeSWITCH allows; 0 leaves what is set."""
    asked = atoi(value) & 0xFFFFFFFF
    return min(max(asked, SHORTEST_DTMF), LONGEST_DTMF) if asked else 0


def _min_dtmf(core: "Core", value: str) -> str:
    controls, length = core.controls, _length(value)
    if length:
        controls.min_dtmf, controls.max_dtmf = length, max(length, controls.max_dtmf)
    return f"+OK min dtmf duration: {controls.min_dtmf}\n"


def _max_dtmf(core: "Core", value: str) -> str:
    controls, length = core.controls, _length(value)
    if length:
        controls.max_dtmf, controls.min_dtmf = length, min(length, controls.min_dtmf)
    return f"+OK max dtmf duration: {controls.max_dtmf}\n"


def _default_dtmf(core: "Core", value: str) -> str:
    controls, length = core.controls, _length(value)
    if length:
        core.limits.default_dtmf = length
        controls.min_dtmf = min(length, controls.min_dtmf)
        controls.max_dtmf = max(length, controls.max_dtmf)
    return f"+OK default dtmf duration: {core.limits.default_dtmf}\n"


def _log_level(core: "Core", value: str) -> str:
    """Set the switch's log level; asking for it turns the log off, as it does in FreeSWITCH."""
    if value[:1].isdigit():
        level: int | None = atoi(value)
    else:
        level = levels.read(value) if value else levels.DISABLED
    if level is None:
        return "-ERR syntax error, log level not set!\n"
    core.limits.log_level = min(level, levels.DEBUG)
    return f"+OK log level: {levels.name_of(level)} [{core.limits.log_level}]\n"


def _debug_level(core: "Core", value: str) -> str:
    if value and atoi(value) >= 0:
        core.controls.debug_level = min(atoi(value), _MOST_DEBUG)
    return f"+OK DEBUG level: {core.controls.debug_level}\n"


def _debug_sql(core: "Core", value: str) -> str:
    core.controls.debug_sql = not core.controls.debug_sql
    return f"+OK SQL DEBUG [{'on' if core.controls.debug_sql else 'off'}]\n"


def _debug_pool(core: "Core", value: str) -> str:
    busy = len(core.channels)
    return f"Thread pool: running:{busy} busy:{busy} popping:0\n"


def _uuid_version(core: "Core", value: str) -> str:
    if atoi(value) > 0:
        core.controls.uuid_version = atoi(value)
    return f"+OK set uuid version: {core.controls.uuid_version}\n"


def _mdns_resolve(core: "Core", value: str) -> str:
    return _OK if value.lower() in ("enable", "disable") else _INVALID


def _sync_when_idle(core: "Core", value: str) -> str:
    if core.channels:
        return "+OK clock will synchronize when there are no more calls\n"
    return "+OK clock synchronized\n"


_VERBS: dict[str, Verb] = {
    "hupall": _hupall,
    "recover": _recover,
    "pause": lambda core, value: _pause(core, value, on=True),
    "resume": lambda core, value: _pause(core, value, on=False),
    "pause_check": _pause_check,
    "ready_check": lambda core, value: _said(ready(core)),
    "shutdown_check": _shutdown_check,
    "verbose_events": lambda core, value: _toggle(core, value, name="verbose_events"),
    "api_expansion": lambda core, value: _toggle(core, value, name="api_expansion"),
    "threaded_system_exec": lambda core, value: _toggle(
        core, value, name="threaded_system_exec", yes="true", no="false"
    ),
    "max_sessions": _max_sessions,
    "sps": _sps,
    "last_sps": _last_sps,
    "sps_peak_reset": _sps_peak_reset,
    "min_idle_cpu": _min_idle_cpu,
    "min_dtmf_duration": _min_dtmf,
    "max_dtmf_duration": _max_dtmf,
    "default_dtmf_duration": _default_dtmf,
    "loglevel": _log_level,
    "debug_level": _debug_level,
    "debug_sql": _debug_sql,
    "debug_pool": _debug_pool,
    "uuid_version": _uuid_version,
    "mdns_resolve": _mdns_resolve,
    "sync_clock": lambda core, value: "+OK clock synchronized\n",
    "sync_clock_when_idle": _sync_when_idle,
    "sql": lambda core, value: _OK if value else "",
    **dict.fromkeys(_NOTHING, lambda core, value: _OK),
}


def fsctl(core: "Core", args: str) -> "str | Awaitable[str]":
    """Show or set the switch's limits and levels, or end it."""
    words = separate(args, " ", 6)
    if not words:
        return f"-USAGE: {_FSCTL}"
    if words[0].lower() == "shutdown":
        return ending.end(core, words[1:])
    verb = _VERBS.get(words[0].lower())
    return verb(core, words[1] if len(words) > 1 else "") if verb is not None else _INVALID


def shutdown(core: "Core", args: str) -> "Awaitable[str]":
    """End the switch."""
    return ending.end(core, [])


def log(core: "Core", args: str) -> str:
    """Say something in the log: ``LEVEL TEXT``, or a text at DEBUG."""
    word, space, text = args.partition(" ")
    level = levels.read(word) if space else levels.DEBUG
    shown = text if space else args
    core.log(levels.DEBUG if level is None else level, shown, site=logs.API_LOG)
    return _OK


def uuid_loglevel(core: "Core", args: str) -> str:
    """Let the log tell more of one call: ``UUID LEVEL``; ``-b`` before the level takes both legs."""
    uuid, _, text = args.partition(" ")
    both = text.lower().startswith("-b")
    if both:
        text = text.partition(" ")[2]
    if not uuid or not text:
        return "-USAGE: <uuid> <level>\n"
    level = levels.read(text)
    if level is None:
        return "-ERR Invalid log level!\n"
    channel = core.channels.get(uuid)
    if channel is None or not channel.up:
        return f"-ERR No such channel {uuid}!\n"
    for leg in (channel, channel.partner if both else None):
        if leg is not None:
            leg.log_level = level
    return _OK


def table() -> dict[str, Callable[["Core", str], "str | Awaitable[str]"]]:
    """Name the commands of this module."""
    return {
        "fsctl": fsctl,
        "shutdown": shutdown,
        "...": shutdown,
        "log": log,
        "uuid_loglevel": uuid_loglevel,
    }
