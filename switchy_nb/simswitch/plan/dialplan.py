"""The dial plan: which steps a call takes that dials a number.

A plan is read from the top: a pattern, and the steps that it leads to, in the words of `steps`::

    plan = Dialplan(default_rules())
    plan["7001"] = [answer(), playback("tone_stream://%(251,0,1004)"), hangup("USER_BUSY")]
    plan["^9(.*)$"] = [sometimes(0.1, hangup("USER_BUSY")), sleep(uniform(1, 4)), answer(), park()]
"""

import difflib
import inspect
import random
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, MutableMapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from switchy_nb.errors import SimulationError
from switchy_nb.simswitch.calls import applications
from switchy_nb.simswitch.plan.steps import (
    MILLIWATT,
    Branch,
    Deed,
    Match,
    Part,
    Step,
    Steps,
    answer,
    echo,
    hangup,
    park,
    parts,
    playback,
    pre_answer,
    ring_ready,
    sleep,
)

if TYPE_CHECKING:
    from switchy_nb.simswitch.plan.incoming import IncomingCall

#: looks at a call and gives its steps; None leaves it to the next rule
Router = Callable[["IncomingCall"], "Steps | None"]

#: what can be dialled; anything else in a number makes it look like a pattern
_DIALLABLE = re.compile(r"[\w.+*#~!%&=-]+")


_UNAWAITED = (
    "the rule for {!r} is a coroutine function, which leads a call rather than giving its steps; "
    "write it as a step: [function]"
)


@dataclass(frozen=True)
class Rule:
    """A pattern of numbers, and what a call to one of them does.

    Attributes
    ----------
    key : str
        The number or the regular expression as it was written.
    pattern : re.Pattern
        What it means.
    steps : tuple of Part
        What the call does, if that is always the same.
    router : callable, optional
        What decides it otherwise.
    """

    key: str
    pattern: "re.Pattern[str]"
    steps: tuple[Part, ...] = ()
    router: Router | None = None

    def route(self, call: "IncomingCall") -> tuple[Part, ...] | None:
        """Say what a call does; None if it is none of this rule's."""
        if self.router is None:
            return self.steps
        steps: object = self.router(call)
        if inspect.isawaitable(steps):
            if inspect.iscoroutine(steps):
                steps.close()
            raise SimulationError(_UNAWAITED.format(self.key))
        return None if steps is None else _checked(self, parts(steps, f"what {self.key!r} gave"))


class Dialplan(MutableMapping[str, "Steps | Router"]):
    """Rules, looked through from the top. It may be changed while the switch runs.

    Parameters
    ----------
    rules : iterable of Rule
        What it starts with.
    """

    def __init__(self, rules: Iterable[Rule] = ()) -> None:
        # replaced as a whole, so that the switch's thread never sees half a change
        self._rules = tuple(rules)

    @property
    def rules(self) -> tuple[Rule, ...]:
        """The rules, from the top."""
        return self._rules

    def __setitem__(self, number: "str | re.Pattern[str]", steps: "Steps | Router") -> None:
        """Give a number, or all that match a regular expression, their steps.

        The rule comes before all others, and in the place of an older one of the same number.

        Parameters
        ----------
        number : str or re.Pattern
            A number as it is dialled, or a regular expression that begins with ``^``.
        steps : list of steps, or callable
            What the call does; or a function that is given the `IncomingCall` and returns the
            list, or None to leave the call to the next rule. It runs on the switch's own thread:
            it must not wait.

        Raises
        ------
        SimulationError
            If the pattern or the steps cannot be.
        """
        made = rule(number, steps)
        self._rules = (made, *(r for r in self._rules if r.key != made.key))

    def __getitem__(self, number: str) -> "Steps | Router":
        """Give the steps of the rule that was written so."""
        for entry in self._rules:
            if entry.key == number:
                return entry.router if entry.router is not None else list(entry.steps)
        raise KeyError(number)

    def __delitem__(self, number: str) -> None:
        """Take a rule away."""
        if number not in self:
            raise KeyError(number)
        self._rules = tuple(r for r in self._rules if r.key != number)

    def __iter__(self) -> Iterator[str]:
        """Go through the numbers and patterns, from the top."""
        return (entry.key for entry in self._rules)

    def __len__(self) -> int:
        """Count the rules."""
        return len(self._rules)

    def __repr__(self) -> str:
        return f"<Dialplan {', '.join(self)}>"

    def route(self, call: "IncomingCall", chance: random.Random) -> tuple[list[Deed], Match | None]:
        """Find what a call does, with its chances drawn; no steps if no rule takes it."""
        for entry in self._rules:
            match = entry.pattern.search(call.number)
            steps = entry.route(call.matched(match)) if match is not None else None
            if steps is not None:
                return [part for step in steps for part in step.plan(chance, match)], match
        return [], None


