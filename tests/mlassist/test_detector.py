"""Saving, loading, predicting, and where weights come from."""

from dataclasses import replace
from pathlib import Path
from urllib.error import URLError

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors.torch import save_file
from torchvision.models import mobilenet_v2
from torchvision.models.detection import fasterrcnn_mobilenet_v3_large_320_fpn

from labeling.kernel.errors import Invalid
from mlassist.data.pictures import Pictures, Window, cut, mirror, render, size_of, whole
from mlassist.detectors.designs import MOBILENET_V2, MOBILENET_V3, SMALL, named
from mlassist.detectors.detector import (
    VIEWS,
    Detector,
    View,
    build,
    choose_device,
    load,
    predict,
    save,
)
from mlassist.detectors.sizes import Sizes
from mlassist.detectors.weights import Start, starting_weights
from tests.mlassist.drawn import boxes, squares

CPU = torch.device("cpu")


def fresh(class_ids: tuple[int, ...] = (7, 3), canvas: tuple[int, int] = (128, 96)) -> Detector:
    """A random detector that is sure enough of something to answer."""
    torch.manual_seed(0)
    return build(SMALL, class_ids, canvas)


def painted(folder: Path, name: str = "a.png", size: tuple[int, int] = (200, 100)) -> Path:
    pixels = np.random.default_rng(0).integers(0, 255, (size[1], size[0], 3), np.uint8)
    path = folder / name
    Image.fromarray(pixels).save(path)
    return path


def test_weights_classes_and_canvas_survive_saving(tmp_path: Path):
    detector, path = fresh(), painted(tmp_path)
    digest = save(detector, tmp_path / "d" / "detector.safetensors")

    loaded = load(tmp_path / "d" / "detector.safetensors", device=CPU, digest=digest)

    assert (loaded.design, loaded.class_ids, loaded.canvas) == (SMALL, (7, 3), (128, 96))
    before, after = predict(detector, [path])[0], predict(loaded, [path])[0]
    assert len(before)
    assert np.array_equal(before.coords, after.coords)
    assert [file.name for file in (tmp_path / "d").iterdir()] == ["detector.safetensors"]


def test_a_changed_or_foreign_detector_file_is_refused(tmp_path: Path):
    path = tmp_path / "detector.safetensors"
    digest = save(fresh(), path)

    with pytest.raises(Invalid, match="changed"):
        load(path, device=CPU, digest="0" * 64)
    path.write_bytes(path.read_bytes()[:5000])
    with pytest.raises(Invalid, match="changed"):
        load(path, device=CPU, digest=digest)
    with pytest.raises(Invalid, match="not a detector"):
        load(path, device=CPU)
    save_file({"a": torch.zeros(1)}, path)
    with pytest.raises(Invalid, match="not a detector"):
        load(path, device=CPU)
    with pytest.raises(Invalid, match="no detector file"):
        load(tmp_path / "none", device=CPU)


def test_predictions_lie_inside_the_picture_sorted_and_carry_the_jobs_class_ids(tmp_path: Path):
    paths = [painted(tmp_path, f"{w}x{h}.png", (w, h)) for w, h in ((200, 100), (50, 300), (9, 9))]

    for (width, height), found in zip(
        ((200, 100), (50, 300), (9, 9)), predict(fresh(), paths, batch=2), strict=True
    ):
        assert set(found.classes.tolist()) <= {7, 3}
        assert (found.coords >= 0).all()
        assert len(found) <= 100
        assert (found.coords <= [width, height, width, height]).all()
        assert (found.coords[:, 2:] > found.coords[:, :2]).all()
        assert (np.diff(found.scores) <= 0).all()
        assert (found.scores >= 0.05).all()


