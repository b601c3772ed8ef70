"""Expectations: what holds goes on, and what does not fails with the call's steps in words."""

import pandas as pd
import pytest

from switchy_nb import Recording, expect
from switchy_nb.analysis.outcomes import outcomes_of

# --- one call -----------------------------------------------------------------------------


def test_a_real_call_is_as_the_commands_beside_it_made_it(record, placed):
    (placed_call,) = placed("ring_then_answer")
    call = record("ring_then_answer").call(placed_call.uuid)
    held = (
        expect(call)
        .rang(within=0.1)
        .answered(within=2)
        .lasted(between=(0.01, 0.2))
        .lasted(at_least=1, at_most=1.2, since="creation")
        .hung_up_by("caller")
        .cause("NORMAL_CLEARING")
        .saw("CHANNEL_PROGRESS", then=["CHANNEL_ANSWER", "CHANNEL_HANGUP"], within=2)
        .never_saw("CHANNEL_BRIDGE", "sofia::error")
    )
    assert repr(held) == (
        "rang after 0 ms, answered after 1.02 s, lasted 40 ms, lasted 1.06 s, "
        "hung up by the caller, NORMAL_CLEARING, CHANNEL_PROGRESS then CHANNEL_ANSWER then "
        "CHANNEL_HANGUP, no CHANNEL_BRIDGE or sofia::error"
    )


def test_calls_that_were_not_answered(record):
    for name, cause in (("busy", "USER_BUSY"), ("no_answer", "NO_ANSWER")):
        recording = record(name)
        call = recording.call(recording.calls.index[0])
        expect(call).unanswered().cause(cause, "ALLOTTED_TIMEOUT")
        with pytest.raises(AssertionError, match="to be answered, but it was not answered"):
            expect(call).answered()


@pytest.mark.parametrize(
    ("expected", "message"),
    [
        (
            lambda e: e.answered(within=0.5),
            "to be answered within 0.50 s, but it was answered after 1.02 s",
        ),
        (lambda e: e.unanswered(), "to end unanswered, but it was answered after 1.02 s"),
        (
            lambda e: e.lasted(between=(2, 3)),
            "to last 2.00 s to 3.00 s since its answer, but it lasted 40 ms",
        ),
        (
            lambda e: e.lasted(at_least=2),
            "to last at least 2.00 s since its answer, but it lasted 40 ms",
        ),
        (
            lambda e: e.lasted(at_most=0.01),
            "to last at most 10 ms since its answer, but it lasted 40 ms",
        ),
        (
            lambda e: e.hung_up_by("callee"),
            "to be hung up by the callee, but it was hung up by the caller",
        ),
        (
            lambda e: e.cause("USER_BUSY", "NO_ANSWER"),
            "to end with USER_BUSY or NO_ANSWER, but it ended with NORMAL_CLEARING",
        ),
        (
            lambda e: e.saw("CHANNEL_HANGUP", then="CHANNEL_CREATE"),
            "to see CHANNEL_HANGUP, then CHANNEL_CREATE, but they came in another order",
        ),
        (
            lambda e: e.saw("CHANNEL_BRIDGE"),
            "to see CHANNEL_BRIDGE, but CHANNEL_BRIDGE did not come",
        ),
        (
            lambda e: e.saw("CHANNEL_CREATE", then="CHANNEL_DESTROY", within=0.5),
            "to see CHANNEL_CREATE, then CHANNEL_DESTROY within 0.50 s, but it took 1.06 s",
        ),
        (lambda e: e.never_saw("CHANNEL_ANSWER"), "CHANNEL_ANSWER came"),
    ],
)
def test_what_is_not_so_fails_with_the_steps_of_the_call(expected, message, record):
    recording = record("ring_then_answer")
    call = recording.call(recording.calls.index[0])
    with pytest.raises(AssertionError) as failed:
        expected(expect(call))
    assert message in str(failed.value)
    assert f"expected the call {call.uuid} " in str(failed.value)
    assert "0.000 s  caller   begins: the switch calls sofia/external/ringanswer@" in str(
        failed.value
    )
    assert "caller   is hung up: NORMAL_CLEARING (Q.850 16)" in str(failed.value)


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        (lambda e: e.cause("NORMAL_CLEARIN"), "did you mean 'NORMAL_CLEARING'"),
        (lambda e: e.cause(), "which cause"),
        (lambda e: e.saw("CHANEL_ANSWER"), "did you mean 'CHANNEL_ANSWER'"),
        (lambda e: e.saw("CHANNEL_CREATE", then="sofia:register"), "did you mean"),
        (lambda e: e.hung_up_by("me"), "by its 'caller' or its 'callee', not by 'me'"),
        (lambda e: e.answered(within="2 s"), "within is a number of seconds"),
        (lambda e: e.answered(within=-1), "within is a number of seconds"),
        (lambda e: e.lasted(between=3), "a pair of seconds, such as"),
        (lambda e: e.lasted(between=(3, 2)), "the first is above the second"),
        (lambda e: e.lasted(), "how long"),
        (lambda e: e.lasted(at_least=1, since="ring"), "'answer' or its 'creation', not 'ring'"),
    ],
)
def test_what_cannot_be_expected_is_another_error(asked, message, record):
    recording = record("ring_then_answer")
    with pytest.raises(ValueError, match=message):
        asked(expect(recording.call(recording.calls.index[0])))


