"""The panel as its user has it, by the messages of a page: a call from dialling to its end."""

from __future__ import annotations

import threading
import time

import pytest
from helpers import eventually, own_threads
from panels.conftest import Hands, MakePanel, Page

from switchy_nb.panels import CallPanel
from switchy_nb.sync import Caller


def test_dials_shows_and_hangs_up(hands: Hands, sip: str) -> None:
    hands.dial(f"answer@{sip}")
    hands.sees("up")
    near, far = eventually(lambda: len(rows := hands.rows()) == 2 and rows, 5)
    assert (near["direction"], far["direction"]) == ("outbound →", "inbound ←")
    assert (near["to"], near["app"], near["joined"]) == ("answer", "TonePlay", False)
    assert far["joined"]
    eventually(lambda: {r["state"] for r in hands.rows()} == {"up"}, 5)
    assert hands.panel.selected is not None
    assert hands.panel.selected.uuid == near["uuid"] == hands.find("LegTable").chosen

    hands.click("Hang up")
    hands.sees("ended after")
    assert hands.said("dial_status").endswith(
        "NORMAL_CLEARING (Q.850 16): one of the two hung up, as calls end"
    )
    hands.sees("the switch has hung up", "hangup_status")
    eventually(lambda: {r["state"] for r in hands.rows()} == {"hung up: NORMAL_CLEARING"}, 5)


def test_rings_before_it_is_up(hands: Hands, sip: str) -> None:
    hands.dial(f"ringanswer@{sip}")
    hands.sees(f"ringanswer@{sip}: ringing")
    assert hands.tone("dial_status") == "busy"
    hands.sees(f"ringanswer@{sip}: up")
    assert hands.tone("dial_status") == "good"


def test_busy_shows_the_cause_in_plain_words(hands: Hands, sip: str) -> None:
    hands.dial(f"busy@{sip}")
    text = hands.sees("USER_BUSY (SIP 486): the far end is busy")
    assert text.startswith(f"busy@{sip}: ended")
    assert hands.tone("dial_status") == "bad"
    near = eventually(lambda: next((r for r in hands.rows() if "hung up" in r["state"]), None), 5)
    assert near["state"] == "hung up: USER_BUSY"
    assert near["why"] == "USER_BUSY (SIP 486): the far end is busy"


def test_a_call_that_makes_no_leg_says_why(hands: Hands) -> None:
    hands.dial("1@no-such-host.invalid:5080")
    hands.sees("no-such-host.invalid:5080: ")
    eventually(lambda: hands.tone("dial_status") == "bad", 30)


@pytest.mark.parametrize("seconds", ["", "soon", "nan", "0", "-1", "1e9"])
def test_a_time_that_cannot_be_waited_is_said_beside_it(hands: Hands, seconds: str) -> None:
    hands.type("Give up after (s)", seconds)
    hands.click("Dial")
    hands.sees(f"{seconds!r} s cannot be waited")
    assert hands.rows() == []


@pytest.mark.parametrize(
    ("destination", "words"),
    [("", "Call whom?"), ("a b@c", "' '"), ("x@y,z", "','")],
)
def test_what_cannot_be_dialled_is_said_beside_the_form(
    hands: Hands, destination: str, words: str
) -> None:
    hands.dial(destination)
    hands.sees(words)
    assert hands.tone("dial_status") == "bad"
    assert hands.rows() == []


def test_the_next_call_clears_the_error(hands: Hands, sip: str) -> None:
    hands.dial("")
    hands.sees("Call whom?")
    hands.dial(f"answer@{sip}")
    hands.sees("up")


def test_waits_for_a_state_and_says_how_long_it_took(hands: Hands, sip: str) -> None:
    hands.dial(f"ringanswer@{sip}")
    eventually(lambda: hands.is_on("Wait"))
    hands.click("Wait")
    hands.sees("waiting for answered", "wait_status")
    text = hands.sees("answered, after", "wait_status")
    assert hands.tone("wait_status") == "good"
    assert 0 < float(text.split()[-2]) < 5


