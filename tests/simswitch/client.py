"""A bare Event Socket client over a plain socket, for tests of the simulated switch alone."""

from __future__ import annotations

import contextlib
import json
import socket
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import unquote


@dataclass(frozen=True)
class Frame:
    """One message as it came: the outer headers, and what followed them."""

    headers: dict[str, str]
    body: bytes

    @property
    def kind(self) -> str:
        return self.headers.get("Content-Type", "")

    @property
    def text(self) -> str:
        return self.body.decode("utf-8", "surrogateescape")


Headers = dict[str, str]


def read_plain(data: bytes) -> Headers:
    """Read a plain event: first of duplicates, the body as ``_body``.

    Of ``Event-Name`` the last: a PRIVATE_COMMAND shows first what it was when it was queued.
    """
    head, _, body = data.decode("utf-8", "surrogateescape").partition("\n\n")
    event: Headers = {}
    for line in head.split("\n"):
        name, _, value = line.partition(": ")
        if name == "Event-Name":
            event[name] = value
        event.setdefault(name, unquote(value))
    if "Content-Length" in event:
        event["_body"] = body
    return event


@dataclass
class Client:
    """One connection, read by the test's own thread."""

    port: int
    password: str = "ClueCon"
    login: bool = True
    patience: float = 10.0
    events: list[Headers] = field(default_factory=list)
    order: list[str] = field(default_factory=list)
    _buffer: bytes = b""

    def __post_init__(self) -> None:
        self.sock = socket.create_connection(("127.0.0.1", self.port), timeout=self.patience)
        if self.login:
            assert self.frame().kind == "auth/request"
            assert self.command(f"auth {self.password}") == "+OK accepted"

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_: object) -> None:
        self.sock.close()

    def send(self, text: str) -> None:
        self.sock.sendall(text.encode("utf-8", "surrogateescape"))

    def _more(self, end: float) -> None:
        self.sock.settimeout(max(0.001, end - time.monotonic()))
        data = self.sock.recv(1 << 16)
        if not data:
            raise EOFError("the switch closed the connection")
        self._buffer += data

    def frame(self, end: float | None = None) -> Frame:
        """Read one frame; EOFError when the switch has closed."""
        end = time.monotonic() + self.patience if end is None else end
        while b"\n\n" not in self._buffer:
            self._more(end)
        head, _, _ = self._buffer.partition(b"\n\n")
        headers = dict(line.split(": ", 1) for line in head.decode().split("\n") if ": " in line)
        begin = len(head) + 2
        size = begin + int(headers.get("Content-Length", 0))
        while len(self._buffer) < size:
            self._more(end)
        body, self._buffer = self._buffer[begin:size], self._buffer[size:]
        return Frame(headers, body)

    def _next(self, end: float | None = None) -> Frame:
        frame = self.frame(end)
        self.order.append(frame.kind)
        if frame.kind == "text/event-plain":
            self.events.append(read_plain(frame.body))
        elif frame.kind == "text/event-json":
            self.events.append(json.loads(frame.body))
        return frame

    def reply(self) -> Frame:
        """Read the next reply; events that come before it are kept."""
        while True:
            frame = self._next()
            if frame.kind in ("command/reply", "api/response"):
                return frame

    def command(self, text: str) -> str:
        """Send a command and read its reply: the reply's text, or an API command's answer."""
        self.send(text + "\n\n")
        frame = self.reply()
        return frame.text if frame.kind == "api/response" else frame.headers["Reply-Text"]

    def api(self, text: str) -> str:
        return self.command("api " + text)

    def until(self, test: Callable[[], bool], what: str = "", timeout: float = 10.0) -> None:
        """Read on until something is true of what has come."""
        end = time.monotonic() + timeout
        while not test():
            try:
                self._next(end)
            except TimeoutError:
                seen = [(e.get("Event-Name"), e.get("Unique-ID", "")[:8]) for e in self.events]
                raise AssertionError(f"no {what} within {timeout} s; saw {seen[-40:]}") from None

    def until_silent(self, quiet: float) -> None:
        """Read on until nothing whole comes for so many seconds."""
        with contextlib.suppress(TimeoutError):
            while True:
                self._next(time.monotonic() + quiet)

    @property
    def unread(self) -> bytes:
        """What has come and is no whole message yet."""
        return self._buffer

    def found(self, name: str, leg: str | None = None, **headers: str) -> list[Headers]:
        wanted = {key.replace("_", "-"): value for key, value in headers.items()}
        return [
            e
            for e in self.events
            if e.get("Event-Name") == name
            and (leg is None or e.get("Unique-ID") == leg)
            and all(e.get(key) == value for key, value in wanted.items())
        ]

    def seen(self, name: str, leg: str | None = None, count: int = 1, **headers: str) -> Headers:
        """Wait for the `count`-th event of a name (of a leg, with headers) and give it."""
        self.until(
            lambda: len(self.found(name, leg, **headers)) >= count, f"{name} {leg} {headers}"
        )
        return self.found(name, leg, **headers)[count - 1]

    def originate(self, number: str, app: str = "&park()", **variables: str) -> str:
        """Place a call in the background; give the leg's uuid."""
        leg = str(uuid.uuid4())
        pairs = {
            "origination_uuid": leg,
            "origination_caller_id_name": "Mr_Switchy",
            "origination_caller_id_number": "1112223333",
            "originate_timeout": "10",
            "ignore_early_media": "true",
            "sip_h_X-switchy_originating_session": leg,
            **variables,
        }
        dial = number if "/" in number else f"sofia/external/{number}@127.0.0.1:5080"
        text = ",".join(f"{k}={v}" for k, v in pairs.items())
        assert self.command(f"bgapi originate {{{text}}}{dial} {app}").startswith("+OK Job-UUID")
        return leg

    def job_of(self, dial: str, app: str = "&park()") -> str:
        """Place a call in the background; give its job's result."""
        job = str(uuid.uuid4())
        self.command(f"bgapi originate {dial} {app}\nJob-UUID: {job}")
        return self.seen("BACKGROUND_JOB", Job_UUID=job)["_body"]

    def peer(self, leg: str) -> str:
        """Find the leg that the switch made for the call that `leg` placed."""

        def others() -> list[str]:
            return [
                e["Unique-ID"]
                for e in self.found("CHANNEL_CREATE", Call_Direction="inbound")
                if e.get("variable_sip_h_X-switchy_originating_session") == leg
            ]

        self.until(lambda: bool(others()), f"the other leg of {leg}")
        return others()[0]

    def names(self, leg: str) -> list[str]:
        """List the names of a leg's events, in order."""
        return [e["Event-Name"] for e in self.events if e.get("Unique-ID") == leg]
