"""Rows where they were received are the same rows when they are joined, compressed, and opened again."""

from itertools import pairwise

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from switchy_nb.recording import memory
from switchy_nb.recording.memory import MARGIN, Scattered
from switchy_nb.recording.sealed import Packed
from switchy_nb.recording.typed import core_schema
from switchy_nb.wire import Batch
from switchy_nb.wire.slab import Slab

#: short ones, which Arrow writes into their views, and others; and what came between them
row = st.one_of(st.binary(max_size=14), st.binary(min_size=20, max_size=60))
gap = st.sampled_from([b"", b"head\n\n", b"a reply that is nobody's event" * 9])
piece = st.lists(st.tuples(gap, row), min_size=1, max_size=12)


def batches_of(pieces):
    """Make batches: each piece a slab, in which some of its rows come as one batch, some as others."""
    batches, raws = [], []
    for rows in pieces:
        data, starts, ends = b"", [], []
        for ahead, raw in rows:
            data += ahead
            starts.append(len(data))
            data += raw
            ends.append(len(data))
            raws.append(raw)
        whole = Batch(Slab(data + b"behind it"), starts, ends)
        cuts = sorted({0, len(rows) // 3, len(rows) // 2, len(rows)})
        batches += [whole.cut(first, end) for first, end in pairwise(cuts)]
    return batches, raws


@settings(max_examples=200)
@given(st.lists(piece, min_size=1, max_size=4))
def test_rows_are_the_same_wherever_they_are(pieces):
    batches, raws = batches_of(pieces)
    rows = Scattered(batches)
    where = rows.where_they_are()
    where.validate(full=True)
    assert where.to_pylist() == raws
    joined = rows.joined()
    joined.validate(full=True)
    assert joined.to_pylist() == raws
    assert joined.buffers()[2].size >= sum(map(len, raws)) + MARGIN, "it may be read over"
    assert [rows[at] for at in range(len(rows))] == raws
    begins, ends = rows.places()
    assert (ends - begins).tolist() == [len(raw) for raw in raws]


@settings(max_examples=200)
@given(st.lists(piece, min_size=1, max_size=4), st.sampled_from([1, 40, 200, 100_000]))
def test_rows_are_the_same_when_they_were_compressed(pieces, part):
    batches, raws = batches_of(pieces)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(memory, "_PART", part)
        parts = list(Scattered(batches).parts())
        packed = Packed.of(core_schema().empty_table(), iter(parts), bytes(len(raws)))
    assert len({str(one.type) for one in parts}) == 1
    opened = packed.raw()
    opened.validate(full=True)
    assert opened.type == pa.large_binary()
    assert opened.to_pylist() == raws


def test_large_pieces_are_compressed_where_they_are_and_small_ones_together():
    large = [[(b"head\n\n", b"x" * 1000)] * 3000] * 2
    (only,) = Scattered(batches_of(large)[0]).parts()
    assert only.type == pa.binary_view()
    small = [[(b"head\n\n", b"x" * 1000)] * 30] * 200
    parts = list(Scattered(batches_of(small)[0]).parts())
    assert {one.type for one in parts} == {pa.large_binary()}
    assert len(parts) == 3


def test_what_else_came_is_not_compressed_with_the_events():
    replies = [[(b"a long reply " * 100, b"x" * 1000)] * 3000]
    parts = list(Scattered(batches_of(replies)[0]).parts())
    assert sum(one.nbytes for one in parts) < 3_100_000
