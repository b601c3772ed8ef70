"""Rows of a file that is not quite as `files` writes it, as far as they can be had.

All but a row's bytes, when it came and from where follows from the bytes: a column that another
program left out is read out of them again. How files are opened is not known here.
"""

import difflib
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from switchy_nb.errors import RecordingError
from switchy_nb.recording.columns import DERIVED
from switchy_nb.recording.fields import Kind
from switchy_nb.recording.memory import Joined
from switchy_nb.recording.typed import core_schema, decoded, read_core

if TYPE_CHECKING:
    import pyarrow as pa

    from switchy_nb.recording.rows import Piece


def check_columns(path: Path, names: Sequence[str]) -> None:
    """Make sure that the one column is there that nothing else can make up for.

    Raises
    ------
    RecordingError
        If it is not; the nearest name is named.
    """
    if "raw" in names:
        return
    near = difflib.get_close_matches("raw", names, n=1)
    hint = f"the nearest is {near[0]!r}" if near else f"there are {', '.join(names) or 'none'}"
    raise RecordingError(
        f"{path} is a recording without its column 'raw', the bytes of each event, and cannot be "
        f"loaded; {hint}. Keep that column when you write a recording with another program"
    )


def as_piece(
    path: Path,
    table: "pa.Table",
    switch: str | None,
    problems: list[str],
    *,
    damaged: bool = False,
) -> "Piece":
    """Return the core columns of some rows, and their bytes.

    Parameters
    ----------
    path : Path
        Where they are from, for words.
    table : pyarrow.Table
        The rows as they are in the file; what is no column of a recording is passed over.
    switch : str or None
        Where rows come from that do not say so; "" if it is said that nobody knows.
    problems : list of str
        What is not as it should be is added to it, once for each file.
    damaged : bool
        Whether columns that are not there are in the file, but cannot be read.

    Raises
    ------
    ValueError, pyarrow.ArrowException
        If these cannot be rows of a recording.
    """
    import pyarrow as pa

    raw = table["raw"].cast(pa.large_binary()).combine_chunks()
    raw = raw.combine_chunks() if isinstance(raw, pa.ChunkedArray) else raw
    if raw.null_count:
        raise ValueError("rows without bytes")
    schema = core_schema()
    columns: dict[str, Any] = {
        name: table[name].cast(schema.field(name).type)
        for name in schema.names
        if name in table.column_names
    }
    missing = [name for name in schema.names if name not in columns]
    if "kind" not in columns:
        columns["kind"] = pa.array(_kinds(raw), pa.int8())
    if not set(columns["kind"].unique().to_pylist()) <= {int(kind) for kind in Kind}:
        raise ValueError("rows of an unknown kind")
    for name, value in (("received", None), ("switch", switch or None)):
        if name not in columns:
            columns[name] = pa.array([value] * len(raw), schema.field(name).type)
    if any(name in DERIVED for name in missing):
        again = _read_again(raw, columns)
        columns |= {name: again[name] for name in missing if name in DERIVED}
    told = [name for name in missing if name != "switch" or switch is None]
    _tell(f"{path} {'is damaged in its' if damaged else 'has no'} column", told, problems)
    core = pa.table({name: columns[name] for name in schema.names}).cast(schema)
    return core.combine_chunks(), raw


def _kinds(raw: "pa.LargeBinaryArray") -> list[int]:
    """Guess how events are written; a row about a link cannot be told from a plain event."""
    return [int(Kind.JSON if event[:1] == b"{" else Kind.PLAIN) for event in raw.to_pylist()]


def _read_again(raw: "pa.LargeBinaryArray", columns: dict[str, Any]) -> "pa.Table":
    kinds = bytes(columns["kind"].to_pylist())
    received = _one(columns["received"].cast("int64"))
    return decoded(
        read_core(Joined(raw), kinds, received, _one(columns["switch"]).dictionary_encode())
    )


def _one(column: Any) -> "pa.Array":
    import pyarrow as pa

    return column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column


def _tell(what: str, missing: list[str], problems: list[str]) -> None:
    if not missing:
        return
    lost = [name for name in missing if name not in DERIVED]
    text = f"{what} {', '.join(map(repr, missing))}"
    text += f"; {', '.join(lost)} cannot be known" if lost else ""
    text += "; the others were read out of the events again" if len(lost) < len(missing) else ""
    if text not in problems:
        problems.append(text)
