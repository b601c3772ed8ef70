"""Apps that play and record."""

from __future__ import annotations

from typing import Any

from helpers import eventually

from switchy_nb import active_client
from switchy_nb.apps import PlayRec
from switchy_nb.pytest_plugin import Switch


def test_playrec_tells_where_the_recordings_are(switch: Switch) -> None:
    done: list[Any] = []
    apps = {"PlayRec": (PlayRec, {"callback": done.append, "iterations": 2, "tail": 0})}
    with active_client(switch.host, switch.port, switch.password, apps) as client:
        leg = client.originate(switch.url("doggy"), app_id="PlayRec").get(20)
        session = client.listener.find(leg)
        assert session is not None
        session.wait("hungup", 20)
        eventually(lambda: done)
        assert session.call.vars["played"] == 2
        assert done[0].host == client.host
        assert done[0].caller.endswith(f"caller_{leg}.wav")
        assert "callee_" in done[0].callee
        app = client.apps.PlayRec["PlayRec"]
        assert app.call2recs == {}


def test_playrec_records_every_so_manieth_call(switch: Switch) -> None:
    apps = {"PlayRec": (PlayRec, {"rec_rate": 2, "tail": 0})}
    with active_client(switch.host, switch.port, switch.password, apps) as client:
        recorded = []
        for _ in range(3):
            leg = client.originate(switch.url("doggy"), app_id="PlayRec").get(20)
            session = client.listener.find(leg)
            assert session is not None
            session.wait("hungup", 20)
            recorded.append(session.call.vars["record"])
        assert recorded == [True, False, True]
