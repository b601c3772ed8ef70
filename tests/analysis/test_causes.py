"""Hangup causes in numbers and words."""

import math

import pytest

from switchy_nb.analysis import describe_cause, find_cause


def test_a_cause_is_told_with_its_sip_status():
    assert describe_cause("USER_BUSY") == "USER_BUSY (SIP 486): the far end is busy"
    assert describe_cause(" user_busy ") == describe_cause("USER_BUSY")


def test_a_cause_without_a_sip_status_is_told_with_its_q850_number():
    assert describe_cause("NORMAL_CLEARING").startswith("NORMAL_CLEARING (Q.850 16): ")
    assert describe_cause("MEDIA_TIMEOUT").startswith("MEDIA_TIMEOUT: ")


@pytest.mark.parametrize("nothing", [None, "", "  ", math.nan])
def test_no_cause_is_known(nothing):
    assert describe_cause(nothing) == "no hangup cause is known"


def test_what_freeswitch_does_not_know_is_said():
    assert describe_cause("NOBODY_HOME") == "NOBODY_HOME: not one of FreeSWITCH's hangup causes"
    assert find_cause("NOBODY_HOME") is None


@pytest.mark.parametrize(
    ("name", "number", "q850", "sip"),
    [
        ("UNALLOCATED_NUMBER", 1, 1, 404),
        ("NO_ANSWER", 19, 19, 480),
        ("CALL_REJECTED", 21, 21, 603),
        ("ORIGINATOR_CANCEL", 487, None, 487),
        ("NONE", 0, None, None),
        ("GATEWAY_DOWN", 809, None, 503),
    ],
)
def test_numbers(name, number, q850, sip):
    cause = find_cause(name)
    assert (cause.number, cause.q850, cause.sip) == (number, q850, sip)


def test_the_numbers_are_those_that_the_switch_itself_recorded():
    # variable_hangup_cause_q850 beside Hangup-Cause, and the refusals' SIP statuses
    from helpers import RECORDINGS, recorded

    from switchy_nb.wire import Event, Parser

    seen = set()
    for file in sorted(RECORDINGS.glob("*.events.raw.xz")):
        for message in Parser().feed(recorded(file.name)):
            if isinstance(message, Event) and message.name == "CHANNEL_HANGUP_COMPLETE":
                cause = find_cause(message["Hangup-Cause"])
                number = int(message["variable_hangup_cause_q850"])
                # FreeSWITCH says 16 for all that Q.850 has no number for
                assert number == (cause.q850 or 16)
                if message.get("variable_sip_hangup_disposition") == "recv_refuse":
                    assert int(message["variable_sip_term_status"]) == cause.sip
                seen.add(cause.name)
    assert {"NORMAL_CLEARING", "USER_BUSY", "NO_ANSWER", "ORIGINATOR_CANCEL"} <= seen
