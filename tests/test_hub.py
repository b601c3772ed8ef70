"""The hub thread: what is run on it, and what becomes of it when nobody waits."""

from __future__ import annotations

import pytest

from switchy_nb.errors import TimeoutError
from switchy_nb.hub import Hub, get_hub


def test_the_hub_runs_and_gives_up() -> None:
    import gevent

    hub = get_hub()
    assert hub is get_hub()
    assert hub.run(lambda: 42, 5, lambda: "x") == 42
    assert not hub.is_current()
    assert hub.run(hub.is_current, 5, lambda: "x")
    with pytest.raises(ZeroDivisionError):
        hub.run(lambda: 1 // 0, 5, lambda: "x")
    killed: list[bool] = []

    def sleeps() -> None:
        try:
            gevent.sleep(60)
        finally:
            killed.append(True)

    with pytest.raises(TimeoutError, match=r"0\.1 s for a nap"):
        hub.run(sleeps, 0.1, lambda: "a nap")
    assert hub.run(lambda: bool(gevent.sleep(0.05) or killed), 5, lambda: "x")


def test_a_hub_of_its_own_ends() -> None:
    hub = Hub()
    hub.close()
    hub.close()
    assert not hub._thread.is_alive()
