"""What can be asked of a recording in words: one call, what happened to it, what looks wrong.

What is said is decided in `switchy_nb.analysis`.
"""

import os
from typing import TYPE_CHECKING, Any, cast

from switchy_nb.analysis.wording import Words
from switchy_nb.recording.options import no_others

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from switchy_nb.analysis.facts import Order
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

    @property
    def orders(self) -> "Sequence[Order]":
        """The commands that the switch reported (its API events), and those that were sent."""
        from switchy_nb.analysis.facts import orders_of

        recording = cast("Recording", self)
        key = (recording.dropped, recording.received, recording._commands.changes)
        orders: list[Order] = recording._frames.kept("orders", key, lambda: orders_of(recording))
        return orders

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

    def report(
        self,
        path: "str | os.PathLike[str]",
        *,
        title: str | None = None,
        slowest: int = 5,
        failed: int = 5,
        **unknown: Any,
    ) -> "Path":
        """Write one page that tells what is in it: to be mailed, printed, or kept with a ticket.

        It has the summary, the figures, what looks wrong, and the ladders of the calls that failed
        and of those that took longest. It is one file that fetches and runs nothing, in light and
        dark.

        Parameters
        ----------
        path : path
            Where to, such as ``run.html``; what is there already is replaced.
        title : str, optional
            What to write over it.
        slowest, failed : int
            How many calls of each are told of.

        Returns
        -------
        Path
            Where it is.

        Raises
        ------
        RecordingError
            If it cannot be written.
        """
        from switchy_nb.recording.reporting import write_report

        no_others("report", unknown, ("title", "slowest", "failed"))
        return write_report(
            cast("Recording", self), path, title=title, slowest=slowest, failed=failed
        )
