"""Whatever a recording was kept in, read: Parquet, folders, Arrow streams, bytes of a connection.

What a file is, is seen from how it begins, not from its name.
"""

import os
from collections.abc import Iterator
from pathlib import Path

from switchy_nb.errors import RecordingError
from switchy_nb.recording import files, parts, rawbytes, stream
from switchy_nb.recording.fields import own_times
from switchy_nb.recording.files import Header, Loaded
from switchy_nb.recording.parquet import MAGIC
from switchy_nb.recording.progress import progress
from switchy_nb.recording.rows import segment_of
from switchy_nb.recording.segment import Row, Segment
from switchy_nb.recording.store import SEGMENT_BYTES, SEGMENT_ROWS

_STREAM_MAGIC = b"\xff\xff\xff\xff"
_ARROW_FILE_MAGIC = b"ARROW1"


def read(path: str | os.PathLike[str], switch: str = "", show: bool | None = None) -> Loaded:
    """Read a recording.

    Parameters
    ----------
    path : path
        A file or a folder.
    switch : str
        What to call the switch of a connection's bytes, which do not say.
    show : bool, optional
        Whether to show how far it is (see `progress`).

    Raises
    ------
    RecordingError
        If there is nothing, if it is no recording, or if nothing of it can be read.
    """
    place = Path(path)
    if place.is_dir():
        return parts.read(place, show)
    begins = _beginning(place)
    if begins.startswith(MAGIC):
        return files.read(place, show)
    if begins.startswith(_STREAM_MAGIC):
        return _read_stream(place, show)
    if begins.startswith((rawbytes.XZ_MAGIC, *rawbytes.BEGINNINGS)):
        return _read_raw(place, switch, show)
    if begins.startswith(_ARROW_FILE_MAGIC):
        raise RecordingError(
            f"{place} is an Arrow file (Feather), but no recording: Recording.record_to writes "
            "Arrow's stream format, and Recording.save Parquet"
        )
    if not begins:
        raise RecordingError(f"{place} is no recording: it is empty")
    raise RecordingError(
        f"{place} is no recording: it begins {begins!r}, and is neither a Parquet file "
        "(Recording.save), nor an Arrow stream (Recording.record_to), nor the bytes of an Event "
        "Socket connection (.raw, .raw.xz)"
    )


def _beginning(place: Path) -> bytes:
    try:
        with place.open("rb") as file:
            return file.read(16)
    except FileNotFoundError as exc:
        raise RecordingError(f"there is no file {place}; look at the name and the folder") from exc
    except (OSError, ValueError) as exc:  # the latter of a name that none can have
        reason = getattr(exc, "strerror", None) or exc
        raise RecordingError(f"{place} cannot be read: {reason}") from exc


def _read_stream(place: Path, show: bool | None) -> Loaded:
    header, segments, commands, cut = stream.read_stream(place, show)
    return Loaded(header, segments, commands, [] if cut is None else [str(cut)])


def _read_raw(place: Path, switch: str, show: bool | None) -> Loaded:
    file = rawbytes.RawFile(place)
    segments = list(_segments(_raw_rows(file, switch or None, show)))
    return Loaded(Header(switch=switch, torn=file.torn), segments, [], file.problems)


def _segments(given: Iterator[Row]) -> Iterator[Segment]:
    rows: list[Row] = []
    first = size = 0
    for row in given:
        rows.append(row)
        size += len(row[0])
        if len(rows) >= SEGMENT_ROWS or size >= SEGMENT_BYTES:
            yield segment_of(first, rows)
            first += len(rows)
            rows, size = [], 0
    if rows:
        yield segment_of(first, rows)


def _raw_rows(file: rawbytes.RawFile, switch: str | None, show: bool | None) -> Iterator[Row]:
    """Give the events as rows that came when they were made: nothing else is known of it."""
    latest: int | None = None
    for events in progress(file.blocks(), total=file.count, what="loading", show=show):
        for event, moment in zip(events, own_times(events, latest), strict=True):
            latest = moment
            yield event.raw, moment, rawbytes.kind_of(event), switch
