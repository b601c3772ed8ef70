"""The list of events as its user has it, by the messages of a page."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from helpers import RECORDINGS, eventually, own_threads
from panels.conftest import Page

from switchy_nb.panels.eventlog import EventLog
from switchy_nb.panels.events import Events
from switchy_nb.recording import Recording
from switchy_nb.sync import Caller

MakeEvents = Callable[..., "User"]


class User:
    """Somebody who looks at a part, and clicks."""

    def __init__(self, part: Events) -> None:
        self.part = part

    @property
    def shown(self) -> dict[str, Any]:
        return dict(self.part._list.shown)

    @property
    def lines(self) -> list[dict[str, Any]]:
        return list(self.shown.get("lines", []))

    @property
    def names(self) -> set[str]:
        return {line["name"] for line in self.lines}

    @property
    def event(self) -> dict[str, Any]:
        return dict(self.part._headers.event)

    def says(self) -> str:
        shown = self.part._words.shown
        return f"{shown.get('text', '')} {shown.get('aside', '')}"

    def sees(self, words: str) -> str:
        return eventually(lambda: words in self.says() and self.says(), 10, words)

    def message(self, widget: Any, **content: Any) -> None:
        data = {"method": "custom", "content": content}
        widget.comm.handle_msg({"content": {"data": {"buffer_paths": [], **data}}, "buffers": []})

    def told(self, **content: Any) -> None:
        eventually(lambda: self.shown)
        self.message(self.part._list, view=self.shown["view"], **content)

    def filter(self, **typed: str) -> None:
        self.message(self.part._form, press="filter", values=typed)

    def press(self, name: str) -> None:
        form = self.part._leg if name in ("select", "only") else self.part._form
        eventually(lambda: name not in form.off, 5, f"{name} to be on")
        self.message(form, press=name, values={})

    def choose(self, place: int) -> dict[str, Any]:
        self.told(choose=place)
        return eventually(lambda: self.event.get("n") is not None and self.event, 5)


@pytest.fixture
def make(page: Page) -> Iterator[MakeEvents]:
    made: list[Events] = []

    def make_(target: object, **options: Any) -> User:
        made.append(Events(target, **options))
        return User(made[-1])

    yield make_
    for part in made:
        part.close()


@pytest.fixture
def calls() -> Recording:
    return Recording.load(RECORDINGS / "ten_calls.events.raw.xz")


def test_the_newest_events_of_a_recording(make: MakeEvents, calls: Recording) -> None:
    user = make(calls)
    eventually(lambda: user.lines and user.lines[-1]["n"] == len(calls) - 1)
    user.sees("All events, in the order in which they came 453")


def test_events_come_as_calls_go_on(make: MakeEvents, caller: Caller, sip: str) -> None:
    user = make(caller)
    sess, _ = caller(f"answer@{sip}", timeout=5)
    eventually(lambda: "CHANNEL_ANSWER" in user.names)
    user.filter(name="hangup")
    user.sees("Events named hangup: all that there are")
    sess.hangup()
    eventually(lambda: "CHANNEL_HANGUP_COMPLETE" in user.names)
    assert user.names <= {"CHANNEL_HANGUP", "CHANNEL_HANGUP_COMPLETE"}
    user.press("all")
    eventually(lambda: "CHANNEL_DESTROY" in user.names)


def test_a_text_in_any_header(make: MakeEvents, calls: Recording) -> None:
    user = make(calls)
    user.filter(text="variable_sip_term_status")
    expected = [n for n in range(len(calls)) if "variable_sip_term_status" in calls.event(n)]
    user.sees(f"{len(expected)} found in 453 of 453")
    assert {line["n"] for line in user.lines} <= set(expected)


def test_what_to_list_at_first_can_be_told(make: MakeEvents, calls: Recording) -> None:
    user = make(calls, name="answer", text="pcmu")
    user.sees("Events named answer, with the text pcmu: all that there are")
    with pytest.raises(TypeError, match="'nmae'; did you mean 'name'"):
        Events(calls, nmae="answer")


def test_paused_and_scrolled(make: MakeEvents, caller: Caller, sip: str) -> None:
    user = make(caller)
    user.told(pause=True)
    user.sees("Paused: what comes is recorded, and not listed")
    end = user.shown["end"]
    sess, _ = caller(f"answer@{sip}", timeout=5)
    assert user.shown["end"] == end
    user.told(pause=False)
    eventually(lambda: user.shown["end"] > end)
    user.told(scroll=0, count=5, follow=False, by="me")
    eventually(lambda: user.shown["top"] == 0 and user.lines[0]["n"] == 0)
    sess.hangup()
    assert user.shown["since"] == 0


def test_the_headers_of_the_chosen_event_and_its_leg(
    make: MakeEvents, caller: Caller, sip: str
) -> None:
    sess, _ = caller(f"answer@{sip}", timeout=5)
    user = make(caller)
    user.filter(name="channel_answer", leg=sess.uuid)
    user.sees("1 found")
    event = user.choose(user.shown["first"])
    assert event["leg"] == sess.uuid
    assert ["Answer-State", "answered"] in [line[:2] for line in event["lines"]]
    code = f"{user.part._headers.root}.event({event['n']})"
    name = next(line[4] for line in event["lines"] if line[0] == "Answer-State")
    assert eval(code + name, {"caller": caller}) == "answered"
    user.press("select")
    eventually(lambda: user.part.board.chosen == (sess.uuid,))
    user.press("only")
    user.sees(f"Events of the leg {sess.uuid[:20]}")
    found, chosen, selected, only = user.part.board.script.lines
    assert found == f"caller.recording.find(name='channel_answer', leg={sess.uuid!r})"
    assert chosen == code
    assert selected.startswith("selected = caller.recording.select(sessions=[")
    assert only == f"caller.recording.find(leg={sess.uuid!r})"


def test_only_the_selected_call_whichever_it_is(make: MakeEvents, calls: Recording) -> None:
    user = make(calls)
    user.filter(legs="selected")
    user.sees("of the selected call: all that there are 0 found")
    first, second = calls.sessions.index[:2]
    for leg in (first, second):
        user.part.select(leg)
        eventually(lambda leg=leg: leg in {line["uuid"] for line in user.lines})
    legs = set(calls.sessions[calls.sessions["call"] == calls.sessions["call"][second]].index)
    assert {line["uuid"] for line in user.lines} <= legs


def test_a_leg_that_is_gone_is_said_beside_the_button(make: MakeEvents, calls: Recording) -> None:
    user = make(calls)
    user.choose(100)
    user.part.board.book._legs.clear()
    user.press("select")
    eventually(lambda: "no longer among the calls" in user.part._leg_words.shown["text"])


def test_messages_that_make_no_sense_are_passed_over(make: MakeEvents, calls: Recording) -> None:
    user = make(calls)
    eventually(lambda: user.lines)
    for content in (
        {},
        {"view": "x", "choose": 1},
        {"view": 1},
        {"view": 1, "choose": None, "scroll": "x", "count": [], "pause": "on"},
        {"view": 1, "scroll": 1},
        {"view": 1, "scroll": 10**40, "count": -5, "follow": 7, "by": ["x"]},
    ):
        user.message(user.part._list, **content)
    user.told(scroll=3, count=4, follow=False, by="x")
    eventually(lambda: user.shown["top"] == 3)
    assert user.part._trouble.shown.get("text", "") == ""


def test_hidden_it_looks_at_nothing(make: MakeEvents, caller: Caller, sip: str) -> None:
    user = make(caller)
    eventually(lambda: user.shown)
    user.part.hidden = True
    caller(f"answer@{sip}", timeout=5)
    assert user.shown["end"] < caller.recording.received
    user.part.hidden = False
    eventually(lambda: "CHANNEL_ANSWER" in user.names)


def test_a_failure_is_shown_and_gets_over(
    make: MakeEvents, calls: Recording, monkeypatch: pytest.MonkeyPatch
) -> None:
    from switchy_nb.panels import eventlog, events

    monkeypatch.setattr(events, "LATER", 0.1)
    monkeypatch.setattr(eventlog, "line_of", lambda seen: 1 / 0)
    user = make(calls)
    eventually(lambda: "ZeroDivisionError" in user.part._trouble.shown.get("text", ""))
    monkeypatch.undo()
    eventually(lambda: user.lines)
    eventually(lambda: user.part._trouble.shown.get("text", "") == "")


def test_nothing_is_connected(make: MakeEvents) -> None:
    user = make(None)
    user.sees("There is no recording yet")
    assert set(user.part._form.off) == {"filter", "all", "stop"}


def test_what_is_asked_for_before_the_first_look_is_looked_for(
    make: MakeEvents, calls: Recording, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate, look = threading.Event(), EventLog.look
    monkeypatch.setattr(EventLog, "look", lambda log: gate.wait(60) and look(log))
    user = make(calls)
    user.sees("Looking at the recording")
    assert set(user.part._form.off) == {"all", "stop"}
    user.filter(name="hangup")
    gate.set()
    user.sees("named hangup")
    eventually(lambda: user.names and all("HANGUP" in name for name in user.names))


def test_a_still_picture_is_escaped(make: MakeEvents) -> None:
    from switchy_nb.wire import Event

    recording = Recording()
    recording.append(Event.make([("Event-Name", "<img src=x onerror=alert(1)>")]), 1)
    user = make(recording)
    eventually(lambda: user.lines)
    html = user.part._repr_mimebundle_()["text/html"]
    assert "&lt;img src=x onerror=alert(1)&gt;" in html
    assert "<img" not in html


def test_closed_it_leaves_nothing_behind(page: Page, calls: Recording) -> None:
    threads = own_threads()
    part = Events(calls)
    eventually(lambda: part._list.shown)
    part.close()
    part.close()
    assert page.left_open() == []
    assert own_threads() == threads
