"""What FreeSWITCH counted of the sound that each leg received."""

import pytest
from scenarios import shared

from switchy_nb.analysis.quality import quality_of


def of(recording):
    return quality_of(recording.sessions, recording.events, recording.pick)


def test_the_statistics_are_those_of_the_last_event():
    recording = shared("tone_and_echo")
    frame = of(recording)
    assert list(frame.index) == list(recording.sessions.index)
    for uuid, leg in frame.iterrows():
        events = recording.events
        end = events[(events["session"] == uuid) & (events["name"] == "CHANNEL_HANGUP_COMPLETE")]
        last = recording.event(int(end.index[-1]))
        assert leg["packets"] == int(last["variable_rtp_audio_in_media_packet_count"])
        assert leg["packets"] > 0
        assert leg["mos"] == float(last["variable_rtp_audio_in_mos"])
        variance = float(last["variable_rtp_audio_in_jitter_max_variance"])
        assert leg["jitter_ms"] == pytest.approx(variance**0.5)
        assert leg["loss"] == float(last["variable_rtp_audio_in_jitter_loss_rate"])
        assert leg["ended"] == end["time"].iloc[-1]


def test_who_received_nothing_has_no_score():
    frame = of(shared("load_600_calls"))
    assert len(frame) == 1_200
    assert (frame["packets"] == 0).all()
    assert frame[["mos", "quality", "jitter_ms", "loss"]].isna().all(axis=None)


def test_legs_without_statistics_are_left_out():
    assert not len(of(shared("busy")))
