"""A process that is killed in the middle of a load loses at most the last second."""

import signal
import subprocess
import sys
import time

import pytest
from helpers import RECORDINGS

from switchy_nb.recording import Recording

_LOAD = """
import lzma, sys, threading, time
from switchy_nb.recording import Recording
from switchy_nb.wire import Batch, Parser

data = lzma.open(sys.argv[2]).read(20_000_000)
batches = [b for b in Parser().feed_batches(data) if isinstance(b, Batch)]
recording = Recording(switch="fs")
recording.record_to(sys.argv[1])
pause = threading.Event()
while True:
    for batch in batches:
        for at in range(0, len(batch), 20):
            part = batch.cut(at, at + 20)
            now = time.time_ns() // 1000
            recording.extend(part, now)
            print(recording.received, now, flush=True)
            pause.wait(0.002)
"""


def test_a_kill_in_the_middle_of_a_load(tmp_path):
    path = tmp_path / "load.arrows"
    load = RECORDINGS / "load_600_calls.raw.xz"
    with subprocess.Popen(
        [sys.executable, "-c", _LOAD, str(path), str(load)], stdout=subprocess.PIPE, text=True
    ) as process:
        told = []
        for line in process.stdout:
            told.append(tuple(map(int, line.split())))
            if told[-1][1] - told[0][1] > 3_000_000:
                process.send_signal(signal.SIGKILL)
                killed = time.time_ns() // 1000
                break
        process.stdout.read()
        assert process.wait(30) == -signal.SIGKILL
    with pytest.warns(UserWarning, match=r"was not closed: it was cut after [\d,]+ events"):
        recording = Recording.load(path)
    rows = len(recording)
    assert rows > 1000
    # What had come a second before the end is there.
    assert rows >= max(count for count, moment in told if moment <= killed - 1_000_000)
    assert recording.events.index.tolist() == list(range(rows))
    assert recording.events["name"].notna().all()
    assert f"{rows:,} events" in recording.warnings[0]
    assert len(recording.sessions) > 50
