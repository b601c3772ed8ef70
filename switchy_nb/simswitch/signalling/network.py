"""Where a call goes: endpoints, profiles, hosts, and the way back into the switch itself."""

import ipaddress
from typing import TYPE_CHECKING

from switchy_nb.simswitch.calls import lifecycle, originating
from switchy_nb.simswitch.calls.causes import Cause
from switchy_nb.simswitch.calls.channel import Channel
from switchy_nb.simswitch.calls.dialstring import Target
from switchy_nb.simswitch.calls.states import Direction
from switchy_nb.simswitch.signalling import invites, loopback
from switchy_nb.simswitch.signalling.sip import Dialog, SipLeg
from switchy_nb.simswitch.signalling.uris import SIP_PORT, Uri, parse_uri

if TYPE_CHECKING:
    from switchy_nb.simswitch.core import Core

#: SIP gives up a request that nobody answers after 64 times T1 (RFC 3261, timer B)
TIMER_B = 32.0


class Network:
    """The SIP profiles of one switch, and what it can reach."""

    def __init__(self, core: "Core") -> None:
        self._core = core
        self.calls_in = self.calls_out = self.failed_in = self.failed_out = 0

    def dial(
        self, target: Target, variables: dict[str, str], originator: Channel | None
    ) -> Channel | Cause:
        """Begin a call to one endpoint; a Cause where there cannot even be a channel."""
        core = self._core
        uuid = variables.get("origination_uuid", "")
        if target.endpoint == "error":
            return core.cause(target.address, Cause.NORMAL_CLEARING)
        if target.endpoint == "user":
            return Cause.SUBSCRIBER_ABSENT
        if target.endpoint not in ("sofia", "loopback"):
            return Cause.CHAN_NOT_IMPLEMENTED
        if uuid in core.channels and target.endpoint == "loopback":
            variables = {**variables, "origination_uuid": core.ids.uuid()}
            uuid = ""
        if (uuid and uuid in core.channels) or not core.admit(Direction.OUTBOUND):
            return Cause.DESTINATION_OUT_OF_ORDER
        if target.endpoint == "loopback":
            return loopback.dial(core, target, variables, originator)
        return self._dial_sofia(target, variables, originator)

    def _dial_sofia(
        self, target: Target, variables: dict[str, str], originator: Channel | None
    ) -> Channel | Cause:
        core = self._core
        profile, slash, address = target.address.partition("/")
        if not slash or (profile == "gateway" and not address):
            return self._stillborn(Cause.INVALID_URL)
        if profile == "gateway":
            return self._stillborn(Cause.INVALID_GATEWAY)
        if profile != core.profile:
            return self._stillborn(Cause.INVALID_PROFILE)
        address, _, params = address.partition(";")
        uri = parse_uri(address)
        if uri is None or "@" not in address:
            return self._stillborn(Cause.USER_NOT_REGISTERED)
        route = uri
        for param in params.split(";"):
            name, _, value = param.partition("=")
            if name == "fs_path":
                hop, _, _ = core.unquote(value).partition(";")
                route = parse_uri(hop) or uri
        name = f"sofia/{profile}/{uri}"
        channel = originating.outgoing_channel(core, name, uri.user, variables, originator)
        channel.set("sip_local_network_addr", core.sip.host)
        channel.set("sip_profile_name", profile)
        channel.set("video_media_flow", "disabled")
        channel.set("text_media_flow", "disabled")
        channel.set("channel_name", name)
        channel.set("sip_destination_url", f"sip:{uri}")
        originating.set_variables(channel, variables, "sofia", originator)
        caller = channel.profile
        dialog = Dialog(
            target=uri,
            route=route,
            caller_name=caller.caller_id_name if caller is not None else "",
            caller_number=caller.caller_id_number if caller is not None else "",
            call_id=core.ids.uuid(),
            from_tag=core.ids.tag(),
            to_tag=core.ids.tag(),
            branch=core.ids.tag(),
            cseq=core.ids.cseq(),
            headers={
                key.removeprefix("sip_h_"): channel.get(key)
                for key in channel.variables
                if key.startswith("sip_h_")
            },
        )
        SipLeg(channel, dialog, caller=True, profile=profile)
        self.calls_out += 1
        originating.begin(channel)
        return channel

    def _stillborn(self, cause: Cause) -> Cause:
        """Show the channel that was made in vain, as FreeSWITCH does."""
        channel = self._core.new_channel(Direction.OUTBOUND, self._core.ids.uuid())
        lifecycle.destroy(channel)
        self.failed_out += 1
        return cause

    def is_ours(self, uri: Uri) -> bool:
        """Whether an address is this switch's own SIP profile."""
        own = self._core.sip
        if (uri.port or SIP_PORT) != (own.port or SIP_PORT):
            return False
        return uri.host == own.host or (_is_loopback(uri.host) and _is_loopback(own.host))

    def invite(self, caller: SipLeg) -> None:
        """Deliver an invitation: to the switch itself, to another host, or nowhere."""
        if not caller.channel.up:
            return
        route = caller.dialog.route
        there = self._core.outside.reach(route)
        if there is not None:
            there.network.take(caller)
            return
        self.failed_out += 1
        if _is_address(route.host) and not _is_loopback(route.host):
            self._core.loop.call_later(
                TIMER_B, caller.unreachable, 408, Cause.RECOVERY_ON_TIMER_EXPIRE
            )
        else:
            caller.unreachable(503, Cause.NORMAL_TEMPORARY_FAILURE)

    def take(self, caller: SipLeg) -> None:
        """Let a call in, or turn it away when the switch takes no more."""
        self.calls_in += 1
        if self._core.admit(Direction.INBOUND):
            invites.let_in(self._core, caller)
        else:
            self.failed_in += 1
            caller.turned_away(
                503, "Maximum Calls In Progress", Cause.NORMAL_TEMPORARY_FAILURE, self._core.sip
            )


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _is_loopback(host: str) -> bool:
    return host == "localhost" or (_is_address(host) and ipaddress.ip_address(host).is_loopback)
