"""A recording that grows: what is kept, by whom it is read meanwhile, and what it costs."""

import gc
import os
import platform
import subprocess
import sys
import threading

import pandas as pd
import pytest
from helpers import events_in, eventually

from switchy_nb.recording import Recording
from switchy_nb.recording.store import SEGMENT_ROWS
from switchy_nb.wire import Event, Format

FRAMES = ("events", "sessions", "calls", "jobs", "commands")


def event(n, **headers):
    pairs = {"Event-Name": "CHANNEL_STATE", "Event-Sequence": str(n), **headers}
    return Event.make([(name.replace("_", "-"), value) for name, value in pairs.items()])


def test_an_empty_recording_has_empty_frames_of_the_right_kinds(record):
    empty, full = Recording(), record("busy")
    for name in FRAMES:
        frame, other = getattr(empty, name), getattr(full, name)
        assert len(frame) == 0
        assert dict(frame.dtypes) == dict(other.dtypes)
        assert list(frame.columns) == list(other.columns)
        assert frame.index.name == other.index.name
    assert empty.wide().shape == (0, 0)
    assert len(empty.header("Event-Name")) == 0
    assert "0" in empty._repr_html_()


def test_the_frames_have_the_columns_of_the_contract_in_order():
    recording = Recording()
    assert list(recording.events) == (
        "received time sequence name subclass session call direction channel_state call_state "
        "answer_state application hangup_cause job switch".split()
    )
    assert list(recording.sessions) == (
        "call switch direction app caller_id destination channel codec created progress answered "
        "hungup ring_s talk_s duration_s hangup_cause sip_code peer mos events".split()
    )
    assert list(recording.calls) == (
        "switch app caller callee job launched caller_create callee_create callee_answer "
        "caller_answer hungup invite_latency answer_latency call_setup_latency originate_latency "
        "call_duration hangup_cause hung_up_by sessions".split()
    )
    assert list(recording.jobs) == (
        "switch command launched replied finished ok result session".split()
    )
    assert list(recording.commands) == (
        "sent replied took_s switch kind command ok reply source".split()
    )


def test_the_types_are_those_of_the_contract(record):
    recording = record("busy")
    kinds = {
        "received": "datetime64[us, UTC]",
        "time": "datetime64[us, UTC]",
        "sequence": "Int64",
        "name": "str",
        "job": "str",
    }
    assert {name: str(recording.events[name].dtype) for name in kinds} == kinds
    sessions = recording.sessions
    assert str(sessions["sip_code"].dtype) == "Int64"
    assert str(sessions["ring_s"].dtype) == str(sessions["mos"].dtype) == "float64"
    assert str(sessions["events"].dtype) == str(recording.calls["sessions"].dtype) == "int64"
    assert str(recording.jobs["ok"].dtype) == "boolean"
    assert str(sessions.index.dtype) == "str"


def test_numbers_of_rows_go_on_across_segments_and_every_byte_is_kept():
    recording = Recording()
    events = [event(n, Unique_ID=f"leg-{n % 7}") for n in range(2 * SEGMENT_ROWS + 10)]
    assert [recording.append(e, 1_000_000 + n) for n, e in enumerate(events)] == list(
        range(len(events))
    )
    segments = recording._store.segments()
    eventually(lambda: [s.sealed for s in segments] == [True, True, False])
    assert [recording.event(n).raw for n in range(0, len(events), 997)] == [
        e.raw for e in events[::997]
    ]
    assert recording.events["sequence"].tolist() == list(range(len(events)))
    assert recording.header("event-sequence").tolist() == [str(n) for n in range(len(events))]
    assert len(recording.sessions) == 7


def test_compressed_rows_give_the_frames_that_they_gave_before(record):
    before, after = record("ten_calls"), record("ten_calls")
    for segment in after._store.segments():
        segment.seal()
    for name in FRAMES:
        pd.testing.assert_frame_equal(getattr(before, name), getattr(after, name))
    pd.testing.assert_frame_equal(before.wide(), after.wide())


def test_a_recorded_event_takes_less_than_a_hundred_bytes(load):
    segments = load._store.segments()
    for segment in segments:
        segment.seal()
    assert sum(segment.nbytes for segment in segments) / len(load) < 100


def test_an_event_is_given_back_whole(data_of, record):
    raws = events_in(data_of("hostile_values"))
    recording = record("hostile_values")
    assert [recording.event(n).raw for n in range(len(recording))] == raws
    with pytest.raises(IndexError, match=f"no event {len(raws)}: {len(raws)} are recorded"):
        recording.event(len(raws))
    with pytest.raises(IndexError):
        recording.event(-1)


def test_frames_grow_with_the_recording_and_older_ones_stay_as_they_were(data_of):
    recording = Recording()
    raws = events_in(data_of("caller_hangs_up"))
    sizes, kept = [], None
    for n, raw in enumerate(raws):
        recording.append(Event(raw), 1_000_000 + n)
        sizes.append((len(recording.events), int(recording.sessions["events"].sum())))
        kept = kept if kept is not None else recording.events
    assert [size for size, _ in sizes] == list(range(1, len(raws) + 1))
    assert [legs for _, legs in sizes] == sorted(legs for _, legs in sizes)
    assert len(kept) == 1
    at_once = Recording()
    for n, raw in enumerate(raws):
        at_once.append(Event(raw), 1_000_000 + n)
    for name in FRAMES:
        pd.testing.assert_frame_equal(getattr(recording, name), getattr(at_once, name))


