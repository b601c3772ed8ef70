"""A file of the bytes that a connection received, plain or compressed with xz, as events.

Read with the toolkit's own parser while all is well. From the first message on whose length cannot
be true, an event is held to what it says of itself: it ends where its headers end or, if it has a
body, after as many bytes as its own ``Content-Length`` says. So a length that lies costs no event,
and bytes that are no messages are passed over up to the next one.
"""

import lzma
import re
from collections.abc import Iterator
from pathlib import Path

from switchy_nb.errors import ProtocolError, RecordingError
from switchy_nb.recording.fields import Kind
from switchy_nb.wire import Event, Format, Parser

XZ_MAGIC = b"\xfd7zXZ\x00"
#: How the bytes of a connection begin, between any two messages.
BEGINNINGS = (b"Content-", b"content-", b"\nContent-", b"Event-Name: ")

_CHUNK = 1024 * 1024
#: Events compress some hundredfold.
_PACKED_CHUNK = _CHUNK // 64
#: The outer headers of a message that may be anything but a header of an event.
_FRAME = re.compile(
    rb"(?:Content-Length: *(\d{1,18})\n)?"
    rb"Content-Type: *(text/event-plain|text/event-json|text/event-xml|text/disconnect-notice"
    rb"|command/reply|api/response|log/data|auth/request)\n"
    rb"(?:(?!\n)[^\n:]+:[^\n]*\n)*\n",
    re.IGNORECASE,
)
_LENGTH = re.compile(rb"^content-length: *(\d{1,18})$", re.IGNORECASE | re.MULTILINE)
_EVENTS = {b"text/event-plain": Format.PLAIN, b"text/event-json": Format.JSON}


