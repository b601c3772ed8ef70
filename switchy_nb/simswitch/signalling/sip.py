"""Legs of a SIP call within the switch: what SIP and RTP leave in both channels' variables.

The variables and their order are those of mod_sofia on a call that FreeSWITCH places to itself.
"""

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from switchy_nb.simswitch import events
from switchy_nb.simswitch.calls.causes import SIP_PHRASES, Cause, cause_of, cause_of_status
from switchy_nb.simswitch.signalling import displaying, reinvites
from switchy_nb.simswitch.signalling.legs import Leg
from switchy_nb.simswitch.signalling.uris import SIP_PORT, Uri, parse_uri
from switchy_nb.simswitch.sound.media import L16

if TYPE_CHECKING:
    from switchy_nb.simswitch.calls.channel import Channel

ALLOW = "INVITE, ACK, BYE, CANCEL, OPTIONS, MESSAGE, INFO, UPDATE, REGISTER, REFER, NOTIFY"
_CAUSE = re.compile(r"cause=(\d+)")
PCMU = "CORE_PCM_MODULE.PCMU@8000h@20i@64000b"
PCMA = "CORE_PCM_MODULE.PCMA@8000h@20i@64000b"


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
        #: where the caller shall call instead, when this end refuses
        self.elsewhere = ""

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

    def turned_away(self, status: int, phrase: str, cause: Cause, by: Uri) -> None:
        """Hear that a host takes no more calls: its SIP stack refuses before there is a leg."""
        if not self.channel.up or self.ended:
            return
        self.ended = True
        self._heard_from(by)
        self.on_end(status, cause)
        self.channel.set("sip_reason", None)
        self.channel.set("sip_invite_failure_phrase", phrase)
        self.channel.hangup(cause)

    @property
    def _far(self) -> Uri:
        """The SIP address of whoever is at the other end."""
        return self.peer.core.sip if self.peer is not None else self.core.sip

    def _heard_from(self, sip: Uri) -> None:
        set_ = self.channel.set
        if self.channel.profile is not None:
            self.channel.profile.network_addr = sip.host
        set_("sip_reply_host", sip.host)
        set_("sip_reply_port", str(sip.port))
        set_("sip_network_ip", sip.host)
        set_("sip_network_port", str(sip.port))

    def on_response(self, *, media: bool = False) -> None:
        """Note who responded."""
        d, set_, sip, far = self.dialog, self.channel.set, self.core.sip, self._far
        if not self._responded:
            self._responded = True
            profile = self.channel.profile
            if profile is not None and profile.callee_id_name == "Outbound Call":
                profile.callee_id_name = d.target.user
            self._heard_from(self._far)
            user = d.target.user
            set_("sip_user_agent", "FreeSWITCH")
            set_("sip_allow", ALLOW)
            set_("sip_recover_contact", f"<sip:{user}@{far.hostport};transport=udp>")
            set_("sip_full_via", self.via())
            set_("sip_recover_via", self.via())
            set_("sip_from_display", d.caller_name)
            set_("sip_full_from", f'"{d.caller_name}" {self.caller_address()};tag={d.from_tag}')
            set_("sip_full_to", f"<sip:{d.target}>;tag={d.to_tag}")
            set_("sip_from_user", d.caller_number)
            set_("sip_from_uri", f"{d.caller_number}@{sip.host}")
            set_("sip_to_user", user)
            set_("sip_to_port", str(d.target.port or SIP_PORT))
            set_("sip_to_uri", str(d.target))
            set_("sip_to_host", d.target.host)
            set_("sip_contact_params", "transport=udp")
            set_("sip_contact_user", user)
            set_("sip_contact_port", str(far.port))
            set_("sip_contact_uri", f"{user}@{far.hostport}")
            set_("sip_contact_host", far.host)
            set_("sip_to_tag", d.to_tag)
            set_("sip_from_tag", d.from_tag)
            set_("sip_cseq", str(d.cseq))
            set_("sip_call_id", d.call_id)
        if media and isinstance(self.peer, SipLeg):
            set_("switch_r_sdp", self.peer.sdp(local=False))
            caller = self.core.channels.get(self.channel.get("originator"))
            if caller is not None and isinstance(caller.leg, SipLeg):
                caller.set("switch_m_sdp", self.channel.get("switch_r_sdp"))
            set_("ep_codec_string", PCMU)

    def caller_address(self) -> str:
        """Write the caller's address."""
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
            channel.set("remote_media_ip", self._far.host)
            channel.set("remote_media_port", str(self.peer.port))

    # -- both ------------------------------------------------------------------------------

    def got_refusal(self, cause: Cause, status: int, phrase: str = "") -> None:
        """Hear that the call is refused there, or that another address is to be called."""
        address = self.peer.elsewhere if isinstance(self.peer, SipLeg) else ""
        goal = parse_uri(address) if address and self.channel.up and not self.ended else None
        if goal is None:
            super().got_refusal(cause, status, phrase)
            return
        self.channel.set("sip_hangup_disposition", "recv_refuse")
        self.channel.set("sip_redirected_to", address)
        for name, value in self.dialog.headers.items():
            self.channel.set(f"sip_rh_{name}", value)
        self.peer, self._responded = None, False
        self.dialog = replace(self.dialog, target=goal, route=goal, to_tag=self.core.ids.tag())
        self.send(lambda: self.core.network.invite(self), self.core.timing.invite)

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
                self._heard_from(self._far)
            set_("sip_hangup_disposition", "recv_refuse")
            set_("sip_invite_failure_status", str(status))
            set_("sip_invite_failure_phrase", SIP_PHRASES.get(status, "Failure"))
        protocol = "Q.850" if cause < 128 else "SIP"
        set_("sip_reason", f'{protocol};cause={int(cause)};text="{cause.name}"')
        self._tell_bonded(status)
        set_("sip_term_status", str(status))
        set_("proto_specific_hangup_cause", f"sip:{status}")
        set_("sip_term_cause", "487" if status == 487 else str(int(cause)))

    def understood(self, status: int, cause: Cause) -> Cause:
        """Causes of FreeSWITCH's own do not travel: what remains is the SIP status."""
        return cause if cause < 128 else cause_of_status(status)

    def shown_cause(self) -> Cause:
        """A leg that was told why its partner ended passes that on."""
        found = _CAUSE.search(self.channel.get("sip_reason"))
        own = super().shown_cause()
        return cause_of(found[1], own) if found is not None else own

    def _tell_bonded(self, status: int) -> None:
        """Let the leg that this one is connected to know how it ended."""
        bonded = self.channel.bonded
        if bonded is None:
            return
        names = ["sip_reason"]
        if status >= 300:
            names += ["sip_invite_failure_status", "sip_invite_failure_phrase"]
        for name in names:
            bonded.set(name, self.channel.get(name))
        phrase = "OK" if status == 200 else self.channel.get("sip_invite_failure_phrase")
        bonded.set("sip_hangup_phrase", phrase)

    def on_report(self) -> None:
        """Note how this end ended the call."""
        if not self.disposition:
            return
        self.channel.set("sip_hangup_disposition", self.disposition)
        if self.disposition == "send_cancel":
            self.channel.set("sip_invite_failure_status", "487")
            self.channel.set("sip_invite_failure_phrase", "CANCEL")

    def on_reinvite(self, *, offers: bool, on: bool) -> None:
        """Note what was agreed, and that the callee may be who asks."""
        self._session += 1
        reinvites.note(self, offers=offers, on=on)

    def on_offer(self, on: bool) -> None:
        """Note which way the audio flows now."""
        reinvites.flow(self, on=on)

    def show_display(self, name: str, number: str, bridged_to: str = "") -> None:
        """Tell the other end whom it talks to (SIP INFO)."""
        displaying.show(self, name, number, bridged_to)

    def got_display(self, name: str, number: str) -> None:
        """Hear whom this end talks to."""
        displaying.heard(self, name, number)

    def send_info(self, kind: str, body: str) -> None:
        """Send a message within the call (SIP INFO)."""
        peer = self.peer
        if isinstance(peer, SipLeg) and self.channel.up:
            self.send(lambda: peer.got_info(kind, body))

    def got_info(self, kind: str, body: str | None = None) -> None:
        """Tell of a message within the call."""
        if not self.channel.up:
            return
        d, sip = self.dialog, self.core.sip
        caller, callee = (d.caller_number, sip.host), (d.target.user, d.target.host)
        by, to = (callee, caller) if self.caller else (caller, callee)
        info: list[events.Pair] = [
            ("SIP-Content-Type", kind),
            ("SIP-From-User", by[0]),
            ("SIP-From-Host", by[1]),
            ("SIP-To-User", to[0]),
            ("SIP-To-Host", to[1]),
            ("SIP-Contact-User", d.target.user if self.caller else "mod_sofia"),
            ("SIP-Contact-Host", sip.host),
        ]
        event = self.core.events.of_channel(events.RECV_INFO, self.channel, info)
        event.body = body
        self.core.fire(event)

    def agrees(self) -> bool:
        """Whether the offer has a codec that this end takes: not what stays within the switch."""
        origin = self.peer.channel.get("originator") if self.peer is not None else ""
        first = self.core.channels.get(origin)
        return first is None or first.codec is None or first.codec.name != L16.name
