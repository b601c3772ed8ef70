"""What is up on a switch, kept from its events: sessions, calls, jobs, and counts of them.

The handlers run on the listener's dispatcher thread, one event at a time. Where events come from
and who is told of them is not known here (see `listener`).
"""

import logging
from collections import Counter, OrderedDict, deque
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from switchy_nb.connection import Connection
from switchy_nb.errors import ConfigurationError
from switchy_nb.models import Call, Job, job_error
from switchy_nb.recording import Recording
from switchy_nb.session import Session
from switchy_nb.wire import Event
from switchy_nb.wire.parser import REFUSALS
from switchy_nb.wire.reading import Sought

log = logging.getLogger(__name__)

#: What takes an event in: it returns whether it is consumed, and what callbacks are called with.
Handler = Callable[[Event], Any]

#: What is done about a leg beside taking in its event, whose headers can be read: it returns what
#: callbacks are called with; nothing, where they are not.
Followup = Callable[[Session, Callable[[str], str | None]], tuple[Any, ...]]

#: headers that the handlers read, besides those that can be chosen
_READ = ("Event-Date-Timestamp", "Hangup-Cause", "Job-UUID")
#: the events that come of a leg after it was hung up
_LAST = frozenset({"CHANNEL_DESTROY", "CHANNEL_HANGUP_COMPLETE"})
#: failed sessions kept of each cause
KEPT = 1000
#: Hung up legs that are waited for at most, should the switch have dropped their last events.
_MOST_ENDING = 10_000