def rule(number: "str | re.Pattern[str]", steps: "Steps | Router") -> Rule:
    """Make a rule of a number or a regular expression, and steps.

    Raises
    ------
    SimulationError
        If the pattern cannot be read, or the steps are no steps.
    """
    key = number.pattern if isinstance(number, re.Pattern) else number
    pattern = number if isinstance(number, re.Pattern) else _pattern(number)
    if inspect.iscoroutinefunction(steps):
        raise SimulationError(_UNAWAITED.format(key))
    if callable(steps):
        return Rule(key, pattern, router=steps)
    listed = parts(steps, f"the rule for {key!r}")
    return Rule(key, pattern, _checked(Rule(key, pattern), listed))


def _pattern(number: object) -> "re.Pattern[str]":
    if not isinstance(number, str) or not number:
        raise SimulationError(f"{number!r} is no number to dial; write '7001' or '^7\\\\d+$'")
    if number.startswith("^"):
        try:
            return re.compile(number)
        except re.error as error:
            raise SimulationError(f"{number!r} is no regular expression: {error}") from error
    if not _DIALLABLE.fullmatch(number) or ".*" in number or ".+" in number:
        raise SimulationError(
            f"{number!r} is no number that can be dialled; if it is meant as a regular expression, "
            "begin it with ^"
        )
    return re.compile(f"^{re.escape(number)}$")


def _checked(entry: Rule, steps: tuple[Part, ...]) -> tuple[Part, ...]:
    """Refuse what could never run."""
    if not steps:
        raise SimulationError(f"the rule for {entry.key!r} has no steps; give it at least one")
    known = applications.registry()
    for step in _applications(steps):
        if step.application not in known:
            near = difflib.get_close_matches(step.application, known, 1)
            hint = f"did you mean {near[0]!r}?" if near else "`show application` lists them"
            raise SimulationError(
                f"the rule for {entry.key!r} runs {step.application!r}, an application that the "
                f"simulated switch has not; {hint}"
            )
        if step.groups > entry.pattern.groups:
            raise SimulationError(
                f"the rule for {entry.key!r} speaks of ${step.groups}, but its pattern has "
                f"{entry.pattern.groups} groups in parentheses"
            )
    return steps


def _applications(steps: Iterable[Part]) -> Iterator[Step]:
    for step in steps:
        if isinstance(step, Step):
            yield step
        elif isinstance(step, Branch):
            for _, way in step.ways:
                yield from _applications(way)
            yield from _applications(step.otherwise)


def default_rules() -> list[Rule]:
    """Make the plan that the switch starts with; a real one gets the same from our context."""
    plan: Mapping[str, Steps] = {
        "^(answer)$": [answer(), park()],
        "^echo$": [answer(), echo()],
        "^tone$": [answer(), playback(MILLIWATT)],
        "^ringanswer$": [ring_ready(), sleep(1), answer(), park()],
        "^busy$": [hangup("USER_BUSY")],
        "^noanswer$": [ring_ready(), sleep(60)],
        "^early$": [pre_answer(), playback(MILLIWATT)],
        "^hangup-(.+)$": [hangup("$1")],
        "^(.*)$": [park()],
    }
    return [rule(pattern, steps) for pattern, steps in plan.items()]
