"""Events whose heads lie about their length: where they end, with C and without."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from switchy_nb.wire import Batch, Event, Parser, native
from switchy_nb.wire.framing import true_end


def event(number: int, body: bytes | None = None) -> bytes:
    text = b"Event-Name: CUSTOM\nEvent-Sequence: %d\nX: %s\n" % (number, b"x" * 300)
    return text + (b"\n" if body is None else b"Content-Length: %d\n\n%s" % (len(body), body))


def said(text: bytes, more: int = 0) -> bytes:
    return b"Content-Length: %d\nContent-Type: text/event-plain\n\n%s" % (len(text) + more, text)


@pytest.fixture(params=["C", "Python"])
def parser(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Parser:
    if request.param == "Python":
        monkeypatch.setattr(native, "library", lambda: None)
    elif native.library() is None:
        pytest.skip("the library was not built")
    return Parser()


#: Anybody may write a head in a body.
FORGED = b"hello\n\n" + said(event(666))
BODIES = [None, b"", b"+OK", b"two\n\nlines\n\n", FORGED, FORGED + b"and on"]


@pytest.mark.parametrize("body", BODIES)
@pytest.mark.parametrize("more", [1, 17, 60, 200])
@pytest.mark.parametrize("count", [3, 200])
def test_a_length_that_is_too_long_costs_no_event(
    count: int, more: int, body: bytes | None, parser: Parser
) -> None:
    texts = [event(n, body) for n in range(count)]
    lies = {1, count // 2}
    data = b"".join(said(text, more * (n in lies)) for n, text in enumerate(texts))
    parts = parser.feed_batches(data)
    assert all(isinstance(part, Batch) for part in parts)
    assert [raw for part in parts if isinstance(part, Batch) for raw in part.raws()] == texts
    assert parser.misled == len(lies)


@pytest.mark.parametrize("body", BODIES)
def test_what_is_true_is_left_as_it_is(body: bytes | None, parser: Parser) -> None:
    texts = [event(n, body) for n in range(150)]
    events = parser.feed(b"".join(map(said, texts)))
    assert [e.raw for e in events if isinstance(e, Event)] == texts
    assert parser.misled == 0


def test_of_an_event_that_lies_about_its_body_too_no_byte_is_lost(parser: Parser) -> None:
    text = event(1, b"hello world").replace(b"Content-Length: 11", b"Content-Length: 5")
    data = said(text, 90) + said(event(2)) + said(event(3))
    events = parser.feed(data)
    assert [e.raw for e in events if isinstance(e, Event)] == [text, event(2), event(3)]
    assert parser.misled == 1


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30)
@given(st.lists(st.tuples(st.sampled_from(BODIES), st.integers(0, 500)), min_size=90, max_size=120))
def test_c_and_python_read_the_same(
    monkeypatch: pytest.MonkeyPatch, many: list[tuple[bytes | None, int]]
) -> None:
    lies = [said(event(n, body), more * (n % 7 == 0)) for n, (body, more) in enumerate(many)]
    data = b"".join(lies) + said(event(0)) * 2
    read = []
    for library in (native.library, lambda: None):
        with monkeypatch.context() as patch:
            patch.setattr(native, "library", library)
            parser = Parser()
            messages = parser.feed(data)
            read.append(([str(m) for m in messages], parser.misled, str(parser.error)))
    assert read[0] == read[1]


_LINES = st.sampled_from(
    [
        *(b"A: 1", b"Content-Length: ", b"Content-Length: 5", b"content-length: 5", b"", b"x"),
        *(b"Content-Length: 500", b"Content-Length: 5x", b"Content-Length: %d" % 10**30),
        *(b"Content-Length:5", b"XContent-Length: 500"),
    ]
)


@pytest.mark.skipif(native.library() is None, reason="what is written in C was not built")
@settings(max_examples=500)
@given(
    st.lists(_LINES, max_size=6),
    st.sampled_from([b"", b"\n", b"\n\n", b"\n\nhello", b"\n\na\nb\nc"]),
)
def test_what_c_takes_for_an_end_is_one(head: list[bytes], end: bytes) -> None:
    text = b"\n".join(head) + end
    data = said(text) + said(b"B: 2\n\n")
    framed = native.frame(data, 0, len(data))
    assert framed is not None
    starts, ends, odd = framed
    assert data[starts[0] : ends[0]] == text
    if 0 not in odd and data[ends[0] - 2 : ends[0]] != b"\n\n":
        assert true_end(data, int(starts[0]), int(ends[0]), len(data)) == ends[0]
