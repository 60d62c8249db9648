import numpy as np
import pytest

from sc2data.sim.drawing.image_data import BITS, ImageDataError, decode, encode


def test_one_bit_is_most_significant_first_without_row_padding():
    image = np.zeros((2, 5), bool)
    image[0, 0] = image[1, 1] = True  # pixels 0 and 6 of 10
    assert encode(image, 1) == bytes([0b10000010, 0])


def test_one_bit_takes_any_non_zero_value_as_set():
    assert encode(np.array([[0, 7, -1, 0, 0, 0, 0, 2]], np.int32), 1) == bytes([0b01100001])


def test_eight_bits_are_row_major():
    assert encode(np.arange(6, dtype=np.int64).reshape(2, 3), 8) == bytes(range(6))


def test_thirty_two_bits_are_little_endian():
    assert encode(np.array([[48, 0x01020304]]), 32) == b"\x30\0\0\0\x04\x03\x02\x01"


def test_twenty_four_bits_are_red_green_blue():
    assert encode(np.array([[[1, 2, 3], [4, 5, 6]]], np.uint8), 24) == bytes([1, 2, 3, 4, 5, 6])


@pytest.mark.parametrize("bits", BITS)
def test_decode_undoes_encode(bits):
    shape = (84, 87, 3) if bits == 24 else (84, 87)
    dtype = {1: bool, 32: np.int32}.get(bits, np.uint8)
    image = np.random.default_rng(0).integers(0, 2 if bits == 1 else 256, shape).astype(dtype)
    back = decode(encode(image, bits), bits, width=87, height=84)
    assert back.dtype == dtype
    assert np.array_equal(back, image)


def test_encode_of_a_view_equals_that_of_a_copy():
    image = np.arange(24, dtype=np.int32).reshape(4, 6)
    for bits in (1, 8, 32):
        assert encode(image[::-1, ::2], bits) == encode(image[::-1, ::2].copy(), bits)


@pytest.mark.parametrize(("shape", "bits"), [((4,), 8), ((4, 4, 3), 8), ((4, 4), 24), ((4, 4, 4), 24)])
def test_encode_refuses_a_shape_that_does_not_fit(shape, bits):
    with pytest.raises(ImageDataError, match="shape"):
        encode(np.zeros(shape), bits)


def test_unknown_bits_are_refused():
    with pytest.raises(ImageDataError, match="16 bits per pixel is none of"):
        encode(np.zeros((2, 2)), 16)


def test_decode_refuses_a_wrong_length():
    with pytest.raises(ImageDataError, match=r"5 bytes .* 6 are needed"):
        decode(b"12345", 8, width=3, height=2)
