"""Image files of every kind, whole and broken, by both decoders against Pillow's reading of them."""

import contextlib
import struct
import subprocess
import sys

import cv2
import numpy as np
import pytest
from PIL import Image, ImageCms, ImageOps

from sc2data.pyramid import ImageError, ImageFile
from tests.sc2data.pyramid.pictures import noise, photo

HEIGHT, WIDTH = 53, 37


def decode(path, decoder):
    """The whole picture, from bands of 16 rows."""
    file = ImageFile(path, decoder)
    pixels = np.zeros((file.height, file.width, file.channels), np.uint8)
    seen = np.zeros((file.height, file.width), int)
    for box, band in file.bands(16):
        pixels[box.top : box.bottom, box.left : box.right] = band
        seen[box.top : box.bottom, box.left : box.right] += 1
        assert box.top % 16 == box.left % 16 == 0 and min(box.shape) <= 16
    assert (seen == 1).all()
    return pixels


@pytest.fixture(params=["opencv", "pyvips"])
def decoder(request):
    if request.param == "pyvips":
        pytest.importorskip("pyvips")
    return request.param


def save(path, pixels, **options):
    Image.fromarray(pixels[:, :, 0] if pixels.shape[2] == 1 else pixels).save(path, **options)
    return path


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("suffix", [".jpg", ".png"])
def test_orientation_is_applied(tmp_path, decoder, orientation, suffix):
    exif = Image.Exif()
    exif[274] = orientation
    path = save(tmp_path / f"turned{suffix}", photo(HEIGHT, WIDTH), exif=exif)
    expected = np.asarray(ImageOps.exif_transpose(Image.open(path)))
    assert (expected.shape[0] == WIDTH) == (orientation >= 5)
    np.testing.assert_allclose(decode(path, decoder), expected, atol=2 if suffix == ".jpg" else 0)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_orientation_of_a_tiff_is_applied_or_refused(tmp_path, decoder, orientation):
    path = save(tmp_path / "turned.tif", photo(HEIGHT, WIDTH), tiffinfo={274: orientation})
    if decoder == "opencv" and orientation > 1:
        with pytest.raises(ImageError, match="pip install 'sc2-saccades\\[photos\\]'"):
            decode(path, decoder)
    else:
        np.testing.assert_array_equal(decode(path, decoder), ImageOps.exif_transpose(Image.open(path)))


@pytest.mark.parametrize(
    ("name", "channels", "options"),
    [
        ("grey.jpg", 1, {"quality": 95}),
        ("progressive.jpg", 3, {"progressive": True}),
        ("grey.png", 1, {}),
        ("grey.tif", 1, {}),
        ("lzw.tif", 3, {"compression": "tiff_lzw"}),
        ("jpeg.tif", 3, {"compression": "jpeg"}),
    ],
)
def test_kinds_of_files(tmp_path, decoder, name, channels, options):
    path = save(tmp_path / name, photo(HEIGHT, WIDTH)[:, :, :channels], **options)
    expected = np.asarray(Image.open(path)).reshape(HEIGHT, WIDTH, channels)
    np.testing.assert_allclose(decode(path, decoder), expected, atol=4 if "j" in name else 0)


@pytest.mark.parametrize("suffix", [".png", ".tif"])
@pytest.mark.parametrize("channels", [1, 3])
def test_16_bits_are_scaled_to_8(tmp_path, decoder, suffix, channels):
    deep = np.random.default_rng(0).integers(0, 65536, (HEIGHT, WIDTH, channels), np.uint16)
    cv2.imwrite(str(tmp_path / f"deep{suffix}"), deep[:, :, ::-1])
    expected = np.floor(deep / 257 + 0.5).astype(np.uint8)
    np.testing.assert_array_equal(decode(tmp_path / f"deep{suffix}", decoder), expected)


