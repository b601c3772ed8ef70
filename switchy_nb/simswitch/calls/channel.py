"""A channel: one leg of a call, as FreeSWITCH keeps it, and the task that runs it.

Its states and what happens on entering each are here, its variables, the applications that run on
it and unwind when it hangs up, and the private commands that are queued for it. How the other end
is told of anything is its `Leg` (`legs`); what an application does is in `applications`.
"""

import asyncio
import weakref
from collections import deque
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from switchy_nb.simswitch import events, headers
from switchy_nb.simswitch.calls import codecs, execution, progress
from switchy_nb.simswitch.calls.causes import Cause
from switchy_nb.simswitch.calls.heartbeats import Heartbeat
from switchy_nb.simswitch.calls.profile import Profile
from switchy_nb.simswitch.calls.signals import Digit, PrivateCommand, Wake
from switchy_nb.simswitch.calls.states import (
    AnswerState,
    CallState,
    ChannelState,
    Direction,
    may_become,
    may_follow,
)
from switchy_nb.simswitch.headers import Remembered, Variables
from switchy_nb.simswitch.sound.media import PCMU, Codec, Media

if TYPE_CHECKING:
    from switchy_nb.simswitch.core import Core
    from switchy_nb.simswitch.plan.steps import Deed
    from switchy_nb.simswitch.signalling.legs import Leg
    from switchy_nb.simswitch.sound.recordings import Recording

Entry = Callable[["Channel"], Awaitable[None]]


