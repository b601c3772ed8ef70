"""What a call through `sync_caller` takes, over the same call by bare sockets.

Both place the same call on the same switch, one after the other in turns: originate in the
background, wait until the job is done, hang up. The bare way is a socket for events and one for
commands, and looks at nothing but the job's id. The switch is the simulated one, in a process of
its own, or the one that ``SWITCHY_NB_HOST`` names. Run it by ``python -m benchmarks.calls``.
"""

import multiprocessing
import os
import socket
import statistics
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection as Pipe

from switchy_nb import SimSwitch, sync_caller
from switchy_nb.sync import Caller

CALLS = 100


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


def bare_call(events: Bare, commands: Bare, url: str) -> float:
    job, leg = uuid.uuid4(), uuid.uuid4()
    began = time.perf_counter()
    commands.command(
        f"bgapi originate {{origination_uuid={leg},ignore_early_media=true,"
        f"originator_codec=PCMU}}sofia/external/{url} &park()\nJob-UUID: {job}"
    )
    events.until(f"Job-UUID: {job}".encode())
    events.until(b"+OK ")
    took = time.perf_counter() - began
    commands.sock.sendall(f"api uuid_kill {leg}\n\n".encode())
    commands.until(b"+OK\n")
    return took


def our_call(caller: Caller, url: str) -> float:
    began = time.perf_counter()
    sess, _ = caller(url)
    took = time.perf_counter() - began
    sess.hangup()
    sess.wait("CHANNEL_DESTROY", 5)
    return took


def serve(pipe: Pipe) -> None:
    with SimSwitch() as switch:
        pipe.send((switch.host, switch.port, switch.password, switch.sip))
        pipe.recv()


@contextmanager
def a_switch() -> Iterator[tuple[str, int, str, str]]:
    host = os.environ.get("SWITCHY_NB_HOST")
    if host:
        port = int(os.environ.get("SWITCHY_NB_PORT", "8021"))
        sip = os.environ.get("SWITCHY_NB_SIP", f"{host}:5080")
        yield host, port, os.environ.get("SWITCHY_NB_PASSWORD", "ClueCon"), sip
        return
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    process = context.Process(target=serve, args=(there,), daemon=True)
    process.start()
    yield here.recv()
    here.send("stop")
    process.join(10)


def main() -> None:
    bare_times, our_times = [], []
    with a_switch() as (host, port, password, sip):
        url = f"answer@{sip}"
        events, commands = Bare(host, port, password), Bare(host, port, password)
        events.command("event plain BACKGROUND_JOB")
        with sync_caller(host, port, password, apps={}) as caller:
            for turn in range(CALLS + 5):
                one, two = bare_call(events, commands, url), our_call(caller, url)
                if turn >= 5:  # the first ones warm up
                    bare_times.append(one)
                    our_times.append(two)
    added = [two - one for one, two in zip(bare_times, our_times, strict=True)]
    for what, times in (
        ("a call by bare sockets", bare_times),
        ("a call through sync_caller", our_times),
        ("what sync_caller adds", added),
    ):
        median, worst = statistics.median(times), statistics.quantiles(times, n=20)[-1]
        print(f"{what:<44}{median * 1e3:>10.1f} ms median {worst * 1e3:>8.1f} ms 95th percentile")


if __name__ == "__main__":
    main()
