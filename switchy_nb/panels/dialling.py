"""How a call that a panel has placed is getting on, in words."""

import time

from switchy_nb.analysis import describe_cause, find_cause
from switchy_nb.errors import JobError
from switchy_nb.models import Job
from switchy_nb.panels.legs import Leg, state_of
from switchy_nb.panels.status import Status, Tone
from switchy_nb.panels.text import plain, span
from switchy_nb.plots.style import State

#: Seconds that the switch has to say so after it should have given a call up.
GRACE = 5.0


class Attempt:
    """One call that was placed.

    Parameters
    ----------
    destination : str
        As it was given.
    job : Job
        The originate.
    seconds : float
        After which the switch gives up.
    """

    def __init__(self, destination: str, job: Job, seconds: float) -> None:
        self.destination = plain(destination, 60)
        self.job = job
        self.seconds = seconds
        self._sent = time.monotonic()

    def status(self, leg: Leg | None) -> Status:
        """Say how it goes; `leg` is its own leg, where the panel has seen one."""
        if leg is not None and leg.over:
            return self._over(leg)
        if self.job.ready() and not self.job.successful():
            return self._failed()
        elapsed = time.monotonic() - self._sent
        if leg is not None and state_of(leg.session) in (State.UP, State.HELD):
            state = state_of(leg.session).value
            return Status(f"{self.destination}: {state}", Tone.GOOD, f"{span(leg.age)}")
        if not self.job.ready() and elapsed > self.seconds + GRACE:
            return Status(
                f"{self.destination}: the switch has not said what became of the call, "
                f"{self.seconds + GRACE:g} s after it was asked; is the link still up?",
                Tone.BAD,
            )
        aside = f"{elapsed:.0f} s"
        if leg is None:
            return Status(f"{self.destination}: sent to the switch", Tone.BUSY, aside)
        return Status(f"{self.destination}: {state_of(leg.session).value}", Tone.BUSY, aside)

    def _over(self, leg: Leg) -> Status:
        session = leg.session
        well = session.answered and session.hangup_cause == "NORMAL_CLEARING"
        tone = Tone.PLAIN if well else Tone.BAD
        return Status(f"{self.destination}: ended after {span(leg.age)}. {leg.cause}", tone)

    def _failed(self) -> Status:
        error = self.job.result
        cause = error.cause if isinstance(error, JobError) else ""
        words = describe_cause(cause) if find_cause(cause) else str(error)
        return Status(f"{self.destination}: failed. {plain(words, 300)}", Tone.BAD)
