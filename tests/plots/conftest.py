"""Frames of a real FreeSWITCH's calls to draw."""

from functools import cache

import pytest
from helpers import RECORDINGS, recorded
from hypothesis import settings

from switchy_nb.recording import Recording

# How long an example takes says nothing on a busy machine.
settings.register_profile("patient", deadline=None)
settings.load_profile("patient")


@cache
def _recording(name):
    whole = RECORDINGS / f"{name}.raw.xz"
    return Recording.from_bytes(
        recorded(whole.name if whole.exists() else f"{name}.events.raw.xz"), switch="fs"
    )


@pytest.fixture
def frames():
    """The legs and events of a scenario."""

    def make(name):
        recording = _recording(name)
        return recording.sessions, recording.events

    return make
