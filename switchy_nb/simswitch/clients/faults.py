"""Things that go wrong on demand: each is one call, and undone by one.

``switch.faults.mute()`` begins one; its ``undo()``, or the end of a ``with`` block, takes it back.
What each does is in `fault_kinds`.
"""

import random
import threading
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from switchy_nb.errors import SimulationError
from switchy_nb.simswitch.clients.fault_kinds import (
    CutLink,
    DelayReplies,
    Fault,
    Garble,
    HalfEvent,
    LimitSessions,
    LoseEvents,
    Mute,
    RefuseSecret,
    RejectRudely,
    Restart,
    StopReading,
    WrongLength,
)
from switchy_nb.simswitch.plan.chance import Duration, duration

if TYPE_CHECKING:
    from switchy_nb.simswitch.server import Server, Work


class Faults:
    """All that is wrong with a switch at the moment.

    Parameters
    ----------
    run : callable
        Runs a function with the switch's server on the switch's thread, and waits for it; does
        nothing while the switch is stopped.
    seed : int or None
        Makes what is garbled and lost repeat.
    """

    def __init__(self, run: "Callable[[Callable[[Server], Work]], None]", seed: int | None) -> None:
        self._run = run
        self._lock = threading.Lock()
        self._chance = random.Random(None if seed is None else f"faults {seed}")
        #: replaced as a whole, so that the switch's thread never sees half a change
        self.active: tuple[Fault, ...] = ()

    def __repr__(self) -> str:
        return f"<Faults {', '.join(type(f).__name__ for f in self.active) or 'none'}>"

    def cut_link(self, *, client: int | None = None) -> Fault:
        """Break every connection off, and every new one, as a network does that fails."""
        return self._begin(CutLink(client))

    def mute(self, *, client: int | None = None) -> Fault:
        """Send nothing more; connections stay. What was kept back comes when it is undone."""
        return self._begin(Mute(client))

    def stop_reading(self, *, client: int | None = None) -> Fault:
        """Read no more commands; events go on."""
        return self._begin(StopReading(client))

    def half_event(self, *, client: int | None = None) -> Fault:
        """Send half of the next event, and wait; the rest comes when it is undone."""
        return self._begin(HalfEvent(client))

    def garble(self, share: float = 1.0, *, count: int = 1, client: int | None = None) -> Fault:
        """Spoil `count` bytes of a share of the events."""
        if count < 1:
            raise SimulationError(f"garble(count={count}): spoil at least one byte")
        return self._begin(Garble(share, count, self._chance, client))

    def wrong_length(self, by: int = 10, *, client: int | None = None) -> Fault:
        """Say of each event that it is so many bytes longer than it is (or shorter)."""
        if by == 0:
            raise SimulationError("wrong_length(0) would be right; give the bytes it is wrong by")
        return self._begin(WrongLength(by, client))

    def refuse_secret(self) -> Fault:
        """Refuse every secret, the right one too."""
        return self._begin(RefuseSecret())

    def reject_rudely(self) -> Fault:
        """Turn every new client away, as if it were not on the access list."""
        return self._begin(RejectRudely())

    def delay_replies(self, seconds: float | Duration, *, client: int | None = None) -> Fault:
        """Obey each command so late (in the client's seconds), while events go on."""
        return self._begin(DelayReplies(duration(seconds), self._chance, client))

    def lose_events(
        self, share: float = 1.0, *, names: Iterable[str] = (), client: int | None = None
    ) -> Fault:
        """Lose a share of the events, or of those with these names."""
        wanted = [names] if isinstance(names, str) else names
        return self._begin(LoseEvents(share, wanted, self._chance, client))

    def limit_sessions(self, max_sessions: int | None = None, sps: int | None = None) -> Fault:
        """Run out of sessions: no more than so many at once, or begun in a second.

        FreeSWITCH refuses an outgoing call then with DESTINATION_OUT_OF_ORDER, an incoming one with
        a SIP 503.
        """
        if max_sessions is None and sps is None:
            raise SimulationError("limit_sessions(): give max_sessions, sps, or both")
        return self._begin(LimitSessions(max_sessions, sps))

    def restart(self, *, after: float | None = None, graceful: bool = False) -> Fault:
        """Go down with all calls; come up again when undone, or by itself `after` so many seconds.

        The switch that comes up listens on the same port, and has a new Core-UUID. `graceful` says
        goodbye and hangs up first, as ``fsctl shutdown`` does; otherwise it crashes.
        """
        if after is not None:
            duration(after)
        return self._begin(Restart(after, graceful))

    def undo(self, fault: Fault) -> None:
        """Take one back; does nothing twice.

        Raises
        ------
        SimulationError
            If the switch cannot come up again, as its port was taken; the fault stays then.
        """
        if fault in self.active:
            self._run(self.over(fault))
            # the switch was stopped: there is nothing to be taken back but the fault itself
            self.drop(fault)

    def undo_all(self) -> None:
        """Take all of them back, the last first."""
        for fault in reversed(self.active):
            self.undo(fault)

    def _begin(self, fault: Fault) -> Fault:
        with self._lock:
            self.active = (*self.active, fault.owned(self))
        self._run(fault.begin)
        return fault

    def drop(self, fault: Fault) -> bool:
        """Take a fault off the list; say whether it was there."""
        with self._lock:
            was = fault in self.active
            self.active = tuple(f for f in self.active if f is not fault)
            return was

    # -- on the switch's thread ------------------------------------------------------------

    async def resume(self, server: "Server") -> None:
        """Let what is wrong be wrong with a switch that has just come up."""
        for fault in self.active:
            work = fault.begin(server)
            if work is not None:
                await work

    def over(self, fault: Fault) -> "Callable[[Server], Work]":
        """Make what ends a fault."""

        def end(server: "Server") -> "Work":
            there = fault in self.active if fault.lasts else self.drop(fault)
            return fault.end(server) if there else None

        return end
