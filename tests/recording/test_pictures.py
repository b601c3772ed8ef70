"""What a recording hands to its figures."""

import pytest
from matplotlib.text import Text
from scenarios import with_commands

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
    with pytest.raises(TypeError, match=r"timeline\(\) takes no 'color'; did you mean 'colour'"):
        record("busy").timeline(color="cause")
    with pytest.raises(TypeError, match=r"rates\(\) takes no 'windows'; did you mean 'window'"):
        record("busy").rates(windows=3)
    with pytest.raises(TypeError, match=r"timeline\(\) takes no 'calls'"):
        record("busy").timeline(calls="x")
    with pytest.raises(ValueError, match="no column 'hangup'; did you mean 'hungup'"):
        record("busy").timeline(sort="hangup")


def test_a_ladder_is_of_one_call_or_of_all_that_were_bridged(record):
    recording = record("bridged_calls")
    call = recording.calls.index[0]
    whole, alone = recording.mermaid(call), recording.mermaid(call, chain=False)
    assert whole.count("participant") == 5  # the switch, and two legs of each call
    assert alone.count("participant") == 3
    assert recording.mermaid(list(recording.calls.index), chain=False) == whole
    assert recording.ladder(call)._repr_png_().startswith(b"\x89PNG")
    with pytest.raises(RecordingError, match="no call or leg 'nobody' is recorded"):
        recording.ladder("nobody")


def test_a_ladder_has_the_commands_that_belong_to_its_call():
    recording = with_commands("dtmf_across")
    stranger = recording.command_sent("api", "uuid_kill 00000000-dead-beef", 1)
    recording.command_replied(stranger, 2, True, "+OK")
    text = recording.mermaid(recording.calls.index[0])
    assert "originate sofia/external/answer" in text
    assert "uuid_send_dtmf 60f223ae 1234#35;" in text
    assert "job#58; +OK 60f223ae" in text
    assert "dead-beef" not in text


def test_charts_are_of_all_calls(record):
    recording = record("ten_calls")
    assert "post-dial delay" in words(recording.latencies())
    assert "call set-up (ms)" in words(recording.latencies("call_setup_latency"))
    assert "answer-seizure ratio, 70.0 % of all" in words(recording.rates())
    assert "answered (%)" in words(recording.rates(["asr"]))
    assert any("one of the two hung up" in text for text in words(recording.causes()))
    assert any("calls, 70.0 % answered" in text for text in words(recording.health()))


def words(figure):
    """All that is written in a figure."""
    return [text.get_text() for text in figure.findobj(Text) if text.get_text()]
