"""How fast a recording's frames are there, and how much room they take.

The 33,002 events of 600 calls are recorded (three times, for the frame of 100,000 events); all
headers of all events are made into a frame by us, and by pandas of a dict for each event. Each runs
in a fresh process. Run it by ``python -m benchmarks.frames``.
"""

import multiprocessing
import time
from collections.abc import Callable
from multiprocessing.connection import Connection as Pipe
from urllib.parse import unquote

import pandas as pd

from benchmarks.feeding import load
from benchmarks.recording import resident
from switchy_nb.recording import Recording
from switchy_nb.wire import Batch, Parser

#: seconds, and bytes of memory that the process grew by or that the frame takes
Figures = tuple[float, float]
HEADER = "variable_sip_call_id"
PIECE = 1 << 17


def recorded(times: int = 1) -> Recording:
    """Record the events, some times over, until all is compressed."""
    data, recording, parser = load(), Recording(switch="fs"), Parser()
    for _ in range(times):
        for at in range(0, len(data), PIECE):
            for batch in parser.feed_batches(data[at : at + PIECE]):
                if isinstance(batch, Batch):
                    recording.extend(batch, time.time_ns() // 1000)
    recording.flush()
    return recording


def timed(run: Callable[[], object]) -> Figures:
    """Time what makes a frame, and see what it keeps."""
    before, began = resident(), time.perf_counter()
    made = run()
    took = time.perf_counter() - began
    grown = resident() - before
    del made
    return took, grown


def events() -> Figures:
    recording = recorded(3)
    recording.append(recording.event(0), time.time_ns() // 1000)
    return timed(lambda: recording.events)


def grown_events() -> Figures:
    recording = recorded(3)
    assert len(recording.events) > 99_000
    recording.append(recording.event(0), time.time_ns() // 1000)
    return timed(lambda: recording.events)


def header() -> Figures:
    recording = recorded()
    assert len(recording.events) == len(recording)
    return timed(lambda: recording.header(HEADER))


def wide() -> Figures:
    recording = recorded()
    assert len(recording.events) == len(recording)
    before = time.perf_counter()
    frame = recording.wide()
    took = time.perf_counter() - before
    return took, float(frame.memory_usage(deep=True).sum())


def wide_by_pandas() -> Figures:
    parser, data = Parser(), load()
    raws = [event.raw for event in parser.feed(data) if hasattr(event, "raw")]
    before = time.perf_counter()
    parsed = [
        {
            name: unquote(value)
            for line in raw.decode("utf-8", "replace").partition("\n\n")[0].split("\n")
            for name, _, value in [line.partition(": ")]
        }
        for raw in raws
    ]
    frame = pd.DataFrame(parsed)
    took = time.perf_counter() - before
    return took, float(frame.memory_usage(deep=True).sum())


def _run(way: Callable[[], Figures], pipe: Pipe) -> None:
    pipe.send(way())


def fresh(way: Callable[[], Figures], turns: int = 3) -> Figures:
    """Run one way in processes of its own; the best counts."""
    results: list[Figures] = []
    context = multiprocessing.get_context("spawn")
    for _ in range(turns):
        here, there = context.Pipe()
        process = context.Process(target=_run, args=(way, there))
        process.start()
        there.close()
        results.append(here.recv())
        process.join()
    return min(results)


def main() -> None:
    for what, way in (
        ("the frame of 99,007 events", events),
        ("the same, when one more has come", grown_events),
        (f"one header of 33,002 events ({HEADER})", header),
    ):
        print(f"{what:<64}{fresh(way)[0]:>8.3f} s")
    ours, theirs = fresh(wide), fresh(wide_by_pandas)
    print(f"{'every header of every event: wide()':<64}{ours[0]:>8.2f} s{ours[1] / 1e6:>8.0f} MB")
    print(f"{'every header by pandas, of dicts':<64}{theirs[0]:>8.2f} s{theirs[1] / 1e6:>8.0f} MB")
    print(f"{'ours to pandas: times as fast':<64}{theirs[0] / ours[0]:>8.1f}")
    print(f"{'ours to pandas: of its memory':<64}{ours[1] / theirs[1]:>8.2f}")


if __name__ == "__main__":
    main()
