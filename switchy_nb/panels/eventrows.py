"""An event as one line of text: what it says, in few words. Nothing is painted here."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from switchy_nb.errors import ProtocolError
from switchy_nb.panels.text import plain
from switchy_nb.recording.window import Seen
from switchy_nb.wire import Event

#: The headers that tell most about an event of each name; the first words of others are their states.
TELLING: Mapping[str, tuple[str, ...]] = {
    "API": ("API-Command", "API-Command-Argument"),
    "BACKGROUND_JOB": ("Job-Command", "Job-Command-Arg"),
    "CHANNEL_APPLICATION": ("Application", "Application-Data"),
    "CHANNEL_BRIDGE": ("Other-Leg-Unique-ID",),
    "CHANNEL_CALLSTATE": ("Original-Channel-Call-State", "Channel-Call-State"),
    "CHANNEL_CREATE": ("Caller-Caller-ID-Number", "Caller-Destination-Number"),
    "CHANNEL_EXECUTE": ("Application", "Application-Data"),
    "CHANNEL_EXECUTE_COMPLETE": ("Application", "Application-Data", "Application-Response"),
    "CHANNEL_HANGUP": ("Hangup-Cause",),
    "CHANNEL_HANGUP_COMPLETE": ("Hangup-Cause",),
    "CHANNEL_ORIGINATE": ("Caller-Caller-ID-Number", "Caller-Destination-Number"),
    "CHANNEL_STATE": ("Channel-State",),
    "CHANNEL_UNBRIDGE": ("Hangup-Cause",),
    "CODEC": ("Channel-Read-Codec-Name", "Channel-Write-Codec-Name"),
    "DTMF": ("DTMF-Digit", "DTMF-Source"),
    "HEARTBEAT": ("Session-Count", "Up-Time"),
    "LINK_DOWN": ("Link-Reason",),
    "LINK_UP": ("Link-Reason",),
    "PLAYBACK_START": ("Playback-File-Path",),
    "PLAYBACK_STOP": ("Playback-File-Path", "Playback-Status"),
    "RECORD_START": ("Record-File-Path",),
    "RECORD_STOP": ("Record-File-Path",),
}
_OTHERS = ("Channel-Call-State", "Answer-State")
#: Between these something has become something else.
_BECOMES = frozenset({"CHANNEL_CALLSTATE", "CHANNEL_CREATE", "CHANNEL_ORIGINATE"})
#: So much of a leg's uuid tells it from others on the page.
_SHORT = 8


def line_of(seen: Seen) -> dict[str, Any]:
    """Return one event as the list shows it.

    Returns
    -------
    dict
        ``n`` its number, ``time`` when it came (UTC), ``name``, ``leg`` the beginning of the leg's
        uuid, ``uuid`` all of it, ``says`` its news.
    """
    event = seen.event
    try:
        name, subclass, leg = event.name, event.subclass, event.get("Unique-ID") or ""
    except (ProtocolError, ValueError, RecursionError) as exc:
        return _line(seen, "(cannot be read)", "", plain(exc, 120))
    return _line(seen, plain(subclass or name or "(no name)", 60), leg, says(event, name))


def says(event: Event, name: str) -> str:
    """Return what an event tells that its name does not."""
    told = [
        plain(value, 80) for header in TELLING.get(name, _OTHERS) if (value := event.get(header))
    ]
    return (" → " if name in _BECOMES else " · ").join(told)


def clock(received: int | None) -> str:
    """Return a moment (µs since the epoch) as the time of day in UTC, to a thousandth."""
    if received is None:
        return ""
    moment = datetime.fromtimestamp(received // 1_000_000, UTC)
    return f"{moment:%H:%M:%S}.{received // 1000 % 1000:03}"


def _line(seen: Seen, name: str, leg: str, told: str) -> dict[str, Any]:
    return {
        "n": seen.n,
        "time": clock(seen.received),
        "name": name,
        "leg": plain(leg[:_SHORT], _SHORT),
        "uuid": plain(leg, 60),
        "says": told,
    }
