"""Legs as a panel has them, made of events and never of a switch."""

from __future__ import annotations

from collections import OrderedDict
from typing import Any

import pytest

from switchy_nb.dispatch import Callbacks
from switchy_nb.errors import LinkLost
from switchy_nb.models import Call
from switchy_nb.panels import live
from switchy_nb.panels.live import LiveBook
from switchy_nb.panels.rows import COLUMNS, View
from switchy_nb.plots.style import State
from switchy_nb.recording import sealed
from switchy_nb.recording.fields import Kind
from switchy_nb.recording.runs import Run
from switchy_nb.recording.segment import Segment
from switchy_nb.recording.typed import unpack
from switchy_nb.session import Session
from switchy_nb.wire import Event

HOSTILE = "<img src=x onerror=alert(1)>\u202e\udcff\nHangup-Cause: NONE"


def event(name: str, uuid: str, **headers: str) -> Event:
    pairs = [("Event-Name", name), ("Unique-ID", uuid), ("Call-Direction", "outbound")]
    fixed = {n if n.startswith("variable_") else n.replace("_", "-"): v for n, v in headers.items()}
    return Event.make([*pairs, *fixed.items()])


class Switchboard:
    """As much of a listener as a book of legs looks at."""

    def __init__(self) -> None:
        self.sessions: OrderedDict[str, Session] = OrderedDict()
        self.callbacks = Callbacks()

    def create(self, uuid: str, call: Call | None = None, **headers: str) -> Session:
        session = Session(event("CHANNEL_CREATE", uuid, **headers), con=None)  # type: ignore[arg-type]
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

    def end(self, session: Session, cause: str = "NORMAL_CLEARING", **headers: str) -> None:
        self.tell(session, "CHANNEL_HANGUP", Hangup_Cause=cause)
        self.tell(session, "CHANNEL_HANGUP_COMPLETE", Hangup_Cause=cause, **headers)
        self.tell(session, "CHANNEL_DESTROY", Hangup_Cause=cause)


@pytest.fixture
def board() -> Switchboard:
    return Switchboard()


@pytest.fixture
def book(board: Switchboard) -> LiveBook:
    made = LiveBook(board)  # type: ignore[arg-type]
    made.open()
    return made


def order(book: LiveBook) -> list[tuple[str, bool]]:
    return [(leg.uuid, joined) for leg, joined in View().legs(book)]


def test_a_leg_that_came_and_went_between_two_looks_is_listed(
    board: Switchboard, book: LiveBook
) -> None:
    session = board.create("a")
    board.tell(session, "CHANNEL_HANGUP", Hangup_Cause="USER_BUSY")
    book.refresh()
    (leg,) = book
    assert leg.words == "hung up: USER_BUSY"
    assert leg.why == "USER_BUSY (SIP 486): the far end is busy"
    assert (len(book), book.up) == (1, 0)


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
        ([("CHANNEL_CALLSTATE", "EARLY"), ("MEDIA_BUG_START", "")], State.EARLY),
    ],
)
def test_state_of_a_leg(
    board: Switchboard, book: LiveBook, told: list[tuple[str, str]], state: State
) -> None:
    session = board.create("a")
    book.refresh()
    for name, call_state in told:
        board.tell(session, name, Channel_Call_State=call_state)
        book.refresh()
    (leg,) = book
    assert leg.state is state


def test_the_newest_call_comes_first_and_its_legs_together(
    board: Switchboard, book: LiveBook
) -> None:
    first = board.create("1")
    board.create("2")
    board.create("1b", call=first.call)
    book.refresh()
    assert order(book) == [("2", False), ("1", False), ("1b", True)]
    leg = book.find("1b")
    assert leg is not None
    assert [other.uuid for other in book.of_call(leg)] == ["1", "1b"]


def test_only_the_last_that_ended_are_kept_and_all_that_are_up(
    board: Switchboard, book: LiveBook, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "KEPT", 3)
    up = [board.create(f"up{n}") for n in range(10)]
    for n in range(8):
        board.end(board.create(f"over{n}"), "NO_ANSWER")
    book.refresh()
    kept = {"over5", "over6", "over7"} | {s.uuid for s in up}
    assert {leg.uuid for leg in book} == kept
    assert (len(book), book.up) == (13, 10)


