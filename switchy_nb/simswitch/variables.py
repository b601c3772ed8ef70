"""Variables: the global ones that a switch begins with, and where a call's are looked up."""

from typing import TYPE_CHECKING

from switchy_nb.simswitch.files import BASE

if TYPE_CHECKING:
    from switchy_nb.simswitch.calls.channel import Channel
    from switchy_nb.simswitch.core import Core


def first(core: "Core") -> dict[str, str]:
    """Make them, in FreeSWITCH's order."""
    identity = core.events.identity
    return {
        "hostname": core.hostname,
        "local_ip_v4": identity.ipv4,
        "local_mask_v4": "255.0.0.0",
        "local_ip_v6": identity.ipv6,
        "base_dir": BASE,
        "recordings_dir": core.files.recordings_dir,
        "sound_prefix": core.files.sounds_dir,
        "sounds_dir": core.files.sounds_dir,
        **{
            f"{name}_dir": f"{BASE}/{name}"
            for name in ("conf", "log", "run", "db", "mod", "htdocs")
        },
        "script_dir": f"{BASE}/scripts",
        "temp_dir": "/tmp",
        **{
            f"{name}_dir": f"{BASE}/{name}"
            for name in ("grammar", "fonts", "images", "certs", "storage", "cache")
        },
        "data_dir": BASE,
        "localstate_dir": BASE,
        "core_uuid": core.uuid,
        "domain": core.sip.host,
        "external_sip_port": str(core.sip.port),
    }


#: what a caller profile says too, by the name that a variable would have
_OF_PROFILE = {
    "username": "username",
    "dialplan": "dialplan",
    "caller_id_name": "caller_id_name",
    "caller_id_number": "caller_id_number",
    "orig_caller_id_name": "orig_caller_id_name",
    "orig_caller_id_number": "orig_caller_id_number",
    "callee_id_name": "callee_id_name",
    "callee_id_number": "callee_id_number",
    "network_addr": "network_addr",
    "ani": "ani",
    "rdnis": "rdnis",
    "destination_number": "destination",
    "source": "source",
    "context": "context",
    "transfer_source": "transfer_source",
    "chan_name": "channel_name",
}


def of_channel(core: "Core", channel: "Channel", name: str) -> str | None:
    """Look a variable up as a call sees it: its own, its caller profile's, the global one.

    Parameters
    ----------
    core : Core
        The switch.
    channel : Channel
        The call.
    name : str
        The variable's name.

    Returns
    -------
    str or None
        The value; None if there is none.
    """
    if name in channel.variables:
        return channel.get(name)
    field = _OF_PROFILE.get(name)
    if channel.profile is not None and field is not None:
        value = str(getattr(channel.profile, field))
        if value:
            return value
    return core.globals.get(name)
