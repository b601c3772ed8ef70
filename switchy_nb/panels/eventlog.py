"""What the list of events shows: which part of it, whether it goes on, which event was chosen.

It is told on the panels' own thread what was done on the page, and looks into the recording on
another, a little at a time. Nothing is painted here.
"""

import time
from collections import OrderedDict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from switchy_nb.panels.changes import headers_of
from switchy_nb.panels.eventrows import line_of
from switchy_nb.panels.search import LISTED, Listing, Newest, Search
from switchy_nb.panels.text import plain
from switchy_nb.recording.finding import Wanted
from switchy_nb.recording.window import Seen, Window

if TYPE_CHECKING:
    from switchy_nb.recording import Recording

#: Lines that the page gets above and below those that it shows, to scroll over.
OVER = 12
#: Lines that a page shows at most.
MOST = 120
#: Seconds that reading lines may take at once; those that are missing come a moment later.
PATIENCE = 0.1
#: Lines that are remembered.
_REMEMBERED = 2000
#: Headers of one event that are shown at most, and characters of each: a peer can send any number.
HEADERS, LONGEST = 1500, 2000


@dataclass(frozen=True, slots=True)
class View:
    """What the page asks for.

    Attributes
    ----------
    number : int
        Which list it is of: a filter makes another one.
    top, count : int
        The place of the first line, and how many there are.
    follow : bool
        Whether to show the newest, wherever they are.
    by : str
        Which of several pages asked last: it needs not be told.
    """

    number: int = 1
    top: int = 0
    count: int = 20
    follow: bool = True
    by: str = ""


@dataclass(frozen=True, slots=True)
class Shown:
    """What there is to show.

    Attributes
    ----------
    lines : dict
        The list, as the page takes it.
    event : dict or None
        The chosen event's headers, as the page takes them; None if none is chosen.
    leg : str
        The chosen event's leg.
    more : bool
        Whether there is more to be looked at now.
    took : float
        Seconds of the processor.
    """

    lines: dict[str, Any]
    event: dict[str, Any] | None
    leg: str
    more: bool
    took: float


