"""A switch's thread comes and goes, whatever the user does to it and whatever runs on it."""

from __future__ import annotations

import asyncio
import logging
import os
import subprocess
import sys
import threading
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from helpers import eventually
from simswitch.client import Client

from switchy_nb.errors import ConfigurationError, SimulationError
from switchy_nb.simswitch import IncomingCall, SimSwitch, answer, hangup, park, run

LOGGER = "switchy_nb.simswitch"


def ends(switch: SimSwitch, number: str) -> str:
    """Call a number; give the job's result."""
    with Client(switch.port) as client:
        client.command("event plain BACKGROUND_JOB")
        return client.job_of(f"{{originate_timeout=5}}sofia/external/{number}@{switch.sip}").strip()


def alive(switch: SimSwitch) -> bool:
    with Client(switch.port) as client:
        return client.api("echo alive") == "alive"


def test_a_function_of_the_dial_plan_stops_the_switch(switch: SimSwitch) -> None:
    def router(call: IncomingCall) -> None:
        switch.start()
        switch.stop()
        switch.stop()

    switch.dialplan["1"] = router
    with Client(switch.port) as client, pytest.raises((EOFError, ConnectionError)):
        client.command(f"bgapi originate sofia/external/1@{switch.sip} &park()")
        client.until(lambda: False)
    eventually(lambda: not switch.running)
    switch.start()
    assert alive(switch)


def test_a_switch_that_stops_is_not_started_from_its_own_thread(switch: SimSwitch) -> None:
    said: list[str] = []

    def router(call: IncomingCall) -> None:
        switch.stop()
        try:
            switch.start()
        except SimulationError as error:
            said.append(str(error))

    switch.dialplan["1"] = router
    with Client(switch.port) as client:
        client.send(f"bgapi originate sofia/external/1@{switch.sip} &park()\n\n")
        eventually(lambda: not switch.running)
    assert "its own thread" in said[0]


def test_it_is_started_and_stopped_from_many_threads_at_once() -> None:
    switch = SimSwitch()
    errors: list[BaseException] = []

    def work(do: Callable[[], object]) -> None:
        try:
            do()
        except BaseException as error:
            errors.append(error)

    every = [threading.Thread(target=work, args=(d,)) for d in [switch.start, switch.stop] * 8]
    for thread in every:
        thread.start()
    for thread in every:
        thread.join()
    switch.stop()
    assert not errors
    assert not switch.running


