"""One client of the Event Socket: its login, the turn of its commands, what it is sent.

The bytes are made and read in `wire.serve`; what an API command does is in `commands`, what any
other one does in `orders`.
"""

import asyncio
from collections import deque
from typing import TYPE_CHECKING

from switchy_nb.errors import ProtocolError
from switchy_nb.simswitch import events
from switchy_nb.simswitch.clients.orders import Orders
from switchy_nb.simswitch.clients.outbox import Frame, Outbox
from switchy_nb.simswitch.commands import console
from switchy_nb.simswitch.events import SwitchEvent
from switchy_nb.simswitch.words import is_true
from switchy_nb.wire import serve
from switchy_nb.wire.serve import ClientCommand
from switchy_nb.wire.subscription import Subscription

if TYPE_CHECKING:
    from switchy_nb.simswitch.clients.logs import LogLine
    from switchy_nb.simswitch.core import Core


#: how long a client that was given up has to read why, in its own seconds
_LAST_WORDS = 5.0
#: how many commands wait here, before the rest is left in the socket
_MOST_WAITING = 1000
#: bytes of the socket's buffer here
_BUFFERED = 1 << 20
#: what FreeSWITCH keeps of a job's uuid
_MAX_JOB = 256


class Listener(asyncio.Protocol):
    """One connection.

    Parameters
    ----------
    core : Core
        The switch that it talks to.
    """

    def __init__(self, core: "Core") -> None:
        self.core = core
        self.outbox: Outbox
        self.wants = Subscription()
        self.orders = Orders(self)
        self._parser = serve.CommandParser()
        self._commands: deque[ClientCommand] = deque()
        self._authed = False
        self._closing = False
        #: an API command runs
        self._busy = False
        #: the next command waits, because a fault delays it
        self._late: asyncio.TimerHandle | None = None
        self._deadline: asyncio.TimerHandle | None = None

    # -- the connection --------------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Greet the client, or turn it away."""
        assert isinstance(transport, asyncio.Transport)
        core, faults = self.core, self.core.faults
        # A client that fell behind must be able to catch up: each time that it is ready for more, it
        # gets as much as FreeSWITCH, which has a thread for each, would send meanwhile.
        transport.set_write_buffer_limits(high=_BUFFERED)
        self.outbox = Outbox(self, transport, faults, self._give_up)
        if core.over:  # it came in as the switch went down
            self.outbox.abort()
            return
        concerned = [fault for fault in faults.active if fault.concerns(self)]
        peer = transport.get_extra_info("peername")
        welcome = core.admits(str(peer[0]) if peer else "")
        if not welcome or any(fault.turns_away(self) for fault in concerned):
            self.close(serve.rude_rejection() + serve.disconnect_notice())
            return
        core.listeners.append(self)
        for fault in concerned:
            fault.meet(self)
        self.outbox.send(Frame.NOTICE, serve.auth_request())
        self._deadline = core.loop.call_later(core.timing.login * core.clock.speed, self._too_late)

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the client."""
        self._closing = True
        for timer in (self._deadline, self._late):
            if timer is not None:
                timer.cancel()
        if self in self.core.listeners:
            self.core.listeners.remove(self)
        self.outbox.forget()
        self._commands.clear()

    def pause_writing(self) -> None:
        """Keep events back: the client reads too slowly."""
        self.outbox.full(True)

    def resume_writing(self) -> None:
        """Send what was kept back, and obey what had to wait."""
        self.outbox.full(False)
        self.go_on()

    def data_received(self, data: bytes) -> None:
        """Take in what the client sends."""
        if self._closing:
            return
        try:
            self._commands.extend(self._parser.feed(data))
        except ProtocolError:
            self.close()
            return
        self.outbox.listen(len(self._commands) <= _MOST_WAITING, self)
        self.go_on()

    def close(self, notice: bytes | None = None) -> None:
        """End the connection, with FreeSWITCH's last words."""
        self._closing = True
        self.outbox.close(notice)

    def _too_late(self) -> None:
        if not self._authed:
            self.close()

    def _give_up(self) -> None:
        text = "killed listener because of lost events\n"
        self.close(serve.text_frame("text/disconnect-notice", text))
        # whoever reads at all gets to read why; whoever does not must not stay for ever
        self._deadline = self.core.loop.call_later(
            _LAST_WORDS * self.core.clock.speed, self.outbox.abort
        )

    # -- out -------------------------------------------------------------------------------

    def hears(self, name: str) -> bool:
        """Say whether events of that name mean something to the client, or to its log."""
        return self.logs or self.wants.hears(name)

    def offer(self, event: SwitchEvent) -> None:
        """Send an event, if the client wants it."""
        if not self._authed or self._closing:
            return
        if not self._follows(event) or not self.wants.takes(event):
            return
        for fault in self.core.faults.active:
            if fault.concerns(self) and fault.loses(self, event):
                return
        self.outbox.send_event(Frame.EVENT, event.frame(self.wants.format))

    def _follows(self, event: SwitchEvent) -> bool:
        """Note the end of the call that is followed; say whether the client is still there.

        FreeSWITCH looks for it every 20 ms, and keeps the call from going before it has looked.
        """
        session = self.orders.session
        if session is None or event.header("unique-id") != session.uuid:
            return True
        if event.name == "CHANNEL_HANGUP":
            self.core.loop.call_later(self.core.timing.poll, self.orders.call_is_over)
        elif event.name == "CHANNEL_DESTROY":
            self.orders.call_is_over()
        return not self._closing

    @property
    def logs(self) -> bool:
        """Whether the client wants any log lines."""
        return self.orders.log_level >= 0

    def offer_log(self, line: "LogLine") -> None:
        """Send a log line, if the client wants those of its level."""
        if self._authed and not self._closing and line.level <= self.orders.log_level:
            self.outbox.send_event(Frame.LOG, line.frame())

    def answer(self, frame: bytes) -> None:
        """Send a reply that is no ordinary one."""
        self.outbox.send(Frame.REPLY, frame)

    def notify(self, frame: bytes) -> None:
        """Send a notice, while the connection stays."""
        self.outbox.send(Frame.NOTICE, frame)

    def leave(self, headers: list[tuple[str, str]]) -> None:
        """End the connection, because what it followed is over."""
        if not self._closing:
            self.close(serve.disconnect_notice(headers))

    def _reply(self, text: str, *extra: tuple[str, str]) -> None:
        self.outbox.send(Frame.REPLY, serve.reply_frame(text, extra))

    # -- in --------------------------------------------------------------------------------

    def go_on(self) -> None:
        """Obey the commands that wait, one after the other."""
        # FreeSWITCH too waits with the next command until the client has read the last one's reply
        while self._commands and not self._held_up:
            wait = sum(f.delay(self) for f in self.core.faults.active if f.concerns(self))
            if wait:
                late = wait * self.core.clock.speed
                self._late = self.core.loop.call_later(late, self.hurry)
            else:
                self._obey(self._commands.popleft())
        if len(self._commands) <= _MOST_WAITING:
            self.outbox.listen(True, self)

    @property
    def _held_up(self) -> bool:
        return self._busy or self._closing or self._late is not None or self.outbox.crowded

    def hurry(self) -> None:
        """Obey the command that was delayed."""
        if self._late is None:
            return
        self._late.cancel()
        self._late = None
        if self._commands and not self._closing:
            self._obey(self._commands.popleft())
        self.go_on()

    def _obey(self, command: ClientCommand) -> None:
        line = command.line
        low = line.lower()
        if low.startswith(("exit", "...")):
            self._reply("+OK bye")
            self.close()
        elif not self._authed:
            self._login(line)
        elif low.startswith("api "):
            self._api(line[4:], command)
        elif low.startswith("bgapi "):
            self._bgapi(line[6:], command)
        else:
            self.outbox.busy(True)  # the events that a command causes come after its reply
            reply = self.orders.obey(command)
            if reply is not None:
                self._reply(reply or "-ERR command not found")
            self.outbox.busy(False)

    def _login(self, line: str) -> None:
        if line.lower().startswith("userauth "):  # the directory has no users
            self._reply("-ERR invalid")
            self.close()
            return
        if not line.lower().startswith("auth "):
            self._reply("-ERR command not found")
            return
        refused = any(f.refuses(self) for f in self.core.faults.active if f.concerns(self))
        if refused or line[5:] != self.core.settings.password:
            self._reply("-ERR invalid")
            self.close()
            return
        self._authed = True
        if self._deadline is not None:
            self._deadline.cancel()
        self._reply("+OK accepted")

    def _api(self, text: str, command: ClientCommand) -> None:
        self._busy = True
        self.outbox.busy(True)
        if is_true(command.header("console_execute") or ""):
            work = console.execute(self.core, text)
        else:
            name, _, args = text.partition(" ")
            work = self.core.run_api(name, args)
        task = self.core.loop.create_task(work)
        task.add_done_callback(self._api_done)
        self.core.hold(task)

    def _api_done(self, task: "asyncio.Task[str]") -> None:
        self._busy = False
        if task.cancelled() or self._closing:
            return
        error = task.exception()
        if error is not None:
            self.core.report(error)
        answer = "-ERR internal error\n" if error is not None else task.result()
        self.outbox.send(Frame.REPLY, serve.api_frame(answer))
        self.outbox.busy(False)
        self.go_on()

    def _bgapi(self, text: str, command: ClientCommand) -> None:
        name, _, args = text.partition(" ")
        job = (command.header("Job-UUID") or self.core.ids.uuid())[:_MAX_JOB]
        self._reply(f"+OK Job-UUID: {job}", ("Job-UUID", job))
        self.core.spawn(self._job(job, name, args))

    async def _job(self, job: str, name: str, args: str) -> None:
        owner = self.orders.session
        try:
            answer = await self.core.run_api(name, args)
        except Exception as error:  # whoever waits for the job must hear of its end
            self.core.report(error)
            answer = "-ERR internal error\n"
        own: list[events.Pair] = [("Job-UUID", job)]
        if owner is not None:
            own.append(("Job-Owner-UUID", owner.uuid))
        own += [(n, v) for n, v in (("Job-Command", name), ("Job-Command-Arg", args)) if v]
        self.core.fire(self.core.events.make(events.JOB, own, body=answer))
