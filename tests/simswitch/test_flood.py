"""A client that sends and never reads costs the switch little, and the others nothing."""

from __future__ import annotations

import socket

from helpers import eventually
from simswitch.client import Client

from switchy_nb.simswitch import SimSwitch
from switchy_nb.simswitch.clients.listener import Listener

#: what fits into the sockets between the two, and more
ENOUGH = 64 << 20


def listener_of(switch: SimSwitch, client: Client) -> Listener:
    life = switch._life
    assert life is not None
    assert life.server is not None
    port = client.sock.getsockname()[1]
    return next(x for x in life.server.core.listeners if x.outbox.client_port == port)


def flood(client: Client, line: str) -> int:
    """Send a command until the switch takes no more; give how many bytes it took."""
    block, sent = line.encode() * 1000, 0
    client.sock.settimeout(0.5)
    try:
        while sent < ENOUGH:
            sent += client.sock.send(block)
    except TimeoutError:
        return sent
    raise AssertionError("the switch took it all")


def test_commands_wait_in_the_socket_while_replies_are_not_read(switch: SimSwitch) -> None:
    with Client(switch.port) as client, Client(switch.port) as other:
        client.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        assert flood(client, "api show api\n\n") < ENOUGH
        held = listener_of(switch, client)
        assert held.outbox._transport.get_write_buffer_size() < 4 << 20
        assert len(held._commands) < 50_000
        assert other.api("echo alive") == "alive"


def test_commands_wait_while_a_fault_keeps_replies_back(switch: SimSwitch) -> None:
    with Client(switch.port) as client:
        with switch.faults.mute():
            client.send("api show api\n\n" * 2000)
            held = listener_of(switch, client)
            eventually(lambda: held.outbox.crowded)
            assert held.outbox._held_bytes < 4 << 20
        answers = [client.reply().text for _ in range(2000)]
    assert len(set(answers)) == 1


def test_ten_thousand_commands_at_once_are_all_answered(switch: SimSwitch) -> None:
    with Client(switch.port) as client:
        client.send("".join(f"api echo {n}\n\n" for n in range(10_000)))
        assert [client.reply().text for _ in range(10_000)] == [str(n) for n in range(10_000)]


def test_a_client_that_reads_nothing_does_not_hold_up_the_stop(switch: SimSwitch) -> None:
    with Client(switch.port) as client:
        client.command("event plain all")
        body = "x" * 100_000
        event = f"sendevent CUSTOM\nEvent-Subclass: a\nContent-Length: 100000\n\n{body}"
        client.send(event * 60)
        held = listener_of(switch, client)
        eventually(lambda: held.outbox.crowded)
        switch.stop()
        assert not switch.running
