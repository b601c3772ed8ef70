"""Whether a run was healthy, and when it stopped being so."""

import pandas as pd
import pytest
from callframes import START, calls_frame, run_that_went_bad

from switchy_nb.analysis.health import judge


def test_a_real_load_run_was_healthy(load_calls):
    health = judge(load_calls)
    assert health.healthy
    assert health.since is None
    assert health.words == "Healthy from the first to the last: 600 calls, 100.0 % answered."


def test_it_says_when_it_stopped_being_healthy_and_why():
    health = judge(run_that_went_bad())
    assert not health.healthy
    # it went wrong at 62 s, which is in the window from 60 s to 65 s
    assert health.since is not None
    assert abs((health.since - START).total_seconds() - 60) < 5
    assert "too few calls were answered" in health.words
    assert "set-up was slow" in health.words
    assert f"{health.since:%H:%M:%S}" in health.words
    assert not health.windows["few"].iloc[:11].any()
    assert health.windows["slow"].iloc[-3:].all()


@pytest.mark.parametrize("seed", range(20))
def test_chance_alone_raises_no_alarm(seed):
    calls = run_that_went_bad(600, seed, from_=1000)
    assert judge(calls, asr=0.99).healthy


def test_a_few_failures_of_a_few_calls_prove_nothing():
    health = judge(calls_frame([0, 1, 2, 3], [0.1, None, 0.1, 0.1], [1, 1, 1, 1]))
    assert health.healthy
    assert health.words == "Nothing that chance would not explain: 4 calls, 75.0 % answered."


def test_failures_that_are_spread_out_are_found_all_together():
    begins = [float(at) for at in range(200)]
    setups = [None if at % 8 == 0 else 0.1 for at in range(200)]
    health = judge(calls_frame(begins, setups, [1.0] * 200))
    assert not health.healthy
    assert health.since is None
    assert "87.5 % of 200 calls, where 95 % should be" in health.words


def test_what_is_slow_can_be_told():
    calls = calls_frame([0, 1, 2, 3], [0.3] * 4, [1.0] * 4)
    assert judge(calls).healthy
    assert not judge(calls, setup_s=0.2).healthy
    assert judge(calls, setup_s=0.2).setup_limit == 0.2


def test_of_no_calls_nothing_is_said():
    health = judge(calls_frame([0], [0.1], [1]).iloc[:0])
    assert health.healthy
    assert health.words.startswith("0 calls")
    unknown = calls_frame([0], [0.1], [1])
    for name in ("caller_create", "launched"):
        unknown[name] = pd.Series(pd.NaT, unknown.index, dtype="datetime64[us, UTC]")
    assert "nobody knows when" in judge(unknown).words


def test_a_share_is_from_0_to_1():
    with pytest.raises(ValueError, match="a share from 0 to 1"):
        judge(calls_frame([0], [0.1], [1]), asr=95)
