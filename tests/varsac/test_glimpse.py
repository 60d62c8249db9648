import doctest
import pickle

import numpy as np
import pytest
import torch
from torch.nn import functional

import varsac.glimpse as glimpse_module
from sc2data.pyramid import FixationError, Pyramid
from sc2data.pyramid.levels import build_levels
from varsac.glimpse import Mips, glimpse, halve, read, window

SIZES = [(96, 128, 3), (128, 96, 1), (101, 75, 3), (9, 300, 1)]
"""Even and odd sides, landscape and portrait, colour and grey, and a strip."""
PLACES = {
    "inside": (0.113, -0.207),
    "left border": (-0.97, 0.1),
    "lower right corner": (0.99, 0.98),
    "beyond the top": (0.2, -1.04),
    "outside": (3.1, 0.2),
}
SIDE = 8


def picture(height, width, channels, seed=0):
    """Random pixels, uint8 (H, W, C)."""
    return np.random.default_rng(seed).integers(0, 256, (height, width, channels), np.uint8)


def scale_of(level, height, width):
    """A scale that is read from `level`: its pitch is 1.37 pixels of the level."""
    return 1.37 * 2**level * SIDE / min(height, width)


def oracle(image, fixation, level):
    """`grid_sample` on a whole level in float64, its grid by `affine_grid`: (value, gradient of a weighted sum)."""
    height, width, _ = image.shape
    pixels = torch.from_numpy(build_levels(image)[level]).permute(2, 0, 1)[None].double() / 255
    point = torch.tensor(fixation, dtype=torch.float64, requires_grad=True)
    x, y, scale = point
    shorter, zero = min(height, width), torch.zeros((), dtype=torch.float64)
    theta = torch.stack(
        [torch.stack([scale * shorter / width, zero, x]), torch.stack([zero, scale * shorter / height, y])]
    )
    grid = functional.affine_grid(theta[None], [1, pixels.shape[1], SIDE, SIDE], align_corners=False)
    # The last column of a level of an odd image reaches beyond it.
    reach = torch.tensor([width / pixels.shape[3], height / pixels.shape[2]], dtype=torch.float64) / 2**level
    seen = functional.grid_sample(pixels, (grid + 1) * reach - 1, padding_mode="zeros", align_corners=False)
    (weights(seen) * seen).sum().backward()
    return seen[0].detach(), point.grad


def weights(seen):
    """Fixed weights, so that gradients do not cancel."""
    return torch.linspace(-1, 2, seen.numel(), dtype=seen.dtype, device=seen.device).sin().view(seen.shape)


def value_and_gradient(cut, fixation, dtype=torch.float64):
    """Of `cut(fixations)`, as `oracle`."""
    points = torch.tensor([fixation], dtype=dtype, requires_grad=True)
    seen = cut(points)
    (weights(seen) * seen).sum().backward()
    return seen[0].detach(), points.grad[0]


@pytest.mark.parametrize("size", SIZES, ids=str)
@pytest.mark.parametrize("place", PLACES)
def test_glimpses_from_patches_are_those_of_the_whole_level(size, place):
    image = picture(*size)
    pyramid = Pyramid.of(image)
    mips = Mips([torch.from_numpy(image).permute(2, 0, 1)])
    for level in range(pyramid.levels):
        fixation = (*PLACES[place], scale_of(level, *size[:2]))
        expected, gradient = oracle(image, fixation, level)
        for patches in (lambda points: read([pyramid], points, SIDE), lambda points: mips.patches(points, SIDE)):
            found = patches(torch.tensor([fixation], dtype=torch.float64))
            assert found.level.tolist() == [level]
            assert max(found.pixels.shape[2:]) <= 2 * SIDE + 2
            seen, slope = value_and_gradient(lambda points, found=found: glimpse(found, points, SIDE), fixation)
            torch.testing.assert_close(seen, expected, rtol=0, atol=1e-12)
            torch.testing.assert_close(slope, gradient, rtol=1e-9, atol=1e-9)
        if place == "outside" and level == 0:
            assert not expected.any() and not gradient.any()


