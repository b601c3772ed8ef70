"""Checks of how a FreeSWITCH is set up: version, modules, SIP profile, limits, clock, log, secret.

Each only asks. What the switch answers is read leniently: an answer that cannot be read makes a
warning that shows it, never a crash. Places no calls.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable

from switchy_nb.freeswitch.checks import (
    SAFE_ADDRESS,
    SAFE_NAME,
    Check,
    Link,
    Profile,
    Status,
    Target,
    ask,
    is_this_machine,
    unknown_command,
)

OLDEST_VERSION = (1, 10)
"""The oldest release series that is still looked after; its events have all that is read here."""

NEEDED_MODULES = {
    "mod_commands": "every command that a session sends",
    "mod_dialplan_xml": "the dial plan",
    "mod_dptools": "answer, park, echo, playback",
    "mod_loopback": "calls without SIP",
    "mod_sofia": "calls over SIP",
}
"""Without one of these nothing works; and what it is for."""

USEFUL_MODULES = {
    "mod_sndfile": "playing and recording files, as PlayRec does",
    "mod_tone_stream": "tones, as TonePlay plays",
}
"""Without one of these something works less; and what it is for."""

LOW_SESSION_RATE = 31
"""Sessions a second below this are FreeSWITCH's default of 30, or less: no load can be placed."""

LOW_MAX_SESSIONS = 100
"""Sessions at once below this are used up by fifty calls of two legs each."""

CLOCK_TOLERANCE = 0.1
"""Seconds that two clocks may differ: five steps of the switch's own, which are 20 ms."""

CLOCKS = {"strmicroepoch": 1e-6, "strepoch": 1.0}
"""Commands that tell the switch's time since the epoch, best first; and their unit in seconds."""

CHATTY_LEVELS = frozenset({"7", "debug", "debug1", "debug2", "debug3", "debug10"})
"""The log levels at which FreeSWITCH writes dozens of lines for each call."""


def version(link: Link) -> Check:
    """Look whether the switch is a FreeSWITCH of a release series that is known to work."""
    said = ask(link, "version")
    match = re.search(r"FreeSWITCH Version (\d+)\.(\d+)\S*", said)
    if not match:
        return Check(
            "version",
            Status.WARN,
            f"the switch says {said[:200]!r}",
            "FreeSWITCH was expected; if it is one of its relatives, trust the calls below",
        )
    release = re.split("[~+]", match[0].removeprefix("FreeSWITCH Version "))[0]
    if (int(match[1]), int(match[2])) < OLDEST_VERSION:
        wanted = ".".join(map(str, OLDEST_VERSION))
        return Check(
            "version", Status.WARN, f"FreeSWITCH {release}", f"update to {wanted} or later"
        )
    return Check("version", Status.OK, f"FreeSWITCH {release}")


def modules(link: Link) -> Check:
    """Look whether the modules are loaded that calls and apps use."""
    missing = []
    for name in (*NEEDED_MODULES, *USEFUL_MODULES):
        said = ask(link, f"module_exists {name}")
        if unknown_command(said):
            return Check(
                "modules",
                Status.FAIL,
                "the switch does not know module_exists",
                "load mod_commands: add it to autoload_configs/modules.conf.xml and restart",
            )
        if said != "true":
            missing.append(name)
    if not missing:
        return Check("modules", Status.OK, ", ".join((*NEEDED_MODULES, *USEFUL_MODULES)))
    purposes = NEEDED_MODULES | USEFUL_MODULES
    found = "not loaded: " + ", ".join(f"{name} ({purposes[name]})" for name in missing)
    first = f"say 'load {missing[0]}' in fs_cli"
    return Check(
        "modules",
        Status.FAIL if NEEDED_MODULES.keys() & set(missing) else Status.WARN,
        found,
        f"{first}, and add what is missing to autoload_configs/modules.conf.xml",
    )


def profile(link: Link, target: Target) -> tuple[Check, Profile]:
    """Look whether the SIP profile is up; return what it says of itself as well."""
    name = "profile"
    said = ask(link, f"sofia status profile {target.profile}")
    rows = dict(re.findall(r"^([A-Z][A-Za-z -]*?)[ \t]*\t[ \t]*(\S.*?)\s*$", said, re.MULTILINE))
    context = rows.get("Context", "")
    listens = rows.get("URL", "").rpartition("@")[2].partition(";")[0].removeprefix("sip:")
    described = Profile(
        target.profile,
        context if SAFE_NAME.fullmatch(context) else None,
        target.sip or (listens if SAFE_ADDRESS.fullmatch(listens) else None),
    )
    if unknown_command(said):
        remedy = "load mod_sofia: say 'load mod_sofia' in fs_cli"
        return Check(name, Status.FAIL, "the switch does not know sofia", remedy), described
    if "URL" not in rows:
        remedy = (
            f"say 'sofia profile {target.profile} start' in fs_cli and read what it logs; a port "
            "that is taken keeps a profile down (or name another profile with --profile)"
        )
        return Check(
            name, Status.FAIL, f"{target.profile} is not up: {said[:200]!r}", remedy
        ), described
    answered = ask(link, "sofia status")
    state = re.search(
        rf"^\s*{re.escape(target.profile)}\t\s*profile\t.*\t(\S+)", answered, re.MULTILINE
    )
    if state and state[1] != "RUNNING":
        remedy = f"say 'sofia profile {target.profile} restart' in fs_cli"
        return Check(name, Status.FAIL, f"{target.profile} is {state[1][:40]}", remedy), described
    found = f"{target.profile} is up, listens on {described.address or rows['URL']}, context {context or 'unknown'}"
    return Check(name, Status.OK, found), described


