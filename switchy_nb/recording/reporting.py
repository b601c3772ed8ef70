"""A recording as one page that stands alone: summary, figures, problems, and the calls to look at.

Nothing on the page is fetched and nothing runs: pictures are within it, there is no script, and a
policy in its head forbids both. Every value is escaped by the template.
"""

import os
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from switchy_nb.analysis.ending import cause_in_words
from switchy_nb.analysis.wording import readable, seconds
from switchy_nb.recording.whole import whole_file

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from switchy_nb.analysis.problems.frame import Problems
    from switchy_nb.recording.recording import Recording

#: Larger drawings (a thousand lanes) are kept as pixels.
_LARGEST_SVG = 1_500_000
_PROBLEMS = 100
_CAUSES = 12
#: A picture that follows the page's theme: ink is drawn in the colour of the text around it.
_THEMED = (
    b"<style>svg{color:%s}@media screen and (prefers-color-scheme:dark){svg{color:%s}}</style>"
)


@dataclass(frozen=True, slots=True)
class Picture:
    """A figure on the page."""

    caption: str
    source: str


@dataclass(frozen=True, slots=True)
class Told:
    """A call on the page, and why it is there."""

    key: str
    why: str
    words: str
    steps: str
    ladder: str


def write_report(
    recording: "Recording",
    path: "str | os.PathLike[str]",
    *,
    title: str | None,
    slowest: int,
    failed: int,
) -> Path:
    """Write it; see `Recording.report`."""
    for name, number in (("slowest", slowest), ("failed", failed)):
        if isinstance(number, bool) or number < 0:
            raise ValueError(f"{name} is how many calls are told of, such as 5, not {number!r}")
    page = render(recording, title, slowest, failed).encode("utf-8", "replace")
    with whole_file(path) as file:
        file.write(page)
    return Path(path)


