"""How many calls, how many answered, how many at once: the numbers of teletraffic.

A seizure is a call that was tried. The answer-seizure ratio is ITU-T E.411's: seizures that were
answered to all seizures. Calls that are neither answered nor over are not counted in it yet.
"""

import math
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

#: Lengths of windows that people think in (seconds).
_NICE = (0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 21600, 86400)
_WINDOWS = 40


def began(calls: "pd.DataFrame") -> "pd.Series[Any]":
    """When each call was tried: its first leg's beginning, else when it was asked for."""
    created: pd.Series[Any] = calls["caller_create"]
    return created.where(created.notna(), calls["launched"])


def answer_seizure_ratio(calls: "pd.DataFrame") -> float:
    """Share of the calls that were answered, of those whose outcome is known (0 to 1; NaN of none).

    ITU-T E.411, answer-seizure ratio.
    """
    answered = calls["caller_answer"].notna()
    known = int((answered | calls["hungup"].notna()).sum())
    return int(answered.sum()) / known if known else math.nan


def average_call_duration(calls: "pd.DataFrame") -> float:
    """Mean seconds from the answer to the end, of the calls that were answered and are over."""
    return float((calls["hungup"] - calls["caller_answer"]).dt.total_seconds().mean())


def window_length(seconds: float, windows: int = _WINDOWS) -> float:
    """Return a length (seconds) that divides so long a run into about so many windows."""
    return next((nice for nice in _NICE if seconds / nice <= windows), float(_NICE[-1]))


def windows(calls: "pd.DataFrame", *, length: float | None = None) -> "pd.DataFrame":
    """Count calls in windows of time, by when they were tried.

    Parameters
    ----------
    calls : DataFrame
        As `Recording.calls` has them; a column ``post_dial_delay`` is taken in too.
    length : float, optional
        Of a window, in seconds; else one that gives about forty.

    Returns
    -------
    DataFrame
        A row for each window from the first call to the last, also those without a call; index
        ``start`` (UTC). Columns: ``seconds`` (its length), ``seizures``, ``decided`` (whose outcome
        is known), ``answered``, ``asr`` (0 to 1), ``acd_s`` (average call duration), and
        ``setup_p50``, ``setup_p95`` (seconds). What has no calls to be counted of is missing.
    """
    import numpy as np
    import pandas as pd

    moments = began(calls)
    known = moments.notna()
    calls, moments = calls[known], moments[known]
    columns = ["seizures", "decided", "answered", "asr", "acd_s", "setup_p50", "setup_p95"]
    if not len(calls):
        empty = pd.DatetimeIndex([], tz="UTC", name="start")
        return pd.DataFrame({c: np.empty(0) for c in ["seconds", *columns]}, index=empty)
    first = moments.min()
    gone = (moments - first).dt.total_seconds().to_numpy("float64")
    size = length if length is not None else window_length(float(gone.max()))
    if not size > 0:
        raise ValueError(f"a window is longer than 0 s, not {size!r}")
    at = (gone // size).astype("int64")
    rows = np.arange(at.max() + 1)
    answered = calls["caller_answer"].notna().to_numpy()
    decided = answered | calls["hungup"].notna().to_numpy()
    talked = (calls["hungup"] - calls["caller_answer"]).dt.total_seconds().groupby(at)
    setup = calls["call_setup_latency"].groupby(at)
    frame = pd.DataFrame(
        {
            "seconds": size,
            "seizures": np.bincount(at, minlength=len(rows)),
            "decided": np.bincount(at[decided], minlength=len(rows)),
            "answered": np.bincount(at[answered], minlength=len(rows)),
        },
        index=pd.DatetimeIndex(first + pd.to_timedelta(rows * size, unit="s"), name="start"),
    )
    frame["asr"] = frame["answered"] / frame["decided"].where(frame["decided"] > 0)
    frame["acd_s"] = talked.mean().reindex(rows).to_numpy()
    frame["setup_p50"] = setup.quantile(0.5).reindex(rows).to_numpy()
    frame["setup_p95"] = setup.quantile(0.95).reindex(rows).to_numpy()
    return frame


def calls_at_once(
    starts: "pd.Series[Any]", ends: "pd.Series[Any]"
) -> tuple["pd.DatetimeIndex", "np.ndarray[Any, Any]"]:
    """How many of some spans run at each moment, as steps.

    Parameters
    ----------
    starts, ends : Series of times
        Of each; one without a start never ran, one without an end still does.

    Returns
    -------
    (DatetimeIndex, array of int)
        Moments in order, and how many run from each on.
    """
    import numpy as np
    import pandas as pd

    ran = starts.notna()
    starts, ends = starts[ran], ends[ran].dropna()
    moments = pd.DatetimeIndex(pd.concat([starts, ends]))
    steps = np.concatenate([np.ones(len(starts), "int64"), -np.ones(len(ends), "int64")])
    order = np.lexsort((-steps, moments.asi8))
    moments, count = moments[order], np.cumsum(steps[order])
    if not len(moments):
        return moments, count
    last = np.append(moments.asi8[1:] != moments.asi8[:-1], True)
    return moments[last], count[last]
