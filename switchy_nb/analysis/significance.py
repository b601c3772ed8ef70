"""Whether two samples differ by more than chance explains, and by how much.

Counts are compared by Fisher's exact test, durations by that of Mann and Whitney, which asks
nothing of their distribution. Where many things are compared at once, Holm's correction keeps the
chance of even one false alarm at what it was for one.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

#: Two-sided 95 %.
_Z = 1.959963984540054
#: Above so many differences of pairs, evenly spread quantiles stand for the values.
_PAIRS = 4_000_000
_QUANTILES = 1_500


@dataclass(frozen=True, slots=True)
class Difference:
    """How two samples differ.

    Attributes
    ----------
    change : float
        Second minus first: of shares, or the typical difference of durations (Hodges and Lehmann's
        median of all differences of pairs).
    low, high : float
        Its 95 % interval.
    effect : float
        The size of the effect, without a unit, 0 for none: Cohen's h of shares (0.2 is small, 0.5
        medium, 0.8 large), Cliff's δ of durations (−1 to 1; 0.15, 0.33, 0.47).
    p : float
        How probable so much difference, or more, would be by chance alone.
    """

    change: float
    low: float
    high: float
    effect: float
    p: float


def compare_shares(hits: int, of: int, hits_after: int, of_after: int) -> Difference:
    """Compare two shares.

    The test is Fisher's exact one, two-sided. The interval is Newcombe's, of Wilson's scores
    (Statistics in Medicine 17, 1998, method 10). The effect is Cohen's h (Statistical Power
    Analysis, 1988, chapter 6).

    Parameters
    ----------
    hits, of : int
        How many of how many, before.
    hits_after, of_after : int
        The same after.

    Raises
    ------
    ValueError
        If one of the samples is empty.
    """
    from scipy.stats import fisher_exact

    if not of or not of_after:
        raise ValueError("there is no share of nothing: both samples need at least one call")
    first, second = hits / of, hits_after / of_after
    table = [[hits, of - hits], [hits_after, of_after - hits_after]]
    low1, high1 = _wilson(hits, of)
    low2, high2 = _wilson(hits_after, of_after)
    change = second - first
    return Difference(
        change,
        change - math.hypot(second - low2, high1 - first),
        change + math.hypot(high2 - second, first - low1),
        2 * math.asin(math.sqrt(second)) - 2 * math.asin(math.sqrt(first)),
        float(fisher_exact(table)[1]),
    )


def _wilson(hits: int, of: int) -> tuple[float, float]:
    """Wilson's score interval of a share."""
    share, z2 = hits / of, _Z * _Z
    middle = (share + z2 / (2 * of)) / (1 + z2 / of)
    half = _Z / (1 + z2 / of) * math.sqrt(share * (1 - share) / of + z2 / (4 * of * of))
    return max(middle - half, 0.0), min(middle + half, 1.0)


def compare_durations(before: Any, after: Any) -> Difference:
    """Compare durations.

    The test is Mann and Whitney's, two-sided. The change and its interval are those of Hodges and
    Lehmann (Hollander, Wolfe, Chicken: Nonparametric Statistical Methods, 4.2 and 4.3). The effect
    is Cliff's δ: how much oftener a duration after is longer than one before than the other way
    round.

    Parameters
    ----------
    before, after : array-like of float
        Seconds; missing ones do not count.

    Raises
    ------
    ValueError
        If one of the samples is empty.
    """
    import numpy as np
    from scipy.stats import mannwhitneyu

    x, y = (np.asarray(v, "float64") for v in (before, after))
    x, y = x[~np.isnan(x)], y[~np.isnan(y)]
    n, m = len(x), len(y)
    if not n or not m:
        raise ValueError("durations are compared with durations: both samples need at least one")
    test = mannwhitneyu(y, x, alternative="two-sided")
    effect = 2 * float(test.statistic) / (n * m) - 1
    shown_x, shown_y = x, y
    if n * m > _PAIRS:
        steps = (np.arange(_QUANTILES) + 0.5) / _QUANTILES
        shown_x, shown_y = np.quantile(x, steps), np.quantile(y, steps)
    pairs = np.sort((shown_y[:, None] - shown_x[None, :]).ravel())
    # how far down the ordered differences the interval reaches, as a share of them
    reach = 0.5 - _Z * math.sqrt((n + m + 1) / (12 * n * m))
    rank = int(max(reach, 0) * len(pairs))
    p = float(test.pvalue)
    return Difference(
        float(np.median(pairs)),
        float(pairs[rank]),
        float(pairs[-1 - rank]),
        effect,
        1.0 if math.isnan(p) else p,
    )


def holm(chances: Sequence[float]) -> list[float]:
    """Correct probabilities for how many there are.

    Holm's step-down procedure (Scandinavian Journal of Statistics 6, 1979): if each that stays
    below α is taken for a real difference, the chance that even one of them is not is below α.
    """
    order = sorted(range(len(chances)), key=lambda at: chances[at])
    corrected, highest = [0.0] * len(chances), 0.0
    for rank, at in enumerate(order):
        highest = max(highest, min(1.0, (len(chances) - rank) * chances[at]))
        corrected[at] = highest
    return corrected


def size_in_words(effect: float, *, of_shares: bool) -> str:
    """Say how large an effect is.

    The bounds are Cohen's for h, and those of Romano and others (2006) for Cliff's δ.
    """
    bounds = (0.2, 0.5, 0.8) if of_shares else (0.147, 0.33, 0.474)
    words = ("negligible", "small", "medium", "large")
    return words[sum(abs(effect) >= bound for bound in bounds)]
