from __future__ import annotations

from helpers import eventually
from panels.conftest import Hands

from switchy_nb.panels import Waits
from switchy_nb.sync import Caller


def test_waits_for_a_state_and_says_how_long_it_took(hands: Hands, sip: str) -> None:
    hands.dial(f"ringanswer@{sip}")
    hands.sees("Selected", "selection")
    hands.click("Wait")
    wait = hands.sees_wait("answered, after")
    assert (wait["tone"], wait["sign"], wait["open"]) == ("good", "✓", False)
    assert 0 < float(wait["text"].split()[-2]) < 5


def test_a_wait_in_vain_says_what_was_seen_instead(hands: Hands, sip: str) -> None:
    hands.dial(f"noanswer@{sip}")
    hands.sees("ringing")
    hands.type("Within (s)", "0.3")
    hands.click("Wait")
    wait = hands.sees_wait("waited 0.3 s for answered")
    assert "saw " in wait["text"]
    assert "PROGRESS" in wait["text"]
    assert wait["tone"] == "bad"


def test_a_wait_for_what_there_is_not_gives_a_hint_and_no_line(hands: Hands, sip: str) -> None:
    hands.up(f"answer@{sip}")
    before = hands.lines()
    hands.type("Wait for", "anwsered")
    hands.click("Wait")
    hands.sees("did you mean 'answered'?", "wait")
    assert hands.tone("wait") == "bad"
    assert (hands.waits(), hands.lines()) == ([], before)


def test_waits_can_be_stopped_one_by_one(hands: Hands, sip: str) -> None:
    hands.dial(f"noanswer@{sip}")
    hands.sees("ringing")
    for what in ("answered", "hungup"):
        hands.type("Wait for", what)
        hands.click("Wait")
        hands.sees_wait(f"waiting for {what}")
    (first, _) = hands.waits()
    hands.tell(hands.part(Waits).list, cancel=first["id"])
    assert hands.sees_wait("answered: stopped after")["tone"] == "plain"
    assert hands.sees_wait("waiting for hungup")["open"]


def test_waits_for_an_event(hands: Hands, sip: str) -> None:
    hands.up(f"answer@{sip}")
    hands.type("Wait for", "CHANNEL_HANGUP_COMPLETE")
    hands.click("Wait")
    hands.sees_wait("waiting for CHANNEL_HANGUP_COMPLETE")
    hands.click("Hang up")
    assert hands.sees_wait("CHANNEL_HANGUP_COMPLETE, after")["tone"] == "good"


def test_waits_for_a_variable_and_its_value(hands: Hands, sip: str, caller: Caller) -> None:
    leg = hands.up(f"answer@{sip}")
    session = leg.session
    assert session is not None
    hands.type("as a", "variable")
    hands.type("Wait for", "colour")
    hands.type("Value", "green")
    hands.click("Wait")
    hands.sees_wait("waiting for colour = green")
    session.vars["colour"] = "red"
    session.vars["colour"] = "green"
    assert hands.sees_wait("colour = green, after")["tone"] == "good"
    line = hands.lines()[-1]
    exec(line, {"caller": caller, "sess1": session})


def test_what_cannot_be_waited_is_said_beside_the_form(hands: Hands, sip: str) -> None:
    hands.click("Wait")
    hands.sees("choose a call", "wait")
    hands.dial(f"busy@{sip}")
    hands.sees("USER_BUSY")
    hands.type("Within (s)", "soon")
    eventually(lambda: (leg := hands.panel.board.leg) and leg.session is None)
    hands.click("Wait")
    hands.sees("the leg is gone", "wait")
    assert hands.tone("wait") == "bad"
