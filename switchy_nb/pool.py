"""Several switches at once: a client and a listener for each."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from switchy_nb.client import Client
from switchy_nb.listener import EventListener


@dataclass(frozen=True, slots=True)
class Pair:
    """One switch: who commands it, and who listens to it."""

    client: Client
    listener: EventListener


class Pool:
    """The switches of a cluster.

    Attributes
    ----------
    nodes : tuple of Pair
        Each switch's client and listener.
    """

    def __init__(self, nodes: Sequence[Pair]) -> None:
        self.nodes = tuple(nodes)

    def __len__(self) -> int:
        return len(self.nodes)

    def __iter__(self) -> Iterator[Pair]:
        return iter(self.nodes)

    @property
    def clients(self) -> list[Client]:
        """The clients, a switch each."""
        return [node.client for node in self.nodes]

    @property
    def listeners(self) -> list[EventListener]:
        """The listeners, a switch each."""
        return [node.listener for node in self.nodes]

    def evals(self, expr: str, **names: Any) -> list[Any]:
        """Evaluate a Python expression for every switch.

        Parameters
        ----------
        expr : str
            Sees ``client`` and ``listener``, such as ``"client.cmd('status')"``. It is run as
            code: never build it from what came over a wire.
        **names
            What else it sees.
        """
        return [
            eval(expr, {**names, "client": node.client, "listener": node.listener})
            for node in self.nodes
        ]

    def connect(self) -> None:
        """Connect and start all; if one fails, all are disconnected again."""
        try:
            for node in self.nodes:
                node.listener.connect()
                node.client.connect()
                node.listener.start()
        except BaseException:
            self.disconnect()
            raise

    def disconnect(self) -> None:
        """Disconnect all."""
        for node in self.nodes:
            node.listener.disconnect()
            node.client.disconnect()

    def count_calls(self) -> int:
        """How many calls are up on all of them."""
        return sum(listener.count_calls() for listener in self.listeners)

    fast_count = count_calls

    def count_sessions(self) -> int:
        """How many legs are up on all of them."""
        return sum(listener.count_sessions() for listener in self.listeners)

    def count_jobs(self) -> int:
        """How many background jobs are registered on all of them."""
        return sum(listener.count_jobs() for listener in self.listeners)

    def count_failed(self) -> int:
        """How many legs failed on all of them."""
        return sum(listener.count_failed() for listener in self.listeners)

    def hangup_causes(self) -> "Counter[str]":
        """Legs that ended on any of them, by cause."""
        return sum((listener.hangup_causes for listener in self.listeners), Counter())

    def sessions_per_app(self) -> "Counter[str]":
        """Legs that are up on any of them, by app group."""
        return sum((listener.sessions_per_app for listener in self.listeners), Counter())