@dataclass(eq=False)
class Channel:
    """One leg. All of it is used on the switch's own thread only."""

    core: "Core"
    uuid: str
    direction: Direction
    name: str = "N/A"
    state: ChannelState = ChannelState.NONE
    running: ChannelState = ChannelState.NONE
    call_state: CallState = CallState.DOWN
    answered: bool = False
    early: bool = False
    #: the far end has sent 180
    ringing: bool = False
    cause: Cause | None = None
    variables: Variables = field(default_factory=Variables)
    profile: Profile | None = None
    #: ("originator" | "originatee", that leg's profile)
    other: tuple[str, Profile] | None = None
    leg: "Leg | None" = None
    #: media has been set up, so the codec shows in the events
    codec: Codec | None = None
    #: the channel went through the dial plan, or had its caller id turned round
    hit_dialplan: bool = False
    extension: "list[Deed]" = field(default_factory=list)
    queue: deque[PrivateCommand] = field(default_factory=deque)
    digits: deque[Digit] = field(default_factory=deque)
    #: the last application that was run, and its argument
    last_app: tuple[str, str | None] | None = None
    #: what happens on entering a state, where that is not the usual
    entries: dict[ChannelState, Entry] = field(default_factory=dict)
    recordings: "dict[str, Recording]" = field(default_factory=dict)
    partner: "Channel | None" = None
    #: "originator" on the first leg of a bridge, "originatee" on the second
    bridge_role: str = ""
    #: it came in, and is the called side of a bridge
    called: bool = False
    #: a command runs that lets no other one in
    locked: int = 0
    #: up to which level the log tells of this call, whatever the switch's own level (-1: as that)
    log_level: int = -1
    media: Media = field(init=False)
    heartbeat: Heartbeat = field(init=False)
    #: every event shows the variables
    verbose: bool = False
    #: digits are let through neither way
    no_digits: bool = False
    #: what a variable has run, and takes its time (see `hooks`)
    hooked: "asyncio.Task[None] | None" = None
    started: int = 0
    _bell: asyncio.Event = field(default_factory=asyncio.Event)
    _observers: set[asyncio.Event] = field(default_factory=set)
    #: what to run instead of what the dial plan has for the number
    given: "list[Deed] | None" = None
    parked: bool = False
    _break: bool = False
    _cut: bool = False
    _shown: Remembered = field(default_factory=Remembered)

    def __post_init__(self) -> None:
        # its own media must not keep a channel that has ended
        self.media = Media(weakref.proxy(self))
        self.heartbeat = Heartbeat(self)
        self.hit_dialplan = self.direction is Direction.INBOUND
        self.started = self.core.clock.now()
        self.variables["direction"] = self.direction.value
        if self.direction is Direction.OUTBOUND:
            self.variables["is_outbound"] = "true"
        self.variables["uuid"] = self.uuid
        self.variables["call_uuid"] = self.uuid
        self.variables["session_id"] = str(self.core.ids.session())

    # -- what it is ------------------------------------------------------------------------

    @property
    def up(self) -> bool:
        """Not hung up."""
        return self.state < ChannelState.HANGUP or self.state is ChannelState.NONE

    @property
    def ready(self) -> bool:
        """Whether what runs on the channel may go on: no hangup, no transfer."""
        return self.up and self.state is self.running and not self._cut

    @property
    def answer_state(self) -> AnswerState:
        """What ``Answer-State`` says."""
        if not self.up:
            return AnswerState.HANGUP
        if self.answered:
            return AnswerState.ANSWERED
        return AnswerState.EARLY if self.early else AnswerState.RINGING

    def get(self, name: str, default: str = "") -> str:
        """Read a variable as one text."""
        value = self.variables.get(name, default)
        return value if isinstance(value, str) else events.serve_array(value)

    def set(self, name: str, value: str | None) -> None:
        """Set a variable; None or nothing removes it."""
        if value is None or value == "":
            self.variables.pop(name, None)
        else:
            self.variables[name] = value

    def push(self, name: str, value: str) -> None:
        """Add to a variable that is a list as soon as it holds more than one value."""
        before = self.variables.get(name, ())
        held = (before,) if isinstance(before, str) else before
        self.variables[name] = (*held, value) if held else value

    @property
    def bonded(self) -> "Channel | None":
        """The leg that this one was connected to last, while both are there."""
        uuid = self.get("signal_bond") or self.get("originate_signal_bond")
        other = self.core.channels.get(uuid)
        return other if other is not None and other.up else None

    @property
    def logical_direction(self) -> Direction:
        """Which way the call goes: a leg that the switch placed, and turned round, came in."""
        return Direction.INBOUND if self.hit_dialplan else self.direction

    def headers(self) -> list[events.Block]:
        """Give the headers that every event of this channel carries."""
        return headers.of_channel(self, self._shown)

    def fire(self, kind: events.Kind, own: Iterable[events.Pair] = ()) -> None:
        """Make an event of this channel and send it to whom it may concern."""
        core = self.core
        if core.heard(kind.name):
            core.fire(core.events.of_channel(kind, self, own))
        else:
            core.events.skip()

    # -- what changes it -------------------------------------------------------------------

    def set_state(self, state: ChannelState) -> bool:
        """Ask for a state; the channel's task enters it when what runs there has unwound."""
        if not may_follow(self.state, state):
            return False
        self.state = state
        self.ring()
        return True

    def enter(self, state: ChannelState) -> None:
        """Show that the channel is in a state now."""
        self.running = state
        if self.direction is Direction.INBOUND and state < ChannelState.HANGUP:
            if state is ChannelState.ROUTING:
                self.set_call_state(CallState.RINGING)
            elif self.answered:
                self.set_call_state(CallState.ACTIVE)
            elif self.early:
                self.set_call_state(CallState.EARLY)
        self.fire(events.STATE)
        self.ring()

    def cut_off(self) -> None:
        """End what runs here, since there is no media any more; a hangup follows."""
        self._cut = True
        self.ring()

    def set_call_state(self, state: CallState) -> None:
        """Change the call state, and say so."""
        if not may_become(self.call_state, state):
            return
        before, self.call_state = self.call_state, state
        self.fire(
            events.CALLSTATE,
            [
                ("Original-Channel-Call-State", before.name),
                ("Channel-Call-State-Number", str(int(state))),
            ],
        )

    def mark_ringing(self) -> None:
        """Note that the far end rings, or that we told it so."""
        progress.ringing(self)

    def mark_early(self) -> None:
        """Note that there is media before the answer."""
        progress.early(self)

    def mark_answered(self) -> None:
        """Note that the call is answered."""
        progress.answered(self)

    def set_codec(self) -> None:
        """Set up the codec, once."""
        if self.codec is not None:
            return
        self.codec = PCMU
        codecs.announce(self, PCMU)

    def hangup(self, cause: Cause = Cause.NORMAL_CLEARING) -> bool:
        """Hang up; what runs on the channel unwinds in its own time."""
        if not self.up or not may_follow(self.state, ChannelState.HANGUP):
            return False
        if self.leg is not None:
            self.leg.before_hangup()
        if self.partner is not None:
            self.set("last_bridge_role", self.bridge_role)
        self.state = ChannelState.HANGUP
        self.cause = cause
        if (bonded := self.bonded) is not None:
            specific = self.get("proto_specific_hangup_cause")
            bonded.set("last_bridge_hangup_cause", cause.name)
            bonded.set("last_bridge_proto_specific_hangup_cause", specific)
        self.fire(events.HANGUP)
        self.ring()
        return True

    # -- waiting ---------------------------------------------------------------------------

    def ring(self) -> None:
        """Wake what waits on this channel, to look again."""
        self._bell.set()
        for bell in self._observers:
            bell.set()

    def watch(self) -> asyncio.Event:
        """Get a bell that rings at each change, for somebody outside the channel."""
        bell = asyncio.Event()
        self._observers.add(bell)
        return bell

    @property
    def bell(self) -> asyncio.Event:
        """The channel's own bell, to be adopted by another channel."""
        return self._bell

    def adopt(self, bell: asyncio.Event) -> None:
        """Have somebody's own bell ring at each change."""
        self._observers.add(bell)

    def unwatch(self, bell: asyncio.Event) -> None:
        """Give a bell back."""
        self._observers.discard(bell)

    def interrupt(self, on: bool = True) -> None:
        """Break the application that runs (``uuid_break``), or forget that it should."""
        self._break = on
        self.ring()

    async def pause(
        self,
        seconds: float | None = None,
        *,
        keep_digits: bool = False,
        ignore_digits: bool = False,
        until: Callable[[], bool] | None = None,
    ) -> Wake:
        """Wait inside an application, obeying private commands meanwhile.

        Parameters
        ----------
        seconds : float or None
            How long at most; None waits for ever.
        keep_digits, ignore_digits : bool
            Digits are left for the application, or until something else asks for them.
        until : callable, optional
            Something else to wait for; whoever changes it must ring the channel's bell.

        Returns
        -------
        Wake
            GONE when the application has to unwind, BREAK after ``uuid_break``, DTMF when a digit
            waits and `keep_digits` is set, else TIME.
        """
        loop = self.core.loop
        end = None if seconds is None else loop.time() + seconds
        while self.ready:
            if self._break:
                self._break = False
                return Wake.BREAK
            if self.queue and not self.locked:
                await execution.obey_all(self)
                continue
            if self.digits and self.codec is not None and not ignore_digits:
                if keep_digits:
                    return Wake.DTMF
                self.take_digit()
                continue
            if until is not None and until():
                return Wake.TIME
            left = None if end is None else end - loop.time()
            if left is not None and left <= 0:
                return Wake.TIME
            await self.wait_bell(left)
        return Wake.GONE

    async def wait_bell(self, seconds: float | None) -> None:
        """Wait for the next change, or for so many seconds."""
        self._bell.clear()
        timer = None if seconds is None else self.core.loop.call_later(seconds, self._bell.set)
        try:
            await self._bell.wait()
        finally:
            if timer is not None:
                timer.cancel()

    def take_digit(self) -> Digit | None:
        """Take the next digit that was received; taking it fires its DTMF event."""
        if not self.digits:
            return None
        digit = self.digits.popleft()
        self.set("last_dtmf_duration", None)
        self.fire(
            events.DTMF,
            [
                ("DTMF-Digit", digit.digit),
                ("DTMF-Duration", str(digit.duration)),
                ("DTMF-Source", digit.source),
            ],
        )
        if self.partner is not None and self.partner.leg is not None:
            self.partner.leg.send_digits(digit.digit, digit.duration // 8)
        return digit

    # -- applications ----------------------------------------------------------------------

    async def execute(self, app: str, data: str | None = None, *, app_uuid: str = "") -> bool:
        """Run one application (see `execution.execute`)."""
        return await execution.execute(self, app, data, app_uuid=app_uuid)

    def send_private(self, command: PrivateCommand) -> None:
        """Queue a command for what runs on the channel to obey."""
        self.queue.append(command)
        self.ring()

    # -- its life --------------------------------------------------------------------------

    async def run(self) -> None:
        """Run the channel from its first state to its last."""
        while self.running is not ChannelState.DESTROY:
            if self.state is self.running or self.hooked is not None:
                await self.wait_bell(None)
                continue
            self.enter(self.state)
            entry = self.entries.get(self.state) or self.core.entries.get(self.state)
            if entry is not None:
                await entry(self)
