"""How fast events are recorded as they come from a switch, and how much room they take.

The bytes that a real FreeSWITCH sent in 600 calls (33,002 events, 125 MB) come over loopback from
another process, as fast as they are read. They are received, framed, tracked as sessions and calls,
recorded and compressed, and made into frames by our listener; beside it, a loop in plain Python
only receives and frames them, and greenswitch keeps what it parsed in a list. Each has a process of
its own, and they take turns. The first turn is told apart, since then libraries are loaded and memory
is touched for the first time; of the others the best counts. Run it by
``python -m benchmarks.recording``.
"""

import gc
import multiprocessing
import resource
import socket
import statistics
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection as Pipe

from benchmarks.feeding import PASSWORD, Changed, feeding, load
from switchy_nb.wire import Event

#: One way through the events: takes them whenever it is asked for another result.
Way = Callable[[str, int], Iterator["Result"]]

EVENTS = 33_002
TURNS = 10
#: times that the events are recorded to see what a million of them take
AGAIN = 30
PIECE = 64 * 1024
#: events that are sent alone, to see how late they are
SINGLE = 500


@dataclass(frozen=True)
class Result:
    """One turn of a way: seconds by the clock and of the processor, bytes of memory."""

    seconds: float
    cpu: float
    peak: int

    @property
    def rate(self) -> float:
        """Events a second."""
        return EVENTS / self.seconds


class Meter:
    """Measures from the moment that the events are asked for."""

    def __init__(self) -> None:
        self._wall, self._cpu = time.perf_counter(), time.process_time()

    def result(self) -> Result:
        wall, cpu = time.perf_counter() - self._wall, time.process_time() - self._cpu
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
        return Result(wall, cpu, peak)


def resident() -> int:
    """Bytes of memory that this process has now."""
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * resource.getpagesize()


def receive_and_frame(host: str, port: int) -> Iterator[Result]:
    """Receive and frame, and no more: the events' bytes are cut out and dropped."""
    sock = socket.create_connection((host, port))
    for command in (f"auth {PASSWORD}", "event plain all"):
        sock.recv(PIECE)
        sock.sendall(f"{command}\n\n".encode())
    sock.recv(PIECE)
    while True:
        meter = Meter()
        sock.sendall(b"api load\n\n")
        buffer, events = b"", 0
        while events < EVENTS:
            buffer += sock.recv(PIECE)
            at = 0
            while (gap := buffer.find(b"\n\n", at)) >= 0:
                head = dict(line.split(b": ", 1) for line in buffer[at:gap].split(b"\n"))
                end = gap + 2 + int(head.get(b"Content-Length", 0))
                if end > len(buffer):
                    break
                event = buffer[gap + 2 : end]
                events += bool(event) and head[b"Content-Type"] == b"text/event-plain"
                at = end
            buffer = buffer[at:]
        yield meter.result()


def keep_with_greenswitch(host: str, port: int) -> Iterator[Result]:
    """Keep in a list what greenswitch makes of the events, as its users do."""
    import gevent
    from greenswitch import InboundESL

    kept: list[object] = []
    link = InboundESL(host, port, PASSWORD)
    link.connect()
    link.register_handle("*", kept.append)
    link.send("event plain all")
    while True:
        meter = Meter()
        link.send("api load")
        while len(kept) < EVENTS:
            gevent.sleep(0.001)
        yield meter.result()
        kept.clear()


def record(host: str, port: int) -> Iterator[Result]:
    """Record with our listener, until all is compressed and the frames are there."""
    import pandas  # noqa: F401
    import pyarrow.compute  # noqa: F401

    while True:
        yield _record(host, port)
        gc.collect()


def _record(host: str, port: int) -> Result:
    from switchy_nb import EventListener

    listener = EventListener(host, port, PASSWORD)
    listener.connect()
    listener.start()
    recording, tracked = listener.recording, threading.Event()
    meter = Meter()
    listener._rx.api("load", timeout=60)
    while recording.received < EVENTS:
        time.sleep(0.001)
    listener._inbox.put(tracked.set)
    events = recording.events
    recording.flush()
    tracked.wait(60)
    result = meter.result()
    answered = listener.total_answered_sessions
    if not (len(events) == EVENTS == recording.received and answered == 1200):
        raise AssertionError(f"{len(events)} events, {answered} answered legs")
    listener.disconnect()
    return result


