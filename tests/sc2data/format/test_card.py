from __future__ import annotations

import cv2
import pytest

from sc2data.format.card import write_card
from sc2data.format.split import split
from sc2data.format.validate import validate
from tests.sc2data.format import examples


@pytest.fixture
def path(tmp_path):
    return examples.write(tmp_path / "data")


def test_the_card_says_who_made_the_pictures(path):
    split(path, {"train": 0.5, "test": 0.5})
    text = write_card(path).read_text()
    assert "**The pictures were made by the simulator of this project (which speaks as version 4.10.0" in text
    assert "18 in 6 episodes" in text
    assert "| train | 9 | 3 |" in text
    assert '"seed": 7' in text
    assert "commit c0ffee" in text
    assert cv2.imread(str(path / "contact-sheet.png")) is not None
    assert validate(path) == []


def test_the_card_of_an_empty_data_set(tmp_path):
    text = write_card(examples.write(tmp_path / "empty", episodes=0)).read_text()
    assert "0 in 0 episodes" in text
