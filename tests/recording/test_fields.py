"""Single headers out of raw bytes agree with `wire.Event` in everything."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchy_nb.recording.fields import Kind, Needles, known, microseconds, readable, whole_number
from switchy_nb.wire import Event, Format

NAMES = ["Event-Name", "Unique-ID", "variable_x", "Job-UUID"]

# Lines that are like what is looked for, or nearly, in any case, with and without the blank.
names = st.sampled_from(
    [
        b"Event-Name",
        b"event-name",
        b"UNIQUE-ID",
        b"Unique-ID",
        b"Unique-ID ",
        b"variable_x",
        b"xjob-uuid",
    ]
)
values = st.one_of(
    st.binary(max_size=12),
    st.sampled_from(
        [b"_undef_", b"x%0AUnique-ID: forged", b"a: b", b"%", b"%zz", b"\xff\xfe", b""]
    ),
).map(lambda value: value.replace(b"\n", b""))
lines = st.builds(
    lambda name, colon, value: name + colon + value,
    names,
    st.sampled_from([b": ", b":", b":  ", b""]),
    values,
)
plain = st.builds(
    lambda head, body: b"\n".join(head) + body,
    st.lists(lines, max_size=8),
    st.sampled_from([b"", b"\n", b"\n\n", b"\n\nUnique-ID: forged\n\n", b"\n\nEvent-Name: x"]),
)


@given(plain)
def test_plain_events_are_read_as_event_reads_them(raw):
    event = Event(raw)
    assert Needles(NAMES).find(raw, Kind.PLAIN) == [event.get(name) for name in NAMES]


@given(
    st.dictionaries(st.sampled_from([*NAMES, "unique-id", "_body", "other"]), st.text(max_size=9))
)
def test_json_events_are_read_as_event_reads_them(pairs):
    raw = json.dumps(pairs).encode()
    event = Event(raw, Format.JSON)
    try:
        expected = [event.get(name) for name in NAMES]
    except ValueError:
        expected = [None] * len(NAMES)  # a lone surrogate: no UTF-8, so not to be read
    assert Needles(NAMES).find(raw, Kind.JSON) == expected


@pytest.mark.parametrize("raw", [b"", b"{", b"[]", b"null", b"[" * 100_000, b'{"a": \xff}'])
def test_json_that_is_none_has_no_headers(raw):
    assert Needles(NAMES).find(raw, Kind.JSON) == [None] * len(NAMES)


@given(st.text())
def test_what_a_frame_shows_can_always_be_written_as_utf8(value):
    value = value.encode("utf-8", "surrogatepass").decode("utf-8", "surrogateescape")
    shown = readable(value)
    assert shown.encode().decode() == shown


def test_stray_bytes_are_written_out():
    assert readable(b"caf\xe9".decode("utf-8", "surrogateescape")) == r"caf\xe9"
    assert readable("\ud800") == r"\ud800"
    assert readable("Zoë ☎") == "Zoë ☎"
    assert known("") is None


@pytest.mark.parametrize(
    "value", [None, "", "x", "-1", "1.5", "٣", "1_0", " 7", "9" * 19, "1" * 400]
)
def test_what_is_no_number_is_missing(value):
    assert whole_number(value) is None
    assert microseconds(value) is None


def test_times_that_cannot_be_are_missing():
    assert microseconds("0") is None
    assert microseconds("999999999999999999") is None
    assert microseconds("1795418625838388") == 1_795_418_625_838_388
