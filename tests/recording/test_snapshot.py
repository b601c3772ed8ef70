"""What is in a recording at one moment."""

from __future__ import annotations

from switchy_nb.recording import Recording
from switchy_nb.recording.fields import Kind
from switchy_nb.recording.snapshot import Snapshot
from switchy_nb.wire import Event, Format


def recorded(count: int) -> Recording:
    recording = Recording()
    for n in range(count):
        recording.append(Event.make([("Event-Name", "API"), ("n", str(n))]), n + 1)
    return recording


def test_rows_are_read_from_anywhere_and_in_any_order() -> None:
    recording = recorded(10_000)  # several segments
    rows = Snapshot(recording)
    assert len(rows) == 10_000
    for n in (0, 9_999, 4_095, 4_096, 1, 8_192, 5_000):
        assert rows.raw(n) == recording.event(n).raw
    assert sum(len(raws) for _, raws in rows.pieces()) == 10_000


def test_it_does_not_grow() -> None:
    recording = recorded(3)
    rows = Snapshot(recording)
    recording.append(Event(b"{}", Format.JSON), 9)
    recording.mark_link(False, "cable", 10)
    token = recording.command_sent("api", "status", 1)
    recording.command_replied(token, 2, True, "up")
    assert len(rows) == 3
    assert rows.commands == []
    assert sum(len(raws) for _, raws in rows.pieces()) == 3
    later = Snapshot(recording)
    assert later.kinds() == [Kind.PLAIN] * 3 + [Kind.JSON, Kind.LINK]
    assert [sent.reply for sent in later.commands] == ["up"]
