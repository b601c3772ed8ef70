"""Sources in order make one stream in order, whatever blocks they come in."""

import heapq

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchy_nb.recording import merging
from switchy_nb.recording.merging import Source, merged

sources = st.lists(
    st.tuples(st.lists(st.integers(0, 12), max_size=20).map(sorted), st.integers(1, 7)), max_size=5
)


def source(place, keys, size, opened):
    def blocks():
        opened.append(place)
        for at in range(0, len(keys), size):
            names = [f"{place}:{n}" for n in range(at, min(at + size, len(keys)))]
            core = pa.table({"key": keys[at : at + size]})
            yield np.array(keys[at : at + size]), (core, pa.array(names, pa.large_binary()))

    return Source(keys[0] if keys else 0, blocks())


@given(sources, st.integers(1, 30))
def test_rows_come_in_the_order_of_their_numbers_and_each_sources_order_stays(given_sources, rows):
    made = [source(n, keys, size, []) for n, (keys, size) in enumerate(given_sources)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(merging, "_ROWS", rows)
        found = [
            (key, *map(int, name.decode().split(":")))
            for core, raw in merged(made)
            for key, name in zip(core["key"].to_pylist(), raw.to_pylist(), strict=True)
        ]
    keyed = [
        [(key, place, n) for n, key in enumerate(keys)]
        for place, (keys, _) in enumerate(given_sources)
    ]
    expected = list(heapq.merge(*keyed))
    assert [key for key, _, _ in found] == [key for key, _, _ in expected]
    assert sorted(found) == sorted(expected)
    for place in range(len(given_sources)):
        assert [row for row in found if row[1] == place] == keyed[place]


def test_a_source_is_not_opened_before_it_is_due():
    opened = []
    stream = merged([source(n, [n * 10, n * 10 + 1], 2, opened) for n in (2, 0, 1)])
    next(stream)
    assert opened == [0]
    assert len(list(stream)) == 2
    assert opened == [0, 1, 2]