def test_the_flipped_view_of_a_mirrored_picture_is_the_view_of_the_picture_mirrored(tmp_path: Path):
    # 2 : 1 on a canvas of 4 : 3 leaves a padding below; 1 : 1 leaves one at the side.
    for size in ((200, 150), (200, 100)):
        path = painted(tmp_path, "a.png", size)
        mirrored = tmp_path / "m.png"
        Image.open(path).transpose(Image.Transpose.FLIP_LEFT_RIGHT).save(mirrored)

        plain = predict(fresh(), [mirrored])[0]
        flipped = predict(fresh(), [path], view=View(flip=True))[0]

        assert len(plain)
        assert np.allclose(mirror(plain.coords, size[0]), flipped.coords, atol=1e-3)
        assert np.allclose(plain.scores, flipped.scores, atol=1e-5)


def test_a_view_of_another_scale_is_the_picture_on_a_canvas_of_another_size(tmp_path: Path):
    detector = fresh()
    larger = replace(detector, canvas=(192, 128))
    path = painted(tmp_path)

    seen = predict(detector, [path], view=View(scale=1.5))[0]

    assert len(seen)
    assert np.array_equal(seen.coords, predict(larger, [path])[0].coords)


def test_the_canvas_of_a_view_fits_the_coarsest_stride():
    # .85 * 256 = 217.6 and 1.2 * 256 = 307.2, to the nearest multiple of 32.
    assert View(scale=1.5).canvas((128, 96)) == (192, 128)  # 4.5 goes to the even side
    assert VIEWS["small"].canvas((256, 192)) == (224, 160)
    assert VIEWS["large"].canvas((256, 192)) == (320, 224)
    assert View(scale=0.01).canvas((256, 192)) == (32, 32)


def test_progress_of_a_prediction_is_told_after_each_batch(tmp_path: Path):
    told: list[tuple[int, int]] = []

    predict(fresh(), [painted(tmp_path)] * 5, batch=2, on_progress=lambda *done: told.append(done))

    assert told == [(2, 5), (4, 5), (5, 5)]
    assert predict(fresh(), []) == []


def test_a_turned_photo_has_the_size_and_pixels_a_browser_shows(tmp_path: Path):
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was turned by a quarter
    picture = Image.fromarray(np.zeros((40, 80, 3), np.uint8))
    picture.save(tmp_path / "t.jpg", exif=exif)

    shown, size = Pictures((64, 64)).get(tmp_path / "t.jpg")

    assert size == size_of(tmp_path / "t.jpg") == shown.size == (40, 80)


def test_large_pictures_are_kept_shrunk_and_boxes_still_fit(tmp_path: Path):
    pixels = np.zeros((900, 1200, 3), np.uint8)
    pixels[300:600, 400:800] = 255
    Image.fromarray(pixels).save(tmp_path / "big.jpg")

    picture, size = Pictures((128, 96)).get(tmp_path / "big.jpg")
    drawn = render(picture, size, whole(size, (128, 96)), (128, 96))
    inside = cut(boxes((400, 300, 800, 600)), whole(size, (128, 96)), (128, 96))

    assert picture.width < 600
    assert size == (1200, 900)
    x1, y1, x2, y2 = inside.coords[0].round().astype(int)
    assert drawn[y1 + 2 : y2 - 2, x1 + 2 : x2 - 2].min() > 200
    assert drawn[:, : x1 - 2].max() < 50


def test_the_cache_keeps_no_more_than_it_may(tmp_path: Path):
    samples = squares(tmp_path, 3)
    pictures = Pictures((96, 96), limit_bytes=2 * 3 * 96 * 96)

    kept = [pictures.get(sample.path)[0] for sample in samples]

    again = [pictures.get(sample.path)[0] for sample in samples]
    assert [a is b for a, b in zip(kept, again, strict=True)] == [True, True, False]


def test_a_window_moves_scales_and_drops_boxes():
    seen = boxes((10, 10, 30, 30), (0, 0, 12, 12), (60, 60, 90, 90))

    inside = cut(seen, Window(10, 10, 40, 40), (80, 80))

    # Twice as large from (10, 10); the second keeps 4 of 144 square pixels, the third none.
    assert inside.coords.tolist() == [[0, 0, 40, 40]]


