"""Commands to calls in their rarer forms: transfers, broadcasts, messages, referrals."""

from __future__ import annotations

import pytest
from simswitch.client import Client


def answered(client: Client, number: str = "answer") -> tuple[str, str]:
    a = client.originate(number)
    b = client.peer(a)
    client.seen("CHANNEL_PARK", a)
    return a, b


def end_of(client: Client, leg: str) -> str:
    return client.seen("CHANNEL_HANGUP_COMPLETE", leg)["Hangup-Cause"]


@pytest.mark.parametrize("where", ["echo XML nowhere", "echo nosuchplan"])
def test_a_transfer_to_where_there_is_no_plan_ends_the_call(client: Client, where: str) -> None:
    a, b = answered(client)
    assert client.api(f"uuid_transfer {b} {where}") == "+OK\n"
    assert end_of(client, b) == end_of(client, a) == "NO_ROUTE_DESTINATION"


def test_an_inline_transfer_keeps_the_number(client: Client) -> None:
    _, b = answered(client)
    client.api(f"uuid_transfer {b} set:q=1,echo: inline")
    there = client.seen("CHANNEL_EXECUTE", b, Application="echo")
    assert there["Caller-Destination-Number"] == "answer"
    assert "Caller-RDNIS" not in there


def test_an_application_may_end_the_call_when_it_is_done(client: Client) -> None:
    a, _ = answered(client)
    client.api(f"uuid_broadcast {a} playback!USER_BUSY::silence_stream://100")
    assert end_of(client, a) == "USER_BUSY"
    ran = [e["Application"] for e in client.found("CHANNEL_EXECUTE", a)]
    assert ran == ["park", "playback", "hangup"]


def test_a_broadcast_to_nobody_does_nothing(client: Client) -> None:
    a, _ = answered(client)
    for which in ("bleg", "holdb", "wrong"):
        assert client.api(f"uuid_broadcast {a} set::x=1 {which}") == "+OK Message sent\n"
    client.api(f"uuid_broadcast {a} set::y=2 both")
    client.seen("PRIVATE_COMMAND", a)
    assert client.api(f"uuid_getvar {a} x") == "_undef_"
    assert client.api(f"uuid_getvar {a} y") == "2"


def test_who_is_parked_is_not_parked_again(client: Client) -> None:
    a, _ = answered(client)
    client.api(f"uuid_broadcast {a} park::")
    client.seen("PRIVATE_COMMAND", a)
    assert len(client.found("CHANNEL_PARK", a)) == 1


def test_a_leg_runs_the_applications_that_it_is_given(client: Client) -> None:
    a, _ = answered(client)
    given = "application: set x=1\napplication: echo"
    assert client.command(f"sendmsg {a}\ncall-command: xferext\n{given}") == "+OK"
    client.seen("CHANNEL_EXECUTE", a, Application="echo")
    assert client.api(f"uuid_getvar {a} x") == "1"


def test_an_echo_keeps_digits_to_itself(client: Client) -> None:
    a, b = answered(client, "echo")
    client.seen("CHANNEL_EXECUTE", b, Application="echo")
    assert client.api(f"uuid_recv_dtmf {b} 3") == f"+OK {b} received DTMF 3.\n"
    assert client.api(f"uuid_exists {a}") == "true"
    client.api(f"uuid_transfer {b} park")
    client.seen("CHANNEL_PARK", b)
    client.api(f"uuid_recv_dtmf {b} 9")
    assert client.seen("DTMF", b)["DTMF-Digit"] == "9"


def test_a_digit_opens_the_media_of_an_unanswered_leg(client: Client) -> None:
    a = client.originate("park")
    b = client.peer(a)
    client.seen("CHANNEL_PARK", b)
    client.api(f"uuid_send_dtmf {b} 1")
    for leg in (b, a):
        client.seen("CHANNEL_PROGRESS_MEDIA", leg)


def test_a_display_is_sent_once(client: Client) -> None:
    a, b = answered(client)
    for _ in range(2):
        assert client.api(f"uuid_display {b} Three|456") == "+OK Success\n"
    assert client.api(f"uuid_display {b} Four") == "+OK Success\n"
    client.seen("RECV_INFO", a, count=2)
    sent = [e["Sent-Callee-ID-Number"] for e in client.found("CALL_UPDATE", b, Direction="SEND")]
    assert sent == ["456", "answer"]


