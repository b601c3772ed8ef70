"""One value redacted: decoded as often as it was encoded, searched, and written back in its place.

Only what is replaced changes; every other byte stays as it was written.
"""

import json
import re
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple
from urllib.parse import quote_from_bytes, unquote_to_bytes

from switchy_nb.recording.redact_headers import holds_digits, is_own, is_plain_value, may_be_secret
from switchy_nb.recording.redact_standins import LONG, UUID, StandIns, folded, written
from switchy_nb.recording.redact_text import (
    SHORTEST,
    Known,
    Span,
    What,
    address_of,
    digits_of,
    places,
)

#: A value may be encoded again and again on its way; deeper than this nobody looks.
_DEPTH = 4
_PERCENT = re.compile(rb"%[0-9A-Fa-f]{2}")
_PERCENT_PIECES = re.compile(rb"(%[0-9A-Fa-f]{2})|[^%]+|%")
_JSON_PIECES = re.compile(rb"(\\u[dD][89abAB]..\\u[dD][c-fC-F]..|\\u....|\\.)|[^\\]+|\\", re.DOTALL)
_DIALLED = [
    re.compile(rb"_dtmf (?:[0-9a-fA-F-]{36} )?([0-9*#A-Dw]+)"),
    re.compile(rb"_dtmf[ :]+([0-9*#A-Dw]+)"),
    re.compile(rb"(?m)^Signal ?= ?([0-9*#A-D])"),
]
_DIALLED_ALONE = re.compile(rb"(?:[0-9a-fA-F-]{36} )?([0-9*#A-Dw]+)(?:@\d+)?")
_HOST = re.compile(rb"(?:@|sips?:)(?![\d.]+(?![\w.-]))((?=[\w.-]*[A-Za-z])[\w-]+(?:\.[\w-]+)+)")
_LOOSE = re.compile(rb"(?<![\w.])(?!0+(?!\d))\d{%d,17}(?![\w]|\.\d)" % LONG)
_WORDS = re.compile(rb"[a-z\x80-\xff]{4,}")

HOST = "the name of a host; left as it is: give the header to `headers` to have it replaced"
LOOSE = f"{LONG} digits or more that are no caller's number anywhere; left as they are"
SHORT_NUMBER = (
    "digits that are a caller's short number elsewhere; replaced, but may count something"
)
COMMON = "a word by which a caller is called elsewhere; left as it is: FreeSWITCH uses it too"
TINY = f"a caller's name of fewer than {SHORTEST} letters; replaced only where callers stand"
SECRET = "its name says that it may hold a secret; left as it is"
DIALLED = "digits that somebody dialled; left as they are: digits=True replaces them"
PART = "a word that is part of a caller's name; left as it is"
FREE_TEXT = "a text that anybody may have written; only what is known was replaced in it"


class Layer(NamedTuple):
    """A value decoded some times: the text, and where each of its bytes begins in the value."""

    text: bytes
    starts: "range | list[int]"


def plain_layers(value: bytes) -> Iterator[Layer]:
    """Decode a plain event's value, once and as often as there is something to decode."""
    yield from _deeper(_unquoted(Layer(value, range(len(value) + 1))))


def text_layers(value: bytes) -> Iterator[Layer]:
    """Give a text that is not encoded; what is encoded inside of it after that."""
    yield from _deeper(Layer(value, range(len(value) + 1)))


def json_layers(value: bytes) -> Iterator[Layer]:
    """Decode what stands between the quotes of a JSON string."""
    if b"\\" not in value:
        yield from text_layers(value)
        return
    text = bytearray()
    starts: list[int] = []
    for piece in _JSON_PIECES.finditer(value):
        if piece[1] is None:
            text += piece[0]
            starts += range(piece.start(), piece.end())
            continue
        try:
            said = json.loads(b'"' + piece[0] + b'"').encode("utf-8", "surrogatepass")
        except ValueError:
            said = piece[0]
        text += said
        starts += [piece.start()] * len(said)
    yield from _deeper(Layer(bytes(text), [*starts, len(value)]))


