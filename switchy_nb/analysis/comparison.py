"""What changed between two runs: shares, causes and latencies, and whether it is more than noise."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from switchy_nb.analysis.causes import NORMAL_ENDINGS, cause_numbers, find_cause
from switchy_nb.analysis.significance import (
    Difference,
    compare_durations,
    compare_shares,
    holm,
    size_in_words,
)
from switchy_nb.analysis.standing import NOTICED_S
from switchy_nb.analysis.wording import Words, counted, hint, listed, readable, seconds, sentence

if TYPE_CHECKING:
    import pandas as pd

#: Columns of seconds that are compared, and what they are called.
LATENCIES = {
    "post_dial_delay": "post-dial delay",
    "call_setup_latency": "call set-up",
    "originate_latency": "originate latency",
    "invite_latency": "invite latency",
    "answer_latency": "answer latency",
    "call_duration": "call duration",
}
#: Longer is not worse of these.
_NEITHER = frozenset({"call_duration"})
#: Less than a step of the switch's clock is nothing that it could measure.
_STEP_S = 0.02
#: Of what is slower than before, this share was as slow before.
_TAIL = 0.05
#: So few calls tell nothing.
_FEWEST = 5
_GROUPS = 12
COLUMNS = (
    "group",
    "measure",
    "unit",
    "n_before",
    "n_after",
    "before",
    "after",
    "change",
    "low",
    "high",
    "p95_before",
    "p95_after",
    "effect",
    "p",
    "p_corrected",
    "verdict",
)


@dataclass(frozen=True, slots=True)
class Row:
    """One thing that was compared; see `compare_calls` for its columns."""

    group: str
    measure: str
    unit: str
    n_before: int
    n_after: int
    before: float
    after: float
    difference: Difference
    p95_before: float = float("nan")
    p95_after: float = float("nan")


def compare_calls(
    before: "pd.DataFrame", after: "pd.DataFrame", by: str | None = None, alpha: float = 0.05
) -> "pd.DataFrame":
    """Compare two frames of calls.

    Parameters
    ----------
    before, after : DataFrame
        As `Recording.calls` has them; columns more, such as ``post_dial_delay`` or
        ``destination``, are taken in too.
    by : str, optional
        A column of text (``destination``, ``app``, ``switch``): its values are compared one by one
        as well, the most frequent twelve of them.
    alpha : float
        The chance of even one false alarm that is put up with.

    Returns
    -------
    DataFrame
        A row for each thing that was compared. ``group``: ``all``, or a value of `by`; ``measure``:
        ``answered``, a hangup cause, a latency, or a latency with `` (slow)``: the share of calls
        slower than 95 % of those before; ``unit``: ``share`` or ``s``; ``n_before``, ``n_after``:
        of how many calls; ``before``, ``after``: the share, or the median in seconds; ``change``
        and its 95 % interval ``low``, ``high``; ``p95_before``, ``p95_after``: seconds; ``effect``:
        Cohen's h or Cliff's δ; ``p``; ``p_corrected``: by Holm's method for all rows; ``verdict``:
        ``worse``, ``better``, ``changed``, ``noise`` or ``too few``.

    Raises
    ------
    ValueError
        If there is no such column, or a frame is none of calls.
    """
    import pandas as pd

    for name, frame in (("before", before), ("after", after)):
        lacking = {"caller_answer", "hangup_cause", "call_setup_latency"} - set(frame.columns)
        if lacking:
            raise ValueError(
                f"{name} is no frame of calls: it lacks {listed(sorted(lacking))}. Give a recording "
                "or its calls"
            )
    if not 0 < alpha < 1:
        raise ValueError(f"alpha is a chance between 0 and 1, such as 0.05, not {alpha!r}")
    rows = list(_compared("all", before, after))
    if by is not None:
        both = [column for column in before.columns if column in after.columns]
        if by not in both:
            raise ValueError(f"the calls have no column {by!r}; {hint(by, both)}")
        for value in _groups(before[by], after[by]):
            rows += _compared(
                readable(value), before[before[by] == value], after[after[by] == value]
            )
    enough = [min(row.n_before, row.n_after) >= _FEWEST for row in rows]
    chances = iter(holm([r.difference.p for r, known in zip(rows, enough, strict=True) if known]))
    corrected = [next(chances) if known else float("nan") for known in enough]
    return pd.DataFrame(
        [
            (
                row.group,
                row.measure,
                row.unit,
                row.n_before,
                row.n_after,
                row.before,
                row.after,
                row.difference.change,
                row.difference.low,
                row.difference.high,
                row.p95_before,
                row.p95_after,
                row.difference.effect,
                row.difference.p,
                p,
                _verdict(row, p, alpha),
            )
            for row, p in zip(rows, corrected, strict=True)
        ],
        columns=list(COLUMNS),
    )


def _groups(before: "pd.Series[Any]", after: "pd.Series[Any]") -> list[str]:
    counts = before.value_counts().add(after.value_counts(), fill_value=0)
    most = counts.sort_values(ascending=False, kind="stable").head(_GROUPS)
    return [str(value) for value in most.index]


def _compared(group: str, before: "pd.DataFrame", after: "pd.DataFrame") -> Iterator[Row]:
    decided = [frame[_decided(frame)] for frame in (before, after)]
    if len(decided[0]) and len(decided[1]):
        yield _share(group, "answered", *(frame["caller_answer"].notna() for frame in decided))
        causes = {str(c) for frame in decided for c in frame["hangup_cause"].dropna().unique()}
        for cause in sorted(causes):
            yield _share(group, cause, *(frame["hangup_cause"] == cause for frame in decided))
    for name in LATENCIES:
        if name not in before.columns or name not in after.columns:
            continue
        x, y = before[name].dropna(), after[name].dropna()
        if not len(x) or not len(y):
            continue
        high = [float(values.quantile(1 - _TAIL)) for values in (x, y)]
        yield Row(
            group,
            name,
            "s",
            len(x),
            len(y),
            float(x.median()),
            float(y.median()),
            compare_durations(x, y),
            *high,
        )
        if name not in _NEITHER:
            limit = high[0] + _STEP_S
            yield _share(group, f"{name} (slow)", x > limit, y > limit)


def _decided(calls: "pd.DataFrame") -> "pd.Series[Any]":
    """Calls whose outcome is known: they are over, or were answered."""
    return calls["hangup_cause"].notna() | calls["caller_answer"].notna()


def _share(group: str, measure: str, before: "pd.Series[Any]", after: "pd.Series[Any]") -> Row:
    counts = int(before.sum()), len(before), int(after.sum()), len(after)
    return Row(
        group,
        measure,
        "share",
        counts[1],
        counts[3],
        counts[0] / counts[1],
        counts[2] / counts[3],
        compare_shares(*counts),
    )


def _verdict(row: Row, p: float, alpha: float) -> str:
    if p != p:
        return "too few"
    change = row.difference.change
    if p >= alpha or (row.unit == "s" and abs(change) < _STEP_S and not _tail_moved(row)):
        return "noise"
    good = _more_is_better(row.measure)
    if good is None:
        return "changed"
    grew = change > 0 if change else row.after > row.before
    return "better" if grew == good else "worse"


def _tail_moved(row: Row) -> bool:
    return abs(row.p95_after - row.p95_before) >= _STEP_S


def _more_is_better(measure: str) -> bool | None:
    if measure == "answered":
        return True
    if measure in _NEITHER:
        return None
    if measure.removesuffix(" (slow)") in LATENCIES:
        return False
    return None if measure in NORMAL_ENDINGS else False


def comparison_in_words(frame: "pd.DataFrame", names: tuple[str, str], alpha: float) -> Words:
    """Tell what changed, the worst first, and what did not.

    Parameters
    ----------
    frame : DataFrame
        Of `compare_calls`.
    names : (str, str)
        What to call the two runs.
    alpha : float
        As of `compare_calls`.
    """
    if not len(frame):
        return Words("There is nothing to compare: one of the two has no calls.")
    whole: Any = frame[frame["group"] == "all"]
    tested: Any = frame[frame["verdict"] != "too few"]
    changed = tested[tested["verdict"] != "noise"]
    n = tuple(int(whole[column].max()) for column in ("n_before", "n_after"))
    told = [
        f"{counted(n[0], 'call')} {names[0]}, {n[1]:,} {names[1]}: "
        + (
            f"{len(changed)} of the {counted(len(tested), 'thing')} compared changed by more than "
            f"noise (Holm's correction, {100 * alpha:g} %)."
            if len(changed)
            else f"none of the {counted(len(tested), 'thing')} compared changed by more than noise."
        )
    ]
    order = {"worse": 0, "changed": 1, "better": 2}
    row: Any
    for row in sorted(
        changed.itertuples(), key=lambda r: (order[r.verdict], r.group != "all", r.p_corrected)
    ):
        told.append(f"  {row.verdict}: {row_in_words(row)}")
    few = frame[frame["verdict"] == "too few"]
    if len(few):
        told.append(
            f"  {counted(len(few), 'thing')} could not be compared: there are fewer than {_FEWEST} "
            "calls of it on one side."
        )
    return Words("\n".join(told))


def row_in_words(row: Any) -> str:
    """Tell one row of the frame of `compare_calls` in a sentence."""
    p = f"p {'< 0.0001' if row.p_corrected < 1e-4 else f'= {row.p_corrected:.2g}'}"
    size = size_in_words(row.effect, of_shares=row.unit == "share")
    name = measure_in_words(row.measure)
    of = "" if row.group == "all" else f" ({row.group})"
    if row.unit == "share":
        points = 100 * row.change
        kind = "h"
        text = (
            f"{name}{of}: {100 * row.before:.1f} % → {100 * row.after:.1f} % of the calls, "
            f"{_plain(points, 1)} percentage points "
            f"({_plain(100 * row.low, 1)} to {_plain(100 * row.high, 1)})"
        )
    else:
        kind = "δ"
        text = (
            f"{name}{of}: median {seconds(row.before)} → {seconds(row.after)}, 95th percentile "
            f"{seconds(row.p95_before)} → {seconds(row.p95_after)}, typically "
            f"{_signed(row.change)} ({_signed(row.low)} to {_signed(row.high)})"
        )
    return sentence(
        f"{text}; n = {row.n_before:,} and {row.n_after:,}, {p}, {size} effect "
        f"({kind} = {_plain(row.effect, 2)})"
    )


def measure_in_words(measure: str) -> str:
    """Return what a measure is called in a sentence."""
    name = measure.removesuffix(" (slow)")
    if name in LATENCIES:
        called = LATENCIES[name]
        return called if name == measure else f"{called} slower than 95 % of those before"
    cause = find_cause(measure)
    return f"{readable(measure)}{cause_numbers(measure)}" if cause else readable(measure)


def _plain(value: float, digits: int) -> str:
    """Write a number with its sign."""
    return f"{value:+.{digits}f}".replace("-", "−")


def _signed(value: float) -> str:
    return f"{'+' if value >= 0 else ''}{seconds(value)}"


def changed_calls(before: "pd.DataFrame", after: "pd.DataFrame") -> "pd.DataFrame":
    """Return the calls after that are like none before.

    Parameters
    ----------
    before, after : DataFrame
        As of `compare_calls`.

    Returns
    -------
    DataFrame
        Rows of `after` with a column ``why``: a hangup cause that no call before had, or a latency
        half as long again as the longest before (and 0.1 s longer); those that exceed it most come
        first.
    """
    import pandas as pd

    why = pd.Series("", index=after.index, dtype="object")
    excess = pd.Series(0.0, index=after.index)
    known = set(before["hangup_cause"].dropna())
    fresh = after["hangup_cause"].notna() & ~after["hangup_cause"].isin(known)
    why[fresh] = "no call before ended with " + after.loc[fresh, "hangup_cause"].astype(str)
    for name in LATENCIES:
        if name in _NEITHER or name not in before.columns or name not in after.columns:
            continue
        longest = before[name].max()
        over = after[name] - longest
        slow = (over >= max(NOTICED_S, longest / 2)) & (why == "")
        why[slow] = f"its {LATENCIES[name]} is far longer than any before"
        excess = excess.where(~slow, over)
    found = after[why != ""].assign(why=why[why != ""].astype("str"))
    return found.loc[excess[why != ""].sort_values(ascending=False, kind="stable").index]
