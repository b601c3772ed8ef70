"""What a recording hands to its figure."""

import pytest

from switchy_nb.errors import RecordingError


def shown(figure):
    return [label.get_text() for label in figure.axes[0].get_yticklabels()]


def test_all_legs_one_call_or_some_legs(record):
    recording = record("bridged_calls")
    assert len(shown(recording.timeline())) == 4
    call = recording.calls.index[1]
    assert len(shown(recording.timeline(call=call))) == 2
    assert len(shown(recording.timeline(call=list(recording.calls.index)))) == 4
    leg = recording.sessions.index[2]
    labels = shown(recording.timeline(sessions=[leg]))
    assert len(labels) == 1
    assert leg[:8] in labels[0]
    assert shown(recording.timeline(sessions=leg)) == labels


def test_what_is_not_there_is_an_error_with_the_nearest_name(record):
    recording = record("busy")
    call = recording.calls.index[0]
    with pytest.raises(RecordingError, match=f"no call '{call}x' is recorded; the nearest is"):
        recording.timeline(call=call + "x")
    with pytest.raises(RecordingError, match="no session 'nobody' is recorded"):
        recording.timeline(sessions=["nobody"])


def test_an_unknown_option_is_an_error(record):
    with pytest.raises(TypeError, match="colour"):
        record("busy").timeline(colour="red")
