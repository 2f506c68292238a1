"""Takes over a detector of another job: all it has learned but the classes it does not share."""

from collections.abc import Sequence
from dataclasses import replace

import torch
from torch import Tensor

from mlassist.detectors.designs.base import BACKGROUND, CLASS_ROWS, ClassRows
from mlassist.detectors.detector import Detector, build


def adopt(
    earlier: Detector,
    class_ids: Sequence[int],
    names: Sequence[str],
    canvas: tuple[int, int],
    *,
    seed: int,
) -> Detector:
    """A detector for these classes that begins where `earlier` ended.

    Classes of the same name (but for case) keep what was learned of them, the others start fresh
    by the seed. `names` go with `class_ids`. Anchors and proposals stay as they were learned.
    """
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        fresh = build(earlier.design, class_ids, canvas, earlier.sizes)
    places = {name.casefold(): place for place, name in enumerate(earlier.names)}
    pairs = [
        (places[name.casefold()], place)
        for place, name in enumerate(names)
        if name.casefold() in places
    ]
    old = {name: value.cpu() for name, value in earlier.net.state_dict().items()}
    by_name = {f"{rows.name}.{kind}": rows for rows in CLASS_ROWS for kind in ("weight", "bias")}
    state = {
        name: _merged(value, old[name], by_name[name], pairs, fresh, earlier)
        if name in by_name
        else old[name]
        for name, value in fresh.net.state_dict().items()
    }
    fresh.net.load_state_dict(state)
    return replace(fresh, pretrained=earlier.pretrained, origin=earlier.origin, names=tuple(names))


def kept_names(earlier: Detector, names: Sequence[str]) -> list[str]:
    """The classes that adopt() would not start fresh."""
    known = {name.casefold() for name in earlier.names}
    return [name for name in names if name.casefold() in known]


def _merged(
    new: Tensor,
    old: Tensor,
    rows: ClassRows,
    pairs: list[tuple[int, int]],
    to: Detector,
    of: Detector,
) -> Tensor:
    """`new` with the groups of `old` for nothing and for the classes both know."""
    after = new.clone().reshape(-1, len(to.class_ids) + BACKGROUND, rows.width, *new.shape[1:])
    before = old.reshape(-1, len(of.class_ids) + BACKGROUND, rows.width, *old.shape[1:])
    with torch.no_grad():
        after[:, :BACKGROUND] = before[:, :BACKGROUND]
        for source, target in pairs:
            after[:, BACKGROUND + target] = before[:, BACKGROUND + source]
    return after.reshape(new.shape)
