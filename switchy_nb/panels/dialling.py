"""How the calls that one press of Dial has placed are getting on, in words."""

import time
from collections import Counter

from switchy_nb.analysis import describe_cause, find_cause
from switchy_nb.errors import JobError
from switchy_nb.models import Job
from switchy_nb.panels.book import Book, Leg
from switchy_nb.panels.status import Status, Tone
from switchy_nb.panels.text import plain, span
from switchy_nb.plots.style import State

#: Seconds that the switch has to say so after it should have given a call up.
GRACE = 5.0
#: So many causes are told of when many calls have failed.
_TOLD = 3


class Attempt:
    """Calls that are placed by one press of a button.

    Parameters
    ----------
    destination : str
        As it was given.
    seconds : float
        After which the switch gives each of them up.
    total : int
        How many there are to be.

    Attributes
    ----------
    stopped : str
        Why no more are placed, if it is not since all are.
    """

    def __init__(self, destination: str, seconds: float, total: int = 1) -> None:
        self.destination = plain(destination, 60)
        self.seconds = seconds
        self.total = total
        self.stopped = ""
        self.sent = 0
        self._first: Job | None = None
        self._began = time.monotonic()
        #: the calls of which it is not known how they ended
        self._open: dict[str, Job] = {}
        self._ends: Counter[str] = Counter()

    def add(self, job: Job) -> None:
        """Add a call that was placed."""
        self.sent += 1
        self._first = self._first or job
        self._open[job.sess_uuid or ""] = job

    @property
    def going_on(self) -> bool:
        """Whether more calls are to be placed."""
        return self.sent < self.total and not self.stopped

    def status(self, book: Book) -> Status:
        """Say how it goes."""
        return self._one(book) if self.total == 1 else self._many(book)

    # --- one call ---------------------------------------------------------------------------

    def _one(self, book: Book) -> Status:
        job = self._first
        if job is None:
            return Status(self.stopped, Tone.BAD)
        leg = book.find(job.sess_uuid)
        if leg is not None and leg.over:
            return self._over(leg)
        if job.ready() and not job.successful():
            return Status(f"{self.destination}: failed. {_failure(job)}", Tone.BAD)
        elapsed = time.monotonic() - self._began
        if leg is not None and leg.state in (State.UP, State.HELD):
            return Status(f"{self.destination}: {leg.state.value}", Tone.GOOD, span(leg.age))
        if not job.ready() and elapsed > self.seconds + GRACE:
            return Status(
                f"{self.destination}: the switch has not said what became of the call, "
                f"{self.seconds + GRACE:g} s after it was asked; is the link still up?",
                Tone.BAD,
            )
        doing = "sent to the switch" if leg is None else leg.state.value
        return Status(f"{self.destination}: {doing}", Tone.BUSY, f"{elapsed:.0f} s")

    def _over(self, leg: Leg) -> Status:
        well = leg.answered and leg.cause == "NORMAL_CLEARING"
        return Status(
            f"{self.destination}: ended after {span(leg.age)}. {leg.why}",
            Tone.PLAIN if well else Tone.BAD,
        )

    # --- many calls -------------------------------------------------------------------------

    def _many(self, book: Book) -> Status:
        now: Counter[str] = Counter()
        for uuid, job in list(self._open.items()):
            leg = book.find(uuid)
            if leg is not None and leg.over:
                well = leg.answered and leg.cause == "NORMAL_CLEARING"
                self._ends["" if well else leg.cause or "no cause"] += 1
                del self._open[uuid]
            elif job.ready() and not job.successful():
                self._ends[_cause(job) or "no cause"] += 1
                del self._open[uuid]
            else:
                now["sent" if leg is None else leg.state.value] += 1
        fine = self._ends[""]
        failed = sum(self._ends.values()) - fine
        parts = [f"{count} {state}" for state, count in now.items()]
        parts += [f"{fine} ended well"] if fine else []
        if failed:
            causes = [(c, n) for c, n in self._ends.most_common(_TOLD + 1) if c][:_TOLD]
            told = "; ".join(f"{n} × {plain(describe_cause(c), 120)}" for c, n in causes)
            parts.append(f"{failed} failed ({told})")
        words = f"{self.sent} of {self.total} calls to {self.destination} placed"
        words += f": {', '.join(parts)}" if parts else ""
        words += f". {self.stopped}" if self.stopped else ""
        busy = Tone.BUSY if self.going_on or now else Tone.GOOD
        return Status(words, Tone.BAD if failed or self.stopped else busy)


def _cause(job: Job) -> str:
    error = job.result
    return error.cause if isinstance(error, JobError) else ""


def _failure(job: Job) -> str:
    cause = _cause(job)
    return plain(describe_cause(cause) if find_cause(cause) else str(job.result), 300)
