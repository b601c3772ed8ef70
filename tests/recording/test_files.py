"""What is saved comes back as it was, and what is no recording is told so."""

import base64
import subprocess
import sys

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from helpers import RECORDINGS

from switchy_nb.errors import RecordingError
from switchy_nb.recording import Recording, files
from switchy_nb.recording.typed import pack

FRAMES = ("events", "sessions", "calls", "jobs", "commands")


def with_commands(recording):
    token = recording.command_sent("api", "status", 10, switch="fs")
    recording.command_replied(token, 20, True, "UP\n")
    recording.command_sent("bgapi", "originate x &park", 30, job="a job", source="cell 12")
    return recording


@pytest.mark.parametrize("name", ["ten_calls", "hostile_values", "wire_json", "wrong_commands"])
def test_a_saved_recording_comes_back_the_same(name, record, tmp_path):
    before = with_commands(record(name))
    before.mark_link(False, "gone", before.events["received"].iloc[-1].value // 1000)
    before.save(tmp_path / "calls.parquet")
    after = Recording.load(tmp_path / "calls.parquet")
    for frame in FRAMES:
        pd.testing.assert_frame_equal(getattr(before, frame), getattr(after, frame))
    pd.testing.assert_frame_equal(before.wide(), after.wide())
    assert [after.event(n) for n in range(len(after))] == [
        before.event(n) for n in range(len(before))
    ]
    assert [path.name for path in tmp_path.iterdir()] == ["calls.parquet"]


def test_commands_of_a_file_that_does_not_tell_where_they_come_from(record, tmp_path):
    recording, path = with_commands(record("busy")), tmp_path / "older.parquet"
    recording.save(path)
    table = pq.read_table(path)
    packed = base64.b64decode(table.schema.metadata[b"switchy_nb.commands"])
    older = pa.ipc.open_stream(packed).read_all().drop_columns("source")
    metadata = {**table.schema.metadata, b"switchy_nb.commands": base64.b64encode(pack(older))}
    pq.write_table(table.replace_schema_metadata(metadata), path)
    again = Recording.load(path)
    assert again.warnings == []
    assert again.commands["source"].isna().all()
    known = recording.commands.drop(columns="source")
    pd.testing.assert_frame_equal(again.commands.drop(columns="source"), known)


def test_what_was_loaded_can_be_recorded_on_and_saved_again(record, tmp_path):
    path = tmp_path / "x.parquet"
    recording = with_commands(record("busy"))
    recording.call_header, recording.app_headers = "Unique-ID", ("variable_a", "variable_b")
    recording.save(path)
    loaded = Recording.load(path)
    assert (loaded.call_header, loaded.app_headers, loaded.switch) == (
        "Unique-ID",
        ("variable_a", "variable_b"),
        "fs",
    )
    n = loaded.append(recording.event(0), 5)
    assert n == len(recording)
    assert loaded.event(n) == recording.event(0)
    assert loaded.command_sent("api", "version", 40) == 2
    loaded.save(path)
    assert len(Recording.load(path).events) == n + 1


def test_many_segments_and_the_size_of_the_file(load, tmp_path):
    path = tmp_path / "load.parquet"
    load.save(path)
    assert path.stat().st_size / len(load) < 100
    again = Recording.load(path)
    for frame in FRAMES:
        pd.testing.assert_frame_equal(getattr(load, frame), getattr(again, frame))


def test_other_programs_read_the_file_as_a_table(record, tmp_path):
    recording = record("busy")
    recording.save(tmp_path / "x.parquet")
    table = pq.read_table(tmp_path / "x.parquet")
    assert table.column_names == ["n", *recording.events.columns, "kind", "raw"]
    assert table["n"].to_pylist() == list(range(len(recording)))
    assert table["call"].to_pandas().isna().tolist() == recording.events["call"].isna().tolist()
    assert table["raw"].to_pylist()[3] == recording.event(3).raw
    assert str(table.schema.field("received").type) == "timestamp[us, tz=UTC]"


def test_an_empty_recording_can_be_saved(tmp_path):
    Recording(switch="fs").save(tmp_path / "x.parquet")
    assert len(Recording.load(tmp_path / "x.parquet")) == 0


def test_there_is_no_such_file(tmp_path):
    with pytest.raises(RecordingError, match=r"there is no file .*nothing\.parquet"):
        Recording.load(tmp_path / "nothing.parquet")


@pytest.mark.parametrize("content", [b"", b"PK", b"Content-Type: auth/request\n\n"])
def test_some_other_file_is_no_recording(content, tmp_path):
    path = tmp_path / "x.txt"
    path.write_bytes(content)
    with pytest.raises(RecordingError, match="no recording"):
        Recording.load(path)


def test_some_other_parquet_file_is_no_recording(tmp_path):
    pq.write_table(pa.table({"a": [1]}), tmp_path / "x.parquet")
    with pytest.raises(RecordingError, match=r"no recording: Recording\.save did not write it"):
        Recording.load(tmp_path / "x.parquet")


def test_a_file_that_was_cut_off_before_any_event_says_so(record, tmp_path):
    path = tmp_path / "x.parquet"
    record("busy").save(path)
    whole = path.read_bytes()
    for length in (len(whole) // 10, 5):
        path.write_bytes(whole[:length])
        with pytest.raises(RecordingError, match="cut off"):
            Recording.load(path)


def test_damage_inside_says_so(record, tmp_path):
    path = tmp_path / "x.parquet"
    record("busy").save(path)
    whole = bytearray(path.read_bytes())
    middle = len(whole) // 3
    whole[4:middle] = bytes(middle - 4)
    path.write_bytes(whole)
    with pytest.raises(RecordingError, match="damaged"):
        Recording.load(path)


def test_a_later_version_asks_for_an_update(record, tmp_path, monkeypatch):
    monkeypatch.setattr(files, "VERSION", 7)
    record("busy").save(tmp_path / "x.parquet")
    monkeypatch.undo()
    with pytest.raises(RecordingError, match=r"of version 7; .* up to version 1\. Update"):
        Recording.load(tmp_path / "x.parquet")


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), KeyboardInterrupt()])
@pytest.mark.parametrize("partitioned", [False, True])
def test_it_appears_whole_or_not_at_all(error, partitioned, load, tmp_path, monkeypatch):
    path = tmp_path / "x"
    load.select(since="1990", until="1991").save(path, partitioned=partitioned)
    before = {file: file.read_bytes() for file in tmp_path.rglob("*") if file.is_file()}
    rows = iter(files.full_rows(*load._frames.calls_of_rows(load.call_header)))

    def some_rows(*args):
        yield next(rows)
        yield next(rows)
        raise error

    monkeypatch.setattr(files, "full_rows", some_rows)
    with pytest.raises((RecordingError, KeyboardInterrupt)) as caught:
        load.save(path, partitioned=partitioned)
    if isinstance(error, OSError):
        assert "No space left on device; it is still whole" in str(caught.value)
    assert {f: f.read_bytes() for f in tmp_path.rglob("*") if f.is_file()} == before
    assert [entry.name for entry in tmp_path.iterdir()] == ["x"]


