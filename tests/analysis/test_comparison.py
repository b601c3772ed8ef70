"""What is said of two runs: that of runs alike nothing changed, and of others what did."""

import numpy as np
import pandas as pd
import pytest

from switchy_nb.analysis.comparison import (
    COLUMNS,
    changed_calls,
    compare_calls,
    comparison_in_words,
)

BASE = pd.Timestamp("2026-11-23 10:00", tz="UTC")


def run(seed, count=300, busy=0.02, median=0.5, number="7001"):
    """A frame of calls of a carrier."""
    chance = np.random.default_rng(seed)
    refused = chance.random(count) < busy
    setup = np.where(refused, np.nan, chance.lognormal(np.log(median), 0.4, count))
    created = pd.Series(BASE + pd.to_timedelta(np.arange(count) / 10, unit="s"))
    answered = created + pd.to_timedelta(setup, unit="s")
    return pd.DataFrame(
        {
            "caller_create": created,
            "caller_answer": answered,
            "hungup": answered.where(~refused, created) + pd.Timedelta("5s"),
            "call_setup_latency": setup,
            "hangup_cause": np.where(refused, "USER_BUSY", "NORMAL_CLEARING"),
            "destination": number,
        }
    ).set_index(pd.Index([f"{number}-{seed}-{n}" for n in range(count)], name="call"))


def row(frame, measure, group="all"):
    found = frame[(frame["measure"] == measure) & (frame["group"] == group)]
    assert len(found) == 1
    return found.iloc[0]


def test_of_two_runs_alike_nothing_changed():
    frame = compare_calls(run(1), run(2))
    assert list(frame.columns) == list(COLUMNS)
    assert set(frame["verdict"]) == {"noise"}
    assert comparison_in_words(frame, ("before", "after"), 0.05) == (
        "300 calls before, 300 after: none of the 5 things compared changed by more than noise."
    )


def test_false_alarms_are_as_rare_as_they_should_be():
    alarms = sum(
        bool((compare_calls(run(n, 60), run(n + 1000, 60))["verdict"] != "noise").any())
        for n in range(100)
    )
    assert alarms <= 10  # 5 are expected; more than 10 would come in 1 of 100 tries


def test_a_carrier_that_got_worse():
    frame = compare_calls(run(1), run(2, busy=0.12, median=0.9))
    answered = row(frame, "answered")
    assert answered["verdict"] == "worse"
    assert answered["unit"] == "share"
    assert (answered["n_before"], answered["n_after"]) == (300, 300)
    assert answered["low"] < answered["change"] < answered["high"] < 0
    assert row(frame, "USER_BUSY")["verdict"] == "worse"
    assert row(frame, "NORMAL_CLEARING")["verdict"] == "changed"
    setup = row(frame, "call_setup_latency")
    assert setup["verdict"] == "worse"
    assert setup["before"] == pytest.approx(run(1)["call_setup_latency"].median())
    assert 0.2 < setup["low"] < setup["change"] < setup["high"] < 0.6
    assert setup["effect"] > 0.474
    assert row(frame, "call_setup_latency (slow)")["after"] > 0.2
    assert (frame["p_corrected"] >= frame["p"]).all()
    words = comparison_in_words(frame, ("monday", "tuesday"), 0.05)
    assert words.startswith("300 calls monday, 300 tuesday: 5 of the 5 things compared changed")
    assert "  worse: Call set-up: median 0.5" in words
    assert "n = " in words
    assert "p < 0.0001, large effect (δ = +0.6" in words


def test_a_carrier_that_got_better():
    frame = compare_calls(run(1, busy=0.2, median=0.9), run(2))
    assert set(frame["verdict"]) == {"better", "changed"}


def test_a_tail_that_grew_is_seen_though_the_median_did_not_move():
    before, after = run(1, busy=0), run(2, busy=0)
    after.iloc[::8, after.columns.get_loc("call_setup_latency")] += 4
    frame = compare_calls(before, after)
    assert row(frame, "call_setup_latency (slow)")["verdict"] == "worse"
    assert row(frame, "call_setup_latency")["p95_after"] > 4


def test_groups_tell_where_it_changed():
    before = pd.concat([run(1, number="east"), run(2, number="west")])
    after = pd.concat([run(3, number="east"), run(4, number="west", median=1.5)])
    frame = compare_calls(before, after, by="destination")
    assert row(frame, "call_setup_latency", "west")["verdict"] == "worse"
    assert row(frame, "call_setup_latency", "east")["verdict"] == "noise"
    assert "Call set-up (west): median" in comparison_in_words(frame, ("a", "b"), 0.05)


def test_too_few_calls_are_told_and_not_judged():
    frame = compare_calls(run(1, 3), run(2, 300, median=9))
    assert set(frame["verdict"]) == {"too few"}
    assert frame["p_corrected"].isna().all()
    words = comparison_in_words(frame, ("before", "after"), 0.05)
    assert "could not be compared: there are fewer than 5 calls" in words


def test_no_calls_at_all_are_told():
    frame = compare_calls(run(1).head(0), run(2))
    assert len(frame) == 0
    assert "nothing to compare" in comparison_in_words(frame, ("before", "after"), 0.05)


def test_what_cannot_be_compared_is_an_error():
    with pytest.raises(ValueError, match="did you mean 'destination'"):
        compare_calls(run(1), run(2), by="destinations")
    with pytest.raises(
        ValueError, match="before is no frame of calls: it lacks call_setup_latency"
    ):
        compare_calls(run(1).drop(columns="call_setup_latency"), run(2))
    with pytest.raises(ValueError, match="alpha is a chance"):
        compare_calls(run(1), run(2), alpha=5)


def test_calls_like_none_before_are_listed_with_why():
    before, after = run(1, busy=0), run(2, busy=0)
    after.loc[after.index[7], "call_setup_latency"] = 30.0
    after.loc[after.index[9], "hangup_cause"] = "MEDIA_TIMEOUT"
    found = changed_calls(before, after)
    assert found.index[0] == after.index[7]
    assert found["why"].iloc[0] == "its call set-up is far longer than any before"
    assert found.loc[after.index[9], "why"] == "no call before ended with MEDIA_TIMEOUT"
