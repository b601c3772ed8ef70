"""Legs of a SIP call within the switch: what SIP and RTP leave in both channels' variables.

The variables and their order are those of mod_sofia on a call that FreeSWITCH places to itself.
"""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from switchy_nb.simswitch import events
from switchy_nb.simswitch.causes import SIP_PHRASES, Cause
from switchy_nb.simswitch.legs import Leg
from switchy_nb.simswitch.states import Direction

if TYPE_CHECKING:
    from switchy_nb.simswitch.channel import Channel

ALLOW = "INVITE, ACK, BYE, CANCEL, OPTIONS, MESSAGE, INFO, UPDATE, REGISTER, REFER, NOTIFY"
PCMU = "CORE_PCM_MODULE.PCMU@8000h@20i@64000b"
PCMA = "CORE_PCM_MODULE.PCMA@8000h@20i@64000b"


@dataclass(frozen=True)
class Uri:
    """A SIP address: ``user@host:port``."""

    user: str
    host: str
    port: int | None = None

    @property
    def hostport(self) -> str:
        """The host, with its port if it has one."""
        return self.host if self.port is None else f"{self.host}:{self.port}"

    def __str__(self) -> str:
        return f"{self.user}@{self.hostport}"


@dataclass
class Dialog:
    """What both ends of one SIP call have in common."""

    target: Uri
    caller_name: str
    caller_number: str
    call_id: str
    from_tag: str
    to_tag: str
    branch: str
    cseq: int
    #: where the invitation goes: the target, or the proxy of ``fs_path``
    route: Uri
    headers: dict[str, str] = field(default_factory=dict)


def _sdp(session: int, ip: str, port: int, codecs: str, direction: str | None = "sendrecv") -> str:
    payloads = "0 8 101 13" if codecs == "offer" else "0 101 13"
    lines = [
        "v=0",
        f"o=FreeSWITCH {session} {session + 1} IN IP4 {ip}",
        "s=FreeSWITCH",
        f"c=IN IP4 {ip}",
        "t=0 0",
        f"m=audio {port} RTP/AVP {payloads}",
        "a=rtpmap:0 PCMU/8000",
    ]
    if codecs == "offer":
        lines.append("a=rtpmap:8 PCMA/8000")
    lines += [
        "a=rtpmap:101 telephone-event/8000",
        "a=fmtp:101 0-15",
        "a=rtpmap:13 CN/8000",
        "a=ptime:20",
    ]
    if direction:
        lines.append(f"a={direction}")
    return "".join(line + "\r\n" for line in lines)


