"""The frame of legs: when each was created, rang, was answered and ended, and why."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from switchy_nb.recording.core import Core
from switchy_nb.recording.fields import known, microseconds, whole_number
from switchy_nb.recording.legs import Legs

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

    Array = np.ndarray[Any, Any]

_WANTED = {
    "name": "Caller-Caller-ID-Name",
    "number": "Caller-Caller-ID-Number",
    "first_name": "Caller-Orig-Caller-ID-Name",
    "first_number": "Caller-Orig-Caller-ID-Number",
    "destination": "Caller-Destination-Number",
    "channel": "Channel-Name",
    "codec": "Channel-Read-Codec-Name",
    "term_status": "variable_sip_term_status",
    "failure_status": "variable_sip_invite_failure_status",
    "protocol_cause": "variable_proto_specific_hangup_cause",
    "disposition": "variable_sip_hangup_disposition",
    "mos": "variable_rtp_audio_in_mos",
    "other_leg": "Other-Leg-Unique-ID",
    "bridge_a": "Bridge-A-Unique-ID",
    "bridge_b": "Bridge-B-Unique-ID",
    "created": "Caller-Channel-Created-Time",
    "progress": "Caller-Channel-Progress-Time",
    "progress_media": "Caller-Channel-Progress-Media-Time",
    "answered": "Caller-Channel-Answered-Time",
    "hungup": "Caller-Channel-Hangup-Time",
}
#: What FreeSWITCH says of a channel that never got a name.
_NAMELESS = "N/A"


@dataclass(frozen=True, slots=True)
class Facts:
    """What single headers tell of one leg; times in µs by the switch's clock."""

    caller_id: str | None = None
    destination: str | None = None
    channel: str | None = None
    codec: str | None = None
    sip_code: int | None = None
    disposition: str | None = None
    mos: float | None = None
    bridged: str | None = None
    times: dict[str, int | None] = field(default_factory=dict)


class FactBook:
    """The facts of legs; those of a leg that has ended are read once and kept."""

    def __init__(self) -> None:
        self._ended: dict[str, Facts] = {}

    def read(self, core: Core, legs: Legs) -> list[Facts]:
        """Return the facts of each leg, reading as few events as can be."""
        import numpy as np

        every = np.ones(len(core), bool)
        created = legs.first(core.named("CHANNEL_CREATE"))
        rows = {
            "birth": np.where(created >= 0, created, legs.first_row),
            "answer": legs.first(core.named("CHANNEL_ANSWER")),
            "codec": legs.last(core.named("CODEC")),
            "end": legs.last(core.named("CHANNEL_HANGUP", "CHANNEL_HANGUP_COMPLETE")),
            "bridge": legs.last(core.named("CHANNEL_BRIDGE")),
            "last": np.where(created >= 0, -1, legs.last(every)),
        }
        destroyed = legs.last(core.named("CHANNEL_DESTROY"))
        open_legs = [at for at, uuid in enumerate(legs.uuids) if uuid not in self._ended]
        picked = core.pick(
            [int(of[at]) for of in rows.values() for at in open_legs if of[at] >= 0],
            list(_WANTED.values()),
        )
        read: dict[str, Facts] = {}
        for at in open_legs:
            events = {
                what: dict(zip(_WANTED, picked[int(of[at])], strict=True))
                for what, of in rows.items()
                if of[at] >= 0
            }
            facts = _facts(legs.uuids[at], events, begun=bool(created[at] >= 0))
            read[legs.uuids[at]] = facts
            if destroyed[at] >= 0:
                self._ended[legs.uuids[at]] = facts
        return [self._ended.get(uuid) or read[uuid] for uuid in legs.uuids]


def sessions_columns(
    core: Core, legs: Legs, facts: list[Facts], app_headers: tuple[str, ...]
) -> dict[str, Any]:
    """Make the columns of the frame of legs."""
    from switchy_nb.analysis.latency import seconds_between

    apps: list[str | None] = [None] * len(legs.uuids)
    for header in app_headers:
        apps = [a or b for a, b in zip(apps, _first_text(core.header(header), legs), strict=True)]
    created = _time(core, legs, facts, "created", "CHANNEL_CREATE")
    progress = _time(core, legs, facts, "progress", "CHANNEL_PROGRESS", "CHANNEL_PROGRESS_MEDIA")
    answered = _time(core, legs, facts, "answered", "CHANNEL_ANSWER")
    hungup = _time(core, legs, facts, "hungup", "CHANNEL_HANGUP", "CHANNEL_HANGUP_COMPLETE")
    return {
        "call": legs.calls,
        "switch": _first_text(core.table["switch"], legs),
        "direction": _first_text(core.table["direction"], legs),
        "app": apps,
        "caller_id": [f.caller_id for f in facts],
        "destination": [f.destination for f in facts],
        "channel": [f.channel for f in facts],
        "codec": [f.codec for f in facts],
        "created": created,
        "progress": progress,
        "answered": answered,
        "hungup": hungup,
        "ring_s": seconds_between(progress, _either(answered, hungup)),
        "talk_s": seconds_between(answered, hungup),
        "duration_s": seconds_between(created, hungup),
        "hangup_cause": _first_text(core.table["hangup_cause"], legs),
        "sip_code": [f.sip_code for f in facts],
        "peer": _peers(legs, facts),
        "mos": [f.mos for f in facts],
        "events": legs.counts(),
    }


