"""The commands that were sent and what was answered, without any secret; and what was waited for.

Jobs are made of these and of events elsewhere (see `jobs`).
"""

import re
import threading
from collections.abc import Iterable
from dataclasses import dataclass, replace

from switchy_nb.analysis.waits import WAIT
from switchy_nb.recording.fields import readable

#: FreeSWITCH knows a command by its first letters, in any case: whatever begins like a login may
#: hold a secret.
_LOGIN = re.compile(r"\s*(user)?auth", re.IGNORECASE)
_CARRIERS = frozenset({"api", "bgapi"})
_MASK = "***"


@dataclass(frozen=True, slots=True)
class Sent:
    """One command: what was sent when, and what came back; or one wait, and what came.

    Times are microseconds since the epoch, by this machine's clock; what has not come, or is not
    known, is None.
    """

    sent: int | None
    replied: int | None
    switch: str | None
    kind: str
    command: str
    job: str | None
    ok: bool | None
    reply: str | None
    #: the cell or the panel that it comes from; older files do not tell
    source: str | None = None


class CommandLog:
    """Commands in the order in which they were sent. Safe from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._commands: list[Sent] = []
        self._changes = 0

    def sent(
        self,
        kind: str,
        command: str,
        sent: int | None,
        switch: str | None,
        job: str | None,
        source: str | None = None,
    ) -> int:
        """Keep a command; return the token by which its reply is told."""
        entry = Sent(
            sent=sent,
            replied=None,
            switch=readable(switch) if switch else None,
            kind=readable(kind),
            command=without_secret(kind, command),
            job=readable(job) if job else None,
            ok=None,
            reply=None,
            source=readable(source) if source else None,
        )
        with self._lock:
            self._commands.append(entry)
            self._changes += 1
            return len(self._commands) - 1

    def replied(self, token: int, replied: int | None, ok: bool, reply: str) -> None:
        """Add a command's reply.

        Raises
        ------
        IndexError
            If no command has this token.
        """
        with self._lock:
            if not 0 <= token < len(self._commands):
                raise IndexError(
                    f"no command has the token {token}: {len(self._commands)} were sent"
                )
            entry = self._commands[token]
            self._commands[token] = replace(entry, replied=replied, ok=ok, reply=readable(reply))
            self._changes += 1

    def extend(self, commands: Iterable[Sent]) -> None:
        """Add commands that were kept before, as a file has them."""
        with self._lock:
            self._commands.extend(commands)
            self._changes += 1

    def replace(self, commands: Iterable[Sent]) -> None:
        """Keep other commands instead."""
        with self._lock:
            self._commands = list(commands)
            self._changes += 1

    @property
    def changes(self) -> int:
        """A number that grows with each change, to know what is up to date."""
        return self._changes

    def snapshot(self) -> tuple[int, list[Sent]]:
        """Return `changes` and all commands, of one moment."""
        with self._lock:
            return self._changes, self._commands[:]

    @property
    def sent_to_switches(self) -> int:
        """How many they are without the waits."""
        return sum(sent.kind != WAIT for sent in self.snapshot()[1])

    def __len__(self) -> int:
        return len(self._commands)


def without_secret(kind: str, command: str) -> str:
    """Return a command as it may be kept and shown: of a login only its name."""
    if _LOGIN.match(kind):
        return _MASK
    login = _LOGIN.match(command)
    if login and kind.lower() not in _CARRIERS:
        return f"{login.group().strip()} {_MASK}"
    return readable(command)
