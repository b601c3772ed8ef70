"""Recordings of a real FreeSWITCH, and a plain reading of their bytes to compare frames with."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from urllib.parse import unquote

import pytest
from helpers import RECORDINGS, events_in, recorded
from hypothesis import settings

from switchy_nb.recording import Recording

# How long an example takes says nothing on a busy machine.
settings.register_profile("patient", deadline=None)
settings.load_profile("patient")

Headers = dict[str, str]


def _file(name: str) -> bytes:
    whole = RECORDINGS / f"{name}.raw.xz"
    return recorded(whole.name if whole.exists() else f"{name}.events.raw.xz")


@cache
def _read_plainly(name: str) -> list[Headers]:
    """The headers of each event, with none of the code under test."""
    events = []
    for raw in events_in(_file(name)):
        headers: Headers = {}
        head, _, body = raw.decode("utf-8", "replace").partition("\n\n")
        for line in head.split("\n"):
            key, _, value = line.partition(": ")
            headers.setdefault(key, unquote(value))
            if key == "Event-Name":  # a queued command has two; the last tells what was fired
                headers[key] = unquote(value)
        headers["(body)"] = body
        events.append(headers)
    return events


@pytest.fixture
def data_of() -> Callable[[str], bytes]:
    """The bytes that a connection received in a scenario."""
    return _file


@pytest.fixture
def events_of() -> Callable[[str], list[Headers]]:
    """The headers of each event of a scenario, read plainly."""
    return _read_plainly


@pytest.fixture
def commands_of() -> Callable[[str], list[dict[str, str]]]:
    """What was sent beside a scenario, and what was answered."""

    def read(name: str) -> list[dict[str, str]]:
        commands: list[dict[str, str]] = json.loads(
            (RECORDINGS / f"{name}.commands.json").read_text()
        )["commands"]
        return commands

    return read


@pytest.fixture
def record() -> Callable[[str], Recording]:
    """A recording of a scenario's bytes."""

    def make(name: str) -> Recording:
        return Recording.from_bytes(_file(name), switch="fs")

    return make


@pytest.fixture(scope="session")
def load() -> Recording:
    """600 answered calls; shared, so only to be read."""
    return Recording.from_bytes(_file("load_600_calls"), switch="fs")
