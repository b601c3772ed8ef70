"""Calls that tell now and then that they live: what a real FreeSWITCH's did, second by second."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from simswitch.client import Client, Headers

from switchy_nb.simswitch import SimSwitch

_TASK = "switch_core_session_sched_heartbeat"


@pytest.fixture
def client() -> Iterator[Client]:
    with SimSwitch(speed=10.0) as switch, Client(switch.port) as made:
        made.command("event plain all")
        yield made


def at(event: Headers) -> float:
    return int(event["Event-Date-Timestamp"]) / 1e6


def test_a_leg_with_media_counts_frames_and_is_one_late_each_time(client: Client) -> None:
    leg = client.originate("answer")
    client.seen("CHANNEL_PARK", leg)
    assert client.api(f"uuid_session_heartbeat {leg} 1") == "+OK\n"
    third = client.seen("SESSION_HEARTBEAT", leg, 3)
    first = client.found("SESSION_HEARTBEAT", leg)[0]
    assert at(third) - at(first) == pytest.approx(2 * 1.02, abs=0.3)
    assert third["Event-Calling-Function"] == "switch_core_session_read_frame"
    assert third["variable_endpoint_disposition"] == "ANSWER"
    assert client.api(f"uuid_session_heartbeat {leg} 0") == "+OK\n"  # 0 means every 60 there, too
    assert client.found("ADD_SCHEDULE", Task_Desc=_TASK) == []


def test_a_leg_without_media_has_the_scheduler_do_it_until_it_ends(client: Client) -> None:
    a = client.originate("park")
    b = client.peer(a)
    client.seen("CHANNEL_PARK", b)
    client.api(f"uuid_session_heartbeat {b} 2")
    assert client.seen("ADD_SCHEDULE", Task_Desc=_TASK)["Task-Group"] == b
    beat = client.seen("SESSION_HEARTBEAT", b, 2)
    assert beat["Event-Calling-Function"] == "sch_heartbeat_callback"
    beats = client.found("SESSION_HEARTBEAT", b)
    assert at(beats[1]) - at(beats[0]) == pytest.approx(2, abs=0.5)
    client.seen("RE_SCHEDULE", count=2, Task_Desc=_TASK)
    client.api(f"uuid_kill {b}")
    client.seen("DEL_SCHEDULE", Task_Desc=_TASK)
    client.seen("CHANNEL_DESTROY", b)


def test_the_scheduler_asked_first_beats_once(client: Client) -> None:
    leg = client.originate("answer")
    client.seen("CHANNEL_PARK", leg)
    client.api(f"uuid_session_heartbeat {leg} sched 2")
    client.seen("DEL_SCHEDULE", Task_Desc=_TASK)
    assert len(client.found("SESSION_HEARTBEAT", leg)) == 1
    assert client.found("RE_SCHEDULE", Task_Desc=_TASK) == []


@pytest.mark.parametrize("by_schedule", ["true", "false"])
def test_a_variable_asks_for_it_from_the_answer_on(client: Client, by_schedule: str) -> None:
    leg = client.originate("tone", enable_heartbeat_events="1", heartbeat_use_scheduler=by_schedule)
    client.seen("SESSION_HEARTBEAT", leg, 2)
    scheduled = client.found("ADD_SCHEDULE", Task_Desc=_TASK)
    assert len(scheduled) == (by_schedule == "true")


@pytest.mark.parametrize("app", ["enable_heartbeat", "enable_keepalive"])
def test_an_application_asks_for_it_too(client: Client, app: str) -> None:
    leg = client.originate("answer", app="'m:^:" + f"{app}:1^park:' inline")
    client.seen("SESSION_HEARTBEAT", leg, 2)
    client.api(f"uuid_session_heartbeat {leg} off")
    client.events.clear()
    client.api("msleep 2500")
    assert client.found("SESSION_HEARTBEAT", leg) == []


def test_what_is_no_call_is_refused(client: Client) -> None:
    usage = "uuid_session_heartbeat <uuid> [sched] [0|<seconds>]\n"
    assert client.api("uuid_session_heartbeat") == f"-USAGE: {usage}"
    lost = client.api("uuid_session_heartbeat nobody 1")
    assert lost == f"-ERR Cannot locate session. USAGE: {usage}"
