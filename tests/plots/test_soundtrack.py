"""Recorded sound, drawn with what its leg did, and played."""

import wave

import numpy as np
import pytest
from matplotlib.figure import Figure
from matplotlib.text import Text
from scenarios import shared
from soundfiles import write_wav

from switchy_nb.errors import RecordingError
from switchy_nb.plots import sound
from switchy_nb.plots.soundtrack import SoundFigure
from switchy_nb.plots.wavefile import levels, read_sound


def words(figure):
    return [text.get_text() for text in figure.findobj(Text) if text.get_text()]


@pytest.fixture
def recorded(tmp_path):
    """A recording whose first leg was recorded, and a file of that name."""
    recording = shared("record_both_legs")
    leg = recording.sessions.index[0]
    return recording, leg, write_wav(tmp_path / f"probe_{leg}.wav", 0.56)


def test_the_leg_and_the_sound_have_one_time_axis(recorded):
    recording, leg, path = recorded
    figure = recording.sound(path)
    lane, wave_, spectrum = figure.axes
    for ax in figure.axes:
        assert ax.get_xlim() == (0, pytest.approx(0.56))
    assert leg[:8] in lane.get_yticklabels()[0].get_text()
    assert "up" in [text.get_text() for text in lane.texts]
    assert "park" in [text.get_text() for text in lane.texts]
    events = recording.events
    began = events[(events["name"] == "RECORD_START") & (events["session"] == leg)]
    assert f"{began['received'].iloc[0]:%H:%M:%S.%f}" in spectrum.get_xlabel()
    assert wave_.get_ylabel() == "level (±1)"
    assert spectrum.get_ylabel() == "frequency (kHz)"


def test_the_loudest_frequency_is_where_the_tone_is(tmp_path):
    figure = sound(write_wav(tmp_path / "tone.wav", 0.45), view="spectrogram")
    (picture,) = figure.axes[0].images
    decibels = np.asarray(picture.get_array())
    loudest = decibels.mean(axis=1).argmax() / (len(decibels) - 1) * 4
    assert loudest == pytest.approx(1.004, abs=0.05)
    (key,) = figure.axes[0].child_axes
    assert key.get_ylabel() == "dB of full scale"
    assert key.get_ylim() == picture.get_clim()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_no_text_lies_on_another(recorded, theme, overlaps):
    recording, _, path = recorded
    assert overlaps(recording.sound(path, theme=theme)) == []
    assert overlaps(sound(write_wav(path.with_name("two.wav"), 3, channels=2), theme=theme)) == []


def test_each_channel_has_its_waveform(tmp_path):
    figure = sound(write_wav(tmp_path / "two.wav", 1.5, channels=2), view="waveform")
    assert [ax.get_ylabel() for ax in figure.axes] == ["left (±1)", "right (±1)"]


def test_a_notebook_plays_it(recorded):
    pytest.importorskip("IPython")
    recording, _, path = recorded
    figure = recording.sound(path)
    assert isinstance(figure, SoundFigure)
    html = figure._repr_html_()
    assert "<audio" in html
    assert html.count("base64,") == 2
    assert "data:audio/" in figure.audio._repr_html_()


def test_a_leg_can_be_named_and_what_was_not_recorded_is_an_error(recorded, tmp_path):
    recording, leg, path = recorded
    other = write_wav(tmp_path / "renamed.wav", 0.5)
    assert leg[:8] in " ".join(words(recording.sound(other, leg)))
    with pytest.raises(RecordingError, match=r"recorded to 'renamed.wav'; recorded were probe_"):
        recording.sound(other)
    with pytest.raises(RecordingError, match="no session 'nobody' is recorded"):
        recording.sound(path, "nobody")
    with pytest.raises(RecordingError, match=r"there is no file .*fetch it first"):
        recording.sound(tmp_path / f"probe_{leg}.wav.gone", leg)


def test_what_is_no_wav_file_is_an_error(tmp_path):
    (tmp_path / "text.wav").write_text("not a sound at all")
    with pytest.raises(RecordingError, match="cannot be read as a WAV file"):
        sound(tmp_path / "text.wav")
    (tmp_path / "none.wav").write_bytes(b"")
    with pytest.raises(RecordingError, match="cannot be read as a WAV file"):
        sound(tmp_path / "none.wav")


def test_of_silence_it_says_so(tmp_path):
    empty = write_wav(tmp_path / "empty.wav", 0)
    assert words(sound(empty)) == ["Nothing to draw: there is no sound in empty.wav."]


def test_it_draws_into_axes_that_are_given(tmp_path):
    path = write_wav(tmp_path / "tone.wav", 0.5)
    figure = Figure(figsize=(8, 4))
    top, bottom = figure.subplots(2)
    assert sound(path, ax=top) is figure
    assert sound(path, ax=bottom, view="spectrogram") is figure
    assert top.collections
    assert bottom.images
    with pytest.raises(ValueError, match="'spectrum' is no view of sound; did you mean"):
        sound(path, view="spectrum")


@pytest.mark.parametrize("width", [1, 2, 4])
def test_samples_of_every_width_are_between_minus_one_and_one(tmp_path, width):
    path = tmp_path / "full.wav"
    full = {1: [0, 128, 255], 2: [-32768, 0, 32767], 4: [-(2**31), 0, 2**31 - 1]}[width]
    kind = {1: "<u1", 2: "<i2", 4: "<i4"}[width]
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(width)
        file.setframerate(8000)
        file.writeframes(np.array(full, kind).tobytes())
    samples = read_sound(path).samples[:, 0]
    assert samples == pytest.approx([-1, 0, 1], abs=0.01)


def test_levels_are_least_greatest_and_mean():
    low, high, mean = levels(np.array([0.0, 1.0, -1.0, 0.5]), 2)
    assert low.tolist() == [0, -1]
    assert high.tolist() == [1, 0.5]
    assert mean == pytest.approx([0.5**0.5, 0.625**0.5])
