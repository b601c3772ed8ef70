"""Recordings of a real FreeSWITCH with what was done beside them, and recordings made by hand."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import pandas as pd
import pytest
from helpers import RECORDINGS, recorded
from scenarios import shared

from switchy_nb.recording import Recording
from switchy_nb.wire import Event


@dataclass(frozen=True)
class Placed:
    """A call that was placed beside a scenario: what its command said, and what was done to it."""

    uuid: str
    number: str
    timeout: float
    orders: list[str]


@cache
def _bytes(name: str) -> bytes:
    whole = RECORDINGS / f"{name}.raw.xz"
    return recorded(whole.name if whole.exists() else f"{name}.events.raw.xz")


@pytest.fixture
def record() -> Callable[[str], Recording]:
    """A recording of a scenario's bytes."""
    return lambda name: Recording.from_bytes(_bytes(name), switch="fs")


@pytest.fixture(scope="session")
def load() -> Recording:
    """600 answered calls; shared, so only to be read."""
    return Recording.from_bytes(_bytes("load_600_calls"), switch="fs")


@pytest.fixture
def placed() -> Callable[[str], list[Placed]]:
    """The calls that the commands beside a scenario placed, and what else was ordered there."""

    def read(name: str) -> list[Placed]:
        told = json.loads((RECORDINGS / f"{name}.commands.json").read_text())
        commands = [re.sub(r"^(bg)?api ", "", c["command"]) for c in told["commands"]]
        calls = []
        for command in commands:
            found = re.match(
                r"originate \{origination_uuid=([\w-]+).*originate_timeout=(\d+).*\}"
                r"sofia/external/([^@]+)@",
                command,
            )
            if found:
                others = [c for c in commands if not c.startswith("originate")]
                calls.append(Placed(found[1], found[3], float(found[2]), others))
        return calls

    return read


class Tape:
    """Events of calls that are written by hand, each at its second.

    They carry what the frames and the words are made of; the legs of a call have its name in
    FreeSWITCH's own header for what belongs together.
    """

    def __init__(self) -> None:
        self.recording = Recording(switch="fs")
        self.start = 1_795_418_600_000_000
        self.sequence = 0

    def event(self, at: float, name: str, leg: str | None = None, **headers: object) -> None:
        self.sequence += 1
        moment = self.start + round(at * 1e6)
        pairs = {
            "Event-Name": name,
            "Core-UUID": "core-1",
            "Event-Date-Timestamp": str(moment),
            "Event-Sequence": str(self.sequence),
        }
        if leg is not None:
            pairs["Unique-ID"] = leg
        pairs |= {
            key if key.startswith("variable_") else key.replace("_", "-"): str(value)
            for key, value in headers.items()
        }
        self.recording.append(Event.make(pairs.items()), moment)

    def leg(
        self,
        uuid: str,
        *,
        at: float = 0.0,
        call: str | None = None,
        direction: str = "outbound",
        rang: float | None = None,
        answered: float | None = None,
        hungup: float | None = None,
        cause: str = "NORMAL_CLEARING",
        destination: str = "7001",
        **at_the_end: object,
    ) -> None:
        """A leg, from its creation to its end, as far as times are given."""
        call = call or uuid
        same = {"Call_Direction": direction, "Channel_Call_UUID": call}
        self.event(
            at,
            "CHANNEL_CREATE",
            uuid,
            Caller_Caller_ID_Name="Ann",
            Caller_Caller_ID_Number="100",
            Caller_Destination_Number=destination,
            Channel_Name=f"sofia/external/{destination}@carrier.example",
            **same,
        )
        if rang is not None:
            self.event(rang, "CHANNEL_PROGRESS", uuid, **same)
        if answered is not None:
            self.event(answered, "CHANNEL_ANSWER", uuid, **same)
        if hungup is not None:
            ends = {**same, "Hangup_Cause": cause, **at_the_end}
            self.event(hungup, "CHANNEL_HANGUP", uuid, **ends)
            self.event(hungup, "CHANNEL_HANGUP_COMPLETE", uuid, **ends)
            self.event(hungup, "CHANNEL_DESTROY", uuid, **ends)

    def call(self, name: str, *, at: float = 0.0, setup: float = 0.02, talk: float = 1.0) -> None:
        """A call of two legs, that was answered and ended by its caller."""
        end = at + setup + talk
        bye = {"variable_sip_hangup_disposition": "send_bye"}
        self.leg(f"{name}-a-leg", at=at, answered=at + setup, hungup=end, **bye)
        self.leg(
            f"{name}-b-leg",
            at=at,
            call=f"{name}-a-leg",
            direction="inbound",
            answered=at + setup,
            hungup=end,
            variable_sip_hangup_disposition="recv_bye",
        )


@pytest.fixture
def tape() -> Tape:
    """An empty tape."""
    return Tape()


@pytest.fixture
def load_calls() -> pd.DataFrame:
    """The 600 calls of a load run."""
    return shared("load_600_calls").calls


@pytest.fixture
def load_sessions() -> pd.DataFrame:
    """Their 1,200 legs."""
    return shared("load_600_calls").sessions
