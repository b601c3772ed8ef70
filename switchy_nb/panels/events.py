"""`Events`: every event as it comes, filtered, and the headers of the one that is chosen.

What it shows is decided in `eventlog`, and painted by `eventview`.
"""

import asyncio
import contextlib
import time
from collections import deque
from collections.abc import Iterable, Mapping
from html import escape
from typing import Any

import ipywidgets as widgets

from switchy_nb.panels.elements import StatusLine
from switchy_nb.panels.eventlog import EventLog, Shown
from switchy_nb.panels.eventrows import TELLING
from switchy_nb.panels.eventview import EventList, HeaderList
from switchy_nb.panels.forms import Button, Field, Form, Kind, Typed
from switchy_nb.panels.part import Part
from switchy_nb.panels.status import NOTHING, Status, Tone
from switchy_nb.panels.views import of_event, of_events
from switchy_nb.recording.finding import LONGEST, Wanted

#: Seconds between two looks at the recording: while nobody scrolls, while somebody does, and after
#: a failure.
LOOK, SOON, LATER = 0.25, 0.1, 2.0
#: Of the time, at most one part in so many goes into following; a search gets half of it. What took
#: long once, as the first look of all does, is not rested from for longer than this (s).
SHARE, LONGEST_REST = 20, 1.0
#: Above so many events a second a list shows where they are at, and nobody can read each.
FAST = 100
_LANE = "events"
_SELECTED = "selected"