def test_a_frame_that_is_written_to_does_not_change_the_recording(record):
    recording = record("busy")
    frame = recording.events
    frame.loc[:, "name"] = "CHANGED"
    frame["new"] = 1
    assert "CHANGED" not in set(recording.events["name"])
    assert "new" not in recording.events


def test_one_thread_appends_while_others_read(data_of):
    raws = events_in(data_of("ten_calls")) * 30
    recording = Recording()
    begun, errors = threading.Event(), []

    def read() -> None:
        begun.wait(10)
        seen = 0
        while seen < len(raws):
            events, sessions, calls = recording.events, recording.sessions, recording.calls
            if not len(events) >= seen:
                errors.append(f"{len(events)} events after {seen}")
            if events["name"].isna().any() or len(calls) > len(sessions):
                errors.append("a torn row")
            seen = len(events)

    readers = [threading.Thread(target=read) for _ in range(2)]
    for reader in readers:
        reader.start()
    begun.set()
    for n, raw in enumerate(raws):
        recording.append(Event(raw), 1_000_000 + n)
    for reader in readers:
        reader.join(60)
        assert not reader.is_alive()
    assert errors == []
    assert len(recording.events) == len(raws)


def test_the_compressing_thread_ends_with_the_recording():
    recording = Recording()
    for n in range(SEGMENT_ROWS):
        recording.append(event(n), n)
    compressor = recording._store._compressor
    thread = compressor._thread
    assert thread is not None
    assert thread.daemon
    del recording
    gc.collect()
    eventually(lambda: not thread.is_alive())


def test_the_interpreter_ends_in_the_middle_of_compressing():
    code = (
        "from switchy_nb.recording import Recording\n"
        "from switchy_nb.wire import Event\n"
        "r = Recording()\n"
        "e = Event.make([('Event-Name', 'X'), ('Fill', 'x' * 2000)])\n"
        "for n in range(20_000): r.append(e, n)\n"
        "print(len(r))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "20000\n", "")


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only there it is so")
@pytest.mark.parametrize(
    ("chosen", "before", "after"),
    [
        ({}, "mimalloc", "system"),
        ({"ARROW_DEFAULT_MEMORY_POOL": "mimalloc"}, "mimalloc", "mimalloc"),
        ({"ARROW_DEFAULT_MEMORY_POOL": "system"}, "system", "system"),
    ],
)
def test_arrows_memory_comes_from_the_c_library_unless_it_was_chosen(chosen, before, after):
    code = (
        "import time\n"
        "import pyarrow as pa\n"
        "from switchy_nb.recording import Recording\n"
        "from switchy_nb.wire import Event\n"
        "print(pa.default_memory_pool().backend_name)\n"
        "r, e = Recording(), Event.make([('Event-Name', 'A')])\n"
        "for n in range(5000): r.append(e, n)\n"
        "while not r._store.segments()[0].sealed: time.sleep(0.01)\n"
        "print(pa.default_memory_pool().backend_name, len(r.events))\n"
    )
    env = {k: v for k, v in os.environ.items() if k != "ARROW_DEFAULT_MEMORY_POOL"}
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True, text=True, timeout=60, check=False, env={**env, **chosen},
    )  # fmt: skip
    assert (done.stdout, done.stderr) == (f"{before}\n{after} 5000\n", "")


def test_a_part_that_cannot_be_compressed_stays_as_it_is(caplog, monkeypatch):
    from switchy_nb.recording import sealed

    def fail(table):
        raise MemoryError("no room")

    monkeypatch.setattr(sealed, "pack_raw", fail)
    recording = Recording()
    for n in range(SEGMENT_ROWS):
        recording.append(event(n), n)
    eventually(lambda: "stays as it is" in caplog.text)
    assert len(recording.events) == SEGMENT_ROWS


def test_plain_and_json_events_in_one_recording(data_of):
    recording = Recording()
    recording.append(event(1, Unique_ID="a"), 1)
    recording.append(Event(b'{"Event-Name":"CHANNEL_ANSWER","Unique-ID":"a"}', Format.JSON), 2)
    recording.append(Event(b'{"torn', Format.JSON), 3)
    assert recording.events["session"].fillna("-").tolist() == ["a", "a", "-"]
    assert recording.event(1).fmt is Format.JSON
    assert recording.event(2).raw == b'{"torn'
    assert recording.wide()["Event-Name"].fillna("-").tolist() == [
        "CHANNEL_STATE",
        "CHANNEL_ANSWER",
        "-",
    ]


def test_the_link_is_marked_with_rows_that_no_event_can_forge():
    recording = Recording(switch="fs")
    recording.mark_link(False, "the peer is gone\nEvent-Name: X", 5)
    recording.append(Event.make([("Event-Name", "LINK_DOWN")]), 6)
    recording.mark_link(True, "connected again", 7, switch="other")
    assert recording.events["name"].tolist() == ["LINK_DOWN", "LINK_DOWN", "LINK_UP"]
    assert recording.events["switch"].tolist() == ["fs", "fs", "other"]
    assert recording.header("Link-Reason")[0] == "the peer is gone\nEvent-Name: X"
    assert "lost 1 time" in recording._repr_html_()
