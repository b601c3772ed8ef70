"""Which rows of a recording hold something: a name, a leg, a text in any header.

It looks at one segment at a time, so that whoever searches a large recording can stop in between.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from switchy_nb.errors import ProtocolError
from switchy_nb.recording.fields import Kind
from switchy_nb.recording.segment import Segment
from switchy_nb.wire import Event, Format

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    import pyarrow as pa

    Array = np.ndarray[Any, Any]

_DIGITS = "0123456789abcdefABCDEF"
#: whole escapes, and characters that are none
_AHEAD = b"(?s)^(?:[^%]|%[0-9a-fA-F]{2}|%[^0-9a-fA-F]|%[0-9a-fA-F][^0-9a-fA-F])*?"
#: What is looked for is no longer than this.
LONGEST = 200


@dataclass(frozen=True)
class Wanted:
    """What is looked for; nothing given fits every row.

    Attributes
    ----------
    name : str
        Words, of which one must be part of the event's name or subclass, in any case; none of
        those that begin with ``-`` may be.
    leg : str
        Part of the leg's uuid.
    legs : frozenset of str, optional
        The legs, by their uuids.
    text : str
        Part of a header, ``Name: value``, or of the body; in any case.
    """

    name: str = ""
    leg: str = ""
    legs: frozenset[str] | None = None
    text: str = ""

    def __bool__(self) -> bool:
        return bool(self.name.strip() or self.leg or self.text or self.legs is not None)

    def rows(self, segment: Segment, first: int, end: int) -> "Array":
        """Return which of the rows from `first` to before `end` fit, by their numbers."""
        import numpy as np

        start, count = first - segment.first, end - first
        fits = np.ones(count, bool)
        if self.name.strip():
            table = segment.columns(["name", "subclass"]).slice(start, count)
            named = among(table["name"], self._is_named) | among(table["subclass"], self._is_named)
            barred = among(table["name"], self._is_barred)
            barred |= among(table["subclass"], self._is_barred)
            fits &= (named if self._words[0] else True) & ~barred
        if self.leg or self.legs is not None:
            legs = segment.columns(["session"])["session"].slice(start, count)
            fits &= among(legs, self._is_leg)
        places = np.flatnonzero(fits)
        if self.text and len(places):
            places = places[self._holds_text(segment, places + start)]
        return places + first

    @cached_property
    def _words(self) -> tuple[list[str], list[str]]:
        words = self.name[:LONGEST].casefold().replace(",", " ").split()
        barred = [word[1:] for word in words if word.startswith("-") and len(word) > 1]
        return [word for word in words if not word.startswith("-")], barred

    def _is_named(self, name: str) -> bool:
        return any(word in name.casefold() for word in self._words[0])

    def _is_barred(self, name: str) -> bool:
        return any(word in name.casefold() for word in self._words[1])

    def _is_leg(self, uuid: str) -> bool:
        return self.leg.casefold() in uuid.casefold() and (self.legs is None or uuid in self.legs)

    def _holds_text(self, segment: Segment, places: "Array") -> "Array":
        """Say which of some rows, by their places in the segment, have the text."""
        import numpy as np
        import pyarrow as pa
        import pyarrow.compute as pc

        if segment.sealed:
            raws, every = segment.raws()
            raw = raws if len(places) == len(raws) else raws.take(pa.array(places))
            kinds = bytes(every[at] for at in places)
        else:
            rows = segment.rows(int(places[0]), int(places[-1]) + 1)
            chosen = [rows[at - places[0]] for at in places]
            raw = pa.array([row[0] for row in chosen], pa.large_binary())
            kinds = bytes(row[2] for row in chosen)
        found = pc.match_substring_regex(raw, pattern(self.text[:LONGEST]))
        fits: Array = np.array(found.to_numpy(zero_copy_only=False))
        if Kind.JSON in kinds:
            text = self.text[:LONGEST].casefold()
            for at, kind in enumerate(kinds):
                if kind == Kind.JSON:
                    fits[at] = _json_has(raw[at].as_py(), text)
        return fits


def find(events: "pd.DataFrame", segments: Iterable[Segment], wanted: Wanted) -> "pd.DataFrame":
    """Return the rows of the frame `events` that fit, by the segments that they are made of."""
    import numpy as np

    if events.empty:
        return events
    first, end = int(events.index[0]), int(events.index[-1]) + 1
    found = [np.empty(0, "int64")]
    for segment in segments:
        since, upto = max(first, segment.first), min(end, segment.first + len(segment))
        if since < upto:
            found.append(wanted.rows(segment, since, upto))
    return events.loc[np.concatenate(found)]


def among(column: "pa.ChunkedArray", fits: Callable[[str], bool]) -> "Array":
    """Say which rows of a dictionary-encoded column have a text that fits; null never does."""
    import numpy as np

    parts = [np.empty(0, bool)]
    for chunk in column.chunks:
        wanted = [*map(fits, chunk.dictionary.to_pylist()), False]
        parts.append(np.array(wanted, bool)[chunk.indices.fill_null(-1).to_numpy()])
    return np.concatenate(parts)


def pattern(text: str) -> bytes:
    """Write text as a regular expression (RE2, of bytes) that finds it in a plain event.

    Each character may stand there as it is, in either case, or percent-encoded, as FreeSWITCH
    writes most that are neither letters nor digits. All that is ahead of it is read along, lest the
    ``3A`` of an encoded colon be taken for a text.
    """
    return _AHEAD + b"".join(_character(c, text[at : at + 1]) for at, c in enumerate(text, 1))


def _character(char: str, following: str) -> bytes:
    if char == "%":
        # by itself it is no escape only where no two digits follow
        bare = b"%(?:[^0-9a-fA-F]|$)" if not following else b"%"
        return b"%25" if following in _DIGITS and following else b"(?:%25|" + bare + b")"
    ways = []
    for same in dict.fromkeys((char, char.lower(), char.upper())):
        code = same.encode("utf-8", "surrogateescape")
        ways.append(b"".join(b"(?:\\x%02x|%%%s)" % (byte, _hex(byte)) for byte in code))
    return b"(?:" + b"|".join(ways) + b")"


def _hex(byte: int) -> bytes:
    """Write a byte's two hexadecimal digits, letters in either case."""
    return b"".join(b"[%c%c]" % (d, d - 32) if d > 57 else b"%c" % d for d in b"%02x" % byte)


def _json_has(raw: bytes, text: str) -> bool:
    event = Event(raw, Format.JSON)
    try:
        lines = [f"{name}: {value}" for name, value in event.items()]
        return any(text in line.casefold() for line in [*lines, event.body or ""])
    except (ProtocolError, ValueError, RecursionError):
        return False
