"""The switch's side of the Event Socket: events, replies and log lines out, clients' commands in.

Bytes only: no sockets, no threads, and nothing of what a command means. The client's side of the
same protocol is in `parser` and `commands`.
"""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from switchy_nb.errors import ProtocolError

#: a header's value; several make a list, which the plain format writes as ``ARRAY::a|:b``
Value = str | tuple[str, ...]
Pair = tuple[str, Value]

#: FreeSWITCH ends a connection whose command grows beyond this, so that one client cannot fill
#: the switch's memory with a line that never ends
MAX_PACKET = 10 * 1024 * 1024
#: the same for a command's body
MAX_BODY = 16 * 1024 * 1024

#: what FreeSWITCH percent-encodes: everything that is not printable ASCII, and these
_UNSAFE = re.compile(r'[^ -~]|[\r\n #&+:;<=>?@\[\\\]^`{|}"]|%(?![0-9A-F]{2})')
#: elements whose text XML could not hold; FreeSWITCH encodes values before it writes XML
_NOT_XML_NAME = re.compile(r"[^\w.:-]")


def escape(value: str) -> str:
    """Percent-encode a value as FreeSWITCH does in plain and XML events.

    A ``%XX`` (upper case) that is already there stays, which is why readers must split lines
    before they decode. Surrogates stand for bytes that are not UTF-8.
    """
    if _UNSAFE.search(value) is None:
        return value
    return _UNSAFE.sub(_encoded, value)


def _encoded(found: re.Match[str]) -> str:
    return "".join(f"%{byte:02X}" for byte in found[0].encode("utf-8", "surrogateescape"))


def plain_value(value: Value) -> str:
    """Write one value as it stands in a plain event; an empty one is ``_undef_``."""
    if isinstance(value, tuple):
        value = "ARRAY::" + "|:".join(value)
    return escape(value) or "_undef_"


def plain_event(pairs: Iterable[Pair], body: str | None = None) -> bytes:
    """Write an event as FreeSWITCH's plain text: header lines, an empty line, the body."""
    lines = [f"{_name(name)}: {plain_value(value)}\n" for name, value in pairs]
    tail = b""
    if body:
        tail = _bytes(body)
        lines.append(f"Content-Length: {len(tail)}\n")
    lines.append("\n")
    return _bytes("".join(lines)) + tail


def json_event(pairs: Iterable[Pair], body: str | None = None) -> bytes:
    """Write an event as one JSON object; a body is ``_body``, lists are arrays.

    A header that comes twice is written twice, as FreeSWITCH does.
    """
    items: list[tuple[str, Value]] = list(pairs)
    if body:
        items += [("Content-Length", str(len(_bytes(body)))), ("_body", body)]
    return _bytes("{" + ",".join(f"{_json(name)}:{_json(value)}" for name, value in items) + "}")


def _json(value: Value) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def xml_event(pairs: Iterable[Pair], body: str | None = None) -> bytes:
    """Write an event as XML: one element a header, its text percent-encoded."""
    lines = ["<event>\n", "  <headers>\n"]
    for name, value in pairs:
        tag = _NOT_XML_NAME.sub("_", _name(name))
        for item in value if isinstance(value, tuple) else (value,):
            text = escape(item).replace("&", "&amp;")
            lines.append(f"    <{tag}>{text}</{tag}>\n")
    lines.append("  </headers>\n")
    if body:
        text = body.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        lines.append(f"  <Content-Length>{len(_bytes(body))}</Content-Length>\n")
        lines.append(f"  <body>{text}</body>\n")
    lines.append("</event>\n")
    return _bytes("".join(lines))


def event_frame(payload: bytes, kind: str) -> bytes:
    """Put a serialised event into its frame; `kind` is ``plain``, ``json`` or ``xml``."""
    return (
        b"Content-Length: %d\nContent-Type: text/event-%s\n\n"
        % (
            len(payload),
            kind.encode(),
        )
        + payload
    )


def reply_frame(text: str, extra: Iterable[tuple[str, str]] = ()) -> bytes:
    """Write a ``command/reply``, cut at 511 bytes as FreeSWITCH's buffer is."""
    line = _one_line(text).encode("utf-8", "surrogateescape")[:511]
    head = b"Content-Type: command/reply\nReply-Text: " + line + b"\n"
    for name, value in extra:
        head += _bytes(f"{_name(name)}: {_one_line(value)}\n")
    return head + b"\n"