def test_a_call_that_rang_late_or_not_at_all(record, tape):
    tape.leg("late-leg", rang=3, answered=4)
    with pytest.raises(AssertionError, match=r"to ring within 1\.00 s, but it rang after 3\.00 s"):
        expect(tape.recording.call("late-leg")).rang(within=1)
    recording = record("busy")
    with pytest.raises(AssertionError, match="to ring, but it did not"):
        expect(recording.call(recording.calls.index[0])).rang()


def test_a_custom_event_is_named_by_its_subclass(tape):
    tape.leg("custom-leg", answered=1)
    tape.event(
        2, "CUSTOM", "custom-leg", Event_Subclass="my::event", Channel_Call_UUID="custom-leg"
    )
    tape.event(3, "CUSTOM", "custom-leg", Event_Subclass="plain", Channel_Call_UUID="custom-leg")
    call = tape.recording.call("custom-leg")
    expect(call).saw("CHANNEL_ANSWER", then=["my::event", "plain"])


def test_a_call_that_is_still_up_has_not_ended(tape):
    tape.leg("still-up-leg", answered=1)
    call = tape.recording.call("still-up-leg")
    with pytest.raises(AssertionError, match="to be hung up by the caller, but it is still up"):
        expect(call).hung_up_by("caller")


def test_only_calls_recordings_and_frames_can_be_expected_of():
    with pytest.raises(TypeError, match="not of int"):
        expect(3)


# --- live ---------------------------------------------------------------------------------


def test_a_live_leg_is_waited_for(caller):
    sess, _ = caller(caller.url("ringanswer"), timeout=5)
    sess.hangup()
    expect(sess, timeout=5).answered(within=3).hung_up_by("caller").cause("NORMAL_CLEARING").saw(
        "CHANNEL_ANSWER", then="CHANNEL_HANGUP"
    )
    expect(sess.call, timeout=5).saw("CHANNEL_PROGRESS", then="CHANNEL_ANSWER")


def test_a_live_leg_that_does_not_do_it_fails_in_time(caller):
    sess, _ = caller(caller.url("answer"), timeout=5)
    with pytest.raises(AssertionError, match="but it is still up") as failed:
        expect(sess, timeout=0.1).cause("NORMAL_CLEARING")
    assert f"expected the leg {sess.uuid}" in str(failed.value)
    sess.hangup()
    expect(sess, timeout=5).lasted(at_least=0.05)


def test_a_live_leg_sees_its_own_events_and_a_call_those_of_all_legs(caller):
    sess, _ = caller(caller.url("ringanswer"), timeout=5)
    sess.hangup()
    expect(sess.call, timeout=5).hung_up_by("caller").saw("CHANNEL_PROGRESS")
    with pytest.raises(AssertionError, match="CHANNEL_PROGRESS_MEDIA did not come"):
        expect(sess, timeout=0.1).saw("CHANNEL_PROGRESS_MEDIA")


# --- many ---------------------------------------------------------------------------------


def test_shares_of_real_calls(record):
    calls = record("ten_calls").calls
    assert expect(calls).share("answered") >= 0.7
    assert expect(calls).share("answered") == 0.7
    assert expect(calls).share("failed") == 0.2
    assert expect(calls).share("unanswered") == 0.1
    assert expect(calls).share("user_busy") == 0.1
    assert expect(calls).share(hung_up_by="caller") < 0.9
    assert expect(calls).share("answered", hung_up_by="caller") == 0.7
    assert expect(calls).share(lambda frame: frame["sessions"] == 2) == 1
    assert 0.65 <= expect(calls).share("answered") <= 0.75
    assert expect(calls).count() == 10
    assert repr(expect(calls).share("answered") >= 0.7) == (
        "share of answered: 7 of 10 (70.0 %), at least 70 %"
    )


