"""The dashboard as its user has it, by the messages of a page: a call from dialling to its end."""

from __future__ import annotations

import threading
import time

import pytest
from helpers import eventually, own_threads
from panels.conftest import Hands, MakePanel, Page

from switchy_nb.errors import ConfigurationError
from switchy_nb.panels import CallTable, Dashboard
from switchy_nb.replay import replay
from switchy_nb.sync import Caller


def test_dials_shows_and_hangs_up(hands: Hands, sip: str) -> None:
    hands.up(f"answer@{sip}")
    near, far = eventually(lambda: len(rows := hands.rows()) == 2 and rows, 5)
    assert (near["direction"], far["direction"]) == ("outbound →", "inbound ←")
    assert (near["to"], near["app"], near["joined"]) == ("answer", "TonePlay", False)
    assert far["joined"]
    eventually(lambda: {r["state"] for r in hands.rows()} == {"up"}, 5)
    table = hands.part(CallTable).table
    eventually(lambda: table.chosen == [near["id"]])
    assert table.at == 0

    hands.click("Hang up")
    hands.sees("ended after")
    assert hands.said("dial").endswith(
        "NORMAL_CLEARING (Q.850 16): one of the two hung up, as calls end"
    )
    hands.sees("the switch has hung up", "call")
    eventually(lambda: {r["state"] for r in hands.rows()} == {"hung up: NORMAL_CLEARING"}, 5)


def test_another_call_is_selected_by_the_page(hands: Hands, sip: str) -> None:
    first = hands.up(f"answer@{sip}")
    hands.dial(f"busy@{sip}")
    hands.sees("USER_BUSY")
    eventually(lambda: not hands.is_on("Hang up"))
    hands.choose(first.uuid)
    eventually(lambda: hands.is_on("Hang up"))
    hands.choose("no such leg")
    eventually(lambda: not hands.is_on("Hang up"))
    hands.choose(first.uuid)
    hands.click("Hang up")
    eventually(lambda: first.over, 5)


def test_what_is_selected_is_a_recording(hands: Hands, sip: str, caller: Caller) -> None:
    first = hands.up(f"answer@{sip}")
    hands.up(f"answer@{sip}")
    with pytest.raises(ConfigurationError, match="nothing is selected"):
        hands.panel.select()
        _ = hands.panel.selected
    hands.panel.select(first.uuid)
    selected = hands.panel.selected
    assert len(selected.calls) == 1
    assert first.uuid in selected.sessions.index
    assert len(caller.recording.calls) == 2


def test_clicks_show_as_python_that_does_the_same(hands: Hands, sip: str, caller: Caller) -> None:
    hands.up(f"answer@{sip}")
    hands.click("Wait")
    hands.sees_wait("answered, after")
    hands.click("Hang up")
    hands.sees("ended after")
    lines = eventually(lambda: len(shown := hands.lines()) == 3 and shown)
    scope: dict[str, object] = {"caller": caller}
    exec("\n".join(lines), scope)  # what the page offers to be run in a cell
    again = scope["sess1"]
    assert again.wait("hungup", 5)  # type: ignore[attr-defined]


def test_a_call_from_elsewhere_is_listed_at_once(hands: Hands, sip: str, caller: Caller) -> None:
    sess, _ = caller(f"answer@{sip}", "TonePlay", timeout=5)
    eventually(lambda: len(hands.rows()) == 2)
    sess.hangup()
    eventually(lambda: {r["state"] for r in hands.rows()} == {"hung up: NORMAL_CLEARING"}, 5)
    assert hands.panel.board.chosen == ()


def test_legs_that_are_up_already_are_listed(
    make_panel: MakePanel, caller: Caller, sip: str
) -> None:
    sess, _ = caller(f"answer@{sip}", "TonePlay", timeout=5)
    hands = Hands(make_panel(caller, sip=sip))
    rows = eventually(lambda: len(found := hands.rows()) == 2 and found)
    assert rows[0]["id"] == sess.uuid


def test_takes_a_client_too(make_panel: MakePanel, caller: Caller, sip: str) -> None:
    hands = Hands(make_panel(caller.client, sip=sip))
    hands.up(f"answer@{sip}")
    hands.click("Hang up")
    hands.sees("ended after")
    lines = eventually(lambda: len(shown := hands.lines()) == 4 and shown)
    scope: dict[str, object] = {"client": caller.client}
    exec("\n".join(lines), scope)
    assert scope["sess1"].wait("hungup", 5)  # type: ignore[attr-defined]


