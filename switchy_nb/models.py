"""What a switch's events are about: events of a leg, background jobs, calls.

They are kept by a listener (see `observe`), on its dispatcher thread; any other thread reads them.
A leg itself is in `session`.
"""

import contextlib
import re
import time
from collections import UserDict, deque
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import Future, InvalidStateError
from typing import TYPE_CHECKING, Any

from switchy_nb.errors import ConfigurationError, JobError, SwitchyError
from switchy_nb.recording.runs import Run
from switchy_nb.waiting import await_on, block_on
from switchy_nb.wire import Event

if TYPE_CHECKING:
    from switchy_nb.analysis.wording import Words
    from switchy_nb.recording.recorded import RecordedCall
    from switchy_nb.session import Session

#: Seconds that a wait without a timeout of its own lasts: nothing waits for ever.
DEFAULT_TIMEOUT = 60.0


def event_time(event: Event) -> float:
    """When the switch made an event, in seconds since the epoch by its own clock; 0 if unknown."""
    stamp = event.get("Event-Date-Timestamp", "")
    return int(stamp) / 1e6 if stamp.isascii() and stamp.isdigit() and len(stamp) < 19 else 0.0


class Events:
    """The events of one leg or job, the newest first; a header's value is the newest's.

    Attributes
    ----------
    names : list of str
        The events' names, in the order of their arrival; an event is there before its name.
    """

    __slots__ = ("_events", "_rows", "names")

    def __init__(self, event: Event | None = None) -> None:
        #: the oldest first; of one that nobody has read, with what it was recorded, and as which
        #: of them (two lists: a list of pairs keeps the garbage collector busy)
        self._events: list[Event | Run] = []
        self._rows: list[int] = []
        self.names: list[str] = []
        if event is not None:
            self.update(event)

    def update(self, event: Event) -> None:
        """Add an event."""
        self.add(event, 0, event.name)

    def add(self, event: Event | Run, row: int, name: str) -> None:
        """Add an event of a name, or say with what it was recorded, and as which of them."""
        self._rows.append(row)
        self._events.append(event)
        self.names.append(name)

    def shelve(self, event: Event, run: Run, row: int) -> None:
        """Hold no more than where it is recorded of an event that was just added and is done with."""
        if self._events and self._events[-1] is event:
            self._rows[-1] = row
            self._events[-1] = run

    def __len__(self) -> int:
        return len(self._events)

    def arrived(self, at: int) -> Event:
        """The event that came as number `at`, counted from 0."""
        run = self._events[at]
        if isinstance(run, Event):
            return run
        segment = run.settled
        if segment is None:
            event = self._events[at] = Event(run.raw(self._rows[at]))
            return event
        # What is compressed is opened once for all of this leg that is in there.
        mine = {
            n: other.at + self._rows[n]
            for n, other in enumerate(self._events)
            if isinstance(other, Run) and other.settled is segment
        }
        for n, (raw, _) in zip(mine, segment.pick(mine.values()), strict=True):
            self._events[n] = Event(raw)
        return self.arrived(at)

    def where(self, at: int) -> tuple[Event | Run, int]:
        """Where the event is that came as number `at`: itself, or with what it was recorded, as which."""
        return self._events[at], self._rows[at]

    def peek(self) -> Event:
        """The newest event, read out of what it came in; unlike `arrived`, nothing of it is kept."""
        at = len(self._events) - 1
        run = self._events[at]
        return run if isinstance(run, Event) else Event(run.raw(self._rows[at]))

    def __iter__(self) -> Iterator[Event]:
        # by number, since the dispatcher's thread may add to it meanwhile
        return map(self.arrived, range(len(self._events) - 1, -1, -1))

    def get(self, name: str, default: Any = None) -> Any:
        """The header's value in the newest event that has it (and isn't empty)."""
        for at in range(len(self._events) - 1, -1, -1):
            run = self._events[at]
            if isinstance(run, Run):
                segment = run.settled
                if segment is not None and not segment.has(run.at + self._rows[at], name):
                    continue
            if value := self.arrived(at).get(name):
                return value
        return default

    def __getitem__(self, key: str | int | slice) -> Any:
        if isinstance(key, int):
            return self.arrived(range(len(self._events) - 1, -1, -1)[key])
        if isinstance(key, slice):
            return list(self)[key]
        value = self.get(key)
        if value is None:
            raise KeyError(key)
        return value

    def pprint(self, index: int = 0) -> None:
        """Print the events' headers in the order in which they came."""
        for event in reversed(self[index:]):
            print("\n".join(f"{name}: {value}" for name, value in event.items()), end="\n\n")

    def __repr__(self) -> str:
        return f"{type(self).__name__}({[e.name for e in reversed(list(self))]})"


