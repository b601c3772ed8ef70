from __future__ import annotations

import mmap
import random

import pytest
from helpers import events_in, recorded
from hypothesis import given
from hypothesis import strategies as st

from switchy_nb.errors import ProtocolError
from switchy_nb.wire import (
    ApiResponse,
    AuthRequest,
    CommandReply,
    Disconnect,
    Event,
    Format,
    LogLine,
    Message,
    Parser,
    Rejection,
    native,
)

_Found = tuple[list[int], list[int], list[int]]
NOTICE = "Disconnected, goodbye.\nSee you at ClueCon! http://www.cluecon.com/\n"


def test_every_kind_of_message() -> None:
    data = (
        b"Content-Type: auth/request\n\n"
        b"Content-Type: command/reply\nReply-Text: +OK Job-UUID: j\nJob-UUID: j\n\n"
        b"Content-Type: api/response\nContent-Length: 5\n\n-ERR\n"
        b"Content-Length: 16\nContent-Type: text/event-plain\n\nEvent-Name: X\n\n\n"
        b'Content-Length: 18\nContent-Type: text/event-json\n\n{"Event-Name":"X"}'
        b"Content-Type: log/data\nContent-Length: 3\nLog-Level: 7\n\nhi\n"
        b"Content-Type: text/disconnect-notice\nContent-Disposition: linger\nContent-Length: 0\n\n"
        b"Content-Type: text/disconnect-notice\nContent-Length: 67\n\n" + NOTICE.encode()
    )
    auth, reply, response, plain, as_json, line, linger, bye = Parser().feed(data)
    assert auth == AuthRequest()
    assert isinstance(reply, CommandReply)
    assert reply.headers["Job-Uuid"] == "j"
    assert reply.ok
    assert response == ApiResponse("-ERR\n")
    assert isinstance(response, ApiResponse)
    assert not response.ok
    assert isinstance(plain, Event)
    assert plain.name == "X"
    assert isinstance(as_json, Event)
    assert as_json.fmt is Format.JSON
    assert as_json.name == "X"
    assert isinstance(line, LogLine)
    assert (line.text, line.headers["Log-Level"]) == ("hi\n", "7")
    assert linger == Disconnect("", lingering=True)
    assert bye == Disconnect(NOTICE, lingering=False)


def test_rude_rejection() -> None:
    data = b"Content-Type: text/rude-rejection\nContent-Length: 24\n\nAccess Denied, go away.\n"
    assert Parser().feed(data) == [Rejection("Access Denied, go away.\n")]


@pytest.mark.parametrize(
    "name", ["ten_calls.events", "hostile_values.events", "wire_json", "wire_with_log_lines"]
)
def test_bytes_of_a_real_switch_cut_anywhere(name: str) -> None:
    data = recorded(f"{name}.raw.xz")
    whole = Parser().feed(data)
    assert [m.raw for m in whole if isinstance(m, Event)] == events_in(data)
    chance = random.Random(name)
    parser, parts, at = Parser(), list[Message](), 0
    while at < len(data):
        size = chance.choice([1, 2, 17, 900, 20000])
        parts += parser.feed(data[at : at + size])
        at += size
    assert parts == whole
    assert parser.pending == 0


def test_byte_by_byte() -> None:
    data = recorded("wrong_commands.events.raw.xz")
    parser = Parser()
    parts = [m for byte in data for m in parser.feed(bytes([byte]))]
    assert parts == Parser().feed(data)


def test_xml_is_refused_by_name() -> None:
    parser = Parser()
    (reply,) = parser.feed(recorded("wire_xml.raw.xz"))
    assert reply == CommandReply("+OK event listener enabled xml", reply.headers)  # type: ignore[union-attr]
    assert "XML" in str(parser.error)
    with pytest.raises(ProtocolError, match="XML"):
        Parser().feed(b"Content-Type: text/event-xml\nContent-Length: 7\n\n<event>")