def api_frame(body: str) -> bytes:
    """Write an ``api/response``; an empty answer becomes ``-ERR no reply``."""
    data = _bytes(body) or b"-ERR no reply\n"
    return b"Content-Type: api/response\nContent-Length: %d\n\n" % len(data) + data


def text_frame(kind: str, text: str, extra: Iterable[tuple[str, str]] = ()) -> bytes:
    """Write a frame with a text: ``disconnect-notice``, ``rude-rejection`` or a log line."""
    data = _bytes(text)
    head = b"Content-Type: %s\nContent-Length: %d\n" % (kind.encode(), len(data))
    for name, value in extra:
        head += _bytes(f"{_name(name)}: {_one_line(value)}\n")
    return head + b"\n" + data


def auth_request() -> bytes:
    """Write the greeting that every connection begins with."""
    return b"Content-Type: auth/request\n\n"


def disconnect_notice() -> bytes:
    """Write the last words of a connection: 67 bytes of text."""
    return text_frame(
        "text/disconnect-notice",
        "Disconnected, goodbye.\nSee you at ClueCon! http://www.cluecon.com/\n",
    )


def rude_rejection() -> bytes:
    """Write what a client outside the access list is told."""
    return text_frame("text/rude-rejection", "Access Denied, go away.\n")


@dataclass(frozen=True)
class ClientCommand:
    """One command as a client sent it.

    Attributes
    ----------
    line : str
        The first line, such as ``bgapi status``.
    headers : tuple of (str, str)
        The ``Name: value`` lines that followed it, in order.
    body : str or None
        What came after the empty line, if a ``Content-Length`` announced it.
    """

    line: str
    headers: tuple[tuple[str, str], ...] = ()
    body: str | None = None

    def header(self, name: str) -> str | None:
        """Find the first header of that name, without regard to case."""
        wanted = name.lower()
        return next((v for n, v in self.headers if n.lower() == wanted), None)


@dataclass
class CommandParser:
    r"""Cut what a client sends, in pieces of any size, into its commands.

    A command ends at an empty line; ``\r`` is ignored and leading empty lines are skipped.
    """

    _buffer: bytearray = field(default_factory=bytearray)
    _scanned: int = 0

    def feed(self, data: bytes) -> Iterator[ClientCommand]:
        """Take some bytes in; give the commands that are complete now.

        Raises
        ------
        ProtocolError
            If a command is longer than 10 MiB, or its body's length is negative or over 16 MiB.
        """
        self._buffer += data
        while (command := self._next()) is not None:
            yield command

    def _next(self) -> ClientCommand | None:
        buffer = self._buffer
        skip = 0
        while skip < len(buffer) and buffer[skip] in b"\r\n":
            skip += 1
        if skip:
            del buffer[:skip]
            self._scanned = 0
        end = re.compile(rb"\n\r*\n").search(buffer, max(0, self._scanned - 8))
        if end is None:
            self._scanned = len(buffer)
            if len(buffer) >= MAX_PACKET:
                raise ProtocolError(
                    f"a command of {len(buffer)} bytes has no end yet; the limit is {MAX_PACKET}"
                )
            return None
        head = bytes(buffer[: end.start()]).replace(b"\r", b"")
        lines = head.decode("utf-8", "surrogateescape").split("\n")
        headers = tuple(_split_headers(lines[1:]))
        length = _body_length(headers)
        if len(buffer) < end.end() + length:
            return None
        body = None
        if length:
            raw = bytes(buffer[end.end() : end.end() + length])
            body = raw.decode("utf-8", "surrogateescape")
        del buffer[: end.end() + length]
        self._scanned = 0
        return ClientCommand(lines[0], headers, body)


def _split_headers(lines: list[str]) -> Iterator[tuple[str, str]]:
    for line in lines:
        name, colon, value = line.partition(":")
        if colon and name:
            yield name, value.lstrip(" ")


def _body_length(headers: tuple[tuple[str, str], ...]) -> int:
    for name, value in headers:
        if name.lower() == "content-length":
            digits = re.match(r"\s*([+-]?\d{1,18})", value)
            length = int(digits[1]) if digits else 0
            if not 0 <= length <= MAX_BODY:
                raise ProtocolError(f"a body of {length} bytes was announced; at most {MAX_BODY}")
            return length
    return 0


def _name(name: str) -> str:
    if not name or any(c in name for c in ":\r\n"):
        raise ProtocolError(f"{name!r} cannot be the name of a header")
    return name


def _one_line(text: str) -> str:
    return text.replace("\r", " ").replace("\n", " ")


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")
