"""Connecting from a panel: to a simulated switch, to a real socket, to nobody."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator

import pytest
from helpers import Peer, Talk, eventually, own_threads
from panels.conftest import Hands, MakePanel, Page

from switchy_nb.panels import Connect, Dashboard, Dialer
from switchy_nb.pytest_plugin import Switch
from switchy_nb.sync import Caller


@pytest.fixture
def connecting(make_panel: MakePanel) -> Hands:
    return Hands(make_panel())


def status(hands: Hands) -> str:
    return str(hands.part(Connect).status.shown.get("text", ""))


def facts(hands: Hands) -> str:
    return str(hands.part(Connect).facts.shown.get("text", ""))


def panel(hands: Hands) -> Dashboard:
    assert isinstance(hands.panel, Dashboard)
    return hands.panel


def test_begins_unconnected_and_says_so(connecting: Hands) -> None:
    connecting.sees("connect to a switch first", "link")
    assert not connecting.is_on("Disconnect")
    eventually(lambda: not connecting.is_on("Dial"))
    assert panel(connecting).tabs.selected_index == [*panel(connecting).parts].index("Connect")


def test_a_simulated_switch_at_a_press(connecting: Hands) -> None:
    connecting.click("Use the simulated switch")
    connecting.sees("The simulated switch at 127.0.0.1:", "link")
    words = eventually(lambda: facts(connecting))
    assert re.match(r"FreeSWITCH \d[\w.]+.*, up for 0:0\d, sessions on it: 0$", words)
    assert connecting.lines() == [
        "from switchy_nb import open_caller",
        "caller = open_caller()",
    ]
    caller = panel(connecting).caller
    assert caller is not None
    panel(connecting).tabs.selected_index = 0
    leg = connecting.up(caller.url("answer"))
    assert leg.answered
    connecting.click("Disconnect")
    connecting.sees("connect to a switch first", "link")
    eventually(lambda: not caller.client.connected())
    assert connecting.lines()[-1] == "caller.close()"
    assert caller.switch is not None
    eventually(lambda: not caller.switch.running)


def test_a_host_and_its_secret(connecting: Hands, switch: Switch, page: Page) -> None:
    connecting.type("Host", switch.host)
    connecting.type("Port", str(switch.port))
    connecting.type("Secret", switch.password)
    connecting.click("Connect")
    connecting.sees("the link is up", "link")
    assert connecting.lines()[-1] == (
        f"caller = open_caller({switch.host!r}, {switch.port}, getpass('Secret: '))"
    )
    sent = [str(data) for fake in page.comms for _, data, _ in fake.sent]
    assert not any(switch.password in data for data in sent), "the secret went to the page"
    assert panel(connecting).caller is not None


@pytest.mark.parametrize(
    ("host", "words"), [("", "which host?"), ("no-such-host.invalid", "no-such-host.invalid")]
)
def test_nobody_there_is_said_beside_the_form(connecting: Hands, host: str, words: str) -> None:
    connecting.type("Host", host)
    connecting.click("Connect")
    eventually(lambda: words in status(connecting) and "connecting" not in status(connecting), 20)
    assert connecting.part(Connect).status.shown["tone"] == "bad"
    assert connecting.is_on("Connect")


def test_a_wrong_secret_is_said_and_shown_nowhere(connecting: Hands, switch: Switch) -> None:
    connecting.type("Host", switch.host)
    connecting.type("Port", str(switch.port))
    connecting.type("Secret", "sesame-sesame")
    connecting.click("Connect")
    eventually(lambda: connecting.part(Connect).status.shown.get("tone") == "bad", 10)
    assert "sesame" not in status(connecting)
    assert connecting.lines() == []


@pytest.fixture
def deaf() -> Iterator[Peer]:
    def script(talk: Talk) -> None:
        talk.wait()

    with Peer(script) as peer:
        yield peer


def test_closing_does_not_wait_for_a_connection_that_does_not_come(
    page: Page, deaf: Peer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("switchy_nb.panels.connect.PATIENCE", 6.0)
    before = own_threads()
    made = Dashboard()
    hands = Hands(made)
    hands.type("Host", deaf.host)
    hands.type("Port", str(deaf.port))
    hands.click("Connect")
    eventually(lambda: "connecting to" in status(hands))
    eventually(lambda: not hands.is_on("Connect"))
    made.close()
    assert "switchy_nb panel connecting" in {thread.name for thread in threading.enumerate()}
    eventually(lambda: own_threads() <= before, 30)


def test_a_link_that_was_lost_for_good_is_brought_back(
    make_panel: MakePanel, caller: Caller
) -> None:
    hands = Hands(make_panel(caller))
    panel(hands).tabs.selected_index = [*panel(hands).parts].index("Connect")
    eventually(lambda: facts(hands))
    assert not hands.is_on("Connect again")
    caller.client.listener.disconnect()
    caller.client.disconnect()
    hands.sees("not listened to", "link")
    eventually(lambda: hands.is_on("Connect again"))
    hands.click("Connect again")
    hands.sees("the link is up", "link")
    assert status(hands) == ""


def test_a_part_by_itself_connects_another(page: Page) -> None:
    connect = Connect()
    dialer = Dialer(connect)
    Hands(connect).click("Use the simulated switch")
    eventually(lambda: connect.board.live is not None)
    eventually(lambda: connect.link.shown.get("tone") == "good")
    caller = connect.board.caller
    assert caller is not None
    Hands(dialer).dial(caller.url("answer"))
    eventually(lambda: dialer.status.shown.get("text", "").endswith(": up"))
    dialer.close()
    connect.close()
    assert caller.switch is not None
    assert not caller.switch.running
