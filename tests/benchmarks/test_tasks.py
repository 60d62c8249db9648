import pytest

pytest.importorskip("torch")

from benchmarks import tasks
from tests.varsac.tasks.harvests import write_harvest
from tests.varsac.tasks.photos.collections import write_photo
from varsac.tasks.synthetic import SyntheticConfig


def test_every_kind_is_measured(tmp_path):
    small = SyntheticConfig(height=128, width=128, proxy=16)
    assert set(tasks.synthetic(small, 4)) == {"paint", "write", "file", "file_kb"}
    for number in range(4):
        write_photo(tmp_path / "photos" / f"{number}.jpg", 300, 300, seed=number)
    assert tasks.photos(tmp_path / "photos", 3)["photographs"] == 4
    assert min(tasks.records(write_harvest(tmp_path / "set"), 5).values()) > 0
