"""One leg of a call: what it has said, and what to wait for on it.

The commands that steer it are in `controls`.
"""

import threading
import weakref
from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import cached_property
from typing import TYPE_CHECKING, Any, Protocol

from switchy_nb.controls import Commander, Controls
from switchy_nb.errors import ConfigurationError, LinkLost, SwitchyError, TimeoutError
from switchy_nb.events import Events, Untaken, event_time, kind_of
from switchy_nb.legstate import CHANGES, STATES, TIMES, State, check_name, name_of
from switchy_nb.models import DEFAULT_TIMEOUT, Job, Vars
from switchy_nb.recording.runs import Run
from switchy_nb.waiting import Waiter, await_on, block_on
from switchy_nb.waitlog import noted_wait
from switchy_nb.wire import Event

if TYPE_CHECKING:
    from switchy_nb.analysis.wording import Words
    from switchy_nb.models import Call
    from switchy_nb.recording import Recording
    from switchy_nb.recording.recorded import RecordedCall

#: Left out when a wait tells what it saw: they say nothing that the others don't.
_QUIET = {"CHANNEL_STATE", "CHANNEL_CALLSTATE", "CODEC", "CALL_UPDATE", "PRIVATE_COMMAND"}


class Switch(Commander, Protocol):
    """Who sends a leg's commands, and knows what recordings call the switch."""

    @property
    def switch(self) -> str:
        """Its name."""


