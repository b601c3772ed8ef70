"""What can go wrong, and what each fault does to the switch and its connections.

How they are begun and undone is in `faults`; where a message passes by them is in `outbox`.
"""

import difflib
import random
import re
from collections.abc import Iterable, Iterator
from types import TracebackType
from typing import TYPE_CHECKING

from switchy_nb.errors import SimulationError
from switchy_nb.simswitch.clients.outbox import Frame, Outbox
from switchy_nb.simswitch.plan.chance import Duration, share
from switchy_nb.wire.names import EVENT_NAMES

if TYPE_CHECKING:
    from switchy_nb.simswitch.clients.faults import Faults
    from switchy_nb.simswitch.clients.listener import Listener
    from switchy_nb.simswitch.events import SwitchEvent
    from switchy_nb.simswitch.server import Server, Work

_LENGTH = re.compile(rb"Content-Length: (\d+)")


class Fault:
    """Something that is wrong until it is undone. The methods below are its effects.

    Parameters
    ----------
    client : int or None
        The port of the one client that it concerns; None means all.
    """

    #: it is in force until its end is done, and takes itself off the list then
    lasts = False

    def __init__(self, client: int | None = None) -> None:
        self.client = client
        self._owner: Faults | None = None

    def __repr__(self) -> str:
        state = "in force" if self.in_force else "undone"
        return f"<{type(self).__name__} {state}>"

    @property
    def in_force(self) -> bool:
        """Whether it has been begun, and not yet undone."""
        return self._owner is not None and self in self._owner.active

    def undo(self) -> None:
        """Take it back; does nothing twice."""
        if self._owner is not None:
            self._owner.undo(self)

    def __enter__(self) -> "Fault":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.undo()

    def owned(self, owner: "Faults") -> "Fault":
        """Note who begins it, and can take it back."""
        self._owner = owner
        return self

    def concerns(self, listener: "Listener") -> bool:
        """Whether a client is one that it is about."""
        return self.client is None or listener.outbox.client_port == self.client

    # -- what it does; each on the switch's own thread -------------------------------------

    def begin(self, server: "Server") -> "Work":
        """Begin, or begin again after the switch was started again; give what takes its time."""
        for listener in tuple(server.core.listeners):
            if self.concerns(listener):
                self.meet(listener)
        return None

    def end(self, server: "Server") -> "Work":
        """End; give what takes its time."""
        for listener in tuple(server.core.listeners):
            if self.concerns(listener):
                self.leave(listener)
        return None

    def _others(self) -> "Iterator[Fault]":
        """Go through what else of its kind is in force."""
        active = self._owner.active if self._owner is not None else ()
        return (f for f in active if type(f) is type(self) and f is not self)

    def meet(self, listener: "Listener") -> None:
        """Begin for one client, who may just have connected."""

    def leave(self, listener: "Listener") -> None:
        """End for one client."""

    def turns_away(self, listener: "Listener") -> bool:
        """Whether a client gets a rude rejection."""
        return False

    def refuses(self, listener: "Listener") -> bool:
        """Whether a client's secret is refused."""
        return False

    def loses(self, listener: "Listener", event: "SwitchEvent") -> bool:
        """Whether an event gets lost on the way to a client."""
        return False

    def delay(self, listener: "Listener") -> float:
        """Say by how many seconds a command waits."""
        return 0.0

    def passes(self, outbox: Outbox, what: Frame, data: bytes) -> bytes:
        """Do to a message what happens to it on the way."""
        return data


class CutLink(Fault):
    """The link is dead: it breaks off without a word, and a new one at once."""

    def meet(self, listener: "Listener") -> None:
        """Cut it."""
        listener.outbox.abort()


class Mute(Fault):
    """The link is up, and nothing comes out of it."""

    def meet(self, listener: "Listener") -> None:
        """Keep everything back."""
        listener.outbox.dam(self)

    def leave(self, listener: "Listener") -> None:
        """Let out what was kept back."""
        listener.outbox.undam(self)
        listener.go_on()


class StopReading(Fault):
    """The switch reads no command, until the sockets between are full."""

    def meet(self, listener: "Listener") -> None:
        """Read no more."""
        listener.outbox.listen(False, self)

    def leave(self, listener: "Listener") -> None:
        """Read again."""
        listener.outbox.listen(True, self)


class HalfEvent(Fault):
    """The next event breaks off in the middle, and nothing follows."""

    def passes(self, outbox: Outbox, what: Frame, data: bytes) -> bytes:
        """Cut an event in two, and keep the rest."""
        if what is not Frame.EVENT:
            return data
        middle = len(data) // 2
        outbox.dam(self, data[middle:])
        return data[:middle]

    def leave(self, listener: "Listener") -> None:
        """Send the other half."""
        listener.outbox.undam(self)
        listener.go_on()


class Garble(Fault):
    """Some bytes of some events are others than were sent."""

    def __init__(self, part: float, count: int, chance: random.Random, client: int | None) -> None:
        super().__init__(client)
        self._share, self._count, self._chance = share(part), count, chance

    def passes(self, outbox: Outbox, what: Frame, data: bytes) -> bytes:
        """Spoil some bytes."""
        if what is not Frame.EVENT or self._chance.random() >= self._share:
            return data
        spoiled = bytearray(data)
        for _ in range(self._count):
            spoiled[self._chance.randrange(len(spoiled))] ^= self._chance.randrange(1, 256)
        return bytes(spoiled)


