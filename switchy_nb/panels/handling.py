"""`Handling`: what can be done with the selected legs. Each command is one of `deeds`."""

from collections.abc import Callable, Iterable

import ipywidgets as widgets

from switchy_nb.errors import ConfigurationError, SwitchyError
from switchy_nb.panels import deeds
from switchy_nb.panels.book import Leg
from switchy_nb.panels.deeds import Deed
from switchy_nb.panels.elements import StatusLine
from switchy_nb.panels.forms import Button, Field, Form, Typed
from switchy_nb.panels.orders import outcome, send
from switchy_nb.panels.part import Part
from switchy_nb.panels.row import Row
from switchy_nb.panels.status import Status, Tone
from switchy_nb.panels.still import lines
from switchy_nb.panels.tape import Tape
from switchy_nb.panels.text import plain

_NOBODY = Status("choose a call in the table first", Tone.BAD)
_KEYS = "123A456B789C*0#D"


class Handling(Part):
    """What can be done with the selected legs: hang up, answer, hold, transfer, play, record.

    Parameters
    ----------
    target : Caller, Client or Part
        Whose calls.
    """

    title = "Selected calls"
    commands = True

    def build(self) -> Iterable[widgets.Widget]:
        """Return a row for each kind of thing to do."""
        causes = tuple((cause, cause) for cause in deeds.CAUSES)
        cause = Field("cause", "Cause", value=causes[0][0], options=causes)
        joining = Button("join", "Bridge the two", lambda _: self.board.post(self.join))
        self.selection = StatusLine()
        self.call = Row(self, "Call", [cause], deeds.CALL, [(joining, lambda: self._two)])
        self.moving = Row(
            self,
            "Transfer",
            [
                Field("to", "Transfer to", hint="an extension"),
                Field("dialplan", "Dial plan", hint="XML", more=True),
                Field("context", "Context", hint="default", more=True),
            ],
            deeds.TRANSFER,
        )
        self.digits = Row(self, "Digits", [Field("digits", "Digits", hint="0-9 A-D * # w")],
                          deeds.DIGITS)  # fmt: skip
        keys = [Button(f"key_{at}", key, self._key(key)) for at, key in enumerate(_KEYS)]
        self.keypad = Form("Keypad", [], keys, "switchy-keypad")
        self.playing = Row(
            self, "Play", [Field("what", "Play", value=deeds.TONE, hint="a file or a tone", wide=True)],
            deeds.PLAY,
        )  # fmt: skip
        self.tape = Tape(self)
        rows = [self.call, self.moving, self.digits, self.playing]
        self._rows = [*rows, self.tape.row]
        return [
            self.selection,
            self.call.box,
            self.moving.box,
            self.digits.box,
            self.keypad,
            self.playing.box,
            self.tape.row.box,
            self.tape.sound,
        ]

    def paint(self) -> None:
        """Show how things are."""
        legs = self.board.legs
        self.selection.show(self._selected(legs))
        for row in self._rows:
            row.paint(self.board.off, legs)
        on = any(map(deeds.up, legs))
        self.keypad.enable(self.board.off, **{f"key_{at}": on for at in range(len(_KEYS))})
        self.tape.paint()

    def still(self) -> str:
        """Return what is selected."""
        return lines([self.selection.shown.get("text", "")])

    def _selected(self, legs: list[Leg]) -> Status:
        if not legs:
            return Status("Nothing is selected: choose a call in the table.")
        if len(legs) > 1:
            up = sum(map(deeds.up, legs))
            tone = Tone.BUSY if up else Tone.PLAIN
            return Status(f"Selected: {len(legs)} legs, {up} of them up", tone)
        (leg,) = legs
        state = leg.why if leg.over else leg.words
        tone = Tone.PLAIN if leg.over else (Tone.GOOD if leg.answered else Tone.BUSY)
        return Status(f"Selected: {leg.title}. {state[:1].upper()}{state[1:]}", tone)

    @property
    def _two(self) -> bool:
        return len(self.board.legs) == 2 and all(map(deeds.up, self.board.legs))

    def _key(self, key: str) -> Callable[[Typed], None]:
        return lambda _: self.board.post(self.press_key, key)

    # --- on the desk's thread ------------------------------------------------------------------

    def press_key(self, key: str) -> None:
        """Send one digit to the far end of each selected leg."""
        self.digits.do(deeds.digits(key))

    def do(
        self, deed: Deed, fits: Callable[[Leg], bool], answer: Callable[[Status], None]
    ) -> Status:
        """Do something to each selected leg that it fits; return what to say at once.

        What comes of it is told to `answer`.
        """
        legs = [leg for leg in self.board.legs if fits(leg) and leg.session is not None]
        if not legs:
            return _NOBODY
        try:
            client = self.board.client
            with self.acting():
                sent = [send(client, leg.session, deed.order) for leg in legs if leg.session]
        except SwitchyError as exc:
            return Status(plain(exc, 300), Tone.BAD)
        names = [self.board.script.leg(leg, self.board.book.of_call(leg)) for leg in legs]
        self.board.script.did(names, deed.line)

        async def report() -> None:
            answer(await outcome(sent, deed.done))

        self.spawn(report())
        return Status("asked the switch", Tone.BUSY)

    def join(self) -> None:
        """Bridge the two selected legs."""
        if not self._two:
            self.call.said = Status("choose two legs that are up, with Ctrl and a click", Tone.BAD)
            return
        one, two = self.board.legs
        other = self.board.script.leg(two, self.board.book.of_call(two))
        deed = Deed(lambda leg: leg.join(two.uuid), f"join({other})", "the switch has bridged them")
        self.call.do(deed, lambda leg: leg is one)

    def needs_leg(self) -> Leg:
        """Return the leg that was selected first, which must be up.

        Raises
        ------
        ConfigurationError
            If there is none.
        """
        leg = self.board.leg
        if leg is None or leg.over or leg.session is None:
            raise ConfigurationError(_NOBODY.text)
        return leg
