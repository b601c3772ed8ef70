from __future__ import annotations

import pytest

from switchy_nb.panels.book import Book, Leg
from switchy_nb.panels.rows import COLUMNS, View, row
from switchy_nb.plots.style import State


@pytest.fixture
def book() -> Book:
    made = Book()
    made.add(Leg("a", 0, "outbound →", "Ann <1>", "doggy", state=State.UP, began=0, ended=30))
    made.add(Leg("b", 0, "inbound ←", "Ann <1>", "doggy", state=State.UP, began=0, ended=20))
    made.add(
        Leg("c", 1, "outbound →", "Zoe <2>", "kitty", state=State.HUNG_UP, cause="USER_BUSY",
            mos=4.1, began=0, ended=10)
    )  # fmt: skip
    return made


def shown(view: View, book: Book) -> list[tuple[str, bool]]:
    return [(leg.uuid, joined) for leg, joined in view.legs(book)]


def test_as_they_came_the_newest_call_first(book: Book) -> None:
    assert shown(View(), book) == [("c", False), ("a", False), ("b", True)]
    assert shown(View(descending=True), book) == [("a", False), ("b", True), ("c", False)]


@pytest.mark.parametrize(
    ("column", "first"), [("sender", "a"), ("age", "c"), ("state", "c"), ("mos", "a"), ("to", "a")]
)
def test_sorted_by_a_column(book: Book, column: str, first: str) -> None:
    up = shown(View(column), book)
    assert up[0] == (first, False)
    down = shown(View(column, descending=True), book)
    assert {leg for leg, _ in up} == {leg for leg, _ in down} == {"a", "b", "c"}


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ("DOGGY", [("a", False), ("b", True)]),
        ("busy", [("c", False)]),
        ("inbound", [("b", False)]),
        ("nobody", []),
    ],
)
def test_filtered_by_text_in_any_cell(
    book: Book, wanted: str, found: list[tuple[str, bool]]
) -> None:
    assert shown(View(wanted=wanted), book) == found


def test_a_row_is_text(book: Book) -> None:
    (leg,) = (leg for leg in book if leg.uuid == "c")
    made = row(leg, 7, joined=False, shown=[*COLUMNS])
    assert made["at"] == 7
    assert made["cells"] == [
        "hung up: USER_BUSY", "outbound →", "Zoe <2>", "kitty", "", "", "4.10", "0:10", "0", "c",
    ]  # fmt: skip
    assert made["titles"] == {"state": "USER_BUSY (SIP 486): the far end is busy"}
    assert made["over"]


@pytest.mark.parametrize(
    ("state", "when"), [(State.UP, "when it has ended"), (State.HUNG_UP, "no score")]
)
def test_a_score_that_is_not_known_is_a_dash_that_says_why(state: State, when: str) -> None:
    made = row(Leg("a", 0, state=state), 0, joined=False, shown=["mos"])
    assert made["cells"] == ["–"]
    assert when in made["titles"]["mos"]
