"""The lines of Python that do what was clicked.

They can be pasted into a cell: each leg that the panel has dialled has a name there.
"""

from switchy_nb.models import Job
from switchy_nb.session import Session

#: The page shows so many lines at most.
KEPT = 200


class Script:
    """What was done so far, as Python.

    Parameters
    ----------
    has_caller : bool
        Whether the panel was given a `Caller`, which the cell has as ``caller``; else it was given
        a client, which the cell has as ``client``.
    """

    def __init__(self, *, has_caller: bool) -> None:
        self.lines: list[str] = []
        self._has_caller = has_caller
        self._names: dict[str, str] = {}

    def dialled(self, job: Job, dest: str, app: str | None, seconds: float, grace: float) -> None:
        """Add a call that was placed."""
        number = len(self._names) + 1
        leg = job.sess_uuid or ""
        if self._has_caller:
            # The switch gives up after `seconds`, and says why; the caller waits a bit longer.
            self._names[leg] = f"sess{number}"
            self._add(
                f"sess{number}, waitfor = caller({dest!r}, {app!r}, timeout={seconds + grace:g}, "
                f"originate_timeout={seconds:g})"
            )
        else:
            self._names[leg] = f"client.listener.sessions[job{number}.sess_uuid]"
            group = f", app_id={app!r}" if app else ""
            self._add(f"job{number} = client.originate({dest!r}{group}, timeout={seconds:g})")

    def hung_up(self, session: Session) -> None:
        """Add a leg that was hung up."""
        self._add(f"{self.leg(session)}.hangup()")

    def waited(self, session: Session, what: str, seconds: float) -> None:
        """Add a wait."""
        self._add(f"{self.leg(session)}.wait({what!r}, {seconds:g})")

    def dtmf_sent(self, session: Session, digits: str) -> None:
        """Add digits that were sent."""
        self._add(f"{self.leg(session)}.send_dtmf({digits!r})")

    def leg(self, session: Session) -> str:
        """Return the expression for a leg."""
        name = self._names.get(session.uuid)
        if name is not None:
            return name
        call = session.call
        first = self._names.get(call.first.uuid)
        if first is not None and call.last is session:
            return f"{first}.call.last"
        client = "caller.client" if self._has_caller else "client"
        return f"{client}.listener.sessions[{session.uuid!r}]"

    def _add(self, line: str) -> None:
        self.lines = [*self.lines, line][-KEPT:]
