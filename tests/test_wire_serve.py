"""The switch's side of the wire: what it writes is what a real FreeSWITCH wrote, byte for byte."""

from __future__ import annotations

import json
import re
from urllib.parse import unquote

import pytest
from helpers import events_in, recorded

from switchy_nb.errors import ProtocolError
from switchy_nb.wire import Event, serve
from switchy_nb.wire.serve import ClientCommand, CommandParser


def pairs_of(raw: bytes) -> tuple[list[serve.Pair], str | None]:
    head, _, body = raw.decode("utf-8").partition("\n\n")
    pairs: list[serve.Pair] = []
    for line in head.split("\n"):
        name, _, value = line.partition(": ")
        if name != "Content-Length":
            pairs.append((name, unquote(value)))
    return pairs, body or None


@pytest.mark.parametrize("name", ["tone_and_echo", "record_both_legs", "wrong_commands", "busy"])
def test_plain_events_are_written_as_freeswitch_writes_them(name: str) -> None:
    events = events_in(recorded(f"{name}.events.raw.xz"))
    assert events
    for raw in events:
        assert serve.plain_event(*pairs_of(raw)) == raw


def test_json_events_are_written_as_freeswitch_writes_them() -> None:
    events = events_in(recorded("wire_json.raw.xz"))
    assert events
    for raw in events:
        items: list[tuple[str, object]] = json.loads(raw, object_pairs_hook=list)
        body = next((str(v) for k, v in items if k == "_body"), None)
        pairs: list[serve.Pair] = [
            (k, tuple(v) if isinstance(v, list) else str(v))
            for k, v in items
            if k not in ("_body", "Content-Length")
        ]
        assert serve.json_event(pairs, body) == raw


def test_xml_events_are_written_as_freeswitch_writes_them() -> None:
    events = [e for e in events_in(recorded("wire_xml.raw.xz")) if b"<body>" not in e]
    assert events
    for raw in events:
        pairs: list[serve.Pair] = []
        for tag, text in re.findall(r"    <([^>]+)>([^<]*)</", raw.decode()):
            if pairs and pairs[-1][0] == tag and tag.startswith("variable_"):
                before = pairs[-1][1]
                parts = before if isinstance(before, tuple) else (before,)
                pairs[-1] = (tag, (*parts, unquote(text)))
            else:
                pairs.append((tag, unquote(text)))
        assert serve.xml_event(pairs) == raw


def test_a_value_is_never_another_line() -> None:
    hostile = "x\nUnique-ID: forged\r\n\r\nContent-Length: 3\n\nabc"
    event = Event(serve.plain_event([("A", hostile), ("B", "2")]))
    assert dict(event) == {"A": hostile, "B": "2"}


def test_an_encoded_value_stays_encoded() -> None:
    assert serve.escape("%0A and %0a, 100%") == "%0A%20and%20%250a,%20100%25"


def test_empty_values_lists_and_bytes_that_are_no_text() -> None:
    raw = serve.plain_event([("E", ""), ("L", ("a", "b")), ("U", "Zoë"), ("S", "\udcff")])
    assert raw == b"E: _undef_\nL: ARRAY%3A%3Aa%7C%3Ab\nU: Zo%C3%AB\nS: %FF\n\n"


@pytest.mark.parametrize("name", ["", "a: b", "a\nb"])
def test_a_name_that_would_forge_a_header_is_refused(name: str) -> None:
    with pytest.raises(ProtocolError, match="name of a header"):
        serve.plain_event([(name, "x")])


def test_the_notices_have_freeswitchs_lengths() -> None:
    assert b"Content-Length: 67\n" in serve.disconnect_notice()
    assert b"Content-Length: 24\n" in serve.rude_rejection()


def test_a_reply_is_one_line_of_at_most_511_bytes() -> None:
    frame = serve.reply_frame("+OK a\nb: c" + "x" * 600)
    assert frame.count(b"\n") == 3
    line = frame.split(b"\n")[1]
    assert line.startswith(b"Reply-Text: +OK a b: c")
    assert len(line) == len("Reply-Text: ") + 511


def test_an_empty_answer_says_that_there_was_none() -> None:
    assert serve.api_frame("").endswith(b"\n\n-ERR no reply\n")


STREAM = (
    b"\r\n\nauth ClueCon\r\n\r\n"
    b"bgapi status\nJob-UUID: abc\n\n"
    b"sendevent CUSTOM\nEvent-Subclass:  a::b\ncontent-length: 6\n\na\n\nb\n\n"
    b"exit\n\n"
)
COMMANDS = [
    ClientCommand("auth ClueCon"),
    ClientCommand("bgapi status", (("Job-UUID", "abc"),)),
    ClientCommand(
        "sendevent CUSTOM", (("Event-Subclass", "a::b"), ("content-length", "6")), "a\n\nb\n\n"
    ),
    ClientCommand("exit"),
]


@pytest.mark.parametrize("step", [1, 2, 3, 7, 1000])
def test_commands_are_cut_out_of_pieces_of_any_size(step: int) -> None:
    parser = CommandParser()
    found = [
        command
        for at in range(0, len(STREAM), step)
        for command in parser.feed(STREAM[at : at + step])
    ]
    assert found == COMMANDS


def test_headers_are_found_without_regard_to_case() -> None:
    assert COMMANDS[1].header("job-uuid") == "abc"
    assert COMMANDS[1].header("other") is None


@pytest.mark.parametrize("length", ["-1", "16777217", "999999999999999999"])
def test_a_body_of_an_impossible_length_is_an_error(length: str) -> None:
    with pytest.raises(ProtocolError, match="was announced"):
        list(CommandParser().feed(f"sendevent X\nContent-Length: {length}\n\n".encode()))


def test_a_line_without_end_is_an_error() -> None:
    parser = CommandParser()
    for _ in range(9):
        assert list(parser.feed(b"x" * (1 << 20))) == []
    with pytest.raises(ProtocolError, match="has no end"):
        list(parser.feed(b"x" * (1 << 20)))
