"""A listener whose link goes: what waits fails at once, what ended unseen is let go."""

from __future__ import annotations

import threading

import pytest
from helpers import Peer, Talk, eventually

from switchy_nb import Client, EventListener, active_client
from switchy_nb.errors import LinkLost


class FakeSwitch:
    """A peer that takes events' connections and commands, and can be cut."""

    def __init__(self, *events: tuple[str, ...]) -> None:
        self.events = events
        self.exists = "true"
        self.peer = Peer(self.script)

    def script(self, talk: Talk) -> None:
        talk.login()
        while True:
            line = talk.hear()
            if line.startswith("api uuid_exists"):
                talk.response(self.exists)
            elif line.startswith("api "):
                talk.response("+OK\n")
            elif line.startswith("bgapi "):
                talk.reply("+OK Job-UUID: x")
            elif line.startswith("exit"):
                talk.reply("+OK bye")
                return
            else:
                talk.reply("+OK")
                if line == "event plain all":
                    for lines in self.events:
                        talk.event(*lines)


def created(uuid: str) -> tuple[str, ...]:
    return ("Event-Name: CHANNEL_CREATE", f"Unique-ID: {uuid}", "Call-Direction: outbound")


def test_a_lost_link_fails_what_waits_at_once_and_lets_go_of_what_ended() -> None:
    fake = FakeSwitch(created("leg"))
    with fake.peer as peer:
        listener = EventListener(peer.host, peer.port, autorecon=True)
        client = Client(peer.host, peer.port, listener=listener)
        listener.connect()
        client.connect()
        listener.start()
        eventually(lambda: "leg" in listener.sessions)
        leg = listener.sessions["leg"]
        job = client.bgapi("originate x")
        failed: list[BaseException] = []

        def wait() -> None:
            try:
                leg.wait("answered", 60)
            except LinkLost as exc:
                failed.append(exc)

        waiting = threading.Thread(target=wait)
        waiting.start()
        eventually(lambda: leg.waiters)
        fake.exists = "false"
        fake.events = ()
        for talk in tuple(peer.talks):
            talk.kill()
        waiting.join(5)
        assert failed
        with pytest.raises(LinkLost):
            job.get(5)
        eventually(lambda: not listener.sessions)
        assert leg.hungup
        eventually(lambda: listener.connected() and client.connected())
        names = list(listener.recording.events["name"])
        assert names.count("LINK_DOWN") == 1
        assert names.count("LINK_UP") == 1
        assert names.index("LINK_DOWN") < names.index("LINK_UP")
        assert client.cmd("status") == "+OK"
        client.disconnect()
        listener.disconnect()


def test_what_waits_fails_at_once_even_behind_a_callback_that_sleeps() -> None:
    asleep, go_on = threading.Event(), threading.Event()

    def sleeper(event: object) -> None:
        asleep.set()
        go_on.wait(10)

    fake = FakeSwitch(("Event-Name: HEARTBEAT",))
    with fake.peer as peer:
        listener = EventListener(peer.host, peer.port, autorecon=False)
        client = Client(peer.host, peer.port, listener=listener)
        listener.add_callback("HEARTBEAT", "default", sleeper)
        listener.connect()
        client.connect()
        listener.start()
        assert asleep.wait(5)
        job = client.bgapi("originate x")
        peer.talks[0].kill()
        with pytest.raises(LinkLost):
            job.get(5)
        assert not go_on.is_set()
        with pytest.raises(LinkLost, match="no link"):
            client.bgapi("originate y")
        go_on.set()
        client.disconnect()
        listener.disconnect()


def test_a_listener_whose_link_was_lost_before_it_started() -> None:
    fake = FakeSwitch()
    with fake.peer as peer:
        listener = EventListener(peer.host, peer.port, autorecon=False)
        listener.connect()
        for talk in tuple(peer.talks):
            talk.kill()
        eventually(lambda: not any(listener.status().values()))
        listener.connect()
        listener.start()
        assert listener.connected()
        assert listener.is_alive()
        listener.disconnect()


def test_the_loss_of_an_earlier_link_that_is_told_late_ends_no_listener() -> None:
    fake = FakeSwitch()
    with fake.peer as peer:
        listener = EventListener(peer.host, peer.port, autorecon=False)
        listener.connect()
        first, tell, told = listener._inbox, listener._rx._on_link, threading.Event()
        assert tell is not None

        def tell_late(*news: object) -> None:
            # The link is seen to be down already; the news reaches who has begun to connect anew.
            eventually(lambda: listener._inbox is not first)
            tell(*news)  # type: ignore[arg-type]
            told.set()

        listener._rx._on_link = tell_late
        peer.talks[0].kill()
        eventually(lambda: not listener.status()["rx"])
        listener.connect()
        assert told.wait(10)
        handled = threading.Event()
        listener._inbox.put(handled.set)
        listener.start()
        assert handled.wait(10)
        assert listener.is_alive()
        assert listener.connected()
        listener.disconnect()


def test_a_leg_that_came_and_went_before_the_start_is_not_forgotten_before_its_events() -> None:
    fake = FakeSwitch(created("leg"))
    fake.exists = "false"
    with fake.peer as peer:
        listener = EventListener(peer.host, peer.port, autorecon=False)
        listener.connect()
        eventually(lambda: listener.recording.received == 1)
        handled = threading.Event()
        listener.start()
        listener._inbox.put(handled.set)
        assert handled.wait(10)
        assert "leg" in listener.sessions
        listener.disconnect()


def test_leaving_a_block_whose_switch_went_mute_keeps_its_error() -> None:
    mute = threading.Event()

    def script(talk: Talk) -> None:
        talk.login()
        while True:
            line = talk.hear()
            if mute.is_set():
                continue
            if line.startswith("api "):
                talk.response("+OK\n")
            else:
                talk.reply("+OK Job-UUID: x")

    with (
        Peer(script) as peer,
        pytest.raises(ValueError, match="mine"),
        active_client(peer.host, peer.port, autorecon=False) as client,
    ):
        client.originate("1@h")
        mute.set()
        raise ValueError("mine")
    assert not client.connected()
    assert not client.listener.is_alive()


def test_a_link_lost_for_good_ends_the_listener() -> None:
    fake = FakeSwitch()
    with fake.peer as peer:
        listener = EventListener(peer.host, peer.port, autorecon=False)
        listener.connect()
        listener.start()
        peer.talks[0].kill()
        listener.wait(5)
        assert not listener.is_alive()
        assert not listener.connected()
        listener.connect()
        listener.start()
        assert listener.connected()
        listener.disconnect()


def test_a_switch_that_dropped_us_for_being_slow_is_told_of_in_the_recording() -> None:
    notice = "Disconnected, goodbye.\nkilled listener because of lost events\n"

    def script(talk: Talk) -> None:
        talk.login()
        while not talk.hear().startswith("event plain"):
            talk.reply("+OK")
        talk.reply("+OK")
        talk.event(*created("leg"))
        talk.say(f"Content-Type: text/disconnect-notice\nContent-Length: {len(notice)}\n\n{notice}")

    with Peer(script) as peer:
        listener = EventListener(peer.host, peer.port, autorecon=False)
        listener._rx.connect()
        listener._rx.subscribe()
        recording = listener.recording
        eventually(lambda: recording.received == 2)
        assert recording.events["name"].tolist() == ["CHANNEL_CREATE", "LINK_DOWN"]
        reason = recording.header("Link-Reason")[1]
        assert "dropped us for being too slow" in reason
        assert "killed listener because of lost events" in reason
        assert recording.received == len(recording.events) + recording.dropped
        listener.disconnect()