class Events(Part):
    """A list of all events, as they come; the chosen one with all its headers.

    Parameters
    ----------
    name, leg, text : str
        What to list at first: as the fields of the form.
    """

    title = "Events"

    def build(self, *, name: str = "", leg: str = "", text: str = "") -> Iterable[widgets.Widget]:
        """Return the form of the filter, the list, and the headers."""
        self._wanted = Wanted(name=name[:LONGEST], leg=leg[:LONGEST], text=text[:LONGEST])
        self._of_selected = False
        self._form = Form("Filter of events", _fields(self._wanted), self._buttons())
        self._words = StatusLine()
        self._list = EventList(lambda told: self.board.post(self._told, told))
        self._leg = Form(
            "The chosen event's leg",
            [],
            [
                Button("select", "Select its call", lambda _: self.board.post(self._select)),
                Button("only", "Only its leg", lambda _: self.board.post(self._only)),
            ],
        )
        self._leg_words = StatusLine()
        self._headers = HeaderList()
        self._log: EventLog | None = None
        self._shown: Shown | None = None
        self._error: Exception | None = None
        self._rates: deque[tuple[float, int]] = deque(maxlen=9)
        self._wake = asyncio.Event()
        return self._form, self._words, self._list, self._headers, self._leg, self._leg_words

    def begin(self) -> None:
        """Begin to follow the recording; on the desk's thread."""
        self.spawn(self._keep_listed())

    def _buttons(self) -> list[Button]:
        post = self.board.post
        return [
            Button("filter", "Filter", lambda typed: post(self._filter, typed), "mod-primary"),
            Button("all", "Show all", lambda _: post(self._filter, {})),
            Button("stop", "Stop searching", lambda _: post(self._stop)),
        ]

    # --- what is done on the page; on the desk's thread ---------------------------------------------

    def _filter(self, typed: Typed) -> None:
        self._of_selected = typed.get("legs") == _SELECTED
        self._wanted = Wanted(
            name=typed.get("name", "")[:LONGEST],
            leg=typed.get("leg", "").strip()[:LONGEST],
            text=typed.get("text", "")[:LONGEST],
        )
        self._apply()

    def _apply(self) -> None:
        board = self.board
        if board.recording is not None:
            legs = board.named(board.legs_of_calls) if self._of_selected else None
            line = of_events(board.recording_name, self._wanted, legs)
            board.script.looked("events", line)
        if self._log is not None:
            self._log.filter(self._now_wanted())
            self._wake.set()

    def _now_wanted(self) -> Wanted:
        """What is wanted, with the legs that are selected at present."""
        legs = frozenset(leg.uuid for leg in self.board.legs_of_calls)
        wanted = self._wanted
        return Wanted(wanted.name, wanted.leg, legs if self._of_selected else None, wanted.text)

    def _stop(self) -> None:
        if self._log is not None:
            self._log.stop()

    def _told(self, told: Mapping[str, Any]) -> None:
        log = self._log
        if log is None:
            return
        if isinstance(told.get("choose"), int):
            log.pick(told["view"], told["choose"])
        if isinstance(told.get("pause"), bool):
            log.pause(told["pause"])
        if isinstance(told.get("scroll"), int) and isinstance(told.get("count"), int):
            log.scroll(
                told["view"],
                told["scroll"],
                told["count"],
                follow=told.get("follow") is True,
                by=str(told.get("by", ""))[:60],
            )
        self._wake.set()

    def _select(self) -> None:
        """Select the leg of the chosen event, for all parts."""
        leg = self._shown.leg if self._shown else ""
        if self.board.book.find(leg) is None:
            words = "This leg is no longer among the calls: only the last that ended are kept there"
            self._leg_words.show(Status(words, Tone.BAD))
        else:
            self._leg_words.show(NOTHING)
            self.board.choose([leg])
            self.board.tell_selection()

    def _only(self) -> None:
        self._filter({"leg": self._shown.leg if self._shown else ""})

    # --- what is shown --------------------------------------------------------------------------------

    async def _keep_listed(self) -> None:
        """Look at what came, as often as there is something to see, until cancelled."""
        while True:
            began = time.monotonic()
            rest = LOOK
            try:
                if not self.hidden:
                    rest = await self._look()
                self._error = None
            except Exception as exc:
                self._error, rest = exc, LATER  # shown by the next painting
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._wake.wait(), rest)
            self._wake.clear()
            await asyncio.sleep(began + SOON - time.monotonic())

    async def _look(self) -> float:
        """Show the list as it is; return how long to rest."""
        recording = self.board.recording
        if recording is None:
            self._log = self._shown = None
            return LOOK
        log = self._log
        if log is None or log.recording is not recording:
            log = self._log = EventLog(recording)
            self._rates.clear()
        if log.wanted != self._now_wanted():
            log.filter(self._now_wanted())
        shown = await self.board.desk.beside(log.look, _LANE)
        if log is not self._log:
            return 0.0  # another recording, meanwhile
        if self._shown is None or shown.event is not self._shown.event:
            root = self.board.recording_name
            self._headers.show(shown.event, root)
            self._leg_words.show(NOTHING)
            if shown.event is not None:
                self.board.script.looked("event", of_event(root, int(shown.event["n"])))
        self._shown = shown
        self._list.show(shown.lines)
        self._rates.append((time.monotonic(), log.recording.received))
        if shown.more:
            return shown.took
        return min(max(LOOK, (SHARE - 1) * shown.took), LONGEST_REST)

    @property
    def _rate(self) -> float:
        """Events a second, of the last two seconds."""
        if len(self._rates) < 2:
            return 0.0
        (since, before), (until, after) = self._rates[0], self._rates[-1]
        return (after - before) / max(until - since, LOOK)

    def paint(self) -> None:
        """Say what is listed, and turn off what makes no sense."""
        if self._error is not None:
            raise self._error
        log, shown = self._log, self._shown
        leg = "" if shown is None else shown.leg
        self._leg.enable(select=bool(leg), only=bool(leg))
        if self.board.recording is None:
            self._form.enable(filter=False, all=False, stop=False)
            self._words.show(Status("There is no recording yet: connect to a switch first."))
            return
        if log is None or shown is None:
            # what is asked for before the first look is what that looks for
            self._form.enable(filter=True, all=False, stop=False)
            self._words.show(Status("Looking at the recording", Tone.BUSY))
            return
        self._form.enable(filter=True, all=bool(log.wanted), stop=shown.more)
        words = log.words
        if log.paused:
            words += ". Paused: what comes is recorded, and not listed"
        rate, aside = self._rate, log.numbers
        if rate >= FAST:
            aside += f"; {rate:,.0f} a second: only where they are at can be shown"
        self._words.show(Status(words, Tone.BUSY if shown.more else Tone.PLAIN, aside))

    def still(self) -> str:
        """Return the lines that were shown last as a table, and the chosen event's title."""
        shown = self._shown
        if shown is None or not shown.lines["lines"]:
            return ""
        names = {
            "n": "No.",
            "time": "Time (UTC)",
            "name": "Event",
            "leg": "Leg",
            "says": "What it says",
        }
        head = "".join(f"<th>{title}</th>" for title in names.values())
        body = "".join(
            f"<tr>{''.join(f'<td>{escape(str(line[name]))}</td>' for name in names)}</tr>"
            for line in shown.lines["lines"]
        )
        return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _fields(wanted: Wanted) -> list[Field]:
    names = tuple((name, name) for name in sorted(TELLING))
    return [
        Field("name", "Event", value=wanted.name, options=names, hint="answer -heartbeat"),
        Field("text", "Text", value=wanted.text, hint="in any header"),
        Field("leg", "Leg", value=wanted.leg, hint="uuid, or part of it"),
        Field(
            "legs", "Of", Kind.CHOICE, options=(("all calls", ""), ("the selected call", _SELECTED))
        ),
    ]
