"""Gaps: the link was lost, the switch dropped us, was restarted, or said nothing for too long."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from switchy_nb.analysis.problems.problem import Kind, Problem
from switchy_nb.analysis.wording import counted, readable, seconds, text_of

if TYPE_CHECKING:
    from switchy_nb.analysis.material import Material

#: How a loss is told of which the switch was the cause (see `switchy_nb.link`).
_BY_THE_SWITCH = "the switch"
#: Fewer heartbeats do not tell how often they should come.
_FEWEST = 3
#: A heartbeat that is so many intervals late did not come.
_LATE = 1.75


def find(material: "Material") -> Iterator[Problem]:
    """Find gaps in what the switch told, and what is wrong with the recording itself."""
    yield from _outages(material)
    yield from _restarts(material)
    yield from _silences(material)
    for text in material.warnings:
        yield Problem(Kind.RECORDING, readable(text, 300), "it was warned of when it was read")


def _outages(material: "Material") -> Iterator[Problem]:
    events: Any = material.events
    # rows of our own have neither time nor number: what a switch calls its events does not count
    ours = events["name"].isin(["LINK_DOWN", "LINK_UP"])
    ours &= events["time"].isna() & events["sequence"].isna()
    rows = events[ours]
    downs = rows[rows["name"] == "LINK_DOWN"]
    if not len(downs):
        return
    reasons = material.pick(downs.index, ("Link-Reason",))["Link-Reason"]
    for n, row in downs.iterrows():
        back = rows[(rows.index > n) & (rows["name"] == "LINK_UP") & _same(rows, row["switch"])]
        reason = text_of(reasons[n]) or "nobody said why"
        up = _legs_up(material, row["received"])
        evidence = f"event {n}: {readable(reason, 200)}"
        if up:
            evidence += f"; {counted(up, 'leg')} {'was' if up == 1 else 'were'} up then"
        kind = Kind.DROPPED if reason.startswith(_BY_THE_SWITCH) else Kind.LINK
        whom = readable(text_of(row["switch"]) or "the switch")
        what = "dropped us" if kind is Kind.DROPPED else "was lost to us"
        gap = (back["received"].iloc[0] - row["received"]).total_seconds() if len(back) else None
        after = (
            "and it did not come back"
            if gap is None
            else f"for {seconds(gap)}: what happened meanwhile is not recorded"
        )
        yield Problem(
            kind, f"{whom} {what}, {after}.", evidence, at=row["received"], seconds=gap, n=int(n)
        )


def _same(rows: Any, switch: Any) -> Any:
    return rows["switch"].isna() if switch != switch else rows["switch"] == switch


def _legs_up(material: "Material", moment: Any) -> int:
    events: Any = material.events
    before = events[events["received"] <= moment]
    began = set(before.loc[before["name"] == "CHANNEL_CREATE", "session"])
    return len(began - set(before.loc[before["name"] == "CHANNEL_HANGUP", "session"]))


def _restarts(material: "Material") -> Iterator[Problem]:
    events: Any = material.events
    if not len(events):
        return
    cores: Any = material.header("Core-UUID", required=False)
    told = events[["received", "switch"]].assign(core=cores)
    told = told[told["core"].notna()]
    for switch, rows in told.groupby("switch", dropna=False, sort=False):
        first = ~rows["core"].duplicated()
        for n, row in rows[first].iloc[1:].iterrows():
            up = _legs_up(material, row["received"])
            with_legs = f" with {counted(up, 'leg')} up" if up else ""
            yield Problem(
                Kind.RESTART,
                f"{readable(text_of(switch) or 'The switch')} was restarted{with_legs}.",
                f"event {n} is the first with another Core-UUID, {readable(row['core'])}",
                at=row["received"],
                n=int(n),
            )


def _silences(material: "Material") -> Iterator[Problem]:
    events: Any = material.events
    beats = events[events["name"] == "HEARTBEAT"]
    for switch, rows in beats.groupby("switch", dropna=False, sort=False):
        if len(rows) < _FEWEST:
            continue
        gaps = rows["time"].diff().dt.total_seconds()
        usual = float(gaps.median())
        for n, gap in gaps[gaps > _LATE * usual].items():
            yield Problem(
                Kind.SILENT,
                f"{readable(text_of(switch) or 'The switch')} sent no heartbeat for "
                f"{seconds(float(gap))}.",
                f"event {n}; it sends one every {seconds(usual)}",
                at=rows.at[n, "received"],
                seconds=float(gap),
                n=int(n),
            )
