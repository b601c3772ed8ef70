"""Names that somebody may have mistyped: of options, and of headers."""

import difflib
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from switchy_nb.errors import ProtocolError, RecordingError
from switchy_nb.recording.fields import Kind, readable
from switchy_nb.wire import Event, Format

if TYPE_CHECKING:
    from switchy_nb.recording.core import Core


def no_others(method: str, given: Mapping[str, Any], known: Sequence[str]) -> None:
    """Make sure that no unknown options were given.

    Raises
    ------
    TypeError
        If one was; the right one is named.
    """
    for name in given:
        near = difflib.get_close_matches(name, known, n=1)
        hint = f"did you mean {near[0]!r}?" if near else f"there are {', '.join(known)}"
        raise TypeError(f"Recording.{method}() takes no {name!r}; {hint}")


def no_such_header(core: "Core", name: str) -> RecordingError:
    """Return an error that says that no event has a header, and which one is nearest to it."""
    near = nearest_header(core, name)
    hint = "none is similar" if near is None else f"the nearest is {near!r}"
    return RecordingError(
        f"no event has a header {name!r}; {hint}. With required=False it would be missing everywhere"
    )


def nearest_header(core: "Core", name: str) -> str | None:
    """Return the header of some event whose name is most like another; None if none is."""
    known = {known.lower(): known for known in _header_names(core)}
    near = difflib.get_close_matches(name.lower(), list(known), n=1)
    return known[near[0]] if near else None


def _header_names(core: "Core") -> set[str]:
    """Return the headers of some events of each name: of the first, one in the middle, the last."""
    import numpy as np

    names = np.asarray(core.table["name"].fill_null("").to_numpy(zero_copy_only=False))
    rows: set[int] = set()
    for event_name in set(names.tolist()):
        places = np.flatnonzero(names == event_name)
        rows |= {int(places[at]) for at in (0, len(places) // 2, -1)}
    found: set[str] = set()
    for _, raw, kind in core.raw_rows(rows):
        event = Event(raw, Format.JSON if kind is Kind.JSON else Format.PLAIN)
        try:
            found.update(map(readable, event))
        except (ProtocolError, ValueError, RecursionError):
            continue  # bytes that are no event have no names to offer
    return found
