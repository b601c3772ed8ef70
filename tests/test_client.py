from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from helpers import eventually

from switchy_nb import Client, EventListener, active_client, event_callback, get_pool, handler
from switchy_nb.apps import PlayRec, TonePlay
from switchy_nb.errors import APIError, CommandError, ConfigurationError, ConnectionError, LinkLost
from switchy_nb.marks import Kind, get_callbacks, has_callbacks
from switchy_nb.pytest_plugin import Switch
from switchy_nb.session import Session
from switchy_nb.wire import Event


@pytest.fixture
def client(switch: Switch) -> Iterator[Client]:
    with active_client(switch.host, switch.port, switch.password) as made:
        yield made


# --- commands --------------------------------------------------------------------------


def test_a_client_alone(switch: Switch) -> None:
    client = Client(switch.host, switch.port, switch.password)
    with pytest.raises(ConnectionError, match="connect"):
        client.api("status")
    client.connect()
    assert client.connected()
    assert client.api("status")
    with pytest.raises(APIError):
        client.api("doggy")
    assert client.api("doggy", exc=False).startswith("-ERR")
    with pytest.raises(AttributeError, match="listener"):
        client.listener  # noqa: B018
    with pytest.raises(AttributeError):
        client.load_app(TonePlay)
    client.disconnect()
    assert not client.connected()
    client.connect()
    assert "connected" in repr(client)
    assert switch.password not in repr(client)
    client.disconnect()


def test_a_job_needs_a_started_listener(switch: Switch) -> None:
    client = Client(switch.host, switch.port, switch.password)
    client.listener = EventListener(switch.host, switch.port, switch.password)
    client.connect()
    with pytest.raises(ConfigurationError, match="started"):
        client.bgapi("status")
    client.disconnect()


def test_log_level(client: Client) -> None:
    before = client.loglevel
    assert before.isalnum()
    assert not client.listener.recording.commands["command"].str.contains("xml_locate").any()
    client.loglevel = "warning"
    assert client.loglevel == "warning"
    assert "loglevel warning" in list(client.listener.recording.commands["command"].str[-16:])
    if before != "unknown":
        client.loglevel = before


def test_bgapi(client: Client) -> None:
    job = client.bgapi("status", callback=lambda text, extra: (extra, text[:2]), extra=1)
    assert job.get(10) == (1, "UP")
    assert job.ready()
    assert job.successful()
    assert job.result == (1, "UP")
    assert job.wait(0)
    assert "done" in repr(job)


def test_what_cannot_be_sent_leaves_no_job(client: Client) -> None:
    with pytest.raises(CommandError):
        client.bgapi("status\n\nx")
    with pytest.raises(CommandError):
        client.originate("a b")
    with pytest.raises(ConfigurationError, match="call whom"):
        client.originate()
    client.disconnect()
    with pytest.raises(LinkLost):
        client.originate("a@b")
    listener = client.listener
    assert not listener.bg_jobs
    assert not listener.own
    assert not listener._awaited
    client.connect()


def test_a_legs_id_is_used_once(client: Client, switch: Switch) -> None:
    leg = client.originate(switch.url("answer")).get(20)
    with pytest.raises(ConfigurationError, match="already"):
        client.originate(switch.url("answer"), uuid_func=lambda: leg)
    assert client.listener.own == {leg}


def test_an_interrupt_when_a_call_was_just_sent_leaves_no_call(
    client: Client, switch: Switch, monkeypatch: pytest.MonkeyPatch
) -> None:
    post = client._con.post

    def interrupted(line: str, *args: Any, **kwargs: Any) -> Any:
        future = post(line, *args, **kwargs)
        if line.startswith("bgapi"):
            raise KeyboardInterrupt
        return future

    monkeypatch.setattr(client._con, "post", interrupted)
    with pytest.raises(KeyboardInterrupt):
        client.originate(switch.url("answer"))
    monkeypatch.undo()
    assert client.hangup_own(10) == []
    eventually(lambda: client.listener.count_sessions() == 0)
    assert not client.listener.own


