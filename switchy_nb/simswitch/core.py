"""The switch itself: its channels, its clients, its settings, and how they find each other.

One `Core` is one FreeSWITCH; all of it lives on the switch's own thread. The thread and the socket
are in `switch`.
"""

import asyncio
import socket
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from ipaddress import IPv4Network, IPv6Network, ip_address
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from switchy_nb.simswitch import applications, commands, events, lifecycle
from switchy_nb.simswitch.causes import Cause, cause_of
from switchy_nb.simswitch.channel import Channel
from switchy_nb.simswitch.clock import Clock, Ids
from switchy_nb.simswitch.dialplan import Dialplan
from switchy_nb.simswitch.expand import expand
from switchy_nb.simswitch.network import Network
from switchy_nb.simswitch.originating import inline_steps
from switchy_nb.simswitch.scheduler import Scheduler
from switchy_nb.simswitch.sip import Uri
from switchy_nb.simswitch.states import ChannelState, Direction

if TYPE_CHECKING:
    from switchy_nb.simswitch.listener import Listener


@dataclass(frozen=True)
class Timing:
    """How long things take, in seconds.

    Attributes
    ----------
    network : float
        A message from one leg to the other.
    invite : float
        A new call, until its other leg begins.
    broadcast : float
        From ``uuid_broadcast`` to the application that it starts: five frames of media.
    display : float
        A display update (SIP INFO), which waits for the media thread of the other leg.
    digit_gap : float
        Silence between two DTMF digits.
    heartbeat : float
        From one HEARTBEAT to the next; 20 s is FreeSWITCH's own default.
    login : float
        What a client has for its first command.
    """

    network: float = 0.002
    invite: float = 0.005
    broadcast: float = 0.1
    display: float = 0.02
    digit_gap: float = 0.02
    heartbeat: float = 20.0
    login: float = 25.0


@dataclass
class Limits:
    """What ``fsctl`` shows and sets."""

    max_sessions: int = 1000
    sessions_per_second: int = 1000
    log_level: int = 7
    default_dtmf: int = 2000


@dataclass
class _Rate:
    """Counts what began within the last second."""

    stamps: deque[float] = field(default_factory=deque)
    peak: int = 0

    def count(self, now: float) -> int:
        while self.stamps and self.stamps[0] <= now - 1.0:
            self.stamps.popleft()
        return len(self.stamps)

    def add(self, now: float) -> None:
        self.stamps.append(now)
        self.peak = max(self.peak, self.count(now))


