"""An event's headers, and what has changed in them since the event before. Nothing is painted here."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from switchy_nb.wire import Event

#: What begins so is of the event itself and not of its leg: it differs in every event, and says
#: nothing by it.
OWN = "event-"


class Mark(Enum):
    """What has become of a header."""

    SAME = ""
    NEW = "new"
    CHANGED = "changed"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class Header:
    """One header of an event.

    Attributes
    ----------
    name, value : str
        As they came.
    path : str
        What follows the event in Python to get it, such as ``['Channel-State']``.
    mark : Mark
        What has become of it since the event before.
    was : str
        What it was there, if it has changed or is gone.
    """

    name: str
    value: str
    path: str
    mark: Mark = Mark.SAME
    was: str = ""


def headers_of(event: Event, before: Event | None) -> list[Header]:
    """Return an event's headers in their order, those that are gone behind them, and its body.

    Parameters
    ----------
    event : Event
        Any.
    before : Event or None
        The event before of the same leg; without one nothing is marked.
    """
    headers = list(_headers(event, before))
    if before is not None:
        for name, value in before.items():
            if name not in event and not _is_own(name):
                headers.append(Header(name, "", f".get({name!r})", Mark.GONE, value))
    if event.body is not None:
        headers.append(Header("(body)", event.body, ".body"))
    return headers


def _headers(event: Event, before: Event | None) -> Iterator[Header]:
    for name in event:
        for at, value in enumerate(event.getall(name)):
            # of a name that comes twice, an event has the first by its name
            path = f"[{name!r}]" if at == 0 else f".getall({name!r})[{at}]"
            if before is None or _is_own(name):
                yield Header(name, value, path)
                continue
            values = before.getall(name)
            if at >= len(values):
                yield Header(name, value, path, Mark.NEW)
            elif values[at] != value:
                yield Header(name, value, path, Mark.CHANGED, values[at])
            else:
                yield Header(name, value, path)


def _is_own(name: str) -> bool:
    return name.lower().startswith(OWN)
