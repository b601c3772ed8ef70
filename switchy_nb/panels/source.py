"""Where a panel's calls come from: a switch, or a recording. What they have in common is `Source`."""

import contextlib
import re
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

from switchy_nb.client import Client
from switchy_nb.listener import EventListener
from switchy_nb.panels.book import Book
from switchy_nb.panels.live import LiveBook
from switchy_nb.panels.status import Status, Tone
from switchy_nb.panels.text import plain
from switchy_nb.sync import Caller
from switchy_nb.wire import Event

if TYPE_CHECKING:
    from switchy_nb.recording import Recording
    from switchy_nb.replay import Replay

#: The numbers of the dial plan that this toolkit has a FreeSWITCH have, and the simulated one has.
NUMBERS = (
    "answer", "ringanswer", "busy", "noanswer", "early", "echo", "tone", "park",
    "hangup-CALL_REJECTED",
)  # fmt: skip
#: A pattern that is just a number.
_LITERAL = re.compile(r"\^?\(?([\w*#+.-]+)\)?\$?")
#: Why nothing can be done to the calls of a recording, or of one that is replayed.
REPLAYED = "This is a replay: what happens has happened, and nothing can be done to it."
PAST = "This is a recording: its calls are over, and nothing can be done to them."


class Source(ABC):
    """Calls, and what is known of them.

    Attributes
    ----------
    recording : Recording
        Every event.
    book : Book
        The legs.
    where : str
        What to call it.
    off : str
        Why no command makes sense here; empty where commands do.
    """

    recording: "Recording"
    book: Book
    where: str
    off = ""

    @abstractmethod
    def open(self) -> None:
        """Begin to follow what happens; on the thread that makes the panel."""

    @abstractmethod
    def close(self) -> None:
        """Follow it no more. Calls and links stay as they are."""

    @abstractmethod
    def refresh(self) -> None:
        """Take in what happened since the last time; on the panels' thread."""

    @property
    @abstractmethod
    def link(self) -> Status:
        """What this is, and whether it is there."""


class Live(Source):
    """A switch.

    Parameters
    ----------
    target : Caller or Client
        Who commands it.

    Attributes
    ----------
    heartbeat : Event or None
        The switch's last, which tells its version, for how long it is up, and its sessions.
    """

    book: LiveBook

    def __init__(self, target: Caller | Client) -> None:
        self.caller = target if isinstance(target, Caller) else None
        self.client = target.client if isinstance(target, Caller) else target
        self.listener = self.client.listener  # AttributeError, with what to do, if there is none
        self.recording = self.listener.recording
        self.book = LiveBook(self.listener)
        self.heartbeat: Event | None = None
        self._simulated = None if self.caller is None else self.caller.switch
        self.where = (
            f"{'The switch' if self._simulated is None else 'The simulated switch'} at "
            f"{plain(self.client.host, 60)}:{self.client.port}"
        )

    def open(self) -> None:
        """Begin to follow what happens."""
        self.book.open()
        self.listener.add_callback("HEARTBEAT", "default", self._beat)

    def close(self) -> None:
        """Follow it no more."""
        self.book.close()
        with contextlib.suppress(KeyError):  # closed before
            self.listener.remove_callback("HEARTBEAT", "default", self._beat)

    def refresh(self) -> None:
        """Take in what happened since the last time."""
        self.book.refresh(self.client.app_names)

    def _beat(self, event: Event) -> None:
        self.heartbeat = event

    @property
    def link(self) -> Status:
        """Whether the switch is there."""
        if not self.listener.is_alive():
            return Status(f"{self.where}: not listened to; connect again", Tone.BAD)
        if not (self.client.connected() and self.listener.connected()):
            return Status(f"{self.where}: the link is down, and being brought back", Tone.BAD)
        return Status(f"{self.where}: the link is up", Tone.GOOD)

    @property
    def numbers(self) -> list[str]:
        """Numbers of the switch's dial plan that can be called."""
        plan = [] if self._simulated is None else [*self._simulated.dialplan]
        own = [m[1] for m in map(_LITERAL.fullmatch, plan) if m]
        return [*NUMBERS, *(number for number in own if number not in NUMBERS)]

    def url(self, number: str, sip: str | None = None) -> str:
        """Where a number of the switch's dial plan is reached; `sip` is its SIP side, if known."""
        if sip is None and self.caller is not None:
            return self.caller.url(number)
        host = self.client.host
        own = f"[{host}]:5080" if ":" in host else f"{host}:5080"
        return f"{number}@{sip or own}"


class Replayed(Live):
    """A recording that is replayed: a switch that nothing can be done to.

    Parameters
    ----------
    replay : Replay
        What plays it.
    """

    off = REPLAYED

    def __init__(self, replay: "Replay") -> None:
        place = (replay.host, replay.port, replay.password)
        listener = EventListener(*place, autorecon=False)
        super().__init__(Client(*place, listener=listener))
        self.where = f"A replay at {replay.host}:{replay.port}"

    def open(self) -> None:
        """Listen to it from its beginning: it begins when the first one listens."""
        super().open()
        self.listener.connect()
        self.client.connect()
        self.listener.start()

    def close(self) -> None:
        """Listen no more."""
        super().close()
        self.listener.disconnect()
        self.client.disconnect()


class Recorded(Source):
    """A recording; whoever makes it may have to wait for its frame of sessions."""

    off = PAST

    def __init__(self, recording: "Recording") -> None:
        from switchy_nb.panels.recorded import read_book

        self.recording = recording
        self.book = read_book(recording)
        self.where = "a recording"

    def open(self) -> None:
        """Do nothing: it is all there."""

    def close(self) -> None:
        """Do nothing."""

    def refresh(self) -> None:
        """Do nothing: it does not change any more."""

    @property
    def link(self) -> Status:
        """What was recorded."""
        count = len(self.recording)
        where = f" of {plain(self.recording.switch, 60)}" if self.recording.switch else ""
        return Status(f"A recording{where}: {count:,} events. {PAST}")


def source_of(target: object) -> Source:
    """Return where the calls of what a panel was given come from.

    Raises
    ------
    TypeError
        If that is none of what has calls.
    """
    from switchy_nb.recording import Recording
    from switchy_nb.replay import Replay

    if isinstance(target, Caller | Client):
        return Live(target)
    if isinstance(target, Recording):
        return Recorded(target)
    if isinstance(target, Replay):
        return Replayed(target)
    raise TypeError(
        "a panel needs what sync_caller(…) or open_caller(…) gives, a Client, a Recording, a "
        f"replay, or another panel to share with, and not {type(target).__name__}"
    )
