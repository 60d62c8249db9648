"""What answers from the places that were looked at, in images and on a map: protocols, and trained checkpoints."""

from __future__ import annotations

import os
import pathlib
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import numpy.typing as npt

from envs.options import EnvError
from sc2data.geometry import Rectangle
from sc2data.pyramid import Pyramid
from varsac.tasks.task import DataSpec, Example

if TYPE_CHECKING:
    from varsac.policy import SaccadePolicy


class Predictor(Protocol):
    """Answers from what was looked at."""

    def __call__(
        self, examples: Sequence[Example], fixations: npt.NDArray[np.float32]
    ) -> Mapping[str, npt.NDArray[Any]]:
        """Answer.

        Args:
            examples: n images. Their labels and objects are there for the environment, not for the predictor.
            fixations: (n, t, 3), where was looked, in order; t is at least 1.

        Returns:
            By head (n, size): probabilities, for "density" heads numbers.
        """
        ...


class CheckpointPredictor:
    """A trained model that looks where the agent looked, through windows of its own size.

    Args:
        path: of the checkpoint.
        spec: the data that it is asked about.

    Raises:
        CheckpointError: not a checkpoint, or one for other questions.
        TaskError: its model cannot be told where to look.
    """

    def __init__(self, path: str | os.PathLike[str], spec: DataSpec) -> None:
        from varsac.engine.checkpoint import check_spec, load_model
        from varsac.models.told import Told

        self.path = pathlib.Path(path)
        model, _, trained = load_model(self.path)
        check_spec(trained, spec, self.path)
        self._spec, self._model = trained, Told(model)

    def __call__(
        self, examples: Sequence[Example], fixations: npt.NDArray[np.float32]
    ) -> dict[str, npt.NDArray[np.float64]]:
        """See `Predictor`."""
        import torch

        from varsac.engine.answers import HeadAnswers
        from varsac.tasks.batch import collate

        answers = self._model(collate(examples), torch.from_numpy(fixations))
        return {head.name: np.asarray(HeadAnswers(head, answers[head.name][None]).values) for head in self._spec.heads}

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.path, self._spec)


def saccade_policy(path: str | os.PathLike[str], draw: bool = False) -> SaccadePolicy:
    """A trained model as a policy.

    Args:
        path: of the checkpoint.
        draw: places are drawn from the posterior, else the most probable ones are taken.

    Raises:
        CheckpointError: not a checkpoint.
        TaskError: its model does not choose where to look.
    """
    from varsac.engine.checkpoint import load_model
    from varsac.policy import SaccadePolicy

    model, _, spec = load_model(pathlib.Path(path))
    return SaccadePolicy(model, spec, draw)


def trained_on(path: str | os.PathLike[str]) -> tuple[str, dict[str, Any]]:
    """The task that a checkpoint was trained on, and its settings.

    Raises:
        CheckpointError: not a checkpoint.
    """
    from varsac.engine.checkpoint import load_model

    _, config, _ = load_model(pathlib.Path(path))
    return config.task, dict(config.task_options)


class Finder(Protocol):
    """Finds objects on the screen of a game."""

    def __call__(
        self, screen: npt.NDArray[np.uint8], minimap: npt.NDArray[np.uint8], view: Rectangle
    ) -> npt.NDArray[np.floating[Any]]:
        """Look at a whole screen.

        Args:
            screen: uint8 (H, W, 3).
            minimap: uint8 (h, w, 3), of the same moment.
            view: where on the minimap the screen lies, see `sc2data.geometry.view_on_minimap`.

        Returns:
            (n, 3): x and y in px of the screen, and how much of an object is there, 0 .. 1; the sum is the count.
        """
        ...


class CheckpointFinder:
    """A trained model that counts with densities, which looks at each screen in its own saccades.

    Args:
        path: of the checkpoint.

    Raises:
        CheckpointError: not a checkpoint.
        EnvError: of a model that does not say where what it counts is.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        from varsac.engine.checkpoint import load_model
        from varsac.engine.predict import Predictor as Look

        self.path = pathlib.Path(path)
        model, config, spec = load_model(self.path)
        if not any(head.kind == "density" for head in spec.heads):
            raise EnvError(
                f"{self.path} was trained to answer {', '.join(f'{head.name} ({head.kind})' for head in spec.heads)}: "
                "only densities say where what they count is, so that nothing is counted twice; train with "
                "task.answer=density, as --config marines does"
            )
        self._look = Look(model, config, spec)

    def __call__(
        self, screen: npt.NDArray[np.uint8], minimap: npt.NDArray[np.uint8], view: Rectangle
    ) -> npt.NDArray[np.floating[Any]]:
        """See `Finder`."""
        from varsac.engine.inputs import Given

        return self._look(Given(Pyramid.of(screen), minimap, view)).positions

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.path,)
