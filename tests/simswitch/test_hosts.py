"""Carriers and devices in the middle: hosts that are not the switch itself."""

from __future__ import annotations

import re
import wave
from array import array
from pathlib import Path
from typing import Any

import pytest
from simswitch.client import Client, Headers

from switchy_nb.errors import SimulationError
from switchy_nb.simswitch import (
    Dialplan,
    Hosts,
    SimSwitch,
    answer,
    echo,
    forward,
    hangup,
    park,
    playback,
    respond,
    ring_ready,
    sleep,
)

CARRIER = "carrier.example.net"
DEVICE = "192.0.2.9:5062"
HOME = "127.0.0.1:5080"


def through_device(number: str) -> str:
    return f"sofia/external/{number}@{HOME};fs_path=sip:{DEVICE}%3Blr"


def test_a_carrier_rings_answers_and_has_no_legs_here(switch: SimSwitch, client: Client) -> None:
    switch.hosts[CARRIER] = [ring_ready(), sleep(0.02), answer(), park()]
    a = client.originate(f"sofia/external/5551234@{CARRIER}")
    client.seen("CHANNEL_PROGRESS", a)
    answered = client.seen("CHANNEL_ANSWER", a)
    client.seen("CHANNEL_PARK", a)
    assert answered["variable_sip_network_ip"] == "192.0.2.1"
    assert answered["variable_remote_media_ip"] == "192.0.2.1"
    assert answered["variable_local_media_ip"] == "127.0.0.1"
    assert answered["variable_sip_contact_uri"] == "5551234@192.0.2.1:5060"
    assert client.api("show channels count").strip() == "1 total."
    client.api(f"uuid_kill {a}")
    client.seen("CHANNEL_DESTROY", a)
    assert {e["Unique-ID"] for e in client.events if "Unique-ID" in e} == {a}


def test_a_carrier_has_a_dial_plan_of_its_own(switch: SimSwitch, client: Client) -> None:
    plan = Dialplan()
    plan["^0"] = [hangup("UNALLOCATED_NUMBER")]
    plan["112"] = [respond(486)]
    switch.hosts[f"{CARRIER}:5070"] = plan
    assert client.job_of(f"sofia/external/0123@{CARRIER}:5070") == "-ERR UNALLOCATED_NUMBER\n"
    assert client.job_of(f"sofia/external/112@{CARRIER}:5070") == "-ERR USER_BUSY\n"
    assert client.job_of(f"sofia/external/9@{CARRIER}:5070") == "-ERR NO_ROUTE_DESTINATION\n"
    # no rule takes the other port
    assert client.job_of(f"sofia/external/112@{CARRIER}") == "-ERR NORMAL_TEMPORARY_FAILURE\n"


def test_the_carrier_hangs_up(switch: SimSwitch, client: Client) -> None:
    switch.hosts["*"] = [answer(), sleep(0.02), hangup("NORMAL_CLEARING")]
    a = client.originate("sofia/external/1@anywhere.example")
    end = client.seen("CHANNEL_HANGUP_COMPLETE", a)
    assert end["variable_sip_hangup_disposition"] == "recv_bye"


def test_digits_are_heard_from_a_carrier_that_sends_them(switch: SimSwitch, client: Client) -> None:
    async def presses(call: Any) -> None:
        await call.answer()
        await call.run("send_dtmf", "7")
        await call.sleep(5)

    switch.hosts[CARRIER] = [presses]
    a = client.originate(f"sofia/external/1@{CARRIER}")
    assert client.seen("DTMF", a)["DTMF-Digit"] == "7"


def test_a_host_is_unreachable_again_without_its_rule(switch: SimSwitch, client: Client) -> None:
    switch.hosts[CARRIER] = [hangup("USER_BUSY")]
    dial = f"sofia/external/1@{CARRIER}"
    assert client.job_of(dial) == "-ERR USER_BUSY\n"
    del switch.hosts[CARRIER]
    assert client.job_of(dial) == "-ERR NORMAL_TEMPORARY_FAILURE\n"


def both_legs(client: Client, number: str = "answer", **headers: str) -> tuple[Headers, Headers]:
    """Call through the device; give the first events of the leg out and of the leg in."""
    a = client.originate(through_device(number), **headers)
    outward = client.seen("CHANNEL_CREATE", a)
    inward = client.seen("CHANNEL_CREATE", Call_Direction="inbound")
    return outward, inward


def test_a_device_passes_the_call_back_with_its_headers(switch: SimSwitch, client: Client) -> None:
    switch.hosts[DEVICE] = [forward()]
    out, back = both_legs(client)
    a, b = out["Unique-ID"], back["Unique-ID"]
    assert back["Caller-Destination-Number"] == "answer"
    assert back["Caller-Caller-ID-Number"] == "1112223333"
    assert back["variable_sip_h_X-switchy_originating_session"] == a
    assert back["variable_sip_network_ip"] == "192.0.2.9"
    assert back["variable_sip_req_uri"] == f"answer@{HOME}"
    assert client.api("show channels count").strip() == "2 total."
    client.seen("CHANNEL_PARK", a)
    complete = client.seen("CHANNEL_ANSWER", a)
    assert complete["variable_sip_call_id"] != back["variable_sip_call_id"]
    client.api(f"uuid_kill {a}")
    end = client.seen("CHANNEL_HANGUP_COMPLETE", b)
    assert end["variable_sip_hangup_disposition"] == "recv_bye"