class Untaken:
    """The events of one leg that no wait has taken yet, by name and by subclass.

    Most are never waited for, so they are looked for only when somebody does; who takes them holds
    the leg's lock.

    Parameters
    ----------
    events : Events
        All events of the leg.
    """

    def __init__(self, events: Events) -> None:
        self._events = events
        #: how many events were looked at for a name, and those that were given back
        self._seen: dict[str, int] = {}
        self._returned: dict[str, deque[Event]] = {}

    def take(self, name: str) -> Event | None:
        """Take the next event of a name, or of a CUSTOM subclass; None if there is none."""
        returned = self._returned.get(name)
        if returned:
            return returned.popleft()
        for at in range(self._seen.get(name, 0), len(self._events.names)):
            self._seen[name] = at + 1
            if self._fits(at, name):
                return self._events.arrived(at)
        return None

    def put_back(self, name: str, event: Event) -> None:
        """Give back what was taken last: the next wait has it."""
        self._returned.setdefault(name, deque()).appendleft(event)

    def __getitem__(self, name: str) -> list[Event]:
        """All events that a wait for this name could take now."""
        later = range(self._seen.get(name, 0), len(self._events.names))
        fitting = [self._events.arrived(at) for at in later if self._fits(at, name)]
        return [*self._returned.get(name, ()), *fitting]

    def _fits(self, at: int, name: str) -> bool:
        named = self._events.names[at]
        if named == name:
            return True
        return named == "CUSTOM" and self._events.arrived(at).subclass == name


class Vars(UserDict[str, Any]):
    """A namespace that apps keep their state in, and that `waitfor` watches."""

    def __init__(self, changed: Callable[[], None]) -> None:
        self._changed = changed
        super().__init__()

    def __setitem__(self, key: str, value: Any) -> None:
        super().__setitem__(key, value)
        self._changed()