@pytest.mark.parametrize("mode", ["RGBA", "LA", "P with transparency", "RGB with transparency"])
def test_transparency_shows_black(tmp_path, decoder, mode):
    path = tmp_path / "clear.png"
    if mode == "P with transparency":
        Image.fromarray(photo(HEIGHT, WIDTH)).quantize(16).save(path, transparency=3)
    elif mode == "RGB with transparency":
        pixels = photo(HEIGHT, WIDTH)
        Image.fromarray(pixels).save(path, transparency=tuple(pixels[20, 20].tolist()))
    else:
        save(path, noise(HEIGHT, WIDTH, len(mode)))
    straight = np.asarray(Image.open(path).convert("RGBA")).astype(float)
    expected = straight[:, :, :3] * straight[:, :, 3:] / 255
    found = decode(path, decoder)
    assert found.shape[2] == (1 if mode == "LA" else 3)
    assert np.abs(found - expected).max() <= 0.5


def test_transparency_that_opencv_drops_is_refused(tmp_path, decoder):
    paths = [tmp_path / "grey.png", tmp_path / "clear.tif"]
    Image.fromarray(noise(HEIGHT, WIDTH, 1)[:, :, 0]).save(paths[0], transparency=3)
    save(paths[1], noise(HEIGHT, WIDTH, 4))
    for path in paths:
        if decoder == "opencv":
            with pytest.raises(ImageError, match=path.name):
                decode(path, decoder)
        else:
            straight = np.asarray(Image.open(path).convert("RGBA")).astype(float)
            expected = (straight[:, :, :3] * straight[:, :, 3:] / 255)[:, :, : 1 if path == paths[0] else 3]
            assert np.abs(decode(path, decoder) - expected).max() <= 0.5


@pytest.mark.parametrize("name", ["photo.jpg", "photo.png", "photo.tif"])
@pytest.mark.parametrize("share", [0.999, 0.9, 0.5, 0.1, 0.01])
def test_truncated_files_are_refused_before_decoding(tmp_path, name, share):
    path = save(tmp_path / name, noise(HEIGHT, WIDTH))
    whole = path.read_bytes()
    path.write_bytes(whole[: int(len(whole) * share)])
    with pytest.raises(ImageError, match=rf"{name}: .*(truncated|damaged).*get it again"):
        ImageFile(path)


def test_every_cut_of_a_header_is_refused(tmp_path):
    for name in ("photo.jpg", "photo.png", "photo.tif"):
        path = save(tmp_path / name, noise(8, 8))
        whole = path.read_bytes()
        for length in range(len(whole) - 1):
            path.write_bytes(whole[:length])
            with pytest.raises(ImageError, match=r"get it again|no JPEG, PNG or TIFF"):
                ImageFile(path)


def test_damage_in_the_pixels_is_an_image_error_or_harmless(tmp_path, decoder):
    """Whatever a byte is changed to, nothing but an ImageError comes of it."""
    random = np.random.default_rng(0)
    for name in ("photo.jpg", "photo.png", "photo.tif", "lzw.tif"):
        options = {"compression": "tiff_lzw"} if name == "lzw.tif" else {}
        path = save(tmp_path / name, photo(24, 24), **options)
        whole = bytearray(path.read_bytes())
        for place in random.integers(0, len(whole), 60):
            damaged = whole.copy()
            damaged[place] ^= 1 << int(random.integers(8))
            path.write_bytes(damaged)
            with contextlib.suppress(ImageError):
                assert decode(path, decoder).dtype == np.uint8


