"""The ways to end a switch: ``fsctl shutdown`` with all that may follow it, and ``shutdown``.

What the server does then is in `server`: calls are hung up, clients are told, the socket closes.
"""

import asyncio
from typing import TYPE_CHECKING

from switchy_nb.simswitch import events

if TYPE_CHECKING:
    from switchy_nb.simswitch.core import Core

_OK = "+OK\n"
_REQUESTED = events.Kind("SHUTDOWN_REQUESTED", "switch_core.c", "switch_core_session_ctl", 2825)
#: how often a switch looks whether its last call has ended, in seconds
_LOOKS = 0.5


async def end(core: "Core", words: list[str]) -> str:
    """End the switch as `words` say.

    ``now`` is at once, and answers nobody; ``elegant`` waits for the calls to end, ``asap`` takes
    no more of them meanwhile, and ``cancel`` has these two stay; with ``restart`` it comes again.
    """
    asked = [word.lower() for word in words[:4]]
    if "cancel" in asked:
        core.controls.shutdown_requested = False
        return _OK
    if "now" in asked:
        core.leave(graceful=False)
        await core.loop.create_future()  # its end takes whoever asked with it
    patient = next((word for word in reversed(asked) if word in ("asap", "elegant")), "")
    if not patient or await _calls_ended(core, patient):
        core.leave(graceful=True, restart="restart" in asked)
    return _OK


async def _calls_ended(core: "Core", how: str) -> bool:
    """Wait for all calls to end; False if that was cancelled before."""
    controls = core.controls
    told = "ASAP" if how == "asap" else how
    core.fire(core.events.make(_REQUESTED, [("Event-Info", told)]))
    controls.shutdown_requested = True
    if how == "asap":
        _refuse_calls(core, on=True)
    while core.channels and controls.shutdown_requested:
        await asyncio.sleep(_LOOKS)
    _refuse_calls(core, on=controls.shutdown_requested)
    return controls.shutdown_requested


def _refuse_calls(core: "Core", *, on: bool) -> None:
    core.limits.inbound_paused = core.limits.outbound_paused = on
