"""What things are called in pictures: events, legs, commands; and how much an event tells."""

import re
from typing import TYPE_CHECKING, Any

from switchy_nb.analysis.waits import WAIT
from switchy_nb.plots.style import STATES, State
from switchy_nb.plots.text import clean

if TYPE_CHECKING:
    import pandas as pd

#: How much an event tells, where there is no room for all names. The others are told by the spans
#: (states), or tell of the switch's own housekeeping.
_WEIGHTS = {
    "CHANNEL_ANSWER": 9,
    "CHANNEL_HANGUP": 9,
    "CHANNEL_BRIDGE": 8,
    "CHANNEL_UNBRIDGE": 8,
    "CHANNEL_CREATE": 7,
    "CHANNEL_PROGRESS": 6,
    "CHANNEL_PROGRESS_MEDIA": 6,
    "CHANNEL_HOLD": 6,
    "CHANNEL_UNHOLD": 6,
    "DTMF": 6,
    "PLAYBACK_START": 5,
    "PLAYBACK_STOP": 5,
    "RECORD_START": 5,
    "RECORD_STOP": 5,
    "CHANNEL_EXECUTE": 4,
    "CHANNEL_PARK": 4,
    "CUSTOM": 4,
    "CHANNEL_UNPARK": 2,
    "CHANNEL_ORIGINATE": 2,
    "CHANNEL_EXECUTE_COMPLETE": 1,
    "CHANNEL_DESTROY": 1,
    "CHANNEL_HANGUP_COMPLETE": 1,
    "CHANNEL_OUTGOING": 1,
    "PRIVATE_COMMAND": 1,
    "CHANNEL_STATE": 0,
    "CHANNEL_CALLSTATE": 0,
    "CALL_UPDATE": 0,
    "CODEC": 0,
}
_OTHER_WEIGHT = 3
#: The variables of a dial string, and uuids, would fill a picture with what is seldom looked for.
_VARIABLES = re.compile(r"\{[^{}]*\}|<[^<>]*>|\[[^\[\]]*\]")
_UUID = re.compile(r"\b([0-9a-f]{8})(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b", re.IGNORECASE)
#: What only says how a command is sent.
_CARRIERS = frozenset({"api", "bgapi"})


def weight_of(name: object) -> int:
    """Return how much an event of this name tells."""
    return _WEIGHTS.get(name, _OTHER_WEIGHT) if isinstance(name, str) else _OTHER_WEIGHT


def state_of(call_state: object) -> State | None:
    """Return what a leg is doing, by FreeSWITCH's Channel-Call-State."""
    return STATES.get(call_state) if isinstance(call_state, str) else None


def in_order_of_calls(sessions: "pd.DataFrame") -> list[str]:
    """Return legs of one call next to each other, calls in the order of their first legs."""
    order: dict[Any, list[str]] = {}
    for uuid, call in sessions["call"].items():
        order.setdefault(call if isinstance(call, str) else uuid, []).append(str(uuid))
    return [uuid for group in order.values() for uuid in group]


def label_of(uuid: str, session: dict[Any, Any]) -> tuple[str, str]:
    """Return what to call a leg: its direction and number, and the beginning of its uuid."""
    direction = session["direction"]
    arrow = {"outbound": "→", "inbound": "←"}.get(direction, "·")
    known = [session[name] for name in ("destination", "channel") if isinstance(session[name], str)]
    number = clean(known[0], 24) if known else "unknown"
    app = session["app"]
    if isinstance(app, str) and not _UUID.fullmatch(app):  # else a group that nobody has named
        number += f" ({clean(app, 16)})"
    word = clean(direction, 12) or "leg"
    return f"{word} {arrow} {number}", clean(uuid.split("-")[0], 12)


def short_name(row: dict[str, Any]) -> str:
    """Return an event's name without what all have in common; with the application it is about."""
    name = row["name"] if isinstance(row["name"], str) else "(no name)"
    if name == "CUSTOM" and isinstance(row["subclass"], str):
        return clean(row["subclass"], 28)
    short = clean(name.removeprefix("CHANNEL_"), 28)
    if name.startswith("CHANNEL_EXECUTE") and isinstance(row["application"], str):
        verb = "end of" if name.endswith("COMPLETE") else "EXECUTE"
        return f"{verb} {clean(row['application'], 20)}"
    return short


def command_text(row: dict[Any, Any]) -> str:
    """Return a command (a row of the frame of commands) as short as it can be understood."""
    kind = row["kind"] if isinstance(row["kind"], str) else ""
    command = row["command"] if isinstance(row["command"], str) else ""
    text = command if kind in _CARRIERS else f"{kind} {command}".strip()
    short = _short_ids(text) if kind == WAIT else brief(text)
    source = row.get("source")
    came = f"{clean(source, 24)}: " if isinstance(source, str) and source else ""
    return came + clean(short, 120)


def brief(text: str) -> str:
    """Return a command without a dial string's variables, and with uuids cut short."""
    return _short_ids(_VARIABLES.sub("", text))


def _short_ids(text: str) -> str:
    return _UUID.sub(r"\1", text)
