"""A load of calls on a switch: commands sent at their times, and a listener that hears every event.

Which calls, and what is measured of them, is in `simswitch` and `soak`.
"""

import contextlib
import re
import socket
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from benchmarks.switches import Bare, Switch

#: a command and when it is sent, in seconds from the beginning
Timed = tuple[float, str]

_FRAME = re.compile(rb"Content-Length: (\d+)\nContent-Type: text/event-plain\n\n")
_NAME = b"Event-Name: "
_LEG = b"\nUnique-ID: "


@dataclass(eq=False)
class Hearing(threading.Thread):
    """A client that gets every event of a switch, and keeps what it counts.

    Attributes
    ----------
    events, size : int
        How many events came, and their bytes.
    names : Counter of str
        How many of each name.
    answered : dict of str to float
        When a leg's CHANNEL_ANSWER came, by its uuid (`time.perf_counter`).
    lost : bool
        The switch ended the connection.
    """

    switch: Switch
    events: int = 0
    size: int = 0
    names: Counter[str] = field(default_factory=Counter)
    answered: dict[str, float] = field(default_factory=dict)
    lost: bool = False

    def __post_init__(self) -> None:
        super().__init__(daemon=True)
        self._news = threading.Condition()
        self._link = self.switch.connect()
        self._link.command("event plain all")
        self.start()

    def run(self) -> None:
        # a switch that still writes when we leave resets the connection
        with contextlib.suppress(ConnectionResetError):
            self._listen()
        with self._news:
            self.lost = True
            self._news.notify_all()

    def _listen(self) -> None:
        buffer = bytearray(self._link.buffer)
        while data := self._link.sock.recv(1 << 20):
            now = time.perf_counter()
            buffer += data
            with self._news:
                self._take(buffer, now)
                self._news.notify_all()

    def _take(self, buffer: bytearray, now: float) -> None:
        at = 0
        while (frame := _FRAME.search(buffer, at)) is not None:
            end = frame.end() + int(frame[1])
            if end > len(buffer):
                break
            self.events += 1
            self.size += end - frame.start()
            begin = buffer.find(_NAME, frame.end(), end) + len(_NAME)
            name = buffer[begin : buffer.find(b"\n", begin)].decode()
            self.names[name] += 1
            if name == "CHANNEL_ANSWER":
                leg = buffer.find(_LEG, begin, end) + len(_LEG)
                self.answered.setdefault(buffer[leg : leg + 36].decode(), now)
            at = end
        del buffer[:at]

    def until(self, done: Callable[[], bool], timeout: float) -> bool:
        """Wait until what was counted is enough; say whether it came to that."""
        with self._news:
            return self._news.wait_for(lambda: self.lost or done(), timeout) and done()

    def close(self) -> None:
        with contextlib.suppress(OSError):  # the switch may have gone first
            self._link.sock.shutdown(socket.SHUT_RDWR)
        self.join()
        self._link.sock.close()


def place(leg: str, sip: str, number: str = "answer", app: str = "&park()", **more: str) -> str:
    """Write the command that places a call in the background."""
    given = {"originate_timeout": "20", "ignore_early_media": "true", **more}
    variables = ",".join(f"{name}={value}" for name, value in given.items())
    dial = number if "/" in number else f"sofia/external/{number}@{sip}"
    return f"bgapi originate {{origination_uuid={leg},{variables}}}{dial} {app}"


@dataclass
class Sent:
    """When each command was sent (`time.perf_counter`), and by how much the latest was late (s)."""

    at: dict[str, float] = field(default_factory=dict)
    late: float = 0.0


def send(commands: Bare, plan: Iterable[Timed]) -> Sent:
    """Send commands at their times; what is late is sent at once.

    The replies are read in passing and not looked at: they say only that a job has begun.
    """
    sent = Sent()
    commands.sock.setblocking(False)
    began = time.perf_counter()
    for when, line in sorted(plan):
        while (left := began + when - time.perf_counter()) > 0:
            time.sleep(min(left, 0.005))
        _discard(commands)
        commands.sock.setblocking(True)
        commands.sock.sendall(f"{line}\n\n".encode())
        commands.sock.setblocking(False)
        now = sent.at[line] = time.perf_counter()
        sent.late = max(sent.late, now - began - when)
    commands.sock.setblocking(True)
    return sent


def _discard(commands: Bare) -> None:
    try:
        while commands.sock.recv(1 << 16):
            continue
    except BlockingIOError:
        return
