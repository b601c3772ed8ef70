"""Pure functions of a recording's frames: to numbers and to words.

They know nothing of recordings and switches.
"""

from switchy_nb.analysis.causes import Cause, describe_cause, find_cause
from switchy_nb.analysis.latency import (
    answer_latency,
    call_duration,
    call_setup_latency,
    invite_latency,
    originate_latency,
    seconds_between,
)

__all__ = [
    "Cause",
    "answer_latency",
    "call_duration",
    "call_setup_latency",
    "describe_cause",
    "find_cause",
    "invite_latency",
    "originate_latency",
    "seconds_between",
]
