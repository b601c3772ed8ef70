"""What a panel says beside a control: words, and in which tone. How it looks is not known here."""

from dataclasses import dataclass
from enum import Enum


class Tone(Enum):
    """How a message is meant; it is told by a sign as well as by a colour."""

    PLAIN = "plain"
    BUSY = "busy"
    GOOD = "good"
    BAD = "bad"

    @property
    def sign(self) -> str:
        """The character that stands before the words."""
        return _SIGNS[self]


_SIGNS = {Tone.PLAIN: "·", Tone.BUSY: "●", Tone.GOOD: "✓", Tone.BAD: "✗"}


@dataclass(frozen=True, slots=True)
class Status:
    """One message.

    Attributes
    ----------
    text : str
        What a screen reader announces when it changes.
    tone : Tone
        How it is meant.
    aside : str
        What ticks beside it, such as the seconds so far, and is not announced.
    """

    text: str = ""
    tone: Tone = Tone.PLAIN
    aside: str = ""


NOTHING = Status()