def test_set_orig_cmd(client: Client, switch: Switch) -> None:
    with pytest.raises(ConfigurationError, match="uuid_str"):
        client.set_orig_cmd("a@b", uuid_str="x")
    with pytest.raises(CommandError):
        client.set_orig_cmd("a b")
    client.set_orig_cmd(f"{{number}}@{switch.sip}", note="for {number}")
    command = client.originate_cmd
    assert command is not None
    assert "origination_uuid={uuid_str}," in command
    assert "sip_h_X-switchy_app={app_id}" in command
    legs = [client.originate(rep_fields={"number": "answer"}).get(20) for _ in range(2)]
    assert len(set(legs)) == 2
    session = client.listener.sessions[legs[0]]
    assert session.getvar("note") == "for answer"
    with pytest.raises(ConfigurationError, match="number"):
        client.originate()
    client.set_orig_cmd(switch.url("answer"), xheaders={"who": "{who}"})
    leg = client.originate(rep_fields={"who": "me {and} you"}).get(20)
    assert client.listener.sessions[leg].getvar("sip_h_X-who") == "me {and} you"
    assert client.hangup_own() == []


def test_hupall(client: Client, switch: Switch) -> None:
    client.load_app(TonePlay)
    client.originate(switch.url("answer"), app_id="TonePlay").get(20)
    client.hupall()
    eventually(lambda: client.listener.count_calls() == 0)
    client.originate(switch.url("answer"), app_id="TonePlay").get(20)
    client.hupall("TonePlay")
    eventually(lambda: client.listener.count_calls() == 0)
    client.load_app(TonePlay, "my tone's app")
    client.originate(switch.url("answer"), app_id="my tone's app").get(20)
    client.hupall("my tone's app")
    eventually(lambda: client.listener.count_calls() == 0)


def test_hanging_up_an_originate_that_has_not_made_its_leg_yet(
    client: Client, switch: Switch
) -> None:
    for _ in range(5):
        client.originate(switch.url("noanswer"))
    assert client.hangup_own(10) == []
    assert not client.listener.own
    assert client.listener.count_sessions() == 0


# --- apps ------------------------------------------------------------------------------


def test_loading_and_unloading(client: Client) -> None:
    listener = client.listener
    assert client.load_app(TonePlay) == "TonePlay"
    app = client.apps.TonePlay["TonePlay"]
    assert isinstance(app, TonePlay)
    assert client.apps["TonePlay"] == {"TonePlay": app}
    assert (app.cid, app.name) == ("TonePlay", "TonePlay")
    with pytest.raises(ConfigurationError, match="another on_value"):
        client.load_app(TonePlay)
    client.load_app(TonePlay, "Second")
    assert client.app_names == ["TonePlay", "Second"]
    for event, kind, function in get_callbacks(app):
        assert kind is Kind.CALLBACK
        assert list(listener.consumers["TonePlay"][event]) == [function]
    client.unload_app("TonePlay")
    client.unload_app("TonePlay")
    assert client.app_names == ["Second"]
    assert "TonePlay" not in listener.consumers
    with pytest.raises(AttributeError, match="loaded: Second"):
        client.apps.TonePlay  # noqa: B018
    assert "Second" in dir(client.apps)


class Late:
    @event_callback("CHANNEL_CREATE")
    def first(self, sess: Session) -> None:
        """Is fine."""

    @handler("CHANNEL_ANSWER")
    def taken(self, event: Event) -> None:
        """Has a handler already."""


class NoFunction:
    @event_callback("CHANNEL_CREATE")
    def first(self, sess: Session) -> None:
        """Is fine."""

    @event_callback("CHANNEL_PARK")
    class Second:
        pass


