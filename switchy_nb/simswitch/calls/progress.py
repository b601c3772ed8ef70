"""What a leg shows when it rings, when there is early media, and when it is answered.

Each tells of itself first, then runs what the leg's variables want run (`hooks`), and only then
changes the call state: ``switch_channel.c`` does it in that order.
"""

from typing import TYPE_CHECKING

from switchy_nb.simswitch import events
from switchy_nb.simswitch.calls import heartbeats, hooks
from switchy_nb.simswitch.calls.states import CallState

if TYPE_CHECKING:
    from switchy_nb.simswitch.calls.channel import Channel

_RING = ("execute_on_ring", "api_on_ring")
_PRE_ANSWER = (
    *("execute_on_pre_answer", "execute_on_media"),
    *("api_on_pre_answer", "api_on_media"),
)
_ANSWER = ("execute_on_answer", "api_on_answer")
#: where there was no early media, the answer brings it
_ANSWER_AND_MEDIA = ("execute_on_answer", "execute_on_media", "api_on_media", "api_on_answer")


def ringing(channel: "Channel") -> None:
    """Note that the far end rings, or that we told it so."""
    if channel.ringing or channel.early or channel.answered or not channel.up:
        return
    channel.ringing = True
    if channel.profile is not None:
        channel.profile.times.progress = channel.core.clock.now()
    channel.fire(events.PROGRESS)
    _then(channel, _RING, CallState.RINGING)


def early(channel: "Channel") -> None:
    """Note that there is media before the answer."""
    if channel.early or channel.answered or not channel.up:
        return
    channel.early = True
    if channel.profile is not None:
        channel.profile.times.progress_media = channel.core.clock.now()
    channel.set("endpoint_disposition", "EARLY MEDIA")
    channel.fire(events.PROGRESS_MEDIA)
    _then(channel, _PRE_ANSWER, CallState.EARLY)


def answered(channel: "Channel") -> None:
    """Note that the call is answered."""
    if channel.answered or not channel.up:
        return
    channel.answered = True
    if channel.profile is not None:
        channel.profile.times.answered = channel.core.clock.now()
    channel.fire(events.ANSWER)
    heartbeats.asked(channel)
    channel.set("endpoint_disposition", "ANSWER")
    _then(channel, _ANSWER if channel.early else _ANSWER_AND_MEDIA, CallState.ACTIVE)


def _then(channel: "Channel", prefixes: tuple[str, ...], state: CallState) -> None:
    """Run what is to be run, and show the new call state behind it."""

    def go_on() -> None:
        channel.set_call_state(state)
        channel.ring()

    channel.ring()
    hooks.then(channel, prefixes, go_on)
