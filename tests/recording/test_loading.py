"""What a file is shows in how it begins, whatever its name is."""

import os
import shutil

import pandas as pd
import pyarrow as pa
import pyarrow.feather
import pytest
from helpers import RECORDINGS

from switchy_nb.errors import RecordingError
from switchy_nb.recording import Recording
from switchy_nb.recording.rows import pieces
from switchy_nb.recording.stream import StreamWriter

FRAMES = ("events", "sessions", "calls", "jobs")


def test_the_name_of_a_file_means_nothing(record, tmp_path):
    expected = record("busy")
    expected.save(tmp_path / "a.raw.xz")
    expected.save(tmp_path / "b.parquet", partitioned=True)
    shutil.copyfile(RECORDINGS / "busy.events.raw.xz", tmp_path / "c")
    for path in tmp_path.iterdir():
        recording = Recording.load(path, switch="fs")
        for frame in FRAMES:
            pd.testing.assert_frame_equal(getattr(recording, frame), getattr(expected, frame))


def test_an_empty_file(tmp_path):
    (tmp_path / "x").touch()
    with pytest.raises(RecordingError, match="x is no recording: it is empty"):
        Recording.load(tmp_path / "x")


def test_an_arrow_file_is_no_stream(tmp_path):
    pyarrow.feather.write_feather(pa.table({"a": [1]}), tmp_path / "x.arrow")
    with pytest.raises(RecordingError, match=r"is an Arrow file \(Feather\), but no recording"):
        Recording.load(tmp_path / "x.arrow")


@pytest.mark.parametrize("content", [b"PK\3\4", b'{"a": 1}', b"\x89PNG\r\n", b"MThd", b"\0" * 50])
def test_any_other_file_says_how_it_begins_and_what_can_be_read(content, tmp_path):
    path = tmp_path / "x"
    path.write_bytes(content)
    with pytest.raises(RecordingError) as caught:
        Recording.load(path)
    said = str(caught.value)
    assert f"it begins {content[:16]!r}" in said
    for kind in ("Parquet", "Arrow stream", ".raw.xz"):
        assert kind in said


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read_says_so(tmp_path):
    path = tmp_path / "x"
    path.write_bytes(b"PAR1")
    path.chmod(0)
    with pytest.raises(RecordingError, match="cannot be read: Permission denied"):
        Recording.load(path)


def test_there_is_nothing(tmp_path):
    with pytest.raises(
        RecordingError, match=r"there is no file .*; look at the name and the folder"
    ):
        Recording.load(tmp_path / "x")
    (tmp_path / "x").symlink_to(tmp_path / "x")
    with pytest.raises(RecordingError, match="cannot be read"):
        Recording.load(tmp_path / "x")


@pytest.fixture
def streamed(record, tmp_path):
    """A recording, and the stream that it was written to."""
    recording = record("ten_calls")
    token = recording.command_sent("api", "status", 10, switch="fs")
    recording.command_replied(token, 20, True, "UP")
    meta = {"call_header": recording.call_header, "app_headers": recording.app_headers}
    writer = StreamWriter(tmp_path / "x", {**meta, "switch": "fs"})
    commands = dict(enumerate(recording._commands.snapshot()[1]))
    at = 0
    for core, raw in pieces(recording._frames.core()):
        for start in range(0, len(core), 100):
            part = core.slice(start, 100), raw.slice(start, 100)
            writer.write(*part, at, commands)
            at, commands = at + len(part[0]), {}
    writer.close()
    return recording, tmp_path / "x"


def test_a_stream_comes_back_the_same(streamed):
    recording, path = streamed
    again = Recording.load(path)
    for frame in (*FRAMES, "commands"):
        pd.testing.assert_frame_equal(getattr(again, frame), getattr(recording, frame))
    assert (again.warnings, again.switch) == ([], "fs")


def test_a_stream_that_was_cut_gives_what_there_is_and_says_where(streamed, tmp_path):
    recording, path = streamed
    whole = path.read_bytes()
    counts = []
    for share in (0.6, 0.8, 0.99):
        path.write_bytes(whole[: int(len(whole) * share)])
        with pytest.warns(UserWarning, match=r"it was cut after \d+ events"):
            again = Recording.load(path)
        counts.append(len(again))
        assert len(again.warnings) == 1
        assert [again.event(n) for n in range(len(again))] == [
            recording.event(n) for n in range(len(again))
        ]
        again.save(tmp_path / "y.parquet")
        assert len(Recording.load(tmp_path / "y.parquet")) == len(again)
    assert counts == sorted(counts)
    assert counts[-1] >= 300


@pytest.mark.parametrize("do", [Recording.load, Recording().save, Recording().record_to])
def test_a_name_that_no_file_can_have(do, tmp_path):
    with pytest.raises(RecordingError, match=r"null|no file name"):
        do(f"{tmp_path}/a\0b")
