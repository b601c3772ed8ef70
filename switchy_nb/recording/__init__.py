"""`Recording`: every event kept, as frames; files; words and figures made of them elsewhere."""

from switchy_nb.recording.keep import Keep
from switchy_nb.recording.recording import Recording

__all__ = ["Keep", "Recording"]
