"""The frame of problems, which shows itself: what was found of which kind, then each with evidence.

pandas is imported here, and this module only where it is needed.
"""

from collections.abc import Sequence
from html import escape
from typing import Any

import pandas as pd

from switchy_nb.analysis.problems.problem import Problem
from switchy_nb.analysis.wording import counted

#: Of more, the first ones are shown, and the others counted.
_SHOWN = 25
#: The class is named twice, so that a notebook's own rules for tables give way.
_STYLE = """
.switchy-problems { color: inherit; font-size: var(--jp-ui-font-size1, 13px); max-width: 75em; }
.switchy-problems.switchy-problems table { border-collapse: collapse; color: inherit;
  font-size: inherit; margin: .5em 0; }
.switchy-problems.switchy-problems tr { background: none; }
.switchy-problems.switchy-problems th, .switchy-problems.switchy-problems td {
  text-align: left; vertical-align: top; border: 0; padding: .25em 1em .25em 0; background: none;
  color: inherit; white-space: normal; max-width: none; overflow-wrap: anywhere;
  border-bottom: 1px solid color-mix(in srgb, currentColor 25%, transparent); }
.switchy-problems.switchy-problems th, .switchy-problems.switchy-problems .kind,
.switchy-problems.switchy-problems .at { white-space: nowrap; overflow-wrap: normal; }
.switchy-problems .evidence { opacity: .8; }
.switchy-problems.switchy-problems code { font-size: .95em; background: none; color: inherit; }
"""


class Problems(pd.DataFrame):
    """What looks wrong, one row each (index ``problem``, in order of time).

    ==========  ======================  ==========================================================
    column      type                    what it holds
    ==========  ======================  ==========================================================
    kind        str                     what sort of thing, one of `Kind`
    at          datetime64[us, UTC]     when, by this machine's clock
    call        str                     the call that it concerns
    session     str                     the leg that it concerns
    seconds     float64                 how long, where it is a matter of time
    what        str                     what is wrong, in a sentence
    evidence    str                     how one can see that
    n           Int64                   the event to look at first, as ``recording.event(n)``
    ==========  ======================  ==========================================================

    What is selected of it is a plain DataFrame.
    """

    _metadata = ["looked_at"]  # noqa: RUF012 (pandas' own name for what a frame carries)
    looked_at: tuple[int, int]

    @property
    def _constructor(self) -> Any:
        return pd.DataFrame

    @property
    def summary(self) -> str:
        """How many problems there are of each kind, or what was looked at without finding any."""
        calls, events = self.looked_at
        among = f"{counted(calls, 'call')}, {counted(events, 'event')}"
        if not len(self):
            return f"No problems in {among}."
        kinds = ", ".join(f"{count} {kind}" for kind, count in self["kind"].value_counts().items())
        return f"{counted(len(self), 'problem')} in {among}: {kinds}."

    def __repr__(self) -> str:
        lines = [self.summary]
        for row in self._shown():
            lines += [f"  {row.kind}: {row.what}", f"      {row.evidence}{_whom(row)}"]
        if len(self) > _SHOWN:
            lines.append(f"  … and {counted(len(self) - _SHOWN, 'other')}")
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        rows = "".join(
            f'<tr><td class="at">{_time(row.at)}</td><td class="kind">{escape(row.kind)}</td>'
            f'<td>{escape(row.what)}<br><span class="evidence">{escape(row.evidence)}'
            f"{_call(row)}</span></td></tr>"
            for row in self._shown()
        )
        head = "<tr><th>when (UTC)</th><th>kind</th><th>what, and how one can see it</th></tr>"
        table = f"<table><thead>{head}</thead><tbody>{rows}</tbody></table>" if len(self) else ""
        more = f"<p>… and {counted(len(self) - _SHOWN, 'other')}</p>" if len(self) > _SHOWN else ""
        return (
            f'<div class="switchy-problems"><style>{_STYLE}</style>'
            f"<strong>{escape(self.summary)}</strong>{table}{more}</div>"
        )

    def _shown(self) -> Sequence[Any]:
        return list(self.head(_SHOWN).itertuples())


def _whom(row: Any) -> str:
    return f" (call {row.call})" if isinstance(row.call, str) else ""


def _call(row: Any) -> str:
    return f" <code>{escape(row.call)}</code>" if isinstance(row.call, str) else ""


def _time(at: Any) -> str:
    return "" if at != at or at is None else escape(f"{at:%H:%M:%S.%f}"[:-3])


def make_problems(found: Sequence[Problem], looked_at: tuple[int, int]) -> Problems:
    """Make the frame of problems, in order of time; those of no known time come last."""
    far = pd.Timestamp.max.tz_localize("UTC")
    found = sorted(found, key=lambda one: far if one.at is None or one.at != one.at else one.at)
    frame = Problems(
        {
            "kind": pd.array([one.kind.value for one in found], dtype="str"),
            "at": pd.DatetimeIndex([one.at for one in found], dtype="datetime64[us, UTC]"),
            "call": pd.array([one.call for one in found], dtype="str"),
            "session": pd.array([one.session for one in found], dtype="str"),
            "seconds": pd.array([one.seconds for one in found], dtype="Float64").to_numpy(
                "float64", na_value=float("nan")
            ),
            "what": pd.array([one.what for one in found], dtype="str"),
            "evidence": pd.array([one.evidence for one in found], dtype="str"),
            "n": pd.array([one.n for one in found], dtype="Int64"),
        },
        index=pd.RangeIndex(len(found), name="problem"),
    )
    frame.looked_at = looked_at
    return frame
