"""The switch's time: faster than ours, in steps, and repeating itself with a seed."""

from __future__ import annotations

import time
from typing import Any

import pytest
from simswitch.client import Client

from switchy_nb.errors import ConfigurationError
from switchy_nb.simswitch import SimSwitch, answer, hangup, playback, ring_ready, sleep, sometimes
from switchy_nb.simswitch.clock import Clock, ClockLoop


def test_a_fast_switch_has_calls_of_full_length() -> None:
    with SimSwitch(speed=20) as switch, Client(switch.port) as client:
        client.command("event plain all")
        switch.dialplan["1"] = [
            ring_ready(),
            sleep(2),
            answer(),
            playback("silence_stream://3000"),
            hangup(),
        ]
        began = time.monotonic()
        a = client.originate("1")
        end = client.seen("CHANNEL_HANGUP_COMPLETE", a)
        took = time.monotonic() - began
    # What this machine adds by being late counts twenty times on that clock.
    assert 2900 <= int(end["variable_billmsec"]) < 3000 + 20_000 * took
    assert 4900 <= int(end["variable_mduration"]) < 100 + 20_000 * took
    assert took < 5 / 2  # far less than its own five seconds, on any machine
    stamps = [int(e["Event-Date-Timestamp"]) for e in client.events if e["Event-Name"] != "API"]
    assert stamps == sorted(stamps)


def test_the_loop_keeps_to_the_clock() -> None:
    loop = ClockLoop(Clock(speed=50))
    order: list[str] = []
    loop.call_later(2.0, order.append, "second")
    loop.call_later(1.0, order.append, "first")
    loop.call_later(3.0, loop.stop)
    before = loop.time()
    loop.run_forever()
    passed = loop.time() - before
    loop.close()
    assert order == ["first", "second"]
    assert 3.0 <= passed < 30.0


def test_a_slow_clock_is_slow() -> None:
    clock = Clock(speed=0.01)
    before, began = clock.now(), time.monotonic_ns()
    while time.monotonic_ns() < began + 5_000_000:
        assert clock.now() - before < 1_000_000
    assert clock.now() - before >= 50


def test_a_client_has_its_own_seconds_to_log_in() -> None:
    with SimSwitch(speed=1000) as switch, Client(switch.port, login=False) as client:
        assert client.frame().kind == "auth/request"
        client.sock.settimeout(0.2)  # 200 of the switch's seconds, and a login has 25
        with pytest.raises(TimeoutError):
            client.sock.recv(1)
        assert client.command("auth ClueCon") == "+OK accepted"


def run_once(seed: int | None) -> list[tuple[str, str, str]]:
    """Call ten times, one after the other; give what chance had a hand in."""
    out = []
    with SimSwitch(seed=seed) as switch, Client(switch.port) as client:
        client.command("event plain all")
        switch.dialplan["1"] = [sometimes(0.5, hangup("USER_BUSY")), hangup("CALL_REJECTED")]
        for n in range(10):
            client.job_of(f"{{ignore_early_media=true,n={n}}}sofia/external/1@127.0.0.1:5080")
            client.seen("CHANNEL_DESTROY", count=2 * n + 2)
        for event in client.found("CHANNEL_HANGUP_COMPLETE"):
            out.append((event["Unique-ID"], event["Hangup-Cause"], event["Core-UUID"]))
    return out


def test_a_seed_makes_uuids_and_chances_repeat() -> None:
    first = run_once(11)
    assert sorted(first) == sorted(run_once(11))
    assert {cause for _, cause, _ in first} == {"USER_BUSY", "CALL_REJECTED"}
    other = run_once(12)
    assert not {uuid for uuid, _, _ in first} & {uuid for uuid, _, _ in other}


def test_the_stepped_clock_moves_every_20_ms() -> None:
    with SimSwitch(stepped_clock=True) as switch, Client(switch.port) as client:
        client.command("event plain all")
        client.seen("CHANNEL_PARK", client.originate("answer"))
        assert {int(e["Event-Date-Timestamp"]) % 20_000 for e in client.events} == {0}


@pytest.mark.parametrize("speed", [0, -1, float("nan"), float("inf"), 1e9, True, "fast"])
def test_what_is_no_speed_is_an_error(speed: Any) -> None:
    with pytest.raises(ConfigurationError, match="no factor"):
        SimSwitch(speed=speed)
