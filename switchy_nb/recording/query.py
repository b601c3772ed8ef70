"""SQL over a recording's frames, by DuckDB.

The frames are views of a database in memory that lives for one query: it sees no files, no network
and no variables of the caller, and nothing that it changes outlives it.
"""

import difflib
import re
import threading
import warnings
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, wait
from typing import TYPE_CHECKING, Any, TypeVar

from switchy_nb.errors import ConfigurationError, RecordingError
from switchy_nb.recording.options import nearest_header
from switchy_nb.waiting import TICK, block_on

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

    from switchy_nb.recording.recording import Recording

T = TypeVar("T")

#: Seconds that an interrupted query may take to end.
_PATIENCE = 5.0
VIEWS = ("events", "sessions", "calls", "jobs", "commands")
_CONFIG: dict[str, str | bool | int | float | list[str]] = {
    "enable_external_access": False,
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
    "temp_directory": "",
}
#: The same header for a single event and for all of them.
_MACRO = "create macro header(name) as table select n, header(n, name) as value from events"
_UNKNOWN_TABLE = re.compile(r"Table with name (\S+) does not exist")


def run(
    recording: "Recording", query: str, parameters: Sequence[Any] | Mapping[str, Any] | None
) -> "pd.DataFrame":
    """Run one query over a recording.

    Raises
    ------
    ConfigurationError
        If DuckDB is not installed.
    RecordingError
        If the query cannot be run; the message is DuckDB's.
    """
    try:
        import duckdb
    except ImportError as exc:
        raise ConfigurationError(
            "SQL over a recording is done by DuckDB, which is not installed: "
            "pip install 'switchy_nb[sql]'"
        ) from exc
    connection = duckdb.connect(":memory:", config=_CONFIG)
    missed: list[str] = []

    def work() -> "pa.Table":
        with connection:
            # Moments are shown and cut into days in UTC, as in the frames, on whatever machine.
            connection.execute("set TimeZone = 'UTC'")
            for name in _mentioned(query):
                connection.register(name, _as_arrow(getattr(recording, name)))
            if re.search(r"\bheader\b", query, re.IGNORECASE):
                _add_header(connection, recording, missed)
            connection.execute("set lock_configuration = true")
            # The stubs know nothing of a query that holds nothing.
            result: Any = connection.sql(query, params=parameters)
            if result is None:
                raise RecordingError("the query is empty; begin with: select * from calls")
            return result.to_arrow_table()

    try:
        table = _interruptible(work, connection.interrupt)
    except duckdb.Error as exc:
        raise RecordingError(f"the query could not be run: {exc}{_hint(str(exc))}") from exc
    for name in missed:
        near = nearest_header(recording._frames.core(), name)
        if near is not None:
            warnings.warn(f"no event has a header {name!r}; the nearest is {near!r}", stacklevel=3)
    return _as_frame(table)


def _interruptible(work: Callable[[], T], interrupt: Callable[[], None]) -> T:
    """Do what takes long on a thread of its own: DuckDB itself obeys no Ctrl-C, or late.

    Whoever interrupts the wait for it interrupts it, too, and waits no longer than `_PATIENCE`
    until it has ended.
    """
    done: Future[T] = Future()

    def run() -> None:
        try:
            done.set_result(work())
        except BaseException as exc:
            done.set_exception(exc)

    threading.Thread(target=run, name="switchy_nb sql", daemon=True).start()
    try:
        return block_on(done, None, lambda: "the query")
    except BaseException:
        for _ in range(round(_PATIENCE / TICK)):
            if done.done():
                break
            interrupt()
            wait([done], TICK)
        raise


def _mentioned(query: str) -> Sequence[str]:
    """Return the views that a query can mean: building the others would take its time for nothing."""
    words = {word.lower() for word in re.findall(r"\w+", query)}
    named = [name for name in VIEWS if name in words or (name == "events" and "header" in words)]
    return named if named and not words & {"show", "information_schema"} else VIEWS


