"""Faults that meet: begun and undone in any order, from any thread, whatever the switch does."""

from __future__ import annotations

import logging
import random
import socket
import threading
from collections.abc import Callable

import pytest
from helpers import eventually
from simswitch.client import Client

from switchy_nb.errors import SimulationError
from switchy_nb.simswitch import Fault, IncomingCall, SimSwitch, park
from switchy_nb.simswitch.clients.faults import Faults

EVERY: list[Callable[[Faults], Fault]] = [
    Faults.cut_link,
    Faults.mute,
    Faults.stop_reading,
    Faults.half_event,
    Faults.garble,
    Faults.wrong_length,
    Faults.refuse_secret,
    Faults.reject_rudely,
    Faults.lose_events,
    lambda faults: faults.delay_replies(0.01),
    lambda faults: faults.limit_sessions(5, 5),
    Faults.restart,
    lambda faults: faults.restart(graceful=True),
    lambda faults: faults.restart(after=0.01),
]


def fine(switch: SimSwitch) -> bool:
    """Whether nothing is wrong with a switch any more."""
    with Client(switch.port) as client:
        limits = client.api("fsctl max_sessions"), client.api("fsctl sps")
    assert limits == ("+OK max sessions: 10000\n", "+OK sessions per second: 1000\n")
    return switch.faults.active == ()


@pytest.mark.parametrize("seed", range(5))
def test_they_are_undone_in_any_order(switch: SimSwitch, seed: int) -> None:
    chance = random.Random(seed)
    made = [make(switch.faults) for make in chance.sample(EVERY, len(EVERY))]
    chance.shuffle(made)
    for fault in made:
        fault.undo()
        fault.undo()
    assert fine(switch)


def test_many_threads_begin_and_undo_them(switch: SimSwitch) -> None:
    errors: list[BaseException] = []

    def work(seed: int) -> None:
        chance = random.Random(seed)
        try:
            for _ in range(20):
                chance.choice(EVERY)(switch.faults).undo()
        except BaseException as error:
            errors.append(error)

    every = [threading.Thread(target=work, args=(n,)) for n in range(6)]
    for thread in every:
        thread.start()
    for thread in every:
        thread.join()
    assert not errors
    assert fine(switch)


def test_they_are_begun_and_undone_while_it_stops(caplog: pytest.LogCaptureFixture) -> None:
    errors: list[BaseException] = []

    def work(switch: SimSwitch) -> None:
        try:
            for make in EVERY:
                make(switch.faults).undo()
        except BaseException as error:
            errors.append(error)

    for _ in range(5):
        switch = SimSwitch().start()
        every = [threading.Thread(target=work, args=(switch,)) for _ in range(3)]
        for thread in every:
            thread.start()
        switch.stop()
        for thread in every:
            thread.join()
    assert not errors
    assert not caplog.records


def test_they_are_begun_while_it_is_stopped() -> None:
    switch = SimSwitch()
    made = [make(switch.faults) for make in EVERY]
    with switch:
        for fault in made:
            fault.undo()
        assert fine(switch)


def test_a_function_of_the_dial_plan_begins_and_undoes_them(switch: SimSwitch) -> None:
    seen: list[bool] = []

    def router(call: IncomingCall) -> list[object]:
        for make in EVERY[1:11]:  # all that leave the call alone
            with make(switch.faults) as fault:
                seen.append(fault.in_force)
            seen.append(fault.in_force)
        return [park()]

    switch.dialplan["1"] = router  # type: ignore[assignment]
    with Client(switch.port) as client:
        client.command("event plain all")
        client.peer(client.originate("1"))
        client.seen("CHANNEL_PARK")
        assert client.api("echo fine") == "fine"
    assert seen == [True, False] * 10
    assert fine(switch)


def test_two_halves_of_one_event_come_in_their_order(switch: SimSwitch) -> None:
    with Client(switch.port) as client:
        client.command("event plain all")
        with switch.faults.half_event(), switch.faults.half_event():
            client.send("sendevent CUSTOM\nEvent-Subclass: a::b\nX: whole\n\n")
            eventually(lambda: bool(client.sock.recv(1, socket.MSG_PEEK)))
        assert client.seen("CUSTOM")["X"] == "whole"


def test_two_that_stop_reading_are_two(switch: SimSwitch) -> None:
    with Client(switch.port) as client, switch.faults.stop_reading():
        switch.faults.stop_reading().undo()
        client.send("api echo one\n\n")
        client.sock.settimeout(0.2)
        with pytest.raises(TimeoutError):
            client.sock.recv(1)


def test_a_switch_that_is_down_twice_comes_up_once(switch: SimSwitch) -> None:
    first, second = switch.faults.restart(), switch.faults.restart(after=0.05)
    eventually(lambda: not second.in_force)
    with pytest.raises(ConnectionError):
        Client(switch.port)
    first.undo()
    assert fine(switch)


def test_a_port_that_was_taken_meanwhile_keeps_it_down(
    switch: SimSwitch, caplog: pytest.LogCaptureFixture
) -> None:
    fault = switch.faults.restart()
    with socket.create_server(("127.0.0.1", switch.port)):
        with pytest.raises(SimulationError, match="cannot listen"):
            fault.undo()
        assert fault.in_force
        switch.faults.restart(after=0.01)
    fault.undo()
    eventually(lambda: not switch.faults.active)
    assert fine(switch)


def test_restarts_under_load_leave_nothing(
    switch: SimSwitch, caplog: pytest.LogCaptureFixture
) -> None:
    over = threading.Event()

    def load() -> None:
        while not over.is_set():
            try:
                with Client(switch.port, patience=0.5) as client:
                    client.send("event plain all\n\n")
                    client.send("bgapi originate loopback/answer &park()\n\n" * 5)
                    client.until_silent(0.02)
            except (OSError, EOFError):
                continue

    every = [threading.Thread(target=load) for _ in range(2)]
    with caplog.at_level(logging.WARNING):
        for thread in every:
            thread.start()
        for n in range(10):
            switch.faults.restart(graceful=n % 2 == 0).undo()
        over.set()
        for thread in every:
            thread.join()
        switch.stop()
    assert not caplog.records


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda f: f.lose_events(names=["CHANEL_ANSWER"]), "did you mean CHANNEL_ANSWER"),
        (lambda f: f.limit_sessions(-1), "no limit"),
        (lambda f: f.limit_sessions(sps="many"), "no limit"),
    ],
)
def test_what_can_be_no_fault_says_why(
    switch: SimSwitch, make: Callable[[Faults], Fault], says: str
) -> None:
    with pytest.raises(SimulationError, match=says):
        make(switch.faults)
    assert not switch.faults.active
