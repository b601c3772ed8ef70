"""Applications that move a call or hold it, given to originate or broadcast to a leg."""

from __future__ import annotations

from simswitch.client import Client


def told(client: Client, leg: str) -> list[str]:
    return [e["Event-Name"] for e in client.events if e.get("Unique-ID") == leg]


def test_a_call_whose_application_holds_it(client: Client) -> None:
    leg = client.originate("answer", app="&hold()")
    client.seen("CHANNEL_DESTROY", leg)
    story = told(client, leg)
    assert story.index("CHANNEL_EXECUTE") < story.index("CHANNEL_HOLD")
    assert story.index("CHANNEL_HOLD") < story.index("CHANNEL_EXECUTE_COMPLETE")
    assert story.index("CHANNEL_UNHOLD") < story.index("CHANNEL_HANGUP")


def test_a_parked_caller_is_redirected(client: Client) -> None:
    a = client.originate("park")
    b = client.peer(a)
    client.seen("CHANNEL_PARK", b)
    client.api(f"uuid_broadcast {b} redirect::sip:echo@127.0.0.1:5080")
    assert client.seen("CHANNEL_HANGUP", b)["Hangup-Cause"] == "NORMAL_UNSPECIFIED"
    answered = client.seen("CHANNEL_ANSWER", a)
    assert answered["variable_sip_redirected_to"] == "sip:echo@127.0.0.1:5080"
    applications = {e["Application"] for e in client.found("CHANNEL_EXECUTE")}
    assert "echo" in applications


def test_an_application_that_needs_media_waits_for_it_on_a_ringing_leg(client: Client) -> None:
    a = client.originate("noanswer")
    b = client.peer(a)
    client.seen("CHANNEL_PROGRESS", a)
    client.api(f"uuid_broadcast {a} silence_stream://100")
    client.api(f"uuid_answer {b}")
    client.seen("CHANNEL_ANSWER", a)
    assert client.seen("CHANNEL_EXECUTE", a)["Application"] == "playback"
    story = told(client, a)
    assert story.index("CHANNEL_ANSWER") < story.index("CHANNEL_EXECUTE")


def test_digits_that_are_none_are_refused(client: Client) -> None:
    leg = client.originate("answer")
    client.seen("CHANNEL_PARK", leg)
    assert client.api(f"uuid_send_dtmf {leg} xyz") == "-ERR Operation failed\n"
