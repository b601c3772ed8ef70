"""What the latencies of a call are: Switchy's definitions, one function each.

All take moments (numpy arrays of ``datetime64``, or pandas Series of times) and return seconds as
``float64``, missing where one of the moments is. Where the moments come from is not known here.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd


def seconds_between(start: Any, end: Any) -> Any:
    """Seconds from `start` to `end`.

    Parameters
    ----------
    start, end : array-like of datetime64, or Series of times
        Of the same length and kind.

    Returns
    -------
    array or Series of float64
        Negative where `end` is before `start`; NaN where either is missing.
    """
    import numpy as np

    return (end - start) / np.timedelta64(1, "s")


def invite_latency(*, caller_create: Any, callee_create: Any) -> Any:
    """How long the call took to reach the far leg: ``callee_create − caller_create``."""
    return seconds_between(caller_create, callee_create)


def answer_latency(*, callee_answer: Any, caller_answer: Any) -> Any:
    """How long the answer took to come back: ``caller_answer − callee_answer``."""
    return seconds_between(callee_answer, caller_answer)


def call_setup_latency(*, caller_create: Any, caller_answer: Any) -> Any:
    """From the first leg's beginning until it was answered: ``caller_answer − caller_create``."""
    return seconds_between(caller_create, caller_answer)


def originate_latency(*, launched: Any, began: Any) -> Any:
    """How long the switch took to begin after it was asked: ``began − launched``.

    Both must be by one clock. A recording gives this machine's: when the command was sent, and when
    the first event of the call's first leg arrived. The switch's own times will not do for it: they
    move in steps of 20 ms, and its clock may be another machine's.
    """
    return seconds_between(launched, began)


def call_duration(*, caller_create: Any, hungup: Any) -> Any:
    """From the first leg's beginning to the end: ``hungup − caller_create``."""
    return seconds_between(caller_create, hungup)


def post_dial_delay(*, caller_create: Any, progress: Any, caller_answer: Any) -> Any:
    """How long the caller heard nothing: from the first leg's beginning until the far end reacts.

    It reacts with ringing or early media (`progress`), else with its answer: RFC 6076, section 4.3
    (*Session Request Delay*; for a session that succeeds, a 200 counts where no provisional
    response but 100 came before it). A call that failed without ringing has none.
    """
    import numpy as np

    first = (
        progress.where(progress.notna(), caller_answer)
        if hasattr(progress, "notna")
        else np.where(np.isnat(progress), caller_answer, progress)
    )
    return seconds_between(caller_create, first)


def post_dial_delays(calls: "pd.DataFrame", sessions: "pd.DataFrame") -> "pd.Series[Any]":
    """Return the post-dial delay of each call, in seconds.

    Parameters
    ----------
    calls : DataFrame
        As `Recording.calls` has them.
    sessions : DataFrame
        Their legs, as `Recording.sessions` has them: when the caller's leg rang is told there.

    Returns
    -------
    Series of float64
        Named ``post_dial_delay``, with the index of `calls`; missing where it is not known.
    """
    progress = sessions["progress"].reindex(calls["caller"]).set_axis(calls.index)
    delays: pd.Series[Any] = post_dial_delay(
        caller_create=calls["caller_create"],
        progress=progress,
        caller_answer=calls["caller_answer"],
    )
    return delays.rename("post_dial_delay")
