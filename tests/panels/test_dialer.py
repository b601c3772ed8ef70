from __future__ import annotations

import pytest
from helpers import eventually
from panels.conftest import Hands

from switchy_nb import TonePlay
from switchy_nb.sync import Caller


def test_rings_before_it_is_up_and_says_what_was_sent(hands: Hands, sip: str) -> None:
    hands.dial(f"ringanswer@{sip}")
    hands.sees(f"ringanswer@{sip}: ringing")
    assert hands.tone("dial") == "busy"
    hands.sees(f"ringanswer@{sip}: up")
    assert hands.tone("dial") == "good"
    from switchy_nb.panels import Dialer

    sent = hands.part(Dialer)._order.shown["text"]
    assert sent.startswith("Sent: originate {")
    assert f"sofia/external/ringanswer@{sip}" in sent


def test_busy_shows_the_cause_in_plain_words(hands: Hands, sip: str) -> None:
    hands.dial(f"busy@{sip}")
    text = hands.sees("USER_BUSY (SIP 486): the far end is busy")
    assert text.startswith(f"busy@{sip}: ended")
    assert hands.tone("dial") == "bad"
    near = eventually(lambda: next((r for r in hands.rows() if "hung up" in r["state"]), None), 5)
    assert near["state"] == "hung up: USER_BUSY"
    assert near["titles"]["state"] == "USER_BUSY (SIP 486): the far end is busy"


def test_a_call_that_makes_no_leg_says_why(hands: Hands) -> None:
    hands.dial("1@no-such-host.invalid:5080")
    hands.sees("no-such-host.invalid:5080: ")
    eventually(lambda: hands.tone("dial") == "bad", 30)


@pytest.mark.parametrize(
    ("field", "typed", "words"),
    [
        ("Destination", "", "Call whom?"),
        ("Destination", "a b@c", "' '"),
        ("Destination", "x@y,z", "','"),
        ("Give up after (s)", "soon", "'soon' s cannot be waited"),
        ("Calls", "1.5", "whole number"),
        ("Caller's name", 'a "quote"', "quote"),
        ("Caller's number", "no number", "RFC 3261"),
        ("Channel variables", "no variable", "write name=value"),
        ("Channel variables", "calller_id=x", "did you mean 'caller_id'"),
        ("Channel variables", "timeout=3", "'timeout' cannot be a channel variable"),
        ("Channel variables", "waitfor=x", "'waitfor' cannot be a channel variable"),
        ("Channel variables", "xheaders=x", "'xheaders' cannot be a channel variable"),
        ("SIP profile", "no profile", "the profile holds ' '"),
    ],
)
def test_what_cannot_be_dialled_is_said_beside_the_form(
    hands: Hands, field: str, typed: str, words: str
) -> None:
    hands.type(field, typed)
    hands.click("Dial")
    hands.sees(words)
    assert hands.tone("dial") == "bad"
    assert hands.rows() == []
    assert hands.lines() == []


def test_the_next_call_clears_the_error(hands: Hands, sip: str) -> None:
    hands.dial("")
    hands.sees("Call whom?")
    hands.dial(f"answer@{sip}")
    hands.sees("up")


def test_all_that_can_be_typed_is_sent(hands: Hands, sip: str, caller: Caller) -> None:
    hands.type("Caller's name", "Ann, of Ely")
    hands.type("Caller's number", "0123")
    hands.type("Codec", "PCMA")
    hands.type("Channel variables", "colour=dark green\nsip_h_X-note=hello")
    leg = hands.up(f"answer@{sip}")
    assert leg.sender == "Ann, of Ely <0123>"
    assert leg.session is not None
    assert leg.session.getvar("colour") == "dark green"
    (line,) = hands.lines()
    assert "caller_id='Ann, of Ely', caller_id_num='0123', codec='PCMA'" in line
    assert line.endswith("colour='dark green', **{'sip_h_X-note': 'hello'})")
    scope: dict[str, object] = {"caller": caller}
    exec(line, scope)
    assert scope["sess1"].getvar("colour") == "dark green"  # type: ignore[attr-defined]


def test_many_at_a_rate_are_told_together(hands: Hands, sip: str) -> None:
    hands.type("Calls", "6")
    hands.type("Calls a second", "50")
    hands.dial(f"answer@{sip}")
    hands.sees(f"6 of 6 calls to answer@{sip} placed: 6 up")
    assert hands.tone("dial") == "busy"
    assert len(hands.rows()) == 12
    (line,) = hands.lines()
    assert "for _ in range(6):" in line
    assert "time.sleep(0.02)" in line


def test_many_that_fail_are_told_by_cause(hands: Hands, sip: str) -> None:
    hands.type("Calls", "3")
    hands.type("Calls a second", "50")
    hands.dial(f"busy@{sip}")
    hands.sees("3 failed (3 × USER_BUSY (SIP 486): the far end is busy)")
    assert hands.tone("dial") == "bad"


def test_dialling_many_can_be_stopped(hands: Hands, sip: str) -> None:
    hands.type("Calls", "1000")
    hands.type("Calls a second", "2")
    hands.dial(f"answer@{sip}")
    eventually(lambda: hands.is_on("Stop dialling"))
    hands.click("Dial")
    hands.sees("stop dialling first")
    hands.click("Stop dialling")
    eventually(lambda: not hands.is_on("Stop dialling"))


def test_numbers_of_the_dial_plan_and_what_was_called_are_offered(
    hands: Hands, sip: str, caller: Caller
) -> None:
    def offered() -> list[str]:
        return [value for value, _ in hands.form("field", "Destination")[1]["options"]]

    assert f"ringanswer@{sip}" in offered()
    if caller.switch is not None:
        caller.switch.dialplan["7001"] = caller.switch.dialplan["^busy$"]
        eventually(lambda: f"7001@{sip}" in offered())
    hands.dial(f"busy@{sip}")
    eventually(lambda: offered()[0] == f"busy@{sip}")


def test_apps_that_are_loaded_later_are_offered(hands: Hands, caller: Caller) -> None:
    def offered() -> list[list[str]]:
        return hands.form("field", "App")[1]["options"]

    assert offered() == [["TonePlay", "TonePlay"]]
    caller.client.load_app(TonePlay, on_value="another")
    eventually(lambda: [name for name, _ in offered()] == ["TonePlay", "another"])