class SipLeg(Leg):
    """One end of a SIP call."""

    def __init__(self, channel: "Channel", dialog: Dialog, *, caller: bool, profile: str) -> None:
        super().__init__(channel, caller=caller)
        self.dialog = dialog
        self.profile = profile
        self.port = self.core.ids.port()
        self._session = self.core.clock.now() // 1_000_000 - self.core.ids.chance.randrange(30_000)
        self._acknowledged = False
        self._responded = False

    @property
    def _ip(self) -> str:
        return self.core.sip.host

    def sdp(self, *, local: bool, direction: str | None = "sendrecv") -> str:
        """Write this end's session description: an offer, or the answer to one."""
        kind = "offer" if self.caller else "answer"
        return _sdp(self._session, self._ip, self.port, kind, direction if local else None)

    def via(self) -> str:
        """Write the Via header of a request in this dialog."""
        return f"SIP/2.0/UDP {self.core.sip.hostport};rport={self.core.sip.port};branch=z9hG4bK" + (
            self.dialog.branch
        )

    # -- the caller's end ------------------------------------------------------------------

    def on_init(self) -> None:
        """Send the invitation (the caller's end), or let the call in (the other)."""
        if not self.caller:
            return
        core, d, set_ = self.core, self.dialog, self.channel.set
        set_("rtp_use_codec_string", "PCMU,PCMA")
        set_("local_media_ip", self._ip)
        set_("local_media_port", str(self.port))
        set_("advertised_media_ip", self._ip)
        set_("audio_media_flow", "sendrecv")
        set_("rtp_local_sdp_str", self.sdp(local=True))
        set_("sip_outgoing_contact_uri", f"<sip:mod_sofia@{core.sip.hostport}>")
        set_("sip_req_uri", str(d.target))
        set_("sip_to_host", d.target.hostport)
        set_("sip_from_host", core.sip.host)
        set_("sofia_profile_name", self.profile)
        set_("recovery_profile_name", self.profile)
        set_("sofia_profile_url", f"sip:mod_sofia@{core.sip.hostport}")
        if self.channel.up:
            self.send(lambda: core.network.invite(self), core.timing.invite)

    def unreachable(self, status: int, cause: Cause) -> None:
        """Learn that nobody answers at that address."""
        if not self.channel.up or self.ended:
            return
        self.ended = True
        set_ = self.channel.set
        set_("sip_call_id", self.dialog.call_id)
        set_("sip_reply_port", "0")
        set_("sip_network_port", "0")
        set_("sip_hangup_disposition", "recv_refuse")
        set_("sip_invite_failure_status", str(status))
        set_("sip_invite_failure_phrase", SIP_PHRASES[status])
        set_("sip_term_status", str(status))
        set_("proto_specific_hangup_cause", f"sip:{status}")
        set_("sip_term_cause", str(cause.q850))
        self.channel.hangup(cause)

    def _heard_from(self) -> None:
        set_, sip = self.channel.set, self.core.sip
        if self.channel.profile is not None:
            self.channel.profile.network_addr = sip.host
        set_("sip_reply_host", sip.host)
        set_("sip_reply_port", str(sip.port))
        set_("sip_network_ip", sip.host)
        set_("sip_network_port", str(sip.port))

    def on_response(self, *, media: bool = False) -> None:
        """Note who responded."""
        d, set_, sip = self.dialog, self.channel.set, self.core.sip
        if not self._responded:
            self._responded = True
            profile = self.channel.profile
            if profile is not None and profile.callee_id_name == "Outbound Call":
                profile.callee_id_name = d.target.user
            self._heard_from()
            user = d.target.user
            set_("sip_user_agent", "FreeSWITCH")
            set_("sip_allow", ALLOW)
            set_("sip_recover_contact", f"<sip:{user}@{sip.hostport};transport=udp>")
            set_("sip_full_via", self.via())
            set_("sip_recover_via", self.via())
            set_("sip_from_display", d.caller_name)
            set_("sip_full_from", f'"{d.caller_name}" {self._from()};tag={d.from_tag}')
            set_("sip_full_to", f"<sip:{d.target}>;tag={d.to_tag}")
            set_("sip_from_user", d.caller_number)
            set_("sip_from_uri", f"{d.caller_number}@{sip.host}")
            set_("sip_to_user", user)
            set_("sip_to_port", str(d.target.port or 5060))
            set_("sip_to_uri", str(d.target))
            set_("sip_to_host", d.target.host)
            set_("sip_contact_params", "transport=udp")
            set_("sip_contact_user", user)
            set_("sip_contact_port", str(sip.port))
            set_("sip_contact_uri", f"{user}@{sip.hostport}")
            set_("sip_contact_host", sip.host)
            set_("sip_to_tag", d.to_tag)
            set_("sip_from_tag", d.from_tag)
            set_("sip_cseq", str(d.cseq))
            set_("sip_call_id", d.call_id)
        if media and isinstance(self.peer, SipLeg):
            set_("switch_r_sdp", self.peer.sdp(local=False))
            set_("ep_codec_string", PCMU)

    def _from(self) -> str:
        return f"<sip:{self.dialog.caller_number}@{self.core.sip.host}>"

    # -- the called end --------------------------------------------------------------------

    def on_ringing(self) -> None:
        """Note the tag that a provisional response carries."""
        self.channel.set("sip_to_tag", self.dialog.to_tag)

    def on_answer(self) -> None:
        """Write our side of the session."""
        self.channel.set("rtp_local_sdp_str", self.sdp(local=True))

    def on_acknowledgement(self) -> None:
        """Note what the caller's ACK brings."""
        if self.caller or self._acknowledged:
            return
        self._acknowledged = True
        d, set_ = self.dialog, self.channel.set
        d.branch = self.core.ids.tag()
        set_("sip_to_tag", d.to_tag)
        set_("sip_cseq", str(d.cseq))
        set_("sip_full_via", self.via())
        set_("sip_full_to", f"<sip:{d.target}>;tag={d.to_tag}")

    def on_media(self) -> None:
        """Note the codec, the ports and the flow that were agreed."""
        channel, ids = self.channel, self.core.ids
        if "rtp_use_codec_name" in channel.variables:
            return
        flows = {
            "remote_video_media_flow": "inactive",
            "remote_text_media_flow": "inactive",
            "remote_audio_media_flow": "sendrecv",
            "audio_media_flow": "sendrecv",
            "rtp_audio_recv_pt": "0",
            "rtp_use_codec_name": "PCMU",
            "rtp_use_codec_rate": "8000",
            "rtp_use_codec_ptime": "20",
            "rtp_use_codec_channels": "1",
            "rtp_last_audio_codec_string": "PCMU@8000h@20i@1c",
            "read_codec": "PCMU",
            "original_read_codec": "PCMU",
            "read_rate": "8000",
            "original_read_rate": "8000",
            "write_codec": "PCMU",
            "write_rate": "8000",
            "dtmf_type": "rfc2833",
            "local_media_ip": self._ip,
            "local_media_port": str(self.port),
            "advertised_media_ip": self._ip,
            "rtp_use_timer_name": "soft",
            "rtp_use_pt": "0",
            "rtp_use_ssrc": str(ids.ssrc()),
            "rtp_2833_send_payload": "101",
            "rtp_2833_recv_payload": "101",
        }
        for name, value in flows.items():
            channel.set(name, value)
        if isinstance(self.peer, SipLeg):
            channel.set("remote_media_ip", self._ip)
            channel.set("remote_media_port", str(self.peer.port))

    # -- both ------------------------------------------------------------------------------

    def on_end(self, status: int, cause: Cause) -> None:
        """Note why the other end ended the call."""
        set_ = self.channel.set
        if status == 487:
            set_("sip_hangup_disposition", "recv_cancel")
            set_("sip_invite_failure_status", "487")
            set_("sip_invite_failure_phrase", "CANCEL")
        elif status >= 300:
            if not self._responded:
                set_("sip_call_id", self.dialog.call_id)
                self._heard_from()
            set_("sip_hangup_disposition", "recv_refuse")
            set_("sip_invite_failure_status", str(status))
            set_("sip_invite_failure_phrase", SIP_PHRASES.get(status, "Failure"))
        protocol = "Q.850" if cause < 128 else "mod_sofia"
        set_("sip_reason", f'{protocol};cause={int(cause)};text="{cause.name}"')
        set_("sip_term_status", str(status))
        set_("proto_specific_hangup_cause", f"sip:{status}")
        set_("sip_term_cause", "487" if status == 487 else str(int(cause)))

    def on_report(self) -> None:
        """Note how this end ended the call."""
        if not self.disposition:
            return
        self.channel.set("sip_hangup_disposition", self.disposition)
        if self.disposition == "send_cancel":
            self.channel.set("sip_invite_failure_status", "487")
            self.channel.set("sip_invite_failure_phrase", "CANCEL")

    def on_hold(self, on: bool, *, by_peer: bool) -> None:
        """Note which way the audio flows now."""
        set_ = self.channel.set
        self._session += 1
        if by_peer:
            set_("remote_audio_media_flow", "sendonly" if on else "sendrecv")
            set_("audio_media_flow", "recvonly" if on else "sendrecv")
        else:
            set_("rtp_local_sdp_str", self.sdp(local=True, direction="sendonly" if on else None))

    def update_display(self, name: str, number: str) -> None:
        """Send the display update that a bridge causes."""
        peer = self.peer
        if peer is not None and self.channel.up:
            self.send(lambda: peer.got_display(name, number), self.core.timing.display)

    def got_display(self, name: str, number: str) -> None:
        """Show whom we talk to now; RECV_INFO tells of the message."""
        channel, profile = self.channel, self.channel.profile
        if not channel.up or profile is None:
            return
        inbound = channel.direction is Direction.INBOUND
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
        d, sip = self.dialog, self.core.sip
        info = [
            ("SIP-Content-Type", "message/update_display"),
            ("SIP-From-User", d.caller_number),
            ("SIP-From-Host", sip.host),
            ("SIP-To-User", d.target.user),
            ("SIP-To-Host", d.target.host),
            ("SIP-Contact-User", "mod_sofia" if inbound else d.target.user),
            ("SIP-Contact-Host", sip.host),
        ]
        channel.fire(events.RECV_INFO, info)
