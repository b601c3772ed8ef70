"""The tests and intervals, against published examples and plain computations."""

import itertools

import numpy as np
import pytest

from switchy_nb.analysis.significance import (
    compare_durations,
    compare_shares,
    holm,
    size_in_words,
)


def test_the_interval_of_two_shares_is_newcombes():
    # his examples a and c, method 10
    for counts, low, high in (((48, 80, 56, 70), 0.0524, 0.3339), ((6, 7, 2, 7), -0.8062, -0.0582)):
        found = compare_shares(*counts)
        assert (found.low, found.high) == pytest.approx((low, high), abs=6e-5)


def test_two_shares_are_tested_by_fishers_exact_test():
    # the lady tasting tea: three of four, and one of four
    assert compare_shares(3, 4, 1, 4).p == pytest.approx(34 / 70)
    assert compare_shares(5, 10, 5, 10).p == 1
    assert compare_shares(0, 10, 10, 10).effect == pytest.approx(np.pi)


def test_the_typical_change_is_the_median_of_all_pairs():
    generator = np.random.default_rng(1)
    before, after = generator.exponential(1, 40), generator.exponential(1, 50) + 0.5
    found = compare_durations(before, after)
    pairs = [y - x for x, y in itertools.product(before, after)]
    assert found.change == pytest.approx(np.median(pairs))
    longer = np.mean([pair > 0 for pair in pairs]) - np.mean([pair < 0 for pair in pairs])
    assert found.effect == pytest.approx(longer)
    assert found.low < 0.5 < found.high


def test_the_interval_of_the_change_holds_the_truth_as_often_as_it_says():
    generator = np.random.default_rng(7)
    held = 0
    for _ in range(300):
        found = compare_durations(generator.normal(0, 1, 25), generator.normal(0.7, 1, 30))
        held += found.low <= 0.7 <= found.high
    assert 0.91 <= held / 300 <= 0.99


def test_many_values_are_compared_by_their_quantiles():
    generator = np.random.default_rng(2)
    before = generator.lognormal(0, 0.5, 5000)
    after = before[::-1] * 1.0 + 0.3
    assert compare_durations(before, after).change == pytest.approx(0.3, abs=0.01)


def test_missing_values_do_not_count_and_nothing_else_is_an_error():
    found = compare_durations([1.0, np.nan, 2.0], [np.nan, 1.0, 2.0])
    assert (found.change, found.effect) == (0, 0)
    with pytest.raises(ValueError, match="both samples need at least one"):
        compare_durations([np.nan], [1.0])
    with pytest.raises(ValueError, match="both samples need at least one call"):
        compare_shares(0, 0, 1, 2)


def test_values_that_are_all_alike_do_not_differ():
    assert compare_durations([0.0] * 9, [0.0] * 9).p == 1


def test_holms_correction():
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert holm([0.9, 0.8]) == [1.0, 1.0]
    assert holm([]) == []


def test_sizes_have_names():
    assert [size_in_words(h, of_shares=True) for h in (0.1, -0.3, 0.6, -2)] == [
        "negligible",
        "small",
        "medium",
        "large",
    ]
    assert size_in_words(0.4, of_shares=False) == "medium"
