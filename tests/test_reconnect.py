"""A link that goes: on purpose, for a while, or for good."""

from __future__ import annotations

import socket
import subprocess
import sys
import textwrap
import threading

from helpers import Peer, Seen, Talk, eventually, logged_in

from switchy_nb.connection import Connection, LinkState


def test_a_lost_link_comes_back_subscribed_and_filtered(seen: Seen) -> None:
    def script(talk: Talk) -> None:
        talk.login()
        talk.serve(api="fine")

    with Peer(script) as peer:
        con = seen.connect(peer, autorecon=True)
        con.subscribe()
        con.filter("Unique-ID", "a")
        con.filter("Unique-ID", "b")
        con.filter_delete("Unique-ID", "a")
        con.log(7)
        peer.talks[0].kill()
        eventually(lambda: [s for s, _ in seen.links] == [LinkState.DOWN, LinkState.UP])
        assert peer.talks[1].heard[1:] == ["event plain all", "filter Unique-ID b", "log 7"]
        assert con.api("x") == "fine"
        con.disconnect()


def test_a_link_that_does_not_come_back_is_given_up(seen: Seen) -> None:
    with logged_in() as peer:
        con = seen.connect(peer, autorecon=0.5)
        peer.close()
        eventually(lambda: seen.links[-1:] and seen.links[-1][0] is LinkState.GONE)
        assert not con.connected()


def test_a_changed_secret_ends_the_attempts(seen: Seen) -> None:
    answers = ["+OK accepted", "-ERR invalid"]

    def script(talk: Talk) -> None:
        talk.login(answers[min(len(peer.talks) - 1, 1)])
        talk.serve()

    with Peer(script) as peer:
        seen.connect(peer, autorecon=True)
        peer.talks[0].kill()
        eventually(lambda: seen.links[-1:] and seen.links[-1][0] is LinkState.GONE)
        assert len(peer.talks) == 2


def test_disconnect_ends_coming_back(seen: Seen) -> None:
    with logged_in() as peer:
        con = seen.connect(peer, autorecon=True)
        peer.close()
        eventually(lambda: seen.links)
        con.disconnect()
        con.disconnect()
        assert con._returning is None
        assert LinkState.UP not in [s for s, _ in seen.links]


def test_disconnect_twice_and_connect_again(seen: Seen) -> None:
    with logged_in(api="fine") as peer:
        con = Connection(peer.host, peer.port)
        con.disconnect()
        con.connect()
        con.connect()
        con.disconnect()
        con.disconnect()
        assert not con.connected()
        con.connect()
        assert con.api("x") == "fine"
        con.disconnect()
        assert len(peer.talks) == 2
        assert [t.heard[-1] for t in peer.talks] == ["exit", "exit"]


def test_a_lingering_goodbye_still_brings_events(seen: Seen) -> None:
    def script(talk: Talk) -> None:
        talk.login()
        talk.say(
            "Content-Type: text/disconnect-notice\nContent-Disposition: linger\n"
            "Content-Length: 0\n\n"
        )
        talk.event("Event-Name: LAST")

    with Peer(script) as peer:
        seen.connect(peer)
        eventually(lambda: seen.links)
        assert [e.name for e in seen.events] == ["LAST"]
        assert "goodbye" in seen.links[0][1]


class SlowToGreet:
    """A peer that lets the first client in, and the next ones only when it is told to."""

    def __init__(self) -> None:
        self.greet = threading.Event()
        self.peer = Peer(self.script)

    def script(self, talk: Talk) -> None:
        if len(self.peer.talks) > 1:
            self.greet.wait(10)
        talk.login()
        talk.serve(api="fine")


def test_disconnect_while_an_attempt_to_come_back_is_under_way(seen: Seen) -> None:
    slow = SlowToGreet()
    with slow.peer as peer:
        con = seen.connect(peer, autorecon=True)
        peer.talks[0].kill()
        eventually(lambda: len(peer.talks) == 2)
        con.disconnect()
        slow.greet.set()
        eventually(lambda: gone(peer.talks[1]))
        assert not con.connected()
        assert [s for s, _ in seen.links] == [LinkState.DOWN]


def gone(talk: Talk) -> bool:
    """Whether the client has closed its side."""
    try:
        talk.sock.settimeout(0.01)
        return talk.sock.recv(1, socket.MSG_PEEK) == b""
    except TimeoutError:
        return False
    except OSError:
        return True


def test_connect_while_an_attempt_to_come_back_is_under_way_makes_one_link(seen: Seen) -> None:
    slow = SlowToGreet()
    with slow.peer as peer:
        con = seen.connect(peer, autorecon=True)
        peer.talks[0].kill()
        eventually(lambda: len(peer.talks) == 2)
        connecting = threading.Thread(target=con.connect)
        connecting.start()
        slow.greet.set()
        connecting.join(10)
        assert con.api("x") == "fine"
        eventually(lambda: LinkState.UP in [s for s, _ in seen.links])
        assert len(peer.talks) == 2
        con.disconnect()
        eventually(lambda: gone(peer.talks[1]))


def test_a_peer_that_resets_in_the_middle_of_the_login_is_tried_again(seen: Seen) -> None:
    def script(talk: Talk) -> None:
        if len(peer.talks) == 2:
            talk.say("Content-Type: auth/request\n\n")
            talk.kill()
        else:
            talk.login()
            talk.serve(api="fine")

    with Peer(script) as peer:
        con = seen.connect(peer, autorecon=True)
        peer.talks[0].kill()
        eventually(lambda: LinkState.UP in [s for s, _ in seen.links])
        assert len(peer.talks) == 3
        con.disconnect()


def test_what_is_said_last_counts_when_it_is_said_again(seen: Seen) -> None:
    with logged_in() as peer:
        con = seen.connect(peer, autorecon=True)
        con.subscribe("all")
        for _ in range(2):
            con.subscribe("HEARTBEAT")
            con.unsubscribe("HEARTBEAT")
        for level in (7, 4, 7):
            con.log(level)
        peer.talks[0].kill()
        eventually(lambda: LinkState.UP in [s for s, _ in seen.links])
        assert peer.talks[1].heard[1:] == [
            "event plain all",
            "event plain HEARTBEAT",
            "nixevent HEARTBEAT",
            "log 4",
            "log 7",
        ]
        con.disconnect()


def test_an_interrupted_disconnect_still_disconnects() -> None:
    def script(talk: Talk) -> None:
        talk.login()
        talk.wait()

    with Peer(script) as peer:
        code = f"""
            import signal, threading
            from switchy_nb.connection import Connection
            con = Connection({peer.host!r}, {peer.port})
            con.connect()
            link = con._link
            threading.Timer(0.2, signal.raise_signal, [signal.SIGINT]).start()
            try:
                con.disconnect()
            except KeyboardInterrupt:
                print("interrupted")
            from switchy_nb.hub import get_hub
            import gevent
            def ended():
                gevent.joinall(link._greenlets, timeout=5)
                return all(g.dead for g in link._greenlets)
            print(get_hub().run(ended, 6, lambda: "the greenlets"), con.connected())
        """
        done = subprocess.run(
            [sys.executable, "-c", textwrap.dedent(code)],
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )
    assert done.stdout == "interrupted\nTrue False\n", done.stderr
