"""One event, as a lazy view of the bytes that FreeSWITCH sent.

Nothing is parsed until somebody asks, and the bytes are kept as they came, so a recorded event can
always be read again in full. Framing is not here (see `parser`).
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from enum import Enum
from functools import lru_cache
from typing import Any
from urllib.parse import quote, unquote_to_bytes

from switchy_nb.errors import ProtocolError

#: how FreeSWITCH writes an empty value in a plain event
UNDEFINED = b"_undef_"
#: the name of an event that waits on a leg
QUEUED = "COMMAND"
#: when FreeSWITCH made an event, in µs since the epoch
TIME_HEADER = "Event-Date-Timestamp"
#: how FreeSWITCH begins every plain event, and names that say that there is more to read
_NAMED = b"Event-Name: "
_UNUSUAL = frozenset({QUEUED.encode(), UNDEFINED})
#: so many headers of one event are sought before all of it is read
_SOUGHT = 16
_SAFE = " !\"#$&'()*+,/:;<=>?@[\\]^_`{|}~-."
_HALF = re.compile("[\ud800-\udc7f\udd00-\udfff]")
_ARRAY = "ARRAY::"
_ARRAY_SEPARATOR = "|:"

#: Where the headers are: a name in lower case → its first line, and → its later lines if it comes
#: again. Lines stay encoded: most are never asked for, and bytes cost the garbage collector nothing.
_Index = tuple[dict[bytes, bytes], dict[bytes, list[bytes]]]


class Format(Enum):
    """The formats in which events are understood. XML is not one of them."""

    PLAIN = "plain"
    JSON = "json"


class Event(Mapping[str, str]):
    """An event's headers, read on demand from its own bytes.

    A read-only mapping of header names to values. Names are looked up without regard to case;
    of a name that comes twice the mapping holds the first, and `getall` has them all.

    Values are percent-decoded only after the lines are split, so that no value can become another
    header. Bytes that are not UTF-8 survive as surrogates (PEP 383).

    Parameters
    ----------
    raw : bytes
        The event's own bytes: for a plain event its header lines, an empty line and the body;
        for JSON the object.
    fmt : Format
        How `raw` is written.
    """

    __slots__ = ("_body", "_index", "_name", "_sought", "fmt", "raw")

    def __init__(self, raw: bytes, fmt: Format = Format.PLAIN) -> None:
        self.raw = raw
        self.fmt = fmt
        self._index: _Index | None = None
        self._body: str | None = None
        self._name: str | None = None
        self._sought: dict[bytes, str | None] | None = None

    @classmethod
    def make(cls, pairs: Iterable[tuple[str, str]], body: str | None = None) -> "Event":
        """Write a plain event from names and values, which may hold any text.

        Parameters
        ----------
        pairs : iterable of (str, str)
            Header names and values, in order. Values are percent-encoded where they must be.
        body : str, optional
            What follows the headers; its ``Content-Length`` is added.

        Raises
        ------
        ProtocolError
            If a name holds a colon, a line break or nothing at all.
        """
        lines = []
        for name, value in pairs:
            if not name or any(c in name for c in ":\r\n"):
                raise ProtocolError(f"{name!r} cannot be the name of a header")
            lines.append(f"{name}: {_encode(value)}\n".encode("utf-8", "surrogateescape"))
        tail = b"" if body is None else body.encode("utf-8", "surrogateescape")
        if body is not None:
            lines.append(b"Content-Length: %d\n" % len(tail))
        return cls(b"".join(lines) + b"\n" + tail)

    @property
    def _headers(self) -> "_Index":
        if self._index is None:
            read = _read_json if self.fmt is Format.JSON else _read_plain
            self._index, self._body = read(self.raw)
        return self._index

    @property
    def body(self) -> str | None:
        """What follows the headers, or None."""
        if self._index is None:
            _ = self._headers
        return self._body

    @property
    def name(self) -> str:
        """The event's name, such as ``CHANNEL_ANSWER``; empty if it has none.

        A command that waited on a leg is fired as ``PRIVATE_COMMAND``, and subscribed to as that;
        FreeSWITCH leaves in front of it the name by which it waited, ``COMMAND``.
        """
        if self._name is None:
            self._name = self._read_name()
        return self._name

    def _read_name(self) -> str:
        if self._index is None and self.fmt is Format.PLAIN and self.raw.startswith(_NAMED):
            first = self.raw[len(_NAMED) : self.raw.find(b"\n")]
            if first not in _UNUSUAL and b"%" not in first and first:
                return text(first)
        name = str(self.get("Event-Name", ""))
        return self.getall("Event-Name")[-1] if name == QUEUED else name

    @property
    def subclass(self) -> str | None:
        """What kind of ``CUSTOM`` event it is, such as ``sofia::register``."""
        subclass: str | None = self.get("Event-Subclass")
        return subclass

    @property
    def moment(self) -> int:
        """When the switch made it, by its own clock: µs since the epoch; 0 if that is unknown."""
        stamp = self.get(TIME_HEADER, "")
        return int(stamp) if stamp.isascii() and stamp.isdigit() and len(stamp) < 19 else 0

    def getall(self, name: str) -> list[str]:
        """All values of a header, in the order in which they came; empty if there is none."""
        key = key_of(name)
        first, later = self._headers
        lines = [first[key], *later.get(key, ())] if key in first else []
        return [_value(line, len(key)) for line in lines]

    def array(self, name: str) -> list[str]:
        """Split a list's value (``ARRAY::a|:b``); a plain value is a list of one, none is empty.

        Raises
        ------
        KeyError
            If the event has no such header.
        """
        value = self[name]
        if value.startswith(_ARRAY):
            return value[len(_ARRAY) :].split(_ARRAY_SEPARATOR)
        return [value] if value else []

    def __getitem__(self, name: str) -> str:
        value = self._first(name)
        if value is None:
            raise KeyError(name)
        return value

    def _first(self, name: str) -> str | None:
        """Return a header's first value. The first few are sought: reading all takes far longer."""
        key = key_of(name)
        if self._index is None and self.fmt is Format.PLAIN:
            sought = self._sought
            if sought is None:
                sought = self._sought = {}
            elif key in sought:
                return sought[key]
            if len(sought) < _SOUGHT:
                line = _seek(self.raw, name.encode("utf-8", "surrogateescape"), key)
                value = sought[key] = None if line is None else _value(line, len(key))
                return value
        line = self._headers[0].get(key)
        return None if line is None else _value(line, len(key))

    def get(self, name: str, default: Any = None) -> Any:
        """The header's value, or `default`."""
        value = self._first(name)
        return default if value is None else value

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and key_of(name) in self._headers[0]

    def __iter__(self) -> Iterator[str]:
        return (text(line[: len(key)]) for key, line in self._headers[0].items())

    def __len__(self) -> int:
        return len(self._headers[0])

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Event):
            return NotImplemented
        return self.raw == other.raw and self.fmt is other.fmt

    def __hash__(self) -> int:
        return hash(self.raw)

    def __reduce__(self) -> tuple[Any, ...]:
        return Event, (self.raw, self.fmt)

    def __repr__(self) -> str:
        return f"<Event {self.subclass or self.name or '(no name)'}, {len(self.raw)} bytes>"


