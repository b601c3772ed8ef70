"""What can be asked of a recording in words: one call, what happened to it, what looks wrong.

What is said is decided in `switchy_nb.analysis`.
"""

from typing import TYPE_CHECKING, Any, cast

from switchy_nb.analysis.wording import Words

if TYPE_CHECKING:
    from switchy_nb.analysis.problems.frame import Problems
    from switchy_nb.recording.recorded import RecordedCall
    from switchy_nb.recording.recording import Recording


class Insight:
    """The side of a recording that tells what is in it. See `Recording`."""

    def call(self, which: object) -> "RecordedCall":
        """Return one call, with ``explain()``, ``steps()``, ``timeline()``, ``ladder()``.

        Parameters
        ----------
        which : str, Session or Call
            Its key, the uuid of one of its legs, the first letters of either; or a live leg or call.

        Raises
        ------
        RecordingError
            If there is no such call, or several; the nearest is named.
        """
        from switchy_nb.recording.recorded import find_call

        return find_call(cast("Recording", self), which)

    def explain(self, call: object) -> Words:
        """Tell in a few sentences what happened to a call: who hung up, why, what took long.

        Parameters
        ----------
        call : str, Session or Call
            As of `call`.
        """
        return self.call(call).explain()

    def problems(self, **limits: Any) -> "Problems":
        """List what looks wrong, each with its evidence; empty for a clean run.

        Calls that failed, were not answered or were cut off; long post-dial delays; one-way audio
        and poor sound; legs that never hung up; SIP messages that were sent again; events out of
        order, twice or missing; gaps in the link, a switch that dropped us or was restarted;
        commands that were refused; and what is wrong with the recording itself.

        Parameters
        ----------
        **limits
            ``post_dial_delay`` (seconds, 5 by default) and ``mos`` (3.6): see
            `switchy_nb.analysis.problems.Limits`.

        Returns
        -------
        Problems
            A frame with the columns kind, at, call, session, seconds, what, evidence, n.
        """
        from switchy_nb.analysis.problems import find_problems

        return find_problems(cast("Recording", self), **limits)
