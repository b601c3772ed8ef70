"""What all tests here share; the fixtures of calls are the plugin's own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from helpers import Seen, eventually, own_threads

from switchy_nb import Client, active_client
from switchy_nb.pytest_plugin import Switch
from switchy_nb.recording import store


@pytest.fixture(scope="session", autouse=True)
def compressing_ends_soon() -> Iterator[None]:
    """The thread that compresses a recording waits for more, and every test for its end."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(store, "_IDLE", 0.05)
        yield


@pytest.fixture(autouse=True)
def no_threads_left() -> Iterator[None]:
    """A test that leaves a listener's thread running has found a leak."""
    before = own_threads()
    yield
    eventually(lambda: own_threads() <= before, 5, "the toolkit's threads to be gone")


@pytest.fixture
def seen() -> Seen:
    return Seen()


@pytest.fixture
def client(switch: Switch) -> Iterator[Client]:
    """A client with a started listener and no app."""
    with active_client(switch.host, switch.port, switch.password) as made:
        yield made
