"""`compare`: two runs side by side, in words, as a frame, and in a figure.

The numbers and words are made in `switchy_nb.analysis.comparison`, the figure in
`switchy_nb.plots`.
"""

from base64 import b64encode
from html import escape
from typing import TYPE_CHECKING, Any

from switchy_nb.analysis.comparison import (
    LATENCIES,
    changed_calls,
    compare_calls,
    comparison_in_words,
    measure_in_words,
)
from switchy_nb.analysis.wording import hint, seconds

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

    from switchy_nb.plots.style import Theme

#: The class is named twice, so that a notebook's own rules for tables give way.
_STYLE = """
.switchy-compared { color: inherit; font-size: var(--jp-ui-font-size1, 13px); max-width: 75em;
  overflow-x: auto; }
.switchy-compared ul { line-height: 1.5; margin: .3em 0; padding-left: 1.5em; }
.switchy-compared.switchy-compared table { border-collapse: collapse; color: inherit;
  font-size: inherit; margin: .6em 0; }
.switchy-compared.switchy-compared tr { background: none; }
.switchy-compared.switchy-compared th, .switchy-compared.switchy-compared td { text-align: left;
  vertical-align: top; padding: .15em .9em .15em 0; border: 0; background: none; color: inherit;
  white-space: normal; max-width: none;
  border-bottom: 1px solid color-mix(in srgb, currentColor 25%, transparent); }
.switchy-compared.switchy-compared .number { text-align: right; white-space: nowrap;
  font-variant-numeric: tabular-nums; }
.switchy-compared tr.noise { opacity: .65; }
.switchy-compared img { max-width: 100%; }
"""
#: Of what is no more than noise, so many rows are shown.
_QUIET = 6


class Comparison:
    """What changed between two runs.

    Attributes
    ----------
    frame : DataFrame
        A row for each thing that was compared: see `switchy_nb.analysis.comparison.compare_calls`.
    words : Words
        What changed by more than noise, the worst first.
    """

    def __init__(
        self,
        before: "pd.DataFrame",
        after: "pd.DataFrame",
        by: str | None,
        names: tuple[str, str],
        alpha: float,
    ) -> None:
        self._before, self._after, self._names = before, after, names
        self.frame = compare_calls(before, after, by, alpha)
        self.words = comparison_in_words(self.frame, names, alpha)

    @property
    def changed(self) -> "pd.DataFrame":
        """The rows of `frame` that changed by more than noise."""
        rows: pd.DataFrame = self.frame[~self.frame["verdict"].isin(["noise", "too few"])]
        return rows

    @property
    def worse(self) -> "pd.DataFrame":
        """The rows of `frame` that changed for the worse."""
        rows: pd.DataFrame = self.frame[self.frame["verdict"] == "worse"]
        return rows

    @property
    def calls(self) -> "pd.DataFrame":
        """The calls after that are like none before, with a column ``why``."""
        return changed_calls(self._before, self._after)

    def figure(
        self, measure: str | None = None, *, theme: "Theme | str | None" = None, **options: Any
    ) -> "Figure":
        """Draw the spread of a latency in both runs, one over the other.

        Parameters
        ----------
        measure : str, optional
            Which; the one that changed most, where it is not given.
        theme, **options
            As of `switchy_nb.plots.latencies`.

        Raises
        ------
        ValueError
            If there is no such latency.
        """
        import pandas as pd

        from switchy_nb.plots import latencies

        known = [name for name in LATENCIES if name in self._before.columns]
        name = measure or self._most_changed(known)
        if name not in known:
            raise ValueError(f"there is no latency {name!r}; {hint(name, known)}")
        runs = zip(self._names, (self._before, self._after), strict=True)
        columns = ["caller_create", "launched", *known]
        both = pd.concat([frame.reindex(columns=columns).assign(run=run) for run, frame in runs])
        both["run"] = pd.Categorical(both["run"], categories=self._names, ordered=True)
        options = {"view": "spread"} | options
        figure: Figure = latencies(both, name, by="run", theme=theme, **options)
        return figure

    def _most_changed(self, known: list[str]) -> str:
        rows = self.frame[(self.frame["group"] == "all") & self.frame["measure"].isin(known)]
        rows = rows[rows["measure"] != "call_duration"]
        if not len(rows):
            return "call_setup_latency"
        order = rows.assign(size=rows["effect"].abs()).sort_values(
            ["p_corrected", "size"], ascending=[True, False], kind="stable"
        )
        return str(order["measure"].iloc[0])

    def __repr__(self) -> str:
        return repr(self.words)

    def _repr_html_(self) -> str:
        figure: Any = self.figure()
        image = b64encode(figure._repr_png_()).decode()
        first, *rest = self.words.split("\n")
        points = "".join(f"<li>{escape(line.strip())}</li>" for line in rest)
        return (
            f'<div class="switchy-compared"><style>{_STYLE}</style>'
            f"<strong>{escape(first)}</strong><ul>{points}</ul>"
            f'{_table(self.frame, self._names)}<img alt="{escape(self.words.splitlines()[0])}" '
            f'src="data:image/png;base64,{image}"></div>'
        )


