"""A switch that says nothing more, or is gone: no click blocks, and the panel says so."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import pytest
from helpers import Peer, Talk, eventually, own_threads
from panels.conftest import Hands, MakePanel

from switchy_nb import Client, EventListener, TonePlay
from switchy_nb.panels import dialling, orders


@pytest.fixture
def mute() -> threading.Event:
    """Once it is set, the switch hears and says nothing."""
    return threading.Event()


@pytest.fixture
def peer(mute: threading.Event) -> Iterator[Peer]:
    def script(talk: Talk) -> None:
        talk.login()
        while True:
            line = talk.hear()
            if mute.is_set():
                continue
            if line.startswith("api "):
                talk.response("+OK\n")
            elif line.startswith("exit"):
                talk.reply("+OK bye")
                return
            else:
                talk.reply("+OK")

    with Peer(script) as made:
        yield made


@pytest.fixture
def client(peer: Peer, mute: threading.Event) -> Iterator[Client]:
    listener = EventListener(peer.host, peer.port, "secret", autorecon=False, timeout=30)
    client = Client(peer.host, peer.port, "secret", listener=listener, timeout=30)
    listener.connect()
    client.connect()
    client.load_app(TonePlay)
    listener.start()
    yield client
    mute.clear()
    listener.disconnect()
    client.disconnect()


CREATED = (
    "Event-Name: CHANNEL_CREATE",
    "Unique-ID: leg-1",
    "Call-Direction: inbound",
    "Caller-Destination-Number: doggy",
    "Event-Date-Timestamp: 1",
)


def test_a_click_never_blocks_while_the_switch_is_mute(
    peer: Peer, client: Client, mute: threading.Event, make_panel: MakePanel,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr(dialling, "GRACE", 0.2)
    monkeypatch.setattr(orders, "PATIENCE", 0.3)
    hands = Hands(make_panel(client))
    peer.talks[0].event(*CREATED)
    eventually(lambda: len(hands.rows()) == 1)
    hands.choose("leg-1")
    eventually(lambda: hands.is_on("Hang up"))

    mute.set()
    hands.type("Give up after (s)", "0.4")
    hands.type("Digits", "1")
    # Whatever else the panel does is held up: a click has to return all the same, and sends nothing.
    go_on, sent = threading.Event(), len(client.listener.recording.commands)
    hands.panel.board.post(go_on.wait, 60)
    for button in ("Hang up", "Wait", "Send digits", "Hold", "Record", "Dial"):
        hands.click(button)
    assert len(client.listener.recording.commands) == sent
    go_on.set()
    hands.sees("sent to the switch")
    hands.sees("the switch has not said what became of the call")
    assert hands.tone("dial") == "bad"

    hands.choose("leg-1")
    eventually(lambda: hands.is_on("Hang up"))
    hands.click("Hang up")
    hands.sees("waited 0.3 s for the switch to answer", "call")
    assert hands.tone("call") == "bad"


def test_closing_does_not_wait_for_a_mute_switch(
    client: Client, mute: threading.Event, make_panel: MakePanel
) -> None:
    before = own_threads()
    hands = Hands(make_panel(client))
    mute.set()
    hands.dial("a@b")
    hands.sees("sent to the switch")
    began = time.monotonic()
    hands.panel.close()
    assert time.monotonic() - began < 10  # and not thirty
    assert own_threads() == before


def test_a_link_that_dies_is_told(peer: Peer, client: Client, make_panel: MakePanel) -> None:
    hands = Hands(make_panel(client))
    hands.sees("the link is up", "link")
    hands.dial("a@b")
    hands.sees("sent to the switch")
    for talk in peer.talks:
        talk.kill()
    hands.sees("a@b: failed. ")
    assert "link" in hands.said("dial") or "connection" in hands.said("dial")
    assert hands.tone("dial") == "bad"
    hands.sees("not listened to", "link")  # and so not, by now, on the way there
    assert hands.tone("link") == "bad"
    hands.dial("a@b")
    hands.sees("not listened to; connect again (on the tab Connect, or in a cell)")


def test_what_the_switch_refuses_is_told(peer: Peer, client: Client, make_panel: MakePanel) -> None:
    hands = Hands(make_panel(client))
    peer.talks[0].event(*CREATED)
    eventually(lambda: len(hands.rows()) == 1)
    hands.choose("leg-1")
    eventually(lambda: hands.is_on("Hang up"))
    hands.click("Hang up")
    hands.sees("the switch has hung up", "call")


def test_a_panel_that_fails_says_so(client: Client, make_panel: MakePanel) -> None:
    hands = Hands(make_panel(client))

    def boom() -> None:
        raise ValueError("<b>this</b> was not expected")

    hands.panel.board.post(boom)
    hands.sees("The panel failed (ValueError: <b>this</b> was not expected)", "link")
    assert hands.tone("link") == "bad"
