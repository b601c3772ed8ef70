"""A recording served as a switch: its rhythm, its controls, lost links, and what cannot be."""

from __future__ import annotations

import socket
from contextlib import closing
from datetime import timedelta

import pandas as pd
import pytest
from helpers import eventually
from replaying import START, Bare, ManualTimer, heartbeats, numbers, served

from switchy_nb import EventListener
from switchy_nb.errors import ConfigurationError, RecordingError, TimeoutError
from switchy_nb.recording import Recording
from switchy_nb.replay import Replay, replay
from switchy_nb.wire import Disconnect, Event

# --- time -------------------------------------------------------------------------------------


def test_it_keeps_the_rhythm_of_the_arrivals() -> None:
    timer = ManualTimer()
    recording = heartbeats(0, 1, 1, 3)
    with served(recording, 1.0, timer=timer) as made, closing(Bare(made)) as client:
        assert made.position == 0
        timer.advance(50)  # nobody listens yet, so it has not begun
        assert made.position == 0
        client.ask("event plain all")
        assert numbers(client.take(1)) == [0]
        timer.advance(0.999)
        client.ask("filter delete all")  # whatever was due has been sent before this reply
        assert client.events == []
        timer.advance(0.001)
        assert numbers(client.take(2)) == [1, 2]
        assert made.position == pytest.approx(1.0)
        assert not made.ended
        timer.advance(2)
        assert numbers(client.take(1)) == [3]
        made.wait(10)
        assert (made.position, made.duration) == (3.0, 3.0)
        assert made.time == pd.Timestamp(START + 3_000_000, unit="us", tz="UTC")


def test_speed_pause_resume_and_seek() -> None:
    timer = ManualTimer()
    recording = heartbeats(*range(10))
    with served(recording, 2.0, timer=timer) as made, closing(Bare(made)) as client:
        client.ask("event plain all")
        assert numbers(client.take(1)) == [0]
        timer.advance(1)
        assert numbers(client.take(2)) == [1, 2]
        made.pause()
        timer.advance(100)
        assert made.position == pytest.approx(2.0)
        made.seek(timedelta(seconds=7))
        assert client.ask("filter delete all")
        assert client.events == []
        made.resume()
        assert numbers(client.take(1)) == [7]
        made.speed = 0.5
        timer.advance(2)
        assert numbers(client.take(1)) == [8]
        made.seek(str(pd.Timestamp(START + 1_000_000, unit="us")))
        assert numbers(client.take(1)) == [1]
        made.seek(made.duration)
        assert numbers(client.take(1)) == [9]
        made.wait(10)
        assert "at 9.0 of 9.0 s" in repr(made)
        made.seek(8.5)
        assert not made.ended
        for wrong in (-1, 9.1, "2026-11-17"):
            with pytest.raises(RecordingError, match=r"is not in the recording, which is 9\.000 s"):
                made.seek(wrong)
        with pytest.raises(ConfigurationError, match="seconds or a moment, and not NaT"):
            made.seek(pd.NaT)
        with pytest.raises(ConfigurationError, match="is no moment"):
            made.seek("yesterday")


def test_clients_share_one_clock() -> None:
    timer = ManualTimer()
    with served(heartbeats(0, 1, 2), 1.0, timer=timer, wait_for=2) as made:
        first, second, late = Bare(made), Bare(made), Bare(made)
        first.ask("event plain all")
        timer.advance(10)
        assert made.position == 0
        second.ask("event json all")
        assert numbers(first.take(1)) == numbers(second.take(1)) == [0]
        timer.advance(1)
        assert numbers(first.take(1)) == numbers(second.take(1)) == [1]
        late.ask("event plain all")
        assert made.clients == 3
        timer.advance(1)
        for client in (first, second, late):
            assert numbers(client.take(1)) == [2]
            client.close()
        eventually(lambda: made.clients == 0)


def test_as_fast_as_possible_each_client_hears_everything() -> None:
    with served(heartbeats(0, 3600, 7200)) as made:
        for _ in range(2):
            with closing(Bare(made)) as client:
                client.ask("event plain all")
                assert numbers(client.take(3)) == [0, 1, 2]
                made.wait(10)
                assert made.position == made.duration
        made.seek(3600)
        with closing(Bare(made)) as client:
            client.ask("event plain all")
            assert numbers(client.take(2)) == [1, 2]
        with pytest.raises(ConfigurationError, match="as fast as possible has no speed"):
            made.speed = 1.0


def test_a_slow_reader_loses_nothing() -> None:
    recording = Recording()
    for n in range(300):  # 30 MB, far more than the sockets hold
        recording.append(Event.make([("Event-Name", "API"), ("n", str(n))], "x" * 100_000), START)
    with served(recording) as made, closing(Bare(made)) as slow:
        slow.ask("event plain all")
        with closing(Bare(made)) as quick:
            quick.ask("event plain all")
            quick.take(len(recording))
        heard = slow.take(len(recording))
    assert [event.raw for event in heard] == [recording.event(n).raw for n in range(len(recording))]


def test_several_at_once_and_one_started_again() -> None:
    with served(heartbeats(0)) as one, served(heartbeats(0, 1)) as two:
        assert one.port != two.port
        for made, count in ((one, 1), (two, 2)):
            with closing(Bare(made)) as client:
                client.ask("event plain all")
                assert len(client.take(count)) == count
        port = one.port
        one.stop()
        one.stop()
        assert "stopped" in repr(one)
        with pytest.raises(ConfigurationError, match="call start"):
            one.pause()
        with pytest.raises(ConfigurationError, match="is stopped"):
            Replay(heartbeats(0)).wait(1)
        one.start()
        assert one.port == port
        with closing(Bare(one)) as client:
            client.ask("event plain all")
            assert len(client.take(1)) == 1


