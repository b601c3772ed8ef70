"""What a leg's media remembers of what it sent, and for how long."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pytest

from switchy_nb.simswitch.calls.channel import Channel
from switchy_nb.simswitch.sound import sounds
from switchy_nb.simswitch.sound.media import FRAME_US, Media
from switchy_nb.simswitch.sound.sounds import Silence, Sound

SECOND = 1_000_000


def leg(studio: Any) -> Media:
    """Media of a leg without a call, in a switch that records or does not."""
    core = SimpleNamespace(studio=studio)
    channel = SimpleNamespace(core=core, leg=None, ring=lambda: None)
    return Media(cast(Channel, channel))


@pytest.fixture
def studio() -> SimpleNamespace:
    return SimpleNamespace(busy=False)


def test_what_is_over_shrinks_to_its_times(studio: SimpleNamespace) -> None:
    media = leg(studio)
    tone = sounds.tone_stream("%(100,0,440)")
    for n in range(1000):
        media.stop(media.start(tone, n * SECOND), n * SECOND + 100_000)
    assert len(media.spans) <= 2
    assert media.present(0, 50_000).count(1) == 5000
    assert media.present(500 * 50, 501 * 50).count(1) == 5


def test_while_something_is_recorded_nothing_is_forgotten(studio: SimpleNamespace) -> None:
    studio.busy = True
    media = leg(studio)
    for n in range(100):
        media.stop(media.start(Sound(Silence(None)), n * SECOND), n * SECOND + 100_000)
    assert len(media.spans) == 100
    studio.busy = False
    media.start(Sound(Silence(None)), 200 * SECOND)
    assert len(media.spans) == 1


def test_what_comes_on_top_lets_the_other_wait(studio: SimpleNamespace) -> None:
    media = leg(studio)
    under = media.start(sounds.tone_stream("%(9000,0,440)"), 0)
    over = media.start(Sound(Silence(8000)), SECOND)
    assert media.playing is over
    assert (under.position(2 * SECOND), over.position(3 * SECOND)) == (8000, 8000)
    media.stop(over, 3 * SECOND)
    assert media.playing is under
    assert under.position(4 * SECOND) == 16000
    assert media.present(0, 200).count(1) == 50 + 50 + 50


def test_a_hold_stops_the_sound_until_it_ends(studio: SimpleNamespace) -> None:
    media = leg(studio)
    voice = media.start(sounds.tone_stream("%(9000,0,440)"), 0)
    media.hold(True, SECOND)
    assert voice.position(5 * SECOND) == 8000
    media.hold(False, 5 * SECOND)
    assert voice.position(6 * SECOND) == 16000
    assert media.present(0, 300).count(1) == 100
    assert media.frames(0, 300) == 100


def test_a_digit_stands_in_the_place_of_audio(studio: SimpleNamespace) -> None:
    media = leg(studio)
    media.start(Sound(Silence(None)), 0)
    media.send_digit("1", 250, SECOND)
    assert media.digit_packets == 15
    assert media.transmitted(0, 100).count(1) == 100 - 13
    assert media.present(0, 100).count(1) == 100
    # and is remembered when it shrinks
    media.send_digit("2", 100, 100 * SECOND)
    assert len(media.digits) == 1
    assert media.transmitted(0, 100).count(1) == 100 - 13


def test_a_pause_and_a_move(studio: SimpleNamespace) -> None:
    media = leg(studio)
    voice = media.start(sounds.tone_stream("%(9000,0,440)"), 0)
    voice.pause(SECOND)
    voice.pause(3 * SECOND)
    voice.change(4 * SECOND, offset=40_000)
    assert voice.position(4 * SECOND + FRAME_US) == 40_160
    assert voice.stretches == [(0, 16000)]
