"""Recordings of a real FreeSWITCH's scenarios, with the commands that were sent beside them."""

from __future__ import annotations

import json
from functools import cache

import pandas as pd
from helpers import RECORDINGS, recorded

from switchy_nb.recording import Recording
from switchy_nb.recording.details import with_details

#: µs from a command to the first event that it caused: what is not known to be otherwise.
_TO_FIRST_EVENT = 5_000


def scenario(name: str) -> Recording:
    """The events of a scenario."""
    whole = RECORDINGS / f"{name}.raw.xz"
    data = recorded(whole.name if whole.exists() else f"{name}.events.raw.xz")
    return Recording.from_bytes(data, switch="fs")


@cache
def shared(name: str) -> Recording:
    """The same, to be read only."""
    return scenario(name)


def with_commands(name: str) -> Recording:
    """The events and the commands of a scenario.

    The commands' times are told from the scenario's beginning, which the events do not know: the
    first command is put a little before the first event.
    """
    recording = scenario(name)
    commands = json.loads((RECORDINGS / f"{name}.commands.json").read_text())["commands"]
    first = recording.events["received"].min().value // 1000
    start = first - _TO_FIRST_EVENT - int(commands[0]["t"] * 1e6)
    for command in commands:
        kind, _, rest = command["command"].partition(" ")
        sent = start + int(command["t"] * 1e6)
        reply = (command["reply"] or command["body"] or "").strip()
        job = reply.partition("Job-UUID: ")[2] or None
        token = recording.command_sent(kind, rest, sent, switch="fs", job=job)
        took = int(command["took"] * 1e6)
        recording.command_replied(token, sent + took, not reply.startswith("-"), reply)
    return recording


def with_waits(name: str) -> Recording:
    """The same, as if its first leg had been waited for: until it answered, and in vain."""
    recording = with_commands(name)
    leg = recording.sessions.iloc[0]
    begin, answer = (leg[name].value // 1000 for name in ("created", "answered"))
    for what, since, until, ok in (
        ("answered", begin, answer, True),
        ("vars['heard']", answer + 50_000, answer + 250_000, False),
    ):
        token = recording.command_sent("wait", f"{what} {leg.name}", since, switch="fs")
        recording.command_replied(token, until, ok, "True" if ok else "waited 0.2 s")
    return recording


def told(recording: Recording) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """The legs, the events with their details, and the commands of a whole recording."""
    detailed = with_details(recording.events, recording.jobs, recording.pick)
    return recording.sessions, detailed, recording.commands