def test_the_caller_has_it_at_hand(page: Page, caller: Caller) -> None:
    panel = caller.panel()
    assert isinstance(panel, Dashboard)
    assert panel.caller is caller
    panel.close()
    with pytest.raises(TypeError, match="'spi'; did you mean 'sip'"):
        caller.panel(spi="x")
    with pytest.raises(TypeError, match="sync_caller"):
        Dashboard("127.0.0.1")
    assert page.left_open() == []


def test_a_recording_is_shown_and_its_controls_are_off(
    make_panel: MakePanel, hands: Hands, sip: str, caller: Caller
) -> None:
    hands.dial(f"busy@{sip}")
    hands.sees("USER_BUSY")
    eventually(lambda: len(caller.recording.sessions) == 2)
    past = Hands(make_panel(caller.recording))
    rows = eventually(lambda: len(found := past.rows()) == 2 and found)
    assert {row["state"] for row in rows} == {"hung up: USER_BUSY"}
    past.choose(rows[0]["id"])
    eventually(lambda: past.panel.board.chosen)
    for button in ("Dial", "Hang up", "Wait", "Record", "1"):
        eventually(lambda name=button: not past.is_on(name))
        form, _ = past.form("button", button)
        assert form.reason.startswith("This is a recording")
    past.click("Hang up")
    past.sees("choose a call", "call")  # nothing can be sent, and nothing is
    assert len(past.panel.selected.sessions) == 2


def test_a_replay_goes_on_and_its_controls_are_off(
    page: Page, hands: Hands, sip: str, caller: Caller
) -> None:
    hands.up(f"answer@{sip}")
    hands.click("Hang up")
    hands.sees("ended after")
    eventually(lambda: (caller.recording.events["name"] == "CHANNEL_DESTROY").sum() == 2)
    with replay(caller.recording, speed=None) as again:
        past = Hands(Dashboard(again))
        past.sees("A replay at 127.0.0.1:", "link")
        eventually(lambda: [r["state"] for r in past.rows()] == ["hung up: NORMAL_CLEARING"] * 2)
        for button in ("Dial", "Hang up", "Wait"):
            form, _ = past.form("button", button)
            eventually(lambda made=form: made.reason.startswith("This is a replay"))
            assert not past.is_on(button)
        past.choose(past.rows()[0]["id"])
        eventually(lambda: past.panel.board.chosen)
        assert len(past.panel.selected.sessions) == 2
        past.panel.close()


def test_close_leaves_nothing_behind(page: Page, caller: Caller, sip: str) -> None:
    threads = own_threads()
    panel = Dashboard(caller, sip=sip)
    hands = Hands(panel)
    assert len(own_threads() - threads) >= 1
    hands.dial(f"noanswer@{sip}")
    hands.sees("ringing")
    hands.click("Wait")  # a wait under way must not hold it up
    hands.sees_wait("waiting for answered")
    began = time.monotonic()
    panel.close()
    panel.close()
    assert time.monotonic() - began < 15  # and not the wait's thirty
    assert own_threads() == threads
    assert page.left_open() == []
    assert caller.client.listener.callbacks.watchers == ()
    assert "HEARTBEAT" not in caller.client.listener.consumers.get("default", {})
    assert "closed" in repr(panel)
    silent = page.messages()
    assert caller.client.listener.count_calls() == 1, "closing a panel hangs up nobody"
    caller.client.hangup_own()
    assert page.messages() == silent


def test_the_page_is_written_from_the_panels_thread_and_only_on_change(
    hands: Hands, page: Page, sip: str
) -> None:
    hands.sees("the link is up", "link")
    made = {fake.comm_id: len(fake.sent) for fake in page.comms}
    hands.up(f"answer@{sip}")
    news = [message for fake in page.comms for message in fake.sent[made[fake.comm_id] :]]
    writers = {thread.name for _, data, thread in news if data.get("method") == "update"}
    assert len(writers) == 1
    assert writers.pop().startswith("switchy_nb panel ")
    hands.click("Hang up")
    hands.sees("ended after")

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


def test_a_part_on_a_tab_that_is_not_in_front_rests(hands: Hands) -> None:
    panel = hands.panel
    assert isinstance(panel, Dashboard)
    hands.message(panel.tabs, {"method": "update", "state": {"selected_index": 1}})
    front = [*panel.parts.values()][1]
    for parts in panel.parts.values():
        assert all(part.hidden != (parts is front) for part in parts)
    assert hands.part(CallTable).hidden
