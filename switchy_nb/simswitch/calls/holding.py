"""Putting a call on hold, from either end: what the leg shows, and how long it takes.

The end that holds shows it at once and makes a new offer; the other end shows it when the offer
comes, and agrees a while later, one offer after the other. What an offer leaves in the variables
is in `sip`.
"""

from typing import TYPE_CHECKING

from switchy_nb.simswitch import events
from switchy_nb.simswitch.calls.signals import PrivateCommand
from switchy_nb.simswitch.calls.states import CallState

if TYPE_CHECKING:
    from switchy_nb.simswitch.calls.channel import Channel
    from switchy_nb.simswitch.signalling.legs import Leg

#: what whoever is connected to a held leg hears, if the leg names nothing else
MUSIC = "local_stream://moh"


class Holding:
    """Whether a leg is held, since when, and what it was told of it."""

    def __init__(self, leg: "Leg") -> None:
        # not the leg itself: the two would hold each other when the call is over
        self._channel = leg.channel
        self.on = False
        #: [from, to] of each hold, in µs since the epoch; 0 while it lasts
        self.spans: list[list[int]] = []
        self._busy = 0.0

    def begin(self, kind: events.Kind) -> None:
        """Hold; only an answered call changes its state by it."""
        channel = self._channel
        if not self.on and channel.answered:
            now = channel.core.clock.now()
            channel.set_call_state(CallState.HELD)
            if channel.profile is not None:
                channel.profile.times.last_hold = now
            self.spans.append([now, 0])
            channel.media.hold(True, now)
        self.on = True
        channel.fire(kind)

    def end(self, kind: events.Kind) -> None:
        """Take the call back."""
        channel = self._channel
        if self.on and channel.answered:
            now = channel.core.clock.now()
            channel.set_call_state(CallState.UNHELD)
            if channel.profile is not None:
                times = channel.profile.times
                times.hold_accum += now - times.last_hold
            if self.spans and not self.spans[-1][1]:
                self.spans[-1][1] = now
            channel.media.hold(False, now)
        self.on = False
        channel.fire(kind)
        channel.core.loop.call_later(channel.core.timing.network, self._active_again)

    def heard(self, on: bool) -> None:
        """Take the other end's offer, after those that came before it."""
        core = self._channel.core
        starts = max(core.loop.time(), self._busy)
        self._busy = starts + core.timing.hold
        if on:
            core.loop.call_at(starts, self._begin_by_peer)
            core.loop.call_at(self._busy, self._agree, True)
        else:
            core.loop.call_at(self._busy, self._end_by_peer)
            self._busy += 2 * core.timing.network  # it is active again before the next one

    @property
    def busy(self) -> float:
        """For how long yet it minds an offer, in seconds: what comes after that waits."""
        return self._busy - self._channel.core.loop.time()

    @property
    def report(self) -> str:
        """All holds as the report shows them: the last one first."""
        shown = ",".join(f"{{{begin},{end}}}" for begin, end in reversed(self.spans))
        return f"{{{shown}}}" if shown else ""

    def _begin_by_peer(self) -> None:
        channel = self._channel
        if not channel.up or self.on:
            return
        if channel.leg is not None:
            channel.leg.on_offer(True)
        self.begin(events.HELD_BY_PEER)
        if channel.partner is not None:
            channel.partner.send_private(_music(channel))

    def _end_by_peer(self) -> None:
        channel = self._channel
        if not channel.up:
            return
        if channel.partner is not None:
            channel.partner.interrupt()
        if channel.leg is not None:
            channel.leg.on_offer(False)
        if self.on:
            self.end(events.UNHELD_BY_PEER)
        self._agree(False)

    def _agree(self, on: bool) -> None:
        if self._channel.up and self._channel.leg is not None:
            self._channel.leg.agreed(on)

    def _active_again(self) -> None:
        channel = self._channel
        if channel.up and channel.call_state is CallState.UNHELD:
            channel.set_call_state(CallState.ACTIVE)


def _music(channel: "Channel") -> PrivateCommand:
    headers = [
        ("call-command", "execute"),
        ("execute-app-name", "playback"),
        ("execute-app-arg", channel.get("hold_music") or MUSIC),
        ("loops", "-1"),
        ("event-lock-pri", "true"),
    ]
    return PrivateCommand(headers, made=channel.core.events.basic(events.QUEUED))
