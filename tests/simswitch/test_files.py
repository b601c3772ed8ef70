"""What the switch calls its files, and where they are kept."""

from __future__ import annotations

from pathlib import Path

import pytest

from switchy_nb.simswitch.files import BASE, Files


def test_what_is_below_freeswitchs_own_place_is_kept_elsewhere(tmp_path: Path) -> None:
    files = Files(tmp_path)
    assert files.recordings_dir == f"{BASE}/recordings"
    assert files.local(f"{BASE}/recordings/a/b.wav") == tmp_path / "recordings" / "a" / "b.wav"
    assert files.local(Path(files.sounds_dir)).is_dir()


@pytest.mark.parametrize(
    "path", ["/tmp/a.wav", "a.wav", "/usr/local/freeswitches/a.wav", f"{BASE}/../../etc/a.wav"]
)
def test_other_paths_are_what_they_say(tmp_path: Path, path: str) -> None:
    assert Files(tmp_path).local(path) == Path(path)


def test_recordings_have_their_true_names_where_one_chose_their_place(tmp_path: Path) -> None:
    files = Files(tmp_path / "own", tmp_path / "kept")
    assert files.recordings_dir == str(tmp_path / "kept")
    assert files.local(f"{tmp_path}/kept/a.wav") == tmp_path / "kept" / "a.wav"
    assert (tmp_path / "kept").is_dir()
