"""Events that came in the wrong order, twice, or not at all."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from switchy_nb.analysis.problems.problem import Kind, Problem
from switchy_nb.analysis.wording import counted, number_of

if TYPE_CHECKING:
    from switchy_nb.analysis.material import Material

#: What a leg goes through, in this order. Ringing and early media may come either way round.
_MILESTONES = {
    "CHANNEL_CREATE": 0,
    "CHANNEL_PROGRESS": 1,
    "CHANNEL_PROGRESS_MEDIA": 1,
    "CHANNEL_ANSWER": 2,
    "CHANNEL_HANGUP": 3,
    "CHANNEL_HANGUP_COMPLETE": 4,
    "CHANNEL_DESTROY": 5,
}
_BEGIN, _END = 0, 5
_CREATED, _ANSWERED = "Caller-Channel-Created-Time", "Caller-Channel-Answered-Time"
#: A leg that began at the same moment as the recording may have begun before it.
_MARGIN_US = 100_000


def find(material: "Material") -> Iterator[Problem]:
    """Find events that are out of order, that came twice, or that are missing."""
    yield from _out_of_order(material)
    yield from _twice(material)
    yield from _missing(material)


def _out_of_order(material: "Material") -> Iterator[Problem]:
    events: Any = material.events
    rank = events["name"].map(_MILESTONES)
    steps = events[rank.notna() & events["session"].notna()].assign(rank=rank)
    steps = steps.reset_index().sort_values(["session", "n"], kind="stable")
    before = steps.shift(1)
    back = (steps["session"] == before["session"]) & (steps["rank"] < before["rank"])
    # an id may be used again: another life begins then
    back &= ~((steps["rank"] == _BEGIN) & (before["rank"] == _END))
    row: Any
    for at, row in steps[back].iterrows():
        earlier = before.loc[at]
        yield Problem(
            Kind.ORDER,
            f"{row['name']} of a leg came after its {earlier['name']}.",
            f"event {int(row['n'])} came after event {int(earlier['n'])}; the switch's own numbers "
            f"are {row['sequence']} and {earlier['sequence']}",
            at=row["received"],
            call=row["call"],
            session=row["session"],
            n=int(row["n"]),
        )


def _twice(material: "Material") -> Iterator[Problem]:
    events: Any = material.events
    numbered = events[events["sequence"].notna()]
    again = numbered[numbered.duplicated(["switch", "sequence"], keep=False)]
    if not len(again):
        return
    # the numbers begin anew when the switch does
    cores = material.pick(again.index, ("Core-UUID",))["Core-UUID"].reindex(again.index)
    again = again.assign(core=cores)
    again = again[again.duplicated(["switch", "core", "sequence"])]
    if len(again):
        n, first = int(again.index[0]), again.iloc[0]
        yield Problem(
            Kind.TWICE,
            f"{counted(len(again), 'event')} came twice.",
            f"event {n} is the first that has a number (Event-Sequence {first['sequence']}) which "
            "another one of the same switch has",
            at=first["received"],
            n=n,
        )


def _missing(material: "Material") -> Iterator[Problem]:
    """Events that a leg's own times tell of, and that other legs have."""
    events: Any = material.events
    known = set(events["name"].unique())
    ends = events[(events["name"] == "CHANNEL_HANGUP_COMPLETE") & events["session"].notna()]
    ends = ends.drop_duplicates("session")
    if not len(ends):
        return
    times = material.pick(ends.index, (_CREATED, _ANSWERED)).reindex(ends.index)
    have = {
        name: set(events.loc[events["name"] == name, "session"].dropna())
        for name in ("CHANNEL_CREATE", "CHANNEL_ANSWER", "CHANNEL_HANGUP")
    }
    begin = events["time"].min()
    begin_us = begin.value // 1000 + _MARGIN_US if begin == begin else 0
    row: Any
    for row, created, answered in zip(
        ends.reset_index().itertuples(), times[_CREATED], times[_ANSWERED], strict=True
    ):
        since = number_of(created) or 0
        whole = since > begin_us  # all of it is in the recording
        wanted = {
            "CHANNEL_CREATE": whole,
            "CHANNEL_ANSWER": whole and bool(number_of(answered)),
            "CHANNEL_HANGUP": True,
        }
        lacking = [
            name
            for name, due in wanted.items()
            if due and name in known and row.session not in have[name]
        ]
        for name in lacking:
            yield Problem(
                Kind.MISSING,
                f"The {name} of a leg did not come.",
                f"event {row.n}, its CHANNEL_HANGUP_COMPLETE, tells of it, and other legs have one",
                at=row.received,
                call=row.call,
                session=row.session,
                n=int(row.n),
            )
