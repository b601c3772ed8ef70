"""Connecting two channels: the ``bridge`` application, and ``uuid_bridge``.

A bridge runs on its first channel, which tells of it (CHANNEL_BRIDGE once, on that leg). The
other one only exchanges media, in CS_EXCHANGE_MEDIA.
"""

from collections.abc import Callable
from dataclasses import replace

from switchy_nb.simswitch import events, originating
from switchy_nb.simswitch.causes import Cause
from switchy_nb.simswitch.channel import Channel
from switchy_nb.simswitch.profile import Times
from switchy_nb.simswitch.states import CallState, ChannelState, Direction

#: a channel in one of these has left what it ran before the bridge
_LEFT = (ChannelState.RESET, ChannelState.SOFT_EXECUTE)


async def bridge_application(channel: Channel, data: str) -> None:
    """Call somebody, and connect the channel to whoever answers first."""
    core = channel.core
    if channel.answered:
        channel.set_call_state(CallState.RING_WAIT)
    channel.set("originate_disposition", "failure")
    channel.set("DIALSTATUS", "INVALIDARGS")
    other = await originating.place(core, data, originator=channel)
    if isinstance(other, Cause):
        channel.set("originate_disposition", other.name)
        channel.set("DIALSTATUS", _dial_status(other))
        if channel.call_state is CallState.RING_WAIT:
            channel.set_call_state(CallState.ACTIVE)
        if channel.ready and not _keeps_on(channel, other):
            channel.hangup(other)
        return
    channel.set("originate_disposition", "SUCCESS")
    channel.set("DIALSTATUS", "SUCCESS")
    other_number = other.profile.destination if other.profile is not None else ""
    channel.variables["originated_legs"] = (f"{other.uuid};Outbound Call;{other_number}",)
    channel.variables["originate_causes"] = (f"{other.uuid};NONE",)
    if channel.leg is not None and not channel.answered and other.answered:
        channel.leg.answer()
    _introduce(channel, other)
    if channel.call_state is CallState.RING_WAIT:
        channel.set_call_state(CallState.ACTIVE)
    await run_bridge(channel, other)
    wanted = channel.get("hangup_after_bridge") in ("true", "yes")
    if wanted and channel.ready and not other.up:
        channel.hangup(other.cause or Cause.NORMAL_CLEARING)


def _dial_status(cause: Cause) -> str:
    return {Cause.USER_BUSY: "BUSY", Cause.NO_ANSWER: "NOANSWER"}.get(cause, cause.name)


def _keeps_on(channel: Channel, cause: Cause) -> bool:
    wanted = channel.get("continue_on_fail")
    return wanted in ("true", "yes") or cause.name in wanted.split(",")


def _introduce(first: Channel, second: Channel) -> None:
    """Let each know the other's profile."""
    if second.profile is not None:
        first.other = ("originatee", replace(second.profile.copy(), transfer_source=""))
    if first.profile is not None and second.other is None:
        second.other = ("originator", replace(first.profile.copy(Times()), transfer_source=""))
    for one, two in ((first, second), (second, first)):
        one.set("signal_bond", two.uuid)


def _name(first: Channel, second: Channel) -> None:
    """Write into each channel's variables whom it is connected to."""
    for one, two in ((first, second), (second, first)):
        one.set("bridge_channel", two.name)
        one.set("bridge_uuid", two.uuid)


async def run_bridge(first: Channel, second: Channel) -> None:
    """Keep two channels connected until one of them is gone or taken elsewhere."""
    core = first.core
    _join(first, second)
    second.set_state(ChannelState.EXCHANGE_MEDIA)
    await _arrival(second, ChannelState.EXCHANGE_MEDIA)
    _announce(first, second, flipped=True)
    _announce(second, first, flipped=False)
    second.adopt(first.bell)
    begun = core.clock.now()
    relays = (
        first.media.start(second, begun),
        second.media.start(first, begun),
    )
    try:
        while first.ready and second.state is ChannelState.EXCHANGE_MEDIA:
            await first.pause(until=lambda: second.state is not ChannelState.EXCHANGE_MEDIA)
    finally:
        second.unwatch(first.bell)
        now = core.clock.now()
        first.media.stop(relays[0], now)
        second.media.stop(relays[1], now)
    await _part(first, second)


def _join(first: Channel, second: Channel) -> None:
    core = first.core
    first.partner, second.partner = second, first
    first.bridge_role, second.bridge_role = "originator", "originatee"
    now = core.clock.now()
    if first.profile is not None:
        first.profile.times.bridged = now
    first.fire(
        events.BRIDGE,
        [("Bridge-A-Unique-ID", first.uuid), ("Bridge-B-Unique-ID", second.uuid)],
    )
    if second.profile is not None:
        second.profile.times.bridged = now
    second.set("call_uuid", first.uuid)
    _name(first, second)


def _announce(channel: Channel, other: Channel, *, flipped: bool) -> None:
    """Tell the far end of a channel whom it talks to now."""
    if not channel.up or other.profile is None:
        return
    who = other.profile
    name, number = (
        (who.callee_id_name, who.callee_id_number)
        if flipped and other.get("channel_cid_flipped") == "yes"
        else (who.caller_id_name, who.caller_id_number)
    )
    channel.set("bridge_to", other.uuid)
    channel.set("last_bridge_to", other.uuid)
    channel.set("last_sent_callee_id_name", name)
    channel.set("last_sent_callee_id_number", number)
    channel.fire(
        events.SENT_UPDATE,
        [
            ("Direction", "SEND"),
            ("Sent-Callee-ID-Name", name),
            ("Sent-Callee-ID-Number", number),
            ("Bridged-To", other.uuid),
        ],
    )
    if channel.leg is not None:
        channel.leg.update_display(name, number)


