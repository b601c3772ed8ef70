"""`CallTable`: the legs that are up, or ended lately, of which some are selected; and `Calls`.

Which rows there are, and in which words, is in `rows`.
"""

import time
from collections.abc import Hashable, Iterable

import ipywidgets as widgets

from switchy_nb.panels.book import Book, Leg
from switchy_nb.panels.elements import StatusLine
from switchy_nb.panels.handling import Handling
from switchy_nb.panels.part import Part
from switchy_nb.panels.rows import COLUMNS, View, row, shown_id
from switchy_nb.panels.status import Status
from switchy_nb.panels.still import lines, table
from switchy_nb.panels.table import FIRST, Choice, How, Table, sent_columns
from switchy_nb.panels.views import of_table
from switchy_nb.panels.waits import Waits

#: Seconds between two counts of what there is.
REST = 0.5
_EMPTY = "No calls yet: dial one, or wait for one to come in."


class CallTable(Part):
    """The table of calls: sort it by its headings, filter it, choose its columns, select in it.

    Parameters
    ----------
    target : Caller, Client, Recording or Part
        Whose calls.
    """

    title = "Calls"

    def build(self) -> Iterable[widgets.Widget]:
        """Return the table, and the line that counts."""
        self._view = View()
        #: the rows that are to stay where they are, and the book that they are of
        self._held: tuple[Book, list[tuple[Leg, bool]]] | None = None
        self._counted_at = 0.0
        #: ids that are no plain text, by what the page has in their place
        self._ids: dict[str, str] = {}
        self._ordered: tuple[Hashable, list[tuple[Leg, bool]]] = (None, [])
        self._shown = [name for name, column in COLUMNS.items() if column.shown]
        post = self.board.post
        self.table = Table(
            "Calls",
            {
                "choose": lambda choice: post(self.choose, choice),
                "sort": lambda name: post(self.sort, name),
                "filter": lambda text: post(self.filter, text),
                "columns": lambda names: post(self.show_columns, names),
                "hold": lambda on: post(self.hold, on),
                "view": lambda _: post(self.repaint),
            },
            _EMPTY,
        )
        self._count = StatusLine(kept=True)
        return [self.table, self._count]

    # --- on the desk's thread ------------------------------------------------------------------

    def choose(self, choice: Choice) -> None:
        """Select legs by the ids that the page has."""
        uuids = [self._ids.get(ident, ident) for ident in choice.ids]
        if choice.how is How.ALL:
            uuids = [leg.uuid for leg, _ in self._legs()]
        elif choice.how is How.RANGE:
            uuids = self._between(uuids)
        if choice.how in (How.ONLY, How.RANGE, How.ALL):
            self.board.choose(uuids, by=choice.by)
        else:
            self.board.choose_more(uuids, turn=choice.how is How.TURN, by=choice.by)
        self.board.tell_selection()

    def _between(self, ends: list[str]) -> list[str]:
        """Return the legs from one to the other, in that order; what is not there counts as none."""
        legs = [leg.uuid for leg, _ in self._legs()]
        places = [legs.index(uuid) for uuid in ends if uuid in legs]
        if not places:
            return []
        first, last = places[0], places[-1]
        return legs[first : last + 1] if first <= last else legs[last : first + 1][::-1]

    def hold(self, on: bool) -> None:
        """Keep the rows where they are, whatever comes; or no longer."""
        self._held = (self.board.book, self._legs()) if on else None

    def sort(self, column: str) -> None:
        """Sort by a column; again, the other way round; a third time, as calls came."""
        view = self._view
        self._held = None
        if column not in COLUMNS:
            return
        if view.sort != column:
            view.sort, view.descending = column, False
        elif not view.descending:
            view.descending = True
        else:
            view.sort, view.descending = "", False
        self._tell()

    def filter(self, text: str) -> None:
        """Show only legs that have this text in a cell."""
        self._held = None
        self._view.wanted = text.strip()
        self._tell()

    def show_columns(self, names: list[str]) -> None:
        """Show these columns; at least one stays."""
        self._shown = [name for name in COLUMNS if name in names] or self._shown[:1]
        self._tell()

    def _tell(self) -> None:
        """Have the table among the lines of what was clicked."""
        if self.board.recording is not None:
            line = of_table(self.board.recording_name, self._view, self._shown)
            self.board.script.looked("table", line)

    def paint(self) -> None:
        """Show the rows that are in view."""
        legs = self._legs()
        chosen = self.board.chosen
        places = {leg.uuid: at for at, (leg, _) in enumerate(legs)} if chosen else {}
        rows = [
            row(legs[at][0], at, joined=legs[at][1], shown=self._shown)
            for at in self.table.in_view()
            if at < len(legs)
        ]
        self._ids = {r["id"]: uuid for r in rows if r["id"] != (uuid := legs[r["at"]][0].uuid)}
        self.table.show(
            columns=sent_columns((n, c.title, n in self._shown) for n, c in COLUMNS.items()),
            sort=[self._view.sort, self._view.descending],
            filter=self._view.wanted,
            total=len(legs),
            held=self._held is not None,
            rows=rows,
            chosen=[shown_id(uuid) for uuid in chosen],
            by=self.board.chosen_by,
            at=places.get(chosen[-1], -1) if chosen else -1,
        )
        if time.monotonic() - self._counted_at > REST:
            # it is announced: not more often than anybody can listen
            self._counted_at = time.monotonic()
            self._count.show(Status(self._counted(len(legs))))

    def _legs(self) -> list[tuple[Leg, bool]]:
        """Return the legs in their order, found anew only if it may be another."""
        book, view = self.board.book, self._view
        if self._held is not None and self._held[0] is book:
            return self._held[1]
        self._held = None
        moved = book.version if view.sort or view.wanted else book.moves
        key = (book, moved, view.sort, view.descending, view.wanted)
        if self._ordered[0] != key:
            self._ordered = (key, view.legs(book))
        return self._ordered[1]

    def _counted(self, shown: int) -> str:
        book = self.board.book
        if not len(book):
            return ""
        words = f"{book.up:,} leg{'' if book.up == 1 else 's'} up, {len(book) - book.up:,} ended"
        words += f"; {shown:,} fit the filter" if self._view.wanted else ""
        if self._held is not None:
            words += f"; the list is held, with {shown:,} of {len(book):,}"
        selected = len(self.board.legs)
        return words + (f"; {selected:,} selected" if selected > 1 else "")

    def still(self) -> str:
        """Return the first rows."""
        # without ages: whatever else stands still leaves the picture as it is
        kept = [at for at, name in enumerate(self._shown) if name != "age"]
        titles = [COLUMNS[self._shown[at]].title for at in kept]
        rows = [[shown["cells"][at] for at in kept] for shown in self.table.rows[:FIRST]]
        said = self._count.shown.get("text", "")
        return table(titles, rows) + lines([said or _EMPTY])


class Calls(Part):
    """The table of calls, what can be done with the selected ones, and waits.

    Parameters
    ----------
    target : Caller, Client, Recording or Part
        Whose calls.
    """

    def build(self) -> Iterable[widgets.Widget]:
        """Return the three parts, which share all that they have."""
        self.parts = [CallTable(self.board), Handling(self.board), Waits(self.board)]
        return self.parts

    def still(self) -> str:
        """Return what the parts showed last."""
        return "".join(part.still() for part in self.parts)
