"""Where in a text callers, numbers and addresses are: by their places, and by being known.

Works on decoded bytes, so that places are places in what was sent. How a value is written in an
event is in `redact_events`; what comes instead, in `redact_standins`.
"""

import ipaddress
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum

from switchy_nb.recording.redact_headers import NOBODY, is_common, is_party
from switchy_nb.recording.redact_standins import LONG, UUID, Address, folded

#: Names of fewer bytes are replaced only where callers stand; of fewer than `_WHOLE` only where they
#: stand alone, and not inside another word.
SHORTEST, _WHOLE = 3, 6
#: Numbers of fewer digits are replaced only where callers stand.
SHORT = 3


class What(Enum):
    """What was found."""

    NUMBER = "number"
    TEXT = "text"
    ADDRESS = "address"
    DIGITS = "digits"


@dataclass(frozen=True, slots=True)
class Span:
    """A place in a text, and what is there."""

    start: int
    end: int
    what: What


_HOST = rb"(?:\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9_][A-Za-z0-9._-]*)"
#: ``user@host`` and ``user:secret@host``; FreeSWITCH also writes codecs so (``PCMU@8000h``).
_USER_AT = re.compile(
    rb"(?<![^\s\"'<>@:/,;|\[\](){}=&\\])(?:(?:sips?|im|pres|mailto):)?"
    rb"([^\s\"'<>@:/,;|\[\](){}=&\\]{1,64})(?::([^\s@<>\"]{1,64}))?"
    rb"@(?!\d+[hicb](?![A-Za-z0-9.]))" + _HOST
)
#: places of a user without a host
_USERS = [
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rb"\btel:(\+?[\d.()-]+)",
        rb"sofia/gateway/[^/\s,|]+/(\+?[^@\s/,|&\"'\[\]{}()]+)(?!@)",
        rb"sofia/(?!gateway/)[^/\s,|]+/(\+?[^@\s/,|&\"'\[\]{}():]+)(?![^\s,|&]{0,128}@)",
        rb"\b(?:loopback|user)/(\+?[^@\s/,|&\"'\[\]{}()]+?)(?=-[ab]\b|[@\s/,|&\"'\[\]{}()]|$)",
        rb"\"[^\"]*\"\s*<(\+?[^<>:@\s]+)>",
        rb"uuid_transfer \S{1,64} (?:-\S{1,16} )?'?(\+?[\w*#.-]+)",
        rb"(?m)^o=(?!-\s|FreeSWITCH\s)(\S+) \d+ \d+ IN IP",
        rb"(?m)^p=(\+?[\d][\d ().-]+)",
        rb"(?<![\w+])\+(\d{5,17})(?!\d)",
    )
]
_DISPLAYS = [
    re.compile(rb"\"((?:[^\"\\]|\\.)*)\"\s*<"),
    re.compile(rb"(?:^|[\r\n,:])[ \t]*([^\"<>@:;,=\s][^\"<>@:;,=\r\n]{0,127}?)[ \t]{0,8}<sips?:"),
]
#: ``name=value`` in a dial string, ``Name: value`` and ``"name":"value"`` in a dump, ``<name>``
_FIELDS = [
    re.compile(rb"(?<![\w.-])([A-Za-z_][\w.-]{0,127})=('[^']*'|[^,}\]>\r\n;&]*)"),
    re.compile(rb"(?m)^([A-Za-z_][\w.-]*):[ \t]*([^\r\n]*)"),
    re.compile(rb"\"([A-Za-z_][\w.-]*)\"\s*:\s*\"((?:[^\"\\]|\\.)*)\""),
    re.compile(rb"<([A-Za-z_][\w.-]*)>([^<]*)</"),
    re.compile(rb"uuid_setvar\S{0,16} \S{1,64} (\S{1,128}) ([^\r\n]*)"),
    re.compile(rb"\A[0-9a-fA-F-]{36} ([a-z]\w*) ([^\r\n]*)"),
]
_V4 = re.compile(rb"(?<![\d.])\d{1,3}(?:\.\d{1,3}){3}(?!\d|\.\d)")
_V6 = re.compile(
    rb"(?<![\w:.])(?:[0-9A-Fa-f]{0,4}:){2,7}(?:\d{1,3}(?:\.\d{1,3}){3}|[0-9A-Fa-f]{0,4})(?![\w:])"
)
_NUMBER = re.compile(rb"[*#]{0,2}\+?\(?\d(?:[\d .()/-]*\d)?[#]?")
_RUN = re.compile(rb"\d{%d,}" % SHORT)
_FORMATTED = re.compile(rb"(?<![\w.])\(?\d(?:[ ().-]{0,2}\d){6,17}(?!\w)")
_ITEMS = re.compile(rb"(?:ARRAY::|\|:)?((?:(?!\|:).)*)", re.DOTALL)
#: what a text has in it that holds more than one value
_PUNCTUATED = re.compile(rb"[:/<+= ]")
_AROUND = b" \t\r\n'\"<>"
_WORD = rb"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"


