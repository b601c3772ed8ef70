"""The table of calls, on legs that no switch has made."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from helpers import eventually
from panels.conftest import Hands, Page

from switchy_nb.panels import CallTable
from switchy_nb.panels.book import Book, Leg
from switchy_nb.panels.recorded import read_book
from switchy_nb.plots.style import State
from switchy_nb.recording import Recording

HOSTILE = "x\udcff\u202e<img src=x onerror=alert(1)>"


@pytest.fixture
def book() -> Book:
    return read_book(Recording())


@pytest.fixture
def table(page: Page, book: Book) -> Iterator[CallTable]:
    recording = Recording()
    made = CallTable(recording)
    assert made.board.source is not None
    made.board.source.book = book
    yield made
    made.close()


def cells(table: CallTable, column: str) -> list[str]:
    names = [c["name"] for c in table.table.columns if c["shown"]]
    return [row["cells"][names.index(column)] for row in table.table.rows]


def add(table: CallTable, book: Book, *legs: Leg) -> None:
    """Add legs on the desk's thread, which is where books are read."""
    table.board.desk.call(lambda: [book.add(leg) for leg in legs])


def shown(table: CallTable, total: int) -> None:
    eventually(lambda: table.table.total == total)


def test_thousands_of_legs_of_which_the_page_has_some(table: CallTable, book: Book) -> None:
    add(table, book, *(Leg(str(n), n, to=f"{n:04}") for n in range(4000)))
    shown(table, 4000)
    assert len(table.table.rows) < 200
    assert cells(table, "to")[:2] == ["3999", "3998"]
    hands = Hands(table)
    hands.tell(table.table, view="v", first=2000, end=2012)
    eventually(lambda: any(row["at"] == 2005 for row in table.table.rows))
    assert len(table.table.rows) < 200
    hands.choose("17")
    eventually(lambda: table.table.at == 3982)


def test_sorts_one_way_the_other_and_not_at_all(table: CallTable, book: Book) -> None:
    add(table, book, *(Leg(str(n), n, to=to) for n, to in enumerate("bca")))
    shown(table, 3)
    hands = Hands(table)
    for sort, order in ((["to", False], "abc"), (["to", True], "cba"), (["", False], "acb")):
        hands.tell(table.table, sort="to")
        eventually(lambda wanted=sort: table.table.sort == wanted)
        assert "".join(cells(table, "to")) == order
    hands.tell(table.table, sort="no such column")
    hands.tell(table.table, sort="age")
    eventually(lambda: table.table.sort == ["age", False])
    assert table.board.script.lines == ["recording.sessions.sort_values('duration_s')"]


def test_filters_and_says_how_many_fit(table: CallTable, book: Book) -> None:
    add(table, book, Leg("a", 0, to="doggy"), Leg("b", 1, to="kitty", state=State.UP))
    shown(table, 2)
    Hands(table).tell(table.table, filter=" KITTY ")
    shown(table, 1)
    assert cells(table, "to") == ["kitty"]
    eventually(lambda: "1 fit the filter" in table._count.shown["text"])


def test_columns_are_chosen_and_one_always_stays(table: CallTable) -> None:
    hands = Hands(table)

    def columns() -> list[str]:
        return [c["name"] for c in table.table.columns if c["shown"]]

    hands.tell(table.table, columns=["uuid", "to", "no such column"])
    eventually(lambda: columns() == ["to", "uuid"])
    hands.tell(table.table, columns=[])
    eventually(lambda: columns() == ["to"])


def test_a_held_list_stays_as_it_is_but_for_what_its_legs_do(table: CallTable, book: Book) -> None:
    leg = Leg("a", 0, to="doggy")
    add(table, book, leg)
    shown(table, 1)
    hands = Hands(table)
    hands.tell(table.table, hold=True)
    eventually(lambda: table.table.held)
    add(table, book, Leg("b", 1, to="kitty"))
    leg.state = State.UP
    eventually(lambda: cells(table, "state") == ["up"])
    eventually(lambda: "held, with 1 of 2" in table._count.shown["text"])
    hands.tell(table.table, hold=False)
    shown(table, 2)


def test_an_id_that_no_page_can_have_is_selected_all_the_same(table: CallTable, book: Book) -> None:
    add(table, book, Leg(HOSTILE, 0, to="doggy"))
    shown(table, 1)
    (row,) = table.table.rows
    row["id"].encode()
    assert "\u202e" not in row["id"]
    Hands(table).choose(row["id"])
    eventually(lambda: table.board.chosen == (HOSTILE,))
    eventually(lambda: table.table.chosen == [row["id"]])


def test_choices_that_come_faster_than_they_are_shown_add_up(table: CallTable, book: Book) -> None:
    add(table, book, *(Leg(ident, at) for at, ident in enumerate("abcd")))
    shown(table, 4)
    tell = Hands(table).tell
    for ident, how in (("a", "only"), ("b", "more"), ("b", "more"), ("c", "more"), ("no", "more")):
        tell(table.table, choose=[ident], how=how, by="v")
    eventually(lambda: table.table.chosen == ["a", "b", "c"])
    assert table.table.by == "v"
    tell(table.table, choose=["b"], how="turn", by="v")
    tell(table.table, choose=["d"], how="turn", by="w")
    eventually(lambda: table.table.chosen == ["a", "c", "d"])
    assert table.table.by == "w"
    table.select("b")
    eventually(lambda: table.table.chosen == ["b"])
    assert table.table.by == "", "no view of the page has done it"


def test_all_rows_and_all_from_one_to_another(table: CallTable, book: Book) -> None:
    add(table, book, *(Leg(str(n), n, to="even" if n % 2 == 0 else "odd") for n in range(1000)))
    shown(table, 1000)
    tell = Hands(table).tell
    tell(table.table, filter="even")
    tell(table.table, choose=[], how="all", by="v")
    eventually(lambda: len(table.table.chosen) == 500)
    assert table.table.chosen[:2] == ["998", "996"], "in the order of the table"
    for ends, chosen in (
        (["4", "8"], ["4", "6", "8"]),
        (["8", "4"], ["8", "6", "4"]),
        (["6", "6"], ["6"]),
        (["7", "6"], ["6"]),  # one that the filter has taken away
        (["x"], []),
    ):
        tell(table.table, choose=ends, how="range", by="v")
        eventually(lambda wanted=chosen: table.table.chosen == wanted)
