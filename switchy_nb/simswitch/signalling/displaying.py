"""Display updates: each end of a SIP call is told whom it talks to now, once for each name.

When a bridge tells is in `bridging`; the message itself is one of `sip`.
"""

from typing import TYPE_CHECKING

from switchy_nb.simswitch import events
from switchy_nb.simswitch.calls.states import Direction

if TYPE_CHECKING:
    from switchy_nb.simswitch.signalling.sip import SipLeg


def show(leg: "SipLeg", name: str, number: str, bridged_to: str) -> None:
    """Tell the other end, unless it was told the same before; CALL_UPDATE tells of it."""
    channel, peer = leg.channel, leg.peer
    sent = (channel.get("last_sent_callee_id_name"), channel.get("last_sent_callee_id_number"))
    if not channel.up or sent == (name, number):
        return
    channel.set("last_sent_callee_id_name", name)
    channel.set("last_sent_callee_id_number", number)
    own: list[events.Pair] = [
        ("Direction", "SEND"),
        ("Sent-Callee-ID-Name", name),
        ("Sent-Callee-ID-Number", number),
    ]
    if bridged_to:
        own.append(("Bridged-To", bridged_to))
    channel.fire(events.SENT_UPDATE, own)
    if peer is not None:
        leg.send(lambda: peer.got_display(name, number), leg.core.timing.display)


def heard(leg: "SipLeg", name: str, number: str) -> None:
    """Show whom we talk to now; CALL_UPDATE tells if that is new, RECV_INFO of the message."""
    channel, profile = leg.channel, leg.channel.profile
    if not channel.up or profile is None:
        return
    came_in = channel.direction is Direction.INBOUND
    # what goes towards the switch shows its caller, what goes away from it whom it reached
    inbound = not channel.called if came_in else channel.hit_dialplan
    shown = (
        (profile.caller_id_name, profile.caller_id_number)
        if inbound
        else (profile.callee_id_name, profile.callee_id_number)
    )
    if shown != (name, number):
        if inbound:
            profile.caller_id_name, profile.caller_id_number = name, number
        else:
            profile.callee_id_name, profile.callee_id_number = name, number
        channel.fire(events.GOT_UPDATE, [("Direction", "RECV")])
    leg.got_info("message/update_display")
