"""The Inception of pytorch-fid (pt_inception-2015-12-05): torchvision's names, average pooling that leaves the padding out, max pooling in Mixed_7c."""

import torch
from torch.nn import functional

from ..feature_networks import NORM_PARTS

EPSILON = 1e-3
SIDE = 299
CLASSES = 1008
# (name, channels, (height, width) of the kernel); stride 1, padded to the same size.
SEVEN_WIDE, SEVEN_HIGH, THREE_WIDE, THREE_HIGH = (1, 7), (7, 1), (1, 3), (3, 1)


def block_a(pool):
    return (
        (("branch1x1", 64, (1, 1)),),
        (("branch5x5_1", 48, (1, 1)), ("branch5x5_2", 64, (5, 5))),
        (("branch3x3dbl_1", 64, (1, 1)), ("branch3x3dbl_2", 96, (3, 3)), ("branch3x3dbl_3", 96, (3, 3))),
        (("average",), ("branch_pool", pool, (1, 1))),
    )


def block_c(inner):
    wide, high = SEVEN_WIDE, SEVEN_HIGH
    double = (("branch7x7dbl_1", inner, (1, 1)), ("branch7x7dbl_2", inner, high), ("branch7x7dbl_3", inner, wide))
    return (
        (("branch1x1", 192, (1, 1)),),
        (("branch7x7_1", inner, (1, 1)), ("branch7x7_2", inner, wide), ("branch7x7_3", 192, high)),
        (*double, ("branch7x7dbl_4", inner, high), ("branch7x7dbl_5", 192, wide)),
        (("average",), ("branch_pool", 192, (1, 1))),
    )


def block_e(pool):
    """The last step of two branches is a pair side by side."""
    return (
        (("branch1x1", 320, (1, 1)),),
        (("branch3x3_1", 384, (1, 1)), (("branch3x3_2a", 384, THREE_WIDE), ("branch3x3_2b", 384, THREE_HIGH))),
        (("branch3x3dbl_1", 448, (1, 1)), ("branch3x3dbl_2", 384, (3, 3)), (("branch3x3dbl_3a", 384, THREE_WIDE), ("branch3x3dbl_3b", 384, THREE_HIGH))),
        ((pool,), ("branch_pool", 192, (1, 1))),
    )


# A fourth item: stride 2, no padding.
BLOCK_B = (
    (("branch3x3", 384, (3, 3), 2),),
    (("branch3x3dbl_1", 64, (1, 1)), ("branch3x3dbl_2", 96, (3, 3)), ("branch3x3dbl_3", 96, (3, 3), 2)),
    (("halve",),),
)
BLOCK_D = (
    (("branch3x3_1", 192, (1, 1)), ("branch3x3_2", 320, (3, 3), 2)),
    (("branch7x7x3_1", 192, (1, 1)), ("branch7x7x3_2", 192, SEVEN_WIDE), ("branch7x7x3_3", 192, SEVEN_HIGH), ("branch7x7x3_4", 192, (3, 3), 2)),
    (("halve",),),
)
BLOCKS = {
    **{"Mixed_5b": block_a(32), "Mixed_5c": block_a(64), "Mixed_5d": block_a(64), "Mixed_6a": BLOCK_B},
    **{"Mixed_6b": block_c(128), "Mixed_6c": block_c(160), "Mixed_6d": block_c(160), "Mixed_6e": block_c(192)},
    **{"Mixed_7a": BLOCK_D, "Mixed_7b": block_e("average"), "Mixed_7c": block_e("maximum")},
}
# (name, channels, side of the kernel, stride, padding)
STEM = (("Conv2d_1a_3x3", 32, 3, 2, 0), ("Conv2d_2a_3x3", 32, 3, 1, 0), ("Conv2d_2b_3x3", 64, 3, 1, 1), ("halve",), ("Conv2d_3b_1x1", 80, 1, 1, 0), ("Conv2d_4a_3x3", 192, 3, 1, 0), ("halve",))


def inception_state(state, divide=1):
    """Draws the network; channels are divided for a narrow one."""
    width = lambda channels: max(1, channels // divide)  # noqa: E731
    draw = lambda name, shape: state.normed((f"{name}.conv", f"{name}.bn"), shape)  # noqa: E731
    channels = 3
    for name, *layer in STEM:
        if layer:
            draw(name, [width(layer[0]), channels, layer[1], layer[1]])
            channels = width(layer[0])
    for block, branches in BLOCKS.items():
        results = 0
        for branch in branches:
            inner = channels
            for step in branch:
                pair = step if isinstance(step[0], tuple) else (step,) if len(step) > 1 else ()
                for name, wanted, kernel, *_ in pair:
                    draw(f"{block}.{name}", [width(wanted), inner, *kernel])
                inner = sum(width(wanted) for _, wanted, *_ in pair) if pair else inner
            results += inner
        channels = results
    state.linear("fc", channels, CLASSES if divide == 1 else 2)


def convolve(state, name, x, stride=1, padding=0):
    y = functional.conv2d(x, state[f"{name}.conv.weight"], None, stride, padding)
    scale, offset, mean, variance = (state[f"{name}.bn.{part}"] for part in NORM_PARTS)
    return functional.relu(functional.batch_norm(y, mean, variance, scale, offset, training=False, eps=EPSILON))


POOLS = {
    "average": lambda x: functional.avg_pool2d(x, 3, 1, 1, count_include_pad=False),
    "maximum": lambda x: functional.max_pool2d(x, 3, 1, 1),
    "halve": lambda x: functional.max_pool2d(x, 3, 2),
}


def run_step(state, block, step, x):
    if isinstance(step[0], tuple):
        return torch.cat([run_step(state, block, part, x) for part in step], dim=1)
    if len(step) == 1:
        return POOLS[step[0]](x)
    name, _, (height, width), *stride = step
    return convolve(state, f"{block}.{name}", x, 2) if stride else convolve(state, f"{block}.{name}", x, 1, (height // 2, width // 2))


def inception(state, image, side=SIDE):
    """image [N 3 H W], RGB in [-1, 1] -> [N 2048]."""
    x = functional.interpolate((image + 1) / 2, size=(side, side), mode="bilinear", align_corners=False) * 2 - 1
    for name, *layer in STEM:
        x = convolve(state, name, x, layer[2], layer[3]) if layer else POOLS[name](x)
    for block, branches in BLOCKS.items():
        results = []
        for branch in branches:
            y = x
            for step in branch:
                y = run_step(state, block, step, y)
            results.append(y)
        x = torch.cat(results, dim=1)
    return x.mean(dim=(2, 3))
