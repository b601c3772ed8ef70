"""What a recording shows of itself in a notebook: counts, times, causes, the last few calls.

Every value comes from the network, and is escaped. Colours come from the theme around it.
"""

from html import escape
from typing import TYPE_CHECKING, Any

from switchy_nb.analysis.causes import describe_cause
from switchy_nb.analysis.waits import without_waits

if TYPE_CHECKING:
    import pandas as pd

    from switchy_nb.recording.recording import Recording

_CALLS = 5
_CAUSES = 8
_PROBLEMS = 5
_LONGEST = 40

_STYLE = """
.switchy-recording { color: inherit; font-size: var(--jp-ui-font-size1, 13px); max-width: 70em;
  overflow-x: auto; }
.switchy-recording dl { display: grid; grid-template-columns: max-content 1fr; gap: .15em 1em;
  margin: .4em 0; }
.switchy-recording dt { opacity: .75; font-weight: normal; }
.switchy-recording dd { margin: 0; overflow-wrap: anywhere; }
.switchy-recording table { border-collapse: collapse; margin: .6em 0; color: inherit;
  font-size: inherit; }
.switchy-recording caption { text-align: left; opacity: .75; padding: .2em 0; }
.switchy-recording th, .switchy-recording td { text-align: left; padding: .15em .8em .15em 0;
  border: 0; white-space: nowrap;
  border-bottom: 1px solid color-mix(in srgb, currentColor 25%, transparent);
  background: none; color: inherit; }
.switchy-recording td.number, .switchy-recording th.number { text-align: right;
  font-variant-numeric: tabular-nums; }
"""


def summary(recording: "Recording", losses: int) -> str:
    """Return the HTML of a recording's summary.

    Parameters
    ----------
    recording : Recording
        Of what.
    losses : int
        How often the link was lost.
    """
    events, calls = recording.events, recording.calls
    jobs, commands = recording.jobs, without_waits(recording.commands)
    facts = [
        ("events", _counted(len(events), events["name"].nunique(), "name")),
        ("legs", f"{len(recording.sessions):,}"),
        ("calls", _calls(calls)),
        ("jobs", _outcomes(jobs)),
        ("commands", _outcomes(commands)),
    ]
    if len(events):
        facts.append(("received", _period(events["received"])))
    facts += [("hangup causes", text) for text in [_causes(calls)] if text]
    facts += [("link", text) for text in [_link(losses)] if text]
    if recording.dropped:
        why = "" if recording.keep is None else f": {recording.keep}"
        facts.append(("dropped", f"{recording.dropped:,} older events{why}"))
    if recording.torn:
        facts.append(("torn", f"the last {recording.torn:,} bytes held no whole event"))
    facts += [("problem", text) for text in recording.warnings[:_PROBLEMS]]
    rows = "".join(f"<dt>{escape(name)}</dt><dd>{escape(text)}</dd>" for name, text in facts)
    return (
        f'<div class="switchy-recording"><style>{_STYLE}</style>'
        f"<strong>Recording</strong><dl>{rows}</dl>{_table(recording, calls)}</div>"
    )


def _counted(count: int, kinds: int, what: str) -> str:
    return f"{count:,}" + (f" of {kinds} {what}{'' if kinds == 1 else 's'}" if kinds else "")


def _calls(calls: "pd.DataFrame") -> str:
    if not len(calls):
        return "0"
    answered = int(calls["caller_answer"].notna().sum())
    running = int(calls["hungup"].isna().sum())
    return f"{len(calls):,}, {answered:,} answered" + (f", {running:,} not over" if running else "")


def _outcomes(frame: "pd.DataFrame") -> str:
    if not len(frame):
        return "0"
    failed, waiting = int((~frame["ok"]).sum()), int(frame["ok"].isna().sum())
    text = f"{len(frame):,}"
    if failed:
        text += f", {failed:,} failed"
    return text + (f", {waiting:,} without an answer" if waiting else "")


def _period(received: "pd.Series[Any]") -> str:
    known = received.dropna()
    if not len(known):
        return "when is not known"
    since, until = known.min(), known.max()
    seconds = (until - since).total_seconds()
    return f"{since:%Y-%m-%d %H:%M:%S} to {until:%Y-%m-%d %H:%M:%S} UTC ({seconds:,.1f} s)"


def _causes(calls: "pd.DataFrame") -> str:
    counts = calls["hangup_cause"].value_counts()
    shown = [
        f"{count:,} × {describe_cause(_short(str(c)))}" for c, count in counts[:_CAUSES].items()
    ]
    if len(counts) > _CAUSES:
        shown.append(f"{len(counts) - _CAUSES} other causes")
    return "; ".join(shown)


def _link(lost: int) -> str:
    if not lost:
        return ""
    return f"lost {lost:,} time{'' if lost == 1 else 's'}: what happened meanwhile is not recorded"


def _table(recording: "Recording", calls: "pd.DataFrame") -> str:
    if not len(calls):
        return ""
    last = calls.tail(_CALLS)
    sessions = recording.sessions
    names = ("call", "from", "to", "set up", "lasted", "hung up by", "cause")
    numbers = ("set up", "lasted")
    head = "".join(_cell("th", name, number=name in numbers) for name in names)
    body = []
    for call, row in last.iterrows():
        caller = sessions.loc[row["caller"]] if row["caller"] in sessions.index else None
        values = (
            str(call),
            "" if caller is None else caller["caller_id"],
            "" if caller is None else caller["destination"],
            _seconds(row["call_setup_latency"]),
            _seconds(row["call_duration"]),
            row["hung_up_by"],
            row["hangup_cause"],
        )
        cells = (
            _cell("td", value, number=name in numbers)
            for name, value in zip(names, values, strict=True)
        )
        body.append(f"<tr>{''.join(cells)}</tr>")
    title = f"the last {len(last)} of {len(calls):,} calls" if len(calls) > len(last) else "calls"
    return (
        f"<table><caption>{escape(title)}</caption><thead><tr>{head}</tr></thead>"
        f"<tbody>{''.join(body)}</tbody></table>"
    )


def _cell(tag: str, value: object, *, number: bool) -> str:
    text = _short(value) if isinstance(value, str) else ""
    kind = ' class="number"' if number else ""
    return f"<{tag}{kind}>{escape(text)}</{tag}>"


def _seconds(value: float) -> str:
    return f"{value:.3f} s" if value == value else ""


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
