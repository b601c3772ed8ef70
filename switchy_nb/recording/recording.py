"""`Recording`: every event of a link, kept as it came, and the frames that are made of them.

It knows no network. What it is told comes in by `intake`; how rows are kept is in `store` and
`segment`, what the frames hold in `schema`; files, selections, SQL, words and pictures are elsewhere.
"""

import os
import warnings
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from switchy_nb.recording.headers import Headers
from switchy_nb.recording.insight import Insight
from switchy_nb.recording.options import no_others
from switchy_nb.recording.pictures import Pictures

if TYPE_CHECKING:
    from datetime import datetime

    import pandas as pd

    from switchy_nb.recording.redact import Redacted


class Recording(Insight, Pictures, Headers):
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
    keep : Keep, optional
        How much is kept, for long runs: the last events, the last seconds, or all of it on disk.
        Everything in memory where it is not given.
    """

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

    # --- files ------------------------------------------------------------------------------

    def save(
        self,
        path: "str | os.PathLike[str]",
        *,
        partitioned: bool = False,
        progress: bool | None = None,
        **unknown: Any,
    ) -> None:
        """Write all of it as Parquet, which other programs can read too.

        It appears when it is whole, or not at all: also if it is interrupted. The columns are told
        on the page ``docs/recordings.md``.

        Parameters
        ----------
        path : path
            Where to; a recording that is there already is replaced.
        partitioned : bool
            Make a folder with a file for each day and switch, ``date=…/switch=…/part-0.parquet``,
            instead of one file.
        progress : bool, optional
            Whether to show a progress bar; by default in a notebook, if it takes long.

        Raises
        ------
        RecordingError
            If it cannot be written, or if what is there already is no recording.
        """
        from switchy_nb.recording import files, parts

        no_others("save", unknown, ("partitioned", "progress"))
        core, calls = self._frames.calls_of_rows(self._call_header)
        header = files.Header(
            self._call_header, self._app_headers, self.switch, self._torn, core.first
        )
        write = parts.write if partitioned else files.write
        write(path, core, calls, self._commands.snapshot()[1], header, progress)

    @classmethod
    def load(
        cls,
        path: "str | os.PathLike[str]",
        *,
        switch: str = "",
        progress: bool | None = None,
        **unknown: Any,
    ) -> "Recording":
        """Read a recording. The frames of one that `save` wrote are equal to those of the one saved.

        Its events have the numbers that they had, also where the first ones had been dropped.

        What can be read of a file that is damaged is read; what can't is warned of, and in
        `warnings`.

        Parameters
        ----------
        path : path
            What `save` or `record_to` wrote: a Parquet file, a folder of them, an Arrow stream; or
            the bytes that a connection received, plain (``.raw``) or compressed (``.raw.xz``).
            What it is shows in how it begins, not in its name.
        switch : str
            What to call the switch of a connection's bytes, which do not say.
        progress : bool, optional
            As of `save`.

        Raises
        ------
        RecordingError
            If there is nothing, if it is no recording or comes from a later version, or if nothing
            of it can be read.
        """
        from switchy_nb.recording import loading

        no_others("load", unknown, ("switch", "progress"))
        loaded = loading.read(path, switch, progress)
        header = loaded.header
        recording = cls(
            call_header=header.call_header, app_headers=header.app_headers, switch=header.switch
        )
        recording._torn = header.torn
        recording._fill(loaded.segments, loaded.commands, header.first)
        for problem in loaded.problems:
            recording._warnings.append(problem)
            warnings.warn(problem, stacklevel=2)
        return recording

    # --- parts and wholes -----------------------------------------------------------------

    @classmethod
    def concat(cls, recordings: "Iterable[Recording]") -> "Recording":
        """Make one recording of several, of different switches or days, by time of arrival.

        Parameters
        ----------
        recordings : iterable of Recording
            They stay as they are; each keeps its own order. The events are numbered anew, from 0
            on.

        Raises
        ------
        RecordingError
            If there is none, or if they join legs by different headers (`call_header`).
        """
        from switchy_nb.recording import joining

        given = joining.check_recordings(recordings, cls)
        call_header, app_headers = joining.check_alike(
            [(one.call_header, one.app_headers) for one in given]
        )
        switches = {one.switch for one in given}
        joined = cls(
            call_header=call_header,
            app_headers=app_headers,
            switch=switches.pop() if len(switches) == 1 else "",
        )
        joined._torn = sum(one.torn for one in given)
        joined._warnings.extend(dict.fromkeys(text for one in given for text in one.warnings))
        joined._fill(
            joining.join([(one._frames.core(), one.switch) for one in given]),
            joining.join_commands([one._commands.snapshot()[1] for one in given]),
        )
        return joined

    def select(
        self,
        *,
        calls: str | Iterable[str] | None = None,
        sessions: str | Iterable[str] | None = None,
        since: "str | datetime | None" = None,
        until: "str | datetime | None" = None,
        **unknown: Any,
    ) -> "Recording":
        """Make a smaller recording of this one; each thing that is given narrows it.

        Parameters
        ----------
        calls : str, iterable of str or DataFrame, optional
            Only these calls, by their keys, or those in a part of the frame `calls`: all events of
            their legs, the jobs and commands that belong to them, and what happened to the link
            meanwhile.
        sessions : str, iterable of str or DataFrame, optional
            Only these legs, by their uuids or as a part of the frame `sessions`, with the same.
        since, until : datetime, Timestamp or str, optional
            Only what was received at or after `since` and before `until`; in UTC, unless it says
            otherwise. The commands are those that were sent then, or whose jobs ended then.

        Returns
        -------
        Recording
            Its events are numbered anew, from 0 on.

        Raises
        ------
        RecordingError
            If there is no such call or leg, or if a time cannot be read.
        """
        from switchy_nb.recording import selecting

        no_others("select", unknown, ("calls", "sessions", "since", "until"))
        choice = selecting.Choice.of(calls, sessions, since, until)
        core = self._frames.core()
        rows, jobs = selecting.chosen_rows(choice, core, self)
        part = Recording(
            call_header=self.call_header, app_headers=self.app_headers, switch=self.switch
        )
        part._fill(selecting.rows_of(core, rows))
        commands = self._commands.snapshot()[1]
        legs = part.sessions.index
        part._commands.extend(selecting.chosen_commands(choice, commands, jobs, legs))
        return part

    def sql(
        self, query: str, parameters: "Sequence[Any] | Mapping[str, Any] | None" = None
    ) -> "pd.DataFrame":
        """Run a query in SQL over the frames, by DuckDB (``pip install 'switchy_nb[sql]'``).

        The frames are tables, with their index as the first column: ``events``, ``sessions``,
        ``calls``, ``jobs``, ``commands``. Any other header of an event is ``header(n, 'Name')``,
        and ``header('Name')`` is a table of ``n`` and ``value``. The query sees no files.

        Parameters
        ----------
        query : str
            In DuckDB's SQL.
        parameters : sequence or mapping, optional
            Values for ``?`` or ``$name`` in it. Values that came from elsewhere belong here.

        Raises
        ------
        ConfigurationError
            If DuckDB is not installed.
        RecordingError
            If the query cannot be run; the message is DuckDB's.
        """
        from switchy_nb.recording.query import run

        return run(self, query, parameters)

    def redact(
        self,
        *,
        headers: Iterable[str] = (),
        numbers: bool = True,
        digits: bool = False,
        salt: str | bytes | None = None,
        progress: bool | None = None,
        **unknown: Any,
    ) -> "Redacted":
        """Make a copy in which nobody can be recognised: see `switchy_nb.recording.redact.redact`."""
        from switchy_nb.recording.redact import redact

        no_others("redact", unknown, ("headers", "numbers", "digits", "salt", "progress"))
        return redact(
            self, headers=headers, numbers=numbers, digits=digits, salt=salt, progress=progress
        )

    # --- what it shows --------------------------------------------------------------------

    def __repr__(self) -> str:
        count = len(self)
        shown = f"{count:,} event{'' if count == 1 else 's'}"
        sent = self._commands.sent_to_switches
        if sent:
            shown += f", {sent:,} command{'' if sent == 1 else 's'}"
        if self.dropped:
            shown += f", {self.dropped:,} older ones dropped"
        return f"<Recording of {shown}>"

    def _repr_html_(self) -> str:
        from switchy_nb.recording.html import summary

        return summary(self, self._frames.core().link_losses())
