"""What somebody looks at, as lines of Python: each is run, and shows the same."""

from __future__ import annotations

from typing import Any

import pytest
from helpers import RECORDINGS

from switchy_nb.panels import views
from switchy_nb.panels.rows import COLUMNS, View
from switchy_nb.recording import Recording
from switchy_nb.recording.finding import Wanted

SHOWN = [name for name, column in COLUMNS.items() if column.shown]


@pytest.fixture(scope="module")
def calls() -> Recording:
    return Recording.load(RECORDINGS / "ten_calls.events.raw.xz")


def run(line: str, calls: Recording) -> Any:
    return eval(line, {"recording": calls})


def of_table(view: View, shown: list[str] = SHOWN) -> str:
    return views.of_table("recording", view, shown)


def test_the_table_sorted_and_filtered(calls: Recording) -> None:
    assert of_table(View()) == "recording.sessions"
    descending = run(of_table(View(sort="age", descending=True)), calls)
    assert descending["duration_s"].is_monotonic_decreasing
    outbound = run(of_table(View(sort="uuid", wanted="OUTBOUND")), calls)
    assert set(outbound["direction"]) == {"outbound"}
    assert [*outbound.index] == sorted(outbound.index)
    nasty = "'] + __import__('os').system('true') + ['(["
    assert len(run(of_table(View(wanted=nasty)), calls)) == 0


@pytest.mark.parametrize("column", COLUMNS)
def test_every_column_of_the_table_is_in_the_frame(calls: Recording, column: str) -> None:
    assert len(run(of_table(View(sort=column)), calls)) == len(calls.sessions)
    frame = run(of_table(View(), ["to", column]), calls)
    assert {"destination", COLUMNS[column].frame} <= {*frame.columns, frame.index.name}


def test_a_selection_is_a_recording_of_it(calls: Recording) -> None:
    legs = [*calls.sessions.index[:5]]
    line = views.of_selection("recording", [*map(repr, legs)])
    names = {"recording": calls}
    exec(line, names)
    selected: Any = names["selected"]
    assert [*selected.sessions.index] == legs
    assert views.of_selection("recording", []) == ""


def test_events_that_are_found(calls: Recording) -> None:
    def found(wanted: Wanted, legs: list[str] | None = None) -> Any:
        return run(views.of_events("recording", wanted, legs), calls)

    assert len(found(Wanted())) == len(calls)
    leg = str(calls.sessions.index[0])
    answered = found(Wanted(name="answer", leg=leg[:13]))
    assert [*answered["session"]] == [leg]
    text = "variable_sip_term_status"
    with_text = [n for n in range(len(calls)) if text in calls.event(n)]
    assert [*found(Wanted(text=text)).index] == with_text
    assert {*found(Wanted(name="hangup"), [repr(leg)])["session"]} == {leg}
    assert views.of_events("recording", Wanted(), []) == ""
    assert run(views.of_event("recording", 3), calls) == calls.event(3)


@pytest.mark.parametrize("growing", [False, True])
def test_timelines(calls: Recording, growing: bool) -> None:
    part = calls.select(sessions=calls.sessions.index[:2])
    if growing:  # one leg of it is up
        part = Recording.concat([part])
        hangup = part.find("", name="channel_hangup", leg=part.sessions.index[0]).index[0]
        part = part.select(until=part.events["received"][hangup])
    legs = [repr(uuid) for uuid in part.sessions.index]
    for line in (
        views.of_timeline("recording", legs, "arrival"),
        views.of_timeline("recording", None, "switch", growing=growing),
    ):
        assert run(line, part).axes, line
    assert views.of_timeline("recording", [], "arrival") == ""
    assert ".query('hungup.isna()')" in views.of_timeline("r", None, "arrival", growing=True)
