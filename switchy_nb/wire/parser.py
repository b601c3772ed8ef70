"""Bytes as they come from the socket, cut anywhere, to the messages that they hold.

A message is header lines, an empty line, and as many bytes as its ``Content-Length`` says. What an
event means is not known here, nor which command a reply belongs to.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from switchy_nb.errors import ProtocolError
from switchy_nb.wire.batch import Batch
from switchy_nb.wire.event import Event, Format, text

#: FreeSWITCH reads no packet over 10 MiB either: more than that is a length gone wrong, and waiting
#: for it would hang for ever and eat the memory.
MAX_PACKET = 10 * 1024 * 1024
#: The outer headers are two or three short lines, but a reply to `connect` holds a whole channel.
MAX_HEAD = 1024 * 1024
#: The head that FreeSWITCH writes before every plain event. Over seven digits are over the limit.
_PLAIN_HEAD = re.compile(rb"Content-Length: ([0-9]{1,7})\nContent-Type: text/event-plain\n\n")
#: How an answer begins that says no: the command was refused, or was not of its form.
REFUSALS = ("-ERR", "-USAGE")


@dataclass(frozen=True, slots=True)
class AuthRequest:
    """The switch asks for the secret: the first thing that it says."""


@dataclass(frozen=True, slots=True)
class CommandReply:
    """The answer to a command other than ``api``."""

    text: str
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def ok(self) -> bool:
        """Whether the switch did not answer with an error."""
        return not self.text.startswith(REFUSALS)


@dataclass(frozen=True, slots=True)
class ApiResponse:
    """The answer to ``api``."""

    body: str

    @property
    def ok(self) -> bool:
        """Whether the switch did not answer with an error."""
        return not self.body.startswith(REFUSALS)

    @property
    def text(self) -> str:
        """The body, under the name that a `CommandReply` has for it."""
        return self.body


@dataclass(frozen=True, slots=True)
class LogLine:
    """A line of the switch's log, after ``log LEVEL``."""

    text: str
    headers: dict[str, str]


@dataclass(frozen=True, slots=True)
class Disconnect:
    """The switch says goodbye; while it lingers, events still come."""

    text: str
    lingering: bool


@dataclass(frozen=True, slots=True)
class Rejection:
    """The switch turned us away: our address is not on its access list."""

    text: str


Message = AuthRequest | CommandReply | ApiResponse | LogLine | Disconnect | Rejection | Event


class Parser:
    """An incremental parser: feed it bytes, take the messages that became whole.

    Attributes
    ----------
    error : ProtocolError or None
        Why the bytes cannot be read on: where the next message would begin is not known.
    """

    def __init__(self) -> None:
        self._chunks: list[bytes] = []
        self._have = 0
        self._need = 1
        self.error: ProtocolError | None = None

    def feed(self, data: bytes) -> list[Message]:
        """Take bytes as they came; return the messages that are whole now, in order.

        Raises
        ------
        ProtocolError
            If this is not the Event Socket protocol, or a length cannot be true. Messages that
            were whole before it are returned first: then `error` is set, and the next call raises.
        """
        messages: list[Message] = []
        for part in self.feed_batches(data):
            if isinstance(part, Batch):
                messages.extend(part)
            else:
                messages.append(part)
        return messages

    def feed_batches(self, data: bytes) -> list[Message | Batch]:
        """Do as `feed` does, but leave plain events that follow each other where they are.

        Returns
        -------
        list of Message or Batch
            In order. Every plain event is in a `Batch`, whose buffer holds what was fed.
        """
        if self.error is not None:
            raise self.error
        self._chunks.append(data)
        self._have += len(data)
        if self._have < self._need:
            return []
        buffer = b"".join(self._chunks)
        messages, start = self._split(buffer)
        self._chunks = [buffer[start:]] if start < len(buffer) else []
        self._have = len(buffer) - start
        return messages

    @property
    def pending(self) -> int:
        """How many bytes of a message that is not whole yet are held."""
        return self._have

    def _split(self, buffer: bytes) -> tuple[list[Message | Batch], int]:
        messages: list[Message | Batch] = []
        try:
            return messages, self._take_whole(buffer, messages)
        except ProtocolError as exc:
            self.error = exc
            if not messages:
                raise
            return messages, len(buffer)

    def _take_whole(self, buffer: bytes, messages: list[Message | Batch]) -> int:
        """Add the whole messages of a buffer to `messages`; return where what is left begins."""
        start = 0
        while True:
            start = self._take_plain(buffer, start, messages)
            while buffer[start : start + 1] == b"\n":
                start += 1
            gap = buffer.find(b"\n\n", start)
            if gap < 0:
                _check_torn_head(buffer, start)
                self._need = len(buffer) - start + 1
                return start
            head = _read_head(buffer, start, gap)
            end = gap + 2 + _length(head, buffer, start)
            if end > len(buffer):
                self._need = end - start
                return start
            if head.get(b"content-type") == b"text/event-plain":
                _add_plain(messages, buffer, gap + 2, end)
            else:
                messages.append(_message(head, buffer[gap + 2 : end], buffer, start))
            start = end

    def _take_plain(self, buffer: bytes, start: int, messages: list[Message | Batch]) -> int:
        """Take plain events with the usual head; return where the first other byte is."""
        match, size = _PLAIN_HEAD.match, len(buffer)
        starts: list[int] = []
        ends: list[int] = []
        while (head := match(buffer, start)) is not None:
            begin = head.end()
            end = begin + int(head[1])
            if end > size or end - begin > MAX_PACKET:
                break
            starts.append(begin)
            ends.append(end)
            start = end
        if starts:
            messages.append(Batch(buffer, starts, ends))
        return start


