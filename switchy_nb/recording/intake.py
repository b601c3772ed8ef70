"""The side of a recording that is told what happens: events, links, commands.

What is told is kept here and shown elsewhere (see `recording`). How rows are kept is in `store` and
`segment`.
"""

import logging
import os
import secrets
import weakref
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

from switchy_nb.errors import RecordingError
from switchy_nb.recording.commands import CommandLog, Sent
from switchy_nb.recording.fields import Kind, own_times, readable
from switchy_nb.recording.frames import Frames
from switchy_nb.recording.holders import Holder
from switchy_nb.recording.keep import Keep
from switchy_nb.recording.legs import CALL_UUID
from switchy_nb.recording.segment import Segment
from switchy_nb.recording.sink import Sink
from switchy_nb.recording.store import Placed, Store
from switchy_nb.recording.typed import sought_of
from switchy_nb.wire import Batch, Event, Format, Parser
from switchy_nb.wire.reading import Sought

_log = logging.getLogger(__name__)

DEFAULT_CALL_HEADER = "variable_sip_h_X-switchy_originating_session"
DEFAULT_APP_HEADERS = ("variable_sip_h_X-switchy_app",)


class Intake:
    """What is told, in the order in which it came. See `Recording` for the parameters."""

    def __init__(
        self,
        *,
        call_header: str = DEFAULT_CALL_HEADER,
        app_headers: Iterable[str] = DEFAULT_APP_HEADERS,
        switch: str = "",
        keep: Keep | None = None,
    ) -> None:
        self.switch = switch
        self._keep = keep
        self._call_header = call_header
        self._app_headers = tuple(app_headers)
        self._store = Store(self._watched(), keep)
        self._commands = CommandLog()
        self._frames = Frames(self._store, self._commands)
        self._torn = 0
        self._warnings: list[str] = []
        self._sinks: dict[bool, Sink] = {}
        if keep is not None and keep.spill is not None:
            stamp = f"{datetime.now(UTC):%Y%m%d-%H%M%S}-{secrets.token_hex(3)}"
            self._write_to(keep.spill_file(stamp), spill=True)

    # --- bytes, and what was kept before ---------------------------------------------------

    @classmethod
    def from_bytes(
        cls,
        data: bytes,
        *,
        switch: str = "",
        received: Iterable[int] | None = None,
        call_header: str = DEFAULT_CALL_HEADER,
        app_headers: Iterable[str] = DEFAULT_APP_HEADERS,
    ) -> Self:
        """Make a recording of the bytes that a connection received.

        Replies and log lines among them are passed over. What is torn at the end is left out, and
        `torn` says how many bytes that is.

        Parameters
        ----------
        data : bytes
            What came, from anywhere between two messages on.
        switch : str
            What to call the switch.
        received : iterable of int, optional
            When each event came (µs since the epoch). Without, an event is taken to have come when
            it was made, by its own time, but never before the one ahead of it.
        call_header, app_headers
            As of the constructor.

        Raises
        ------
        ProtocolError
            If the bytes are not the Event Socket protocol, or hold XML events.
        """
        recording = cls(call_header=call_header, app_headers=app_headers, switch=switch)
        parser = Parser(recording._warnings.append)
        events = [message for message in parser.feed(data) if isinstance(message, Event)]
        if parser.error is not None:
            raise parser.error
        recording._torn = parser.pending
        moments = own_times(events) if received is None else received
        for event, moment in zip(events, moments, strict=True):
            kind = Kind.JSON if event.fmt is Format.JSON else Kind.PLAIN
            recording._store.append(event.raw, moment, kind, switch)
        return recording

    def _fill(
        self, segments: Iterable[Segment], commands: Iterable[Sent] = (), first: int = 0
    ) -> None:
        """Take rows and commands that were kept before, and number the rows from `first` on.

        Only for a recording that has none.
        """
        self._store.begin(first)
        for segment in segments:
            self._store.adopt(segment)
        self._commands.extend(commands)

    # --- being told -----------------------------------------------------------------------

    def append(self, event: Event, received: int, switch: str | None = None) -> int:
        """Keep an event.

        Parameters
        ----------
        event : Event
            As it came; it is neither read nor changed.
        received : int
            When it came, by this machine's clock: microseconds since the epoch.
        switch : str, optional
            Where it came from.

        Returns
        -------
        int
            Its number, ``n`` in the frames.
        """
        kind = Kind.JSON if event.fmt is Format.JSON else Kind.PLAIN
        return self._store.append(event.raw, received, kind, switch or self.switch)

    def extend(self, batch: Batch, received: int, switch: str | None = None) -> int:
        """Keep events that came together; otherwise as `append`.

        Returns
        -------
        int
            The number of the first.
        """
        placed = self.keep_batch(batch, received, switch)
        return placed[0].first if placed else self.received

    def keep_batch(self, batch: Batch, received: int, switch: str | None = None) -> list[Placed]:
        """Do as `extend` does; return where the rows are, for who goes on with them."""
        return self._store.extend(batch, received, Kind.PLAIN, switch or self.switch)

    def held_by(self, holder: Holder) -> None:
        """Take note of who holds on to rows, and shall not hold on to whole segments for them."""
        self._store.held_by(holder)

    def flush(self) -> None:
        """Compress all rows that are there now, and wait until that is done."""
        self._store.flush()

    def mark_link(self, up: bool, reason: str, received: int, switch: str | None = None) -> int:
        """Keep that the link to a switch came up or went down, as a row of its own.

        Its name is ``LINK_UP`` or ``LINK_DOWN``, and the reason is its header ``Link-Reason``.
        """
        name = "LINK_UP" if up else "LINK_DOWN"
        event = Event.make([("Event-Name", name), ("Link-Reason", readable(reason))])
        return self._store.append(event.raw, received, Kind.LINK, switch or self.switch)

    def warn(self, text: str) -> None:
        """Log what is not as it should be, and keep it in `warnings`."""
        _log.warning("%s", text)
        self._warnings.append(text)

    def command_sent(
        self,
        kind: str,
        command: str,
        sent: int,
        *,
        switch: str | None = None,
        job: str | None = None,
        source: str | None = None,
    ) -> int:
        """Keep that a command was sent; of a login only that it was one.

        Parameters
        ----------
        kind : str
            Its first word, such as ``api``.
        command : str
            The command.
        sent : int
            When, by this machine's clock: microseconds since the epoch.
        switch : str, optional
            To whom.
        job : str, optional
            The uuid of the background job that it starts.
        source : str, optional
            Where it comes from, in words: ``cell 12``, ``panel dialer``.

        Returns
        -------
        int
            A token for `command_replied`.
        """
        return self._commands.sent(kind, command, sent, switch or self.switch, job, source)

    def command_replied(self, token: int, replied: int, ok: bool, reply: str) -> None:
        """Keep what a command was answered, and when (µs since the epoch, our clock)."""
        self._commands.replied(token, replied, ok, reply)

    # --- what is kept, and where ------------------------------------------------------------

    @property
    def received(self) -> int:
        """How many rows were ever received: events, and what was said of links.

        It is always ``len(recording) + recording.dropped``.
        """
        return self._store.received

    @property
    def dropped(self) -> int:
        """How many rows were let go of, since only so many are kept (see `Keep`): the oldest ones."""
        return self._store.first

    @property
    def keep(self) -> Keep | None:
        """What is kept; None where it is everything."""
        return self._keep

    @property
    def nbytes(self) -> int:
        """The bytes of memory that the rows take."""
        return sum(segment.nbytes for segment in self._store.segments())

    def record_to(self, path: "str | os.PathLike[str]") -> None:
        """Write all rows that are there, and those to come, to a file as well.

        It is in Arrow's stream format (see `switchy_nb.recording.stream`), and written to at least
        every second, by a thread of its own: whatever becomes of this process, no more than the
        last second is lost. `Recording.load` reads it, also while it grows. When it cannot be
        written to any more, the recording goes on in memory and says so: with a warning, and in
        `warnings`.

        Parameters
        ----------
        path : path
            A file that is not there yet.

        Raises
        ------
        RecordingError
            If the file cannot be made, or the recording is written to one already.
        """
        running = self._sinks.get(False)
        if running is not None and running.running:
            raise RecordingError(
                f"this is recorded to {running.path} already; call stop_recording_to() first"
            )
        self._write_to(path, spill=False)

    def stop_recording_to(self) -> None:
        """Write what is left and end the file of `record_to`; twice is fine."""
        sink = self._sinks.pop(False, None)
        if sink is not None:
            self._store.not_needed(sink.wants)
            sink.stop()

    def _write_to(self, path: "str | os.PathLike[str] | None", *, spill: bool) -> None:
        meta = {
            "call_header": self._call_header,
            "app_headers": self._app_headers,
            "switch": self.switch,
        }
        place = Path(path or "")
        try:
            sink = Sink(
                self._store, self._commands, place, meta, self._warnings.append, spill=spill
            )
        except FileExistsError as exc:
            raise RecordingError(
                f"cannot record to {place}: it is there already, and may hold another recording. "
                "Choose another name, or remove it first"
            ) from exc
        except (OSError, ValueError) as exc:  # the latter of a name that none can have
            reason = getattr(exc, "strerror", None) or exc
            raise RecordingError(
                f"cannot record to {place}: {reason}. Choose a folder that exists and "
                "can be written to"
            ) from exc
        self._sinks[spill] = sink
        self._store.needed(sink.wants)
        # Also before the interpreter goes, so that the last rows are written.
        weakref.finalize(self, sink.stop)

    # --- what joins events ----------------------------------------------------------------

    @property
    def call_header(self) -> str:
        """The header whose value joins legs into a call; a new one holds for all rows."""
        return self._call_header

    @call_header.setter
    def call_header(self, name: str) -> None:
        self._call_header = name
        self._store.watch(self._watched())

    @property
    def app_headers(self) -> tuple[str, ...]:
        """The headers that name a leg's app; new ones hold for all rows."""
        return self._app_headers

    @app_headers.setter
    def app_headers(self, names: Iterable[str]) -> None:
        self._app_headers = tuple(names)
        self._store.watch(self._watched())

    @property
    def sought(self) -> Sought:
        """The headers that are read of every event: who has read them of a `Batch` helps."""
        return sought_of(self._watched())

    def _watched(self) -> tuple[str, ...]:
        names = (self._call_header, CALL_UUID, *self._app_headers)
        return tuple(dict.fromkeys(name.lower() for name in names))

    @property
    def torn(self) -> int:
        """How many bytes at the end held no whole message (see `Recording.from_bytes`)."""
        return self._torn

    @property
    def warnings(self) -> list[str]:
        """What was not as it should be, in words: of the file that was loaded, of the recording."""
        return self._warnings[:]

    def __len__(self) -> int:
        return len(self._store)
