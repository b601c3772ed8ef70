"""The switch's side of the Event Socket: events, replies and log lines out, clients' commands in.

Bytes only: no sockets, no threads, and nothing of what a command means. The client's side of the
same protocol is in `parser` and `commands`.
"""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache

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
#: a name that holds one of these would begin another header, or end its own
_NAME = re.compile(r"[^:\r\n]+")
_CODES = {chr(byte): f"%{byte:02X}" for byte in range(128)}


def escape(value: str) -> str:
    """Percent-encode a value as FreeSWITCH does in plain and XML events.

    A ``%XX`` (upper case) that is already there stays, which is why readers must split lines
    before they decode. Surrogates stand for bytes that are not UTF-8.
    """
    if _UNSAFE.search(value) is None:
        return value
    return _UNSAFE.sub(_encoded, value)


def _encoded(found: re.Match[str]) -> str:
    code = _CODES.get(found[0])
    if code is None:
        code = "".join(f"%{byte:02X}" for byte in found[0].encode("utf-8", "surrogateescape"))
    return code


def plain_value(value: Value) -> str:
    """Write one value as it stands in a plain event; an empty one is ``_undef_``."""
    if isinstance(value, tuple):
        value = "ARRAY::" + "|:".join(value)
    return escape(value) or "_undef_"


def plain_event(pairs: Iterable[Pair], body: str | None = None) -> bytes:
    """Write an event as FreeSWITCH's plain text: header lines, an empty line, the body."""
    return plain_text("".join(plain_lines(pairs)), body)


def plain_lines(pairs: Iterable[Pair]) -> list[str]:
    """Write headers, each as its line of a plain event."""
    return [f"{_name(name)}: {plain_value(value)}\n" for name, value in pairs]


def plain_text(lines: str, body: str | None = None) -> bytes:
    """Make a plain event of header lines that are written already."""
    if not body:
        return _bytes(lines + "\n")
    tail = _bytes(body)
    return _bytes(f"{lines}Content-Length: {len(tail)}\n\n") + tail


class Block:
    """Headers that stand together, written once however many events carry them.

    Parameters
    ----------
    pairs : iterable of pairs
        The headers, which must not change any more. They are read when somebody first asks.
    plain : str, optional
        Their lines in a plain event, where they are known already.
    """

    __slots__ = ("_pairs", "_plain")

    def __init__(self, pairs: Iterable[Pair], plain: str | None = None) -> None:
        self._pairs = pairs
        self._plain = plain

    @property
    def pairs(self) -> tuple[Pair, ...]:
        """The headers as names and values."""
        if not isinstance(self._pairs, tuple):
            self._pairs = tuple(self._pairs)
        return self._pairs

    @property
    def plain(self) -> str:
        """The headers as lines of a plain event."""
        if self._plain is None:
            self._plain = "".join(plain_lines(self.pairs))
        return self._plain


def json_event(pairs: Iterable[Pair], body: str | None = None) -> bytes:
    """Write an event as one JSON object; a body is ``_body``, lists are arrays.

    A header that comes twice is written twice, as FreeSWITCH does.
    """
    items: list[tuple[str, Value]] = list(pairs)
    if body is not None:
        items += [("Content-Length", str(len(_bytes(body)))), ("_body", body)]
    return _bytes("{" + ",".join(f"{_json(name)}:{_json(value)}" for name, value in items) + "}")


_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def xml_event(pairs: Iterable[Pair], body: str | None = None) -> bytes:
    """Write an event as XML: one element a header, its text percent-encoded, its name as it is.

    Only what would be markup is taken out of a name. A body that ends in a line end has its closing tag on a line of its own.
    """
    lines = ["<event>\n", "  <headers>\n"]
    for name, value in pairs:
        tag = _MARKUP.sub("_", _name(name))
        for item in value if isinstance(value, tuple) else (value,):
            lines.append(f"    <{tag}>{escape(item)}</{tag}>\n")
    lines.append("  </headers>\n")
    if body:
        indent = "  " if body.endswith("\n") else ""
        lines.append(f"  <Content-Length>{len(_bytes(body))}</Content-Length>\n")
        lines.append(f"  <body>{xml_text(body)}{indent}</body>\n")
    lines.append("</event>\n")
    return _bytes("".join(lines))


_MARKUP = re.compile(r"[&<>]")
_XML_TEXT = re.compile(r"[&<>\r]|[^\x00-\x7f]")
_XML_CODES = {"&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#xD;"}


def xml_text(text: str) -> str:
    """Write a text as FreeSWITCH's XML does; bytes that are no UTF-8 are left out.

    FreeSWITCH takes all that follows ``<!`` as it is; here nobody's text becomes markup.
    """
    return _XML_TEXT.sub(_xml_code, text)


