"""A panel's own thread: an event loop that takes what clicks post to it, and never blocks.

What is done there is not known here.
"""

import asyncio
import atexit
import logging
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, TypeVar

T = TypeVar("T")

log = logging.getLogger(__name__)

#: Seconds that what is called on a desk may keep its caller.
LONGEST = 10.0


class Desk:
    """A thread with an event loop, and others beside it for what takes long.

    Parameters
    ----------
    name : str
        What the threads' names end with.
    failed : callable
        Told, on the desk's thread, of an exception that nobody expected; it is logged as well.
    """

    def __init__(self, name: str, failed: Callable[[Exception], None]) -> None:
        self._failed = failed
        self._loop = asyncio.new_event_loop()
        self._tasks: set[asyncio.Task[None]] = set()
        self._lock = threading.Lock()
        self._open = True
        self._name = name
        self._lanes: dict[str, ThreadPoolExecutor] = {}
        self._thread = threading.Thread(
            target=self._run, name=f"switchy_nb panel {name}", daemon=True
        )

    def start(self) -> None:
        """Start the thread; it ends with the interpreter, if nobody ends it before.

        A kernel that ends has no thread any more that sends for all others: what is sent after that
        may be torn.
        """
        self._thread.start()
        atexit.register(self.close)

    def post(self, function: Callable[..., object], *arguments: Any) -> None:
        """Have a function called on the desk's thread; return at once. From any thread.

        Once the desk is closed, nothing happens: the last clicks may come too late.
        """
        with self._lock:
            if self._open:
                self._loop.call_soon_threadsafe(self._guarded, function, arguments)

    def call(self, function: Callable[[], T]) -> T:
        """Call a function on the desk's thread and return what it gives, when it is done.

        For what takes no time; nothing else there takes any either.
        """
        done: Future[T] = Future()

        def answer() -> None:
            try:
                done.set_result(function())
            except BaseException as exc:
                done.set_exception(exc)

        with self._lock:
            elsewhere = self._open and self._thread.is_alive()
            if elsewhere and self._thread is not threading.current_thread():
                self._loop.call_soon_threadsafe(answer)
            else:
                elsewhere = False
        if not elsewhere:
            return function()
        return done.result(LONGEST)

    def run(self, work: Coroutine[Any, Any, None]) -> "asyncio.Task[None]":
        """Begin a coroutine; only from the desk's thread. It is cancelled when the desk closes."""
        task = self._loop.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)
        return task

    async def beside(self, function: Callable[[], T], lane: str = "drawing") -> T:
        """Call what takes long on another thread; what has the same lane, one after the other."""
        if lane not in self._lanes:
            self._lanes[lane] = ThreadPoolExecutor(1, f"switchy_nb panel {lane} {self._name}")
        try:
            work = self._lanes[lane].submit(function)
        except RuntimeError as exc:
            # the interpreter is ending: it takes no work any more, and nobody wants to hear of that
            self._end()
            raise asyncio.CancelledError from exc
        return await asyncio.wrap_future(work)

    def close(self) -> None:
        """Cancel what is under way and end the threads; twice is fine."""
        self._end()
        atexit.unregister(self.close)
        if self._thread is not threading.current_thread():
            self._thread.join()

    def _end(self) -> None:
        with self._lock:
            if self._open:
                self._open = False
                self._loop.call_soon_threadsafe(self._loop.stop)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        try:
            self._loop.run_forever()
            tasks = tuple(self._tasks)
            for task in tasks:
                task.cancel()
            self._loop.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))
        finally:
            for lane in self._lanes.values():
                lane.shutdown(wait=True, cancel_futures=True)
            self._loop.close()

    def _guarded(self, function: Callable[..., object], arguments: tuple[Any, ...]) -> None:
        try:
            function(*arguments)
        except Exception as exc:
            self._report(exc)

    def _ended(self, task: "asyncio.Task[None]") -> None:
        self._tasks.discard(task)
        error = None if task.cancelled() else task.exception()
        if isinstance(error, Exception):
            self._report(error)

    def _report(self, error: Exception) -> None:
        log.error("a panel failed", exc_info=error)
        self._failed(error)
