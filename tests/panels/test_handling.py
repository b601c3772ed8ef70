"""What can be done with the selected legs: by the messages of a page, on a switch."""

from __future__ import annotations

from pathlib import Path

import pytest
from helpers import eventually
from IPython.display import Audio
from panels.conftest import Hands

from switchy_nb.sync import Caller


def test_hangs_up_with_a_cause(hands: Hands, sip: str) -> None:
    hands.up(f"answer@{sip}")
    hands.type("Cause", "no such cause")
    hands.click("Hang up")
    hands.sees("none of FreeSWITCH's hangup causes", "call")
    hands.type("Cause", "call_rejected")
    hands.click("Hang up")
    eventually(lambda: "hung up: CALL_REJECTED" in {r["state"] for r in hands.rows()}, 5)
    assert hands.lines()[-1] == "sess1.hangup('CALL_REJECTED')"


def test_holds_and_takes_back(hands: Hands, sip: str) -> None:
    leg = hands.up(f"answer@{sip}")
    assert not hands.is_on("Resume")
    hands.click("Hold")
    eventually(lambda: leg.words == "held")
    eventually(lambda: hands.is_on("Resume") and not hands.is_on("Hold"))
    hands.click("Resume")
    eventually(lambda: leg.words == "up")
    eventually(lambda: hands.lines()[1:] == ["sess1.hold()", "sess1.unhold()"])


def test_answers_a_call_that_came_in(hands: Hands, sip: str, caller: Caller) -> None:
    caller.client.unload_app("TonePlay")  # which would answer it
    eventually(lambda: hands.form("field", "App")[1]["options"] == [["no app", ""]])
    hands.dial(f"park@{sip}")
    far = eventually(lambda: next((r for r in hands.rows() if r["joined"]), None), 5)
    hands.choose(far["id"])
    eventually(lambda: hands.is_on("Answer"))
    hands.click("Answer")
    hands.sees(": up")
    assert hands.lines()[-1] == "sess1.call.last.answer()"
    eventually(lambda: not hands.is_on("Answer"))


def test_sends_digits_that_the_far_leg_hears(hands: Hands, sip: str) -> None:
    near = hands.up(f"tone@{sip}").session  # whose far leg takes digits while it plays
    hands.type("Digits", "12x")
    hands.click("Send digits")
    hands.sees("cannot be sent as digits", "digits")
    hands.type("Digits", "42#")
    hands.click("Send digits")
    hands.sees("the switch has taken 42#", "digits")
    assert near is not None
    far = eventually(lambda: near.call.get_peer(near), 5)
    assert far.wait("DTMF", 10)["DTMF-Digit"] == "4"
    assert [far.wait("DTMF", 10)["DTMF-Digit"] for _ in range(2)] == ["2", "#"]
    hands.click("7")
    hands.sees("the switch has taken 7", "digits")
    assert far.wait("DTMF", 10)["DTMF-Digit"] == "7"


def test_transfers(hands: Hands, sip: str) -> None:
    leg = hands.up(f"answer@{sip}")
    hands.click("Transfer")
    hands.sees("Transfer it where?", "moving")
    hands.type("Transfer to", "hangup-CALL_REJECTED")
    hands.click("Transfer")
    eventually(lambda: leg.cause == "CALL_REJECTED", 5)
    assert hands.lines()[-1] == "sess1.transfer('hangup-CALL_REJECTED')"


def test_bridges_two(hands: Hands, sip: str) -> None:
    one, two = hands.up(f"answer@{sip}"), hands.up(f"answer@{sip}")
    assert not hands.is_on("Bridge the two")
    hands.choose(one.uuid, two.uuid)
    eventually(lambda: hands.is_on("Bridge the two"))
    sessions = [leg.session for leg in (one, two)]
    hands.click("Bridge the two")
    hands.sees("bridged", "call")
    for session in sessions:
        assert session is not None
        session.wait("bridged", 5)
    assert hands.lines()[-1] == "sess1.join(sess2)"


