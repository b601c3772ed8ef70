"""Memory that is used again, and never while somebody still reads it."""

from __future__ import annotations

import gc
import weakref

import pytest
from helpers import events_in, recorded

from switchy_nb.wire import Batch, Parser
from switchy_nb.wire.slab import LARGEST, SMALLEST, Slab, Slabs, let_go_of_spare


@pytest.fixture(autouse=True)
def _none_is_spare() -> None:
    let_go_of_spare()


@pytest.mark.parametrize("room", [1, SMALLEST, SMALLEST + 1, LARGEST - 1, LARGEST, LARGEST + 1])
def test_a_slab_has_the_room_that_was_asked_for(room: int) -> None:
    slab = Slabs().take(room)
    assert len(slab) >= room
    assert slab.data[:4] == bytes(4)


def test_memory_is_used_again_when_nobody_holds_it() -> None:
    slabs = Slabs()
    one = slabs.take(LARGEST)
    memory, gone = one.data, weakref.ref(one)
    assert slabs.held == LARGEST
    other = slabs.take(LARGEST)
    assert other.data is not memory
    assert slabs.held == 2 * LARGEST
    del one
    assert gone() is None
    assert slabs.held == LARGEST
    assert slabs.take(LARGEST).data is memory


def test_what_is_held_stays_as_it_is_while_more_is_received() -> None:
    data = recorded("ten_calls.events.raw.xz")
    raws = events_in(data)
    parser, kept = Parser(), list[Batch]()
    for turn in range(12):
        batches = [part for part in parser.feed_batches(data) if isinstance(part, Batch)]
        assert [raw for batch in batches for raw in batch.raws()] == raws
        if turn % 3 == 0:
            kept += batches
        del batches
        for at in range(0, len(kept), 5):
            assert kept[at].raw(0).startswith(b"Event-Name: ")
    assert [raw for batch in kept for raw in batch.raws()] == raws * 4


def test_a_parser_that_nobody_keeps_anything_of_goes_round_in_little_memory() -> None:
    data = recorded("ten_calls.events.raw.xz")
    parser, seen = Parser(), set[int]()
    for _ in range(60):
        for part in parser.feed_batches(data):
            if isinstance(part, Batch):
                seen.add(id(part.slab.data))
    assert len(seen) < 8
    assert parser.ahead <= 2 * LARGEST


def test_bytes_that_came_from_elsewhere_are_a_slab_as_well() -> None:
    slab = Slab(b"Event-Name: A\n\n")
    assert len(slab) == 15
    del slab
    gc.collect()
    assert Batch.of(b"Event-Name: A\n\n")[0].name == "A"
