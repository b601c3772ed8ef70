"""Bytes as they come from the socket, cut anywhere, to the messages that they hold.

A message is header lines, an empty line, and as many bytes as its ``Content-Length`` says. What an
event means is not known here, nor which command a reply belongs to.
"""

import logging
import mmap
from collections.abc import Callable
from dataclasses import dataclass, field

from switchy_nb.errors import ProtocolError
from switchy_nb.wire import native
from switchy_nb.wire.batch import Batch, Places
from switchy_nb.wire.event import Event, Format
from switchy_nb.wire.event import text as text_of
from switchy_nb.wire.framing import PLAIN_HEAD, true_end
from switchy_nb.wire.slab import GROWTH, LARGEST, SMALLEST, Slab, Slabs

log = logging.getLogger(__name__)

#: FreeSWITCH reads no packet over 10 MiB either: more than that is a length gone wrong, and waiting
#: for it would hang for ever and eat the memory.
MAX_PACKET = 10 * 1024 * 1024
#: The outer headers are two or three short lines, but a reply to `connect` holds a whole channel.
MAX_HEAD = 1024 * 1024
_NEWLINE = 10
#: of so many bytes the events are found all at once
_MUCH = 32 * 1024
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
    """An incremental parser: give it bytes, take the messages that became whole.

    Bytes are given by `feed`, or, without copying any, by receiving them into `room` and telling
    `received` how many they are.

    Parameters
    ----------
    complain : callable
        Told once, in words, of what came that is not as it should be and was read all the same.

    Attributes
    ----------
    error : ProtocolError or None
        Why the bytes cannot be read on: where the next message would begin is not known.
    """

    def __init__(self, complain: Callable[[str], None] = log.warning) -> None:
        self._complain = complain
        self._slabs = Slabs()
        self._slab = self._slabs.take(SMALLEST)
        #: what has been received and not been taken yet: from where to where in the slab
        self._start = self._end = 0
        #: how many bytes there must be before it is worth while to look again
        self._need = 1
        #: whether the last bytes took all the room there was: more may be waiting
        self._filled = False
        self.error: ProtocolError | None = None
        #: how many events had a length that took in what comes behind them, and were read up to
        #: where they say themselves that they end
        self.misled = 0

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
            In order. Every plain event is in a `Batch`.
        """
        if self.error is not None:
            raise self.error
        messages: list[Message | Batch] = []
        left = memoryview(data)
        while left and self.error is None:
            with self.room() as room:
                count = min(len(room), len(left))
                room[:count] = left[:count]
            left = left[count:]
            try:
                messages += self.received(count)
            except ProtocolError:
                if not messages:
                    raise
        return messages

    def room(self) -> memoryview:
        """Return where the next bytes go; they are to be `received` when they are there.

        The view has to be released before anything else is done.
        """
        size = len(self._slab)
        few, much = size - self._end < size // 8, self.pending >= size // 2
        # Of a large message that fits, little is missing: moving it for each piece would take long.
        if size - self._start < self._need or (few and not much):
            self._move()
        return memoryview(_memory(self._slab))[self._end :]

    def _move(self) -> None:
        """Go on in another slab, with what is not whole yet."""
        size, pending = len(self._slab), self.pending
        wanted = min(size * GROWTH if self._filled else size, LARGEST)
        slab = self._slabs.take(max(wanted, self._need, pending + SMALLEST // 2))
        _memory(slab)[:pending] = self._slab.data[self._start : self._end]
        self._slab, self._start, self._end = slab, 0, pending

    def received(self, count: int) -> list[Message | Batch]:
        """Say that so many bytes were put into the `room`; return as `feed_batches` does."""
        self._filled = count == len(self._slab) - self._end
        self._end += count
        if self._end - self._start < self._need:
            return []
        messages: list[Message | Batch] = []
        try:
            self._take_whole(messages)
        except ProtocolError as exc:
            self.error = exc
            self._start = self._end
            if not messages:
                raise
        return messages

    @property
    def ahead(self) -> int:
        """How many bytes of memory somebody still holds, of what was received."""
        return self._slabs.held

    @property
    def pending(self) -> int:
        """How many bytes of a message that is not whole yet are held."""
        return self._end - self._start

    def _take_whole(self, messages: list[Message | Batch]) -> None:
        """Add the whole messages that are in the slab to `messages`."""
        data, size = _memory(self._slab), self._end
        while True:
            self._take_plain(messages)
            start = self._start
            while start < size and data[start] == _NEWLINE:
                start += 1
            self._start = start
            gap = data.find(b"\n\n", start, size)
            if gap < 0:
                _check_torn_head(data[start : min(size, start + MAX_HEAD + 1)], self._before())
                self._need = size - start + 1
                return
            head = _read_head(data[start:gap], self._before())
            end = gap + 2 + _length(head, data[start:gap], self._before())
            if end > size:
                self._need = end - start
                return
            if head.get(b"content-type") == b"text/event-plain":
                end = self._true_end(gap + 2, end)
                self._add_plain(messages, gap + 2, end)
            else:
                body = data[gap + 2 : end]
                messages.append(_message(head, body, data[start:end], self._before()))
            self._start = end

    def _take_plain(self, messages: list[Message | Batch]) -> None:
        """Take plain events with the usual head, as many as follow each other."""
        data, size, start = self._slab.data, self._end, self._start
        match = PLAIN_HEAD.match
        if match(data, start, size) is None:  # among replies and log lines it is asked often
            return
        if size - start >= _MUCH and (found := native.frame(data, start, size)) is not None:
            self._take_found(messages, *found)
            return
        starts: list[int] = []
        ends: list[int] = []
        begin_at, end_at = starts.append, ends.append
        while (head := match(data, start, size)) is not None:
            begin = head.end()
            end = begin + int(head[1])
            if end > size or end - begin > MAX_PACKET:
                break
            begin_at(begin)
            end_at(end)
            start = end
        odd = [at for at, end in enumerate(ends) if data[end - 2 : end] != b"\n\n"]
        self._take_found(messages, starts, ends, odd)

    def _take_found(
        self, messages: list[Message | Batch], starts: Places, ends: Places, odd: list[int]
    ) -> None:
        """Take events, up to one whose length is not true: what is behind it was not found.

        Of all but the `odd` ones nothing more is looked at than that they end with an empty line.
        """
        for at in odd:
            end = self._true_end(int(starts[at]), int(ends[at]))
            if end != ends[at]:
                starts, ends = starts[: at + 1], ends[: at + 1]
                ends[at] = end
                break
        if len(starts):
            messages.append(Batch(self._slab, starts, ends))
            self._start = int(ends[-1])

    def _true_end(self, start: int, end: int) -> int:
        true = true_end(self._slab.data, start, end, self._end)
        if true != end:
            self.misled += 1
            if self.misled == 1:
                self._complain(
                    f"an event is {true - start} bytes long, and not {end - start} as was said; it was "
                    "read up to where the next one begins"
                )
        return true

    def _add_plain(self, messages: list[Message | Batch], start: int, end: int) -> None:
        last = messages[-1] if messages else None
        if not (isinstance(last, Batch) and last.add(self._slab, start, end)):
            messages.append(Batch(self._slab, [start], [end]))

    def _before(self) -> bytes:
        """What came before the message that is being read, for an error to show."""
        return self._slab.data[max(0, self._start - 40) : self._start]


def _memory(slab: Slab) -> mmap.mmap:
    """Return what may be written to: a parser's own slabs are never plain bytes."""
    assert isinstance(slab.data, mmap.mmap)
    return slab.data


