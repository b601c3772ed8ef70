"""What somebody looks at, in Python: a selection, the table, events, a timeline. No widgets.

Each function returns one line for a cell; `recording` is what the recording is called there.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from switchy_nb.panels.rows import COLUMNS, View
from switchy_nb.panels.scene import LANES
from switchy_nb.panels.script import listed

if TYPE_CHECKING:
    from switchy_nb.recording.finding import Wanted


def of_selection(recording: str, legs: Sequence[str]) -> str:
    """Select the legs of calls, which are given as expressions."""
    return f"selected = {_only(recording, legs)}" if legs else ""


def of_table(recording: str, view: View, shown: Sequence[str]) -> str:
    """Sort, filter, and choose columns of the frame of legs, which has no words for a state."""
    line = f"{recording}.sessions"
    if view.wanted:
        line += (
            "[lambda legs: legs.astype(str).apply(lambda column: "
            f"column.str.contains({view.wanted!r}, case=False, regex=False)).any(axis=1)]"
        )
    if view.sort:
        order = ", ascending=False" if view.descending else ""
        line += f".sort_values({COLUMNS[view.sort].frame!r}{order})"
    if [*shown] != [name for name, column in COLUMNS.items() if column.shown]:
        names = [COLUMNS[name].frame for name in shown if name != "uuid"]  # which is the index
        line += f"[{names!r}]"
    return line


def of_events(recording: str, wanted: "Wanted", legs: Sequence[str] | None) -> str:
    """Find events, in all of the recording or (if any are given) of some legs."""
    if legs is not None:
        if not legs:
            return ""
        recording = _only(recording, legs)
    given = [repr(wanted.text)] if wanted.text else []
    given += [f"name={wanted.name!r}"] if wanted.name.strip() else []
    given += [f"leg={wanted.leg!r}"] if wanted.leg else []
    return f"{recording}.find({', '.join(given)})" if given else f"{recording}.events"


def of_event(recording: str, n: int) -> str:
    """Return one event, by its number."""
    return f"{recording}.event({n})"


def of_timeline(
    recording: str, legs: Sequence[str] | None, clock: str, *, growing: bool = False
) -> str:
    """Draw some legs, or all: while there may be more of them, the newest of those that are up."""
    given = []
    if legs is not None:
        if not legs:
            return ""
        given.append(f"sessions={listed(legs)}")
    elif growing:
        given.append(f"sessions={recording}.sessions.query('hungup.isna()').index[-{LANES}:]")
    given += [f"clock={clock!r}"] if clock != "arrival" else []
    return f"{recording}.timeline({', '.join(given)})"


def _only(recording: str, legs: Sequence[str]) -> str:
    return f"{recording}.select(sessions={listed(legs)})"
