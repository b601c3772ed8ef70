"""Legs that heard nothing though something was sent to them, and legs that heard it badly."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from switchy_nb.analysis.media import silences
from switchy_nb.analysis.problems.problem import Kind, Limits, Problem
from switchy_nb.analysis.wording import counted

if TYPE_CHECKING:
    from switchy_nb.analysis.material import Material


def find(material: "Material", limits: Limits) -> Iterator[Problem]:
    """Find one-way audio and poor sound, by what FreeSWITCH counted at the end of each leg."""
    sessions: Any = material.sessions
    received: Any = material.events["received"]
    for one in silences(material):
        leg = sessions.loc[one.session]
        whence = f"the other end ({one.by})" if one.by is not None else "the leg itself"
        yield Problem(
            Kind.ONE_WAY,
            "A leg heard nothing, though sound was sent.",
            f"event {one.n}: rtp_audio_in_media_packet_count 0, while {whence} sent "
            f"{counted(one.sent, 'packet')}",
            at=received[one.n],
            call=leg["call"],
            session=one.session,
            seconds=float(leg["talk_s"]) if leg["talk_s"] == leg["talk_s"] else None,
            n=one.n,
        )
    events = material.events
    poor = sessions[sessions["mos"] < limits.mos]
    ends = events[events["name"] == "CHANNEL_HANGUP_COMPLETE"].drop_duplicates("session")
    end_of = dict(zip(ends["session"], ends.index, strict=True))
    for leg, row in poor.iterrows():
        n = end_of.get(leg)
        yield Problem(
            Kind.POOR,
            f"A leg heard poor sound: its mean opinion score is {row['mos']:.2f}.",
            f"{f'event {n}: ' if n is not None else ''}rtp_audio_in_mos {row['mos']:.2f}, below "
            f"{limits.mos:g}",
            at=received[n] if n is not None else None,
            call=row["call"],
            session=str(leg),
            n=None if n is None else int(n),
        )
