"""Who keeps the commands that a connection sends, and the replies to them."""

import time
from collections.abc import Callable
from concurrent.futures import Future
from typing import Protocol

from switchy_nb.errors import SwitchyError
from switchy_nb.link import Reply
from switchy_nb.sources import current_source


class CommandLog(Protocol):
    """Who keeps the commands that are sent; a `Recording` is one."""

    def command_sent(
        self,
        kind: str,
        command: str,
        sent: int,
        *,
        switch: str | None = None,
        job: str | None = None,
        source: str | None = None,
    ) -> int:
        """Note a command, and where it comes from; return a token for its reply."""

    def command_replied(self, token: int, replied: int, ok: bool, reply: str) -> None:
        """Note the reply to the command that `token` stands for."""


def noted(
    commands: CommandLog | None,
    switch: str,
    line: str,
    job: str | None,
    future: "Future[Reply]",
) -> tuple[Callable[[Reply], None], Callable[[SwitchyError], None]]:
    """Note a command that is about to be sent.

    Returns
    -------
    (callable, callable)
        What to call with its reply, or with the error instead: it is noted, and given to `future`.
    """
    if commands is None:
        return future.set_result, future.set_exception
    kind, _, rest = line.partition(" ")
    token = commands.command_sent(
        kind, rest, _now(), switch=switch, job=job, source=current_source()
    )

    def done(reply: Reply) -> None:
        commands.command_replied(token, _now(), reply.ok, reply.text)
        future.set_result(reply)

    def fail(exc: SwitchyError) -> None:
        commands.command_replied(token, _now(), False, str(exc))
        future.set_exception(exc)

    return done, fail


def _now() -> int:
    return time.time_ns() // 1000
