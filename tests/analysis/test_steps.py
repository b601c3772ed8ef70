"""The steps of a call, against its events read plainly."""

import pytest

from switchy_nb.analysis.facts import Facts
from switchy_nb.analysis.steps import steps_of


def test_the_steps_of_a_real_call_are_what_was_ordered_and_what_came_of_it(record, placed):
    (call,) = placed("tone_and_echo")
    text = record("tone_and_echo").call(call.uuid).steps()
    lines = [line.split("s  ", 1)[1] for line in text.split("\n")]
    assert lines == [
        "caller   begins: the switch calls sofia/external/park@127.0.0.1:5080",
        "callee   begins: comes in for park",
        "callee   is parked",
        "command  uuid_answer the callee",
        "callee   has early media",
        "callee   is answered",
        "caller   is answered",
        "caller   is parked",
        "command  uuid_broadcast the callee echo::",
        "command  uuid_broadcast the caller playback::tone_stream://%(251,0,1004);loops=-1",
        "callee   runs echo",
        "caller   runs playback tone_stream://%(251,0,1004);loops=-1",
        "caller   begins to play tone_stream://%(251,0,1004);loops=-1",
        "command  uuid_break the caller",
        "caller   has played tone_stream://%(251,0,1004);loops=-1",
        "command  uuid_kill the caller",
        "caller   is hung up: NORMAL_CLEARING (Q.850 16)",
        "callee   is hung up: NORMAL_CLEARING (Q.850 16), SIP 200 OK",
    ]


@pytest.mark.parametrize(
    "name", ["blocking_originate", "callee_hangs_up", "caller_hangs_up", "hang_up_all", "ten_calls"]
)
def test_a_command_is_told_before_what_it_caused_in_the_same_tick_of_the_clock(name, record):
    recording = record(name)
    told = 0
    for call in recording.calls.index:
        steps = steps_of(Facts(recording, call))
        ends = [at for at, step in enumerate(steps) if step.what.startswith("is hung up")]
        kills = [at for at, s in enumerate(steps) if s.what.startswith(("uuid_kill", "hupall"))]
        told += len(kills)
        assert all(kill < min(ends) for kill in kills)
        assert all(kill > 0 for kill in kills)
    assert told


@pytest.mark.parametrize("name", ["busy", "dtmf_across", "ten_calls", "bridged_calls"])
def test_steps_are_in_order_and_each_has_the_event_that_says_so(name, record):
    recording = record(name)
    for call in recording.calls.index:
        steps = steps_of(Facts(recording, call))
        times = [step.at for step in steps]
        assert times == sorted(times)
        for step in steps:
            assert recording.event(step.n).name != "CHANNEL_STATE"


def test_digits_that_came_one_after_the_other_are_one_step(record):
    recording = record("dtmf_across")
    heard = [s for s in steps_of(Facts(recording, recording.calls.index[0])) if "digit" in s.what]
    assert [(s.who, s.what) for s in heard] == [("callee", "hears the digits 1234#")]


def test_nothing_recorded_is_said(tape):
    from switchy_nb.analysis.steps import timeline_in_words

    tape.event(0, "CHANNEL_STATE", "state-only")
    assert timeline_in_words(Facts(tape.recording, "state-only")) == "nothing of it was recorded"