class EventLog:
    """The events of one recording, as a page sees them.

    Parameters
    ----------
    recording : Recording
        It may be growing.
    """

    def __init__(self, recording: "Recording") -> None:
        self.recording = recording
        self.wanted = Wanted()
        self.view = View()
        self._window = Window(recording)
        self._listing: Listing = Newest(self._window)
        self._paused: int | None = None
        self._picked: tuple[int, int] | None = None
        self._chosen: Seen | None = None
        self._headers: dict[str, Any] | None = None
        self._lines: OrderedDict[int, dict[str, Any]] = OrderedDict()

    # --- what was done on the page; on the desk's thread ---------------------------------------

    def filter(self, wanted: Wanted) -> None:
        """List only what is wanted, from the newest on."""
        self.wanted = wanted
        self._listing = Search(self._window, wanted) if wanted else Newest(self._window)
        self._paused = None
        self.view = replace(self.view, number=self.view.number + 1, follow=True)

    def stop(self) -> None:
        """Search no further back."""
        if isinstance(self._listing, Search):
            self._listing.stop()

    def scroll(self, number: int, top: int, count: int, *, follow: bool, by: str) -> None:
        """Show other lines, if it is of this list that the page speaks."""
        if number == self.view.number:
            self.view = View(number, top, max(1, min(count, MOST)), follow, by)

    def pause(self, on: bool) -> None:
        """List nothing that comes from now on, or all that has come."""
        self._paused = self._listing.end if on else None

    def pick(self, number: int, place: int) -> None:
        """Choose the event at a place, if it is of this list that the page speaks."""
        if number == self.view.number:
            self._picked = (number, place)

    @property
    def paused(self) -> bool:
        """Whether what comes is not listed."""
        return self._paused is not None

    # --- what is looked up; on a thread of its own -----------------------------------------------

    def look(self) -> Shown:
        """Look at what came, and read what the page shows."""
        began = time.thread_time()
        view, listing = self.view, self._listing
        more = listing.step()
        end = listing.end if self._paused is None else min(self._paused, listing.end)
        first = min(listing.first, end)
        last = max(first, end - view.count)
        top = last if view.follow else max(first, min(view.top, last))
        since, upto = max(first, top - OVER), min(end, top + view.count + OVER)
        lines, missing = self._read(listing.rows(since, upto))
        self._choose(listing, first, end)
        place = None if self._chosen is None else listing.place(self._chosen.n)
        shown = {
            "view": view.number,
            "first": first,
            "end": end,
            "top": top,
            "since": since,
            "lines": lines,
            "follow": view.follow,
            "paused": self.paused,
            "chosen": place,
            "by": view.by,
        }
        leg = "" if self._headers is None else str(self._headers["leg"])
        took = time.thread_time() - began
        return Shown(shown, self._headers, leg, more or missing, took)

    def _read(self, numbers: list[int]) -> tuple[list[dict[str, Any]], bool]:
        """Return lines, and whether some of them are still to be read."""
        until = time.monotonic() + PATIENCE
        known, missing = self._lines, False
        at = 0
        while at < len(numbers):
            end = at + 1
            while end < len(numbers) and numbers[end] == numbers[end - 1] + 1:
                end += 1  # one behind the other are read together
            if any(n not in known for n in numbers[at:end]):
                if time.monotonic() > until:
                    missing = True
                else:
                    for seen in self._window.rows(numbers[at], numbers[end - 1] + 1):
                        known[seen.n] = line_of(seen)
            at = end
        lines = [known.get(n) or {"n": n, **_UNREAD} for n in numbers]
        while len(known) > _REMEMBERED:
            known.popitem(last=False)
        return lines, missing

    def _choose(self, listing: Listing, first: int, end: int) -> None:
        picked, self._picked = self._picked, None
        if picked is None or picked[0] != self.view.number or not first <= picked[1] < end:
            return
        (n,) = listing.rows(picked[1], picked[1] + 1)
        if self._chosen is not None and self._chosen.n == n:
            return
        try:
            self._chosen = self._window.row(n)
        except IndexError as exc:
            self._headers = {"n": n, "leg": "", "title": "", "note": str(exc), "lines": []}
        else:
            self._headers = self._describe(self._chosen)

    def _describe(self, seen: Seen) -> dict[str, Any]:
        line = line_of(seen)
        leg = seen.event.get("Unique-ID") or ""
        before = self._window.before(seen.n, leg) if leg else None
        headers = headers_of(seen.event, None if before is None else before.event)
        return {
            "n": seen.n,
            "leg": leg,
            "title": f"Event {seen.n:,}: {line['name']}, {line['time']} UTC",
            "note": _note(leg, before, len(headers)),
            "lines": [
                [
                    plain(header.name, 120),
                    plain(header.value, LONGEST),
                    header.mark.value,
                    plain(header.was, LONGEST),
                    header.path,
                    repr(header.name),
                ]
                for header in headers[:HEADERS]
            ],
        }

    # --- what it says of itself --------------------------------------------------------------------

    @property
    def words(self) -> str:
        """What is listed, in words that change seldom."""
        if not self.wanted:
            every = (
                f"The newest {LISTED:,} events" if len(self.recording) > LISTED else "All events"
            )
            return f"{every}, in the order in which they came"
        told = ", ".join(
            word
            for word in (
                self.wanted.name.strip() and f"named {plain(self.wanted.name.strip(), 60)}",
                self.wanted.leg and f"of the leg {plain(self.wanted.leg, 40)}",
                "of the selected call" if self.wanted.legs is not None else "",
                self.wanted.text and f"with the text {plain(self.wanted.text, 60)}",
            )
            if word
        )
        return f"Events {told}: {self._how_far}"

    @property
    def _how_far(self) -> str:
        search = self._listing
        if not isinstance(search, Search) or not search.over:
            return "searching, from the newest back"
        return "all that there are" if search.whole else "the newest ones; there may be more"

    @property
    def numbers(self) -> str:
        """The same in numbers, which change all the time."""
        count = len(self.recording)
        if not self.wanted:
            return f"{count:,}"
        found = self._listing.end - self._listing.first
        looked = self._listing.looked if isinstance(self._listing, Search) else 0
        return f"{found:,} found in {min(looked, count):,} of {count:,}"


_UNREAD = {"time": "", "name": "…", "leg": "", "uuid": "", "says": ""}


def _note(leg: str, before: Seen | None, count: int) -> str:
    if not leg:
        note = "It is of no leg, so nothing is marked as changed."
    elif before is None:
        note = (
            "It is this leg's first event, as far as there are any: nothing is marked as changed."
        )
    else:
        name = line_of(before)["name"]
        note = (
            f"Marked is what has changed since this leg's event before, {name} ({before.n:,}); what "
            "differs in every event (Event-…) is not."
        )
    return note + (f" The first {HEADERS:,} of {count:,} headers." if count > HEADERS else "")
