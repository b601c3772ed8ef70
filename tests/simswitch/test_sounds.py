"""What names stand for, how long it plays, and parts of it."""

from __future__ import annotations

from array import array
from pathlib import Path

import pytest
from simswitch.hearing import strength

from switchy_nb.simswitch.sound import sounds, wavs
from switchy_nb.simswitch.sound.sounds import Silence, Sound


@pytest.mark.parametrize(
    ("path", "seconds"),
    [
        ("tone_stream://%(251,0,1004);loops=-1", None),
        ("tone_stream://%(200,50,440);loops=3", 0.75),
        ("tone_stream://%(100,0,440);loops=2;%(100,0,620)", 0.2),
        ("{loops=4}tone_stream://%(100,0,440)", 0.4),
        ("tone_stream://nonsense", 0.0),
        ("silence_stream://-1", None),
        ("silence_stream://1500,1400", 1.5),
        ("file_string://tone_stream://%(200,0,440)!silence_stream://200", 0.65),
        ("file_string://missing.wav!tone_stream://%(200,0,440)", 0.2),
    ],
)
def test_how_long_streams_last(tmp_path: Path, path: str, seconds: float | None) -> None:
    sound = sounds.open_sound(path, tmp_path)
    assert sound is not None
    assert sound.seconds == seconds


@pytest.mark.parametrize(
    "path",
    [
        "missing.wav",
        "",
        "foo://bar",
        "tone_stream://path=/etc/hostname",
        "local_stream://moh",
        "file_string://a.wav!b.wav",
        "/etc/hostname",
        "a\x00b.wav",
    ],
)
def test_what_cannot_be_opened(tmp_path: Path, path: str) -> None:
    assert sounds.open_sound(path, tmp_path) is None


def test_a_file_may_leave_its_ending_away(tmp_path: Path) -> None:
    wavs.write(tmp_path / "t.wav", array("h", [5] * 80))
    for name in ("t.wav", "t", str(tmp_path / "t")):
        sound = sounds.open_sound(name, tmp_path)
        assert sound is not None
        assert (sound.path, sound.length) == (str(tmp_path / "t.wav"), 80)


def test_what_is_in_braces(tmp_path: Path) -> None:
    sound = sounds.open_sound("{loops=2,foo=bar}tone_stream://%(100,0,440)", tmp_path)
    assert sound is not None
    assert (sound.params, sound.kind) == ((("loops", "2"), ("foo", "bar")), "")
    assert sound.path == "{loops=2,foo=bar}tone_stream://%(100,0,440)"
    plain = sounds.open_sound("tone_stream://%(100,0,440)", tmp_path)
    assert plain is not None
    assert plain.kind == "tone_stream"


def test_loops_are_cut_anywhere() -> None:
    sound = sounds.of_samples(array("h", [1, 2, 3]), loops=2)
    assert list(sound.cut(2, 6)) == [3, 1, 2, 3, 0, 0]
    endless = sounds.of_samples(array("h", [1, 2, 3]), loops=-1)
    assert list(endless.cut(4, 5)) == [2, 3, 1, 2, 3]
    assert list(sounds.of_samples(array("h"), loops=-1).cut(0, 2)) == [0, 0]


def test_parts_of_several_sounds(tmp_path: Path) -> None:
    sound = sounds.open_sound(
        "file_string://tone_stream://%(200,0,440)!silence_stream://200!tone_stream://%(200,0,1000)",
        tmp_path,
    )
    assert sound is not None
    assert sounds.boundaries(sound) == [3600, 5200, 6800]
    whole = sound.cut(0, 6800)
    assert not any(whole[:2000])
    assert strength(whole[2000:3600], 440) > 5000
    assert not any(whole[3600:5200])
    assert strength(whole[5200:], 1000) > 5000
    assert sound.cut(3000, 3000) == whole[3000:6000]


def test_noise_is_faint_and_silence_is_none() -> None:
    noise = Sound(Silence(None, 1400)).cut(0, 16000)
    assert 0 < max(noise) <= 32768 // 1400 + 1
    assert not any(Sound(Silence(800)).cut(0, 800))


@pytest.mark.parametrize(
    ("length", "played", "taken"),
    [(16000, 4000, 16000), (32000, 16000, 16384), (24000, 16384, 24000), (None, 16480, 32768)],
)
def test_how_much_is_read_to_play_some(length: int | None, played: int, taken: int) -> None:
    assert Sound(Silence(length)).taken(played) == taken


def test_levels() -> None:
    samples = array("h", [1000, -1000, 30000])
    assert list(sounds.scaled(samples, -3)) == [400, -400, 12000]
    assert list(sounds.scaled(samples, 9)) == [4300, -4300, 32767]
    assert sounds.mixed(samples, samples)[2] == 32767