class Job:
    """A background job of the switch, to be had when it is done.

    The interface is that of `multiprocessing.pool.AsyncResult`; a job can be awaited, too.

    Attributes
    ----------
    uuid : str
        The job's id, chosen before the command was sent.
    sess_uuid : str or None
        The leg that an originate makes.
    launch_time : float
        When it was sent, in seconds since the epoch.
    cid : str or None
        The app group that it is for.
    """

    def __init__(
        self,
        uuid: str,
        *,
        command: str = "",
        sess_uuid: str | None = None,
        callback: Callable[..., Any] | None = None,
        client_id: str | None = None,
        kwargs: dict[str, Any] | None = None,
    ) -> None:
        self.uuid = uuid
        self.command = command
        self.sess_uuid = sess_uuid
        self.cid = client_id
        self.launch_time = time.time()
        self.events = Events()
        self.kwargs = kwargs or {}
        self._callback = callback
        #: raises where a wait would never end; given by the listener that the job is registered with
        self.may_block: Callable[[], None] = lambda: None
        self._future: Future[Any] = Future()
        self._future.set_running_or_notify_cancel()

    def get(self, timeout: float | None = DEFAULT_TIMEOUT) -> Any:
        """Wait for the job and return its result.

        Parameters
        ----------
        timeout : float or None
            Seconds; None waits for ever.

        Raises
        ------
        JobError
            If it failed; `cause` holds FreeSWITCH's own word.
        TimeoutError
            If it isn't done in time.
        """
        if not self.ready():
            self.may_block()
        return block_on(self._future, timeout, self._describe)

    def wait(self, timeout: float | None = DEFAULT_TIMEOUT) -> bool:
        """Wait for the job; return whether it is done, however it ended."""
        try:
            self.get(timeout)
        except ConfigurationError:
            raise
        except SwitchyError:
            return self.ready()
        return True

    async def done(self, timeout: float | None = DEFAULT_TIMEOUT) -> Any:
        """Do as `get` does, without blocking the event loop."""
        return await await_on(self._future, timeout, self._describe)

    def __await__(self) -> Generator[Any, None, Any]:
        return self.done().__await__()

    def ready(self) -> bool:
        """Whether the job is done."""
        return self._future.done()

    def successful(self) -> bool:
        """Whether the job is done without an error.

        Raises
        ------
        ConfigurationError
            If it is not done yet.
        """
        if not self.ready():
            raise ConfigurationError(f"{self!r} is not done yet; wait() for it first")
        return self._future.exception() is None

    @property
    def result(self) -> Any:
        """The result, or the `JobError` of a job that failed; it waits as `get` does."""
        self.wait()
        if not self.ready():
            return self.get(0)
        return self._future.exception() or self._future.result()

    def finish(self, text: str) -> None:
        """Take the switch's word that it is done; run the job's callback."""
        result: Any = text
        if self._callback is not None:
            try:
                result = self._callback(text, **self.kwargs)
            except Exception as exc:
                error = exc  # whoever waits for the job gets it, and so does the log
                self._settle(lambda: self._future.set_exception(error))
                raise
        self._settle(lambda: self._future.set_result(result))

    def fail(self, error: SwitchyError) -> None:
        """Take the switch's word, or the link's end, that it failed."""
        self._settle(lambda: self._future.set_exception(error))

    def _settle(self, settle: Callable[[], None]) -> None:
        # the switch's word and the link's end may come together: the first one counts
        with contextlib.suppress(InvalidStateError):
            settle()

    def _describe(self) -> str:
        ago = time.time() - self.launch_time
        return f"the job `{self.command or self.uuid}`, sent {ago:.1f} s ago, to be done"

    def __repr__(self) -> str:
        if not self.ready():
            state = "running"
        else:
            state = "done" if self.successful() else f"failed: {self._future.exception()}"
        return f"<Job {self.uuid} {state}>"


def job_error(command: str, reply: str) -> JobError:
    """Make the error of a job that the switch answered with ``-ERR CAUSE``."""
    from switchy_nb.analysis.causes import describe_cause

    cause = reply.removeprefix("-ERR").strip()
    words = describe_cause(cause) if cause.replace("_", "").isalnum() else repr(cause)
    # the variables say little, and are long
    short = re.sub(r"\{.*\}(?=\w+/)", "", command)
    short = short if len(short) <= 200 else f"{short[:197]}…"
    return JobError(f"{words} (from `{short}`)", cause=cause)


class Call:
    """Legs that belong together.

    Attributes
    ----------
    uuid : str
        What they have in common: the value of the listener's `call_tracking_header`.
    sessions : deque of Session
        Its legs that are up, in the order in which they came.
    vars : dict
        For apps to keep their state in.
    """

    def __init__(self, uuid: str, session: "Session") -> None:
        self.uuid = uuid
        self.sessions: deque[Session] = deque([session])
        self.vars: dict[str, Any] = {}
        self._first = session
        self._last: Session | None = None

    def append(self, session: "Session") -> None:
        """Add a leg; it is the last now."""
        self.sessions.append(session)
        self._last = session

    @property
    def first(self) -> "Session":
        """The leg that began the call, also when it is gone."""
        return self._first

    @property
    def last(self) -> "Session | None":
        """The leg that joined last, also when it is gone; None while there is but one."""
        return self._last

    def get_peer(self, session: "Session | None") -> "Session | None":
        """The last leg for the first one, and the other way round; None for any other."""
        if session is self._first:
            return self._last
        return self._first if session is not None and session is self._last else None

    def hangup(self, cause: str = "NORMAL_CLEARING") -> None:
        """Hang up the call, by its first leg that is still up."""
        for session in tuple(self.sessions)[:1]:
            session.hangup(cause)

    def recorded(self) -> "RecordedCall":
        """The call as it was recorded so far; also when it is over."""
        return self._first.recorded()

    def explain(self) -> "Words":
        """Tell in a few sentences what happened to it, who hung up, why, and what took long."""
        return self.recorded().explain()

    def __repr__(self) -> str:
        return f"<Call {self.uuid}, {len(self.sessions)} legs up>"
