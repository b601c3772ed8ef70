"""A recording that dropped rows keeps the numbers of those that it has, in every copy of it."""

import pandas as pd
import pytest
from helpers import events_in

from switchy_nb.errors import RecordingError
from switchy_nb.recording import Keep, Recording, store
from switchy_nb.recording.snapshot import Snapshot
from switchy_nb.replay.tape import Tape
from switchy_nb.wire import Event

FRAMES = ("events", "sessions", "calls", "jobs", "commands")
START = 1_790_000_000_000_000
#: rows in a segment, so that a few hundred events are several
ROWS = 100


def filled(raws, keep=None, skip=0, count=None):
    """A recording of some events, a millisecond apart."""
    recording = Recording(switch="fs", keep=keep)
    for n, raw in enumerate(raws[:count]):
        if n >= skip:
            recording.append(Event(raw), START + 1000 * n)
    return recording


@pytest.fixture
def raws(data_of, monkeypatch):
    monkeypatch.setattr(store, "SEGMENT_ROWS", ROWS)
    return events_in(data_of("ten_calls"))[: 3 * ROWS + 30]


@pytest.fixture(
    params=[
        (Keep(events=20), None),  # all but the end of one segment, which still grows
        (Keep(events=ROWS + 70), None),  # in the middle of a compressed one
        (Keep(seconds=0.15), None),
        (Keep(events=ROWS), 2 * ROWS),  # just where one ends
        (Keep(events=60), 90),  # in the middle of the only one
    ],
    ids=["growing", "compressed", "seconds", "boundary", "first"],
)
def bounded(request, raws):
    """A recording that dropped rows; all that came; and the kept rows as a recording of their own."""
    keep, count = request.param
    recording = filled(raws, keep, count=count)
    token = recording.command_sent("api", "status", START, switch="fs")
    recording.command_replied(token, START + 20, True, "UP")
    for segment in recording._store._segments[:-1]:
        segment.seal()
    assert recording.dropped > 0
    plain = filled(raws, skip=recording.dropped, count=count)
    plain.command_replied(
        plain.command_sent("api", "status", START, switch="fs"), START + 20, True, "UP"
    )
    return recording, raws[:count], plain


def assert_same(one, other):
    for frame in FRAMES:
        pd.testing.assert_frame_equal(getattr(one, frame), getattr(other, frame))
    assert (one.dropped, one.received, len(one)) == (other.dropped, other.received, len(other))


def assert_same_rows(one, plain):
    """Equal, but that `plain` counts from 0."""
    for frame in FRAMES:
        frames = [getattr(recording, frame) for recording in (one, plain)]
        if frame == "events":
            frames = [events.reset_index(drop=True) for events in frames]
        pd.testing.assert_frame_equal(*frames)