def descriptors() -> int:
    return len(os.listdir("/proc/self/fd"))


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="counts descriptors in /proc")
def test_nothing_is_left_of_a_switch_that_cannot_start(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")
    with SimSwitch() as switch:
        before = descriptors(), threading.active_count()
        for _ in range(10):
            with pytest.raises(SimulationError, match="cannot listen"):
                SimSwitch(port=switch.port).start()
            with pytest.raises(SimulationError, match="cannot start"):
                SimSwitch(recordings_dir=blocked / "below").start()
        eventually(lambda: (descriptors(), threading.active_count()) == before)


@pytest.mark.parametrize("port", [True, 70_000, -1, "80"])
def test_an_impossible_port_is_refused(port: object) -> None:
    with pytest.raises(ConfigurationError, match="is no port"):
        SimSwitch(port=port)  # type: ignore[arg-type]


def test_a_password_that_no_client_can_send_is_refused_and_not_told() -> None:
    with pytest.raises(ConfigurationError, match="one line") as caught:
        SimSwitch(password="s3cret\nexit")
    assert "s3cret" not in str(caught.value)


@pytest.mark.parametrize("sip", ["x y", "a;b", "<a>"])
def test_a_sip_address_holds_no_odd_characters(sip: str) -> None:
    with pytest.raises(ConfigurationError, match="host:port"):
        SimSwitch(sip=sip)


class Odd(BaseException):
    """An error that is none of Python's usual."""


@pytest.mark.parametrize("error", [ValueError, SystemExit, KeyboardInterrupt, Odd, GeneratorExit])
@pytest.mark.parametrize("leads", [False, True])
def test_an_error_of_a_function_ends_its_call_alone(
    switch: SimSwitch, error: type[BaseException], leads: bool
) -> None:
    def router(call: IncomingCall) -> None:
        raise error

    async def leader(call: IncomingCall) -> None:
        raise error

    switch.dialplan["1"] = [leader] if leads else router
    assert ends(switch, "1") == "-ERR NORMAL_TEMPORARY_FAILURE"
    assert alive(switch)


@pytest.mark.parametrize("caught", [asyncio.CancelledError, BaseException])
def test_a_function_that_takes_no_end_is_cut_off(
    caplog: pytest.LogCaptureFixture,
    caught: type[BaseException],
    recwarn: pytest.WarningsRecorder,
) -> None:
    begun = threading.Event()

    async def stubborn(call: IncomingCall) -> None:
        while True:
            begun.set()
            try:
                await asyncio.sleep(1000)
            except caught:
                continue

    with caplog.at_level(logging.ERROR), SimSwitch() as switch:
        switch.dialplan["1"] = [stubborn]
        with Client(switch.port) as client:
            client.send(f"bgapi originate sofia/external/1@{switch.sip} &park()\n\n")
            assert begun.wait(5)
        began = time.monotonic()
        switch.stop()
        assert time.monotonic() - began < 40
    assert "stubborn of the simulated switch's dial plan would not end" in caplog.text
    assert {record.name for record in caplog.records} == {LOGGER}


def test_tasks_that_a_function_left_end_with_the_switch(caplog: pytest.LogCaptureFixture) -> None:
    kept: list[asyncio.Task[None]] = []

    async def spawns(call: IncomingCall) -> None:
        async def long() -> None:
            await asyncio.sleep(1000)

        kept.append(asyncio.create_task(long()))
        await call.hangup("USER_BUSY")

    with SimSwitch() as switch:
        switch.dialplan["1"] = [spawns]
        assert ends(switch, "1") == "-ERR USER_BUSY"
    assert kept[0].cancelled()
    assert not caplog.records


def test_what_stands_wrongly_in_a_plan_is_an_error(
    switch: SimSwitch, caplog: pytest.LogCaptureFixture
) -> None:
    async def leader(call: IncomingCall) -> None: ...

    def late(call: IncomingCall) -> Awaitable[None]:
        return leader(call)

    def router(call: IncomingCall) -> object:
        return [answer(), park()]

    with pytest.raises(SimulationError, match=r"write it as a step: \[function\]"):
        switch.dialplan["1"] = leader  # type: ignore[assignment]
    switch.dialplan["1"] = late  # type: ignore[assignment]
    assert ends(switch, "1") == "-ERR NORMAL_TEMPORARY_FAILURE"
    assert "write it as a step" in caplog.text
    switch.dialplan["2"] = [router]  # type: ignore[list-item]
    assert ends(switch, "2") == "-ERR NORMAL_TEMPORARY_FAILURE"
    assert "is a rule of its own" in caplog.text


def test_a_call_that_is_transferred_in_a_circle_ends(switch: SimSwitch) -> None:
    switch.dialplan["round"] = [run("transfer", "round"), hangup("USER_BUSY")]
    assert ends(switch, "round") == "-ERR EXCHANGE_ROUTING_ERROR"
    assert alive(switch)


def test_a_program_that_leaves_without_a_word_leaves_no_files(tmp_path: Path) -> None:
    code = "from switchy_nb.simswitch import SimSwitch\nSimSwitch().start()\n"
    environment = {**os.environ, "TMPDIR": str(tmp_path)}
    where = Path(__file__).parents[2]
    subprocess.run([sys.executable, "-c", code], env=environment, cwd=where, check=True, timeout=60)
    assert list(tmp_path.iterdir()) == []
