"""A leg's caller profile: who calls whom, and the times of the leg.

The ``Caller-*`` and ``Other-Leg-*`` headers are this profile, written in FreeSWITCH's order.
"""

from dataclasses import dataclass, field, fields, replace
from operator import attrgetter

from switchy_nb.simswitch.calls.states import Direction
from switchy_nb.simswitch.headers import Remembered
from switchy_nb.wire.serve import Block


@dataclass
class Times:
    """When things happened to a leg, in µs since the epoch; 0 for what has not happened."""

    profile_created: int = 0
    created: int = 0
    answered: int = 0
    progress: int = 0
    progress_media: int = 0
    hungup: int = 0
    transferred: int = 0
    resurrected: int = 0
    bridged: int = 0
    last_hold: int = 0
    hold_accum: int = 0


@dataclass
class Profile:
    """Who calls whom. What is empty is not shown."""

    direction: Direction
    unique_id: str
    channel_name: str
    caller_id_name: str
    caller_id_number: str
    destination: str
    source: str
    context: str
    username: str = ""
    dialplan: str = ""
    orig_caller_id_name: str = ""
    orig_caller_id_number: str = ""
    callee_id_name: str = ""
    callee_id_number: str = ""
    network_addr: str = ""
    ani: str = ""
    rdnis: str = ""
    transfer_source: str = ""
    index: int = 1
    logical_direction: Direction | None = None
    #: the caller asked not to be named, or not to show the number
    hide_name: bool = False
    hide_number: bool = False
    times: Times = field(default_factory=Times)
    _shown: Remembered = field(default_factory=Remembered, init=False, repr=False, compare=False)

    def copy(self, times: Times | None = None) -> "Profile":
        """Copy the profile, with its times or with others."""
        return replace(self, times=times or replace(self.times))

    def headers(self, prefix: str) -> Block:
        """Give the profile's headers; they are written again when something in it has changed."""
        facts = (prefix, *_of_profile(self), *_of_times(self.times))
        return self._shown.block(facts, lambda: self.pairs(prefix))

    def pairs(self, prefix: str) -> list[tuple[str, str]]:
        """Write the profile's headers, ``Caller-…`` or ``Other-Leg-…``."""
        p = prefix
        # a copy for the other leg does not take this along, and shows what it is at first
        turned = Direction.INBOUND if p == "Other-Leg" else self.logical_direction
        logical = turned or self.direction
        out = [
            (f"{p}-Direction", self.direction.value),
            (f"{p}-Logical-Direction", logical.value),
        ]
        named = (
            ("Username", self.username),
            ("Dialplan", self.dialplan),
            ("Caller-ID-Name", self.caller_id_name),
            ("Caller-ID-Number", self.caller_id_number),
            ("Orig-Caller-ID-Name", self.orig_caller_id_name),
            ("Orig-Caller-ID-Number", self.orig_caller_id_number),
            ("Callee-ID-Name", self.callee_id_name),
            ("Callee-ID-Number", self.callee_id_number),
            ("Network-Addr", self.network_addr),
            ("ANI", self.ani),
            ("Destination-Number", self.destination),
            ("Unique-ID", self.unique_id),
            ("Source", self.source),
            ("Transfer-Source", self.transfer_source),
            ("Context", self.context),
            ("RDNIS", self.rdnis),
            ("Channel-Name", self.channel_name),
        )
        out += [(f"{p}-{name}", value) for name, value in named if value]
        if p == "Caller":
            out.append((f"{p}-Profile-Index", str(self.index)))
        t = self.times
        out += [
            (f"{p}-Profile-Created-Time", str(t.profile_created)),
            (f"{p}-Channel-Created-Time", str(t.created)),
            (f"{p}-Channel-Answered-Time", str(t.answered)),
            (f"{p}-Channel-Progress-Time", str(t.progress)),
            (f"{p}-Channel-Progress-Media-Time", str(t.progress_media)),
            (f"{p}-Channel-Hangup-Time", str(t.hungup)),
            (f"{p}-Channel-Transfer-Time", str(t.transferred)),
            (f"{p}-Channel-Resurrect-Time", str(t.resurrected)),
            (f"{p}-Channel-Bridged-Time", str(t.bridged)),
            (f"{p}-Channel-Last-Hold", str(t.last_hold)),
            (f"{p}-Channel-Hold-Accum", str(t.hold_accum)),
            (f"{p}-Screen-Bit", "true"),
            (f"{p}-Privacy-Hide-Name", "true" if self.hide_name else "false"),
            (f"{p}-Privacy-Hide-Number", "true" if self.hide_number else "false"),
        ]
        return out


_of_times = attrgetter(*(f.name for f in fields(Times)))
_of_profile = attrgetter(*(f.name for f in fields(Profile) if f.init and f.name != "times"))
