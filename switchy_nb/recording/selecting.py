"""A part of a recording: some calls, some legs, some time, with all that belongs to them.

Which rows and commands belong is decided here; the frames that say so are built elsewhere.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from switchy_nb.errors import RecordingError
from switchy_nb.recording.commands import Sent
from switchy_nb.recording.core import Core
from switchy_nb.recording.fields import Kind
from switchy_nb.recording.frames import select
from switchy_nb.recording.rows import pieces, segments_of
from switchy_nb.recording.segment import Segment

if TYPE_CHECKING:
    import numpy as np

    from switchy_nb.recording.recording import Recording
    from switchy_nb.recording.rows import Piece

    Array = np.ndarray[Any, Any]

_WORD = re.compile(r"[\w-]+")


@dataclass(frozen=True, slots=True)
class Choice:
    """What is wanted; None is no matter.

    Attributes
    ----------
    calls, sessions : list of str or None
        Keys of calls, uuids of legs.
    since, until : int or None
        µs since the epoch: from here on, and until before there.
    """

    calls: list[str] | None
    sessions: list[str] | None
    since: int | None
    until: int | None

    @classmethod
    def of(cls, calls: Any, sessions: Any, since: Any, until: Any) -> "Choice":
        """Read what a caller gave.

        Raises
        ------
        RecordingError
            If a time cannot be read, or the times are the wrong way round.
        TypeError
            If something is of another type.
        """
        begin, end = moment(since, "since"), moment(until, "until")
        if begin is not None and end is not None and begin > end:
            raise RecordingError(
                f"since={since!s} is later than until={until!s}: nothing is between"
            )
        return cls(_names(calls, "calls"), _names(sessions, "sessions"), begin, end)

    def in_time(self, moments: "Array") -> "Array":
        """Say which moments (``datetime64[us]``) are wanted; those unknown only if any is."""
        import numpy as np

        wanted = np.ones(len(moments), bool)
        if self.since is not None:
            wanted &= moments >= np.datetime64(self.since, "us")  # NaT is neither
        if self.until is not None:
            wanted &= moments < np.datetime64(self.until, "us")
        return wanted


def moment(value: Any, what: str) -> int | None:
    """Read a time: µs since the epoch; without a time zone it is UTC, as in the frames.

    Raises
    ------
    RecordingError
        If it is no time.
    TypeError
        If it is neither text, nor a datetime, nor a Timestamp.
    """
    import numpy as np
    import pandas as pd

    if value is None:
        return None
    if not isinstance(value, str | datetime | np.datetime64):
        raise TypeError(
            f"{what} is a datetime, a pandas Timestamp or text such as '2026-11-23 10:30', "
            f"not {type(value).__name__}"
        )
    try:
        stamp = pd.Timestamp(value)
    except (ValueError, OverflowError) as exc:
        raise RecordingError(
            f"{what}={value!r} cannot be read as a time; write it as '2026-11-23 10:30:00' (UTC) or "
            "give a datetime"
        ) from exc
    if pd.isna(stamp):
        raise RecordingError(f"{what}={value!r} is no time: leave it out for no limit")
    naive = stamp if stamp.tzinfo is None else stamp.tz_convert("UTC").tz_localize(None)
    return int(naive.to_datetime64().astype("datetime64[us]").astype("int64"))


def chosen_rows(choice: Choice, core: Core, recording: "Recording") -> tuple["Array", set[str]]:
    """Say which rows belong to a choice, and which jobs.

    Of calls and legs those are: their legs' events, the events that end their jobs, and what
    happened to the link meanwhile.

    Raises
    ------
    RecordingError
        If there is no such call or leg; the nearest name is named.
    """
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    wanted = choice.in_time(core.received)
    if choice.calls is None and choice.sessions is None:
        return wanted, set(core.table["job"].filter(pa.array(wanted)).drop_null().to_pylist())
    legs = recording.sessions
    kept_jobs: set[str] = set()
    if choice.calls is not None:
        calls = recording.calls
        legs = select(legs, legs["call"], choice.calls, "call")
        kept_jobs |= set(calls.loc[calls.index.isin(choice.calls), "job"].dropna())
    if choice.sessions is not None:
        every = recording.sessions
        chosen = select(every, every.index, choice.sessions, "session")
        legs = legs[legs.index.isin(chosen.index)]
    jobs = recording.jobs
    kept_jobs |= set(jobs.index[jobs["session"].isin(legs.index)])

    def among(column: str, values: Iterable[str]) -> "Array":
        found = pc.is_in(core.table[column], value_set=pa.array(list(values), pa.string()))
        return np.array(found.to_numpy())

    theirs = among("session", legs.index) | among("job", kept_jobs)
    places = np.flatnonzero(theirs)
    if len(places):
        switches = core.table["switch"].take(pa.array(places)).unique()
        link = among("switch", switches.to_pylist())
        link &= pc.equal(core.table["kind"], int(Kind.LINK)).to_numpy()
        link[: places[0]] = link[places[-1] + 1 :] = False
        theirs |= link
    return wanted & theirs, kept_jobs


def chosen_commands(
    choice: Choice, commands: Sequence[Sent], jobs: set[str], uuids: Iterable[str]
) -> list[Sent]:
    """Return the commands that belong to a choice.

    Of calls and legs those are: the commands that began their jobs, and those that name a leg.
    """
    from switchy_nb.recording.schema import moments

    by_legs = choice.calls is not None or choice.sessions is not None
    timely = choice.in_time(moments([sent.sent for sent in commands]))
    known = set(uuids)
    kept = []
    for sent, in_time in zip(commands, timely, strict=True):
        of_job = sent.job is not None and sent.job in jobs
        if by_legs:
            names_leg = not known.isdisjoint(_WORD.findall(sent.command))
            if of_job or (names_leg and in_time):
                kept.append(sent)
        elif in_time or of_job:
            kept.append(sent)
    return kept


def rows_of(core: Core, wanted: "Array") -> Iterator[Segment]:
    """Give the wanted rows, as segments of a recording of their own."""
    return segments_of(_filtered(core, wanted))


def _filtered(core: Core, wanted: "Array") -> "Iterator[Piece]":
    import pyarrow as pa

    at = 0
    for table, raw in pieces(core):
        mask = wanted[at : at + len(table)]
        at += len(table)
        if mask.any():
            of_piece = pa.array(mask)
            yield table.filter(of_piece), raw.filter(of_piece)


def _names(value: Any, what: str) -> list[str] | None:
    import pandas as pd

    if value is None:
        return None
    if isinstance(value, str):
        return [value]
    if isinstance(value, pd.DataFrame):
        value = value.index
    try:
        names = list(value)
    except TypeError:
        names = [value]
    for name in names:
        if not isinstance(name, str):
            raise TypeError(f"{what} are names, as the frame's index has them, not {name!r}")
    return names
