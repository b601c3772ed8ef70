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
from switchy_nb.simswitch.profile import Profile, Times
from switchy_nb.simswitch.states import ChannelState, Direction

if TYPE_CHECKING:
    from switchy_nb.simswitch.core import Core


class LoopbackLeg(Leg):
    """One end of a loopback call."""

    def on_init(self) -> None:
        """Send the call to the other end, which is the switch."""
        if self.caller and self.channel.up:
            self.send(lambda: _let_in(self.core, self), self.core.timing.invite)

    def on_media(self) -> None:
        """Note the codec."""
        for name, value in (
            ("read_codec", "L16"),
            ("read_rate", "8000"),
            ("write_codec", "L16"),
            ("write_rate", "8000"),
        ):
            self.channel.set(name, value)

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
    channel.set("channel_name", name)
    originating.set_variables(channel, variables, "loopback", originator)
    LoopbackLeg(channel, caller=True)
    channel.fire(events.OUTGOING)
    core.start(channel)
    return channel


def _let_in(core: "Core", caller: LoopbackLeg) -> None:
    first = caller.channel
    if not first.up or first.profile is None:
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
        destination=who.destination,
        source="mod_loopback",
        context=core.context,
        dialplan="xml",
        ani=who.ani,
        times=Times(profile_created=now, created=now),
    )
    channel.set("channel_name", channel.name)
    for name in first.variables:
        if name.startswith("sip_h_"):
            channel.set(name, first.get(name))
    channel.set("other_loopback_leg_uuid", first.uuid)
    channel.set("is_loopback", "1")
    first.set("other_loopback_leg_uuid", channel.uuid)
    first.set("is_loopback", "1")
    channel.state = ChannelState.INIT
    core.start(channel)
