"""Many calls of every kind, and what is left of them when they are over: nothing."""

from __future__ import annotations

import asyncio
import gc
import threading
import weakref
from collections.abc import Iterator

import pytest
from helpers import eventually
from simswitch.client import Client

from benchmarks import soak
from benchmarks.load import send
from benchmarks.switches import Bare
from switchy_nb.simswitch import SimSwitch
from switchy_nb.simswitch.calls.channel import Channel


@pytest.mark.slow
def test_a_soak_leaves_nothing() -> None:
    each = 25
    calls = each * len(soak.KINDS)
    done = soak.soak(calls, rate=60.0)
    assert done.problems() == []
    # Of a call that is cancelled, the far leg may end before it was shown.
    assert done.legs >= 2 * calls - each
    assert done.events > 20 * done.legs


def test_a_soak_tells_of_what_is_left() -> None:
    before = soak.Left(0, 1, 1, 2, 0, 0, 1000)
    after = soak.Left(3, 2, 1, 2, 0, 0, 5000)
    done = soak.Soaked(10, 20, 17, 400, 1.0, 0.5, before, before, after)
    assert done.grown == 4000
    assert done.problems() == [
        "of 20 legs of 10 calls, 17 ended",
        "3 channels are left",
        "tasks: 1 before, 2 after",
    ]


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[weakref.ref[Channel]]:
    """Every channel that is made, held by nobody else for it."""
    refs: list[weakref.ref[Channel]] = []
    begin = Channel.__post_init__

    def noted(self: Channel) -> None:
        begin(self)
        refs.append(weakref.ref(self))

    monkeypatch.setattr(Channel, "__post_init__", noted)
    return refs


@pytest.fixture
def quick() -> Iterator[SimSwitch]:
    with SimSwitch(speed=10.0) as running:
        yield running


@pytest.fixture
def no_collector() -> Iterator[None]:
    """Let only the counting of references free anything."""
    gc.collect()
    gc.disable()
    yield
    gc.enable()


def timers_of(switch: SimSwitch) -> int:
    server = switch._life and switch._life.server
    assert server is not None
    return sum(not timer.cancelled() for timer in server.loop._scheduled)


def tasks_of(switch: SimSwitch) -> int:
    server = switch._life and switch._life.server
    assert server is not None
    return len(asyncio.all_tasks(server.loop))


def run(client: Client, commands: Bare, kind: soak.Kind, switch: SimSwitch, calls: int) -> None:
    """Run some calls of a kind until the last event of each; `client` hears all of them."""
    client.events.clear()
    send(commands, soak.plan(calls, switch.sip, rate=100.0, speed=switch.speed, kinds=(kind,)))

    def over() -> bool:
        created, ended = client.found("CHANNEL_CREATE"), client.found("CHANNEL_DESTROY")
        return 2 * calls <= len(created) <= len(ended)

    client.until(over, "the end of all")
    client.until(lambda: client.api("show channels count") == "\n0 total.\n", "no channels")


@pytest.mark.usefixtures("no_collector")
@pytest.mark.parametrize("kind", soak.KINDS)
def test_nothing_of_an_ended_call_is_left(
    quick: SimSwitch,
    made: list[weakref.ref[Channel]],
    kind: soak.Kind,
) -> None:
    commands = Bare(quick.host, quick.port, quick.password)
    with Client(quick.port) as client:
        client.command("event plain all")
        run(client, commands, kind, quick, 1)  # so that what is made once is there
        tasks, timers, threads = tasks_of(quick), timers_of(quick), threading.active_count()
        run(client, commands, kind, quick, 3)
        assert len(made) >= 8

        def none_is_left() -> bool:
            return (
                all(ref() is None for ref in made)
                and tasks_of(quick) == tasks
                and timers_of(quick) <= timers
            )

        eventually(none_is_left, 5)
        assert threading.active_count() <= threads  # one of an earlier test may end meanwhile
    commands.sock.close()


@pytest.mark.usefixtures("no_collector")
def test_nothing_is_left_of_beats_and_hooks(
    quick: SimSwitch, made: list[weakref.ref[Channel]]
) -> None:
    with Client(quick.port) as client:
        client.command("event plain all")
        tasks = tasks_of(quick)
        for app in ("park", "'playback:silence_stream://-1'", "set:a=b"):
            leg = client.originate(
                "answer", enable_heartbeat_events="1", execute_on_answer=app, api_hangup_hook="eval"
            )
            client.seen("SESSION_HEARTBEAT", leg)
            client.api(f"uuid_session_heartbeat {client.peer(leg)} sched")
            client.api("hupall")
            client.seen("CHANNEL_DESTROY", leg)
        client.until(lambda: len(client.found("CHANNEL_DESTROY")) == 6, "the end of all")
        eventually(lambda: all(ref() is None for ref in made) and tasks_of(quick) == tasks, 5)
