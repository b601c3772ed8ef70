"""Headers of many events, read in C: at once or in parts, wherever lines and blocks of bytes end."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from helpers import events_in, recorded
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from switchy_nb.wire import Batch, Event, native, reading
from switchy_nb.wire.reading import Digits, Read, Sought, join, read
from switchy_nb.wire.slab import Slab

pytestmark = pytest.mark.skipif(
    native.library() is None, reason="what is written in C was not built"
)

SOUGHT = Sought(("Event-Name", "Unique-ID", "no-such-header"), (Digits("At", 1, 99), Digits("N")))

values = st.sampled_from(
    [b"", b"a", b"b", b"%41", b"_undef_", b"\xff", b"7", b"0", b"007", b"100", b"7x"]
)
lines = st.builds(
    lambda name, value: name + b": " + value,
    st.sampled_from([b"Event-Name", b"unique-id", b"AT", b"n", b"Other", b"a:b", b""]),
    values,
)
events = st.lists(lines, max_size=6).map(lambda some: b"\n".join(some) + b"\n\n")


def batch_of(raws: list[bytes]) -> Batch:
    ends = np.cumsum([len(raw) for raw in raws])
    return Batch(Slab(b"".join(raws)), [0, *ends[:-1].tolist()], ends.tolist())


def told(found: Read, batch: Batch) -> dict[str, Any]:
    """What was read, in a form that does not tell how it was."""
    texts = []
    for at in range(len(found.sought.texts)):
        different = found.values(at)
        there = np.unpackbits(found.valid[at], bitorder="little")[: found.count].astype(bool)
        texts.append(
            [different[c] if t else None for c, t in zip(found.codes[at], there, strict=True)]
        )
        assert there.sum() == found.there[at]
        assert len(set(different)) == len(different)
    place = native.address(batch.slab.data)
    numbers = []
    for at, values in enumerate(found.numbers):
        counts = np.unpackbits(found.counted[at], bitorder="little")[: found.count].astype(bool)
        count, others = found.tallies[at]
        assert counts.sum() == count
        row = len(found.starts) - len(found.numbers) + at
        odd = {
            event: batch.slab.data[
                found.starts[row, event] - place : found.stops[row, event] - place
            ]
            for event in found.others[at, :others].tolist()
        }
        numbers.append((np.where(counts, values, -1).tolist(), odd))
    return {"texts": texts, "plain": found.plain, "numbers": numbers}


@settings(max_examples=300)
@given(st.lists(st.lists(events, min_size=1, max_size=70), min_size=1, max_size=4), st.booleans())
def test_what_is_read_in_parts_and_joined_is_what_is_read_at_once(
    parts: list[list[bytes]], more: bool
) -> None:
    whole = batch_of([raw for part in parts for raw in part])
    begins, ends = whole.places()
    reads, at = list[Read](), 0
    for number, part in enumerate(parts):
        rows = slice(at, at := at + len(part))
        # who tracks events asks for more headers than who compresses them
        sought = SOUGHT._replace(others=("other",) if more and number % 2 else ())
        found = read(begins[rows], ends[rows], sought)
        assert found is not None
        reads.append(found)
    at_once = read(begins, ends, SOUGHT, none=0)
    assert at_once is not None
    joined = join(reads)
    assert told(joined, whole) == told(at_once, whole)
    assert (joined.codes == at_once.codes).all()
    assert joined.codes.min(initial=0) >= 0, "Arrow follows what stands under a null"


def test_real_events_in_parts_and_at_once() -> None:
    raws = events_in(recorded("hostile_values.events.raw.xz"))
    names = sorted({name for raw in raws for name in Event(raw)})
    sought = Sought(tuple(names), (Digits("Event-Date-Timestamp"), Digits("Event-Sequence")))
    whole = batch_of(raws)
    begins, ends = whole.places()
    cuts = [0, 1, 17, 18, len(raws)]
    reads = [read(begins[a:b], ends[a:b], sought) for a, b in pairwise(cuts)]
    at_once = read(begins, ends, sought)
    assert at_once is not None
    assert told(join([one for one in reads if one]), whole) == told(at_once, whole)


@pytest.mark.parametrize("room", [0, 1, 7, 100])
def test_values_that_need_more_room_than_there_was(
    room: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "_ROOM", room)
    raws = [b"Event-Name: %d\nUnique-ID: %d\nAt: 7\n\n" % (n % 50, n) for n in range(200)]
    whole = batch_of(raws)
    found = read(*whole.places(), SOUGHT)
    assert found is not None
    assert found.values(0) == [b"%d" % n for n in range(50)]
    assert found.values(1) == [b"%d" % n for n in range(200)]
    assert found.values(2) == []
    assert found.tallies[0] == (200, 0)


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.tuples(
            st.sampled_from(
                [b"X", b"Some-Name", b"n" * 62, b"n" * 63, b"N" * 64, b"n" * 65, b"other"]
            ),
            st.sampled_from([b": ", b":", b"::", b"", b" :"]),
            st.integers(0, 140).map(lambda size: b"v:" * (size // 2)),
        ),
        max_size=12,
    ),
    st.sampled_from([b"", b"\n", b"\n\n", b"\n\nX: behind the head\n\n"]),
)
def test_lines_are_found_wherever_they_begin_and_end(
    some: list[tuple[bytes, bytes, bytes]], end: bytes
) -> None:
    raw = b"\n".join(b"".join(line) for line in some) + end
    names = ("X", "some-name", "n" * 62, "n" * 63, "n" * 64, "n" * 65)
    held = batch_of([b"ahead", raw, b"X: next\n\n"])
    found = read(*held.places(), Sought(names))
    assert found is not None
    event = Event(raw)
    for at, name in enumerate(names):
        code = int(found.codes[at, 1])
        mine = None if code < 0 else found.values(at)[code]
        said = event.get(name)
        assert mine == (None if said is None else said.encode()), name


def test_nothing_to_read() -> None:
    held = batch_of([b"X: 1\n\n"])
    assert read(*held.places(), Sought(())) is None
    found = read(np.empty(0, "int64"), np.empty(0, "int64"), SOUGHT)
    assert found is not None
    assert (found.count, found.there, join([found, found]).count) == (0, [0, 0, 0], 0)
