"""The steps of a call, one after the other, in a few words each: its timeline as text."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from switchy_nb.analysis.causes import cause_numbers
from switchy_nb.analysis.facts import Facts, Order
from switchy_nb.analysis.sip import sip_phrase
from switchy_nb.analysis.wording import LONGEST, Words, number_of, readable, text_of

if TYPE_CHECKING:
    import pandas as pd

_BEGINS = "begins"
#: Applications that only wait: that a leg is parked is told by its own event.
_WAITING = frozenset({"park"})
#: Commands that ask and change nothing.
_ASKING = ("uuid_getvar", "uuid_exists", "uuid_dump", "uuid_setvar", "originate")


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that happened.

    Attributes
    ----------
    at : float or None
        Seconds since the call began, by the switch's clock.
    who : str
        The leg: ``caller``, ``callee``, ``leg 3``; ``command`` for what was ordered.
    what : str
        In a few words.
    n : int or None
        The number of the event that says so.
    """

    at: float | None
    who: str
    what: str
    n: int | None

    def __str__(self) -> str:
        at = "        ?" if self.at is None else f"{self.at:8.3f} s"
        return f"{at}  {self.who:<7}  {self.what}"


def steps_of(facts: Facts) -> list[Step]:
    """Return the steps of a call in the order in which the switch made them."""
    found = [step for n, row in facts.events.iterrows() if (step := _step(facts, int(n), row))]  # type: ignore[call-overload]
    steps = sorted(_merged(found), key=_when)
    for order in facts.orders:
        if not order.verb.startswith(_ASKING):
            step = _ordered(facts, order)
            steps.insert(_place(facts, steps, order, step), step)
    return steps


def _when(step: Step) -> float:
    return float("inf") if step.at is None else step.at


def _place(facts: Facts, steps: list[Step], order: Order, step: Step) -> int:
    """Return where a command goes: before what it caused, which often has the same time.

    The switch's clock moves in steps of 20 ms, and tells of a command when that is done.
    """
    meant = {leg.role for leg in facts.legs if order.names(leg.uuid) or order.verb == "hupall"}
    caused = (
        place
        for place, other in enumerate(steps)
        if other.at == step.at and other.who in meant and not other.what.startswith(_BEGINS)
    )
    later = sum(_when(other) <= _when(step) for other in steps)
    return next(caused, later)


def timeline_in_words(facts: Facts) -> Words:
    """Return the steps of a call, a line each."""
    lines = [str(step) for step in steps_of(facts)]
    return Words("\n".join(lines) or "nothing of it was recorded")


def _step(facts: Facts, n: int, row: "pd.Series[Any]") -> Step | None:
    write = _WRITERS.get(row["name"])
    what = write(facts, n, row) if write is not None else _custom(row)
    if not what:
        return None
    return Step(facts.after(row["time"]), facts.role(row["session"]) or "leg", what, n)


def _created(facts: Facts, n: int, row: "pd.Series[Any]") -> str:
    leg = next(leg for leg in facts.legs if leg.uuid == row["session"])
    where = text_of(leg.row["channel"]) or text_of(leg.row["destination"])
    if leg.row["direction"] == "outbound":
        return f"{_BEGINS}: the switch calls {readable(where or 'somebody')}"
    to = text_of(leg.row["destination"])
    return f"{_BEGINS}: comes in{f' for {readable(to)}' if to else ''}"


def _executed(facts: Facts, n: int, row: "pd.Series[Any]") -> str:
    name = text_of(row["application"])
    if name is None or name in _WAITING:
        return ""
    data = facts.header(n, "Application-Data")
    return f"runs {readable(name)}{f' {readable(data)}' if data else ''}"


def _bridged(facts: Facts, n: int, row: "pd.Series[Any]") -> str:
    return f"is bridged with {_other(facts, n, row)}"


def _unbridged(facts: Facts, n: int, row: "pd.Series[Any]") -> str:
    return f"is not bridged with {_other(facts, n, row)} any more"


