"""SIP messages that were sent again, on tapes of two ends of one dialog."""

import pytest

from switchy_nb.analysis.material import Snapshot
from switchy_nb.analysis.problems import Kind, signalling


def test_one_dialog_whose_invite_and_bye_took_as_long_as_sip_waits(tape):
    same = {"variable_sip_call_id": "abc@1"}
    tape.leg("near-leg-1", at=0, answered=0.54, hungup=5, **same)
    tape.leg(
        "far-leg-1",
        at=0.52,
        call="near-leg-1",
        direction="inbound",
        answered=0.54,
        hungup=6.5,
        **same,
    )
    problems = tape.recording.problems()
    assert list(problems["kind"]) == [Kind.RETRANSMISSION.value] * 2
    assert "The INVITE seems to have been lost at first" in problems["what"].iloc[0]
    assert "The BYE seems to have been lost at first" in problems["what"].iloc[1]
    assert problems["seconds"].tolist() == [0.52, 1.5]
    assert "abc@1" in problems["evidence"].iloc[0]


@pytest.mark.parametrize(("call_id", "began"), [("other@2", 0.52), ("abc@1", 0.3)])
def test_two_dialogs_or_another_delay_are_no_retransmission(tape, call_id, began):
    tape.leg("near-leg-1", answered=0.54, hungup=5, variable_sip_call_id="abc@1")
    tape.leg(
        "far-leg-1",
        at=began,
        call="near-leg-1",
        direction="inbound",
        answered=0.54,
        hungup=5,
        variable_sip_call_id=call_id,
    )
    assert len(tape.recording.problems()) == 0


def test_legs_that_were_looked_at_before_their_end_was_recorded(tape):
    same = {"variable_sip_call_id": "abc@1", "Channel_Call_UUID": "near-leg-1"}
    tape.leg("near-leg-1", answered=0.54)
    tape.leg("far-leg-1", at=0.52, call="near-leg-1", direction="inbound", answered=0.54)
    before = Snapshot(tape.recording)
    for leg, end in (("near-leg-1", 3), ("far-leg-1", 4.5)):
        tape.event(end, "CHANNEL_HANGUP_COMPLETE", leg, **same)
    grown = Snapshot(tape.recording)
    grown.calls, grown.sessions = before.calls, before.sessions
    assert grown.sessions["hungup"].isna().all()
    assert ["The INVITE" in found.what for found in signalling.find(grown)] == [True]


def test_an_invite_that_was_taken_twice_and_one_that_nobody_answered(tape):
    same = {
        "variable_sip_call_id": "abc@1",
        "variable_sip_cseq": 7,
        "variable_sip_from_tag": "t",
    }
    tape.leg("first-leg-1", direction="inbound", answered=1, hungup=5, **same)
    tape.leg("second-leg", at=0.5, direction="inbound", answered=1, hungup=5, **same)
    tape.leg("unheard-leg", at=1, hungup=33, cause="RECOVERY_ON_TIMER_EXPIRE")
    problems = tape.recording.problems()
    found = problems[problems["kind"] == Kind.RETRANSMISSION.value].set_index("session")
    assert "One INVITE began two legs" in found.loc["second-leg", "what"]
    assert "No answer came to the INVITE" in found.loc["unheard-leg", "what"]