class WrongLength(Fault):
    """Each event says that it is longer, or shorter, than it is."""

    def __init__(self, by: int, client: int | None) -> None:
        super().__init__(client)
        self._by = by

    def passes(self, outbox: Outbox, what: Frame, data: bytes) -> bytes:
        """Change the length that the message begins with."""
        if what is not Frame.EVENT:
            return data
        return _LENGTH.sub(lambda m: b"Content-Length: %d" % (int(m[1]) + self._by), data, count=1)


class RefuseSecret(Fault):
    """Every secret is wrong."""

    def refuses(self, listener: "Listener") -> bool:
        """Refuse it."""
        return True


class RejectRudely(Fault):
    """No client is on the access list."""

    def turns_away(self, listener: "Listener") -> bool:
        """Turn it away."""
        return True


class DelayReplies(Fault):
    """Each command is obeyed late; events go on meanwhile."""

    def __init__(self, by: Duration, chance: random.Random, client: int | None) -> None:
        super().__init__(client)
        self._by, self._chance = by, chance

    def delay(self, listener: "Listener") -> float:
        """Draw how late."""
        return self._by.draw(self._chance)

    def leave(self, listener: "Listener") -> None:
        """Obey what waits."""
        listener.hurry()


class LoseEvents(Fault):
    """Some events never arrive."""

    def __init__(
        self, part: float, names: Iterable[str], chance: random.Random, client: int | None
    ) -> None:
        super().__init__(client)
        self._share, self._chance = share(part), chance
        self._names = frozenset(map(_event_name, names))

    def loses(self, listener: "Listener", event: "SwitchEvent") -> bool:
        """Draw whether this one does."""
        named = not self._names or event.name in self._names
        return named and self._chance.random() < self._share


def _event_name(name: object) -> str:
    wanted = str(name).upper()
    if wanted in EVENT_NAMES:
        return wanted
    near = difflib.get_close_matches(wanted, EVENT_NAMES, 1)
    hint = f"; did you mean {near[0]}?" if near else ""
    raise SimulationError(f"lose_events(): {name!r} is no event's name{hint}")


class LimitSessions(Fault):
    """The switch runs out of sessions."""

    def __init__(self, max_sessions: int | None, sps: int | None) -> None:
        super().__init__()
        self._wanted = (_limit("max_sessions", max_sessions), _limit("sps", sps))
        #: the limits of the switch without any fault, and the switch that they are of
        self._base = (0, 0)
        self._of = ""

    def _limiting(self) -> "list[LimitSessions]":
        """The others that have begun with the same switch."""
        others = [f for f in self._others() if isinstance(f, LimitSessions)]
        return [f for f in others if f._of == self._of]

    def begin(self, server: "Server") -> "Work":
        """Set the limits, once for each switch that comes up."""
        if self._of == server.core.uuid:
            return None
        limits, self._of = server.core.limits, server.core.uuid
        now = (limits.max_sessions, limits.sessions_per_second)
        self._base = next((f._base for f in self._limiting()), now)
        self._set(server, now)
        return None

    def end(self, server: "Server") -> "Work":
        """Set them back, but for what another one still limits."""
        limits = server.core.limits
        limits.max_sessions, limits.sessions_per_second = self._base
        server.core.admission.refill()
        for other in self._limiting():
            other._set(server, (limits.max_sessions, limits.sessions_per_second))
        return None

    def _set(self, server: "Server", now: tuple[int, int]) -> None:
        limits, (sessions, rate) = server.core.limits, self._wanted
        limits.max_sessions = now[0] if sessions is None else sessions
        limits.sessions_per_second = now[1] if rate is None else rate
        server.core.admission.refill()


def _limit(name: str, value: object) -> int | None:
    if value is None or (isinstance(value, int) and not isinstance(value, bool) and value >= 0):
        return value
    raise SimulationError(f"{name}={value!r} is no limit; give a whole number, 0 or more")


class Restart(Fault):
    """The switch is down; it comes back as another one, without its calls."""

    lasts = True

    def __init__(self, after: float | None, graceful: bool) -> None:
        super().__init__()
        self._after, self._graceful = after, graceful
        self._ending = False

    def begin(self, server: "Server") -> "Work":
        """Go down; not again while it comes up."""
        return None if self._ending else self._go_down(server)

    async def _go_down(self, server: "Server") -> None:
        await server.go_down(graceful=self._graceful)
        if self._after is not None and self._owner is not None:
            server.later(self._after, self._owner.over(self))

    def end(self, server: "Server") -> "Work":
        """Come up again, unless another one keeps it down."""
        if not any(self._others()):
            return self._come_up(server)
        self._over()
        return None

    async def _come_up(self, server: "Server") -> None:
        self._ending = True
        try:
            await server.come_up()
        finally:
            self._ending = False
        self._over()

    def _over(self) -> None:
        if self._owner is not None:
            self._owner.drop(self)
