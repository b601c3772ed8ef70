"""What reaches a channel from outside: private commands, digits, and why a wait ended."""

from dataclasses import dataclass
from enum import Enum, auto


class Wake(Enum):
    """Why a waiting application goes on."""

    GONE = auto()
    BREAK = auto()
    DTMF = auto()
    TIME = auto()


@dataclass
class PrivateCommand:
    """One command that waits for the channel: what ``sendmsg`` and ``uuid_broadcast`` queue."""

    headers: list[tuple[str, str]]
    body: str | None = None

    def get(self, name: str, default: str = "") -> str:
        """Find a header, without regard to case."""
        return next((v for n, v in self.headers if n.lower() == name), default)


@dataclass
class Digit:
    """A DTMF digit that the channel received."""

    digit: str
    duration: int
    source: str
