"""Where commands come from: cells are told apart from panels, callbacks and threads."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from helpers import Seen, logged_in
from IPython.core.interactiveshell import InteractiveShell

from switchy_nb.recording import Recording
from switchy_nb.sources import current_source, sent_from


@pytest.fixture
def shell() -> Iterator[InteractiveShell]:
    """IPython, as a notebook's kernel runs it, with `source` to ask where a line comes from."""
    made = InteractiveShell.instance()
    made.user_ns.update(source=current_source, sent_from=sent_from, threading=threading, told=[])
    yield made
    InteractiveShell.clear_instance()


def told(shell: InteractiveShell) -> list[Any]:
    return list(shell.user_ns["told"])


def test_outside_of_a_notebook_nothing_is_known() -> None:
    assert current_source() is None


def test_who_sends_for_somebody_else_says_so() -> None:
    with sent_from("panel dialer"):
        assert current_source() == "panel dialer"
        with sent_from("panel calls"):
            assert current_source() == "panel calls"
        assert current_source() == "panel dialer"
    assert current_source() is None


def test_a_cell_is_known_by_its_number(shell: InteractiveShell) -> None:
    shell.run_cell("told.append(source())", store_history=True)
    shell.run_cell("told.append(source()); told.append(source())", store_history=True)
    assert told(shell) == ["cell 1", "cell 2", "cell 2"]
    assert current_source() is None  # between two cells


def test_a_cell_that_fails_has_ended_as_well(shell: InteractiveShell) -> None:
    shell.run_cell("told.append(source()); source.nothing", store_history=True, silent=False)
    assert told(shell) == ["cell 1"]
    assert current_source() is None
    shell.run_cell("told.append(source())", store_history=True)
    assert told(shell) == ["cell 1", "cell 2"]


def test_code_that_gets_no_number_has_none(shell: InteractiveShell) -> None:
    shell.run_cell("told.append(source())", store_history=True)
    shell.run_cell("told.append(source())", store_history=False)
    shell.run_cell("told.append(source())", store_history=True)
    assert told(shell) == ["cell 1", None, "cell 2"]


def test_a_panel_that_is_used_in_a_cell_is_the_panel(shell: InteractiveShell) -> None:
    cell = "with sent_from('panel dialer'): told.append(source())\ntold.append(source())"
    shell.run_cell(cell, store_history=True)
    assert told(shell) == ["panel dialer", "cell 1"]


def test_a_thread_is_not_the_cell_that_runs_meanwhile(shell: InteractiveShell) -> None:
    cell = (
        "source(); t = threading.Thread(target=lambda: told.append(source())); t.start(); t.join()"
    )
    shell.run_cell(cell, store_history=True)
    assert told(shell) == [None]


def test_an_awaiting_cell_and_its_tasks_keep_their_number(shell: InteractiveShell) -> None:
    shell.user_ns["asyncio"] = asyncio
    shell.run_cell("source()", store_history=True)
    cell = "told.append(source())\nawait asyncio.sleep(0)\ntold.append(source())"
    shell.run_cell(cell, store_history=True)
    assert told(shell) == ["cell 2", "cell 2"]
    assert current_source() is None


@pytest.mark.parametrize(
    ("kind", "content"), [("comm_msg", {}), ("execute_request", {"store_history": False})]
)
def test_what_is_no_cell_with_a_number(
    shell: InteractiveShell, kind: str, content: dict[str, object]
) -> None:
    # where nothing of ours has run in a cell before, the message that is handled tells
    message = {"header": {"msg_type": kind}, "content": content}
    shell.get_parent = lambda: message  # type: ignore[attr-defined]
    assert current_source() is None
    shell.run_cell("told.append(source())", store_history=True)
    assert told(shell) == ["cell 1"]


def test_each_command_is_recorded_with_where_it_comes_from(seen: Seen) -> None:
    recording = Recording()
    with logged_in() as peer:
        con = seen.connect(peer, commands=recording)
        with sent_from("panel calls"):
            con.api("uuid_answer x")
        con.api("status")
        con.disconnect()
    named = recording.commands.set_index("command")["source"]
    assert named["uuid_answer x"] == "panel calls"
    assert named[["status"]].isna().all()
