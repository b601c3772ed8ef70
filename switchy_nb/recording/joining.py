"""Recordings of several switches, or of several days, made into one by time of arrival.

Each recording's own order stays, also where its clock was set back.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, TypeVar

from switchy_nb.errors import RecordingError
from switchy_nb.recording.commands import Sent
from switchy_nb.recording.core import Core
from switchy_nb.recording.merging import Source, merged
from switchy_nb.recording.rows import pieces, segments_of
from switchy_nb.recording.segment import Segment

if TYPE_CHECKING:
    from switchy_nb.recording.merging import Array, Block

T = TypeVar("T")


def check_recordings(given: Iterable[T], kind: type[T]) -> list[T]:
    """Return recordings as a list.

    Raises
    ------
    TypeError
        If something else is among them.
    """
    recordings = list(given)
    for one in recordings:
        if not isinstance(one, kind):
            raise TypeError(
                f"what is concatenated are recordings, not {type(one).__name__}; "
                "Recording.load reads one from a file"
            )
    return recordings


def check_alike(headers: Sequence[tuple[str, tuple[str, ...]]]) -> tuple[str, tuple[str, ...]]:
    """Return the call header that recordings share, and all their app headers.

    Raises
    ------
    RecordingError
        If there is no recording, or if they join legs by different headers.
    """
    if not headers:
        raise RecordingError("there is nothing to concatenate: the list of recordings is empty")
    names = list(dict.fromkeys(call_header for call_header, _ in headers))
    if len(names) > 1:
        raise RecordingError(
            f"these recordings join legs into calls by different headers, {', '.join(names)}: "
            "set call_header of each to the same before"
        )
    apps = dict.fromkeys(name for _, app_headers in headers for name in app_headers)
    return names[0], tuple(apps)


def join(cores: "Sequence[tuple[Core, str]]") -> Iterator[Segment]:
    """Give the rows of recordings in the order in which they came.

    Parameters
    ----------
    cores : sequence of (Core, str)
        Each recording's rows, and what to call the switch of those that do not say.
    """
    sources = []
    for core, switch in cores:
        keys = _keys(core)
        if len(keys):
            sources.append(Source(int(keys[0]), _blocks(core, keys, switch)))
    return segments_of(merged(sources))


def join_commands(logs: Sequence[Sequence[Sent]]) -> list[Sent]:
    """Return the commands of recordings in the order in which they were sent."""
    timed = []
    for log in logs:
        latest = 0
        for sent in log:
            latest = max(latest, sent.sent or 0)
            timed.append((latest, sent))
    return [sent for _, sent in sorted(timed, key=lambda entry: entry[0])]


def _keys(core: Core) -> "Array":
    """When each row came; where that is unknown or goes back, as the row ahead of it."""
    import numpy as np

    received = core.received.view("int64")  # what is unknown is the smallest number
    return np.maximum.accumulate(received) if len(received) else received


def _blocks(core: Core, keys: "Array", switch: str) -> "Iterator[Block]":
    import pyarrow.compute as pc

    at = 0
    for table, raw in pieces(core):
        if switch:
            place = table.schema.get_field_index("switch")
            table = table.set_column(place, "switch", pc.fill_null(table["switch"], switch))
        yield keys[at : at + len(table)], (table, raw)
        at += len(table)