def render(recording: "Recording", title: str | None, slowest: int, failed: int) -> str:
    """Return the page."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    from switchy_nb.analysis.health import judge

    environment = Environment(
        loader=PackageLoader("switchy_nb.recording"),
        autoescape=True,
        undefined=StrictUndefined,
    )
    health = judge(recording.calls)
    problems = recording.problems()
    page: str = environment.get_template("report.html").render(
        title=title or _title(recording),
        period=_period(recording),
        verdict=f"{health.words} {problems.summary}",
        healthy=health.healthy,
        facts=list(_facts(recording)),
        causes=_causes(recording),
        figures=list(_pictures(recording)),
        problems=_problems(problems),
        calls=list(_told(recording, slowest, failed)),
        version=version("switchy_nb"),
        made=f"{datetime.now(UTC):%Y-%m-%d %H:%M}",
    )
    return page


def _title(recording: "Recording") -> str:
    switches = sorted({str(name) for name in recording.events["switch"].dropna().unique()})
    return f"Calls on {readable(', '.join(switches))}" if switches else "A recording of calls"


def _period(recording: "Recording") -> str:
    received: Any = recording.events["received"].dropna()
    if not len(received):
        return "It holds no events."
    since, until = received.min(), received.max()
    long = seconds((until - since).total_seconds())
    return f"{since:%Y-%m-%d %H:%M:%S} to {until:%Y-%m-%d %H:%M:%S} UTC ({long})"


def _facts(recording: "Recording") -> Iterator[tuple[str, str]]:
    from switchy_nb.analysis.latency import post_dial_delays
    from switchy_nb.analysis.traffic import average_call_duration

    calls: Any = recording.calls
    yield "calls", f"{len(calls):,}"
    if len(calls):
        answered = int(calls["caller_answer"].notna().sum())
        yield f"answered, of {len(calls):,}", f"{100 * answered / len(calls):.1f} %"
        running = int((calls["hungup"].isna() & calls["hangup_cause"].isna()).sum())
        if running:
            yield "not over", f"{running:,}"
        lasted = average_call_duration(calls)
        if lasted == lasted:
            yield "average call duration", seconds(lasted)
    delays = {
        "post-dial delay": post_dial_delays(calls, recording.sessions),
        "call set-up": calls["call_setup_latency"],
    }
    for name, values in delays.items():
        known = values.dropna()
        if len(known):
            middle, high = (seconds(float(known.quantile(part))) for part in (0.5, 0.95))
            yield f"{name}, median", middle
            yield f"{name}, 95th percentile", high
    yield "legs", f"{len(recording.sessions):,}"
    yield "events", f"{len(recording.events):,}"


def _causes(recording: "Recording") -> list[tuple[str, str]]:
    counts = recording.calls["hangup_cause"].value_counts()
    rows = [(f"{count:,}", cause_in_words(str(cause))) for cause, count in counts[:_CAUSES].items()]
    if len(counts) > _CAUSES:
        rows.append((f"{int(counts[_CAUSES:].sum()):,}", f"{len(counts) - _CAUSES} other causes"))
    return rows


def _pictures(recording: "Recording") -> Iterator[Picture]:
    if not len(recording.calls):
        return
    drawn = (
        ("Whether the run was healthy, and when it stopped being so", recording.health),
        ("How long calls took to be set up", recording.latencies),
        ("What each leg did, and when", recording.timeline),
    )
    for caption, draw in drawn:
        yield Picture(caption, embed(draw(theme="light")))


def _problems(found: "Problems") -> dict[str, Any]:
    rows = [
        {
            "at": "" if row.at != row.at else f"{row.at:%H:%M:%S.%f}"[:-3],
            "kind": row.kind,
            "what": row.what,
            "evidence": row.evidence,
            "call": row.call if isinstance(row.call, str) else "",
        }
        for row in _rows(found.head(_PROBLEMS))
    ]
    return {"summary": found.summary, "rows": rows, "more": max(len(found) - _PROBLEMS, 0)}


def _rows(frame: Any) -> list[Any]:
    return list(frame.itertuples())


def _told(recording: "Recording", slowest: int, failed: int) -> Iterator[Told]:
    for key, why in chosen_calls(recording, slowest, failed):
        call = recording.call(key)
        yield Told(key, why, call.explain(), call.steps(), embed(call.ladder(theme="light")))


def chosen_calls(recording: "Recording", slowest: int, failed: int) -> list[tuple[str, str]]:
    """Choose the calls that are told of, and say why.

    Parameters
    ----------
    recording : Recording
        Of which.
    slowest, failed : int
        How many of each.

    Returns
    -------
    list of (str, str)
        Keys and reasons: first calls that failed, one of each cause before two of any; then those
        that took longest to be set up.
    """
    from switchy_nb.analysis.outcomes import outcomes_of

    calls: Any = recording.calls
    outcomes = outcomes_of(calls)
    bad = calls[outcomes.isin(["failed", "cut off", "unanswered"])]
    turn = bad.groupby("hangup_cause", sort=False).cumcount()
    bad = bad.loc[turn.sort_values(kind="stable").index].head(failed)
    chosen = [
        (str(key), f"{outcomes[key].capitalize()} ({_named(row['hangup_cause'])})")
        for key, row in bad.iterrows()
    ]
    setup = calls["call_setup_latency"].dropna().sort_values(ascending=False, kind="stable")
    known = {key for key, _ in chosen}
    rank = [(str(key), float(value)) for key, value in setup.items() if str(key) not in known]
    for place, (key, value) in enumerate(rank[:slowest], 1):
        nth = "Slowest" if place == 1 else f"Number {place} of the slowest"
        chosen.append((key, f"{nth} ({seconds(value)} to be answered)"))
    return chosen


def _named(cause: object) -> str:
    return readable(cause) if isinstance(cause, str) else "no cause"


def embed(figure: "Figure") -> str:
    """Return a figure, drawn for a light page, as an address that holds it and follows the theme.

    As a picture it cannot run anything, whatever is in it. Ink becomes the colour of text, which the
    page's theme decides. A drawing that is too large is kept as pixels, on white.
    """
    from switchy_nb.plots.style import Theme

    buffer = BytesIO()
    figure.savefig(
        buffer,
        format="svg",
        facecolor="none",
        bbox_inches="tight",
        pad_inches=0.08,
        metadata={"Date": None, "Creator": None, "Format": None, "Type": None},
    )
    drawn = buffer.getvalue()
    if len(drawn) > _LARGEST_SVG:
        pixels = BytesIO()
        figure.savefig(
            pixels, format="png", facecolor="white", bbox_inches="tight", pad_inches=0.08
        )
        return f"data:image/png;base64,{b64encode(pixels.getvalue()).decode()}"
    inks = [theme.ink.encode() for theme in (Theme.LIGHT, Theme.DARK)]
    drawn = drawn[drawn.index(b"<svg") :].replace(inks[0], b"currentColor")
    head = drawn.index(b">") + 1
    themed = drawn[:head] + _THEMED % (inks[0], inks[1]) + drawn[head:]
    return f"data:image/svg+xml;base64,{b64encode(themed).decode()}"
