"""Recording to a file while it grows: what is there at any moment, and what happens when it fails."""

import json
import os
import subprocess
import sys

import pandas as pd
import pyarrow as pa
import pytest
from helpers import events_in, eventually

from switchy_nb.errors import RecordingError
from switchy_nb.recording import Recording
from switchy_nb.recording.stream import read_stream, stream_schema
from switchy_nb.wire import Event

FRAMES = ("events", "sessions", "calls", "jobs", "commands")


@pytest.fixture
def raws(data_of):
    return events_in(data_of("ten_calls"))


def fill(recording, raws, first=0):
    for n, raw in enumerate(raws, first):
        recording.append(Event(raw), 1_000_000 + n)


def rows_in(path):
    """How many whole rows a file holds, by Arrow alone; it may be being written."""
    rows = 0
    try:
        with path.open("rb") as file:
            for batch in pa.ipc.open_stream(file):
                rows += len(batch)
    except (pa.ArrowInvalid, OSError):
        return rows
    return rows


def test_what_was_recorded_to_a_file_is_loaded_the_same(raws, tmp_path):
    recording, path = Recording(switch="fs"), tmp_path / "calls.arrows"
    fill(recording, raws[:100])
    recording.record_to(path)
    fill(recording, raws[100:], 100)
    token = recording.command_sent("bgapi", "originate x &park", 30, job="a job", source="cell 3")
    eventually(lambda: rows_in(path) == len(raws), what="all rows to be written")
    recording.command_replied(token, 40, True, "+OK")
    recording.stop_recording_to()
    again = Recording.load(path)
    assert again.warnings == recording.warnings == []
    assert (again.call_header, again.switch) == (recording.call_header, "fs")
    for frame in FRAMES:
        pd.testing.assert_frame_equal(getattr(recording, frame), getattr(again, frame))
    assert [again.event(n).raw for n in range(len(raws))] == raws


def test_rows_are_in_the_file_within_a_second_though_nothing_more_comes(raws, tmp_path):
    recording, path = Recording(), tmp_path / "calls.arrows"
    recording.record_to(path)
    fill(recording, raws[:3])
    eventually(lambda: rows_in(path) == 3, timeout=5)
    with pytest.warns(UserWarning, match="cut after 3 events, at its end"):
        growing = Recording.load(path)
    assert len(growing) == 3
    recording.stop_recording_to()
    assert Recording.load(path).warnings == []


def test_other_programs_read_the_columns_as_they_are(raws, tmp_path):
    recording, path = Recording(switch="fs"), tmp_path / "calls.arrows"
    recording.record_to(path)
    fill(recording, raws)
    recording.stop_recording_to()
    table = pa.ipc.open_stream(path.read_bytes()).read_all()
    assert table.schema.remove_metadata().equals(stream_schema())
    assert table["n"].to_pylist() == list(range(len(raws)))
    assert table["raw"].to_pylist() == raws
    assert table["switch"].unique().to_pylist() == ["fs"]
    meta = json.loads(table.schema.metadata[b"switchy_nb.stream"])
    assert (meta["version"], meta["switch"]) == (1, "fs")


def test_a_file_cut_anywhere_is_read_as_far_as_it_is_whole(raws, tmp_path):
    recording, path = Recording(), tmp_path / "calls.arrows"
    recording.record_to(path)
    for part in range(3):
        fill(recording, raws[part * 50 : part * 50 + 50], part * 50)
        wanted = 50 * (part + 1)
        eventually(lambda wanted=wanted: rows_in(path) == wanted)
    recording.stop_recording_to()
    data, torn = path.read_bytes(), tmp_path / "torn.arrows"
    seen = set()
    for size in range(len(data) - 1, 0, -997):
        torn.write_bytes(data[:size])
        try:
            header, segments, _, cut = read_stream(torn)
        except RecordingError as exc:
            assert "cut before its first event" in str(exc)
            continue
        rows = sum(map(len, segments))
        seen.add(rows)
        assert (cut.rows, cut.size) == (rows, size)
        assert cut.at <= size
        assert header.call_header == recording.call_header
        kept = [raw for segment in segments for raw in segment.raws()[0].to_pylist()]
        assert kept == raws[:rows]
    assert seen == {0, 50, 100, 150}


