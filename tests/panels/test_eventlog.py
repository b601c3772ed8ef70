"""What the list of events shows: which lines, of which event the headers, and how far it looked."""

from __future__ import annotations

from typing import Any

import pytest

from switchy_nb.panels import eventlog
from switchy_nb.panels.eventlog import EventLog, Shown
from switchy_nb.recording import Keep, Recording
from switchy_nb.recording.finding import Wanted
from switchy_nb.wire import Event

T0 = 1_795_418_625_000_000


def append(recording: Recording, n: int, **headers: str) -> None:
    pairs = [("Event-Name", "DTMF" if n % 10 == 0 else "X"), ("Unique-ID", f"leg-{n % 2}")]
    recording.append(Event.make([*pairs, ("N", str(n)), *headers.items()]), T0 + n)


@pytest.fixture
def recording() -> Recording:
    made = Recording()
    for n in range(200):
        append(made, n)
    return made


@pytest.fixture
def log(recording: Recording) -> EventLog:
    return EventLog(recording)


def numbers(shown: Shown) -> list[int]:
    return [line["n"] for line in shown.lines["lines"]]


def looked(log: EventLog) -> Shown:
    """Look until there is no more to be seen."""
    for _ in range(100):
        shown = log.look()
        if not shown.more:
            return shown
    raise AssertionError("it never ends")


def test_the_newest_lines_are_shown_and_some_to_scroll_over(log: EventLog) -> None:
    shown = log.look()
    assert numbers(shown) == list(range(180 - eventlog.OVER, 200))
    assert shown.lines["top"] == 180
    assert shown.event is None


def test_it_follows_what_comes(log: EventLog, recording: Recording) -> None:
    log.look()
    append(recording, 200)
    shown = log.look()
    assert numbers(shown)[-1] == 200
    assert shown.lines["end"] == 201


def test_who_has_scrolled_stays_where_they_are(log: EventLog, recording: Recording) -> None:
    log.scroll(1, 50, 10, follow=False, by="me")
    before = log.look()
    assert numbers(before) == list(range(50 - eventlog.OVER, 60 + eventlog.OVER))
    for n in range(200, 260):
        append(recording, n)
    after = log.look()
    assert numbers(after) == numbers(before)
    assert after.lines["end"] == 260
    assert after.lines["by"] == "me"


@pytest.mark.parametrize("top", [-1000, 10**9])
def test_what_is_asked_for_beyond_the_ends_is_what_is_nearest(log: EventLog, top: int) -> None:
    log.scroll(1, top, 10**9, follow=False, by="")
    shown = log.look()
    assert 0 < len(numbers(shown)) <= eventlog.MOST + 2 * eventlog.OVER


def test_paused_nothing_new_is_listed(log: EventLog, recording: Recording) -> None:
    log.look()
    log.pause(True)
    append(recording, 200)
    assert numbers(log.look())[-1] == 199
    assert log.look().lines["paused"]
    log.pause(False)
    assert numbers(log.look())[-1] == 200


def test_a_filter_makes_another_list(log: EventLog, recording: Recording) -> None:
    log.filter(Wanted(name="dtmf"))
    shown = looked(log)
    assert shown.lines["view"] == 2
    assert numbers(shown) == list(range(0, 200, 10))
    assert log.words == "Events named dtmf: all that there are"
    assert log.numbers == "20 found in 200 of 200"
    append(recording, 200)
    assert numbers(log.look())[-1] == 200
    log.scroll(1, 0, 5, follow=False, by="")  # of the list that was there before
    assert log.look().lines["follow"]
    log.filter(Wanted())
    assert numbers(log.look())[-1] == 200
    assert log.words == "All events, in the order in which they came"


def test_it_says_what_it_looks_for(log: EventLog) -> None:
    log.filter(Wanted("a", "b", frozenset(), "c"))
    assert log.words.startswith(
        "Events named a, of the leg b, of the selected call, with the text c: searching"
    )


def test_the_headers_of_the_chosen_event(log: EventLog, recording: Recording) -> None:
    append(recording, 200, Fresh="\x1b<b>")
    log.look()
    log.pick(1, 200)
    shown = log.look()
    event: Any = shown.event
    assert shown.lines["chosen"] == 200
    assert (event["n"], event["leg"], shown.leg) == (200, "leg-0", "leg-0")
    assert event["title"] == "Event 200: DTMF, 07:23:45.000 UTC"
    assert "this leg's event before, X (198)" in event["note"]
    marked = {line[0]: line[1:5] for line in event["lines"] if line[2]}
    assert marked == {
        "N": ["200", "changed", "198", "['N']"],
        "Fresh": ["·<b>", "new", "", "['Fresh']"],
    }
    log.pick(1, 200)
    assert log.look().event is event  # it is not read again


def test_the_first_event_of_a_leg_and_one_of_no_leg(log: EventLog, recording: Recording) -> None:
    log.look()
    log.pick(1, 1)
    first: Any = log.look().event
    assert "this leg's first event" in first["note"]
    recording.append(Event.make([("Event-Name", "HEARTBEAT")]), T0)
    log.look()
    log.pick(1, 200)
    none: Any = log.look().event
    assert "of no leg" in none["note"]
    assert none["leg"] == ""


def test_a_choice_of_another_list_or_beyond_it_is_passed_over(log: EventLog) -> None:
    log.look()
    for number, place in ((7, 5), (1, 200), (1, -1)):
        log.pick(number, place)
        assert log.look().event is None


def test_an_event_with_very_many_headers(
    log: EventLog, recording: Recording, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(eventlog, "HEADERS", 50)
    append(recording, 200, **{f"h{n}": "x" * 5000 for n in range(100)})
    log.look()
    log.pick(1, 200)
    event: Any = log.look().event
    assert len(event["lines"]) == 50
    assert "The first 50 of 103 headers" in event["note"]
    assert max(len(line[1]) for line in event["lines"]) <= eventlog.LONGEST


def test_lines_that_take_long_come_a_moment_later(
    log: EventLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(eventlog, "PATIENCE", -1.0)
    shown = log.look()
    assert shown.more
    assert {line["name"] for line in shown.lines["lines"]} == {"…"}
    monkeypatch.undo()
    shown = log.look()
    assert not shown.more
    assert {line["name"] for line in shown.lines["lines"]} == {"DTMF", "X"}


def test_a_recording_that_forgets(monkeypatch: pytest.MonkeyPatch) -> None:
    recording = Recording(keep=Keep(events=20))
    log = EventLog(recording)
    for n in range(30):
        append(recording, n)
    assert numbers(log.look()) == list(range(10, 30))
    log.scroll(1, 10, 5, follow=False, by="")
    for n in range(30, 45):
        append(recording, n)
    assert numbers(log.look())[0] == 25


def test_nothing_is_recorded_yet() -> None:
    shown = EventLog(Recording()).look()
    assert (shown.lines["lines"], shown.lines["end"], shown.more) == ([], 0, False)
