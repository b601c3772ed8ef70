"""A recording as a replay sees it: which event is due when, and what was answered to which command.

Sockets, clients and the passing of time are elsewhere.
"""

import difflib
from bisect import bisect_left
from functools import cached_property
from typing import TYPE_CHECKING, Any

from switchy_nb.errors import ProtocolError, RecordingError
from switchy_nb.recording.fields import Kind
from switchy_nb.recording.snapshot import Snapshot
from switchy_nb.wire import Event, Format
from switchy_nb.wire.rewrite import rewritten
from switchy_nb.wire.serve import event_frame

if TYPE_CHECKING:
    import numpy as np

    from switchy_nb.recording import Recording

_JOB = "BACKGROUND_JOB"


class Row:
    """One event, for the filters of a client; read only as far as they ask."""

    __slots__ = ("_event", "name", "subclass")

    def __init__(self, name: str, subclass: str | None, event: Event) -> None:
        self.name = name
        self.subclass = subclass
        self._event = event

    @property
    def body(self) -> str | None:
        """What follows the headers; None too where the event cannot be read."""
        try:
            return self._event.body
        except ProtocolError:
            return None

    def header(self, name: str) -> str | None:
        """Find a header's first value; None too where the event cannot be read."""
        try:
            found: str | None = self._event.get(name)
            return found
        except ProtocolError:
            return None


class Tape:
    """The rows of a recording in order, each with the second at which it is due.

    Parameters
    ----------
    recording : Recording
        What is played; rows that are recorded later are not.
    switch : str, optional
        Play only what came from this switch.

    Attributes
    ----------
    due : numpy.ndarray of float64, shape (rows,)
        Seconds from the first arrival to that of each row; never falling. A row whose arrival is
        not known is due with the one before it.
    start : int
        When the first row arrived, in µs since the epoch; 0 if no row says.

    Raises
    ------
    RecordingError
        If there is no event to play, or no such switch.
    """

    def __init__(self, recording: "Recording", switch: str | None = None) -> None:
        import numpy as np

        self._rows = Snapshot(recording)
        self._names: Any = self._rows.core.text("name")
        self._subclasses: Any = self._rows.core.text("subclass")
        self._kinds = self._rows.kinds()
        self.commands = self._rows.commands
        self.places: np.ndarray[Any, Any] = np.arange(len(self._rows))
        if switch is not None:
            self._choose(switch)
        if not any(self._kinds[n] is not Kind.LINK for n in self.places.tolist()):
            raise RecordingError(
                "there is nothing to replay: the recording holds no event"
                + (f" of the switch {switch!r}" if switch is not None else "")
            )
        self.start, self.due = self._times()

    def _choose(self, switch: str) -> None:
        switches = self._rows.core.text("switch")
        known = sorted({str(name) for name in switches if name is not None})
        if switch not in known:
            near = difflib.get_close_matches(switch, known, 1, 0.0)
            hint = f"; the nearest is {near[0]!r}" if near else "; no row names one"
            raise RecordingError(f"nothing was recorded of a switch {switch!r}{hint}")
        self.places = self.places[switches == switch]
        self.commands = [sent for sent in self.commands if sent.switch == switch]

    def _times(self) -> tuple[int, "np.ndarray[Any, Any]"]:
        import numpy as np

        came = self._rows.core.received[self.places]
        known = ~np.isnat(came)
        if not known.any():
            return 0, np.zeros(len(came))
        moments = came.astype("int64")
        first = int(moments[known][0])
        moments[~known] = first
        offsets = np.maximum.accumulate(np.maximum(moments - first, 0))
        return first, offsets / 1e6

    def __len__(self) -> int:
        return len(self.places)

    @property
    def duration(self) -> float:
        """Seconds from the first arrival to the last."""
        return float(self.due[-1])

    def index_at(self, seconds: float) -> int:
        """Return the first row that is due at this second or later."""
        return bisect_left(self.due, seconds)

    def index_after(self, seconds: float) -> int:
        """Return the first row that is due later than this second."""
        import numpy as np

        return int(np.searchsorted(self.due, seconds, "right"))

    def is_link(self, at: int) -> bool:
        """Whether a row says that the link came up or went down."""
        return self._kinds[self.places[at]] is Kind.LINK

    @cached_property
    def link_rows(self) -> list[tuple[int, bool]]:
        """The rows about the link, in order, and whether it came up then."""
        return [
            (at, self._names[n] == "LINK_UP")
            for at, n in enumerate(self.places.tolist())
            if self._kinds[n] is Kind.LINK
        ]

    @cached_property
    def names(self) -> frozenset[str]:
        """The names of all events, as they can be subscribed to."""
        return frozenset(name for name in set(self._names.tolist()) if name)

    def name(self, at: int) -> str:
        """Return the name that an event is subscribed to by."""
        return self._names[self.places[at]] or ""

    def event(self, at: int) -> Event:
        """Return an event, as it was recorded."""
        n = int(self.places[at])
        fmt = Format.JSON if self._kinds[n] is Kind.JSON else Format.PLAIN
        return Event(self._rows.raw(n), fmt)

    def row(self, at: int, event: Event) -> Row:
        """Return what filters look at."""
        n = self.places[at]
        return Row(self._names[n] or "", self._subclasses[n], event)

    def frame(self, event: Event, kind: str) -> bytes:
        """Write an event as its frame; its own bytes, where the format is its own.

        One that cannot be read goes out as it is, under its own format's name.
        """
        try:
            return event_frame(rewritten(event, kind), kind)
        except ProtocolError:
            return event_frame(event.raw, event.fmt.value)

    @cached_property
    def legs(self) -> frozenset[str]:
        """The uuids of all legs that have an event."""
        import pyarrow.compute as pc

        found = pc.unique(self._rows.core.table["session"].combine_chunks())
        return frozenset(uuid for uuid in found.to_pylist() if uuid)

    def is_up(self, uuid: str, head: int) -> bool:
        """Whether a leg has begun, and not yet ended, before row `head`."""
        sessions = self._rows.core.text("session")[self.places[:head]]
        own = self.places[:head][sessions == uuid]
        return len(own) > 0 and "CHANNEL_DESTROY" not in set(self._names[own].tolist())

    @cached_property
    def jobs(self) -> dict[str, int]:
        """The rows at which background jobs ended, by the jobs' uuids."""
        uuids = self._rows.core.text("job")
        return {
            str(uuids[n]): at
            for at, n in enumerate(self.places.tolist())
            if self._names[n] == _JOB and uuids[n] is not None
        }
