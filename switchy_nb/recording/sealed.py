"""Rows that no longer change: what a segment needs of them, and how they are held in memory."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from switchy_nb.recording.typed import Shrunk, pack_raw, unpack

if TYPE_CHECKING:
    import pyarrow as pa


class Sealed(Protocol):
    """Rows that no longer change, wherever they are."""

    @property
    def count(self) -> int:
        """How many they are."""

    @property
    def nbytes(self) -> int:
        """The bytes of memory that they take."""

    @property
    def kinds(self) -> bytes:
        """The kind of each row."""

    @property
    def watched(self) -> bool:
        """Whether the columns of the watched headers are there too."""

    def core(self, columns: list[str] | None = None) -> "pa.Table":
        """Return the core columns, or some of them; texts may be dictionary-encoded."""

    def raw(self) -> "pa.LargeBinaryArray":
        """Return the rows' bytes."""


@dataclass(frozen=True, slots=True)
class Packed:
    """Rows as compressed Arrow IPC streams in memory."""

    kinds: bytes
    packed_core: Shrunk
    packed_raw: "pa.Buffer"

    @classmethod
    def of(cls, core: "pa.Table", raw: "Iterable[pa.Array]", kinds: bytes) -> "Packed":
        """Compress rows, whose bytes come in parts."""
        return cls(kinds, Shrunk.of(core), pack_raw(raw))

    @property
    def count(self) -> int:
        """How many rows there are."""
        return len(self.kinds)

    @property
    def watched(self) -> bool:
        """Whether the columns of the watched headers are there too."""
        return True

    @property
    def nbytes(self) -> int:
        """The bytes of memory that they take."""
        return int(self.packed_core.buffer.size + self.packed_raw.size) + len(self.kinds)

    def core(self, columns: list[str] | None = None) -> "pa.Table":
        """Return the core columns, or some of them."""
        return self.packed_core.table(columns)

    def raw(self) -> "pa.LargeBinaryArray":
        """Return the rows' bytes."""
        import pyarrow as pa

        return unpack(self.packed_raw)["raw"].cast(pa.large_binary()).combine_chunks()
