"""How long the words about a recording take: a call explained, problems, a comparison, a report.

The recording is that of 600 calls (33,002 events) of a real FreeSWITCH. Each runs in a fresh
process, with all that it has to import. Run it by ``python -m benchmarks.words``.
"""

import multiprocessing
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks.frames import recorded
from switchy_nb.recording import Recording
from switchy_nb.recording.comparing import compare

#: seconds; what was set for them
TARGETS = {"a report": 10.0}


def explain(recording: Recording) -> None:
    recording.explain(recording.calls.index[300])


def problems(recording: Recording) -> None:
    assert not len(recording.problems())


def comparison(recording: Recording) -> None:
    calls = recording.calls
    compare(calls.head(300), calls.tail(300))._repr_html_()


def report(recording: Recording) -> None:
    with tempfile.TemporaryDirectory() as folder:
        recording.report(Path(folder) / "run.html")


WORDS: dict[str, Callable[[Recording], None]] = {
    "a call explained": explain,
    "problems": problems,
    "a comparison, shown": comparison,
    "a report": report,
}


def measure(name: str) -> float:
    """Time one of them, frames and imports included."""
    recording = recorded()
    began = time.perf_counter()
    WORDS[name](recording)
    return time.perf_counter() - began


def main() -> None:
    context = multiprocessing.get_context("spawn")
    for name in WORDS:
        with context.Pool(1) as pool:
            took = pool.apply(measure, (name,))
        target = TARGETS.get(name)
        wanted = f"   (at most {target:.0f} s wanted)" if target is not None else ""
        print(f"  {name:<22}{took:6.2f} s{wanted}")


if __name__ == "__main__":
    main()
