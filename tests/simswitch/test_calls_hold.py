"""Hold: what each end tells of it, as a real FreeSWITCH does."""

from __future__ import annotations

from simswitch.client import Client

HELD = [("CHANNEL_CALLSTATE", "HELD"), ("CHANNEL_HOLD", "HELD")]
TAKEN_BACK = [("CHANNEL_CALLSTATE", "UNHELD"), ("CHANNEL_UNHOLD", "UNHELD")]


def answered(client: Client) -> tuple[str, str]:
    a = client.originate("answer")
    b = client.peer(a)
    client.seen("CHANNEL_PARK", a)
    client.seen("CHANNEL_PARK", b)
    return a, b


def since_park(client: Client, leg: str) -> list[tuple[str, str]]:
    """List what a leg told after it was parked: names, and call states."""
    mine = [e for e in client.events if e.get("Unique-ID") == leg]
    start = next(n for n, e in enumerate(mine) if e["Event-Name"] == "CHANNEL_PARK")
    return [(e["Event-Name"], e.get("Channel-Call-State", "")) for e in mine[start + 1 :]]


def test_both_ends_tell_of_a_hold_and_of_its_end(client: Client) -> None:
    a, b = answered(client)
    assert client.api(f"uuid_hold {a}") == "+OK Success\n"
    client.seen("CUSTOM", b, Event_Subclass="sofia::reinvite")
    assert client.api(f"uuid_hold off {a}") == "+OK Success\n"
    client.seen("CHANNEL_CALLSTATE", b, Original_Channel_Call_State="UNHELD")
    active = [("CHANNEL_CALLSTATE", "ACTIVE")]
    assert since_park(client, a) == HELD + TAKEN_BACK + active
    told = since_park(client, b)
    assert [e for e in told if e[0] != "CUSTOM"] == HELD + TAKEN_BACK + active
    assert told.count(("CUSTOM", "")) == 2


def test_what_is_held_already_cannot_be_held_again(client: Client) -> None:
    a, b = answered(client)
    assert client.api(f"uuid_hold off {a}") == "-ERR Operation failed\n"
    client.api(f"uuid_hold {a}")
    assert client.api(f"uuid_hold {a}") == "-ERR Operation failed\n"
    client.seen("CHANNEL_HOLD", b)
    assert client.api(f"uuid_hold {b}") == "-ERR Operation failed\n"
    assert client.api(f"uuid_hold toggle {a}") == "+OK Success\n"
    client.seen("CHANNEL_UNHOLD", a)
    assert client.api("uuid_hold nobody") == "+OK Success\n"
    assert client.api("uuid_hold").startswith("-USAGE: [off|toggle] <uuid>")


def test_a_call_that_ends_on_hold_is_taken_back_first(client: Client) -> None:
    a, b = answered(client)
    client.api(f"uuid_hold {a}")
    client.seen("CHANNEL_HOLD", b)
    client.api(f"uuid_kill {a}")
    for leg in (a, b):
        end = client.seen("CHANNEL_HANGUP_COMPLETE", leg)
        assert end["variable_hold_events"].startswith("{{")
        told = [e for e in since_park(client, leg) if e[0] != "CUSTOM"]
        assert told[:5] == [*HELD, *TAKEN_BACK, ("CHANNEL_HANGUP", "UNHELD")]


def test_an_unanswered_leg_says_that_it_is_held_and_changes_nothing(client: Client) -> None:
    a = client.originate("noanswer")
    client.seen("CHANNEL_PROGRESS", a)
    client.seen("CHANNEL_CALLSTATE", a, Channel_Call_State="RINGING")
    assert client.api(f"uuid_hold {a}") == "+OK Success\n"
    assert client.seen("CHANNEL_HOLD", a)["Channel-Call-State"] == "RINGING"
    client.api(f"uuid_kill {a}")
    assert client.seen("CHANNEL_UNHOLD", a)["Channel-Call-State"] == "RINGING"
    assert not client.found("CUSTOM", Event_Subclass="sofia::reinvite")


def test_whoever_is_bridged_to_a_held_leg_is_to_hear_music(client: Client) -> None:
    (a, b), (c, _) = answered(client), answered(client)
    client.api(f"uuid_bridge {a} {c}")
    client.seen("CHANNEL_BRIDGE", a)
    client.api(f"uuid_hold {b}")
    done = client.seen("CHANNEL_EXECUTE_COMPLETE", c, Application="playback")
    assert done["Application-Data"] == "local_stream://moh"
    assert done["Application-Response"] == "FILE NOT FOUND"


def test_the_callee_who_holds_is_who_the_request_is_from(client: Client) -> None:
    a, b = answered(client)
    client.api(f"uuid_hold {b}")
    client.seen("CHANNEL_HOLD", b)
    client.seen("CUSTOM", a, Event_Subclass="sofia::reinvite")
    client.api(f"uuid_kill {a}")
    end = client.seen("CHANNEL_HANGUP_COMPLETE", b)
    assert end["variable_dlg_req_swap_direction"] == "true"
    assert end["variable_sip_from_user"] == "answer"
    assert end["variable_sip_to_user"] == "1112223333"
