"""Whether the two ends heard each other: packets that were sent and that arrived, and quality.

FreeSWITCH counts the packets of each leg and gives them at its end, as ``rtp_audio_…`` variables.
A leg that nobody played anything to has sent none, which is no fault: one-way audio is when one end
sent, and the other received nothing.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from switchy_nb.analysis.facts import Facts
from switchy_nb.analysis.material import Snapshot
from switchy_nb.analysis.wording import counted, number_of

if TYPE_CHECKING:
    import pandas as pd

    from switchy_nb.analysis.material import Material

RECEIVED = "variable_rtp_audio_in_media_packet_count"
SENT = "variable_rtp_audio_out_media_packet_count"
LOSS = "variable_rtp_audio_in_jitter_loss_rate"
#: A second of sound in packets of 20 ms: less may be lost while the media are set up.
PACKETS = 50
#: A mean opinion score below this is one of which many users complain (ITU-T G.107, annex B:
#: "some users dissatisfied" ends at 3.6).
POOR_MOS = 3.6


@dataclass(frozen=True, slots=True)
class Silence:
    """A leg that should have heard something.

    Attributes
    ----------
    session : str
        The leg.
    sent : int
        Media packets that were sent to it: by the other end, or else by itself to an end that
        never answered with any.
    by : str or None
        The other end's leg, where that is what sent.
    n : int
        The number of the event that counts them.
    """

    session: str
    sent: int
    by: str | None
    n: int


def counts_of(material: "Material") -> "pd.DataFrame":
    """Return the media packets of each leg that has ended (columns ``received``, ``sent``, ``n``)."""
    import pandas as pd

    events = material.events
    ends = events[(events["name"] == "CHANNEL_HANGUP_COMPLETE") & events["session"].notna()]
    told = material.pick(ends.index, (RECEIVED, SENT, LOSS)).reindex(ends.index)
    frame = pd.DataFrame(
        {
            "session": ends["session"],
            "received": pd.to_numeric(told[RECEIVED], errors="coerce"),
            "sent": pd.to_numeric(told[SENT], errors="coerce"),
            "loss": pd.to_numeric(told[LOSS], errors="coerce"),
            "n": ends.index,
        }
    )
    return frame.drop_duplicates("session", keep="last").set_index("session")


def silences(material: "Material") -> list[Silence]:
    """Return the answered legs to which an end sent sound for a second or more, and none arrived.

    Where both ends of a leg are in the recording, what the one sent is compared with what the
    other received. Where the far end is elsewhere, a leg counts that sent and never received.
    """
    counts: Any = counts_of(material)
    sessions: Any = material.sessions
    calls = material.calls
    answered = sessions["answered"].notna()
    other = dict(zip(calls["caller"], calls["callee"], strict=True))
    other |= {callee: caller for caller, callee in other.items() if isinstance(callee, str)}
    found = []
    for row in counts[(counts["received"] == 0)].itertuples():
        leg = str(row.Index)
        if not answered.get(leg, False):
            continue
        far = other.get(leg)
        across = isinstance(far, str) and _across(sessions, leg, far)
        if across and far in counts.index:
            sent = counts.at[far, "sent"]
            if sent >= PACKETS:
                found.append(Silence(leg, int(sent), str(far), int(row.n)))
        elif not across and row.sent >= PACKETS:
            found.append(Silence(leg, int(row.sent), None, int(row.n)))
    return found


def _across(sessions: Any, leg: str, far: str) -> bool:
    """Whether two legs are the two ends of one SIP dialog: one went out, and came in again."""
    if leg not in sessions.index or far not in sessions.index:
        return False
    near = sessions.loc[leg]
    return bool(near["direction"] != sessions.at[far, "direction"]) and near["peer"] == far


def quality_in_words(facts: Facts) -> list[str]:
    """Say what was wrong with the sound of a call, as far as FreeSWITCH counted it."""
    told = []
    theirs = {leg.uuid: leg for leg in facts.legs}
    for leg in theirs.values():
        score = number_of(leg.row["mos"])
        if score is not None and score < POOR_MOS:
            told.append(f"the {leg.role} heard poor sound: its mean opinion score is {score:.2f}")
    for one in _silences_of(facts):
        leg = theirs[one.session]
        by = f"the {theirs[one.by].role}" if one.by in theirs else "it"
        told.append(
            f"the {leg.role} heard nothing, though {by} sent {counted(one.sent, 'packet')} of sound"
        )
    return told


def _silences_of(facts: Facts) -> list[Silence]:
    part = Snapshot(facts.material)  # of this call only, so that the packets of others are not read
    part.events = facts.events
    part.calls = part.calls.loc[[facts.key]]
    return silences(part)
