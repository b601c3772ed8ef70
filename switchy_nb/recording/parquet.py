"""Parquet files of recordings as they are written and read, row group by row group.

What the columns hold is told in `columns`; what is done with a file that is not whole, in `rescue`.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pyarrow as pa

#: how a file begins and ends
MAGIC = b"PAR1"
#: One page for many events: the compressor sees no further than a page.
_PAGE_BYTES = 16 * 1024 * 1024


def open_writer(file: Any, schema: "pa.Schema") -> Any:
    """Open a Parquet writer as recordings are best written: small, and read by others.

    The pages have checksums, so that none that is damaged is taken for whole.
    """
    import pyarrow.parquet as pq

    repeating = [name for name in schema.names if name not in ("n", "raw")]
    return pq.ParquetWriter(
        file,
        schema,
        compression="zstd",
        use_dictionary=repeating,
        column_encoding={"n": "DELTA_BINARY_PACKED"},
        data_page_size=_PAGE_BYTES,
        write_statistics=["n", *repeating],
        write_page_checksum=True,
    )


def open_file(source: Any, metadata: Any = None) -> Any:
    """Open a ``pyarrow.parquet.ParquetFile`` that verifies checksums, by its own footer or another.

    Raises
    ------
    pyarrow.ArrowException, OSError
        If it cannot be opened.
    """
    import pyarrow.parquet as pq

    return pq.ParquetFile(source, metadata=metadata, page_checksum_verification=True)


@dataclass(frozen=True, slots=True)
class Group:
    """A row group: how many rows it has, and what reads them, all columns or some.

    What reads raises ``pyarrow.ArrowException``, ``OSError`` or ``ValueError`` if it cannot.
    """

    rows: int
    read: "Callable[[list[str]], pa.Table]"


@dataclass(slots=True)
class Opened:
    """A Parquet file that is open, as far as it can be read.

    Attributes
    ----------
    file : pyarrow.parquet.ParquetFile
        The file.
    groups : list of Group
        Its row groups.
    footer : bool
        Whether it says itself what is where, and what is no row.
    """

    file: Any
    groups: list[Group] = field(default_factory=list)
    footer: bool = True

    @classmethod
    def of(cls, file: Any, *, footer: bool = True) -> "Opened":
        """Take a file with all of its row groups."""
        sizes = [file.metadata.row_group(at).num_rows for at in range(file.num_row_groups)]
        groups = [Group(rows, partial(file.read_row_group, at)) for at, rows in enumerate(sizes)]
        return cls(file, groups, footer)

    @property
    def schema(self) -> "pa.Schema":
        """Its columns, with what it says of itself."""
        return self.file.schema_arrow

    @property
    def rows(self) -> int:
        """How many rows it has, or had."""
        return sum(group.rows for group in self.groups)

    def __enter__(self) -> "Opened":
        return self

    def __exit__(self, *exc: object) -> None:
        self.file.close()

    def read(self, group: Group) -> "pa.Table":
        """Return the rows of a row group, without columns that are damaged.

        Raises
        ------
        pyarrow.ArrowException, OSError, ValueError
            If no column can be read.
        """
        import pyarrow as pa

        names = self.schema.names
        try:
            return group.read(names)
        except (pa.ArrowException, OSError, ValueError) as exc:
            error = exc
        columns = {}
        for name in names:
            try:
                columns[name] = group.read([name])[name]
            except (pa.ArrowException, OSError, ValueError) as exc:
                error = exc
        if not columns:
            raise error
        return pa.table(columns)
