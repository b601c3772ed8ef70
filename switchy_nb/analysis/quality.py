"""How good the sound was that each leg received, as FreeSWITCH counted it until the leg's end.

From the ``rtp_audio_in_…`` variables of ``CHANNEL_HANGUP_COMPLETE``; what they hold is defined in
FreeSWITCH's ``switch_rtp.c`` (``check_jitter``, ``do_mos``, ``burstr_calculate``).
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

_HEADERS = {
    "mos": "variable_rtp_audio_in_mos",
    "quality": "variable_rtp_audio_in_quality_percentage",
    "loss": "variable_rtp_audio_in_jitter_loss_rate",
    "variance": "variable_rtp_audio_in_jitter_max_variance",
    "interval_ms": "variable_rtp_audio_in_mean_interval",
    "packets": "variable_rtp_audio_in_media_packet_count",
    "flaws": "variable_rtp_audio_in_flaw_total",
}


def quality_of(
    sessions: "pd.DataFrame", events: "pd.DataFrame", pick: "Callable[..., pd.DataFrame]"
) -> "pd.DataFrame":
    """Return the quality of what each leg received.

    Parameters
    ----------
    sessions, events : DataFrame
        As `Recording.sessions` and `Recording.events` have them.
    pick : callable
        `Recording.pick` of the recording that they are of.

    Returns
    -------
    DataFrame
        A row for each leg of which FreeSWITCH gave statistics (index ``uuid``), with the columns
        ``call``, ``switch``, ``direction``, ``codec``, ``ended`` (UTC), ``packets`` (of media, that
        arrived), ``mos`` (1 to 4.5), ``quality`` (percent of packets without a flaw, which FreeSWITCH
        makes the score of), ``jitter_ms`` (the standard deviation of the times between packets,
        where it was largest), ``loss`` (share of packets that were lost, 0 to 1), ``interval_ms``
        (mean time between packets), ``flaws``. A leg that received no packet has neither score nor
        jitter nor loss: FreeSWITCH gives it the best of each, which means nothing.
    """
    import numpy as np
    import pandas as pd

    ends = events[(events["name"] == "CHANNEL_HANGUP_COMPLETE") & events["session"].notna()]
    ends = ends[ends["session"].isin(sessions.index)].drop_duplicates("session", keep="last")
    read = pick(ends.index.tolist(), tuple(_HEADERS.values())).reindex(ends.index)
    legs = pd.Index(ends["session"], name="uuid")
    numbers = {
        name: pd.to_numeric(read[header], errors="coerce").to_numpy("float64")
        for name, header in _HEADERS.items()
    }
    told = sessions.reindex(legs)
    frame = told[["call", "switch", "direction", "codec"]].copy()
    frame["ended"] = ends["time"].where(ends["time"].notna(), ends["received"]).to_numpy()
    frame["ended"] = pd.DatetimeIndex(frame["ended"]).as_unit("us")
    if frame["ended"].dt.tz is None:
        frame["ended"] = frame["ended"].dt.tz_localize("UTC")
    frame["packets"] = numbers["packets"]
    heard = numbers["packets"] > 0
    frame["mos"] = np.where(heard, numbers["mos"], np.nan)
    frame["quality"] = np.where(heard, numbers["quality"], np.nan)
    frame["jitter_ms"] = np.where(heard, np.sqrt(np.abs(numbers["variance"])), np.nan)
    frame["loss"] = np.where(heard, numbers["loss"], np.nan)
    frame["interval_ms"] = np.where(heard, numbers["interval_ms"], np.nan)
    frame["flaws"] = numbers["flaws"]
    counted: pd.DataFrame = frame[np.isfinite(numbers["packets"])]
    return counted