def session_rate(link: Link) -> Check:
    """Look how many sessions a second the switch lets begin."""
    name = "sessions a second"
    limit = _number(ask(link, "fsctl sps"))
    if limit is None:
        return Check(name, Status.SKIP, "the switch does not tell")
    found = f"at most {limit}; a call of the switch to itself takes two"
    if limit < LOW_SESSION_RATE:
        remedy = (
            "fine for single calls; for load, raise sessions-per-second in "
            "autoload_configs/switch.conf.xml, or say 'fsctl sps 500' in fs_cli"
        )
        return Check(name, Status.WARN, found, remedy)
    return Check(name, Status.OK, found)


def max_sessions(link: Link) -> Check:
    """Look how many sessions the switch holds at once."""
    name = "sessions at once"
    limit = _number(ask(link, "fsctl max_sessions"))
    if limit is None:
        return Check(name, Status.SKIP, "the switch does not tell")
    live = re.search(r"^(\d+) session\(s\) -? ?peak", ask(link, "status"), re.MULTILINE)
    used = f", {live[1]} in use" if live else ""
    if limit - int(live[1] if live else 0) < LOW_MAX_SESSIONS:
        remedy = (
            "raise max-sessions in autoload_configs/switch.conf.xml, or say "
            "'fsctl max_sessions 5000' in fs_cli"
        )
        return Check(name, Status.WARN, f"at most {limit}{used}", remedy)
    return Check(name, Status.OK, f"at most {limit}{used}")


def clock(link: Link, now: Callable[[], float] = time.time) -> Check:
    """Look how far the switch's clock is from ours, half a round trip allowed for.

    Parameters
    ----------
    link
        The connection.
    now
        This machine's clock, in seconds since the epoch.
    """
    for command, unit in CLOCKS.items():
        asked = now()
        said = ask(link, command)
        answered = now()
        if said.isascii() and said.isdecimal() and len(said) <= 20:
            # A clock that cuts off a part of its unit is, on average, half a unit behind.
            offset = (int(said) + 0.5) * unit - (asked + answered) / 2
            doubt = (answered - asked + unit) / 2
            break
    else:
        return Check("clock", Status.SKIP, "the switch does not tell its time")
    if abs(offset) > CLOCK_TOLERANCE + doubt:
        side = "ahead of" if offset > 0 else "behind"
        remedy = (
            "let both machines follow a time server (chrony, systemd-timesyncd), then say "
            "'fsctl sync_clock' in fs_cli; until then 'time' and 'received' do not compare"
        )
        return Check("clock", Status.WARN, f"{abs(offset):.3f} s {side} ours", remedy)
    return Check("clock", Status.OK, f"within {abs(offset) + doubt:.3f} s of ours")


def configured_log_level(link: Link) -> str | None:
    """Ask for the log level that the switch was started with; None if it does not tell.

    FreeSWITCH does not tell the one in force, since ``fsctl loglevel`` without a level answers
    ``DISABLE [-1]`` whatever was set.
    """
    configured = ask(link, "xml_locate configuration configuration name switch.conf")
    # Nothing else of it is kept: the same file may hold the secret of a database.
    match = re.search(r"""<param name=["']loglevel["'] value=["'](\w{1,20})["']""", configured)
    return match[1].lower() if match else None


def log_level(link: Link) -> Check:
    """Look whether the switch is told to log so much that load would measure its log.

    It is the level that the switch was started with; see `configured_log_level`.
    """
    level = configured_log_level(link)
    if level is None:
        return Check("log level", Status.SKIP, "the switch does not tell")
    if level in CHATTY_LEVELS:
        return Check(
            "log level",
            Status.WARN,
            f"set to {level}: dozens of lines for each call",
            "fine for single calls; for load, say 'fsctl loglevel warning' in fs_cli, or set "
            "loglevel in autoload_configs/switch.conf.xml",
        )
    return Check("log level", Status.OK, f"set to {level}")


def secret(target: Target) -> Check:
    """Look whether a switch that others can reach still has the secret it shipped with."""
    if not target.default_secret:
        return Check("secret", Status.OK, "not the default one")
    if is_this_machine(target.host):
        return Check("secret", Status.OK, "the default one, on this machine or behind a tunnel")
    return Check(
        "secret",
        Status.FAIL,
        "the default one, on a host that others may reach: who logs in there can run any program",
        "set another password in autoload_configs/event_socket.conf.xml, say "
        "'reload mod_event_socket' in fs_cli, and give it here as SWITCHY_NB_PASSWORD",
    )


def _number(said: str) -> int | None:
    match = re.fullmatch(r"\+OK [a-z ]+: (\d{1,9})", said)
    return int(match[1]) if match else None