def test_a_wait_in_vain_says_what_was_seen_instead(hands: Hands, sip: str) -> None:
    hands.dial(f"noanswer@{sip}")
    hands.sees("ringing")
    hands.type("Within (s)", "0.3")
    hands.click("Wait")
    text = hands.sees("waited 0.3 s for answered", "wait_status")
    assert "saw " in text
    assert "PROGRESS" in text
    assert hands.tone("wait_status") == "bad"


def test_a_wait_for_what_there_is_not_gives_a_hint(hands: Hands, sip: str) -> None:
    hands.dial(f"answer@{sip}")
    hands.sees("up")
    hands.type("Wait for", "anwsered")
    hands.click("Wait")
    hands.sees("did you mean 'answered'?", "wait_status")
    assert hands.tone("wait_status") == "bad"


def test_a_wait_can_be_stopped(hands: Hands, sip: str) -> None:
    hands.dial(f"noanswer@{sip}")
    hands.sees("ringing")
    hands.click("Wait")
    hands.sees("waiting for answered", "wait_status")
    eventually(lambda: hands.is_on("Stop waiting"))
    assert not hands.is_on("Wait")
    hands.click("Stop waiting")
    hands.sees("cancelled after", "wait_status")
    eventually(lambda: hands.is_on("Wait"))


def test_sends_digits_that_the_far_leg_hears(hands: Hands, sip: str, caller: Caller) -> None:
    hands.dial(f"tone@{sip}")  # whose far leg takes digits while it plays
    hands.sees("up")
    hands.type("Digits", "12x")
    hands.click("Send digits")
    hands.sees("cannot be sent as digits", "digits_status")
    hands.type("Digits", "42#")
    hands.click("Send digits")
    hands.sees("the switch has taken 42#", "digits_status")
    near = hands.panel.selected
    assert near is not None
    far = near.call.get_peer(near)
    assert far is not None
    assert far.wait("DTMF", 10)["DTMF-Digit"] == "4"


def test_the_selected_call_is_drawn(hands: Hands, sip: str) -> None:
    picture = hands.find("Picture")
    eventually(lambda: "drawn here" in picture.note)
    hands.dial(f"answer@{sip}")
    hands.sees("up")
    eventually(lambda: picture.png, 20)
    assert picture.png.startswith(b"\x89PNG")
    eventually(lambda: "outbound → to answer: up" in picture.alt)
    before = picture.png
    hands.click("Hang up")
    eventually(lambda: "ended, NORMAL_CLEARING" in picture.alt, 10)
    assert picture.png != before


def test_another_call_is_selected_by_the_page(hands: Hands, sip: str) -> None:
    hands.dial(f"answer@{sip}")
    hands.sees("up")
    first = hands.panel.selected
    assert first is not None
    hands.dial(f"busy@{sip}")
    hands.sees("USER_BUSY")
    assert hands.panel.selected is not first
    assert not hands.is_on("Hang up")
    hands.choose(first.uuid)
    eventually(lambda: hands.panel.selected is first)
    eventually(lambda: hands.is_on("Hang up"))
    hands.choose("no such leg")
    hands.click("Hang up")
    first.wait("hungup", 5)


def test_clicks_show_as_python_that_does_the_same(hands: Hands, sip: str, caller: Caller) -> None:
    hands.dial(f"answer@{sip}")
    hands.sees("up")
    hands.click("Wait")
    hands.sees("answered, after", "wait_status")
    hands.click("Hang up")
    hands.sees("ended after")
    lines = eventually(lambda: len(shown := hands.find("ScriptView").lines) == 3 and shown)
    scope: dict[str, object] = {"caller": caller}
    exec("\n".join(lines), scope)  # what the page offers to be run in a cell
    again = scope["sess1"]
    assert again.wait("hungup", 5)  # type: ignore[attr-defined]
    assert again.uuid not in {r["uuid"] for r in hands.rows()[2:]}  # type: ignore[attr-defined]


def test_a_call_from_elsewhere_is_listed_at_once(hands: Hands, sip: str, caller: Caller) -> None:
    sess, _ = caller(f"answer@{sip}", "TonePlay", timeout=5)
    eventually(lambda: len(hands.rows()) == 2)
    sess.hangup()
    eventually(lambda: {r["state"] for r in hands.rows()} == {"hung up: NORMAL_CLEARING"}, 5)
    assert hands.panel.selected is None