def _add_plain(messages: list[Message | Batch], buffer: bytes, start: int, end: int) -> None:
    if messages and isinstance(messages[-1], Batch):
        messages[-1].starts.append(start)
        messages[-1].ends.append(end)
    else:
        messages.append(Batch(buffer, [start], [end]))


def _read_head(buffer: bytes, start: int, gap: int) -> dict[bytes, bytes]:
    head: dict[bytes, bytes] = {}
    for line in buffer[start:gap].split(b"\n"):
        name, colon, value = line.partition(b": ")
        if not colon:
            name, colon, value = line.partition(b":")
        if not colon:
            raise ProtocolError(
                f"no Event Socket speaks like this: a line without a colon, {_near(buffer, start)}"
            )
        head.setdefault(name.lower(), value)
    return head


def _length(head: dict[bytes, bytes], buffer: bytes, start: int) -> int:
    value = head.get(b"content-length")
    if value is None:
        return 0
    digits = value.strip()
    if not digits.isdigit() or len(digits) > 18:
        raise ProtocolError(f"a length of {value[:40]!r} cannot be, {_near(buffer, start)}")
    length = int(digits)
    if length > MAX_PACKET:
        raise ProtocolError(
            f"a message of {length:,} bytes was announced, over the limit of {MAX_PACKET:,} (10 MiB, "
            f"as FreeSWITCH has it): the length is wrong, {_near(buffer, start)}"
        )
    return length


def _check_torn_head(buffer: bytes, start: int) -> None:
    """Fail early where no more bytes could make a message of it."""
    line, end, _ = buffer[start : start + 4096].partition(b"\n")
    if end and b":" not in line:
        raise ProtocolError(
            f"no Event Socket speaks like this: a line without a colon, {_near(buffer, start)}"
        )
    if len(buffer) - start > MAX_HEAD:
        raise ProtocolError(
            f"{MAX_HEAD:,} bytes of headers (1 MiB) and no end, {_near(buffer, start)}"
        )


def _near(buffer: bytes, at: int) -> str:
    before = buffer[max(0, at - 40) : at]
    shown = f"after {before!r} came" if before else "it begins"
    return f"{shown} {buffer[at : at + 80]!r}"


def _headers(head: dict[bytes, bytes]) -> dict[str, str]:
    return {text(name).title(): text(value) for name, value in head.items()}


def _command_reply(head: dict[bytes, bytes], body: bytes) -> Message:
    headers = _headers(head)
    return CommandReply(headers.get("Reply-Text", text(body)), headers)


def _log_line(head: dict[bytes, bytes], body: bytes) -> Message:
    return LogLine(text(body), _headers(head))


def _disconnect(head: dict[bytes, bytes], body: bytes) -> Message:
    return Disconnect(text(body), head.get(b"content-disposition") == b"linger")


_READERS: dict[bytes, Callable[[dict[bytes, bytes], bytes], Message]] = {
    b"text/event-json": lambda head, body: Event(body, Format.JSON),
    b"command/reply": _command_reply,
    b"api/response": lambda head, body: ApiResponse(text(body)),
    b"log/data": _log_line,
    b"auth/request": lambda head, body: AuthRequest(),
    b"text/disconnect-notice": _disconnect,
    b"text/rude-rejection": lambda head, body: Rejection(text(body)),
}


def _message(head: dict[bytes, bytes], body: bytes, buffer: bytes, start: int) -> Message:
    kind = head.get(b"content-type", b"")
    reader = _READERS.get(kind)
    if reader is not None:
        return reader(head, body)
    if kind == b"text/event-xml":
        raise ProtocolError(
            "an XML event (text/event-xml) came; only plain and JSON events are understood. "
            "Subscribe with `event plain …` or `event json …`"
        )
    raise ProtocolError(
        f"a message of a kind that is not known, Content-Type {text(kind)!r}, {_near(buffer, start)}"
    )