@pytest.mark.parametrize(
    ("sizes", "canvas"),
    [
        ([(320, 240)] * 3, (256, 192)),
        ([(100, 100)], (224, 224)),
        ([(1000, 100)], (320, 160)),
    ],
)
def test_the_canvas_takes_the_shape_of_the_median_picture(sizes, canvas):
    assert named(SMALL).canvas(sizes) == canvas


def test_a_local_mobilenet_file_starts_the_mobilenet_design(tmp_path: Path):
    net, path = mobilenet_v2(weights=None), tmp_path / "net.safetensors"
    save_file(net.state_dict(), path)

    start = starting_weights(str(path))

    assert (start.design, start.warning) == (MOBILENET_V2, "")
    assert "net.safetensors" in start.origin
    assert named(MOBILENET_V2).build(2, start.weights, Sizes())


def test_folding_batch_norm_keeps_what_the_backbone_computes():
    torch.manual_seed(0)
    net = mobilenet_v2(weights=None)
    for module in net.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            module.momentum = None
    net.train()(torch.randn(4, 3, 64, 64))  # statistics that let the signal through
    body = named(MOBILENET_V2).build(1, net.state_dict(), Sizes()).backbone.body
    picture = torch.randn(1, 3, 64, 64)

    with torch.no_grad():
        wanted, found = net.eval().features(picture), body(picture)

    assert float(wanted.abs().max()) > 0.1
    assert torch.allclose(found, wanted, atol=1e-3, rtol=1e-3)


def test_the_coco_design_has_exactly_torchvisions_names():
    # Published weights come with frozen batch norm, which has no step counters.
    theirs = fasterrcnn_mobilenet_v3_large_320_fpn(weights=None, weights_backbone=None)
    state = {k: v for k, v in theirs.state_dict().items() if not k.endswith("num_batches_tracked")}

    start = starting_weights("auto", published=lambda design: state)

    assert (start.design, start.warning) == (MOBILENET_V3, "")
    assert named(MOBILENET_V3).build(2, start.weights, Sizes())


@pytest.mark.parametrize("error", [URLError("no network"), RuntimeError("invalid hash value")])
def test_where_fetching_fails_the_start_is_random_and_says_so(error: Exception):
    def fail(design: str) -> dict[str, torch.Tensor]:
        raise error

    start = starting_weights("auto", published=fail)

    assert (start.design, start.weights) == (SMALL, None)
    assert "MLASSIST_WEIGHTS" in start.warning
    assert str(getattr(error, "reason", error)) in start.warning
    assert starting_weights("none") == Start(SMALL, None, "Random weights, as set.", "")


def test_wrong_weights_files_are_told_apart(tmp_path: Path):
    path = tmp_path / "w.safetensors"
    with pytest.raises(Invalid, match="no weights file"):
        starting_weights(str(path))
    path.write_bytes(b"not weights")
    with pytest.raises(Invalid, match="not a readable"):
        starting_weights(str(path))
    save_file({"layer.weight": torch.zeros(2)}, path)
    with pytest.raises(Invalid, match="no known network"):
        starting_weights(str(path))
    state = mobilenet_v2(weights=None).state_dict()
    save_file({k: v for k, v in state.items() if k != "features.18.0.weight"}, path)
    with pytest.raises(Invalid, match=r"names differ, first 'features.18.0.weight'"):
        starting_weights(str(path))
    save_file(state | {"features.18.0.weight": torch.full((1280, 320, 1, 1), float("nan"))}, path)
    with pytest.raises(Invalid, match="not finite"):
        starting_weights(str(path))
    save_file(state, path)
    with pytest.raises(Invalid, match="the design is small"):
        starting_weights(str(path), SMALL)


def test_unknown_designs_and_devices_are_refused():
    with pytest.raises(Invalid, match="Unknown design"):
        starting_weights("none", "yolo")
    with pytest.raises(Invalid, match="cannot start from random"):
        starting_weights("none", MOBILENET_V3)
    with pytest.raises(Invalid, match="no cuda:63"):
        choose_device("cuda:63")
    assert choose_device("cpu") == CPU
