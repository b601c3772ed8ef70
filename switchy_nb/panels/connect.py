"""`Connect`: which switch, and whether it is there. Connecting takes a thread, and nobody's time."""

import asyncio
import re
import time
from collections.abc import Iterable

import ipywidgets as widgets

from switchy_nb.errors import SwitchyError
from switchy_nb.panels.elements import StatusLine
from switchy_nb.panels.forms import Button, Field, Form, Kind, Typed
from switchy_nb.panels.part import Part
from switchy_nb.panels.source import Live
from switchy_nb.panels.status import NOTHING, Status, Tone
from switchy_nb.panels.still import lines
from switchy_nb.panels.text import plain, span
from switchy_nb.sync import Caller, open_caller
from switchy_nb.waiting import await_on

#: Seconds that connecting, and the switch's word about itself, may take.
PATIENCE = 10.0
_VERSION = re.compile(r"FreeSWITCH \(Version ([^)]{1,80})\)")
_UPTIME = re.compile(r"(\d+) (year|day|hour|minute|second)s?")
_SESSIONS = re.compile(r"^(\d+) session\(s\) - peak", re.MULTILINE)
_SECONDS = {"year": 365 * 86400, "day": 86400, "hour": 3600, "minute": 60, "second": 1}


class Facts:
    """What a switch says of itself."""

    def __init__(self, version: str, uptime: float, sessions: int | None, legs: int) -> None:
        self.version = plain(version, 60)
        self._since = time.monotonic() - uptime
        #: sessions that nobody has told us of one by one: they were there before
        self._unseen = None if sessions is None else max(0, sessions - legs)

    def words(self, legs: int) -> str:
        """All of it in one line, with `legs` being known to be up now."""
        up = span(time.monotonic() - self._since)
        sessions = "?" if self._unseen is None else f"{self._unseen + legs:,}"
        return f"FreeSWITCH {self.version}, up for {up}, sessions on it: {sessions}"


