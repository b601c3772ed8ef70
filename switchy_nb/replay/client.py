"""One client of a replay: its login, its commands, the events on their way to it."""

import asyncio
import re
import uuid as uuids
from typing import TYPE_CHECKING

from switchy_nb.errors import ProtocolError
from switchy_nb.replay.answers import refusal
from switchy_nb.replay.tape import Row
from switchy_nb.wire import serve
from switchy_nb.wire.serve import ClientCommand
from switchy_nb.wire.subscription import EventFormat, Subscription

if TYPE_CHECKING:
    from switchy_nb.replay.player import Player

#: Written at once, in bytes: enough for the kernel, little enough to be stopped soon.
_CHUNK = 1 << 16
#: Looked at for one such piece, in rows: those that nobody wants take time too.
_ROWS = 1024
#: Pieces before others get their turn.
_TURN = 16
#: FreeSWITCH waits so long for the first command, in seconds, and keeps so much of a job's uuid.
_LOGIN, _MAX_JOB = 25.0, 256
_NO_SESSION = "-ERR not controlling a session"
_LEVELS = ("CONSOLE", "ALERT", "CRIT", "ERR", "WARNING", "NOTICE", "INFO", "DEBUG")
_SECONDS = re.compile(r"\s*([+-]?\d{1,18})")


