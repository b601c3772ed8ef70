"""A recording as a folder of Parquet files, one for each day and switch.

``date=2026-11-23/switch=fs1/part-0.parquet``, as Hive lays them out: DuckDB, Polars and Spark read
the folder as one table, in which the folders' names are columns. Days are those of ``received``, in
UTC; what is unknown is in ``__HIVE_DEFAULT_PARTITION__``. Each file is a recording by itself, and
has the commands that were sent to its switch on its day.
"""

import os
import secrets
from collections import OrderedDict
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote

from switchy_nb.errors import RecordingError
from switchy_nb.recording import files
from switchy_nb.recording.columns import file_schema
from switchy_nb.recording.commands import Sent
from switchy_nb.recording.core import Core
from switchy_nb.recording.files import Header, Loaded
from switchy_nb.recording.merging import Source, merged
from switchy_nb.recording.parquet import Opened, open_writer
from switchy_nb.recording.progress import progress
from switchy_nb.recording.rescue import opened
from switchy_nb.recording.rows import segments_of
from switchy_nb.recording.store import SEGMENT_ROWS
from switchy_nb.recording.whole import whole_folder

if TYPE_CHECKING:
    import pyarrow as pa

    from switchy_nb.recording.merging import Block

#: a day and a switch
Partition = tuple["str | None", "str | None"]

_UNKNOWN = "__HIVE_DEFAULT_PARTITION__"
_SUFFIX = ".parquet"
#: Files that are open at once; beyond it the one that waited longest is ended, and its partition
#: goes on in another file.
_OPEN = 64
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def write(
    path: str | os.PathLike[str],
    core: Core,
    calls: "pa.ChunkedArray",
    commands: list[Sent],
    header: Header,
    show: bool | None = None,
) -> None:
    """Write a recording as a folder; parameters and errors are those of `files.write`.

    A folder of such files that is there already is replaced as a whole; any other is refused.
    """
    place = Path(os.path.realpath(path))  # of a link, the folder that it leads to is replaced
    _check_may_go(place)
    told: dict[Partition, list[tuple[int, Sent]]] = {}
    for n, sent in enumerate(commands):
        told.setdefault((_day(sent.sent), sent.switch or None), []).append((n, sent))
    with whole_folder(place) as folder, _Parts(folder, header, told) as parts:
        rows = files.full_rows(core, calls)
        for table in progress(rows, total=len(core.segments), what="saving", show=show):
            for partition, piece in _split(table):
                parts.add(partition, piece)
        parts.add_rest()


