"""The side of a recording that gives single events, and any of their headers."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from switchy_nb.recording.fields import Kind
from switchy_nb.recording.intake import Intake
from switchy_nb.recording.options import no_others, no_such_header
from switchy_nb.wire import Event, Format

if TYPE_CHECKING:
    import pandas as pd


class Headers(Intake):
    """Headers and whole events. See `Recording`."""

    def header(self, name: str, *, required: bool = True) -> "pd.Series[Any]":
        """Return one header of every event.

        Parameters
        ----------
        name : str
            In any case.
        required : bool
            Whether it is an error if there are events and none of them has it.

        Returns
        -------
        Series of str
            Indexed by ``n``, missing where an event has no such header; of duplicates the first.

        Raises
        ------
        RecordingError
            If no event has it; the nearest name is named.
        """
        import pandas as pd

        core = self._frames.core()
        values = core.header(name)
        if required and len(core) and values.null_count == len(core):
            raise no_such_header(core, name)
        index = pd.RangeIndex(core.first, core.first + len(core), name="n")
        return pd.Series(pd.array(values, dtype="str"), index=index, name=name)

    def pick(self, rows: Iterable[int], names: Sequence[str]) -> "pd.DataFrame":
        """Some headers of some events, without reading the others.

        Parameters
        ----------
        rows : iterable of int
            The events' numbers, ``n``.
        names : sequence of str
            The headers, in any case.

        Returns
        -------
        DataFrame of str
            Indexed by ``n``, in order, with a column for each name; missing where an event has no
            such header.

        Raises
        ------
        IndexError
            If there is no such event, or it was dropped.
        """
        import pandas as pd

        core = self._frames.core()
        wanted = sorted(set(rows))
        if wanted and not core.first <= wanted[0] <= wanted[-1] < core.first + len(core):
            raise IndexError(
                f"there are no events {wanted[0]} to {wanted[-1]}: {len(core)} are recorded, "
                f"from {core.first} on"
            )
        found = core.pick([n - core.first for n in wanted], names)
        columns = {
            name: pd.array([found[n - core.first][at] for n in wanted], dtype="str")
            for at, name in enumerate(names)
        }
        return pd.DataFrame(columns, index=pd.Index(wanted, name="n", dtype="int64"))

    def find(
        self, text: str = "", *, name: str = "", leg: str = "", **unknown: Any
    ) -> "pd.DataFrame":
        """Return the events that hold something, as rows of `events`; each thing given narrows it.

        Parameters
        ----------
        text : str
            Part of any header, ``Name: value``, or of the body; in any case.
        name : str
            Words: one must be part of the event's name or subclass, none of those after ``-`` may.
        leg : str
            Part of the leg's uuid.
        """
        from switchy_nb.recording.finding import Wanted, find

        no_others("find", unknown, ("text", "name", "leg"))
        events = self._frames.events(self._call_header)
        return find(events, self._store.segments(), Wanted(name=name, leg=leg, text=text))

    def wide(self, *, progress: bool | None = None, **unknown: Any) -> "pd.DataFrame":
        """Every header of every event as a column of its own (index ``n``); `progress` as of `save`."""
        from switchy_nb.recording.wide import wide_frame

        no_others("wide", unknown, ("progress",))
        return wide_frame(self._frames.core(), progress)

    def event(self, n: int) -> Event:
        """Return one event with all its headers and its body.

        Raises
        ------
        IndexError
            If there is no event `n`, or it was dropped.
        """
        first, end = self.dropped, self.received
        if not first <= n < end:
            raise IndexError(f"there is no event {n}: {end - first} are recorded, from {first} on")
        segment = self._store.segment_of(n)
        raw, kind = segment.row(n - segment.first)
        return Event(raw, Format.JSON if kind is Kind.JSON else Format.PLAIN)
