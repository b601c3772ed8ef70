"""The columns of a recording's file, in order, with their types and what they mean.

One place for them: the writer takes them from here, and so does the test that holds the page
``docs/recordings.md`` to them.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from switchy_nb.recording.fields import SEQUENCE_HEADER, TEXT_COLUMNS
from switchy_nb.wire.event import TIME_HEADER

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a file.

    Attributes
    ----------
    name : str
        Its name.
    kind : str
        Its type, as Arrow writes it.
    source : str
        The header that it comes from; "" if it comes from none.
    """

    name: str
    kind: str
    source: str = ""


_MOMENT = "timestamp[us, tz=UTC]"
#: That follow from the rest of the row, so that they can be made again (see `mending`).
DERIVED = ("time", "sequence", *TEXT_COLUMNS)

COLUMNS = (
    Column("n", "int64"),
    Column("received", _MOMENT),
    Column("time", _MOMENT, TIME_HEADER),
    Column("sequence", "int64", SEQUENCE_HEADER),
    Column("name", "string", TEXT_COLUMNS["name"]),
    Column("subclass", "string", TEXT_COLUMNS["subclass"]),
    Column("session", "string", TEXT_COLUMNS["session"]),
    Column("call", "string"),
    *(
        Column(name, "string", TEXT_COLUMNS[name])
        for name in TEXT_COLUMNS
        if name not in ("name", "subclass", "session")
    ),
    Column("switch", "string"),
    Column("kind", "int8"),
    Column("raw", "large_binary"),
)


def file_schema() -> "pa.Schema":
    """Return the columns as an Arrow schema."""
    import pyarrow as pa

    types = {
        "int64": pa.int64(),
        "int8": pa.int8(),
        "string": pa.string(),
        "large_binary": pa.large_binary(),
        _MOMENT: pa.timestamp("us", "UTC"),
    }
    return pa.schema([(column.name, types[column.kind]) for column in COLUMNS])
