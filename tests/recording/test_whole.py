"""Files and folders take their place in one step, or not at all."""

import pytest

from switchy_nb.errors import RecordingError
from switchy_nb.recording.whole import whole_file, whole_folder


def test_a_file_is_there_when_it_is_whole(tmp_path):
    place = tmp_path / "x"
    place.write_bytes(b"before")
    with whole_file(place) as file:
        file.write(b"after")
        assert place.read_bytes() == b"before"
    assert place.read_bytes() == b"after"
    assert list(tmp_path.iterdir()) == [place]


@pytest.mark.parametrize(
    "error", [OSError(5, "Input/output error"), KeyboardInterrupt(), ValueError()]
)
def test_a_file_that_fails_leaves_what_was_there(error, tmp_path):
    place = tmp_path / "x"
    place.write_bytes(b"before")
    expected = RecordingError if isinstance(error, OSError) else type(error)
    with pytest.raises(expected), whole_file(place) as file:
        file.write(b"half")
        raise error
    assert place.read_bytes() == b"before"
    assert list(tmp_path.iterdir()) == [place]


def test_a_folder_is_there_when_it_is_whole(tmp_path):
    place = tmp_path / "x"
    (place / "inner").mkdir(parents=True)
    with whole_folder(place) as folder:
        (folder / "new").write_bytes(b"after")
        assert (place / "inner").is_dir()
    assert [path.name for path in place.iterdir()] == ["new"]
    assert list(tmp_path.iterdir()) == [place]


@pytest.mark.parametrize(
    "error", [OSError(5, "Input/output error"), KeyboardInterrupt(), ValueError()]
)
def test_a_folder_that_fails_leaves_what_was_there(error, tmp_path):
    place = tmp_path / "x"
    place.mkdir()
    (place / "old").write_bytes(b"before")
    expected = RecordingError if isinstance(error, OSError) else type(error)
    with pytest.raises(expected), whole_folder(place) as folder:
        (folder / "new").write_bytes(b"half")
        raise error
    assert [path.name for path in place.iterdir()] == ["old"]
    assert list(tmp_path.iterdir()) == [place]


@pytest.mark.parametrize("whole", [whole_file, whole_folder])
def test_a_place_that_cannot_be_says_so(whole, tmp_path):
    said = r"could not be saved as .*it is still whole in memory"
    with pytest.raises(RecordingError, match=said), whole(tmp_path / "none" / "x"):
        pass
    with pytest.raises(RecordingError, match="that is no file name"), whole("/"):
        pass


def test_of_a_link_the_file_that_it_leads_to_is_replaced(tmp_path):
    (tmp_path / "there").mkdir()
    link = tmp_path / "link.parquet"
    link.symlink_to(tmp_path / "there" / "x.parquet")
    for content in (b"one", b"two"):
        with whole_file(link) as file:
            file.write(content)
        assert link.is_symlink()
        assert (tmp_path / "there" / "x.parquet").read_bytes() == content
    assert [path.name for path in (tmp_path / "there").iterdir()] == ["x.parquet"]
