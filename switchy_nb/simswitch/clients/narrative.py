"""What the log tells of a call, line by line, as its events happen.

FreeSWITCH says much more at DEBUG; these are the lines that people look for: a channel that comes,
its states, what it runs, who answered, why it ended. Each is told from the event that the same
place in FreeSWITCH's source fires, so that log and events cannot disagree. The rest of the log is
said where it happens (`Core.log`).
"""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from switchy_nb.simswitch.clients.logs import OF_CALL_BARE, OF_SESSION, LogLine, Site

if TYPE_CHECKING:
    from switchy_nb.simswitch.core import Core
    from switchy_nb.simswitch.events import SwitchEvent

_NOTICE, _INFO, _DEBUG = 5, 6, 7
_MACHINE = "switch_core_state_machine.c"
_RUN = "switch_core_session_run"
_THREAD = "switch_core_session_thread"

_NEW = Site("switch_channel.c", "switch_channel_set_name", 1143, OF_SESSION)
_RUNNING = Site(_MACHINE, _RUN, 581)
_FLIP = Site("switch_channel.c", "switch_channel_flip_cid", 3291, OF_SESSION)
_EXECUTE = Site("switch_core_session.c", "switch_core_session_exec", 2907, OF_CALL_BARE)
_HANGUP_OUT = Site("switch_ivr.c", "switch_ivr_kill_uuid", 4404)
_HANGUP_IN = Site("sofia.c", "sofia_handle_sip_i_bye", 1065)
_RINGING = Site("sofia.c", "sofia_handle_sip_i_state", 7699)
_EARLY = Site("sofia_media.c", "sofia_media_tech_media", 90)
_ANSWERED_OUT = Site("sofia.c", "sofia_handle_sip_i_state", 8693)
_ANSWERED_IN = Site("mod_dptools.c", "answer_function", 1406)
_ENDED = Site("switch_core_session.c", _THREAD, 1766, OF_SESSION)
_CLOSED = Site("switch_core_session.c", _THREAD, 1770)

#: state → (line of its own in the state machine, mod_sofia's handler and its line)
_STATES = {
    "CS_INIT": (624, "sofia_on_init", 97),
    "CS_ROUTING": (640, "sofia_on_routing", 158),
    "CS_EXECUTE": (647, "sofia_on_execute", 213),
    "CS_EXCHANGE_MEDIA": (653, "sofia_on_exchange_media", 558),
    "CS_CONSUME_MEDIA": (659, "", 0),
    "CS_HANGUP": (846, "", 0),
    "CS_REPORTING": (932, "", 0),
    "CS_DESTROY": (745, "sofia_on_destroy", 380),
}

Line = tuple[int, str, Site]
Teller = Callable[["Core", "SwitchEvent"], Iterator[Line]]


def _get(event: "SwitchEvent", name: str) -> str:
    return event.header(name) or ""


def _outbound(event: "SwitchEvent") -> bool:
    return _get(event, "call-direction") == "outbound"


def _coming(core: "Core", event: "SwitchEvent") -> Iterator[Line]:
    name, uuid = _get(event, "channel-name"), _get(event, "unique-id")
    yield _NOTICE, f"New Channel {name} [{uuid}]", _NEW


def _state(core: "Core", event: "SwitchEvent") -> Iterator[Line]:
    name, state = _get(event, "channel-name"), _get(event, "channel-state")
    if state == "CS_INIT" and not _outbound(event):
        yield from _coming(core, event)
    counts = f"(Cur {len(core.channels)} Tot {core.ids.sessions})"
    yield _DEBUG, f"({name}) Running State Change {state} {counts}", _RUNNING
    line, handler, of_handler = _STATES.get(state, (0, "", 0))
    short = state.removeprefix("CS_")
    if line:
        yield _DEBUG, f"({name}) State {short}", Site(_MACHINE, _RUN, line, OF_SESSION)
    if handler and name.startswith("sofia/"):
        yield _DEBUG, f"{name} SOFIA {short}", Site("mod_sofia.c", handler, of_handler, OF_SESSION)


