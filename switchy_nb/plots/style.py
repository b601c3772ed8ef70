"""What all figures share: the colour of each thing, inks for each theme, type and sizes.

Nothing is drawn here. The colours are those of Okabe and Ito's palette, which people with any of
the usual kinds of colour blindness can tell apart.
"""

from enum import Enum
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from matplotlib.colors import Colormap

_E = TypeVar("_E", bound=Enum)


class Theme(Enum):
    """What is behind a figure, whose own background is always transparent."""

    #: not known: notebooks change it without telling, so the ink must do for both
    ANY = "any"
    LIGHT = "light"
    DARK = "dark"

    @classmethod
    def of(cls, value: "Theme | str | None") -> "Theme":
        """Return the theme that `value` is or names; None is any."""
        return cls.ANY if value is None else _member(cls, value)

    @property
    def ink(self) -> str:
        """The colour of text and lines."""
        return _INKS[self]


class Clock(Enum):
    """By whose time things are drawn."""

    ARRIVAL = "arrival"
    SWITCH = "switch"

    @classmethod
    def of(cls, value: "Clock | str") -> "Clock":
        """Return the clock that `value` is or names."""
        return _member(cls, value)

    @property
    def column(self) -> str:
        """The column of the frame of events that has it."""
        return "received" if self is Clock.ARRIVAL else "time"


class Since(Enum):
    """From when time is counted."""

    #: from the first thing that is drawn
    RECORDING = "recording"
    #: each call from its own beginning
    CALL = "call"
    #: the time of day
    CLOCK = "clock"

    @classmethod
    def of(cls, value: "Since | str") -> "Since":
        """Return the one that `value` is or names."""
        return _member(cls, value, "time")


class State(Enum):
    """What a leg is doing, in the words of the legend."""

    TRYING = "trying"
    RINGING = "ringing"
    EARLY = "early media"
    UP = "up"
    HELD = "held"
    HUNG_UP = "hung up"

    @property
    def colour(self) -> str:
        """The same in every figure."""
        return _COLOURS[self]

    @property
    def ink(self) -> str:
        """The colour of text on it."""
        return "#ffffff" if self is State.HUNG_UP else ON_COLOUR


#: #7a7a7a has a contrast of 4.3 to white, and of 4.4 to #111: no grey does better on both.
_INKS = {Theme.ANY: "#7a7a7a", Theme.LIGHT: "#2b2b2b", Theme.DARK: "#dcdcdc"}
_COLOURS = {
    State.TRYING: "#b4b4b4",
    State.RINGING: "#e69f00",
    State.EARLY: "#56b4e9",
    State.UP: "#009e73",
    State.HELD: "#cc79a7",
    State.HUNG_UP: "#6e6e6e",
}
#: FreeSWITCH's Channel-Call-State, as the states of the legend.
STATES = {
    "DOWN": State.TRYING,
    "DIALING": State.TRYING,
    "RINGING": State.RINGING,
    "RING_WAIT": State.RINGING,
    "EARLY": State.EARLY,
    "ACTIVE": State.UP,
    "UNHELD": State.UP,
    "HELD": State.HELD,
    "HANGUP": State.HUNG_UP,
}
#: What went wrong. On white and on #111 alike it stands out from the ink.
FAILURE = "#d55e00"
#: What went well; a leg that is up has the same colour.
ANSWERED = "#009e73"
#: All of something, whatever came of it.
ALL = "#8c8c8c"
#: What is not known, or too rare to have a colour of its own.
OTHER = "#b4b4b4"


class Inner(Enum):
    """What goes on within a leg, in the words of the legend."""

    APPLICATION = "application"
    PLAYBACK = "playback"
    RECORDING = "recording"
    BRIDGE = "bridged"

    @property
    def colour(self) -> str:
        """The same in every figure."""
        return _INNER[self]

    @property
    def ink(self) -> str:
        """The colour of text on it."""
        return "#ffffff" if self is Inner.BRIDGE else ON_COLOUR


_INNER = {
    Inner.APPLICATION: "#a6c8e0",
    Inner.PLAYBACK: "#f0e442",
    Inner.RECORDING: "#e3a3b8",
    Inner.BRIDGE: "#0072b2",
}
#: What we did: commands and waits.
OURS = "#0072b2"

#: The latencies that are drawn: column, what it is called, its colour.
LATENCIES = {
    "post_dial_delay": ("post-dial delay", "#0072b2"),
    "call_setup_latency": ("call set-up", "#009e73"),
    "originate_latency": ("originate", "#cc79a7"),
    "invite_latency": ("invite", "#56b4e9"),
    "answer_latency": ("answer", "#e69f00"),
}
_CAUSES = {
    "NORMAL_CLEARING": ANSWERED,
    "USER_BUSY": "#e69f00",
    "NO_ANSWER": "#56b4e9",
    "NO_USER_RESPONSE": "#56b4e9",
    "ORIGINATOR_CANCEL": "#cc79a7",
    "CALL_REJECTED": "#0072b2",
}
#: Of groups that have no colour of their own: applications, switches.
SERIES = ("#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00")
#: Numbers from small to large; it can be read without seeing colours. Of it is taken what stands
#: out from what is behind the figure.
_SCALE = "cividis"
_SCALE_ENDS = {Theme.ANY: (0.22, 0.9), Theme.LIGHT: (0.0, 0.9), Theme.DARK: (0.3, 1.0)}


def scale_of(theme: Theme) -> "Colormap":
    """Return the colours of numbers, from small to large."""
    import matplotlib as mpl
    import numpy as np
    from matplotlib.colors import ListedColormap

    return ListedColormap(mpl.colormaps[_SCALE](np.linspace(*_SCALE_ENDS[theme], 256)))


def cause_colour(cause: object) -> str:
    """Return the colour of a hangup cause; those without one of their own share one."""
    return _CAUSES.get(cause, FAILURE) if isinstance(cause, str) and cause else OTHER


#: Text on a coloured span.
ON_COLOUR = "#111111"


def ink_on(colour: str) -> str:
    """Return the colour of text on a colour: the one of black and white that is further from it."""
    red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return ON_COLOUR if 0.3 * red + 0.59 * green + 0.11 * blue > 100 else "#ffffff"


#: Dots an inch: sharp enough for screens with twice the usual pixels, small enough for a notebook.
DPI = 110
#: It comes with matplotlib, so figures look the same everywhere.
FONT = "DejaVu Sans"
SMALL, NORMAL, TINY = 8.0, 9.0, 6.5


def _member(kind: type[_E], value: "_E | str", what: str = "") -> _E:
    try:
        return kind(value)
    except ValueError:
        names = " or ".join(repr(member.value) for member in kind)
        raise ValueError(
            f"{value!r} is no {what or kind.__name__.lower()}: it is {names}"
        ) from None