def late(host: str, port: int) -> list[float]:
    """Say how long single events took from the switch to a callback, each in seconds."""
    from switchy_nb import EventListener

    listener, came = EventListener(host, port, PASSWORD), threading.Event()
    took: list[float] = []

    def take(event: Event) -> None:
        took.append((time.monotonic_ns() - int(event["Sent"])) / 1e9)
        came.set()

    listener.add_callback("HEARTBEAT", "default", take)
    listener.connect()
    listener.start()
    for _ in range(SINGLE):
        came.clear()
        listener._rx.api("one")
        came.wait(10)
    listener.disconnect()
    return took


def _go(way: Way, address: tuple[str, int], pipe: Pipe) -> None:
    results = way(*address)
    while pipe.recv():
        pipe.send(next(results))


@contextmanager
def process_of(way: Way, address: tuple[str, int]) -> Iterator[Callable[[], Result]]:
    """Have a process for one way; give what takes a turn in it."""
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    process = context.Process(target=_go, args=(way, address, there))
    process.start()
    there.close()

    def turn() -> Result:
        here.send(True)
        result: Result = here.recv()
        return result

    try:
        yield turn
    finally:
        here.send(False)
        process.join()


def compare() -> None:
    """Print how fast each way is, and what it costs."""
    ways: dict[str, Way] = {
        "received and framed in plain Python": receive_and_frame,
        "greenswitch: parsed, kept in a list": keep_with_greenswitch,
        "tracked, recorded, compressed, in a frame": record,
    }
    with feeding() as address, ExitStack() as stack:
        turns = {what: stack.enter_context(process_of(way, address)) for what, way in ways.items()}
        first = {what: turn() for what, turn in turns.items()}
        results: dict[str, list[Result]] = {what: [] for what in ways}
        for _ in range(TURNS):
            for what, turn in turns.items():
                results[what].append(turn())
        single = late(*address)
    print(f"{'':<44}{'events/s':>12}{'at first':>12}{'µs CPU each':>13}{'peak memory':>14}")
    rates = {}
    for what, some in results.items():
        rates[what] = max(result.rate for result in some)
        each = min(result.cpu for result in some) / EVENTS * 1e6
        peak = max(result.peak for result in some) / 1e6
        print(
            f"{what:<44}{rates[what]:>12,.0f}{first[what].rate:>12,.0f}{each:>13.1f}{peak:>11.0f} MB"
        )
    framed, greens, ours = rates.values()
    print(f"{'ours to receiving and framing only':<44}{ours / framed:>12.2f}")
    print(f"{'ours to greenswitch':<44}{ours / greens:>12.1f}")
    median = statistics.median(single) * 1e3
    print(f"{'a single event, from the switch to a callback':<44}{median:>11.2f} ms median")


def _million(pipe: Pipe) -> None:
    from switchy_nb.recording import Recording
    from switchy_nb.wire import Batch, Parser

    changed, recording, parser = Changed(load()), Recording(switch="fs"), Parser()
    pieces = [0]
    before = 0
    for turn in range(AGAIN + 1):
        data = changed.again(turn)
        for at in range(0, len(data), PIECE):
            for batch in parser.feed_batches(data[at : at + PIECE]):
                if isinstance(batch, Batch):
                    recording.extend(batch, time.time_ns() // 1000)
        del data
        recording.flush()
        pieces.append(resident())
        if turn == 0:  # what is made once is there now
            before = resident()
    count = recording.received
    pipe.send((count - EVENTS, resident() - before, recording.nbytes / count))


def million() -> None:
    """Print what a million events take in memory."""
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    process = context.Process(target=_million, args=(there,))
    process.start()
    there.close()
    events, grown, each = here.recv()
    process.join()
    print(f"{'kept in memory':<44}{each:>12.1f} bytes an event")
    print(f"{f'what {events:,} more events grow the process by':<44}{grown / 1e6:>12.0f} MB")


def main() -> None:
    compare()
    million()


if __name__ == "__main__":
    main()