def test_of_a_leg_that_is_gone_only_its_record_is_kept(board: Switchboard, book: LiveBook) -> None:
    session = board.create("a", Channel_Read_Codec_Name="PCMU")
    book.refresh()
    (leg,) = book
    assert leg.session is session
    board.end(session, variable_rtp_audio_in_mos="4.37", Channel_Read_Codec_Name="")
    book.refresh()
    assert (leg.session, leg.mos, leg.codec) == (None, 4.37, "PCMU")


@pytest.mark.parametrize("mos", ["0.00", "nan", "<b>", "9", ""])
def test_a_score_that_is_none_is_not_shown(board: Switchboard, book: LiveBook, mos: str) -> None:
    board.end(board.create("a"), variable_rtp_audio_in_mos=mos)
    book.refresh()
    (leg,) = book
    assert leg.mos is None
    assert COLUMNS["mos"].text(leg) == "–"


def test_what_a_caller_calls_itself_is_one_line_of_text(board: Switchboard, book: LiveBook) -> None:
    session = board.create(
        "a",
        Caller_Caller_ID_Name=HOSTILE,
        Caller_Caller_ID_Number="1",
        Caller_Destination_Number=HOSTILE,
    )
    board.tell(session, "CHANNEL_HANGUP", Hangup_Cause=HOSTILE)
    book.refresh()
    (leg,) = book
    for text in (leg.sender, leg.to, leg.words, leg.why, leg.title):
        assert "\n" not in text
        assert "\u202e" not in text
        text.encode()
    assert leg.to.startswith("<img src=x onerror=")


def test_only_a_loaded_app_is_named(board: Switchboard, book: LiveBook) -> None:
    board.create("a").cid = "TonePlay"
    board.create("b").cid = "0f5c…a client's own id"
    book.refresh(["TonePlay"])
    assert [leg.app for leg in book] == ["TonePlay", ""]


def test_age_stands_still_when_the_leg_is_over(board: Switchboard, book: LiveBook) -> None:
    session = board.create("a", Event_Date_Timestamp="1000000")
    book.refresh()
    (leg,) = book
    assert leg.age >= 0
    board.tell(session, "CHANNEL_HANGUP", Hangup_Cause="NORMAL_CLEARING")
    book.refresh()
    assert leg.age == leg.age


def test_a_book_that_is_closed_watches_no_more(board: Switchboard, book: LiveBook) -> None:
    book.close()
    board.create("late")
    book.refresh()
    assert len(book) == 0


def test_a_lost_link_does_not_end_the_watch(board: Switchboard, book: LiveBook) -> None:
    board.callbacks.fail_watchers(LinkLost("gone"))
    board.create("after")
    book.refresh()
    assert [leg.uuid for leg in book] == ["after"]


def test_it_grows_old_only_by_what_happens(board: Switchboard, book: LiveBook) -> None:
    sessions: list[Any] = [board.create(str(n)) for n in range(100)]
    book.refresh()
    version = book.version
    book.refresh()
    assert book.version == version
    board.tell(sessions[0], "CHANNEL_ANSWER")
    book.refresh()
    assert book.version == version + 1


def test_legs_that_are_up_already_are_opened_once_for_all(
    board: Switchboard, monkeypatch: pytest.MonkeyPatch
) -> None:
    segment = Segment(0, ())
    for at in range(50):
        session = board.create(str(at), Caller_Caller_ID_Number=f"{at:03}")
        for event_of in (session.events[0], event("CHANNEL_ANSWER", str(at))):
            run = Run.of(event_of.raw, None, Kind.PLAIN, None)
            segment.extend(run)
            if event_of.name == "CHANNEL_CREATE":
                session.events.shelve(event_of, run, 0)
            else:
                session.events.add(run, 0, event_of.name)
    segment.seal()
    segment.cool()
    opened: list[object] = []
    monkeypatch.setattr(sealed, "unpack", lambda *a: opened.append(a) or unpack(*a))
    book = LiveBook(board)  # type: ignore[arg-type]
    book.open()
    assert [leg.sender for leg in book] == [f"{at:03}" for at in range(50)]
    assert {leg.events for leg in book} == {2}
    assert len(opened) == 3, "for the watch that begins, for their first events, for their newest"
    book.close()
