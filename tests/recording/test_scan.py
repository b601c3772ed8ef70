"""Headers of many events at once are those of each one alone."""

import numpy as np
import pyarrow as pa
import pytest
from helpers import events_in
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from switchy_nb.recording import Recording
from switchy_nb.recording.fields import TEXT_COLUMNS, Kind, Needles
from switchy_nb.recording.scan import scan
from switchy_nb.recording.values import dictionary_of
from switchy_nb.wire import Event, native

NAMES = [*TEXT_COLUMNS.values(), "Event-Sequence", "variable_sip_h_X-switchy_app", "x", "a-header"]

lines = st.builds(
    lambda name, colon, value: name + colon + value,
    st.sampled_from(
        [
            *(b"Event-Name", b"EVENT-NAME", b"Event-Name ", b"Unique-ID", b"unique-id"),
            *(b"variable_sip_h_X-switchy_app", b"variable_sip_h_X\x7fswitchy_app"),
            *(b"X", b"x", b"A-headeR", b"a-heade\x12", b"Unique\rID", b"Other-Unique-ID", b""),
        ]
    ),
    st.sampled_from([b": ", b":", b":  ", b"", b"\x1a "]),
    st.sampled_from(
        [b"", b"v", b"x%0AUnique-ID: forged", b"_undef_", b"\xff", b"%C3%AB", b"long " * 9]
    ),
)
events = st.builds(
    lambda head, body: b"\n".join(head) + body,
    st.lists(lines, max_size=5),
    st.sampled_from(
        [b"", b"\n", b"\n\n", b"\n\nUnique-ID: forged", b"\n\nx: 1\n\nEvent-Name: x\n"]
    ),
)


def one_by_one(raws, names):
    needles = Needles(names)
    return [
        list(column) for column in zip(*(needles.find(r, Kind.PLAIN) for r in raws), strict=True)
    ]


def escaped(value):
    """Arrow holds UTF-8 only."""
    return value.encode("utf-8", "backslashreplace").decode()


def expected(raws, names):
    return [
        [None if value is None else escaped(value) for value in column]
        for column in one_by_one(raws, names)
    ]


@pytest.fixture(params=["C", "numpy"])
def _either(request, monkeypatch):
    """Find headers in both ways that there are."""
    if request.param == "numpy":
        monkeypatch.setattr(native, "library", lambda: None)
    elif native.library() is None:
        assert not native.LIBRARY.exists(), "it was built, and cannot be used"


@pytest.mark.usefixtures("_either")
@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(events, min_size=1, max_size=30), st.integers(0, 40))
def test_many_events_at_once_are_read_like_each_alone(some, before):
    raws = [b""] * before + some * 5 + [b"Event-Name: last"] * 60
    array = pa.array(raws, pa.large_binary())
    found = [column.to_pylist() for column in scan(array, NAMES, escaped)]
    assert found == expected(raws, NAMES)
    part = array.slice(3, len(raws) - 5)
    found = [column.to_pylist() for column in scan(part, NAMES, escaped)]
    assert found == expected(raws[3:-2], NAMES)


@pytest.mark.usefixtures("_either")
@pytest.mark.parametrize("name", ["hostile_values", "ten_calls", "dtmf_across", "wrong_commands"])
def test_real_events_at_once(name, data_of):
    raws = events_in(data_of(name)) * 5
    names = [*NAMES, "Caller-Orig-Caller-ID-Name", "variable_evil", "colon", "n" * 200, "empty"]
    found = scan(pa.array(raws, pa.large_binary()), names, escaped)
    assert [column.to_pylist() for column in found] == expected(raws, names)


def test_what_is_not_kept_is_null():
    raws = [b"Event-Name: _undef_\n\n", b"Event-Name: A\n\n", b"Other: 1\n\n"] * 100
    (column,) = scan(pa.array(raws, pa.large_binary()), ["Event-Name"], lambda v: v or None)
    assert column.to_pylist() == [None, "A", None] * 100


def test_no_events():
    assert [len(c) for c in scan(pa.array([], pa.large_binary()), NAMES, str)] == [0] * len(NAMES)


def test_under_a_null_there_is_a_number_that_can_be_followed():
    column = dictionary_of(np.array([1, -1, 0], "int32"), pa.array(["a", "b"]))
    assert column.to_pylist() == ["b", None, "a"]
    numbers = np.frombuffer(column.indices.buffers()[1], "int32")[:3]
    assert numbers.min() >= 0


@pytest.mark.parametrize(
    ("written", "number"), [(b"%37", 7), (b"7a", None), (b"-7", None), (b"9" * 30, None)]
)
def test_a_number_that_is_not_written_in_digits_spoils_no_other(written, number):
    recording = Recording()
    for n in range(100):
        sequence = written if n == 50 else b"%d" % n
        recording.append(Event(b"Event-Name: X\nEvent-Sequence: %s\n\n" % sequence), n + 1)
    expected = [*range(50), number, *range(51, 100)]
    found = recording.events["sequence"]
    assert [
        None if missing else n for n, missing in zip(found, found.isna(), strict=True)
    ] == expected
