"""Frames of calls as `Recording.calls` has them, made of numbers."""

import numpy as np
import pandas as pd

START = pd.Timestamp("2026-11-23T07:30:00Z")


def calls_frame(
    begins: list[float], setups: list[float | None], talks: list[float | None], **columns: object
) -> pd.DataFrame:
    """Calls by seconds: when each began, how long until its answer (None: never), how long it was up."""

    def times(seconds: list[float]) -> pd.Series:
        return pd.Series(START + pd.to_timedelta(np.round(np.array(seconds) * 1e6), unit="us"))

    setup = np.array([np.nan if s is None else s for s in setups], "float64")
    talk = np.array([np.nan if t is None else t for t in talks], "float64")
    begin = np.array(begins, "float64")
    answered = np.isfinite(setup)
    over = np.where(answered, begin + setup + talk, begin + np.where(np.isfinite(talk), talk, 0.2))
    frame = pd.DataFrame(
        {
            "switch": "fs",
            "app": "TonePlay",
            "caller": [f"a{at}" for at in range(len(begin))],
            "launched": times(list(begin - 0.02)),
            "caller_create": times(list(begin)),
            "caller_answer": times(list(np.where(answered, begin + setup, 0))).where(answered),
            "hungup": times(list(np.where(np.isfinite(over), over, 0))).where(np.isfinite(over)),
            "invite_latency": setup / 4,
            "answer_latency": setup / 8,
            "call_setup_latency": setup,
            "originate_latency": 0.02,
            "call_duration": over - begin,
            "hangup_cause": np.where(answered, "NORMAL_CLEARING", "USER_BUSY"),
            "post_dial_delay": setup / 2,
        }
    )
    frame.index = pd.Index([f"call-{at}" for at in range(len(begin))], name="call")
    return frame.assign(**columns)


def run_that_went_bad(count: int = 1000, seed: int = 1, *, from_: float = 62.0) -> pd.DataFrame:
    """A hundred seconds of calls; from `from_` on a third fails, and set-up takes longer and longer."""
    chance = np.random.default_rng(seed)
    begin = np.sort(chance.uniform(0, 100, count))
    late = begin > from_
    setup = chance.lognormal(np.log(0.12), 0.35, count) * np.where(late, 1 + (begin - from_) / 6, 1)
    good = chance.random(count) > np.where(late, 0.35, 0.004)
    causes = ["USER_BUSY", "NO_ANSWER", "NORMAL_TEMPORARY_FAILURE", "RECOVERY_ON_TIMER_EXPIRE"]
    cause = np.where(good, "NORMAL_CLEARING", chance.choice(causes, count, p=[0.2, 0.2, 0.4, 0.2]))
    return calls_frame(
        list(begin),
        [float(s) if ok else None for s, ok in zip(setup, good, strict=True)],
        list(chance.exponential(8, count) + 1),
        hangup_cause=cause,
        app=chance.choice(["TonePlay", "PlayRec", "Bert"], count),
        switch=chance.choice(["fs1", "fs2"], count),
    )


def legs_and_events(calls: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The two legs of each call, and their events, as `Recording` has them."""
    legs, events = [], []
    for at, (key, call) in enumerate(calls.iterrows()):
        answered = call["caller_answer"] == call["caller_answer"]
        for place, direction in (("a", "outbound"), ("b", "inbound")):
            uuid = f"{place}{at}"
            legs.append(
                {
                    "uuid": uuid,
                    "call": key,
                    "switch": call["switch"],
                    "direction": direction,
                    "app": call["app"],
                    "destination": "7001",
                    "channel": "sofia/external/7001",
                    "created": call["caller_create"],
                    "hangup_cause": call["hangup_cause"],
                    "peer": f"{'b' if place == 'a' else 'a'}{at}",
                }
            )
            rings = call["caller_create"] + pd.Timedelta(milliseconds=30)
            told = [("CHANNEL_CREATE", call["caller_create"], "DOWN")]
            told += [("CHANNEL_PROGRESS", rings, "RINGING")]
            told += [("CHANNEL_ANSWER", call["caller_answer"], "ACTIVE")] if answered else []
            told += [("CHANNEL_HANGUP", call["hungup"], "ACTIVE" if answered else "RINGING")]
            told += [("CHANNEL_DESTROY", call["hungup"], "HANGUP")]
            events += [
                {"received": when, "time": when, "name": name, "session": uuid, "call_state": state}
                for name, when, state in told
            ]
    frame = pd.DataFrame(events).sort_values("received", kind="stable").reset_index(drop=True)
    texts = ("subclass", "application", "channel_state", "job")
    frame = frame.assign(**{name: pd.Series(None, frame.index, dtype="str") for name in texts})
    return pd.DataFrame(legs).set_index("uuid"), frame
