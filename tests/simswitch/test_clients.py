"""Many clients, slow ones, and clients that misbehave."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from helpers import eventually
from simswitch.client import Client

from switchy_nb.simswitch import SimSwitch
from switchy_nb.simswitch.clients import outbox

Connect = Callable[[], Client]


# -- clients that misbehave ----------------------------------------------------------------


def test_half_a_command_waits_for_the_other_half(client: Client) -> None:
    client.send("api ec")
    client.send("ho one\n")
    client.send("\napi echo two\n\n")
    assert [client.reply().text, client.reply().text] == ["one", "two"]


def test_a_client_that_vanishes_hurts_nobody(switch: SimSwitch, client: Client) -> None:
    gone = Client(switch.port)
    gone.command("event plain all")
    gone.send("api msleep 50\n\nbgapi msleep 50\n\napi ec")
    gone.sock.close()
    leg = client.originate("answer")
    client.seen("CHANNEL_PARK", leg)
    client.api("hupall")
    client.seen("CHANNEL_DESTROY", count=2)


def test_a_line_without_end_ends_the_connection(switch: SimSwitch, client: Client) -> None:
    endless = Client(switch.port)

    def flood() -> bool:
        try:
            endless.sock.sendall(b"x" * (1 << 20))
        except OSError:
            return True
        return False

    eventually(flood, 20, "the switch to hang up on an endless line")
    endless.sock.close()
    assert client.api("echo still here") == "still here"


def test_a_negative_length_ends_the_connection(connect: Connect) -> None:
    client = connect()
    client.send("sendevent CUSTOM\nContent-Length: -5\n\n")
    assert client.frame().kind == "text/disconnect-notice"
    with pytest.raises(EOFError):
        client.frame()


def test_many_clients_hear_the_same(switch: SimSwitch) -> None:
    clients = [Client(switch.port) for _ in range(20)]
    for each in clients:
        each.command("event plain all")
    leg = clients[0].originate("busy")
    stories = []
    for each in clients:
        each.seen("CHANNEL_DESTROY", leg)
        stories.append([e["Event-Sequence"] for e in each.events if e.get("Unique-ID") == leg])
        each.sock.close()
    assert all(story == stories[0] for story in stories)


def test_a_reader_that_is_far_too_slow_is_sent_away(
    switch: SimSwitch, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbox, "MAX_QUEUE", 20)
    monkeypatch.setattr(outbox, "MAX_LOST", 5)
    slow = Client(switch.port)
    slow.command("event plain CUSTOM big")
    client.command("noevents")
    body = "x" * 200_000
    for _ in range(150):  # more than the sockets' buffers hold
        client.send(f"sendevent CUSTOM\nEvent-Subclass: big\nContent-Length: {len(body)}\n\n{body}")
        client.reply()
    with pytest.raises((EOFError, ConnectionError)):
        slow.until(lambda: False)
    assert 0 < len(slow.events) < 150
    slow.sock.close()
    assert client.api("echo fine") == "fine"


def test_a_slow_reader_gets_all_in_the_end(switch: SimSwitch, client: Client) -> None:
    slow = Client(switch.port)
    slow.command("event plain all")
    legs = [client.originate("answer") for _ in range(40)]
    for leg in legs:
        client.seen("CHANNEL_PARK", leg)
    client.api("hupall")
    client.seen("CHANNEL_DESTROY", count=80)
    slow.seen("CHANNEL_DESTROY", count=80)
    slow.sock.close()
    numbers = [int(e["Event-Sequence"]) for e in slow.events if e["Event-Name"] != "API"]
    assert numbers == sorted(numbers)