def test_bytes_that_were_changed_are_told_of_and_never_raise(raws, tmp_path):
    recording, path = Recording(), tmp_path / "calls.arrows"
    recording.record_to(path)
    fill(recording, raws)
    recording.stop_recording_to()
    data = bytearray(path.read_bytes())
    for at in range(len(data) // 2, len(data) - 8, 4001):
        broken = bytearray(data)
        broken[at : at + 8] = bytes(byte ^ 0x5A for byte in broken[at : at + 8])
        path.write_bytes(broken)
        _, segments, _, _ = read_stream(path)
        assert sum(map(len, segments)) <= len(raws)


@pytest.mark.skipif(not os.path.isdir("/proc/self/fd"), reason="tells which files are open")
def test_a_file_that_recording_has_ended_to_is_let_go_of(tmp_path):
    recording, path = Recording(), tmp_path / "x.arrows"
    recording.record_to(path)
    fill(recording, [b"Event-Name: X\n\n"])
    sink = recording._sinks[False]
    eventually(lambda: sink.next == 1)
    assert open_files(path) == 1

    def make_room():
        path.unlink()
        fill(recording, [b"Event-Name: X\n\n"])
        eventually(lambda: not sink.running)

    with pytest.warns(RuntimeWarning, match="goes on in memory"):
        make_room()
    assert open_files(path) == 0


def open_files(path):
    links = [os.path.join("/proc/self/fd", fd) for fd in os.listdir("/proc/self/fd")]
    return sum(os.path.realpath(link).startswith(str(path)) for link in links)


def test_no_file_is_written_over(tmp_path):
    path = tmp_path / "kept.arrows"
    path.write_text("something else")
    recording = Recording()
    with pytest.raises(RecordingError, match="is there already"):
        recording.record_to(path)
    assert path.read_text() == "something else"
    with pytest.raises(RecordingError, match="No such file or directory"):
        recording.record_to(tmp_path / "nowhere" / "x.arrows")
    recording.record_to(tmp_path / "x.arrows")
    with pytest.raises(RecordingError, match="stop_recording_to"):
        recording.record_to(tmp_path / "y.arrows")
    recording.stop_recording_to()
    recording.stop_recording_to()
    recording.record_to(tmp_path / "y.arrows")
    recording.stop_recording_to()


def test_streams_that_are_no_recordings_or_of_a_later_version(tmp_path):
    path = tmp_path / "x.arrows"
    for metadata, words in (
        (None, "did not write it"),
        ({"switchy_nb.stream": json.dumps({"version": 2})}, "version 2; this switchy_nb reads up"),
    ):
        schema = stream_schema().with_metadata(metadata)
        with pa.ipc.new_stream(path, schema) as writer:
            writer.write_table(schema.empty_table())
        with pytest.raises(RecordingError, match=words):
            Recording.load(path)


def test_a_folder_that_vanishes_is_told_of_once_and_the_recording_goes_on(raws, tmp_path):
    folder = tmp_path / "folder"
    folder.mkdir()
    recording = Recording()
    recording.record_to(folder / "x.arrows")
    fill(recording, raws[:10])
    eventually(lambda: rows_in(folder / "x.arrows") == 10)
    (folder / "x.arrows").unlink()
    folder.rmdir()
    thread = recording._sinks[False]._thread

    def go_on():
        fill(recording, raws[10:], 10)
        eventually(lambda: not thread.is_alive(), timeout=60)

    # It may be said of the first rows, while the others are still coming.
    with pytest.warns(RuntimeWarning, match="goes on in memory") as told:
        go_on()
    assert len(told) == len(recording.warnings) == 1
    assert str(folder / "x.arrows") in recording.warnings[0]
    assert "goes on in memory" in recording._repr_html_()
    assert len(recording.events) == len(raws)
    recording.stop_recording_to()
    recording.record_to(tmp_path / "y.arrows")
    recording.stop_recording_to()
    assert len(Recording.load(tmp_path / "y.arrows")) == len(raws)


_FULL = """
import resource, sys, threading, warnings
from switchy_nb.recording import Recording
from switchy_nb.wire import Event
import random
warnings.simplefilter("always")
recording = Recording()
recording.record_to(sys.argv[1])
resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, 1_000_000))
chance = random.Random(1)
pause = threading.Event()
for n in range(100_000):
    text = chance.randbytes(500).hex()
    recording.append(Event.make([("Event-Name", "X"), ("Fill", text)]), n)
    if recording.warnings and n > 2_000:
        break
    pause.wait(0.001)
print(n + 1, len(recording.events), len(recording.warnings), recording.warnings[0])
"""


def test_a_disk_that_is_full(tmp_path):
    path = tmp_path / "x.arrows"
    done = subprocess.run(
        [sys.executable, "-c", _FULL, str(path)],
        capture_output=True,
        text=True,
        timeout=100,
        check=True,
    )
    appended, rows, problems, words = done.stdout.split(" ", 3)
    assert appended == rows
    assert problems == "1"
    assert "File too large" in words
    assert done.stderr.count("RuntimeWarning") == 1
    with pytest.warns(UserWarning, match="was not closed"):
        kept = Recording.load(path)
    assert 0 < len(kept) < int(rows)
    assert path.stat().st_size <= 1_000_000


def test_the_interpreter_ends_while_it_records_to_a_file(tmp_path):
    code = (
        "import sys\n"
        "from switchy_nb.recording import Recording\n"
        "from switchy_nb.wire import Event\n"
        "r = Recording()\n"
        "r.record_to(sys.argv[1])\n"
        "for n in range(5000): r.append(Event.make([('Event-Name', 'X')]), n)\n"
    )
    path = tmp_path / "x.arrows"
    done = subprocess.run(
        [sys.executable, "-c", code, str(path)], capture_output=True, timeout=60, check=False
    )
    assert (done.returncode, done.stderr) == (0, b"")
    again = Recording.load(path)
    assert (len(again), again.warnings) == (5000, [])
