"""The loopback endpoint: a call from the switch to its own dial plan, without SIP.

``loopback/NUMBER`` makes two channels, ``loopback/NUMBER-a`` and ``loopback/NUMBER-b``; the second
runs the dial plan. FreeSWITCH's further step, to leave the pair out of a bridged call, is not
modelled.
"""

from typing import TYPE_CHECKING

from switchy_nb.simswitch import events, originating
from switchy_nb.simswitch.causes import Cause
from switchy_nb.simswitch.channel import Channel
from switchy_nb.simswitch.dialstring import Target
from switchy_nb.simswitch.legs import Leg
from switchy_nb.simswitch.media import L16
from switchy_nb.simswitch.profile import Profile, Times
from switchy_nb.simswitch.states import ChannelState, Direction

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

    def on_end(self, status: int, cause: Cause) -> None:
        """Note nothing: there was no SIP."""

    def got_bye(self, cause: Cause) -> None:
        """Hear that the other end hung up."""
        super().got_bye(cause)
        self.channel.set("sip_hangup_disposition", None)

    def got_cancel(self, cause: Cause) -> None:
        """Hear that the caller gave up; a loopback passes the cause on as it is."""
        if self.channel.up and not self.ended:
            self.ended = True
            self.channel.hangup(cause)


def dial(
    core: "Core", target: Target, variables: dict[str, str], originator: Channel | None
) -> Channel | Cause:
    """Begin a loopback call."""
    number = target.address.partition("/")[0]
    if not number:
        return Cause.INVALID_NUMBER_FORMAT
    name = f"loopback/{number}-a"
    channel = originating.outgoing_channel(core, name, number, variables, originator)
    if channel.profile is not None:
        channel.profile.dialplan, channel.profile.source = "xml", "mod_loopback"
    _uncoded(channel)
    channel.set("channel_name", name)
    originating.set_variables(channel, variables, "loopback", originator)
    _let_in(core, LoopbackLeg(channel, caller=True), tuple(variables))
    channel.fire(events.OUTGOING)
    core.start(channel)
    return channel


def _uncoded(channel: Channel) -> None:
    """Give a channel the codec of what stays within the switch."""
    channel.codec = L16
    for way in ("read", "write"):
        channel.set(f"{way}_codec", L16.name)
        channel.set(f"{way}_rate", str(L16.rate))


def _let_in(core: "Core", caller: LoopbackLeg, passed: tuple[str, ...]) -> None:
    """Make the end that runs the dial plan; it has the variables that the call was given."""
    first = caller.channel
    if first.profile is None:
        return
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
