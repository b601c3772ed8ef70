"""The legs of a recording, as a `Book` that does not change any more."""

import time
from typing import TYPE_CHECKING, Any

from switchy_nb.panels.book import DIRECTIONS, Book, Leg
from switchy_nb.panels.text import plain
from switchy_nb.plots.style import State

if TYPE_CHECKING:
    from switchy_nb.recording import Recording


def read_book(recording: "Recording") -> Book:
    """Make a book of a recording's legs; it takes as long as its frame of sessions."""
    import pandas as pd

    book = Book()
    frame = recording.sessions
    last = recording.events["received"].max() if len(frame) else None
    now = time.monotonic()
    numbers: dict[str, int] = {}
    row: Any
    for row in frame.reset_index().itertuples(index=False):
        call = numbers.setdefault(str(row.call), len(numbers))
        # ages only: when the recording was made does not matter here
        end = row.hungup if pd.notna(row.hungup) else last
        age = (end - row.created).total_seconds() if pd.notna(row.created) else 0.0
        book.add(
            Leg(
                row.uuid,
                call,
                direction=DIRECTIONS.get(_text(row.direction), _text(row.direction, 12)),
                sender=_text(row.caller_id),
                to=_text(row.destination),
                app=_text(row.app, 40),
                codec=_text(row.codec, 16),
                state=_state_of(row),
                cause=_text(row.hangup_cause, 40),
                mos=None if pd.isna(row.mos) else float(row.mos),
                events=int(row.events),
                answered=bool(pd.notna(row.answered)),
                began=now - max(0.0, age),
                ended=now,
            )
        )
    return book


def _state_of(row: Any) -> State:
    """Return what a leg was doing when the recording ended."""
    import pandas as pd

    if pd.notna(row.hungup) or pd.notna(row.hangup_cause):
        return State.HUNG_UP
    if pd.notna(row.answered):
        return State.UP
    return State.RINGING if pd.notna(row.progress) else State.TRYING


def _text(value: Any, limit: int = 80) -> str:
    import pandas as pd

    return "" if pd.isna(value) else plain(value, limit)