def test_what_is_read_of_it_has_the_numbers_that_it_always_had(bounded):
    recording, raws, plain = bounded
    first = recording.dropped
    numbers = list(range(first, len(raws)))
    assert_same_rows(recording, plain)
    assert recording.events.index.tolist() == numbers
    assert recording.header("Event-Name").index.tolist() == numbers
    assert recording.header("Event-UUID", required=False).tolist() == pytest.approx(
        plain.header("Event-UUID", required=False).tolist(), nan_ok=True
    )
    wide = recording.wide()
    assert wide.index.tolist() == numbers
    pd.testing.assert_frame_equal(wide.reset_index(drop=True), plain.wide().reset_index(drop=True))
    for n in (first, first + 1, (first + len(raws)) // 2, len(raws) - 1):
        assert recording.event(n).raw == raws[n]
        assert recording.pick([n], ["Event-Name"]).index.tolist() == [n]
    for n in (first - 1, len(raws), -1):
        with pytest.raises(IndexError, match=f"from {first} on"):
            recording.event(n)
    found = recording.sql("select n, header(n, 'Event-Name') as name from events order by n")
    assert found["n"].tolist() == numbers
    assert found["name"].tolist() == recording.events["name"].tolist()


def test_a_snapshot_counts_places_and_not_numbers(bounded):
    recording, raws, _ = bounded
    first, rows = recording.dropped, Snapshot(recording)
    recording.append(Event(raws[0]), START + 1000 * len(raws))  # which drops another row
    assert len(rows) == len(raws) - first
    for place in (0, 1, len(rows) // 2, len(rows) - 1):
        assert rows.raw(place) == raws[first + place]
    assert sum(len(table) for table, _ in rows.pieces()) == len(rows)


@pytest.mark.parametrize("partitioned", [False, True], ids=["file", "folder"])
def test_saved_and_loaded_it_has_the_same_numbers(bounded, partitioned, tmp_path):
    recording, raws, _ = bounded
    recording.save(tmp_path / "x", partitioned=partitioned)
    again = Recording.load(tmp_path / "x")
    assert_same(again, recording)
    first = recording.dropped
    for n in (first, len(raws) - 1):
        assert again.event(n).raw == raws[n]
    with pytest.raises(IndexError, match=f"from {first} on"):
        again.event(first - 1)
    assert f"{first:,} older ones dropped" in repr(again)
    assert f"{first:,} older events</dd>" in again._repr_html_()
    again.save(tmp_path / "y", partitioned=not partitioned)
    assert_same(Recording.load(tmp_path / "y"), recording)
    # what is recorded from there on is numbered on
    assert again.append(Event(raws[0]), START + 10**9) == len(raws)
    assert again.events.index[-1] == len(raws)


def test_a_stream_of_it_has_the_same_numbers(bounded, tmp_path):
    recording, raws, _ = bounded
    events, first = recording.events, recording.dropped
    recording.record_to(tmp_path / "x.arrows")
    recording.append(Event(raws[0]), START + 1000 * len(raws))
    recording.stop_recording_to()
    again = Recording.load(tmp_path / "x.arrows")
    assert (again.dropped, again.received) == (first, len(raws) + 1)
    assert again.warnings == []
    pd.testing.assert_frame_equal(
        again.events.loc[: len(raws) - 1, "received":"name"], events.loc[:, "received":"name"]
    )
    assert [again.event(n).raw for n in again.events.index[::7]] == [
        (raws + raws[:1])[n] for n in range(first, len(raws) + 1, 7)
    ]


def test_redacted_it_has_the_same_numbers(bounded):
    recording, _, plain = bounded
    copy, other = recording.redact(salt="s").recording, plain.redact(salt="s").recording
    assert (copy.dropped, copy.received) == (recording.dropped, recording.received)
    assert copy.events.index.tolist() == recording.events.index.tolist()
    assert_same_rows(copy, other)
    n = recording.dropped + 7
    assert copy.event(n).raw == other.event(7).raw


def test_parts_and_wholes_of_it_are_numbered_anew(bounded):
    recording, raws, plain = bounded
    first = recording.dropped
    call = recording.calls.index[0]
    assert_same(recording.select(calls=call), plain.select(calls=call))
    since = recording.events["received"].iloc[10]
    part = recording.select(since=since)
    assert_same(part, plain.select(since=since))
    assert part.event(0).raw == raws[first + 10]
    assert_same(Recording.concat([recording]), plain)
    joined = Recording.concat([recording, plain])
    assert joined.events.index.tolist() == list(range(2 * len(plain)))
    assert sorted(joined.event(n).raw for n in (0, 1)) == [raws[first]] * 2


def test_a_replay_of_it_plays_what_is_kept(bounded):
    recording, raws, _ = bounded
    tape = Tape(recording)
    assert len(tape) == len(recording)
    assert [tape.event(at).raw for at in range(len(tape))] == raws[recording.dropped :]
    assert tape.start == START + 1000 * recording.dropped
    assert tape.duration == pytest.approx((len(recording) - 1) / 1000)


def test_what_is_found_in_it_is_found_by_its_numbers(bounded):
    recording, _, plain = bounded
    found, expected = recording.find("user_busy"), plain.find("user_busy")
    assert (found.index - recording.dropped).tolist() == expected.index.tolist()
    with pytest.raises(RecordingError, match="nearest"):
        recording.header("Event-Nam")


def test_several_recordings_in_a_folder_are_numbered_anew(bounded, tmp_path):
    recording, _, plain = bounded
    recording.save(tmp_path / "a.parquet")
    plain.save(tmp_path / "b.parquet")
    again = Recording.load(tmp_path)
    assert again.events.index.tolist() == list(range(2 * len(plain)))
    assert again.dropped == 0
