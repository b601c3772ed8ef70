"""What listens to a leg's media or changes it beside its applications: FreeSWITCH's media bugs.

Each is a function and its target, as ``uuid_buglist`` and the MEDIA_BUG events show them. What they
do is in `media`, `recordings` and `displacing`.
"""

from typing import TYPE_CHECKING

from switchy_nb.simswitch import events

if TYPE_CHECKING:
    from switchy_nb.simswitch.calls.channel import Channel


def add(channel: "Channel", function: str, target: str) -> None:
    """Add one, and say so."""
    channel.media.bugs.append((function, target))
    channel.fire(events.BUG_START, _pairs(function, target))


def remove(channel: "Channel", function: str, target: str) -> None:
    """Remove one, and say so; nothing happens if it is not there."""
    if (function, target) in channel.media.bugs:
        channel.media.bugs.remove((function, target))
        channel.fire(events.BUG_STOP, _pairs(function, target))


def _pairs(function: str, target: str) -> list[events.Pair]:
    return [("Media-Bug-Function", function), ("Media-Bug-Target", target)]
