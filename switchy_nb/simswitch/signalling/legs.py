"""The two ends of a call and what passes between them: set-up, ringing, media, answer, the end.

No SIP message is written: a leg calls the other after the time that the network would take. What
each kind of leg shows in its channel's variables is in `sip` and `loopback`; the order in which a
channel tells of it is in `channel`.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

from switchy_nb.simswitch import events
from switchy_nb.simswitch.calls.causes import Cause
from switchy_nb.simswitch.calls.holding import Holding
from switchy_nb.simswitch.calls.signals import Digit

if TYPE_CHECKING:
    from switchy_nb.simswitch.calls.channel import Channel


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
        #: the SIP status and phrase to refuse with, where ``respond`` chose them
        self.refusal: tuple[int, str] | None = None
        self._last = 0.0
        self.holding = Holding(self)
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
        if self.caller:
            self.channel.mark_ringing()
        if self.caller or self.channel.ringing:
            return
        self.on_ringing()
        self.channel.mark_ringing()
        if self.peer is not None:
            self.send(self.peer.got_ringing)

    def pre_answer(self, *, tell: bool = True) -> None:
        """Open the media before the answer; `tell` the caller of it."""
        channel = self.channel
        if self.caller:
            channel.mark_early()
        if self.caller or channel.early or channel.answered or not channel.up:
            return
        if not self.agrees():
            channel.hangup(Cause.INCOMPATIBLE_DESTINATION)
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
        if channel.cause is not None:  # the media could not be agreed on
            return
        self.on_answer()
        channel.mark_answered()
        if self.peer is not None:
            self.send(self.peer.got_answer)

    def on_hangup(self) -> None:
        """Tell the other end that this one hung up: goodbye, cancel, or refusal."""
        cause = self.shown_cause()
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
            status, phrase = self.refusal or (cause.sip, "")
            if peer is not None:
                self.send(lambda: peer.got_refusal(cause, status, phrase))

    def send_digits(self, digits: str, milliseconds: int) -> None:
        """Send DTMF, one digit after the other."""
        if self.channel.no_digits:
            return
        self.open_media()
        delay = 0.0
        for digit in digits:
            self.core.loop.call_later(delay, self._send_digit, digit, milliseconds)
            delay += milliseconds / 1000 + self.core.timing.digit_gap

    def open_media(self) -> None:
        """Have a called end that has no media yet open its early media."""
        if not self.caller and self.channel.codec is None:
            self.pre_answer()

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
        """Put the call on hold, or take it back; the other end of an answered call is told."""
        peer = self.peer
        if on:
            self.holding.begin(events.HOLD)
        else:
            self.holding.end(events.UNHOLD)
        if self.channel.answered:
            self.on_reinvite(offers=True, on=on)
            if peer is not None:
                self.send(lambda: peer.got_hold(on))

    def show_display(self, name: str, number: str, bridged_to: str = "") -> None:
        """Tell the other end whom it talks to now."""

    def send_info(self, kind: str, body: str) -> None:
        """Send a message within the call, where there is a protocol for it."""

    def agrees(self) -> bool:
        """Whether this end has a codec of those that it is offered."""
        return True

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
        wait = self.holding.busy
        if wait > 0:
            self.core.loop.call_later(wait + self.core.timing.network, self.got_bye, cause)
            return
        self.ended = True
        self.on_acknowledgement()
        self.on_end(200, cause)
        self.channel.hangup(self.understood(200, cause))
        self.channel.set("sip_hangup_disposition", "recv_bye")

    def got_cancel(self, cause: Cause) -> None:
        """Hear that the caller gave up before an answer."""
        if not self.channel.up or self.ended:
            return
        self.ended = True
        self.on_end(487, cause)
        self.channel.hangup(Cause.ORIGINATOR_CANCEL)

    def got_refusal(self, cause: Cause, status: int, phrase: str = "") -> None:
        """Hear that the call is refused there, with a SIP status."""
        if not self.channel.up or self.ended:
            return
        self.ended = True
        self.on_end(status, cause)
        if phrase and self.has_rtp:
            self.channel.set("sip_invite_failure_phrase", phrase)
        self.channel.hangup(self.understood(status, cause))

    def got_digit(self, digit: str, milliseconds: int) -> None:
        """Receive a digit; its event comes when an application takes it."""
        if self.channel.up and not self.channel.no_digits:
            frames = -(-milliseconds // 20)
            self.channel.digits.append(Digit(digit, frames * 160, "RTP"))
            self.channel.ring()

    def got_hold(self, on: bool) -> None:
        """Hear that the other end put us on hold, or took us back."""
        if self.channel.up:
            self.holding.heard(on)

    def agreed(self, on: bool) -> None:
        """Tell that a new offer was answered."""
        self.on_reinvite(offers=False, on=on)
        own = [("Unique-ID", self.channel.uuid)]
        self.core.fire(self.core.events.make(events.REINVITE, own, subclass="sofia::reinvite"))

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

    def understood(self, status: int, cause: Cause) -> Cause:
        """Say which cause the other end's is here."""
        return cause

    def shown_cause(self) -> Cause:
        """Say why it ends, as the other end is told."""
        return self.channel.cause or Cause.NORMAL_CLEARING

    def on_end(self, status: int, cause: Cause) -> None:
        """Note how the other end ended the call."""

    def on_report(self) -> None:
        """Note how this end ended the call."""

    def on_offer(self, on: bool) -> None:
        """Note what the other end's offer to hold, or to go on, means for the audio."""

    def on_reinvite(self, *, offers: bool, on: bool) -> None:
        """Note what a new offer leaves in the variables of whoever makes it, or takes it."""

    def before_hangup(self) -> None:
        """Take the call back from hold: a held call ends as an unheld one."""
        if self.holding.on:
            self.holding.end(events.UNHELD_BY_PEER)
