"""The switch as a thing to start and stop."""

from __future__ import annotations

import socket
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from helpers import eventually
from simswitch.client import Client

from switchy_nb.errors import ConfigurationError, SimulationError
from switchy_nb.simswitch import SimSwitch


def threads() -> list[threading.Thread]:
    return [t for t in threading.enumerate() if t.name == "simswitch"]


def test_it_listens_on_a_free_port_and_stops() -> None:
    switch = SimSwitch()
    assert not switch.running
    assert switch.port == 0
    with switch:
        assert switch.running
        assert repr(switch) == f"<SimSwitch 127.0.0.1:{switch.port} running>"
        with Client(switch.port) as client:
            assert "is ready" in client.api("status")
        mine = switch._life and switch._life._thread
        assert mine is not None
        assert mine.daemon
    assert not switch.running
    assert not mine.is_alive()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", switch.port), timeout=2)


def test_start_and_stop_twice_are_fine_and_it_starts_again() -> None:
    switch = SimSwitch()
    switch.stop()
    assert switch.start() is switch.start()
    port = switch.port
    switch.stop()
    switch.stop()
    switch.start()
    assert switch.port > 0
    with Client(switch.port) as client:
        assert client.api("show channels count") == "\n0 total.\n"
    switch.stop()
    assert port > 0


def test_stopping_ends_calls_clients_and_files() -> None:
    with SimSwitch() as switch:
        client = Client(switch.port)
        client.command("event plain all")
        leg = client.originate("answer")
        client.seen("CHANNEL_PARK", leg)
        named = f"{client.api('global_getvar recordings_dir')}/a.wav"
        assert named == "/usr/local/freeswitch/recordings/a.wav"
        client.api(f"uuid_record {leg} start {named}")
        where = switch.file(named)
        assert where.exists()
        assert client.api(f"file_exists {named}") == "true"
    with pytest.raises(EOFError):
        client.until(lambda: False)
    assert client.order[-1] == "text/disconnect-notice"
    client.sock.close()
    assert not where.parent.exists()
    with pytest.raises(SimulationError, match="look while it runs"):
        switch.file(named)


def test_recordings_may_stay(tmp_path: Path) -> None:
    with SimSwitch(recordings_dir=tmp_path / "kept") as switch, Client(switch.port) as client:
        client.command("event plain all")
        leg = client.originate("answer")
        client.seen("CHANNEL_PARK", leg)
        assert client.api("global_getvar recordings_dir") == f"{tmp_path}/kept"
        client.api(f"uuid_record {leg} start {tmp_path}/kept/a.wav")
        assert switch.file(tmp_path / "a.wav") == tmp_path / "a.wav"
        client.api(f"uuid_record {leg} stop all")
    assert (tmp_path / "kept" / "a.wav").stat().st_size >= 44


def test_several_switches_share_nothing() -> None:
    with (
        SimSwitch(password="one") as a,
        SimSwitch(password="two", sip="127.0.0.1:5090") as b,
        Client(a.port, "one") as first,
        Client(b.port, "two") as second,
    ):
        first.command("event plain all")
        second.command("event plain all")
        leg = first.originate("answer")
        first.seen("CHANNEL_PARK", leg)
        assert second.api("show channels count") == "\n0 total.\n"
        assert first.api("eval ${core_uuid}") != second.api("eval ${core_uuid}")
        assert not second.found("CHANNEL_CREATE")


def test_a_port_that_is_taken_is_an_error_that_says_so() -> None:
    with SimSwitch() as switch:
        other = SimSwitch(port=switch.port)
        with pytest.raises(SimulationError, match=r"cannot listen on .*port=0"):
            other.start()
        assert not other.running
        other.stop()


@pytest.mark.parametrize("sip", ["", "user@host:5060"])
def test_an_impossible_sip_address_is_refused(sip: str) -> None:
    with pytest.raises(ConfigurationError, match="host:port"):
        SimSwitch(sip=sip)


def test_an_impossible_access_list_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="no network"):
        SimSwitch(acl=["10.0.0.0/99"])


def test_the_password_is_in_no_repr() -> None:
    with SimSwitch(password="s3cret-word") as switch:
        assert "s3cret" not in repr(switch)


def run(code: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        timeout=60,
        cwd=Path(__file__).parents[2],
    )


def test_leaving_the_interpreter_without_stop_is_fine() -> None:
    done = run("from switchy_nb.simswitch import SimSwitch\nprint(SimSwitch().start().running)\n")
    assert (done.returncode, done.stdout.strip(), done.stderr) == (0, "True", "")


def test_it_needs_nothing_heavy() -> None:
    done = run(
        "import sys, switchy_nb.simswitch\n"
        "heavy = {'pandas', 'numpy', 'pyarrow', 'matplotlib', 'ipywidgets', 'gevent',"
        " 'greenswitch'}\n"
        "mine = {m for m in sys.modules if m.startswith('switchy_nb.')}\n"
        "allowed = ('switchy_nb.simswitch', 'switchy_nb.wire', 'switchy_nb.errors')\n"
        "print(sorted(heavy & set(sys.modules)), sorted(m for m in mine"
        " if not m.startswith(allowed)))\n"
    )
    assert done.stdout.strip() == "[] []", done.stderr


def test_starting_is_quick() -> None:
    with SimSwitch():
        eventually(lambda: bool(threads()), 1)
