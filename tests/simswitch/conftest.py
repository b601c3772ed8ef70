"""A simulated switch for each test, and bare clients of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from simswitch.client import Client

from switchy_nb.simswitch import SimSwitch, Timing


@pytest.fixture
def switch() -> Iterator[SimSwitch]:
    with SimSwitch(timing=Timing(broadcast=0.02)) as running:
        yield running


@pytest.fixture
def connect(switch: SimSwitch) -> Iterator[Callable[[], Client]]:
    """Make clients of the switch; they are closed in the end."""
    made: list[Client] = []

    def make() -> Client:
        made.append(Client(switch.port))
        return made[-1]

    yield make
    for client in made:
        client.sock.close()


@pytest.fixture
def client(connect: Callable[[], Client]) -> Client:
    """A client that hears every event."""
    made = connect()
    assert made.command("event plain all") == "+OK event listener enabled plain"
    return made
