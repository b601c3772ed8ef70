"""What a client of the Event Socket wants to hear: event names, subclasses of CUSTOM, filters.

Each command takes its words and gives FreeSWITCH's reply to them. What an event is, and how it is
sent, is not known here.
"""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from switchy_nb.wire import patterns
from switchy_nb.wire.names import CALL_EVENTS, EVENT_NAMES, RESERVED_SUBCLASSES, named_all


class EventFormat(StrEnum):
    """How a client wants its events."""

    PLAIN = "plain"
    JSON = "json"
    XML = "xml"


class Heard(Protocol):
    """What must be known of an event to say who hears it."""

    @property
    def name(self) -> str:
        """The name under which it is subscribed to."""

    @property
    def subclass(self) -> str | None:
        """The subclass of a CUSTOM event."""

    @property
    def body(self) -> str | None:
        """What follows its headers."""

    def header(self, name: str) -> str | None:
        """Find a header's first value, without regard to case."""


@dataclass(frozen=True)
class Filter:
    """One filter: a header and what it is compared to; a veto if it is negative."""

    header: str
    value: str

    def matches(self, event: Heard) -> bool | None:
        """Say True to let the event through, False to veto it, None if it does not match."""
        found = event.body if self.header == "_body" else event.header(self.header)
        if found is None:
            return None
        wanted = self.value.lstrip("+- ")
        signs = self.value[: len(self.value) - len(wanted)]
        if self.value.startswith("/"):
            hit = patterns.search(self.value, found) is not None
        else:
            hit = found.lower() == wanted.lower()
        if not hit:
            return None
        marks = [c for c in signs if c in "+-"]
        return not (marks and marks[-1] == "-")


@dataclass
class Filters:
    """The filters of one client. Positives are alternatives, any veto is final."""

    entries: list[Filter] = field(default_factory=list)

    def passes(self, event: Heard) -> bool:
        """Say whether an event gets through; without filters, every one does."""
        if not self.entries:
            return True
        verdicts = [entry.matches(event) for entry in self.entries]
        return True in verdicts and False not in verdicts

    def command(self, text: str) -> str:
        """Obey ``filter [add] H V``, ``filter delete H [V]`` and ``filter delete all``.

        What is said of an ``add`` without a value is what FreeSWITCH says. An empty value takes
        the header's filters away, as it does there.
        """
        name, space, value = text.lstrip(" ").partition(" ")
        if name.lower() == "delete" and space:
            name, _, value = value.partition(" ")
            self._delete(name, value)
            return f"+OK filter deleted. [{name}][{value}]"
        if not space:
            return "-ERR invalid syntax"
        if name.lower() == "add":
            name, space, value = value.partition(" ")
            if not space:
                return f"+OK filter added. [{name}]=[(null)]"
        if value:
            self.entries.append(Filter(name, value))
        else:
            self._delete(name, "")
        return f"+OK filter added. [{name}]=[{value}]"

    def _delete(self, name: str, value: str) -> None:
        if name.lower() == "all":
            self.entries.clear()
            return
        self.entries = [
            f
            for f in self.entries
            if f.header.lower() != name.lower() or (value and f.value != value)
        ]


@dataclass
class Subscription:
    """All that decides whether a client gets an event.

    Attributes
    ----------
    known : frozenset of str
        Event names that may be subscribed to besides FreeSWITCH's own.
    format : EventFormat
        How the client wants its events.
    only : str or None
        The one leg to follow (``myevents``); "" for none that exists.
    """

    known: frozenset[str] = frozenset()
    names: set[str] = field(default_factory=set)
    subclasses: set[str] = field(default_factory=set)
    format: EventFormat = EventFormat.PLAIN
    listening: bool = False
    filters: Filters = field(default_factory=Filters)
    only: str | None = None

    @property
    def everything(self) -> bool:
        """Whether every event is taken, unseen."""
        return (
            self.listening
            and "ALL" in self.names
            and not self.filters.entries
            and self.only is None
        )

    def hears(self, name: str) -> bool:
        """Say whether events of that name are subscribed to."""
        return self.listening and ("ALL" in self.names or name in self.names)

    def takes(self, event: Heard) -> bool:
        """Say whether the client gets this event."""
        if not self.hears(event.name):
            return False
        subclass = event.subclass
        if subclass is not None and "ALL" not in self.names and subclass not in self.subclasses:
            return False
        if not self.filters.passes(event):
            return False
        return self.only is None or self._of_mine(event)

    def _of_mine(self, event: Heard) -> bool:
        if self.only and event.header("job-owner-uuid") == self.only:
            return True
        uuid = event.header("unique-id")
        return uuid is not None and self.only in ("", uuid)

    def subscribe(self, text: str) -> str:
        """Obey ``event [FORMAT] NAMES… [CUSTOM subclasses…]``; it adds to what there is.

        Parameters
        ----------
        text : str
            What follows the first blank of the command. Each blank ends a word, so that two of
            them make an empty one; a format counts as the first word only.
        """
        words = text.split(" ")
        if words[0].lower() in list(EventFormat):
            self.format = EventFormat(words[0].lower())
            words = words[1:]
        names, subclasses = named_all(words, self.known)
        if not names:
            return "-ERR no keywords supplied"
        if "ALL" in names:  # by name too: a later `nixevent` leaves the others
            self.names |= EVENT_NAMES | self.known
            self.subclasses |= RESERVED_SUBCLASSES
        self.names |= names
        self.subclasses |= subclasses
        self.listening = True
        return f"+OK event listener enabled {self.format}"

    def unsubscribe(self, text: str) -> str:
        """Obey ``nixevent NAMES…``: CUSTOM takes subclasses away, never the name itself."""
        names, subclasses = named_all(text.split(" "), self.known)
        if not names:
            return "-ERR no keywords supplied"
        if "ALL" in names:
            self.names.clear()
        elif names != {"CUSTOM"}:
            self.names -= (names - {"CUSTOM"}) | {"ALL"}
        self.subclasses -= subclasses
        self.listening = True
        return "+OK events nixed"

    def clear(self) -> str:
        """Obey ``noevents``."""
        if not self.listening:
            return "-ERR not listening for events"
        self.listening = False
        self.names.clear()
        self.subclasses.clear()
        return "+OK no longer listening for events"

    def follow(self, uuid: str) -> None:
        """Obey ``myevents``: hear of one leg; "" follows one that does not exist."""
        self.only = uuid
        self.names |= CALL_EVENTS
        self.listening = True
