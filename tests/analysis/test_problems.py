"""What looks wrong, against what the commands beside real recordings did, and on tapes of faults."""

import re
import threading

import pandas as pd
import pytest

from switchy_nb import Recording
from switchy_nb.analysis.problems import Kind
from switchy_nb.errors import APIError
from switchy_nb.wire import Event

CLEAN = [
    "blocking_originate",
    "bridged_calls",
    "callee_hangs_up",
    "caller_hangs_up",
    "channel_variables",
    "dtmf_across",
    "hang_up_all",
    "hostile_values",
    "parked_then_answered",
    "record_both_legs",
    "ring_then_answer",
    "scheduled_hangup",
    "tone_and_echo",
]
#: What happens at a number that is called, by the dial plan of the switch that was recorded.
KINDS = {
    "busy": (Kind.FAILED, "SIP 486 Busy Here, USER_BUSY (Q.850 17): the far end is busy"),
    "hangup-UNALLOCATED_NUMBER": (
        Kind.FAILED,
        "SIP 404 Not Found, UNALLOCATED_NUMBER (Q.850 1): nobody has that number",
    ),
    "noanswer": (Kind.UNANSWERED, ""),
}
COLUMNS = {
    "kind": "str",
    "at": "datetime64[us, UTC]",
    "call": "str",
    "session": "str",
    "seconds": "float64",
    "what": "str",
    "evidence": "str",
    "n": "Int64",
}


def only(problems, kind):
    assert list(problems["kind"]) == [kind.value], repr(problems)
    return problems.iloc[0]


@pytest.mark.parametrize("name", CLEAN)
def test_nothing_is_wrong_with_a_real_call_that_went_well(name, record):
    problems = record(name).problems()
    assert len(problems) == 0, repr(problems)


def test_nothing_is_wrong_with_six_hundred_real_calls(load):
    assert repr(load.problems()) == "No problems in 600 calls, 33,002 events."


@pytest.mark.parametrize(
    "name", ["busy", "unallocated", "no_answer", "cancelled_while_ringing", "ten_calls"]
)
def test_each_call_that_was_placed_to_go_wrong_is_a_problem_and_no_other(name, record, placed):
    recording = record(name)
    problems = recording.problems().set_index("call")
    wrong = [call for call in placed(name) if call.number in KINDS]
    assert sorted(problems.index) == sorted(call.uuid for call in wrong)
    for call in wrong:
        kind, words = KINDS[call.number]
        found = problems.loc[call.uuid]
        assert found["kind"] == kind.value
        assert words in found["what"]
        assert f"The call to {call.number} " in found["what"]
        event = recording.event(int(found["n"]))
        assert event.name == "CHANNEL_HANGUP"
        assert event["Unique-ID"] == call.uuid == found["session"]
        assert f"event {found['n']}: Hangup-Cause {event['Hangup-Cause']}" in found["evidence"]
        assert "its job ended with -ERR " in found["evidence"]


def test_commands_that_were_refused(record, caller):
    problems = record("wrong_commands").problems()
    refused = problems[problems["kind"] == Kind.COMMAND.value]
    assert list(refused["what"]) == ["The job `no_such_command now` failed."]
    with pytest.raises(APIError):
        caller.client.api("uuid_kill nobody-at-all")
    last = caller.recording.problems().iloc[-1]
    assert last["kind"] == Kind.COMMAND.value
    assert "`uuid_kill nobody-at-all`" in last["what"]
    assert "-ERR No such channel!" in last["evidence"]


def test_a_hangup_that_came_too_late_for_its_leg_is_no_problem(caller):
    sess, _ = caller(caller.url("answer"), timeout=5)
    sess.wait("PLAYBACK_START", timeout=5)  # else what the app sends may come too late as well
    for _ in range(2):
        sess.hangup()
        sess.wait("CHANNEL_DESTROY" if not sess.ended else "hungup", timeout=5)
    problems = caller.recording.problems()
    assert Kind.COMMAND.value not in set(problems["kind"]), repr(problems)
    assert not caller.recording.commands["ok"].all()


def test_the_frame_has_its_columns_also_when_it_is_empty(record):
    for name in ("ten_calls", "caller_hangs_up"):
        problems = record(name).problems()
        assert dict(problems.dtypes.astype(str)) == COLUMNS
        assert problems.index.name == "problem"
        assert problems["at"].is_monotonic_increasing
    assert type(problems.head()) is pd.DataFrame
    assert repr(Recording().problems()) == "No problems in 0 calls, 0 events."


def test_a_call_that_was_cut_off(tape):
    tape.leg("cut-off-leg", answered=1, hungup=31, cause="MEDIA_TIMEOUT")
    found = only(tape.recording.problems(), Kind.CUT_OFF)
    assert found["what"] == (
        "The call to 7001 was cut off 30.0 s after the answer, with MEDIA_TIMEOUT: no media came "
        "for too long."
    )
    assert found["seconds"] == 31


