"""What is written in C does what Python does, and nothing is missed where it is not there."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from helpers import events_in, recorded
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from switchy_nb.errors import ProtocolError
from switchy_nb.wire import Batch, Event, Message, Parser, native, parser

HEAD = b"Content-Length: %d\nContent-Type: text/event-plain\n\n"

pieces = st.one_of(
    st.binary(max_size=40).map(lambda body: HEAD % len(body) + body),
    st.sampled_from(
        [
            b"\n",
            b"Content-Type: command/reply\nReply-Text: +OK\n\n",
            b"Content-Type: text/event-plain\nContent-Length: 3\n\nA:1",
            b"Content-Length: 2\nContent-Type: text/event-json\n\n{}",
            b"Content-Length: 00000000001\nContent-Type: text/event-plain\n\nx",
            b"Content-Length: 0\nContent-Type: text/event-plain\n\n",
            b"Content-Length: \nContent-Type: text/event-plain\n\n",
            b"Content-Length: 9\nContent-Type: text/event-plain\n\nshort",
            b"Content-Length: -1\nContent-Type: text/event-plain\n\n",
        ]
    ),
)


def read(data: bytes, sizes: list[int]) -> tuple[list[Message], str | None]:
    reader, messages, at = Parser(), list[Message](), 0
    try:
        for size in [*sizes, len(data)]:
            messages += reader.feed(data[at : at + size])
            at += size
    except ProtocolError as exc:
        return messages, str(exc)
    return messages, str(reader.error) if reader.error else None


@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(pieces, max_size=12), st.lists(st.integers(1, 200), max_size=8))
def test_events_are_framed_alike(
    monkeypatch: pytest.MonkeyPatch, some: list[bytes], sizes: list[int]
) -> None:
    data = b"".join(some)
    with monkeypatch.context() as patch:
        patch.setattr(parser, "_MUCH", 0)
        framed = read(data, sizes)
        patch.setattr(native, "library", lambda: None)
        assert read(data, sizes) == framed


def test_real_events_are_framed_alike(monkeypatch: pytest.MonkeyPatch) -> None:
    data = recorded("ten_calls.events.raw.xz")
    framed = [m.raw for m in Parser().feed(data) if isinstance(m, Event)]
    assert framed == events_in(data)
    monkeypatch.setattr(native, "library", lambda: None)
    assert [m.raw for m in Parser().feed(data) if isinstance(m, Event)] == framed
    assert any(len(p) > 100 for p in Parser().feed_batches(data) if isinstance(p, Batch))


def test_a_library_of_another_version_is_not_used(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    native.library.cache_clear()
    try:
        monkeypatch.setattr(native, "VERSION", -1)
        assert native.library() is None
        native.library.cache_clear()
        monkeypatch.setattr(native, "VERSION", 11)
        broken = tmp_path / "_headers.so"
        broken.write_bytes(b"no library")
        monkeypatch.setattr(native, "LIBRARY", broken)
        assert native.library() is None
    finally:
        monkeypatch.undo()
        native.library.cache_clear()


@pytest.mark.parametrize(
    ("value", "pure"), [("1", True), ("yes", True), ("0", False), ("False", False), ("", False)]
)
def test_it_can_be_left_out(value: str, pure: bool) -> None:
    code = "from switchy_nb.wire import native; print(native.library() is None)"

    def is_pure(**environment: str) -> bool:
        done = subprocess.run(
            [sys.executable, "-c", code],
            env={"PATH": "", **environment},
            capture_output=True,
            text=True,
            check=True,
            timeout=60,
        )
        return done.stdout.strip() == "True"

    assert is_pure(SWITCHY_NB_PURE=value) == (pure or is_pure())