class Connect(Part):
    """Connect to a switch, or to a simulated one; see whether the link is up.

    Parameters
    ----------
    target : Caller, Client or Part, optional
        What is connected already.
    """

    title = "Connect"

    def build(self) -> Iterable[widgets.Widget]:
        """Return the form, and what the switch says of itself."""
        self._refused = NOTHING
        self._facts: Facts | None = None
        self._learnt: object = None
        post = self.board.post
        fields = [
            Field("host", "Host", hint="fs.example.org"),
            Field("port", "Port", Kind.NUMBER, "8021"),
            Field("secret", "Secret", Kind.SECRET, hint="FreeSWITCH's own default"),
        ]
        self._form = Form(
            "Connect",
            fields,
            [
                Button(
                    "connect", "Connect", lambda typed: post(self.connect, typed), "mod-primary"
                ),
                Button("simulate", "Use the simulated switch", lambda _: post(self.simulate)),
                Button("again", "Connect again", lambda _: post(self.again)),
                Button("leave", "Disconnect", lambda _: post(self.disconnect)),
            ],
        )
        self.status = StatusLine(kept=True)
        self.link, self.facts = StatusLine(), StatusLine()
        return [self._form, self.status, self.link, self.facts]

    def begin(self) -> None:
        """Begin to ask each switch about itself."""
        self.spawn(self._learn())

    def paint(self) -> None:
        """Show how things are."""
        busy = self._refused.tone is Tone.BUSY
        live = self.board.source if isinstance(self.board.source, Live) else None
        gone = live is not None and not live.listener.is_alive()
        self._form.enable(
            connect=not busy, simulate=not busy, again=gone and not busy,
            leave=live is not None and not busy and not gone,
        )  # fmt: skip
        self.status.show(self._refused)
        self.link.show(self.board.link)
        facts = self._latest(live)
        self.facts.show(Status("" if facts is None else facts.words(self.board.book.up)))

    def still(self) -> str:
        """Return whether the switch was there."""
        shown = (self.link.shown, self.facts.shown)
        return lines(str(line.get("text", "")) for line in shown)

    def _latest(self, live: Live | None) -> Facts | None:
        if live is None or live is not self._learnt:
            return None
        beat = live.heartbeat
        if beat is not None:
            live.heartbeat = None
            self._facts = Facts(
                beat.get("FreeSWITCH-Version") or (self._facts.version if self._facts else "?"),
                (_whole(beat.get("Uptime-msec")) or 0) / 1000,
                _whole(beat.get("Session-Count")),
                live.book.up,
            )
        return self._facts

    # --- on the desk's thread ------------------------------------------------------------------

    def connect(self, typed: Typed) -> None:
        """Connect to what was typed."""
        host, port = typed["host"].strip(), typed["port"].strip() or "8021"
        if not host:
            self._refused = Status("Connect to which host? Or use the simulated switch", Tone.BAD)
            return
        self._begin(host, port, typed["secret"])

    def simulate(self) -> None:
        """Connect to a simulated switch, which begins with that."""
        self._begin("", "", "")

    def _begin(self, host: str, port: str, secret: str) -> None:
        if self._refused.tone is Tone.BUSY:
            return
        where = f"{plain(host, 60)}:{plain(port, 8)}" if host else "a simulated switch"
        self._refused = Status(f"connecting to {where} …", Tone.BUSY)
        self.board.desk.run(self._connect(host, port, secret))

    async def _connect(self, host: str, port: str, secret: str) -> None:
        try:
            caller = await self.board.opened(lambda: _open(host, port, secret))
        except SwitchyError as exc:
            self._refused = Status(plain(exc, 300), Tone.BAD)
            return
        self._refused = NOTHING
        self.board.script.connected(host, port, secret=bool(secret))
        self.board.use(Live(caller))

    def again(self) -> None:
        """Bring a link back that was lost for good."""
        live = self.board.source
        if isinstance(live, Live) and self._refused.tone is not Tone.BUSY:
            self._refused = Status(f"connecting again to {live.where} …", Tone.BUSY)
            self.board.desk.run(self._again(live))

    async def _again(self, live: Live) -> None:
        try:
            await self.board.apart(lambda: _reconnect(live))
        except SwitchyError as exc:
            self._refused = Status(plain(exc, 300), Tone.BAD)
            return
        self._refused = NOTHING
        self._learnt = None
        self.board.script.connected_again()

    def disconnect(self) -> None:
        """Leave the switch: what this panel has connected is closed, anything else is let alone."""
        self._refused = NOTHING
        if self.board.owns_caller:
            self.board.script.add("caller.close()")
        self.board.use(None)

    async def _learn(self) -> None:
        while True:
            live = self.board.source
            if isinstance(live, Live) and live is not self._learnt and live.client.connected():
                self._learnt, self._facts = live, None
                self._facts = await self._ask(live)
            await asyncio.sleep(0.2)

    async def _ask(self, live: Live) -> Facts | None:
        try:
            with self.acting():
                asked = live.client.post("api status")
            reply = await await_on(asked, PATIENCE, lambda: "the switch's status")
        except SwitchyError:
            return None  # the link says why
        text = str(reply.text)
        version, sessions = _VERSION.search(text), _SESSIONS.search(text)
        uptime = sum(int(n[:9]) * _SECONDS[unit] for n, unit in _UPTIME.findall(text[:200]))
        found = _whole(sessions[1]) if sessions else None
        return Facts(version[1] if version else "?", uptime, found, live.book.up)


def _whole(text: str | None) -> int | None:
    return int(text) if text and text.isdecimal() and len(text) < 16 else None


def _open(host: str, port: str, secret: str) -> Caller:
    """Connect; on a thread of its own."""
    if not host:
        from switchy_nb.simswitch import SimSwitch

        return open_caller(SimSwitch())  # it runs for as long as the caller is open
    return open_caller(host, port, secret or None, timeout=PATIENCE)


def _reconnect(live: Live) -> None:
    live.listener.connect()
    live.client.connect()
    live.listener.start()