def _callstate(core: "Core", event: "SwitchEvent") -> Iterator[Line]:
    name = _get(event, "channel-name")
    change = f"{_get(event, 'original-channel-call-state')} -> {_get(event, 'channel-call-state')}"
    site = Site(
        _get(event, "event-calling-file"),
        _get(event, "event-calling-function"),
        int(_get(event, "event-calling-line-number") or 0),
    )
    yield _DEBUG, f"({name}) Callstate Change {change}", site


def _executes(core: "Core", event: "SwitchEvent") -> Iterator[Line]:
    name, app = _get(event, "channel-name"), _get(event, "application")
    data = _get(event, "application-data")
    yield _INFO, f"EXECUTE [depth=0] {name} {app}({data})", _EXECUTE


def _rings(core: "Core", event: "SwitchEvent") -> Iterator[Line]:
    yield _NOTICE, f"Ring-Ready {_get(event, 'channel-name')}!", _RINGING


def _sounds(core: "Core", event: "SwitchEvent") -> Iterator[Line]:
    yield _NOTICE, f"Pre-Answer {_get(event, 'channel-name')}!", _EARLY


def _answered(core: "Core", event: "SwitchEvent") -> Iterator[Line]:
    site = _ANSWERED_OUT if _outbound(event) else _ANSWERED_IN
    yield _NOTICE, f"Channel [{_get(event, 'channel-name')}] has been answered", site


def _flipped(core: "Core", event: "SwitchEvent") -> Iterator[Line]:
    if _get(event, "event-calling-function") != "switch_channel_flip_cid":
        return
    to = f'"{_get(event, "caller-caller-id-name")}" <{_get(event, "caller-caller-id-number")}>'
    old = f'"{_get(event, "caller-callee-id-name")}" <{_get(event, "caller-callee-id-number")}>'
    yield _INFO, f"{_get(event, 'channel-name')} Flipping CID from {old} to {to}", _FLIP


def _hung_up(core: "Core", event: "SwitchEvent") -> Iterator[Line]:
    name, cause = _get(event, "channel-name"), _get(event, "hangup-cause")
    site = _HANGUP_OUT if _outbound(event) else _HANGUP_IN
    yield _NOTICE, f"Hangup {name} [{_get(event, 'channel-state')}] [{cause}]", site


def _gone(core: "Core", event: "SwitchEvent") -> Iterator[Line]:
    name, number = _get(event, "channel-name"), _get(event, "variable_session_id")
    yield _NOTICE, f"Session {number} ({name}) Ended", _ENDED
    yield _NOTICE, f"Close Channel {name} [CS_DESTROY]", _CLOSED


_TELLERS: dict[str, Teller] = {
    "CHANNEL_OUTGOING": _coming,
    "CHANNEL_STATE": _state,
    "CHANNEL_CALLSTATE": _callstate,
    "CHANNEL_EXECUTE": _executes,
    "CHANNEL_PROGRESS": _rings,
    "CHANNEL_PROGRESS_MEDIA": _sounds,
    "CHANNEL_ANSWER": _answered,
    "CALL_UPDATE": _flipped,
    "CHANNEL_HANGUP": _hung_up,
    "CHANNEL_DESTROY": _gone,
}


def told(core: "Core", event: "SwitchEvent") -> Iterator[LogLine]:
    """Tell what the log says of an event, which may be nothing.

    Parameters
    ----------
    core : Core
        The switch.
    event : SwitchEvent
        What happened.
    """
    teller = _TELLERS.get(event.name)
    if teller is None:
        return
    uuid = _get(event, "unique-id")
    channel = core.channels.get(uuid)
    limit = max(core.limits.log_level, channel.log_level if channel is not None else -1)
    for level, text, site in teller(core, event):
        if level <= limit:
            yield LogLine(level, text, site, core.clock.now(), uuid)
