"""How long things take by chance: distributions of delays, drawn anew for each call.

Each is a small frozen object that draws a number of seconds from a generator that it is given, so
that a switch with a seed repeats itself. What is done with the seconds is in `steps`.
"""

import math
import random
from abc import ABC, abstractmethod
from collections.abc import Iterable
from dataclasses import dataclass

from switchy_nb.errors import SimulationError


class Duration(ABC):
    """A length of time that differs from call to call."""

    @abstractmethod
    def draw(self, chance: random.Random) -> float:
        """Draw one, in seconds; never below 0."""


@dataclass(frozen=True)
class _Fixed(Duration):
    seconds: float

    def draw(self, chance: random.Random) -> float:
        return self.seconds


@dataclass(frozen=True)
class _Uniform(Duration):
    low: float
    high: float

    def draw(self, chance: random.Random) -> float:
        return chance.uniform(self.low, self.high)


@dataclass(frozen=True)
class _Normal(Duration):
    mean: float
    deviation: float

    def draw(self, chance: random.Random) -> float:
        return max(0.0, chance.gauss(self.mean, self.deviation))


@dataclass(frozen=True)
class _LogNormal(Duration):
    median: float
    sigma: float

    def draw(self, chance: random.Random) -> float:
        return chance.lognormvariate(math.log(self.median), self.sigma)


@dataclass(frozen=True)
class _Exponential(Duration):
    mean: float

    def draw(self, chance: random.Random) -> float:
        return chance.expovariate(1 / self.mean)


@dataclass(frozen=True)
class _Measured(Duration):
    seconds: tuple[float, ...]

    def draw(self, chance: random.Random) -> float:
        return chance.choice(self.seconds)


def uniform(low: float, high: float) -> Duration:
    """Draw anything from `low` to `high` seconds, each as likely.

    Raises
    ------
    SimulationError
        If they are no lengths of time, or the wrong way round.
    """
    least, most = _length("low", low), _length("high", high)
    if most < least:
        raise SimulationError(f"uniform({low}, {high}): the shorter time comes first")
    return _Uniform(least, most)


def normal(mean: float, deviation: float) -> Duration:
    """Draw around `mean` seconds, with a standard deviation; what would be below 0 is 0.

    Raises
    ------
    SimulationError
        If they are no lengths of time.
    """
    return _Normal(_length("mean", mean), _length("deviation", deviation))


def lognormal(median: float, sigma: float) -> Duration:
    """Draw as people answer: half within `median` seconds, a few very late.

    The logarithm of the time is normal with standard deviation `sigma`; 0.5 is a good beginning.

    Raises
    ------
    SimulationError
        If the median is not above 0, or they are no numbers.
    """
    middle = _length("median", median)
    if middle == 0:
        raise SimulationError("lognormal(0, …): the median has to be above 0 seconds")
    return _LogNormal(middle, _length("sigma", sigma))


def exponential(mean: float) -> Duration:
    """Draw as talk is often modelled: without memory, `mean` seconds on average.

    Raises
    ------
    SimulationError
        If the mean is not above 0.
    """
    length = _length("mean", mean)
    if length == 0:
        raise SimulationError("exponential(0): the mean has to be above 0 seconds")
    return _Exponential(length)


def measured(seconds: Iterable[float]) -> Duration:
    """Draw one of the times that were measured somewhere, each as likely.

    Raises
    ------
    SimulationError
        If there is none, or one is no length of time.
    """
    times = tuple(_length("each time", s) for s in seconds)
    if not times:
        raise SimulationError("measured([]): there is no time to draw from; give at least one")
    return _Measured(times)


def duration(seconds: float | Duration) -> Duration:
    """Take a number of seconds, or a distribution as it is.

    Raises
    ------
    SimulationError
        If it is neither.
    """
    return seconds if isinstance(seconds, Duration) else _Fixed(_length("the time", seconds))


def share(value: object) -> float:
    """Read a probability, from 0 to 1.

    Raises
    ------
    SimulationError
        If it is none.
    """
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
        raise SimulationError(f"{value!r} is no probability; write 10 % as 0.1")
    return float(value)


def _length(name: str, value: object) -> float:
    if isinstance(value, int | float) and not isinstance(value, bool):
        seconds = float(value)
        if math.isfinite(seconds) and seconds >= 0:
            return seconds
    raise SimulationError(f"{name} is {value!r}; give it in seconds, 0 or more")