class RawFile:
    """The events in a file of bytes.

    Parameters
    ----------
    path : Path
        The file.

    Attributes
    ----------
    problems : list of str
        What was not as it should be, when all events have been taken.
    torn : int
        How many bytes at the end held no whole message.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.problems: list[str] = []
        self.torn = 0
        self._cut = False

    @property
    def count(self) -> int:
        """About how many blocks there are."""
        with self.path.open("rb") as file:
            packed = file.read(len(XZ_MAGIC)) == XZ_MAGIC
        return -(-self.path.stat().st_size // (_PACKED_CHUNK if packed else _CHUNK))

    def blocks(self) -> Iterator[list[Event]]:
        """Give the events in order, some at a time.

        Raises
        ------
        RecordingError
            If the file cannot be read, or holds no event.
        """
        parser = Parser()
        chunks = self._chunks()
        pending = b""
        count = 0
        for chunk in chunks:
            data = pending + chunk
            events = _well_formed(parser, chunk)
            if events is None:
                break
            pending = data[len(data) - parser.pending :]
            count += len(events)
            yield events
        else:
            data = pending  # a torn end, or a length that reaches beyond the whole file
        if data:
            found = list(self._salvaged(data + b"".join(chunks)))
            count += len(found)
            yield found
        if not count:
            why = f" ({'; '.join(self.problems)})" if self.problems else ""
            raise RecordingError(
                f"{self.path} is no recording: there is no event in it{why}. Bytes of a connection "
                "are those after the login, of one that subscribed with `event plain …` or "
                "`event json …`"
            )
        if self._cut:
            self.problems.append(
                f"{self.path} was cut off: what is compressed in it does not end. What there is of "
                "it was read"
            )

    def _chunks(self) -> Iterator[bytes]:
        try:
            with self.path.open("rb") as file:
                packed = file.read(len(XZ_MAGIC)) == XZ_MAGIC
                file.seek(0)
                decompressor = lzma.LZMADecompressor()
                while chunk := file.read(_PACKED_CHUNK if packed else _CHUNK):
                    if not packed:
                        yield chunk
                        continue
                    self._cut = True
                    # Several streams may follow each other, as `xz` itself reads them.
                    while chunk:
                        yield decompressor.decompress(chunk)
                        chunk = decompressor.unused_data.lstrip(b"\0")
                        if decompressor.eof:
                            decompressor = lzma.LZMADecompressor()
                            self._cut = bool(chunk)
        except lzma.LZMAError as exc:
            self.problems.append(f"{self.path} is damaged: it cannot be decompressed on ({exc})")
            self._cut = False
        except OSError as exc:
            raise RecordingError(f"{self.path} cannot be read: {exc.strerror or exc}") from exc

    def _salvaged(self, data: bytes) -> Iterator[Event]:
        """Give what is whole in bytes where something is not."""
        lost = lied = xml = 0
        at = 0
        while at < len(data):
            frame = _FRAME.search(data, at)
            if frame is None:
                break
            if data[at : frame.start()].strip(b"\n"):
                lost += frame.start() - at
            start = frame.end()
            end = start + int(frame[1] or 0)
            kind = frame[2].lower()
            fmt = _EVENTS.get(kind)
            if fmt is None:
                xml += kind == b"text/event-xml"
                at = end if _begins_another(data, end) else start
                continue
            own = _own_end(data, start, fmt)
            if own is not None and _FRAME.search(data, start, own):
                own = None  # it broke off, and what follows is not its own
            # Where both lead to another message, the outer length is the one that took too much.
            if own is not None and (_begins_another(data, own) or not _begins_another(data, end)):
                lied += own != end
                end = own
            elif not _begins_another(data, end):
                at = frame.start()
                if _FRAME.search(data, start) is None:
                    break
                lost += start - at
                at = start
                continue
            yield Event(data[start:end], fmt)
            at = end
        self.torn = len(data) - at
        self._tell(lost, lied, xml)

    def _tell(self, lost: int, lied: int, xml: int) -> None:
        if xml:
            self.problems.append(
                f"{xml:,} XML events were passed over: only plain and JSON events are understood. "
                "Subscribe with `event plain …` or `event json …`"
            )
        if lied:
            self.problems.append(
                f"the length of {lied:,} event{'' if lied == 1 else 's'} in {self.path} is not "
                "true; each was read up to where it says itself that it ends"
            )
        if lost:
            self.problems.append(
                f"{lost:,} bytes in {self.path} are no messages, and were passed over"
            )


def kind_of(event: Event) -> Kind:
    """Return what kind of row an event is."""
    return Kind.JSON if event.fmt is Format.JSON else Kind.PLAIN


def _well_formed(parser: Parser, chunk: bytes) -> list[Event] | None:
    """Return the events that became whole, or None if they cannot all be true."""
    try:
        messages = parser.feed(chunk)
    except ProtocolError:
        return None
    events = [message for message in messages if isinstance(message, Event)]
    if (
        parser.error is not None
        or parser.misled
        or not all(_is_whole(e.raw, e.fmt) for e in events)
    ):
        return None
    return events


def _is_whole(raw: bytes, fmt: Format) -> bool:
    """Whether an event ends where it says itself that it ends."""
    return _own_end(raw, 0, fmt) == len(raw)


def _own_end(data: bytes, start: int, fmt: Format) -> int | None:
    """Where the event that begins at `start` ends; None if it does not, in `data`."""
    if fmt is Format.JSON:
        # An object by itself: the first end after which another message, or nothing, follows.
        end = start
        while data[start : start + 1] == b"{":
            end = data.find(b"}", end) + 1
            if not end:
                return None
            if _begins_another(data, end):
                return end
        return None
    gap = data.find(b"\n\n", start)
    if gap < 0:
        return None
    told = _LENGTH.search(data, start, gap)
    end = gap + 2 + (int(told[1]) if told else 0)
    return end if end <= len(data) else None


def _begins_another(data: bytes, at: int) -> bool:
    """Whether a message could begin here, or the bytes end."""
    while data[at : at + 1] == b"\n":
        at += 1
    return at == len(data) or _FRAME.match(data, at) is not None