def test_a_post_dial_delay_that_is_long_by_itself_or_beside_others(tape):
    for n in range(10):
        tape.call(f"quick-{n}", at=n)
    tape.leg("slow-leg-1", at=11, rang=13, answered=14, hungup=15)
    found = only(tape.recording.problems(), Kind.SLOW)
    assert found["call"] == "slow-leg-1"
    assert found["what"] == "The far end took 2.00 s to react."
    assert "far beyond the other calls, within the limit of 5.00 s" in found["evidence"]
    assert tape.recording.event(int(found["n"])).name == "CHANNEL_PROGRESS"


def test_the_limits_can_be_set_and_are_named(tape):
    tape.leg("slow-leg-1", rang=6, answered=7, hungup=8, variable_rtp_audio_in_mos="3.90")
    assert "over the limit of 5.00 s" in only(tape.recording.problems(), Kind.SLOW)["evidence"]
    assert len(tape.recording.problems(post_dial_delay=10)) == 0
    assert only(tape.recording.problems(post_dial_delay=10, mos=4), Kind.POOR)["what"] == (
        "A leg heard poor sound: its mean opinion score is 3.90."
    )
    with pytest.raises(TypeError, match="did you mean 'post_dial_delay'"):
        tape.recording.problems(post_dial=3)


def _counts(received, sent):
    name = "variable_rtp_audio_{}_media_packet_count"
    return {name.format("in"): received, name.format("out"): sent}


def test_one_way_audio_is_what_one_end_sent_and_the_other_did_not_receive(tape):
    tape.leg("near-leg-1", answered=0, hungup=9, **_counts(0, 0))
    tape.leg(
        "far-leg-1", call="near-leg-1", direction="inbound", answered=0, hungup=9, **_counts(0, 420)
    )
    found = only(tape.recording.problems(), Kind.ONE_WAY)
    assert found["session"] == "near-leg-1"
    assert "while the other end (far-leg-1) sent 420 packets" in found["evidence"]


@pytest.mark.parametrize(
    ("near", "far"), [((420, 0), (0, 420)), ((0, 0), (0, 0)), ((0, 30), (30, 30))]
)
def test_no_audio_at_all_and_a_moment_of_it_are_no_problem(tape, near, far):
    tape.leg("near-leg-1", answered=0, hungup=9, **_counts(*near))
    tape.leg(
        "far-leg-1", call="near-leg-1", direction="inbound", answered=0, hungup=9, **_counts(*far)
    )
    assert len(tape.recording.problems()) == 0


def test_a_leg_whose_far_end_is_elsewhere_and_that_only_sent(tape):
    tape.leg("alone-leg", answered=0, hungup=9, **_counts(0, 450))
    assert (
        "the leg itself sent 450 packets"
        in only(tape.recording.problems(), Kind.ONE_WAY)["evidence"]
    )


def test_a_leg_that_never_hung_up(tape):
    tape.call("other-call", at=0, talk=60)
    tape.leg("lost-leg-1", at=1, answered=2, hungup=20)
    tape.leg("lost-leg-2", at=1, call="lost-leg-1", direction="inbound", answered=2)
    tape.event(120, "HEARTBEAT")
    found = only(tape.recording.problems(), Kind.NOT_HUNG_UP)
    assert (found["session"], found["call"]) == ("lost-leg-2", "lost-leg-1")
    assert found["seconds"] == 118
    assert "another leg of its call hung up" in found["evidence"]


def test_a_leg_that_is_just_ending_is_no_problem(tape):
    tape.leg("near-leg-1", answered=2, hungup=20)
    tape.leg("far-leg-1", call="near-leg-1", direction="inbound", answered=2)
    assert len(tape.recording.problems()) == 0


def test_events_of_a_leg_that_came_in_the_wrong_order(tape):
    tape.event(0, "CHANNEL_ANSWER", "odd-leg-1")
    tape.leg("odd-leg-1", at=0, hungup=1)
    found = only(tape.recording.problems(), Kind.ORDER)
    assert found["what"] == "CHANNEL_CREATE of a leg came after its CHANNEL_ANSWER."
    assert "event 1 came after event 0" in found["evidence"]


def test_an_id_that_is_used_again_is_not_out_of_order(tape):
    tape.leg("same-leg-1", at=0, answered=1, hungup=2)
    tape.leg("same-leg-1", at=3, answered=4, hungup=5)
    assert len(tape.recording.problems()) == 0


def test_events_that_came_twice(record):
    twice = Recording.concat([record("caller_hangs_up"), record("caller_hangs_up")])
    problems = twice.problems()
    found = problems[problems["kind"] == Kind.TWICE.value].iloc[0]
    assert found["what"] == "51 events came twice."
    assert "Event-Sequence" in found["evidence"]


