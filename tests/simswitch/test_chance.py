"""Distributions of delays, and what is none."""

from __future__ import annotations

import random
import statistics
from collections.abc import Callable

import pytest

from switchy_nb.errors import SimulationError
from switchy_nb.simswitch import Duration, exponential, lognormal, measured, normal, uniform
from switchy_nb.simswitch.plan.chance import duration, share

DRAWS = 4000


def drawn(length: Duration, seed: int = 1) -> list[float]:
    chance = random.Random(seed)
    return [length.draw(chance) for _ in range(DRAWS)]


def test_uniform_stays_between_and_fills_it() -> None:
    times = drawn(uniform(1, 3))
    assert min(times) >= 1
    assert max(times) <= 3
    assert statistics.fmean(times) == pytest.approx(2, abs=0.05)


def test_normal_has_its_mean_and_never_goes_below_0() -> None:
    times = drawn(normal(5, 1))
    assert statistics.fmean(times) == pytest.approx(5, abs=0.1)
    assert statistics.stdev(times) == pytest.approx(1, abs=0.1)
    assert min(drawn(normal(0, 1))) == 0


def test_lognormal_has_its_median_and_a_long_tail() -> None:
    times = drawn(lognormal(2, 0.5))
    assert statistics.median(times) == pytest.approx(2, rel=0.05)
    assert max(times) > 6


def test_exponential_has_its_mean() -> None:
    assert statistics.fmean(drawn(exponential(3))) == pytest.approx(3, rel=0.1)


def test_measured_draws_only_what_was_measured() -> None:
    assert set(drawn(measured([0.5, 1, 4]))) == {0.5, 1, 4}


def test_the_same_seed_draws_the_same() -> None:
    assert drawn(uniform(0, 1), 7) == drawn(uniform(0, 1), 7)
    assert drawn(uniform(0, 1), 7) != drawn(uniform(0, 1), 8)


def test_a_number_is_always_itself() -> None:
    assert set(drawn(duration(0.25))) == {0.25}
    length = uniform(1, 2)
    assert duration(length) is length


@pytest.mark.parametrize(
    "make",
    [
        lambda: uniform(3, 1),
        lambda: uniform(-1, 1),
        lambda: normal(float("nan"), 1),
        lambda: lognormal(0, 1),
        lambda: exponential(0),
        lambda: exponential(float("inf")),
        lambda: measured([]),
        lambda: measured([1, -1]),
        lambda: duration("soon"),  # type: ignore[arg-type]
        lambda: duration(True),
        lambda: share(1.5),
        lambda: share(-0.1),
        lambda: share("often"),
        lambda: share(float("nan")),
    ],
)
def test_what_cannot_be_drawn_is_an_error(make: Callable[[], object]) -> None:
    with pytest.raises(SimulationError):
        make()