def party(value: bytes) -> What | None:
    """Say whether a caller is called by a number or a name; None if it is nobody's."""
    bare = value.strip()
    if bare.lower() in NOBODY or UUID.fullmatch(bare):
        return None
    digits = digits_of(bare)
    if _NUMBER.fullmatch(bare):
        return What.NUMBER if digits.strip(b"0") else None
    return What.TEXT


def digits_of(value: bytes) -> bytes:
    """Return the digits of a number, however it is written."""
    return bytes(byte for byte in value if 0x30 <= byte <= 0x39)


def address_of(text: bytes) -> Address | None:
    """Read an address; None if it is none, or nobody's (``0.0.0.0``, ``::``)."""
    try:
        if b":" in text:
            address: Address = ipaddress.IPv6Address(text.decode())
        else:
            parts = [str(int(part)) for part in text.split(b".")]  # 010 is no octal number here
            address = ipaddress.IPv4Address(".".join(parts))
    except ValueError:
        return None
    return None if address.is_unspecified else address


def _trimmed(text: bytes, start: int, end: int) -> tuple[int, int]:
    """Leave out blanks and quotes around a name."""
    raw = text[start:end]
    first = start + len(raw) - len(raw.lstrip(_AROUND))
    return first, max(first, end - (len(raw) - len(raw.rstrip(_AROUND))))


def _named(text: bytes, pattern: re.Pattern[bytes]) -> Iterator[Span]:
    """Find who is named by what a pattern's group holds."""
    for match in pattern.finditer(text):
        start, end = _trimmed(text, *match.span(1))
        what = party(text[start:end])
        if what is not None:
            yield Span(start, end, what)


def _whole(text: bytes, start: int, end: int) -> Iterator[Span]:
    """Find who is named by a whole value, or each item of a list."""
    for item in _ITEMS.finditer(text, start, end):
        first, last = _trimmed(text, *item.span(1))
        value = text[first:last]
        if b"@" in value or b"<" in value or b"sofia/" in value or not value:
            continue  # the user in it is found by its place
        if address_of(value) is None:
            what = party(value)
            if what is not None:
                yield Span(first, last, what)


def _fields(
    text: bytes, pattern: re.Pattern[bytes], chosen: Callable[[str], bool]
) -> Iterator[Span]:
    """Find who is named by the fields of a dial string, or of an event that is told in a text."""
    for match in pattern.finditer(text):
        name = match[1].decode("ascii", "replace")
        if chosen(name) or chosen(f"variable_{name}"):
            if match[2].strip():
                yield Span(*match.span(2), What.NUMBER if match[2].isdigit() else What.TEXT)
        elif is_party(name):
            yield from _whole(text, *match.span(2))


def places(text: bytes, header: str, chosen: Callable[[str], bool]) -> list[Span]:
    """Find what stands where callers and addresses stand, without overlaps, in order.

    Parameters
    ----------
    text : bytes
        A value.
    header : str
        Whose value it is.
    chosen : callable
        Whether a header's values are to be replaced whatever they are.
    """
    found: list[Span] = []
    if chosen(header) and text.strip() and text != b"_undef_":
        what = What.NUMBER if text.isdigit() else What.TEXT
        return [Span(0, len(text), what)]
    if is_party(header):
        found += _whole(text, 0, len(text))
    if b"@" in text:
        found += _named(text, _USER_AT)
        # the secret that may go with the user
        found += [Span(*m.span(2), What.TEXT) for m in _USER_AT.finditer(text) if m[2]]
    if _PUNCTUATED.search(text):
        for pattern in _USERS:
            found += _named(text, pattern)
        if b"<" in text:
            for pattern in _DISPLAYS:
                found += _named(text, pattern)
        for pattern in _FIELDS:
            found += _fields(text, pattern, chosen)
    found += [Span(*m.span(), What.ADDRESS) for m in _V4.finditer(text) if address_of(m[0])]
    if b":" in text:
        found += [Span(*m.span(), What.ADDRESS) for m in _V6.finditer(text) if address_of(m[0])]
    return _apart(found)


def _apart(found: list[Span]) -> list[Span]:
    """Drop what overlaps something longer that begins before it."""
    kept: list[Span] = []
    for span in sorted(found, key=lambda span: (span.start, -span.end)):
        if span.start < span.end and (not kept or span.start >= kept[-1].end):
            kept.append(span)
    return kept


