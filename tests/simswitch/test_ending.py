"""A switch that a client ends: what it says, and that its owner can start it again."""

from __future__ import annotations

import pytest
from helpers import eventually
from simswitch.client import Client

from switchy_nb.simswitch import SimSwitch

_NOTICE = "The system is being shut down.\n"


def last_words(client: Client) -> str:
    """Read on to the end of the connection; give what it was told."""
    while True:
        frame = client._next()
        if frame.kind == "text/disconnect-notice":
            with pytest.raises(EOFError):
                client.frame()
            return frame.text


@pytest.mark.parametrize("command", ["fsctl shutdown", "shutdown"])
def test_calls_end_and_clients_are_told(switch: SimSwitch, client: Client, command: str) -> None:
    leg = client.originate("answer")
    client.seen("CHANNEL_PARK", leg)
    assert client.api(command) == "+OK\n"
    assert last_words(client) == _NOTICE
    assert client.found("SHUTDOWN")[0]["Event-Info"] == "System Shutting Down"
    assert client.found("CHANNEL_HANGUP", leg)[0]["Hangup-Cause"] == "SYSTEM_SHUTDOWN"
    assert client.found("CHANNEL_DESTROY", leg)
    eventually(lambda: not switch.running, 5)
    switch.start()
    with Client(switch.port) as again:
        assert again.api("show channels count") == "\n0 total.\n"
        assert again.api("global_getvar core_uuid") != client.found("SHUTDOWN")[0]["Core-UUID"]


def test_it_comes_again_by_itself(switch: SimSwitch, client: Client) -> None:
    before = client.api("global_getvar core_uuid")
    assert client.api("fsctl shutdown restart") == "+OK\n"
    assert last_words(client) == _NOTICE

    def is_another() -> bool:
        try:
            with Client(switch.port) as again:
                return again.api("global_getvar core_uuid") != before
        except (OSError, EOFError):
            return False

    eventually(is_another, 5)
    assert switch.running


def test_now_is_without_a_word(switch: SimSwitch, client: Client) -> None:
    leg = client.originate("answer")
    client.seen("CHANNEL_PARK", leg)
    with pytest.raises((EOFError, ConnectionError)):
        client.api("fsctl shutdown now")
    assert client.found("CHANNEL_HANGUP", leg) == client.found("SHUTDOWN") == []
    eventually(lambda: not switch.running, 5)


@pytest.mark.parametrize(("how", "shown"), [("elegant", "elegant"), ("asap", "ASAP")])
def test_a_patient_end_is_taken_back(
    switch: SimSwitch, client: Client, how: str, shown: str
) -> None:
    leg = client.originate("answer")
    client.seen("CHANNEL_PARK", leg)
    client.command(f"bgapi fsctl shutdown {how}")
    assert client.seen("SHUTDOWN_REQUESTED")["Event-Info"] == shown
    assert client.api("fsctl shutdown_check") == "true"
    taken = client.api("originate loopback/answer &park()").startswith("+OK")
    assert taken is (how == "elegant")
    assert client.api("fsctl shutdown cancel") == "+OK\n"
    client.seen("BACKGROUND_JOB", Job_Command_Arg=f"shutdown {how}")
    assert client.api("fsctl shutdown_check") == "false"
    assert client.api(f"uuid_exists {leg}") == "true"
    assert switch.running


def test_a_patient_end_waits_for_the_calls(switch: SimSwitch, client: Client) -> None:
    leg = client.originate("answer")
    client.seen("CHANNEL_PARK", leg)
    client.command("bgapi fsctl shutdown elegant")
    client.seen("SHUTDOWN_REQUESTED")
    client.api(f"uuid_kill {leg}")
    assert last_words(client) == _NOTICE
    assert client.found("CHANNEL_HANGUP", leg)[0]["Hangup-Cause"] == "NORMAL_CLEARING"
    eventually(lambda: not switch.running, 5)
