"""What a timeline has to show of each leg, read out of the frames. Nothing is drawn here."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from switchy_nb.plots.naming import in_order_of_calls, label_of, short_name, state_of, weight_of
from switchy_nb.plots.orders import Order, read_orders
from switchy_nb.plots.style import Clock, Inner, Since, State
from switchy_nb.plots.text import clean
from switchy_nb.plots.within import Digit, Within, read_digits, read_within

if TYPE_CHECKING:
    import pandas as pd

_HANGUP = "CHANNEL_HANGUP"
_NEEDED = ("name", "subclass", "application", "call_state")
#: Columns that not all frames of events have.
_DETAILS = ("detail", "step", "other")
_FACTS = ("call", "direction", "app", "destination", "channel", "hangup_cause", "peer")


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
    within : tuple
        Applications, playbacks, recordings and bridges.
    digits : tuple
        The DTMF digits that it sent.
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
    within: tuple[Within, ...]
    digits: tuple[Digit, ...]
    end: float
    cause: str


@dataclass(frozen=True, slots=True)
class Bridge:
    """Two legs that are joined, from one moment to another (seconds)."""

    start: float
    end: float
    first: str
    second: str


@dataclass(frozen=True, slots=True)
class Story:
    """Everything that a timeline shows.

    Attributes
    ----------
    lanes, bridges, orders : tuple
        The legs, what joined them, and what we sent.
    start : Timestamp
        The moment that is 0 s; of the first call, if each has its own.
    end : float
        Where the last thing is (seconds).
    """

    lanes: tuple[Lane, ...]
    bridges: tuple[Bridge, ...]
    orders: tuple[Order, ...]
    start: "pd.Timestamp"
    end: float


def read_story(
    sessions: "pd.DataFrame",
    events: "pd.DataFrame",
    commands: "pd.DataFrame | None",
    clock: Clock,
    since: Since,
    *,
    states_only: bool = False,
) -> Story | None:
    """Read the lanes out of the frames; None if there is nothing to show.

    With `states_only` the lanes have no marks, and nothing within: what many calls are drawn of.
    """
    mine = events[events["session"].isin(sessions.index) & events[clock.column].notna()]
    if not len(mine):
        return None
    start = mine[clock.column].min()
    # what this machine's clock says means nothing on the switch's
    sent = commands if clock is Clock.ARRIVAL else None
    if sent is not None and sent["sent"].notna().any():
        start = min(start, sent["sent"].min())
    orders = read_orders(sent, start, frozenset(sessions.index))
    at = (mine[clock.column] - start).dt.total_seconds()
    rows_of = _rows(mine, at, states_only=states_only)
    facts = sessions[list(_FACTS)].to_dict("index")
    end = max([float(at.max()), *(order.end for order in orders)])
    uuids = in_order_of_calls(sessions)
    lanes = [
        _lane(uuid, facts[uuid], rows_of.get(uuid, []), end, states_only=states_only)
        for uuid in uuids
    ]
    bridges = _bridges({lane.uuid: lane for lane in lanes}, facts, rows_of)
    lanes = [_bridged(lane, bridges, facts) for lane in lanes]
    story = Story(tuple(lanes), tuple(bridges), orders, start, end)
    return _aligned(story) if since is Since.CALL else story


def _rows(
    events: "pd.DataFrame", at: "pd.Series[Any]", *, states_only: bool
) -> dict[str, list[dict[str, Any]]]:
    """Give each leg's rows, in order: by the switch's clock, what came later may be older."""
    names = [*_NEEDED, *(name for name in _DETAILS if name in events)]
    if states_only:
        names = ["name", "call_state"]
    ordered = events[["session", *names]].assign(at=at).sort_values("at", kind="stable")
    if states_only:
        leg = ordered.groupby("session", sort=False)["call_state"]
        changed = ordered["call_state"].ne(leg.shift()) | (ordered["name"] == _HANGUP)
        ordered = ordered[changed | (leg.cumcount(ascending=False) == 0)]
    rows: dict[str, list[dict[str, Any]]] = {}
    for row in ordered.to_dict("records"):
        rows.setdefault(row["session"], []).append(row)  # type: ignore[arg-type]
    return rows


def _lane(
    uuid: str,
    session: dict[Any, Any],
    rows: list[dict[str, Any]],
    end: float,
    *,
    states_only: bool,
) -> Lane:
    hung = next((row["at"] for row in rows if row["name"] == _HANGUP), None)
    over = rows[-1]["at"] if rows and hung is not None else end
    cause = session["hangup_cause"]
    call = session["call"]
    told = [] if states_only else rows
    return Lane(
        uuid=uuid,
        call=call if isinstance(call, str) else uuid,
        label=label_of(uuid, session),
        spans=tuple(_spans(rows, hung, over)),
        marks=tuple(Mark(row["at"], short_name(row), weight_of(row["name"])) for row in told),
        within=tuple(read_within(told, over)),
        digits=read_digits(told),
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


def _bridges(
    lanes: dict[str, Lane],
    facts: dict[Any, dict[Any, Any]],
    rows_of: dict[str, list[dict[str, Any]]],
) -> list[Bridge]:
    """Find from when to when which legs were bridged; the other may be a leg that is not drawn."""
    found: list[Bridge] = []
    for uuid, rows in rows_of.items():
        begun: dict[str, float] = {}
        for row in rows:
            if row["name"] not in ("CHANNEL_BRIDGE", "CHANNEL_UNBRIDGE"):
                continue
            told = row.get("other")
            other = told if isinstance(told, str) else facts[uuid]["peer"]
            if not isinstance(other, str):
                continue
            if row["name"] == "CHANNEL_BRIDGE":
                begun.setdefault(other, row["at"])
            elif other in begun:
                found.append(Bridge(begun.pop(other), row["at"], uuid, other))
        for other, at in begun.items():
            ends = [lanes[leg].end for leg in (uuid, other) if leg in lanes]
            found.append(Bridge(at, max(at, min(ends)), uuid, other))
    return found


def _bridged(lane: Lane, bridges: list[Bridge], facts: dict[Any, dict[Any, Any]]) -> Lane:
    """Add to a lane with which other legs it is bridged, and when."""
    added = []
    for bridge in bridges:
        if lane.uuid in (bridge.first, bridge.second):
            other = bridge.second if lane.uuid == bridge.first else bridge.first
            name = label_of(other, facts[other])[0] if other in facts else clean(other[:8], 8)
            text = f"bridged with {name}"
            added.append(Within(Inner.BRIDGE, bridge.start, bridge.end, text))
    within = sorted([*lane.within, *added], key=lambda one: (one.start, -one.end))
    return replace(lane, within=tuple(within)) if added else lane


def _aligned(story: Story) -> Story:
    """Let each call begin at 0 s; what is of several calls is left out."""
    begins: dict[str, float] = {}
    for lane in story.lanes:
        firsts = [thing.at for thing in lane.marks[:1]] + [span.start for span in lane.spans[:1]]
        begins[lane.call] = min([begins.get(lane.call, story.end), *firsts])
    call_of = {lane.uuid: lane.call for lane in story.lanes}
    for order in story.orders:
        if order.leg:
            call = call_of[order.leg]
            begins[call] = min(begins[call], order.at)

    def back(thing: Any, by: float, *names: str) -> Any:
        return replace(thing, **{name: getattr(thing, name) - by for name in names})

    lanes = []
    for lane in story.lanes:
        by = begins[lane.call]
        lanes.append(
            replace(
                back(lane, by, "end") if lane.spans or lane.marks else lane,
                spans=tuple(back(span, by, "start", "end") for span in lane.spans),
                marks=tuple(back(mark, by, "at") for mark in lane.marks),
                within=tuple(back(one, by, "start", "end") for one in lane.within),
                digits=tuple(back(digit, by, "at") for digit in lane.digits),
            )
        )
    alone = len(begins) == 1
    orders = tuple(
        back(order, begins[call_of[order.leg]] if order.leg else min(begins.values()), "at", "end")
        for order in story.orders
        if alone or order.leg
    )
    bridges = tuple(
        back(bridge, begins[call_of[bridge.first]], "start", "end")
        for bridge in story.bridges
        if call_of[bridge.first] == call_of.get(bridge.second)
    )
    ends = [lane.end for lane in lanes] + [order.end for order in orders]
    return Story(tuple(lanes), bridges, orders, story.start, max(ends))
