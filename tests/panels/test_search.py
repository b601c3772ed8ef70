"""Looking through a recording in steps: each row keeps its place, and nothing is looked at twice."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from switchy_nb.panels import search
from switchy_nb.panels.search import Newest, Search
from switchy_nb.recording import Keep, Recording
from switchy_nb.recording.finding import Wanted
from switchy_nb.recording.window import Window
from switchy_nb.wire import Event

T0 = 1_795_418_625_000_000
EVEN = Wanted(text="Kind: even")


@pytest.fixture
def recording() -> Recording:
    """Three segments of a hundred rows."""
    made = Recording()
    for n in range(300):
        append(made, n)
        if n % 100 == 99:
            made.flush()
    return made


def append(recording: Recording, n: int) -> None:
    kind = "even" if n % 2 == 0 else "odd"
    recording.append(Event.make([("N", str(n)), ("Kind", kind)]), T0 + n)


def rows(listing: Newest | Search) -> list[int]:
    return listing.rows(listing.first, listing.end)


def steps(found: Search) -> int:
    count = 1
    while found.step():
        count += 1
        assert count < 100
    return count


def test_the_newest_segment_is_looked_at_first(recording: Recording) -> None:
    found = Search(Window(recording), EVEN)
    assert found.step()
    assert rows(found) == list(range(200, 300, 2))
    assert (found.first, found.end) == (-50, 0)
    assert steps(found) == 2
    assert rows(found) == list(range(0, 300, 2))
    assert found.looked == 300
    assert found.whole


def test_what_comes_meanwhile_is_found_too_and_places_stay(recording: Recording) -> None:
    found = Search(Window(recording), EVEN)
    found.step()
    place = found.place(250)
    assert place is not None
    for n in range(300, 310):
        append(recording, n)
    steps(found)
    assert rows(found) == list(range(0, 310, 2))
    assert found.rows(place, place + 1) == [250]
    assert found.place(250) == place
    assert found.place(251) is None
    append(recording, 310)
    assert not found.step()
    assert rows(found)[-1] == 310
    assert found.looked == 311


def test_a_search_can_be_stopped_and_still_follows(recording: Recording) -> None:
    found = Search(Window(recording), EVEN)
    found.step()
    found.stop()
    assert not found.step()
    append(recording, 300)
    found.step()
    assert rows(found) == [*range(200, 300, 2), 300]
    assert not found.whole


def test_it_ends_when_enough_is_found(
    recording: Recording, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "FOUND", 60)
    found = Search(Window(recording), EVEN)
    steps(found)
    assert rows(found) == list(range(100, 300, 2))
    place = found.place(290)
    for n in range(300, 340):
        append(recording, n)
    found.step()
    assert rows(found) == list(range(220, 340, 2))  # the oldest made way
    assert found.place(290) == place


def test_it_ends_when_enough_is_looked_at(
    recording: Recording, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "LOOKED", 150)
    found = Search(Window(recording), Wanted(text="no such text"))
    assert steps(found) == 2
    assert (rows(found), found.looked, found.whole) == ([], 200, False)


def test_what_came_too_fast_is_searched_from_the_newest_back(
    recording: Recording, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "BEHIND", 50)
    found = Search(Window(recording), EVEN)
    steps(found)
    for n in range(300, 400):
        append(recording, n)
    steps(found)
    assert rows(found) == list(range(0, 400, 2))


@pytest.mark.parametrize("wanted", [EVEN, Wanted(leg="x")])
def test_nothing_to_look_at(wanted: Wanted) -> None:
    found = Search(Window(Recording()), wanted)
    assert not found.step()
    assert rows(found) == []


def test_rows_that_are_let_go_of_meanwhile() -> None:
    made = Recording(keep=Keep(events=50))
    for n in range(100):
        append(made, n)
    found = Search(Window(made), EVEN)
    steps(found)
    assert rows(found) == list(range(50, 100, 2))


def test_without_a_filter_the_newest_are_listed(
    recording: Recording, monkeypatch: pytest.MonkeyPatch
) -> None:
    newest = Newest(Window(recording))
    assert rows(newest) == list(range(300))
    monkeypatch.setattr(search, "LISTED", 100)
    append(recording, 300)
    newest.step()
    assert rows(newest) == list(range(201, 301))
    assert (newest.place(201), newest.place(200)) == (201, None)


def test_both_are_listings(recording: Recording) -> None:
    window = Window(recording)
    listings: list[Callable[[], bool]] = [Newest(window).step, Search(window, EVEN).step]
    assert all(isinstance(step(), bool) for step in listings)
