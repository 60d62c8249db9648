"""Where saccades are drawn, what they may not look at, and what their divergence is."""

from __future__ import annotations

import pytest
import torch
from torch.distributions import Normal, kl_divergence

from varsac import geometry
from varsac.latents import GaussianLatent, PlaceLatent, PlaceMap, PlaceRange

GRID = (8, 10)
EXTENT = torch.tensor([[500.0, 400.0], [500.0, 400.0]])
WHOLE = torch.tensor([[-1.0, -1.0, 1.0, 1.0]]).repeat(2, 1)


@pytest.fixture
def latent():
    torch.manual_seed(0)
    return PlaceLatent(features=6, grid=GRID, state=5, scale=0.1, ranges=PlaceRange())


@pytest.fixture
def features():
    return torch.rand(2, 6, *GRID, generator=torch.Generator().manual_seed(1))


def peak(latent, features, place):
    """A sight that is sure of one place."""
    sight = latent.look(features)
    base = torch.zeros_like(sight.base)
    base[:, place] = 20
    return latent.look(features, base)


def test_the_most_probable_place_is_taken_without_a_generator(latent, features):
    places = PlaceMap(GRID, WHOLE, EXTENT)
    saccade = latent(peak(latent, features, 37), torch.zeros(2, 5), places)
    assert saccade.place.tolist() == [37, 37]
    off = (saccade.fixation[:, :2] - geometry.centres(GRID)[37]) / places.cell
    assert (off.abs() <= 0.75).all()  # the range of the offset, in cells
    assert ((saccade.fixation[:, 2] >= 0.05) & (saccade.fixation[:, 2] <= 0.2)).all()
    assert torch.allclose(saccade.log_posterior.exp().sum(1), torch.ones(2))


def test_saccades_land_on_what_their_places_aim_at(latent, features):
    aims = geometry.centres(GRID).expand(2, -1, 2) + torch.tensor([0.3, -0.2])
    sight, state = peak(latent, features, 37), torch.zeros(2, 5)
    plain = latent(sight, state, PlaceMap(GRID, WHOLE, EXTENT))
    aimed = latent(sight, state, PlaceMap(GRID, WHOLE, EXTENT, aims))
    assert aimed.place.tolist() == plain.place.tolist()
    shift = (aimed.fixation - plain.fixation)[0].tolist()
    assert shift == pytest.approx([0.3, -0.2, 0.0], abs=1e-6)


def test_no_place_is_looked_at_twice(latent, features):
    places, seen = PlaceMap(GRID, WHOLE, EXTENT), []
    sight, generator = peak(latent, features, 37), torch.Generator().manual_seed(2)
    for _ in range(20):
        saccade = latent(sight, torch.zeros(2, 5), places, generator)
        places.close(saccade.fixation, 0.75)
        places.closed[torch.arange(2), saccade.place] = True
        seen.append(saccade.place)
    for row in torch.stack(seen, 1):
        assert len(set(row.tolist())) == 20


def test_nothing_outside_of_the_image_is_looked_at(latent, features):
    view = torch.tensor([[0.0, 0.0, 1.0, 1.0], [-1.0, -1.0, 0.0, 1.0]])
    places, generator = PlaceMap(GRID, view, EXTENT), torch.Generator().manual_seed(2)
    assert places.closed.sum(1).tolist() == [60, 40]
    for _ in range(50):
        fixation = latent(latent.look(features), torch.zeros(2, 5), places, generator).fixation
        assert (fixation[:, :2].abs() <= 1).all()


def test_same_seed_same_saccade_and_another_seed_another(latent, features):
    def draw(seed):
        places = PlaceMap(GRID, WHOLE, EXTENT)
        return latent(latent.look(features), torch.zeros(2, 5), places, torch.Generator().manual_seed(seed)).fixation

    assert torch.equal(draw(3), draw(3)) and not torch.equal(draw(3), draw(4))


def test_fixed_scale_stays(features):
    latent = PlaceLatent(6, GRID, 5, 0.1, PlaceRange(), learned_scale=False)
    saccade = latent(latent.look(features), torch.zeros(2, 5), PlaceMap(GRID, WHOLE, EXTENT), torch.Generator())
    assert saccade.fixation[:, 2].tolist() == pytest.approx([0.1, 0.1])


@pytest.mark.parametrize("jitter", [1 / 6, 1.0])
def test_offset_is_drawn_as_widely_as_asked(features, jitter):
    latent = PlaceLatent(6, GRID, 5, 0.1, PlaceRange(offset=0.25, jitter=jitter))
    sight = peak(latent, features, 37)
    sight = sight._replace(detail=torch.zeros_like(sight.detail))
    places, generator = PlaceMap(GRID, WHOLE, EXTENT), torch.Generator().manual_seed(3)
    draws = torch.stack([latent(sight, torch.zeros(2, 5), places, generator).fixation for _ in range(1000)])
    cells = (draws[..., :2] - geometry.centres(GRID)[37]) / places.cell
    assert cells.std((0, 1)).tolist() == pytest.approx([0.25 * jitter] * 2, rel=0.1)
    zoom = (draws[..., 2] / 0.1).log2() / 0.5
    assert zoom.std().item() == pytest.approx(1 / 6, rel=0.1)  # which jitter leaves alone


def test_offset_and_scale_learn_from_what_the_window_shows(latent, features):
    saccade = latent(latent.look(features), torch.zeros(2, 5), PlaceMap(GRID, WHOLE, EXTENT), torch.Generator())
    saccade.fixation.sum().backward()
    assert latent.detail.weight.grad.abs().sum() > 0 and latent.base.weight.grad is None


def test_divergence_of_the_place_is_that_of_a_sure_choice_among_all(latent, features):
    sight = peak(latent, features, 37)._replace(detail=torch.zeros(2, 3, 80))
    kl = latent(sight, torch.zeros(2, 5), PlaceMap(GRID, WHOLE, EXTENT)).kl
    detail = 3 * kl_divergence(Normal(0.0, torch.tensor(1 / 6)), Normal(0.0, 1.0)).item()
    assert kl.tolist() == pytest.approx([torch.tensor(80.0).log().item() + detail] * 2, rel=1e-3)


@pytest.mark.parametrize("kl", ["correct", "reference"])
def test_gaussian_divergence_is_the_correct_one_or_the_published_one(kl):
    torch.manual_seed(0)
    latent = GaussianLatent(7, 4, 3, kl)
    seen, state = torch.rand(5, 3), torch.rand(5, 4)
    mean, raw = latent.posterior(torch.cat([seen, state], 1)).chunk(2, 1)
    prior_mean, prior_raw = latent.prior(state).chunk(2, 1)
    if kl == "correct":
        q, p = Normal(mean, (raw / 2).exp()), Normal(prior_mean, (prior_raw / 2).exp())
    else:
        q, p = Normal(mean, raw.abs() + 1e-6), Normal(prior_mean, prior_raw.sigmoid())
    drawn, divergence = latent(seen, state)
    assert torch.equal(drawn, mean)
    assert torch.allclose(divergence, kl_divergence(q, p).sum(1), rtol=1e-4, atol=1e-5)
    assert not torch.equal(latent(seen, state, torch.Generator())[0], mean)
