"""Commands on a leg that return before the switch has answered them.

`Session`'s own wait for the reply, which takes as long as the switch takes. Which command does what
is not known here: it is `Controls` that writes them.
"""

from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

from switchy_nb.client import Client
from switchy_nb.controls import Controls
from switchy_nb.errors import ConfigurationError, SwitchyError
from switchy_nb.panels.status import Status, Tone
from switchy_nb.panels.text import plain
from switchy_nb.session import Session
from switchy_nb.waiting import await_on

#: Seconds that the switch may take to answer a command.
PATIENCE = 10.0
_GONE = "No such channel"
#: how `uuid_send_dtmf` is often answered although it is done
_SILENT = "-ERR no reply"


class _Courier:
    """Sends a leg's commands and keeps the future of each reply."""

    def __init__(self, client: Client) -> None:
        self.host = client.host
        self.replies: list[Future[Any]] = []
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


async def carry_out(
    client: Client, session: Session, order: Callable[[Controls], None], done: str
) -> Status:
    """Send a leg's command and say what came of it; `done` is what to say if it went well.

    What the switch, or the toolkit, refuses is returned as a message and not raised.
    """
    courier = _Courier(client)
    try:
        order(_Posted(session, courier))
        if not courier.replies:
            raise ConfigurationError("this sends no command that could be waited for")
        for future in courier.replies:
            reply = await await_on(future, PATIENCE, lambda: "the switch to answer the command")
            text = str(reply.text).strip()
            if _GONE in text:
                return Status("the leg is gone already", Tone.PLAIN)
            if text.startswith("-ERR") and not text.startswith(_SILENT):
                return Status(f"the switch answered {plain(text, 160)}", Tone.BAD)
    except SwitchyError as exc:
        return Status(plain(exc, 300), Tone.BAD)
    return Status(done, Tone.GOOD)
