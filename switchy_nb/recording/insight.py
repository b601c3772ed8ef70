"""What can be asked of a recording in words: one call, what happened to it, what looks wrong.

What is said is decided in `switchy_nb.analysis`.
"""

from typing import TYPE_CHECKING, cast

from switchy_nb.analysis.wording import Words

if TYPE_CHECKING:
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
