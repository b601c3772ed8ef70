"""Commands on a leg that return before the switch has answered them.

`Session`'s own wait for the reply, which takes as long as the switch takes. Which command does what
is not known here: it is `Controls` that writes them.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import Future
from typing import Any

from switchy_nb.client import Client
from switchy_nb.controls import Controls
from switchy_nb.errors import ConfigurationError, SwitchyError
from switchy_nb.panels.status import Status, Tone
from switchy_nb.panels.text import plain
from switchy_nb.session import Session
from switchy_nb.waiting import await_on

Order = Callable[[Controls], None]
#: The replies that one leg's commands will have.
Replies = list["Future[Any]"]

#: Seconds that the switch may take to answer a command.
PATIENCE = 10.0
_GONE = "No such channel"
#: how `uuid_send_dtmf` and `uuid_break` are often answered although they are done
_SILENT = "-ERR no reply"


class _Courier:
    """Sends a leg's commands and keeps the future of each reply."""

    def __init__(self, client: Client) -> None:
        self.host = client.host
        self.replies: Replies = []
        self._client = client

    def api(self, cmd: str, timeout: float | None = None, *, errcheck: bool = True) -> str:
        """Send it; what is returned stands for a reply that is still to come."""
        self.replies.append(self._client.post(f"api {cmd}"))
        return "+OK"


class _Posted(Controls):
    """A leg's commands, sent by a courier."""

    def __init__(self, session: Session, courier: _Courier) -> None:
        self.uuid = session.uuid
        self.con = courier
        self.get = session.get


def send(client: Client, session: Session, order: Order) -> Replies:
    """Send a leg's commands, and return at once.

    Raises
    ------
    SwitchyError
        If one of them cannot be sent, or if none was.
    """
    courier = _Courier(client)
    order(_Posted(session, courier))
    if not courier.replies:
        raise ConfigurationError("this sends no command that could be waited for")
    return courier.replies


async def outcome(sent: Sequence[Replies], done: str) -> Status:
    """Wait for the replies to the commands of some legs; return what came of them.

    Parameters
    ----------
    sent : sequence
        What `send` returned for each leg.
    done : str
        What to say if all went well.
    """
    statuses = [await _one(replies, done) for replies in sent]
    well = sum(status.tone is Tone.GOOD for status in statuses)
    if len(statuses) == 1 or not statuses:
        return statuses[0] if statuses else Status(done, Tone.GOOD)
    if well == len(statuses):
        return Status(f"{done}, {well} legs", Tone.GOOD)
    failed = next(status for status in statuses if status.tone is not Tone.GOOD)
    return Status(f"{well} of {len(statuses)} legs: {done}; the others: {failed.text}", failed.tone)


async def _one(replies: Replies, done: str) -> Status:
    try:
        for future in replies:
            reply = await await_on(future, PATIENCE, lambda: "the switch to answer the command")
            text = str(reply.text).strip()
            if _GONE in text:
                return Status("the leg is gone already", Tone.PLAIN)
            if text.startswith("-") and not text.startswith(_SILENT):
                return Status(f"the switch answered {plain(text, 160)}", Tone.BAD)
    except SwitchyError as exc:
        return Status(plain(exc, 300), Tone.BAD)
    return Status(done, Tone.GOOD)
