"""Apps in a client: loaded whole or not at all, unloaded with all that is theirs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from helpers import eventually

from switchy_nb import Client, active_client, event_callback, handler
from switchy_nb.apps import TonePlay
from switchy_nb.errors import ConfigurationError
from switchy_nb.marks import Kind, get_callbacks
from switchy_nb.pytest_plugin import Switch
from switchy_nb.session import Session
from switchy_nb.wire import Event


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
    before = dict(client.listener.handlers)
    finished: list[str] = []

    class App(app):  # type: ignore[misc]
        def prepost(self) -> Iterator[None]:
            finished.append("pre")
            yield
            finished.append("post")

    with pytest.raises((ConfigurationError, TypeError)):
        client.load_app(App)
    assert client.listener.consumers == {}
    assert client.listener.handlers == before
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
    assert "MINE::now" not in client.listener.handlers


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
