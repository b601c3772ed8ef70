"""The frames of a recording, built when they are asked for and kept until more is recorded."""

import difflib
import threading
from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

from switchy_nb.errors import RecordingError
from switchy_nb.recording.calls import calls_frame
from switchy_nb.recording.commands import CommandLog, Sent
from switchy_nb.recording.core import Core
from switchy_nb.recording.jobs import JobBook, jobs_frame
from switchy_nb.recording.legs import Legs, find_legs
from switchy_nb.recording.sessions import FactBook, Facts, sessions_frame
from switchy_nb.recording.store import Store

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa


class Frames:
    """Builds frames, each from one moment's rows. Safe from any thread.

    Parameters
    ----------
    store : Store
        The rows.
    commands : CommandLog
        The commands.
    """

    def __init__(self, store: Store, commands: CommandLog) -> None:
        self._store = store
        self._commands = commands
        self._lock = threading.RLock()
        self._kept: dict[str, tuple[Hashable, Any]] = {}
        self._first = 0
        self._facts = FactBook()
        self._ends = JobBook()

    def events(self, call_header: str) -> "pd.DataFrame":
        """Return the frame of events."""
        with self._lock:
            core = self._core()
            key = (core.first, len(core), call_header)
            frame: pd.DataFrame = self._once(
                "events", key, lambda: events_frame(core, self._legs(core, call_header))
            )
            return frame.copy(deep=False)

    def sessions(self, call_header: str, app_headers: tuple[str, ...]) -> "pd.DataFrame":
        """Return the frame of legs."""
        with self._lock:
            return self._sessions(self._core(), call_header, app_headers).copy(deep=False)

    def calls(self, call_header: str, app_headers: tuple[str, ...]) -> "pd.DataFrame":
        """Return the frame of calls."""
        with self._lock:
            core = self._core()
            changes, commands = self._commands.snapshot()

            def build() -> "pd.DataFrame":
                legs = self._legs(core, call_header)
                sessions = self._sessions(core, call_header, app_headers)
                jobs = self._jobs(core, changes, commands)
                return calls_frame(core, legs, self._read(core, legs), sessions, jobs)

            key = (core.first, len(core), changes, call_header, app_headers)
            frame: pd.DataFrame = self._once("calls", key, build)
            return frame.copy(deep=False)

    def jobs(self) -> "pd.DataFrame":
        """Return the frame of background jobs."""
        with self._lock:
            return self._jobs(self._core(), *self._commands.snapshot()).copy(deep=False)

    def commands(self) -> "pd.DataFrame":
        """Return the frame of commands."""
        with self._lock:
            changes, commands = self._commands.snapshot()
            frame: pd.DataFrame = self._once("commands", changes, lambda: commands_frame(commands))
            return frame.copy(deep=False)

    def core(self) -> Core:
        """Return the core columns of all rows that are there now."""
        with self._lock:
            return self._core()

    def calls_of_rows(self, call_header: str) -> tuple[Core, "pa.ChunkedArray"]:
        """Return the core columns of one moment, and the call of each row."""
        with self._lock:
            core = self._core()
            return core, calls_of_rows(self._legs(core, call_header))

    def _core(self) -> Core:
        segments = self._store.segments()
        first = segments[0].first if segments else 0
        end = segments[-1].first + len(segments[-1]) if segments else 0
        if first != self._first:  # what was read of rows that are gone does not count any more
            self._first = first
            self._facts, self._ends = FactBook(), JobBook()
        before = self._kept.get("core", (None, None))[1]
        core: Core = self._once(
            "core", (first, end), lambda: Core.of(segments, end - first, before)
        )
        return core

    def _legs(self, core: Core, call_header: str) -> Legs:
        key = (core.first, len(core), call_header)
        legs: Legs = self._once("legs", key, lambda: find_legs(core, call_header))
        return legs

    def _read(self, core: Core, legs: Legs) -> list[Facts]:
        facts: list[Facts] = self._once(
            "facts", (core.first, len(core)), lambda: self._facts.read(core, legs)
        )
        return facts

    def _sessions(
        self, core: Core, call_header: str, app_headers: tuple[str, ...]
    ) -> "pd.DataFrame":
        def build() -> "pd.DataFrame":
            legs = self._legs(core, call_header)
            return sessions_frame(core, legs, self._read(core, legs), app_headers)

        frame: pd.DataFrame = self._once(
            "sessions", (core.first, len(core), call_header, app_headers), build
        )
        return frame

    def _jobs(self, core: Core, changes: int, commands: Sequence[Sent]) -> "pd.DataFrame":
        frame: pd.DataFrame = self._once(
            "jobs", (core.first, len(core), changes), lambda: jobs_frame(core, commands, self._ends)
        )
        return frame

    def kept(self, what: str, key: Hashable, build: Callable[[], Any]) -> Any:
        """Return what was made of the frames, and make it anew where `key` is another."""
        with self._lock:
            return self._once(what, key, build)

    def _once(self, what: str, key: Hashable, build: Callable[[], Any]) -> Any:
        """Build anew only what is not up to date."""
        kept = self._kept.get(what)
        if kept is None or kept[0] != key:
            kept = self._kept[what] = (key, build())
        return kept[1]


