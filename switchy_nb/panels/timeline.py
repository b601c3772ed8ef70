"""`Timeline`: the selected call, or all calls that are up, drawn again as they go on.

What is drawn is decided in `scene`.
"""

import asyncio
import contextlib
import logging
import time
from collections.abc import Iterable
from functools import partial

import ipywidgets as widgets

from switchy_nb.panels.elements import Picture, StatusLine
from switchy_nb.panels.forms import Button, Field, Form, Kind, Typed
from switchy_nb.panels.part import Part
from switchy_nb.panels.scene import Artist, Scene, of_all, of_selected
from switchy_nb.panels.status import Status
from switchy_nb.panels.text import plain
from switchy_nb.panels.views import of_timeline

log = logging.getLogger(__name__)

#: Seconds between two drawings at least, and between looks at whether there is something new.
REST, LOOK = 0.4, 0.15
#: Of the time, at most one part in so many goes into drawing: the second when events come so fast
#: (a second) that the switch needs the processor more.
SHARE, BUSY_SHARE, BUSY = 4, 40, 500.0
#: While little happens, a drawing that took long (the first of all does) is not rested from for longer.
LONGEST_REST = 2.0
NOTHING_SELECTED = (
    "Nothing is selected: choose a call in a list of calls or events, or draw all calls."
)
NO_CALLS = "There are no calls to be drawn."
BEGINNING = "The timeline is being drawn …"
_ALL = "all"
_ARRIVAL, _SWITCH = "arrival", "switch"


class Timeline(Part):
    """When what happened to the selected call, or to all that are up.

    Parameters
    ----------
    calls : {"selected", "all"}
        What to draw at first.
    """

    title = "Timeline"

    def build(self, *, calls: str = "selected") -> Iterable[widgets.Widget]:
        """Return the choice of what is drawn, and the picture."""
        if calls not in ("selected", _ALL):
            raise TypeError(f"calls are 'selected' or 'all', not {calls!r}")
        self._calls, self._clock = calls, _ARRIVAL
        self._theme: str | None = None
        self._width = 0
        self._form = Form("Timeline", self._fields(), [Button("draw", "Draw", self._drawn_by)])
        self._words = StatusLine()
        self._picture = Picture(lambda *room: self.board.post(self._has_room, *room))
        self._artist: Artist | None = None
        self._scene: Scene | None = None
        self._rest, self._failure = 0.0, ""
        self._wake = asyncio.Event()
        return self._form, self._words, self._picture

    def begin(self) -> None:
        """Begin to draw; on the desk's thread."""
        self.spawn(self._keep_drawn())

    def _fields(self) -> list[Field]:
        calls = (("the selected call", "selected"), ("all calls that are up", _ALL))
        clocks = (("when it came here", _ARRIVAL), ("the switch's clock", _SWITCH))
        return [
            Field("calls", "Draw", Kind.CHOICE, self._calls, options=calls),
            Field("clock", "Time is", Kind.CHOICE, self._clock, options=clocks),
        ]

    def _drawn_by(self, typed: Typed) -> None:
        self.board.post(self._choose, typed["calls"], typed["clock"])

    def _choose(self, calls: str, clock: str) -> None:
        self._calls = _ALL if calls == _ALL else "selected"
        self._clock = _SWITCH if clock == _SWITCH else _ARRIVAL
        board = self.board
        if board.recording is not None:
            legs = None if self._calls == _ALL else board.named(board.legs_of_calls)
            line = of_timeline(board.recording_name, legs, self._clock, growing=board.growing)
            board.script.looked("timeline", line)
        self._wake.set()

    def _has_room(self, theme: str | None, width: int) -> None:
        self._theme, self._width = theme, width
        self._wake.set()

    async def _keep_drawn(self) -> None:
        """Draw whenever the calls have gone on, until cancelled; never two drawings at once."""
        before, events = time.monotonic(), 0
        while True:
            rest = LOOK
            if not self.hidden:
                took = await self._draw()
                received = self._received
                now = time.monotonic()
                busy = (received - events) / max(now - before, LOOK) > BUSY
                before, events = now, received
                if took > LOOK / SHARE:
                    rest = (
                        (BUSY_SHARE - 1) * took if busy else min((SHARE - 1) * took, LONGEST_REST)
                    )
                    rest = max(REST, rest)
                self._rest = rest
            await self._pause(rest)

    async def _pause(self, rest: float) -> None:
        """Rest; no longer than until something is clicked, another call chosen, or the rush is over."""
        chosen, before = self.board.chosen, self._received
        began = time.monotonic()
        while (left := began + rest - time.monotonic()) > 0:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._wake.wait(), min(left, REST))
                break  # something was clicked
            rested = time.monotonic() - began
            calm = self._received - before < BUSY * rested
            if self.board.chosen != chosen or (calm and rested > LONGEST_REST):
                break
        self._wake.clear()

    @property
    def _received(self) -> int:
        return 0 if self.board.recording is None else self.board.recording.received

    async def _draw(self) -> float:
        """Draw what there is to be drawn; return how long that took."""
        recording, scene = self.board.recording, self._now()
        if recording is None or scene is None:
            self._scene = None
            self._picture.show(b"", "", NO_CALLS if self._calls == _ALL else NOTHING_SELECTED)
            return 0.0
        if self._artist is None or self._artist.recording is not recording:
            self._artist = Artist(recording, live=self.board.growing)
        artist = self._artist
        if self._scene is None:
            self._picture.show(b"", "", BEGINNING)
        again = self._scene is None
        work = partial(artist.draw, scene, self._clock, self._theme, self._width, again=again)
        try:
            drawn = await self.board.desk.beside(work)
        except Exception as exc:
            # One picture less; the calls must stay within reach.
            failure = f"The timeline could not be drawn: {plain(exc, 160)}"
            if failure != self._failure:
                log.error("the timeline could not be drawn", exc_info=exc)
            self._failure, self._scene = failure, None
            self._picture.show(b"", "", failure)
            return REST
        now, last = self._now(), self._scene
        if now is None or not (self._calls == _ALL or now.legs[:1] == scene.legs[:1]):
            return drawn.took  # another call was selected meanwhile
        if drawn.png or (last is not None and last.legs == scene.legs):
            # without a new one it is the same picture, perhaps in other words
            self._scene = scene
            self._picture.show(drawn.png or self._picture.png, scene.words, "")
        return drawn.took

    def _now(self) -> Scene | None:
        """What is to be drawn now."""
        if self._calls == _ALL:
            return of_all(self.board.book, over=not self.board.growing)
        return of_selected(self.board.legs_of_calls)

    def paint(self) -> None:
        """Say what is drawn."""
        scene = self._scene
        if scene is None:
            self._words.show(Status("Nothing is drawn."))
            return
        every = "The calls that are up" if self.board.growing else "All calls"
        words = every if self._calls == _ALL else "The selected call"
        shown, of = len(scene.legs), scene.of
        aside = f"{shown:,} legs" if shown == of else f"the newest {shown:,} of {of:,} legs"
        if self._rest > 1.0:
            aside += f"; drawn every {self._rest:.0f} s, to leave the processor to the calls"
        self._words.show(Status(words, aside=aside))

    def still(self) -> str:
        """Return the picture that was drawn last."""
        from base64 import b64encode
        from html import escape

        if not self._picture.png:
            return ""
        png = b64encode(self._picture.png).decode("ascii")
        alt = escape(self._picture.alt)
        return f'<img src="data:image/png;base64,{png}" alt="{alt}" style="max-width: 100%">'
