"""One life of a switch, from start to stop: its thread, its loop, its temporary directory.

What a user sees of it is in `switch`; what runs on the thread is in `server`.
"""

import asyncio
import concurrent.futures
import contextlib
import logging
import os
import shutil
import tempfile
import threading
import time
import weakref
from collections.abc import Callable, Coroutine, Iterable
from pathlib import Path
from typing import Any

from switchy_nb.errors import SimulationError
from switchy_nb.simswitch.clients.faults import Faults
from switchy_nb.simswitch.clock import Clock, ClockLoop
from switchy_nb.simswitch.server import Server, Work
from switchy_nb.simswitch.settings import Settings

_log = logging.getLogger("switchy_nb.simswitch")

#: how long others wait for the switch's thread, in seconds
PATIENCE = 10.0
#: how often they look whether it is there at all, in seconds
_LOOK = 0.05
#: how long what is cancelled has to end, in the wall's seconds
_LAST = 0.5


class Life:
    """A switch that runs, or ran. It is started once.

    Parameters
    ----------
    settings : Settings
        What the switch is set up with.
    faults : Faults
        What goes wrong.
    """

    def __init__(self, settings: Settings, faults: Faults) -> None:
        self._settings = settings
        self._faults = faults
        self._thread = threading.Thread(target=self._run, name="simswitch", daemon=True)
        self._ready = threading.Event()
        self._failure: SimulationError | None = None
        self._end = threading.Event()
        self._stop: asyncio.Event | None = None
        self.server: Server | None = None

    @property
    def alive(self) -> bool:
        """Whether its thread runs."""
        return self._thread.is_alive()

    @property
    def ending(self) -> bool:
        """Whether it was told to stop."""
        return self._end.is_set()

    @property
    def mine(self) -> bool:
        """Whether who asks is on the switch's own thread, as functions of the dial plan are."""
        return threading.current_thread() is self._thread

    def start(self) -> None:
        """Begin, and wait until it listens.

        Raises
        ------
        SimulationError
            If it cannot.
        """
        self._thread.start()
        if not self._ready.wait(PATIENCE):
            self.leave()
            raise SimulationError(f"the simulated switch did not start within {PATIENCE:g} s")
        if self._failure is not None:
            self._thread.join(PATIENCE)
            raise self._failure

    def leave(self) -> None:
        """Tell it to stop, and wait for nothing."""
        self._end.set()
        server, stop = self.server, self._stop
        if server is not None and stop is not None:
            with contextlib.suppress(RuntimeError):  # it ended by itself in the meantime
                server.loop.call_soon_threadsafe(stop.set)

    def stop(self) -> None:
        """Tell it to stop, and wait until it has.

        Raises
        ------
        SimulationError
            If it does not.
        """
        self.leave()
        self._thread.join(PATIENCE)
        if self._thread.is_alive():
            raise SimulationError(
                f"the simulated switch did not stop within {PATIENCE:g} s: something holds its "
                "thread, such as a function of the dial plan that waits"
            )

    def call(self, do: Callable[[Server], Work]) -> None:
        """Do something on the switch's thread, and wait for it; nothing when that is over.

        Raises
        ------
        SimulationError
            If the thread does not come to it.
        """
        server = self.server
        if server is None or not self.alive:
            return
        if self.mine:  # nobody can wait there, so what takes its time goes on beside the rest
            work = do(server)
            if work is not None:
                server.soon(work)
            return

        future: concurrent.futures.Future[None] = concurrent.futures.Future()
        try:
            server.loop.call_soon_threadsafe(self._begin, server, do, future)
        except RuntimeError:  # its loop was closed in the meantime
            return
        end = time.monotonic() + PATIENCE
        while not concurrent.futures.wait([future], _LOOK).done and self.alive:
            if time.monotonic() > end:
                raise SimulationError(
                    f"the simulated switch did not come to it within {PATIENCE:g} s: something "
                    "holds its thread, such as a function of the dial plan that waits"
                )
        if future.done() and not future.cancelled():
            future.result()

    # -- on the switch's own thread --------------------------------------------------------

    def _begin(
        self,
        server: Server,
        do: Callable[[Server], Work],
        future: "concurrent.futures.Future[None]",
    ) -> None:
        if self.ending:
            future.cancel()
            return
        try:
            work = do(server)
        except Exception as error:
            future.set_exception(error)
            return
        if work is None:
            future.set_result(None)
        else:
            server.soon(work, future)

    def _run(self) -> None:
        try:
            self._live()
        except SimulationError as error:
            self._failure = error
        except Exception as error:
            if self._ready.is_set():
                raise
            self._failure = SimulationError(f"the simulated switch cannot start: {error}")
            self._failure.__cause__ = error
        finally:
            self._ready.set()

    def _live(self) -> None:
        clock = Clock(stepped=self._settings.stepped_clock, speed=self._settings.speed)
        loop = ClockLoop(clock)
        try:
            loop.run_until_complete(self._serve(loop))
        finally:
            _unwind(loop)
            loop.close()

    async def _serve(self, loop: ClockLoop) -> None:
        directory = Path(tempfile.mkdtemp(prefix="simswitch-"))
        # a program that leaves without stopping the switch leaves nothing behind either
        removal = weakref.finalize(self, _remove, directory, os.getpid())
        try:
            server = Server(
                loop,
                settings=self._settings,
                clock=loop.clock,
                faults=self._faults,
                directory=directory,
            )
            self._stop = asyncio.Event()
            server.on_end = self.leave
            self.server = server
            try:
                await server.start()
                self._ready.set()
                if not self._end.is_set():
                    await self._stop.wait()
            finally:
                self._end.set()
                await server.stop()
        finally:
            removal()


def _remove(directory: Path, owner: int) -> None:
    """Remove a directory, but not from a process that was forked off its owner."""
    if os.getpid() == owner:
        shutil.rmtree(directory, ignore_errors=True)


def _unwind(loop: ClockLoop) -> None:
    """End all that still runs on a loop, whatever it does against it."""
    left = asyncio.all_tasks(loop)
    for task in left:
        task.cancel()
    _wait(loop, left)
    left = asyncio.all_tasks(loop)
    if left:
        loop.run_until_complete(_cut_off(left))
        _wait(loop, left)
    loop.run_until_complete(loop.shutdown_asyncgens())
    loop.run_until_complete(loop.shutdown_default_executor())


async def _cut_off(tasks: Iterable["asyncio.Task[Any]"]) -> None:
    """End what takes no cancelling; inside the loop, as what it does on its way may need one."""
    for task in tasks:
        _log.error("%s would not end, and was cut off", task.get_name())
        coroutine = task.get_coro()
        if isinstance(coroutine, Coroutine):
            with contextlib.suppress(RuntimeError):  # it may not take this either
                coroutine.close()
        task.cancel()


def _wait(loop: ClockLoop, tasks: Iterable["asyncio.Task[Any]"]) -> None:
    if waited := set(tasks):
        loop.run_until_complete(asyncio.wait(waited, timeout=_LAST * loop.clock.speed))
