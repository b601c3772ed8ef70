"""A WAV file's sound as numbers, and as what can be heard in a notebook."""

import os
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from switchy_nb.errors import RecordingError

if TYPE_CHECKING:
    import numpy as np

    Array = np.ndarray[Any, Any]


@dataclass(frozen=True)
class Sound:
    """What was recorded.

    Attributes
    ----------
    path : Path
        The file.
    rate : int
        Samples a second.
    samples : array of float, shape (samples, channels)
        Between −1 and 1.
    """

    path: Path
    rate: int
    samples: "Array"

    @property
    def seconds(self) -> float:
        """How long it is."""
        return len(self.samples) / self.rate

    @property
    def channels(self) -> int:
        """How many channels it has."""
        return int(self.samples.shape[1])


def read_sound(path: "str | os.PathLike[str]") -> Sound:
    """Read a WAV file.

    Raises
    ------
    RecordingError
        If there is none, or if it cannot be read.
    """
    import numpy as np
    from scipy.io import wavfile

    try:
        with warnings.catch_warnings():
            # a file that is still being written says that it is longer than it is
            warnings.simplefilter("ignore", wavfile.WavFileWarning)
            rate, data = wavfile.read(path)
    except FileNotFoundError:
        raise RecordingError(
            f"there is no file {os.fspath(path)!r} on this machine; if the switch wrote it "
            "elsewhere, fetch it first"
        ) from None
    except (OSError, ValueError, EOFError) as exc:
        raise RecordingError(f"{os.fspath(path)!r} cannot be read as a WAV file: {exc}") from exc
    data = data[:, None] if data.ndim == 1 else data
    if data.dtype.kind == "u":  # 8 bits are without a sign
        samples = (data.astype("float64") - 128) / 128
    elif data.dtype.kind == "i":
        samples = data.astype("float64") / -float(np.iinfo(data.dtype).min)
    else:
        samples = data.astype("float64")
    return Sound(Path(path), int(rate), samples)


def levels(samples: "Array", columns: int) -> tuple["Array", "Array", "Array"]:
    """Return the least and the greatest sample of each of so many columns, and their mean level.

    Returns
    -------
    (array, array, array)
        The last is the root of the mean square.
    """
    import numpy as np

    columns = max(1, min(columns, len(samples)))
    edges = np.linspace(0, len(samples), columns + 1).astype("int64")[:-1]
    low, high = np.minimum.reduceat(samples, edges), np.maximum.reduceat(samples, edges)
    counts = np.diff(np.append(edges, len(samples)))
    return low, high, np.sqrt(np.add.reduceat(samples**2, edges) / counts)
