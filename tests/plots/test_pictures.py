"""Every picture, in both themes, is still the one that somebody looked at.

``make baselines`` draws the reference images anew, after a change that is meant; look at them.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from callframes import calls_frame, legs_and_events, run_that_went_bad
from scenarios import shared, told, with_commands, with_waits
from soundfiles import quality_frame, write_wav

from switchy_nb import plots

HERE = Path(__file__).parent
BASELINE = "baseline"
#: Root of the mean square of the differences, of 255: a letter more or less is about 1.
TOLERANCE = 0.7
GROUNDS = {"light": "#ffffff", "dark": "#111111"}


def timeline_of(name, **options):
    return lambda _, theme: plots.timeline(*told(with_commands(name)), theme=theme, **options)


def timeline_of_many(count, **options):
    calls = run_that_went_bad(count)
    return lambda _, theme: plots.timeline(
        *legs_and_events(calls), calls=calls, theme=theme, **options
    )


def ladder_of(name):
    return lambda _, theme: plots.ladder(*told(with_commands(name)), theme=theme)


def chart(draw, calls, *given, **options):
    return lambda _, theme: draw(calls(), *given, theme=theme, **options)


def load():
    recording = shared("load_600_calls")
    return recording.calls.assign(post_dial_delay=plots_delays(recording))


def plots_delays(recording):
    from switchy_nb.analysis import post_dial_delays

    return post_dial_delays(recording.calls, recording.sessions)


def recorded_leg(folder, theme):
    recording = shared("record_both_legs")
    leg = recording.sessions.index[0]
    return recording.sound(write_wav(folder / f"probe_{leg}.wav", 0.56), theme=theme)


def two_channels(folder, theme):
    return plots.sound(write_wav(folder / "two.wav", 2.5, channels=2), theme=theme)


PICTURES = {
    "timeline_bridged": timeline_of("bridged_calls"),
    "timeline_digits": timeline_of("dtmf_across"),
    "timeline_waits": lambda _, theme: plots.timeline(
        *told(with_waits("dtmf_across")), theme=theme
    ),
    "timeline_playback_by_clock": timeline_of("tone_and_echo", time="clock"),
    "timeline_recordings": timeline_of("record_both_legs"),
    "timeline_hostile": timeline_of("hostile_values"),
    "timeline_ten_calls_by_cause": timeline_of("ten_calls", sort="cause"),
    "timeline_ten_calls_aligned": timeline_of("ten_calls", time="call", colour="duration_s"),
    "dense_load": lambda _, theme: shared("load_600_calls").timeline(theme=theme),
    "dense_causes": timeline_of_many(1000, colour="cause", sort="-call_duration"),
    "dense_latencies_by_clock": timeline_of_many(300, colour="latency", time="clock"),
    "ladder_busy": ladder_of("busy"),
    "ladder_digits": ladder_of("dtmf_across"),
    "ladder_chain": ladder_of("bridged_calls"),
    "latencies_load": chart(plots.latencies, load),
    "latencies_wide": chart(plots.latencies, run_that_went_bad),
    "latencies_by_app": chart(plots.latencies, run_that_went_bad, by="app"),
    "rates_load": chart(plots.rates, load),
    "rates_bad": chart(plots.rates, run_that_went_bad),
    "causes": chart(plots.causes, run_that_went_bad),
    "health_load": chart(plots.health, load),
    "health_bad": chart(plots.health, run_that_went_bad),
    "quality": chart(plots.quality, quality_frame),
    "quality_of_two_legs": lambda _, theme: shared("tone_and_echo").quality(theme=theme),
    "sound_of_a_leg": recorded_leg,
    "sound_of_two_channels": two_channels,
    "nothing": chart(plots.causes, lambda: calls_frame([0], [0.1], [1]).iloc[:0]),
}


def saved(theme):
    """How a figure is saved to be compared."""
    return {
        "facecolor": GROUNDS[theme],
        "dpi": 50,
        "bbox_inches": "tight",
        "pad_inches": 0.1,
        "metadata": {"Software": None},
        "pil_kwargs": {"optimize": True},
    }


def compared(theme):
    """Mark a test whose figure is compared with its reference image."""
    return pytest.mark.mpl_image_compare(
        baseline_dir=BASELINE,
        tolerance=TOLERANCE,
        style="default",
        backend="agg",
        savefig_kwargs=saved(theme),
    )


@compared("light")
@pytest.mark.parametrize("name", PICTURES)
def test_light(name, tmp_path):
    return PICTURES[name](tmp_path, "light")


@compared("dark")
@pytest.mark.parametrize("name", PICTURES)
def test_dark(name, tmp_path):
    return PICTURES[name](tmp_path, "dark")


def test_pictures_are_compared_whenever_tests_are_run(pytestconfig):
    assert pytestconfig.getoption("mpl") or pytestconfig.getoption("mpl_generate_path")


def test_there_is_a_small_reference_image_for_each_picture_and_no_other():
    files = {file.name: file.stat().st_size for file in (HERE / BASELINE).iterdir()}
    expected = {f"test_{theme}_{name}.png" for theme in GROUNDS for name in PICTURES}
    assert set(files) == expected
    assert max(files.values()) < 100_000


def causes_of(failed):
    causes = ["USER_BUSY"] * failed + ["NORMAL_CLEARING"] * (40 - failed)
    return plots.causes(calls_frame([*range(40)], [0.1] * 40, [1.0] * 40, hangup_cause=causes))


TWO_PICTURES = """
from test_pictures import causes_of, compared

@compared("light")
def test_same():
    return causes_of(1)

@compared("light")
def test_changed():
    return causes_of(2)
"""


@pytest.mark.timeout(240)
def test_a_picture_that_has_changed_fails(tmp_path):
    """One call of forty that failed more is enough; nothing changed is none."""
    (tmp_path / BASELINE).mkdir()
    for name in ("same", "changed"):
        causes_of(1).savefig(tmp_path / BASELINE / f"test_{name}.png", **saved("light"))
    test = tmp_path / "test_two.py"
    test.write_text(TWO_PICTURES)
    rooms = os.pathsep.join(map(str, (HERE, HERE.parent, HERE.parent.parent)))
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "--mpl", "-p", "no:cacheprovider", str(test)],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": rooms, "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        timeout=200,
        check=False,
    )
    assert "1 failed, 1 passed" in done.stdout, done.stdout
    assert "Image files did not match" in done.stdout
    assert "FAILED test_two.py::test_changed" in done.stdout
