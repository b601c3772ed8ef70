"""A link that goes: on purpose, for a while, or for good."""

from __future__ import annotations

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
