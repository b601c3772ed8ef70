"""What the latencies of a call are."""

import numpy as np
import pandas as pd
import pytest

from switchy_nb import analysis

A, B = (
    np.array([t, "NaT"], "datetime64[us]") for t in ("2026-01-01T00:00:01", "2026-01-01T00:00:02.5")
)


@pytest.mark.parametrize(
    ("function", "start", "end"),
    [
        (analysis.invite_latency, "caller_create", "callee_create"),
        (analysis.answer_latency, "callee_answer", "caller_answer"),
        (analysis.call_setup_latency, "caller_create", "caller_answer"),
        (analysis.originate_latency, "launched", "began"),
        (analysis.call_duration, "caller_create", "hungup"),
    ],
)
def test_each_is_the_time_from_one_moment_to_another(function, start, end):
    assert function(**{start: A, end: B})[0] == 1.5
    assert function(**{start: B, end: A})[0] == -1.5
    assert np.isnan(function(**{start: A, end: B})[1])


def test_series_of_a_frame_do_as_well():
    one, other = (pd.Series(pd.DatetimeIndex(x).tz_localize("UTC")) for x in (A, B))
    seconds = analysis.seconds_between(one, other)
    assert seconds.dtype == "float64"
    assert seconds.fillna(-1).tolist() == [1.5, -1]


def test_the_post_dial_delay_ends_with_the_first_that_the_caller_hears():
    later = np.array(["2026-01-01T00:00:09"] * 2, "datetime64[us]")
    for progress, answer, seconds in ((B, later, 1.5), (later, B, 8), (B[1:], B[:1], 1.5)):
        delay = analysis.post_dial_delay(
            caller_create=A[:1], progress=progress[:1], caller_answer=answer[:1]
        )
        assert delay[0] == seconds
    unknown = analysis.post_dial_delay(caller_create=A[:1], progress=B[1:], caller_answer=B[1:])
    assert np.isnan(unknown[0])


def test_the_post_dial_delay_of_a_recordings_calls(load_calls, load_sessions):
    delays = analysis.post_dial_delays(load_calls, load_sessions)
    assert delays.name == "post_dial_delay"
    assert delays.index.equals(load_calls.index)
    assert delays.notna().all()
    assert (delays <= load_calls["call_setup_latency"] + 1e-9).all()
    strangers = analysis.post_dial_delays(load_calls.assign(caller="nobody"), load_sessions)
    assert (strangers == load_calls["call_setup_latency"]).all()
