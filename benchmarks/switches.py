"""The switches that are measured, and bare sockets to them.

A simulated switch runs in a process of its own, so that whoever loads it does not share its
interpreter, and may be kept to one core. A real one is where the command line or the environment
says. What is asked of them is in the benchmarks themselves.
"""

import asyncio
import gc
import multiprocessing
import os
import resource
import socket
import threading
import time
import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection as Pipe
from typing import Any

from switchy_nb.simswitch import SimSwitch
from switchy_nb.simswitch.calls.channel import Channel


class Bare:
    """One logged-in socket and no more."""

    def __init__(self, host: str, port: int, password: str) -> None:
        self.sock = socket.create_connection((host, port))
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.buffer = b""
        self.until(b"auth/request\n\n")
        self.command(f"auth {password}")

    def until(self, mark: bytes) -> None:
        while mark not in self.buffer:
            self.buffer += self.sock.recv(65536)
        self.buffer = self.buffer.partition(mark)[2]

    def command(self, line: str) -> None:
        self.sock.sendall(line.encode() + b"\n\n")
        self.until(b"\n\n")

    def api(self, line: str) -> str:
        """Run an API command; give its answer. No events may be subscribed to on this socket."""
        self.sock.sendall(f"api {line}\n\n".encode())
        while b"\n\n" not in self.buffer:
            self.buffer += self.sock.recv(65536)
        head, _, self.buffer = self.buffer.partition(b"\n\n")
        size = int(head.partition(b"Content-Length: ")[2].split(b"\n")[0])
        while len(self.buffer) < size:
            self.buffer += self.sock.recv(65536)
        body, self.buffer = self.buffer[:size], self.buffer[size:]
        return body.decode()


@dataclass(frozen=True)
class Left:
    """What a process holds of its calls, after a full garbage collection.

    Attributes
    ----------
    channels, tasks, timers, threads : int
        The objects that are there: legs, tasks that are not done, timers that still wait, threads.
    garbage : int
        How many objects only the garbage collector could free.
    traced, resident : int
        Bytes that Python has allocated (0 unless they are traced), and the process's size.
    """

    channels: int
    tasks: int
    timers: int
    threads: int
    garbage: int
    traced: int
    resident: int

    @classmethod
    def here(cls) -> "Left":
        """Count what this process holds now."""
        garbage = gc.collect()
        objects = gc.get_objects()
        with open("/proc/self/statm") as file:
            pages = int(file.read().split()[1])
        return cls(
            channels=sum(isinstance(o, Channel) for o in objects),
            tasks=sum(isinstance(o, asyncio.Task) and not o.done() for o in objects),
            timers=sum(isinstance(o, asyncio.TimerHandle) and not o.cancelled() for o in objects),
            threads=threading.active_count(),
            garbage=garbage,
            traced=tracemalloc.get_traced_memory()[0],
            resident=pages * resource.getpagesize(),
        )


@dataclass(frozen=True)
class Switch:
    """A switch to be measured; `pipe` leads into the process of a simulated one."""

    name: str
    host: str
    port: int
    password: str
    sip: str
    pipe: "Pipe | None" = None

    def connect(self) -> Bare:
        return Bare(self.host, self.port, self.password)

    def settled(self, patience: float = 5.0) -> Left:
        """Ask what is left, until no leg is: a leg's last event comes before its task is over."""
        end = time.monotonic() + patience
        left: Left = self.ask("left")
        while left.channels and time.monotonic() < end:
            left = self.ask("left")
        return left

    def ask(self, question: str) -> Any:
        """Ask the process of a simulated switch: ``cpu``, ``left``, ``trace``."""
        if self.pipe is None:
            raise ValueError(f"{self.name} is no simulated switch: its process cannot be asked")
        self.pipe.send(question)
        return self.pipe.recv()


def _serve(pipe: Pipe, core: int | None, options: dict[str, Any]) -> None:
    if core is not None:
        os.sched_setaffinity(0, {core})
    with SimSwitch(**options) as switch:
        pipe.send((switch.host, switch.port, switch.password, switch.sip))
        while (question := pipe.recv()) != "stop":
            if question == "cpu":
                usage = resource.getrusage(resource.RUSAGE_SELF)
                pipe.send(usage.ru_utime + usage.ru_stime)
            elif question == "left":
                pipe.send(Left.here())
            else:
                tracemalloc.start()
                pipe.send(None)


@contextmanager
def simulated(*, core: int | None = None, **options: Any) -> Iterator[Switch]:
    """Run a simulated switch in a process of its own, on one core if it is given."""
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    process = context.Process(target=_serve, args=(there, core, options), daemon=True)
    process.start()
    there.close()  # so that a switch that cannot start is an end of file here
    host, port, password, sip = here.recv()
    yield Switch("simulated", host, port, password, sip, here)
    here.send("stop")
    process.join(10)


@contextmanager
def named_or_simulated() -> Iterator[Switch]:
    """Take the switch that ``SWITCHY_NB_HOST`` names, or run a simulated one."""
    host = os.environ.get("SWITCHY_NB_HOST")
    if not host:
        with simulated() as switch:
            yield switch
        return
    port = int(os.environ.get("SWITCHY_NB_PORT", "8021"))
    sip = os.environ.get("SWITCHY_NB_SIP", f"{host}:5080")
    yield Switch(host, host, port, os.environ.get("SWITCHY_NB_PASSWORD", "ClueCon"), sip)
