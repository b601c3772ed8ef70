"""What a new offer within a SIP call leaves in the variables of both ends.

When one is made is in `holding`. The callee may make it: then it is who the request is from.
"""

from typing import TYPE_CHECKING

from switchy_nb.simswitch.signalling.uris import SIP_PORT

if TYPE_CHECKING:
    from switchy_nb.simswitch.signalling.sip import SipLeg


def flow(leg: "SipLeg", *, on: bool) -> None:
    """Note which way the audio flows for the end that was asked to hold, or to go on."""
    leg.channel.set("remote_audio_media_flow", "sendonly" if on else "sendrecv")
    leg.channel.set("audio_media_flow", "recvonly" if on else "sendrecv")


def note(leg: "SipLeg", *, offers: bool, on: bool) -> None:
    """Note what was agreed, and who asked.

    Parameters
    ----------
    offers : bool
        True for the end that makes the offer.
    on : bool
        True for an offer to hold, False for one to go on.
    """
    set_ = leg.channel.set
    if offers:
        set_("rtp_local_sdp_str", leg.sdp(local=True, direction="sendonly" if on else None))
    elif leg.peer is not None:
        leg.peer.channel.set("remote_audio_media_flow", "recvonly" if on else "sendrecv")
    if offers is leg.caller:
        return
    d, sip = leg.dialog, leg.core.sip
    set_("dlg_req_swap_direction", "true")
    set_("sip_from_display", None)
    set_("sip_to_display", d.caller_name)
    set_("sip_full_from", f"<sip:{d.target}>;tag={d.to_tag}")
    set_("sip_full_to", f'"{d.caller_name}" {leg.caller_address()};tag={d.from_tag}')
    if leg.caller:
        return
    set_("sip_from_user", d.target.user)
    set_("sip_from_uri", str(d.target))
    set_("sip_from_port", str(d.target.port or SIP_PORT))
    set_("sip_to_port", None)
    set_("sip_to_user", d.caller_number)
    set_("sip_to_uri", f"{d.caller_number}@{sip.host}")
    set_("sip_reply_host", sip.host)
    set_("sip_reply_port", str(sip.port))
