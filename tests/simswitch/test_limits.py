"""Running out of sessions, as FreeSWITCH 1.11.1 was seen to."""

from __future__ import annotations

import pytest
from simswitch.client import Client

from switchy_nb.errors import ConfigurationError, SimulationError
from switchy_nb.simswitch import SimSwitch
from switchy_nb.simswitch.calls.states import Direction
from switchy_nb.simswitch.limits import Admission, Limits

HERE = "sofia/external/answer@127.0.0.1:5080"
TURNED_AWAY = {
    "Hangup-Cause": "NORMAL_TEMPORARY_FAILURE",
    "variable_sip_hangup_disposition": "recv_refuse",
    "variable_sip_invite_failure_status": "503",
    "variable_sip_invite_failure_phrase": "Maximum Calls In Progress",
    "variable_sip_term_status": "503",
    "variable_sip_term_cause": "41",
    "variable_proto_specific_hangup_cause": "sip:503",
}


def test_an_incoming_call_is_turned_away_when_sessions_are_as_many_as_may_be(
    client: Client,
) -> None:
    assert client.api("fsctl max_sessions 3") == "+OK max sessions: 3\n"
    a = client.originate("answer")
    client.seen("CHANNEL_PARK", a)
    b = client.originate("answer")
    end = client.seen("CHANNEL_HANGUP_COMPLETE", b)
    assert {name: end.get(name) for name in TURNED_AWAY} == TURNED_AWAY
    assert "variable_sip_reason" not in end
    client.api("hupall")
    client.seen("CHANNEL_DESTROY", count=3)
    assert client.job_of("loopback/answer").startswith("+OK ")


def test_an_outgoing_call_is_refused_without_a_channel_when_there_is_no_session(
    client: Client,
) -> None:
    client.api("fsctl max_sessions 2")
    client.seen("CHANNEL_PARK", client.originate("answer"))
    client.events.clear()
    assert client.job_of("loopback/answer") == "-ERR DESTINATION_OUT_OF_ORDER\n"
    assert {e["Event-Name"] for e in client.events} == {"API", "BACKGROUND_JOB"}


def test_a_second_begins_one_session_less_than_it_may() -> None:
    limits = Limits(max_sessions=100, sessions_per_second=3)
    admission = Admission(limits)
    asked = [admission.admits(Direction.OUTBOUND, 0, 7.0 + n / 10) for n in range(5)]
    assert asked == [True, True, False, False, False]
    assert admission.admits(Direction.INBOUND, 0, 8.0)


@pytest.mark.parametrize("direction", list(Direction))
def test_a_paused_direction_takes_nothing(direction: Direction) -> None:
    limits = Limits(
        inbound_paused=direction is Direction.INBOUND,
        outbound_paused=direction is Direction.OUTBOUND,
    )
    admission = Admission(limits)
    assert [d for d in Direction if admission.admits(d, 0, 0.0)] == [
        d for d in Direction if d is not direction
    ]


def test_limits_are_set_from_the_start() -> None:
    with SimSwitch(max_sessions=1, sps=50) as switch, Client(switch.port) as client:
        client.command("event plain all")
        assert client.api("fsctl max_sessions") == "+OK max sessions: 1\n"
        assert client.api("fsctl sps") == "+OK sessions per second: 50\n"
        assert client.job_of(HERE) == "-ERR NORMAL_TEMPORARY_FAILURE\n"


def test_running_out_is_a_fault_that_can_be_undone(switch: SimSwitch, client: Client) -> None:
    with switch.faults.limit_sessions(max_sessions=1):
        with switch.faults.limit_sessions(sps=1):
            assert client.job_of(HERE) == "-ERR DESTINATION_OUT_OF_ORDER\n"
        assert client.api("fsctl sps") == "+OK sessions per second: 1000\n"
        assert client.job_of(HERE) == "-ERR NORMAL_TEMPORARY_FAILURE\n"
    assert client.job_of(HERE).startswith("+OK ")


def test_limits_that_overlap_leave_in_any_order(switch: SimSwitch, client: Client) -> None:
    first = switch.faults.limit_sessions(max_sessions=5)
    second = switch.faults.limit_sessions(max_sessions=3)
    first.undo()
    assert client.api("fsctl max_sessions") == "+OK max sessions: 3\n"
    second.undo()
    assert client.api("fsctl max_sessions") == "+OK max sessions: 10000\n"


def test_what_is_no_limit_is_an_error(switch: SimSwitch) -> None:
    with pytest.raises(ConfigurationError, match="whole number above 0"):
        SimSwitch(max_sessions=0)
    with pytest.raises(ConfigurationError, match="sps"):
        SimSwitch(sps=2.5)  # type: ignore[arg-type]
    with pytest.raises(SimulationError, match="give max_sessions, sps, or both"):
        switch.faults.limit_sessions()
    with pytest.raises(SimulationError, match="0 or more"):
        switch.faults.restart(after=-1)
