"""Legs as a panel lists them, made of events and never of a switch."""

from __future__ import annotations

from collections import OrderedDict
from typing import Any

import pytest

from switchy_nb.dispatch import Callbacks
from switchy_nb.models import Call
from switchy_nb.panels import legs
from switchy_nb.panels.legs import LegBook, state_of
from switchy_nb.plots.style import State
from switchy_nb.session import Session
from switchy_nb.wire import Event

HOSTILE = "<img src=x onerror=alert(1)>\u202e\udcff\nHangup-Cause: NONE"


def event(name: str, uuid: str, **headers: str) -> Event:
    pairs = [("Event-Name", name), ("Unique-ID", uuid), ("Call-Direction", "outbound")]
    return Event.make([*pairs, *((n.replace("_", "-"), v) for n, v in headers.items())])


class Switchboard:
    """As much of a listener as a book of legs looks at."""

    def __init__(self) -> None:
        self.sessions: OrderedDict[str, Session] = OrderedDict()
        self.callbacks = Callbacks()

    def create(self, uuid: str, call: Call | None = None, **headers: str) -> Session:
        session = Session(event("CHANNEL_CREATE", uuid, **headers), con=None)
        session.call = call or Call(uuid, session)
        if call is not None:
            call.append(session)
        self.sessions[uuid] = session
        self.callbacks.notify_watchers()
        return session

    def tell(self, session: Session, name: str, **headers: str) -> None:
        session.update(event(name, session.uuid, **headers))
        if name == "CHANNEL_HANGUP":
            del self.sessions[session.uuid]
        self.callbacks.notify_watchers()


@pytest.fixture
def board() -> Switchboard:
    return Switchboard()


@pytest.fixture
def book(board: Switchboard) -> LegBook:
    made = LegBook(board)  # type: ignore[arg-type]
    made.open()
    return made


def test_a_leg_that_came_and_went_between_two_looks_is_listed(
    board: Switchboard, book: LegBook
) -> None:
    session = board.create("a")
    board.tell(session, "CHANNEL_HANGUP", Hangup_Cause="USER_BUSY")
    book.refresh()
    (row,) = book.rows(())
    assert row.state == "hung up: USER_BUSY"
    assert row.why == "USER_BUSY (SIP 486): the far end is busy"
    assert (len(book), book.up()) == (1, 0)


@pytest.mark.parametrize(
    ("told", "state"),
    [
        ([], State.TRYING),
        ([("CHANNEL_STATE", "DOWN")], State.TRYING),
        ([("CHANNEL_PROGRESS", "DOWN")], State.RINGING),
        ([("CHANNEL_CALLSTATE", "RINGING")], State.RINGING),
        ([("CHANNEL_CALLSTATE", "EARLY")], State.EARLY),
        ([("CHANNEL_ANSWER", "RINGING")], State.UP),
        ([("CHANNEL_ANSWER", "EARLY"), ("CHANNEL_CALLSTATE", "ACTIVE")], State.UP),
        ([("CHANNEL_ANSWER", "ACTIVE"), ("CHANNEL_CALLSTATE", "HELD")], State.HELD),
        ([("CHANNEL_ANSWER", "HELD"), ("CHANNEL_CALLSTATE", "UNHELD")], State.UP),
        ([("CHANNEL_ANSWER", "ACTIVE"), ("CHANNEL_HANGUP", "ACTIVE")], State.HUNG_UP),
        ([("CHANNEL_CALLSTATE", "<b>")], State.TRYING),
    ],
)
def test_state_of_a_leg(board: Switchboard, told: list[tuple[str, str]], state: State) -> None:
    session = board.create("a")
    for name, call_state in told:
        board.tell(session, name, Channel_Call_State=call_state)
    assert state_of(session) is state


def test_the_newest_call_comes_first_and_its_legs_together(
    board: Switchboard, book: LegBook
) -> None:
    first = board.create("1")
    board.create("2")
    board.create("1b", call=first.call)
    book.refresh()
    assert [(r.uuid, r.joined) for r in book.rows(())] == [
        ("2", False),
        ("1", False),
        ("1b", True),
    ]
    leg = book.find("1b")
    assert leg is not None
    assert [other.uuid for other in book.of_call(leg)] == ["1", "1b"]


def test_only_the_last_that_ended_are_kept_and_all_that_are_up(
    board: Switchboard, book: LegBook, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(legs, "KEPT", 3)
    up = [board.create(f"up{n}") for n in range(10)]
    for n in range(8):
        board.tell(board.create(f"over{n}"), "CHANNEL_HANGUP", Hangup_Cause="NO_ANSWER")
    book.refresh()
    assert {r.uuid for r in book.rows(())} == {"over5", "over6", "over7"} | {s.uuid for s in up}


def test_the_page_gets_no_more_rows_than_can_be_read(
    board: Switchboard, book: LegBook, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(legs, "SHOWN", 5)
    for n in range(20):
        board.create(str(n))
    book.refresh()
    assert [r.uuid for r in book.rows(())] == ["19", "18", "17", "16", "15"]
    assert len(book) == 20


def test_what_a_caller_calls_itself_is_one_line_of_text(board: Switchboard, book: LegBook) -> None:
    session = board.create(
        "a",
        Caller_Caller_ID_Name=HOSTILE,
        Caller_Caller_ID_Number="1",
        Caller_Destination_Number=HOSTILE,
    )
    board.tell(session, "CHANNEL_HANGUP", Hangup_Cause=HOSTILE)
    book.refresh()
    (row,) = book.rows(())
    for text in (row.sender, row.to, row.state, row.why):
        assert "\n" not in text
        assert "\u202e" not in text
        text.encode()
    assert row.to.startswith("<img src=x onerror=")


def test_only_a_loaded_app_is_named(board: Switchboard, book: LegBook) -> None:
    board.create("a").cid = "TonePlay"
    board.create("b").cid = "0f5c…a client's own id"
    book.refresh()
    assert [r.app for r in book.rows(["TonePlay"])] == ["", "TonePlay"]


def test_age_stands_still_when_the_leg_is_over(board: Switchboard, book: LegBook) -> None:
    session = board.create("a", Event_Date_Timestamp="1000000")
    book.refresh()
    leg = book.find("a")
    assert leg is not None
    assert leg.age >= 0
    board.tell(session, "CHANNEL_HANGUP", Hangup_Cause="NORMAL_CLEARING")
    assert leg.age == leg.age


def test_a_book_that_is_closed_watches_no_more(board: Switchboard, book: LegBook) -> None:
    book.close()
    board.create("late")
    book.refresh()
    assert book.rows(()) == []


def test_a_lost_link_does_not_end_the_watch(board: Switchboard, book: LegBook) -> None:
    from switchy_nb.errors import LinkLost

    board.callbacks.fail_watchers(LinkLost("gone"))
    board.create("after")
    book.refresh()
    assert [r.uuid for r in book.rows(())] == ["after"]


def test_seeing_an_event_costs_next_to_nothing_with_many_legs_up(
    board: Switchboard, book: LegBook
) -> None:
    sessions: list[Any] = [board.create(str(n)) for n in range(2000)]
    book.refresh()
    seen = book.arrivals.events
    for session in sessions:
        board.tell(session, "CHANNEL_ANSWER")
    assert book.arrivals.events == seen + 2000
    assert book.arrivals.take() == []
