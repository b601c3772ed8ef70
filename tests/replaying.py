"""What the tests of replays need: recordings to play, time that obeys, a client made of a socket."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from helpers import RECORDINGS, recorded

from switchy_nb.recording import Recording
from switchy_nb.replay import Replay, replay
from switchy_nb.wire import ApiResponse, AuthRequest, CommandReply, Event, Message, Parser

START = 1_795_000_000_000_000


def scenario(name: str, **options: Any) -> Recording:
    whole = RECORDINGS / f"{name}.raw.xz"
    file = whole.name if whole.exists() else f"{name}.events.raw.xz"
    return Recording.from_bytes(recorded(file), **options)


def heartbeats(*seconds: float) -> Recording:
    """A recording of one small event at each of these seconds."""
    recording = Recording(switch="fs")
    for n, second in enumerate(seconds):
        event = Event.make([("Event-Name", "HEARTBEAT"), ("Event-Sequence", str(n))])
        recording.append(event, START + int(second * 1e6))
    return recording


@dataclass
class ManualTimer:
    """Time that stands still until a test says otherwise."""

    moment: float = 100.0
    due: list[Due] = field(default_factory=list)
    made: Replay | None = None

    def now(self) -> float:
        return self.moment

    def call_later(self, loop: Any, seconds: float, what: Callable[[], None]) -> Due:
        due = Due(self.moment + seconds, what)
        self.due.append(due)
        return due

    def advance(self, seconds: float) -> None:
        """Let time pass, on the replay's own thread: all that was due then is done on return."""
        assert self.made is not None
        self.made._do(lambda player: self._pass(seconds))

    def _pass(self, seconds: float) -> None:
        end = self.moment + seconds
        while ripe := [due for due in self.due if due.at <= end and not due.cancelled]:
            first = min(ripe, key=lambda due: due.at)
            self.due.remove(first)
            self.moment = max(self.moment, first.at)
            first.what()
        self.moment = end


@dataclass(eq=False)
class Due:
    at: float
    what: Callable[[], None]
    cancelled: bool = False

    def cancel(self) -> None:
        self.cancelled = True


class Bare:
    """A client of the Event Socket made of a socket and the parser."""

    def __init__(self, served: Replay, password: str = "ClueCon") -> None:
        self.sock = socket.create_connection((served.host, served.port), timeout=20)
        self.parser = Parser()
        self.waiting: list[Message] = []
        self.events: list[Event] = []
        self.over = False
        assert isinstance(self.next(), AuthRequest)
        self.greeting = self.ask(f"auth {password}")

    def next(self) -> Message | None:
        while not self.waiting:
            data = self.sock.recv(1 << 16)
            if not data:
                self.over = True
                return None
            self.waiting += self.parser.feed(data)
        return self.waiting.pop(0)

    def ask(self, line: str) -> str:
        """Send a command; return its reply's text. Events that come before it are kept."""
        self.sock.sendall(line.encode() + b"\n\n")
        while True:
            message = self.next()
            if isinstance(message, CommandReply | ApiResponse):
                return message.text
            assert isinstance(message, Event), message
            self.events.append(message)

    def take(self, count: int) -> list[Event]:
        """The next so many events."""
        while len(self.events) < count:
            message = self.next()
            assert isinstance(message, Event), message
            self.events.append(message)
        taken, self.events = self.events[:count], self.events[count:]
        return taken

    def rest(self) -> list[Event]:
        """All events until the connection ends; its last words are left in `last`."""
        while (message := self.next()) is not None:
            if isinstance(message, Event):
                self.events.append(message)
            else:
                self.last = message
        return self.events

    def close(self) -> None:
        self.sock.close()


@contextmanager
def served(recording: Recording, speed: float | None = None, **options: Any) -> Iterator[Replay]:
    timer = options.pop("timer", None)
    if timer is not None:
        with Replay(recording, speed=speed, timer=timer, **options) as made:
            timer.made = made
            yield made
    else:
        with replay(recording, speed, **options) as made:
            yield made


def numbers(events: list[Event]) -> list[int]:
    return [int(event["Event-Sequence"]) for event in events]
