"""`expect`: assertions that read like speech, for notebooks and pytest.

`call` has those on one call or leg, `frames` those on many, `measure` what is compared with a
number. Nothing here knows recordings or links: what is expected of something is asked of its
methods and frames.
"""

from typing import Any

__all__ = ["expect"]

#: Seconds that a live call is given to do what is expected of it.
PATIENCE_S = 2.0


def expect(thing: Any, *, timeout: float = PATIENCE_S) -> Any:
    """Say what is expected of a call, a leg, a recording or a frame; AssertionError if it is not so.

    Parameters
    ----------
    thing : Session, Call, RecordedCall, Recording or DataFrame
        A live leg or call, one call of a recording (``recording.call(…)``), a recording, or one of
        its frames (``recording.calls``).
    timeout : float
        Seconds that a live leg or call is given to come to what is expected. What was recorded is
        not waited for.

    Returns
    -------
    CallExpectation or FrameExpectation
        Of a call: ``answered(within=2)``, ``lasted(between=(0.9, 1.2))``, ``hung_up_by("caller")``,
        ``cause("NORMAL_CLEARING")``, ``saw("CHANNEL_PROGRESS", then="CHANNEL_ANSWER")`` and more,
        one after the other. Of many: ``share("answered") >= 0.99``,
        ``percentile(95, "call_setup_latency") <= 0.5``, ``count() == 600``; of a recording also
        ``clean()``.

    Raises
    ------
    TypeError
        If it is nothing of that.

    Examples
    --------
    >>> expect(call).answered(within=2).hung_up_by("caller")  # doctest: +SKIP
    >>> expect(recording.calls).share("answered") >= 0.99  # doctest: +SKIP
    """
    from switchy_nb.analysis.expecting.call import CallExpectation
    from switchy_nb.analysis.expecting.frames import FrameExpectation, RecordingExpectation

    if hasattr(thing, "recorded"):
        return CallExpectation(thing, timeout)
    if hasattr(thing, "calls") and hasattr(thing, "problems"):
        return RecordingExpectation(thing)
    if hasattr(thing, "columns") and hasattr(thing, "index"):
        return FrameExpectation(thing)
    raise TypeError(
        "something is expected of a live leg or call, a recording, a call of one "
        f"(recording.call(…)) or a frame of one (recording.calls), not of {type(thing).__name__}"
    )
