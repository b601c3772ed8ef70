"""What a connection has asked for that lasts: events, filters, log lines.

It is kept here so that a link which came back can be told again; sending is the connection's.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterable

from switchy_nb.errors import ConfigurationError
from switchy_nb.link import Reply


class Subscriptions(ABC):
    """The lasting commands of a `Connection`, which gives it `send` and `check`."""

    def __init__(self) -> None:
        #: what a link that came back is told again, in order
        self._standing: list[str] = []

    @abstractmethod
    def send(self, line: str, *, timeout: float | None = None) -> Reply:
        """Send one command; see `Connection.send`."""

    @abstractmethod
    def check(self, reply: Reply, line: str) -> None:
        """Raise if the switch refused; see `Connection.check`."""

    def subscribe(
        self, names: str | Iterable[str] = "all", *, timeout: float | None = None
    ) -> None:
        """Ask for events, in plain format, on top of those already asked for.

        Parameters
        ----------
        names : str or iterable of str
            Event names, ``all``, or subclasses of CUSTOM (whatever holds ``::``).

        Raises
        ------
        APIError
            If the switch knows none of the names.
        """
        names = [names] if isinstance(names, str) else list(names)
        plain = [n for n in names if "::" not in n and n != "CUSTOM"]
        custom = [n for n in names if "::" in n]
        words = plain + (["CUSTOM", *custom] if custom or "CUSTOM" in names else [])
        if not words:
            raise ConfigurationError("subscribe to which events? Give names, or 'all'")
        self._stand(f"event plain {' '.join(words)}", timeout)

    def unsubscribe(self, names: str | Iterable[str], *, timeout: float | None = None) -> None:
        """Ask for no more events of these names; ``all`` ends all."""
        names = [names] if isinstance(names, str) else list(names)
        if "all" in names:
            self._standing = [s for s in self._standing if not s.startswith(("event", "nixevent"))]
            self.send("noevents", timeout=timeout)
        elif names:
            self._stand(f"nixevent {' '.join(names)}", timeout)

    def filter(self, header: str, value: str, *, timeout: float | None = None) -> None:
        """Take only events whose `header` is `value`: without regard to case, or a ``/regex/``.

        Several filters on one connection add up; a value that begins with ``-`` is a veto.
        """
        self._stand(f"filter {header} {value}", timeout)

    def filter_delete(
        self, header: str, value: str | None = None, *, timeout: float | None = None
    ) -> None:
        """Remove a filter again; ``all`` removes all of them."""
        gone = f"filter {header}" if value is None else f"filter {header} {value}"
        everything = header == "all" and value is None
        self.check(
            self.send(f"filter delete {header} {value or ''}".rstrip(), timeout=timeout), "filter"
        )
        self._standing = [
            s
            for s in self._standing
            if not (
                s.startswith("filter ")
                and (everything or s == gone or (value is None and s.startswith(gone + " ")))
            )
        ]

    def log(self, level: int | str, *, timeout: float | None = None) -> None:
        """Ask for the switch's log lines of this level and worse; they come to `on_log`."""
        self._stand(f"log {level}", timeout)

    def _stand(self, line: str, timeout: float | None) -> None:
        self.check(self.send(line, timeout=timeout), line)
        # at the end: what was said last counts when it is all said again
        self._standing = [*(s for s in self._standing if s != line), line]
