"""The scenarios that were recorded from a real FreeSWITCH, told to the simulated one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from helpers import events_in, recorded
from simswitch.client import Client, Headers, read_plain

#: what depends on timers or on the machine, not on the call
ASIDE = frozenset({"HEARTBEAT", "RE_SCHEDULE", "ADD_SCHEDULE", "DEL_SCHEDULE", "API", "CODEC"})
#: when the caller's ACK comes, in the middle of the callee's events, is chance
RACES = frozenset({"variable_sip_to_tag", "variable_sip_cseq"})
SHOWN = (
    "Event-Name",
    "Call-Direction",
    "Channel-State",
    "Channel-Call-State",
    "Channel-State-Number",
    "Answer-State",
    "Application",
    "Application-Response",
    "Hangup-Cause",
    "Caller-Profile-Index",
    "variable_sip_hangup_disposition",
    "variable_sip_term_status",
    "variable_hangup_cause_q850",
    "variable_endpoint_disposition",
    "Playback-Status",
)

Line = tuple[str, ...]


def signature(event: Headers) -> Line:
    return tuple(event.get(name, "") for name in SHOWN)


def legs_of(events: list[Headers]) -> dict[str, list[Headers]]:
    legs: dict[str, list[Headers]] = {}
    for event in events:
        if event["Event-Name"] not in ASIDE and "Unique-ID" in event:
            legs.setdefault(event["Unique-ID"], []).append(event)
    return legs


def truth(name: str) -> list[Headers]:
    return [read_plain(raw) for raw in events_in(recorded(f"{name}.events.raw.xz"))]


def caller_hangs_up(c: Client) -> None:
    a = c.originate("answer")
    c.seen("CHANNEL_PARK", a)
    c.seen("BACKGROUND_JOB")
    c.api(f"uuid_kill {a}")
    c.seen("CHANNEL_DESTROY", count=2)


def callee_hangs_up(c: Client) -> None:
    a = c.originate("answer")
    b = c.peer(a)
    c.seen("CHANNEL_PARK", a)
    c.api(f"uuid_kill {b} NORMAL_CLEARING")
    c.seen("CHANNEL_DESTROY", count=2)


def busy(c: Client) -> None:
    c.originate("busy")
    c.seen("CHANNEL_DESTROY", count=2)


def unallocated(c: Client) -> None:
    c.originate("hangup-UNALLOCATED_NUMBER")
    c.seen("CHANNEL_DESTROY", count=2)


def no_answer(c: Client) -> None:
    c.originate("noanswer", originate_timeout="1")
    c.seen("CHANNEL_DESTROY", count=2)


def ring_then_answer(c: Client) -> None:
    a = c.originate("ringanswer")
    c.seen("CHANNEL_PARK", a)
    c.api(f"uuid_kill {a}")
    c.seen("CHANNEL_DESTROY", count=2)


def cancelled_while_ringing(c: Client) -> None:
    a = c.originate("noanswer")
    c.seen("CHANNEL_PROGRESS", a)
    c.api(f"uuid_kill {a}")
    c.seen("CHANNEL_DESTROY", count=2)


def parked_then_answered(c: Client) -> None:
    a = c.originate("park")
    b = c.peer(a)
    c.seen("CHANNEL_PARK", b)
    c.api(f"uuid_answer {b}")
    c.seen("CHANNEL_PARK", a)
    c.api(f"uuid_kill {a}")
    c.seen("CHANNEL_DESTROY", count=2)


def tone_and_echo(c: Client) -> None:
    a = c.originate("park")
    b = c.peer(a)
    c.seen("CHANNEL_PARK", b)
    c.api(f"uuid_answer {b}")
    c.seen("CHANNEL_PARK", a)
    c.api(f"uuid_broadcast {b} echo::")
    c.api(f"uuid_broadcast {a} playback::tone_stream://%(251,0,1004);loops=-1")
    c.seen("PLAYBACK_START", a)
    c.seen("CHANNEL_EXECUTE", b, Application="echo")
    c.api(f"uuid_break {a}")
    c.seen("PRIVATE_COMMAND", a)
    c.api(f"uuid_kill {a}")
    c.seen("CHANNEL_DESTROY", count=2)


def record_both_legs(c: Client) -> None:
    a = c.originate("answer")
    b = c.peer(a)
    c.seen("CHANNEL_PARK", a)
    where = c.api("global_getvar recordings_dir")
    for leg in (a, b):
        assert c.api(f"uuid_record {leg} start {where}/{leg}.wav") == "+OK Success\n"
        c.seen("RECORD_START", leg)
    for leg in (a, b):
        assert c.api(f"uuid_record {leg} stop all") == "+OK Success\n"
        c.seen("RECORD_STOP", leg)
    c.api(f"uuid_kill {a}")
    c.seen("CHANNEL_DESTROY", count=2)


def dtmf_across(c: Client) -> None:
    a = c.originate("answer")
    b = c.peer(a)
    c.seen("CHANNEL_PARK", a)
    assert c.api(f"uuid_send_dtmf {a} 1234#@400") == f"+OK {a} sent DTMF 1234#@400.\n"
    c.seen("DTMF", b, count=5)
    c.api(f"uuid_kill {a}")
    c.seen("CHANNEL_DESTROY", count=2)


def channel_variables(c: Client) -> None:
    a = c.originate("answer", note="hello")
    c.seen("CHANNEL_PARK", a)
    assert c.api(f"uuid_getvar {a} note") == "hello"
    assert c.api(f"uuid_getvar {a} not_there") == "_undef_"
    assert c.api(f"uuid_setvar {a} note changed") == "+OK\n"
    assert c.api(f"uuid_getvar {a} note") == "changed"
    assert c.api(f"uuid_setvar_multi {a} one=1;two=2") == "+OK\n"
    assert c.api(f"uuid_getvar {a} two") == "2"
    c.api(f"uuid_broadcast {a} set::three=3")
    c.seen("PRIVATE_COMMAND", a)
    assert c.api(f"uuid_getvar {a} three") == "3"
    assert c.api(f"uuid_exists {a}") == "true"
    c.api(f"uuid_kill {a}")
    c.seen("CHANNEL_DESTROY", count=2)
    assert c.api(f"uuid_exists {a}") == "false"


def scheduled_hangup(c: Client) -> None:
    a = c.originate("answer")
    c.seen("CHANNEL_PARK", a)
    assert c.api(f"sched_hangup +1 {a} NORMAL_CLEARING") == "+OK\n"
    c.seen("CHANNEL_DESTROY", count=2)


def bridged_calls(c: Client) -> None:
    a, b = c.originate("answer"), c.originate("echo")
    c.seen("CHANNEL_PARK", a)
    c.seen("CHANNEL_PARK", b)
    assert c.api(f"uuid_bridge {a} {b}") == f"+OK {b}\n"
    c.seen("RECV_INFO", count=2)
    c.api(f"uuid_kill {a}")
    c.seen("CHANNEL_DESTROY", count=4)


def hang_up_all(c: Client) -> None:
    legs = [c.originate("answer") for _ in range(3)]
    for leg in legs:
        c.seen("CHANNEL_PARK", leg)
    c.api("hupall NORMAL_CLEARING")
    c.seen("CHANNEL_DESTROY", count=6)


STORIES: dict[str, Callable[[Client], None]] = {
    story.__name__: story
    for story in (
        caller_hangs_up,
        callee_hangs_up,
        busy,
        unallocated,
        no_answer,
        ring_then_answer,
        cancelled_while_ringing,
        parked_then_answered,
        tone_and_echo,
        record_both_legs,
        dtmf_across,
        channel_variables,
        scheduled_hangup,
        bridged_calls,
        hang_up_all,
    )
}

PROBE = Path(__file__).resolve().parents[3] / "shared" / "switch" / "esl_probe.py"