def compare(
    before: Any,
    after: Any,
    *,
    by: str | None = None,
    names: tuple[str, str] = ("before", "after"),
    alpha: float = 0.05,
) -> Comparison:
    """Compare two runs: what changed in who was answered, in causes and in latencies.

    Each share is tested by Fisher's exact test, each latency by that of Mann and Whitney, and all
    of them together are corrected by Holm's method, so that the chance of even one false alarm
    stays below `alpha`.

    Parameters
    ----------
    before, after : Recording or DataFrame
        Two recordings, or their frames of calls.
    by : str, optional
        Compare groups of calls as well: ``destination``, ``app``, ``switch``, or any column of
        text.
    names : (str, str)
        What to call the two runs.
    alpha : float
        The chance of a false alarm that is put up with.

    Returns
    -------
    Comparison
        It shows itself: the words, the numbers, and the figure beside them.

    Raises
    ------
    ValueError
        If there is no such column, or one of the two is nothing that has calls.
    """
    first, second = names
    if first == second:
        raise ValueError(f"two runs need two names, not {first!r} twice")
    return Comparison(_calls(before), _calls(after), by, (first, second), alpha)


def _calls(run: Any) -> "pd.DataFrame":
    """The calls of a recording with what its other frames tell of them; or a frame as it is."""
    import pandas as pd

    from switchy_nb.analysis.latency import post_dial_delays

    frame: pd.DataFrame
    if isinstance(run, pd.DataFrame):
        return run
    if not (hasattr(run, "calls") and hasattr(run, "sessions")):
        raise ValueError(f"a recording or its frame of calls is compared, not {run!r}")
    calls, sessions = run.calls, run.sessions
    destination = sessions["destination"].reindex(calls["caller"]).set_axis(calls.index)
    frame = calls.assign(post_dial_delay=post_dial_delays(calls, sessions), destination=destination)
    return frame


def _table(frame: "pd.DataFrame", names: tuple[str, str]) -> str:
    head = "".join(
        f'<th class="number">{escape(name)}</th>' if number else f"<th>{escape(name)}</th>"
        for name, number in (
            ("", False),
            ("", False),
            (names[0], True),
            (names[1], True),
            ("change", True),
            ("95 % interval", True),
            ("effect", True),
            ("p", True),
        )
    )
    told = frame[~frame["verdict"].isin(["noise", "too few"])]
    quiet = frame[frame["verdict"] == "noise"]
    rows = [*told.itertuples(), *quiet.head(_QUIET).itertuples()]
    body = "".join(_row(row) for row in rows)
    left = len(quiet) - _QUIET
    more = f"<p>… and {left} more that are no more than noise</p>" if left > 0 else ""
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>{more}"


def _row(row: Any) -> str:
    shares = row.unit == "share"

    def shown(value: float, *, sign: bool = False) -> str:
        if shares:
            return f"{100 * value:+.1f}".replace("-", "−") if sign else f"{100 * value:.1f} %"
        return ("+" if sign and value >= 0 else "") + seconds(value)

    of = "" if row.group == "all" else f" ({row.group})"
    numbers = (
        shown(row.before),
        shown(row.after),
        shown(row.change, sign=True) + (" points" if shares else ""),
        f"{shown(row.low, sign=True)} to {shown(row.high, sign=True)}",
        f"{'h' if shares else 'δ'} {row.effect:+.2f}".replace("-", "−"),
        "< 0.0001" if row.p_corrected < 1e-4 else f"{row.p_corrected:.2g}",
    )
    cells = "".join(f'<td class="number">{escape(text)}</td>' for text in numbers)
    name = escape(measure_in_words(row.measure) + of)
    return f'<tr class="{row.verdict}"><td>{row.verdict}</td><td>{name}</td>{cells}</tr>'
