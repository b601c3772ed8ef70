"""Single headers out of an event's raw bytes, without reading the rest of it.

Agrees with `switchy_nb.wire.Event` in all it finds: names without regard to case, the first of
duplicates, values decoded only after the lines are split, and nothing found inside a value or a
body. What the values mean is not known here.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from enum import IntEnum

from switchy_nb.errors import ProtocolError
from switchy_nb.wire import Event, Format
from switchy_nb.wire.event import TIME_HEADER, decode_value


class Kind(IntEnum):
    """What a row of a recording is, and how its bytes are written."""

    PLAIN = 0
    JSON = 1
    #: the link came up or went down: written by us as a plain event, so no peer can forge one
    LINK = 2


#: The columns of text that every row has, and the header that each comes from.
TEXT_COLUMNS = {
    "name": "Event-Name",
    "subclass": "Event-Subclass",
    "session": "Unique-ID",
    "direction": "Call-Direction",
    "channel_state": "Channel-State",
    "call_state": "Channel-Call-State",
    "answer_state": "Answer-State",
    "application": "Application",
    "hangup_cause": "Hangup-Cause",
    "job": "Job-UUID",
}
SEQUENCE_HEADER = "Event-Sequence"

#: Later than year 9999 no calendar can say, and 0 is how FreeSWITCH writes "not yet".
LATEST = 253_402_300_799_999_999
_SURROGATE = re.compile("[\ud800-\udfff]")


class Needles:
    """Some headers to look for, made ready once and used for many events.

    Parameters
    ----------
    names : sequence of str
        The headers, in any case.
    """

    __slots__ = ("_plain", "names")

    def __init__(self, names: Sequence[str]) -> None:
        self.names = tuple(names)
        self._plain = [
            b"\n" + name.encode("utf-8", "surrogateescape").lower() + b":" for name in names
        ]

    def find(self, raw: bytes, kind: Kind) -> list[str | None]:
        """Return one value for each name, None where the event has no such header.

        An event that cannot be read (torn, or no JSON) has none of them; this never raises.
        """
        if kind is Kind.JSON:
            return self._find_json(raw)
        end = raw.find(b"\n\n")
        head = raw if end < 0 else raw[:end]
        # One line feed in front makes the first line like all others; `low` is one byte ahead.
        low = b"\n" + head.lower()
        found: list[str | None] = []
        for needle in self._plain:
            at = low.find(needle)
            if at < 0:
                found.append(None)
                continue
            start = at + len(needle) - 1
            if head[start : start + 1] == b" ":
                start += 1
            stop = head.find(b"\n", start)
            found.append(decode_value(head[start:stop] if stop >= 0 else head[start:]))
        return found

    def _find_json(self, raw: bytes) -> list[str | None]:
        event = Event(raw, Format.JSON)
        try:
            return [event.get(name) for name in self.names]
        except (ProtocolError, ValueError, RecursionError):
            return [None] * len(self.names)


def readable(value: str) -> str:
    r"""Make text that a frame can hold of text that may hold stray bytes.

    Arrow and pandas keep strings as UTF-8, so a byte that was none (a surrogate, PEP 383) is
    written out as ``\xff``. The raw bytes, and `Recording.event`, still have it as it came.
    """
    if value.isascii() or not _SURROGATE.search(value):
        return value
    return _SURROGATE.sub(_written_out, value)


def known(value: str | None) -> str | None:
    """Return a value for a frame's column of text: what is empty says nothing, and is missing."""
    return readable(value) if value else None


def whole_number(value: str | None) -> int | None:
    """Read digits, as a sequence number or a status; anything else is None."""
    if value and len(value) <= 18 and value.isascii() and value.isdigit():
        return int(value)
    return None


def microseconds(value: str | None) -> int | None:
    """Read a time in microseconds since the epoch; None where it is unknown or cannot be."""
    number = whole_number(value)
    return number if number and number <= LATEST else None


def own_times(events: Iterable[Event], latest: int | None = None) -> Iterator[int | None]:
    """Give each event's own time (µs), but never one before that of the event ahead of it.

    `latest` is the time of the event ahead of the first.
    """
    needles = Needles([TIME_HEADER])
    for event in events:
        kind = Kind.JSON if event.fmt is Format.JSON else Kind.PLAIN
        moment = microseconds(needles.find(event.raw, kind)[0])
        if moment is not None and (latest is None or moment > latest):
            latest = moment
        yield latest


def _written_out(match: re.Match[str]) -> str:
    code = ord(match.group())
    return f"\\x{code - 0xDC00:02x}" if 0xDC80 <= code <= 0xDCFF else f"\\u{code:04x}"
