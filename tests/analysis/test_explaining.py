"""What is said of a call, against what the commands beside the recording did to it."""

import pytest

from switchy_nb import Recording
from switchy_nb.errors import ConfigurationError, RecordingError

ANSWERED = {"answer", "ringanswer", "park", "echo"}
CAUSES = {
    "busy": ("SIP 486 Busy Here, USER_BUSY (Q.850 17)", "the far end is busy"),
    "hangup-UNALLOCATED_NUMBER": (
        "SIP 404 Not Found, UNALLOCATED_NUMBER (Q.850 1)",
        "nobody has that number",
    ),
}
SCENARIOS = [
    "blocking_originate",
    "bridged_calls",
    "busy",
    "callee_hangs_up",
    "caller_hangs_up",
    "cancelled_while_ringing",
    "channel_variables",
    "dtmf_across",
    "hang_up_all",
    "hostile_values",
    "no_answer",
    "parked_then_answered",
    "record_both_legs",
    "ring_then_answer",
    "scheduled_hangup",
    "ten_calls",
    "tone_and_echo",
    "unallocated",
]


@pytest.mark.parametrize("name", SCENARIOS)
def test_a_call_is_told_as_the_commands_beside_it_had_it(name, record, placed):
    recording = record(name)
    calls = placed(name)
    assert calls
    for call in calls:
        text = recording.explain(call.uuid)
        row = recording.calls.loc[call.uuid]
        ends = {row["caller"]: "caller", row["callee"]: "callee"}
        assert f"placed a call to {call.number} (sofia/external/{call.number}@" in text
        assert ("It was answered" in text) == (call.number in ANSWERED)
        killed = [o.split()[1] for o in call.orders if o.startswith("uuid_kill")]
        mine = [ends[uuid] for uuid in killed if uuid in ends]
        if call.number in CAUSES:
            numbers, meaning = CAUSES[call.number]
            assert "The far end refused it" in text
            assert (
                f"its dial plan ran hangup {call.number.partition('-')[2] or 'USER_BUSY'}" in text
            )
            assert f"{numbers}: {meaning}." in text
        elif mine and call.number in ANSWERED:
            assert f"The {mine[0]} hung up" in text
            assert "because uuid_kill ended it. NORMAL_CLEARING (Q.850 16)" in text
        elif mine:
            assert "nobody answered. The caller gave up" in text
            assert "because uuid_kill ended it" in text
        elif "hupall NORMAL_CLEARING" in call.orders:
            assert "because hupall ended all legs" in text
        elif any(o.startswith("sched_hangup +1 " + call.uuid) for o in call.orders):
            assert "The caller hung up" in text
            assert "as it was scheduled to (sched_hangup)" in text
        elif call.number == "noanswer":
            assert "The switch gave up after" in text
            assert (
                f"the {call.timeout:.0f} s that it was given (originate_timeout) were over" in text
            )
            assert "NO_ANSWER (Q.850 19): it rang, and nobody answered in time." in text
        else:
            # bridged with a call that was killed
            assert "because the leg " in text
            assert f"{killed[0]} that it was bridged with had ended" in text


def test_what_went_on_in_a_call_is_told(record, placed):
    (call,) = placed("dtmf_across")
    sent = next(o.split()[2] for o in call.orders if o.startswith("uuid_send_dtmf"))
    assert f"the callee heard the digits {sent}" in record("dtmf_across").explain(call.uuid)
    (call,) = placed("tone_and_echo")
    text = record("tone_and_echo").explain(call.uuid)
    assert "the callee ran echo and the caller was played tone_stream://%(251,0,1004)" in text
    (call,) = placed("ring_then_answer")
    assert "It was answered after 1.02 s, having rung for 1.02 s." in record(
        "ring_then_answer"
    ).explain(call.uuid)
    (call,) = placed("record_both_legs")
    text = record("record_both_legs").explain(call.uuid)
    for leg in record("record_both_legs").sessions.index:  # a long path keeps the file's name
        assert f"/recordings/probe_{leg}.wav" in text


def test_a_callers_name_that_begins_with_a_blank_leaves_no_hole_in_the_sentence(record):
    recording = record("hostile_values")
    assert " for forged <1112223333>." in recording.explain(recording.calls.index[0])


def test_calls_that_were_bridged_name_each_other(record, placed):
    first, second = placed("bridged_calls")
    recording = record("bridged_calls")
    for one, other in ((first, second), (second, first)):
        assert f"The caller was bridged with the call {other.uuid}." in recording.explain(one.uuid)


def test_a_leg_that_never_was_a_channel_is_told_as_that(record):
    recording = record("wrong_commands")
    for call in recording.calls.index:
        assert "the switch gave it up before it was a channel" in recording.explain(call)