def test_plays_and_stops(hands: Hands, sip: str) -> None:
    session = hands.up(f"answer@{sip}").session
    assert session is not None
    hands.click("Play")
    session.wait("PLAYBACK_START", 5)
    hands.click("Stop playing")
    session.wait("PLAYBACK_STOP", 5)
    eventually(lambda: hands.lines()[-1] == "sess1.breakmedia()")


def test_mutes(hands: Hands, sip: str, caller: Caller) -> None:
    hands.up(f"answer@{sip}")
    hands.click("Mute")
    hands.sees("muted", "call")
    hands.click("Unmute")
    hands.sees("no longer muted", "call")
    commands = list(caller.recording.commands["command"])
    assert [c.split()[2:] for c in commands if c.startswith("uuid_audio")] == [
        ["start", "write", "mute", "1"], ["start", "write", "mute", "0"],
    ]  # fmt: skip


def test_records_and_listens(hands: Hands, sip: str, caller: Caller) -> None:
    leg = hands.up(f"tone@{sip}")
    session = leg.session
    assert session is not None
    hands.type("The two sides apart", "on")
    hands.click("Record")
    hands.sees("recording to /", "tape")
    session.wait("RECORD_START", 5)
    eventually(lambda: hands.is_on("Stop recording"))
    assert not hands.is_on("Record")
    hands.click("Stop recording")
    hands.sees("recorded to /", "tape")
    hands.click("Listen")
    if caller.switch is not None:  # on another machine's switch, its file may be out of reach
        hands.sees("kB of /", "tape")
        assert hands.find("Sound").wav[:4] == b"RIFF"
    lines = hands.lines()[1:]
    assert [line.split("(")[0] for line in lines[:2]] == ["sess1.setvar", "sess1.record"]
    if caller.switch is not None:
        shown: list[Audio] = []
        exec(lines[2].replace("import Audio, display", "import Audio"),
             {"caller": caller, "display": shown.append})  # fmt: skip
        assert shown[0].data[:4] == b"RIFF"
    hands.choose()
    eventually(lambda: hands.find("Sound").wav == b"")


def test_a_recording_out_of_reach_says_where_it_is(hands: Hands, sip: str, tmp_path: Path) -> None:
    hands.up(f"tone@{sip}")
    tape = tmp_path / "here.wav"
    hands.type("Record to", str(tape))
    hands.click("Record")
    eventually(lambda: hands.is_on("Stop recording"))
    hands.click("Stop recording")
    hands.sees(f"recorded to {tape}", "tape")
    tape.unlink(missing_ok=True)  # as if it were on another machine's switch
    hands.click("Listen")
    hands.sees("is not on this machine", "tape")
    assert hands.tone("tape") == "bad"


def test_what_is_done_is_done_to_all_that_are_selected(hands: Hands, sip: str) -> None:
    legs = [hands.up(f"answer@{sip}") for _ in range(4)]
    hands.choose(*(leg.uuid for leg in legs))
    hands.sees("Selected: 4 legs, 4 of them up", "selection")
    hands.click("Hang up")
    eventually(lambda: all(leg.over for leg in legs), 5)
    assert hands.lines()[-1].startswith("for leg in [\n    sess1,")
    assert hands.lines()[-1].endswith("]:\n    leg.hangup()")


def test_nothing_can_be_done_to_nobody(hands: Hands) -> None:
    for button in ("Hang up", "Hold", "Transfer", "Send digits", "Play", "Record", "1"):
        eventually(lambda name=button: not hands.is_on(name))
    hands.click("Hang up")
    hands.sees("choose a call", "call")


@pytest.mark.parametrize("button", ["Hang up", "Hold", "Play"])
def test_commands_are_recorded_as_the_panels(
    hands: Hands, sip: str, caller: Caller, button: str
) -> None:
    hands.up(f"answer@{sip}")
    hands.click(button)
    eventually(lambda: len(hands.lines()) == 2)
    commands = caller.recording.commands
    sources = [str(source) for source in commands["source"] if str(source).startswith("panel")]
    assert "panel dial" in sources
    assert "panel selected calls" in sources
