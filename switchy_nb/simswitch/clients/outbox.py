"""What goes out to one client: in order, kept back while the client is slow, spoiled by faults.

Which event a client wants, and what it is told, is in `listener`.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from enum import Enum, auto
from typing import TYPE_CHECKING

from switchy_nb.wire import serve

if TYPE_CHECKING:
    from switchy_nb.simswitch.clients.fault_kinds import Fault
    from switchy_nb.simswitch.clients.faults import Faults
    from switchy_nb.simswitch.clients.listener import Listener

#: what FreeSWITCH keeps for a slow reader, and how many it loses in a row before it gives up
MAX_QUEUE = 100_000
MAX_LOST = 500
#: how many bytes of replies a fault keeps back, before the next command has to wait
_MOST_HELD = 1 << 20


class Frame(Enum):
    """What a message is."""

    EVENT = auto()
    LOG = auto()
    REPLY = auto()
    NOTICE = auto()


class Outbox:
    """The way out to one client.

    Parameters
    ----------
    listener : Listener
        Whose it is.
    transport : asyncio.Transport
        Its socket.
    faults : Faults
        What goes wrong on the way.
    give_up : callable
        Called when the client has lost too many events.
    """

    def __init__(
        self,
        listener: "Listener",
        transport: asyncio.Transport,
        faults: "Faults",
        give_up: Callable[[], None],
    ) -> None:
        self._listener = listener
        self._transport = transport
        self._faults = faults
        self._give_up = give_up
        self._queue: deque[tuple[Frame, bytes]] = deque()
        self._lost = 0
        #: an API command runs, so no event may be sent
        self._busy = False
        #: the socket is full
        self._full = False
        #: the faults that let nothing out, and what waits for their end
        self._dams: set[Fault] = set()
        self._held: list[bytes] = []
        self._held_bytes = 0
        #: what keeps the switch from reading
        self._deaf: set[object] = set()

    @property
    def closing(self) -> bool:
        """Whether the connection is being closed."""
        return self._transport.is_closing()

    def send(self, what: Frame, data: bytes) -> None:
        """Send a message now, before the events that wait."""
        if self._transport.is_closing():
            return
        if self._dams:
            self._held.append(data)
            self._held_bytes += len(data)
            return
        for fault in self._faults.active:
            if fault.concerns(self._listener):
                data = fault.passes(self, what, data)
        self._transport.write(data)

    def send_event(self, what: Frame, data: bytes) -> None:
        """Send an event or a log line, when the client can take it."""
        if not self._stuck and not self._queue:
            self.send(what, data)
        elif len(self._queue) < MAX_QUEUE:
            self._queue.append((what, data))
            self._lost = 0
        else:
            self._lost += 1
            if self._lost > MAX_LOST:
                self._give_up()

    @property
    def _stuck(self) -> bool:
        return self._busy or self._full or bool(self._dams)

    def flush(self) -> None:
        """Send what was kept back, as far as that can be."""
        while self._queue and not self._stuck:
            self.send(*self._queue.popleft())

    def busy(self, on: bool) -> None:
        """Keep events back while an API command runs."""
        self._busy = on
        self.flush()

    def full(self, on: bool) -> None:
        """Keep events back while the socket takes no more."""
        self._full = on
        self.flush()

    def dam(self, fault: "Fault", rest: bytes = b"") -> None:
        """Let nothing out any more, until the fault ends; `rest` is what comes first then."""
        self._dams.add(fault)
        if rest:  # of a message that two faults cut, the later one's rest comes first
            self._held.insert(0, rest)

    def undam(self, fault: "Fault") -> None:
        """Let out what a fault kept back."""
        self._dams.discard(fault)
        if self._dams or self._transport.is_closing():
            return
        held, self._held, self._held_bytes = self._held, [], 0
        self._transport.write(b"".join(held))
        self.flush()

    def forget(self) -> None:
        """Drop the events that wait."""
        self._queue.clear()

    def close(self, notice: bytes | None = None) -> None:
        """End the connection, with FreeSWITCH's last words."""
        if self._transport.is_closing():
            return
        self.send(Frame.NOTICE, serve.disconnect_notice() if notice is None else notice)
        self._transport.close()

    def abort(self) -> None:
        """Cut the connection, without a word."""
        self._transport.abort()

    @property
    def crowded(self) -> bool:
        """Whether the client leaves so much unread that its next command has to wait."""
        return self._full or self._held_bytes > _MOST_HELD

    def listen(self, on: bool, why: object) -> None:
        """Read what the client sends; or leave it in the socket, until `why` is over."""
        if on:
            self._deaf.discard(why)
        else:
            self._deaf.add(why)
        if self._transport.is_closing() or self._transport.is_reading() is not bool(self._deaf):
            return
        if self._deaf:
            self._transport.pause_reading()
        else:
            self._transport.resume_reading()

    @property
    def client_port(self) -> int:
        """The client's own port."""
        peer = self._transport.get_extra_info("peername")
        return int(peer[1]) if peer else 0
