"""Prediction as a person starts it, on files of their own."""

from __future__ import annotations

import json

import pytest

from scripts import _app, predict
from tests.varsac.engine.models import DIGITS, untrained
from tests.varsac.tasks.harvests import write_harvest
from tests.varsac.tasks.photos.collections import write_photo
from varsac.engine import checkpoint
from varsac.tasks import screens


def call(*arguments):
    return predict.APP.call(predict.main, ["predict.py", *arguments])


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Checkpoints of two models that were not trained, two photographs, a data set."""
    root = tmp_path_factory.mktemp("predict")
    write_harvest(root / "battles")
    for name, settings, data in (("synthetic", DIGITS, None), ("sc2", {}, root / "battles")):
        model, config, spec, _ = untrained(name, settings, data)
        checkpoint.save(root / f"{name}.pt", config, spec, 0, model)
    write_photo(root / "a.jpg")
    write_photo(root / "b.png", 64, 48)
    yield root
    screens.opened_dataset.cache_clear()


@pytest.fixture(autouse=True)
def there(folder, monkeypatch):
    monkeypatch.chdir(folder)


def test_the_result_is_json(capsys):
    assert call("--checkpoint=synthetic.pt", "--device=cpu", "a.jpg", "b.png") == _app.SUCCESS
    result = json.loads(capsys.readouterr().out)
    assert (result["checkpoint"], result["task"], result["draws"]) == ("synthetic.pt", "synthetic", 1)
    first, second = result["images"]
    assert (first["image"], first["width"], first["height"]) == ("a.jpg", 90, 60) and second["image"] == "b.png"
    assert len(first["answers"]["digits"]["classes"]) == 2 and len(first["windows"]) == 2
    assert set(first["positions"][0]) == {"x", "y", "score"}


def test_a_file_for_the_result_leaves_words_to_read(capsys, folder):
    arguments = ["--checkpoint=synthetic.pt", "--device=cpu", "--json=out.json", "--annotated=looked", "--draws=2"]
    assert call(*arguments, "*.png", "nothing") == _app.PROBLEMS_FOUND
    captured = capsys.readouterr()
    assert captured.out.startswith("b.png: ") and "error: nothing is not there" in captured.err
    good, bad = json.loads((folder / "out.json").read_text())["images"]
    assert good["annotated"] == "looked/b.png" and (folder / "looked" / "b.png").exists()
    assert bad["error"].startswith("nothing is not there")


def test_minimaps_by_flag(capsys):
    assert call("--checkpoint=sc2.pt", "--device=cpu", "a.jpg") == _app.PROBLEMS_FOUND
    assert "--proxy" in capsys.readouterr().err
    assert call("--checkpoint=sc2.pt", "--device=cpu", "a.jpg", "--proxy=b.png", "--view=-0.5,-0.5,0,0") == 0
    assert call("--checkpoint=sc2.pt", "--device=cpu", "battles#3") == 0


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["a.jpg"], "--checkpoint is needed"),
        (["--checkpoint=synthetic.pt"], "which images?"),
        (["--checkpoint=none.pt", "a.jpg"], "none.pt is not there; give a checkpoint"),
        (["--checkpoint=synthetic.pt", "a.jpg", "--annotated=b.png"], "b.png is a file; name a folder"),
        (["--checkpoint=a.jpg", "a.jpg"], "a.jpg is not a checkpoint: it begins with"),
        (["--checkpoint=sc2.pt", "a.jpg", "--proxy=b.png"], "go together"),
        (["--checkpoint=sc2.pt", "a.jpg", "b.png", "--proxy=b.png", "--view=0,0,1,1"], "one image"),
        (["--checkpoint=sc2.pt", "a.jpg", "--proxy=b.png", "--view=0,0,1"], "four numbers"),
        (["--checkpoint=sc2.pt", "a.jpg", "--proxy=b.png", "--view=0,0,-1,1"], "left < right"),
        (["--checkpoint=sc2.pt", "a.jpg", "--device=tpu"], "choose auto, cpu"),
    ],
)
def test_mistakes_are_explained(arguments, words, capsys):
    assert call(*arguments) == _app.USER_ERROR
    assert words in capsys.readouterr().err