class Session(Controls):
    """A leg (FreeSWITCH: a session, or channel), from its creation to its end and beyond.

    A header's value is had as ``sess["Caller-Destination-Number"]``: that of the newest event
    which has it.

    Attributes
    ----------
    uuid : str
        The leg's id.
    ringing, answered, parked, bridged, hungup, ended : bool
        Its state, as its events had it.
    times : dict
        When it was created, originated, answered and hung up, and when the originate was asked
        for (``req_originate``, by this machine's clock); seconds since the epoch, or None.
    cid : str
        The app group that has its events.
    bg_job : Job or None
        The job that made it.
    recording : Recording or None
        Where all its events are kept.
    """

    create_ev = "CHANNEL_CREATE"

    def __init__(
        self,
        event: Event,
        uuid: str | None = None,
        *,
        con: Switch,
        may_block: Callable[[], None] = lambda: None,
        listening: Callable[[], bool] = lambda: True,
        recording: "Recording | None" = None,
    ) -> None:
        self.events = Events()
        self.uuid = uuid or event["Unique-ID"]
        self.con: Switch = con
        self.cid = "default"
        self.recording = recording
        #: held while the call goes on, and by the leg that began it also afterwards
        self._call: Call | None = None
        self._joined: weakref.ref[Call] | None = None
        self.bg_job: Job | None = None
        self.ringing = self.answered = self.parked = self.bridged = False
        self.hungup = self.ended = False
        self.times: dict[str, float | None] = {
            "create": event_time(event),
            "answer": None,
            "req_originate": None,
            "originate": None,
            "hangup": None,
        }
        self._may_block = may_block
        self._listening = listening
        self._lock = threading.Lock()
        #: those who wait for something of this leg
        self.waiters: list[Waiter[Any]] = []
        self.update(event)

    # most legs need neither, and there may be thousands of legs

    @cached_property
    def vars(self) -> Vars:
        """For apps to keep their state in; `EventListener.waitfor` waits on it."""
        return Vars(self.notify)

    @cached_property
    def _untaken(self) -> Untaken:
        return Untaken(self.events)

    # --- what it has said --------------------------------------------------------------

    def update(self, event: Event) -> None:
        """Take in one more event of this leg."""
        name = event.name
        self.take(event, 0, name, event.moment if name in TIMES else 0)

    def take(self, event: Event | Run, row: int, name: str, moment: int) -> None:
        """Take in one more event of this leg, or say where it is recorded.

        Its name is known, and of those in `TIMES` when it was made (as of `Event.moment`).
        """
        self.events.add(event, row, name)
        changes = CHANGES.get(name)
        if changes is not None:
            for attribute, value in changes.items():
                setattr(self, attribute, value)
            time = TIMES.get(name)
            if time is not None and self.times[time] is None:
                self.times[time] = moment / 1e6

    def get(self, key: str, default: Any = None) -> Any:
        """The newest value of a header, or `default`."""
        return self.events.get(key, default)

    def __getitem__(self, key: str) -> Any:
        try:
            return self.events[key]
        except KeyError:
            raise KeyError(f"no event of the leg {self.uuid} has the header {key!r}") from None

    def __str__(self) -> str:
        return self.uuid

    def __repr__(self) -> str:
        state = next((s.value for s in reversed(State) if getattr(self, s.value)), "new")
        return f"<Session {self.uuid} {self.get('Call-Direction', '?')} {state}>"

    @property
    def call(self) -> "Call":
        """The call that it belongs to.

        Raises
        ------
        ConfigurationError
            If it belongs to none; or the call is over, and nobody held on to it or to its first leg.
        """
        if self._joined is None:
            raise ConfigurationError(f"the leg {self.uuid} was put into no call")
        call = self._joined()
        if call is None:
            raise ConfigurationError(
                f"the call of the leg {self.uuid} is over, and nobody held on to it or to the leg "
                "that began it; what is recorded of it is in recorded()"
            )
        return call

    @call.setter
    def call(self, call: "Call") -> None:
        self._call, self._joined = call, weakref.ref(call)

    def let_go(self) -> None:
        """Hold on no longer to its call, which is over."""
        self._call = None

    @property
    def appname(self) -> str:
        """The app group that has its events."""
        return self.cid

    @property
    def host(self) -> str:
        """The switch that it is on."""
        return str(self.con.host)

    @property
    def hangup_cause(self) -> str | None:
        """Why it ended, such as ``NORMAL_CLEARING``; None while it is up."""
        cause: str | None = self.get("Hangup-Cause")
        return cause

    @property
    def time(self) -> float:
        """When the newest event was made, by the switch's clock; seconds since the epoch."""
        return event_time(self.events[0])

    @property
    def uptime(self) -> float:
        """Seconds from its creation to its newest event."""
        return self.time - (self.times["create"] or 0.0)

    @property
    def duration(self) -> float:
        """Seconds from its answer to its end, or to its newest event; 0 if it was not answered."""
        answer = self.times["answer"]
        return 0.0 if answer is None else (self.times["hangup"] or self.time) - answer

    def is_inbound(self) -> bool:
        """Whether the call came in to the switch on this leg."""
        return bool(self["Call-Direction"] == "inbound")

    def is_outbound(self) -> bool:
        """Whether the switch placed the call on this leg."""
        return bool(self["Call-Direction"] == "outbound")

    def recorded(self) -> "RecordedCall":
        """The call that it belongs to, as it was recorded so far.

        Raises
        ------
        ConfigurationError
            If nobody records it.
        """
        if self.recording is None:
            raise ConfigurationError(
                f"the leg {self.uuid} is not recorded: it was made by hand, and by no listener"
            )
        return self.recording.call(self)

    def explain(self) -> "Words":
        """Tell in a few sentences what happened to its call, who hung up, why, what took long."""
        return self.recorded().explain()

    # --- waiting -----------------------------------------------------------------------

    def wait(
        self,
        what: str | State | Callable[["Session"], Any],
        timeout: float | None = DEFAULT_TIMEOUT,
        *,
        noted: bool = True,
    ) -> Any:
        """Wait until something is so.

        Parameters
        ----------
        what : str, State or callable
            A state (``"ringing"``, ``"answered"``, ``"parked"``, ``"bridged"``, ``"hungup"``); the
            name of an event (or CUSTOM subclass), where each wait takes the next one that no wait
            took before, so that none is missed and none is taken twice; or a function of the
            session that is tried after each of its events and each change of its `vars`.
        timeout : float or None
            Seconds; None waits for ever.
        noted : bool
            Whether the recording keeps the wait, as a row of `commands` of the kind ``wait``.

        Returns
        -------
        object
            True for a state, the `Event` for an event, the function's value for a function.

        Raises
        ------
        TimeoutError
            If it is not so in time, or cannot be any more since the leg is gone. It says what was
            seen instead.
        """
        self._may_block()
        waiter = self._waiter(what)
        with self._noted(what, noted=noted) as came:
            try:
                self._watch(waiter)
                return came(block_on(waiter.future, timeout, lambda: self._describe(what)))
            except BaseException as exc:
                return came(self._last_moment(waiter, exc))
            finally:
                self._forget(waiter)

    async def until(
        self,
        what: str | State | Callable[["Session"], Any],
        timeout: float | None = DEFAULT_TIMEOUT,
        *,
        noted: bool = True,
    ) -> Any:
        """Do as `wait` does, without blocking the event loop."""
        waiter = self._waiter(what)
        with self._noted(what, noted=noted) as came:
            try:
                self._watch(waiter)
                return came(await await_on(waiter.future, timeout, lambda: self._describe(what)))
            except BaseException as exc:
                return came(self._last_moment(waiter, exc))
            finally:
                self._forget(waiter)

    def _noted(self, what: object, *, noted: bool) -> AbstractContextManager[Callable[[Any], Any]]:
        recording = self.recording if noted else None
        return noted_wait(recording, name_of(what), self.uuid, self.con.switch)

    def _watch(self, waiter: Waiter[Any]) -> None:
        with self._lock:
            self.waiters.append(waiter)
        self.notify()

    def _last_moment(self, waiter: Waiter[Any], exc: BaseException) -> Any:
        """Return what came while the wait was given up; raise why it was, if nothing did."""
        if not waiter.give_up():
            raise exc
        if isinstance(exc, TimeoutError):
            return waiter.future.result()
        waiter.undo()  # interrupted: the next wait has it
        raise exc

    def notify(self) -> None:
        """Try again what is waited for; called when anything of the leg may have changed."""
        with self._lock:
            waiters = tuple(self.waiters)
        for waiter in waiters:
            if waiter.check():
                self._forget(waiter)

    def fail_waiters(self, error: SwitchyError) -> None:
        """End every wait with an error: the link is lost, or the listener disconnects."""
        with self._lock:
            waiters, self.waiters = self.waiters, []
        for waiter in waiters:
            waiter.fail(error)

    def _waiter(self, what: str | State | Callable[["Session"], Any]) -> Waiter[Any]:
        def hopeless() -> SwitchyError | None:
            if self.ended:
                return TimeoutError(f"waited in vain for {self._describe(what)}; the leg is gone")
            return deaf()

        def deaf() -> SwitchyError | None:
            if self._listening():
                return None
            return LinkLost(f"nobody listens any more, who waits for {self._describe(what)}")

        waiter: Waiter[Any]
        if callable(what):
            function = what
            waiter = Waiter(lambda: function(self), deaf)
        elif (name := what.value if isinstance(what, State) else what) in STATES:
            waiter = Waiter(lambda: getattr(self, name), hopeless)
        else:
            check_name(name)
            waiter = Waiter(lambda: self._take(name), hopeless, lambda e: self._put_back(name, e))
        return waiter

    def _take(self, name: str) -> Event | None:
        with self._lock:
            return self._untaken.take(name)

    def _put_back(self, name: str, event: Event) -> None:
        with self._lock:
            self._untaken.put_back(name, event)

    def _forget(self, waiter: Waiter[Any]) -> None:
        with self._lock:
            if waiter in self.waiters:
                self.waiters.remove(waiter)

    def _describe(self, what: object) -> str:
        return f"{name_of(what)} on {self.uuid}; {self.saw()}"

    def saw(self) -> str:
        """What became of the leg so far, in a few words: ``saw CREATE, ANSWER, HANGUP (…)``."""
        names: list[str] = []
        for event in reversed(list(self.events)):
            name = kind_of(event)
            if name in _QUIET:
                continue
            name = name.removeprefix("CHANNEL_")
            if event.name == "CHANNEL_HANGUP":
                name += f" ({event.get('Hangup-Cause', 'no cause')})"
            if names[-1:] != [name]:
                names.append(name)
        return f"saw {', '.join(names)}"
