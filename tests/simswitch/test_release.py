"""Letting go of calls that are over."""

from __future__ import annotations

import pytest
from simswitch.client import Client

from switchy_nb.simswitch.calls import release
from switchy_nb.simswitch.calls.channel import Channel
from switchy_nb.simswitch.calls.states import ChannelState


def test_a_call_is_let_go_of_when_its_last_leg_has_ended(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    known: list[tuple[str, bool]] = []
    real = release.let_go

    def let_go(channel: Channel) -> None:
        assert channel.running is ChannelState.DESTROY
        real(channel)
        known.append((channel.uuid, channel.leg is None))
        assert not channel.entries

    monkeypatch.setattr(release, "let_go", let_go)
    leg = client.originate("answer")
    client.seen("CHANNEL_PARK", leg)
    peer = client.peer(leg)
    client.api(f"uuid_kill {peer}")
    client.seen("CHANNEL_DESTROY", leg)
    client.seen("CHANNEL_DESTROY", peer)
    client.until(lambda: client.api("show channels count") == "\n0 total.\n" and len(known) == 2)
    # the first one's media is still part of what the second one reports
    assert known == [(peer, False), (leg, True)]


def test_the_report_of_the_leg_that_ends_last_counts_what_the_first_one_sent(
    client: Client,
) -> None:
    leg = client.originate("tone")
    client.seen("CHANNEL_PARK", leg)
    peer = client.peer(leg)
    client.seen("PLAYBACK_START", peer)
    client.command(f"bgapi sched_hangup +1 {peer}")
    ended = client.seen("CHANNEL_HANGUP_COMPLETE", leg)
    assert int(ended["variable_rtp_audio_in_media_packet_count"]) > 0
