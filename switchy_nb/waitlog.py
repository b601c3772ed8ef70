"""The waits of a leg, as its recording keeps them: rows among the commands."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

from switchy_nb.analysis.waits import WAIT
from switchy_nb.sources import current_source
from switchy_nb.wire import Event

if TYPE_CHECKING:
    from switchy_nb.recording import Recording

T = TypeVar("T")

#: Letters of what a wait ended with.
_LONGEST = 200


@contextmanager
def noted_wait(
    recording: "Recording | None", what: str, leg: str, switch: str
) -> Iterator[Callable[[T], T]]:
    """Note a wait while it lasts, and how it ends.

    Parameters
    ----------
    recording : Recording or None
        Who keeps it.
    what : str
        What is waited for.
    leg, switch : str
        On which leg, of which switch.

    Yields
    ------
    callable
        To be told what came; it returns that. An error is noted as it goes by.
    """
    if recording is None:
        yield lambda value: value
        return
    token = recording.command_sent(
        WAIT, f"{what} {leg}", _now(), switch=switch, source=current_source()
    )

    def came(value: T) -> T:
        recording.command_replied(token, _now(), True, _word(value))
        return value

    try:
        yield came
    except BaseException as exc:
        words = str(exc) or type(exc).__name__  # an interrupt says nothing
        recording.command_replied(token, _now(), False, words[:_LONGEST])
        raise


def _word(value: Any) -> str:
    """Say what a wait ended with; a function may have returned anything."""
    if isinstance(value, Event):
        return value.subclass or value.name
    if isinstance(value, str | int | float):
        return str(value)[:_LONGEST]
    return type(value).__name__


def _now() -> int:
    return time.time_ns() // 1000
