"""Rows in pieces, and segments made of them: none is lost, and none is too large."""

import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchy_nb.recording import Recording, rows
from switchy_nb.recording.fields import Kind
from switchy_nb.recording.rows import pieces, segment_of, segments_of
from switchy_nb.recording.segment import core_schema
from switchy_nb.wire import Event


def events(count):
    return [Event.make([("Event-Name", "CUSTOM"), ("N", str(n))]).raw for n in range(count)]


def core_of(raws):
    return segment_of(0, [(raw, n, Kind.PLAIN, "fs") for n, raw in enumerate(raws)]).core()


def test_a_segment_of_events_has_their_columns_and_their_bytes():
    raws = events(5)
    segment = segment_of(7, [(raw, 10 + n, Kind.PLAIN, "fs") for n, raw in enumerate(raws)])
    assert (segment.first, len(segment), segment.sealed) == (7, 5, True)
    assert segment.raws()[0].to_pylist() == raws
    assert segment.core()["name"].to_pylist() == ["CUSTOM"] * 5
    assert segment.core()["switch"].to_pylist() == ["fs"] * 5


@given(st.lists(st.integers(0, 9), max_size=6), st.integers(1, 8))
def test_segments_have_all_rows_in_order_whatever_the_pieces(sizes, most):
    raws = events(sum(sizes))
    core = core_of(raws) if raws else core_schema().empty_table()
    core = core.select(core_schema().names)
    given_pieces, at = [], 0
    for size in sizes:
        raw = pa.array(raws[at : at + size], pa.large_binary())
        given_pieces.append((core.slice(at, size), raw))
        at += size
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rows, "SEGMENT_ROWS", most)
        segments = list(segments_of(given_pieces))
    assert [raw for s in segments for raw in s.raws()[0].to_pylist()] == raws
    assert [s.first for s in segments] == [
        sum(map(len, segments[:n])) for n in range(len(segments))
    ]
    assert all(0 < len(s) < 2 * most for s in segments)


def test_rows_that_come_meanwhile_are_in_no_piece(record):
    recording = Recording.concat([record("busy")])
    core = recording._frames.core()
    for n in range(3):
        recording.append(Event.make([("Event-Name", "LATER")]), n)
    taken = list(pieces(core))
    assert sum(len(table) for table, _ in taken) == len(core) == len(recording) - 3
    names = pd.concat([table["name"].to_pandas() for table, _ in taken])
    assert "LATER" not in set(names)
    assert [len(table) for table, _ in taken] == [len(raw) for _, raw in taken]
