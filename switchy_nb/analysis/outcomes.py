"""What became of each call, in one word."""

from typing import TYPE_CHECKING, Any

from switchy_nb.analysis.causes import NOBODY_ANSWERED, NORMAL_ENDINGS

if TYPE_CHECKING:
    import pandas as pd

#: The words, from the best on.
OUTCOMES = ("answered", "cut off", "unanswered", "failed", "up")


def outcomes_of(frame: "pd.DataFrame") -> "pd.Series[Any]":
    """Return what became of each call, or of each leg.

    Parameters
    ----------
    frame : DataFrame
        As `Recording.calls` or `Recording.sessions` has them.

    Returns
    -------
    Series of str
        ``answered`` (and ended as calls do, or still up), ``cut off`` (answered, and ended
        otherwise), ``unanswered`` (nobody answered in time, or the caller gave up), ``failed``
        (refused, or never put through), ``up`` (not answered, and not over).
    """
    import numpy as np
    import pandas as pd

    moment = "caller_answer" if "caller_answer" in frame.columns else "answered"
    answered = frame[moment].notna().to_numpy()
    cause = frame["hangup_cause"]
    over = (cause.notna() | frame["hungup"].notna()).to_numpy()
    normal = cause.isin(NORMAL_ENDINGS).to_numpy()
    nobody = normal | cause.isin(NOBODY_ANSWERED).to_numpy()
    words = np.select(
        [answered & (normal | ~over), answered, ~over, nobody],
        ["answered", "cut off", "up", "unanswered"],
        default="failed",
    )
    return pd.Series(words, index=frame.index, name="outcome", dtype="str")