class Core:
    """One simulated FreeSWITCH.

    Parameters
    ----------
    loop : asyncio.AbstractEventLoop
        The loop on whose thread all of it runs.
    sip : Uri
        The address of its SIP profile.
    directory : Path
        Where its recordings and sounds go.
    clock, ids, dialplan, timing, password, acl, recordings_dir
        What a switch is made of.
    """

    #: the name of the one SIP profile, and the context that its calls enter
    profile = "external"
    context = "public"

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        *,
        sip: Uri,
        directory: Path,
        clock: Clock,
        ids: Ids,
        dialplan: Dialplan,
        timing: Timing,
        password: str,
        acl: Sequence[IPv4Network | IPv6Network] | None = None,
        recordings_dir: Path | None = None,
    ) -> None:
        self.loop = loop
        self._acl = acl
        self.sip = sip
        self.clock = clock
        self.ids = ids
        self.dialplan = dialplan
        self.timing = timing
        self.password = password
        self.limits = Limits()
        self.recordings_dir = recordings_dir or directory / "recordings"
        self.sounds_dir = directory / "sounds"
        self.uuid = ids.uuid()
        self.hostname = socket.gethostname()
        identity = events.Identity(self.uuid, self.hostname, "127.0.0.1", "::1")
        self.events = events.EventMaker(identity, clock)
        self.channels: dict[str, Channel] = {}
        self.listeners: list[Listener] = []
        self.network = Network(self)
        self.scheduler = Scheduler(self)
        self.applications = applications.registry()
        self.commands = commands.registry()
        self.entries = lifecycle.ENTRIES
        self.globals = self._first_globals()
        self.log_levels = {name: n for n, name in enumerate(LOG_LEVELS)}
        self.peak_sessions = 0
        self.rate = _Rate()
        self._tasks: set[asyncio.Task[Any]] = set()

    def _first_globals(self) -> dict[str, str]:
        return {
            "hostname": self.hostname,
            "local_ip_v4": self.events.identity.ipv4,
            "local_ip_v6": self.events.identity.ipv6,
            "domain": self.sip.host,
            "recordings_dir": str(self.recordings_dir),
            "sounds_dir": str(self.sounds_dir),
            "sound_prefix": str(self.sounds_dir),
            "temp_dir": str(self.sounds_dir.parent),
            "core_uuid": self.uuid,
            "external_sip_port": str(self.sip.port),
        }

    # -- events and logs -------------------------------------------------------------------

    def fire(self, event: events.SwitchEvent) -> None:
        """Offer an event to every client."""
        for listener in tuple(self.listeners):
            listener.offer(event)

    def log(self, level: int, text: str, channel: Channel | None = None) -> None:
        """Say something in the log; clients that asked for it get the line."""
        for listener in tuple(self.listeners):
            if listener.log_level >= level:
                listener.offer_log(level, text, channel.uuid if channel is not None else "")

    def admits(self, address: str) -> bool:
        """Whether a client's address is on the access list."""
        if self._acl is None:
            return True
        try:
            client = ip_address(address)
        except ValueError:
            return False
        return any(client.version == net.version and client in net for net in self._acl)

    # -- channels --------------------------------------------------------------------------

    def admit(self) -> bool:
        """Whether one more session may begin now."""
        now = self.loop.time()
        return (
            len(self.channels) < self.limits.max_sessions
            and self.rate.count(now) < self.limits.sessions_per_second
        )

    def new_channel(self, direction: Direction, uuid: str) -> Channel:
        """Make a channel; it begins to live with `start`."""
        return Channel(self, uuid, direction)

    def start(self, channel: Channel) -> None:
        """Let a channel live."""
        self.channels[channel.uuid] = channel
        self.peak_sessions = max(self.peak_sessions, len(self.channels))
        self.rate.add(self.loop.time())
        self.spawn(self._live(channel))

    async def _live(self, channel: Channel) -> None:
        try:
            await channel.run()
        finally:  # a channel whose task fails must not stay in the lists for ever
            self.forget(channel)

    def forget(self, channel: Channel) -> None:
        """Take a channel out of the list, and its scheduled tasks with it."""
        if self.channels.get(channel.uuid) is channel:
            del self.channels[channel.uuid]

    def spawn(self, work: Awaitable[None]) -> None:
        """Run something beside the rest, and keep hold of it until it is done."""

        async def run() -> None:
            await work

        task = self.loop.create_task(run())
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

    async def shutdown(self) -> None:
        """End everything that runs."""
        self.scheduler.clear()
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self.channels.clear()

    def route(self, channel: Channel) -> None:
        """Give a channel the steps that the dial plan has for its number."""
        profile = channel.profile
        number = profile.destination if profile is not None else ""
        if profile is not None and profile.dialplan.lower() == "inline":
            steps, match = inline_steps(number), None
        else:
            steps, match = self.dialplan.find(number)
        if match is not None and match.groups():
            channel.variables["DP_MATCH"] = (match[0], *(g or "" for g in match.groups()))
        channel.variables["call_uuid"] = str(channel.variables.pop("call_uuid", channel.uuid))
        channel.extension = steps
        if not steps:
            channel.hangup(Cause.NO_ROUTE_DESTINATION)

    def transfer(self, channel: Channel, number: str, plan: str = "XML", context: str = "") -> None:
        """Send a channel to another number of the dial plan, or to an inline one."""
        profile = channel.profile
        if profile is None:
            return
        where = context or profile.context
        now = self.clock.now()
        moved = profile.copy()
        moved.rdnis, moved.destination = profile.destination, number
        moved.dialplan, moved.context = plan, where
        moved.logical_direction = Direction.INBOUND
        source = f"{now // 1_000_000}:{self.ids.uuid()}:bl_xfer:{number}/{where}/{plan}"
        moved.transfer_source = source
        hops = channel.get("max_forwards")
        channel.set("max_forwards", str(int(hops) - 1) if hops.isdigit() else "70")
        channel.set("transfer_history", source)
        channel.set("transfer_source", source)
        moved.index += 1
        moved.times.profile_created, moved.times.bridged = now, 0
        channel.profile = moved
        channel.set("signal_bond", None)
        channel.set("bridge_to", None)
        channel.extension = []
        channel.other = None
        channel.set_state(ChannelState.ROUTING)

    # -- API -------------------------------------------------------------------------------

    async def run_api(self, name: str, args: str) -> str:
        """Run an API command to its answer.

        The API event is made before the command and sent after it, as FreeSWITCH does.
        """
        event = self._api_event(name, args)
        command = self.commands.get(name.lower())
        if command is None:
            answer = f"-ERR {name} Command not found!\n"
        else:
            result = command(self, args)
            answer = result if isinstance(result, str) else await result
        self.fire(event)
        return answer

    def api(self, name: str, args: str) -> str:
        """Run an API command that answers at once; one that waits is begun, and says nothing."""
        event = self._api_event(name, args)
        command: Callable[[Core, str], str | Awaitable[str]] | None
        command = self.commands.get(name.lower())
        if command is None:
            self.fire(event)
            return f"-ERR {name} Command not found!\n"
        result = command(self, args)
        if isinstance(result, str):
            self.fire(event)
            return result

        async def finish() -> None:
            await result
            self.fire(event)

        self.spawn(finish())
        return ""

    def _api_event(self, name: str, args: str) -> events.SwitchEvent:
        own: list[events.Pair] = [("API-Command", name)]
        if args:
            own.append(("API-Command-Argument", args))
        return self.events.make(events.API, own)

    # -- small helps -----------------------------------------------------------------------

    def cause(self, text: str, default: Cause = Cause.NORMAL_CLEARING) -> Cause:
        """Read a hangup cause."""
        return cause_of(text, default)

    def expand(self, text: str, channel: Channel | None = None) -> str:
        """Replace ``${…}`` by variables and the answers of API commands."""

        def lookup(name: str) -> str | None:
            if channel is not None:
                if name in channel.variables:
                    return channel.get(name)
                field_of = {"destination_number": "destination", "caller_id_name": None}
                if channel.profile is not None and name in _PROFILE_FIELDS:
                    return str(getattr(channel.profile, field_of.get(name) or name))
            return self.globals.get(name)

        return expand(text, lookup, self.api)

    def digit_ms(self, samples: str) -> int:
        """Read a digit's length, given in samples of 8 kHz, as milliseconds."""
        wanted = int(samples) if samples.isdigit() and int(samples) else self.limits.default_dtmf
        return max(50, min(wanted, 192_000 // 8)) // 8

    def recording_path(self, path: str) -> str:
        """Say where a recording goes: a relative path is under the recordings directory."""
        return path if path.startswith("/") else str(self.recordings_dir / path)

    def unquote(self, text: str) -> str:
        """Undo percent-encoding."""
        return unquote(text)


#: FreeSWITCH's log levels, by number
LOG_LEVELS = ("CONSOLE", "ALERT", "CRIT", "ERR", "WARNING", "NOTICE", "INFO", "DEBUG")

_PROFILE_FIELDS = frozenset(
    {"destination_number", "caller_id_name", "caller_id_number", "ani", "network_addr", "context"}
)