def _facts(uuid: str, events: dict[str, dict[str, str | None]], *, begun: bool) -> Facts:
    birth, end = events["birth"], events.get("end", {})
    name, number = birth["name"], birth["number"]
    if not begun:  # an answered outbound leg's caller and callee have changed places
        name, number = birth["first_name"] or name, birth["first_number"] or number
    codecs = [events.get(what, {}).get("codec") for what in ("end", "answer", "codec", "last")]
    channel = birth["channel"] if birth["channel"] != _NAMELESS else None
    return Facts(
        caller_id=known(_caller_id(name, number)),
        destination=known(birth["destination"]),
        channel=known(channel),
        codec=known(next((c for c in codecs if c), None)),
        sip_code=_sip_code(end),
        disposition=end.get("disposition"),
        mos=_score(end.get("mos")),
        bridged=known(_other(uuid, events.get("bridge", {}))),
        times={} if begun else _times(events["last"]),
    )


def _caller_id(name: str | None, number: str | None) -> str | None:
    return f"{name} <{number}>" if name and number else name or number


def _sip_code(end: dict[str, str | None]) -> int | None:
    """Find the SIP status with which the far side ended the leg.

    FreeSWITCH says it in ``sip_term_status``, but for an INVITE that it cancelled itself: that one's
    status is in ``sip_invite_failure_status`` only. A leg that ended with its own BYE has none.
    """
    protocol, _, code = (end.get("protocol_cause") or "").partition(":")
    for value in (
        end.get("term_status"),
        end.get("failure_status"),
        code if protocol == "sip" else None,
    ):
        status = whole_number(value)
        if status is not None and 100 <= status <= 699:
            return status
    return None


def _score(value: str | None) -> float | None:
    try:
        score = float(value) if value else None
    except ValueError:
        return None
    # A mean opinion score goes from 1 to 5 (ITU-T P.800); 0 is how FreeSWITCH writes "none".
    return score if score is not None and 0 < score <= 5 else None


def _other(uuid: str, bridge: dict[str, str | None]) -> str | None:
    for name in ("other_leg", "bridge_b", "bridge_a"):
        other = bridge.get(name)
        if other and other != uuid:
            return other
    return None


def _times(event: dict[str, str | None]) -> dict[str, int | None]:
    """Read the times that each event of a leg repeats, for a leg whose beginning was not recorded."""
    return {
        "created": microseconds(event["created"]),
        "progress": microseconds(event["progress"]) or microseconds(event["progress_media"]),
        "answered": microseconds(event["answered"]),
        "hungup": microseconds(event["hungup"]),
    }


def _time(core: Core, legs: Legs, facts: list[Facts], what: str, *names: str) -> "Array":
    import numpy as np

    from switchy_nb.recording.schema import moments

    rows = legs.first(core.named(*names))
    seen = np.append(core.time, np.datetime64("NaT", "us"))[rows]  # row −1 is none
    return _either(seen, moments([f.times.get(what) for f in facts]))


def _either(first: "Array", second: "Array") -> "Array":
    import numpy as np

    return np.where(np.isnat(first), second, first)


def _first_text(column: Any, legs: Legs) -> list[str | None]:
    import pyarrow as pa

    rows = legs.first(column.is_valid().to_numpy())
    return [value or None for value in column.take(pa.array(rows, mask=rows < 0)).to_pylist()]


def _peers(legs: Legs, facts: list[Facts]) -> list[str | None]:
    """Find the leg that each was bridged with; else the other end of its call."""
    ends: dict[str, tuple[int, int]] = {}
    for at, call in enumerate(legs.calls):
        ends[call] = (ends[call][0] if call in ends else at, at)
    peers: list[str | None] = []
    for at, call in enumerate(legs.calls):
        first, last = ends[call]
        other = last if at == first else first
        peers.append(legs.uuids[other] if other != at else None)
    of = {uuid: at for at, uuid in enumerate(legs.uuids)}
    for at, fact in enumerate(facts):
        if fact.bridged:
            peers[at] = fact.bridged
            if fact.bridged in of and not facts[of[fact.bridged]].bridged:
                peers[of[fact.bridged]] = legs.uuids[at]
    return peers


def sessions_frame(
    core: Core, legs: Legs, facts: list[Facts], app_headers: tuple[str, ...]
) -> "pd.DataFrame":
    """Make the frame of legs."""
    from switchy_nb.recording.schema import SESSIONS, make_frame

    columns = sessions_columns(core, legs, facts, app_headers)
    return make_frame(SESSIONS, columns, index_name="uuid", index=legs.uuids)