def test_clients_hear_a_goodbye_when_it_is_stopped() -> None:
    made = replay(heartbeats(0))
    client = Bare(made)
    client.ask("event plain all")
    made.stop()
    client.rest()
    assert isinstance(client.last, Disconnect)
    client.close()


# --- lost links -------------------------------------------------------------------------------


def broken(*, comes_back: bool = True) -> Recording:
    recording = heartbeats(0, 1)
    recording.mark_link(False, "cable", START + 2_000_000)
    if comes_back:
        recording.mark_link(True, "it came back", START + 4_000_000)
        event = Event.make([("Event-Name", "HEARTBEAT"), ("Event-Sequence", "2")])
        recording.append(event, START + 5_000_000)
    return recording


def test_rows_about_the_link_are_passed_over() -> None:
    with served(broken()) as made, closing(Bare(made)) as client:
        client.ask("event plain all")
        assert numbers(client.take(3)) == [0, 1, 2]
        made.wait(10)


def test_a_lost_link_is_cut_where_it_was_lost() -> None:
    timer = ManualTimer()
    with served(broken(), 1.0, timer=timer, cut_links=True) as made:
        client = Bare(made)
        client.ask("event plain all")
        timer.advance(2)
        assert numbers(client.rest()) == [0, 1]
        client.close()
        with closing(socket.create_connection((made.host, made.port), timeout=20)) as sock:
            assert sock.recv(100) == b""  # nobody is there yet
        timer.advance(3)
        made.wait(10)
        with closing(Bare(made)) as client:  # late, and yet it misses nothing
            client.ask("event plain all")
            assert numbers(client.take(1)) == [2]
        made.seek(3)
        with closing(socket.create_connection((made.host, made.port), timeout=20)) as sock:
            assert sock.recv(100) == b""


def test_as_fast_as_possible_all_is_heard_before_the_cut() -> None:
    with served(broken(), cut_links=True) as made:
        client = Bare(made)
        client.ask("event plain all")
        assert numbers(client.rest()) == [0, 1]
        client.close()
        with closing(Bare(made)) as client:
            client.ask("event plain all")
            assert numbers(client.take(1)) == [2]
            made.wait(10)


def test_our_own_listener_comes_back_and_has_the_same_rows() -> None:
    recording = broken()
    with served(recording, cut_links=True) as made:
        made.pause()  # else it is cut off before it has started
        listener = EventListener(made.host, made.port, autorecon=30)
        listener.connect()
        listener.start()
        made.resume()
        eventually(lambda: len(listener.recording) >= len(recording), 30)
        listener.disconnect()
    heard, there = (list(r.events["name"]) for r in (listener.recording, recording))
    assert heard[:3] == there[:3] == ["HEARTBEAT", "HEARTBEAT", "LINK_DOWN"]
    # whether the first event or the word that the link is back comes first, is not fixed
    assert sorted(heard[3:]) == sorted(there[3:]) == ["HEARTBEAT", "LINK_UP"]


def test_a_link_that_never_came_back() -> None:
    with served(broken(comes_back=False), cut_links=True) as made:
        client = Bare(made)
        client.ask("event plain all")
        assert numbers(client.rest()) == [0, 1]
        client.close()
        made.wait(10)


# --- what cannot be ---------------------------------------------------------------------------


def test_errors_say_what_to_do() -> None:
    with pytest.raises(RecordingError, match="nothing to replay: the recording holds no event"):
        replay(Recording())
    with pytest.raises(TypeError, match="did you mean 'cut_links'"):
        replay(heartbeats(0), cutlinks=True)
    for port in (-1, 65536):
        with pytest.raises(ConfigurationError, match="port is a number from 0"):
            replay(heartbeats(0), port=port)
    for speed in (0, -1, float("nan"), float("inf"), "fast", True):
        with pytest.raises(ConfigurationError, match="a speed is a number above 0"):
            replay(heartbeats(0), speed)  # type: ignore[arg-type]
    with pytest.raises(ConfigurationError, match="wait_for is a number of clients"):
        replay(heartbeats(0), wait_for=0)
    with pytest.raises(RecordingError, match="the nearest is 'fs'"):
        replay(heartbeats(0), switch="fsx")
    with (
        served(heartbeats(0)) as made,
        pytest.raises(ConfigurationError, match=rf"cannot listen on 127\.0\.0\.1:{made.port}"),
    ):
        replay(heartbeats(0), port=made.port)
    with served(heartbeats(0), 1.0) as made, pytest.raises(TimeoutError, match="0 client"):
        made.wait(0.01)


def test_one_switch_of_several() -> None:
    recording = heartbeats(0, 1)
    event = Event.make([("Event-Name", "HEARTBEAT"), ("Event-Sequence", "7")])
    recording.append(event, START + 500_000, "other")
    with served(recording, switch="other") as made, closing(Bare(made)) as client:
        client.ask("event plain all")
        assert numbers(client.take(1)) == [7]
        assert made.duration == 0


def test_events_whose_arrival_is_not_known_are_due_with_the_one_before() -> None:
    raw = b"Event-Name: CUSTOM\n\n"
    data = b"Content-Length: %d\nContent-Type: text/event-plain\n\n%s" % (len(raw), raw)
    with served(Recording.from_bytes(data * 3)) as made, closing(Bare(made)) as client:
        client.ask("event plain all")
        assert len(client.take(3)) == 3
        assert made.duration == 0
