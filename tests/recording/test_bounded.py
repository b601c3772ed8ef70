"""Recordings that keep only so much: what they drop, and what they say of it."""

import gc
import threading
import warnings
from functools import partial

import pandas as pd
import pytest
from helpers import events_in, eventually

from switchy_nb.errors import ConfigurationError
from switchy_nb.recording import Keep, Recording
from switchy_nb.recording.sink import Spilled
from switchy_nb.recording.store import SEGMENT_ROWS
from switchy_nb.wire import Event

FRAMES = ("events", "sessions", "calls", "jobs", "commands")
SECOND = 1_000_000


def event(n):
    pairs = [("Event-Name", "CHANNEL_STATE"), ("Event-Sequence", str(n)), ("Unique-ID", f"{n % 7}")]
    return Event.make(pairs)


def fill(recording, count, step=1):
    for n in range(count):
        recording.append(event(n), (n + 1) * step)
    return recording


@pytest.mark.parametrize("count", [0, 5, 100, SEGMENT_ROWS, 3 * SEGMENT_ROWS + 50])
def test_the_last_events(count):
    recording = fill(Recording(keep=Keep(events=100)), count)
    kept = min(count, 100)
    assert (recording.received, recording.dropped, len(recording)) == (count, count - kept, kept)
    numbers = list(range(count - kept, count))
    events = recording.events
    assert events.index.tolist() == events["sequence"].tolist() == numbers
    assert recording.header("Event-Sequence").to_dict() == {n: str(n) for n in numbers}
    assert recording.wide().index.tolist() == numbers
    assert int(recording.sessions["events"].sum()) == kept
    if count:
        assert recording.event(count - 1).raw == event(count - 1).raw
    if count > kept:
        with pytest.raises(IndexError, match=f"no event 0: 100 are recorded, from {numbers[0]} on"):
            recording.event(0)
        assert f"{count - kept:,} older ones dropped" in repr(recording)
        assert "the last 100 events are kept" in recording._repr_html_()
    else:
        assert "dropped" not in repr(recording) + recording._repr_html_()


def test_segments_that_are_dropped_are_gone_from_memory():
    recording = fill(Recording(keep=Keep(events=10)), 5 * SEGMENT_ROWS + 20)
    assert len(recording._store._segments) == 2
    assert recording.nbytes < SEGMENT_ROWS * 100


@pytest.mark.parametrize("count", [50, 2 * SEGMENT_ROWS + 500])
@pytest.mark.parametrize("seconds", [0.5, 30, 5000])
def test_the_last_seconds(count, seconds):
    recording = fill(Recording(keep=Keep(seconds=seconds)), count, SECOND)
    kept = min(count, int(seconds) + 1)
    assert recording.events["sequence"].tolist() == list(range(count - kept, count))
    assert recording.dropped + len(recording) == recording.received == count
    eventually(lambda: all(s.sealed for s in recording._store._segments[:-1]))
    assert recording.events.index.tolist() == list(range(count - kept, count))


def test_frames_of_what_is_kept_are_those_of_a_recording_of_just_that(data_of):
    raws = events_in(data_of("ten_calls"))
    bounded = Recording(switch="fs", keep=Keep(events=150))
    for n, raw in enumerate(raws):
        bounded.append(Event(raw), 1_000_000 + n)
        if n % 40 == 0:
            assert len(bounded.sessions) <= 20  # what is read meanwhile is not held on to
    plain = Recording(switch="fs")
    for n, raw in enumerate(raws[-150:], len(raws) - 150):
        plain.append(Event(raw), 1_000_000 + n)
    for frame in FRAMES:
        one, other = getattr(bounded, frame), getattr(plain, frame)
        if frame == "events":
            one = one.reset_index(drop=True)
            one.index.name = "n"
        pd.testing.assert_frame_equal(one, other)


