"""Events redacted as they are written: lines of plain text, strings of JSON, bodies, lengths.

Lines repeat themselves from event to event, so each different one is looked at only once.
"""

import json
import re
from collections import Counter
from collections.abc import Iterator

from switchy_nb.recording.fields import Kind
from switchy_nb.recording.redact_headers import is_own
from switchy_nb.recording.redact_values import (
    FREE_TEXT,
    Values,
    json_layers,
    plain_layers,
    text_layers,
)

#: Lines that are remembered; more begin anew, which costs only time.
_REMEMBERED = 1_000_000
_TORN = "an event that is no JSON object, or breaks off; searched as plain text"
_BODY, _EVENT = "(body)", "(event)"
_TOKEN = re.compile(rb'"((?:[^"\\]|\\.)*)"(\s*:)?|(-?\d[\d.eE+-]*)', re.DOTALL)
_LENGTH = b"content-length"
#: what a body is that nobody wrote: FreeSWITCH's own answers
_ANSWER = re.compile(rb"\s*(?:[+-](?:OK|ERR|USAGE)\b[\w :.,'+-]*)?\s*")
_ARGUMENTS = ("api-command-argument", "job-command-arg", "application-data")

Notes = tuple[str, ...]


class Events:
    """Redacts events, and counts what is not sure.

    Parameters
    ----------
    values : Values
        What is done with each value.
    """

    def __init__(self, values: Values) -> None:
        self._values = values
        self._seen: set[object] = set()
        self._lines: dict[bytes, bytes] = {}
        self._noted: dict[bytes, tuple[str, Notes]] = {}
        self._fields: dict[tuple[str, bytes], tuple[bytes, Notes]] = {}
        self._headers: set[str] = set()
        #: header, why → how many values
        self.doubts: Counter[tuple[str, str]] = Counter()

    @property
    def headers(self) -> set[str]:
        """The names of all headers that were seen, in lower case."""
        return self._headers

    # --- learning ---------------------------------------------------------------------------

    def learn(self, raw: bytes, kind: Kind) -> None:
        """Take in who is named in an event."""
        if kind is Kind.JSON and not _torn(raw):
            for header, value, _, _ in _json_values(raw):
                if (header, value) not in self._seen:
                    self._seen.add((header, value))
                    self._headers.add(header or _name(value))
                    self._values.learn(header, json_layers(value))
            return
        if kind is Kind.JSON:
            self._values.learn(_EVENT, text_layers(raw))
            return
        head, _, body = raw.partition(b"\n\n")
        new = [line for line in head.split(b"\n") if line not in self._seen]
        for line in new:
            self._seen.add(line)
            name, value = _split(line)
            header = _name(name)
            self._headers.add(header)
            self._values.learn(header, plain_layers(value))
        if body and body not in self._seen:
            self._seen.add(body)
            self._values.learn(_BODY, text_layers(body))
        if len(self._seen) > _REMEMBERED:
            self._seen.clear()

    def learn_text(self, text: str, header: str) -> None:
        """Take in who is named in a text that is no event, such as a command."""
        self._values.learn(header, text_layers(text.encode("utf-8", "surrogateescape")))

    # --- redacting --------------------------------------------------------------------------

    def redact(self, raw: bytes, kind: Kind) -> bytes:
        """Return an event's bytes without anybody in them; they parse as before."""
        if len(self._lines) > _REMEMBERED or len(self._fields) > _REMEMBERED:
            self._lines.clear()
            self._noted.clear()
            self._fields.clear()
        if kind is not Kind.JSON:
            return self._plain(raw)
        if not _torn(raw):
            return self._json(raw)
        self.doubts[_EVENT, _TORN] += 1
        return self._text(raw, _EVENT)

    def redact_text(self, text: str, header: str) -> str:
        """Return a text that is no event without anybody in it."""
        data = self._text(text.encode("utf-8", "surrogateescape"), header)
        return data.decode("utf-8", "surrogateescape")

    def _text(self, data: bytes, header: str) -> bytes:
        made, notes = self._values.redact(data, header, text_layers(data))
        self._note(header, notes)
        return made

    def _plain(self, raw: bytes) -> bytes:
        head, gap, body = raw.partition(b"\n\n")
        lines = head.split(b"\n")
        known, noted = self._lines, self._noted
        dialled = b"_dtmf" in head
        made = []
        for line in lines:
            found = known.get(line)
            if found is None:
                found = self._line(line, dialled)
            made.append(found)
            if noted and line in noted:
                self._note(*noted[line])
        if body:
            new = self._body(body)
            if len(new) != len(body):
                made = [_with_length(line, len(body), len(new)) for line in made]
            body = new
        return b"\n".join(made) + gap + body

    def _line(self, line: bytes, dialled: bool) -> bytes:
        name, value = _split(line)
        header = _name(name)
        special = dialled and header in _ARGUMENTS
        made, notes = self._values.redact(
            value, header, plain_layers(value), escape_colons=True, dialled=special
        )
        front = line[: len(line) - len(value)]
        if not is_own(header):
            front = self._values.redact(front, "", text_layers(front))[0]
        line_made = front + made
        if special:
            self._note(header, notes)
            return line_made
        self._lines[line] = line_made
        if notes:
            self._noted[line] = (header, notes)
        return line_made

    def _body(self, body: bytes) -> bytes:
        made, notes = self._values.redact(body, _BODY, text_layers(body))
        if not _ANSWER.fullmatch(body):
            notes = (*notes, FREE_TEXT)
        self._note(_BODY, notes)
        return made

    def _json(self, raw: bytes) -> bytes:
        pieces: list[bytes] = []
        at = old = new = 0
        length_at: list[tuple[int, bytes]] = []
        for header, value, start, end in _json_values(raw):
            made, notes = self._field(header, value)
            if header == "_body":
                old, new = _said(value), _said(made)
                if not _ANSWER.fullmatch(next(json_layers(value)).text):
                    notes = (*notes, FREE_TEXT)
            self._note(_BODY if header == "_body" else header, notes)
            pieces += [raw[at:start], made]
            if header == _LENGTH.decode():
                length_at.append((len(pieces) - 1, value))
            at = end
        for place, value in length_at:
            if old != new and value == b"%d" % old:
                pieces[place] = b"%d" % new
        return b"".join([*pieces, raw[at:]])

    def _field(self, header: str, value: bytes) -> tuple[bytes, Notes]:
        found = self._fields.get((header, value))
        if found is None:
            found = self._values.redact(value, header, json_layers(value))
            self._fields[header, value] = found
        return found

    def _note(self, header: str, notes: Notes) -> None:
        for why in notes:
            self.doubts[header, why] += 1


