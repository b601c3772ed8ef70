"""Where calls go: hosts, endpoints, extensions, and the causes why they do not."""

from __future__ import annotations

import pytest
from simswitch.client import Client


def test_a_host_that_is_not_its_own_cannot_be_reached(client: Client) -> None:
    a = client.originate("sofia/external/x@127.0.0.1:5999")
    assert client.seen("BACKGROUND_JOB")["_body"] == "-ERR NORMAL_TEMPORARY_FAILURE\n"
    hangup = client.seen("CHANNEL_HANGUP", a)
    assert hangup["variable_sip_term_status"] == "503"
    assert client.job_of("sofia/external/x@no.such.host") == "-ERR NORMAL_TEMPORARY_FAILURE\n"


def test_an_address_that_never_answers_times_out(client: Client) -> None:
    dial = "{originate_timeout=1}sofia/external/x@192.0.2.77:5060"
    assert client.job_of(dial) == "-ERR NO_ANSWER\n"


def test_a_proxy_is_accepted(client: Client) -> None:
    a = client.originate("sofia/external/park@pbx.example;fs_path=sip:127.0.0.1:5080")
    made = client.seen("CHANNEL_CREATE", client.peer(a))
    assert made["Caller-Destination-Number"] == "park"
    assert made["variable_sip_to_host"] == "pbx.example"


@pytest.mark.parametrize("number", ["answer", "busy"])
def test_loopback(client: Client, number: str) -> None:
    a = client.originate(f"loopback/{number}")
    b = client.peer(a)
    body = client.seen("BACKGROUND_JOB")["_body"]
    assert body == (f"+OK {a}\n" if number == "answer" else "-ERR USER_BUSY\n")
    made = client.seen("CHANNEL_CREATE", b)
    assert made["Channel-Name"] == f"loopback/{number}-b"
    assert made["Channel-Read-Codec-Name"] == "L16"
    client.api("hupall NORMAL_CLEARING")
    client.seen("CHANNEL_DESTROY", count=2)
    end = client.seen("CHANNEL_HANGUP_COMPLETE", a)
    assert "variable_sip_hangup_disposition" not in end


def test_the_next_is_tried_when_one_fails(client: Client) -> None:
    here = "127.0.0.1:5080"
    dial = f"error/USER_BUSY|sofia/external/busy@{here}|sofia/external/answer@{here}"
    body = client.job_of("{ignore_early_media=true}" + dial)
    assert body.startswith("+OK ")


def test_the_first_to_answer_wins(client: Client) -> None:
    here = "127.0.0.1:5080"
    body = client.job_of(f"sofia/external/ringanswer@{here},sofia/external/answer@{here}")
    winner = body.removeprefix("+OK ").strip()
    loser = client.seen("CHANNEL_HANGUP", Call_Direction="outbound")
    assert loser["Hangup-Cause"] == "LOSE_RACE"
    assert loser["Unique-ID"] != winner


def test_a_uuid_is_used_once(client: Client) -> None:
    a = client.originate("answer")
    client.seen("CHANNEL_PARK", a)
    dial = f"{{origination_uuid={a}}}sofia/external/answer@127.0.0.1:5080"
    assert client.job_of(dial) == "-ERR DESTINATION_OUT_OF_ORDER\n"


@pytest.mark.parametrize(
    ("exten", "application"),
    [("echo", "echo"), ("'set:x=1,park:' inline", "park"), ("&sleep(50)", "sleep")],
)
def test_where_an_answered_call_may_go(client: Client, exten: str, application: str) -> None:
    a = client.originate("answer", app=exten)
    assert (
        client.seen("CHANNEL_EXECUTE", a, Application=application)["Call-Direction"] == "outbound"
    )


def test_an_unknown_application_hangs_up(client: Client) -> None:
    a = client.originate("answer", app="&nosuchapp(1)")
    hangup = client.seen("CHANNEL_HANGUP", a)
    assert hangup["Hangup-Cause"] == "DESTINATION_OUT_OF_ORDER"
    assert not client.found("CHANNEL_EXECUTE", a)


@pytest.mark.parametrize(
    ("status", "cause"),
    [
        ("486", "USER_BUSY"),
        ("503 Maintenance", "NORMAL_TEMPORARY_FAILURE"),
        ("499", "NORMAL_UNSPECIFIED"),
    ],
)
def test_a_call_is_refused_with_a_status(client: Client, status: str, cause: str) -> None:
    a = client.originate("park")
    b = client.peer(a)
    client.seen("CHANNEL_PARK", b)
    client.api(f"uuid_transfer {b} 'm:^:respond:{status}' inline")
    end = client.seen("CHANNEL_HANGUP_COMPLETE", a)
    code, _, phrase = status.partition(" ")
    assert end["Hangup-Cause"] == cause
    assert end["variable_sip_term_status"] == code
    assert end["variable_sip_invite_failure_status"] == code
    if phrase:
        assert end["variable_sip_invite_failure_phrase"] == phrase