def test_a_call_is_compared_with_the_others_of_its_recording(load):
    slowest = load.calls["call_setup_latency"].idxmax()
    text = load.explain(slowest)
    assert text.endswith("Nothing took long compared with the other 599 calls.")
    assert "compared" not in Recording.concat([load.select(calls=slowest)]).explain(slowest)


def test_what_took_long_is_told_with_the_numbers_of_the_others(tape):
    for n in range(20):
        tape.call(f"quick{n:02}", at=n * 0.1, setup=0.02 + n / 1000)
    tape.call("slow", at=3, setup=4.0)
    text = tape.recording.explain("slow")
    assert (
        "The call took 4.00 s to be answered, longer than any of the other 20 calls (half of "
        "them took at most 30 ms, 95 % at most 38 ms)" in text
    )
    assert "Nothing took long" in tape.recording.explain("quick03")


def test_a_call_that_is_not_over_says_so(tape):
    tape.leg("never-ends", answered=1.0)
    tape.leg("other-leg1", at=2.0, hungup=5.0, cause="USER_BUSY")
    text = tape.recording.explain("never-ends")
    assert "It is still up where the recording ends, 5.00 s after it began" in text
    assert "hung up by" not in text


def test_a_refusal_is_told_with_the_status_that_came_from_afar(tape):
    tape.leg(
        "refused-leg",
        hungup=0.5,
        cause="NORMAL_TEMPORARY_FAILURE",
        variable_sip_term_status=503,
        variable_sip_hangup_disposition="recv_refuse",
    )
    assert tape.recording.explain("refused-leg").endswith(
        "The far end refused it after 0.50 s. SIP 503 Service Unavailable, "
        "NORMAL_TEMPORARY_FAILURE (Q.850 41): something on the way failed; another try may work."
    )


def test_one_way_and_poor_sound_are_told(tape):
    counted = "variable_rtp_audio_{}_media_packet_count"
    tape.leg(
        "one-way-leg",
        answered=1,
        hungup=9,
        **{
            counted.format("in"): 0,
            counted.format("out"): 400,
            "variable_rtp_audio_in_mos": "2.10",
        },
    )
    text = tape.recording.explain("one-way-leg")
    assert "The caller heard nothing, though it sent 400 packets of sound." in text
    assert "The caller heard poor sound: its mean opinion score is 2.10." in text


def test_values_from_the_network_stay_text_on_one_line(tape):
    evil = "<script>alert(1)</script>\n# x\x1b[31m"
    tape.leg("hostile-leg", destination=evil, hungup=1.0, cause="EVIL\nCAUSE")
    text = tape.recording.explain("hostile-leg")
    assert text.count("\n") == 0
    assert "\x1b" not in text
    assert "<script" not in text._repr_html_()
    assert "<script" not in tape.recording.call("hostile-leg")._repr_html_()
    assert "EVIL·CAUSE: not one of FreeSWITCH's hangup causes" in text


def test_a_call_is_found_by_its_key_a_leg_or_the_first_letters_of_either(record):
    recording = record("caller_hangs_up")
    key, callee = recording.calls.index[0], recording.calls["callee"].iloc[0]
    for name in (key, callee, key[:8], callee[:4]):
        assert recording.call(name).uuid == key
    assert repr(recording.call(key)) == f"<Call {key}: 2 legs, answered, NORMAL_CLEARING>"
    assert list(recording.call(key).sessions.index) == [key, callee]
    assert len(recording.call(key).events) == recording.sessions["events"].sum()


def test_what_names_no_call_is_an_error_that_names_the_nearest(record):
    recording = record("ten_calls")
    key = recording.calls.index[0]
    with pytest.raises(RecordingError, match=f"the nearest is '{key}'"):
        recording.call(key[:-1] + "!")
    with pytest.raises(RecordingError, match="no call or leg 'abc'"):
        recording.explain("abc")
    with pytest.raises(TypeError, match="a call is named by its key or a leg's uuid"):
        recording.call(3)
    with pytest.raises(RecordingError, match="none is recorded"):
        Recording().call("anything")


def test_the_beginning_of_several_calls_is_an_error(tape):
    tape.leg("twin-one")
    tape.leg("twin-two")
    with pytest.raises(RecordingError, match="2 calls begin with 'twin': twin-one, twin-two"):
        tape.recording.call("twin")


def test_live_legs_and_calls_tell_their_story(caller):
    sess, _ = caller(caller.url("answer"), timeout=5)
    call = sess.call
    assert "It is still up where the recording ends" in sess.explain()
    sess.hangup()
    sess.wait("hungup", timeout=5)
    for told in (sess.explain(), call.explain(), caller.recording.explain(sess)):
        assert "hung up" in told
        assert "because uuid_kill ended it" in told


def test_a_leg_that_nobody_records_says_so():
    from legs import Recorder, event

    from switchy_nb import Session

    with pytest.raises(ConfigurationError, match="is not recorded"):
        Session(event("CHANNEL_CREATE"), con=Recorder()).explain()
