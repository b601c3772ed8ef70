"""Checks that place a call: the switch calls itself, the call is hung up, nothing is left.

A call that this process could not hang up any more, because its link is gone, ends by itself
after `LIFETIME`. Of the switch they know its profile only.
"""

from __future__ import annotations

import re
import time
from dataclasses import dataclass
from uuid import uuid4

from switchy_nb.freeswitch.checks import Check, Link, Profile, Status, ask, unknown_command
from switchy_nb.freeswitch.dialplan import CONTEXT

RING_TIME = 3
"""Seconds until an unanswered test call is given up."""

LIFETIME = 10
"""Seconds after which a test call that nobody hangs up ends by itself."""

GONE_WITHIN = 3.0
"""Seconds that a killed leg may take to disappear."""

TAKE_THE_DIAL_PLAN = (
    "'switchy-nb dialplan' prints the dial plan; docs/your-freeswitch.md tells where it goes"
)

REMEDIES = {
    "CALL_REJECTED": "the profile refuses the call: look at its auth-calls and apply-inbound-acl",
    "CHAN_NOT_IMPLEMENTED": "load the module that makes such channels (mod_loopback, mod_sofia)",
    "DESTINATION_OUT_OF_ORDER": "the limit of sessions a second, or at once, may be reached",
    "INVALID_PROFILE": "start the profile: 'sofia profile NAME start' in fs_cli",
    "NORMAL_TEMPORARY_FAILURE": "nothing takes SIP at that address: give it with --sip HOST:PORT",
    "NO_ANSWER": f"it is parked or rings, and nobody answers: {TAKE_THE_DIAL_PLAN}",
    "NO_ROUTE_DESTINATION": f"no such context, or no such number in it: {TAKE_THE_DIAL_PLAN}",
    "RECOVERY_ON_TIMER_EXPIRE": "no reply at that address: a firewall, or --sip HOST:PORT is wrong",
    "UNALLOCATED_NUMBER": f"the context has nothing for that number: {TAKE_THE_DIAL_PLAN}",
}
"""What to do about a test call that failed, for the causes that such calls meet."""


@dataclass(frozen=True)
class Outcome:
    """How a test call went.

    Attributes
    ----------
    destination : str
        Where it went.
    cause : str or None
        What it failed with.
    seconds : float
        How long that, or the answer, took.
    left : bool
        Whether a leg of it was still up in the end.
    """

    destination: str
    cause: str | None
    seconds: float
    left: bool = False


def context(link: Link, profile: Profile) -> Check:
    """Look whether the profile's context does what the dial plan says, by its busy number."""
    where = profile.context
    if where is None:
        return Check("dial plan", Status.SKIP, "the profile does not tell its context")
    outcome = place(link, f"loopback/busy/{where}")
    if outcome.cause == "USER_BUSY":
        return Check("dial plan", Status.OK, f"context {where} answers as {CONTEXT}'s does")
    if outcome.cause == "CHAN_NOT_IMPLEMENTED":
        return Check("dial plan", Status.SKIP, "not looked at: there are no loopback channels")
    found = f"the number busy in context {where} gave {outcome.cause or 'an answer'}, not USER_BUSY"
    remedy = f"point the profile's parameter context at {CONTEXT}: {TAKE_THE_DIAL_PLAN}"
    return Check("dial plan", Status.WARN, found, remedy)


def loopback(link: Link, profile: Profile) -> Check:
    """Place a call that never leaves the switch."""
    return _judge(
        "call over loopback", place(link, f"loopback/answer/{profile.context or CONTEXT}")
    )


def sip(link: Link, profile: Profile) -> Check:
    """Place a call over SIP, from the profile to itself."""
    if profile.address is None:
        return Check(
            "call over SIP",
            Status.SKIP,
            "the profile does not tell where it listens",
            "give it with --sip HOST:PORT",
        )
    destination = f"sofia/{profile.name}/answer@{profile.address}"
    return _judge("call over SIP", place(link, destination))


def place(link: Link, destination: str) -> Outcome:
    """Place a call, wait for its answer, hang it up, and see it gone.

    Raises
    ------
    ESLError, TimeoutError
        When the link fails meanwhile; the call then ends by itself.
    """
    token = uuid4()
    options = {
        "origination_uuid": str(token),
        "origination_caller_id_name": f"doctor-{token.hex[:12]}",
        "originate_timeout": str(RING_TIME),
        "park_timeout": str(LIFETIME),
        "ignore_early_media": "true",
    }
    pairs = ",".join(f"{name}={value}" for name, value in options.items())
    began = time.monotonic()
    said = ask(link, f"originate {{{pairs}}}{destination} &park()", timeout=RING_TIME + 5.0)
    took = time.monotonic() - began
    if not said.startswith("+OK"):
        return Outcome(destination, said.removeprefix("-ERR").strip() or "no reply", took)
    # Not always the id that was asked for: FreeSWITCH makes a new one when that is in use.
    leg = said.removeprefix("+OK").strip()
    if not re.fullmatch(r"[0-9A-Fa-f-]{8,64}", leg):
        return Outcome(destination, f"no leg's id but {leg[:100]!r}", took, left=True)
    ask(link, f"uuid_kill {leg}")
    return Outcome(
        destination, None, took, left=not _gone(link, leg, options["origination_caller_id_name"])
    )


def _gone(link: Link, leg: str, caller: str) -> bool:
    """Tell whether the leg is gone within its time, and the far leg, which has its caller's name."""
    deadline = time.monotonic() + GONE_WITHIN
    while time.monotonic() < deadline:
        if ask(link, f"uuid_exists {leg}") == "false":
            listed = ask(link, f"show channels like {caller}")
            if unknown_command(listed) or re.search(r"^0 total\.$", listed, re.MULTILINE):
                return True
        time.sleep(0.05)
    return False


def _judge(name: str, outcome: Outcome) -> Check:
    if outcome.cause is not None:
        return Check(
            name,
            Status.FAIL,
            f"{outcome.cause[:200]} after {outcome.seconds:.2f} s, to {outcome.destination}",
            REMEDIES.get(outcome.cause, "say 'console loglevel debug' in fs_cli, and call again"),
        )
    if outcome.left:
        return Check(
            name,
            Status.WARN,
            f"answered, but a leg is still up {GONE_WITHIN:g} s after it was hung up",
            "look at it with 'show channels' in fs_cli, and end it with 'uuid_kill'",
        )
    return Check(name, Status.OK, f"answered after {outcome.seconds:.2f} s, and hung up again")
