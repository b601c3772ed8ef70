"""`Recording`: every event of a link, kept as it came, and the frames that are made of them.

It is told what happened and knows no network. How rows are kept is in `store` and `segment`, what
the frames hold in `schema`.
"""

import os
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from switchy_nb.recording.commands import CommandLog
from switchy_nb.recording.fields import Kind, own_times, readable
from switchy_nb.recording.frames import Frames, select
from switchy_nb.recording.legs import CALL_UUID
from switchy_nb.recording.store import Store
from switchy_nb.wire import Event, Format, Parser

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

DEFAULT_CALL_HEADER = "variable_sip_h_X-switchy_originating_session"
DEFAULT_APP_HEADERS = ("variable_sip_h_X-switchy_app",)


class Recording:
    """Every event that was received, in order, and what can be seen in them.

    One thread may append while others read; a frame shows what was there when it was asked for.

    Parameters
    ----------
    call_header : str
        The header whose value joins legs into a call. Legs that never had it are joined by
        FreeSWITCH's own ``Channel-Call-UUID``.
    app_headers : tuple of str
        Headers that name the app of a leg; the first that a leg has is taken.
    switch : str
        What to call the switch of rows that are appended without one.
    """

    def __init__(
        self,
        *,
        call_header: str = DEFAULT_CALL_HEADER,
        app_headers: Iterable[str] = DEFAULT_APP_HEADERS,
        switch: str = "",
    ) -> None:
        self.switch = switch
        self._call_header = call_header
        self._app_headers = tuple(app_headers)
        self._store = Store(self._watched())
        self._commands = CommandLog()
        self._frames = Frames(self._store, self._commands)
        self._torn = 0

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

    def mark_link(self, up: bool, reason: str, received: int, switch: str | None = None) -> int:
        """Keep that the link to a switch came up or went down, as a row of its own.

        Its name is ``LINK_UP`` or ``LINK_DOWN``, and the reason is its header ``Link-Reason``.
        """
        name = "LINK_UP" if up else "LINK_DOWN"
        event = Event.make([("Event-Name", name), ("Link-Reason", readable(reason))])
        return self._store.append(event.raw, received, Kind.LINK, switch or self.switch)

    def command_sent(
        self,
        kind: str,
        command: str,
        sent: int,
        *,
        switch: str | None = None,
        job: str | None = None,
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

        Returns
        -------
        int
            A token for `command_replied`.
        """
        return self._commands.sent(kind, command, sent, switch or self.switch, job)

    def command_replied(self, token: int, replied: int, ok: bool, reply: str) -> None:
        """Keep what a command was answered, and when (µs since the epoch, our clock)."""
        self._commands.replied(token, replied, ok, reply)

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

    def _watched(self) -> tuple[str, ...]:
        names = (self._call_header, CALL_UUID, *self._app_headers)
        return tuple(dict.fromkeys(name.lower() for name in names))

    # --- frames ---------------------------------------------------------------------------

    @property
    def events(self) -> "pd.DataFrame":
        """One row for each event, in order of arrival (index ``n``)."""
        return self._frames.events(self._call_header)

    @property
    def sessions(self) -> "pd.DataFrame":
        """One row for each leg (index ``uuid``)."""
        return self._frames.sessions(self._call_header, self._app_headers)

    @property
    def calls(self) -> "pd.DataFrame":
        """One row for each call (index ``call``)."""
        return self._frames.calls(self._call_header, self._app_headers)

    @property
    def jobs(self) -> "pd.DataFrame":
        """One row for each background job (index ``job``)."""
        return self._frames.jobs()

    @property
    def commands(self) -> "pd.DataFrame":
        """One row for each command that was sent (index ``n``)."""
        return self._frames.commands()

    def header(self, name: str) -> "pd.Series[Any]":
        """Return one header of every event.

        Parameters
        ----------
        name : str
            In any case.

        Returns
        -------
        Series of str
            Indexed by ``n``, missing where an event has no such header; of duplicates the first.
        """
        import pandas as pd

        core = self._frames.core()
        index = pd.RangeIndex(len(core), name="n")
        return pd.Series(pd.array(core.header(name), dtype="str"), index=index, name=name)

    def wide(self) -> "pd.DataFrame":
        """Every header of every event as a column of its own (index ``n``)."""
        from switchy_nb.recording.wide import wide_frame

        return wide_frame(self._frames.core())

    def event(self, n: int) -> Event:
        """Return one event with all its headers and its body.

        Raises
        ------
        IndexError
            If there is no event `n`.
        """
        if not 0 <= n < len(self):
            raise IndexError(f"there is no event {n}: {len(self)} are recorded, from 0 on")
        segment = self._store.segment_of(n)
        raw, kind = segment.row(n - segment.first)
        return Event(raw, Format.JSON if kind is Kind.JSON else Format.PLAIN)

    def __len__(self) -> int:
        return len(self._store)

    # --- files and bytes ------------------------------------------------------------------

    @classmethod
    def from_bytes(
        cls,
        data: bytes,
        *,
        switch: str = "",
        received: Iterable[int] | None = None,
        call_header: str = DEFAULT_CALL_HEADER,
        app_headers: Iterable[str] = DEFAULT_APP_HEADERS,
    ) -> "Recording":
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
            As of `Recording`.

        Raises
        ------
        ProtocolError
            If the bytes are not the Event Socket protocol, or hold XML events.
        """
        recording = cls(call_header=call_header, app_headers=app_headers, switch=switch)
        parser = Parser()
        events = [message for message in parser.feed(data) if isinstance(message, Event)]
        if parser.error is not None:
            raise parser.error
        recording._torn = parser.pending
        moments = own_times(events) if received is None else received
        for event, moment in zip(events, moments, strict=True):
            kind = Kind.JSON if event.fmt is Format.JSON else Kind.PLAIN
            recording._store.append(event.raw, moment, kind, switch)
        return recording

    def save(self, path: "str | os.PathLike[str]") -> None:
        """Write all of it into one Parquet file, which other programs can read too.

        The file appears when it is whole, or not at all. What is in it is told in
        `switchy_nb.recording.files`.

        Parameters
        ----------
        path : path
            Where to; a file that is there already is replaced.

        Raises
        ------
        RecordingError
            If it cannot be written.
        """
        from switchy_nb.recording import files

        core, calls = self._frames.calls_of_rows(self._call_header)
        header = files.Header(self._call_header, self._app_headers, self.switch, self._torn)
        files.write(path, core, calls, self._commands.snapshot()[1], header)

    @classmethod
    def load(cls, path: "str | os.PathLike[str]") -> "Recording":
        """Read a recording that `save` wrote. Its frames are equal to those of the one saved.

        Raises
        ------
        RecordingError
            If the file is not there, is no recording or not a whole one, or comes from a later
            version.
        """
        from switchy_nb.recording import files

        header, segments, commands = files.read(path)
        recording = cls(
            call_header=header.call_header, app_headers=header.app_headers, switch=header.switch
        )
        recording._torn = header.torn
        recording._commands.extend(commands)
        for segment in segments:
            recording._store.adopt(segment)
        return recording

    @property
    def torn(self) -> int:
        """How many bytes at the end held no whole message (see `from_bytes`)."""
        return self._torn

    # --- what it shows --------------------------------------------------------------------

    def timeline(
        self,
        call: str | Iterable[str] | None = None,
        sessions: Iterable[str] | None = None,
        **options: Any,
    ) -> "Figure":
        """Draw when what happened: one lane a leg.

        Parameters
        ----------
        call : str or iterable of str, optional
            Only these calls, by their keys.
        sessions : iterable of str, optional
            Only these legs, by their uuids.
        **options
            As of `switchy_nb.plots.timeline`.

        Raises
        ------
        RecordingError
            If there is no such call or leg.
        """
        from switchy_nb.plots import timeline

        legs = self.sessions
        if call is not None:
            legs = select(legs, legs["call"], [call] if isinstance(call, str) else call, "call")
        if sessions is not None:
            uuids = [sessions] if isinstance(sessions, str) else sessions
            legs = select(legs, legs.index, uuids, "session")
        events = self.events
        if call is not None or sessions is not None:
            events = events[events["session"].isin(legs.index)]
        return timeline(legs, events, **options)

    def __repr__(self) -> str:
        count = len(self)
        shown = f"{count:,} event{'' if count == 1 else 's'}"
        sent = len(self._commands)
        if sent:
            shown += f", {sent:,} command{'' if sent == 1 else 's'}"
        return f"<Recording of {shown}>"

    def _repr_html_(self) -> str:
        from switchy_nb.recording.html import summary

        return summary(self, self._frames.core().link_losses())
