"""The switch itself: its channels, its clients, its settings, and how they find each other.

One `Core` is one FreeSWITCH; all of it lives on the switch's own thread. The socket is in `server`,
the thread in `switch`.
"""

import asyncio
import random
import socket
from collections.abc import Awaitable, Callable, Coroutine
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from switchy_nb.simswitch import commands, events, variables
from switchy_nb.simswitch.calls import applications, lifecycle, release
from switchy_nb.simswitch.calls.causes import Cause, cause_of
from switchy_nb.simswitch.calls.channel import Channel
from switchy_nb.simswitch.calls.states import Direction
from switchy_nb.simswitch.clients import levels, logs, narrative
from switchy_nb.simswitch.clock import Clock, Ids
from switchy_nb.simswitch.commands import apicalls
from switchy_nb.simswitch.commands.console import Console
from switchy_nb.simswitch.commands.controls import Controls
from switchy_nb.simswitch.commands.stores import Stores
from switchy_nb.simswitch.expand import expand
from switchy_nb.simswitch.files import Files
from switchy_nb.simswitch.limits import Admission, Limits, Rate
from switchy_nb.simswitch.plan import routing
from switchy_nb.simswitch.plan.hosts import Outside
from switchy_nb.simswitch.scheduler import Scheduler
from switchy_nb.simswitch.settings import Settings
from switchy_nb.simswitch.signalling.network import Network
from switchy_nb.simswitch.sound.recordings import Studio

if TYPE_CHECKING:
    from switchy_nb.simswitch.clients.faults import Faults
    from switchy_nb.simswitch.clients.listener import Listener
    from switchy_nb.simswitch.plan.incoming import IncomingCall
    from switchy_nb.simswitch.plan.steps import Deed

#: how long what is cancelled has to end, in the wall's seconds
_LAST = 0.5

Routed = Callable[["IncomingCall"], Awaitable[None] | None]