def _split(line: bytes) -> tuple[bytes, bytes]:
    """Cut a line into its header's name and its value, without the blank between."""
    name, colon, value = line.partition(b":")
    return (name, value.removeprefix(b" ")) if colon else (b"", line)


def _name(name: bytes) -> str:
    return name.decode("utf-8", "replace").lower()


def _with_length(line: bytes, old: int, new: int) -> bytes:
    name, value = _split(line)
    if name.lower() == _LENGTH and value.strip() == b"%d" % old:
        return line[: len(line) - len(value)] + b"%d" % new
    return line


def _torn(raw: bytes) -> bool:
    try:
        return not isinstance(
            json.loads(raw.decode("utf-8", "surrogateescape"), strict=False), dict
        )
    except (ValueError, RecursionError):
        return True


def _json_values(raw: bytes) -> Iterator[tuple[str, bytes, int, int]]:
    """Give each value of a JSON object: its header ("" for a name), what is written, and where."""
    header = ""
    for token in _TOKEN.finditer(raw):
        if token[2] is not None:
            header = _name(token[1])
            if not is_own(header):  # names may name somebody too
                yield "", token[1], *token.span(1)
        else:
            group = 1 if token[3] is None else 3
            yield header, token[group], *token.span(group)


def _said(value: bytes) -> int:
    """Count the bytes that a JSON string stands for."""
    return len(next(json_layers(value)).text)