def _read_head(text: bytes, before: bytes) -> dict[bytes, bytes]:
    head: dict[bytes, bytes] = {}
    for line in text.split(b"\n"):
        name, colon, value = line.partition(b": ")
        if not colon:
            name, colon, value = line.partition(b":")
        if not colon:
            raise ProtocolError(
                f"no Event Socket speaks like this: a line without a colon, {_near(text, before)}"
            )
        head.setdefault(name.lower(), value)
    return head


def _length(head: dict[bytes, bytes], text: bytes, before: bytes) -> int:
    value = head.get(b"content-length")
    if value is None:
        return 0
    digits = value.strip()
    if not digits.isdigit() or len(digits) > 18:
        raise ProtocolError(f"a length of {value[:40]!r} cannot be, {_near(text, before)}")
    length = int(digits)
    if length > MAX_PACKET:
        raise ProtocolError(
            f"a message of {length:,} bytes was announced, over the limit of {MAX_PACKET:,} (10 MiB, "
            f"as FreeSWITCH has it): the length is wrong, {_near(text, before)}"
        )
    return length


def _check_torn_head(text: bytes, before: bytes) -> None:
    """Fail early where no more bytes could make a message of it."""
    line, end, _ = text[:4096].partition(b"\n")
    if end and b":" not in line:
        raise ProtocolError(
            f"no Event Socket speaks like this: a line without a colon, {_near(text, before)}"
        )
    if len(text) > MAX_HEAD:
        raise ProtocolError(
            f"{MAX_HEAD:,} bytes of headers (1 MiB) and no end, {_near(text, before)}"
        )


def _near(text: bytes, before: bytes) -> str:
    shown = f"after {before!r} came" if before else "it begins"
    return f"{shown} {text[:80]!r}"


def _headers(head: dict[bytes, bytes]) -> dict[str, str]:
    return {text_of(name).title(): text_of(value) for name, value in head.items()}


def _command_reply(head: dict[bytes, bytes], body: bytes) -> Message:
    headers = _headers(head)
    return CommandReply(headers.get("Reply-Text", text_of(body)), headers)


def _log_line(head: dict[bytes, bytes], body: bytes) -> Message:
    return LogLine(text_of(body), _headers(head))


def _disconnect(head: dict[bytes, bytes], body: bytes) -> Message:
    return Disconnect(text_of(body), head.get(b"content-disposition") == b"linger")


_READERS: dict[bytes, Callable[[dict[bytes, bytes], bytes], Message]] = {
    b"text/event-json": lambda head, body: Event(body, Format.JSON),
    b"command/reply": _command_reply,
    b"api/response": lambda head, body: ApiResponse(text_of(body)),
    b"log/data": _log_line,
    b"auth/request": lambda head, body: AuthRequest(),
    b"text/disconnect-notice": _disconnect,
    b"text/rude-rejection": lambda head, body: Rejection(text_of(body)),
}


def _message(head: dict[bytes, bytes], body: bytes, text: bytes, before: bytes) -> Message:
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
        f"a message of a kind that is not known, Content-Type {text_of(kind)!r}, {_near(text, before)}"
    )