class Core:
    """One simulated FreeSWITCH.

    Parameters
    ----------
    loop : asyncio.AbstractEventLoop
        The loop on whose thread all of it runs; it keeps to `clock`.
    settings : Settings
        What it is set up with.
    directory : Path
        Where its recordings and sounds go.
    clock, ids
        What time it is, and where its uuids come from.
    chance : random.Random
        What the dial plan's chances are drawn from.
    faults : Faults
        What goes wrong on the way to its clients.
    outside : Outside, optional
        The world that it is a part of; by default it makes its own.
    """

    #: the name of the one SIP profile, and the context that its calls enter
    profile = "external"
    context = "public"

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        *,
        settings: Settings,
        directory: Path,
        clock: Clock,
        ids: Ids,
        chance: random.Random,
        faults: "Faults",
        outside: Outside | None = None,
    ) -> None:
        self.loop = loop
        self.settings = settings
        self.directory = directory
        self.sip = settings.sip
        self.clock = clock
        self.ids = ids
        self.chance = chance
        self.dialplan = settings.dialplan
        self.timing = settings.timing
        self.faults = faults
        self.limits = Limits(settings.max_sessions, settings.sps)
        self.admission = Admission(self.limits)
        self.files = Files(directory, settings.recordings_dir)
        self.uuid = ids.uuid()
        self.hostname = socket.gethostname()
        identity = events.Identity(self.uuid, self.hostname, "127.0.0.1", "::1")
        self.events = events.EventMaker(identity, clock)
        self.channels: dict[str, Channel] = {}
        self.listeners: list[Listener] = []
        self.network = Network(self)
        self.outside = outside or Outside(self, settings.hosts)
        self.scheduler = Scheduler(self)
        self.console = Console()
        self.controls = Controls()
        self.stores = Stores()
        self.applications = applications.registry()
        self.commands = commands.registry()
        self.entries = lifecycle.ENTRIES
        self.globals = variables.first(self)
        self.log_levels = {name: n for n, name in enumerate(levels.NAMES)}
        self.peak_sessions = 0
        self.rate = Rate()
        #: whoever runs the switch ends it: gracefully or not, and with another start or not
        self.on_leave: Callable[[Core, bool, bool], None] | None = None
        #: it has been shut down
        self.over = False
        # what is heard here may have been sent by a host, so one studio knows of all recordings
        home = self.outside.home
        self.studio: Studio = Studio(self) if home is self else home.studio
        self._tasks: set[asyncio.Task[Any]] = set()

    # -- events and logs -------------------------------------------------------------------

    def heard(self, name: str) -> bool:
        """Say whether any client hears of events of that name."""
        return any(listener.hears(name) for listener in self.listeners)

    def fire(self, event: events.SwitchEvent) -> None:
        """Offer an event to every client."""
        if any(listener.logs for listener in self.listeners):
            for line in narrative.told(self, event):
                for listener in tuple(self.listeners):
                    listener.offer_log(line)
        for listener in tuple(self.listeners):
            listener.offer(event)

    def log(
        self,
        level: int,
        text: str,
        channel: Channel | None = None,
        *,
        site: logs.Site | None = None,
    ) -> None:
        """Say something in the log; clients that asked for it get the line."""
        limit = self.limits.log_level
        if channel is not None:
            limit = max(limit, channel.log_level)
        if level > limit or not self.listeners:
            return
        uuid = channel.uuid if channel is not None else ""
        where = site or (logs.OF_A_CALL if uuid else logs.OF_THE_SWITCH)
        line = logs.LogLine(level, text, where, self.clock.now(), uuid)
        for listener in tuple(self.listeners):
            listener.offer_log(line)

    def admits(self, address: str) -> bool:
        """Whether a client's address is on the access list."""
        acl = self.settings.acl
        if acl is None:
            return True
        try:
            client = ip_address(address)
        except ValueError:
            return False
        return any(client.version == net.version and client in net for net in acl)

    # -- channels --------------------------------------------------------------------------

    def admit(self, direction: Direction) -> bool:
        """Whether one more session may begin now."""
        return self.admission.admits(direction, len(self.channels), self.loop.time())

    def new_channel(self, direction: Direction, uuid: str) -> Channel:
        """Make a channel; it begins to live with `start`."""
        return Channel(self, uuid, direction)

    def start(self, channel: Channel) -> None:
        """Let a channel live."""
        if self.over:
            return
        self.channels[channel.uuid] = channel
        self.peak_sessions = max(self.peak_sessions, len(self.channels))
        self.rate.add(self.loop.time())
        self.spawn(self._live(channel))

    async def _live(self, channel: Channel) -> None:
        try:
            await channel.run()
        finally:  # a channel whose task fails must not stay in the lists for ever
            self.forget(channel)
            self.scheduler.delete(group=channel.uuid)
            release.let_go(channel)

    def forget(self, channel: Channel) -> None:
        """Take a channel out of the list, and what it holds of limited resources."""
        if self.channels.get(channel.uuid) is channel:
            del self.channels[channel.uuid]
            self.stores.release_all(channel.uuid)

    def spawn(self, work: Coroutine[None, None, None]) -> None:
        """Run something beside the rest, and keep hold of it until it is done."""
        if self.over:  # what was on its way when the switch went down comes to nothing
            work.close()
            return
        task = self.loop.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._finished)

    def hold(self, task: "asyncio.Task[Any]") -> None:
        """Keep hold of a task until it is done."""
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _finished(self, task: "asyncio.Task[None]") -> None:
        self._tasks.discard(task)
        error = None if task.cancelled() else task.exception()
        if error is not None:
            self.report(error)

    def report(self, error: BaseException) -> None:
        """Tell of a mistake in the switch itself, through asyncio's logger."""
        self.loop.call_exception_handler(
            {"message": "a task of the simulated switch failed", "exception": error}
        )

    def leave(self, *, graceful: bool, restart: bool = False) -> None:
        """End the switch, as a command asks: with a goodbye or without, for good or not."""
        if self.on_leave is not None:
            self.on_leave(self, graceful, restart)

    async def shutdown(self) -> None:
        """End everything that runs, but for what will not within a moment."""
        self.over = True
        self.scheduler.clear()
        tasks = tuple(self._tasks)
        for task in tasks:
            task.cancel()
        if tasks:  # a function of the dial plan may take no notice of it
            await asyncio.wait(tasks, timeout=_LAST * self.clock.speed)
        self.channels.clear()
        if self.outside.home is self:
            await self.outside.shutdown()
            self.studio.close()

    # -- where calls go --------------------------------------------------------------------

    def route(self, channel: Channel) -> None:
        """Give a channel the steps that the dial plan has for its number."""
        routing.route(self, channel)

    def steps_of(self, channel: Channel, number: str) -> "list[Deed]":
        """Look a number of the dial plan up, for a channel that is elsewhere."""
        found = routing.find(self, channel, number)
        return found[0] if found is not None else []

    def transfer(self, channel: Channel, number: str, plan: str = "XML", context: str = "") -> None:
        """Send a channel to another number of the dial plan, or to an inline one."""
        routing.transfer(self, channel, number, plan, context)

    async def lead(self, function: Routed, channel: Channel) -> None:
        """Let a function of the dial plan lead a call."""
        await routing.lead(self, function, channel)

    async def forward(self, channel: Channel, to: str, headers: dict[str, str]) -> None:
        """Pass a call on to the next hop."""
        await routing.forward(self, channel, to, headers)

    # -- API -------------------------------------------------------------------------------

    async def run_api(self, name: str, args: str) -> str:
        """Run an API command to its answer; say so if there is none of that name."""
        answer = await apicalls.run(self, name, args)
        return f"-ERR {name} Command not found!\n" if answer is None else answer

    def api(self, name: str, args: str, told: events.SwitchEvent | None = None) -> str:
        """Run an API command inside a text; one that takes its time says nothing."""
        return apicalls.run_now(self, name, args, told)

    # -- small helps -----------------------------------------------------------------------

    def cause(self, text: str, default: Cause = Cause.NORMAL_CLEARING) -> Cause:
        """Read a hangup cause."""
        return cause_of(text, default)

    def expand(self, text: str, channel: Channel | None = None) -> str:
        """Replace ``${…}`` by variables and the answers of API commands."""

        def lookup(name: str) -> str | None:
            if channel is not None:
                return variables.of_channel(self, channel, name)
            return self.globals.get(name)

        return expand(text, lookup, self.api, self.globals.get)

    def digit_ms(self, samples: str) -> int:
        """Read a digit's length, given in samples of 8 kHz, as milliseconds."""
        wanted = int(samples) if samples.isdigit() and int(samples) else self.limits.default_dtmf
        return max(50, min(wanted, 192_000 // 8)) // 8

    def unquote(self, text: str) -> str:
        """Undo percent-encoding."""
        return unquote(text)