def _add_header(connection: Any, recording: "Recording", missed: list[str]) -> None:
    """Add ``header(n, 'Name')``, and ``header('Name')`` as a table of ``n`` and ``value``."""
    connection.create_function(
        "header",
        _header_function(recording, missed),
        ["BIGINT", "VARCHAR"],
        "VARCHAR",
        type="arrow",
        null_handling="special",
    )
    connection.execute(_MACRO)


def _header_function(recording: "Recording", missed: list[str]) -> Callable[..., "pa.Array"]:
    """Make the function; names that no event has are added to `missed`."""
    import pyarrow as pa
    import pyarrow.compute as pc

    columns: dict[str, tuple[int, pa.Array]] = {}

    def column(name: str) -> "tuple[int, pa.Array]":
        """The number of the first event, and the values from it on."""
        if name not in columns:
            series = recording.header(name, required=False)
            first = int(series.index[0]) if len(series) else 0
            columns[name] = first, pa.array(series, pa.string(), from_pandas=True)
            if len(series) and series.isna().all():
                missed.append(name)
        return columns[name]

    # DuckDB looks at the annotations of this one, and evaluates them.
    def header(numbers: Any, names: Any) -> Any:
        numbers, names = (
            pa.chunked_array([a]) if isinstance(a, pa.Array) else a for a in (numbers, names)
        )
        numbers, names = numbers.combine_chunks(), names.combine_chunks()
        found = pa.nulls(len(numbers), pa.string())
        for name in pc.unique(names).drop_null().to_pylist():
            first, values = column(name)
            places = pc.subtract(numbers, first)
            there = pc.and_(pc.greater_equal(places, 0), pc.less(places, len(values)))
            places = pc.if_else(there, places, None)
            found = pc.if_else(pc.equal(names, name).fill_null(False), values.take(places), found)
        return found

    return header


def _as_arrow(frame: "pd.DataFrame") -> "pa.Table":
    import pyarrow as pa

    return pa.Table.from_pandas(frame.reset_index(), preserve_index=False)


def _as_frame(table: "pa.Table") -> "pd.DataFrame":
    """Make a frame with the types of the recording's own: missing whole numbers stay whole."""
    import pandas as pd
    import pyarrow as pa

    columns: dict[int, Any] = {}
    for at, field in enumerate(table.schema):
        column = table.column(at)
        if pa.types.is_decimal(field.type):
            column = _plain_numbers(column)
        kind = column.type
        if pa.types.is_integer(kind) and column.null_count:
            columns[at] = pd.array(column.to_pylist(), dtype="Int64")
        elif pa.types.is_boolean(kind) and column.null_count:
            columns[at] = pd.array(column.to_pylist(), dtype="boolean")
        elif pa.types.is_timestamp(kind) and kind.tz is not None:
            columns[at] = column.cast(pa.timestamp(kind.unit, "UTC")).to_pandas()
        else:
            columns[at] = column.to_pandas()
    frame = pd.DataFrame(columns, copy=False)
    frame.columns = pd.Index(table.column_names, dtype="str")
    return frame


def _plain_numbers(column: "pa.ChunkedArray") -> "pa.ChunkedArray":
    """Return sums of whole numbers as whole numbers, if 64 bits can hold them; else as floats."""
    import pyarrow as pa

    if column.type.scale == 0:
        try:
            return column.cast(pa.int64())
        except pa.ArrowInvalid:
            return column.cast(pa.float64())
    return column.cast(pa.float64())


def _hint(message: str) -> str:
    unknown = _UNKNOWN_TABLE.search(message)
    if unknown is None:
        return ""
    near = difflib.get_close_matches(unknown[1].strip("!\"'"), VIEWS, n=1)
    hint = f"did you mean {near[0]}? " if near else ""
    return f"\n{hint}There are the tables {', '.join(VIEWS)}, and header('Name')"
