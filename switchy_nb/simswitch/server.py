"""The switch on its own thread: its socket, its core, and how both go down and come up again."""

import asyncio
import logging
import random
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from pathlib import Path

from switchy_nb.errors import SimulationError
from switchy_nb.simswitch import heartbeat
from switchy_nb.simswitch.calls.causes import Cause
from switchy_nb.simswitch.clients.faults import Faults
from switchy_nb.simswitch.clients.listener import Listener
from switchy_nb.simswitch.clock import Clock, Ids
from switchy_nb.simswitch.core import Core
from switchy_nb.simswitch.settings import Settings
from switchy_nb.wire import serve

_log = logging.getLogger("switchy_nb.simswitch")

#: what is to be done on the switch's thread, if it takes its time
Work = Coroutine[None, None, None] | None

#: how long a switch that says goodbye waits for its calls to end, in the wall's seconds
_GOODBYE = 5.0
#: what a client is told before its connection ends
_SHUT_DOWN = serve.text_frame("text/disconnect-notice", "The system is being shut down.\n")
#: how often a switch looks whether it was told to end, in its own seconds
_NOTICES = 0.5
#: how long its connections have to take the last words in, in the wall's seconds
_LAST_WORDS = 0.5


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
        #: going down and coming up take turns
        self._turn = asyncio.Lock()
        self._stopped = False
        #: is called when a client has ended the switch for good
        self.on_end: Callable[[], None] | None = None
        self.core = self._make()

    @property
    def up(self) -> bool:
        """Whether it listens."""
        return self._socket is not None

    def _make(self) -> Core:
        core = Core(
            self.loop,
            settings=self._settings,
            directory=self._directory,
            clock=self._clock,
            ids=self._ids,
            chance=self._chance,
            faults=self._faults,
        )
        core.on_leave = self._leave
        return core

    def _leave(self, core: Core, graceful: bool, restart: bool) -> None:
        """Go down because a client said so, and come up again, or end for good."""

        async def work() -> None:
            if graceful:
                await asyncio.sleep(_NOTICES)
            if self.core is not core:  # it went down by itself meanwhile
                return
            await self.go_down(graceful=graceful)
            if restart:
                await self.come_up()
            elif self.on_end is not None:
                self.on_end()

        self.soon(work())

    async def start(self) -> None:
        """Listen.

        Raises
        ------
        SimulationError
            If the address cannot be listened on.
        """
        await self._listen()
        await self._faults.resume(self)

    async def _listen(self) -> None:
        host = self._settings.host
        try:
            self._socket = await self.loop.create_server(
                lambda: Listener(self.core), host, self.port
            )
        except (OSError, UnicodeError) as error:
            raise SimulationError(
                f"the simulated switch cannot listen on {host}:{self.port}: {error}; "
                "port=0 takes any free port"
            ) from error
        self.port = self._socket.sockets[0].getsockname()[1]
        heartbeat.begin(self.core)

    async def stop(self) -> None:
        """End all calls and connections, for good."""
        self._stopped = True
        for task in self._tasks:
            task.cancel()
        await self._close()
        for listener in tuple(self.core.listeners):
            listener.close()
        await self.core.shutdown()
        await self._part(self.core)

    async def _close(self) -> None:
        """Take no more connections; what was let in already is one of the core's listeners then."""
        listening, self._socket = self._socket, None
        if listening is None:
            return
        for sock in listening.sockets:
            self.loop.remove_reader(sock.fileno())
        for _ in range(3):  # asyncio's own steps from an accepted socket to its protocol
            await asyncio.sleep(0)
        listening.close()

    async def _part(self, core: Core) -> None:
        """Wait until the clients of a switch are gone; whoever reads nothing is cut off."""
        end = self.loop.time() + _LAST_WORDS * self._clock.speed
        while core.listeners and self.loop.time() < end:
            await asyncio.sleep(0.001 * self._clock.speed)
        for listener in tuple(core.listeners):
            listener.outbox.abort()
        await asyncio.sleep(0)  # the connections' last callbacks

    async def go_down(self, *, graceful: bool) -> None:
        """Crash; or hang up, say goodbye and stop. Does nothing while it is down."""
        async with self._turn:
            if self._socket is None:
                return
            await self._close()
            core = self.core
            if graceful:
                await self._say_goodbye(core)
            for listener in tuple(core.listeners):
                if graceful:
                    listener.close(_SHUT_DOWN)
                else:
                    listener.outbox.abort()
            await core.shutdown()
            await self._part(core)

    async def _say_goodbye(self, core: Core) -> None:
        core.fire(heartbeat.shutting_down(core))
        core.limits.inbound_paused = core.limits.outbound_paused = True
        for channel in list(core.channels.values()):
            channel.hangup(Cause.SYSTEM_SHUTDOWN)
        end = self.loop.time() + _GOODBYE * self._clock.speed
        while core.channels and self.loop.time() < end:
            await asyncio.sleep(0.01 * self._clock.speed)

    async def come_up(self) -> None:
        """Start again as another switch, on the same port; does nothing while it is up.

        Raises
        ------
        SimulationError
            If the port was taken meanwhile.
        """
        async with self._turn:
            if self._socket is not None or self._stopped:
                return
            self._clock.restart()
            self.core = self._make()
            await self._listen()
        await self._faults.resume(self)

    def later(self, seconds: float, do: Callable[["Server"], Work]) -> None:
        """Have something done after so many of the wall's seconds."""

        async def run() -> None:
            await asyncio.sleep(seconds * self._clock.speed)
            work = do(self)
            if work is not None:
                await work

        self.soon(run())

    def soon(self, work: Coroutine[None, None, None], told: "Future[None] | None" = None) -> None:
        """Have something done beside the rest, and keep hold of it until it is.

        Parameters
        ----------
        work : coroutine
            What is to be done.
        told : Future, optional
            Is told of the end; without it, an error is logged.
        """

        def done(task: "asyncio.Task[None]") -> None:
            self._tasks.discard(task)
            error = None if task.cancelled() else task.exception()
            if told is None and error is not None:
                _log.error("%s", error, exc_info=error)
            elif told is not None and task.cancelled():
                told.cancel()
            elif told is not None and error is not None:
                told.set_exception(error)
            elif told is not None:
                told.set_result(None)

        task = self.loop.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(done)
