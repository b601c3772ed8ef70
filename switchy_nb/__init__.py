"""Explore telephone calls from a notebook: place them, wait on them, and see all that happened."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from switchy_nb.analysis.expecting import expect
    from switchy_nb.apps import PlayRec, TonePlay
    from switchy_nb.connection import Connection
    from switchy_nb.events import Events
    from switchy_nb.marks import event_callback, handler
    from switchy_nb.models import Call, Job
    from switchy_nb.observe import (
        Client,
        EventListener,
        active_client,
        get_listener,
        get_pool,
    )
    from switchy_nb.recording import Recording
    from switchy_nb.recording.comparing import compare
    from switchy_nb.session import Session
    from switchy_nb.simswitch import SimSwitch
    from switchy_nb.sync import open_caller, sync_caller

__version__ = "0.1.0"

#: where each public name lives: they are imported when they are first asked for
_HOMES = {
    "Call": "models",
    "Client": "observe",
    "Connection": "connection",
    "EventListener": "observe",
    "Events": "events",
    "Job": "models",
    "PlayRec": "apps",
    "Recording": "recording",
    "Session": "session",
    "SimSwitch": "simswitch",
    "TonePlay": "apps",
    "active_client": "observe",
    "compare": "recording.comparing",
    "event_callback": "marks",
    "expect": "analysis.expecting",
    "get_listener": "observe",
    "get_pool": "observe",
    "handler": "marks",
    "open_caller": "sync",
    "sync_caller": "sync",
}

__all__ = [
    "Call",
    "Client",
    "Connection",
    "EventListener",
    "Events",
    "Job",
    "PlayRec",
    "Recording",
    "Session",
    "SimSwitch",
    "TonePlay",
    "active_client",
    "compare",
    "event_callback",
    "expect",
    "get_listener",
    "get_pool",
    "handler",
    "open_caller",
    "sync_caller",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
