"""Connecting two channels: the ``bridge`` application, and ``uuid_bridge``.

A bridge runs on its first channel, which tells of it (CHANNEL_BRIDGE once, on that leg). The
other one only exchanges media, in CS_EXCHANGE_MEDIA.
"""

from collections.abc import Callable
from dataclasses import replace

from switchy_nb.simswitch import events
from switchy_nb.simswitch.calls import hooks, originating
from switchy_nb.simswitch.calls.causes import Cause
from switchy_nb.simswitch.calls.channel import Channel
from switchy_nb.simswitch.calls.dialstring import DialString
from switchy_nb.simswitch.calls.profile import Times
from switchy_nb.simswitch.calls.states import CallState, ChannelState, Direction
from switchy_nb.simswitch.plan.steps import Step
from switchy_nb.simswitch.words import is_true

#: a channel in one of these has left what it ran before the bridge
_LEFT = (ChannelState.RESET, ChannelState.SOFT_EXECUTE)


async def bridge_application(channel: Channel, data: str | DialString) -> None:
    """Call somebody, and connect the channel to whoever answers first."""
    core = channel.core
    if not data:
        return
    if channel.answered:
        channel.set_call_state(CallState.RING_WAIT)
    channel.set("originate_disposition", "failure")
    channel.set("DIALSTATUS", "INVALIDARGS")
    other = await originating.place(core, data, originator=channel)
    if isinstance(other, Cause):
        channel.set("originate_disposition", other.name)
        channel.set("originate_failed_cause", other.name)
        channel.set("DIALSTATUS", _dial_status(other))
        if channel.up and channel.call_state is CallState.RING_WAIT:
            channel.set_call_state(CallState.ACTIVE)
        if channel.ready and not _keeps_on(channel, other):
            channel.hangup(other)
        return
    channel.set("originate_disposition", "SUCCESS")
    channel.set("DIALSTATUS", "SUCCESS")
    if channel.leg is not None and not channel.answered:
        if other.answered:
            channel.leg.answer()
        else:
            channel.leg.pre_answer()
    _introduce(channel, other)
    _pass_callee_id(other, channel)
    if channel.call_state is CallState.RING_WAIT:
        channel.set_call_state(CallState.ACTIVE)
    await run_bridge(channel, other)


def _dial_status(cause: Cause) -> str:
    return {Cause.USER_BUSY: "BUSY", Cause.NO_ANSWER: "NOANSWER"}.get(cause, cause.name)


def _keeps_on(channel: Channel, cause: Cause) -> bool:
    wanted = channel.get("continue_on_fail")
    if not wanted:  # nobody there to answer is always a reason to go on
        return cause in (Cause.NO_ANSWER, Cause.NO_USER_RESPONSE, Cause.ORIGINATOR_CANCEL)
    return is_true(wanted) or cause.name in wanted.split(",")


def _introduce(first: Channel, second: Channel) -> None:
    """Let each know the other's profile."""
    if second.profile is not None:
        first.other = ("originatee", replace(second.profile.copy(), transfer_source=""))
    if first.profile is not None and second.other is None:
        second.other = ("originator", replace(first.profile.copy(Times()), transfer_source=""))
    for one, two in ((first, second), (second, first)):
        one.set("signal_bond", two.uuid)


def _pass_callee_id(other: Channel, channel: Channel) -> None:
    """Let a channel show whom it reached as its callee."""
    if other.profile is not None and channel.profile is not None:
        channel.profile.callee_id_name = other.profile.callee_id_name
        channel.profile.callee_id_number = other.profile.callee_id_number


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
    _announce(first, second)
    _announce(second, first)
    second.adopt(first.bell)
    begun = core.clock.now()
    relays = (
        first.media.start(second, begun),
        second.media.start(first, begun),
    )
    await hooks.run(first, "execute_on_pre_bridge", "api_before_bridge")
    try:
        while first.ready and second.state is ChannelState.EXCHANGE_MEDIA:
            await first.pause(until=lambda: second.state is not ChannelState.EXCHANGE_MEDIA)
    finally:
        second.unwatch(first.bell)
        now = core.clock.now()
        first.media.stop(relays[0], now)
        second.media.stop(relays[1], now)
    await hooks.run(first, "execute_on_post_bridge", "api_after_bridge")
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


def _announce(channel: Channel, other: Channel) -> None:
    """Tell the far end of a channel whom it talks to now.

    The first channel's far end hears whom the second one reached; the second's, who is calling.
    """
    mine, who = channel.profile, other.profile
    if not channel.up or mine is None or who is None:
        return
    channel.set("bridge_to", other.uuid)
    channel.set("last_bridge_to", other.uuid)
    if not (channel.answered and other.answered):
        return
    if channel.bridge_role == "originator":
        number = who.callee_id_number or who.destination
        name = who.callee_id_name or number
    else:
        number = mine.caller_id_number or who.caller_id_number or "UNKNOWN"
        name = mine.caller_id_name or who.caller_id_name or number
    if channel.leg is not None:
        name, number = name.rpartition("/")[2], number.rpartition("/")[2]
        channel.leg.show_display(name, number, other.uuid)


