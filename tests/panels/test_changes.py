"""What has changed in an event's headers, and the Python that gets each of them."""

from __future__ import annotations

from switchy_nb.panels.changes import Mark, headers_of
from switchy_nb.wire import Event


def marks(event: Event, before: Event | None) -> dict[str, tuple[str, str]]:
    return {h.name: (h.mark.value, h.was) for h in headers_of(event, before)}


def made(**headers: str) -> Event:
    return Event.make([(name.replace("_", "-"), value) for name, value in headers.items()])


def test_new_changed_and_gone() -> None:
    before = made(Event_Name="A", State="RINGING", Same="1", Old="x")
    after = made(Event_Name="B", State="ACTIVE", Same="1", Fresh="y")
    assert marks(after, before) == {
        "Event-Name": ("", ""),
        "State": ("changed", "RINGING"),
        "Same": ("", ""),
        "Fresh": ("new", ""),
        "Old": ("gone", "x"),
    }


def test_the_first_event_has_no_marks() -> None:
    assert set(marks(made(A="1", B="2"), None).values()) == {("", "")}


def test_what_differs_in_every_event_is_not_marked() -> None:
    before = made(Event_Sequence="1", Event_Gone="x", A="1")
    assert marks(made(Event_Sequence="2", event_date_local="now", A="1"), before) == {
        "Event-Sequence": ("", ""),
        "event-date-local": ("", ""),
        "A": ("", ""),
    }


def test_a_name_in_another_case_is_the_same_header() -> None:
    assert marks(made(STATE="2"), made(State="1")) == {"STATE": ("changed", "1")}


def test_each_path_gets_its_header() -> None:
    event = Event.make([("A", "1"), ('It\'s "odd"', "2"), ("A", "3"), ("Empty", "")], body="text\n")
    before = Event.make([("A", "1"), ("Lost", "x")])
    found = headers_of(event, before)
    for header in found:
        value = eval(f"event{header.path}", {"event": event})
        assert (value or "") == header.value
    assert [h.value for h in found] == ["1", "3", "2", "", "5", "", "text\n"]
    assert found[1].mark is Mark.NEW
    assert found[-2].mark is Mark.GONE