def _deeper(layer: Layer) -> Iterator[Layer]:
    yield layer
    for _ in range(_DEPTH - 1):
        if not _PERCENT.search(layer.text):
            return
        layer = _unquoted(layer)
        yield layer


def _unquoted(layer: Layer) -> Layer:
    if b"%" not in layer.text:
        return layer
    starts: list[int] = []
    for piece in _PERCENT_PIECES.finditer(layer.text):
        first, last = piece.span()
        starts += [layer.starts[first]] if piece[1] else layer.starts[first:last]
    return Layer(unquote_to_bytes(layer.text), [*starts, layer.starts[-1]])


class Values:
    """Learns what is to be replaced, then replaces it.

    Parameters
    ----------
    chosen : callable
        Whether a header's values are replaced whatever they are.
    numbers : bool
        Replace numbers.
    digits : bool
        Replace the digits that were dialled.
    salt : bytes
        The key of the stand-ins.
    """

    def __init__(
        self, chosen: Callable[[str], bool], *, numbers: bool, digits: bool, salt: bytes
    ) -> None:
        self._chosen = chosen
        self._numbers = numbers
        self._digits = digits
        self.known = Known()
        self.stand_ins = StandIns(salt, self.known.holds)
        self._parts: frozenset[bytes] = frozenset()

    def _is_nobodys(self, header: str, text: bytes) -> bool:
        return is_own(header) and not self._chosen(header) and is_plain_value(text)

    def learn(self, header: str, layers: Iterator[Layer]) -> None:
        """Take in who is named in a value."""
        for layer in layers:
            if self._is_nobodys(header, layer.text):
                return
            for span in places(layer.text, header, self._chosen):
                found = layer.text[span.start : span.end]
                if span.what is What.ADDRESS:
                    address = address_of(found)
                    if address is not None:
                        self.stand_ins.originals.add(address)
                elif span.what is What.TEXT or self._numbers:
                    self.known.add(found, span.what)

    def close(self) -> None:
        """Be done with learning."""
        self.known.close()
        parts: set[bytes] = set()
        for text in self.known.texts - self.known.common:
            words = _WORDS.findall(text)
            if len(words) > 1:
                parts.update(words)
        self._parts = frozenset(parts)
        # in the order of the values, so that the same ones always get the same
        for number in sorted(self.known.numbers):
            self.stand_ins.number(number)
        for text in sorted(self.known.texts):
            self.stand_ins.text(text)
        for address in sorted(self.stand_ins.originals, key=lambda a: (a.version, int(a))):
            self.stand_ins.address(address)

    def redact(
        self,
        value: bytes,
        header: str,
        layers: Iterator[Layer],
        *,
        escape_colons: bool = False,
        dialled: bool = False,
    ) -> tuple[bytes, tuple[str, ...]]:
        """Return a value without anybody in it, and of what that is not sure.

        Parameters
        ----------
        value : bytes
            As it is written.
        header : str
            Whose value it is.
        layers : iterator of Layer
            The value decoded.
        escape_colons : bool
            Write colons as ``%3A`` where a value was decoded once, as plain events do.
        dialled : bool
            Whether the value is what was dialled, if it is digits.
        """
        changes: list[tuple[int, int, bytes]] = []
        taken = bytearray(len(value))
        notes: set[str] = set()
        for depth, layer in enumerate(layers):
            if self._is_nobodys(header, layer.text):
                break
            spans = self._spans(layer.text, header, notes, dialled)
            for span in spans:
                for start, end, text in self._changes(layer.text, span):
                    first, last = layer.starts[start], layer.starts[end]
                    if not any(taken[first:last]):
                        taken[first:last] = b"\1" * (last - first)
                        encoded = escape_colons or depth > 0
                        shown = quote_from_bytes(text, safe="") if encoded else text.decode()
                        changes.append((first, last, shown.encode()))
            self._doubts(layer.text, header, spans, notes)
        if changes:
            changes.sort()
            pieces, at = [], 0
            for first, last, text in changes:
                pieces += [value[at:first], text]
                at = last
            value = b"".join([*pieces, value[at:]])
        return value, tuple(sorted(notes))

    def _spans(self, text: bytes, header: str, notes: set[str], dialled: bool) -> list[Span]:
        spans = [
            span
            for span in places(text, header, self._chosen)
            if self._numbers or span.what is not What.NUMBER
        ]
        for span in spans:
            found = text[span.start : span.end].lower()
            if span.what is What.TEXT and len(found) < SHORTEST:
                notes.add(TINY)
        taken = bytearray(len(text))
        _take(taken, spans)
        spans += _free(taken, self._dialled(text, header, notes, dialled))
        for uuid in UUID.finditer(text):
            if uuid[0].lower() not in self.known.texts:
                _take(taken, [Span(*uuid.span(), What.TEXT)])
        spans += _free(taken, self.known.find_texts(text))
        sdp = text.startswith(b"v=0")
        more = _free(taken, self.known.find_numbers(text, short=not sdp))
        if any(len(digits_of(text[span.start : span.end])) < LONG for span in more):
            notes.add(SHORT_NUMBER)
        return spans + more

    def _dialled(self, text: bytes, header: str, notes: set[str], dialled: bool) -> Iterator[Span]:
        found = [m.span(1) for pattern in _DIALLED for m in pattern.finditer(text)]
        if holds_digits(header) or (dialled and _DIALLED_ALONE.fullmatch(text)):
            whole = _DIALLED_ALONE.fullmatch(text)
            found += [whole.span(1)] if whole else []
        for start, end in found:
            if self._digits:
                yield Span(start, end, What.DIGITS)
            else:
                notes.add(DIALLED)

    def _changes(self, text: bytes, span: Span) -> Iterator[tuple[int, int, bytes]]:
        found = text[span.start : span.end]
        if span.what is What.DIGITS:
            yield span.start, span.end, re.sub(rb"[0-9A-D]", b"5", found)
        elif span.what is What.TEXT:
            yield span.start, span.end, self.stand_ins.text(found)
        elif span.what is What.ADDRESS:
            address = address_of(found)
            if address is not None:
                yield span.start, span.end, written(self.stand_ins.address(address)).encode()
        else:
            digits = digits_of(found)
            made = self.stand_ins.number(digits)
            more = len(made) - len(digits)
            given = iter([made[: more + 1], *(bytes([byte]) for byte in made[more + 1 :])])
            for at in range(span.start, span.end):
                if 0x30 <= text[at] <= 0x39:  # what stands between the digits stays
                    yield at, at + 1, next(given)

    def _doubts(self, text: bytes, header: str, spans: list[Span], notes: set[str]) -> None:
        if may_be_secret(header):
            notes.add(SECRET)
        left = bytearray(text)
        for span in spans:
            left[span.start : span.end] = b" " * (span.end - span.start)
        rest = UUID.sub(b" ", bytes(left))
        if self._numbers and not text.startswith(b"v=0") and _LOOSE.search(rest):
            notes.add(LOOSE)
        if _HOST.search(rest):
            notes.add(HOST)
        words = _WORDS.findall(folded(rest))
        if not self._parts.isdisjoint(words):
            notes.add(PART)
        if not self.known.common.isdisjoint(words):
            notes.add(COMMON)


def _take(taken: bytearray, spans: Iterable[Span]) -> None:
    for span in spans:
        taken[span.start : span.end] = b"\1" * (span.end - span.start)


def _free(taken: bytearray, found: Iterable[Span]) -> list[Span]:
    """Keep of what was found what is not taken yet, and take it."""
    kept: list[Span] = []
    for span in found:
        if not any(taken[span.start : span.end]):
            kept.append(span)
            _take(taken, [span])
    return kept