def text(value: bytes) -> str:
    """Decode what a switch sent: UTF-8, with all other bytes kept as surrogates."""
    return value.decode("utf-8", "surrogateescape")


def decode_value(value: bytes) -> str:
    """Decode one value of a plain event: percent-escapes, then UTF-8."""
    if value == UNDEFINED:
        return ""
    return text(unquote_to_bytes(value) if b"%" in value else value)


def _encode(value: str) -> str:
    if not value:
        return UNDEFINED.decode()
    try:
        return quote(value, safe=_SAFE, errors="surrogateescape")
    except UnicodeEncodeError:
        # half of a surrogate pair, as JSON can hold: no character, and no byte's stand-in either
        return quote(_HALF.sub("\ufffd", value), safe=_SAFE, errors="surrogateescape")


@lru_cache(1024)
def key_of(name: str) -> bytes:
    """The name of a header, as names are compared."""
    return name.encode("utf-8", "surrogateescape").lower()


def _seek(raw: bytes, name: bytes, key: bytes) -> bytes | None:
    """Find the first line of a header in a plain event, without reading the others.

    FreeSWITCH spells its headers in one way, so that spelling is looked for first.
    """
    at = raw.find(b"\n" + name + b":")
    before = (raw if at < 0 else raw[: at + 1]).lower()
    gap = before.find(b"\n\n")
    if before.startswith(key + b":"):
        start = 0
    else:
        other = before.find(b"\n" + key + b":")
        start = (at if other < 0 else other) + 1
        if start == 0 or 0 <= gap < start - 1:
            return None
    stop = raw.find(b"\n", start)
    return raw[start:] if stop < 0 else raw[start:stop]


def _value(line: bytes, width: int) -> str:
    """Read the value behind a name of `width` bytes, a colon and at most one space."""
    start = width + 2 if line[width + 1 : width + 2] == b" " else width + 1
    return decode_value(line[start:])


def _index(lines: Iterable[bytes]) -> _Index:
    first: dict[bytes, bytes] = {}
    later: dict[bytes, list[bytes]] = {}
    for line in lines:
        colon = line.find(b":")
        if colon < 0:
            continue  # a torn or empty line carries no header; the raw bytes still hold it
        key = line[:colon].lower()
        if key in first:
            later.setdefault(key, []).append(line)
        else:
            first[key] = line
    return first, later


def _read_plain(raw: bytes) -> tuple[_Index, str | None]:
    head, gap, rest = raw.partition(b"\n\n")
    found = _index(head.split(b"\n"))
    return found, text(rest) if gap and b"content-length" in found[0] else None


def _read_json(raw: bytes) -> tuple[_Index, str | None]:
    try:
        pairs = json.loads(text(raw), object_pairs_hook=_Pairs, strict=False)
    except (ValueError, RecursionError) as exc:
        raise ProtocolError(f"this is no JSON event: {exc}; it begins {raw[:60]!r}") from exc
    if not isinstance(pairs, _Pairs):
        raise ProtocolError(f"a JSON event must be an object; this begins {raw[:60]!r}")
    lines = []
    body = None
    for name, value in pairs:
        if isinstance(value, list) and not isinstance(value, _Pairs):
            value = _ARRAY + _ARRAY_SEPARATOR.join(str(v) for v in value)
        value = value if isinstance(value, str) else json.dumps(value)
        if name == "_body":
            body = value
        elif name and ":" not in name:
            # written as a plain event's lines are, so that one reader serves both formats
            lines.append(
                f"{_HALF.sub('?', name)}: {_encode(value)}".encode("utf-8", "surrogateescape")
            )
    return _index(lines), body


class _Pairs(list[tuple[str, object]]):
    """An object's pairs in order: a dict would drop the first of duplicates."""
