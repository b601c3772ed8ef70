"""A call as a function of the user's sees it that decides, or leads, what the call does.

A function in the dial plan gets an `IncomingCall`. How it is run, and what becomes of its errors, is
in `routing`.
"""

import asyncio
import random
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from switchy_nb.simswitch.calls.signals import Wake
from switchy_nb.simswitch.plan.chance import Duration, duration
from switchy_nb.simswitch.plan.steps import Match

if TYPE_CHECKING:
    from switchy_nb.simswitch.calls.channel import Channel

_HEADER = "sip_h_"


@dataclass(frozen=True)
class IncomingCall:
    """One call that dialled a number of the plan.

    A plain function of it returns the steps to take, and must not wait. A coroutine function leads
    the call by the methods here, each of which returns when it is done; when the call is over the
    function is cancelled where it waits.

    Attributes
    ----------
    number : str
        What was dialled.
    match : re.Match or None
        What the rule's pattern found in it.
    chance : random.Random
        The dial plan's own generator; it repeats itself if the switch has a seed.
    """

    channel: "Channel"
    number: str
    chance: random.Random
    match: Match | None = None

    def __repr__(self) -> str:
        return f"<IncomingCall {self.channel.uuid} to {self.number!r}>"

    def matched(self, match: Match | None) -> "IncomingCall":
        """Give the same call, as the rule sees it whose pattern matched."""
        return IncomingCall(self.channel, self.number, self.chance, match)

    @property
    def uuid(self) -> str:
        """The leg's uuid."""
        return self.channel.uuid

    @property
    def caller_name(self) -> str:
        """The caller's name, as the caller chose it."""
        profile = self.channel.profile
        return profile.caller_id_name if profile is not None else ""

    @property
    def caller_number(self) -> str:
        """The caller's number, as the caller chose it."""
        profile = self.channel.profile
        return profile.caller_id_number if profile is not None else ""

    @property
    def headers(self) -> Mapping[str, str]:
        """The X-headers that came with the call."""
        channel = self.channel
        return MappingProxyType(
            {
                name.removeprefix(_HEADER): channel.get(name)
                for name in channel.variables
                if name.startswith(_HEADER)
            }
        )

    @property
    def answered(self) -> bool:
        """Whether the call is answered."""
        return self.channel.answered

    def get(self, name: str, default: str = "") -> str:
        """Read one of the channel's variables."""
        return self.channel.get(name, default)

    def set(self, name: str, value: str | None) -> None:
        """Set one of the channel's variables; None removes it."""
        self.channel.set(name, value)

    # -- what a coroutine function leads the call by ---------------------------------------

    async def run(self, application: str, data: str = "") -> None:
        """Run any application, until it is done."""
        await self.channel.execute(application, data or None)
        await self._alive()

    async def ring(self) -> None:
        """Let it ring."""
        await self.run("ring_ready")

    async def answer(self) -> None:
        """Answer the call."""
        await self.run("answer")

    async def play(self, what: str) -> None:
        """Play a tone stream, a silence stream or a WAV file to its end."""
        await self.run("playback", what)

    async def sleep(self, seconds: float | Duration) -> None:
        """Wait so long."""
        drawn = duration(seconds).draw(self.chance)
        await self.run("sleep", str(round(drawn * 1000)))

    async def bridge(self, dial: str) -> None:
        """Call somebody, and stay connected until one of the two hangs up."""
        await self.run("bridge", dial)

    async def hangup(self, cause: str = "NORMAL_CLEARING") -> None:
        """Hang up; nothing that comes after it is run."""
        await self.run("hangup", cause)

    async def digits(self, count: int, *, timeout: float = 5.0, end: str = "#") -> str:
        """Collect digits that the caller presses.

        Parameters
        ----------
        count : int
            How many at most.
        timeout : float
            How long to wait for each, in seconds.
        end : str
            The digits that end it sooner; they are not given.
        """
        got = ""
        while len(got) < count:
            why = await self.channel.pause(timeout, keep_digits=True)
            if why is Wake.GONE:
                await self._alive()
            digit = self.channel.take_digit() if why is Wake.DTMF else None
            if digit is None or digit.digit in end:
                break
            got += digit.digit
        return got

    async def _alive(self) -> None:
        """Wait to be cancelled, if the call is over."""
        if not self.channel.ready:
            await asyncio.Event().wait()
