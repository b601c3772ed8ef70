"""Pure functions of a recording's frames: to figures that show themselves.

They know nothing of recordings and switches, and never touch pyplot, whose state all threads share.
Each takes `ax` (Axes to draw into, instead of a figure of its own), `theme` (``"light"`` or
``"dark"``; without, the ink is one that can be read on both) and `width` (of the figure, in
inches), and a figure of nothing says so.
"""

from switchy_nb.plots.charts import causes, health, latencies, rates
from switchy_nb.plots.media import quality, sound
from switchy_nb.plots.story import ladder, mermaid, timeline

__all__ = [
    "causes",
    "health",
    "ladder",
    "latencies",
    "mermaid",
    "quality",
    "rates",
    "sound",
    "timeline",
]
