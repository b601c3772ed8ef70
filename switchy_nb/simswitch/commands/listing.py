"""Rows of channels and calls, as FreeSWITCH keeps them in its tables and ``show`` lists them."""

import time
from collections.abc import Iterable
from typing import TYPE_CHECKING

from switchy_nb.simswitch.calls.channel import Channel

if TYPE_CHECKING:
    from switchy_nb.simswitch.core import Core

Row = dict[str, str]


def channel_row(channel: Channel) -> Row:
    """Write the row of one channel."""
    profile = channel.profile
    created = profile.times.created // 1_000_000 if profile is not None else 0
    used = channel.codec
    codec = (used.name, str(used.rate), str(used.bits)) if used is not None else ("", "", "")
    outbound = channel.get("channel_cid_flipped") == "yes"
    return {
        "uuid": channel.uuid,
        "direction": channel.direction.value,
        "created": time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(created)),
        "created_epoch": str(created),
        "name": channel.name,
        "state": channel.running.label,
        "cid_name": profile.caller_id_name if profile is not None else "",
        "cid_num": profile.caller_id_number if profile is not None else "",
        "ip_addr": profile.network_addr if profile is not None and not outbound else "",
        "dest": profile.destination if profile is not None else "",
        "application": channel.get("current_application"),
        "application_data": channel.get("current_application_data"),
        "dialplan": profile.dialplan if profile is not None else "",
        "context": profile.context if profile is not None else "",
        "read_codec": codec[0],
        "read_rate": codec[1],
        "read_bit_rate": codec[2],
        "write_codec": codec[0],
        "write_rate": codec[1],
        "write_bit_rate": codec[2],
        "secure": "",
        "hostname": channel.core.hostname,
        "presence_id": channel.get("presence_id"),
        "presence_data": channel.get("presence_data"),
        "accountcode": channel.get("accountcode"),
        "callstate": channel.call_state.name,
        "callee_name": profile.callee_id_name if profile is not None else "",
        "callee_num": profile.callee_id_number if profile is not None else "",
        "callee_direction": "RECV" if outbound else "",
        "call_uuid": channel.get("call_uuid") if outbound else "",
        "sent_callee_name": channel.get("last_sent_callee_id_name"),
        "sent_callee_num": channel.get("last_sent_callee_id_number"),
        "initial_cid_name": profile.orig_caller_id_name if profile is not None else "",
        "initial_cid_num": profile.orig_caller_id_number if profile is not None else "",
        "initial_ip_addr": profile.network_addr if profile is not None and not outbound else "",
        "initial_dest": profile.destination if profile is not None else "",
        "initial_dialplan": profile.dialplan if profile is not None else "",
        "initial_context": profile.context if profile is not None else "",
    }


_BASIC = (
    *("uuid", "direction", "created", "created_epoch", "name", "state", "cid_name", "cid_num"),
    *("ip_addr", "dest"),
)
_MEDIA = (
    *("application", "application_data", "dialplan", "context", "read_codec", "read_rate"),
    *("read_bit_rate", "write_codec", "write_rate", "write_bit_rate", "secure", "hostname"),
)
_CALLER = (
    *("presence_id", "presence_data", "accountcode", "callstate", "callee_name", "callee_num"),
    "callee_direction",
)
_SENT = ("sent_callee_name", "sent_callee_num")
_BASIC_A = (*_BASIC, *_CALLER, "call_uuid", "hostname", *_SENT)
_BASIC_B = (*_BASIC, *_CALLER, *_SENT)
_DETAILED = (*_BASIC, *_MEDIA, *_CALLER, "call_uuid", *_SENT)


def calls(core: "Core", *, bridged: bool, detailed: bool) -> Iterable[Row]:
    """Write one row for each bridge, and for each leg that is in none.

    Parameters
    ----------
    core : Core
        The switch.
    bridged : bool
        True leaves out the legs that are in no bridge.
    detailed : bool
        True adds what runs on the legs, and their codecs.
    """
    first, second = (_DETAILED, _DETAILED) if detailed else (_BASIC_A, _BASIC_B)
    for channel in core.channels.values():
        other = channel.partner
        if other is not None and channel.bridge_role == "originatee":
            continue
        if other is None and bridged:
            continue
        row = channel_row(channel)
        peer = channel_row(other) if other is not None else {}
        yield {
            **{key: row[key] for key in first},
            **{f"b_{key}": peer.get(key, "") for key in second},
            "call_created_epoch": row["created_epoch"] if other is not None else "",
        }
