"""The dial plan: which applications a call runs that dials a number.

A plan is a list of rules, looked through from the top; a rule is a regular expression and the
steps that it leads to. Steps are made by the small functions here, so that a plan reads as what
it does::

    plan = Dialplan(default_rules())
    plan["7001"] = [answer(), playback("tone_stream://%(251,0,1004)"), hangup("USER_BUSY")]
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from switchy_nb.errors import SimulationError

if TYPE_CHECKING:
    from switchy_nb.simswitch.channel import Channel

MILLIWATT = "tone_stream://%(251,0,1004);loops=-1"


@dataclass(frozen=True)
class Step:
    """One application with its argument. ``$1`` stands for the rule's first group."""

    application: str
    data: str = ""

    async def run(self, channel: "Channel") -> None:
        """Run the application on a channel."""
        await channel.execute(self.application, self.data or None)

    def filled(self, match: "re.Match[str] | None") -> "Step":
        """Put the parts of the number that matched into the argument."""
        if match is None or "$" not in self.data:
            return self
        groups = (match[0], *(g or "" for g in match.groups()))
        data = re.sub(
            r"\$(\d)", lambda m: groups[int(m[1])] if int(m[1]) < len(groups) else "", self.data
        )
        return Step(self.application, data)


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


def sleep(seconds: float) -> Step:
    """Wait so long, in seconds."""
    return Step("sleep", str(round(seconds * 1000)))


def playback(what: str) -> Step:
    """Play a tone stream, a silence stream or a WAV file."""
    return Step("playback", what)


def hangup(cause: str = "NORMAL_CLEARING") -> Step:
    """Hang up with a cause."""
    return Step("hangup", cause)


def set_variable(name: str, value: str) -> Step:
    """Set a variable of the channel."""
    return Step("set", f"{name}={value}")


def bridge(dial: str) -> Step:
    """Call somebody and connect the two."""
    return Step("bridge", dial)


@dataclass(frozen=True)
class Rule:
    """A pattern of numbers, and what a call to one of them does."""

    pattern: "re.Pattern[str]"
    steps: tuple[Step, ...]


@dataclass
class Dialplan:
    """Rules, looked through from the top."""

    rules: list[Rule] = field(default_factory=list)

    def __setitem__(self, number: str, steps: Iterable[Step]) -> None:
        """Give a number its steps, before all rules that are there.

        Raises
        ------
        SimulationError
            If it is no list of steps, or is empty.
        """
        self.rules.insert(0, rule(f"^{re.escape(number)}$", steps))

    def find(self, number: str) -> tuple[list[Step], "re.Match[str] | None"]:
        """Find what a call to `number` does; no steps if no rule takes it."""
        for entry in self.rules:
            match = entry.pattern.search(number)
            if match is not None:
                return [step.filled(match) for step in entry.steps], match
        return [], None


def rule(pattern: str, steps: Iterable[Step]) -> Rule:
    """Make a rule of a regular expression and steps.

    Raises
    ------
    SimulationError
        If the pattern cannot be read, or the steps are no steps.
    """
    try:
        compiled = re.compile(pattern)
    except re.error as error:
        raise SimulationError(f"{pattern!r} is no regular expression: {error}") from error
    listed = tuple(steps)
    if not listed:
        raise SimulationError(f"the rule for {pattern!r} has no steps; give it at least one")
    for step in listed:
        if not isinstance(step, Step):
            raise SimulationError(
                f"the rule for {pattern!r} holds {step!r}, which is no step; make steps with the "
                "functions of this module, such as answer() or hangup('USER_BUSY')"
            )
    return Rule(compiled, listed)


def default_rules() -> list[Rule]:
    """Make the plan that the switch starts with; a real one gets the same from our context."""
    return [
        rule("^(answer)$", [answer(), park()]),
        rule("^echo$", [answer(), echo()]),
        rule("^tone$", [answer(), playback(MILLIWATT)]),
        rule("^ringanswer$", [ring_ready(), sleep(1), answer(), park()]),
        rule("^busy$", [hangup("USER_BUSY")]),
        rule("^noanswer$", [ring_ready(), sleep(60)]),
        rule("^early$", [pre_answer(), playback(MILLIWATT)]),
        rule("^hangup-(.+)$", [hangup("$1")]),
        rule("^(.*)$", [park()]),
    ]


Router = Callable[["Channel"], list[Step]]
