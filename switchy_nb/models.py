"""What a switch's events are about: background jobs, and calls.

They are kept by a listener (see `observe`), on its dispatcher thread; any other thread reads them.
A leg itself is in `session`, its events are in `events`.
"""

import contextlib
import re
import time
import weakref
from collections import UserDict, deque
from collections.abc import Callable, Generator
from concurrent.futures import Future, InvalidStateError
from typing import TYPE_CHECKING, Any

from switchy_nb.errors import ConfigurationError, JobError, SwitchyError
from switchy_nb.events import Events
from switchy_nb.waiting import await_on, block_on

if TYPE_CHECKING:
    from switchy_nb.analysis.wording import Words
    from switchy_nb.recording.recorded import RecordedCall
    from switchy_nb.session import Session

#: Seconds that a wait without a timeout of its own lasts: nothing waits for ever.
DEFAULT_TIMEOUT = 60.0


class Vars(UserDict[str, Any]):
    """A namespace that apps keep their state in, and that `waitfor` watches.

    Parameters
    ----------
    changed : bound method
        Called at each change. Whom it belongs to is not held on to.
    """

    def __init__(self, changed: Callable[[], None]) -> None:
        self._changed = weakref.WeakMethod(changed)
        super().__init__()

    def __setitem__(self, key: str, value: Any) -> None:
        super().__setitem__(key, value)
        changed = self._changed()
        if changed is not None:
            changed()


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
    leg : Session or None
        The leg that it made, once it is there; also when that is over already.
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
        self.leg: Session | None = None
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
        #: While the call goes on it holds its legs, and they hold it. Afterwards the leg that began
        #: it holds it, and it holds the leg that joined last, so that they are gone from memory
        #: with whoever held them, and need not wait for the garbage collector.
        self._held: Session | None = session
        self._first = weakref.ref(session)
        self._began, self._recording = session.uuid, session.recording
        self._last: Session | None = None
        self._open = 1

    def append(self, session: "Session") -> None:
        """Add a leg; it is the last now."""
        self.sessions.append(session)
        self._last = session
        self._open += 1

    def leave(self) -> bool:
        """Take note that a leg has ended; return whether it was the last that had not."""
        self._open -= 1
        return not self._open

    def let_go(self) -> None:
        """Hold on no longer to the leg that began the call, which is over."""
        if self._last is not None:
            self._last.let_go()
        self._held = None

    @property
    def first(self) -> "Session":
        """The leg that began the call, also when it is gone.

        Raises
        ------
        ConfigurationError
            If the call is over, and nobody held on to that leg.
        """
        first = self._first()
        if first is None:
            raise ConfigurationError(
                f"the call {self.uuid} is over, and nobody held on to the leg that began it; hold on "
                "to the leg, or read what is recorded of it"
            )
        return first

    @property
    def last(self) -> "Session | None":
        """The leg that joined last, also when it is gone; None while there is but one."""
        return self._last

    def get_peer(self, session: "Session | None") -> "Session | None":
        """The last leg for the first one, and the other way round; None for any other."""
        if session is None:
            return None
        if session is self._first():
            return self._last
        return self.first if session is self._last else None

    def hangup(self, cause: str = "NORMAL_CLEARING") -> None:
        """Hang up the call, by its first leg that is still up."""
        for session in tuple(self.sessions)[:1]:
            session.hangup(cause)

    def recorded(self) -> "RecordedCall":
        """The call as it was recorded so far; also when it is over."""
        if self._recording is None:
            return self.first.recorded()  # says why there is none
        return self._recording.call(self._began)

    def explain(self) -> "Words":
        """Tell in a few sentences what happened to it, who hung up, why, and what took long."""
        return self.recorded().explain()

    def __repr__(self) -> str:
        return f"<Call {self.uuid}, {len(self.sessions)} legs up>"
