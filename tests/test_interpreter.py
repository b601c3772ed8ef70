"""Leaving the interpreter, and interrupting it, with links open."""

from __future__ import annotations

import subprocess
import sys
import textwrap

import pytest
from helpers import RECORDINGS, Peer, Talk, logged_in


def test_leaving_the_interpreter_without_disconnecting() -> None:
    with logged_in() as peer:
        code = f"""
            from switchy_nb.connection import Connection
            con = Connection({peer.host!r}, {peer.port})
            con.connect(); con.subscribe(); print(con.api("status").strip())
        """
        done = subprocess.run(
            [sys.executable, "-c", textwrap.dedent(code)],
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )
    assert (done.returncode, done.stdout, done.stderr) == (0, "+OK\n", "")


def test_an_interrupt_in_the_middle_of_connecting_leaves_no_greenlet() -> None:
    with Peer(Talk.wait) as peer:
        code = f"""
            import gc, greenlet, signal, threading, time
            from switchy_nb.connection import Connection
            con = Connection({peer.host!r}, {peer.port}, timeout=30)
            threading.Timer(0.5, signal.raise_signal, [signal.SIGINT]).start()
            began = time.monotonic()
            try:
                con.connect()
            except KeyboardInterrupt:
                print("interrupted", time.monotonic() - began < 15)
            end = time.monotonic() + 5
            def alive():
                gc.collect()
                return [g for g in gc.get_objects() if isinstance(g, greenlet.greenlet)
                        and type(g).__name__ == "Greenlet" and not g.dead]
            while alive() and time.monotonic() < end:
                pass
            print(alive(), con.connected())
        """
        done = subprocess.run(
            [sys.executable, "-c", textwrap.dedent(code)],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    assert done.stdout == "interrupted True\n[] False\n", done.stderr


@pytest.mark.parametrize("how", ["", "keep=Keep(events=5000)"])
def test_leaving_the_interpreter_while_a_segment_is_compressed(how: str) -> None:
    code = f"""
        import lzma, sys, threading
        from switchy_nb.recording import Keep, Recording
        from switchy_nb.recording.store import SEGMENT_ROWS
        from switchy_nb.wire import Batch, Parser
        events = lzma.open(sys.argv[1]).read(8_000_000)
        recording = Recording({how})
        while recording.received < 3 * SEGMENT_ROWS:
            for batch in Parser().feed_batches(events):
                if isinstance(batch, Batch):
                    recording.extend(batch, 1)
        compressing = recording._store._compressor._thread.is_alive()
        threading.Event().wait(float(sys.argv[2]))  # leave at another moment of it each time
        print(compressing)
    """
    for turn in range(4):
        done = subprocess.run(
            [
                *(sys.executable, "-c", textwrap.dedent(code)),
                *(str(RECORDINGS / "load_600_calls.raw.xz"), str(turn * 0.04)),
            ],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert (done.returncode, done.stdout, done.stderr) == (0, "True\n", "")
