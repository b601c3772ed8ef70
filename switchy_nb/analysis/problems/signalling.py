"""SIP messages that had to be sent again, as far as the events of the two ends show it.

FreeSWITCH's events do not tell of retransmissions. Where both ends of one SIP dialog are in the
recording, what the one sent and the other took can be compared: over UDP, an INVITE that is not
answered is sent again after 0.5 s, 1 s, 2 s and so on (RFC 3261, 17.1.1.2), and so is a BYE
(17.1.2.2). A message that took just as long as that was lost at first.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from switchy_nb.analysis.problems.problem import Kind, Problem
from switchy_nb.analysis.wording import number_of, readable, seconds

if TYPE_CHECKING:
    import pandas as pd

    from switchy_nb.analysis.material import Material

#: When a message is sent again, in seconds after the first time: T1 is 0.5 s, and doubles; for
#: other messages than INVITE it grows to no more than T2, 4 s.
_INVITE_S = (0.5, 1.5, 3.5, 7.5, 15.5)
_BYE_S = (0.5, 1.5, 3.5, 7.5, 11.5)
#: The switch's clock moves in steps of 20 ms, and a message takes some time of its own.
_EARLY_S, _LATE_S = 0.03, 0.06
#: After 64 times T1 it gives up (timer B).
_GIVEN_UP_S = 32.0
_CALL_ID = "variable_sip_call_id"
_NAMES = (_CALL_ID, "variable_sip_cseq", "variable_sip_from_tag")


def find(material: "Material") -> Iterator[Problem]:
    """Find retransmissions."""
    events = material.events
    ends = events[(events["name"] == "CHANNEL_HANGUP_COMPLETE") & events["session"].notna()]
    ends = ends.drop_duplicates("session")
    told = material.pick(ends.index, _NAMES).reindex(ends.index).assign(session=ends["session"])
    ids = told.dropna(subset=[_CALL_ID]).reset_index().set_index("session")
    yield from _across(material, ids)
    yield from _taken_twice(material, ids)
    yield from _given_up(material, ends)


def _across(material: "Material", ids: "pd.DataFrame") -> Iterator[Problem]:
    sessions: Any = material.sessions
    received: Any = material.events["received"]
    call_id: dict[Any, Any] = dict(zip(ids.index, ids[_CALL_ID], strict=True))
    row_of: dict[Any, Any] = dict(zip(ids.index, ids["n"], strict=True))
    row: Any
    for row in material.calls.itertuples():
        one, other = row.caller, row.callee
        if other is None or other != other or call_id.get(one) is None:
            continue
        if call_id.get(one) != call_id.get(other):
            continue  # two dialogs: a device between them may take its time
        near, far = sessions.loc[one], sessions.loc[other]
        # As numbers: the events may be newer than the legs, whose end is unknown then, and of an
        # unknown time span there is no abs().
        apart = [(far[what] - near[what]).total_seconds() for what in ("created", "hungup")]
        moments = (
            ("INVITE", _INVITE_S, apart[0], other),
            ("BYE", _BYE_S, abs(apart[1]), None),
        )
        answered = row.caller_answer == row.caller_answer
        for method, ladder, took, late in moments:
            step = next((s for s in ladder if s - _EARLY_S <= took <= s + _LATE_S), None)
            if step is None or (method == "BYE" and not answered):
                continue
            leg = late or (other if far["hungup"] > near["hungup"] else one)
            n = int(row_of[leg])
            yield Problem(
                Kind.RETRANSMISSION,
                f"The {method} seems to have been lost at first: it arrived when SIP sends it "
                f"again, {seconds(step)} later.",
                f"the other end took it {seconds(took)} after it was sent, in the same dialog "
                f"({readable(call_id[one])})",
                at=received[n],
                call=str(row.Index),
                session=leg,
                seconds=took,
                n=n,
            )


def _taken_twice(material: "Material", ids: "pd.DataFrame") -> Iterator[Problem]:
    """One INVITE that became two legs: the second was the first one sent again."""
    sessions: Any = material.sessions
    received: Any = material.events["received"]
    inbound = ids[ids.index.isin(sessions.index[sessions["direction"] == "inbound"])]
    whole = inbound.dropna(subset=list(_NAMES))
    for _, again in whole[whole.duplicated(list(_NAMES))].iterrows():
        leg, n = str(again.name), int(again["n"])
        yield Problem(
            Kind.RETRANSMISSION,
            "One INVITE began two legs: it was sent again, and taken for another call.",
            f"event {n}: sip_call_id {readable(again[_CALL_ID])} and its CSeq are those of an "
            "earlier leg",
            at=received[n],
            call=sessions.at[leg, "call"],
            session=leg,
            n=n,
        )


def _given_up(material: "Material", ends: "pd.DataFrame") -> Iterator[Problem]:
    """Legs that ended when SIP stops sending the INVITE again: nothing ever answered it."""
    sessions: Any = material.sessions
    received: Any = material.events["received"]
    row_of: dict[Any, Any] = dict(zip(ends["session"], ends.index, strict=True))
    for leg, row in sessions[sessions["direction"] == "outbound"].iterrows():
        took, code = number_of(row["duration_s"]), number_of(row["sip_code"])
        unanswered = row["answered"] != row["answered"] and row["progress"] != row["progress"]
        expired = row["hangup_cause"] == "RECOVERY_ON_TIMER_EXPIRE" or code == 408
        if not (unanswered and expired) or took is None or abs(took - _GIVEN_UP_S) > 1:
            continue
        n = row_of.get(leg)
        yield Problem(
            Kind.RETRANSMISSION,
            "No answer came to the INVITE, however often it was sent again.",
            f"the leg ended {seconds(took)} after it began, when SIP gives up (64 times T1), with "
            f"{row['hangup_cause']}",
            at=None if n is None else received[n],
            call=row["call"],
            session=str(leg),
            seconds=took,
            n=None if n is None else int(n),
        )
