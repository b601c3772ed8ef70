"""What many tests need: waiting for a condition, and peers that misbehave on purpose."""

from __future__ import annotations

import contextlib
import lzma
import re
import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

from switchy_nb.connection import Connection, LinkState
from switchy_nb.wire import Event, LogLine

T = TypeVar("T")

RECORDINGS = Path(__file__).parent / "recordings"


def eventually(test: Callable[[], T], timeout: float = 30.0, what: str = "") -> T:
    """Wait until `test()` is true, and return its value."""
    end = time.monotonic() + timeout
    pause = threading.Event()
    while not (value := test()):
        if time.monotonic() > end:
            raise AssertionError(f"not so within {timeout} s: {what or test}")
        pause.wait(0.005)
    return value


def recorded(name: str) -> bytes:
    """The bytes of a real FreeSWITCH that a connection received."""
    return lzma.decompress((RECORDINGS / name).read_bytes())


def events_in(data: bytes) -> list[bytes]:
    """Every event's own bytes: an independent, plain reading of the framing."""
    found, at = [], 0
    while (gap := data.find(b"\n\n", at)) >= 0:
        head = data[at:gap]
        size = re.search(rb"Content-Length: (\d+)", head)
        length = int(size[1]) if size else 0
        if b"text/event-" in head:
            found.append(data[gap + 2 : gap + 2 + length])
        at = gap + 2 + length
    return found


def own_threads() -> set[threading.Thread]:
    """The toolkit's threads that are running, but for the hub, which stays."""
    return {
        t
        for t in threading.enumerate()
        if "switchy_nb" in t.name and t.name != "switchy_nb hub" and t.is_alive()
    }


class Peer:
    """A server on loopback that says what a test tells it to, and notes what it hears.

    Parameters
    ----------
    script : callable
        Called with each connection, on a thread of its own; when it returns, that is closed.
    """

    def __init__(self, script: Callable[[Talk], None], family: int = socket.AF_INET) -> None:
        self._script = script
        self._server = socket.socket(family, socket.SOCK_STREAM)
        self._server.bind(("::1" if family == socket.AF_INET6 else "127.0.0.1", 0))
        self._server.listen()
        self.host, self.port = self._server.getsockname()[:2]
        self.talks: list[Talk] = []
        self._thread = threading.Thread(target=self._serve, name="peer", daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        while True:
            try:
                sock, _ = self._server.accept()
            except OSError:
                return
            talk = Talk(sock)
            self.talks.append(talk)
            threading.Thread(target=self._run, args=(talk,), name="peer talk", daemon=True).start()

    def _run(self, talk: Talk) -> None:
        with contextlib.suppress(OSError), contextlib.closing(talk.sock):
            self._script(talk)

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self._server.shutdown(socket.SHUT_RDWR)  # else a waiting accept() keeps it open
        self._server.close()
        for talk in self.talks:
            talk.kill()

    def __enter__(self) -> Peer:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class Talk:
    """One connection to a `Peer`."""

    def __init__(self, sock: socket.socket) -> None:
        self.sock = sock
        self.heard: list[str] = []
        self._buffer = b""
        self.over = threading.Event()

    def say(self, data: bytes | str) -> None:
        self.sock.sendall(data if isinstance(data, bytes) else data.encode())

    def reply(self, text: str, **headers: str) -> None:
        lines = "".join(f"{n.replace('_', '-')}: {v}\n" for n, v in headers.items())
        self.say(f"Content-Type: command/reply\nReply-Text: {text}\n{lines}\n")

    def response(self, body: str) -> None:
        self.say(f"Content-Type: api/response\nContent-Length: {len(body.encode())}\n\n{body}")

    def event(self, *lines: str, body: str | None = None) -> None:
        text = "".join(f"{line}\n" for line in lines)
        tail = "" if body is None else body
        text += f"Content-Length: {len(tail.encode())}\n\n{tail}" if body is not None else "\n"
        self.say(f"Content-Length: {len(text.encode())}\nContent-Type: text/event-plain\n\n{text}")

    def hear(self) -> str:
        """The next command; OSError when the other side is gone."""
        while b"\n\n" not in self._buffer:
            data = self.sock.recv(65536)
            if not data:
                raise OSError("the client is gone")
            self._buffer += data
        line, self._buffer = self._buffer.split(b"\n\n", 1)
        self.heard.append(line.decode())
        return self.heard[-1]

    def login(self, answer: str = "+OK accepted") -> None:
        self.say("Content-Type: auth/request\n\n")
        self.hear()
        self.reply(answer)

    def serve(self, **answers: Any) -> None:
        """Answer every command with +OK, api with a body, until the client goes."""
        while True:
            line = self.hear()
            if line.startswith("api "):
                self.response(str(answers.get("api", "+OK\n")))
            elif line.startswith("exit"):
                self.reply("+OK bye")
                return
            elif line.startswith("bgapi "):
                job = line.rpartition("Job-UUID: ")[2]
                self.reply(f"+OK Job-UUID: {job}", Job_UUID=job)
            else:
                self.reply("+OK")

    def wait(self) -> None:
        """Say nothing more until the test is over."""
        self.over.wait(60)

    def kill(self) -> None:
        """Cut the connection, without a goodbye."""
        self.over.set()
        with contextlib.suppress(OSError):
            self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
            self.sock.shutdown(socket.SHUT_RDWR)
            self.sock.close()


@contextlib.contextmanager
def logged_in(**answers: Any) -> Iterator[Peer]:
    """A peer that lets everybody in and answers everything."""

    def script(talk: Talk) -> None:
        talk.login()
        talk.serve(**answers)

    with Peer(script) as peer:
        yield peer


SECRET = "hush-hush-secret"


class Seen:
    """What a connection tells, noted."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.links: list[tuple[LinkState, str]] = []
        self.lines: list[LogLine] = []

    def on_event(self, event: Event, received: int) -> None:
        assert abs(received / 1e6 - time.time()) < 60
        self.events.append(event)

    def on_link(self, state: LinkState, reason: str, received: int) -> None:
        self.links.append((state, reason))

    def connect(self, peer: Peer, **options: object) -> Connection:
        con = Connection(
            peer.host,
            peer.port,
            SECRET,
            on_event=self.on_event,
            on_link=self.on_link,
            on_log=self.lines.append,
            **{"timeout": 5.0, **options},  # type: ignore[arg-type]
        )
        con.connect()
        return con