def test_a_device_changes_and_drops_headers(switch: SimSwitch, client: Client) -> None:
    switch.hosts[DEVICE] = [
        forward(change={"X-route": "it's, by way of {me}"}, drop=["X-switchy_originating_session"])
    ]
    _, back = both_legs(client, **{"sip_h_X-route": "direct", "sip_h_X-kept": "yes"})
    assert back["variable_sip_h_X-route"] == "it's, by way of {me}"
    assert back["variable_sip_h_X-kept"] == "yes"
    assert "variable_sip_h_X-switchy_originating_session" not in back


def test_a_device_is_late_or_fails(switch: SimSwitch, client: Client) -> None:
    switch.hosts[DEVICE] = [sleep(0.05), forward()]
    out, back = both_legs(client)
    took = int(back["Event-Date-Timestamp"]) - int(out["Event-Date-Timestamp"])
    assert took >= 50_000
    switch.hosts[DEVICE] = [respond(503)]
    assert client.job_of(through_device("answer")) == "-ERR NORMAL_TEMPORARY_FAILURE\n"


@pytest.mark.parametrize(
    ("number", "cause"), [("busy", "USER_BUSY"), ("hangup-CALL_REJECTED", "CALL_REJECTED")]
)
def test_a_failure_passes_through_a_device(
    switch: SimSwitch, client: Client, number: str, cause: str
) -> None:
    switch.hosts[DEVICE] = [forward()]
    assert client.job_of(through_device(number)) == f"-ERR {cause}\n"


def test_a_hangup_comes_back_through_a_device(switch: SimSwitch, client: Client) -> None:
    switch.hosts[DEVICE] = [forward()]
    out, back = both_legs(client)
    client.seen("CHANNEL_PARK", out["Unique-ID"])
    client.api(f"uuid_kill {back['Unique-ID']}")
    end = client.seen("CHANNEL_HANGUP_COMPLETE", out["Unique-ID"])
    assert end["variable_sip_hangup_disposition"] == "recv_bye"


def test_a_device_sends_calls_to_another_number_and_host(switch: SimSwitch, client: Client) -> None:
    switch.hosts[DEVICE] = [forward(f"busy@{HOME}")]
    assert client.job_of(f"sofia/external/1@{DEVICE}") == "-ERR USER_BUSY\n"
    switch.hosts[DEVICE] = [forward(CARRIER)]
    switch.hosts[CARRIER] = lambda call: [hangup("CALL_REJECTED") if call.number == "1" else echo()]
    assert client.job_of(f"sofia/external/1@{DEVICE}") == "-ERR CALL_REJECTED\n"


def test_a_device_that_would_call_itself_refuses(switch: SimSwitch, client: Client) -> None:
    switch.hosts[DEVICE] = [forward()]
    assert client.job_of(f"sofia/external/1@{DEVICE}") == "-ERR EXCHANGE_ROUTING_ERROR\n"


def test_what_the_far_end_plays_is_recorded_here(
    switch: SimSwitch, client: Client, tmp_path: Path
) -> None:
    switch.hosts[CARRIER] = [answer(), playback("tone_stream://%(2000,0,440)"), park()]
    a = client.originate(f"sofia/external/1@{CARRIER}")
    client.seen("CHANNEL_PARK", a)
    path = tmp_path / "heard.wav"
    client.api(f"uuid_record {a} start {path}")
    client.seen("RECORD_START", a)
    client.api("msleep 900")
    client.api(f"uuid_record {a} stop {path}")
    client.seen("RECORD_STOP", a)
    with wave.open(str(path), "rb") as file:
        samples = array("h", file.readframes(file.getnframes()))
    assert len(samples) > 1000
    assert max(samples) > 5000


@pytest.mark.parametrize("host", ["", "a b", "x@y", "a/b", "a;b", 5])
def test_what_is_no_host_is_an_error(host: Any) -> None:
    hosts = Hosts()
    with pytest.raises(SimulationError, match=re.escape("write 'HOST', 'HOST:PORT' or '*'")):
        hosts[host] = [answer()]
    with pytest.raises(SimulationError, match="no steps"):
        hosts["fine.example"] = []
    assert len(hosts) == 0


def test_hosts_are_a_mapping() -> None:
    hosts = Hosts()
    hosts["A.example"] = [answer()]
    assert list(hosts) == ["a.example"]
    assert "A.EXAMPLE" in hosts
    assert "a.example" in repr(hosts)
    assert [str(key) for key in hosts["a.example"]] == ["^(.*)$"]
