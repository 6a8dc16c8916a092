"""AlexNet and VGG-16 as torchvision names them, SqueezeNet as well, with the heads that LPIPS 0.1 publishes beside them."""

import torch
from torch.nn import functional

from ..feature_networks import LPIPS_EPSILON, LPIPS_SCALE, LPIPS_SHIFT, norm_of_channels, per_channel, squeeze_net_taps

# (index in torchvision's features, channels, kernel, stride, padding, max pooling before it, tapped)
ALEX_NET = ((0, 64, 11, 4, 2, 0, True), (3, 192, 5, 1, 2, 3, True), (6, 384, 3, 1, 1, 3, True), (8, 256, 3, 1, 1, 0, True), (10, 256, 3, 1, 1, 0, True))
VGG_CONVOLUTIONS = ((0, 64), (2, 64), (5, 128), (7, 128), (10, 256), (12, 256), (14, 256), (17, 512), (19, 512), (21, 512), (24, 512), (26, 512), (28, 512))
VGG_POOLED, VGG_TAPPED = (5, 10, 17, 24), (2, 7, 14, 21, 28)
VGG_16 = tuple((index, width, 3, 1, 1, 2 if index in VGG_POOLED else 0, index in VGG_TAPPED) for index, width in VGG_CONVOLUTIONS)
PLAIN = {"alex": ALEX_NET, "vgg": VGG_16}
# (index, squeezed channels, channels of each half)
FIRES = ((3, 16, 64), (4, 16, 64), (6, 32, 128), (7, 32, 128), (9, 48, 192), (10, 48, 192), (11, 64, 256), (12, 64, 256))
SQUEEZE_WIDTHS = (64, 128, 256, 384, 384, 512, 512)


def plain_layers(trunk):
    """The layers of a trunk by its name, or as they are."""
    return PLAIN[trunk] if isinstance(trunk, str) else trunk


def trunk_state(state, trunk, prefix="features."):
    """Draws a trunk, by its name or its layers, and returns the widths of its taps."""
    channels = 3
    if trunk == "squeeze":
        state.convolution(f"{prefix}0", [64, 3, 3, 3], bias=True)
        channels = 64
        for index, narrow, wide in FIRES:
            state.convolution(f"{prefix}{index}.squeeze", [narrow, channels, 1, 1], bias=True)
            state.convolution(f"{prefix}{index}.expand1x1", [wide, narrow, 1, 1], bias=True)
            state.convolution(f"{prefix}{index}.expand3x3", [wide, narrow, 3, 3], bias=True)
            channels = 2 * wide
        return SQUEEZE_WIDTHS
    layers = plain_layers(trunk)
    for index, width, kernel, *_ in layers:
        state.convolution(f"{prefix}{index}", [width, channels, kernel, kernel], bias=True)
        channels = width
    return [width for _, width, *_, tapped in layers if tapped]


def heads_state(state, widths):
    """Weights of 0 or more."""
    for tap, width in enumerate(widths):
        name = f"lin{tap}.model.1.weight"
        state.draw(name, [1, width, 1, 1], 1 / width)
        state.tensors[name].abs_()


def plain_taps(state, trunk, image):
    """state: names without `features.`."""
    x = (image - per_channel(LPIPS_SHIFT, image)) / per_channel(LPIPS_SCALE, image)
    taps = []
    for index, _, _, stride, padding, pool, tapped in plain_layers(trunk):
        if pool:
            x = functional.max_pool2d(x, pool, 2)
        x = functional.relu(functional.conv2d(x, state[f"{index}.weight"], state[f"{index}.bias"], stride, padding))
        if tapped:
            taps.append(x)
    return taps


def taps_of(state, trunk, image):
    return squeeze_net_taps(state, image) if trunk == "squeeze" else plain_taps(state, trunk, image)


def lpips(state, heads, trunk, first, second):
    """Distance of each pair [N]."""
    total = 0
    for index, pair in enumerate(zip(taps_of(state, trunk, first), taps_of(state, trunk, second))):
        one, other = (tap / (norm_of_channels(tap) + LPIPS_EPSILON) for tap in pair)
        total = total + functional.conv2d((one - other).square(), heads[f"lin{index}.model.1.weight"]).mean(dim=(1, 2, 3))
    return total


def package_state(state, trunk):
    """The same tensors as `lpips.LPIPS(net=trunk).state_dict()` names them."""
    slices = {index: tap for tap, index in enumerate(tapped_starts(trunk), start=1)}
    result = {"scaling_layer.shift": torch.tensor(LPIPS_SHIFT).reshape(1, 3, 1, 1), "scaling_layer.scale": torch.tensor(LPIPS_SCALE).reshape(1, 3, 1, 1)}
    for name, value in state.items():
        if name.startswith("lin"):
            result[name] = value
            result[f"lins.{name[3:]}"] = value
            continue
        index = int(name.split(".")[1])
        slice_of = max(tap for start, tap in slices.items() if start <= index)
        result[f"net.slice{slice_of}.{name.removeprefix('features.')}"] = value
    return result


def tapped_starts(trunk):
    """The first index of each of LPIPS's slices."""
    return {"alex": (0, 2, 5, 8, 10), "vgg": (0, 4, 9, 16, 23), "squeeze": (0, 2, 5, 8, 10, 11, 12)}[trunk]
