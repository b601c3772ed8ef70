"""`Row`: a form whose buttons do something to the selected legs, and the line that says what came of it."""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

import ipywidgets as widgets

from switchy_nb.errors import SwitchyError
from switchy_nb.panels import deeds
from switchy_nb.panels.book import Leg
from switchy_nb.panels.deeds import Deed, Knob
from switchy_nb.panels.elements import StatusLine
from switchy_nb.panels.forms import Button, Field, Form, Typed
from switchy_nb.panels.status import NOTHING, Status, Tone
from switchy_nb.panels.text import plain

if TYPE_CHECKING:
    from switchy_nb.panels.handling import Handling


class Row:
    """A form with the line that says what came of its buttons.

    Parameters
    ----------
    handling : Handling
        Whose it is.
    label : str
        What it is for.
    fields : sequence of Field
        What is typed.
    knobs : mapping
        Its buttons that do a deed to each selected leg.
    others : sequence of (Button, callable)
        Other buttons, and whether each makes sense now.
    """

    def __init__(
        self,
        handling: "Handling",
        label: str,
        fields: Sequence[Field] = (),
        knobs: Mapping[str, Knob] | None = None,
        others: Sequence[tuple[Button, Callable[[], bool]]] = (),
    ) -> None:
        self._handling = handling
        self._knobs = knobs or {}
        self._others = {button.name: fits for button, fits in others}
        self._legs: tuple[str, ...] = ()
        self._said = NOTHING
        buttons = [
            Button(name, knob.text, self._poster(knob), knob.style)
            for name, knob in self._knobs.items()
        ]
        self.form = Form(label, fields, [*buttons, *(button for button, _ in others)])
        self.status = StatusLine(kept=True)
        self.status.add_class("switchy-grow")
        self.box = widgets.Box([self.form, self.status])
        self.box.add_class("switchy-row")

    @property
    def said(self) -> Status:
        """What came of the last press, while the same legs are selected."""
        return self._said if self._legs == self._selected() else NOTHING

    @said.setter
    def said(self, status: Status) -> None:
        self._said, self._legs = status, self._selected()

    def answer(self, status: Status, legs: tuple[str, ...]) -> None:
        """Say what came of a press on `legs`, unless others have been pressed on since."""
        if legs == self._legs:
            self._said = status

    def _selected(self) -> tuple[str, ...]:
        return tuple(leg.uuid for leg in self._handling.board.legs)

    def _poster(self, knob: Knob) -> Callable[[Typed], None]:
        def pressed(typed: Typed) -> None:
            self._handling.board.post(self._press, knob, typed)

        return pressed

    def _press(self, knob: Knob, typed: Typed) -> None:
        try:
            self.do(knob.deed(typed), knob.fits)
        except SwitchyError as exc:
            self.said = Status(plain(exc, 300), Tone.BAD)

    def do(self, deed: Deed, fits: Callable[[Leg], bool] = deeds.up) -> None:
        """Do something to each selected leg that it fits, and say what comes of it."""
        self.said = Status("asked the switch", Tone.BUSY)
        legs = self._legs
        self.said = self._handling.do(deed, fits, lambda status: self.answer(status, legs))

    def paint(self, reason: str, legs: Sequence[Leg]) -> None:
        """Show what came of the last press, and which buttons make sense."""
        on = {name: any(map(knob.fits, legs)) for name, knob in self._knobs.items()}
        on |= {name: fits() for name, fits in self._others.items()}
        self.form.enable(reason, **on)
        self.status.show(self.said)
