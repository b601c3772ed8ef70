from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from panels.conftest import Page

from switchy_nb.panels import table as module
from switchy_nb.panels.table import Choice, How, Table

Told = list[tuple[str, Any]]


@pytest.fixture
def told() -> Told:
    return []


@pytest.fixture
def table(page: Page, told: Told) -> Iterator[Table]:
    def noting(name: str) -> Any:
        return lambda value: told.append((name, value))

    names = ("choose", "sort", "filter", "columns", "view")
    made = Table("Calls", {name: noting(name) for name in names}, "No calls")
    yield made
    made.layout.close()
    made.close()


def send(table: Table, **content: object) -> None:
    data = {"method": "custom", "content": content}
    table.comm.handle_msg({"content": {"data": data}, "buffers": []})


def test_tells_what_was_done(table: Table, told: Told) -> None:
    send(table, choose=["a", "b"])
    send(table, sort="age")
    send(table, filter="busy")
    send(table, columns=["state"])
    assert told == [
        ("choose", Choice(["a", "b"])), ("sort", "age"), ("filter", "busy"), ("columns", ["state"]),
    ]  # fmt: skip


def test_tells_what_a_choice_does_and_where_it_was_made(table: Table, told: Told) -> None:
    send(table, choose=["a"], how="more", by="v")
    send(table, choose=["b"], how="turn", by="v")
    send(table, choose=["c"], how={"no": "word"}, by=7)
    assert [choice for _, choice in told] == [
        Choice(["a"], How.MORE, "v"), Choice(["b"], How.TURN, "v"), Choice(["c"]),
    ]  # fmt: skip


def test_what_no_page_of_ours_sends_does_nothing(table: Table, told: Told) -> None:
    send(table, choose="a")
    send(table, choose=[1, None])
    send(table, sort=["age"])
    send(table, filter="x" * 100_000)
    send(table, delete="all")
    send(table, view="v", first="1", end=None)
    table.comm.handle_msg(
        {"content": {"data": {"method": "custom", "content": "choose"}}, "buffers": []}
    )
    assert [name for name, _ in told if name != "view"] == []
    assert table.in_view() == list(range(module.FIRST + module.MARGIN))


def test_the_rows_in_view_are_wanted_and_some_around(table: Table) -> None:
    send(table, view="v", first=1000, end=1012)
    assert table.in_view() == list(range(1000 - module.MARGIN, 1012 + module.MARGIN))
    send(table, view="v", first=0, end=10**9)
    assert len(table.in_view()) <= module.MOST + 2 * module.MARGIN


def test_several_views_of_one_table_each_have_theirs(table: Table) -> None:
    for at in range(module.VIEWS + 3):
        send(table, view=f"v{at}", first=at * 10_000, end=at * 10_000 + 10)
    wanted = table.in_view()
    assert 0 not in wanted, "of more views than there can be, the last ones count"
    assert (module.VIEWS + 2) * 10_000 in wanted


def test_sends_only_what_has_changed(table: Table, page: Page) -> None:
    before = page.messages()
    table.show(rows=[{"at": 0, "cells": ["up"]}], total=1)
    table.show(rows=[{"at": 0, "cells": ["up"]}], total=1)
    assert page.messages() == before + 1
