"""What runs on the replay's thread: how far it is, who hears it, where the link was cut.

The bytes to and from one client are in `client`; everything here is on one event loop.
"""

import asyncio
import contextlib
from collections.abc import Callable
from typing import TYPE_CHECKING

from switchy_nb.replay.answers import Answers
from switchy_nb.replay.clock import Clock, Handle
from switchy_nb.replay.tape import Tape

if TYPE_CHECKING:
    from switchy_nb.replay.client import Client

#: Seconds, half of what arrivals are told by: a timer that fires on time may compute a hair less.
_HAIR = 5e-7


class Player:
    """Plays a tape to its clients.

    Parameters
    ----------
    loop : asyncio.AbstractEventLoop
        Where it runs.
    tape : Tape
        What is played.
    clock : Clock
        The position, in the recording's own rhythm.
    rush : bool
        As fast as the clients read, instead: then each client hears all from the origin on.
    cut_links : bool
        Cut the clients off where the link was lost, until it came back.
    wait_for : int
        How many clients must have subscribed before it begins.
    password : str
        The secret.
    changed : callable
        Called when it has come to the end, or is there no more.
    """

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        *,
        tape: Tape,
        clock: Clock,
        rush: bool,
        cut_links: bool,
        wait_for: int,
        password: str,
        changed: Callable[[bool], None],
    ) -> None:
        self.loop = loop
        self.tape = tape
        self.clock = clock
        self.rush = rush
        self.password = password
        self.answers = Answers(tape)
        self.clients: list[Client] = []
        #: the first row that is not due yet; in a rush, where nobody may pass
        self.head = 0
        #: no link: whoever comes is cut off at once
        self.down = False
        self._links = tape.link_rows if cut_links else []
        self._wait_for = wait_for
        self._begun = False
        self._paused = False
        #: where clients begin that were cut off, or (in a rush) any
        self._origin = 0
        #: how many of those that were cut off have not subscribed again
        self._cut = 0
        self._timer: Handle | None = None
        self._ended = False
        self._changed = changed
        self._closing = False
        #: set once the last client is gone
        self.gone = asyncio.Event()

    # --- clients ----------------------------------------------------------------------------

    @property
    def listeners(self) -> "list[Client]":
        """The clients that have subscribed to events."""
        return [client for client in self.clients if client.place is not None]

    def joined(self) -> int:
        """Take in a client that has just subscribed; return the row that it begins with."""
        begins = self.head
        if self.rush:
            begins = self._origin
        elif self._cut:
            self._cut -= 1
            begins = self._origin
        if not self._begun and len(self.listeners) + 1 >= self._wait_for:
            self._begun = True
        self.loop.call_soon(self.go_on)  # after the reply to the subscription
        return begins

    def left(self, client: "Client") -> None:
        """Forget a client."""
        if client in self.clients:
            self.clients.remove(client)
        if not self._closing:
            self.loop.call_soon(self.go_on)
        elif not self.clients:
            self.gone.set()

    # --- what the user orders ---------------------------------------------------------------

    def pause(self) -> None:
        """Stand still."""
        self._paused = True
        self.clock.hold()
        self.go_on()

    def resume(self) -> None:
        """Go on, or begin without waiting for anybody."""
        self._begun, self._paused = True, False
        self.go_on()

    def seek(self, seconds: float) -> None:
        """Go to a moment; all clients hear what follows it."""
        self.clock.move(seconds)
        self.head = self._origin = self.tape.index_at(seconds)
        self._cut = 0
        for client in self.listeners:
            client.place = self.head
        before = [up for at, up in self._links if at < self.head]
        self.down = bool(before) and not before[-1]
        if self.down:
            self._cut_off()
        self.go_on()

    @property
    def position(self) -> float:
        """How far it is, in seconds; in a rush, how far the slowest client is."""
        if not self.rush:
            return min(self.clock.position, self.tape.duration)
        places = [place for client in self.clients if (place := client.place) is not None]
        at = min(places, default=self._origin)
        return float(self.tape.due[at]) if at < len(self.tape) else self.tape.duration

    @property
    def moving(self) -> bool:
        """Whether events may be sent."""
        return self._begun and not self._paused

    # --- time passes ------------------------------------------------------------------------

    def go_on(self) -> None:
        """Send what is due, and see when more will be."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._closing:
            return
        if self.moving and not self.rush:
            self.clock.run()
        if self.moving:
            self._advance()
        for client in self.clients[:]:
            client.pump()
        self._look_for_end()
        if self.moving and not self.rush and self.head < len(self.tape):
            due = float(self.tape.due[self.head])
            self._timer = self.clock.call_at(self.loop, due, self.go_on)

    def _advance(self) -> None:
        """Move the head as far as time, or the next loss of the link, lets it."""
        goal = len(self.tape)
        if not self.rush:
            goal = max(self.tape.index_after(self.clock.position + _HAIR), self.head)
        for at, up in self._links:
            if not self.head <= at < goal:
                continue
            self.head = at
            if self.rush and not self.down and not self._all_at(at):
                return  # nobody is cut off before all have heard what came before
            self.head = at + 1
            if up:
                self.down, self._origin = False, at + 1
                if self.rush:
                    return
            else:
                self.down = True
                self._cut_off()
        self.head = goal

    def _all_at(self, at: int) -> bool:
        listeners = self.listeners
        return bool(listeners) and all(client.place == at for client in listeners)

    def _cut_off(self) -> None:
        listeners = self.listeners
        self._cut = len(listeners)
        for client in self.clients[:]:
            client.pump()
            client.cut()

    def sent(self) -> None:
        """Take note that a client is a bit further on."""
        if self.rush and self.head < len(self.tape) and self._all_at(self.head):
            self.loop.call_soon(self.go_on)
        self._look_for_end()

    def _look_for_end(self) -> None:
        end = len(self.tape)
        over = self._begun and self.head == end
        ended = over and all(client.place == end for client in self.listeners)
        if ended != self._ended:
            self._ended = ended
            self._changed(ended)

    async def close(self, patience: float) -> None:
        """End: say goodbye to all, and drop after some seconds who does not read it."""
        self._closing = True
        if self._timer is not None:
            self._timer.cancel()
        for client in self.clients[:]:
            client.close()
        if self.clients:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self.gone.wait(), patience)
        for client in self.clients[:]:
            client.abort()
        await asyncio.sleep(0)  # the connections' last callbacks
