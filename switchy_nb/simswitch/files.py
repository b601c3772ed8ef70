"""Where the switch's files are: what it calls them, and where on this machine they are kept.

A FreeSWITCH has its files below ``/usr/local/freeswitch``, and says so. The simulated one says so as
well, and keeps what is below it in a directory of its own; any other path is what it says.
"""

from pathlib import Path, PurePosixPath

#: where FreeSWITCH is installed, unless it was told otherwise
BASE = "/usr/local/freeswitch"


class Files:
    """The files of one switch.

    Parameters
    ----------
    directory : Path
        What is below FreeSWITCH's own place is kept here.
    recordings : Path, optional
        Where recordings go, by their true names; by default they are below FreeSWITCH's own place.
    """

    def __init__(self, directory: Path, recordings: Path | None = None) -> None:
        self._directory = directory
        self.recordings_dir = str(recordings) if recordings is not None else f"{BASE}/recordings"
        self.sounds_dir = f"{BASE}/sounds"
        for place in (self.recordings_dir, self.sounds_dir):
            self.local(place).mkdir(parents=True, exist_ok=True)

    @property
    def home(self) -> Path:
        """The directory where what is below FreeSWITCH's own place is kept."""
        return self._directory

    def local(self, path: str | Path) -> Path:
        """Say where a file of the switch is kept on this machine."""
        named = PurePosixPath(path)
        if named.is_relative_to(BASE) and ".." not in named.parts:
            return self._directory / named.relative_to(BASE)
        return Path(path)
