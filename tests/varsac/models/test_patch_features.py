"""The networks of patches: their vectors' lengths, and that "glimpses" is the one that VarSac looks with."""

import pytest
import torch

from varsac.encoders import GlimpseEncoder
from varsac.models.patch_features import NETWORKS, patch_features
from varsac.tasks.task import TaskError


@pytest.mark.parametrize("network", NETWORKS)
@pytest.mark.parametrize("channels", [1, 3])
def test_vectors_have_the_length_that_is_told(network, channels):
    features, length = patch_features(network, channels, 24)
    assert features(torch.rand(2, channels, 24, 24)).shape == (2, length)


def test_glimpses_are_seen_as_varsac_sees_them():
    torch.manual_seed(0)
    features, length = patch_features("glimpses", 1, 32)
    torch.manual_seed(0)
    own = GlimpseEncoder(1, 32, normalised=True)
    patches = torch.rand(4, 1, 32, 32)
    assert length == 128
    torch.testing.assert_close(features(patches), own(patches)[1])


def test_patches_that_unpadded_convolutions_leave_nothing_of_are_refused():
    with pytest.raises(TaskError, match="at least 13 px"):
        patch_features("digits", 1, 12)
    assert patch_features("glimpses", 1, 12)[0](torch.rand(2, 1, 12, 12)).shape == (2, 128)
