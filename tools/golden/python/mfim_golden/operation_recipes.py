"""Recipes for single operations, all in one file: `<case>/<tensor>`.

Every case stores its inputs, its output, the gradients of sum(output * probe), and, where it says
so, the second order: the derivatives of P = sum over inputs d of |gradient by d|^2, by every input.
"""

import torch
from torch.nn import functional

from . import encoder, layers
from .golden_file import GoldenFile


class Case:
    """One operation: `function` takes the drawn tensors by name."""

    def __init__(self, function, shapes, second_order=False, draws=None):
        self.function = function
        self.shapes = shapes
        self.second_order = second_order
        self.draws = draws or {}


def image(channels=3, size=6, batch=2):
    return (batch, channels, size, size)


def unit_case(inputs, outputs, stride):
    shapes = encoder.unit_shapes("unit", inputs, outputs)
    stored = {name: (0.1, 1.0) for name in shapes if name.endswith(("scale", "variance"))}
    slopes = {"unit.slope": (0.1, 0.25)}
    weights = {name: ((2.0 / (shape[1] * 9)) ** 0.5, 0.0) for name, shape in shapes.items() if ".conv" in name}
    return Case(
        lambda t: encoder.residual_unit(t, "unit", t["x"], stride),
        {"x": image(inputs, 6), **shapes},
        draws=stored | slopes | weights,
    )


def norm_case():
    shapes = encoder.norm_shapes("norm", 3)
    return Case(
        lambda t: encoder.batch_norm(t, "norm", t["x"]),
        {"x": image(), **shapes},
        draws={name: (0.1, 1.0) for name in shapes if name.endswith(("scale", "variance"))},
    )


def modulated_case(kernel, demodulate, up):
    return Case(
        lambda t: layers.modulated_conv(t["x"], t["weight"], t["style"], demodulate, up),
        {"x": image(3, 5), "weight": (4, 3, kernel, kernel), "style": (2, 3)},
        second_order=True,
        draws={"style": (0.5, 1.0)},
    )


def conv_case(kernel, stride, padding, size=6):
    return Case(
        lambda t: layers.conv(t["x"], t["weight"], stride, padding),
        {"x": image(3, size), "weight": (4, 3, kernel, kernel)},
        second_order=True,
    )


def resize_case(height, width, size):
    return Case(
        lambda t: functional.interpolate(t["x"], size=size, mode="bilinear", align_corners=True),
        {"x": (2, 3, height, width)},
    )


CASES = {
    "pixel-norm": Case(lambda t: layers.pixel_norm(t["x"]), {"x": (3, 7)}, second_order=True),
    "linear": Case(
        lambda t: layers.linear(t["x"], t["weight"], t["bias"], 0.01),
        {"x": (3, 5), "weight": (4, 5), "bias": (4,)},
        draws={"weight": (100.0, 0.0), "bias": (100.0, 0.0)},
    ),
    "bias-activation": Case(
        lambda t: layers.activate(t["x"] * t["x"] * t["x"], t["bias"]), {"x": image(), "bias": (3,)}, second_order=True
    ),
    "leaky-relu": Case(lambda t: functional.leaky_relu(t["x"] * t["x"] - 0.7, 0.01), {"x": image()}, second_order=True),
    "prelu": Case(
        lambda t: functional.prelu(t["x"], t["slope"]), {"x": image(), "slope": (3,)}, draws={"slope": (0.1, 0.25)}
    ),
    "blur-2-2": Case(lambda t: layers.fir(t["x"] ** 2, padding=(2, 2)), {"x": image()}, second_order=True),
    "blur-1-1": Case(lambda t: layers.fir(t["x"] ** 2, padding=(1, 1)), {"x": image(3, 7)}, second_order=True),
    "blur-1-1-gain-4": Case(lambda t: layers.fir(t["x"], padding=(1, 1), gain=4.0), {"x": image(3, 7)}),
    "upsample": Case(lambda t: layers.upsample(t["x"] ** 2), {"x": image(3, 4)}, second_order=True),
    "conv-3x3": conv_case(3, 1, 1),
    "conv-3x3-down": conv_case(3, 2, 0, size=9),
    "conv-1x1": conv_case(1, 1, 0),
    "conv-1x1-down": conv_case(1, 2, 0, size=7),
    "modulated": modulated_case(3, True, False),
    "modulated-plain": modulated_case(3, False, False),
    "modulated-up": modulated_case(3, True, True),
    "modulated-to-rgb": modulated_case(1, False, False),
    "minibatch-deviation-1": Case(lambda t: layers.minibatch_deviation(t["x"] * 2), {"x": image(3, 4, 1)}),
    "minibatch-deviation-3": Case(lambda t: layers.minibatch_deviation(t["x"]), {"x": image(3, 4, 3)}, second_order=True),
    "minibatch-deviation-8": Case(lambda t: layers.minibatch_deviation(t["x"]), {"x": image(3, 4, 8)}, second_order=True),
    "batch-norm": norm_case(),
    "squeeze-excite": Case(
        lambda t: encoder.squeeze_excite(t, "gate", t["x"]),
        {"x": image(32, 4), "gate.reduce": (4, 32), "gate.expand": (32, 4)},
    ),
    "unit-same": unit_case(8, 8, 1),
    "unit-same-down": unit_case(8, 8, 2),
    "unit-wider-down": unit_case(6, 16, 2),
    "resize-corners-up": resize_case(4, 4, (8, 8)),
    "resize-corners-uneven": resize_case(5, 5, (7, 11)),
    "average-pool-4": Case(lambda t: functional.avg_pool2d(t["x"], 4), {"x": image(3, 8)}),
}


def add_case(file, name, case):
    drawn = {}
    for part, shape in case.shapes.items():
        key = f"{name}/{part}"
        drawn[part] = file.input(key, shape, *case.draws.get(part, (1.0, 0.0)))
    named = {f"{name}/{part}": value for part, value in drawn.items() if not part.endswith(encoder.STORED)}
    scalar = file.probe(f"{name}/y", case.function(drawn))
    file.gradients(scalar, named, create_graph=True)
    if not case.second_order:
        return
    first = torch.autograd.grad(scalar, list(named.values()), create_graph=True)
    penalty = sum(gradient.square().sum() for gradient in first)
    file.keep("output", f"{name}/penalty", penalty)
    file.gradients(penalty, named, kind="second", allow_unused=True, materialize_grads=True)


def operations_recipe():
    """All cases."""
    file = GoldenFile("operations", 15, {"cases": list(CASES), "second": [n for n, c in CASES.items() if c.second_order]})
    for name, case in CASES.items():
        add_case(file, name, case)
    return file