def _xml_code(found: re.Match[str]) -> str:
    code = _XML_CODES.get(found[0])
    if code is not None:
        return code
    return "" if "\udc80" <= found[0] <= "\udcff" else f"&#x{ord(found[0]):X};"


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


def text_frame(
    kind: str, text: str, extra: Iterable[tuple[str, str]] = (), *, length_last: bool = False
) -> bytes:
    """Write a frame with a text: ``disconnect-notice``, ``rude-rejection`` or a log line."""
    data = _bytes(text)
    length = b"Content-Length: %d\n" % len(data)
    own = b"".join(_bytes(f"{_name(name)}: {_one_line(value)}\n") for name, value in extra)
    head = b"Content-Type: %s\n" % kind.encode()
    return head + (own + length if length_last else length + own) + b"\n" + data


def auth_request() -> bytes:
    """Write the greeting that every connection begins with."""
    return b"Content-Type: auth/request\n\n"


def disconnect_notice(extra: Iterable[tuple[str, str]] = ()) -> bytes:
    """Write the last words of a connection: 67 bytes of text."""
    return text_frame(
        "text/disconnect-notice",
        "Disconnected, goodbye.\nSee you at ClueCon! http://www.cluecon.com/\n",
        extra,
        length_last=True,
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
    text : str
        The whole of it, without its body.
    """

    line: str
    headers: tuple[tuple[str, str], ...] = ()
    body: str | None = None
    text: str = field(default="", compare=False)

    def header(self, name: str) -> str | None:
        """Find the first header of that name that has a value, without regard to case."""
        wanted = name.lower()
        return next((v for n, v in self.headers if v and n.lower() == wanted), None)


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
        start = min(self._scanned, len(buffer))
        while start and buffer[start - 1] in b"\r\n":  # an end may have come in two pieces
            start -= 1
        end = _END.search(buffer, start)
        if end is None:
            self._scanned = len(buffer)
            if len(buffer) >= MAX_PACKET:
                raise ProtocolError(
                    f"a command of {len(buffer)} bytes has no end yet; the limit is {MAX_PACKET}"
                )
            return None
        text = _c_string(bytes(buffer[: end.end()]))
        line, *rest = _lines(text)
        headers = tuple(_split_headers(rest))
        lengths = _body_lengths(headers)
        if len(buffer) < end.end() + sum(lengths):
            return None
        body = None
        if lengths:  # the last one counts, where there are several
            last = end.end() + sum(lengths)
            body = _c_string(bytes(buffer[last - lengths[-1] : last]))
        del buffer[: end.end() + sum(lengths)]
        self._scanned = 0
        return ClientCommand(line, headers, body, text)


_END = re.compile(rb"\n\r*\n")
_LINE_END = re.compile(r"[\r\n]")
_NEXT_LINE = re.compile(r"[^\r\n]")
_LENGTH = re.compile(r"\s*([+-]?\d{1,18})")


def _c_string(data: bytes) -> str:
    """Read bytes as C would: up to the first NUL."""
    return data.partition(b"\0")[0].decode("utf-8", "surrogateescape")


def _lines(text: str) -> Iterator[str]:
    r"""Cut a command into its lines.

    FreeSWITCH looks for the next ``\r`` first and for a ``\n`` only if there is none, so that lines
    that end in ``\n`` are lost between two that end in ``\r\n``.
    """
    at = 0
    while True:
        cut = _LINE_END.search(text, at)
        yield text[at : cut.start()] if cut else text[at:]
        end = text.find("\r", at)
        if end < 0:
            end = text.find("\n", at)
        following = _NEXT_LINE.search(text, end) if end >= 0 else None
        if following is None:
            return
        at = following.start()


def _split_headers(lines: list[str]) -> Iterator[tuple[str, str]]:
    for line in lines:
        name, colon, value = line.partition(":")
        if colon and name:
            yield name, value.lstrip(" ")


def _body_lengths(headers: tuple[tuple[str, str], ...]) -> list[int]:
    found = []
    for name, value in headers:
        if name.lower() == "content-length":
            digits = _LENGTH.match(value)
            length = int(digits[1]) if digits else 0
            if not 0 <= length <= MAX_BODY:
                raise ProtocolError(f"a body of {length} bytes was announced; at most {MAX_BODY}")
            if length:
                found.append(length)
    if sum(found) > MAX_BODY:
        raise ProtocolError(f"bodies of {sum(found)} bytes were announced; at most {MAX_BODY}")
    return found


@lru_cache(maxsize=4096)
def can_name(name: str) -> bool:
    """Say whether a text can be the name of a header."""
    return _NAME.fullmatch(name) is not None


def _name(name: str) -> str:
    if not can_name(name):
        raise ProtocolError(f"{name!r} cannot be the name of a header")
    return name


def _one_line(text: str) -> str:
    return text.replace("\r", " ").replace("\n", " ")


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")
