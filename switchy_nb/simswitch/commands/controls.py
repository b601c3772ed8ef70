"""What ``fsctl`` shows and sets beside the limits on sessions, and what modules may be there.

`limits` holds what decides whether a session may begin.
"""

from dataclasses import dataclass

#: FreeSWITCH's bounds of a DTMF digit, in samples of 8 kHz (``switch_types.h``)
SHORTEST_DTMF = 400
LONGEST_DTMF = 192_000


@dataclass
class Controls:
    """One switch's settings that no call depends on.

    Attributes
    ----------
    min_dtmf, max_dtmf : int
        Bounds of a digit's length, in samples.
    min_idle_cpu : float
        Percent of idle time below which calls would be refused; 0 is no bound.
    """

    debug_level: int = 0
    api_expansion: bool = True
    #: it is to end as soon as there are no calls
    shutdown_requested: bool = False
    verbose_events: bool = False
    threaded_system_exec: bool = False
    debug_sql: bool = False
    uuid_version: int = 4
    min_dtmf: int = SHORTEST_DTMF
    max_dtmf: int = LONGEST_DTMF
    min_idle_cpu: float = 0.0
    sndfile_debug: bool = False
    console_level: int = 4
    sofia_trace_level: int = 0
