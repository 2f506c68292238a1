"""Feature extractors: MobileNetV2 with its batch norm folded away, and a tiny one for CPUs."""

from collections.abc import Mapping, Sequence
from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn.utils.fusion import fuse_conv_bn_eval
from torchvision.models import mobilenet_v2
from torchvision.ops import FeaturePyramidNetwork

from labeling.kernel.errors import Invalid

State = Mapping[str, Tensor]


class Pyramid(nn.Module):
    """Some layers of a body, each brought to the same number of channels.

    (n, 3, h, w) float32 -> {"0": finest, "1": ...}, each (n, out_channels, h / s, w / s) where s
    is the stride of the layer.
    """

    def __init__(self, body: nn.Sequential, taps: Mapping[int, int], out_channels: int) -> None:
        """`taps`: channels of each tapped layer by its place in `body`."""
        super().__init__()
        self.body = body
        self.taps = tuple(taps)
        self.fpn = FeaturePyramidNetwork(list(taps.values()), out_channels)
        self.out_channels = out_channels

    def forward(self, x: Tensor) -> dict[str, Tensor]:
        found: dict[str, Tensor] = {}
        for place, layer in enumerate(self.body):
            x = layer(x)
            if place in self.taps:
                found[str(len(found))] = x
        features: dict[str, Tensor] = self.fpn(found)
        return features


def mobilenet_pyramid(weights: State | None) -> Pyramid:
    """MobileNetV2's features at strides 8, 16 and 32 in 96 channels.

    `weights`: ImageNet weights with torchvision's key names, or None for random ones. Raises
    Invalid where they do not fit.
    """
    net = mobilenet_v2(weights=None)
    if weights is None:
        _warm_up_norms(net.features)
    else:
        load_exactly(net, weights, "MobileNetV2")
    return Pyramid(_folded(net.features), {6: 32, 13: 96, 18: 1280}, 96)


def small_pyramid() -> Pyramid:
    """Seven layers at strides 8 and 16 in 64 channels, made to learn from nothing in a minute.

    Group norm, because batches are too small for batch norm and there is nothing to freeze.
    """
    body = nn.Sequential(
        _step(3, 16),
        _step(16, 32),
        _Residual(32),
        _step(32, 64),
        _Residual(64),
        _step(64, 96),
        _Residual(96),
    )
    return Pyramid(body, {4: 64, 6: 96}, 64)


def load_exactly(net: nn.Module, weights: State, name: str) -> None:
    """Load weights whose names and shapes are exactly those of `net`; Invalid otherwise."""
    own = net.state_dict()
    # Some exports leave out the step counters, which nothing reads.
    wanted = {key for key in own if not key.endswith("num_batches_tracked")}
    given = {key for key in weights if not key.endswith("num_batches_tracked")}
    if wanted != given:
        odd = sorted(wanted ^ given)
        raise Invalid(f"These are not {name} weights: {len(odd)} names differ, first {odd[0]!r}.")
    for key in sorted(wanted):
        if own[key].shape != weights[key].shape:
            raise Invalid(
                f"These are not {name} weights: {key!r} has shape {tuple(weights[key].shape)}, "
                f"not {tuple(own[key].shape)}."
            )
        if not bool(torch.isfinite(weights[key]).all()):
            raise Invalid(f"The {name} weights are damaged: {key!r} is not finite.")
    net.load_state_dict({key: weights[key] for key in wanted}, strict=False)


def _warm_up_norms(features: nn.Sequential) -> None:
    """Measure batch norm statistics on noise, so that folding random weights keeps the signal.

    Without it the depthwise layers of a random MobileNetV2 let almost nothing through.
    """
    for module in features.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.momentum = None
    features.train()
    with torch.no_grad():
        for _ in range(2):
            features(torch.randn(4, 3, 128, 128))
    features.eval()


def _folded(features: nn.Sequential) -> nn.Sequential:
    """The same function with every batch norm folded into the convolution before it."""
    features.eval()
    for module in list(features.modules()):
        if not isinstance(module, nn.Sequential):
            continue
        names = list(module._modules)
        for conv_name, norm_name in pairwise(names):
            conv, norm = module._modules[conv_name], module._modules[norm_name]
            if isinstance(conv, nn.Conv2d) and isinstance(norm, nn.BatchNorm2d):
                module._modules[conv_name] = fuse_conv_bn_eval(conv, norm)
                module._modules[norm_name] = nn.Identity()
    return features


def _step(before: int, after: int) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(before, after, 3, stride=2, padding=1, bias=False),
        nn.GroupNorm(8, after),
        nn.ReLU(inplace=True),
    )


class _Residual(nn.Module):
    def __init__(self, channels: int) -> None:
        super().__init__()
        layers: Sequence[nn.Module] = (
            nn.Conv2d(channels, channels, 3, padding=1, bias=False),
            nn.GroupNorm(8, channels),
            nn.ReLU(inplace=True),
            nn.Conv2d(channels, channels, 3, padding=1, bias=False),
            nn.GroupNorm(8, channels),
        )
        self.layers = nn.Sequential(*layers)

    def forward(self, x: Tensor) -> Tensor:
        return torch.relu(x + self.layers(x))
