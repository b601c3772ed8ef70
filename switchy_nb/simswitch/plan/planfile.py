"""A dial plan in a file of its own: Python that is given the switch, before it starts."""

import runpy
import traceback
from pathlib import Path
from typing import TYPE_CHECKING

from switchy_nb.errors import SimulationError

if TYPE_CHECKING:
    from switchy_nb.simswitch.switch import SimSwitch


def load(switch: "SimSwitch", path: str | Path) -> None:
    """Run a file that says what calls do.

    It is written as in a notebook, and has the words of `switchy_nb.simswitch` and the `switch`::

        switch.dialplan["7001"] = [ring_ready(), sleep(uniform(1, 4)), answer(), echo()]
        switch.hosts["carrier.example.net"] = [
            sometimes(0.1, hangup("USER_BUSY")),
            answer(),
            park(),
        ]

    The file is a program, and may do all that a program may.

    Parameters
    ----------
    switch : SimSwitch
        The switch that it changes.
    path : str or Path
        The file.

    Raises
    ------
    SimulationError
        If it cannot be read, or fails; the message names the line.
    """
    from switchy_nb import simswitch

    words = {name: getattr(simswitch, name) for name in simswitch.__all__}
    try:
        runpy.run_path(str(path), init_globals={**words, "switch": switch})
    except OSError as error:
        raise SimulationError(f"the dial plan {path} cannot be read: {error}") from error
    except SyntaxError as error:
        raise SimulationError(
            f"{path}, line {error.lineno or '?'}: {error.msg}; a dial plan's file is Python"
        ) from error
    except SystemExit as error:
        raise SimulationError(
            f"{path}, line {_line(error, path)}: the dial plan left by sys.exit({error.code!r})"
        ) from error
    except Exception as error:  # whatever the file does wrong is for its writer to read
        raise SimulationError(f"{path}, line {_line(error, path)}: {error}") from error


def _line(error: BaseException, path: str | Path) -> int | str:
    """Find the line of the file that the error came from."""
    frames = traceback.extract_tb(error.__traceback__)
    return next((f.lineno or "?" for f in reversed(frames) if f.filename == str(path)), "?")
