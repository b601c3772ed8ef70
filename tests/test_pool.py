"""Several switches at once."""

from __future__ import annotations

import pytest
from helpers import eventually

from switchy_nb import get_pool
from switchy_nb.errors import ConfigurationError, ConnectionError
from switchy_nb.pytest_plugin import Switch


def test_a_pool(switch: Switch) -> None:
    with pytest.raises(ConfigurationError, match="list"):
        get_pool("fs.example.org")
    place = (switch.host, switch.port, switch.password)
    pool = get_pool([place, place], autorecon=False)
    assert len(pool) == 2
    pool.connect()
    assert all(answer.startswith("UP") for answer in pool.evals("client.cmd('status')"))
    leg = pool.clients[0].originate(switch.url("answer"))
    leg.get(20)
    eventually(lambda: pool.count_sessions() == 4)  # both see it
    assert pool.count_calls() == pool.fast_count() == 2
    assert pool.clients[0].hangup_own() == []
    eventually(lambda: pool.hangup_causes()["NORMAL_CLEARING"] == 4)
    assert (pool.count_jobs(), pool.count_failed()) == (0, 0)
    assert sum(pool.sessions_per_app().values()) == 0
    assert [node.client for node in pool] == pool.clients
    pool.disconnect()
    assert not any(client.connected() for client in pool.clients)
    broken = get_pool([place, ("127.0.0.1", 1)])
    with pytest.raises(ConnectionError):
        broken.connect()
    assert not broken.clients[0].connected()
