"""Ask a trained model about images of your own: answers, positions, and pictures of where it looked.

    python -m scripts.predict --checkpoint runs/smoke/best.pt scan.png --annotated looked
    python -m scripts.predict --checkpoint runs/photos/best.pt holiday 'more/**/*.jpg' --json found.json --draws 8
    python -m scripts.predict --checkpoint runs/marines/best.pt data/battles#7

Images are JPEG, PNG and TIFF files of any size, folders and patterns of these, pyramids (*.h5), and records of
harvested data sets (DATASET#NUMBER, or the data set for all). The result goes to standard output as JSON; with --json
into a file, while a line an image is printed. Images that cannot be used are named, the others go on, and the exit
status is then 1.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from absl import flags

from scripts import _app

if TYPE_CHECKING:
    from varsac.engine.inputs import Source

APP = _app.App(__doc__)
CHECKPOINT = flags.DEFINE_string("checkpoint", None, "The model: a file such as RUN/best.pt.", flag_values=APP.flags)
JSON = flags.DEFINE_string("json", None, "File for the result instead of standard output.", flag_values=APP.flags)
ANNOTATED = flags.DEFINE_string(
    "annotated", None, "Folder for a PNG an image: windows in order, positions as crosses, the answer.",
    flag_values=APP.flags,
)  # fmt: skip
DRAWS = flags.DEFINE_integer(
    "draws", 1, "Draws of saccades for each image; above 1 counts have a spread.", 1, flag_values=APP.flags
)
SEED = flags.DEFINE_integer("seed", 0, "Of the draws.", 0, flag_values=APP.flags)
DEVICE = flags.DEFINE_string("device", "auto", "auto, cpu, cuda or cuda:N.", flag_values=APP.flags)
PROXY = flags.DEFINE_string(
    "proxy", None, "The rendered minimap of the one image, for models that were trained with minimaps.",
    flag_values=APP.flags,
)  # fmt: skip
VIEW = flags.DEFINE_list(
    "view", None, "LEFT,TOP,RIGHT,BOTTOM: where in the minimap the image lies, -1 to 1.", flag_values=APP.flags
)


def main(arguments: Sequence[str]) -> int:
    """Predict; 1 when an image could not be used, or its picture not be written."""
    from tqdm import tqdm

    from sc2data.format.durable import replace_file
    from varsac.config import ConfigError
    from varsac.engine import checkpoint
    from varsac.engine.distributed import chosen_device
    from varsac.engine.predict import Predictor, predict

    if not CHECKPOINT.value:
        raise ConfigError("--checkpoint is needed: a file such as RUN/best.pt")
    if not arguments:
        raise ConfigError("which images? Name files, folders or records of a data set; see --help")
    json_file = _app.output_file(JSON.value)
    pictures = _app.output_folder(ANNOTATED.value) if ANNOTATED.value else None
    model, config, spec = checkpoint.load_model(Path(CHECKPOINT.value))
    predictor = Predictor(model, config, spec, chosen_device(DEVICE.value), DRAWS.value, SEED.value)
    results, failed = [], 0
    with tqdm(chosen_sources(arguments), unit=" images", disable=None) as progress:
        for result in predict(predictor, progress, pictures):
            results.append(result.plain())
            if result.problem:
                failed += 1
                progress.write(f"error: {result.problem}", file=sys.stderr)
            if result.prediction and json_file:
                progress.write(f"{result.name}: {result.prediction.words}")
    described = {"checkpoint": CHECKPOINT.value, "model": config.model, "task": config.task}
    text = json.dumps(described | {"draws": DRAWS.value, "seed": SEED.value, "images": results}, indent=1) + "\n"
    if json_file:
        replace_file(json_file, text.encode())
    else:
        print(text, end="")
    return _app.PROBLEMS_FOUND if failed else _app.SUCCESS


def chosen_sources(arguments: Sequence[str]) -> list[Source]:
    """The images of the command line, with the minimap of --proxy where there is one.

    Raises:
        InputError: a minimap for other than one image, or without a view that makes sense.
    """
    from varsac.engine.inputs import InputError, WithMinimap, sources

    found = sources(arguments)
    if not PROXY.value and not VIEW.value:
        return found
    if not (PROXY.value and VIEW.value and len(found) == 1):
        raise InputError("--proxy and --view go together, and with one image: they say what its minimap shows")
    try:
        left, top, right, bottom = map(float, VIEW.value)
    except ValueError:
        raise InputError(f"--view={','.join(VIEW.value)}: four numbers are needed, LEFT,TOP,RIGHT,BOTTOM") from None
    return [WithMinimap(found[0], Path(PROXY.value), (left, top, right, bottom))]


def run() -> None:
    """Entry point of the console script."""
    APP.run(main)


if __name__ == "__main__":
    run()