async def _part(first: Channel, second: Channel) -> None:
    """End the bridge: each leg goes where it was sent, and the second nowhere else."""
    first.partner = second.partner = None
    for channel in (first, second):
        channel.set("bridge_to", None)
    if second.up and second.state is ChannelState.EXCHANGE_MEDIA and not _goes_on(second):
        second.hangup(Cause.NORMAL_CLEARING if second.answered else Cause.ORIGINATOR_CANCEL)
    if not second.up:
        await _wait(second, lambda: second.running >= ChannelState.REPORTING)
    for one, two in ((first, second), (second, first)):
        if two.cause is not None:
            one.set("bridge_hangup_cause", two.cause.name)
    second.set("call_uuid", second.uuid)
    first.fire(
        events.UNBRIDGE,
        [("Bridge-A-Unique-ID", first.uuid), ("Bridge-B-Unique-ID", second.uuid)],
    )
    if first.state is ChannelState.HIBERNATE:
        first.set_state(ChannelState.RESET)  # it is on its way to another bridge
    if not first.ready or _goes_on(first) or not second.answered:
        return
    if app := first.get("exec_after_bridge_app"):
        first.extension = [Step(app, first.get("exec_after_bridge_arg"))]
    wanted = first.get("hangup_after_bridge")
    if is_true(wanted) or wanted.lower() == "explicit":
        first.hangup(second.cause or Cause.NORMAL_CLEARING)


def _goes_on(channel: Channel) -> bool:
    """Send a leg whose bridge ended where its variables want it; say whether they do."""
    if is_true(channel.get("park_after_bridge")):
        channel.extension = []
        return channel.set_state(ChannelState.PARK)
    where = channel.get("transfer_after_bridge")
    channel.set("transfer_after_bridge", None)
    number, _, rest = where.partition(":")
    if number:
        plan, _, context = rest.partition(":")
        channel.core.transfer(channel, number, plan or "XML", context)
    return bool(number)


def has_media(channel: Channel) -> bool:
    """Whether a channel is answered, or has early media."""
    return channel.answered or channel.early


def connect(first: Channel, second: Channel) -> None:
    """Take two channels from what they run, and connect them (``uuid_bridge``).

    The one that has media leads.
    """
    if not has_media(first):
        first, second = second, first
    if first.direction is Direction.OUTBOUND and not first.hit_dialplan:
        originating.flip_caller_id(first)
    second.hit_dialplan = second.direction is Direction.INBOUND
    first.set("uuid_bridge", second.uuid)
    _name(first, second)
    _turn(first, second)
    for one, two in ((first, second), (second, first)):
        _leave(one, two)
    for channel in (first, second):
        if channel.profile is not None:
            channel.profile.logical_direction = channel.logical_direction
    _introduce(first, second)
    _pass_callee_id(second, first)
    if first.profile is not None and second.profile is not None:
        second.profile.caller_id_name = first.profile.caller_id_name
        second.profile.caller_id_number = first.profile.caller_id_number

    async def on_hibernate(channel: Channel) -> None:
        if channel.up:
            channel.set_state(ChannelState.RESET)

    async def on_reset(channel: Channel) -> None:
        partner = second if channel is first else first
        await _wait(partner, lambda: not partner.up or _rests(partner, *_LEFT))
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


def _rests(channel: Channel, *states: ChannelState) -> bool:
    """Whether a channel is in one of some states, and not on its way elsewhere."""
    return channel.running in states and channel.state is channel.running


def _turn(first: Channel, second: Channel) -> None:
    """Have a leg that came in, and is called now, show its caller as whom it reached."""
    if first.direction is Direction.INBOUND and first.called:
        first.called = False
        _swap_ids(first)
    if second.direction is Direction.INBOUND and not second.called:
        second.called = True
        _swap_ids(second)


def _swap_ids(channel: Channel) -> None:
    who = channel.profile
    if who is None:
        return
    name, number = who.callee_id_name or "Unknown", who.callee_id_number or "Unknown"
    who.callee_id_name, who.callee_id_number = who.caller_id_name, who.caller_id_number
    who.caller_id_name, who.caller_id_number = name, number


async def _begin(first: Channel, second: Channel) -> None:
    await _wait(second, lambda: not second.up or _rests(second, ChannelState.SOFT_EXECUTE))
    if not first.ready or not second.up:
        first.hangup(second.cause or Cause.NORMAL_CLEARING)
        return
    first.set("uuid_bridge", None)
    if not has_media(second):  # there is nothing to wait for
        second.hangup(Cause.DESTINATION_OUT_OF_ORDER)
        first.hangup(Cause.ORIGINATOR_CANCEL)
        return
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
    now = channel.core.clock.now()
    source = f"{now // 1_000_000}:{channel.core.ids.uuid()}:uuid_br:{other.uuid}"
    channel.set("original_destination_number", profile.destination)
    channel.set("original_caller_id_name", profile.caller_id_name)
    channel.set("original_caller_id_number", profile.caller_id_number)
    channel.push("transfer_history", source)
    channel.set("transfer_source", source)
    channel.profile = profile.copy()
    channel.profile.transfer_source = source
    channel.profile.index += 1
    channel.profile.times.profile_created = now
