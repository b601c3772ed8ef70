"""The loopback endpoint: a call from the switch to its own dial plan, without SIP.

``loopback/NUMBER`` makes two channels, ``loopback/NUMBER-a`` and ``loopback/NUMBER-b``; the second
runs the dial plan.
"""

from typing import TYPE_CHECKING

from switchy_nb.simswitch import events
from switchy_nb.simswitch.calls import originating
from switchy_nb.simswitch.calls.causes import Cause
from switchy_nb.simswitch.calls.channel import Channel
from switchy_nb.simswitch.calls.dialstring import Target
from switchy_nb.simswitch.calls.profile import Profile, Times
from switchy_nb.simswitch.calls.states import ChannelState, Direction
from switchy_nb.simswitch.plan.steps import Step
from switchy_nb.simswitch.signalling.legs import Leg
from switchy_nb.simswitch.sound.media import L16

if TYPE_CHECKING:
    from switchy_nb.simswitch.core import Core


class LoopbackLeg(Leg):
    """One end of a loopback call."""

    def on_init(self) -> None:
        """Let the other end begin."""
        if self.caller and self.channel.up and self.peer is not None:
            self.core.start(self.peer.channel)

    has_rtp = False

    def answer(self) -> None:
        """Answer; the caller's end knows at once, and there is no media to set up."""
        if self.caller or self.channel.answered or not self.channel.up:
            return
        if self.peer is not None:
            self.peer.channel.mark_answered()
        self.channel.mark_answered()

    def hold(self, on: bool) -> None:
        """Say that it is held, and no more: there is nobody to tell."""
        self.channel.fire(events.HOLD if on else events.UNHOLD)

    def on_end(self, status: int, cause: Cause) -> None:
        """Note nothing: there was no SIP."""

    def on_report(self) -> None:
        """Note what kind of leg it was."""
        self.channel.set("is_loopback", "1")

    def got_bye(self, cause: Cause) -> None:
        """Hear that the other end hung up."""
        self._lose(cause)

    def got_refusal(self, cause: Cause, status: int, phrase: str = "") -> None:
        """Hear that the other end hung up before it answered."""
        self._lose(cause)

    def _lose(self, cause: Cause) -> None:
        if not self.channel.up or self.ended:
            return
        self.ended = True
        if not self.caller:
            self.channel.hangup(cause)
            return
        # its media ends first, so that what runs here unwinds before the hangup
        self.channel.cut_off()
        self.core.loop.call_later(self.core.timing.network, self.channel.hangup, cause)

    def got_cancel(self, cause: Cause) -> None:
        """Hear that the caller gave up; a loopback passes the cause on as it is."""
        if self.channel.up and not self.ended:
            self.ended = True
            self.channel.hangup(cause)


def dial(
    core: "Core", target: Target, variables: dict[str, str], originator: Channel | None
) -> Channel | Cause:
    """Begin a loopback call."""
    number, _, rest = target.address.partition("/")
    context, _, plan = rest.partition("/")
    application = ""
    if number.startswith("app="):
        application = number.removeprefix("app=")
        number = application.partition(":")[0]
    number = number or "service"
    name = f"loopback/{number}-a"
    channel = originating.outgoing_channel(core, name, number, variables, originator)
    if channel.profile is not None:
        channel.profile.dialplan, channel.profile.source = "xml", "mod_loopback"
    _uncoded(channel)
    channel.set("channel_name", name)
    originating.set_variables(channel, variables, "loopback", originator)
    other = _let_in(core, LoopbackLeg(channel, caller=True), tuple(variables))
    if other is not None and other.profile is not None:
        other.profile.context = context or "default"
        other.profile.dialplan = plan or "xml"
        if application:
            name, _, data = application.partition(":")
            other.given = [Step("pre_answer"), Step(name, data)]
    originating.begin(channel)
    return channel


def _uncoded(channel: Channel) -> None:
    """Give a channel the codec of what stays within the switch."""
    channel.codec = L16
    for way in ("read", "write"):
        channel.set(f"{way}_codec", L16.name)
        channel.set(f"{way}_rate", str(L16.rate))


def _let_in(core: "Core", caller: LoopbackLeg, passed: tuple[str, ...]) -> Channel | None:
    """Make the end that runs the dial plan; it has the variables that the call was given."""
    first = caller.channel
    if first.profile is None:
        return None
    who = first.profile
    channel = core.new_channel(Direction.INBOUND, core.ids.uuid())
    channel.name = first.name.removesuffix("-a") + "-b"
    leg = LoopbackLeg(channel, caller=False)
    leg.peer, caller.peer = caller, leg
    now = core.clock.now()
    channel.profile = Profile(
        direction=Direction.INBOUND,
        unique_id=channel.uuid,
        channel_name=channel.name,
        caller_id_name=who.caller_id_name,
        caller_id_number=who.caller_id_number,
        orig_caller_id_name=who.orig_caller_id_name,
        orig_caller_id_number=who.orig_caller_id_number,
        callee_id_name=who.callee_id_name,
        callee_id_number=who.callee_id_number,
        destination=who.destination,
        source="mod_loopback",
        context="default",
        dialplan="xml",
        ani=who.ani,
        times=Times(profile_created=now, created=now),
    )
    channel.set("channel_name", channel.name)
    _uncoded(channel)
    for name in passed:
        channel.set(name, first.get(name))
    for one, two, letter in ((channel, first, "B"), (first, channel, "A")):
        one.set("other_loopback_leg_uuid", two.uuid)
        one.set("loopback_leg", letter)
    channel.state = ChannelState.INIT
    return channel
