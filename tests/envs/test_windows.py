import numpy as np
import pytest

from envs import windows
from envs.scenes import Scene, Scenes
from sc2data.pyramid import Pyramid, PyramidWriter
from tests.envs.images import Squares
from varsac.tasks.stored import StoredPyramid
from varsac.tasks.task import Example

SIZES = [(96, 128), (101, 67), (300, 40), (512, 512)]


def fixations(count: int) -> np.ndarray:
    """Anywhere, partly or wholly outside too, from much finer than a px to all of the image."""
    random = np.random.default_rng(0)
    places = random.uniform(-1.4, 1.4, (count, 2))
    return np.column_stack([places, np.exp(random.uniform(np.log(0.01), np.log(1.9), count))]).astype(np.float32)


def image(size: tuple[int, int], channels: int) -> np.ndarray:
    return np.random.default_rng(1).integers(0, 256, (*size, channels), np.uint8)


def cut(pyramid: Pyramid, points: np.ndarray, size: int, keep: bool = True) -> tuple[np.ndarray, np.ndarray]:
    scene = Scene(Example(np.zeros((8, 8, pyramid.channels), np.uint8), pyramid, {}), 0, keep)
    into = np.full((len(points), size, size, pyramid.channels), 7, np.uint8)
    pixels = windows.cut([scene] * len(points), points, list(into))
    return into, pixels


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("size", SIZES)
def test_glimpses_are_those_of_the_pyramid_to_the_byte(size, channels):
    pyramid, points = Pyramid.of(image(size, channels)), fixations(60)
    glimpses, pixels = cut(pyramid, points, 24)
    patches = [pyramid.read_window(point, 24) for point in points]
    np.testing.assert_array_equal(glimpses, [pyramid.window(point, 24) for point in points])
    assert pixels.tolist() == [patch.pixels.shape[0] * patch.pixels.shape[1] for patch in patches]
    assert pixels.max() <= (2 * 24 + 2) ** 2


def test_an_opencv_that_is_not_exact_gives_the_same(monkeypatch):
    pyramid, points = Pyramid.of(image((96, 128), 3)), fixations(30)
    direct, _ = cut(pyramid, points, 16)
    monkeypatch.setattr(windows, "DIRECT", False)
    np.testing.assert_array_equal(cut(pyramid, points, 16)[0], direct)


@pytest.mark.parametrize("keep", [True, False])
def test_images_in_files_look_the_same(tmp_path, keep):
    pixels, points = image((200, 150), 3), fixations(30)
    with PyramidWriter(tmp_path / "one.h5") as writer:
        writer.add("one", pixels)
    stored = StoredPyramid(tmp_path / "one.h5", "one")
    glimpses, read = cut(stored, points, 16, keep)
    expected, same = cut(Pyramid.of(pixels), points, 16)
    np.testing.assert_array_equal(glimpses, expected)
    assert read.tolist() == same.tolist()  # what counts does not depend on where the image is


def test_the_last_images_stay_in_memory():
    data = Squares(length=6)
    kept = Scenes(data)
    assert kept.keep
    assert kept[3] is kept[3]
    few = Scenes(data, memory=2 * kept[0].nbytes)
    assert not few.keep
    first = few[0]
    assert few[1] is few[1] and few[0] is first
    few[2]
    assert few[0] is first  # 1 was the one that was looked at longest ago
    assert few[1] is not kept[1]


def test_only_objects_within_the_image_can_be_found():
    example = Squares()[4]
    example.objects.positions[0] = -1, 5
    assert len(Scene(example, 4, keep=True).positions) == 3
