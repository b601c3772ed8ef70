"""What a panel shows and does, without anything that paints it.

All of it happens on the panel's own thread (see `desk`), and nothing of it blocks.
"""

import asyncio
import math
import time
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any

from switchy_nb.client import Client
from switchy_nb.controls import Controls
from switchy_nb.errors import ConfigurationError, SwitchyError
from switchy_nb.panels.dialling import GRACE, Attempt
from switchy_nb.panels.legs import SHOWN, Leg, LegBook, Row, state_of
from switchy_nb.panels.orders import carry_out
from switchy_nb.panels.script import Script
from switchy_nb.panels.status import NOTHING, Status, Tone
from switchy_nb.panels.text import plain
from switchy_nb.sync import Caller

Spawn = Callable[[Coroutine[Any, Any, None]], "asyncio.Task[None]"]
#: Seconds: nobody sits before a page for longer.
LONGEST = 24 * 3600.0
#: What can be waited for most often; any other event's name is as good.
WAITS = (
    "ringing",
    "answered",
    "parked",
    "bridged",
    "hungup",
    "CHANNEL_PROGRESS_MEDIA",
    "CHANNEL_HANGUP_COMPLETE",
    "DTMF",
    "PLAYBACK_START",
    "PLAYBACK_STOP",
    "RECORD_STOP",
)


@dataclass(frozen=True, slots=True)
class Scene:
    """What a timeline is drawn of.

    Attributes
    ----------
    legs : tuple of str
        The legs, by their ids.
    events : tuple of int
        How many events each has had: the same scene need not be drawn again.
    words : str
        The same for those who do not see the picture.
    """

    legs: tuple[str, ...]
    events: tuple[int, ...]
    words: str


def client_of(target: Caller | Client) -> Client:
    """Return the client that a panel commands.

    Raises
    ------
    TypeError
        If it was given neither a caller nor a client.
    """
    client = target.client if isinstance(target, Caller) else target
    if not isinstance(client, Client):
        raise TypeError(
            f"a panel needs what sync_caller(…) gives, or a Client, and not {type(target).__name__}"
        )
    _ = client.listener  # AttributeError, with what to do, where there is none
    return client


def sip_of(target: Caller | Client) -> str:
    """Return where the switch's SIP side most likely is: ``host:port``."""
    if isinstance(target, Caller) and target.switch is not None:
        return target.switch.sip
    host = client_of(target).host
    return f"[{host}]:5080" if ":" in host else f"{host}:5080"