def test_what_pyvips_stumbles_over_in_a_jpeg_is_an_error(tmp_path):
    pytest.importorskip("pyvips")
    path = save(tmp_path / "photo.jpg", photo(200, 300))
    whole = path.read_bytes()
    middle = len(whole) // 2
    for damaged in (whole[:middle] + bytes(100) + whole[middle + 100 :], whole[:middle] + whole[middle + 100 :]):
        path.write_bytes(damaged)
        with pytest.raises(ImageError, match=r"photo\.jpg: the JPEG is damaged \(.*\); get it again"):
            decode(path, "pyvips")
    path.write_bytes(whole[:-2] + bytes(100) + whole[-2:])  # as some cameras pad their files
    assert decode(path, "pyvips").shape == (200, 300, 3)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "empty; get it again"),
        (b"not a picture\n", "begins with b'not a pi', so it is no JPEG, PNG or TIFF, whatever its name"),
        (b"GIF89a" + bytes(20), "no JPEG, PNG or TIFF"),
        (b"\xff\xd8\xff\xd9", "holds no picture"),
        (b"II*\0\x08\0\0\0\0\0", "holds no picture"),
        (b"II*\0\xff\xff\xff\x7f", "truncated"),
        (b"\x89PNG\r\n\x1a\n" + struct.pack(">I4s", 0, b"IEND") + b"\xae\x42\x60\x82", "holds no picture"),
    ],
)
def test_files_that_are_no_images(tmp_path, content, message):
    path = tmp_path / "picture.jpg"
    path.write_bytes(content)
    with pytest.raises(ImageError, match=message):
        ImageFile(path)


def test_files_that_are_not_there(tmp_path):
    with pytest.raises(ImageError, match=r"nowhere\.jpg cannot be read: No such file"):
        ImageFile(tmp_path / "nowhere.jpg")
    with pytest.raises(ImageError, match="cannot be read: Is a directory"):
        ImageFile(tmp_path)


@pytest.mark.parametrize("name", ["flat.png", "flat.jpg", "flat.tif"])
def test_one_row_of_pixels_is_refused(tmp_path, name):
    save(tmp_path / name, noise(1, 40))
    with pytest.raises(ImageError, match=r"flat.* is 40 x 1 px \(width x height\); both sides must be at least 2"):
        ImageFile(tmp_path / name)


@pytest.mark.parametrize(
    ("name", "mode", "message"),
    [
        ("printed.jpg", "CMYK", "4 components .CMYK.*-colorspace sRGB"),
        ("printed.tif", "CMYK", "colours 'CMYK'.*-colorspace sRGB"),
        ("lab.tif", "LAB", "colours 'CIE Lab'"),
        ("float.tif", "F", "32. bits a sample, sample format 3"),
        ("bits.tif", "1", "1. bits a sample"),
    ],
)
def test_colours_without_one_conversion_are_refused(tmp_path, name, mode, message):
    image = Image.fromarray(photo(HEIGHT, WIDTH))
    if mode == "LAB":
        profiles = ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB")
        image = ImageCms.profileToProfile(image, *profiles, outputMode="LAB")
    else:
        image = image.convert(mode)
    image.save(tmp_path / name)
    with pytest.raises(ImageError, match=message):
        ImageFile(tmp_path / name)


def test_unknown_decoders_are_refused(tmp_path):
    path = save(tmp_path / "photo.png", noise(8, 8))
    with pytest.raises(ImageError, match="decoder 'pil': choose one of pyvips, opencv"):
        ImageFile(path, "pil")
    assert repr(ImageFile(path, "opencv")).endswith("photo.png', height=8, width=8, channels=3)")


def test_opencv_does_where_pyvips_is_not_installed(tmp_path):
    path = save(tmp_path / "photo.png", noise(8, 8))
    code = (
        "import sys; sys.modules['pyvips'] = None\n"
        "from sc2data.pyramid import ImageError, ImageFile\n"
        "print(ImageFile(sys.argv[1]).decoder)\n"
        "try: ImageFile(sys.argv[1], 'pyvips')\n"
        "except ImageError as error: print(error)\n"
    )
    done = subprocess.run([sys.executable, "-c", code, str(path)], capture_output=True, text=True, timeout=120)
    assert done.stdout.splitlines() == [
        "opencv",
        "decoder 'pyvips' is not installed: pip install 'sc2-saccades[photos]'",
    ]
