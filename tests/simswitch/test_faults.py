"""What goes wrong on demand: each fault does what it says, and is undone by one call."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from helpers import eventually
from simswitch.client import Client

from switchy_nb.errors import SimulationError
from switchy_nb.simswitch import Fault, SimSwitch, uniform

QUIET = 0.2
"""How long nothing may come, to believe that nothing comes (seconds)."""

LOGIN = "auth ClueCon\n\n"


def silent(client: Client) -> bool:
    """Say whether the client gets not a byte for a while."""
    client.sock.settimeout(QUIET)
    try:
        return client.sock.recv(1, 2) == b"?"  # MSG_PEEK; an end is no silence
    except TimeoutError:
        return True


def refused(switch: SimSwitch) -> bool:
    """Say whether a new client finds nobody, or is cut off at once."""
    try:
        with Client(switch.port, login=False, patience=5.0) as client:
            client.frame()
    except (ConnectionError, EOFError):
        return True
    return False


def test_the_link_is_cut_and_stays_so(switch: SimSwitch, client: Client) -> None:
    fault = switch.faults.cut_link()
    assert fault.in_force
    with pytest.raises((EOFError, ConnectionError)):
        client.until(lambda: False)
    assert refused(switch)
    fault.undo()
    assert not fault.in_force
    with Client(switch.port) as again:
        assert again.api("echo back") == "back"


def test_one_client_of_two_is_cut(
    switch: SimSwitch, client: Client, connect: Callable[[], Client]
) -> None:
    other = connect()
    with switch.faults.cut_link(client=other.sock.getsockname()[1]):
        with pytest.raises((EOFError, ConnectionError)):
            other.until(lambda: False)
        assert client.api("echo here") == "here"


def test_a_mute_switch_says_nothing_and_all_of_it_later(switch: SimSwitch, client: Client) -> None:
    with switch.faults.mute():
        client.send("api echo one\n\nsendevent CUSTOM\nEvent-Subclass: a::b\n\n")
        assert silent(client)
        with Client(switch.port, login=False, patience=QUIET) as late, pytest.raises(TimeoutError):
            late.frame()
    assert client.reply().text == "one"
    assert client.seen("CUSTOM")["Event-Subclass"] == "a::b"


def test_it_reads_no_command_but_tells_of_events(
    switch: SimSwitch, client: Client, connect: Callable[[], Client]
) -> None:
    other = connect()
    with switch.faults.stop_reading(client=client.sock.getsockname()[1]):
        client.send("api echo one\n\n")
        other.command("sendevent CUSTOM\nEvent-Subclass: a::b")
        client.seen("CUSTOM")
        assert silent(client)
    assert client.reply().text == "one"


def test_an_event_breaks_off_in_the_middle(switch: SimSwitch, client: Client) -> None:
    with switch.faults.half_event():
        client.send("sendevent CUSTOM\nEvent-Subclass: a::b\n\n")
        eventually(lambda: not silent(client))
        client.until_silent(QUIET)
        assert not client.found("CUSTOM")
        assert client.unread.startswith(b"Content-Length: ")
    assert client.seen("CUSTOM")["Event-Subclass"] == "a::b"


def test_bytes_are_garbled(switch: SimSwitch, client: Client) -> None:
    body = "a" * 50_000
    with switch.faults.garble(count=3):
        client.command(f"sendevent CUSTOM\nEvent-Subclass: a::b\nContent-Length: 50000\n\n{body}")
        client.until(lambda: len(client.events) == 1, "the event")
    spoiled = client.events[0].get("_body", "")
    assert 1 <= sum(x != "a" for x in spoiled) <= 3
    assert client.api("echo fine") == "fine"


def test_a_length_is_wrong(switch: SimSwitch, client: Client) -> None:
    with switch.faults.wrong_length(by=-4):
        client.command("sendevent CUSTOM\nEvent-Subclass: a::b")
        frame = client.frame()
    assert frame.kind == "text/event-plain"
    assert not frame.text.endswith("\n\n")
    assert client.unread.endswith(b"\n\n")


def test_the_secret_is_refused(switch: SimSwitch) -> None:
    with switch.faults.refuse_secret(), Client(switch.port, login=False) as client:
        client.frame()
        assert client.command("auth ClueCon") == "-ERR invalid"
        assert client.frame().kind == "text/disconnect-notice"
    Client(switch.port).sock.close()


def test_a_client_is_rejected_rudely(switch: SimSwitch) -> None:
    with switch.faults.reject_rudely(), Client(switch.port, login=False) as client:
        frame = client.frame()
        assert frame.kind == "text/rude-rejection"
        assert frame.text == "Access Denied, go away.\n"
        assert client.frame().kind == "text/disconnect-notice"
    Client(switch.port).sock.close()


def test_replies_are_late_and_events_are_not(
    switch: SimSwitch, client: Client, connect: Callable[[], Client]
) -> None:
    other = connect()
    fault = switch.faults.delay_replies(60, client=client.sock.getsockname()[1])
    client.send("api echo one\n\napi echo two\n\n")
    other.command("sendevent CUSTOM\nEvent-Subclass: a::b")
    client.seen("CUSTOM")
    assert silent(client)
    fault.undo()
    assert [client.reply().text, client.reply().text] == ["one", "two"]


def test_a_delay_can_be_drawn(switch: SimSwitch, client: Client) -> None:
    with switch.faults.delay_replies(uniform(0.01, 0.02)):
        assert [client.api(f"echo {n}") for n in range(3)] == ["0", "1", "2"]


def test_some_events_are_lost(switch: SimSwitch, client: Client) -> None:
    with switch.faults.lose_events(0.5):
        for n in range(100):
            client.command(f"sendevent CUSTOM\nEvent-Subclass: a::b\nN: {n}")
    client.command("sendevent CUSTOM\nEvent-Subclass: a::b\nN: last")
    client.seen("CUSTOM", N="last")
    assert 20 < len(client.events) < 80


def test_only_events_of_a_name_are_lost(switch: SimSwitch, client: Client) -> None:
    with switch.faults.lose_events(names=["CHANNEL_ANSWER"]):
        a = client.originate("answer")
        client.seen("CHANNEL_PARK", a)
    assert not client.found("CHANNEL_ANSWER")


@pytest.mark.parametrize("graceful", [False, True])
def test_a_restart_is_another_switch_on_the_same_port(
    switch: SimSwitch, client: Client, graceful: bool
) -> None:
    before = client.api("global_getvar core_uuid")
    client.seen("CHANNEL_PARK", client.originate("answer"))
    fault = switch.faults.restart(graceful=graceful)
    with pytest.raises((EOFError, ConnectionError)):
        client.until(lambda: False)
    assert refused(switch)
    ended = client.found("CHANNEL_HANGUP", Hangup_Cause="SYSTEM_SHUTDOWN")
    assert len(ended) == (2 if graceful else 0)
    assert bool(client.found("SHUTDOWN")) is graceful
    assert ("text/disconnect-notice" in client.order) is graceful
    fault.undo()
    with Client(switch.port) as again:
        assert again.api("global_getvar core_uuid") != before
        assert again.api("show channels count").strip() == "0 total."


def test_a_restart_comes_back_by_itself(switch: SimSwitch, client: Client) -> None:
    fault = switch.faults.restart(after=0.1)
    with pytest.raises((EOFError, ConnectionError)):
        client.until(lambda: False)
    eventually(lambda: not refused(switch))
    assert not fault.in_force
    fault.undo()
    with Client(switch.port) as again:
        assert again.api("echo back") == "back"


def test_faults_outlive_a_restart_and_a_stop(switch: SimSwitch) -> None:
    refusing = switch.faults.reject_rudely()
    switch.faults.restart().undo()
    switch.stop()
    switch.start()
    with Client(switch.port, login=False) as client:
        assert client.frame().kind == "text/rude-rejection"
    switch.stop()
    refusing.undo()
    switch.start()
    Client(switch.port).sock.close()


def test_all_are_undone_at_once(switch: SimSwitch, client: Client) -> None:
    made: list[Fault] = [
        switch.faults.mute(),
        switch.faults.refuse_secret(),
        switch.faults.half_event(),
        switch.faults.lose_events(),
    ]
    assert [f.in_force for f in made] == [True] * 4
    assert "Mute" in repr(switch.faults)
    assert "in force" in repr(made[0])
    switch.faults.undo_all()
    assert [f.in_force for f in made] == [False] * 4
    assert repr(switch.faults) == "<Faults none>"
    assert client.api("echo fine") == "fine"
    Client(switch.port).sock.close()


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda s: s.faults.garble(2), "no probability"),
        (lambda s: s.faults.garble(count=0), "at least one byte"),
        (lambda s: s.faults.wrong_length(0), "would be right"),
        (lambda s: s.faults.delay_replies(-1), "0 or more"),
        (lambda s: s.faults.lose_events(-0.5), "no probability"),
    ],
)
def test_what_can_be_no_fault_is_an_error(
    switch: SimSwitch, make: Callable[[SimSwitch], object], says: str
) -> None:
    with pytest.raises(SimulationError, match=re.escape(says)):
        make(switch)
    assert switch.faults.active == ()
