"""What one line says of an event."""

from __future__ import annotations

import pytest

from switchy_nb.panels.eventrows import clock, line_of
from switchy_nb.recording.window import Seen
from switchy_nb.wire import Event, Format

T0 = 1_795_418_625_123_456


def line(*pairs: tuple[str, str]) -> dict[str, object]:
    return line_of(Seen(7, Event.make(pairs), T0))


def test_a_line() -> None:
    uuid = "3f2a8c1d-0000-4000-8000-000000000000"
    assert line(
        ("Event-Name", "CHANNEL_CALLSTATE"),
        ("Unique-ID", uuid),
        ("Original-Channel-Call-State", "RINGING"),
        ("Channel-Call-State", "ACTIVE"),
    ) == {
        "n": 7,
        "time": "07:23:45.123",
        "name": "CHANNEL_CALLSTATE",
        "leg": "3f2a8c1d",
        "uuid": uuid,
        "says": "RINGING → ACTIVE",
    }


@pytest.mark.parametrize(
    ("pairs", "name", "says"),
    [
        ([("Event-Name", "DTMF"), ("DTMF-Digit", "4")], "DTMF", "4"),
        ([("Event-Name", "CUSTOM"), ("Event-Subclass", "sofia::register")], "sofia::register", ""),
        ([("Event-Name", "X"), ("Answer-State", "early")], "X", "early"),
        ([("Event-Name", "LINK_DOWN"), ("Link-Reason", "it died")], "LINK_DOWN", "it died"),
        ([("A", "b")], "(no name)", ""),
    ],
)
def test_what_tells_most(pairs: list[tuple[str, str]], name: str, says: str) -> None:
    made = line(*pairs)
    assert (made["name"], made["says"]) == (name, says)


def test_hostile_values_stay_on_their_line() -> None:
    made = line(
        ("Event-Name", "A\nB\u202e"), ("Unique-ID", "x\ny"), ("Channel-Call-State", "\x1b[2J" * 99)
    )
    for value in made.values():
        assert str(value).isprintable()
    assert len(str(made["says"])) <= 80


def test_what_cannot_be_read_says_so() -> None:
    made = line_of(Seen(0, Event(b"{torn", Format.JSON), None))
    assert (made["name"], made["time"]) == ("(cannot be read)", "")


def test_the_time_of_day() -> None:
    assert clock(0) == "00:00:00.000"
    assert clock(None) == ""
