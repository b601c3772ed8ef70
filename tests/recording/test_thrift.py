"""Thrift's compact protocol: what is written is read, and what is none is told so."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchy_nb.recording import thrift
from switchy_nb.recording.thrift import Kind, ThriftError, read_struct, value_of, write_struct

WHOLE = st.tuples(st.sampled_from([Kind.I16, Kind.I32, Kind.I64]), st.integers(-(2**63), 2**63 - 1))
PLAIN = st.one_of(
    WHOLE,
    st.tuples(st.just(Kind.BINARY), st.binary(max_size=200)),
    st.tuples(st.just(Kind.DOUBLE), st.binary(min_size=8, max_size=8)),
    st.tuples(st.just(Kind.BYTE), st.integers(0, 255)),
    st.sampled_from([(Kind.TRUE, True), (Kind.FALSE, False)]),
)
LISTS = st.lists(st.integers(-9, 2**40), max_size=40).map(lambda n: (Kind.LIST, (Kind.I64, n)))
STRUCTS = st.recursive(
    st.dictionaries(st.integers(1, 2000), PLAIN | LISTS, max_size=5),
    lambda inner: st.dictionaries(
        st.integers(1, 40),
        inner.map(lambda one: (Kind.STRUCT, one))
        | st.lists(inner, max_size=20).map(lambda many: (Kind.LIST, (Kind.STRUCT, many))),
        max_size=3,
    ),
    max_leaves=8,
)


@given(STRUCTS)
def test_what_is_written_is_read(struct):
    written = write_struct(struct)
    assert read_struct(b"before" + written + b"behind", 6) == (struct, 6 + len(written))
    for length in range(min(len(written), 50)):
        with pytest.raises(ThriftError):
            read_struct(written[:length])


def test_as_the_protocol_has_it():
    # Field 1 a number, field 2 two bytes, field 20 true: doc/specs/thrift-compact-protocol.md
    written = bytes.fromhex("15 03 18 02 6869 01 28 00")
    assert read_struct(written) == (
        {1: (Kind.I32, -2), 2: (Kind.BINARY, b"hi"), 20: (Kind.TRUE, True)},
        len(written),
    )


@given(st.binary(max_size=100))
def test_any_bytes_are_a_structure_or_an_error(data):
    try:
        _, end = read_struct(data)
    except ThriftError:
        return
    assert 0 < end <= len(data)


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"\x1c" * 40, "without an end"),
        (b"\x19\xf9" + b"\xf9" * 40, "too early|without an end"),
        (b"\x15" + b"\xff" * 11, "a number without an end"),
        (b"\x19\xf3\xff\xff\xff\xff\x0f", "too early"),
        (b"\x18\xff\xff\xff\xff\xff\xff\x0f", "too early"),
        (b"\x1e\x00", "no type 14"),
        (b"\x1b\x00", "a map"),
    ],
)
def test_lies_are_told(data, why):
    with pytest.raises(ThriftError, match=why):
        read_struct(data)


def test_there_are_only_so_many_values(monkeypatch):
    monkeypatch.setattr(thrift, "_MOST_VALUES", 100)
    assert read_struct(b"\x19\xf3\x63" + bytes(100))[0] == {1: (Kind.LIST, (Kind.BYTE, [0] * 99))}
    with pytest.raises(ThriftError, match="more values"):
        read_struct(b"\x19\xf3\x64" + bytes(101))


def test_a_field_has_to_be_there_and_of_its_kind():
    assert value_of({1: (Kind.I32, 7)}, 1, Kind.I32) == 7
    with pytest.raises(ThriftError, match="no field 2"):
        value_of({1: (Kind.I32, 7)}, 2, Kind.I32)
    with pytest.raises(ThriftError, match="no field 1"):
        value_of({1: (Kind.BINARY, b"")}, 1, Kind.I32)
