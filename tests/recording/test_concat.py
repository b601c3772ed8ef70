"""Recordings of several switches make one, by time of arrival."""

import pandas as pd
import pytest

from switchy_nb.errors import RecordingError
from switchy_nb.recording import Recording
from switchy_nb.wire import Event


def event(name):
    return Event.make([("Event-Name", "CUSTOM"), ("Which", name)])


def made(switch, *rows):
    recording = Recording(switch=switch)
    for name, at in rows:
        recording.append(event(name), at)
    return recording


def test_rows_come_by_time_of_arrival_and_say_from_where():
    one = made("a", ("a1", 10), ("a2", 30), ("a3", 30))
    two = made("b", ("b1", 20), ("b2", 30), ("b3", 40))
    joined = Recording.concat([one, two])
    assert joined.header("Which").tolist() == ["a1", "b1", "a2", "a3", "b2", "b3"]
    assert joined.events["switch"].tolist() == ["a", "b", "a", "a", "b", "b"]
    assert joined.switch == ""
    assert joined.event(1) == event("b1")


def test_each_recordings_own_order_stays_also_if_its_clock_went_back():
    one = made("a", ("a1", 50), ("a2", 10), ("a3", 60))
    two = made("b", ("b1", 5), ("b2", 55))
    assert Recording.concat([one, two]).header("Which").tolist() == ["b1", "a1", "a2", "b2", "a3"]


def test_rows_that_came_nobody_knows_when_stay_behind_the_row_ahead():
    one = made("a", ("a1", 10))
    one._store.append(event("a2").raw, None, 0, None)
    two = made("b", ("b1", 5), ("b2", 20))
    joined = Recording.concat([one, two])
    assert joined.header("Which").tolist() == ["b1", "a1", "a2", "b2"]
    assert joined.events["received"].isna().tolist() == [False, False, True, False]
    assert joined.events["switch"].tolist() == ["b", "a", "a", "b"]


def test_calls_of_each_are_as_they_were(load, record):
    others = [load, record("bridged_calls"), record("ten_calls")]
    joined = Recording.concat(others)
    assert len(joined) == sum(map(len, others))
    assert joined.events["received"].is_monotonic_increasing
    for name in ("calls", "sessions"):
        expected = pd.concat([getattr(one, name) for one in others]).sort_index()
        pd.testing.assert_frame_equal(getattr(joined, name).sort_index(), expected)
    assert joined.switch == "fs"


def test_commands_come_in_the_order_in_which_they_were_sent():
    one, two = Recording(switch="a"), Recording(switch="b")
    for recording, commands in ((one, [("a1", 10), ("a2", 30)]), (two, [("b1", 20), ("b2", 30)])):
        for command, sent in commands:
            token = recording.command_sent("bgapi", command, sent, job=f"job {command}")
            recording.command_replied(token, sent + 1, True, "+OK")
    joined = Recording.concat([two, one])
    assert joined.commands["command"].tolist() == ["a1", "b1", "b2", "a2"]
    assert joined.commands["switch"].tolist() == ["a", "b", "b", "a"]
    assert joined.jobs["replied"].notna().all()


def test_those_that_were_joined_stay_as_they_are_and_the_joined_one_grows_alone():
    one, two = made("a", ("a1", 10)), made("b", ("b1", 20))
    joined = Recording.concat(iter([one, two]))
    assert joined.append(event("c"), 30) == 2
    assert (len(one), len(two), len(joined)) == (1, 1, 3)


def test_headers_that_join_legs_must_be_the_same():
    one, two = Recording(app_headers=["x", "y"]), Recording(app_headers=["z", "x"])
    assert Recording.concat([one, two]).app_headers == ("x", "y", "z")
    two.call_header = "variable_other"
    with pytest.raises(
        RecordingError, match=r"different headers, .*, variable_other: set call_hea"
    ):
        Recording.concat([one, two])


def test_nothing_cannot_be_joined():
    with pytest.raises(RecordingError, match="the list of recordings is empty"):
        Recording.concat([])
    with pytest.raises(TypeError, match="are recordings, not str"):
        Recording.concat(["a.parquet"])
    assert len(Recording.concat([Recording(), Recording()])) == 0
