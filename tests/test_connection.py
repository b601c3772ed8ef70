from __future__ import annotations

import re
import socket
import threading
from collections.abc import Callable

import pytest
from helpers import SECRET, Peer, Seen, Talk, eventually, logged_in

from switchy_nb.connection import Connection, LinkState
from switchy_nb.errors import (
    AccessDenied,
    APIError,
    AuthenticationError,
    CommandError,
    ConfigurationError,
    LinkLost,
    NotAnEventSocket,
    SwitchyError,
    TimeoutError,
    UnknownHost,
    Unreachable,
)
from switchy_nb.hub import get_hub
from switchy_nb.wire import Event


def failing(script: Callable[[Talk], None], **options: float) -> SwitchyError:
    """The error of connecting to a peer that does `script`, which must not hold anybody up."""
    with Peer(script) as peer:
        con = Connection(peer.host, peer.port, SECRET, timeout=options.pop("timeout", 5.0))
        with pytest.raises(SwitchyError) as caught:
            con.connect()
        assert not con.connected()
        assert SECRET not in str(caught.value)
        assert str(peer.port) in str(caught.value)
        return caught.value


# --- getting in ------------------------------------------------------------------------


def test_commands_in_order_from_many_threads() -> None:
    def script(talk: Talk) -> None:
        talk.login()
        while True:
            talk.response(talk.hear().removeprefix("api "))

    with Peer(script) as peer:
        con = Connection(peer.host, peer.port)
        con.connect()
        wrong: list[str] = []

        def ask(n: int) -> None:
            for i in range(50):
                text = f"thread {n} command {i}"
                if con.api(text) != text:
                    wrong.append(text)

        threads = [threading.Thread(target=ask, args=(n,)) for n in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
        assert wrong == []
        assert len(peer.talks[0].heard) == 401
        con.disconnect()


def test_a_wrong_secret() -> None:
    def script(talk: Talk) -> None:
        talk.login("-ERR invalid")
        talk.wait()

    error = failing(script)
    assert isinstance(error, AuthenticationError)
    assert "event_socket.conf.xml" in str(error)


@pytest.mark.parametrize("answer", ["-ERR invalid {}", "{}"])
def test_a_peer_that_echoes_does_not_show_the_secret(answer: str) -> None:
    def script(talk: Talk) -> None:
        talk.say("Content-Type: auth/request\n\n")
        heard = talk.hear()
        talk.reply(answer.format(heard)) if "ERR" in answer else talk.say(f"{heard}\n\n")
        talk.wait()

    error = failing(script)  # which looks for the secret in what the error says
    assert "***" in str(error)
    assert SECRET not in str(error.__cause__)


def test_a_rude_rejection_names_the_access_list() -> None:
    def script(talk: Talk) -> None:
        talk.say(
            "Content-Type: text/rude-rejection\nContent-Length: 24\n\nAccess Denied, go away.\n"
        )

    error = failing(script)
    assert isinstance(error, AccessDenied)
    assert "apply-inbound-acl" in str(error)


@pytest.mark.parametrize("banner", ["SSH-2.0-OpenSSH_9.2\r\n", "220 mail ESMTP\r\n", "\x16\x03\n"])
def test_a_peer_that_is_no_event_socket(banner: str) -> None:
    def script(talk: Talk) -> None:
        talk.say(banner)
        talk.wait()

    assert isinstance(failing(script), NotAnEventSocket)


def test_a_peer_that_closes_without_a_word() -> None:
    assert isinstance(failing(lambda talk: None), NotAnEventSocket)


def test_a_mute_peer_is_given_up_at_the_deadline() -> None:
    error = failing(Talk.wait, timeout=0.3)
    assert isinstance(error, TimeoutError)
    assert "0.3 s" in str(error)


def test_a_peer_that_goes_mute_during_the_login() -> None:
    def script(talk: Talk) -> None:
        talk.say("Content-Type: auth/request\n\n")
        talk.wait()

    assert isinstance(failing(script, timeout=0.3), TimeoutError)


def test_a_refused_port() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound, not listening: refused, and nobody else's
        con = Connection("127.0.0.1", taken.getsockname()[1])
        with pytest.raises(Unreachable, match="listen-ip"):
            con.connect()


def test_an_unknown_host() -> None:
    for host in ("no-such-host.invalid", "a..b", "x" * 64 + ".example"):
        with pytest.raises(UnknownHost, match=re.escape(host)):
            Connection(host).connect()


def test_a_port_that_is_none() -> None:
    for port in ("x", 0, 70000, -1):
        with pytest.raises(ConfigurationError, match="no port"):
            Connection("127.0.0.1", port)
    assert Connection("127.0.0.1", "8021").port == 8021


def test_a_peer_that_resets_in_the_middle_of_the_login() -> None:
    def script(talk: Talk) -> None:
        talk.say("Content-Type: auth/request\n\n")
        talk.kill()

    assert isinstance(failing(script), Unreachable | NotAnEventSocket)


def test_seconds_that_are_none() -> None:
    for wrong in ("30", None, -1):
        with pytest.raises(ConfigurationError, match="autorecon"):
            Connection("127.0.0.1", autorecon=wrong)  # type: ignore[arg-type]


def test_ipv6() -> None:
    def script(talk: Talk) -> None:
        talk.login()
        talk.serve(api="six")

    with Peer(script, socket.AF_INET6) as peer:
        con = Connection(peer.host, peer.port)
        con.connect()
        assert con.api("x") == "six"
        assert con.switch == f"[::1]:{peer.port}"
        con.disconnect()


def test_the_secret_is_nowhere(seen: Seen, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    with logged_in() as peer:
        con = seen.connect(peer)
        link = con._link
        shown = [repr(con), str(con.__dict__), repr(link.__dict__), f"{link.password}"]  # type: ignore[union-attr]
        con.disconnect()
    assert all(SECRET not in text for text in [*shown, caplog.text])
    assert peer.talks[0].heard[0] == f"auth {SECRET}"


# --- commands --------------------------------------------------------------------------


def test_api_and_its_errors(seen: Seen) -> None:
    with logged_in(api="-ERR No such channel!\n") as peer:
        con = seen.connect(peer)
        assert con.api("uuid_kill x", errcheck=False) == "-ERR No such channel!\n"
        with pytest.raises(APIError, match="uuid_kill x") as caught:
            con.api("uuid_kill x")
        assert caught.value.reply == "-ERR No such channel!\n"
        con.disconnect()


def test_a_command_with_a_newline_is_never_sent(seen: Seen) -> None:
    with logged_in() as peer:
        con = seen.connect(peer)
        with pytest.raises(CommandError):
            con.api("status\n\napi shutdown")
        con.api("status")
        assert peer.talks[0].heard[1:] == ["api status"]
        con.disconnect()


def test_bgapi_chooses_the_jobs_id(seen: Seen) -> None:
    with logged_in() as peer:
        con = seen.connect(peer)
        job = con.bgapi("status")
        assert peer.talks[0].heard[-1] == f"bgapi status\nJob-UUID: {job}"
        assert con.bgapi("status", "mine") == "mine"
        con.disconnect()


def test_a_peer_that_goes_mute(seen: Seen) -> None:
    def script(talk: Talk) -> None:
        talk.login()
        talk.hear()
        talk.hear()
        talk.response("late, for the first")
        talk.response("second")
        talk.wait()

    with Peer(script) as peer:
        con = seen.connect(peer)
        with pytest.raises(TimeoutError, match=r"0\.2 s.*api first"):
            con.api("first", timeout=0.2)
        assert con.api("second") == "second", "a late reply must not be taken for another's"
        con.disconnect()


def test_a_peer_that_is_killed_fails_all_that_waits_at_once(seen: Seen) -> None:
    def script(talk: Talk) -> None:
        talk.login()
        for _ in range(3):
            talk.hear()
        talk.kill()

    with Peer(script) as peer:
        con = seen.connect(peer)
        errors: list[BaseException | None] = [None] * 3

        def ask(n: int) -> None:
            with pytest.raises(LinkLost) as caught:
                con.api(f"command {n}", timeout=60)
            errors[n] = caught.value

        threads = [threading.Thread(target=ask, args=(n,)) for n in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(10)
        assert all(f"command {n}" in str(e) for n, e in enumerate(errors))
        assert not con.connected()
        with pytest.raises(LinkLost, match="connect"):
            con.api("status")
        eventually(lambda: [s for s, _ in seen.links] == [LinkState.DOWN, LinkState.GONE])


def test_garbage_ends_the_link_with_its_reason(seen: Seen) -> None:
    def script(talk: Talk) -> None:
        talk.login()
        talk.hear()
        talk.say("Content-Length: 99999999\nContent-Type: text/event-plain\n\n")
        talk.wait()

    with Peer(script) as peer:
        con = seen.connect(peer)
        with pytest.raises(LinkLost, match="10 MiB"):
            con.api("status")
        con.disconnect()


def test_what_came_whole_before_the_garbage_is_kept(seen: Seen) -> None:
    def script(talk: Talk) -> None:
        talk.login()
        talk.say(
            b"Content-Length: 17\nContent-Type: text/event-plain\n\nEvent-Name: ONE\n\n"
            b"Content-Length: " + b"9" * 5000 + b"\n\n"
        )
        talk.wait()

    with Peer(script) as peer:
        con = seen.connect(peer)
        eventually(lambda: seen.links)
        assert [e.name for e in seen.events] == ["ONE"]
        assert "cannot be" in seen.links[0][1]
        con.disconnect()


def test_a_reply_that_nobody_asked_for_ends_the_link(seen: Seen) -> None:
    def script(talk: Talk) -> None:
        talk.login()
        talk.reply("+OK")
        talk.wait()

    with Peer(script) as peer:
        con = seen.connect(peer)
        eventually(lambda: seen.links)
        assert "no command" in seen.links[0][1]
        con.disconnect()


def test_nothing_blocks_the_hub_thread(seen: Seen) -> None:
    with logged_in() as peer:
        con = seen.connect(peer)
        caught: list[BaseException] = []

        def on_hub() -> None:
            try:
                con.api("status")
            except SwitchyError as exc:
                caught.append(exc)

        get_hub().post(on_hub)
        eventually(lambda: caught)
        assert isinstance(caught[0], ConfigurationError)
        con.disconnect()


# --- events ----------------------------------------------------------------------------


def test_events_and_log_lines_are_handed_on_in_order(seen: Seen) -> None:
    def script(talk: Talk) -> None:
        talk.login()
        talk.hear()
        talk.event("Event-Name: ONE", body="a body")
        talk.say("Content-Type: log/data\nContent-Length: 3\nLog-Level: 7\n\nhi\n")
        talk.reply("+OK event listener enabled plain")
        talk.event("Event-Name: TWO")
        talk.serve()

    with Peer(script) as peer:
        con = seen.connect(peer)
        con.subscribe(["CHANNEL_ANSWER", "sofia::register", "CHANNEL_PARK"])
        assert peer.talks[0].heard[1] == (
            "event plain CHANNEL_ANSWER CHANNEL_PARK CUSTOM sofia::register"
        )
        eventually(lambda: len(seen.events) == 2)
        assert [e.name for e in seen.events] == ["ONE", "TWO"]
        assert seen.events[0].body == "a body"
        assert [line.text for line in seen.lines] == ["hi\n"]
        con.disconnect()


def test_a_listener_that_raises_does_not_end_the_link(caplog: pytest.LogCaptureFixture) -> None:
    def script(talk: Talk) -> None:
        talk.login()
        talk.event("Event-Name: ONE")
        talk.serve(api="fine")

    def on_event(event: Event, received: int) -> None:
        raise ValueError("on purpose")

    with Peer(script) as peer:
        con = Connection(peer.host, peer.port, on_event=on_event)
        con.connect()
        assert con.api("status") == "fine"
        assert "on purpose" in caplog.text
        con.disconnect()


def test_an_idle_hub_does_not_die(seen: Seen) -> None:
    with logged_in(api="fine") as peer:
        con = seen.connect(peer)
        con.disconnect()
        assert get_hub()._thread.is_alive()
        con.connect()
        assert con.api("x") == "fine"
        con.disconnect()
