"""Whether a run of calls was healthy, and when it stopped being so: by stated rules, no guesses."""

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from switchy_nb.analysis.traffic import answer_seizure_ratio, windows

if TYPE_CHECKING:
    import pandas as pd

#: How sure one must be (over all windows together) that too few calls were answered.
_ALPHA = 0.01
#: A window is slow if its calls took so many times as long to set up as the run's quick ones did,
#: and so many seconds longer.
_TIMES, _LONGER = 3.0, 0.1
#: What the quick windows are: the quarter with the shortest set-up.
_QUICK = 0.25


@dataclass(frozen=True)
class Health:
    """A judgement of a run.

    Attributes
    ----------
    healthy : bool
        Whether nothing was found; so also of a run without calls.
    since : Timestamp or None
        Where the first window begins that is bad.
    words : str
        The judgement in a sentence or two.
    windows : DataFrame
        As `switchy_nb.analysis.traffic.windows`, with the columns ``few`` (too few answered) and
        ``slow`` (set up too slowly).
    asr : float
        The answer-seizure ratio of all calls.
    setup_limit : float
        Seconds of set-up from which on a window's middle call is slow; NaN where none is known.
    """

    healthy: bool
    since: "pd.Timestamp | None"
    words: str
    windows: "pd.DataFrame"
    asr: float
    setup_limit: float


def judge(
    calls: "pd.DataFrame",
    *,
    asr: float = 0.95,
    setup_s: float | None = None,
    window: float | None = None,
) -> Health:
    """Judge a run of calls.

    A window of time is bad if so few of its calls were answered that chance does not explain it
    were each answered with the probability `asr` (one-sided binomial test at 1 % over all windows
    together, by Bonferroni's correction), or if the middle one of its set-up latencies is over
    `setup_s`.

    Parameters
    ----------
    calls : DataFrame
        As `Recording.calls` has them.
    asr : float
        The share of calls that should be answered, 0 to 1.
    setup_s : float, optional
        Seconds; by default three times what the quickest quarter of the windows needed, and at
        least 0.1 s more.
    window : float, optional
        Seconds of a window; else one that gives about forty.

    Raises
    ------
    ValueError
        If `asr` is no share.
    """
    if not 0 <= asr <= 1:
        raise ValueError(f"asr is a share from 0 to 1, not {asr!r}")
    frame = windows(calls, length=window)
    whole = answer_seizure_ratio(calls)
    setup = frame["setup_p50"].astype("float64")
    quick = float(setup.quantile(_QUICK)) if setup.notna().any() else math.nan
    limit = max(_TIMES * quick, quick + _LONGER) if setup_s is None else setup_s
    tested = max(int((frame["decided"] > 0).sum()), 1)
    frame["few"] = [
        _too_few(int(answered), int(decided), asr, _ALPHA / tested)
        for answered, decided in zip(frame["answered"], frame["decided"], strict=True)
    ]
    frame["slow"] = (setup > limit).to_numpy()
    bad = frame["few"] | frame["slow"]
    answered, decided = int(frame["answered"].sum()), int(frame["decided"].sum())
    poor = _too_few(answered, decided, asr, _ALPHA)
    since = frame.index[bad.to_numpy()][0] if bad.any() else None
    return Health(
        healthy=not (bad.any() or poor),
        since=since,
        words=_words(calls, frame, since, whole, asr, limit, poor=poor),
        windows=frame,
        asr=whole,
        setup_limit=limit,
    )


def _too_few(answered: int, decided: int, asr: float, alpha: float) -> bool:
    from scipy.stats import binom

    return (
        decided > 0 and answered < asr * decided and bool(binom.cdf(answered, decided, asr) < alpha)
    )


def _words(
    calls: "pd.DataFrame",
    frame: "pd.DataFrame",
    since: "pd.Timestamp | None",
    whole: float,
    asr: float,
    limit: float,
    *,
    poor: bool,
) -> str:
    """Say it in sentences; the first is the judgement."""
    count = f"{len(calls):,} call{'' if len(calls) == 1 else 's'}"
    if not len(frame):
        return f"{count}, begun nobody knows when: nothing to judge."
    share = f"{_percent(whole, 1)} answered" if whole == whole else "none over yet"
    if since is None and not poor and whole < asr:
        return f"Nothing that chance would not explain: {count}, {share}."
    if since is None and not poor:
        return f"Healthy from the first to the last: {count}, {share}."
    if since is None:
        return (
            f"Too few calls were answered: {_percent(whole, 1)} of {count}, where "
            f"{_percent(asr)} should be. No moment stands out."
        )
    bad = frame["few"] | frame["slow"]
    sentences = [
        f"Not healthy since {since:%H:%M:%S} UTC: {int(bad.sum())} of {len(frame)} windows of "
        f"{frame['seconds'].iloc[0]:g} s are bad"
    ]
    few, slow = frame[frame["few"]], frame[frame["slow"]]
    if len(few):
        before = frame[frame.index < few.index[0]]
        was = f", {_percent(_share(before))} before" if before["decided"].sum() else ""
        sentences.append(
            f"From {few.index[0]:%H:%M:%S} on too few calls were answered ({_percent(_share(few))}"
            f"{was})"
        )
    if len(slow):
        sentences.append(
            f"From {slow.index[0]:%H:%M:%S} on set-up was slow ({slow['setup_p50'].median():.2g} s, "
            f"where up to {limit:.2g} s is in order)"
        )
    sentences.append(f"In all {count}, {share}")
    return ". ".join(sentences) + "."


def _share(frame: "pd.DataFrame") -> float:
    return float(frame["answered"].sum() / frame["decided"].sum())


def _percent(share: float, digits: int = 0) -> str:
    return f"{share * 100:.{digits}f} %"