@pytest.mark.parametrize("size", SIZES, ids=str)
@pytest.mark.parametrize("place", PLACES)
def test_glimpses_from_a_full_tensor_are_those_of_grid_sample(size, place):
    image = picture(*size)
    images = torch.from_numpy(image).permute(2, 0, 1)[None]
    fixation = (*PLACES[place], 0.31)
    seen, slope = value_and_gradient(lambda points: window(images, points, SIDE), fixation)
    expected, gradient = oracle(image, fixation, level=0)
    torch.testing.assert_close(seen, expected, rtol=0, atol=1e-12)
    torch.testing.assert_close(slope, gradient, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("level", [0, 1, 3])
@pytest.mark.parametrize("place", PLACES)
def test_gradients_are_those_of_finite_differences(level, place):
    pyramid = Pyramid.of(picture(101, 75, 1))
    points = torch.tensor([(*PLACES[place], scale_of(level, 101, 75))], dtype=torch.float64, requires_grad=True)
    patches = read([pyramid], points, 4)
    assert torch.autograd.gradcheck(lambda p: glimpse(patches, p, 4), points, eps=1e-7, atol=1e-5)


def test_gradients_with_respect_to_images():
    images = torch.rand(2, 1, 9, 7, dtype=torch.float64, requires_grad=True)
    points = torch.tensor([[0.1, 0.2, 0.9], [-0.93, 0.4, 0.3]], dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(lambda i, p: Mips(i).window(p, 3), (images, points), eps=1e-7, atol=1e-5)


def test_single_precision_is_near_double_at_16384_px():
    pyramid = Pyramid.of(np.repeat(picture(2, 16384, 1), 32, axis=0))
    random = np.random.default_rng(1)
    for _ in range(50):
        place = random.uniform([-1.02, -1.0, 0.05], [1.02, 1.0, 0.5]).astype(np.float32)
        points = torch.from_numpy(place)[None]
        patches = read([pyramid], points, SIDE)
        single, double = glimpse(patches, points, SIDE), glimpse(patches, points.double(), SIDE)
        torch.testing.assert_close(single.double(), double, rtol=0, atol=2e-5)


def test_a_centred_window_of_whole_pixels_shows_them():
    """Samples lie exactly on pixel centres, where the gradient jumps: the value must be exact, the gradient finite."""
    image = picture(64, 64, 3)
    pyramid = Pyramid.of(image)
    for dtype in (torch.float32, torch.float64):
        points = torch.tensor([[0.0, 0.0, 0.25]], dtype=dtype, requires_grad=True)
        seen = glimpse(read([pyramid], points, 16), points, 16)
        shown = (255 * seen[0].detach().permute(1, 2, 0)).round().to(torch.uint8).numpy()
        np.testing.assert_array_equal(shown, image[24:40, 24:40])
        seen[:, :, 4].sum().backward()
        assert torch.isfinite(points.grad).all() and points.grad.abs().sum() > 0


def test_images_of_different_sizes_in_a_batch():
    images = [picture(*size, seed) for seed, size in enumerate([(40, 60, 3), (101, 33, 3), (300, 20, 3)])]
    points = torch.tensor([[0.1, 0.2, 0.9], [-0.9, 0.9, 0.05], [0.5, -1.0, 2.0]], dtype=torch.float64)
    pyramids = [Pyramid.of(image) for image in images]
    together = glimpse(read(pyramids, points, 12), points, 12)
    alone = [glimpse(read([one], point[None], 12), point[None], 12)[0] for one, point in zip(pyramids, points)]
    torch.testing.assert_close(together, torch.stack(alone), rtol=0, atol=1e-12)
    mips = Mips([torch.from_numpy(image).permute(2, 0, 1) for image in images])
    torch.testing.assert_close(mips.window(points, 12), together, rtol=0, atol=1e-12)


def test_glimpses_equal_those_of_numpy():
    random = np.random.default_rng(2)
    image = picture(97, 130, 3)
    pyramid = Pyramid.of(image)
    for _ in range(40):
        fixation = np.array([*random.uniform(-1.1, 1.1, 2), np.exp(random.uniform(-4, 0.3))], np.float32)
        points = torch.from_numpy(fixation)[None]
        seen = glimpse(read([pyramid], points, 16), points, 16)[0].permute(1, 2, 0).numpy()
        assert np.abs(255 * seen - pyramid.window(fixation, 16)).max() <= 0.51


@pytest.mark.parametrize("shape", [(2, 3, 8, 6), (1, 1, 7, 9), (1, 3, 1, 5)])
def test_halving_is_that_of_the_pyramid(shape):
    images = torch.from_numpy(np.random.default_rng(3).integers(0, 256, shape, np.uint8))
    expected = [build_levels(image.permute(1, 2, 0).numpy())[:2][-1] for image in images] if shape[2] > 1 else None
    halved = halve(images)
    assert halved.shape == (*shape[:2], -(-shape[2] // 2), -(-shape[3] // 2)) and halved.dtype == torch.uint8
    if expected:
        np.testing.assert_array_equal(halved.permute(0, 2, 3, 1).numpy(), np.stack(expected))
    torch.testing.assert_close(halve(images.double()).round().byte(), halved)


@pytest.mark.parametrize(("given", "found"), [("bfloat16", "float32"), ("float32", "float32"), ("float64", "float64")])
def test_dtype_follows_the_fixations(given, found):
    points = torch.tensor([[0.0, 0.0, 0.5]], dtype=getattr(torch, given))
    assert window(torch.zeros(1, 3, 16, 16, dtype=torch.uint8), points, 4).dtype == getattr(torch, found)


def test_patches_count_what_was_decoded_and_move():
    pyramids = [Pyramid.of(picture(64, 64, 1, seed)) for seed in range(3)]
    points = torch.tensor([[0.0, 0.0, 0.25]] * 3)
    patches = read(pyramids, points, 16)
    assert patches.decoded == patches.pixels.numel() == 3 * 19 * 19
    moved = pickle.loads(pickle.dumps(patches)).to("cpu", non_blocking=True)
    assert len(moved) == 3 and moved.decoded == patches.decoded
    torch.testing.assert_close(glimpse(moved, points, 16), glimpse(patches, points, 16))


@pytest.mark.gpu
def test_glimpses_on_a_gpu_are_those_on_the_cpu():
    images = [picture(*size, seed) for seed, size in enumerate([(40, 60, 3), (101, 33, 3)])]
    tensors = [torch.from_numpy(image).permute(2, 0, 1) for image in images]
    fixation = torch.tensor([[0.1, 0.2, 0.9], [-0.9, 0.9, 0.2]], dtype=torch.float64)
    results = []
    for device in ("cpu", "cuda"):
        points = fixation.to(device).requires_grad_()
        read_patches = read([Pyramid.of(image) for image in images], points, 12).to(device)
        for patches in (read_patches, Mips([tensor.to(device) for tensor in tensors]).patches(points, 12)):
            seen = glimpse(patches, points, 12)
            (gradient,) = torch.autograd.grad((weights(seen) * seen).sum(), points)
            results.append((seen.detach().cpu(), gradient.cpu()))
    for seen, gradient in results[1:]:
        torch.testing.assert_close(seen, results[0][0], rtol=0, atol=1e-12)
        torch.testing.assert_close(gradient, results[0][1], rtol=1e-9, atol=1e-9)


def test_grey_and_colour_do_not_mix():
    pyramids = [Pyramid.of(picture(16, 16, channels)) for channels in (1, 3)]
    with pytest.raises(ValueError, match=r"patches of \[1, 3\] channels"):
        read(pyramids, torch.tensor([[0.0, 0.0, 0.5]] * 2), 4)


def test_fixations_must_be_finite():
    with pytest.raises(FixationError, match="three finite numbers"):
        read([Pyramid.of(picture(16, 16, 1))], torch.tensor([[0.0, float("nan"), 0.5]]), 4)


def test_doctests():
    failed, tried = doctest.testmod(glimpse_module)
    assert failed == 0 and tried > 8