class Client(asyncio.Protocol):
    """One connection.

    Parameters
    ----------
    player : Player
        What it is connected to.

    Attributes
    ----------
    place : int or None
        The next row that it gets; None while it has not subscribed.
    """

    def __init__(self, player: "Player") -> None:
        self._player = player
        self._transport: asyncio.Transport
        self._parser = serve.CommandParser()
        self._wants = Subscription(known=player.tape.names)
        self._authed = False
        self._closing = False
        self._full = False
        self._pumping = False
        self._deadline: asyncio.TimerHandle | None = None
        #: the leg that ``myevents`` follows, while it is known
        self._session: str | None = None
        self._lingers = False
        self._logging = False
        self.place: int | None = None

    # --- the connection -----------------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Greet the client; where the link is down, it finds nobody."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._player.clients.append(self)
        if self._player.down:
            self.cut()
            return
        self._write(serve.auth_request())
        self._deadline = self._player.loop.call_later(_LOGIN, self._too_late)

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the client."""
        self._closing = True
        if self._deadline is not None:
            self._deadline.cancel()
        self._player.left(self)

    def pause_writing(self) -> None:
        """Send no more: the client reads slower than that."""
        self._full = True

    def resume_writing(self) -> None:
        """Go on."""
        self._full = False
        self.pump()

    def data_received(self, data: bytes) -> None:
        """Take in what the client sends."""
        try:
            for command in self._parser.feed(data):
                if self._closing:
                    return
                self._obey(command)
        except ProtocolError:
            self.close()

    def close(self, notice: bytes | None = None) -> None:
        """End the connection, with FreeSWITCH's last words."""
        if not self._closing:
            self._write(serve.disconnect_notice() if notice is None else notice)
        self.cut()

    def cut(self) -> None:
        """End the connection without a word; what was sent still arrives."""
        self._closing = True
        self._transport.close()
        self.place = None

    def abort(self) -> None:
        """End the connection now, whatever is still on its way."""
        self._transport.abort()

    def _too_late(self) -> None:
        if not self._authed:
            self.close()

    def _write(self, data: bytes) -> None:
        if data and not self._transport.is_closing():
            self._transport.write(data)

    # --- out ------------------------------------------------------------------------------------

    def pump(self) -> None:
        """Send what is due, as fast as the client reads."""
        if self._pumping:
            return
        self._pumping = True
        try:
            self._pump()
        finally:
            self._pumping = False

    def _pump(self) -> None:
        player = self._player
        for _ in range(_TURN):
            if not self._may_send():
                break
            self._write(self._chunk())
        else:
            player.loop.call_soon(self.pump)
        player.sent()

    def _may_send(self) -> bool:
        return (
            self.place is not None
            and not self._full
            and not self._closing
            and self._player.moving
            and self.place < self._player.head
        )

    def _chunk(self) -> bytes:
        tape, wants = self._player.tape, self._wants
        frames: list[bytes] = []
        size = 0
        for at in range(self.place or 0, min(self._player.head, (self.place or 0) + _ROWS)):
            if size >= _CHUNK:
                break
            self.place = at + 1
            if tape.is_link(at) or not wants.hears(tape.name(at)):
                continue
            event = tape.event(at)
            row = tape.row(at, event)
            if wants.everything or wants.takes(row):
                frames.append(tape.frame(event, wants.format))
                size += len(frames[-1])
            if self._is_last(row):
                self._write(b"".join(frames))
                self._follow_no_more()
                return b""
        return b"".join(frames)

    def _is_last(self, row: Row) -> bool:
        """Whether the leg that is followed ends with this event, and the connection with it."""
        return (
            row.name == "CHANNEL_HANGUP"
            and self._session is not None
            and not self._lingers
            and row.header("unique-id") == self._session
        )

    def _follow_no_more(self) -> None:
        own = [("Controlled-Session-UUID", self._session or "")]
        self.close(serve.disconnect_notice([*own, ("Content-Disposition", "disconnect")]))

    # --- in -------------------------------------------------------------------------------------

    def _reply(self, text: str, *extra: tuple[str, str]) -> None:
        self._write(serve.reply_frame(text, extra))

    def _obey(self, command: ClientCommand) -> None:
        line, low = command.line, command.line.lower()
        if low.startswith(("exit", "...")):
            self._reply("+OK bye")
            self.close()
        elif not self._authed:
            self._login(line)
        elif low.startswith("api "):
            answer = self._player.answers.to(line[4:], self._player.position, self._player.head)
            self._write(serve.api_frame(refusal(line[4:]) + "\n" if answer is None else answer))
        elif low.startswith("bgapi "):
            self._bgapi(line[6:], command)
        else:
            self._reply(self._order(line, low))
            self.pump()

    def _login(self, line: str) -> None:
        if not line.lower().startswith("auth "):
            self._reply("-ERR command not found")
        elif line[5:] != self._player.password:
            self._reply("-ERR invalid")
            self.close()
        else:
            self._authed = True
            if self._deadline is not None:
                self._deadline.cancel()
            self._reply("+OK accepted")

    def _bgapi(self, command: str, order: ClientCommand) -> None:
        job = (order.header("Job-UUID") or str(uuids.uuid4()))[:_MAX_JOB]
        player = self._player
        ended = player.answers.job(command, job, player.position, player.head)
        if ended is None:
            self._reply(refusal(command))
            return
        self._reply(f"+OK Job-UUID: {job}", ("Job-UUID", job))
        if self._wants.takes(Row("BACKGROUND_JOB", None, ended)):
            self._write(player.tape.frame(ended, self._wants.format))

    def _order(self, line: str, low: str) -> str:
        """Obey any other command; FreeSWITCH compares beginnings, in this order."""
        wants = self._wants
        if low.startswith("filter "):
            return wants.filters.command(line[7:])
        if low.startswith("myevents "):
            return self._my_events(line)
        if low.startswith("divert_events"):
            return f"{_NO_SESSION}." if self._session is None else refusal(line)
        if low.startswith(("sendmsg", "sendevent")):
            return refusal(line)
        if low.startswith("log"):
            return self._log(line[3:])
        if low.startswith("linger"):
            return self._linger(line[6:])
        if low.startswith("nolinger"):
            self._lingers = False
            return _NO_SESSION if self._session is None else "+OK will not linger"
        if low.startswith("nolog"):
            was, self._logging = self._logging, False
            return "+OK no longer logging" if was else "-ERR not loging"
        if low.startswith("event"):
            return self._subscribed(wants.subscribe(line[5:].partition(" ")[2]))
        if low.startswith("nixevent"):
            return wants.unsubscribe(line[8:].partition(" ")[2])
        if low.startswith("noevents"):
            return wants.clear()
        return "-ERR command not found"

    def _subscribed(self, reply: str) -> str:
        if self.place is None and self._wants.listening:
            self.place = self._player.joined()
        return reply

    def _my_events(self, line: str) -> str:
        if self._wants.only is not None:
            return "-ERR aready enabled."  # as FreeSWITCH spells it
        uuid, space, _ = line[9:].partition(" ")
        known = uuid in self._player.tape.legs
        if space and not known:
            return "-ERR invalid uuid"
        self._session = uuid if known else None
        self._wants.follow(uuid if known else "")
        for form in (EventFormat.XML, EventFormat.JSON):
            if form in line.lower():
                self._wants.format = form
        return self._subscribed("+OK Events Enabled")

    def _linger(self, rest: str) -> str:
        if self._session is None:
            return _NO_SESSION
        self._lingers = True
        seconds = _SECONDS.match(rest)
        return "+OK will linger" + (f" {int(seconds[1])} seconds" if seconds else "")

    def _log(self, rest: str) -> str:
        """Say yes, as a switch would; no log was recorded."""
        shown = rest.lstrip(" ").partition(" ")[0]
        level = shown.upper() or "DEBUG"
        number = int(level) if level.isascii() and level.isdigit() and len(level) < 3 else -1
        if number < 0 and level not in _LEVELS:
            return "-ERR invalid log level"
        self._logging = True
        return f"+OK log level {shown} [{_LEVELS.index(level) if number < 0 else number}]"
