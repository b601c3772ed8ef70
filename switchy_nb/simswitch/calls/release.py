"""Letting go of a call that is over, so that nothing of it waits for the garbage collector.

The legs of a call hold each other in circles. What an ended leg sent may still be asked for by a
leg that lives: its report counts the packets, its recording has the sound. So the circles are
opened when the last leg of a call has ended.
"""

from collections.abc import Iterator

from switchy_nb.simswitch.calls.channel import Channel
from switchy_nb.simswitch.calls.states import ChannelState


def let_go(channel: Channel) -> None:
    """Open the circles that an ended channel is part of, unless a leg of its call lives."""
    channel.entries.clear()
    call, unseen = {channel}, [channel]
    while unseen:
        for other in _heard(unseen.pop()):
            if other.running is not ChannelState.DESTROY:
                return
            if other not in call:
                call.add(other)
                unseen.append(other)
    for ended in call:
        if ended.leg is not None:
            ended.leg.peer = None
            ended.leg = None
        ended.media.spans.clear()


def _heard(channel: Channel) -> Iterator[Channel]:
    """Find the channels whose media a channel's own could be made of."""
    if channel.leg is not None and channel.leg.peer is not None:
        yield channel.leg.peer.channel
    for span in channel.media.spans:
        if isinstance(span.source, Channel):
            yield span.source