def test_everything_is_kept_on_disk(data_of, tmp_path):
    raws = events_in(data_of("ten_calls")) * 40
    spilled, plain = Recording(keep=Keep(spill=tmp_path)), Recording()
    for n, raw in enumerate(raws):
        for recording in (spilled, plain):
            recording.append(Event(raw), 1_000_000 + n)
    full = spilled._store._segments[:-1]
    assert len(full) >= 2
    (path,) = tmp_path.iterdir()
    # what is on disk takes a byte of memory for each row
    eventually(lambda: all(segment.nbytes == len(segment) for segment in full))
    assert spilled.dropped == 0
    for frame in FRAMES:
        pd.testing.assert_frame_equal(getattr(spilled, frame), getattr(plain, frame))
    assert [spilled.event(n).raw for n in range(0, len(raws), 501)] == raws[::501]
    sink = spilled._sinks[True]
    eventually(lambda: sink.next == len(raws))
    path.unlink()
    for recording in (spilled, plain):
        recording.append(event(1), 2_000_000)
    with pytest.warns(RuntimeWarning, match=f"ended after {len(raws) + 1:,} events: No such file"):
        eventually(lambda: not sink.running)
    # What is open stays readable, also though nobody else can find it any more.
    assert spilled.header("Unique-ID").tolist() == plain.header("Unique-ID").tolist()
    assert f"kept in {tmp_path}" in str(spilled.keep)


def test_spilling_goes_on_in_memory_when_the_folder_vanishes(tmp_path):
    folder = tmp_path / "spill"
    folder.mkdir()
    recording = Recording(keep=Keep(spill=folder))
    next(folder.iterdir()).unlink()
    folder.rmdir()
    thread = recording._sinks[True]._thread

    def go_on():
        fill(recording, 2 * SEGMENT_ROWS)
        eventually(lambda: not thread.is_alive(), timeout=60)

    # It may be said of the first rows, while the others are still coming.
    with pytest.warns(RuntimeWarning, match="goes on in memory"):
        go_on()
    assert len(recording.warnings) == 1
    assert recording.events["sequence"].tolist() == list(range(2 * SEGMENT_ROWS))


def test_a_file_gets_rows_that_memory_has_dropped(tmp_path):
    recording, path = Recording(keep=Keep(events=5)), tmp_path / "all.arrows"
    recording.record_to(path)
    fill(recording, 2 * SEGMENT_ROWS)
    recording.stop_recording_to()
    assert len(recording) == 5
    assert Recording.load(path).events["sequence"].tolist() == list(range(2 * SEGMENT_ROWS))


def test_while_events_come_what_is_kept_is_right():
    recording, over, wrong = Recording(keep=Keep(events=1000)), threading.Event(), []

    def read():
        while not over.is_set():
            events = recording.events
            if events["sequence"].tolist() != events.index.tolist() or len(events) > 1000:
                wrong.append(events)

    reader = threading.Thread(target=read)
    reader.start()
    fill(recording, 4 * SEGMENT_ROWS)
    over.set()
    reader.join(60)
    assert wrong == []
    assert len(recording) == 1000


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"events": 1, "seconds": 1},
        {"events": 0},
        {"events": 1.5},
        {"events": True},
        {"seconds": -1},
        {"seconds": float("inf")},
        {"seconds": "1"},
    ],
)
def test_wishes_that_cannot_be(given):
    with pytest.raises(ConfigurationError, match="Keep"):
        Keep(**given)


def test_unknown_options_are_type_errors():
    with pytest.raises(TypeError, match="minutes"):
        Keep(minutes=5)


def is_spilled(recording):
    return all(isinstance(s._sealed, Spilled) for s in recording._store._segments[:-1])


@pytest.mark.filterwarnings("error::pytest.PytestUnraisableExceptionWarning")
def test_the_file_is_closed_with_the_recording(tmp_path):
    recording = fill(Recording(keep=Keep(spill=tmp_path)), 2 * SEGMENT_ROWS)
    eventually(partial(is_spilled, recording))
    with warnings.catch_warnings():
        warnings.simplefilter("error", ResourceWarning)
        del recording
        gc.collect()
