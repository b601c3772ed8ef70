"""What a problem is, which kinds there are, and from which limits on something is one."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from enum import Enum
from typing import TYPE_CHECKING, Any

from switchy_nb.analysis.media import POOR_MOS
from switchy_nb.analysis.wording import no_others

if TYPE_CHECKING:
    import pandas as pd


class Kind(Enum):
    """What is wrong."""

    FAILED = "failed"
    UNANSWERED = "unanswered"
    CUT_OFF = "cut off"
    SLOW = "long post-dial delay"
    ONE_WAY = "one-way audio"
    POOR = "poor sound"
    NOT_HUNG_UP = "never hung up"
    RETRANSMISSION = "retransmission"
    ORDER = "out of order"
    TWICE = "event twice"
    MISSING = "event missing"
    LINK = "link lost"
    DROPPED = "dropped by the switch"
    RESTART = "switch restarted"
    SILENT = "switch silent"
    COMMAND = "command refused"
    RECORDING = "recording damaged"


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that looks wrong.

    Attributes
    ----------
    kind : Kind
        What sort of thing.
    what : str
        What is wrong, in a sentence.
    evidence : str
        How one can see that.
    at : Timestamp or None
        When, by this machine's clock.
    call, session : str or None
        Whom it concerns.
    seconds : float or None
        How long, where it is a matter of time.
    n : int or None
        The number of the event to look at first.
    """

    kind: Kind
    what: str
    evidence: str
    at: "pd.Timestamp | None" = None
    call: str | None = None
    session: str | None = None
    seconds: float | None = None
    n: int | None = None


@dataclass(frozen=True, slots=True)
class Limits:
    """From which values on something is a problem.

    Attributes
    ----------
    post_dial_delay : float
        Seconds until the far end should have reacted. ITU-T E.721 has 5 s as the mean for a toll
        call. A delay of a second or more that is far beyond those of the other calls counts too.
    mos : float
        The lowest mean opinion score that is good enough.
    """

    post_dial_delay: float = 5.0
    mos: float = POOR_MOS

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> "Limits":
        """Take limits by their names."""
        no_others("problems", dict(given), [field.name for field in fields(cls)])
        return cls(**given)
