"""Who is called for which event, and what they are called with."""

import inspect
import logging
import threading
from collections import deque
from collections.abc import Callable, Iterable
from typing import Any

from switchy_nb.errors import LegGone, SwitchyError
from switchy_nb.waiting import Waiter

log = logging.getLogger(__name__)

Callback = Callable[..., Any]


class Callbacks:
    """The callbacks of all app groups, and the waits that are tried after every event."""

    def __init__(self) -> None:
        #: app group → event name → callbacks in the order of their calls
        self.by_group: dict[str, dict[str, deque[Callback]]] = {}
        self._watchers: tuple[Waiter[Any], ...] = ()
        self._lock = threading.Lock()

    def add(self, event: str, group: str, callback: Callback, *, prepend: bool = False) -> None:
        """Add a callback behind (or before) the others."""
        with self._lock:
            chain = self.by_group.setdefault(group, {}).setdefault(event, deque())
            (chain.appendleft if prepend else chain.append)(callback)

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

    def run(self, event: str, group: str, arguments: Iterable[Any]) -> None:
        """Call whoever is registered; what one raises is logged and hurts nobody else."""
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
            self._watchers += (waiter,)
        waiter.check()

    def unwatch(self, waiter: Waiter[Any]) -> None:
        """Try it no more."""
        with self._lock:
            self._watchers = tuple(w for w in self._watchers if w is not waiter)

    def notify_watchers(self) -> None:
        """Try every wait."""
        for waiter in self._watchers:
            waiter.check()

    def fail_watchers(self, error: SwitchyError) -> None:
        """End every wait with an error; nobody's code is run."""
        for waiter in self._watchers:
            waiter.fail(error)


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
