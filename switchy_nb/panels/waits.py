"""`Waits`: wait for a state, an event or a variable of the selected leg, and see how that ends."""

import asyncio
import itertools
import time
from collections.abc import Callable, Iterable
from typing import Any

import ipywidgets as widgets

from switchy_nb.errors import ConfigurationError, SwitchyError
from switchy_nb.legstate import State, check_name
from switchy_nb.panels import parse
from switchy_nb.panels.book import Leg
from switchy_nb.panels.elements import StatusLine, WaitList
from switchy_nb.panels.forms import Button, Field, Form, Kind, Typed
from switchy_nb.panels.part import Part
from switchy_nb.panels.status import NOTHING, Status, Tone
from switchy_nb.panels.still import lines
from switchy_nb.panels.text import plain
from switchy_nb.session import Session

#: So many waits are shown, those that ended included; and so many go on at once.
KEPT, MOST = 8, 100
#: What can be waited for most often; any other event's name is as good.
NAMES = (
    *(state.value for state in State),
    "CHANNEL_PROGRESS_MEDIA",
    "CHANNEL_HANGUP_COMPLETE",
    "DTMF",
    "PLAYBACK_START",
    "PLAYBACK_STOP",
    "RECORD_START",
    "RECORD_STOP",
)
#: What of a leg is waited for: as `Session.wait` takes it, in Python, and in words.
Wanted = tuple[str | Callable[[Session], Any], str, str]


class Wait:
    """One wait, and how it ended."""

    def __init__(self, ident: str, shown: str, leg: Leg, seconds: float) -> None:
        self.ident = ident
        self.shown = shown
        self.seconds = seconds
        self.began = time.monotonic()
        self.said = Status(f"waiting for {shown} on the leg to {leg.to or 'nowhere'}", Tone.BUSY)
        self.task: asyncio.Task[None] | None = None

    @property
    def open(self) -> bool:
        """Whether it goes on."""
        return self.said.tone is Tone.BUSY

    @property
    def took(self) -> float:
        """Seconds so far."""
        return time.monotonic() - self.began

    def row(self) -> dict[str, Any]:
        """Return it as the page has it."""
        so_far = min(self.took, self.seconds)
        return {
            "id": self.ident,
            "text": self.said.text,
            "tone": self.said.tone.value,
            "sign": self.said.tone.sign,
            "aside": f"{so_far:.0f} of {self.seconds:g} s" if self.open else "",
            "share": round(so_far / self.seconds, 2) if self.open else 1.0,
            "open": self.open,
        }

    def stop(self) -> None:
        """Wait no longer."""
        if self.open and self.task is not None:
            self.task.cancel()
            self.said = Status(f"{self.shown}: stopped after {self.took:.1f} s")

    async def go(self, session: Session, what: str | Callable[[Session], Any]) -> None:
        """Wait; say how it ends."""
        try:
            await session.until(what, self.seconds)
        except SwitchyError as exc:
            self.said = Status(plain(exc, 300), Tone.BAD)
        else:
            self.said = Status(f"{self.shown}, after {self.took:.2f} s", Tone.GOOD)


class Waits(Part):
    """Wait for something on the selected leg, with a deadline; several waits may go on at once.

    Parameters
    ----------
    target : Caller, Client or Part
        Whose calls.
    """

    title = "Wait for"
    commands = True

    def build(self) -> Iterable[widgets.Widget]:
        """Return the form and the list of waits."""
        self._waits: list[Wait] = []
        self._numbers = itertools.count(1)
        self._refused = NOTHING
        names = tuple((name, name) for name in NAMES)
        fields = [
            Field("what", "Wait for", value="answered", options=names, hint="a state, an event"),
            Field("value", "Value", hint="any", more=True),
            Field("kind", "as a", Kind.CHOICE,
                  options=(("state or event", "event"), ("variable", "variable"))),
            Field("seconds", "Within (s)", Kind.NUMBER, "10"),
        ]  # fmt: skip
        wait = Button("wait", "Wait", lambda typed: self.board.post(self.wait_for, typed))
        self._form = Form("Wait for", fields, [wait])
        self.status = StatusLine(kept=True)
        self.list = WaitList(lambda ident: self.board.post(self.cancel, ident))
        return [self._form, self.status, self.list]

    def paint(self) -> None:
        """Show how things are."""
        self._form.enable(self.board.off, wait=self.board.leg is not None)
        self.status.show(self._refused)
        self.list.show([wait.row() for wait in self._waits])

    def still(self) -> str:
        """Return how the waits ended."""
        return lines(f"{w['sign']} {w['text']}" for w in self.list.waits)

    # --- on the desk's thread ------------------------------------------------------------------

    def wait_for(self, typed: Typed) -> None:
        """Wait for what was typed, on the leg that was selected first."""
        self._refused = NOTHING
        leg = self.board.leg
        try:
            if leg is None:
                raise ConfigurationError("choose a call in the table first")
            if leg.session is None:
                raise ConfigurationError(f"the leg is gone, and nothing comes any more: {leg.why}")
            if sum(wait.open for wait in self._waits) >= MOST:
                raise ConfigurationError(f"{MOST} waits go on already: stop one first")
            seconds = parse.duration(typed["seconds"])
            what, python, shown = _wanted(typed)
        except SwitchyError as exc:
            self._refused = Status(plain(exc, 300), Tone.BAD)
            return
        name = self.board.script.leg(leg, self.board.book.of_call(leg))
        self.board.script.did([name], f"wait({python}, {seconds:g})")
        wait = Wait(str(next(self._numbers)), shown, leg, seconds)
        wait.task = self.spawn(wait.go(leg.session, what))
        self._waits = [*self._forgotten(), wait]

    def _forgotten(self) -> list[Wait]:
        """Return the waits but for the oldest of those that ended."""
        ended = [wait for wait in self._waits if not wait.open]
        gone = ended[: max(0, len(self._waits) - KEPT + 1)]
        return [wait for wait in self._waits if wait not in gone]

    def cancel(self, ident: str) -> None:
        """Wait for something no longer."""
        for wait in self._waits:
            if wait.ident == ident:
                wait.stop()


def _wanted(typed: Typed) -> Wanted:
    what, value = typed["what"].strip(), typed["value"].strip()
    if not what:
        raise ConfigurationError("Wait for what? Give a state, an event's name, or a variable's")
    if typed["kind"] != "variable":
        check_name(what)
        return what, repr(what), plain(what, 60)
    header = what if what.startswith("variable_") else f"variable_{what}"
    if value:
        shown = f"{plain(what, 40)} = {plain(value, 40)}"
        return (
            lambda leg: leg.get(header) == value or str(leg.vars.get(what)) == value,
            f"lambda leg: leg.get({header!r}) == {value!r} or str(leg.vars.get({what!r})) == {value!r}",
            shown,
        )
    return (
        lambda leg: leg.get(header) or leg.vars.get(what),
        f"lambda leg: leg.get({header!r}) or leg.vars.get({what!r})",
        f"the variable {plain(what, 60)}",
    )
