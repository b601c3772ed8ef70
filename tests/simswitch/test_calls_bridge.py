"""Bridges: who ends when one leaves, and what each leg tells of it, as a real FreeSWITCH does."""

from __future__ import annotations

import pytest
from simswitch.client import Client

C = "cccccccc-0000-4000-8000-00000000000c"


def answered(client: Client) -> tuple[str, str]:
    a = client.originate("answer")
    b = client.peer(a)
    client.seen("CHANNEL_PARK", a)
    client.seen("CHANNEL_PARK", b)
    return a, b


def bridged(client: Client) -> tuple[str, str, str, str]:
    """Place two calls and bridge their near legs: a leads to b, c to d."""
    a, b = answered(client)
    c, d = answered(client)
    assert client.api(f"uuid_bridge {a} {c}") == f"+OK {c}\n"
    client.seen("CHANNEL_STATE", c, Channel_State="CS_EXCHANGE_MEDIA")
    client.seen("RECV_INFO", d)
    return a, b, c, d


def story(client: Client, leg: str, first: str) -> list[str]:
    """List what a leg told from a state on; of its states and applications, which."""
    lines = [
        e.get("Application") or (e["Channel-State"] if n == "STATE" else n)
        for e in client.events
        if e.get("Unique-ID") == leg
        and (n := e["Event-Name"].removeprefix("CHANNEL_")) not in ("CUSTOM", "CALLSTATE")
    ]
    return lines[lines.index(first) :]


def end_of(client: Client, leg: str) -> str:
    return client.seen("CHANNEL_HANGUP_COMPLETE", leg)["Hangup-Cause"]


def test_a_leg_that_is_transferred_out_leaves_the_other_to_end(client: Client) -> None:
    a, b, c, d = bridged(client)
    assert client.api(f"uuid_transfer {a} echo") == "+OK\n"
    assert [end_of(client, leg) for leg in (c, d)] == ["NORMAL_CLEARING"] * 2
    moved = client.seen("CHANNEL_EXECUTE", a, Application="echo")
    assert moved["Caller-RDNIS"] == "answer"
    assert moved["variable_transfer_history"].startswith("ARRAY::")
    assert story(client, a, "BRIDGE")[:7] == [
        "BRIDGE",
        "CALL_UPDATE",
        "UNBRIDGE",
        "CS_ROUTING",
        "CS_EXECUTE",
        "answer",
        "answer",
    ]
    assert client.api(f"uuid_exists {b}") == "true"


def test_the_other_leg_can_be_transferred_out(client: Client) -> None:
    a, b, c, _ = bridged(client)
    assert client.api(f"uuid_transfer {a} -bleg park") == "+OK\n"
    client.seen("CHANNEL_PARK", c, count=2)
    assert [end_of(client, leg) for leg in (a, b)] == ["NORMAL_CLEARING"] * 2
    assert client.found("CHANNEL_UNBRIDGE", a)


def test_both_legs_can_be_transferred_out(client: Client) -> None:
    a, _, c, _ = bridged(client)
    assert client.api(f"uuid_transfer {a} -both park") == "+OK\n"
    for leg in (a, c):
        client.seen("CHANNEL_PARK", leg, count=2)
    assert not client.found("CHANNEL_HANGUP")


def test_a_leg_that_is_in_no_bridge_is_its_own_other_leg(client: Client) -> None:
    _, b = answered(client)
    assert client.api(f"uuid_transfer {b} -bleg echo") == "+OK\n"
    client.seen("CHANNEL_EXECUTE", b, Application="echo")


def test_legs_can_be_sent_to_two_numbers(client: Client) -> None:
    a, _, c, _ = bridged(client)
    assert client.api(f"uuid_dual_transfer {a} park echo") == "+OK\n"
    client.seen("CHANNEL_PARK", a, count=2)
    client.seen("CHANNEL_EXECUTE", c, Application="echo")


def test_a_parked_leg_leaves_the_other_to_end(client: Client) -> None:
    a, _, c, d = bridged(client)
    client.api(f"uuid_park {a}")
    assert client.seen("CHANNEL_PARK", a, count=2)["Channel-State"] == "CS_PARK"
    assert [end_of(client, leg) for leg in (c, d)] == ["NORMAL_CLEARING"] * 2


def test_a_third_leg_takes_the_place_of_the_second(client: Client) -> None:
    a, b, c, d = bridged(client)
    e, _ = answered(client)
    client.api(f"uuid_bridge {a} {e}")
    assert client.seen("CHANNEL_BRIDGE", a, count=2)["Bridge-B-Unique-ID"] == e
    assert [end_of(client, leg) for leg in (c, d)] == ["NORMAL_CLEARING"] * 2
    again = story(client, a, "BRIDGE")
    # it was told already whom it talks to, so that there is one CALL_UPDATE only
    assert again[:7] == [
        "BRIDGE",
        "CALL_UPDATE",
        "UNBRIDGE",
        "CS_RESET",
        "CS_SOFT_EXECUTE",
        "uuid_bridge",
        "BRIDGE",
    ]
    assert len(client.found("RECV_INFO", b)) == 1


def test_the_far_end_of_the_other_call_hears_why_the_first_one_ended(client: Client) -> None:
    a, b, c, d = bridged(client)
    client.api(f"uuid_kill {b} USER_BUSY")
    assert end_of(client, a) == "USER_BUSY"
    assert end_of(client, c) == "NORMAL_CLEARING"
    assert end_of(client, d) == "USER_BUSY"


