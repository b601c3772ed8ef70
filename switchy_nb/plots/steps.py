"""What a ladder shows: columns for the legs and the switch, and a step for each message.

Read out of the frames; nothing is drawn here.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from typing import TYPE_CHECKING, Any

from switchy_nb.analysis.waits import without_waits
from switchy_nb.plots.naming import (
    brief,
    command_text,
    in_order_of_calls,
    label_of,
    short_name,
    state_of,
    weight_of,
)
from switchy_nb.plots.style import Clock, State
from switchy_nb.plots.text import clean

if TYPE_CHECKING:
    import pandas as pd

#: Events that tell of the switch's own housekeeping are left out unless all are wanted.
_LIGHT = 2
_KEPT = frozenset({"CHANNEL_EXECUTE_COMPLETE"})
_HANGUP = ("CHANNEL_HANGUP", "CHANNEL_HANGUP_COMPLETE")
#: What the far end of a leg tells the switch; the other way round on a leg that came in.
_FROM_FAR_END = frozenset({"CHANNEL_PROGRESS", "CHANNEL_PROGRESS_MEDIA", "CHANNEL_ANSWER"})
_TO_FAR_END = frozenset({"CHANNEL_CREATE", "CHANNEL_OUTGOING", "CHANNEL_ORIGINATE"})
#: What always comes from the far end, and what the switch always does to a leg.
_HEARD = frozenset({"DTMF", "RECV_INFO", "RECV_MESSAGE", "RECV_RTCP_MESSAGE", "CHANNEL_HOLD"})
_HEARD |= {"CHANNEL_UNHOLD", "TALK", "NOTALK", "DETECTED_SPEECH", "DETECTED_TONE"}
_DONE = frozenset(
    """CHANNEL_EXECUTE CHANNEL_PARK CHANNEL_UNPARK PLAYBACK_START PLAYBACK_STOP RECORD_START
    RECORD_STOP SEND_INFO SEND_MESSAGE SEND_RTCP_MESSAGE""".split()
)
_JOB = re.compile(r"Job-UUID: (\S+)")
_WORD = re.compile(r"[\w-]+")


class Kind(Enum):
    """What a step is."""

    COMMAND = "command"
    EVENT = "event"
    BRIDGE = "bridge"
    NOTE = "note"


class Who(Enum):
    """What a column stands for."""

    CLIENT = "client"
    SWITCH = "switch"
    LEG = "leg"


@dataclass(frozen=True, slots=True)
class Column:
    """One of those who say or do something.

    Attributes
    ----------
    key : str
        A leg's uuid; for a switch its name after ``switch:``.
    who : Who
        What it is.
    title : tuple of str
        What stands over it, in lines.
    switch : str
        The key of a leg's switch.
    """

    key: str
    who: Who
    title: tuple[str, ...]
    switch: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """A message, or something that happens to one leg.

    Attributes
    ----------
    at : float
        Seconds since the ladder's start.
    kind : Kind
        What it is.
    source, target : str
        Keys of columns; the same for what happens at one.
    text : str
        What it says, fit to be drawn.
    failed : bool
        Whether it went wrong.
    count : int
        How many the same in a row it stands for.
    channel_state : str
        The switch's own state of the leg from then on, if it is another than before.
    """

    at: float
    kind: Kind
    source: str
    target: str
    text: str
    failed: bool = False
    count: int = 1
    channel_state: str = ""


@dataclass(frozen=True, slots=True)
class Ladder:
    """Everything that a ladder shows.

    Attributes
    ----------
    columns, steps : tuple
        In order.
    states : tuple of dict
        For each step the state of each leg (by uuid) from then on; a leg that is not yet there has
        none.
    bridges : tuple of (int, int, str, str)
        From which step to which two legs are bridged.
    start : Timestamp
        What is 0 s.
    left_out : int
        How many steps there are besides.
    """

    columns: tuple[Column, ...]
    steps: tuple[Step, ...]
    states: tuple[dict[str, State], ...]
    bridges: tuple[tuple[int, int, str, str], ...]
    start: "pd.Timestamp"
    left_out: int


CLIENT = "client"


def read_ladder(
    sessions: "pd.DataFrame",
    events: "pd.DataFrame",
    commands: "pd.DataFrame | None",
    clock: Clock,
    *,
    everything: bool,
    most: int,
) -> Ladder | None:
    """Read the ladder out of the frames; None if there is nothing to show."""
    column = clock.column
    jobs = _jobs_of(commands) if clock is Clock.ARRIVAL else set()
    mine = events["session"].isin(sessions.index)
    if "job" in events:
        mine |= (events["name"] == "BACKGROUND_JOB") & events["job"].isin(jobs)
    rows = events[mine & events[column].notna()].sort_values(column, kind="stable")
    if not rows["session"].notna().any():
        return None
    sent = without_waits(commands) if clock is Clock.ARRIVAL and commands is not None else None
    sent = sent[sent["sent"].notna()] if sent is not None and len(sent) else None
    start = rows[column].min()
    if sent is not None and len(sent):
        start = min(start, sent["sent"].min())
    reader = _Reader(sessions, _dispositions(rows), everything=everything)
    for at, row in _merged(rows, column, sent, start):
        reader.read(at, row)
    steps = reader.steps
    if not steps:
        return None
    columns = _columns(sessions, rows, client=any(CLIENT in (s.source, s.target) for s in steps))
    shown = steps[:most]
    return Ladder(
        columns,
        tuple(shown),
        tuple(reader.states[: len(shown)]),
        tuple(reader.bridged(len(shown))),
        start,
        len(steps) - len(shown),
    )


def _dispositions(rows: "pd.DataFrame") -> dict[str, str]:
    """How SIP says that each leg was hung up, which only its last events know."""
    if "disposition" not in rows:
        return {}
    told = rows[rows["disposition"].notna() & rows["session"].notna()]
    return dict(zip(told["session"], told["disposition"], strict=True))


def _jobs_of(commands: "pd.DataFrame | None") -> set[str]:
    if commands is None:
        return set()
    found = (_JOB.search(reply) for reply in commands["reply"] if isinstance(reply, str))
    return {match.group(1) for match in found if match}


def _merged(
    rows: "pd.DataFrame", column: str, sent: "pd.DataFrame | None", start: "pd.Timestamp"
) -> Iterator[tuple[float, dict[Any, Any]]]:
    """Give events and commands in order of time; of the same moment commands first."""
    found: list[tuple[float, dict[Any, Any]]] = []
    if sent is not None:
        at = (sent["sent"] - start).dt.total_seconds()
        found += zip(at, sent.assign(is_command=True).to_dict("records"), strict=True)
    at = (rows[column] - start).dt.total_seconds()
    found += zip(at, rows.to_dict("records"), strict=True)
    return iter(sorted(found, key=lambda item: item[0]))


class _Reader:
    """Reads row after row, and keeps the states of all legs."""

    def __init__(self, sessions: "pd.DataFrame", ends: dict[str, str], *, everything: bool) -> None:
        self._ends = ends
        self._legs = sessions[["direction", "switch", "destination", "hangup_cause"]].to_dict(
            "index"
        )
        self._everything = everything
        self._now: dict[str, State] = {}
        self._channel: dict[str, str] = {}
        self._open: dict[frozenset[str], int] = {}
        self._bridges: list[tuple[int, int, str, str]] = []
        self.steps: list[Step] = []
        self.states: list[dict[str, State]] = []

    def read(self, at: float, row: dict[str, Any]) -> None:
        """Take one event or command in."""
        if row.get("is_command"):
            self._add(_command(at, row))
            return
        name = row["name"] if isinstance(row["name"], str) else ""
        leg = row["session"]
        if not isinstance(leg, str):
            self._add(_finished(at, row))
            return
        hung = self._now.get(leg) is State.HUNG_UP
        state = State.HUNG_UP if name in _HANGUP or hung else state_of(row["call_state"])
        if state is not None:
            self._now[leg] = state
        shown = self._everything or name in _KEPT or weight_of(name) >= _LIGHT
        if shown:
            self._add(self._step(at, name, leg, row))
        elif self.states:
            self.states[-1] = dict(self._now)

    def _step(self, at: float, name: str, leg: str, row: dict[str, Any]) -> Step:
        facts = self._legs[leg]
        switch = f"switch:{facts['switch'] if isinstance(facts['switch'], str) else ''}"
        other = row.get("other")
        if name in ("CHANNEL_BRIDGE", "CHANNEL_UNBRIDGE") and other in self._legs:
            self._bridge(name == "CHANNEL_BRIDGE", leg, str(other))
            return Step(at, Kind.BRIDGE, leg, str(other), short_name(row))
        channel = row["channel_state"] if isinstance(row["channel_state"], str) else ""
        changed = channel and self._channel.get(leg) != channel
        self._channel[leg] = channel
        way = _direction(name, str(facts["direction"]), self._ends.get(leg))
        ends = {1: (switch, leg), -1: (leg, switch), 0: (leg, leg)}[way]
        return Step(
            at,
            Kind.EVENT if way else Kind.NOTE,
            *ends,
            _text(name, row, facts),
            failed=name == "CHANNEL_HANGUP" and row["hangup_cause"] != "NORMAL_CLEARING",
            channel_state=clean(channel.removeprefix("CS_").lower(), 16) if changed else "",
        )

    def _bridge(self, begins: bool, one: str, other: str) -> None:
        pair = frozenset({one, other})
        if begins:
            self._open.setdefault(pair, len(self.steps))
        elif pair in self._open:
            self._bridges.append((self._open.pop(pair), len(self.steps), one, other))

    def bridged(self, steps: int) -> list[tuple[int, int, str, str]]:
        """Return from which step to which two legs were bridged, of the first so many steps."""
        still = [(at, steps - 1, min(pair), max(pair)) for pair, at in self._open.items()]
        every = [*self._bridges, *still]
        return [(a, min(b, steps - 1), x, y) for a, b, x, y in every if a < steps]

    def _add(self, step: Step) -> None:
        last = self.steps[-1] if self.steps else None
        same = last is not None and (last.source, last.target, last.text) == (
            step.source,
            step.target,
            step.text,
        )
        if last is not None and same and step.kind in (Kind.EVENT, Kind.NOTE):
            self.steps[-1] = replace(last, count=last.count + 1)
            self.states[-1] = dict(self._now)
            return
        self.steps.append(step)
        self.states.append(dict(self._now))


def _command(at: float, row: dict[Any, Any]) -> Step:
    switch = f"switch:{row['switch'] if isinstance(row.get('switch'), str) else ''}"
    return Step(
        at,
        Kind.COMMAND,
        CLIENT,
        switch,
        command_text(row),
        failed=row["ok"] is False,
    )


def _finished(at: float, row: dict[str, Any]) -> Step:
    switch = f"switch:{row['switch'] if isinstance(row.get('switch'), str) else ''}"
    result = row.get("detail")
    text = result if isinstance(result, str) else ""
    return Step(
        at,
        Kind.COMMAND,
        switch,
        CLIENT,
        f"job: {clean(brief(text), 80)}" if text else "job finished",
        failed=text.startswith("-"),
    )


def _direction(name: str, direction: str, disposition: object) -> int:
    """Tell whether an event goes from the switch to the leg (1), from it (−1), or nowhere (0)."""
    outbound = direction != "inbound"
    if name in _TO_FAR_END:
        return 1 if outbound else -1
    if name in _FROM_FAR_END:
        return -1 if outbound else 1
    if name in _HANGUP:
        how = disposition if isinstance(disposition, str) else ""
        return -1 if how.startswith("recv_") else 1 if how.startswith("send_") else 0
    if name in _HEARD:
        return -1
    return 1 if name in _DONE else 0


def _text(name: str, row: dict[str, Any], facts: dict[Any, Any]) -> str:
    text = short_name(row)
    detail = row.get("detail")
    if name == "CHANNEL_CREATE" and isinstance(facts["destination"], str):
        return f"{text} {clean(facts['destination'], 40)}"
    if name in _HANGUP and isinstance(row["hangup_cause"], str):
        return f"{text} {clean(row['hangup_cause'], 40)}"
    if name == "CHANNEL_EXECUTE_COMPLETE":
        return text
    return f"{text} {clean(detail, 80)}" if isinstance(detail, str) and detail else text


def _columns(sessions: "pd.DataFrame", rows: "pd.DataFrame", *, client: bool) -> tuple[Column, ...]:
    facts = sessions.to_dict("index")
    seen = set(rows["session"].dropna())
    columns = [Column(CLIENT, Who.CLIENT, ("this notebook", "commands"))] if client else []
    known: set[str] = set()
    for uuid in in_order_of_calls(sessions):
        if uuid not in seen:
            continue
        leg = facts[uuid]
        name = leg["switch"] if isinstance(leg["switch"], str) else ""
        key = f"switch:{name}"
        if key not in known:
            known.add(key)
            columns.append(
                Column(key, Who.SWITCH, ("switch", clean(name, 20)) if name else ("switch",))
            )
        columns.append(Column(uuid, Who.LEG, label_of(uuid, leg), key))
    return tuple(columns)


def commands_of(
    commands: "pd.DataFrame", uuids: Sequence[str], jobs: "pd.DataFrame"
) -> "pd.DataFrame":
    """Return the commands that began some legs, or name them.

    Parameters
    ----------
    commands, jobs : DataFrame
        As `Recording.commands` and `Recording.jobs` have them.
    uuids : sequence of str
        Of the legs.
    """
    import numpy as np

    legs = frozenset(uuids)
    began = set(jobs.index[jobs["session"].isin(legs)])
    wanted = np.zeros(len(commands), bool)
    for at, (command, reply) in enumerate(zip(commands["command"], commands["reply"], strict=True)):
        job = _JOB.search(reply) if isinstance(reply, str) else None
        named = isinstance(command, str) and not legs.isdisjoint(_WORD.findall(command))
        wanted[at] = named or (job is not None and job.group(1) in began)
    return commands[wanted]
