"""What is expected of many calls, legs or events: shares, durations, counts."""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from switchy_nb.analysis.causes import cause_names, find_cause
from switchy_nb.analysis.expecting.checks import a_column
from switchy_nb.analysis.expecting.measure import Measure, nothing
from switchy_nb.analysis.outcomes import OUTCOMES, outcomes_of
from switchy_nb.analysis.wording import counted, hint, listed, readable, seconds, share

if TYPE_CHECKING:
    import pandas as pd

#: So many of those that stood in the way are told one by one.
_TOLD = 5
_STORIES = 2


class FrameExpectation:
    """What is expected of a frame, such as ``recording.calls``; see `expect`."""

    def __init__(self, frame: "pd.DataFrame") -> None:
        self._frame: Any = frame

    def share(self, what: str | Callable[[Any], Any] | None = None, **columns: Any) -> Measure:
        """The share of the rows of which something is so, from 0 to 1: compare it.

        Parameters
        ----------
        what : str or callable, optional
            ``answered``, ``unanswered``, ``failed``, ``cut off`` or ``up`` (see
            `switchy_nb.analysis.outcomes`), where ``answered`` counts those that were cut off too;
            the name of a hangup cause; or a function of the frame that returns a boolean for each
            row.
        **columns
            Columns with the values that they should have: ``share(hung_up_by="caller")``.

        Raises
        ------
        ValueError
            If there is no such outcome, cause or column; the nearest is named.
        """
        frame = self._frame
        so = frame.index == frame.index
        names = []
        if what is not None:
            told, mask = self._mask(what)
            names.append(told)
            so = so & mask
        for column, value in columns.items():
            so = so & (frame[a_column(column, frame.columns)] == value).fillna(False).to_numpy()
            names.append(f"{column}={value!r}")
        if not names:
            raise ValueError(
                "share of what? Give an outcome such as 'answered', a hangup cause, or column=value"
            )
        hits, whole = int(so.sum()), len(frame)
        shown = share(hits, whole) if whole else "the frame has no rows"
        return Measure(
            hits / whole if whole else float("nan"),
            "share",
            f"share of {listed(names)}",
            shown,
            lambda: self._tell(so),
        )

    def count(self) -> Measure:
        """How many rows there are: compare it."""
        return Measure(float(len(self._frame)), "", "count", f"{len(self._frame):,}", nothing)

    def percentile(self, percent: float, column: str) -> Measure:
        """The seconds within which so many percent of the rows stay: compare it.

        Parameters
        ----------
        percent : float
            0 to 100.
        column : str
            A column of seconds, such as ``call_setup_latency``. Rows that lack it do not count.

        Raises
        ------
        ValueError
            If there is no such column, or it holds no numbers.
        """
        if isinstance(percent, bool) or not 0 <= percent <= 100:
            raise ValueError(f"a percentile is from 0 to 100, such as 95, not {percent!r}")
        values = self._numbers(column).dropna()
        value = float(values.quantile(percent / 100)) if len(values) else float("nan")
        of = f"{percent:g}th percentile" if percent != 100 else "longest"
        shown = (
            f"{seconds(value)} (of {len(values):,})" if len(values) else f"no row has a {column}"
        )
        slowest = values.sort_values(ascending=False, kind="stable").head(_TOLD)
        return Measure(
            value, "s", f"{of} of {column}", shown, lambda: self._slowest(slowest, column)
        )

    def median(self, column: str) -> Measure:
        """The seconds within which half of the rows stay; as `percentile`."""
        return self.percentile(50, column)

    def longest(self, column: str) -> Measure:
        """The longest of the rows, in seconds; as `percentile`."""
        return self.percentile(100, column)

    def _numbers(self, column: str) -> Any:
        import pandas as pd

        values = self._frame[a_column(column, self._frame.columns)]
        if not pd.api.types.is_numeric_dtype(values):
            raise ValueError(f"{column} holds {values.dtype}, and no seconds")
        return values.astype("float64")

    def _mask(self, what: str | Callable[[Any], Any]) -> tuple[str, Any]:
        import numpy as np

        frame = self._frame
        if callable(what):
            return getattr(what, "__name__", "what was asked"), np.asarray(what(frame), bool)
        cause = find_cause(what)
        if cause is not None:
            a_column("hangup_cause", frame.columns)
            return cause.name, (frame["hangup_cause"] == cause.name).fillna(False).to_numpy()
        if what not in OUTCOMES:
            known = [*OUTCOMES, *cause_names()]
            raise ValueError(f"{what!r} is no outcome and no hangup cause; {hint(what, known)}")
        a_column("hangup_cause", frame.columns)
        outcomes = outcomes_of(frame)
        if what == "answered":
            return what, outcomes.isin(["answered", "cut off"]).to_numpy()
        return what, (outcomes == what).to_numpy()

    def _tell(self, so: Any) -> str:
        """Tell of the rows of which it is not so: how many of what, and the first of them."""
        others = self._frame[~so]
        if not len(others):
            return f"  It is so of all {len(so):,}."
        lines = []
        if "hangup_cause" in others.columns:
            causes = others["hangup_cause"].astype(object).fillna("not over").value_counts()
            shown = [f"{count:,} × {readable(cause)}" for cause, count in causes.items()]
            lines.append(f"  The {counted(len(others), 'other')}: {listed(shown[:8])}")
        for key, row in others.head(_TOLD).iterrows():
            lines.append(f"    {_row_in_words(key, row)}")
        return "\n".join([*lines, *self._stories(others.index)])

    def _slowest(self, slowest: Any, column: str) -> str:
        lines = [f"    {readable(str(key))}: {seconds(value)}" for key, value in slowest.items()]
        return "\n".join(["  The slowest:", *lines, *self._stories(slowest.index)])

    def _stories(self, keys: Iterable[object]) -> list[str]:
        """What happened to the first of them; a frame does not know that."""
        return []


