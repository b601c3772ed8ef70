"""Events in another format than the one in which they came."""

from __future__ import annotations

import json

import pytest
from helpers import events_in, recorded
from hypothesis import given
from hypothesis import strategies as st

from switchy_nb.errors import ProtocolError
from switchy_nb.wire import Event, Format
from switchy_nb.wire.rewrite import pairs_of, rewritten


def test_a_plain_event_is_written_in_json_as_freeswitch_writes_it() -> None:
    for raw in events_in(recorded("wire_json.raw.xz")):
        event = Event(raw, Format.JSON)
        there = Event(rewritten(event, "plain"))
        assert json.loads(rewritten(there, "json")) == json.loads(raw)


def test_duplicates_lists_and_half_characters() -> None:
    event = Event(b"a: 1\nA: 2\nlist: ARRAY::x|:y\nnone: _undef_\n\n")
    assert pairs_of(event) == [("a", "1"), ("A", "2"), ("list", ("x", "y")), ("none", "")]
    assert rewritten(event, "json") == b'{"a":"1","A":"2","list":["x","y"],"none":""}'
    half = Event(b'{"a":"x\\ud800y","b":{"c":1},"d:":"no name"}', Format.JSON)
    assert dict(Event(rewritten(half, "plain"))) == {"a": "x\ufffdy", "b": '[["c", 1]]'}


def test_what_cannot_be_read_is_an_error() -> None:
    for raw in (b"{torn", b"[1]"):
        with pytest.raises(ProtocolError, match="JSON"):
            rewritten(Event(raw, Format.JSON), "plain")


values = st.text(st.characters(codec="utf-8"), max_size=20)
names_ = st.text(st.characters(codec="ascii", categories=["L"]), min_size=1, max_size=10)


@given(
    st.lists(st.tuples(names_.filter(lambda n: n.lower() != "content-length"), values)),
    st.none() | values.filter(bool),
)
def test_any_event_says_the_same_in_the_other_format(
    pairs: list[tuple[str, str]], body: str | None
) -> None:
    event = Event.make(pairs, body)
    other = Event(rewritten(event, "json"), Format.JSON)
    assert dict(other) == dict(event)
    assert other.body == event.body
    back = Event(rewritten(other, "plain"))
    assert dict(back) == dict(event)
    assert back.body == event.body
