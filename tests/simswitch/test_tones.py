"""The tone language, and the samples of its beats."""

from __future__ import annotations

import pytest
from simswitch.hearing import PLAIN, strength

from switchy_nb.simswitch.sound import tones
from switchy_nb.simswitch.sound.tones import Beat


def test_a_beat_is_its_pitches_then_silence() -> None:
    (beat,) = tones.read("v=-7;%(200,50,440,620)")
    assert (beat.on, beat.off, beat.pitches) == (1600, 400, (440.0, 620.0))
    samples = beat.read(0, len(beat))
    on, off = samples[:1600], samples[1600:]
    for hertz in (440, 620):
        assert strength(on, hertz) == pytest.approx(PLAIN / 2, rel=0.05)
    assert strength(on, 1000) < PLAIN / 40
    assert not any(off)


@pytest.mark.parametrize(
    ("script", "beats"),
    [
        ("%(100,0,440)%(50,50,620)", [(800, 0, 440.0), (400, 400, 620.0)]),
        ("%(100,0,440);%(50,50,620)", [(800, 0, 440.0), (400, 400, 620.0)]),
        ("L=2;%(100,0,440)", [(800, 0, 440.0)] * 2),
        ("l=3;%(100,0,440);%(50,0,620)", [(800, 0, 440.0)] * 3 + [(400, 0, 620.0)]),
        ("d=200;w=100;1", [(1600, 800, 697.0)]),
        ("%(100,100)", []),
        ("%(100,100);%(100,0,440)", []),
        ("nonsense", []),
        ("%(100,0,0)", []),
        (" %( 100 , 0 , 440 ) ", [(800, 0, 440.0)]),
        ("%(-5,0,440)", [(0, 0, 440.0)]),
        ("%(x,y,z)", []),
    ],
)
def test_what_a_script_plays(script: str, beats: list[tuple[int, int, float]]) -> None:
    assert [(b.on, b.off, b.pitches[0]) for b in tones.read(script)] == beats


def test_a_setting_that_nothing_ends_is_also_played() -> None:
    # libteletone sets the level and then reads "=-20" as keys
    first, two, nought = tones.read("%(200,0,440);v=-20")
    assert (first.level, two.level, nought.level) == (-7.0, -20.0, -20.0)
    assert (two.pitches, nought.pitches) == ((697.0, 1336.0), (941.0, 1336.0))
    assert (two.on, two.off) == (2000, 500)


@pytest.mark.parametrize(("script", "level"), [("v=-20", -20.0), ("v=3", -7.0), ("v=-99", -7.0)])
def test_levels_have_limits(script: str, level: float) -> None:
    assert tones.read(f"{script};%(10,0,440)")[0].level == level


def test_a_tone_fades_by_steps() -> None:
    (beat,) = tones.read(">=50;+=2;%(400,0,440)")
    for n in range(8):
        part = beat.read(n * 400, 400)
        assert strength(part, 440) == pytest.approx(PLAIN * 10 ** (-2 * n / 20), rel=0.03)


def test_any_part_of_a_beat_is_the_same_samples() -> None:
    for beat in (Beat((440.0, 620.5), 3000, 500), Beat((440.0,), 20000, 0), Beat((50.0,), 9, 9)):
        whole = beat.read(0, len(beat))
        for start in (0, 7, len(beat) // 2):
            count = min(1000, len(beat) - start)
            assert beat.read(start, count) == whole[start : start + count]


def test_a_script_cannot_fill_the_memory() -> None:
    assert len(tones.read("L=999999;l=-1;%(99999999,0,440)")) <= 4096
    (beat,) = tones.read("%(999999999,0,440)")
    assert len(beat.read(10**9, 160)) == 160


def test_a_key_is_two_tones() -> None:
    samples = tones.key("5", 100).read(0, 800)
    for hertz in (770, 1336):
        assert strength(samples, hertz) > PLAIN / 3
    assert strength(samples, 941) < 500
    assert not any(tones.key("?", 100).read(0, 800))