class CallModel:
    """Calls on one switch, one of them selected, and what was done to them.

    Parameters
    ----------
    target : Caller or Client
        Whose calls.
    spawn : callable
        Begins a coroutine on the panel's thread.
    """

    def __init__(self, target: Caller | Client, spawn: Spawn) -> None:
        self.client = client_of(target)
        self.simulated = isinstance(target, Caller) and target.switch is not None
        self.book = LegBook(self.client.listener)
        self.script = Script(has_caller=isinstance(target, Caller))
        self.selected: str | None = None
        self.trouble = NOTHING
        self.hangup_status = self.digits_status = NOTHING
        self._spawn = spawn
        self._refused = NOTHING
        self._attempt: Attempt | None = None
        self._wait: asyncio.Task[None] | None = None
        self._wait_said = NOTHING
        self._wait_began = self._wait_seconds = 0.0

    def open(self) -> None:
        """Begin to follow the switch."""
        self.book.open()

    def close(self) -> None:
        """Follow it no more."""
        self.book.close()

    def refresh(self) -> None:
        """Take in what happened since the last time."""
        self.book.refresh()
        if self.selected is not None and self.book.find(self.selected) is None:
            if not self._attempt or self._attempt.job.sess_uuid != self.selected:
                self.selected = None
            elif self._attempt.job.ready():
                self.selected = None  # there never was a leg

    # --- what it shows -----------------------------------------------------------------

    @property
    def link(self) -> Status:
        """Whether the switch is there."""
        what = "The simulated switch" if self.simulated else "The switch"
        where = f"{what} at {plain(self.client.host, 60)}:{self.client.port}"
        if self.trouble is not NOTHING:
            return self.trouble
        if not self.client.listener.is_alive():
            return Status(f"{where}: not listened to; call listener.start()", Tone.BAD)
        if not (self.client.connected() and self.client.listener.connected()):
            return Status(f"{where}: the link is down", Tone.BAD)
        return Status(f"{where}: the link is up", Tone.GOOD)

    @property
    def dial_status(self) -> Status:
        """How the last call gets on that was dialled here, or why it was not dialled."""
        if self._refused is not NOTHING or self._attempt is None:
            return self._refused
        return self._attempt.status(self.book.find(self._attempt.job.sess_uuid))

    def rows(self) -> list[Row]:
        """Return the calls as text."""
        return self.book.rows(self.client.app_names)

    @property
    def count(self) -> str:
        """How many legs there are, in words."""
        up, known = self.book.up(), len(self.book)
        if not known:
            return "No calls yet: dial one, or wait for one to come in."
        words = f"{up:,} leg{'' if up == 1 else 's'} up, {known - up:,} ended lately"
        return words + (f"; the newest {SHOWN} are shown" if known > SHOWN else "")

    @property
    def leg(self) -> Leg | None:
        """The selected leg."""
        return self.book.find(self.selected)

    @property
    def selection(self) -> Status:
        """What is selected, and what can be done with it."""
        leg = self.leg
        if leg is None:
            return Status("Nothing is selected: choose a call in the list above.")
        text = f"Selected: {leg.direction} from {leg.sender or 'nobody'} to {leg.to or 'nowhere'}"
        state = leg.cause if leg.over else state_of(leg.session).value
        busy = Tone.GOOD if leg.session.answered else Tone.BUSY
        tone = Tone.PLAIN if leg.over else busy
        return Status(f"{text}. {state[:1].upper()}{state[1:]}", tone)

    @property
    def can_hang_up(self) -> bool:
        """Whether a leg is selected that is up."""
        return self.leg is not None and not self.leg.over

    @property
    def can_wait(self) -> bool:
        """Whether a leg is selected, and nothing is waited for."""
        return self.leg is not None and not self.waiting

    @property
    def waiting(self) -> bool:
        """Whether something is waited for."""
        return self._wait is not None and not self._wait.done()

    @property
    def wait_status(self) -> Status:
        """What is waited for, or how that ended."""
        if not self.waiting:
            return self._wait_said
        so_far = min(time.monotonic() - self._wait_began, self._wait_seconds)
        aside = f"{so_far:.0f} of {self._wait_seconds:g} s"
        return Status(self._wait_said.text, Tone.BUSY, aside)

    @property
    def scene(self) -> Scene | None:
        """What the timeline shows; None if nothing is selected."""
        leg = self.leg
        if leg is None:
            return None
        legs = self.book.of_call(leg)
        told = "; ".join(
            f"{other.direction} to {other.to or 'nowhere'}: "
            + (f"ended, {other.cause}" if other.over else state_of(other.session).value)
            for other in legs
        )
        return Scene(
            tuple(other.uuid for other in legs),
            tuple(len(other.session.events) for other in legs),
            f"Timeline of the selected call. {told}",
        )

    def fail(self, error: Exception) -> None:
        """Say that the panel itself has failed."""
        name = type(error).__name__
        self.trouble = Status(
            f"The panel failed ({name}: {plain(error, 160)}); the log has the details", Tone.BAD
        )

    # --- what it does ------------------------------------------------------------------

    def select(self, uuid: str) -> None:
        """Select a leg of the list."""
        if self.book.find(uuid) is not None and uuid != self.selected:
            self._turn_to(uuid)

    def _turn_to(self, uuid: str | None) -> None:
        self.selected = uuid
        self.hangup_status = self.digits_status = NOTHING
        if not self.waiting:
            self._wait_said = NOTHING

    def dial(self, destination: str, app: str | None, typed: str) -> None:
        """Place a call that is given up after so many seconds, and select it."""
        destination = destination.strip()
        try:
            if not destination:
                raise ConfigurationError("Call whom? Give a destination such as user@host:port")
            seconds = _duration(typed)
            job = self.client.originate(destination, app_id=app, timeout=seconds)
        except SwitchyError as exc:
            self._refused = Status(plain(exc, 300), Tone.BAD)
            return
        self._refused = NOTHING
        self._attempt = Attempt(destination, job, seconds)
        self.script.dialled(job, destination, app, seconds, GRACE)
        self._turn_to(job.sess_uuid)

    def hang_up(self) -> None:
        """Hang up the selected leg."""
        leg = self.leg
        if leg is None:
            self.hangup_status = _NOBODY
            return
        self.script.hung_up(leg.session)
        self.hangup_status = Status("asked the switch to hang up", Tone.BUSY)
        self._spawn(self._hang_up(leg))

    async def _hang_up(self, leg: Leg) -> None:
        self.hangup_status = await carry_out(
            self.client, leg.session, lambda controls: controls.hangup(), "the switch has hung up"
        )

    def send_digits(self, digits: str) -> None:
        """Send digits to the far end of the selected leg."""
        leg, digits = self.leg, digits.strip()
        if leg is None:
            self.digits_status = _NOBODY
            return

        def order(controls: Controls) -> None:
            controls.send_dtmf(digits)
            self.script.dtmf_sent(leg.session, digits)

        self.digits_status = Status("asked the switch to send them", Tone.BUSY)
        self._spawn(self._send_digits(leg, order, digits))

    async def _send_digits(self, leg: Leg, order: Callable[[Controls], None], digits: str) -> None:
        done = f"the switch has taken {plain(digits, 40)}"
        self.digits_status = await carry_out(self.client, leg.session, order, done)

    def wait_for(self, what: str, typed: str) -> None:
        """Wait for a state or an event of the selected leg, so many seconds at most."""
        leg, what = self.leg, what.strip()
        if self.waiting:
            return
        if leg is None:
            self._wait_said = _NOBODY
            return
        try:
            seconds = _duration(typed)
        except ConfigurationError as exc:
            self._wait_said = Status(plain(exc, 300), Tone.BAD)
            return
        self.script.waited(leg.session, what, seconds)
        shown = plain(what, 60)
        self._wait_said = Status(f"waiting for {shown} on the leg to {leg.to}", Tone.BUSY)
        self._wait_began, self._wait_seconds = time.monotonic(), seconds
        self._wait = self._spawn(self._wait_on(leg, what, seconds))

    async def _wait_on(self, leg: Leg, what: str, seconds: float) -> None:
        began = time.monotonic()
        shown = plain(what, 60)
        try:
            await leg.session.until(what, seconds)
        except asyncio.CancelledError:
            took = time.monotonic() - began
            self._wait_said = Status(f"{shown}: cancelled after {took:.1f} s", Tone.PLAIN)
            raise
        except SwitchyError as exc:
            self._wait_said = Status(plain(exc, 300), Tone.BAD)
        else:
            took = time.monotonic() - began
            self._wait_said = Status(f"{shown}, after {took:.2f} s", Tone.GOOD)

    def cancel_wait(self) -> None:
        """Wait no longer."""
        if self._wait is not None:
            self._wait.cancel()


_NOBODY = Status("choose a call in the list first", Tone.BAD)


def _duration(typed: str) -> float:
    try:
        seconds = float(typed)
    except ValueError:
        seconds = math.nan
    if not 0 < seconds <= LONGEST:  # nan is neither
        raise ConfigurationError(
            f"{typed.strip()!r} s cannot be waited: give a number above 0, and a day "
            f"({LONGEST:g} s) at most"
        )
    return seconds
