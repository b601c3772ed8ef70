"""Events that are torn, large, or of a length that lies, through a real socket into a recording."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from helpers import Peer, Talk, eventually

from switchy_nb import EventListener
from switchy_nb.recording import Recording


def message(number: int, body: str | None = None) -> bytes:
    """An event as it is sent."""
    text = f"Event-Name: CUSTOM\nEvent-Subclass: T::{number}\nEvent-Sequence: {number}\n"
    text += "\n" if body is None else f"Content-Length: {len(body)}\n\n{body}"
    return f"Content-Length: {len(text)}\nContent-Type: text/event-plain\n\n{text}".encode()


#: what a switch does on its link for events, told what is recorded of it
Say = Callable[[Talk, Recording], None]


@contextmanager
def listening(*says: Say, autorecon: float | bool = 20) -> Iterator[Recording]:
    """What is recorded of a switch that does this when it is subscribed to, one after the other."""
    turns, started = iter(says), threading.Event()

    def script(talk: Talk) -> None:
        talk.login()
        while True:
            line = talk.hear()
            talk.reply("+OK")
            if line.startswith("event "):
                break
        assert started.wait(20)
        next(turns)(talk, listener.recording)
        talk.serve(api="false")

    def login_of_commands(talk: Talk) -> None:
        talk.login()
        talk.serve(api="false")

    def one_of(talk: Talk) -> None:
        # The listener's first link is for its events, its second for commands.
        (login_of_commands if len(peer.talks) == 2 else script)(talk)

    with Peer(one_of) as peer:
        listener = EventListener(peer.host, peer.port, "secret", autorecon=autorecon)
        listener.connect()
        listener.start()
        started.set()
        try:
            yield listener.recording
        finally:
            listener.disconnect()


def names(recording: Recording) -> list[str]:
    events = recording.events
    return events["subclass"].fillna(events["name"]).tolist()


def reasons(recording: Recording) -> list[str]:
    return recording.header("Link-Reason").dropna().tolist()


def say(*messages: bytes) -> Say:
    return lambda talk, recording: talk.say(b"".join(messages))


def half(talk: Talk, recording: Recording) -> None:
    """Say an event and the half of another; what was said is read before the link ends."""
    talk.say(message(1) + message(2)[:70])
    eventually(lambda: names(recording) == ["T::1"])


def cut(talk: Talk, recording: Recording) -> None:
    half(talk, recording)
    talk.kill()


def closed(talk: Talk, recording: Recording) -> None:
    half(talk, recording)
    raise OSError("the peer closes the connection")


@pytest.mark.parametrize("end", [cut, closed])
def test_a_link_that_comes_back_after_half_an_event(end: Say) -> None:
    with listening(end, say(message(3))) as recording:
        eventually(lambda: "T::3" in names(recording))
        assert names(recording) == ["T::1", "LINK_DOWN", "LINK_UP", "T::3"]
        assert recording.event(3).raw == message(3).partition(b"\n\n")[2]
        assert reasons(recording)[0].endswith("in the middle of a message: 70 bytes of it had come")


@pytest.mark.parametrize("end", [cut, closed])
def test_a_peer_that_dies_in_the_middle_of_an_event(end: Say) -> None:
    with listening(end, autorecon=False) as recording:
        eventually(lambda: "LINK_DOWN" in names(recording))
        assert names(recording) == ["T::1", "LINK_DOWN"]
        assert "in the middle of a message: 70 bytes" in reasons(recording)[0]
        assert len(recording) == recording.received == 2


def test_an_event_of_nine_mebibytes() -> None:
    body = "".join(f"{n:>15}\n" for n in range(9 * 1024 * 1024 // 16))
    with listening(say(message(1), message(2, body), message(3))) as recording:
        eventually(lambda: len(recording) == 3)
        assert names(recording) == ["T::1", "T::2", "T::3"]
        assert recording.event(1).raw == message(2, body).partition(b"\n\n")[2]
        recording.flush()
        assert recording.event(1).body == body
        assert recording.nbytes < len(body)


def lying(length: Callable[[int], object]) -> bytes:
    """An event whose head gives another length than it has."""
    return re.sub(rb"\d+", lambda found: str(length(int(found[0]))).encode(), message(2), count=1)


def test_a_length_that_takes_in_a_part_of_the_next_event_is_told(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with listening(say(message(1), lying(lambda true: true + 9), message(3))) as recording:
        eventually(lambda: "T::3" in names(recording))
        assert names(recording) == ["T::1", "T::2", "T::3"]
        (told,) = recording.warnings
        assert f"{recording.switch}: an event is " in told
        assert "read up to where the next one begins" in told
        assert told in caplog.text
    data = b"".join((message(1), lying(lambda true: true + 9), message(3)))
    assert "where the next one begins" in Recording.from_bytes(data).warnings[0]


@pytest.mark.parametrize(
    ("length", "reason"),
    [
        (lambda true: true - 7, "a message of a kind that is not known"),
        (lambda true: true + 20 * 1024 * 1024, r"over the limit of 10,485,760 \(10 MiB"),
        (lambda true: -true, "a length of b'-[0-9]+' cannot be"),
        (lambda true: "many", "a length of b'many' cannot be"),
    ],
)
def test_a_length_that_lies_ends_the_link_and_says_why(
    length: Callable[[int], object], reason: str
) -> None:
    lie = say(message(1), lying(length), message(3))
    with listening(lie, say(message(4))) as recording:
        eventually(lambda: "T::4" in names(recording))
        told = [name for name in names(recording) if name != "T::2"]  # as much of it as it had
        assert told == ["T::1", "LINK_DOWN", "LINK_UP", "T::4"]
        assert re.search(f"what came could not be read: .*{reason}", reasons(recording)[0])


@pytest.mark.parametrize("more", [1, 30, len(message(3)) - 1])
def test_a_length_that_takes_a_part_of_the_next_event_is_noticed(
    more: int, caplog: pytest.LogCaptureFixture
) -> None:
    lie = say(message(1), lying(lambda true: true + more), message(3), message(4))
    with listening(lie) as recording:
        eventually(lambda: "T::4" in names(recording))
        assert names(recording) == ["T::1", "T::2", "T::3", "T::4"]
        for n in range(4):
            assert recording.event(n).raw == message(n + 1).partition(b"\n\n")[2]
    assert "an event is 59 bytes long, and not" in caplog.text


def test_a_length_that_takes_all_of_the_next_event_takes_it() -> None:
    """It ends as events do, so nobody can tell: nothing is lost from the bytes."""
    behind = message(3)
    lie = say(lying(lambda true: true + len(behind)), behind, message(4))
    with listening(lie) as recording:
        eventually(lambda: len(recording) == 2)
        assert names(recording) == ["T::2", "T::4"]
        assert recording.event(0).raw.endswith(behind)


@pytest.mark.parametrize("off", [-5, 5000, 1 << 40])
def test_a_body_whose_length_lies_is_what_is_there(off: int) -> None:
    text = f"Event-Name: CUSTOM\nEvent-Subclass: T::2\nContent-Length: {11 + off}\n\nhello world"
    head = f"Content-Length: {len(text)}\nContent-Type: text/event-plain\n\n"
    with listening(say(message(1), (head + text).encode(), message(3))) as recording:
        eventually(lambda: len(recording) == 3)
        assert names(recording) == ["T::1", "T::2", "T::3"]
        assert recording.event(1).body == "hello world"
