"""Placing calls: applications, forks, retries, time limits, and uuids used twice."""

from __future__ import annotations

import pytest
from simswitch.client import Client

SIP = "127.0.0.1:5080"


def dial(number: str) -> str:
    return f"sofia/external/{number}@{SIP}"


def job(client: Client, count: int = 1) -> str:
    return client.seen("BACKGROUND_JOB", count=count)["_body"]


def end_of(client: Client, leg: str) -> str:
    return client.seen("CHANNEL_HANGUP_COMPLETE", leg)["Hangup-Cause"]


@pytest.mark.parametrize(
    ("app", "cause", "told"),
    [
        ("&hangup(USER_BUSY)", "USER_BUSY", "hangup"),
        ("&sleep(100)", "NORMAL_CLEARING", "sleep"),
        ("&playback(silence_stream://100)", "NORMAL_CLEARING", "playback"),
        ("&nosuchapp(x)", "DESTINATION_OUT_OF_ORDER", ""),
        ("&execute_extension(answer)", "NORMAL_CLEARING", "execute_extension"),
    ],
)
def test_an_application_runs_once_and_the_call_ends(
    client: Client, app: str, cause: str, told: str
) -> None:
    a = client.originate("answer", app=app)
    assert end_of(client, a) == cause
    ran = [e["Application"] for e in client.found("CHANNEL_EXECUTE", a)]
    assert ran == ([told] if told else [])


def test_the_first_closing_bracket_ends_the_application(client: Client) -> None:
    a = client.originate("answer", app="'&set(x=%(1,2);y=3)'")
    assert client.seen("CHANNEL_EXECUTE", a)["Application-Data"] == "x=%(1,2"


def test_a_number_in_a_context_that_is_not_there_leads_nowhere(client: Client) -> None:
    a = client.originate("answer", app="answer XML nowhere")
    assert end_of(client, a) == "NO_ROUTE_DESTINATION"
    assert not client.found("CALL_UPDATE", a)


def test_of_several_legs_the_first_to_answer_stays(client: Client) -> None:
    forked = f"{dial('ringanswer')},{dial('noanswer')}"
    client.command(f"bgapi originate {{ignore_early_media=true}}{forked} &park")
    winner = job(client).split()[1]
    client.seen("CHANNEL_PARK", winner)
    lost = client.seen("CHANNEL_HANGUP", Hangup_Cause="LOSE_RACE")
    assert lost["Channel-Name"] == dial("noanswer")
    assert lost["Channel-Call-State"] == "RINGING"


def test_the_first_leg_says_why_all_failed(client: Client) -> None:
    client.command(f"bgapi originate {dial('busy')},{dial('hangup-CALL_REJECTED')} &park")
    assert job(client) == "-ERR USER_BUSY\n"


def test_a_leg_may_have_a_time_of_its_own(client: Client) -> None:
    client.originate("noanswer", leg_timeout="1", originate_timeout="30")
    assert job(client) == "-ERR ALLOTTED_TIMEOUT\n"


def test_a_busy_number_is_tried_again(client: Client) -> None:
    client.originate("busy", originate_retries="2", originate_retry_sleep_ms="100")
    assert job(client) == "-ERR USER_BUSY\n"
    assert len(client.found("CHANNEL_OUTGOING")) == 2


def test_ringing_is_enough_if_that_is_wanted(client: Client) -> None:
    a = client.originate("noanswer", return_ring_ready="true")
    assert client.seen("CHANNEL_PARK", a)["Channel-Call-State"] == "RINGING"
    assert job(client) == f"+OK {a}\n"


def test_what_is_said_of_all_legs_prevails_but_for_their_identity(client: Client) -> None:
    own = "[note=own,origination_uuid=leg-of-its-own]"
    client.command(f"bgapi originate {{note=all}}{own}{dial('answer')} &park")
    assert job(client) == "+OK leg-of-its-own\n"
    assert client.api("uuid_getvar leg-of-its-own note") == "all"


def test_a_uuid_in_use_is_refused_by_sofia_and_ignored_by_loopback(client: Client) -> None:
    a = client.originate("answer")
    client.seen("CHANNEL_PARK", a)
    taken = f"{{origination_uuid={a}}}"
    answer = client.api(f"originate {taken}{dial('answer')} &park")
    assert answer == "-ERR DESTINATION_OUT_OF_ORDER\n"
    answer = client.api(f"originate {taken}loopback/answer &park")
    assert answer.startswith("+OK ")
    assert a not in answer


@pytest.mark.parametrize(
    ("url", "cause"),
    [
        ("sofia", "INVALID_URL"),
        ("sofia/external", "INVALID_URL"),
        ("sofia/external/x", "USER_NOT_REGISTERED"),
        ("sofia/nosuch/1@127.0.0.1", "INVALID_PROFILE"),
        ("sofia/gateway/nosuch/1", "INVALID_GATEWAY"),
        ("user/nobody", "SUBSCRIBER_ABSENT"),
        ("nosuch/1", "CHAN_NOT_IMPLEMENTED"),
        ("error/17", "USER_BUSY"),
        ("loopback/answer/nowhere", "NO_ROUTE_DESTINATION"),
    ],
)
def test_what_cannot_be_called_says_why(client: Client, url: str, cause: str) -> None:
    assert client.api(f"originate {url} &park") == f"-ERR {cause}\n"


def test_parking_may_have_an_end(client: Client) -> None:
    a = client.originate("answer", park_timeout="1:USER_BUSY")
    client.seen("CHANNEL_PARK", a)
    assert end_of(client, a) == "USER_BUSY"


def test_a_loopback_to_an_application_has_early_media(client: Client) -> None:
    client.command("bgapi originate {ignore_early_media=true}loopback/app=park &park")
    parked = client.seen("CHANNEL_PARK")
    assert parked["Channel-Name"] == "loopback/park-b"
    assert parked["Channel-Call-State"] == "EARLY"


def test_sip_takes_no_codec_that_stays_within_the_switch(client: Client) -> None:
    client.command(f"bgapi originate loopback/answer '&bridge({dial('answer')})'")
    failed = client.seen("CHANNEL_HANGUP", Channel_Name=dial("answer"))
    assert failed["Hangup-Cause"] == "INCOMPATIBLE_DESTINATION"


def test_causes_of_ones_own_do_not_travel(client: Client) -> None:
    a = client.originate("answer")
    b = client.peer(a)
    client.seen("CHANNEL_PARK", a)
    client.api(f"uuid_kill {a} MANAGER_REQUEST")
    assert end_of(client, b) == "NORMAL_CLEARING"


def test_a_refusal_by_status_is_a_cause_at_the_other_end(client: Client) -> None:
    a = client.originate("park")
    client.seen("CHANNEL_PARK", client.peer(a))
    client.api(f"uuid_broadcast {client.peer(a)} 'respond::480 Go away'")
    assert job(client) == "-ERR NO_USER_RESPONSE\n"