def other_leg(facts: Facts, n: int, uuid: object) -> str | None:
    """Return the uuid of the other leg of a bridge."""
    for name in ("Other-Leg-Unique-ID", "Bridge-B-Unique-ID", "Bridge-A-Unique-ID"):
        other = facts.header(n, name)
        if other and other != uuid:
            return other
    return None


def _other(facts: Facts, n: int, row: "pd.Series[Any]") -> str:
    other = other_leg(facts, n, row["session"])
    if other is None:
        return "another leg"
    role = facts.role(other)
    return f"the {role}" if role else f"the leg {readable(other)} of another call"


def _digit(facts: Facts, n: int, row: "pd.Series[Any]") -> str:
    return f"hears the digit {readable(facts.header(n, 'DTMF-Digit') or '?', 5)}"


def _file(what: str, header: str) -> Callable[[Facts, int, "pd.Series[Any]"], str]:
    def write(facts: Facts, n: int, row: "pd.Series[Any]") -> str:
        path = facts.header(n, header)
        return f"{what}{f' {_readable_path(path)}' if path else ''}"

    return write


def _readable_path(path: str) -> str:
    """Return a path on one line; of a long one the end, where the file's name is."""
    return readable(path if len(path) <= LONGEST else f"…{path[1 - LONGEST :]}")


def _hung_up(facts: Facts, n: int, row: "pd.Series[Any]") -> str:
    leg = next(leg for leg in facts.legs if leg.uuid == row["session"])
    cause = text_of(row["hangup_cause"])
    shown = f": {readable(cause)}{cause_numbers(cause)}" if cause else ""
    code = number_of(leg.row["sip_code"])
    return f"is hung up{shown}" + (f", {sip_phrase(int(code))}" if code else "")


def _says(text: str) -> Callable[[Facts, int, "pd.Series[Any]"], str]:
    return lambda facts, n, row: text


_WRITERS: dict[str, Callable[[Facts, int, "pd.Series[Any]"], str]] = {
    "CHANNEL_CREATE": _created,
    "CHANNEL_PROGRESS": _says("rings"),
    "CHANNEL_PROGRESS_MEDIA": _says("has early media"),
    "CHANNEL_ANSWER": _says("is answered"),
    "CHANNEL_PARK": _says("is parked"),
    "CHANNEL_BRIDGE": _bridged,
    "CHANNEL_UNBRIDGE": _unbridged,
    "CHANNEL_HOLD": _says("is put on hold"),
    "CHANNEL_UNHOLD": _says("is taken off hold"),
    "CHANNEL_EXECUTE": _executed,
    "PLAYBACK_START": _file("begins to play", "Playback-File-Path"),
    "PLAYBACK_STOP": _file("has played", "Playback-File-Path"),
    "RECORD_START": _file("begins to be recorded to", "Record-File-Path"),
    "RECORD_STOP": _file("was recorded to", "Record-File-Path"),
    "DTMF": _digit,
    "CHANNEL_HANGUP": _hung_up,
}


def _custom(row: "pd.Series[Any]") -> str:
    subclass = text_of(row["subclass"]) if row["name"] == "CUSTOM" else None
    return f"event {readable(subclass)}" if subclass else ""


def _merged(steps: Iterable[Step]) -> Iterable[Step]:
    """Write digits that a leg heard one after the other into one step."""
    digits = "hears the digit "
    last: Step | None = None
    for step in steps:
        if (
            last is not None
            and step.who == last.who
            and step.what.startswith(digits)
            and last.what.startswith("hears the digit")
        ):
            heard = last.what.rpartition(" ")[2] + step.what.removeprefix(digits)
            last = replace(last, what=f"hears the digits {heard}")
            continue
        if last is not None:
            yield last
        last = step
    if last is not None:
        yield last


def _ordered(facts: Facts, order: Order) -> Step:
    text = str(order)
    for leg in facts.legs:  # who is meant says more than an id
        text = text.replace(leg.uuid, f"the {leg.role}")
    return Step(facts.after(order.at), "command", readable(text, 100), order.n)