def test_an_event_that_did_not_come(tape):
    tape.call("other-call")
    first = tape.start
    tape.leg(
        "lossy-leg",
        at=1,
        hungup=9,
        Caller_Channel_Created_Time=first + 1_000_000,
        Caller_Channel_Answered_Time=first + 2_000_000,
        cause="NORMAL_CLEARING",
    )
    problems = tape.recording.problems()
    found = problems[problems["kind"] == Kind.MISSING.value]
    assert list(found["what"]) == ["The CHANNEL_ANSWER of a leg did not come."]
    assert tape.recording.event(int(found["n"].iloc[0])).name == "CHANNEL_HANGUP_COMPLETE"


def test_a_gap_in_the_link_tells_how_long_and_what_was_up(tape):
    tape.leg("long-leg-1", answered=1)
    moment = tape.start + 5_000_000
    tape.recording.mark_link(False, "Connection reset by peer", moment, "fs")
    tape.recording.mark_link(True, "it came back", moment + 3_500_000, "fs")
    tape.event(20, "CHANNEL_HANGUP", "long-leg-1", Hangup_Cause="NORMAL_CLEARING")
    problems = tape.recording.problems()
    found = only(problems, Kind.LINK)
    assert found["what"] == (
        "fs was lost to us, for 3.50 s: what happened meanwhile is not recorded."
    )
    assert found["evidence"] == "event 2: Connection reset by peer; 1 leg was up then"
    assert found["seconds"] == 3.5


def test_a_switch_that_drops_us_for_good(tape):
    reason = "the switch dropped us for being too slow, and events were lost"
    tape.recording.mark_link(False, reason, tape.start, "fs")
    found = only(tape.recording.problems(), Kind.DROPPED)
    assert found["what"] == "fs dropped us, and it did not come back."
    assert reason in found["evidence"]


def test_an_event_that_is_only_called_link_down_is_no_loss(tape):
    tape.event(0, "LINK_DOWN", Link_Reason="forged")
    assert len(tape.recording.problems()) == 0


def test_a_switch_that_was_restarted(tape):
    tape.leg("caught-leg", answered=1)
    tape.event(9, "HEARTBEAT", Core_UUID="core-2")
    problems = tape.recording.problems()
    found = problems[problems["kind"] == Kind.RESTART.value].iloc[0]
    assert found["what"] == "fs was restarted with 1 leg up."


def test_a_switch_that_misses_its_heartbeats(tape):
    for at in (0, 20, 40, 60, 160, 180):
        tape.event(at, "HEARTBEAT")
    found = only(tape.recording.problems(), Kind.SILENT)
    assert found["what"] == "fs sent no heartbeat for 1 min 40 s." or "100.0 s" in found["what"]
    assert "it sends one every 20.0 s" in found["evidence"]


def test_what_is_wrong_with_the_recording_itself(tmp_path):
    path = tmp_path / "torn.raw"
    from helpers import recorded

    path.write_bytes(recorded("busy.events.raw.xz")[:-700] + b"\n\nnot the protocol at all")
    with pytest.warns(UserWarning, match="torn.raw"):
        recording = Recording.load(path)
    problems = recording.problems()
    assert Kind.RECORDING.value in set(problems["kind"])


def test_problems_show_themselves_as_text_and_as_inert_html(tape):
    evil = "<img src=x onerror=alert(1)>"
    for n in range(30):
        tape.leg(f"evil-leg-{n:02}", hungup=1, cause="USER_BUSY", destination=evil)
    problems = tape.recording.problems()
    html, text = problems._repr_html_(), repr(problems)
    assert "<img" not in html
    assert "&lt;img" in html
    assert "30 problems in 30 calls, 120 events: 30 failed." in html
    assert "30 problems in 30 calls, 120 events: 30 failed." in text
    assert "… and 5 others" in html
    assert "… and 5 others" in text
    assert html.count("<tr>") == 26


def test_a_recording_may_grow_while_it_is_looked_at(record):
    source = record("ten_calls")
    events = [source.event(n) for n in range(len(source))]
    recording, done = Recording(switch="fs"), threading.Event()

    def grow():
        for turn in range(6):
            for n, event in enumerate(events):
                raw = re.sub(rb"([0-9a-f]{8})-[0-9a-f]{4}-", rb"\1-%04d-" % turn, event.raw)
                recording.append(Event(raw), 1_795_418_600_000_000 + turn * 10_000_000 + n)
        done.set()

    thread = threading.Thread(target=grow)
    thread.start()
    try:
        looked = 0
        while not done.is_set() or not looked:
            recording.problems()
            if len(recording.calls):
                recording.explain(recording.calls.index[-1])
                recording.call(recording.calls.index[0]).steps()
            looked += 1
    finally:
        thread.join()
    assert len(recording.calls) == 60
    assert list(recording.problems()["kind"]).count("failed") == 12
