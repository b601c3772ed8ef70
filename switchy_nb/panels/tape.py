"""Recording the selected legs, and listening to what was recorded, where its file can be reached."""

import re
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from switchy_nb.errors import ConfigurationError, SwitchyError
from switchy_nb.panels.deeds import Deed
from switchy_nb.panels.elements import Sound
from switchy_nb.panels.forms import Button, Field, Kind, Typed
from switchy_nb.panels.row import Row
from switchy_nb.panels.status import Status, Tone
from switchy_nb.panels.text import plain
from switchy_nb.waiting import await_on

if TYPE_CHECKING:
    from switchy_nb.controls import Controls
    from switchy_nb.panels.handling import Handling

#: Larger recordings are not brought to the page: bytes.
LARGEST = 32 * 1024 * 1024
#: Seconds that the switch may take to tell where it keeps recordings.
PATIENCE = 5.0


class Tape:
    """The row of buttons that record, and the player.

    Parameters
    ----------
    handling : Handling
        Whose it is.
    """

    def __init__(self, handling: "Handling") -> None:
        self._handling = handling
        self._board = handling.board
        #: where the recordings of each leg are, the last one last; and those that go on
        self._paths: dict[str, list[str]] = {}
        self._running: set[str] = set()
        self._folder: tuple[object, str] | None = None
        self.sound = Sound()
        fields = [
            Field("path", "Record to", hint="a new file in the switch's own folder", wide=True),
            Field("apart", "The two sides apart", Kind.CHECK),
        ]
        buttons: list[tuple[Button, Callable[[], bool]]] = [
            (Button("record", "Record", partial(self._posted, self.start)), self._can_start),
            (Button("stop", "Stop recording", partial(self._posted, self.stop)), self._can_stop),
            (Button("listen", "Listen", partial(self._posted, self.listen)), self._can_listen),
        ]
        self.row = Row(handling, "Record", fields, {}, buttons)

    def _posted(self, function: Callable[[Typed], None], typed: Typed) -> None:
        self._board.post(function, typed)

    def _can_start(self) -> bool:
        leg = self._board.leg
        return leg is not None and not leg.over and leg.uuid not in self._running

    def _can_stop(self) -> bool:
        leg = self._board.leg
        return leg is not None and not leg.over and leg.uuid in self._running

    def _can_listen(self) -> bool:
        leg = self._board.leg
        return leg is not None and leg.uuid in self._paths

    def paint(self) -> None:
        """Forget what another leg's recording sounds like."""
        leg = self._board.leg
        if leg is None or self.sound.of != leg.uuid:
            self.sound.clear()

    # --- on the desk's thread ------------------------------------------------------------------

    def start(self, typed: Typed) -> None:
        """Begin to record the leg that was selected first."""
        self._handling.spawn(self._start(typed["path"].strip(), typed["apart"] != ""))

    async def _start(self, path: str, apart: bool) -> None:
        try:
            leg = self._handling.needs_leg()
            if not path:
                stamp = time.strftime("%Y%m%d-%H%M%S")
                path = f"{await self._recordings()}/{stamp}-{_word(leg.uuid)}.wav"
        except SwitchyError as exc:
            self.row.said = Status(plain(exc, 300), Tone.BAD)
            return

        def order(controls: "Controls") -> None:
            if apart:
                controls.setvar("RECORD_STEREO", "true")
            controls.record("start", path, rx_only=False)

        line = f"record('start', {path!r}, rx_only=False)"
        if apart:
            name = self._board.script.leg(leg, self._board.book.of_call(leg))
            line = f"setvar('RECORD_STEREO', 'true')\n{name}.{line}"
        done = f"recording to {plain(path, 120)}"
        self.row.do(Deed(order, line, done), lambda x: x is leg)
        if self.row.said.tone is Tone.BUSY:
            self._paths.setdefault(leg.uuid, []).append(path)
            self._running.add(leg.uuid)
            self.sound.clear()

    def stop(self, _: Typed) -> None:
        """End the recording of the leg that was selected first."""
        leg = self._board.leg
        if leg is None or leg.uuid not in self._running:
            self.row.said = Status("this leg is not being recorded from here", Tone.BAD)
            return
        path = self._paths[leg.uuid][-1]
        deed = Deed(
            lambda controls: controls.record("stop", path, rx_only=False),
            f"record('stop', {path!r})",
            f"recorded to {plain(path, 120)}",
        )
        self.row.do(deed, lambda x: x is leg)
        self._running.discard(leg.uuid)

    def listen(self, _: Typed) -> None:
        """Bring the last recording of the leg to the page."""
        leg = self._board.leg
        if leg is not None and leg.uuid in self._paths:
            self._handling.spawn(self._listen(leg.uuid, self._paths[leg.uuid][-1]))

    async def _listen(self, uuid: str, path: str) -> None:
        try:
            data = await self._board.desk.beside(partial(_read, self._local(path), path))
        except (SwitchyError, OSError) as exc:
            self.row.said = Status(plain(exc, 300), Tone.BAD)
            return
        self.sound.show(uuid, data, f"Recording of the selected leg, {plain(path, 120)}")
        # it shows itself also where it is not the last line of a cell
        sound = f"display(Audio({self._named(path)}))"
        self._board.script.add(f"from IPython.display import Audio, display\n{sound}")
        self.row.said = Status(f"{len(data) / 1024:,.0f} kB of {plain(path, 120)}", Tone.GOOD)

    def _local(self, path: str) -> Path:
        """Say where a file that the switch names is, if it is on this machine."""
        switch = None if self._board.caller is None else self._board.caller.switch
        return Path(path) if switch is None else switch.file(path)

    def _named(self, path: str) -> str:
        """Say the same in Python."""
        switch = None if self._board.caller is None else self._board.caller.switch
        return repr(path) if switch is None else f"str(caller.switch.file({path!r}))"

    async def _recordings(self) -> str:
        """Ask the switch where it keeps recordings."""
        if self._folder is None or self._folder[0] is not self._board.source:
            with self._handling.acting():
                asked = self._board.client.post("api global_getvar recordings_dir")
            reply = await await_on(asked, PATIENCE, lambda: "the switch to name its folder")
            folder = str(reply.text).strip()
            if not folder.startswith("/"):
                raise ConfigurationError("the switch names no folder for recordings: give a path")
            self._folder = (self._board.source, folder)
        return self._folder[1]


def _word(uuid: str) -> str:
    """Return what of a leg's id, which may be any text, can stand in a file's name."""
    return re.sub(r"\W", "", uuid, flags=re.ASCII)[:8]


def _read(local: Path, path: str) -> bytes:
    if not local.is_file():
        raise ConfigurationError(
            f"{path} is not on this machine: it is on the switch, fetch it from there"
        )
    if (size := local.stat().st_size) > LARGEST:
        raise ConfigurationError(
            f"{path} is {size / 1e6:,.0f} MB, too large to be played here: open {local}"
        )
    return local.read_bytes()
