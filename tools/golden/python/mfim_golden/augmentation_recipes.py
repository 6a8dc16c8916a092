"""Recipe for adaptive discriminator augmentation, geometry and colour, written from the description in
Karras et al. 2020 (appendix B): pad by mirroring, double with the symlet-6 filter, affine_grid and grid_sample,
halve with the same filter; then one affine map of the colours.

The file holds images, the drawn transformations (in its config), the result, its gradient by the images, and
the gradient by the images of |gradient of sum(result^2 * probe)|^2, which is the shape that R1 has.
"""

import math

import torch
from torch.nn import functional

from .golden_file import GoldenFile

SYMLET_6 = (
    0.015404109327027373, 0.0034907120842174702, -0.11799011114819057, -0.048311742585633, 0.4910559419267466,
    0.787641141030194, 0.3379294217276218, -0.07263752278646252, -0.021060292512300564, 0.04472490177066578,
    0.0017677118642428036, -0.007800708325034148,
)
HALVING_MARGIN = 3
SIZE = 12

NOTHING = {
    "mirrored": False, "quarterTurns": 0, "pixels": [0, 0], "scale": 1.0, "turnBefore": 0.0, "stretch": 1.0,
    "turnAfter": 0.0, "shift": [0.0, 0.0], "brightness": 0.0, "contrast": 1.0, "lumaFlipped": False, "hue": 0.0,
    "saturation": 1.0,
}
DRAWS = [
    NOTHING,
    NOTHING | {"mirrored": True, "quarterTurns": 1, "pixels": [1, -1]},
    NOTHING | {"quarterTurns": 2, "scale": 1.25, "turnBefore": 0.5, "hue": 1.1},
    NOTHING | {"scale": 0.9, "stretch": 1.2, "turnAfter": -2.2, "brightness": 0.3, "saturation": 1.7},
    NOTHING | {"shift": [0.13, -0.07], "contrast": 0.6, "lumaFlipped": True},
    {
        "mirrored": True, "quarterTurns": 3, "pixels": [-1, 1], "scale": 1.1, "turnBefore": -0.8, "stretch": 0.85,
        "turnAfter": 0.3, "shift": [-0.05, 0.04], "brightness": -0.2, "contrast": 1.4, "lumaFlipped": True, "hue": -2.0,
        "saturation": 0.4,
    },
]


def matrix(rows):
    return torch.tensor(rows, dtype=torch.float64)


def stretch(x, y):
    return matrix([[x, 0, 0], [0, y, 0], [0, 0, 1]])


def move(x, y):
    return matrix([[1, 0, x], [0, 1, y], [0, 0, 1]])


def turn(angle):
    cosine, sine = math.cos(angle), math.sin(angle)
    return matrix([[cosine, -sine, 0], [sine, cosine, 0], [0, 0, 1]])


def source_of_output(draw):
    """Output pixel to input pixel, from the centre."""
    result = torch.eye(3, dtype=torch.float64)
    result = result @ stretch(-1 if draw["mirrored"] else 1, 1)
    result = result @ turn(draw["quarterTurns"] * math.pi / 2)
    result = result @ move(-draw["pixels"][0], -draw["pixels"][1])
    result = result @ stretch(1 / draw["scale"], 1 / draw["scale"]) @ turn(draw["turnBefore"])
    result = result @ stretch(1 / draw["stretch"], draw["stretch"]) @ turn(draw["turnAfter"])
    return result @ move(-draw["shift"][0] * SIZE, -draw["shift"][1] * SIZE)


def filtered(images, kernel, padding, stride=1):
    channels = images.shape[1]
    weight = kernel.expand(channels, 1, *kernel.shape)
    return functional.conv2d(functional.pad(images, padding), weight, groups=channels, stride=stride)


def moved(images, draws):
    taps = torch.tensor(SYMLET_6, dtype=torch.float64)
    kernel = torch.outer(taps, taps) / 2
    padded = functional.pad(images, [SIZE - 1] * 4, mode="reflect")
    apart = torch.zeros(*padded.shape[:2], 2 * padded.shape[2], 2 * padded.shape[3], dtype=torch.float64)
    apart[:, :, ::2, ::2] = padded
    doubled = filtered(apart, 4 * kernel.flip([0, 1]), [6, 5, 6, 5])
    canvas = 2 * (SIZE + 2 * HALVING_MARGIN)
    grids = torch.stack([normalised(source_of_output(draw), doubled.shape[-1], canvas) for draw in draws])
    grid = functional.affine_grid(grids[:, :2], [len(draws), 3, canvas, canvas], align_corners=False)
    read = functional.grid_sample(doubled, grid, mode="bilinear", padding_mode="zeros", align_corners=False)
    return filtered(read, kernel, [-1, -1, -1, -1], stride=2)


def normalised(source, doubled, canvas):
    """The same map between the [-1, 1] coordinates of affine_grid. Doubled samples lie half a sample before the pixels."""
    back = torch.linalg.inv
    source = stretch(2, 2) @ source @ back(stretch(2, 2))
    source = move(-0.5, -0.5) @ source @ back(move(-0.5, -0.5))
    return stretch(2 / doubled, 2 / doubled) @ source @ back(stretch(2 / canvas, 2 / canvas))


def coloured(images, draws):
    grey = torch.full((3,), 1 / math.sqrt(3), dtype=torch.float64)
    along, identity = torch.outer(grey, grey), torch.eye(3, dtype=torch.float64)
    cross = torch.linalg.cross(identity, grey.expand(3, 3), dim=1)
    results = []
    for image, draw in zip(images, draws):
        image = (image + draw["brightness"]) * draw["contrast"]
        factors = identity - 2 * along if draw["lumaFlipped"] else identity
        cosine, sine = math.cos(draw["hue"]), math.sin(draw["hue"])
        factors = (cosine * identity + sine * cross + (1 - cosine) * along) @ factors
        factors = (along + (identity - along) * draw["saturation"]) @ factors
        results.append(torch.einsum("oc,chw->ohw", factors, image))
    return torch.stack(results)


def augmentation_recipe():
    """Six images: one untouched, four with some transformations, one with all."""
    file = GoldenFile("augmentation", 61, {"draws": DRAWS})
    images = file.input("images", (len(DRAWS), 3, SIZE, SIZE), 0.5)
    result = coloured(moved(images, DRAWS), DRAWS)
    file.gradients(file.probe("augmented", result), {"images": images}, retain_graph=True)
    weights = file.tensors["probe.augmented"].to(torch.float64)
    (first,) = torch.autograd.grad((result.square() * weights).sum(), images, create_graph=True)
    penalty = file.keep("output", "penalty", first.square().sum())
    file.gradients(penalty, {"images": images}, kind="second")
    return file
