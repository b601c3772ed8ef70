"""How long a recording's pictures take, from the call to the PNG that a notebook shows.

Of the 600 calls that a real FreeSWITCH answered, and of 1,200 that they are twice, with other ids.
The frames are there already, as they are once somebody has looked at them; the first picture of a
process, which loads matplotlib, does not count. Run it by ``python -m benchmarks.plots``.
"""

import time
from collections.abc import Callable

from matplotlib.figure import Figure

from benchmarks.feeding import Changed, load
from switchy_nb.recording import Recording

TURNS = 5
#: seconds that it may take
LIMITS = {"a timeline of one call": 0.2, "a timeline of 1,000 calls": 2.0}


def recorded(turns: int) -> Recording:
    """Record the calls so many times over, each time with other ids."""
    changed, recordings = Changed(load()), []
    for turn in range(turns):
        recordings.append(Recording.from_bytes(changed.again(turn), switch="fs"))
    recording = Recording.concat(recordings) if turns > 1 else recordings[0]
    assert len(recording.calls) == 600 * turns
    return recording


def took(draw: Callable[[int], Figure]) -> float:
    """Return the best time of several turns, in seconds."""
    times = []
    for turn in range(TURNS):
        began = time.perf_counter()
        figure = draw(turn)
        figure._repr_png_()  # type: ignore[attr-defined]
        times.append(time.perf_counter() - began)
    return min(times)


def main() -> None:
    once, twice = recorded(1), recorded(2)
    calls, thousand = list(once.calls.index), list(twice.calls.index[:1000])
    once.timeline(calls[0])._repr_png_()  # type: ignore[attr-defined]
    for what, draw in (
        ("a timeline of one call", lambda turn: once.timeline(calls[100 + turn])),
        ("a timeline of 30 calls", lambda turn: once.timeline(calls[turn : turn + 30])),
        ("a timeline of 1,000 calls", lambda turn: twice.timeline(thousand)),
        (
            "the same, by latency",
            lambda turn: twice.timeline(thousand, sort="latency", colour="latency"),
        ),
        ("a ladder of one call", lambda turn: once.ladder(calls[200 + turn])),
        ("the latencies of 1,200 calls", lambda turn: twice.latencies()),
        ("the rates of 1,200 calls", lambda turn: twice.rates()),
        ("the health of 1,200 calls", lambda turn: twice.health()),
        ("the quality of 2,400 legs", lambda turn: twice.quality()),
    ):
        limit = LIMITS.get(what)
        within = "" if limit is None else f"  (within {limit:g} s)"
        print(f"{what:<64}{took(draw):>8.3f} s{within}")


if __name__ == "__main__":
    main()
