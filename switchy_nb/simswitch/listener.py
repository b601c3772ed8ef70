"""One client of the Event Socket: its login, its commands, its subscriptions, its queue.

The bytes are made and read in `wire.serve`; what an API command does is in `commands`.
"""

import asyncio
import time
from collections import deque
from typing import TYPE_CHECKING

from switchy_nb.errors import ProtocolError
from switchy_nb.simswitch import events, filters
from switchy_nb.simswitch.channel import Channel
from switchy_nb.simswitch.events import EventFormat, SwitchEvent
from switchy_nb.simswitch.signals import PrivateCommand
from switchy_nb.wire import serve
from switchy_nb.wire.serve import ClientCommand

if TYPE_CHECKING:
    from switchy_nb.simswitch.core import Core

#: what FreeSWITCH keeps for a slow reader, and how many it loses in a row before it gives up
MAX_QUEUE = 100_000
MAX_LOST = 500


class Listener(asyncio.Protocol):
    """One connection.

    Parameters
    ----------
    core : Core
        The switch that it talks to.
    """

    def __init__(self, core: "Core") -> None:
        self.core = core
        self.log_level = -1
        self._parser = serve.CommandParser()
        self._commands: deque[ClientCommand] = deque()
        self._queue: deque[bytes] = deque()
        self._transport: asyncio.Transport | None = None
        self._authed = False
        self._closing = False
        #: an API command runs, so no event may be sent
        self._busy = False
        #: the socket is full
        self._paused = False
        self._lost = 0
        self._wants = filters.Subscription()
        self._deadline: asyncio.TimerHandle | None = None

    # -- the connection --------------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Greet the client, or turn it away."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        peer = transport.get_extra_info("peername")
        if not self.core.admits(str(peer[0]) if peer else ""):
            transport.write(serve.rude_rejection() + serve.disconnect_notice())
            transport.close()
            self._closing = True
            return
        self.core.listeners.append(self)
        transport.write(serve.auth_request())
        self._deadline = self.core.loop.call_later(self.core.timing.login, self._too_late)

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the client."""
        self._closing = True
        if self._deadline is not None:
            self._deadline.cancel()
        if self in self.core.listeners:
            self.core.listeners.remove(self)
        self._queue.clear()
        self._commands.clear()

    def pause_writing(self) -> None:
        """Keep events back: the client reads too slowly."""
        self._paused = True

    def resume_writing(self) -> None:
        """Send what was kept back."""
        self._paused = False
        self._flush()

    def data_received(self, data: bytes) -> None:
        """Take in what the client sends."""
        if self._closing:
            return
        try:
            self._commands.extend(self._parser.feed(data))
        except ProtocolError:
            self.close()
            return
        self._work()

    def close(self, notice: bytes | None = None) -> None:
        """End the connection, with FreeSWITCH's last words."""
        if self._transport is None or self._transport.is_closing():
            return
        self._closing = True
        self._transport.write(serve.disconnect_notice() if notice is None else notice)
        self._transport.close()

    def _too_late(self) -> None:
        if not self._authed:
            self.close()

    # -- out -------------------------------------------------------------------------------

    def offer(self, event: SwitchEvent) -> None:
        """Send an event, if the client wants it."""
        if not self._authed or self._closing or not self._wants.takes(event):
            return
        self._send_later(event.frame(self._wants.format))

    def offer_log(self, level: int, text: str, uuid: str) -> None:
        """Send a log line."""
        now = self.core.clock.now()
        stamp = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(now // 1_000_000))
        name = next(n for n, number in self.core.log_levels.items() if number == level)
        line = f"{stamp}.{now % 1_000_000:06d} 99.00% [{name}] switch.c:1 {text}\n"
        extra = [
            ("Log-Level", str(level)),
            ("Text-Channel", "0"),
            ("Log-File", "switch.c"),
            ("Log-Func", "simulated"),
            ("Log-Line", "1"),
            ("User-Data", uuid),
        ]
        self._send_later(serve.text_frame("log/data", line, extra))

    def _send_later(self, frame: bytes) -> None:
        if self._transport is None:
            return
        if not self._busy and not self._paused and not self._queue:
            self._transport.write(frame)
            return
        if len(self._queue) < MAX_QUEUE:
            self._queue.append(frame)
            self._lost = 0
            return
        self._lost += 1
        if self._lost > MAX_LOST:
            text = "killed listener because of lost events\n"
            self.close(serve.text_frame("text/disconnect-notice", text))
            self._transport.abort()

    def _flush(self) -> None:
        while self._queue and not self._busy and not self._paused and self._transport is not None:
            self._transport.write(self._queue.popleft())

    def _reply(self, text: str, *extra: tuple[str, str]) -> None:
        if self._transport is not None and not self._transport.is_closing():
            self._transport.write(serve.reply_frame(text, extra))

    # -- in --------------------------------------------------------------------------------

    def _work(self) -> None:
        """Obey the commands that wait, one after the other."""
        while self._commands and not self._busy and not self._closing:
            self._obey(self._commands.popleft())

    def _obey(self, command: ClientCommand) -> None:
        line = command.line.lstrip()
        low = line.lower()
        if low.startswith(("exit", "...")):
            self._reply("+OK bye")
            self.close()
        elif not self._authed:
            self._login(command.line)
        elif low.startswith("api "):
            self._api(line[4:])
        elif low.startswith("bgapi "):
            self._bgapi(line[6:], command)
        else:
            self._reply(self._answer(line, low, command) or "-ERR command not found")

    def _login(self, line: str) -> None:
        if not line.lower().startswith("auth "):
            self._reply("-ERR command not found")
            return
        if line[5:] != self.core.password:
            self._reply("-ERR invalid")
            self.close()
            return
        self._authed = True
        if self._deadline is not None:
            self._deadline.cancel()
        self._reply("+OK accepted")

    def _api(self, text: str) -> None:
        name, _, args = text.partition(" ")
        self._busy = True
        task = self.core.loop.create_task(self.core.run_api(name, args))
        task.add_done_callback(self._api_done)
        self.core.hold(task)

    def _api_done(self, task: "asyncio.Task[str]") -> None:
        self._busy = False
        if task.cancelled() or self._closing or self._transport is None:
            return
        error = task.exception()
        if error is not None:
            self.core.report(error)
        answer = "-ERR internal error\n" if error is not None else task.result()
        self._transport.write(serve.api_frame(answer))
        self._flush()
        self._work()

    def _bgapi(self, text: str, command: ClientCommand) -> None:
        name, _, args = text.partition(" ")
        job = command.header("Job-UUID") or self.core.ids.uuid()
        self._reply(f"+OK Job-UUID: {job}", ("Job-UUID", job))
        self.core.spawn(self._job(job, name, args))

    async def _job(self, job: str, name: str, args: str) -> None:
        try:
            answer = await self.core.run_api(name, args)
        except Exception as error:  # whoever waits for the job must hear of its end
            self.core.report(error)
            answer = "-ERR internal error\n"
        own: list[events.Pair] = [("Job-UUID", job), ("Job-Command", name)]
        if args:
            own.append(("Job-Command-Arg", args))
        self.core.fire(self.core.events.make(events.JOB, own, body=answer))

    def _answer(self, line: str, low: str, command: ClientCommand) -> str:
        """Obey a command that has a one-line reply; nothing if there is no such command."""
        words = line.split()[1:]
        if low.startswith("filter "):
            return self._wants.filters.command(line[7:].strip(" "))
        if low.startswith("myevents "):
            return self._my_events(words)
        if low.startswith("divert_events"):
            return "-ERR not controlling a session."
        if low.startswith("sendmsg"):
            return self._send_message(words, command)
        if low.startswith("sendevent"):
            return self._send_event(words, command)
        if low.startswith(("linger", "nolinger")):
            return "-ERR not controlling a session"
        if low.startswith("log"):
            return self._log(line[3:].split())
        if low.startswith("nolog"):
            was, self.log_level = self.log_level, -1
            return "+OK no longer logging" if was >= 0 else "-ERR not loging"
        if low.startswith("event"):
            return self._wants.subscribe(words)
        if low.startswith("nixevent"):
            return self._wants.unsubscribe(words)
        if low.startswith("noevents"):
            self._queue.clear()
            return self._wants.clear()
        return ""

    def _log(self, words: list[str]) -> str:
        shown = words[0] if words else ""
        level: int | None = 7
        if shown.lstrip("-").isdigit():
            level = min(max(int(shown), 0), 9)
        elif shown:
            level = self.core.log_levels.get(shown.upper())
        if level is None:
            return "-ERR invalid log level"
        self.log_level = level
        return f"+OK log level {shown} [{level}]"

    def _my_events(self, words: list[str]) -> str:
        uuid = words[0] if words else ""
        if self._wants.only is not None:
            return "-ERR aready enabled."
        if len(words) > 1 and uuid not in self.core.channels:
            return "-ERR invalid uuid"
        if len(words) > 1 and words[1].lower() in ("plain", "json", "xml"):
            self._wants.format = EventFormat(words[1].lower())
        self._wants.follow(uuid if uuid in self.core.channels else "")
        return "+OK Events Enabled"

    def _send_message(self, words: list[str], command: ClientCommand) -> str:
        uuid = words[0] if words else (command.header("session-id") or "")
        channel: Channel | None = self.core.channels.get(uuid)
        if channel is None or not channel.up:
            return f"-ERR invalid session id [{uuid}]"
        queued: list[events.Pair] = [("Command", command.line.rstrip())]
        channel.send_private(PrivateCommand(list(command.headers), command.body, queued))
        return "+OK"

    def _send_event(self, words: list[str], command: ClientCommand) -> str:
        name = words[0].upper() if words else "CLONE"
        if name not in events.NAMES:
            name = "CLONE"
        uuid = self.core.ids.uuid()
        own: list[events.Pair] = [(n, v) for n, v in command.headers if v]
        subclass = [p for p in own if p[0].lower() == "event-subclass"]
        rest = [p for p in own if p[0].lower() != "event-subclass"]
        pairs = [*subclass, ("Command", command.line), *rest, ("Event-UUID", uuid)]
        self.core.fire(self.core.events.sent_by_client(name, pairs, command.body))
        return f"+OK {uuid}"
