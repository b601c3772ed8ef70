"""A part by itself and among others: its life, its failures, what it shares."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Iterable, Iterator
from typing import Any

import ipywidgets as widgets
import pytest
from helpers import eventually, own_threads
from panels.conftest import Page

from switchy_nb.errors import ConfigurationError
from switchy_nb.panels.elements import StatusLine
from switchy_nb.panels.part import Part
from switchy_nb.panels.status import Status
from switchy_nb.sync import Caller


class Ear(Part):
    title = "Ear"
    commands = True

    def build(self, *, volume: float = 1.0) -> Iterable[widgets.Widget]:
        self.volume = volume
        self.line = StatusLine()
        self.error: Exception | None = None
        self.began, self.ended = threading.Event(), threading.Event()
        return [self.line]

    def begin(self) -> None:
        self.spawn(self.listen())

    async def listen(self) -> None:
        self.began.set()
        try:
            await asyncio.Event().wait()
        finally:
            self.ended.set()

    def paint(self) -> None:
        if self.error is not None:
            raise self.error
        self.line.show(Status(f"{len(self.board.book)} legs"))


@pytest.fixture
def ear(page: Page, caller: Caller) -> Iterator[Ear]:
    made = Ear(caller)
    yield made
    made.close()


def trouble(part: Part) -> str:
    return str(part._trouble.shown.get("text", ""))


def test_it_is_painted_as_things_change(ear: Ear, caller: Caller) -> None:
    eventually(lambda: ear.line.shown.get("text") == "0 legs")
    caller(caller.url("answer"), timeout=5)
    eventually(lambda: ear.line.shown.get("text") == "2 legs")


def test_a_part_that_fails_says_so_and_goes_on(ear: Ear, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR):
        ear.error = ValueError("<b>this</b> was not expected")
        eventually(lambda: "ValueError: <b>this</b>" in trouble(ear))
        ear.error = None
        eventually(lambda: trouble(ear) == "")
    assert len(caplog.records) == 1, "once, and not at each repaint"


def test_a_hidden_part_is_not_painted(ear: Ear) -> None:
    eventually(lambda: ear.line.shown)
    ear.hidden = True
    ear.board.desk.call(lambda: None)  # a repaint that was under way is over
    ear.error = ValueError("painted")
    ear.board.desk.call(ear.board.repaint)
    assert trouble(ear) == ""


def test_a_part_of_a_part_shares_its_board_and_closes_alone(ear: Ear) -> None:
    other = Ear(ear, volume=0.5)
    assert other.board is ear.board
    eventually(lambda: other.line.shown)
    assert other.began.wait(5)  # else there is nothing to end
    other.close()
    other.close()
    assert other.ended.wait(5)
    assert not ear.ended.is_set()
    assert "closed" in repr(other)
    assert "closed" not in repr(ear)


def test_closing_ends_threads_tasks_and_comms(page: Page, caller: Caller) -> None:
    before = own_threads()
    part = Ear(caller)
    eventually(lambda: part.line.shown)
    assert part.began.wait(5)  # else there is nothing to end
    part.close()
    part.close()
    assert part.ended.is_set()
    assert own_threads() == before
    assert page.left_open() == []
    assert caller.client.listener.callbacks.watchers == ()


def test_without_a_switch_it_says_what_to_do(page: Page) -> None:
    part = Ear()
    eventually(lambda: "connect to a switch first" in part._note.shown.get("text", ""))
    with pytest.raises(ConfigurationError, match="nothing is selected"):
        _ = part.selected
    part.close()


def test_what_is_selected_is_a_recording_of_just_that(ear: Ear, caller: Caller) -> None:
    first, _ = caller(caller.url("answer"), timeout=5)
    second, _ = caller(caller.url("answer"), timeout=5)
    eventually(lambda: len(ear.board.book) == 4)
    ear.select(first.uuid)
    selected = ear.selected
    assert first.uuid in selected.sessions.index
    assert second.uuid not in selected.sessions.index
    assert len(selected.calls) == 1
    ear.select()
    with pytest.raises(ConfigurationError, match="nothing is selected"):
        _ = ear.selected


def test_an_unknown_keyword_is_refused_with_a_hint(page: Page, caller: Caller) -> None:
    bad: dict[str, Any] = {"volum": 2}
    with pytest.raises(TypeError, match="Ear takes no keyword 'volum'; did you mean 'volume'"):
        Ear(caller, **bad)
    with pytest.raises(TypeError, match="and not int"):
        Ear(5)
    assert page.comms == []


def test_a_recording_has_legs_and_takes_no_commands(page: Page, caller: Caller) -> None:
    sess, _ = caller(caller.url("answer"), timeout=5)
    sess.hangup()
    sess.wait("CHANNEL_HANGUP_COMPLETE", 5)
    part = Ear(caller.recording)
    eventually(lambda: part.line.shown.get("text") == f"{len(caller.recording.sessions)} legs")
    assert "This is a recording" in part._note.shown["text"]
    part.close()
