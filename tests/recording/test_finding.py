"""What is looked for is found where a plain reading of each event finds it, and nowhere else."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchy_nb.recording import Keep, Recording
from switchy_nb.recording.finding import Wanted
from switchy_nb.wire import Event, Format

T0 = 1_795_418_625_000_000


def found(recording: Recording, wanted: Wanted) -> list[int]:
    rows: list[int] = []
    for segment in recording._store.segments():
        rows += wanted.rows(segment, segment.first, segment.first + len(segment)).tolist()
    return rows


def plainly(recording: Recording, holds) -> list[int]:
    return [n for n in range(len(recording)) if holds(recording.event(n))]


def has_text(event: Event, text: str) -> bool:
    lines = [f"{name}: {value}" for name, value in event.items()] + [event.body or ""]
    return any(text.casefold() in line.casefold() for line in lines)


@pytest.fixture(params=["growing", "sealed"])
def calls(request, record) -> Recording:
    recording = record("ten_calls")
    if request.param == "sealed":
        recording.flush()
    return recording


@pytest.mark.parametrize("name", ["ANSWER", "channel_answer", "dtmf", "answer, hangup", "no such"])
def test_by_name(calls, name):
    words = name.replace(",", " ").lower().split()
    expected = plainly(
        calls,
        lambda e: any(word in (e.name + " " + (e.subclass or "")).lower() for word in words),
    )
    assert found(calls, Wanted(name=name)) == expected


def test_by_subclass_and_by_what_it_may_not_be():
    recording = Recording()
    for pairs in (
        [("Event-Name", "CUSTOM"), ("Event-Subclass", "sofia::register")],
        [("Event-Name", "HEARTBEAT")],
        [("Event-Name", "CHANNEL_CREATE")],
        [("Subject", "no name")],
    ):
        recording.append(Event.make(pairs), T0)
    assert found(recording, Wanted(name="REGISTER")) == [0]
    assert found(recording, Wanted(name="-heartbeat")) == [0, 2, 3]
    assert found(recording, Wanted(name="-heartbeat -register")) == [2, 3]
    assert found(recording, Wanted(name="c -register")) == [2]
    assert found(recording, Wanted(name="-")) == [0, 1, 2, 3]


def test_by_leg(calls):
    leg = calls.sessions.index[3]
    of_leg = plainly(calls, lambda e: e.get("Unique-ID") == leg)
    assert of_leg
    assert found(calls, Wanted(leg=leg)) == of_leg
    assert found(calls, Wanted(leg=leg[:13].upper())) == of_leg
    assert found(calls, Wanted(legs=frozenset([leg]))) == of_leg
    assert found(calls, Wanted(legs=frozenset())) == []
    assert found(calls, Wanted(legs=frozenset([leg]), leg="no such leg")) == []


@pytest.mark.parametrize(
    "text",
    [
        "answer@127.0.0.1:5080",
        "PCMU",
        "pcmu",
        "Channel-State: CS_EXECUTE",
        "m=audio",
        "zzz",
        "<>",
        "%",
    ],
)
def test_by_text(calls, text):
    assert found(calls, Wanted(text=text)) == plainly(calls, lambda e: has_text(e, text))


def test_everything_at_once(calls):
    leg = calls.sessions.index[0]
    wanted = Wanted(name="channel -state", leg=leg, text="127.0.0.1")
    expected = plainly(
        calls,
        lambda e: (
            "CHANNEL" in e.name
            and "STATE" not in e.name
            and e.get("Unique-ID") == leg
            and has_text(e, "127.0.0.1")
        ),
    )
    assert found(calls, wanted) == expected
    assert expected


def test_some_rows_of_a_segment_are_counted_from_its_beginning(calls):
    (segment,) = calls._store.segments()
    every = Wanted(text="sofia").rows(segment, 0, len(segment)).tolist()
    some = Wanted(text="sofia").rows(segment, 50, 90).tolist()
    assert some == [n for n in every if 50 <= n < 90]
    assert some


def test_hostile_values_are_found_as_they_are(record):
    recording = record("hostile_values")
    for text in ("<script>", "alert(1)", "'; DROP", "\\", "é", "\x1b["):
        assert found(recording, Wanted(text=text)) == plainly(
            recording, lambda e, text=text: has_text(e, text)
        )


def test_json_events_are_read_whole():
    recording = Recording()
    for name in ("Ann \\ é", "Bob"):
        raw = json.dumps({"Event-Name": "X", "Caller": name, "_body": "Hello"}).encode()
        recording.append(Event(raw, Format.JSON), T0)
    recording.append(Event(b"{torn", Format.JSON), T0)
    assert found(recording, Wanted(text="caller: ann \\ É")) == [0]
    assert found(recording, Wanted(text="hello")) == [0, 1]


TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\n\r"), min_size=1, max_size=8)


@given(text=TEXT, around=TEXT)
def test_whatever_is_written_is_found(text, around):
    recording = Recording()
    recording.append(Event.make([("A", around + text + around)]), T0)
    assert found(recording, Wanted(text=text)) == [0]


def test_an_escape_is_no_text():
    recording = Recording()
    recording.append(Event.make([("A", "x:y 100%")]), T0)
    for text in ("a", "x:y", ":Y 1", "100%", "%", "Y 100%", "0%"):
        assert found(recording, Wanted(text=text)) == [0]
    for text in ("3a", "20", "25", "%3A", "%2", "x%", "3Ay"):
        assert found(recording, Wanted(text=text)) == []


def test_nothing_given_is_no_filter():
    assert not Wanted()
    assert not Wanted(name="  ")
    assert Wanted(legs=frozenset())
    assert Wanted(text=" ")


def test_what_is_found_is_rows_of_the_frame(calls):
    leg = calls.sessions.index[0]
    frame = calls.find("pcmu", name="answer", leg=leg)
    assert list(frame.columns) == list(calls.events.columns)
    assert frame.index.tolist() == found(calls, Wanted(name="answer", leg=leg, text="pcmu"))
    assert len(calls.find()) == len(calls)
    with pytest.raises(TypeError, match="txt"):
        calls.find(txt="x")


def test_nothing_is_found_in_nothing_nor_in_what_is_not_kept():
    assert Recording().find("x").empty
    recording = Recording(keep=Keep(events=2))
    for n in range(5):
        recording.append(Event.make([("N", str(n))]), T0 + n)
    assert recording.find("N: ").index.tolist() == [3, 4]
