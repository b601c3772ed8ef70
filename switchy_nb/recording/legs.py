"""Which rows belong to which leg, and which legs are one call.

Works on whole columns at once; single headers are not read here (see `sessions`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from switchy_nb.recording.core import Core

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

    Array = np.ndarray[Any, Any]

#: FreeSWITCH's own idea of what belongs together: a leg that another one began has its uuid here.
CALL_UUID = "Channel-Call-UUID"


@dataclass(frozen=True)
class Legs:
    """The legs of a recording, in order of their first event.

    Attributes
    ----------
    uuids : list of str
        One for each leg.
    of_row : array of int
        Which leg each row belongs to; −1 where none.
    first_row : array of int
        The row of each leg's first event.
    calls : list of str
        The call that each leg belongs to.
    """

    uuids: list[str]
    of_row: "Array"
    first_row: "Array"
    calls: list[str]

    def first(self, rows: "Array") -> "Array":
        """For each leg the first of its rows where `rows` is true; −1 where there is none."""
        import numpy as np

        found = np.flatnonzero(rows & (self.of_row >= 0))[::-1]
        return self._spread(found)

    def last(self, rows: "Array") -> "Array":
        """For each leg the last of its rows where `rows` is true; −1 where there is none."""
        import numpy as np

        return self._spread(np.flatnonzero(rows & (self.of_row >= 0)))

    def counts(self) -> "Array":
        """How many rows each leg has."""
        import numpy as np

        return np.bincount(self.of_row[self.of_row >= 0], minlength=len(self.uuids))

    def _spread(self, found: "Array") -> "Array":
        import numpy as np

        rows = np.full(len(self.uuids), -1, "int64")
        rows[self.of_row[found]] = found  # of several for one leg, the one written last stays
        return rows


def find_legs(core: Core, call_header: str) -> Legs:
    """Find the legs, and join them into calls.

    The key of a leg's call is the first value of `call_header` that any of its events has; without
    one, the key of the leg that began it (`CALL_UUID`), or its own uuid. A key that is used again
    after all legs of its call have hung up begins another call, ``key#2``.
    """
    import numpy as np

    codes, uuids = core.codes("session")
    alone = Legs(uuids, codes, np.empty(0, "int64"), [])
    every = np.ones(len(core), bool)
    first_row = alone.first(every)
    keys = _first_values(alone, core.header(call_header))
    began_by = _first_values(alone, core.header(CALL_UUID), but=uuids)
    ended = alone.first(core.named("CHANNEL_HANGUP", "CHANNEL_HANGUP_COMPLETE", "CHANNEL_DESTROY"))
    calls = _name_calls(uuids, _resolve(uuids, keys, began_by), first_row, ended)
    return Legs(uuids, codes, first_row, calls)


def _first_values(
    legs: Legs, column: "pa.ChunkedArray", but: Sequence[str] | None = None
) -> list[str | None]:
    """Each leg's first value of a column; with `but`, the first that is not the leg's own there."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    there = pc.and_kleene(column.is_valid(), pc.not_equal(column, "")).fill_null(False)
    if but is not None and len(but):
        own = pa.array(but, pa.string()).take(pa.array(np.maximum(legs.of_row, 0)))
        there = pc.and_(there, pc.not_equal(column, own).fill_null(False))
    rows = legs.first(there.to_numpy())
    values = column.take(pa.array(rows, mask=rows < 0))
    return [str(v) if v is not None else None for v in values.to_pylist()]


def _resolve(
    uuids: Sequence[str], keys: Sequence[str | None], began_by: Sequence[str | None]
) -> list[str]:
    """Give legs without a key that of the leg that began them, or else its uuid."""
    of = {uuid: at for at, uuid in enumerate(uuids)}
    resolved = []
    for start in range(len(uuids)):
        at, seen = start, {start}
        while keys[at] is None and (parent := of.get(began_by[at] or "")) is not None:
            if parent in seen:
                break
            seen.add(parent)
            at = parent
        resolved.append(keys[at] or began_by[at] or uuids[at])
    return resolved


def _name_calls(
    uuids: Sequence[str], keys: Sequence[str], first_row: "Array", ended: "Array"
) -> list[str]:
    legs_of: dict[str, list[int]] = {}
    current: dict[str, str] = {}
    calls = []
    for leg, key in enumerate(keys):
        call = current.setdefault(key, key)
        legs = legs_of.setdefault(call, [])
        # A key that is the uuid of one of its legs is that leg's alone, however late the others
        # come: a far leg may begin after the near one was cancelled.
        if (
            legs
            and key not in {uuids[other] for other in legs}
            and key != uuids[leg]
            and all(0 <= ended[other] < first_row[leg] for other in legs)
        ):
            number = 2
            while f"{key}#{number}" in legs_of:
                number += 1
            call = current[key] = f"{key}#{number}"
            legs = legs_of.setdefault(call, [])
        legs.append(leg)
        calls.append(call)
    return calls
