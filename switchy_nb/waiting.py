"""How the toolkit waits: with a deadline, interruptible, and able to say what it waited for.

What is waited for is not known here.
"""

import asyncio
import contextlib
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, InvalidStateError, wait
from contextlib import AbstractContextManager
from typing import Generic, TypeVar

from switchy_nb.errors import SwitchyError, TimeoutError

T = TypeVar("T")

#: How often a wait looks up: an interrupt is obeyed within this many seconds at the latest.
TICK = 0.1


class Deadline:
    """One budget of time across several steps.

    Parameters
    ----------
    seconds : float or None
        From now; None is no limit.
    """

    def __init__(self, seconds: float | None) -> None:
        self.seconds = seconds
        self._end = None if seconds is None else time.monotonic() + seconds

    @property
    def left(self) -> float:
        """Seconds until it is over; never below 0, infinite where there is no limit."""
        return float("inf") if self._end is None else max(0.0, self._end - time.monotonic())

    @property
    def over(self) -> bool:
        """Whether the time is up."""
        return self.left <= 0


def block_on(future: Future[T], timeout: float | None, describe: Callable[[], str]) -> T:
    """Wait for a future on the calling thread.

    Parameters
    ----------
    future : concurrent.futures.Future
        What is waited for.
    timeout : float or None
        Seconds; None waits for ever.
    describe : callable
        Gives the sentence for the error: what was waited for and what was seen instead.

    Raises
    ------
    TimeoutError
        If it did not come in time.
    """
    deadline = Deadline(timeout)
    while True:
        # In ticks: on some platforms a long wait on a lock keeps KeyboardInterrupt waiting.
        wait([future], min(TICK, deadline.left))
        if future.done():
            return _outcome(future)
        if deadline.over:
            raise _late(timeout, describe)


async def await_on(future: Future[T], timeout: float | None, describe: Callable[[], str]) -> T:
    """Wait for a future without blocking the event loop; the same errors as `block_on`.

    It wakes every `TICK`, since an idle event loop notices an interrupt late.
    """
    deadline = Deadline(timeout)
    waiter = asyncio.wrap_future(future)
    try:
        while True:
            await asyncio.wait([waiter], timeout=min(TICK, deadline.left))
            if waiter.done():
                return waiter.result()
            if deadline.over:
                raise _late(timeout, describe)
    finally:
        waiter.cancel()  # else asyncio complains of an error that nobody came to fetch


def _outcome(future: Future[T]) -> T:
    error = future.exception()
    if error is not None:
        # one error may be raised many times: it must not gather a traceback of them all
        raise error.with_traceback(None)
    return future.result()


def _late(timeout: float | None, describe: Callable[[], str]) -> TimeoutError:
    return TimeoutError(f"waited {timeout:.1f} s for {describe()}")


class Waiter(Generic[T]):
    """Somebody waiting for something to become true.

    Parameters
    ----------
    test : callable
        Tried again and again until its value is true; that is what the future gets.
    hopeless : callable, optional
        Returns an error once it cannot become true any more.
    undo : callable, optional
        Told of a true value that came too late to be had.
    """

    def __init__(
        self,
        test: Callable[[], T],
        hopeless: Callable[[], SwitchyError | None] = lambda: None,
        undo: Callable[[T], None] | None = None,
    ) -> None:
        self.future: Future[T] = Future()
        # What was taken is handed over before the wait can be given up, lest the next wait gets
        # what comes behind it. Nothing is held up where nothing is taken.
        self._handing: AbstractContextManager[object] = (
            contextlib.nullcontext() if undo is None else threading.RLock()
        )
        self._test = test
        self._hopeless = hopeless
        self._undo = undo or (lambda value: None)

    def check(self) -> bool:
        """Try the test; return whether the wait is over, one way or the other."""
        with self._handing:
            if not self.future.done():
                self._try()
            return self.future.done()

    def _try(self) -> None:
        try:
            value = self._test()
            error = None if value else self._hopeless()
            if value:
                try:
                    self.future.set_result(value)
                except InvalidStateError:  # it was given up, or another thread was quicker
                    self._undo(value)
            elif error is not None:
                self.fail(error)
        except Exception as exc:
            with contextlib.suppress(InvalidStateError):
                self.future.set_exception(exc)

    def give_up(self) -> bool:
        """End the wait without a value; return whether it had come nevertheless."""
        with self._handing:
            return not self.future.cancel() and self.future.exception() is None

    def undo(self) -> None:
        """Take the value back that it ended with."""
        self._undo(self.future.result())

    def fail(self, error: SwitchyError) -> None:
        """End the wait with an error, unless it is over."""
        with contextlib.suppress(InvalidStateError):
            self.future.set_exception(error)