class Tracker:
    """The legs, calls and jobs of one switch.

    Attributes
    ----------
    sessions, calls, bg_jobs : OrderedDict
        What is up, by id, in the order in which it came.
    hangup_causes, failed_jobs : Counter
        Legs that ended, and jobs that failed, by cause.
    failed_sessions : OrderedDict
        The last thousand legs of each cause that were not answered or did not end normally.
    sessions_per_app : Counter
        Legs that are up, by app group.
    total_answered_sessions : int
        Legs that were answered.
    own : set of str
        Legs that this process placed and that are not known to have ended.
    """

    _tx: Connection
    app_id_headers: list[str]

    def __init__(
        self,
        may_block: Callable[[], None],
        listening: Callable[[], bool],
        recording: Recording,
    ) -> None:
        self._may_block = may_block
        self._listening = listening
        self.recording = recording
        self.sessions: OrderedDict[str, Session] = OrderedDict()
        self.calls: OrderedDict[str, Call] = OrderedDict()
        self.bg_jobs: OrderedDict[str, Job] = OrderedDict()
        self.own: set[str] = set()
        self.hangup_causes: Counter[str] = Counter()
        self.failed_sessions: OrderedDict[str, deque[Session]] = OrderedDict()
        self.failed_jobs: Counter[str] = Counter()
        self.sessions_per_app: Counter[str] = Counter()
        self.total_answered_sessions = 0
        #: jobs whose leg is not there yet, by its id
        self._awaited: dict[str, Job] = {}
        #: legs that are hung up, until their last event has come
        self._ending: OrderedDict[str, Session] = OrderedDict()
        #: the call that was over last
        self._over: Call | None = None
        self._unsubscribed: list[str] = []
        #: what takes an event in, by its name; `lookup_sess` where there is nothing. Another one with
        #: each change
        self.handlers: Mapping[str, Handler] = {
            "CHANNEL_CREATE": self._created,
            "CHANNEL_ORIGINATE": self._created,
            "CHANNEL_ANSWER": self._follow,
            "CHANNEL_BRIDGE": self._bridged,
            "CHANNEL_UNBRIDGE": self._bridged,
            "CHANNEL_HANGUP": self._follow,
            "CHANNEL_DESTROY": self._follow,
            "BACKGROUND_JOB": self._job_done,
        }
        self._followups: Mapping[str, Followup] = {
            "CHANNEL_CREATE": _nothing_more,
            "CHANNEL_ORIGINATE": _nothing_more,
            "CHANNEL_ANSWER": self._answered,
            "CHANNEL_HANGUP": self._hung_up,
            "CHANNEL_HANGUP_COMPLETE": self._completed,
            "CHANNEL_DESTROY": self._destroyed,
        }

    @property
    def ending(self) -> OrderedDict[str, Session]:
        """The legs that are hung up and whose last event has not come."""
        return self._ending

    def add_handler(self, evname: str, handler: Handler) -> None:
        """Have events of a name (or CUSTOM subclass) taken in by `handler(event)`.

        It returns whether the event is consumed and what callbacks are called with, such as
        ``(True, sess)``.

        Raises
        ------
        ConfigurationError
            If there is a handler already, or the event is unsubscribed from.
        """
        if evname in self._unsubscribed:
            raise ConfigurationError(
                f"{evname} is unsubscribed from, so no handler would be called"
            )
        if evname in self.handlers:
            raise ConfigurationError(f"{evname} has a handler already: {self.handlers[evname]!r}")
        self.handlers = {**self.handlers, evname: handler}

    def remove_handler(self, evname: str, handler: Handler) -> None:
        """Remove a handler that was added."""
        if self.handlers.get(evname) == handler:
            self.handlers = {k: h for k, h in self.handlers.items() if k != evname}

    def followup(self, name: str | None) -> Followup | None:
        """What is done beside taking in an event of this name; None where all of the event is needed.

        Whoever has the leg and what the event says need not make an `Event` of it.
        """
        if name is None:
            return None
        handler = self.handlers.get(name)
        if handler is None:
            return _nothing_more
        return self._followups[name] if handler in (self._follow, self._created) else None

    def leave_out(self, names: Iterable[str]) -> bool:
        """Expect no events of these names; return whether any of them had a handler."""
        gone = {*self._unsubscribed, *names}
        had = any(name in self.handlers for name in names)
        handlers = {name: h for name, h in self.handlers.items() if name not in gone}
        self._unsubscribed += [name for name in names if name not in self._unsubscribed]
        if "CHANNEL_DESTROY" in gone and "CHANNEL_HANGUP_COMPLETE" not in gone:
            handlers.setdefault("CHANNEL_HANGUP_COMPLETE", self._follow)
        self.handlers = handlers
        return had

    def reset(self) -> None:
        """Set all counters to zero; what is up stays tracked."""
        self.hangup_causes.clear()
        self.failed_sessions.clear()
        self.failed_jobs.clear()
        self.total_answered_sessions = 0

    def count_sessions(self) -> int:
        """How many legs are up."""
        return len(self.sessions)

    def count_calls(self) -> int:
        """How many calls are up."""
        return len(self.calls)

    def count_jobs(self) -> int:
        """How many background jobs are registered: running, or with their legs still up."""
        return len(self.bg_jobs)

    def count_failed(self) -> int:
        """How many legs ended otherwise than with NORMAL_CLEARING."""
        return sum(self.hangup_causes.values()) - self.hangup_causes["NORMAL_CLEARING"]

    def find(self, uuid: str | None) -> Session | None:
        """The leg of that id, if it is up or just ending."""
        return self.sessions.get(uuid or "") or self._ending.get(uuid or "")

    def register_job(self, job: Job | Event | str, **kwargs: Any) -> Job:
        """Have a background job's end told to a `Job`.

        Parameters
        ----------
        job : Job, Event or str
            The job, the reply that names it, or its id.
        **kwargs
            As for `Job`, where it is made here.
        """
        if not isinstance(job, Job):
            job = Job(job if isinstance(job, str) else job["Job-UUID"], **kwargs)
        job.may_block = self._may_block
        self.bg_jobs[job.uuid] = job
        if job.sess_uuid:
            self._awaited[job.sess_uuid] = job
        return job

    def drop_job(self, job: Job) -> None:
        """Let go of a job that failed, and of the leg that it was to make."""
        self.bg_jobs.pop(job.uuid, None)
        leg = job.sess_uuid or ""
        if self._awaited.get(leg) is job:
            del self._awaited[leg]
        if leg not in self.sessions:  # else somebody asked for an id that is taken
            self.own.discard(leg)

    def awaits(self, uuid: str) -> bool:
        """Whether an originate is under way that may still make this leg."""
        return uuid in self._awaited

    @property
    def sought(self) -> Sought:
        """What is read of most events: by the recording, and by the handlers."""
        recorded = self.recording.sought
        there = set(map(str.lower, recorded.names))
        mine = (*_READ, self.call_tracking_header, *self.app_id_headers)
        more = {name.lower(): name for name in mine if name.lower() not in there}
        return recorded._replace(others=tuple(more.values()))

    @property
    def call_tracking_header(self) -> str:
        """The event header that the legs of one call have in common; the recording uses it too."""
        return self.recording.call_header

    @call_tracking_header.setter
    def call_tracking_header(self, name: str) -> None:
        self.recording.call_header = name

    def get_id(self, event: Event, default: str = "default") -> str:
        """The app group that an event is for, by the first of `app_id_headers` that it has."""
        for header in tuple(self.app_id_headers):
            if value := event.get(header):
                return str(value)
        return default

    def lookup_sess(self, event: Event) -> tuple[bool, Session | None]:
        """Take in an event that changes no more than its leg: the handler where there is none."""
        session = self.find(event.get("Unique-ID"))
        if session is not None:
            session.update(event)
        return session is not None, session

    def forget(self, session: Session) -> None:
        """Let go of a leg whose end was not seen."""
        session.hungup = session.ended = True
        up = session.uuid in self.sessions
        if up:
            self._remove(session)
        if self._ending.pop(session.uuid, None) is session or up:
            self._leave(session.call)
        session.notify()

    # --- handlers ----------------------------------------------------------------------

    def _created(self, event: Event) -> tuple[bool, Session | None]:
        # Either of CREATE and ORIGINATE may come first.
        uuid = event.get("Unique-ID")
        session = self.find(uuid)
        if session is not None:
            session.update(event)
            return True, session
        if not uuid:
            return False, None
        session = Session(
            event,
            uuid=uuid,
            con=self._tx,
            may_block=self._may_block,
            listening=self._listening,
            recording=self.recording,
        )
        self.recording.held_by(session.events)
        session.cid = self.get_id(event)
        key = event.get(self.call_tracking_header) or uuid
        call = self.calls.get(key)
        if call is None:
            call = self.calls[key] = Call(key, session)
        else:
            call.append(session)
        session.call = call
        job = self._awaited.pop(uuid, None)
        if job is not None:
            session.bg_job, job.leg = job, session
            session.times["req_originate"] = job.launch_time
        self.sessions[uuid] = session
        self.sessions_per_app[session.cid] += 1
        return True, session

    def _follow(self, event: Event) -> tuple[Any, ...]:
        uuid = event.get("Unique-ID")
        session = self.find(uuid)
        if session is None:
            if event.name == "CHANNEL_HANGUP":
                self.own.discard(uuid or "")
            return False, None
        session.update(event)
        models = self._followups.get(event.name, _nothing_more)(session, event.get)
        return (True, *models) if models else (False, session)

    def _bridged(self, event: Event) -> tuple[bool, Session | None]:
        # It comes on one leg only, and is as true of the other.
        other = self.find(event.get("Other-Leg-Unique-ID"))
        if other is not None:
            other.bridged = event.name == "CHANNEL_BRIDGE"
            other.notify()
        return self.lookup_sess(event)

    # --- what is done about a leg, beside taking in its event

    def _answered(self, session: Session, _: Callable[[str], str | None]) -> tuple[Session]:
        self.total_answered_sessions += 1
        return (session,)

    def _hung_up(
        self, session: Session, get: Callable[[str], str | None]
    ) -> tuple[Session, Job | None] | tuple[()]:
        uuid = session.uuid
        if self.sessions.get(uuid) is not session:
            return ()  # said again
        cause = get("Hangup-Cause") or session.hangup_cause or "UNKNOWN"
        self.hangup_causes[cause] += 1
        if not session.answered or cause != "NORMAL_CLEARING":
            kept = self.failed_sessions.setdefault(cause, deque(maxlen=KEPT))
            kept.append(session)
        self._ending[uuid] = session
        job = self._remove(session)
        if self._unsubscribed and not _LAST.difference(self._unsubscribed):
            self.forget(session)  # nothing more will be heard of it
        elif len(self._ending) > _MOST_ENDING:
            self.forget(next(iter(self._ending.values())))
        return session, job

    def _completed(self, session: Session, _: Callable[[str], str | None]) -> tuple[Session]:
        """Let go of a leg with the last event that comes, where CHANNEL_DESTROY is not asked for."""
        if session.hungup:
            self.forget(session)
        return (session,)

    def _destroyed(self, session: Session, _: Callable[[str], str | None]) -> tuple[Session]:
        if self._ending.pop(session.uuid, None) is not None:
            self._leave(session.call)
        return (session,)

    def _remove(self, session: Session) -> Job | None:
        self.sessions.pop(session.uuid, None)
        self.own.discard(session.uuid)
        self.sessions_per_app[session.cid] -= 1
        call = session.call
        if session in call.sessions:
            call.sessions.remove(session)
        if not call.sessions and self.calls.get(call.uuid) is call:
            del self.calls[call.uuid]
        job, session.bg_job = session.bg_job, None
        if job is not None and job.ready():
            self.bg_jobs.pop(job.uuid, None)
        return job

    def _leave(self, call: Call) -> None:
        """Let go of a call with its last leg, once the callbacks for that one's end have run."""
        if call.leave():
            over, self._over = self._over, call
            if over is not None:
                over.let_go()

    def _job_done(self, event: Event) -> tuple[bool, Session | None, Job | None]:
        job = self.bg_jobs.get(event.get("Job-UUID", ""))
        if job is None:
            return False, None, None
        job.events.update(event)
        body = (event.body or "").strip()
        session = self.find(job.sess_uuid)
        if body.startswith(REFUSALS):
            error = job_error(job.command, body)
            self.failed_jobs[error.cause] += 1
            self.drop_job(job)
            job.fail(error)
        else:
            try:
                job.finish(body.removeprefix("+OK").strip())
            finally:
                if session is None or session.hungup:
                    self.bg_jobs.pop(job.uuid, None)
        return True, session, job


def _nothing_more(session: Session, _: Callable[[str], str | None]) -> tuple[Session]:
    return (session,)
