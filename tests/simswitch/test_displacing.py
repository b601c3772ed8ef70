"""uuid_audio and uuid_displace: what they answer, what they show, how it sounds."""

from __future__ import annotations

from pathlib import Path

import pytest
from simswitch.client import Client
from simswitch.hearing import PLAIN, read, strength


@pytest.fixture
def legs(client: Client) -> tuple[str, str]:
    """Both legs of a call with an endless tone, whose recordings begin at once."""
    a = client.originate("tone")
    b = client.peer(a)
    client.seen("CHANNEL_PARK", a)
    for leg in (a, b):
        client.api(f"uuid_setvar {leg} RECORD_PRE_BUFFER_FRAMES 1")
    return a, b


def heard(client: Client, leg: str, path: Path, milliseconds: int = 300) -> list[float]:
    """Record a leg for a while; give how strong the tone is, and 440 Hz."""
    client.api(f"uuid_record {leg} start {path}")
    client.api(f"uuid_broadcast {leg} silence_stream://{milliseconds}")
    count = len(client.found("PLAYBACK_STOP", leg)) + 1
    client.seen("PLAYBACK_STOP", leg, count)
    stops = len(client.found("RECORD_STOP", leg)) + 1
    client.api(f"uuid_record {leg} stop {path}")
    client.seen("RECORD_STOP", leg, stops)
    samples = read(path)[0][160 * 4 :]
    return [strength(samples, 1004) / PLAIN, strength(samples, 440) / PLAIN]


def test_levels_are_heard(client: Client, legs: tuple[str, str], tmp_path: Path) -> None:
    a, b = legs
    tone = f"uuid_audio {b} start write"
    for n, (command, wanted) in enumerate(
        [
            (f"{tone} level -3", 0.4),
            (f"{tone} mute 1", 0.0),
            (f"{tone} level 0", 0.0),
            (f"{tone} mute 0", 1.0),
            (f"uuid_audio {a} start read level 2", 2.3),
            (f"uuid_audio {a} stop", 1.0),
        ]
    ):
        assert client.api(command) == "+OK\n"
        assert heard(client, a, tmp_path / f"{n}.wav")[0] == pytest.approx(wanted, abs=0.08)
    assert [e["Media-Bug-Target"] for e in client.found("MEDIA_BUG_START", b)] == ["level"]
    assert len(client.found("MEDIA_BUG_STOP", b)) == 1


@pytest.mark.parametrize(
    "args",
    [
        "",
        "{a}",
        "{a} start",
        "{a} bogus",
        "{a} start both mute 1",
        "{a} start read mute",
        "{a} start read foo 1",
    ],
)
def test_how_levels_are_set(client: Client, legs: tuple[str, str], args: str) -> None:
    assert client.api(f"uuid_audio {args.format(a=legs[0])}").startswith("-USAGE: <uuid> [start")
    assert client.api("uuid_audio x stop") == "-ERR No such channel!\n"


@pytest.mark.parametrize(
    ("flags", "who", "tone", "other"),
    [("", 1, 0.0, 1.0), ("m", 1, 1.0, 1.0), ("r", 0, 0.0, 1.0), ("l", 1, 0.0, 1.0)],
)
def test_displaced_sounds_are_heard(
    client: Client,
    legs: tuple[str, str],
    tmp_path: Path,
    flags: str,
    who: int,
    tone: float,
    other: float,
) -> None:
    a, leg = legs[0], legs[who]
    path = f"tone_stream://%(9000,0,440) 0 {flags}".strip()
    assert client.api(f"uuid_displace {leg} start {path}") == "+OK Success\n"
    assert client.api(f"uuid_displace {leg} start {path}") == "-ERR Cannot displace session!\n"
    assert "<function>displace</function>" in client.api(f"uuid_buglist {leg}")
    assert heard(client, a, tmp_path / "a.wav") == pytest.approx([tone, other], abs=0.08)
    stop = f"uuid_displace {leg} stop {path.split()[0]}"
    assert client.api(stop) == "+OK Success\n"
    assert client.api(stop) == "-ERR Cannot stop displace session!\n"
    assert heard(client, a, tmp_path / "b.wav") == pytest.approx([1.0, 0.0], abs=0.08)


def test_a_displaced_sound_ends_by_itself(client: Client, legs: tuple[str, str]) -> None:
    _, b = legs
    client.api(f"uuid_displace {b} start tone_stream://%(100,0,440)")
    stopped = client.seen("MEDIA_BUG_STOP", b)
    assert stopped["Media-Bug-Function"] == "displace"
    begun = int(client.seen("MEDIA_BUG_START", b)["Event-Date-Timestamp"])
    assert int(stopped["Event-Date-Timestamp"]) - begun < 600_000


def test_how_sounds_are_displaced(client: Client, legs: tuple[str, str]) -> None:
    a, _ = legs
    assert client.api("uuid_displace x start y.wav") == "-ERR Cannot locate session!\n"
    assert client.api(f"uuid_displace {a} start").startswith("-USAGE")
    assert client.api(f"uuid_displace {a} bogus y.wav").startswith("-USAGE")
    answer = client.api(f"uuid_displace {a} start missing.wav")
    assert answer == "-ERR Cannot displace session!\n"