async def _part(first: Channel, second: Channel) -> None:
    """End the bridge, and hang up the second leg unless it was taken elsewhere."""
    cause = first.cause or second.cause or Cause.NORMAL_CLEARING
    taken = first.up and not first.ready
    first.partner = second.partner = None
    second.set("bridge_to", None)
    if second.up and second.state is ChannelState.EXCHANGE_MEDIA and not taken:
        second.set("last_bridge_hangup_cause", cause.name)
        if first.get("proto_specific_hangup_cause"):
            second.set("sip_hangup_phrase", "OK")
            second.set(
                "last_bridge_proto_specific_hangup_cause", first.get("proto_specific_hangup_cause")
            )
            second.set("sip_reason", first.get("sip_reason"))
        second.hangup(cause)
    elif not second.up:
        first.set("last_bridge_hangup_cause", cause.name)
    if not second.up:
        await _wait(second, lambda: second.running >= ChannelState.REPORTING)
        second.set("bridge_hangup_cause", cause.name)
    first.set("bridge_to", None)
    if not taken:
        first.set("bridge_hangup_cause", cause.name)
    first.fire(
        events.UNBRIDGE,
        [("Bridge-A-Unique-ID", first.uuid), ("Bridge-B-Unique-ID", second.uuid)],
    )


def connect(first: Channel, second: Channel) -> None:
    """Take two channels from what they run, and connect them (``uuid_bridge``)."""
    for one, two in ((first, second), (second, first)):
        _leave(one, two)
    if first.profile is not None:
        first.profile.logical_direction = first.profile.direction
    first.set("uuid_bridge", second.uuid)
    _introduce(first, second)
    _name(first, second)
    if first.profile is not None and second.profile is not None:
        second.hit_dialplan = second.direction is Direction.INBOUND
        second.profile.caller_id_name = first.profile.caller_id_name
        second.profile.caller_id_number = first.profile.caller_id_number

    async def on_hibernate(channel: Channel) -> None:
        if channel.up:
            channel.set_state(ChannelState.RESET)

    async def on_reset(channel: Channel) -> None:
        partner = second if channel is first else first
        await _wait(partner, lambda: not partner.up or partner.running in _LEFT)
        if channel.ready and partner.up:
            channel.set_state(ChannelState.SOFT_EXECUTE)
        else:
            channel.hangup(partner.cause or Cause.NORMAL_CLEARING)

    async def on_soft_execute(channel: Channel) -> None:
        if channel is first:
            await _begin(first, second)

    for channel in (first, second):
        channel.entries[ChannelState.HIBERNATE] = on_hibernate
        channel.entries[ChannelState.RESET] = on_reset
        channel.entries[ChannelState.SOFT_EXECUTE] = on_soft_execute
    for channel in (second, first):
        channel.set_state(ChannelState.HIBERNATE)


async def _begin(first: Channel, second: Channel) -> None:
    await _wait(second, lambda: not second.up or second.running is ChannelState.SOFT_EXECUTE)
    if not first.ready or not second.up:
        first.hangup(second.cause or Cause.NORMAL_CLEARING)
        return
    first.set("uuid_bridge", None)
    for one, two in ((first, second), (second, first)):
        one.fire(
            events.EXECUTE_BRIDGE,
            [("Application", "uuid_bridge"), ("Application-Data", two.uuid)],
        )
    second.set_state(ChannelState.CONSUME_MEDIA)
    await _arrival(second, ChannelState.CONSUME_MEDIA)
    if not second.ready:
        first.hangup(second.cause or Cause.NORMAL_CLEARING)
        return
    await run_bridge(first, second)
    if first.ready:
        first.extension = []
        first.set_state(ChannelState.EXECUTE)


async def _wait(channel: Channel, done: Callable[[], bool]) -> None:
    """Wait for something that changes with a channel."""
    bell = channel.watch()
    try:
        while not done():
            bell.clear()
            await bell.wait()
    finally:
        channel.unwatch(bell)


async def _arrival(channel: Channel, state: ChannelState) -> None:
    """Wait until a channel has entered a state, or is on its way elsewhere."""
    await _wait(channel, lambda: channel.state is not state or channel.running is state)


def _leave(channel: Channel, other: Channel) -> None:
    """Give a channel a new profile, as FreeSWITCH does for each transfer."""
    profile = channel.profile
    if profile is None:
        return
    profile.callee_id_name = profile.callee_id_name or "Outbound Call"
    profile.callee_id_number = profile.callee_id_number or profile.destination
    now = channel.core.clock.now()
    source = f"{now // 1_000_000}:{channel.core.ids.uuid()}:uuid_br:{other.uuid}"
    channel.set("original_destination_number", profile.destination)
    channel.set("original_caller_id_name", profile.caller_id_name)
    channel.set("original_caller_id_number", profile.caller_id_number)
    channel.set("transfer_history", source)
    channel.set("transfer_source", source)
    channel.profile = profile.copy()
    channel.profile.transfer_source = source
    channel.profile.index += 1
    channel.profile.times.profile_created = now
