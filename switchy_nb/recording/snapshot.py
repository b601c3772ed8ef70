"""All that is in a recording at one moment, for whoever goes through it: a replay, a redaction.

It does not grow with the recording, and reads bytes only as they are asked for.
"""

from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Iterator
from itertools import accumulate
from typing import TYPE_CHECKING

from switchy_nb.recording.commands import Sent
from switchy_nb.recording.core import Core
from switchy_nb.recording.fields import Kind
from switchy_nb.recording.rows import pieces

if TYPE_CHECKING:
    import pyarrow as pa

    from switchy_nb.recording.recording import Recording
    from switchy_nb.recording.rows import Piece

#: Segments whose bytes are held open, each some 15 MB: readers stand at a few places at once.
_OPEN = 4


class Snapshot:
    """A recording's rows and commands, as they were when this was made.

    Parameters
    ----------
    recording : Recording
        The recording.

    Attributes
    ----------
    core : Core
        The core columns of its rows.
    commands : list of Sent
        Its commands.
    """

    def __init__(self, recording: "Recording") -> None:
        self.core: Core = recording._frames.core()
        self.commands: list[Sent] = recording._commands.snapshot()[1]
        #: the row that each segment begins with; only the last one can have grown since
        self._starts = [0, *accumulate(len(segment) for segment in self.core.segments)][:-1]
        self._open: OrderedDict[int, pa.LargeBinaryArray] = OrderedDict()

    def __len__(self) -> int:
        return len(self.core)

    def pieces(self) -> "Iterator[Piece]":
        """Give all rows in order, in pieces: their core columns and their bytes."""
        return pieces(self.core)

    def raw(self, n: int) -> bytes:
        """Return the bytes of the row at place `n`, from 0 on; quick where they are read in order."""
        at = bisect_right(self._starts, n) - 1
        place = n - self._starts[at]
        raws = self._open.get(at)
        if raws is None:
            raws = self._open[at] = self.core.segments[at].raws()[0]
            if len(self._open) > _OPEN:
                self._open.popitem(last=False)
        else:
            self._open.move_to_end(at)
        found: bytes = raws[place].as_py()
        return found

    def kinds(self) -> list[Kind]:
        """Return what each row is."""
        return [Kind(kind) for kind in self.core.table["kind"].to_pylist()]
