from __future__ import annotations

import json

import pytest
from helpers import events_in, recorded
from hypothesis import given
from hypothesis import strategies as st

from switchy_nb.errors import ProtocolError
from switchy_nb.wire import Event, Format

PLAIN = (
    b"Event-Name: CUSTOM\nEvent-Subclass: sofia%3A%3Aregister\nUnique-ID: a\nunique-id: b\n"
    b"empty: _undef_\nlist: ARRAY::one|:two\nbad: %FF%zz\nContent-Length: 9\n\nUnique: c"
)


def test_reads_headers_without_regard_to_case() -> None:
    event = Event(PLAIN)
    assert event["unique-ID"] == "a" == event["UNIQUE-ID"]
    assert event.getall("Unique-ID") == ["a", "b"]
    assert event.name == "CUSTOM"
    assert event.subclass == "sofia::register"
    assert "Unique-id" in event
    assert "Unique" not in event
    assert 7 not in event
    assert list(event)[:2] == ["Event-Name", "Event-Subclass"]
    assert len(event) == 7
    assert event.body == "Unique: c"


def test_a_command_that_waited_is_named_as_it_was_fired() -> None:
    event = Event(b"Event-Name: COMMAND\nevent-name: PRIVATE_COMMAND\n\n")
    assert event.name == "PRIVATE_COMMAND"
    assert event["Event-Name"] == "COMMAND"
    assert Event(b"Event-Name: COMMAND\n\n").name == "COMMAND"
    assert Event(b"Event-Name: A\nEvent-Name: B\n\n").name == "A"


def test_values() -> None:
    event = Event(PLAIN)
    assert event["empty"] == ""
    assert event.array("list") == ["one", "two"]
    assert event.array("Unique-ID") == ["a"]
    assert event.array("empty") == []
    assert event["bad"] == "\udcff%zz"
    assert event["bad"].encode("utf-8", "surrogateescape") == b"\xff%zz"
    assert event.get("none") is None
    assert event.getall("none") == []
    with pytest.raises(KeyError):
        event["none"]


def test_a_value_cannot_become_a_header() -> None:
    event = Event(b"Event-Name: X\nname: x%0AUnique-ID: forged\n\n")
    assert event["name"] == "x\nUnique-ID: forged"
    assert "Unique-ID" not in event
    assert event.body is None


def test_a_torn_event_gives_what_it_has() -> None:
    assert dict(Event(b"Event-Name: X\nUniq")) == {"Event-Name": "X"}
    assert dict(Event(b"")) == {}
    assert Event(b"").name == ""


def test_equality_and_repr() -> None:
    assert Event(PLAIN) == Event(PLAIN)
    assert Event(PLAIN) != Event(PLAIN + b"!")
    assert Event(PLAIN) != PLAIN
    assert hash(Event(PLAIN)) == hash(Event(PLAIN))
    assert repr(Event(PLAIN)) == f"<Event sofia::register, {len(PLAIN)} bytes>"


def test_json() -> None:
    raw = b'{"Event-Name":"X","list":["a","b"],"pct":"50%20","dup":"1","DUP":"2","_body":"b\\n"}'
    event = Event(raw, Format.JSON)
    assert event.name == "X"
    assert event.array("list") == ["a", "b"]
    assert event["pct"] == "50%20"
    assert event.getall("dup") == ["1", "2"]
    assert event.body == "b\n"


def test_json_may_hold_half_a_character() -> None:
    event = Event(b'{"Event-Name":"X","a\\ud800":"b\\udfffc"}', Format.JSON)
    assert dict(event) == {"Event-Name": "X", "a?": "b\ufffdc"}


@pytest.mark.parametrize("raw", [b"", b"[1]", b"{", b'"x"', b"\xff"])
def test_what_is_no_json_event_says_so(raw: bytes) -> None:
    with pytest.raises(ProtocolError, match="JSON"):
        Event(raw, Format.JSON).name  # noqa: B018


def test_make_refuses_names_that_would_be_other_headers() -> None:
    for name in ("", "a:b", "a\nb", "a\rb"):
        with pytest.raises(ProtocolError, match="name of a header"):
            Event.make([(name, "x")])


names = st.text(st.characters(codec="ascii", exclude_characters=":\r\n"), min_size=1).filter(
    lambda n: n.strip() == n and n.lower() != "content-length"
)


@given(st.dictionaries(names, st.text(), max_size=5), st.none() | st.text())
def test_make_carries_any_text(headers: dict[str, str], body: str | None) -> None:
    headers = {n: v for n, v in headers.items() if v != "_undef_"}
    event = Event.make(headers.items(), body)
    first: dict[str, str] = {}
    for name, value in headers.items():
        first.setdefault(name.lower(), value)
    assert {n.lower(): v for n, v in event.items() if n != "Content-Length"} == first
    assert event.body == body


@given(st.binary())
def test_any_bytes_are_read_without_an_error(raw: bytes) -> None:
    event = Event(raw)
    assert all(isinstance(value, str) for value in event.values())
    assert event.raw == raw


def test_json_and_plain_of_a_real_switch_name_the_same_headers() -> None:
    plain = [Event(raw) for raw in events_in(recorded("caller_hangs_up.events.raw.xz"))]
    as_json = [Event(raw, Format.JSON) for raw in events_in(recorded("wire_json.raw.xz"))]
    one = next(e for e in plain if e.name == "CHANNEL_PARK" and e["Call-Direction"] == "inbound")
    two = next(e for e in as_json if e.name == "CHANNEL_PARK" and e["Call-Direction"] == "inbound")
    assert set(one) - {"variable_sip_h_X-switchy_originating_session"} == set(two) - {
        "variable_sip_h_X-switchy_originating_session"
    }
    assert one.array("variable_DP_MATCH") == two.array("variable_DP_MATCH") == ["answer", "answer"]
    assert dict(two)["Event-Name"] == json.loads(two.raw)["Event-Name"]