def test_a_message_within_the_call_arrives(client: Client) -> None:
    a, b = answered(client)
    assert client.api(f"uuid_send_info {a} text plain good morning") == "+OK Success\n"
    came = client.seen("RECV_INFO", b)
    assert (came["SIP-Content-Type"], came["_body"]) == ("text/plain", "good morning")
    assert client.api("uuid_send_info nobody x") == "-ERR Operation Failed\n"


def test_a_leg_that_is_in_no_bridge_cannot_be_referred(client: Client) -> None:
    a, b = answered(client)
    answer = client.api(f"uuid_deflect {b} sip:echo@127.0.0.1:5080")
    assert answer == "+OK:SIP/2.0 403 Forbidden\r\n\n"
    wrong = client.seen("CUSTOM", a, Event_Subclass="sofia::error")
    assert wrong["Transfer-Exten"] == "echo"
    assert end_of(client, b) == "BLIND_TRANSFER"
    assert end_of(client, a) == "NORMAL_CLEARING"


def test_a_variable_that_names_another_is_not_set(client: Client) -> None:
    a, _ = answered(client)
    client.api(f"uuid_setvar_multi {a} x=${{direction}};y=2")
    assert client.api(f"uuid_getvar {a} x") == "_undef_"
    assert client.api(f"uuid_getvar {a} y") == "2"
    client.api(f"uuid_setvar {a} list ARRAY::one|:two")
    assert client.api(f"uuid_getvar {a} list[1]") == "two"


def test_an_unknown_cause_hangs_all_up_normally(client: Client) -> None:
    a, _ = answered(client)
    said = "+OK hangup all channels with cause NORMAL_CLEARING\n"
    assert client.api("hupall nonsense") == said
    assert end_of(client, a) == "NORMAL_CLEARING"


def test_a_parked_call_is_made_to_ring_and_to_sound(client: Client) -> None:
    a = client.originate("park", "&park()", ignore_early_media="true", originate_timeout="30")
    b = client.peer(a)
    client.seen("CHANNEL_PARK", b)
    assert client.api(f"uuid_ring_ready {b}") == "+OK\n"
    client.seen("CHANNEL_PROGRESS", a)
    assert client.api(f"uuid_pre_answer {b}") == "+OK\n"
    assert client.seen("CHANNEL_PROGRESS_MEDIA", a)["Answer-State"] == "early"
    for command in ("uuid_ring_ready", "uuid_pre_answer"):
        assert client.api(f"{command} nobody") == "-ERROR\n"


def test_digits_that_wait_are_forgotten(client: Client) -> None:
    a, _ = answered(client)
    # it takes no digits
    client.api(f"uuid_broadcast {a} 'loop_playback::+1 silence_stream://200'")
    client.seen("PLAYBACK_START", a)
    assert client.api(f"uuid_recv_dtmf {a} 12") == f"+OK {a} received DTMF 12.\n"
    assert client.api(f"uuid_flush_dtmf {a}") == "+OK\n"
    client.seen("PLAYBACK_STOP", a)
    client.api(f"uuid_recv_dtmf {a} 3")
    assert client.seen("DTMF", a)["DTMF-Digit"] == "3"
    assert client.api("uuid_flush_dtmf nobody") == "-ERR No such session\n"


def test_a_call_gives_back_what_it_holds(client: Client) -> None:
    a, _ = answered(client)
    for resource in ("x", "y"):
        assert client.api(f"uuid_limit {a} hash room {resource} 1") == "+OK"
    assert client.api(f"uuid_limit_release {a} hash room x") == "+OK"
    assert client.api("limit_hash_usage room x") == "0"
    assert client.api("limit_hash_usage room y") == "1"
    assert client.api(f"uuid_limit_release {a} hash") == "+OK"
    assert client.api("limit_usage hash room y") == "0"
    assert client.api("limit_interval_reset hash room y") == "+OK"
    assert client.api("limit_reset db") == "+OK"
    assert client.api("limit_reset hash") == "-ERR"
    lost = "-ERR Cannot find session with uuid nobody\n"
    assert client.api("uuid_limit_release nobody hash") == lost
