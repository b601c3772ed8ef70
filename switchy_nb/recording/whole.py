"""Files and folders that appear whole or not at all.

They are written beside their place, under a name of their own, and take it in one step when they are
done. What was there before stays until then, and stays if the writing fails or is interrupted.
"""

import contextlib
import os
import secrets
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from switchy_nb.errors import RecordingError


@contextlib.contextmanager
def whole_file(path: str | os.PathLike[str]) -> Iterator[BinaryIO]:
    """Give a file to write to, which takes the place of `path` when the block ends well.

    Raises
    ------
    RecordingError
        If it cannot be written; nothing is left of it then.
    """
    with _saving(Path(path)):
        place = Path(os.path.realpath(path))  # of a link, the file that it leads to is replaced
        beside = _beside(place)
        try:
            with beside.open("xb") as file:
                yield file
                file.flush()
                os.fsync(file.fileno())
            beside.replace(place)
        finally:
            with contextlib.suppress(OSError):  # after a success it is not there any more
                beside.unlink()


@contextlib.contextmanager
def whole_folder(path: str | os.PathLike[str]) -> Iterator[Path]:
    """Give a folder to fill, which takes the place of `path` when the block ends well.

    Whoever calls has made sure that a folder which is there already may go.

    Raises
    ------
    RecordingError
        If it cannot be written; nothing is left of it then.
    """
    place = Path(path)
    with _saving(place):
        beside, before = _beside(place), _beside(place)
        try:
            beside.mkdir()
            yield beside
            for path in beside.rglob("*"):
                if path.is_file():
                    with path.open("rb") as file:
                        os.fsync(file.fileno())
            if place.exists():
                place.rename(before)
            try:
                beside.rename(place)
            except OSError:
                if before.exists():
                    before.rename(place)
                raise
        finally:
            shutil.rmtree(beside, ignore_errors=True)
            if place.exists():  # else what was there is all that there is
                shutil.rmtree(before, ignore_errors=True)


def _beside(place: Path) -> Path:
    return place.with_name(f".{place.name}.{secrets.token_hex(4)}.tmp")


@contextlib.contextmanager
def _saving(place: Path) -> Iterator[None]:
    if not place.name or "\0" in str(place):
        raise RecordingError(f"a recording cannot be saved as {str(place)!r}: that is no file name")
    try:
        yield
    except OSError as exc:
        raise RecordingError(
            f"the recording could not be saved as {place}: {exc.strerror or exc}; it is still whole "
            "in memory, so save it elsewhere"
        ) from exc
