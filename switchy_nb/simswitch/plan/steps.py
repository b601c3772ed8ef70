"""What a call does, step by step: the words that a dial plan is written in.

Each function makes one step. Which number leads to which steps is in `dialplan`; what an
application does on a channel is in `applications`.
"""

import difflib
import random
import re
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from switchy_nb.errors import SimulationError
from switchy_nb.simswitch.calls.causes import SIP_PHRASES, Cause
from switchy_nb.simswitch.plan.chance import Duration, duration, share
from switchy_nb.simswitch.signalling.uris import parse_uri

if TYPE_CHECKING:
    from switchy_nb.simswitch.calls.channel import Channel
    from switchy_nb.simswitch.plan.incoming import IncomingCall

MILLIWATT = "tone_stream://%(251,0,1004);loops=-1"
_GROUP = re.compile(r"\$(\d)")

Match = re.Match[str]


class Part(ABC):
    """Something that a rule may hold."""

    @abstractmethod
    def plan(self, chance: random.Random, match: Match | None) -> "list[Deed]":
        """Say what it comes to for one call: chances drawn, groups filled in."""


class Deed(Part):
    """Something that a call does, with nothing left to chance."""

    @abstractmethod
    async def run(self, channel: "Channel") -> None:
        """Do it on a channel."""


@dataclass(frozen=True)
class Step(Deed):
    """One application with its argument. ``$1`` stands for the rule's first group.

    An argument that is a `Duration` is drawn for each call, and given in milliseconds.
    """

    application: str
    data: str | Duration = ""

    def plan(self, chance: random.Random, match: Match | None) -> list[Deed]:
        """Draw, and put the parts of the number that matched into the argument."""
        if isinstance(self.data, Duration):
            return [Step(self.application, str(round(self.data.draw(chance) * 1000)))]
        if match is None or "$" not in self.data:
            return [self]
        groups = (match[0], *(g or "" for g in match.groups()))
        data = _GROUP.sub(lambda m: groups[int(m[1])] if int(m[1]) < len(groups) else "", self.data)
        return [Step(self.application, data)]

    async def run(self, channel: "Channel") -> None:
        """Run the application."""
        await channel.execute(self.application, str(self.data) or None)

    @property
    def groups(self) -> int:
        """The highest group of the pattern that the argument speaks of."""
        if isinstance(self.data, Duration):
            return 0
        return max((int(n) for n in _GROUP.findall(self.data)), default=0)


@dataclass(frozen=True)
class Routine(Deed):
    """A coroutine function of the user's own, run with the `IncomingCall`."""

    function: "Callable[[IncomingCall], Awaitable[None]]"

    def plan(self, chance: random.Random, match: Match | None) -> list[Deed]:
        """Stay as it is."""
        return [self]

    async def run(self, channel: "Channel") -> None:
        """Let the function lead the call; its error ends the call, and is logged."""
        await channel.core.lead(self.function, channel)


@dataclass(frozen=True)
class Branch(Part):
    """One of several ways, by chance; or the other one."""

    ways: tuple[tuple[float, tuple[Part, ...]], ...]
    otherwise: tuple[Part, ...] = ()

    def plan(self, chance: random.Random, match: Match | None) -> list[Deed]:
        """Draw the way to go."""
        drawn, chosen = chance.random(), self.otherwise
        for weight, way in self.ways:
            if drawn < weight:
                chosen = way
                break
            drawn -= weight
        return [part for way in chosen for part in way.plan(chance, match)]


@dataclass(frozen=True)
class Forward(Deed):
    """Pass a call on, with some of its X-headers changed; an empty value drops one."""

    to: str = ""
    headers: tuple[tuple[str, str], ...] = ()

    def plan(self, chance: random.Random, match: Match | None) -> list[Deed]:
        """Stay as it is."""
        return [self]

    async def run(self, channel: "Channel") -> None:
        """Call the next hop, and connect the two; its failure is the call's."""
        await channel.core.forward(channel, self.to, dict(self.headers))


#: what a user may write as steps
Steps = Iterable["Part | Callable[[IncomingCall], Awaitable[None]]"]


def parts(steps: object, where: str) -> tuple[Part, ...]:
    """Read steps.

    Raises
    ------
    SimulationError
        If one of them is no step.
    """
    if isinstance(steps, Part | str) or not isinstance(steps, Iterable):
        raise SimulationError(f"{where} is {steps!r}; give a list of steps, such as [answer()]")
    out: list[Part] = []
    for step in steps:
        if isinstance(step, Part):
            out.append(step)
        elif callable(step):
            out.append(Routine(step))
        else:
            raise SimulationError(
                f"{where} holds {step!r}, which is no step; make steps with the functions of "
                "switchy_nb.simswitch, such as answer() or hangup('USER_BUSY')"
            )
    return tuple(out)


# -- the words -----------------------------------------------------------------------------


def answer() -> Step:
    """Answer the call."""
    return Step("answer")


def pre_answer() -> Step:
    """Open early media."""
    return Step("pre_answer")


def ring_ready() -> Step:
    """Let it ring."""
    return Step("ring_ready")


def park() -> Step:
    """Wait for somebody to take the call on."""
    return Step("park")


def echo() -> Step:
    """Send back what is heard."""
    return Step("echo")


