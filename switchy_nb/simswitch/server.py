"""The switch on its own thread: its socket, its core, and how both go down and come up again."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Coroutine
from pathlib import Path

from switchy_nb.simswitch import heartbeat
from switchy_nb.simswitch.calls.causes import Cause
from switchy_nb.simswitch.clients.faults import Faults
from switchy_nb.simswitch.clients.listener import Listener
from switchy_nb.simswitch.clock import Clock, Ids
from switchy_nb.simswitch.core import Core
from switchy_nb.simswitch.settings import Settings

#: how long a switch that says goodbye waits for its calls to end, in its own seconds
_GOODBYE = 5.0


class Server:
    """What runs between start and stop.

    Parameters
    ----------
    loop : asyncio.AbstractEventLoop
        The loop, which keeps to `clock`.
    settings : Settings
        What the switch is set up with.
    clock : Clock
        What time it is.
    faults : Faults
        What goes wrong.
    directory : Path
        Where recordings and sounds go.
    """

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        *,
        settings: Settings,
        clock: Clock,
        faults: Faults,
        directory: Path,
    ) -> None:
        self.loop = loop
        self.port = settings.port
        self._settings = settings
        self._clock = clock
        self._faults = faults
        self._directory = directory
        seed = settings.seed
        self._ids = Ids(seed)
        self._chance = random.Random(None if seed is None else f"dialplan {seed}")
        self._socket: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self.core = self._make()

    @property
    def up(self) -> bool:
        """Whether it listens."""
        return self._socket is not None

    def _make(self) -> Core:
        return Core(
            self.loop,
            settings=self._settings,
            directory=self._directory,
            clock=self._clock,
            ids=self._ids,
            chance=self._chance,
            faults=self._faults,
        )

    async def start(self) -> None:
        """Listen.

        Raises
        ------
        OSError
            If the address cannot be listened on.
        """
        self._socket = await self.loop.create_server(
            lambda: Listener(self.core), self._settings.host, self.port
        )
        self.port = self._socket.sockets[0].getsockname()[1]
        heartbeat.begin(self.core)
        await self._faults.resume(self)

    async def stop(self) -> None:
        """End all calls and connections, for good."""
        for task in self._tasks:
            task.cancel()
        if self._socket is not None:
            self._socket.close()
            self._socket = None
        for listener in tuple(self.core.listeners):
            listener.close()
        await self.core.shutdown()
        await asyncio.sleep(0)  # the connections' last callbacks

    async def go_down(self, *, graceful: bool) -> None:
        """Crash; or hang up, say goodbye and stop."""
        if self._socket is None:
            return
        self._socket.close()
        self._socket = None
        core = self.core
        if graceful:
            core.fire(heartbeat.shutting_down(core))
            for channel in list(core.channels.values()):
                channel.hangup(Cause.SYSTEM_SHUTDOWN)
            end = self.loop.time() + _GOODBYE
            while core.channels and self.loop.time() < end:
                await asyncio.sleep(0.01)
        for listener in tuple(core.listeners):
            if graceful:
                listener.close()
            else:
                listener.outbox.abort()
        await core.shutdown()

    async def come_up(self) -> None:
        """Start again as another switch, on the same port."""
        if self._socket is not None:
            return
        self._clock.restart()
        self.core = self._make()
        await self.start()

    def later(self, seconds: float, do: Callable[["Server"], Awaitable[None]]) -> None:
        """Have something done after so many of the wall's seconds."""

        async def run() -> None:
            await asyncio.sleep(seconds * self._clock.speed)
            await do(self)

        self.soon(run())

    def soon(self, work: Coroutine[None, None, None]) -> None:
        """Have something done beside the rest, and keep hold of it until it is."""
        task = self.loop.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
