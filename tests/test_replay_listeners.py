"""A replay to our own listener and to greenswitch: the same frames, the same events."""

from __future__ import annotations

import subprocess
import sys
import threading
from contextlib import closing

import pandas as pd
import pytest
from helpers import RECORDINGS, events_in, eventually, recorded
from replaying import START, Bare, heartbeats, scenario, served

from switchy_nb import EventListener, sync_caller
from switchy_nb.errors import APIError, JobError
from switchy_nb.recording import Recording
from switchy_nb.wire import Event, Format
from switchy_nb.wire.rewrite import pairs_of

SCENARIOS = sorted(p.name.split(".")[0] for p in RECORDINGS.glob("*.events.raw.xz"))


# --- our own listener -----------------------------------------------------------------------


def listened(recording: Recording) -> tuple[Recording, EventListener]:
    """What our own listener records of a replay."""
    header = "variable_sip_h_X-switchy_originating_session"
    with served(recording) as made:
        listener = EventListener(made.host, made.port, call_tracking_header=header, autorecon=False)
        listener.connect()
        listener.start()
        try:
            made.wait(60)
            eventually(lambda: len(listener.recording) >= len(recording), 60)
            # the dispatcher is done when it has done what was put behind the last event
            done = threading.Event()
            listener._inbox.put(done.set)
            assert done.wait(60)
        finally:
            listener.disconnect()
    return listener.recording, listener


def assert_same_frames(one: Recording, two: Recording) -> None:
    """Equal but for where they came from, and when."""
    ours = ["received", "switch"]
    pd.testing.assert_frame_equal(one.events.drop(columns=ours), two.events.drop(columns=ours))
    for name in ("sessions", "calls"):
        first, second = getattr(one, name), getattr(two, name)
        pd.testing.assert_frame_equal(
            first.drop(columns=["switch"]), second.drop(columns=["switch"])
        )
    when = ["switch", "finished"]  # a job's end is when it arrived
    pd.testing.assert_frame_equal(one.jobs.drop(columns=when), two.jobs.drop(columns=when))


@pytest.mark.parametrize("name", SCENARIOS)
def test_our_own_listener_sees_the_same_again(name: str) -> None:
    recording = scenario(name)
    again, listener = listened(recording)
    assert [again.event(n).raw for n in range(len(again))] == events_in(
        recorded(f"{name}.events.raw.xz")
    )
    assert_same_frames(recording, again)
    assert not listener.sessions


def test_a_recording_in_json_is_heard_in_plain_with_the_same_frames() -> None:
    recording = scenario("wire_json")
    again, _ = listened(recording)
    assert {again.event(n).fmt for n in range(len(again))} == {Format.PLAIN}
    assert_same_frames(recording, again)


def test_six_hundred_calls() -> None:
    recording = scenario("load_600_calls")
    again, listener = listened(recording)
    assert len(again) == 33_002
    assert_same_frames(recording, again)
    assert listener.hangup_causes == {"NORMAL_CLEARING": 1200}
    assert listener.total_answered_sessions == 1200


def test_sync_caller_hears_the_incident_and_is_told_that_nothing_can_be_done() -> None:
    recording = scenario("ten_calls")
    with (
        served(recording) as made,
        sync_caller(made.host, made.port, made.password, autorecon=False) as caller,
    ):
        made.wait(30)
        listener = caller.client.listener
        eventually(lambda: len(listener.recording) >= len(recording))
        with pytest.raises(APIError, match="this is a replay of a recording, no switch"):
            caller.client.api("status")
        with pytest.raises(JobError, match="this is a replay"):
            caller("echo@127.0.0.1:5080", timeout=5)
    assert len(caller.recording.calls) == len(recording.calls)


# --- others' clients ------------------------------------------------------------------------


GREENSWITCH = """
import sys, gevent, greenswitch
seen = []
esl = greenswitch.InboundESL(host=sys.argv[1], port=int(sys.argv[2]), password="ClueCon")
esl.connect()
for name in sys.argv[4].split():
    esl.register_handle(name, lambda event: seen.append(event.headers["Event-Name"]))
print(esl.send("event plain all").headers["Reply-Text"])
with gevent.Timeout(60):
    while len(seen) < int(sys.argv[3]):
        gevent.sleep(0.01)
print(" ".join(seen))
esl.stop()
"""


def test_an_unmodified_greenswitch() -> None:
    """In a process of its own, since its greenlets need the main thread."""
    recording = scenario("caller_hangs_up")
    names = [str(name) for name in recording.events["name"]]
    with served(recording) as made:
        known = " ".join(sorted(set(names)))
        arguments = [made.host, str(made.port), str(len(names)), known]
        done = subprocess.run(
            [sys.executable, "-c", GREENSWITCH, *arguments],
            capture_output=True, text=True, timeout=90, check=True,
        )  # fmt: skip
    reply, heard = done.stdout.splitlines()
    assert reply == "+OK event listener enabled plain"
    assert sorted(heard.split()) == sorted(names)


@pytest.mark.parametrize("kind", ["plain", "json"])
@pytest.mark.parametrize("name", ["hostile_values", "wire_json", "busy"])
def test_a_bare_socket_gets_each_event_whole_in_the_format_it_asked_for(
    name: str, kind: str
) -> None:
    recording = scenario(name)
    with served(recording) as made, closing(Bare(made)) as client:
        assert client.ask(f"event {kind} all") == f"+OK event listener enabled {kind}"
        heard = client.take(len(recording))
    for n, event in enumerate(heard):
        own = recording.event(n)
        assert event.fmt.value == kind
        if own.fmt is event.fmt:
            assert event.raw == own.raw
        assert dict(event) == dict(own)
        assert event.body == own.body
        assert pairs_of(event) == pairs_of(own)


def test_xml_is_served_too() -> None:
    with served(heartbeats(0)) as made:
        client = Bare(made)
        client.sock.sendall(b"event xml all\n\n")
        data = b""
        while b"</event>" not in data:
            data += client.sock.recv(4096)
        client.close()
    assert b"+OK event listener enabled xml" in data
    assert b"<Event-Name>HEARTBEAT</Event-Name>" in data


def test_an_event_that_cannot_be_read_goes_out_as_it_came() -> None:
    recording = Recording()
    recording.append(Event(b'{"Event-Name": "API", torn', Format.JSON), START)
    recording.append(Event(b"Event-Name: API\nno colon\n\n"), START)
    with served(recording) as made, closing(Bare(made)) as client:
        client.ask("event plain all")
        assert [event.raw for event in client.take(2)] == [
            b'{"Event-Name": "API", torn',
            b"Event-Name: API\nno colon\n\n",
        ]
