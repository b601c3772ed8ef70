"""What one client wants to hear: event names, subclasses of CUSTOM, and filters on headers."""

import re
from dataclasses import dataclass, field

from switchy_nb.simswitch import events
from switchy_nb.simswitch.events import EventFormat, SwitchEvent

#: what ``myevents`` subscribes to
_MY_EVENTS = events.words(
    """CHANNEL_ANSWER CHANNEL_APPLICATION CHANNEL_BRIDGE CHANNEL_CREATE CHANNEL_DATA
    CHANNEL_DESTROY CHANNEL_EXECUTE CHANNEL_EXECUTE_COMPLETE CHANNEL_HANGUP
    CHANNEL_HANGUP_COMPLETE CHANNEL_ORIGINATE CHANNEL_UUID CHANNEL_OUTGOING CHANNEL_PARK
    CHANNEL_PROGRESS CHANNEL_PROGRESS_MEDIA CHANNEL_STATE CHANNEL_UNBRIDGE CHANNEL_UNPARK
    DETECTED_SPEECH DTMF NOTALK TALK"""
)


@dataclass(frozen=True)
class Filter:
    """One filter: a header and what it is compared to; a veto if it is negative."""

    header: str
    value: str

    def matches(self, event: SwitchEvent) -> bool | None:
        """Say True to let the event through, False to veto it, None if it does not match."""
        found = event.header(self.header)
        if found is None:
            return None
        wanted = self.value.lstrip("+- ")
        signs = self.value[: len(self.value) - len(wanted)]
        if self.value.startswith("/"):
            hit = _regex(self.value, found)
        else:
            hit = found.lower() == wanted.lower()
        if not hit:
            return None
        marks = [c for c in signs if c in "+-"]
        return not (marks and marks[-1] == "-")


def _regex(pattern: str, text: str) -> bool:
    """Match ``/pattern/flags``; a pattern that cannot be read matches nothing."""
    body, _, flags = pattern[1:].rpartition("/")
    if not body:
        body, flags = pattern[1:], ""
    try:
        return re.search(body, text, re.I if "i" in flags else 0) is not None
    except re.error:
        return False


@dataclass
class Filters:
    """The filters of one client. Positives are alternatives, any veto is final."""

    entries: list[Filter] = field(default_factory=list)

    def passes(self, event: SwitchEvent) -> bool:
        """Say whether an event gets through; without filters, every one does."""
        if not self.entries:
            return True
        passed = False
        for entry in self.entries:
            match = entry.matches(event)
            if match is False:
                return False
            passed = passed or match is True
        return passed

    def command(self, text: str) -> str:
        """Obey ``filter [add] H V``, ``filter delete H [V]`` and ``filter delete all``."""
        name, space, value = text.partition(" ")
        if name.lower() == "delete" and space:
            name, _, value = value.partition(" ")
            if name.lower() == "all":
                self.entries.clear()
            else:
                self.entries = [
                    f
                    for f in self.entries
                    if f.header.lower() != name.lower() or (value and f.value != value)
                ]
            return f"+OK filter deleted. [{name}][{value}]"
        if not space or name.lower() == "delete":
            return "-ERR invalid syntax"
        if name.lower() == "add":
            name, _, value = value.partition(" ")
        self.entries.append(Filter(name, value))
        return f"+OK filter added. [{name}]=[{value}]"


@dataclass
class Subscription:
    """All that decides whether a client gets an event."""

    names: set[str] = field(default_factory=set)
    subclasses: set[str] = field(default_factory=set)
    every_subclass: bool = False
    format: EventFormat = EventFormat.PLAIN
    listening: bool = False
    filters: Filters = field(default_factory=Filters)
    #: the one channel to follow (``myevents``); "" for none that exists
    only: str | None = None

    def takes(self, event: SwitchEvent) -> bool:
        """Say whether the client gets this event."""
        if not self.listening:
            return False
        wanted = "ALL" in self.names or event.name in self.names
        if not wanted:
            return False
        if event.subclass is not None and "ALL" not in self.names:
            wanted = self.every_subclass or event.subclass in self.subclasses
        if self.only is not None:
            uuid = event.header("unique-id")
            wanted = wanted and uuid is not None and self.only in ("", uuid)
        return wanted and self.filters.passes(event)

    def subscribe(self, words: list[str]) -> str:
        """Obey ``event [FORMAT] NAMES… [CUSTOM subclasses…]``; it adds to what there is."""
        if words and words[0].lower() in ("plain", "json", "xml"):
            self.format = EventFormat(words[0].lower())
            words = words[1:]
        names, subclasses = _names(words)
        if not names:
            return "-ERR no keywords supplied"
        self.names |= names
        self.subclasses |= subclasses
        self.every_subclass = self.every_subclass or "ALL" in names
        self.listening = True
        return f"+OK event listener enabled {self.format.value}"

    def unsubscribe(self, words: list[str]) -> str:
        """Obey ``nixevent NAMES…``."""
        names, subclasses = _names(words)
        if not names:
            return "-ERR no keywords supplied"
        if "ALL" in names:
            self.names.clear()
        else:
            if "ALL" in self.names:
                self.names = set(events.NAMES) - {"ALL"}
                self.every_subclass = True
            self.names -= names - {"CUSTOM"}
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
        self.every_subclass = False
        return "+OK no longer listening for events"

    def follow(self, uuid: str) -> None:
        """Obey ``myevents``."""
        self.only = uuid
        self.names |= _MY_EVENTS
        self.listening = True


def _names(words: list[str]) -> tuple[set[str], set[str]]:
    """Read event names; after CUSTOM, everything is a subclass."""
    names: set[str] = set()
    for at, word in enumerate(words):
        if word.upper() in events.NAMES:
            names.add(word.upper())
        if word.upper() == "CUSTOM":
            return names, set(words[at + 1 :])
    return names, set()
