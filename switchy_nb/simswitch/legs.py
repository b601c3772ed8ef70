"""The two ends of a call and what passes between them: set-up, ringing, media, answer, the end.

No SIP message is written: a leg calls the other after the time that the network would take. What
each kind of leg shows in its channel's variables is in `sip` and `loopback`; the order in which a
channel tells of it is in `channel`.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

from switchy_nb.simswitch import events
from switchy_nb.simswitch.causes import Cause
from switchy_nb.simswitch.signals import Digit
from switchy_nb.simswitch.states import CallState

if TYPE_CHECKING:
    from switchy_nb.simswitch.channel import Channel


class Leg:
    """One end of a call.

    Parameters
    ----------
    channel : Channel
        The channel whose end it is.
    caller : bool
        True for the end that places the call.
    """

    #: whether there is a media stream to count the packets of
    has_rtp = True

    def __init__(self, channel: "Channel", *, caller: bool) -> None:
        self.channel = channel
        self.core = channel.core
        self.caller = caller
        self.peer: Leg | None = None
        #: the link was ended from the other side, or never came up
        self.ended = False
        #: what this end did to end it, for the report
        self.disposition = ""
        self._last = 0.0
        channel.leg = self

    # -- what the channel tells the other end ----------------------------------------------

    def send(self, deliver: Callable[[], None], delay: float | None = None) -> None:
        """Have something happen at the other end, in order and after the network's time."""
        loop = self.core.loop
        wait = self.core.timing.network if delay is None else delay
        self._last = max(loop.time() + wait, self._last + 1e-6)
        loop.call_at(self._last, deliver)

    def on_init(self) -> None:
        """Set the leg up: the caller's end sends its invitation."""

    def ring_ready(self) -> None:
        """Tell the caller that it rings."""
        if self.caller or self.channel.ringing:
            return
        self.on_ringing()
        self.channel.mark_ringing()
        if self.peer is not None:
            self.send(self.peer.got_ringing)

    def pre_answer(self, *, tell: bool = True) -> None:
        """Open the media before the answer; `tell` the caller of it."""
        channel = self.channel
        if self.caller or channel.early or channel.answered or not channel.up:
            return
        channel.set_codec()
        self.on_media()
        channel.mark_early()
        if not tell:
            return
        self.on_answer()
        if self.peer is not None:
            self.send(self.peer.got_early)

    def answer(self) -> None:
        """Answer the call."""
        channel = self.channel
        if self.caller or channel.answered or not channel.up:
            return
        self.pre_answer(tell=False)
        self.on_answer()
        channel.mark_answered()
        if self.peer is not None:
            self.send(self.peer.got_answer)

    def on_hangup(self) -> None:
        """Tell the other end that this one hung up: goodbye, cancel, or refusal."""
        cause = self.channel.cause or Cause.NORMAL_CLEARING
        peer = self.peer
        if self.ended:
            return
        self.ended = True
        if self.channel.answered:
            self.disposition = "send_bye"
            if peer is not None:
                self.send(lambda: peer.got_bye(cause))
        elif self.caller:
            self.disposition = "send_cancel"
            if peer is not None:
                self.send(lambda: peer.got_cancel(cause))
        else:
            self.disposition = "send_refuse"
            if peer is not None:
                self.send(lambda: peer.got_refusal(cause))

    def send_digits(self, digits: str, milliseconds: int) -> None:
        """Send DTMF, one digit after the other."""
        delay = 0.0
        for digit in digits:
            self.core.loop.call_later(delay, self._send_digit, digit, milliseconds)
            delay += milliseconds / 1000 + self.core.timing.digit_gap

    def _send_digit(self, digit: str, milliseconds: int) -> None:
        peer = self.peer
        if not self.channel.up or peer is None:
            return
        self.channel.media.send_digit(digit, milliseconds, self.core.clock.now())
        self.channel.set("last_dtmf_duration", str(milliseconds * 8))
        self.send(
            lambda: peer.got_digit(digit, milliseconds),
            self.core.timing.network + milliseconds / 1000,
        )

    def hold(self, on: bool) -> None:
        """Put the call on hold, or take it back; the other end is told."""
        peer = self.peer
        self._mark_hold(on, by_peer=False)
        if peer is not None:
            self.send(lambda: peer.got_hold(on))

    def update_display(self, name: str, number: str) -> None:
        """Tell the other end whom it talks to now."""

    # -- what the other end tells ----------------------------------------------------------

    def got_ringing(self) -> None:
        """Hear that it rings there."""
        if self.channel.up:
            self.on_response()
            self.channel.mark_ringing()

    def got_early(self) -> None:
        """Hear media before the answer."""
        if self.channel.up:
            self.on_response(media=True)
            self.channel.mark_early()
            self.channel.set_codec()
            self.on_media()

    def got_answer(self) -> None:
        """Hear that it was answered there."""
        channel = self.channel
        if not channel.up:
            return
        self.on_response(media=True)
        channel.set_codec()
        self.on_media()
        channel.mark_answered()
        if self.peer is not None:
            self.send(self.peer.got_acknowledgement)

    def got_acknowledgement(self) -> None:
        """Hear that the caller took the answer."""
        if self.channel.up:
            self.on_acknowledgement()

    def got_bye(self, cause: Cause) -> None:
        """Hear that the other end hung up an answered call."""
        if not self.channel.up or self.ended:
            return
        self.ended = True
        self.on_acknowledgement()
        self.on_end(200, cause)
        self.channel.hangup(cause)
        self.channel.set("sip_hangup_disposition", "recv_bye")

    def got_cancel(self, cause: Cause) -> None:
        """Hear that the caller gave up before an answer."""
        if not self.channel.up or self.ended:
            return
        self.ended = True
        self.on_end(487, cause)
        self.channel.hangup(Cause.ORIGINATOR_CANCEL)

    def got_refusal(self, cause: Cause) -> None:
        """Hear that the call is refused there."""
        if not self.channel.up or self.ended:
            return
        self.ended = True
        self.on_end(cause.sip, cause)
        self.channel.hangup(cause)

    def got_digit(self, digit: str, milliseconds: int) -> None:
        """Receive a digit; its event comes when an application takes it."""
        if self.channel.up:
            self.channel.digits.append(Digit(digit, milliseconds * 8, "RTP"))
            self.channel.ring()

    def got_hold(self, on: bool) -> None:
        """Hear that the other end put us on hold, or took us back."""
        if not self.channel.up:
            return
        self._mark_hold(on, by_peer=True)
        self.core.fire(
            self.core.events.make(
                events.REINVITE, [("Unique-ID", self.channel.uuid)], subclass="sofia::reinvite"
            )
        )

    def got_display(self, name: str, number: str) -> None:
        """Hear whom we talk to now."""

    # -- what each kind of leg adds --------------------------------------------------------

    def on_ringing(self) -> None:
        """Note what saying "it rings" leaves in the variables."""

    def on_media(self) -> None:
        """Note the media that was agreed."""

    def on_answer(self) -> None:
        """Note what answering leaves in the variables."""

    def on_response(self, *, media: bool = False) -> None:
        """Note who responded, and with `media` the media it offers."""

    def on_acknowledgement(self) -> None:
        """Note what the caller's acknowledgement brings."""

    def on_end(self, status: int, cause: Cause) -> None:
        """Note how the other end ended the call."""

    def on_report(self) -> None:
        """Note how this end ended the call."""

    # -- hold ------------------------------------------------------------------------------

    def _mark_hold(self, on: bool, *, by_peer: bool) -> None:
        channel, times = self.channel, None
        if channel.profile is not None:
            times = channel.profile.times
        held = channel.call_state is CallState.HELD
        if not channel.answered or on == held:
            return
        now = self.core.clock.now()
        channel.set_call_state(CallState.HELD if on else CallState.UNHELD)
        if times is not None and on:
            times.last_hold = now
        elif times is not None:
            times.hold_accum += now - times.last_hold
        self.on_hold(on, by_peer=by_peer)
        if on:
            channel.fire(events.HELD_BY_PEER if by_peer else events.HOLD)
        else:
            channel.fire(events.UNHELD_BY_PEER if by_peer else events.UNHOLD)
            self.core.loop.call_later(self.core.timing.network, self._active_again)

    def _active_again(self) -> None:
        if self.channel.up and self.channel.call_state is CallState.UNHELD:
            self.channel.set_call_state(CallState.ACTIVE)

    def on_hold(self, on: bool, *, by_peer: bool) -> None:
        """Note which way the media flows now."""

    def before_hangup(self) -> None:
        """Take the call back from hold: a held call ends as an unheld one."""
        channel = self.channel
        if channel.call_state is CallState.HELD:
            channel.set_call_state(CallState.UNHELD)
            if channel.profile is not None:
                times = channel.profile.times
                times.hold_accum += self.core.clock.now() - times.last_hold
            channel.fire(events.UNHELD_BY_PEER)
