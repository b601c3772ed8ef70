"""How long something took, compared with the other calls of a recording.

A call is slow if it stands out, not if it is merely above the middle: above the third quartile by
more than three times the distance between the quartiles (Tukey's outer fence), and by an amount
that somebody would notice.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from switchy_nb.analysis.wording import counted, seconds

if TYPE_CHECKING:
    import pandas as pd

#: Fewer others say nothing of what is usual.
FEWEST = 5
#: What a person notices; also above the 20 ms steps of the switch's clock.
NOTICED_S = 0.1
_FENCE = 3.0


@dataclass(frozen=True, slots=True)
class Standing:
    """Where one call stands among the others.

    Attributes
    ----------
    name : str
        Of the measure, as `MEASURES` has it.
    value : float
        Seconds that it took.
    others : int
        How many other calls have it.
    longer : int
        How many of them took as long or longer.
    median : float
        Of the others, in seconds.
    high : float
        95 % of the others took no longer, in seconds.
    stands_out : bool
        Whether it is far beyond what is usual.
    """

    name: str
    value: float
    others: int
    longer: int
    median: float
    high: float
    stands_out: bool

    def __str__(self) -> str:
        among = f"the other {counted(self.others, 'call')}"
        rank = (
            f"longer than any of {among}"
            if not self.longer
            else (f"longer than {self.others - self.longer:,} of {among}")
        )
        told = MEASURES[self.name].format(seconds(self.value))
        return (
            f"{told}, {rank} (half of them took at most {seconds(self.median)}, "
            f"95 % at most {seconds(self.high)})"
        )


#: What is compared, and how it is told, for each column.
MEASURES = {
    "originate_latency": "the switch took {} to begin after it was asked",
    "invite_latency": "the call took {} to reach the far leg",
    "post_dial_delay": "the far end took {} to react (post-dial delay)",
    "call_setup_latency": "the call took {} to be answered",
    "answer_latency": "the answer took {} to come back",
    "teardown": "the other end took {} to end as well",
}


def measures_of(calls: "pd.DataFrame", sessions: "pd.DataFrame") -> "pd.DataFrame":
    """Return what is compared of each call, in seconds (columns of `MEASURES`, index ``call``)."""
    import pandas as pd

    from switchy_nb.analysis.latency import post_dial_delays

    ends = [
        sessions["hungup"].reindex(calls[leg]).set_axis(calls.index) for leg in ("caller", "callee")
    ]
    teardown = (ends[0] - ends[1]).dt.total_seconds().abs()
    both = calls["caller_answer"].notna()
    known = {
        "post_dial_delay": post_dial_delays(calls, sessions),
        "teardown": teardown.where(both),
    }
    return pd.DataFrame(
        {name: known[name] if name in known else calls[name] for name in MEASURES},
        index=calls.index,
    )


def fence(values: "pd.Series[Any]") -> float:
    """Return the seconds above which a value stands out; infinity if there are too few of them."""
    known = values.dropna()
    if len(known) < FEWEST:
        return float("inf")
    low, middle, high = (float(known.quantile(share)) for share in (0.25, 0.5, 0.75))
    return max(high + _FENCE * (high - low), middle + NOTICED_S)


def standings(
    measures: "pd.DataFrame", call: str, names: Iterable[str] = MEASURES
) -> list[Standing]:
    """Compare one call with the others.

    Parameters
    ----------
    measures : DataFrame
        Of `measures_of`.
    call : str
        Its key.
    names : iterable of str
        The measures.

    Returns
    -------
    list of Standing
        Those that the call has and at least `FEWEST` others too.
    """
    found = []
    for name in names:
        values: Any = measures[name]
        value = float(values[call])
        others = values.drop(call).dropna()
        if value != value or len(others) < FEWEST:
            continue
        found.append(
            Standing(
                name,
                value,
                len(others),
                int((others >= value).sum()),
                float(others.median()),
                float(others.quantile(0.95)),
                value > fence(others),
            )
        )
    return found
