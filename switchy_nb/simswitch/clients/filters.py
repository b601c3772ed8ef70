"""What one client wants to hear: event names, subclasses of CUSTOM, and filters on headers."""

from dataclasses import dataclass, field

from switchy_nb.simswitch import events
from switchy_nb.simswitch.clients import patterns
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
    """All that decides whether a client gets an event."""

    names: set[str] = field(default_factory=set)
    subclasses: set[str] = field(default_factory=set)
    format: EventFormat = EventFormat.PLAIN
    listening: bool = False
    filters: Filters = field(default_factory=Filters)
    #: the one channel to follow (``myevents``); "" for none that exists
    only: str | None = None

    def hears(self, name: str) -> bool:
        """Say whether events of that name are subscribed to."""
        return self.listening and ("ALL" in self.names or name in self.names)

    def takes(self, event: SwitchEvent) -> bool:
        """Say whether the client gets this event."""
        if not self.hears(event.name):
            return False
        if (
            event.subclass is not None
            and "ALL" not in self.names
            and event.subclass not in self.subclasses
        ):
            return False
        if not self.filters.passes(event):
            return False
        return self.only is None or self._of_mine(event)

    def _of_mine(self, event: SwitchEvent) -> bool:
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
        if words[0].lower() in ("plain", "json", "xml"):
            self.format = EventFormat(words[0].lower())
            words = words[1:]
        names, subclasses = _names(words)
        if not names:
            return "-ERR no keywords supplied"
        if "ALL" in names:
            names |= events.NAMES
            subclasses |= events.SUBCLASSES
        self.names |= names
        self.subclasses |= subclasses
        self.listening = True
        return f"+OK event listener enabled {self.format.value}"

    def unsubscribe(self, text: str) -> str:
        """Obey ``nixevent NAMES…``: CUSTOM takes subclasses away, never the name itself."""
        names, subclasses = _names(text.split(" "))
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
        """Obey ``myevents``."""
        self.only = uuid
        self.names |= _MY_EVENTS
        self.listening = True


#: FreeSWITCH knows its event names with a prefix of this length too (``SWITCH_EVENT_``)
_PREFIX = 13


def named(word: str) -> str | None:
    """Find the event name that a word stands for, in whatever case."""
    word = word.upper()
    if word in events.NAMES:
        return word
    return word[_PREFIX:] if word[_PREFIX:] in events.NAMES else None


def _names(words: list[str]) -> tuple[set[str], set[str]]:
    """Read event names; after CUSTOM, everything is a subclass."""
    names: set[str] = set()
    for at, word in enumerate(words):
        name = named(word)
        if name is not None:
            names.add(name)
        if name == "CUSTOM":
            return names, set(words[at + 1 :])
    return names, set()
