"""What a timeline has to show of each leg, read out of the frames. Nothing is drawn here."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from switchy_nb.plots.style import STATES, Clock, State
from switchy_nb.plots.text import clean

if TYPE_CHECKING:
    import pandas as pd

_HANGUP = "CHANNEL_HANGUP"
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


@dataclass(frozen=True, slots=True)
class Span:
    """A state, from one moment to another (seconds)."""

    state: State
    start: float
    end: float


@dataclass(frozen=True, slots=True)
class Mark:
    """An event at a moment (seconds); the heavier, the more its name is worth showing."""

    at: float
    name: str
    weight: int


@dataclass(frozen=True, slots=True)
class Lane:
    """One leg.

    Attributes
    ----------
    uuid, call : str
        Which leg, of which call.
    label : tuple of str
        What to call it: direction and number, and the beginning of its uuid.
    spans, marks : tuple
        In order of time.
    end : float
        Where its last span ends (seconds).
    cause : str
        Why it was hung up; empty while it was not.
    """

    uuid: str
    call: str
    label: tuple[str, str]
    spans: tuple[Span, ...]
    marks: tuple[Mark, ...]
    end: float
    cause: str


@dataclass(frozen=True, slots=True)
class Bridge:
    """Two legs joined at a moment (seconds)."""

    at: float
    first: str
    second: str


@dataclass(frozen=True, slots=True)
class Story:
    """Everything that a timeline shows."""

    lanes: tuple[Lane, ...]
    bridges: tuple[Bridge, ...]
    #: the moment that is 0 s
    start: "pd.Timestamp"
    #: where the last event is, in seconds
    end: float


def read_story(sessions: "pd.DataFrame", events: "pd.DataFrame", clock: Clock) -> Story | None:
    """Read the lanes out of the frames; None if there is nothing to show."""
    mine = events[events["session"].isin(sessions.index) & events[clock.column].notna()]
    if not len(mine):
        return None
    start = mine[clock.column].min()
    seconds = (mine[clock.column] - start).dt.total_seconds()
    end = float(seconds.max())
    rows_of = mine.assign(at=seconds).groupby("session", sort=False).indices
    columns = {name: mine[name].to_numpy(object) for name in _NEEDED}
    at = seconds.to_numpy()
    facts = sessions[list(_FACTS)].to_dict("index")
    lanes = []
    for uuid in in_order_of_calls(sessions):
        rows = rows_of.get(uuid, ())
        leg = [{"at": float(at[row]), **{n: columns[n][row] for n in _NEEDED}} for row in rows]
        leg.sort(key=lambda row: row["at"])  # by the switch's clock, what came later may be older
        lanes.append(_lane(uuid, facts[uuid], leg, end))
    bridges = [
        Bridge(float(at[row]), str(uuid), peer)
        for uuid, peer in sessions["peer"].items()
        for row in rows_of.get(uuid, ())
        if columns["name"][row] == "CHANNEL_BRIDGE" and peer in rows_of
    ]
    return Story(tuple(lanes), tuple(bridges), start, end)


_NEEDED = ("name", "subclass", "application", "call_state")
_FACTS = ("call", "direction", "app", "destination", "channel", "hangup_cause")


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


def _lane(uuid: str, session: dict[Any, Any], rows: list[dict[str, Any]], end: float) -> Lane:
    hung = next((row["at"] for row in rows if row["name"] == _HANGUP), None)
    over = rows[-1]["at"] if rows and hung is not None else end
    cause = session["hangup_cause"]
    call = session["call"]
    return Lane(
        uuid=uuid,
        call=call if isinstance(call, str) else uuid,
        label=label_of(uuid, session),
        spans=tuple(_spans(rows, hung, over)),
        marks=tuple(Mark(row["at"], short_name(row), weight_of(row["name"])) for row in rows),
        end=over if rows else 0.0,
        cause=clean(cause, 32) if hung is not None else "",
    )


def _spans(rows: list[dict[str, Any]], hung: float | None, over: float) -> list[Span]:
    """Each state until the next; a leg is hung up from its CHANNEL_HANGUP on."""
    changes: list[tuple[float, State]] = []
    for row in rows:
        state = state_of(row["call_state"])
        if hung is not None and row["at"] >= hung and row["name"] == _HANGUP:
            state = State.HUNG_UP
        ended = bool(changes) and changes[-1][1] is State.HUNG_UP
        if state is not None and not ended and (not changes or changes[-1][1] is not state):
            changes.append((row["at"], state))
    ends = [at for at, _ in changes[1:]] + [over]
    return [Span(state, at, end) for (at, state), end in zip(changes, ends, strict=True)]


def label_of(uuid: str, session: dict[Any, Any]) -> tuple[str, str]:
    """Return what to call a leg: its direction and number, and the beginning of its uuid."""
    direction = session["direction"]
    arrow = {"outbound": "→", "inbound": "←"}.get(direction, "·")
    known = [session[name] for name in ("destination", "channel") if isinstance(session[name], str)]
    number = clean(known[0], 24) if known else "unknown"
    app = session["app"]
    if isinstance(app, str):
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
