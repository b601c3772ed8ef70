"""Where headers are is found once: by who tracks events as they come, or by who compresses them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from helpers import recorded

from switchy_nb.recording import Recording, memory
from switchy_nb.wire import Batch, Parser, batch, native
from switchy_nb.wire.batch import GLANCED, Glimpses
from switchy_nb.wire.reading import Read, Sought, read

Array = np.ndarray[Any, Any]

FRAMES = ("events", "sessions", "calls", "jobs")


def recording_of(data: bytes, seen: str, sought: Sought, **options: str) -> Recording:
    """Record events of which all, some or none were looked at before they are compressed."""
    recording, parser = Recording(switch="fs", **options), Parser()
    number = 0
    for at in range(0, len(data), 200_000):
        for part in parser.feed_batches(data[at : at + 200_000]):
            if isinstance(part, Batch):
                for placed in recording.keep_batch(part, 1_000_000 + number):
                    number += 1
                    assert placed.batch is not None
                    if seen == "all" or (seen == "some" and number % 3 == 0):
                        Glimpses(placed.batch, sought)
    recording.flush()
    return recording


@pytest.mark.parametrize("seen", ["some", "all"])
@pytest.mark.parametrize("more", [(), ("x-more", "Caller-Caller-ID-Number")])
@pytest.mark.parametrize("name", ["ten_calls", "hostile_values"])
def test_frames_are_the_same_whoever_looked(name: str, more: tuple[str, ...], seen: str) -> None:
    data = recorded(f"{name}.events.raw.xz")
    sought = Recording().sought._replace(others=more)
    looked, other = (recording_of(data, how, sought) for how in (seen, "none"))
    for frame in FRAMES:
        pd.testing.assert_frame_equal(getattr(looked, frame), getattr(other, frame))


def test_what_was_looked_for_by_other_names_is_looked_for_again() -> None:
    data = recorded("ten_calls.events.raw.xz")
    sought = Recording().sought
    header = "variable_sip_call_id"
    looked, other = (recording_of(data, how, sought, call_header=header) for how in ("all", "none"))
    pd.testing.assert_frame_equal(looked.calls, other.calls)
    assert looked.header(header).equals(other.header(header))


@pytest.mark.skipif(native.library() is None, reason="what is written in C was not built")
@pytest.mark.parametrize("first", ["who tracks", "who compresses"])
def test_events_are_read_once_by_who_comes_first(
    first: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    reads = list[int]()

    def counted(begins: Array, ends: Array, sought: Sought, **options: int) -> Read | None:
        reads.append(len(begins))
        return read(begins, ends, sought, **options)

    for room in (batch, memory):
        monkeypatch.setattr(room, "read", counted)
    recording, parser = Recording(), Parser()
    data = recorded("ten_calls.events.raw.xz")
    placed = [
        one
        for part in parser.feed_batches(data)
        if isinstance(part, Batch)
        for one in recording.keep_batch(part, 1)
    ]
    steps = [
        lambda: [Glimpses(one.batch, recording.sought) for one in placed if one.batch],
        recording.flush,
    ]
    for step in steps if first == "who tracks" else reversed(steps):
        step()
    many = [len(one.run) for one in placed if len(one.run) >= batch._MANY]
    assert [count for count in reads if count >= batch._MANY] == many
    assert sum(reads) <= len(recording)


@pytest.mark.skipif(native.library() is None, reason="what is written in C was not built")
def test_another_reading_may_take_its_place_at_any_moment(monkeypatch: pytest.MonkeyPatch) -> None:
    """As when headers are chosen that are to be read, while a segment is compressed."""
    data = recorded("ten_calls.events.raw.xz")
    expected = recording_of(data, "none", Recording().sought)
    seen = Batch.seen

    def replaced(self: Batch, sought: Sought) -> Read | None:
        found = seen(self, sought)
        self.read = read(*self.places(), Sought(("Event-Name",)))
        return found

    monkeypatch.setattr(Batch, "seen", replaced)
    recording = recording_of(data, "none", Recording().sought)
    pd.testing.assert_frame_equal(recording.events, expected.events)


@pytest.mark.skipif(native.library() is None, reason="what is written in C was not built")
def test_who_tracks_looks_for_what_is_recorded() -> None:
    """Else all would be looked for twice, and nobody would notice."""
    from switchy_nb import EventListener

    listener = EventListener("127.0.0.1", 1, "secret", app_id_headers=["X-My-App"])
    recorded, sought = listener.recording.sought, listener.sought
    assert sought.does_for(recorded)
    assert sought.names[: len(GLANCED)] == GLANCED
    assert "X-My-App" in sought.names
    assert len({name.lower() for name in sought.names}) == len(sought.names)