def read(folder: Path, show: bool | None = None) -> Loaded:
    """Read all recordings in a folder, at any depth, as one.

    Rows of one `save` come back in their order, those of several by time of arrival. Files that
    cannot be read are left out, and told of in `Loaded.problems`.

    Raises
    ------
    RecordingError
        If there is no recording, or none can be read.
    """
    found = _files_in(folder)
    if not found:
        raise RecordingError(
            f"the folder {folder} is no recording: there is no Parquet file in it. "
            "Recording.save(…, partitioned=True) writes such folders"
        )
    problems: list[str] = []
    parts: list[_Part] = []
    for path in found:
        try:
            parts.append(_Part(path, folder, problems))
        except RecordingError as exc:
            if len(found) == 1:
                raise
            problems.append(f"{exc} (this file was left out)")
    if not parts:
        raise RecordingError(
            f"none of the {len(found)} Parquet files in {folder} can be read; the first: "
            f"{problems[0]}"
        )
    # A file that has lost what it says of itself is taken for one of those that lie beside it.
    saves = {part.saved: part.header for part in parts if part.footer}
    saves = saves or {parts[0].saved: parts[0].header}
    by = "n" if len(saves) == 1 and all(part.numbered for part in parts) else "received"
    sources = [part.source(by, problems) for part in parts if part.rows]
    total = sum(-(-part.rows // SEGMENT_ROWS) for part in parts)
    segments = segments_of(merged(sources))
    shown = list(progress(segments, total=total, what="loading", show=show))
    if by == "n":
        commands = sorted((c for part in parts for c in part.commands), key=lambda c: c[0])
    else:
        commands = [c for part in parts for c in part.commands]
        commands.sort(key=lambda c: c[1].sent or 0)
    header = _common(list(saves.values()), problems)
    return Loaded(header, shown, [sent for _, sent in commands], problems)


def _common(headers: list[Header], problems: list[str]) -> Header:
    first = headers[0]
    if len({header.call_header for header in headers}) > 1:
        problems.append(
            f"the files join legs by different headers; {first.call_header!r} was taken. Another "
            "can be set as call_header"
        )
    names = dict.fromkeys(name for header in headers for name in header.app_headers)
    switch = first.switch if len({header.switch for header in headers}) == 1 else ""
    start = first.first if len(headers) == 1 else 0  # several recordings are numbered anew
    return Header(first.call_header, tuple(names), switch, sum(h.torn for h in headers), start)


class _Part:
    """One of the files to read: what it says of itself; its rows when they are due."""

    def __init__(self, path: Path, folder: Path, problems: list[str]) -> None:
        self.path = path
        with opened(path, problems) as file:
            self.header, self.saved, self.commands = files.read_metadata(path, file, problems)
            names = file.schema.names
            self.rows = file.rows
            self.footer = file.footer
            self._starts = {name: _least(file, name) for name in ("n", "received")}
        self.numbered = "n" in names
        self.switch: str | None = self.header.switch or None
        for name in path.relative_to(folder).parts[:-1]:
            key, equals, value = name.partition("=")
            if key == "switch" and equals:
                self.switch = "" if value == _UNKNOWN else unquote(value)

    def source(self, by: str, problems: list[str]) -> Source:
        return Source(self._starts[by], self._blocks(by, problems))

    def _blocks(self, by: str, problems: list[str]) -> "Iterator[Block]":
        import numpy as np

        latest = self._starts[by]
        try:
            with opened(self.path, problems) as file:
                for table, piece in files.read_groups(self.path, file, self.switch, problems):
                    numbers = table if by == "n" else piece[0]
                    if by in numbers.column_names:
                        keys = numbers[by].cast("int64").fill_null(latest).to_numpy()
                    else:  # it is damaged
                        keys = np.full(len(table), latest)
                    keys = np.maximum.accumulate(np.maximum(keys, latest))
                    latest = int(keys[-1]) if len(keys) else latest
                    yield keys, piece
        except RecordingError as exc:
            problems.append(f"{exc} (this file was left out)")


def _least(opened: Opened, column: str) -> int:
    """Return the least number in a file's column of numbers or moments, or what is surely less."""
    nowhere, file = -(2**63), opened.file
    if column not in opened.schema.names or not file.num_row_groups:
        return nowhere
    at = opened.schema.names.index(column)
    statistics = file.metadata.row_group(0).column(at).statistics
    if statistics is None or not statistics.has_min_max or statistics.null_count:
        return nowhere
    least = statistics.min
    if isinstance(least, datetime):
        aware = least if least.tzinfo else least.replace(tzinfo=UTC)
        return (aware - _EPOCH) // timedelta(microseconds=1)
    return int(least)


class _Parts:
    """The files of a folder that is being written."""

    def __init__(
        self, folder: Path, header: Header, told: dict[Partition, list[tuple[int, Sent]]]
    ) -> None:
        schema = file_schema()
        self._schema = schema.remove(schema.get_field_index("switch"))
        self._folder = folder
        self._header = header
        self._told = told
        self._saved = secrets.token_hex(8)
        self._numbers: dict[Partition, int] = {}
        self._writers: OrderedDict[Partition, Any] = OrderedDict()
        self._held: dict[Partition, list[pa.Table]] = {}

    def __enter__(self) -> "_Parts":
        return self

    def __exit__(self, *exc: object) -> None:
        while self._writers:
            self._writers.popitem()[1].close()

    def add(self, partition: Partition, rows: "pa.Table") -> None:
        """Take rows, which are written when there are enough to compress well."""
        held = self._held.setdefault(partition, [])
        held.append(rows.drop_columns(["switch"]))
        if sum(map(len, held)) >= SEGMENT_ROWS:
            self._write(partition)
        elif len(self._held) > _OPEN:
            self._write(max(self._held, key=lambda key: sum(map(len, self._held[key]))))

    def add_rest(self) -> None:
        """Write what is held, and a file for commands that no event came with."""
        for partition in list(self._held):
            self._write(partition)
        for partition in [*self._told] or ([] if self._numbers else [(None, None)]):
            if partition not in self._numbers:
                self._writer(partition)

    def _write(self, partition: Partition) -> None:
        import pyarrow as pa

        held = self._held.pop(partition)
        self._writer(partition).write_table(pa.concat_tables(held).combine_chunks())

    def _writer(self, partition: Partition) -> Any:
        if partition in self._writers:
            self._writers.move_to_end(partition)
            return self._writers[partition]
        if len(self._writers) >= _OPEN:
            self._writers.popitem(last=False)[1].close()
        number = self._numbers.get(partition, 0)
        self._numbers[partition] = number + 1
        folder = self._folder / f"date={_named(partition[0])}" / f"switch={_named(partition[1])}"
        folder.mkdir(parents=True, exist_ok=True)
        commands = self._told.get(partition, []) if number == 0 else []
        schema = files.described(self._schema, self._header, commands, self._saved)
        writer = open_writer(str(folder / f"part-{number}{_SUFFIX}"), schema)
        self._writers[partition] = writer
        return writer


def _split(table: "pa.Table") -> "Iterator[tuple[Partition, pa.Table]]":
    """Divide rows by day and switch; mostly all of them are of one."""
    import pyarrow.compute as pc

    days = table["received"].cast("date32")
    for day in days.unique().to_pylist():
        of_day = table.filter(pc.is_null(days) if day is None else pc.equal(days, day))
        switches = of_day["switch"]
        for switch in switches.unique().to_pylist():
            chosen = pc.is_null(switches) if switch is None else pc.equal(switches, switch)
            yield (None if day is None else day.isoformat(), switch), of_day.filter(chosen)


def _day(moment: int | None) -> str | None:
    return None if moment is None else str((_EPOCH + timedelta(microseconds=moment)).date())


def _named(value: str | None) -> str:
    """Write a value as a folder's name that holds no path, and reads back as the same value."""
    if value is None or value == "":
        return _UNKNOWN
    name = quote(value, safe="")
    return name if name != _UNKNOWN else name.replace("_", "%5F", 1)


def _files_in(folder: Path) -> list[Path]:
    return sorted(
        path
        for path in folder.rglob(f"*{_SUFFIX}")
        if not any(name.startswith(".") for name in path.relative_to(folder).parts)
    )


def _check_may_go(place: Path) -> None:
    """Refuse to replace anything but a folder that holds a recording and nothing else."""
    if not place.exists():
        return
    if not place.is_dir():
        raise RecordingError(
            f"the recording cannot be saved as the folder {place}: a file is there. Choose another "
            "name, or remove it"
        )
    for path in sorted(place.rglob("*")):
        names = [name.partition("=")[0] for name in path.relative_to(place).parts]
        known = names[:2] == ["date", "switch"][: len(names)] and (
            path.is_dir() or (len(names) == 3 and path.suffix == _SUFFIX)
        )
        if not known:
            raise RecordingError(
                f"the recording cannot be saved as the folder {place}: {path} is there, and is no "
                "part of a recording. Choose another name, or remove it"
            )
