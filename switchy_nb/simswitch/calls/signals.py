"""What reaches a channel from outside: private commands, digits, and why a wait ended."""

from dataclasses import dataclass, field
from enum import Enum, auto

from switchy_nb.wire.serve import Pair


class Wake(Enum):
    """Why a waiting application goes on."""

    GONE = auto()
    BREAK = auto()
    DTMF = auto()
    TIME = auto()


@dataclass
class PrivateCommand:
    """One command that waits for the channel: what ``sendmsg`` and ``uuid_broadcast`` queue.

    Attributes
    ----------
    headers : list of (str, str)
        What is to be done.
    body : str or None
        What came with it.
    made : list of pairs
        The headers of the event that it was when it was queued. FreeSWITCH shows them again, before
        all others, in the PRIVATE_COMMAND that tells of it: ``Event-Name`` comes twice there.
    """

    headers: list[tuple[str, str]]
    body: str | None = None
    made: list[Pair] = field(default_factory=list)

    def get(self, name: str, default: str = "") -> str:
        """Find a header, without regard to case."""
        return next((v for n, v in self.headers if n.lower() == name), default)


@dataclass
class Digit:
    """A DTMF digit that the channel received.

    Attributes
    ----------
    digit : str
        One of ``0123456789*#ABCD``.
    duration : int
        In samples of 8 kHz.
    source : str
        How it came: ``RTP`` from the other end, ``APP`` from a command.
    """

    digit: str
    duration: int
    source: str
