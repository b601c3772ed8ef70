"""Events that came together: the same as each alone, and what a glance at them tells."""

from __future__ import annotations

import copy
import pickle
import weakref

import pytest
from helpers import events_in, recorded

from switchy_nb import EventListener
from switchy_nb.dispatch import take_rows
from switchy_nb.wire import Batch, Event, Parser, native
from switchy_nb.wire.batch import GLANCED, Glimpses
from switchy_nb.wire.reading import Digits, Sought
from switchy_nb.wire.slab import Slab

SCENARIOS = ("ten_calls", "hostile_values", "dtmf_across", "wrong_commands")


def batch_of(*raws: bytes) -> Batch:
    ends = [sum(map(len, raws[: at + 1])) for at in range(len(raws))]
    return Batch(Slab(b"".join(raws)), [0, *ends[:-1]], ends)


@pytest.mark.parametrize("name", SCENARIOS)
@pytest.mark.parametrize("size", [1, 37, 4096, 1 << 20])
def test_batches_hold_what_the_parser_gives_one_by_one(name: str, size: int) -> None:
    data = recorded(f"{name}.events.raw.xz")
    if size == 1:
        data = data[:20_000]
    parser, events = Parser(), list[Event]()
    for at in range(0, len(data), size):
        for part in parser.feed_batches(data[at : at + size]):
            assert not isinstance(part, Event)
            if isinstance(part, Batch):
                events.extend(part)
    assert [event.raw for event in events] == events_in(data)[: len(events)]
    assert len(events) == sum(isinstance(m, Event) for m in Parser().feed(data))


def test_a_batch_is_a_sequence_of_events() -> None:
    batch = batch_of(b"Event-Name: A\n\n", b"Event-Name: B\n\n", b"Event-Name: C\n\n")
    assert len(batch) == 3
    assert [event.name for event in batch] == ["A", "B", "C"]
    assert batch[-1].name == "C"
    assert [event.name for event in batch[1:]] == ["B", "C"]
    assert repr(batch) == "<Batch of 3 events, 45 bytes>"


@pytest.fixture(params=["C", "Python"])
def _either(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Read events in both ways that there are."""
    if request.param == "Python":
        monkeypatch.setattr(native, "library", lambda: None)


@pytest.mark.usefixtures("_either")
@pytest.mark.parametrize("times", [1, 3])
@pytest.mark.parametrize("name", SCENARIOS)
def test_a_glance_tells_what_reading_tells_or_nothing(name: str, times: int) -> None:
    raws = events_in(recorded(f"{name}.events.raw.xz")) * times
    batch = batch_of(*raws)
    headers = ("Event-Date-Timestamp", "Hangup-Cause", "variable_uuid", "no-such-header")
    seen = 0
    assert list(batch.raws()) == raws
    glimpses = Glimpses(batch, Sought(GLANCED, (Digits(headers[0]),), headers[1:]))
    for at, (raw, (glanced, leg)) in enumerate(zip(raws, glimpses, strict=True)):
        event = Event(raw)
        if glanced is not None:
            seen += 1
            assert glanced == event.name
            assert leg == event.get("Unique-ID")
        read = glimpses.event(at)
        assert [read.get(h) for h in headers] == [event.get(h) for h in headers]
        assert (read.name, dict(read)) == (event.name, dict(event))
    assert seen > len(raws) / 2


@pytest.mark.usefixtures("_either")
@pytest.mark.parametrize("times", [1, 20])
@pytest.mark.parametrize(
    "raw",
    [
        b"Event-Name: MESSAGE\nContent-Length: 20\n\n\nUnique-ID: forged\n\n",
        b"Event-Name: MESSAGE\nunique-id: other\n\n",
        b"Event-Name: CUSTOM\nEvent-Subclass: a::b\nUnique-ID: u\n\n",
        b"Event-Name: COMMAND\nEvent-Name: PRIVATE_COMMAND\nUnique-ID: u\n\n",
        b"Event-Name: A%0AB\nUnique-ID: u\n\n",
        b"Event-Name: A\nUnique-ID: u%20v\n\n",
        b"X: 1\nEvent-Name: A\nUnique-ID: u\n\n",
        b"Event-Name: A\nUnique-ID: u",
        b"Event-Name: A\nUnique-ID: u\nUnique-ID: v\n\n",
        b"Event-Name: _undef_\nUnique-ID: _undef_\n\n",
        b"Event-Name: A",
        b"Unique-ID: u\n\n",
        b"\n\nEvent-Name: A\n",
        b"",
    ],
)
def test_no_glance_takes_an_event_for_another(raw: bytes, times: int) -> None:
    glimpses = Glimpses(batch_of(*[raw] * times), Sought(GLANCED, (), ("x",)))
    for at, (name, leg) in enumerate(glimpses):
        read = glimpses.event(at)
        assert (read.name, read.get("Unique-ID")) == (Event(raw).name, Event(raw).get("Unique-ID"))
        if name is not None:
            assert (name, leg) == (read.name, read.get("Unique-ID"))


def test_an_event_that_was_glanced_at_reads_the_same() -> None:
    raw = b"Event-Name: A\nUnique-ID: u\nX: 1\nUnique-ID: later\n\n"
    event = Glimpses(batch_of(*[raw] * 100), Sought(GLANCED, (), ("Y",))).event(50)
    assert (event.name, event["unique-id"], event["x"]) == ("A", "u", "1")
    assert event.get("Y") is None
    assert dict(event) == dict(Event(raw))
    assert event.getall("Unique-ID") == ["u", "later"]
    assert event == Event(raw)


def test_an_event_that_was_glanced_at_can_be_copied_and_sent() -> None:
    raw = b"Event-Name: A\nUnique-ID: u\nX: 1\n\n"
    event = Glimpses(batch_of(*[raw] * 100)).event(50)
    for other in (copy.copy(event), copy.deepcopy(event), pickle.loads(pickle.dumps(event))):
        assert (other, other["X"], other.name) == (event, "1", "A")


def test_an_event_that_somebody_keeps_holds_no_others() -> None:
    raw = b"Event-Name: API\nUnique-ID: u\nHangup-Cause: X\n\n"
    listener = EventListener("127.0.0.1", 1, "secret")
    kept: list[Event] = []

    def keep(event: Event) -> bool:
        kept.append(event)
        return False

    listener.add_handler("API", keep)
    batch = batch_of(*[raw] * 100)
    slab = weakref.ref(batch.slab)
    (placed,) = listener.recording.keep_batch(batch, 1)
    take_rows(listener, listener.callbacks, placed.run, batch)
    listener.recording.flush()
    del batch, placed
    assert slab() is None
    assert [event.raw for event in kept] == [raw] * 100
    assert kept[7]["Hangup-Cause"] == "X"