@pytest.mark.parametrize(
    ("data", "match"),
    [
        (b"SSH-2.0-OpenSSH_9.2\r\n", "SSH-2.0"),
        (b"220 mail.example.org ESMTP\r\n", "no Event Socket"),
        (b"Content-Length: 10485761\n\n", "10 MiB"),
        (b"Content-Length: -1\n\n", "cannot be"),
        (b"Content-Length: x\n\n", "cannot be"),
        (b"Content-Length: " + b"9" * 5000 + b"\n\n", "cannot be"),
        (b"Content-Type: text/strange\nContent-Length: 0\n\n", "text/strange"),
        (b"Content-Type: command/reply\nnonsense\n\n", "without a colon"),
        (b"a: " + b"x" * (1024 * 1024 + 9), "1 MiB"),
    ],
)
def test_what_is_no_event_socket_says_what_came(data: bytes, match: str) -> None:
    with pytest.raises(ProtocolError, match=match):
        Parser().feed(data)


def test_an_error_shows_the_bytes_around_it() -> None:
    good = b"Content-Type: command/reply\nReply-Text: +OK\n\n"
    parser = Parser()
    assert len(parser.feed(good + b"Content-Length: oops\n\n")) == 1, "what was whole is kept"
    assert parser.error is not None
    with pytest.raises(ProtocolError) as caught:
        parser.feed(good)
    assert "Reply-Text: +OK" in str(caught.value)
    assert "Content-Length: oops" in str(caught.value)


@given(st.binary(max_size=300))
def test_any_bytes_end_in_messages_or_a_protocol_error(data: bytes) -> None:
    parser = Parser()
    try:
        messages = parser.feed(data)
    except ProtocolError as exc:
        assert str(exc)
    else:
        assert parser.pending <= len(data)
        assert messages == [] or parser.pending < len(data)


@given(st.lists(st.binary(max_size=60), max_size=6), st.data())
def test_bodies_may_hold_anything(bodies: list[bytes], data: st.DataObject) -> None:
    stream = b"".join(
        b"Content-Type: text/event-plain\nContent-Length: %d\n\n" % len(b) + b for b in bodies
    )
    cut = data.draw(st.integers(0, len(stream)))
    parser = Parser()
    found = parser.feed(stream[:cut]) + parser.feed(stream[cut:])
    assert [m.raw for m in found if isinstance(m, Event)] == bodies


def test_a_large_message_in_small_pieces_is_not_moved_again_and_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    body = b"Event-Name: X\nY: " + b"y" * 9_900_000 + b"\n\n"
    data = b"Content-Length: %d\nContent-Type: text/event-plain\n\n" % len(body) + body
    parser, moved, move = Parser(), list[int](), Parser._move
    monkeypatch.setattr(Parser, "_move", lambda self: moved.append(self.pending) or move(self))  # type: ignore[func-returns-value]
    events = [e for at in range(0, len(data), 10_000) for e in parser.feed(data[at : at + 10_000])]
    assert [e.raw for e in events if isinstance(e, Event)] == [body]
    assert sum(moved) < len(body), "fewer bytes are moved than there are"


def test_for_log_lines_the_bytes_are_not_searched_for_events(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked, frame = list[int](), native.frame

    def asking(data: mmap.mmap | bytes, start: int, end: int) -> _Found | None:
        asked.append(start)
        return frame(data, start, end)

    monkeypatch.setattr(native, "frame", asking)
    line = b"Content-Type: log/data\nContent-Length: 3\nLog-Level: 7\n\nhi\n"
    event = b"Content-Length: 16\nContent-Type: text/event-plain\n\nEvent-Name: X\n\n\n"
    messages = Parser().feed(line * 500 + event * 9 + line * 500)
    assert [type(m) for m in messages] == [LogLine] * 500 + [Event] * 9 + [LogLine] * 500
    assert len(asked) <= 9
