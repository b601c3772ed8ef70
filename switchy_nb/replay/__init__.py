"""A recording served as if it were a switch: yesterday's incident, once more, over a real socket."""

from switchy_nb.replay.replay import Replay, replay

__all__ = ["Replay", "replay"]
