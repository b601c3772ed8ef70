"""Events one after the other: who is called for which, and what they are called with."""

import inspect
import logging
import threading
from collections import deque
from collections.abc import Callable, Iterable
from functools import partial
from sys import getrefcount
from typing import TYPE_CHECKING, Any

from switchy_nb.errors import LegGone, SwitchyError
from switchy_nb.events import kind_of
from switchy_nb.legstate import CHANGES, TIMES
from switchy_nb.recording.runs import Run
from switchy_nb.waiting import Waiter
from switchy_nb.wire import Batch, Event
from switchy_nb.wire.batch import Glanced, Glimpses

if TYPE_CHECKING:
    from switchy_nb.tracking import Followup, Tracker

log = logging.getLogger(__name__)

Callback = Callable[..., Any]


def _references() -> int:
    """Count the references to what only one variable holds: each Python has its own idea of it."""
    mine = object()
    return getrefcount(mine)


_ONLY_MINE = _references()


class Callbacks:
    """The callbacks of all app groups, and the waits that are tried after every event."""

    def __init__(self) -> None:
        #: app group → event name → callbacks in the order of their calls
        self.by_group: dict[str, dict[str, deque[Callback]]] = {}
        #: the events that anybody at all has a callback for; another set with each change
        self.wanted: frozenset[str] = frozenset()
        #: the waits that are tried after every event
        self.watchers: tuple[Waiter[Any], ...] = ()
        self._lock = threading.Lock()

    def add(self, event: str, group: str, callback: Callback, *, prepend: bool = False) -> None:
        """Add a callback behind (or before) the others."""
        with self._lock:
            chain = self.by_group.setdefault(group, {}).setdefault(event, deque())
            (chain.appendleft if prepend else chain.append)(callback)
            self.wanted |= {event}

    def remove(self, event: str, group: str, callback: Callback) -> None:
        """Remove a callback; `KeyError` if it is not there."""
        with self._lock:
            chain = self.by_group[group][event]
            if callback not in chain:
                raise KeyError(callback)
            chain.remove(callback)
            if not chain:
                del self.by_group[group][event]
            if not self.by_group[group]:
                del self.by_group[group]
            self.wanted = frozenset(name for chains in self.by_group.values() for name in chains)

    def run(self, event: str, group: str, arguments: Iterable[Any]) -> None:
        """Call whoever is registered; what one raises is logged and hurts nobody else."""
        if event not in self.wanted:
            return
        with self._lock:
            chain = tuple(self.by_group.get(group, {}).get(event, ()))
        arguments = tuple(arguments)
        for callback in chain:
            try:
                call_back(callback, arguments)
            except LegGone as exc:
                # the far end may hang up at any moment: no fault of the app's
                log.info("the callback %r for %s came too late: %s", callback, event, exc)
            except Exception:
                log.exception(
                    "the callback %r for %s (app group %r) failed", callback, event, group
                )

    def watch(self, waiter: Waiter[Any]) -> None:
        """Try a wait now, and after every event."""
        with self._lock:
            self.watchers += (waiter,)
        waiter.check()

    def unwatch(self, waiter: Waiter[Any]) -> None:
        """Try it no more."""
        with self._lock:
            self.watchers = tuple(w for w in self.watchers if w is not waiter)

    def notify_watchers(self) -> None:
        """Try every wait."""
        for waiter in self.watchers:
            waiter.check()

    def fail_watchers(self, error: SwitchyError) -> None:
        """End every wait with an error; nobody's code is run."""
        for waiter in self.watchers:
            waiter.fail(error)


def take_rows(tracker: "Tracker", callbacks: Callbacks, run: Run, batch: Batch) -> None:
    """Take in events, one after the other, and call who wants to know; none can hurt the next.

    It does what `take_event` does, but reads no more of each event than it must: of most nobody
    wants to know more than that they are there. They are recorded as `run`.
    """
    glimpses = Glimpses(batch, tracker.sought)
    names, legs = glimpses.names, glimpses.legs
    up, ending = tracker.sessions.get, tracker.ending.get
    sessions = [up(leg) or ending(leg) for leg in legs]  # type: ignore[arg-type]  # None: none
    handlers = wanted = None
    #: of which names nobody wants to know more than that they are there
    quiet: list[bool] = []
    #: what is done about the legs of events that nobody reads: what a glance tells is enough
    followups: list[Followup | None] = []
    for at, (name, leg) in enumerate(zip(glimpses.name_of, glimpses.leg_of, strict=True)):
        try:
            if tracker.handlers is not handlers or callbacks.wanted is not wanted:
                handlers, wanted = tracker.handlers, callbacks.wanted
                loud = {None, *handlers, *wanted, *CHANGES}
                quiet = [each not in loud for each in names]
                followups = [None if n in wanted else tracker.followup(n) for n in names]
            session, known, followup = sessions[leg], names[name], followups[name]
            if quiet[name]:
                if session is not None:
                    session.events.add(run, at, known)  # type: ignore[arg-type]
            elif followup and session and not session.waiters and not callbacks.watchers:
                assert known is not None, "of what has no name the event is needed"
                session.take(run, at, known, glimpses.moment(at) if known in TIMES else 0)
                followup(session, partial(glimpses.get, at))
                if session.ended:
                    sessions[leg] = tracker.find(legs[leg])
            else:
                event = glimpses.event(at)
                try:
                    take_event(tracker, callbacks, event, known)
                finally:  # also after a handler that raises
                    session = sessions[leg] = tracker.find(legs[leg])
                    if session is not None:
                        session.events.shelve(event, run, at)
                    if type(event) is Glanced and getrefcount(event) > _ONLY_MINE:
                        event.settle()  # somebody keeps it
                continue
            # somebody may have begun to wait meanwhile
            if session is not None and session.waiters:
                session.notify()
            if callbacks.watchers:
                callbacks.notify_watchers()
        except Exception:
            log.exception("an event was not handled: %r", batch[at])


def take_event(
    tracker: "Tracker", callbacks: Callbacks, event: Event, name: str | None = None
) -> None:
    """Take in an event, call who wants to know, and try every wait again.

    What kind of event it is (see `kind_of`) is read where it is not given.
    """
    if name is None:
        name = kind_of(event)
    result = tracker.handlers.get(name, tracker.lookup_sess)(event)
    consumed, models = (result[0], result[1:]) if isinstance(result, tuple) else (result, ())
    session = models[0] if models else None
    if name in callbacks.wanted and (consumed or session is None):
        group = session.cid if session is not None else tracker.get_id(event)
        callbacks.run(name, group, models if session is not None else (event,))
    if session is not None and session.waiters:
        session.notify()
    if callbacks.watchers:
        callbacks.notify_watchers()


def call_back(callback: Callback, arguments: tuple[Any, ...]) -> Any:
    """Call a callback with as many of the arguments as it takes."""
    try:
        signature = inspect.signature(callback)
    except (TypeError, ValueError):
        return callback(*arguments)  # some builtins have none to read
    kinds = [p.kind for p in signature.parameters.values()]
    if inspect.Parameter.VAR_POSITIONAL not in kinds:
        positional = [k for k in kinds if k in _POSITIONAL]
        arguments = arguments[: len(positional)]
    return callback(*arguments)


_POSITIONAL = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
