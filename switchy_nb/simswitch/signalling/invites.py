"""The called end of a SIP call within the switch: what an invitation makes of a new channel."""

from typing import TYPE_CHECKING

from switchy_nb.simswitch.calls.profile import Profile, Times
from switchy_nb.simswitch.calls.states import ChannelState, Direction
from switchy_nb.simswitch.signalling.sip import ALLOW, PCMA, PCMU, SipLeg
from switchy_nb.simswitch.signalling.uris import SIP_PORT

if TYPE_CHECKING:
    from switchy_nb.simswitch.calls.channel import Channel
    from switchy_nb.simswitch.core import Core


def let_in(core: "Core", caller: SipLeg) -> "SipLeg":
    """Make the inbound leg of a call that was placed to the switch itself, and start it."""
    d, ids = caller.dialog, core.ids
    channel = core.new_channel(Direction.INBOUND, ids.uuid())
    channel.name = f"sofia/{caller.profile}/{d.caller_number}@{caller.core.sip.host}"
    leg = SipLeg(channel, d, caller=False, profile=caller.profile)
    leg.peer, caller.peer = caller, leg
    channel.state = ChannelState.NEW
    channel.entries[ChannelState.NEW] = lambda c: _on_new(c, leg)
    core.start(channel)
    return leg


async def _on_new(channel: "Channel", leg: SipLeg) -> None:
    core, d = channel.core, leg.dialog
    sip = leg.peer.core.sip if leg.peer is not None else core.sip
    now = core.clock.now()
    channel.profile = Profile(
        direction=Direction.INBOUND,
        unique_id=channel.uuid,
        channel_name=channel.name,
        caller_id_name=d.caller_name or d.caller_number,
        caller_id_number=d.caller_number,
        orig_caller_id_name=d.caller_name or d.caller_number,
        orig_caller_id_number=d.caller_number,
        destination=d.target.user,
        source="mod_sofia",
        context=core.context,
        username=d.caller_number,
        dialplan="XML",
        network_addr=sip.host,
        ani=d.caller_number,
        times=Times(profile_created=now, created=now),
    )
    channel.set("call_uuid", channel.uuid)
    set_invite_variables(channel, leg, now)
    if channel.up:
        channel.set_state(ChannelState.INIT)


def set_invite_variables(channel: "Channel", leg: SipLeg, now: int) -> None:
    """Show in the callee's variables what the invitation brought."""
    d, core = leg.dialog, channel.core
    # where the call came from, and where it is
    sip = leg.peer.core.sip if leg.peer is not None else core.sip
    own = core.sip
    number, target = d.caller_number, d.target
    values = {
        "sip_from_user": number,
        "sip_from_uri": f"{number}@{sip.host}",
        "sip_from_host": sip.host,
        "video_media_flow": "disabled",
        "audio_media_flow": "disabled",
        "text_media_flow": "disabled",
        "channel_name": channel.name,
        "sip_call_id": d.call_id,
        "sip_local_network_addr": own.host,
        "sip_network_ip": sip.host,
        "sip_network_port": str(sip.port),
        "sip_invite_stamp": str(now),
        "sip_received_ip": sip.host,
        "sip_received_port": str(sip.port),
        "sip_via_protocol": "udp",
        "sip_from_user_stripped": number,
        "sip_from_tag": d.from_tag,
        "sofia_profile_name": leg.profile,
        "sofia_profile_url": f"sip:mod_sofia@{own.hostport}",
        "recovery_profile_name": leg.profile,
        "sip_Remote-Party-ID": f'"{d.caller_name}" <sip:{number}@{sip.host}>;party=calling;'
        "screen=yes;privacy=off",
        "sip_cid_type": "rpid",
        "sip_full_via": leg.via(),
        "sip_from_display": d.caller_name,
        "sip_full_from": f'"{d.caller_name}" <sip:{number}@{sip.host}>;tag={d.from_tag}',
        "sip_full_to": f"<sip:{target}>",
        "sip_allow": ALLOW,
        "sip_req_user": target.user,
        "sip_req_port": str(target.port or SIP_PORT),
        "sip_req_uri": str(target),
        "sip_req_host": target.host,
        "sip_to_user": target.user,
        "sip_to_port": str(target.port or SIP_PORT),
        "sip_to_uri": str(target),
        "sip_to_host": target.host,
        "sip_contact_user": "mod_sofia",
        "sip_contact_port": str(sip.port),
        "sip_contact_uri": f"mod_sofia@{sip.hostport}",
        "sip_contact_host": sip.host,
        "rtp_use_codec_string": "PCMU,PCMA",
        "sip_user_agent": "FreeSWITCH",
        "sip_via_host": sip.host,
        "sip_via_port": str(sip.port),
        "sip_via_rport": str(sip.port),
        "max_forwards": leg.peer.channel.get("max_forwards", "70") if leg.peer else "70",
    }
    for name, value in values.items():
        channel.set(name, value)
    for name, value in d.headers.items():
        channel.set(f"sip_h_{name}", value)
    offer = leg.peer.sdp(local=False) if isinstance(leg.peer, SipLeg) else ""
    channel.set("switch_r_sdp", offer)
    channel.set("ep_codec_string", f"{PCMU},{PCMA}")
    channel.set("endpoint_disposition", "DELAYED NEGOTIATION")
