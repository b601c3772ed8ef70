"""How fast events are recorded, and how much room they take.

The bytes that a real FreeSWITCH sent in 600 calls (33,002 events, 125 MB) are framed, recorded and
made into frames, in pieces of 64 KiB as a socket gives them; beside it, the events are only framed,
and parsed by greenswitch's own class. What a socket costs is not in it. Run it by
``python -m benchmarks.recording``.
"""

import lzma
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from greenswitch.esl import ESLEvent

from switchy_nb.recording import Recording
from switchy_nb.wire import Event, Parser

CALLS = Path(__file__).parent.parent / "tests" / "recordings" / "load_600_calls.raw.xz"
PIECE = 64 * 1024
RUNS = 3


@dataclass(frozen=True)
class Result:
    """One way through the events, as the median of some runs."""

    what: str
    events: int
    seconds: float
    cpu: float

    @property
    def rate(self) -> float:
        """Events a second."""
        return self.events / self.seconds

    def __str__(self) -> str:
        each = self.cpu / self.events * 1e6
        return f"{self.what:<44}{self.rate:>10,.0f} events/s {each:>8.1f} µs CPU each"


def frame(data: bytes) -> list[Event]:
    parser, events = Parser(), []
    for start in range(0, len(data), PIECE):
        for message in parser.feed(data[start : start + PIECE]):
            if isinstance(message, Event):
                events.append(message)
    return events


def record(data: bytes) -> Recording:
    parser, recording = Parser(), Recording(switch="fs")
    for start in range(0, len(data), PIECE):
        for message in parser.feed(data[start : start + PIECE]):
            if isinstance(message, Event):
                recording.append(message, time.time_ns() // 1000)
    return recording


def record_and_frame(data: bytes) -> Recording:
    recording = record(data)
    for segment in recording._store.segments():
        segment.seal()  # waits for the thread that compresses, or does what it has not begun
    if not (len(recording.events) and len(recording.sessions) and len(recording.calls)):
        raise AssertionError("nothing was recorded")
    return recording


def parse_with_greenswitch(raws: list[bytes]) -> list[ESLEvent]:
    return [ESLEvent(raw.decode("utf-8", "replace")) for raw in raws]


def measure(what: str, events: int, run: Callable[[], object]) -> Result:
    walls, cpus = [], []
    for _ in range(RUNS):
        wall, cpu = time.perf_counter(), time.process_time()
        kept = run()
        walls.append(time.perf_counter() - wall)
        cpus.append(time.process_time() - cpu)
        del kept
    return Result(what, events, statistics.median(walls), statistics.median(cpus))


def seconds(run: Callable[[], object]) -> float:
    start = time.perf_counter()
    run()
    return time.perf_counter() - start


def main() -> None:
    data = lzma.decompress(CALLS.read_bytes())
    raws = [event.raw for event in frame(data)]
    count = len(raws)
    framed = measure("framed only", count, lambda: frame(data))
    appended = measure("framed and appended", count, lambda: record(data))
    ours = measure("recorded, compressed, frames built", count, lambda: record_and_frame(data))
    peer = measure(
        "greenswitch: parsed only, kept in a list", count, lambda: parse_with_greenswitch(raws)
    )
    for result in (framed, appended, ours, peer):
        print(result)
    print(f"{'ours to framing only':<44}{ours.rate / framed.rate:>10.2f}")
    print(f"{'ours to greenswitch':<44}{ours.rate / peer.rate:>10.1f}")
    recording = record_and_frame(data)
    size = sum(segment.nbytes for segment in recording._store.segments())
    print(f"{'kept in memory':<44}{size / count:>10.1f} bytes an event")
    name = "variable_sip_call_id"
    print(f"{'one header as a Series':<44}{seconds(lambda: recording.header(name)):>10.2f} s")
    print(f"{'all headers as a frame':<44}{seconds(recording.wide):>10.2f} s")


if __name__ == "__main__":
    main()