class Known:
    """All that was found at its place, to be found elsewhere too."""

    def __init__(self) -> None:
        self.numbers: set[bytes] = set()
        self.texts: set[bytes] = set()
        self._spelled: set[bytes] = set()
        self._lengths: list[int] = []
        self._by_prefix: dict[bytes, list[bytes]] = {}
        self._prefixes: re.Pattern[bytes] | None = None
        #: names of words that FreeSWITCH uses too
        self.common: set[bytes] = set()

    def add(self, value: bytes, what: What) -> None:
        """Take in a value that stands where callers stand."""
        if what is What.NUMBER:
            self.numbers.add(digits_of(value))
        elif what is What.TEXT:
            self.texts.add(folded(value))
            self._spelled.add(value)

    def close(self) -> None:
        """Make ready to search; nothing is added any more."""
        self._lengths = sorted({len(n) for n in self.numbers if len(n) >= LONG}, reverse=True)
        searched: set[bytes] = set()
        self.common = {value for value in self.texts if is_common(value)}
        for value in self._spelled:
            if len(value) >= SHORTEST and folded(value) not in self.common:
                text = value.decode("utf-8", "surrogateescape")
                forms = (text, text.lower(), text.upper(), text.title())
                searched |= {_lowered(f.encode("utf-8", "surrogateescape")) for f in forms}
        for form in sorted(searched, key=len, reverse=True):
            self._by_prefix.setdefault(form[:SHORTEST], []).append(form)
        if self._by_prefix:
            self._prefixes = re.compile(_any_of(sorted(self._by_prefix)))

    def find_texts(self, text: bytes) -> Iterator[Span]:
        """Find known names in a text."""
        if self._prefixes is None:
            return
        low = _lowered(text)
        at = 0
        while (hit := self._prefixes.search(low, at)) is not None:
            at = hit.start()
            for form in self._by_prefix[low[at : at + SHORTEST]]:
                if low.startswith(form, at) and (
                    len(form) >= _WHOLE or _alone(low, at, at + len(form))
                ):
                    yield Span(at, at + len(form), What.TEXT)
                    at += len(form)
                    break
            else:
                at += 1

    def find_numbers(self, text: bytes, *, short: bool) -> Iterator[Span]:
        """Find known numbers in a text: long ones also inside other digits, short ones alone."""
        for run in _RUN.finditer(text):
            digits = run[0]
            if len(digits) >= LONG:
                if digits in self.numbers:
                    yield Span(*run.span(), What.NUMBER)
                else:
                    yield from self._inside(digits, run.start())
            elif short and digits in self.numbers and _is_token(text, *run.span()):
                yield Span(*run.span(), What.NUMBER)
        for formatted in _FORMATTED.finditer(text):
            if not formatted[0].isdigit() and digits_of(formatted[0]) in self.numbers:
                yield Span(*formatted.span(), What.NUMBER)

    def _inside(self, digits: bytes, offset: int) -> Iterator[Span]:
        at = 0
        while at <= len(digits) - LONG:
            for length in self._lengths:
                if at + length <= len(digits) and digits[at : at + length] in self.numbers:
                    yield Span(offset + at, offset + at + length, What.NUMBER)
                    at += length
                    break
            else:
                at += 1

    def holds(self, text: bytes) -> bool:
        """Whether a text holds anything that is known."""
        return (
            text in self.numbers
            or any(True for _ in self.find_numbers(text, short=True))
            or any(True for _ in self.find_texts(text))
        )


def _any_of(prefixes: list[bytes]) -> bytes:
    """Write a pattern for any of some texts of three bytes, that is quick however many they are."""
    tree: dict[bytes, dict[bytes, list[bytes]]] = {}
    for prefix in prefixes:
        tree.setdefault(prefix[:1], {}).setdefault(prefix[1:2], []).append(prefix[2:3])

    def one_of(choices: list[bytes]) -> bytes:
        return b"[" + b"".join(b"\\x%02x" % c[0] for c in choices) + b"]"

    branches = []
    for first, seconds in tree.items():
        inner = b"|".join(one_of([s]) + one_of(thirds) for s, thirds in seconds.items())
        branches.append(one_of([first]) + b"(?:" + inner + b")")
    return b"|".join(branches)


def _lowered(text: bytes) -> bytes:
    """Write a text in small letters, each of which takes as many bytes as before."""
    if text.isascii():
        return text.lower()
    made = []
    for letter in text.decode("utf-8", "surrogateescape"):
        before = letter.encode("utf-8", "surrogateescape")
        after = letter.lower().encode("utf-8", "surrogateescape")
        made.append(after if len(after) == len(before) else before)
    return b"".join(made)


def _alone(text: bytes, start: int, end: int) -> bool:
    before, after = text[start - 1 : start] if start else b"", text[end : end + 1]
    return not (before and before in _WORD) and not (after and after in _WORD)


def _is_token(text: bytes, start: int, end: int) -> bool:
    """Whether digits stand for themselves: not in a word, a date, a fraction or a port."""
    before, after = text[max(0, start - 2) : start], text[end : end + 2]
    if before[-1:].isalnum() or after[:1].isalnum() or before[-1:] in (b":", b"."):
        return False
    if len(before) == 2 and before[1:] in b"-." and before[:1].isdigit():
        return False
    return not (len(after) == 2 and after[:1] in b"-." and after[1:].isdigit())
