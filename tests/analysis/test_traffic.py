"""How many calls, how many answered, how many at once."""

import math

import pandas as pd
import pytest
from callframes import START, calls_frame

from switchy_nb.analysis import traffic


def test_the_answer_seizure_ratio_is_answered_to_all_whose_outcome_is_known():
    calls = calls_frame([0, 1, 2, 3], [0.1, None, 0.1, 0.1], [5, 0.2, 5, 5])
    assert traffic.answer_seizure_ratio(calls) == 0.75
    calls.loc["call-1", "hungup"] = pd.NaT  # still ringing: nobody knows yet
    assert traffic.answer_seizure_ratio(calls) == 1
    assert math.isnan(traffic.answer_seizure_ratio(calls.iloc[:0]))


def test_the_average_call_duration_is_of_the_answer_to_the_end():
    calls = calls_frame([0, 1, 2], [0.5, 0.5, None], [4, 8, 3])
    assert traffic.average_call_duration(calls) == pytest.approx(6)


def test_windows_count_calls_by_when_they_were_tried():
    calls = calls_frame([0, 0.9, 1.2, 5.0], [0.1, None, 0.3, 0.5], [1, 1, 3, 2])
    frame = traffic.windows(calls, length=1)
    assert list(frame["seizures"]) == [2, 1, 0, 0, 0, 1]
    assert list(frame["answered"]) == [1, 1, 0, 0, 0, 1]
    assert frame["asr"].iloc[:2].tolist() == [0.5, 1]
    assert math.isnan(frame["asr"].iloc[2])
    assert frame["setup_p50"].iloc[1] == pytest.approx(0.3)
    assert frame["acd_s"].iloc[5] == pytest.approx(2)
    assert frame.index[1] - frame.index[0] == pd.Timedelta("1s")
    assert frame["seizures"].sum() == len(calls)


def test_a_window_has_a_length_that_people_think_in():
    assert traffic.window_length(20) == 0.5
    assert traffic.window_length(3600) == 120
    assert traffic.window_length(0) == 0.1
    with pytest.raises(ValueError, match="longer than 0 s"):
        traffic.windows(calls_frame([0], [0.1], [1]), length=0)


def test_without_calls_there_are_no_windows():
    assert not len(traffic.windows(calls_frame([0], [0.1], [1]).iloc[:0]))


def test_calls_at_once_step_up_and_down():
    seconds = pd.Timedelta("1s")
    starts = pd.Series([START, START + seconds, START + 2 * seconds, pd.NaT])
    ends = pd.Series([START + 2 * seconds, pd.NaT, START + 3 * seconds, START])
    at, count = traffic.calls_at_once(starts, ends)
    assert [(t - START).total_seconds() for t in at] == [0, 1, 2, 3]
    assert count.tolist() == [1, 2, 2, 1]
    assert not len(traffic.calls_at_once(starts[3:], ends[3:])[0])


def test_of_a_real_load_all_were_answered_thirty_a_second(load_calls):
    frame = traffic.windows(load_calls)
    assert traffic.answer_seizure_ratio(load_calls) == 1
    assert frame["seizures"].sum() == 600
    assert 28 <= (frame["seizures"] / frame["seconds"]).median() <= 32
