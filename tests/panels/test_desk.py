from __future__ import annotations

import asyncio
import logging
import subprocess
import sys
import threading
from collections.abc import Iterator

import pytest
from helpers import eventually, own_threads

from switchy_nb.panels.desk import Desk


@pytest.fixture
def failures() -> list[Exception]:
    return []


@pytest.fixture
def desk(failures: list[Exception]) -> Iterator[Desk]:
    made = Desk("test", failures.append)
    made.start()
    yield made
    made.close()


def test_posts_run_in_order_on_one_thread_of_its_own(desk: Desk) -> None:
    ran: list[tuple[int, threading.Thread]] = []
    for number in range(100):
        desk.post(lambda n: ran.append((n, threading.current_thread())), number)
    eventually(lambda: len(ran) == 100)
    assert [n for n, _ in ran] == list(range(100))
    threads = {thread for _, thread in ran}
    assert len(threads) == 1
    assert threading.current_thread() not in threads


def test_a_failure_is_told_and_logged_and_hurts_nobody_else(
    desk: Desk, failures: list[Exception], caplog: pytest.LogCaptureFixture
) -> None:
    async def fail() -> None:
        raise ValueError("in a coroutine")

    after = threading.Event()
    with caplog.at_level(logging.ERROR):
        desk.post(lambda: 1 // 0)
        desk.post(lambda: desk.run(fail()))
        desk.post(after.set)
        assert after.wait(5)
        eventually(lambda: len(failures) == 2)
    assert [type(f) for f in failures] == [ZeroDivisionError, ValueError]
    assert len(caplog.records) == 2


def test_what_takes_long_does_not_hold_up_the_others(desk: Desk) -> None:
    go, quick, done = threading.Event(), threading.Event(), threading.Event()

    async def slow() -> None:
        await desk.beside(go.wait)
        done.set()

    desk.post(lambda: desk.run(slow()))
    desk.post(quick.set)
    assert quick.wait(5)
    assert not done.is_set()
    go.set()
    assert done.wait(5)


def test_close_cancels_what_is_under_way_and_ends_the_threads(failures: list[Exception]) -> None:
    before = own_threads()
    desk = Desk("closing", failures.append)
    desk.start()
    began, cancelled = threading.Event(), threading.Event()

    async def for_ever() -> None:
        began.set()
        try:
            await asyncio.Event().wait()
        finally:
            cancelled.set()

    desk.post(lambda: desk.run(for_ever()))
    assert began.wait(5)
    desk.close()
    assert cancelled.is_set()
    assert own_threads() == before
    desk.close()
    desk.post(lambda: failures.append(RuntimeError("a click came too late, and was obeyed")))
    assert failures == []


#: A desk that draws all the time, as the interpreter ends.
ENDING = """
import threading
from switchy_nb.panels.desk import Desk

drawn = threading.Event()
desk = Desk("test", lambda error: None)

async def draw():
    while True:
        await desk.beside(drawn.set)

desk.start()
desk.post(lambda: desk.run(draw()))
assert drawn.wait(20)
"""


def test_it_ends_with_the_interpreter_and_says_nothing() -> None:
    done = subprocess.run(
        [sys.executable, "-c", ENDING], capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
