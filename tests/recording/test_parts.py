"""Folders of Parquet files, by day and switch: what is written comes back, and others read it."""

import shutil

import pandas as pd
import pyarrow.dataset as ds
import pyarrow.parquet as pq
import pytest

from switchy_nb.errors import RecordingError
from switchy_nb.recording import Recording, files, parts
from switchy_nb.wire import Event

FRAMES = ("events", "sessions", "calls", "jobs", "commands")
DAY = 86_400_000_000
#: names that a switch should not have, and may
SWITCHES = [
    "fs1",
    "127.0.0.1:8021",
    "../../etc",
    "a/b=c%20",
    "__HIVE_DEFAULT_PARTITION__",
    "é ✓",
    "7",
]


def assert_same(one, other):
    for frame in FRAMES:
        pd.testing.assert_frame_equal(getattr(one, frame), getattr(other, frame))


def a_week(switches) -> Recording:
    """Events of some switches on several days, and commands."""
    recording = Recording()
    start = 1_795_000_000_000_000
    for n in range(210):
        leg = f"leg-{n // 3}"
        event = Event.make([("Event-Name", "CHANNEL_CREATE"), ("Unique-ID", leg)])
        switch = switches[n % len(switches)]
        recording._store.append(event.raw, None if n == 3 else start + n * DAY // 40, 0, switch)
    for n in range(0, 200, 20):
        token = recording.command_sent("api", f"status {n}", start + n * DAY // 40, switch="fs1")
        recording.command_replied(token, start + n * DAY // 40 + 5, True, "UP")
    recording.command_sent("api", "version", start - 3 * DAY, switch="early")
    return recording


@pytest.fixture
def week() -> Recording:
    """A week on switches of all kinds, one of them unknown."""
    return a_week([*SWITCHES, None])


def test_a_week_comes_back_the_same(week, tmp_path):
    week.save(tmp_path / "week", partitioned=True)
    again = Recording.load(tmp_path / "week")
    assert_same(week, again)
    assert [again.event(n) for n in range(210)] == [week.event(n) for n in range(210)]
    assert again.warnings == []
    assert [entry.name for entry in tmp_path.iterdir()] == ["week"]


def test_a_large_recording_comes_back_the_same(load, tmp_path):
    load.save(tmp_path / "load", partitioned=True)
    assert_same(load, Recording.load(tmp_path / "load"))
    (part,) = (tmp_path / "load").rglob("*.parquet")
    assert part.relative_to(tmp_path / "load").parts[1:] == ("switch=fs", "part-0.parquet")
    assert part.stat().st_size / len(load) < 100


def test_no_name_of_a_switch_leads_out_of_the_folder(week, tmp_path):
    week.save(tmp_path / "week", partitioned=True)
    folders = {path.name for path in (tmp_path / "week").glob("*/*")}
    assert "switch=..%2F..%2Fetc" in folders
    assert "switch=%5F_HIVE_DEFAULT_PARTITION__" in folders
    for path in tmp_path.rglob("*.parquet"):
        date, switch, name = path.relative_to(tmp_path / "week").parts
        assert date.startswith("date=")
        assert switch.startswith("switch=")
        assert name == "part-0.parquet"


def test_arrow_and_duckdb_read_the_folder_as_one_table(tmp_path):
    week = a_week([*SWITCHES[:4], *SWITCHES[5:], None])  # they take that name for "unknown"
    week.save(tmp_path / "week", partitioned=True)
    flavour = ds.partitioning(flavor="hive")
    table = ds.dataset(tmp_path / "week", format="parquet", partitioning=flavour).to_table()
    assert sorted(table["n"].to_pylist()) == list(range(210))
    expected = week.events["switch"].value_counts().to_dict()
    switches = table["switch"].to_pandas()
    assert switches.value_counts().to_dict() == expected
    assert switches.isna().sum() == week.events["switch"].isna().sum() > 0
    dates = week.events["received"].dropna().dt.strftime("%Y-%m-%d")
    assert table["date"].to_pandas().value_counts().to_dict() == dates.value_counts().to_dict()

    duckdb = pytest.importorskip("duckdb")
    query = "select switch, count(*) from read_parquet(?, hive_partitioning=true) group by all"
    with duckdb.connect() as connection:
        rows = connection.execute(query, [f"{tmp_path}/week/**/*.parquet"]).fetchall()
    assert dict(rows) == {**expected, None: week.events["switch"].isna().sum()}


def test_days_can_be_taken_away(week, tmp_path):
    week.save(tmp_path / "week", partitioned=True)
    day = week.events["received"].dt.strftime("%Y-%m-%d").iloc[100]
    shutil.rmtree(tmp_path / "week" / f"date={day}")
    again = Recording.load(tmp_path / "week")
    kept = week.events[week.events["received"].dt.strftime("%Y-%m-%d") != day]
    assert again.events["session"].tolist() == kept["session"].tolist()
    assert not (again.commands["sent"].dt.strftime("%Y-%m-%d") == day).any()
    assert len(again.commands) < len(week.commands)


def test_recordings_that_were_saved_by_themselves_are_joined_by_arrival(week, tmp_path):
    middle = week.events["received"].iloc[100]
    (tmp_path / "all").mkdir()
    week.select(since=middle).save(tmp_path / "all" / "second", partitioned=True)
    week.select(until=middle).save(tmp_path / "all" / "first.parquet")
    again = Recording.load(tmp_path / "all")
    known = week.events["received"].notna()
    assert again.events["session"].tolist() == week.events.loc[known, "session"].tolist()
    assert again.commands["command"].tolist() == sorted(
        week.commands["command"], key=lambda c: -1 if c == "version" else int(c.split()[1])
    )


def test_a_recording_of_this_kind_is_replaced_as_a_whole(week, record, tmp_path):
    week.save(tmp_path / "x", partitioned=True)
    record("busy").save(tmp_path / "x", partitioned=True)
    assert_same(record("busy"), Recording.load(tmp_path / "x"))
    (tmp_path / "link").symlink_to(tmp_path / "x")
    week.save(tmp_path / "link", partitioned=True)
    assert_same(week, Recording.load(tmp_path / "x"))
    assert {entry.name for entry in tmp_path.iterdir()} == {"x", "link"}


@pytest.mark.parametrize("inside", ["notes.txt", "date=2026-11-23/notes.txt", "date=1/switch=2/a"])
def test_a_folder_that_holds_anything_else_is_left_alone(inside, record, tmp_path):
    record("busy").save(tmp_path / "x", partitioned=True)
    note = tmp_path / "x" / inside
    note.parent.mkdir(parents=True, exist_ok=True)
    note.write_text("mine")
    with pytest.raises(RecordingError, match="is no part of a recording"):
        record("ten_calls").save(tmp_path / "x", partitioned=True)
    assert note.read_text() == "mine"
    (tmp_path / "file").write_text("mine")
    with pytest.raises(RecordingError, match="a file is there"):
        record("ten_calls").save(tmp_path / "file", partitioned=True)


def test_an_empty_recording_can_be_saved(tmp_path):
    Recording(switch="fs").save(tmp_path / "x", partitioned=True)
    again = Recording.load(tmp_path / "x")
    assert (len(again), again.switch) == (0, "fs")


def test_a_folder_without_files_is_no_recording(tmp_path):
    with pytest.raises(RecordingError, match="no Parquet file in it"):
        Recording.load(tmp_path)


def test_a_part_of_which_nothing_can_be_read_is_left_out_and_told_of(week, tmp_path):
    week.save(tmp_path / "week", partitioned=True)
    broken = sorted((tmp_path / "week").rglob("*fs1/*.parquet"))[0]
    rows = pq.read_metadata(broken).num_rows
    broken.write_bytes(broken.read_bytes()[:100])
    with pytest.warns(UserWarning, match=r"was cut off.*left out"):
        again = Recording.load(tmp_path / "week")
    assert len(again) == len(week) - rows
    for path in (tmp_path / "week").rglob("*.parquet"):
        path.write_bytes(b"PAR1 and no more")
    with pytest.raises(RecordingError, match=r"none of the .* can be read; the first: .*cut off"):
        Recording.load(tmp_path / "week")


def test_more_partitions_than_files_may_be_open(week, tmp_path, monkeypatch):
    monkeypatch.setattr(parts, "_OPEN", 2)
    monkeypatch.setattr(parts, "SEGMENT_ROWS", 4)
    (table,) = files.full_rows(*week._frames.calls_of_rows(week.call_header))
    rows = [table.slice(at, 10) for at in range(0, len(table), 10)]
    monkeypatch.setattr(files, "full_rows", lambda *_: iter(rows))
    week.save(tmp_path / "week", partitioned=True)
    assert len(list((tmp_path / "week").rglob("part-1.parquet"))) > 1
    assert_same(week, Recording.load(tmp_path / "week"))
