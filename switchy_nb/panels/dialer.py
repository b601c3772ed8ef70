"""`Dialer`: where to call, as whom, how often; and how the calls get on."""

import asyncio
import inspect
import re
import time
from collections.abc import Iterable
from typing import Any

import ipywidgets as widgets

from switchy_nb.client import Client
from switchy_nb.errors import ConfigurationError, SwitchyError
from switchy_nb.panels import parse
from switchy_nb.panels.dialling import GRACE, Attempt
from switchy_nb.panels.elements import StatusLine
from switchy_nb.panels.forms import Button, Field, Form, Kind, Typed
from switchy_nb.panels.part import Part
from switchy_nb.panels.status import NOTHING, Status, Tone
from switchy_nb.panels.still import lines
from switchy_nb.panels.text import plain
from switchy_nb.sync import Caller

#: At most so many calls are placed by one press, and so many a second.
MOST, FASTEST = 10_000, 200.0
#: So many destinations that were called are offered again.
HISTORY = 20
#: What a command has before where it goes: it is long, and the tab with the events has it whole.
_VARIABLES = re.compile(r"\{.*\}(?=\w+/)")
#: What no variable can be called: to the functions that place a call, in a cell too, it is theirs.
_TAKEN = {
    *inspect.signature(Client.originate).parameters,
    *inspect.signature(Caller.__call__).parameters,
    "uuid_str",
    "xheaders",
} - {"options"}
_CODECS = ("PCMU", "PCMA", "G722", "OPUS", "G729")


class Dialer(Part):
    """Dial: one call, or several at a rate.

    Parameters
    ----------
    target : Caller, Client or Part
        Whose calls.
    sip : str, optional
        Where the switch's SIP side is, ``host:port``, for the numbers of its dial plan; by default
        what the caller knows, or port 5080 of the switch's host.
    """

    title = "Dial"
    commands = True

    def build(self, *, sip: str | None = None) -> Iterable[widgets.Widget]:
        """Return the form, and the lines that say how it goes."""
        self._sip = sip
        self._history: list[str] = []
        self._attempt: Attempt | None = None
        self._refused = NOTHING
        self._sent = ""
        dial = Button(
            "dial", "Dial", lambda typed: self.board.post(self.dial, typed), "mod-primary"
        )
        stop = Button("stop", "Stop dialling", lambda _: self.board.post(self.stop))
        self._form = Form("Dial", self._fields(), [dial, stop])
        self.status, self._order = StatusLine(kept=True), StatusLine(kept=True)
        self._order.add_class("switchy-short")
        return [self._form, self.status, self._order]

    def paint(self) -> None:
        """Show how things are."""
        self._form.offer(self._fields())
        going_on = self._attempt is not None and self._attempt.going_on
        self._form.enable(self.board.off, stop=going_on)
        self.status.show(self._status())
        self._order.show(Status(self._sent))

    def still(self) -> str:
        """Return how the last calls got on."""
        return lines([self._status().text])

    def _status(self) -> Status:
        if self._refused is not NOTHING or self._attempt is None:
            return self._refused
        return self._attempt.status(self.board.book)

    def _fields(self) -> list[Field]:
        live = self.board.live
        numbers = [] if live is None else [live.url(n, self._sip) for n in live.numbers]
        known = [*self._history, *(n for n in numbers if n not in self._history)]
        apps = [] if live is None else live.client.app_names
        return [
            Field(
                "to", "Destination", value=numbers[0] if numbers else "",
                options=tuple((n, n) for n in known), hint="user@host:port", wide=True,
            ),
            Field(
                "app", "App", Kind.CHOICE, options=tuple((a, a) for a in apps) or (("no app", ""),)
            ),
            Field("count", "Calls", Kind.NUMBER, "1"),
            Field("rate", "Calls a second", Kind.NUMBER, "5"),
            Field("seconds", "Give up after (s)", Kind.NUMBER, "30", more=True),
            Field("name", "Caller's name", hint="Mr_Switchy", more=True),
            Field("number", "Caller's number", hint="1112223333", more=True),
            Field("profile", "SIP profile", hint="external", more=True),
            Field("gateway", "or gateway", hint="none", more=True),
            Field("codec", "Codec", options=tuple((c, c) for c in _CODECS), hint="PCMU", more=True),
            Field("variables", "Channel variables", Kind.LINES, hint="name=value, one a line",
                  more=True),
        ]  # fmt: skip

    # --- on the desk's thread ------------------------------------------------------------------

    def dial(self, typed: Typed) -> None:
        """Place the calls that were typed, and select the first."""
        if self._attempt is not None and self._attempt.going_on:
            self._refused = Status("calls are still being placed: stop dialling first", Tone.BAD)
            return
        self._refused, self._sent = NOTHING, ""
        try:
            destination, app = typed["to"].strip(), typed["app"] or None
            if not destination:
                raise ConfigurationError("Call whom? Give a destination such as user@host:port")
            seconds = parse.duration(typed["seconds"])
            total = parse.count(typed["count"], MOST)
            rate = parse.rate(typed["rate"], FASTEST) if total > 1 else 1.0
            options = _options(typed)
            attempt = Attempt(destination, seconds, total)
            self._place(attempt, destination, app, options)
        except (SwitchyError, TypeError) as exc:  # TypeError: a variable that is nearly a keyword
            self._refused = Status(plain(exc, 300), Tone.BAD)
            return
        self._attempt = attempt
        self._history = [destination, *(d for d in self._history if d != destination)][:HISTORY]
        script = self.board.script
        if total == 1:
            leg = self.board.chosen[0]
            script.dialled(leg, destination, app, options, seconds, GRACE)
            return
        script.dialled_many(total, rate, destination, app, options, seconds)
        self.spawn(self._place_others(attempt, rate, destination, app, options))

    def stop(self) -> None:
        """Place no more calls; those that are up stay up."""
        if self._attempt is not None and self._attempt.going_on:
            self._attempt.stopped = "Stopped"

    def _place(
        self, attempt: Attempt, destination: str, app: str | None, options: dict[str, Any]
    ) -> None:
        with self.acting():
            job = self.board.client.originate(
                destination, app_id=app, timeout=attempt.seconds, **options
            )
        attempt.add(job)
        if attempt.sent == 1:
            self._sent = f"Sent: {plain(_VARIABLES.sub('{…}', job.command, count=1), 300)}"
            self.board.choose([job.sess_uuid or ""], expected=True)

    async def _place_others(
        self,
        attempt: Attempt,
        rate: float,
        destination: str,
        app: str | None,
        options: dict[str, Any],
    ) -> None:
        began = time.monotonic()
        while attempt.going_on:
            await asyncio.sleep(max(0.0, began + attempt.sent / rate - time.monotonic()))
            try:
                if attempt.going_on:
                    self._place(attempt, destination, app, options)
            except SwitchyError as exc:
                attempt.stopped = f"No more were placed: {plain(exc, 200)}"


def _options(typed: Typed) -> dict[str, Any]:
    """Return what was typed as the keywords of `build_originate_cmd`; the empty are left out."""
    names = {
        "name": "caller_id", "number": "caller_id_num", "profile": "profile",
        "gateway": "gateway", "codec": "codec",
    }  # fmt: skip
    options = {name: typed[key].strip() for key, name in names.items() if typed[key].strip()}
    variables = parse.variables(typed["variables"])
    for name in variables:
        if name in _TAKEN:
            raise ConfigurationError(
                f"{name!r} cannot be a channel variable here: to originate() it means something else"
            )
    return {**options, **variables}
