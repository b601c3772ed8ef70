"""Which legs the table of calls shows, in which order and in which words. What paints it is `table`."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from switchy_nb.panels.book import Book, Leg
from switchy_nb.panels.text import plain, span


@dataclass(frozen=True, slots=True)
class Column:
    """One column of the table.

    Attributes
    ----------
    title : str
        Its heading.
    frame : str
        What stands for it in the recording's frame of sessions.
    text : callable
        A leg's cell.
    key : callable
        What it is sorted by.
    shown : bool
        Whether it is there at first.
    """

    title: str
    frame: str
    text: Callable[[Leg], str]
    key: Callable[[Leg], Any]
    shown: bool = True


#: What stands for a score that is not known.
_NONE = "–"


def _same(text: Callable[[Leg], str], title: str, frame: str, *, shown: bool = True) -> Column:
    return Column(title, frame, text, lambda leg: text(leg).lower(), shown)


COLUMNS: Mapping[str, Column] = {
    "state": _same(lambda leg: leg.words, "State", "hangup_cause"),
    "direction": _same(lambda leg: leg.direction, "Leg", "direction"),
    "sender": _same(lambda leg: leg.sender, "From", "caller_id"),
    "to": _same(lambda leg: leg.to, "To", "destination"),
    "app": _same(lambda leg: leg.app, "App", "app"),
    "codec": _same(lambda leg: leg.codec, "Codec", "codec"),
    "mos": Column("MOS", "mos", lambda leg: _NONE if leg.mos is None else f"{leg.mos:.2f}",
                  lambda leg: leg.mos or 0.0),
    "age": Column("Age", "duration_s", lambda leg: span(leg.age), lambda leg: leg.age),
    "events": Column("Events", "events", lambda leg: str(leg.events), lambda leg: leg.events,
                     shown=False),
    "uuid": _same(lambda leg: plain(leg.uuid, 80), "UUID", "uuid", shown=False),
}  # fmt: skip


@dataclass(slots=True)
class View:
    """How somebody looks at a book of legs.

    Attributes
    ----------
    sort : str
        The column to sort by; empty for the newest calls first, with the legs of each together.
    descending : bool
        The other way round.
    wanted : str
        Only legs that have this text in a cell, in any case.
    """

    sort: str = ""
    descending: bool = False
    wanted: str = ""

    def legs(self, book: Book) -> list[tuple[Leg, bool]]:
        """Return the legs in their order, and of each whether it is joined to the one above."""
        if not self.sort:
            calls = [*book.calls()]
            ordered = calls if self.descending else reversed(calls)
            found = [(leg, at > 0) for legs in ordered for at, leg in enumerate(legs)]
        else:
            key = COLUMNS[self.sort].key
            legs = sorted(book, key=key, reverse=self.descending)
            found = [(leg, False) for leg in legs]
        if not self.wanted:
            return found
        wanted = self.wanted.lower()
        kept = [leg for leg, _ in found if _fits(leg, wanted)]
        firsts = {leg.call: leg for leg in reversed(kept)}
        return [(leg, not self.sort and firsts[leg.call] is not leg) for leg in kept]


def _fits(leg: Leg, wanted: str) -> bool:
    return any(
        wanted in text.lower()
        for text in (leg.words, leg.sender, leg.to, leg.app, leg.codec, leg.direction, leg.uuid)
    )


def shown_id(uuid: str) -> str:
    """Return a leg's id as the page has it, which cannot have any text that the network may bring."""
    return uuid if uuid.isascii() and uuid.isprintable() else plain(uuid, 300)


def row(leg: Leg, at: int, *, joined: bool, shown: Sequence[str]) -> dict[str, Any]:
    """Return one row as the page has it: all of it is text."""
    return {
        "at": at,
        "id": shown_id(leg.uuid),
        "cells": [COLUMNS[name].text(leg) for name in shown],
        "colour": leg.state.colour,
        "joined": joined,
        "over": leg.over,
        "titles": _titles(leg),
    }


def _titles(leg: Leg) -> dict[str, str]:
    """Say more about cells than stands in them."""
    titles = {"state": leg.why} if leg.why else {}
    if leg.mos is None:
        # FreeSWITCH puts it into CHANNEL_HANGUP_COMPLETE and CHANNEL_DESTROY, into none before
        titles["mos"] = (
            "The switch has told no score for this leg's audio" if leg.over
            else "The switch tells the score of a leg's audio when it has ended"
        )  # fmt: skip
    return titles
