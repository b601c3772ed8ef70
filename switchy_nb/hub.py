"""The hub thread: one a process, on which gevent and every greenswitch connection run.

gevent patches nothing here, and nobody else's code runs on this thread. Other threads reach it
through `Hub.post` and `Hub.run` only. What the connections do is not known here.
"""

import atexit
import os
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, TypeVar

import gevent
import gevent.event

from switchy_nb.waiting import block_on

T = TypeVar("T")


class Hub:
    """A gevent hub on a daemon thread of its own."""

    def __init__(self) -> None:
        self.pid = os.getpid()
        self._loop: Any = None
        self._stop: Any = None
        ready = threading.Event()
        self._thread = threading.Thread(
            target=self._main, args=(ready,), name="switchy_nb hub", daemon=True
        )
        self._thread.start()
        ready.wait()

    def _main(self, ready: threading.Event) -> None:
        hub = gevent.get_hub()
        self._loop = hub.loop
        self._stop = gevent.event.Event()
        # A hub with nothing to watch raises LoopExit: this watcher gives it something, for ever.
        keeper = hub.loop.async_()
        keeper.start(lambda: None)
        ready.set()
        self._stop.wait()
        keeper.stop()
        hub.destroy(destroy_loop=True)

    def is_current(self) -> bool:
        """Whether the caller is on the hub thread, where nothing may block."""
        return threading.current_thread() is self._thread

    def post(self, function: Callable[..., object], *args: object) -> None:
        """Call `function` on the hub thread, soon and in order. It must not block."""
        self._loop.run_callback_threadsafe(function, *args)

    def run(
        self,
        function: Callable[[], T],
        timeout: float,
        describe: Callable[[], str],
        *,
        kill: bool = True,
    ) -> T:
        """Run `function` in a greenlet of the hub thread, and wait for what it returns.

        Parameters
        ----------
        function : callable
            May block on gevent's own primitives.
        timeout : float
            Seconds.
        describe : callable
            Says what is being waited for, when it did not come.
        kill : bool
            Whether nobody needs it to end when nobody waits for it any more.

        Raises
        ------
        TimeoutError
            If it took longer. The greenlet is killed then, as when the wait is interrupted.
        """
        future: Future[T] = Future()
        greenlets: list[Any] = []

        def main() -> None:
            try:
                future.set_result(function())
            except Exception as exc:
                future.set_exception(exc)

        try:
            self.post(lambda: greenlets.append(gevent.spawn(main)))
            return block_on(future, timeout, describe)
        except BaseException:
            if kill and not future.done():
                self.post(lambda: [g.kill(block=False) for g in greenlets])
            raise

    def close(self) -> None:
        """Stop the thread. For the interpreter's end: connections die with it."""
        if self._thread.is_alive() and self.pid == os.getpid():
            self.post(self._stop.set)
            self._thread.join(1.0)


_lock = threading.Lock()
_hub: Hub | None = None


def get_hub() -> Hub:
    """Return the process's hub, made when it is first asked for (and again after a fork)."""
    global _hub
    with _lock:
        if _hub is None or _hub.pid != os.getpid():
            _hub = Hub()
            atexit.register(_hub.close)
        return _hub
