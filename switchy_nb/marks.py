"""Marks on the functions of an app: which events they are for.

An app is any namespace (a class, an instance, a module) with functions so marked.
"""

from collections.abc import Callable, Collection, Iterator
from enum import Enum
from typing import Any, TypeVar

F = TypeVar("F", bound=Callable[..., Any])

_EVENTS = "_switchy_events"
_KIND = "_switchy_kind"


class Kind(Enum):
    """What a marked function is called as."""

    #: called with the session (and the job) after the listener has taken the event in
    CALLBACK = "callback"
    #: takes the event in, in the listener's place
    HANDLER = "handler"


def _marker(event: str, kind: Kind) -> Callable[[F], F]:
    def mark(function: F) -> F:
        events = [*getattr(function, _EVENTS, ()), event]
        setattr(function, _EVENTS, events)
        setattr(function, _KIND, kind)
        return function

    return mark


def event_callback(event: str) -> Callable[[F], F]:
    """Mark a function to be called for events of this name (or CUSTOM subclass).

    It is called as ``callback(sess)``, or ``callback(sess, job)`` for BACKGROUND_JOB and
    CHANNEL_HANGUP if it takes two arguments; an event of no leg comes as ``callback(event)``.
    Marks add up: a function may be for several events.
    """
    return _marker(event, Kind.CALLBACK)


def handler(event: str) -> Callable[[F], F]:
    """Mark a function to take in events of this name: ``handler(event)``.

    It returns whether the event is consumed and what callbacks are called with, such as
    ``(True, sess)``.
    """
    return _marker(event, Kind.HANDLER)


def get_callbacks(
    ns: object, skip: Collection[str] = (), only: Kind | None = None
) -> Iterator[tuple[str, Kind, Any]]:
    """Yield every marked function of a namespace: handlers first, then callbacks.

    Yields
    ------
    (str, Kind, object)
        The event's name, what it is called as, and what was marked.
    """
    found = []
    for name in dir(ns):
        if name in skip:
            continue
        marked = getattr(ns, name, None)
        events = getattr(marked, _EVENTS, None)
        if events:
            kind = getattr(marked, _KIND)
            found += [(event, kind, marked) for event in events]
    for kind in (Kind.HANDLER, Kind.CALLBACK):
        if only in (None, kind):
            yield from (entry for entry in found if entry[1] is kind)


def has_callbacks(ns: object) -> bool:
    """Whether a namespace holds any marked function."""
    return next(get_callbacks(ns), None) is not None
