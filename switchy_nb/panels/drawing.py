"""Keeping a timeline drawn as its call goes on, on a thread that nobody waits for."""

import asyncio
import logging
import time
from collections.abc import Callable
from functools import partial
from io import BytesIO
from typing import TYPE_CHECKING

from switchy_nb.panels.desk import Desk
from switchy_nb.panels.model import CallModel, Scene
from switchy_nb.panels.text import plain

if TYPE_CHECKING:
    from switchy_nb.recording import Recording

log = logging.getLogger(__name__)

#: Shows a picture (empty for none), the words for it, and a note.
Show = Callable[[bytes, str, str], None]

#: Seconds between looks at whether there is something new to draw.
LOOK = 0.15
#: Seconds between two drawings at least.
REST = 0.4
#: Of the time, at most one part in so many goes into drawing.
SHARE = 5
EMPTY = "The timeline of the selected call is drawn here."
BEGINNING = "The timeline is being drawn …"


async def keep_drawn(model: CallModel, desk: Desk, recording: "Recording", show: Show) -> None:
    """Draw the selected call again whenever it has gone on, until cancelled."""
    drawn: tuple[object, ...] | None = None
    while True:
        scene = model.scene
        rest = LOOK
        if scene is None:
            show(b"", "", EMPTY)
            drawn = None
        elif (scene.legs, scene.events) != drawn:
            began = time.monotonic()
            if drawn is None:
                show(b"", "", BEGINNING)
            await _redraw(model, desk, recording, show, scene)
            drawn = (scene.legs, scene.events)
            rest = max(REST, (SHARE - 1) * (time.monotonic() - began))
        await asyncio.sleep(rest)


async def _redraw(
    model: CallModel, desk: Desk, recording: "Recording", show: Show, scene: Scene
) -> None:
    try:
        png = await desk.beside(partial(_draw, recording, scene.legs))
    except Exception as exc:
        # One picture less; the calls must stay within reach.
        log.exception("the timeline of %s could not be drawn", scene.legs)
        show(b"", "", f"The timeline could not be drawn: {plain(exc, 160)}")
        return
    now = model.scene
    if now is not None and now.legs[:1] == scene.legs[:1]:  # else another call was selected
        show(png, scene.words, "")


def _draw(recording: "Recording", legs: tuple[str, ...]) -> bytes:
    picture = BytesIO()
    figure = recording.timeline(sessions=legs)
    figure.savefig(picture, format="png", facecolor="none", bbox_inches="tight", pad_inches=0.1)
    return picture.getvalue()
