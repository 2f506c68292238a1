"""Near-duplicates: what a perceptual hash is, and who is left for later."""

import io

import numpy as np
import pytest
from PIL import Image

from labeling.kernel.pictures import perceptual_hash
from mlassist.selection.core.near_duplicates import ALIKE, COMPARED, near_duplicates
from mlassist.selection.core.usefulness import Choice, rank
from tests.mlassist.drawn import boxes


def scene(seed: int, side: int = 240) -> Image.Image:
    """Smooth random brightness, as photographs have it."""
    coarse = np.random.default_rng(seed).integers(0, 255, (7, 9, 3), dtype=np.uint8)
    return Image.fromarray(coarse).resize((side, side), Image.Resampling.BICUBIC)


def differing(a: int | None, b: int | None) -> int:
    assert a is not None and b is not None
    return (a ^ b).bit_count() if (a ^ b) >= 0 else ((a ^ b) + (1 << 64)).bit_count()


@pytest.mark.parametrize("seed", range(8))
def test_a_smaller_darker_recompressed_copy_looks_alike_and_another_scene_does_not(seed):
    picture = scene(seed)
    file = io.BytesIO()
    picture.resize((170, 170)).point(lambda v: v * 0.8).save(file, "JPEG", quality=60)
    assert differing(perceptual_hash(picture), perceptual_hash(Image.open(file))) <= ALIKE
    assert differing(perceptual_hash(picture), perceptual_hash(scene(seed + 100))) > 3 * ALIKE


def test_a_picture_without_structure_is_like_none():
    assert perceptual_hash(Image.new("RGB", (50, 50), "white")) is None


def test_a_look_fits_the_database():
    assert all(-(1 << 63) <= (perceptual_hash(scene(seed)) or 0) < 1 << 63 for seed in range(20))


def test_the_first_of_a_kind_in_the_order_stays():
    near = 0b1011
    hashes = [0, near, None, -1, -1 ^ near, None]
    assert near_duplicates(hashes, [4, 1, 3, 0, 2, 5], []) == {0, 3}
    assert near_duplicates(hashes, [0, 1, 2, 3], [near]) == {0, 1}
    assert near_duplicates([], [], []) == set()


def test_only_the_front_of_the_line_is_looked_through():
    hashes: list[int | None] = [7] * (COMPARED + 5)
    assert len(near_duplicates(hashes, range(COMPARED + 5), [])) == COMPARED - 1


def test_doubles_come_last():
    seen = boxes((0, 0, 10, 10, 0.5))
    items = [
        Choice(f"image-{i}", seen, perceptual_hash=1 << 40 if i < 10 else i << 8) for i in range(60)
    ]
    ranked = rank(items, seed=0, labelled={1: 5}, suggestions=False)
    alike = [p for p in ranked[:10] if p is not None]
    assert len(alike) <= 1
    assert (
        rank(items, seed=0, labelled={1: 5}, suggestions=False, labelled_hashes=[1 << 40])[:10]
        == [None] * 10
    )