def test_a_share_that_is_too_small_fails_and_tells_of_the_others(record):
    recording = record("ten_calls")
    with pytest.raises(AssertionError) as failed:
        expect(recording.calls).share("answered") >= 0.99  # noqa: B015 (it asserts by itself)
    text = str(failed.value)
    assert "share of answered: 7 of 10 (70.0 %), wanted at least 99 %" in text
    assert "The 3 others: 1 × USER_BUSY, 1 × UNALLOCATED_NUMBER and 1 × NORMAL_CLEARING" in text
    busy = recording.calls.index[recording.calls["hangup_cause"] == "USER_BUSY"][0]
    assert f"    {busy}, hangup_cause USER_BUSY, hung_up_by callee" in text
    with pytest.raises(AssertionError) as failed:
        expect(recording).share("answered") >= 0.99  # noqa: B015
    assert f"  {busy}:\n" in str(failed.value)
    assert "caller   is hung up: USER_BUSY (Q.850 17), SIP 486 Busy Here" in str(failed.value)


def test_percentiles_of_real_calls(load):
    assert expect(load).percentile(95, "post_dial_delay") <= 0.1
    assert expect(load.calls).median("call_setup_latency") <= 0.05
    assert expect(load.sessions).longest("duration_s") < 3
    with pytest.raises(AssertionError) as failed:
        expect(load).percentile(95, "call_setup_latency") <= 0.001  # noqa: B015
    text = str(failed.value)
    assert "95th percentile of call_setup_latency: 40 ms (of 600), wanted at most 1 ms" in text
    assert f"    {load.calls['call_setup_latency'].idxmax()}: 81 ms" in text
    assert "caller   begins:" in text


@pytest.mark.parametrize(
    ("asked", "error", "message"),
    [
        (lambda e: e.share("answerd"), ValueError, "did you mean 'answered'"),
        (lambda e: e.share("USER_BUZY"), ValueError, "did you mean 'USER_BUSY'"),
        (lambda e: e.share(hungup_by="caller"), ValueError, "did you mean 'hung_up_by'"),
        (lambda e: e.share(), ValueError, "share of what"),
        (lambda e: e.share("answered") >= 99, ValueError, "for 99 % write 0.99"),
        (lambda e: e.share("answered") >= "all", TypeError, "compared with a number"),
        (lambda e: bool(e.share("answered")), TypeError, "neither true nor false"),
        (lambda e: e.percentile(950, "call_setup_latency"), ValueError, "from 0 to 100"),
        (lambda e: e.median("setup_latency"), ValueError, "did you mean 'call_setup_latency'"),
        (lambda e: e.median("hangup_cause"), ValueError, "and no seconds"),
    ],
)
def test_what_cannot_be_asked_of_a_frame_is_another_error(asked, error, message, record):
    with pytest.raises(error, match=message):
        asked(expect(record("ten_calls").calls))


def test_nothing_has_no_share():
    with pytest.raises(AssertionError, match="the frame has no rows"):
        expect(Recording().calls).share("answered") >= 0  # noqa: B015
    assert expect(Recording()).count() == 0


def test_a_clean_recording_and_one_that_is_not(record, load):
    expect(load).clean()
    recording = record("ten_calls")
    expect(recording).clean(but=["failed", "unanswered"])
    with pytest.raises(AssertionError) as failed:
        expect(recording).clean(but="unanswered")
    text = str(failed.value)
    assert "the recording is not clean: 2 problems (2 failed)" in text
    assert "event 245: Hangup-Cause USER_BUSY" in text
    assert "callee   runs hangup USER_BUSY" in text
    with pytest.raises(ValueError, match="did you mean 'failed'"):
        expect(recording).clean(but="fail")


def test_outcomes_of_calls_and_of_legs(tape):
    tape.call("ended")
    tape.leg("up-and-answered", at=1, answered=2)
    tape.leg("up", at=1)
    tape.leg("cut-off", at=1, answered=2, hungup=3, cause="MEDIA_TIMEOUT")
    tape.leg("given-up", at=1, hungup=3, cause="ORIGINATOR_CANCEL")
    tape.leg("refused", at=1, hungup=3, cause="CALL_REJECTED")
    wanted = ["answered", "answered", "up", "cut off", "unanswered", "failed"]
    assert list(outcomes_of(tape.recording.calls)) == wanted
    legs = outcomes_of(tape.recording.sessions)
    assert list(legs[tape.recording.calls.index]) == wanted
    assert isinstance(legs, pd.Series)
