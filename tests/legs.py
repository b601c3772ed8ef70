"""Legs for tests without a switch: their events, and a link that only notes what is sent."""

from __future__ import annotations

from switchy_nb.errors import APIError
from switchy_nb.wire import Event


def event(name: str, **headers: str) -> Event:
    pairs = {"Event-Name": name, "Unique-ID": "leg", "Event-Date-Timestamp": "5000000"}
    pairs |= {
        n if n.startswith("variable_") else n.replace("_", "-"): v for n, v in headers.items()
    }
    return Event.make(pairs.items())


class Recorder:
    """A link that notes what is sent, and answers as told."""

    host = "192.0.2.7"
    switch = "192.0.2.7:8021"

    def __init__(self, answer: str = "+OK\n") -> None:
        self.sent: list[str] = []
        self.answer = answer
        self.exists = "true"

    def api(self, cmd: str, timeout: float | None = None, *, errcheck: bool = True) -> str:
        if cmd.startswith("uuid_exists"):
            return self.exists
        self.sent.append(cmd)
        if errcheck and self.answer.startswith("-ERR"):
            raise APIError(self.answer, reply=self.answer)
        return self.answer
