from __future__ import annotations

from typing import Any

import pytest
from helpers import eventually

from switchy_nb import Client, EventListener
from switchy_nb.apps import TonePlay
from switchy_nb.errors import APIError, CommandError, ConfigurationError, ConnectionError, LinkLost
from switchy_nb.pytest_plugin import Switch

# --- commands --------------------------------------------------------------------------


def test_a_client_alone(switch: Switch) -> None:
    client = Client(switch.host, switch.port, switch.password)
    with pytest.raises(ConnectionError, match="connect"):
        client.api("status")
    client.connect()
    assert client.connected()
    assert client.api("status")
    with pytest.raises(APIError):
        client.api("doggy")
    assert client.api("doggy", exc=False).startswith("-ERR")
    with pytest.raises(AttributeError, match="listener"):
        client.listener  # noqa: B018
    with pytest.raises(AttributeError):
        client.load_app(TonePlay)
    client.disconnect()
    assert not client.connected()
    client.connect()
    assert "connected" in repr(client)
    assert switch.password not in repr(client)
    client.disconnect()


def test_a_job_needs_a_started_listener(switch: Switch) -> None:
    client = Client(switch.host, switch.port, switch.password)
    client.listener = EventListener(switch.host, switch.port, switch.password)
    client.connect()
    with pytest.raises(ConfigurationError, match="started"):
        client.bgapi("status")
    client.disconnect()


def test_log_level(client: Client) -> None:
    before = client.loglevel
    assert before.isalnum()
    assert not client.listener.recording.commands["command"].str.contains("xml_locate").any()
    client.loglevel = "warning"
    assert client.loglevel == "warning"
    assert "loglevel warning" in list(client.listener.recording.commands["command"].str[-16:])
    if before != "unknown":
        client.loglevel = before


def test_bgapi(client: Client) -> None:
    job = client.bgapi("status", callback=lambda text, extra: (extra, text[:2]), extra=1)
    assert job.get(10) == (1, "UP")
    assert job.ready()
    assert job.successful()
    assert job.result == (1, "UP")
    assert job.wait(0)
    assert "done" in repr(job)


def test_what_cannot_be_sent_leaves_no_job(client: Client) -> None:
    with pytest.raises(CommandError):
        client.bgapi("status\n\nx")
    with pytest.raises(CommandError):
        client.originate("a b")
    with pytest.raises(ConfigurationError, match="call whom"):
        client.originate()
    client.disconnect()
    with pytest.raises(LinkLost):
        client.originate("a@b")
    listener = client.listener
    assert not listener.bg_jobs
    assert not listener.own
    assert not listener._awaited
    client.connect()


def test_a_legs_id_is_used_once(client: Client, switch: Switch) -> None:
    leg = client.originate(switch.url("answer")).get(20)
    with pytest.raises(ConfigurationError, match="already"):
        client.originate(switch.url("answer"), uuid_func=lambda: leg)
    assert client.listener.own == {leg}


def test_an_interrupt_when_a_call_was_just_sent_leaves_no_call(
    client: Client, switch: Switch, monkeypatch: pytest.MonkeyPatch
) -> None:
    post = client._con.post

    def interrupted(line: str, *args: Any, **kwargs: Any) -> Any:
        future = post(line, *args, **kwargs)
        if line.startswith("bgapi"):
            raise KeyboardInterrupt
        return future

    monkeypatch.setattr(client._con, "post", interrupted)
    with pytest.raises(KeyboardInterrupt):
        client.originate(switch.url("answer"))
    monkeypatch.undo()
    assert client.hangup_own(10) == []
    eventually(lambda: client.listener.count_sessions() == 0)
    assert not client.listener.own


def test_set_orig_cmd(client: Client, switch: Switch) -> None:
    with pytest.raises(ConfigurationError, match="uuid_str"):
        client.set_orig_cmd("a@b", uuid_str="x")
    with pytest.raises(CommandError):
        client.set_orig_cmd("a b")
    client.set_orig_cmd(f"{{number}}@{switch.sip}", note="for {number}")
    command = client.originate_cmd
    assert command is not None
    assert "origination_uuid={uuid_str}," in command
    assert "sip_h_X-switchy_app={app_id}" in command
    legs = [client.originate(rep_fields={"number": "answer"}).get(20) for _ in range(2)]
    assert len(set(legs)) == 2
    session = client.listener.sessions[legs[0]]
    assert session.getvar("note") == "for answer"
    with pytest.raises(ConfigurationError, match="number"):
        client.originate()
    client.set_orig_cmd(switch.url("answer"), xheaders={"who": "{who}"})
    leg = client.originate(rep_fields={"who": "me {and} you"}).get(20)
    assert client.listener.sessions[leg].getvar("sip_h_X-who") == "me {and} you"
    assert client.hangup_own() == []


def test_hupall(client: Client, switch: Switch) -> None:
    client.load_app(TonePlay)
    client.originate(switch.url("answer"), app_id="TonePlay").get(20)
    client.hupall()
    eventually(lambda: client.listener.count_calls() == 0)
    client.originate(switch.url("answer"), app_id="TonePlay").get(20)
    client.hupall("TonePlay")
    eventually(lambda: client.listener.count_calls() == 0)
    client.load_app(TonePlay, "my tone's app")
    client.originate(switch.url("answer"), app_id="my tone's app").get(20)
    client.hupall("my tone's app")
    eventually(lambda: client.listener.count_calls() == 0)


def test_hanging_up_an_originate_that_has_not_made_its_leg_yet(
    client: Client, switch: Switch
) -> None:
    for _ in range(5):
        client.originate(switch.url("noanswer"))
    assert client.hangup_own(10) == []
    assert not client.listener.own
    assert client.listener.count_sessions() == 0