def test_a_folder_that_is_not_there(record, tmp_path):
    with pytest.raises(RecordingError, match="could not be saved"):
        record("busy").save(tmp_path / "none" / "x.parquet")


def test_the_secret_is_in_no_file(tmp_path, record):
    recording = record("busy")
    recording.command_sent("auth", "s3cr3t-word", 1)
    recording.command_sent("send", "userauth me:s3cr3t-word", 1)
    recording.save(tmp_path / "x.parquet")
    assert b"s3cr3t" not in (tmp_path / "x.parquet").read_bytes()
    assert not Recording.load(tmp_path / "x.parquet").commands["command"].str.contains("s3cr").any()


def test_a_folder_is_not_replaced_by_a_file(tmp_path, record):
    with pytest.raises(RecordingError, match="a folder is there"):
        record("busy").save(tmp_path)


def test_unknown_options_hint_at_the_right_one(tmp_path, record):
    with pytest.raises(TypeError, match="takes no 'partition'; did you mean 'partitioned'"):
        record("busy").save(tmp_path / "x", partition=True)
    with pytest.raises(TypeError, match="takes no 'swich'; did you mean 'switch'"):
        Recording.load(tmp_path / "x", swich="fs")
    assert list(tmp_path.iterdir()) == []


LITTLE_ROOM = """
import resource, signal, sys
from switchy_nb.errors import RecordingError
from switchy_nb.recording import Recording

recording = Recording.load(sys.argv[1])
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, 50_000))
for partitioned in (False, True):
    try:
        recording.save(sys.argv[2], partitioned=partitioned)
    except RecordingError as error:
        print(error)
print(len(recording.wide()))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="there are no such limits")
def test_where_there_is_no_room_it_says_so_and_leaves_nothing(tmp_path):
    (tmp_path / "target").mkdir()
    here = [sys.executable, "-c", LITTLE_ROOM, RECORDINGS / "load_600_calls.raw.xz"]
    said = subprocess.run(
        [*here, tmp_path / "target" / "x"], capture_output=True, text=True, check=True
    )
    lines = said.stdout.splitlines()
    assert ["File too large; it is still whole in memory" in line for line in lines] == [
        True,
        True,
        False,
    ]
    assert lines[-1] == "33002"
    assert list((tmp_path / "target").iterdir()) == []
