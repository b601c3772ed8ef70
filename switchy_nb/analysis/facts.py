"""All that a recording holds of one call, gathered once: legs, events, orders, headers.

What it means is said elsewhere (see `steps`, `ending` and `explaining`).
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from switchy_nb.analysis.material import Material, Snapshot
from switchy_nb.analysis.waits import without_waits
from switchy_nb.analysis.wording import number_of, text_of

if TYPE_CHECKING:
    import pandas as pd

#: The headers that are looked at, of a call's events.
HEADERS = (
    "Application-Data",
    "DTMF-Digit",
    "Playback-File-Path",
    "Record-File-Path",
    "Other-Leg-Unique-ID",
    "Bridge-A-Unique-ID",
    "Bridge-B-Unique-ID",
)
_WORD = re.compile(r"[\w-]+")
#: A leg's uuid may be any text; shorter ones would be found in other words.
_SHORTEST_UUID = 8


@dataclass(frozen=True, slots=True)
class Leg:
    """One leg of the call.

    Attributes
    ----------
    uuid : str
        Its id.
    role : str
        ``caller``, ``callee``, or ``leg 3`` and so on.
    row : Series
        Its row of the frame of sessions.
    """

    uuid: str
    role: str
    row: "pd.Series[Any]"


@dataclass(frozen=True, slots=True)
class Order:
    """A command that concerns the call: sent by us, or reported by the switch's own API event.

    Attributes
    ----------
    at : Timestamp
        When.
    verb, argument : str
        Such as ``uuid_kill`` and what follows it.
    n : int or None
        The number of the API event; None for a command of ours.
    """

    at: "pd.Timestamp"
    verb: str
    argument: str
    n: int | None

    def names(self, uuid: str) -> bool:
        """Whether it is about this leg."""
        return uuid in _WORD.findall(self.argument)

    def __str__(self) -> str:
        return f"{self.verb} {self.argument}".strip()


class Facts:
    """What is known of one call.

    Parameters
    ----------
    material : Material
        The recording.
    key : str
        The call's key, which must be in the frame of calls.
    """

    def __init__(self, material: Material, key: str) -> None:
        self.material = Snapshot(material)
        self.key = key
        calls: Any = self.material.calls
        self.row: pd.Series[Any] = calls.loc[key]

    @cached_property
    def legs(self) -> list[Leg]:
        """Its legs: the caller's, the callee's, and others in the order in which they came."""
        sessions = self.material.sessions
        theirs = sessions[sessions["call"] == self.key]
        ends = {self.row["caller"]: "caller", self.row["callee"]: "callee"}
        first = [uuid for uuid in ends if uuid in theirs.index]
        others = [uuid for uuid in theirs.index if uuid not in ends]
        roles = [*(ends[uuid] for uuid in first), *(f"leg {n}" for n in range(3, 3 + len(others)))]
        return [
            Leg(uuid, role, theirs.loc[uuid])
            for uuid, role in zip([*first, *others], roles, strict=True)
        ]

    def leg(self, role: str) -> Leg | None:
        """The caller's or the callee's leg."""
        return next((leg for leg in self.legs if leg.role == role), None)

    def role(self, uuid: object) -> str | None:
        """The role of a leg of this call; None for any other."""
        return next((leg.role for leg in self.legs if leg.uuid == uuid), None)

    @cached_property
    def events(self) -> "pd.DataFrame":
        """Its events by the switch's own time, and in the order in which it made them."""
        events = self.material.events
        theirs = events[events["session"].isin([leg.uuid for leg in self.legs])]
        return theirs.sort_values(["time", "sequence"], kind="stable", na_position="last")

    @cached_property
    def headers(self) -> "pd.DataFrame":
        """The headers `HEADERS` of its events, by their numbers."""
        return self.material.pick(self.events.index, HEADERS)

    def header(self, n: int, name: str) -> str | None:
        """One of `HEADERS` of one event."""
        return text_of(self.headers.at[n, name])

    @cached_property
    def began(self) -> "pd.Timestamp":
        """When its first leg began, or its first event was made; NaT if nobody says."""
        import pandas as pd

        created = self.row["caller_create"]
        if not pd.isna(created):
            return created  # type: ignore[no-any-return]
        return self.events["time"].min()  # type: ignore[no-any-return]

    @cached_property
    def orders(self) -> list[Order]:
        """The commands that name one of its legs, or all legs there are, in order of time."""
        uuids = [leg.uuid for leg in self.legs if len(leg.uuid) >= _SHORTEST_UUID]
        reported = [
            order
            for order in self.material.orders
            if order.n is not None
            if order.verb == "hupall" or any(order.names(uuid) for uuid in uuids)
        ]
        told = {(order.verb, order.argument) for order in reported}
        ours = [
            order
            for order in self.material.orders
            if order.n is None
            if any(order.names(uuid) for uuid in uuids) and (order.verb, order.argument) not in told
        ]
        return sorted([*reported, *ours], key=lambda order: order.at)

    @cached_property
    def originate(self) -> Order | None:
        """The command that placed it, where that is known."""
        return next((o for o in self.orders if o.verb == "originate"), None)

    @cached_property
    def originate_timeout(self) -> float | None:
        """Seconds that it was given to be answered, where the command said so."""
        if self.originate is None:
            return None
        found = re.search(r"originate_timeout='?([\d.]+)", self.originate.argument)
        return number_of(found[1]) if found else None

    def after(self, moment: Any) -> float | None:
        """Seconds from the call's beginning to a moment; None if either is not known."""
        import pandas as pd

        if pd.isna(moment) or pd.isna(self.began):
            return None
        return float((moment - self.began).total_seconds())


def orders_of(material: Material) -> list[Order]:
    """Return the commands that the switch reported and those that we sent."""
    return [*api_orders(material), *sent_orders(material)]


def api_orders(material: Material) -> Sequence[Order]:
    """Return the commands that the switch reported, in the order in which it took them.

    Its event ``API`` has the time at which it took the command, and arrives when it is done.
    """
    events: Any = material.events
    rows = events[events["name"] == "API"].sort_values(["time", "sequence"], kind="stable")
    if not len(rows):
        return []
    told = material.pick(rows.index, ("API-Command", "API-Command-Argument"))
    told = told.reindex(rows.index)
    return [
        Order(at, text_of(verb) or "", text_of(argument) or "", int(n))
        for n, at, verb, argument in zip(
            rows.index,
            rows["time"],
            told["API-Command"],
            told["API-Command-Argument"],
            strict=True,
        )
        if at == at
    ]


def sent_orders(material: Material) -> Sequence[Order]:
    """Return the commands that we sent, without the words that only carry them."""
    orders = []
    row: Any
    for row in without_waits(material.commands).itertuples():
        if row.sent != row.sent:
            continue
        words = str(row.command).split(maxsplit=1)
        if words and words[0].lower() in ("api", "bgapi"):
            words = words[1].split(maxsplit=1) if len(words) > 1 else []
        if words:
            orders.append(Order(row.sent, words[0], words[1] if len(words) > 1 else "", None))
    return orders
