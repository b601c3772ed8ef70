"""A few rows at a time: the same as the recording has, whether it grows, is sealed, or forgets."""

from __future__ import annotations

import pytest

from switchy_nb.recording import Keep, Recording
from switchy_nb.recording.window import Window
from switchy_nb.wire import Event

T0 = 1_795_418_625_000_000


def numbered(n: int, leg: str = "") -> Event:
    return Event.make([("Event-Name", "X"), ("Unique-ID", leg or f"leg-{n % 3}"), ("N", str(n))])


@pytest.fixture
def recording() -> Recording:
    """Rows 0 to 9 sealed, 10 to 19 not."""
    made = Recording()
    for n in range(20):
        made.append(numbered(n), T0 + n)
        if n == 9:
            made.flush()
    return made


@pytest.mark.parametrize(
    ("first", "end"), [(0, 3), (8, 12), (10, 11), (17, 20), (0, 20), (5, 5), (18, 99), (-5, 2)]
)
def test_rows_are_those_of_the_recording(recording, first, end):
    window = Window(recording)
    seen = window.rows(first, end)
    assert [row.n for row in seen] == list(range(max(first, 0), min(end, 20)))
    for row in seen:
        assert row.event == recording.event(row.n)
        assert row.received == T0 + row.n
    assert window.rows(first, end) == seen


def test_it_follows_a_recording_that_grows(recording):
    window = Window(recording)
    assert (window.first, window.end) == (0, 20)
    recording.append(numbered(20), T0 + 20)
    assert window.end == 21
    assert window.row(20).event["N"] == "20"


def test_what_came_before_of_a_leg(recording):
    window = Window(recording)
    assert window.before(19, "leg-0").n == 18
    assert window.before(18, "leg-0").n == 15
    assert window.before(10, "leg-0").n == 9
    assert window.before(2, "leg-2") is None
    assert window.before(20, "no such leg") is None


def test_what_is_not_kept_is_told():
    recording = Recording(keep=Keep(events=5))
    for n in range(12):
        recording.append(numbered(n), T0 + n)
    window = Window(recording)
    assert window.first == 7
    assert [row.n for row in window.rows(0, 9)] == [7, 8]
    with pytest.raises(IndexError, match="event 6 is not kept: 7 is the first"):
        window.row(6)


def test_runs_of_many_events_are_cut_right(record):
    # a connection hands over what came together as one run
    recording = record("ten_calls")
    window = Window(recording)
    for first in range(0, len(recording), 37):
        rows = window.rows(first, first + 11)
        assert [row.event for row in rows] == [recording.event(row.n) for row in rows]