@pytest.mark.parametrize("app", [Late, NoFunction, object])
def test_loading_is_all_or_nothing(client: Client, app: Any) -> None:
    before = dict(client.listener._handlers)
    finished: list[str] = []

    class App(app):  # type: ignore[misc]
        def prepost(self) -> Iterator[None]:
            finished.append("pre")
            yield
            finished.append("post")

    with pytest.raises((ConfigurationError, TypeError)):
        client.load_app(App)
    assert client.listener.consumers == {}
    assert client.listener._handlers == before
    assert client.app_names == []
    assert finished in ([], ["pre", "post"])


def test_prepost_gets_what_it_asks_for_by_name(client: Client) -> None:
    got: dict[str, Any] = {}
    steps: list[str] = []

    class App:
        def prepost(
            self, client: Client, recording: Any, host: str, pool: str, size: int = 3
        ) -> Iterator[None]:
            got.update(client=client, recording=recording, host=host, pool=pool, size=size)
            steps.append("pre")
            yield
            steps.append("post")

        @event_callback("CHANNEL_CREATE")
        def on_create(self, sess: Session) -> None:
            """Do nothing."""

    client.load_app(App, funcargsmap={"pool": "the pool"}, size=4)
    assert got == {
        "client": client,
        "recording": client.listener.recording,
        "host": client.host,
        "pool": "the pool",
        "size": 4,
    }
    assert steps == ["pre"]
    client.unload_app("App")
    assert steps == ["pre", "post"]
    with pytest.raises(ConfigurationError, match="asks for 'pool'"):
        client.load_app(App)
    with pytest.raises(TypeError):
        client.load_app(TonePlay, nonsense=1)


def test_a_prepost_that_fails_at_its_end_leaves_nothing(client: Client) -> None:
    class App:
        def prepost(self) -> Iterator[None]:
            yield
            raise ValueError("at the end")

        @event_callback("CHANNEL_CREATE")
        def on_create(self, sess: Session) -> None:
            """Do nothing."""

    with pytest.raises(ValueError, match="at the end"), client.loaded({"a": TonePlay, "b": App}):
        assert client.app_names == ["a", "b"]
    assert client.app_names == []
    assert client.listener.consumers == {}


def test_a_handler_of_an_app(client: Client) -> None:
    taken: list[str] = []

    class App:
        @handler("MINE::now")
        def on_mine(self, event: Event) -> tuple[bool, None]:
            taken.append(event["note"])
            return True, None

    client.load_app(App)
    client._con.send("sendevent CUSTOM", {"Event-Subclass": "MINE::now", "note": "here"})
    eventually(lambda: taken == ["here"])
    client.unload_app("App")
    assert "MINE::now" not in client.listener._handlers


def test_marks() -> None:
    assert has_callbacks(TonePlay)
    assert not has_callbacks(object())
    both = event_callback("A")(event_callback("B")(lambda sess: None))

    class App:
        on_both = staticmethod(both)

        @handler("C")
        def on_c(self, event: Event) -> None:
            """Do nothing."""

    assert [(e, k) for e, k, _ in get_callbacks(App())] == [
        ("C", Kind.HANDLER),
        ("B", Kind.CALLBACK),
        ("A", Kind.CALLBACK),
    ]
    assert [e for e, _, _ in get_callbacks(App(), skip=("on_both",))] == ["C"]
    assert [e for e, _, _ in get_callbacks(App(), only=Kind.CALLBACK)] == ["B", "A"]


def test_the_apps_unload_when_the_client_is_done(switch: Switch) -> None:
    steps: list[str] = []

    class App:
        def prepost(self, note: str) -> Iterator[None]:
            steps.append(note)
            yield
            steps.append("post")

        @event_callback("CHANNEL_CREATE")
        def on_create(self, sess: Session) -> None:
            """Do nothing."""

    apps = {"one": TonePlay, "two": (App, {"note": "pre"})}
    with active_client(switch.host, switch.port, switch.password, apps) as client:
        assert client.app_names == ["one", "two"]
        assert steps == ["pre"]
    assert steps == ["pre", "post"]
    assert not client.connected()
    client.disconnect()


# --- players ---------------------------------------------------------------------------


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


# --- several switches ------------------------------------------------------------------


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