def events_frame(core: Core, legs: Legs) -> "pd.DataFrame":
    """Make the frame of events."""
    import numpy as np

    from switchy_nb.recording.schema import EVENTS, Type, make_frame

    columns: dict[str, Any] = {
        "received": core.received,
        "time": core.time,
        "call": calls_of_rows(legs),
    }
    sequence = core.encoded["sequence"]
    columns["sequence"] = _nullable(
        sequence.fill_null(0).to_numpy().astype("int64"), np.asarray(sequence.is_null().to_numpy())
    )
    for name, kind in EVENTS.items():
        if kind is Type.TEXT and name != "call":
            columns[name] = core.texts(name)
    return make_frame(EVENTS, columns, index_name="n", first=core.first)


def calls_of_rows(legs: Legs) -> "pa.ChunkedArray":
    """Return the call of each row, null where it belongs to no leg."""
    import pyarrow as pa

    calls = pa.array(legs.calls, pa.string())
    return pa.chunked_array([calls.take(pa.array(legs.of_row, mask=legs.of_row < 0))])


def select(
    frame: "pd.DataFrame",
    column: "pd.Series[Any] | pd.Index[Any]",
    wanted: Iterable[str],
    what: str,
) -> "pd.DataFrame":
    """Return the rows of a frame where a column has one of some values, each of which must be there.

    Raises
    ------
    RecordingError
        If one is not.
    """
    wanted, known = list(wanted), set(column)
    for value in wanted:
        if value not in known:
            near = difflib.get_close_matches(str(value), [str(v) for v in column], n=1, cutoff=0)
            hint = f"; the nearest is {near[0]!r}" if near else "; none is recorded"
            raise RecordingError(f"no {what} {value!r} is recorded{hint}")
    return frame[column.isin(wanted)]


def commands_frame(commands: Sequence[Sent]) -> "pd.DataFrame":
    """Make the frame of commands."""
    from switchy_nb.analysis.latency import seconds_between
    from switchy_nb.recording.schema import COMMANDS, make_frame, moments

    columns: dict[str, Any] = {
        name: [getattr(sent, name) for sent in commands] for name in COMMANDS if name != "took_s"
    }
    for name in ("sent", "replied"):
        columns[name] = moments(columns[name])
    columns["took_s"] = seconds_between(columns["sent"], columns["replied"])
    return make_frame(COMMANDS, columns, index_name="n")


def _nullable(values: Any, missing: Any) -> Any:
    import pandas as pd

    return pd.arrays.IntegerArray(values, missing)
