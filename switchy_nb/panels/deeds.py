"""What can be done to the selected legs by one press: which command, which line of Python, which words."""

from collections.abc import Callable
from dataclasses import dataclass

from switchy_nb.analysis import find_cause
from switchy_nb.errors import ConfigurationError
from switchy_nb.panels.book import Leg
from switchy_nb.panels.forms import Typed
from switchy_nb.panels.orders import Order
from switchy_nb.plots.style import State

#: Causes that are often wanted; any other of FreeSWITCH's is as good.
CAUSES = (
    "NORMAL_CLEARING", "USER_BUSY", "CALL_REJECTED", "NO_ANSWER", "ORIGINATOR_CANCEL",
    "UNALLOCATED_NUMBER", "NORMAL_TEMPORARY_FAILURE", "MANAGER_REQUEST",
)  # fmt: skip
#: A tone that every switch can play: 440 Hz, ten times a second on and half a second off.
TONE = "tone_stream://%(1000,500,440);loops=10"


@dataclass(frozen=True, slots=True)
class Deed:
    """Something to be done to each selected leg.

    Attributes
    ----------
    order : callable
        Sends the commands, given the leg's `Controls`.
    line : str
        The same in Python, behind the leg's name and a dot.
    done : str
        What to say when the switch has taken it.
    """

    order: Order
    line: str
    done: str


@dataclass(frozen=True, slots=True)
class Knob:
    """A button that does something to the selected legs.

    Attributes
    ----------
    text : str
        What stands on it.
    deed : callable
        What is to be done, given what was typed; raises `SwitchyError` for what cannot be.
    fits : callable
        Whether it makes sense for a leg.
    style : str
        As of `Button`.
    """

    text: str
    deed: Callable[[Typed], Deed]
    fits: Callable[[Leg], bool]
    style: str = ""


def up(leg: Leg) -> bool:
    """Whether a leg is there."""
    return not leg.over


def _talking(leg: Leg) -> bool:
    return leg.state in (State.UP, State.HELD)


def _hang_up(typed: Typed) -> Deed:
    cause = typed["cause"].strip().upper() or CAUSES[0]
    if find_cause(cause) is None:
        raise ConfigurationError(f"{cause!r} is none of FreeSWITCH's hangup causes")
    line = "hangup()" if cause == CAUSES[0] else f"hangup({cause!r})"
    return Deed(lambda leg: leg.hangup(cause), line, "the switch has hung up")


def _transfer(typed: Typed) -> Deed:
    to, dialplan, context = (typed[name].strip() for name in ("to", "dialplan", "context"))
    if not to:
        raise ConfigurationError("Transfer it where? Give an extension of the switch's dial plan")
    dialplan, context = dialplan or "XML", context or "default"
    more = "" if (dialplan, context) == ("XML", "default") else f", {dialplan!r}, {context!r}"
    return Deed(
        lambda leg: leg.transfer(to, dialplan, context),
        f"transfer({to!r}{more})",
        "the switch has transferred it",
    )


def _play(typed: Typed) -> Deed:
    what = typed["what"].strip() or TONE
    return Deed(lambda leg: leg.playback(what), f"playback({what!r})", "the switch plays it")


def digits(sequence: str) -> Deed:
    """Send digits to the far end."""
    sequence = sequence.strip()
    shown = sequence[:40]
    return Deed(
        lambda leg: leg.send_dtmf(sequence),
        f"send_dtmf({sequence!r})",
        f"the switch has taken {shown}",
    )


CALL = {
    "hang_up": Knob("Hang up", _hang_up, up, "mod-danger"),
    "answer": Knob(
        "Answer",
        lambda _: Deed(lambda leg: leg.answer(), "answer()", "the switch has answered"),
        lambda leg: up(leg) and not leg.answered and leg.direction.startswith("inbound"),
    ),
    "hold": Knob(
        "Hold",
        lambda _: Deed(lambda leg: leg.hold(), "hold()", "the switch has put it on hold"),
        lambda leg: leg.state is State.UP,
    ),
    "unhold": Knob(
        "Resume",
        lambda _: Deed(lambda leg: leg.unhold(), "unhold()", "the switch has taken it back"),
        lambda leg: leg.state is State.HELD,
    ),
    "mute": Knob(
        "Mute",
        lambda _: Deed(lambda leg: leg.mute(), "mute()", "the leg is muted: it hears nothing"),
        _talking,
    ),
    "unmute": Knob(
        "Unmute",
        lambda _: Deed(lambda leg: leg.unmute(), "unmute()", "the leg is no longer muted"),
        _talking,
    ),
}
TRANSFER = {"transfer": Knob("Transfer", _transfer, up)}
DIGITS = {"send": Knob("Send digits", lambda typed: digits(typed["digits"]), up)}
PLAY = {
    "play": Knob("Play", _play, up),
    "stop": Knob(
        "Stop playing",
        lambda _: Deed(lambda leg: leg.breakmedia(), "breakmedia()", "the switch plays no more"),
        up,
    ),
}