class RecordingExpectation(FrameExpectation):
    """What is expected of a recording, of its calls or of all of it."""

    def __init__(self, recording: Any) -> None:
        from switchy_nb.analysis.latency import post_dial_delays

        calls = recording.calls
        super().__init__(calls.assign(post_dial_delay=post_dial_delays(calls, recording.sessions)))
        self._recording = recording

    def clean(self, *, but: str | Iterable[str] = (), **limits: Any) -> "RecordingExpectation":
        """Expect that nothing looks wrong.

        Parameters
        ----------
        but : str or iterable of str
            Kinds of problems that are put up with, as in the frame of problems.
        **limits
            As of `Recording.problems`.

        Raises
        ------
        AssertionError
            If something looks wrong; it is told with its evidence.
        ValueError
            If there is no such kind of problem.
        """
        __tracebackhide__ = True
        from switchy_nb.analysis.problems import Kind

        allowed = [but] if isinstance(but, str) else list(but)
        known = [kind.value for kind in Kind]
        for kind in allowed:
            if kind not in known:
                raise ValueError(f"there is no kind of problem {kind!r}; {hint(kind, known)}")
        problems = self._recording.problems(**limits)
        left = problems[~problems["kind"].isin(allowed)]
        if not len(left):
            return self
        kinds = ", ".join(f"{n} {kind}" for kind, n in left["kind"].value_counts().items())
        lines = [
            f"  {row.kind}: {row.what}\n      {row.evidence}"
            for row in left.head(_TOLD).itertuples()
        ]
        calls = left["call"].dropna().unique()
        raise AssertionError(
            "\n".join(
                [
                    f"the recording is not clean: {counted(len(left), 'problem')} ({kinds})",
                    *lines,
                    *self._stories(calls),
                ]
            )
        )

    def _stories(self, keys: Iterable[object]) -> list[str]:
        lines = []
        for key in list(keys)[:_STORIES]:
            steps = self._recording.call(key).steps().replace("\n", "\n    ")
            lines.append(f"  {readable(str(key))}:\n    {steps}")
        return lines

    def __repr__(self) -> str:
        return f"<expectations of {self._recording!r}>"


def _row_in_words(key: object, row: Any) -> str:
    parts = [readable(str(key))]
    for name in ("hangup_cause", "hung_up_by", "call_setup_latency", "what"):
        if name in row.index and row[name] == row[name] and row[name] is not None:
            value = row[name]
            parts.append(
                f"{name} {seconds(value) if isinstance(value, float) else readable(value)}"
            )
    return ", ".join(parts)
