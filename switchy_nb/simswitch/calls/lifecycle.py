"""What happens when a channel enters each of its states, where nothing else was arranged.

The order of the events of a leg's end is here: CHANNEL_STATE, CHANNEL_CALLSTATE, the report,
CHANNEL_HANGUP_COMPLETE, CHANNEL_DESTROY. CHANNEL_HANGUP came before, when it was hung up.
"""

import asyncio

from switchy_nb.simswitch import events
from switchy_nb.simswitch.calls import hooks, originating, report
from switchy_nb.simswitch.calls.causes import Cause
from switchy_nb.simswitch.calls.channel import Channel, Entry
from switchy_nb.simswitch.calls.signals import Wake
from switchy_nb.simswitch.calls.states import CallState, ChannelState, Direction
from switchy_nb.simswitch.sound import displacing, recordings


async def on_init(channel: Channel) -> None:
    """Let the leg set itself up, and show the new channel."""
    if channel.leg is not None:
        channel.leg.on_init()
    if channel.up:
        channel.set_state(ChannelState.ROUTING)
    channel.fire(events.CREATE)
    if channel.direction is Direction.OUTBOUND:
        channel.fire(events.ORIGINATE)


async def on_routing(channel: Channel) -> None:
    """Look the destination up in the dial plan."""
    if not channel.ready:
        return
    if channel.given is not None:
        channel.extension, channel.given = channel.given, None
    else:
        channel.core.route(channel)
    if channel.up and channel.direction is Direction.OUTBOUND and not channel.hit_dialplan:
        originating.flip_caller_id(channel)
    channel.set_state(ChannelState.EXECUTE)


async def on_execute(channel: Channel) -> None:
    """Run the applications of the extension, one after the other, and hang up after the last."""
    while channel.ready and channel.extension:
        step = channel.extension.pop(0)
        await step.run(channel)
    if channel.ready:
        channel.hangup(Cause.NORMAL_CLEARING)


async def on_media(channel: Channel) -> None:
    """Wait, obeying commands: another channel, or whoever placed the call, leads this one.

    Digits are taken by the leg that it is connected to; before there is one, they wait.
    """
    while channel.ready:
        await channel.pause(ignore_digits=channel.running is ChannelState.CONSUME_MEDIA)


async def on_park(channel: Channel) -> None:
    """Park without an application around it (``uuid_park``)."""
    await park(channel)


async def park(channel: Channel) -> None:
    """Wait, obeying commands, until somebody takes the channel elsewhere."""
    if channel.parked:
        return
    channel.parked = True
    channel.fire(events.PARK)
    words = channel.get("park_timeout").split(":")
    limit = float(words[0]) if words[0].isdigit() and int(words[0]) else None
    end = None if limit is None else channel.core.loop.time() + limit
    while channel.ready:
        left = None if end is None else max(0.0, end - channel.core.loop.time())
        why = await channel.pause(left)
        if why is Wake.TIME and channel.ready:
            cause = words[1] if len(words) > 1 else "NORMAL_CLEARING"
            channel.hangup(channel.core.cause(cause))
    channel.parked = False
    channel.fire(events.UNPARK)


async def on_hangup(channel: Channel) -> None:
    """Tell the other end, and go on to the report."""
    if channel.leg is not None:
        channel.leg.on_hangup()
    channel.set("bridge_to", None)
    if channel.profile is not None:
        channel.profile.times.hungup = channel.core.clock.now()
    await recordings.finish_all(channel)
    displacing.stop_all(channel)
    channel.heartbeat.end()
    channel.set_call_state(CallState.HANGUP)
    hooks.at_end(channel, "api_hangup_hook")
    channel.set_state(ChannelState.REPORTING)


async def on_reporting(channel: Channel) -> None:
    """Write the call's report into the variables, show it, and take the channel away."""
    cause = channel.cause or Cause.NONE
    channel.set("hangup_cause", cause.name)
    channel.set("hangup_cause_q850", str(cause.q850))
    if channel.leg is not None:
        channel.set("hold_events", channel.leg.holding.report)
    report.write(channel)
    hooks.at_end(channel, "api_reporting_hook")
    channel.fire(events.HANGUP_COMPLETE)
    await asyncio.sleep(0)
    destroy(channel)


def destroy(channel: Channel) -> None:
    """Take the channel out of the switch."""
    if channel.state is ChannelState.REPORTING:
        channel.state = ChannelState.DESTROY
    channel.core.forget(channel)
    channel.fire(events.DESTROY)
    channel.state = ChannelState.DESTROY if channel.profile is not None else channel.state
    channel.enter(ChannelState.DESTROY)
    channel.ring()


#: state → what happens on entering it
ENTRIES: dict[ChannelState, Entry] = {
    ChannelState.INIT: on_init,
    ChannelState.ROUTING: on_routing,
    ChannelState.EXECUTE: on_execute,
    ChannelState.EXCHANGE_MEDIA: on_media,
    ChannelState.CONSUME_MEDIA: on_media,
    ChannelState.PARK: on_park,
    ChannelState.HANGUP: on_hangup,
    ChannelState.REPORTING: on_reporting,
}