@pytest.mark.parametrize(
    ("variable", "value", "event"),
    [("park_after_bridge", "true", "CHANNEL_PARK"), ("transfer_after_bridge", "echo", "echo")],
)
def test_a_variable_says_where_a_leg_goes_after_its_bridge(
    client: Client, variable: str, value: str, event: str
) -> None:
    a, b = answered(client)
    c, _ = answered(client)
    client.api(f"uuid_setvar {a} {variable} {value}")
    client.api(f"uuid_bridge {a} {c}")
    client.seen("CHANNEL_STATE", c, Channel_State="CS_EXCHANGE_MEDIA")
    client.api(f"uuid_kill {c}")
    client.seen("CHANNEL_UNBRIDGE", a)
    if event == "echo":
        client.seen("CHANNEL_EXECUTE", a, Application="echo")
    else:
        assert client.seen("CHANNEL_PARK", a, count=2)["Channel-State"] == "CS_PARK"
    assert client.api(f"uuid_exists {b}") == "true"


def test_a_leg_without_media_cannot_be_bridged(client: Client) -> None:
    a = client.originate("park")
    b = client.peer(a)
    client.seen("CHANNEL_PARK", b)
    c, d = answered(client)
    client.api(f"uuid_bridge {b} {c}")
    causes = [end_of(client, leg) for leg in (a, b, c, d)]
    out_of_order, cancel = "DESTINATION_OUT_OF_ORDER", "ORIGINATOR_CANCEL"
    assert causes == [out_of_order, out_of_order, cancel, "NORMAL_CLEARING"]
    assert not client.found("CHANNEL_BRIDGE")


def test_digits_go_through_a_bridge(client: Client) -> None:
    a, b, _, d = bridged(client)
    client.api(f"uuid_send_dtmf {b} 12")
    assert client.seen("DTMF", d, count=2)["DTMF-Digit"] == "2"
    assert [e["DTMF-Digit"] for e in client.found("DTMF", a)] == ["1", "2"]


@pytest.mark.parametrize(
    ("number", "cause"),
    [("busy", "USER_BUSY"), ("noanswer", "NORMAL_CLEARING"), ("hangup-CALL_REJECTED", "")],
)
def test_no_answer_is_the_one_failure_that_is_always_survived(
    client: Client, number: str, cause: str
) -> None:
    dial = f"{{originate_timeout=1}}sofia/external/{number}@127.0.0.1:5080"
    a = client.originate("answer", app=f"'&bridge({dial})'")
    assert end_of(client, a) == (cause or "CALL_REJECTED")
    names = [e["Event-Name"] for e in client.events if e.get("Unique-ID") == a]
    complete, hangup = names.index("CHANNEL_EXECUTE_COMPLETE"), names.index("CHANNEL_HANGUP")
    assert (complete < hangup) == (number == "noanswer")


def test_a_failed_bridge_says_why_and_the_next_application_runs(client: Client) -> None:
    steps = "set:continue_on_fail=true,bridge:sofia/external/busy@127.0.0.1:5080,park"
    a = client.originate("answer", app=f"'{steps}' inline")
    parked = client.seen("CHANNEL_PARK", a)
    assert parked["variable_originate_disposition"] == "USER_BUSY"
    assert parked["variable_originate_causes"].endswith(";USER_BUSY")
    assert parked["variable_last_bridge_hangup_cause"] == "USER_BUSY"
    assert parked["variable_sip_invite_failure_status"] == "486"
    assert parked["Caller-Destination-Number"] == "answer"
    assert "Caller-RDNIS" not in parked


def test_an_early_leg_takes_its_caller_along(client: Client) -> None:
    a = client.originate("park")
    b = client.peer(a)
    client.seen("CHANNEL_PARK", b)
    client.api(f"uuid_transfer {b} 'bridge:sofia/external/early@127.0.0.1:5080' inline")
    bridge = client.seen("CHANNEL_BRIDGE", b)
    assert (bridge["Answer-State"], bridge["Channel-Call-State"]) == ("early", "EARLY")
    client.seen("CHANNEL_PROGRESS_MEDIA", a)
    client.api(f"uuid_kill {a}")
    assert end_of(client, b) == "ORIGINATOR_CANCEL"
    assert not client.found("RECV_INFO"), "whom one talks to is told of answered calls only"


def test_a_leg_that_is_bridged_anew_leaves_its_bridge_first(client: Client) -> None:
    a, _, c, _ = bridged(client)
    e, _ = answered(client)
    client.api(f"uuid_bridge {e} {a}")
    client.seen("CHANNEL_STATE", a, Channel_State="CS_EXCHANGE_MEDIA")
    client.seen("CHANNEL_HANGUP", c)
    assert story(client, a, "UNBRIDGE")[:4] == [
        "UNBRIDGE",
        "CS_RESET",
        "CS_SOFT_EXECUTE",
        "uuid_bridge",
    ]


def test_two_legs_that_came_in_show_each_others_caller(client: Client) -> None:
    a, b = answered(client)
    c, d = answered(client)
    client.api(f"uuid_bridge {b} {d}")
    for leg in (a, c):
        client.seen("RECV_INFO", leg)
        told = client.seen("CALL_UPDATE", leg, Direction="RECV", count=2)
        assert (
            told["Caller-Caller-ID-Number"]
            == client.found("CHANNEL_CREATE", b)[0]["Caller-Caller-ID-Number"]
        )


def test_a_leg_that_is_called_has_the_context_of_who_calls(client: Client) -> None:
    _, b = answered(client)
    client.api(f"uuid_broadcast {b} bridge::sofia/external/echo@127.0.0.1:5080")
    client.seen("CHANNEL_BRIDGE", b)
    called = client.found("CHANNEL_ORIGINATE")[-1]
    assert called["Caller-Context"] == "public"
    assert called["variable_max_forwards"] == "69"
    assert called["variable_sip_cid_type"] == "rpid"
    assert "variable_ignore_early_media" not in called
