"""What a replay answers to commands: what the switch answered then, or that it is a replay."""

from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property

from switchy_nb.errors import ProtocolError
from switchy_nb.recording.commands import Sent
from switchy_nb.replay.tape import Tape
from switchy_nb.wire import Event
from switchy_nb.wire.parser import REFUSALS
from switchy_nb.wire.rewrite import pairs_of
from switchy_nb.wire.serve import Pair, plain_event

_CARRIERS = frozenset({"api", "bgapi"})
_SHOWN = 120


def refusal(command: str) -> str:
    """Say that there is nobody who could obey."""
    shown = command if len(command) <= _SHOWN else f"{command[:_SHOWN]}…"
    return (
        f"-ERR this is a replay of a recording, no switch: `{shown}` was not answered when it was "
        "made, and nothing can be done to its calls"
    )


@dataclass(frozen=True, slots=True)
class _Known:
    """An answer, and when it came: µs since the epoch."""

    came: int
    text: str
    job: int | None = None


class Answers:
    """The answers that a recording knows.

    Parameters
    ----------
    tape : Tape
        What is played.
    """

    def __init__(self, tape: Tape) -> None:
        self._tape = tape

    def to(self, command: str, now: float, head: int) -> str | None:
        """Return what was answered to an API command.

        Of several answers the last one before `now` is taken, else the first.

        Parameters
        ----------
        command : str
            Such as ``status``.
        now : float
            How far the replay is, in seconds from its start.
        head : int
            The first row that is not played yet.

        Returns
        -------
        str or None
            None if it was never asked. Whether a leg is up (``uuid_exists``) is always known.
        """
        name, _, uuid = command.strip().partition(" ")
        if name == "uuid_exists":
            return "true" if self._tape.is_up(uuid.strip(), head) else "false"
        known = self._find(command, now)
        return None if known is None else known.text

    def job(self, command: str, uuid: str, now: float, head: int) -> Event | None:
        """Return the end of a background job of that command, as an event with this uuid.

        Headers and body are those of the job that was recorded, where there was one.
        """
        known = self._find(command, now)
        if known is not None and known.job is not None:
            recorded = self._tape.event(known.job)
            pairs: list[Pair] = [
                (name, uuid if name.lower() == "job-uuid" else value)
                for name, value in pairs_of(recorded)
                if name.lower() != "content-length"
            ]
            return Event(plain_event(pairs, recorded.body))
        answer = self.to(command, now, head)
        if answer is None:
            return None
        name, _, args = command.partition(" ")
        pairs = [("Event-Name", "BACKGROUND_JOB"), ("Job-UUID", uuid), ("Job-Command", name)]
        if args:
            pairs.append(("Job-Command-Arg", args))
        return Event(plain_event(pairs, answer))

    def _find(self, command: str, now: float) -> _Known | None:
        found = self._known.get(command.strip())
        if not found:
            return None
        moment = self._tape.start + int(now * 1e6)
        at = bisect_right([known.came for known in found], moment)
        return found[max(at - 1, 0)]

    @cached_property
    def _known(self) -> dict[str, list[_Known]]:
        known: dict[str, list[_Known]] = {}
        jobs = dict(self._tape.jobs)
        for sent in self._tape.commands:
            answer = self._answer(sent, jobs)
            if answer is not None:
                known.setdefault(sent.command.strip(), []).append(answer)
        for at in jobs.values():  # jobs of other clients, known by their ends alone
            event = self._tape.event(at)
            answer = self._of_job(at)
            if answer is not None:
                name, args = event.get("Job-Command", ""), event.get("Job-Command-Arg", "")
                known.setdefault(f"{name} {args}".strip(), []).append(answer)
        for answers in known.values():
            answers.sort(key=lambda answer: answer.came)
        return known

    def _answer(self, sent: Sent, jobs: dict[str, int]) -> _Known | None:
        if sent.kind.lower() not in _CARRIERS or sent.reply is None:
            return None
        if sent.kind.lower() == "bgapi":
            at = jobs.pop(sent.job or "", None)
            return None if at is None else self._of_job(at)
        if not sent.ok and not sent.reply.startswith(REFUSALS):
            return None  # our own error (a lost link), no answer of the switch
        return _Known(sent.replied or 0, sent.reply)

    def _of_job(self, at: int) -> _Known | None:
        try:
            body = self._tape.event(at).body
        except ProtocolError:
            return None
        came = self._tape.start + int(float(self._tape.due[at]) * 1e6)
        return _Known(came, body or "", at)
