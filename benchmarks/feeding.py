"""A switch that says what a real one said, as fast as it is read, from a process of its own.

It speaks as much of the Event Socket as a client needs to log in and subscribe; the bytes of the
600 calls come as the answer to ``api load``, and a single event that says when it was sent as that to
``api one``. What clients make of them is in `recording`.
"""

import lzma
import multiprocessing
import re
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from multiprocessing.connection import Connection as Pipe
from pathlib import Path
from typing import Any

import numpy as np

CALLS = Path(__file__).parent.parent / "tests" / "recordings" / "load_600_calls.raw.xz"
PASSWORD = "ClueCon"

_UUID = re.compile(rb"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}")
_HEX = np.frombuffer(b"0123456789abcdef", "uint8")


def load() -> bytes:
    """The bytes of the events, from the first event on."""
    data = lzma.decompress(CALLS.read_bytes())
    return data[data.index(b"Content-Length: ") :]


class Changed:
    """The same events again and again, with other ids each time."""

    def __init__(self, data: bytes) -> None:
        self._data = np.frombuffer(data, "uint8")
        found = np.array([match.start() for match in _UUID.finditer(data)])
        self._places = (found[:, None] + np.arange(8)).ravel()
        digits = np.zeros(256, "uint8")
        digits[_HEX] = np.arange(16)
        self._digits = digits[self._data[self._places]]

    def again(self, turn: int) -> bytes:
        """The events of one turn; ids that were different stay so."""
        shift = np.array([turn >> 4 * place & 15 for place in range(8)], "uint8")
        shifts = np.tile(shift, len(self._places) // 8)
        data = self._data.copy()
        data[self._places] = _HEX[(self._digits + shifts) % 16]
        return data.tobytes()


def _serve(pipe: Pipe) -> None:
    data = load()
    server = socket.create_server(("127.0.0.1", 0))
    pipe.send(server.getsockname())
    while True:
        client, _ = server.accept()
        threading.Thread(target=_talk, args=(client, data), daemon=True).start()


def _talk(client: socket.socket, data: bytes) -> None:
    client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    with suppress(OSError), client, client.makefile("rb") as lines:
        client.sendall(b"Content-Type: auth/request\n\n")
        while line := lines.readline().strip():
            while lines.readline().strip():
                continue
            if line == b"api load":
                client.sendall(b"Content-Type: api/response\nContent-Length: 4\n\n+OK\n")
                client.sendall(data)
            elif line == b"api one":
                client.sendall(b"Content-Type: api/response\nContent-Length: 4\n\n+OK\n")
                event = b"Event-Name: HEARTBEAT\nSent: %d\n\n" % time.monotonic_ns()
                head = b"Content-Length: %d\nContent-Type: text/event-plain\n\n" % len(event)
                client.sendall(head + event)
            elif line.startswith(b"api"):
                client.sendall(b"Content-Type: api/response\nContent-Length: 4\n\n+OK\n")
            else:
                client.sendall(b"Content-Type: command/reply\nReply-Text: +OK accepted\n\n")


@contextmanager
def feeding() -> Iterator[tuple[str, int]]:
    """Run the switch; give its address."""
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    process = context.Process(target=_serve, args=(there,), daemon=True)
    process.start()
    there.close()
    address: Any = here.recv()
    try:
        yield address
    finally:
        process.terminate()
        process.join(10)
