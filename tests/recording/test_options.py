"""A header that no event has is told of, with the nearest that one has."""

import pytest

from switchy_nb.errors import RecordingError
from switchy_nb.recording import Recording
from switchy_nb.wire import Event, Format


def test_a_header_that_was_mistyped_hints_at_the_right_one(record):
    recording = record("ten_calls")
    with pytest.raises(
        RecordingError, match="no event has a header 'Hangup-Couse'; the nearest is 'Han"
    ):
        recording.header("Hangup-Couse")
    with pytest.raises(RecordingError, match="the nearest is 'variable_sip_call_id'"):
        recording.header("VARIABLE_SIP_CALLID")
    with pytest.raises(RecordingError, match="none is similar"):
        recording.header("zzzz")


def test_one_that_may_be_missing_is(record):
    recording = record("busy")
    series = recording.header("Hangup-Couse", required=False)
    assert len(series) == len(recording)
    assert series.isna().all()


def test_an_empty_recording_does_not_know_better():
    assert len(Recording().header("Hangup-Couse")) == 0


def test_events_that_cannot_be_read_have_no_names_to_offer():
    recording = Recording()
    recording.append(Event(b"{no json", Format.JSON), 1)
    recording.append(Event(b"\xff\xfe"), 2)
    with pytest.raises(RecordingError, match="none is similar"):
        recording.header("Event-Name")
    recording.append(Event.make([("Event-Nam\udcffe", "x")]), 3)
    with pytest.raises(RecordingError, match=r"nearest is 'Event-Nam\\\\xffe'"):
        recording.header("Event-Name")
