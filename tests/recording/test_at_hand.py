"""Who follows a recording has every event, whether its bytes are at hand or compressed already."""

from helpers import events_in, eventually

from switchy_nb.events import Events
from switchy_nb.recording import Recording, at_hand, store
from switchy_nb.recording.at_hand import AtHand
from switchy_nb.recording.fields import Kind
from switchy_nb.recording.runs import Run
from switchy_nb.recording.segment import Segment
from switchy_nb.wire import Batch, Event, Parser
from switchy_nb.wire.slab import SMALLEST


def batches_of(data):
    return [part for part in Parser().feed_batches(data) if isinstance(part, Batch)]


def placed_in(recording, data, times=1):
    batches = [batch for _ in range(times) for batch in batches_of(data)]
    return [placed for batch in batches for placed in recording.keep_batch(batch, 1)]


def test_rows_are_the_same_early_and_late(data_of):
    data = data_of("ten_calls")
    raws, recording, at_hand = events_in(data), Recording(), AtHand()
    placed = placed_in(recording, data, 3)
    early = [raw for one in placed for raw in at_hand.batch(one).raws()]
    late = [one._replace(batch=None) for one in placed]
    still_there = [raw for one in late for raw in at_hand.batch(one).raws()]
    recording.flush()
    assert all(one.run.batch is None for one in late)
    compressed = [raw for one in late for raw in at_hand.batch(one).raws()]
    assert early == still_there == compressed == raws * 3


def test_a_segment_is_opened_once_for_all_that_come_late(data_of, monkeypatch):
    recording, at_hand, opened = Recording(), AtHand(), []
    late = [one._replace(batch=None) for one in placed_in(recording, data_of("ten_calls"), 4)]
    recording.flush()
    raws = Segment.raws
    monkeypatch.setattr(Segment, "raws", lambda self: opened.append(self) or raws(self))
    for one in late:
        assert len(at_hand.batch(one)) == len(one.run)
    assert len(opened) == len({one.segment.first for one in late})


def test_no_more_is_kept_for_who_follows_than_so_much(data_of, monkeypatch):
    monkeypatch.setattr(at_hand, "MOST", 2 * SMALLEST)
    recording, hands, parser, data = Recording(), AtHand(), Parser(), data_of("ten_calls")
    parts = [
        p for at in range(0, len(data), 4096) for p in parser.feed_batches(data[at : at + 4096])
    ]
    placed = [
        one for p in parts if isinstance(p, Batch) for one in recording.keep_batch(p, 1_000_000)
    ]
    assert {len(one.batch.slab) for one in placed} == {SMALLEST}
    slabs = list(dict.fromkeys(one.batch.slab for one in placed))
    offered = [hands.offer(one) for one in placed]
    kept = [one for one in offered if one.batch is not None]
    assert {one.batch.slab for one in kept} == set(slabs[:2])
    assert len(kept) < len(placed)
    raws = [raw for one in offered for raw in hands.batch(one).raws()]
    assert raws == events_in(data)
    assert hands.offer(placed[0]).batch is not None, "who follows has come up to it"


def test_rows_are_cut_where_a_segment_is_full(data_of, monkeypatch):
    monkeypatch.setattr(store, "SEGMENT_ROWS", 50)
    recording = Recording()
    data = data_of("ten_calls")
    placed = placed_in(recording, data)
    assert {one.first for one in placed} >= set(range(0, len(recording), 50))
    assert all(one.first // 50 == (one.first + len(one.run) - 1) // 50 for one in placed)
    eventually(lambda: all(one.segment.sealed for one in placed[:-1]))
    assert [e.raw for one in placed for e in AtHand().batch(one)] == events_in(data)


def test_a_legs_events_can_be_read_when_they_are_compressed(data_of, monkeypatch):
    recording, events, named = Recording(), Events(), []
    for one in placed_in(recording, data_of("ten_calls")):
        for at, event in enumerate(one.batch):
            events.add(one.run, at, event.name)
            named.append(event.name)
    recording.flush()
    opened, raws = [], Segment._raws
    monkeypatch.setattr(Segment, "_raws", lambda self: opened.append(self) or raws(self))
    assert events.get("no-such-header") is None
    assert events.get("No-Such-Header", "x") == "x"
    assert len(opened) == 1, "a header that is in no event is looked for once"
    assert [event.name for event in reversed(list(events))] == named
    assert len(opened) == 2, "all of the leg's events are taken out together"
    assert next(iter(events)) is events[0]
    assert events["Event-Name"] == named[-1]


def test_an_event_that_is_done_with_is_held_no_more(data_of):
    recording, events = Recording(), Events()
    (one, *_) = placed_in(recording, data_of("busy"))
    first, second = one.batch[0], one.batch[1]
    events.update(first)
    events.shelve(first, one.run, 0)
    events.update(second)
    events.shelve(first, one.run, 0)  # no longer the newest: it stays as it is
    assert events[0] is second
    assert events[1] == first
    assert events[1] is not first


def test_many_small_batches_among_much_else_do_not_hold_the_memory_for_ever(monkeypatch):
    monkeypatch.setattr(store, "SEGMENT_HOLDS", 1 << 20)
    recording = Recording()
    parser = Parser()
    event = b"Event-Name: HEARTBEAT\n\n"
    line = b"Content-Type: log/data\nContent-Length: 30000\n\n" + b"x" * 30_000
    for _ in range(120):
        parser.feed(line)
        for batch in parser.feed_batches(
            b"Content-Length: %d\nContent-Type: text/event-plain\n\n" % len(event) + event
        ):
            recording.extend(batch, 1)
    eventually(lambda: sum(s.sealed for s in recording._store.segments()) >= 2)
    assert recording.events["name"].tolist() == ["HEARTBEAT"] * 120
    assert recording.event(7) == Event(event)


def test_switches_that_take_turns_do_not_cut_segments_short():
    event = b"Event-Name: HEARTBEAT\nX: " + b"x" * 3000 + b"\n\n"
    framed = b"Content-Length: %d\nContent-Type: text/event-plain\n\n" % len(event) + event
    recording, links = Recording(), [Parser(), Parser()]
    for parser in links:
        parser.feed_batches(framed * 5000)  # a burst: it is received into large pieces from now on
    for _ in range(100):
        for parser in links:
            for batch in parser.feed_batches(framed):
                recording.extend(batch, 1)
        recording.mark_link(True, "again", 1)
    assert len(recording._store.segments()) == 1
    assert len(recording) == 300


def test_rows_are_the_right_ones_while_one_is_being_added():
    segment = Segment(0, ())
    for name in (b"A", b"B"):
        segment.extend(Run.of(name, 1, Kind.PLAIN, "s"))
    late = Run.of(b"C", 1, Kind.PLAIN, "s")
    late.at = 2
    segment._runs.append(late)  # as `extend` does, which was interrupted before it counted
    assert [row[0] for row in segment.rows(0, 2)] == [b"A", b"B"]
    assert [row[0] for row in segment.rows(1, 2)] == [b"B"]