def sleep(seconds: float | Duration) -> Step:
    """Wait so long: a number of seconds, or a distribution such as ``uniform(1, 4)``.

    Raises
    ------
    SimulationError
        If it is no length of time.
    """
    return Step("sleep", duration(seconds))


def playback(what: str) -> Step:
    """Play a tone stream, a silence stream or a WAV file.

    Raises
    ------
    SimulationError
        If nothing is named.
    """
    if not what.strip():
        raise SimulationError("playback('') names nothing; try 'tone_stream://%(1000,0,440)'")
    return Step("playback", what)


def hangup(cause: str = "NORMAL_CLEARING") -> Step:
    """Hang up with a cause, by its name or its number.

    Raises
    ------
    SimulationError
        If there is no such cause.
    """
    known = Cause.__members__
    if cause.isdigit():
        valid = int(cause) in Cause._value2member_map_
    else:
        valid = "$" in cause or cause.upper() in known
    if not valid:
        near = difflib.get_close_matches(cause.upper(), known, 1)
        hint = f"; did you mean {near[0]!r}?" if near else "; USER_BUSY is one"
        raise SimulationError(f"hangup({cause!r}): there is no such hangup cause{hint}")
    return Step("hangup", cause)


def respond(status: int) -> Step:
    """Refuse the call with a SIP status, from 400 to 699.

    Raises
    ------
    SimulationError
        If that is no refusal.
    """
    if status not in range(400, 700):
        raise SimulationError(f"respond({status}): a refusal is a SIP status from 400 to 699")
    return Step("respond", f"{status} {SIP_PHRASES.get(status, '')}".rstrip())


def set_variable(name: str, value: str) -> Step:
    """Set a variable of the channel; an empty value removes it.

    Raises
    ------
    SimulationError
        If the name is none.
    """
    if not name or not name.isprintable() or any(c in name for c in "= ,"):
        raise SimulationError(f"set_variable({name!r}, …): that is no name of a variable")
    return Step("set", f"{name}={value}")


def bridge(dial: str) -> Step:
    """Call somebody and connect the two.

    Raises
    ------
    SimulationError
        If nobody is named.
    """
    if "/" not in dial:
        raise SimulationError(f"bridge({dial!r}): write ENDPOINT/ADDRESS, such as 'loopback/echo'")
    return Step("bridge", dial)


def run(application: str, data: str = "") -> Step:
    """Run any application that the switch has, such as ``run("record_session", "a.wav")``."""
    return Step(application, data)


# -- chances -------------------------------------------------------------------------------


def sometimes(probability: float, *steps: Part) -> Branch:
    """Take these steps for a share of the calls; the others go on after them.

    ``sometimes(0.1, hangup("USER_BUSY"))`` is busy for one call in ten.

    Raises
    ------
    SimulationError
        If the share is not from 0 to 1, or there are no steps.
    """
    if not steps:
        raise SimulationError("sometimes() has no steps; give at least one after the probability")
    return Branch(((share(probability), parts(steps, "sometimes()")),))


def one_of(*ways: tuple[float, Steps], otherwise: Steps = ()) -> Branch:
    """Take one of several ways, each with its share of the calls.

    ``one_of((0.1, [hangup("USER_BUSY")]), (0.2, [sleep(60)]), otherwise=[answer(), park()])``

    Parameters
    ----------
    *ways : (float, steps)
        Each way's share, from 0 to 1, and its steps.
    otherwise : steps
        What the calls do that take none of them; without any they just go on.

    Raises
    ------
    SimulationError
        If a share is none, or all of them make more than 1.
    """
    listed = []
    for way in ways:
        try:
            weight, steps = way
        except (TypeError, ValueError) as error:
            raise SimulationError(
                f"one_of(): {way!r} is no way; write (0.1, [answer(), park()])"
            ) from error
        listed.append((share(weight), parts(steps, "one_of()")))
    total = sum(weight for weight, _ in listed)
    if not listed or total > 1 + 1e-9:
        raise SimulationError(f"one_of(): the shares make {total:g}; they may make up to 1")
    return Branch(tuple(listed), parts(otherwise, "one_of()"))


def forward(
    to: str = "", *, change: Mapping[str, str] | None = None, drop: Iterable[str] = ()
) -> Forward:
    """Pass the call on, as a device between two switches does (a back-to-back user agent).

    The call goes to `to`, or to where it was meant for when it came here by way of a proxy's
    address. X-headers pass, but for those that are changed or dropped.

    Parameters
    ----------
    to : str, optional
        ``NUMBER@HOST:PORT``, or ``HOST:PORT`` to keep the number.
    change : mapping, optional
        X-headers to add, or to give another value.
    drop : iterable of str
        X-headers that do not pass.

    Raises
    ------
    SimulationError
        If where it goes is no address, or a header is none.
    """
    if to and parse_uri(to) is None:
        raise SimulationError(f"forward({to!r}): write NUMBER@HOST:PORT, or HOST:PORT")
    given = {**dict.fromkeys([drop] if isinstance(drop, str) else drop, ""), **(change or {})}
    for name, value in given.items():
        if not _is_printable(value) or not re.fullmatch(r"[Xx]-[\w.+-]+", name):
            raise SimulationError(f"forward(): {name!r}: {value!r} is no X-header")
    return Forward(to, tuple(given.items()))


def _is_printable(value: object) -> bool:
    return isinstance(value, str) and value.isprintable()
