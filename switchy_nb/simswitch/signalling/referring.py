"""Referrals (SIP REFER): asking the far end of a call to call somebody else.

The far end is this switch again, which refuses what it cannot transfer: a leg that is connected to
nobody. Nothing is called anew.
"""

from typing import TYPE_CHECKING

from switchy_nb.simswitch import events
from switchy_nb.simswitch.calls.causes import Cause
from switchy_nb.simswitch.signalling.sip import SipLeg

if TYPE_CHECKING:
    from switchy_nb.simswitch.calls.channel import Channel

_REFUSED = "SIP/2.0 403 Forbidden\r\n"
_ERROR = events.Kind("CUSTOM", "sofia.c", "sofia_handle_sip_i_refer", 9698, True, True)
_NOTIFIED = events.Kind("CUSTOM", "sofia.c", "sofia_handle_sip_i_notify", 630)


def deflect(channel: "Channel", uri: str) -> str:
    """Refer the other end of a leg to an address, and end the leg; give the other end's answer."""
    leg = channel.leg
    answer = ""
    if isinstance(leg, SipLeg) and leg.peer is not None:
        far = leg.peer.channel
        number = uri.removeprefix("sips:").removeprefix("sip:").partition("@")[0]
        own = [
            ("Error-Type", "blind_transfer"),
            ("Transfer-Exten", number),
            ("Full-Refer-To", f"<{uri}>"),
        ]
        if far.up:
            far.set("transfer_disposition", "recv_replace")
            for name in ("transfer_to", "transfer_destination"):
                far.set(name, f"blind:{number}")
            core = far.core
            core.fire(core.events.of_channel(_ERROR, far, own, subclass="sofia::error"))
        refuse(channel)
        answer = _REFUSED
        channel.set("sip_refer_reply", _REFUSED)
        channel.set("sip_refer_status_code", "202")
        channel.set("sip_refer_target_status_code", "403")
    channel.hangup(Cause.BLIND_TRANSFER)
    return answer


def refuse(channel: "Channel") -> None:
    """Tell that the other end refused a referral."""
    leg = channel.leg
    if not isinstance(leg, SipLeg):
        return
    d, core = leg.dialog, leg.core
    callee, caller = f"{d.target.user}@{d.target.host}", f"{d.caller_number}@{core.sip.host}"
    own: list[events.Pair] = [
        ("content-type", "message/sipfrag"),
        ("event-package", "refer"),
        ("event-id", str(d.cseq)),
        ("contact", callee if leg.caller else f"mod_sofia@{core.sip.host}"),
        ("from", callee if leg.caller else caller),
        ("from-tag", d.to_tag if leg.caller else d.from_tag),
        ("to", caller if leg.caller else callee),
        ("to-tag", d.from_tag if leg.caller else d.to_tag),
        ("call-id", d.call_id),
        ("subscription-substate", "terminated"),
        ("subscription-reason", "noresource"),
        ("UniqueID", channel.uuid),
    ]
    made = core.events.make(_NOTIFIED, own, body=_REFUSED, subclass="sofia::notify_refer")
    core.fire(made)


def redirect(channel: "Channel", data: str) -> None:
    """Answer an invitation with another address to call: ``ADDRESS [CAUSE]``.

    The caller that is this switch calls it at once, on the same leg.
    """
    address, _, cause = data.strip().partition(" ")
    leg = channel.leg
    if isinstance(leg, SipLeg) and not leg.caller:
        leg.refusal = (300, "Multiple Choices") if "," in address else (302, "Moved Temporarily")
        leg.elsewhere = address.split(",")[0].strip().removeprefix("<").removesuffix(">")
    channel.hangup(channel.core.cause(cause) if cause else Cause.NORMAL_UNSPECIFIED)
