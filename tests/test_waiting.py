from __future__ import annotations

import asyncio
import builtins
from concurrent.futures import Future

import pytest

from switchy_nb.errors import LinkLost, TimeoutError
from switchy_nb.waiting import Deadline, Waiter, await_on, block_on


def test_a_deadline() -> None:
    assert Deadline(None).left == float("inf")
    assert not Deadline(None).over
    assert Deadline(0).over
    assert 0 < Deadline(5).left <= 5


def test_a_futures_own_timeout_is_not_taken_for_ours() -> None:
    for error in (TimeoutError("mine"), builtins.TimeoutError("theirs")):
        future: Future[int] = Future()
        future.set_exception(error)
        with pytest.raises(builtins.TimeoutError, match=str(error)):
            block_on(future, 5, lambda: "x")
        with pytest.raises(builtins.TimeoutError, match=str(error)):
            asyncio.run(await_on(future, 5, lambda: "x"))


def test_a_timeout_says_what_was_waited_for() -> None:
    future: Future[int] = Future()
    with pytest.raises(TimeoutError, match=r"waited 0\.0 s for the bus"):
        block_on(future, 0.01, lambda: "the bus")
    with pytest.raises(TimeoutError, match=r"waited 0\.0 s for the bus"):
        asyncio.run(await_on(future, 0.01, lambda: "the bus"))
    assert issubclass(TimeoutError, builtins.TimeoutError)


def test_a_waiter_is_over_once() -> None:
    values = iter([0, 7, 8])
    waiter = Waiter(lambda: next(values))
    assert not waiter.check()
    assert waiter.check()
    assert waiter.check()
    waiter.fail(LinkLost("late"))
    assert waiter.future.result() == 7
    cancelled = Waiter(lambda: True)
    cancelled.future.cancel()
    assert cancelled.check()
    hopeless = Waiter(lambda: False, lambda: LinkLost("gone"))
    assert hopeless.check()
    with pytest.raises(LinkLost):
        hopeless.future.result()