def test_legs_that_are_up_already_are_listed(
    make_panel: MakePanel, caller: Caller, sip: str
) -> None:
    sess, _ = caller(f"answer@{sip}", "TonePlay", timeout=5)
    hands = Hands(make_panel(caller, sip=sip))
    rows = eventually(lambda: len(found := hands.rows()) == 2 and found)
    assert rows[0]["uuid"] == sess.uuid


def test_apps_that_are_loaded_later_are_offered(hands: Hands, caller: Caller) -> None:
    from switchy_nb import TonePlay

    def offered() -> list[list[str]]:
        return hands.form("App")[1]["options"]

    assert offered() == [["TonePlay", "TonePlay"]]
    caller.client.load_app(TonePlay, on_value="another")
    eventually(lambda: [name for name, _ in offered()] == ["TonePlay", "another"])


def test_takes_a_client_too(make_panel: MakePanel, caller: Caller, sip: str) -> None:
    hands = Hands(make_panel(caller.client, sip=sip))
    hands.dial(f"answer@{sip}")
    hands.sees("up")
    hands.click("Hang up")
    hands.sees("ended after")
    lines = eventually(lambda: len(shown := hands.find("ScriptView").lines) == 2 and shown)
    assert lines == [
        f"job1 = client.originate('answer@{sip}', app_id='TonePlay', timeout=30)",
        "client.listener.sessions[job1.sess_uuid].hangup()",
    ]


def test_an_unknown_keyword_is_refused_with_a_hint(page: Page, caller: Caller) -> None:
    with pytest.raises(TypeError, match="'spi'; did you mean 'sip'"):
        CallPanel(caller, spi="x")
    with pytest.raises(TypeError, match="sync_caller"):
        CallPanel("127.0.0.1")  # type: ignore[arg-type]
    assert page.comms == []


def test_close_leaves_nothing_behind(page: Page, caller: Caller, sip: str) -> None:
    threads = own_threads()
    panel = CallPanel(caller, sip=sip)
    hands = Hands(panel)
    assert len(own_threads() - threads) >= 1
    hands.dial(f"noanswer@{sip}")
    hands.sees("ringing")
    hands.click("Wait")  # a wait under way must not hold it up
    hands.sees("waiting for answered", "wait_status")
    picture = hands.find("Picture")
    eventually(lambda: picture.png, 20)
    began = time.monotonic()
    panel.close()
    panel.close()
    assert time.monotonic() - began < 3
    assert own_threads() == threads
    assert page.left_open() == []
    assert caller.client.listener.callbacks._watchers == ()
    assert "closed" in repr(panel)
    silent = page.messages()
    assert caller.client.listener.count_calls() == 1, "closing a panel hangs up nobody"
    caller.client.hangup_own()
    assert page.messages() == silent


def test_the_page_is_written_from_the_panels_thread_and_only_on_change(
    hands: Hands, page: Page, sip: str
) -> None:
    made = {fake.comm_id: len(fake.sent) for fake in page.comms}
    hands.dial(f"answer@{sip}")
    hands.sees("up")
    news = [message for fake in page.comms for message in fake.sent[made[fake.comm_id] :]]
    writers = {thread.name for _, data, thread in news if data.get("method") == "update"}
    assert len(writers) == 1
    assert writers.pop().startswith("switchy_nb panel ")
    hands.click("Hang up")
    hands.sees("ended after")
    picture = hands.find("Picture")
    eventually(lambda: "ended" in picture.alt, 20)

    def quiet() -> bool:
        """Whether four repaints, in which nothing can have changed, sent nothing."""
        before = page.messages()
        threading.Event().wait(0.5)
        return page.messages() == before

    eventually(quiet, 15)  # the last events of the call are still to be drawn


def test_shown_twice_it_is_the_same(hands: Hands) -> None:
    first, second = hands.panel._repr_mimebundle_(), hands.panel._repr_mimebundle_()
    view = "application/vnd.jupyter.widget-view+json"
    assert first[view]["model_id"] == second[view]["model_id"] == hands.panel.model_id
    assert len(first["text/plain"]) < 110
